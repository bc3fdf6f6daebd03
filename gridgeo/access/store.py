"""Keys in the database, and which part of the city a transaction may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from ..db import queries
from ..errors import InvalidInput, NotFound
from .model import Key

SQL = queries.load(__package__)

#: What :func:`see` takes for the whole city.
WHOLE = "all"


def see_whole(conn) -> None:
    """Let the rest of a reader's transaction see the whole city; for it row-level security costs nothing."""
    with conn.cursor() as cur:
        cur.execute(SQL["see_whole"])


def see(conn, area: str) -> None:
    """Let the rest of a transaction see :data:`WHOLE`, or the buildings of some lowest units (:func:`.rules.written`).

    Nothing is seen before this, after the transaction, or outside of one.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["see"], {"area": area})


def see_department(conn, department_code: str) -> None:
    """Let the rest of a transaction see the events a department has something to do about too, wherever they lie."""
    with conn.cursor() as cur:
        cur.execute(SQL["see_department"], {"department_code": department_code})


@contextmanager
def acting_as(conn, role: str, then: str) -> Iterator[None]:
    """Let the block be done as another role within the transaction, and what follows as `then`."""
    with conn.cursor() as cur:
        cur.execute(SQL["act_as"], {"role": role})
    try:
        yield
    finally:
        if conn.info.transaction_status != TRANSACTION_STATUS_INERROR:
            with conn.cursor() as cur:
                cur.execute(SQL["act_as"], {"role": then})


@contextmanager
def regardless(conn) -> Iterator[None]:
    """Let the block see the whole city, whoever asks, and what follows it as much as before.

    For what must not depend on who asks: the next code of a sequence, and where a building lies by its point.
    """
    ((area,),) = SQL.rows(conn, "area")
    see(conn, WHOLE)
    try:
        yield
    finally:
        if conn.info.transaction_status != TRANSACTION_STATUS_INERROR:  # there nothing can be asked any more
            see(conn, area)


def key(conn, key_id: str) -> Key | None:
    """Return the key of an id, valid or not, or None."""
    return next(iter(_keys(conn, "key", key_id=key_id)), None)


def keys(conn) -> list[Key]:
    """Return every key, oldest first; expired and revoked ones too."""
    return _keys(conn, "keys")


def add_key(
    conn,
    key_id: str,
    digest: bytes,
    name: str,
    scopes: Iterable[str],
    area: Sequence[int] | None = None,
    per_minute: int | None = None,
    expires_at: datetime | None = None,
    department_code: str | None = None,
) -> Key | None:
    """Add a key and return it; None when the id is taken. Raises InvalidInput for a department there is not."""
    if department_code is not None and not SQL.rows(conn, "knows_department", department_code=department_code)[0][0]:
        raise InvalidInput("department", department_code, "no department has this code")
    given = {"name": name, "scopes": sorted(scopes), "area": None if area is None else list(area), "department_code": department_code}
    found = _keys(conn, "add_key", key_id=key_id, digest=digest, per_minute=per_minute, expires_at=expires_at, **given)
    return found[0] if found else None


def revoke_key(conn, key_id: str) -> Key:
    """Revoke a key from now on; raises NotFound."""
    found = _keys(conn, "revoke_key", key_id=key_id)
    if not found:
        raise NotFound("key", key_id)
    return found[0]


def units_of_codes(conn, codes: Iterable[str]) -> list[int]:
    """Return the unit_id of each code in the edition of governance valid now; raises InvalidInput for one it does not have."""
    wanted = list(dict.fromkeys(codes))
    found = dict(SQL.rows(conn, "units_of_codes", codes=wanted))
    for code in wanted:
        if code not in found:
            raise InvalidInput("area", code, "is no code of the edition of governance valid now")
    return [found[code] for code in wanted]


def names_of_units(conn, units: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return the code (or `u` and the id) and the Chinese name of units, as they are or last were."""
    return {unit_id: (code, name) for unit_id, code, name in SQL.rows(conn, "names_of_units", units=list(units))}


def _keys(conn, query: str, **parameters) -> list[Key]:
    return [
        Key(key_id, name, bytes(digest), frozenset(scopes), None if area is None else tuple(area), *rest)
        for key_id, name, digest, scopes, area, *rest in SQL.rows(conn, query, **parameters)
    ]
