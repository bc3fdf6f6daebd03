"""Reading the address base by code, today or as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

import shapely

from ..db import queries
from ..errors import Gone, NotFound
from ..hierarchy import store as hierarchy
from ..hierarchy.model import GOVERNANCE, GridUnit, Kind, Outcome
from ..moments import CHINA
from . import rules
from .model import Address, Building, Change, House, Name, NameKind, Parts, Place, Reason, Status, Successor

SQL = queries.load(__package__)

_WITHIN_A_DAY = (
    *("issued", "follows", "address-ended", "name-ended", "address", "name", "grid"),
    *("ended", "demolished", "retired", "followed-by"),
)

#: how far a chain of successors is followed
_LONGEST = 16


def today(conn) -> date:
    """Return the day it is in China, by the server's clock."""
    return SQL.rows(conn, "today")[0][0]


def uses(conn) -> dict[str, tuple[str, str, bool, bool]]:
    """Return the uses of buildings: Chinese and English name, whether people may live there, and work there."""
    return {use: tuple(rest) for use, *rest in SQL.rows(conn, "uses")}


def building(conn, code: str, on: date | None = None) -> Building:
    """Return a building, with the main address of a day (today when None).

    Raises
    ------
    InvalidCode
        What is no building's code.
    NotFound
        No such building, or not yet on that day.
    Gone
        It was no more on that day; who follows is named.
    """
    code = rules.building_code(code)
    found = _rows_of(conn, "building", code)
    if not found:
        raise NotFound("building", code)
    *_, footprint, valid_from, valid_to, source = found[0]
    made = Building(*found[0][:7], footprint and shapely.from_wkb(bytes(footprint)), valid_from, valid_to, source, _main(conn, code, on))
    made = replace(made, status=Status(made.status))
    _there(conn, "building", made, on)
    return made


def building_codes(conn) -> set[str]:
    """Return the codes of all buildings there are or were."""
    return {code for (code,) in SQL.rows(conn, "building_codes")}


def house(conn, code: str, on: date | None = None) -> House:
    """Return a house; raises as :func:`building` does."""
    code = rules.house_code(code)
    found = _rows_of(conn, "house", code)
    if not found:
        raise NotFound("house", code)
    made = _house(found[0])
    _there(conn, "house", made, on)
    return made


def houses(conn, building_code: str, on: date | None = None, *, after: str | None = None, limit: int | None = None) -> list[House]:
    """Return the houses that are in a building today and were there on a day (today when None), as one would walk through it.

    Parameters
    ----------
    after
        Only those that come after the house of this code.
    limit
        So many at most; all when None.

    Raises
    ------
    InvalidCode
        What is no building's code, or `after` no house's.
    NotFound
        `after` is no house in the building.
    """
    code = rules.building_code(building_code)
    page = {"after": None if after is None else _within(conn, code, after), "limit": limit}
    return [_house(row) for row in SQL.rows(conn, "houses", code=code, on=on, **page)]


def house_count(conn, building_code: str, on: date | None = None) -> int:
    """Return the number of houses that :func:`houses` has; raises InvalidCode."""
    return SQL.rows(conn, "house_count", code=rules.building_code(building_code), on=on)[0][0]


def addresses(conn, building_code: str) -> list[Address]:
    """Return every address a building ever had: the valid ones first, the main one before the others."""
    return [Address(*row) for row in _rows_of(conn, "addresses", rules.building_code(building_code))]


def names(conn, code: str, on: date | None = None) -> list[Name]:
    """Return what a building or house is and was called; with `on` what it was called on that day.

    For the full, the administrative and the geographic name, where none is stored, one is composed of the parts.
    Of what is gone only the stored ones are known. Raises InvalidCode and NotFound.
    """
    code = rules.code(code)
    stored = [Name(code, NameKind(kind), *rest) for code, kind, *rest in _rows_of(conn, "names", code)]
    found = [one for one in stored if on is None or (one.valid_from <= on and (one.valid_to is None or on < one.valid_to))]
    have = {one.kind for one in found if on is not None or one.valid_to is None}
    try:
        known = parts(conn, code, on)
    except Gone:
        return found
    made = {kind: rules.compose(kind, known) for kind in rules.COMPOSED if kind not in have}
    return found + [Name(code, kind, name, None, None, "", composed=True) for kind, name in made.items() if name]


