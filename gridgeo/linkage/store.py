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

#: Links told of one place at once, and places told of one code.
MOST_LINKS, MOST_PLACES = 100, 100

#: A place, and the link (link_id) its list goes on after; 0 where it begins.
Page = tuple[str, int]


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
    conn,
    vault: Vault,
    pages: Iterable[Page],
    as_of: date | None,
    recorded: datetime | None = None,
    *,
    most: int | None = MOST_LINKS,
    unmask: bool = False,
) -> dict[Page, Meeting]:
    """Return what is linked at each place (25 characters), by kind and role, what was learned first coming first.

    Parameters
    ----------
    pages
        Places, each with the link its list goes on after. Pages of the same day and moment neither repeat a link nor leave one out.
    most
        Links listed of each place; None: all.
    unmask
        Whether codes are told whole.

    Raises
    ------
    NotFound
        Where a list is to go on after what is no link of the place.
    """
    asked, when = list(dict.fromkeys(pages)), {"as_of": as_of, "recorded": recorded}
    kinds, roles_, after = zip(*_marks(conn, asked), strict=True) if asked else ((), (), ())
    marks = {"kinds": list(kinds), "roles": list(roles_), "after": list(after)}
    rows = _rows(conn, "links", {**_at(place for place, _ in asked), **marks, **when, "most": None if most is None else most + 1})
    found: list[list[Link]] = [[] for _ in asked]
    for (number, *_), link in zip(rows, _opened(vault, [row for _, *row in rows], unmask), strict=True):
        found[number - 1].append(link)
    in_pages = [place for (place, on), some in zip(asked, found, strict=True) if on or (most is not None and len(some) > most)]
    totals = _totals(conn, in_pages, when)
    return {page: _meeting(page[0], some, most, totals.get(page[0])) for page, some in zip(asked, found, strict=True)}


def moment(conn) -> datetime:
    """Return the moment the transaction looks at: what is believed now is believed then."""
    return _rows(conn, "moment")[0][0]


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


def _at(places: Iterable[str]) -> dict[str, list[str]]:
    asked = list(places)
    return {"zones": [rules.zone_of(place) for place in asked], "places": asked}


def _marks(conn, asked: list[Page]) -> list[tuple[str, str, int]]:
    """Where each list goes on: after this kind, role and link."""
    on = [page for page in asked if page[1]]
    values = {**_at(place for place, _ in on), "after": [link_id for _, link_id in on]}
    known = {(place, link_id): (kind, role, link_id) for place, link_id, kind, role in (_rows(conn, "marks", values) if on else ())}
    for page in on:
        if page not in known:
            raise NotFound("link", page[1])
    return [known.get(page, ("", "", 0)) for page in asked]


def _totals(conn, places: list[str], when: dict) -> dict[str, dict[Kind, int]]:
    """How many links of each kind there are at places whose lists have several pages."""
    found: dict[str, dict[Kind, int]] = {place: {} for place in places}
    for place, kind, count in _rows(conn, "totals", {**_at(found), **when}) if found else ():
        found[place][Kind(kind)] = count
    return found


def _meeting(place: str, links: list[Link], most: int | None, totals: dict[Kind, int] | None) -> Meeting:
    by_kind = {kind: tuple(some) for kind, some in groupby(links[:most], lambda link: link.kind)}
    counts = {kind: len(some) for kind, some in by_kind.items()} if totals is None else totals
    return Meeting(place, by_kind, counts, most is None or len(links) <= most)


def _opened(vault: Vault, rows: Sequence[Sequence], unmask: bool) -> list[Link]:
    opened = vault.open_many((kind, token, key_id, sealed) for token, _, kind, *_, key_id, sealed in rows)
    return [_link(row, form, unmask) for row, form in zip(rows, opened, strict=True)]


def _link(row: Sequence, form: str, unmask: bool) -> Link:
    token, link_id, kind, *rest, _, _ = row
    code = registry.parse(kind, form) if unmask else None
    return Link(bytes(token).hex(), link_id, Kind(kind), *rest, masked=_masked(kind, form), code=code)


def _masked(kind: str, form: str) -> str:
    return registry.family(kind).mask(form)


def _rows(conn, name: str, values: dict | None = None) -> list[tuple]:
    with conn.cursor() as cur:
        queries.prepared(cur, SQL[name], values)
        return cur.fetchall()
