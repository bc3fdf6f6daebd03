"""Departments' systems that take tasks: entered by the administrator, and held by who is telling them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from ...db import queries
from ...errors import Conflict, NotFound
from ...letters import rules
from ...letters.seals import Seal
from .model import Receiver

SQL = queries.load(__package__, "receivers.sql")

#: So long one is held without a sign of life of who tells it: longer than a letter takes.
HELD = timedelta(seconds=60)


class Held(NamedTuple):
    """A receiver as who holds it needs it; its secret is sealed."""

    url: str
    secret: bytes
    tries: int


def add(conn, seal: Seal, department_code: str, url: str) -> str:
    """Let a department's system be told of its tasks at an address, in the place of the one there was; return the secret, shown this once.

    Raises NotFound for a department that is none, InvalidInput for an address that is none, Conflict where its host was not entered.
    """
    origin, path = rules.address(url)
    if not SQL.rows(conn, "is_department", department_code=department_code)[0][0]:
        raise NotFound("department", department_code)
    secret = rules.new_secret()
    sealed = seal.close(origin + path, secret)
    if not SQL.rows(conn, "add", department_code=department_code, origin=origin, path=path, secret=sealed):
        raise Conflict("the host of that address was not entered: `gridgeo feed webhook host URL` does it")
    return secret


def listed(conn) -> list[Receiver]:
    """Return every receiver, by department."""
    return [_receiver(row) for row in SQL.rows(conn, "receivers", department_code=None)]


def find(conn, department_code: str) -> Receiver:
    """Return the receiver of a department; raises NotFound."""
    found = SQL.rows(conn, "receivers", department_code=department_code)
    if not found:
        raise NotFound("receiver of department", department_code)
    return _receiver(found[0])


def remove(conn, department_code: str) -> None:
    """Tell a department's system no more; raises NotFound."""
    find(conn, department_code)
    SQL.run(conn, "remove", department_code=department_code)


def take(conn, holder: str, telling: Iterable[str] = ()) -> list[str]:
    """Hold those for whom a letter waits and whom nobody is telling; return them. `telling` are those the holder is telling already."""
    return [code for (code,) in SQL.rows(conn, "take", holder=holder, held=HELD, telling=list(telling))]


def hold(conn, department_code: str, holder: str) -> Held | None:
    """Hold one on and return it; None where somebody else holds it by now, or it was removed."""
    found = SQL.rows(conn, "hold", department_code=department_code, holder=holder, held=HELD)
    return Held(found[0][0], bytes(found[0][1]), found[0][2]) if found else None


def release(conn, department_code: str, holder: str) -> None:
    """Let others hold it."""
    SQL.run(conn, "release", department_code=department_code, holder=holder)


def reached(conn, department_code: str, holder: str) -> None:
    """Write down that its host is there."""
    SQL.run(conn, "reached", department_code=department_code, holder=holder)


def away(conn, department_code: str, holder: str, tries: int, failure: str, chance: float) -> None:
    """Write down that its host is not there: it is tried again after a while."""
    wait = timedelta(seconds=rules.wait_s(tries + 1, chance))
    SQL.run(conn, "away", department_code=department_code, holder=holder, failure=failure, wait=wait)


def _receiver(row: tuple) -> Receiver:
    code, url, secret, *rest = row
    return Receiver(code, url, bytes(secret), *rest)
