"""The room's shelves: what is linked at places, what was believed when, and corrections that forget nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

from ..codes import registry
from ..codes.model import Kind
from ..db import queries
from ..errors import Conflict, NotFound
from . import rules
from .model import Link, Meeting, Method, Purpose, Role
from .vault import Vault

SQL = queries.load(__package__)

#: Links told of one place, and places told of one code.
MOST_LINKS, MOST_PLACES = 500, 100


def roles(conn) -> dict[tuple[Kind, str], Role]:
    """Return the roles by kind and name."""
    return {(Kind(kind), name): Role(name, zh, en, Kind(kind)) for name, zh, en, kind in _rows(conn, "roles")}


def methods(conn) -> dict[str, Method]:
    """Return the methods by name, the surest first."""
    return {row[0]: Method(*row) for row in _rows(conn, "methods")}


def purposes(conn) -> dict[str, Purpose]:
    """Return the purposes by name."""
    return {row[0]: Purpose(*row) for row in _rows(conn, "purposes")}


def places(
    conn, tokens: Sequence[bytes], as_of: date | None, recorded: datetime | None = None
) -> dict[bytes, tuple[tuple[str, ...], bool]]:
    """Return for each token the places it is linked to, and whether these are all.

    Parameters
    ----------
    as_of
        The day it was so; None: whenever.
    recorded
        When it was believed; None: now.
    """
    values = {"tokens": list(dict.fromkeys(tokens)), "as_of": as_of, "recorded": recorded, "most": MOST_PLACES + 1}
    found = {bytes(token): [place for _, place in rows] for token, rows in groupby(_rows(conn, "places", values), lambda row: row[0])}
    return {token: (tuple(some[:MOST_PLACES]), len(some) <= MOST_PLACES) for token, some in found.items()}


def meetings(
    conn, vault: Vault, places: Iterable[str], as_of: date | None, recorded: datetime | None = None, *, unmask: bool = False
) -> dict[str, Meeting]:
    """Return what is linked at each place (25 characters), by kind; codes masked, unless `unmask`."""
    asked = list(dict.fromkeys(places))
    values = {
        "zones": [rules.zone_of(place) for place in asked],
        "places": asked,
        "as_of": as_of,
        "recorded": recorded,
        "most": MOST_LINKS + 1,
    }
    links = _opened(vault, _rows(conn, "links", values), unmask)
    found = {place: list(some) for place, some in groupby(links, lambda link: link.place)}
    return {place: _meeting(place, found.get(place, [])) for place in asked}


def history(conn, vault: Vault, token: bytes, *, unmask: bool = False) -> list[Link]:
    """Return every link of a code as it was believed at some time, in the order it was learned; raises NotFound."""
    links = _opened(vault, _rows(conn, "history", {"token": token}), unmask)
    if not links:
        raise NotFound("token", token.hex())
    return links


def link(conn, vault: Vault, token: bytes, link_id: int) -> Link:
    """Return one link of a code as it is believed now; raises NotFound."""
    found = [one for one in history(conn, vault, token) if one.link_id == link_id and one.recorded_to is None]
    if not found:
        raise NotFound("link", link_id)
    return found[0]


def counted(conn) -> list[tuple[str, str, int]]:
    """Return how many links are believed now, by kind and role."""
    return _rows(conn, "counted")


def codes(conn) -> int:
    """Return about how many codes there are, as the planner knows it."""
    return _rows(conn, "codes")[0][0]


def linked(conn) -> bool:
    """Return whether there is any link, or was."""
    return _rows(conn, "linked")[0][0]


def masked(conn, vault: Vault, tokens: Sequence[bytes]) -> dict[bytes, tuple[Kind, str]]:
    """Return for each known token the kind of its code and the code as it may be shown."""
    rows = _rows(conn, "identities", {"tokens": list(tokens)})
    opened = vault.open_many(rows)
    return {bytes(token): (Kind(kind), _masked(kind, form)) for (kind, token, *_), form in zip(rows, opened, strict=True)}


def end(conn, link: Link, day: date) -> Link:
    """Say that a link no longer holds from a day on; return it as it is believed now. Raises as :func:`correct` does."""
    return correct(conn, link, valid_to=day)


def correct(conn, link: Link, **changes: object) -> Link:
    """Say a link anew: what was believed is kept with the moment it ended, the corrected link is believed from now on.

    Parameters
    ----------
    changes
        place, role, valid_from, valid_to, method, source, evidence, confidence.

    Raises
    ------
    Conflict
        When somebody else has corrected it meanwhile.
    InvalidInput
        For a role, method or period that cannot be, and for text that names somebody.
    """
    new = replace(link, **changes)
    if new == link:
        return link
    rules.require_sound(new, {name for kind, name in roles(conn) if kind == link.kind}, methods(conn))
    with conn.cursor() as cur:
        cur.execute(SQL["supersede"], {"token": bytes.fromhex(link.token), "link_id": link.link_id})
        if cur.fetchone() is None:
            raise Conflict(f"link {link.link_id} was corrected meanwhile: look at it again")
        cur.execute(SQL["add_link"], {**new.__dict__, "kind": str(new.kind), "token": bytes.fromhex(new.token)})
        link_id, since = cur.fetchone()
    return replace(new, link_id=link_id, recorded_from=since, recorded_to=None)


def _meeting(place: str, links: list[Link]) -> Meeting:
    by_kind = {kind: tuple(some) for kind, some in groupby(links[:MOST_LINKS], lambda link: link.kind)}
    return Meeting(place, by_kind, len(links) <= MOST_LINKS)


def _opened(vault: Vault, rows: list[tuple], unmask: bool) -> list[Link]:
    opened = vault.open_many((kind, token, key_id, sealed) for token, _, kind, *_, key_id, sealed in rows)
    return [_link(row, form, unmask) for row, form in zip(rows, opened, strict=True)]


def _link(row: tuple, form: str, unmask: bool) -> Link:
    token, link_id, kind, *rest, _, _ = row
    code = registry.parse(kind, form) if unmask else None
    return Link(bytes(token).hex(), link_id, Kind(kind), *rest, masked=_masked(kind, form), code=code)


def _masked(kind: str, form: str) -> str:
    return registry.family(kind).mask(form)


def _rows(conn, name: str, values: dict | None = None) -> list[tuple]:
    with conn.cursor() as cur:
        queries.prepared(cur, SQL[name], values)
        return cur.fetchall()