def parts(conn, code: str, on: date | None = None) -> Parts:
    """Return the parts of the address of a building or house on a day (today when None); raises as :func:`building` does."""
    code = rules.code(code)
    one = None if rules.is_building(code) else house(conn, code, on)
    of = building(conn, one.building_code if one else code, on)
    written = of.address or Address()
    province, city = rules.city(code)
    label = {"unit": one.unit, "floor": one.floor, "room": one.room} if one else {}
    address = {part: getattr(written, part) for part in ("road", "plate", "compound", "block")}
    return Parts(province, city, **_divisions(conn, of.code, on), **address, **label)


def successors(conn, code: str) -> list[Successor]:
    """Return who follows a building or house directly."""
    return [_successor(row) for row in _rows_of(conn, "successors", rules.code(code))]


def predecessors(conn, code: str) -> list[Successor]:
    """Return whom a building or house follows directly."""
    return [_successor(row) for row in SQL.rows(conn, "predecessors", code=rules.code(code))]


def grid_of(conn, building_code: str, moment: datetime | None = None) -> Place:
    """Return which unit a building lies in, in the governance edition valid at a moment (timezone-aware; now when None).

    Raises
    ------
    NotFound
        No edition is valid then, or the building was not known yet while that edition was.
    """
    code = rules.building_code(building_code)
    edition = hierarchy.edition_at(conn, GOVERNANCE, moment)
    if edition is None:
        raise NotFound("edition valid at", moment or "now")
    found = _rows_of(conn, "place", code, edition_id=edition.edition_id)
    if not found:
        raise NotFound(f"place in edition {edition.edition_id} of building", code)
    unit_id, outcome = found[0]
    return Place(edition.edition_id, Outcome(outcome), tuple(_chain(conn, edition.edition_id, unit_id)))


def history(conn, code: str) -> list[Change]:
    """Return everything known to have happened to a building or house, oldest first; also of one that is gone.

    `what` is one of `issued`, `follows`, `address-ended`, `name-ended`, `address`, `name`, `grid`, `ended`, `demolished`,
    `retired` and `followed-by`: so they are told within a day. Raises InvalidCode and NotFound.
    """
    code = rules.code(code)
    kind = "building" if rules.is_building(code) else "house"
    found = _rows_of(conn, kind, code)
    if not found:
        raise NotFound(kind, code)
    *_, valid_from, valid_to, source = found[0]
    status = found[0][2] if kind == "building" else found[0][6]
    changes = [Change(valid_from, "issued", source)]
    if valid_to is not None:
        changes.append(Change(valid_to, status if Status(status).gone else "ended", ""))
    if kind == "building":
        changes += _addresses_of(conn, code)
        changes += [
            Change(since.astimezone(CHINA).date(), "grid", unit or name or "") for since, unit, name in _rows_of(conn, "places", code)
        ]
    changes += _names_of(conn, code)
    changes += [Change(one.since, "followed-by", f"{one.successor} {one.reason}") for one in successors(conn, code)]
    changes += [Change(one.since, "follows", f"{one.code} {one.reason}") for one in predecessors(conn, code)]
    return sorted(changes, key=lambda change: (change.on, _WITHIN_A_DAY.index(change.what)))


@contextmanager
def writing(conn) -> Iterator[None]:
    """Do what the block does as the writer, who may neither delete an address nor change a code."""
    with conn.cursor() as cur:
        cur.execute(SQL["as_writer"])
        yield
        cur.execute(SQL["as_oneself"])


