"""What a route works with: the editions in memory, the database, and the unit a caller names."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo.access import store as access
from gridgeo.access.model import Principal
from gridgeo.addresses.washing.base import Base
from gridgeo.db.connection import Pool
from gridgeo.errors import DatabaseUnavailable, Gone, NotFound
from gridgeo.exports.shelf import Shelf
from gridgeo.hierarchy import store
from gridgeo.hierarchy.live import Live
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GridUnit
from gridgeo.settings import Settings

from . import pools
from .drawings import Drawings
from .problems import NoEdition

T = TypeVar("T")

#: Pauses (seconds) between tries of a read whose connection was lost: a restart of the database takes about a second.
_PAUSES = (0.0, 0.05, 0.2, 0.5, 1.0)

#: A try that took so many seconds was ended for being slow, and would be again.
_OURS_S = 4.0

#: Milliseconds a statement may take where more is asked than of others.
_PATIENCE_MS = 25_000

#: Milliseconds a caller may leave a stream where it is.
_IDLE_MS = 30_000

_REF = re.compile(r"([0-9A-Z]{1,32})|u([1-9][0-9]{0,17})", re.ASCII)


def settings(request: Request) -> Settings:
    """Return the installation's settings."""
    return request.app.state.settings


def live(request: Request) -> Live:
    """Return the editions in memory."""
    return request.app.state.live


def base(request: Request) -> Base:
    """Return what washing knows by name."""
    return request.app.state.addresses.base


def drawings(request: Request) -> Drawings:
    """Return the editions as the map draws them."""
    return request.app.state.drawings


def shelf(request: Request) -> Shelf:
    """Return where files are made and kept."""
    state = request.app.state
    if not hasattr(state, "shelf"):
        state.shelf = Shelf.under(state.settings.home)
    return state.shelf


def principal(request: Request) -> Principal:
    """Return who asks. Of a public route that is nobody in particular."""
    return request.scope["admitted"].principal


def read(request: Request, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) of a read-only transaction that sees what the caller may; it is tried again when the connection breaks.

    Blocks: call it in a `def` route or through a thread. Raises DatabaseUnavailable when the database stays away.
    """
    return read_as(request.app.state.pool, request.app.state.gate.area(request), _of_caller(request, work), *args, **kwargs)


def _of_caller(request: Request, work: Callable[..., T]) -> Callable[..., T]:
    """Work that sees what the caller's department has to do, too."""
    department_code = principal(request).department_code
    if department_code is None:
        return work

    def seeing(conn, *args, **kwargs) -> T:
        access.see_department(conn, department_code)
        return work(conn, *args, **kwargs)

    return seeing


def read_from(pool: Pool, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) as :func:`read` does, outside of a request: it sees the whole city."""
    return read_as(pool, access.WHOLE, work, *args, **kwargs)


def read_as(pool: Pool, area: str, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) as :func:`read` does, for an area as the database's setting says it; "" is nothing of the address base."""

    def seeing(conn) -> T:
        access.see_whole(conn) if area == access.WHOLE else access.see(conn, area)
        return work(conn, *args, **kwargs)

    return _again(pool, seeing)


def read_city(request: Request, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) as :func:`read` does, of the whole city whoever asks, each statement alone: for what is derived, and asked
    for many times a second.
    """
    return _again(request.app.state.pools.of(pools.CITY), lambda conn: work(conn, *args, **kwargs))


def glance(request: Request, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) as :func:`read` does, each statement alone where the caller sees the whole city: for what is asked many times
    a second and changes nothing of its transaction, which is then none.
    """
    whole = request.app.state.gate.area(request) == access.WHOLE
    return (read_city if whole else read)(request, work, *args, **kwargs)


def _again(pool: Pool, work: Callable[..., T]) -> T:
    for pause in _PAUSES:
        if pause:
            time.sleep(pause)
        began = time.monotonic()
        try:
            with pool.connection() as conn:
                return work(conn)
        except DatabaseUnavailable as error:
            lost = error
            if time.monotonic() - began > _OURS_S:
                break
    raise lost


def stream(request: Request, work: Callable[..., Iterator[T]]) -> Iterator[T]:
    """Yield what work(conn) yields within one transaction that sees what the caller may. Blocks; the caller may take its time."""
    area = request.app.state.gate.area(request)
    with request.app.state.pool.connection() as conn:
        access.see_whole(conn) if area == access.WHOLE else access.see(conn, area)
        patient(conn)
        with conn.cursor() as cur:
            cur.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", (str(_IDLE_MS),))
        yield from work(conn)


def patient(conn) -> None:
    """Let statements of the current transaction take longer: for areas with thousands of corners, and for files."""
    with conn.cursor() as cur:
        cur.execute("SELECT set_config('statement_timeout', %s, true)", (str(_PATIENCE_MS),))


def linked(request: Request, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) of a transaction of gridgeo_linkage, which reads and adds to the locked room within the caller's area.

    It is committed when work returns and rolled back when it raises. Blocks. Raises DatabaseUnavailable: what was asked
    may then have been done or not, for a transaction that was begun is not tried again.
    """
    return _written(request, pools.LINKAGE, work, *args, **kwargs)


def write(request: Request, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) of a transaction of gridgeo_writer within the caller's area, as :func:`linked` does."""
    return _written(request, pools.WRITER, work, *args, **kwargs)


def write_city(request: Request, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) as :func:`write` does, of the whole city whoever asks: for what depends on none of them."""
    return _written_as(request.app.state.pools.of(pools.WRITER), access.WHOLE, work, *args, **kwargs)


def jobs(request: Request, work: Callable[..., T], *args, **kwargs) -> T:
    """Return work(conn, …) of a transaction of gridgeo_jobs, which keeps jobs and sees nothing else, as :func:`linked` does."""
    return _written(request, pools.JOBS, work, *args, **kwargs)


def _written(request: Request, role: str, work: Callable[..., T], *args, **kwargs) -> T:
    area = request.app.state.gate.area(request)
    return _written_as(request.app.state.pools.of(role), area, _of_caller(request, work), *args, **kwargs)


def _written_as(pool: Pool, area: str, work: Callable[..., T], *args, **kwargs) -> T:
    for pause in _PAUSES:
        time.sleep(pause)
        begun = False
        try:
            with pool.connection() as conn:
                access.see(conn, area)
                begun = True
                return work(conn, *args, **kwargs)
        except DatabaseUnavailable as error:
            if begun:
                raise
            lost = error
    raise lost


async def snapshot(request: Request, asked: SimpleNamespace) -> Snapshot:
    """Return the edition a request asks about, by its `scheme` and `datetime`.

    The one valid now is in memory; for another the database is asked, in a thread. Raises NoEdition.
    """
    editions = live(request)
    try:
        if asked.datetime is None:
            return editions.now(asked.scheme)
        return editions.held(asked.scheme, asked.datetime) or await run_in_threadpool(editions.at, asked.scheme, asked.datetime)
    except NotFound as error:
        raise NoEdition(asked.scheme, editions.schemes, "at that moment" if asked.datetime else "now") from error


async def unit(request: Request, asked: SimpleNamespace, edition: Snapshot) -> GridUnit:
    """Return the unit of the `code` in the path (a code, or `u` and an id); raises NotFound, or Gone for one that was retired."""
    code = request.path_params["code"]
    try:
        return edition.unit(code)
    except NotFound:
        if asked.datetime is None:
            await run_in_threadpool(_explain_absence, request, code, edition)
        raise


def _explain_absence(request: Request, code: str, edition: Snapshot) -> None:
    match = _REF.fullmatch(code)
    if match is None:
        return
    unit_id = int(match[2]) if match[2] else None
    versions = read(request, store.versions, edition.scheme.scheme, code=match[1], unit_id=unit_id)
    ended = [version for version in versions if version[-1] is not None]
    if not ended:
        return
    last = max(ended, key=lambda version: version[-1])
    follow = read(request, store.successors, unit_id=last[0], was_in=last[4], edition_id=edition.edition.edition_id)
    successors = [edition.units[edition.position[unit_id]].ref for unit_id in follow]
    raise Gone("grid unit", code, last[-1].isoformat(), successors)