def lock(conn, issuer: str | None = None) -> None:
    """Keep others from giving codes in a basic grid or building until the transaction ends; from all writing when None."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock_issuer"] if issuer else SQL["lock_all"], {"issuer": issuer})


def tell(conn) -> None:
    """Tell every process that holds names or codes in memory, once the transaction commits."""
    with conn.cursor() as cur:
        cur.execute(SQL["tell"])


def _rows_of(conn, query: str, code: str, **parameters) -> list[tuple]:
    return SQL.rows(conn, query, zone=code[:12], code=code, **parameters)


def _house(row: tuple) -> House:
    return replace(House(*row), status=Status(row[6]))


def _within(conn, building_code: str, code: str) -> str:
    """The code of a house, known to be in a building."""
    code = rules.house_code(code)
    found = _rows_of(conn, "house", code)
    if not found or found[0][1] != building_code:
        raise NotFound(f"house in {building_code}:", code)
    return code


def _successor(row: tuple) -> Successor:
    code, successor, reason, since = row
    return Successor(code, successor, Reason(reason), since)


def _main(conn, code: str, on: date | None) -> Address | None:
    """The main address of a day; of the days before the first one, the first."""
    mains = [one for one in addresses(conn, code) if one.main]
    day = on or today(conn)
    then = [one for one in mains if one.valid_from <= day and (one.valid_to is None or day < one.valid_to)]
    return max(then, key=lambda one: one.valid_from, default=min(mains, key=lambda one: one.valid_from, default=None))


def _gone(one: Building | House, day: date) -> bool:
    return one.valid_to <= day if one.valid_to is not None else one.status.gone


def _there(conn, kind: str, one: Building | House, on: date | None) -> None:
    if _gone(one, on or today(conn)):
        raise Gone(kind, one.code, one.valid_to or _succeeded(conn, one.code), _living_successors(conn, one.code))
    if on is not None and on < one.valid_from:
        raise NotFound(f"{kind} valid on {on}:", one.code)


def _succeeded(conn, code: str) -> date | None:
    """The day others followed one whose own end was not told; None where nobody did."""
    return min((one.since for one in successors(conn, code)), default=None)


def _living_successors(conn, code: str) -> list[str]:
    """Whom a chain of successors ends at."""
    ends, seen, wave = [], {code}, [code]
    for _ in range(_LONGEST):
        followers = {one: [follower.successor for follower in successors(conn, one)] for one in wave}
        ends += [one for one, next_ones in followers.items() if not next_ones and one != code]
        wave = sorted({one for next_ones in followers.values() for one in next_ones} - seen)
        seen.update(wave)
        if not wave:
            break
    return sorted(ends)


def _divisions(conn, code: str, on: date | None) -> dict[str, str]:
    moment = datetime(on.year, on.month, on.day, 12, tzinfo=CHINA) if on else None
    try:
        chain = grid_of(conn, code, moment).chain
    except NotFound:
        return {}
    return {unit.level: unit.name_zh for unit in chain if unit.level in ("district", "street", "community")}


def _chain(conn, edition_id: int, unit_id: int | None) -> Iterator[GridUnit]:
    for row in SQL.rows(conn, "chain", edition_id=edition_id, unit_id=unit_id):
        yield replace(GridUnit(*row), kind=Kind(row[6]))


def _addresses_of(conn, code: str) -> Iterator[Change]:
    for one in addresses(conn, code):
        written = rules.compose(NameKind.GEOGRAPHIC, Parts(road=one.road, plate=one.plate, compound=one.compound, block=one.block))
        yield Change(one.valid_from, "address", written)
        if one.valid_to is not None:
            yield Change(one.valid_to, "address-ended", written)


def _names_of(conn, code: str) -> Iterator[Change]:
    for _, kind, name, valid_from, valid_to, _ in _rows_of(conn, "names", code):
        yield Change(valid_from, "name", f"{name} ({kind})")
        if valid_to is not None:
            yield Change(valid_to, "name-ended", f"{name} ({kind})")
