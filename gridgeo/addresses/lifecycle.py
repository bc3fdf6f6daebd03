"""What happens to buildings and houses: they are given a code, renumbered, moved, merged, split, and go.

A code is given in sequence under a lock and never again. When the address changes, the code stays; when the thing itself
goes, the code stays to say who follows. Everything is written as the role that may not do otherwise.

A caller of a part of the city touches nothing outside of it: what he names is looked for with his own eyes, and so is what
was made, at the end. Between them codes are counted and places derived for the whole city.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely

from ..access import store as access
from ..codes import grid as grid_codes
from ..errors import Conflict, InvalidGeometry, InvalidInput, NotFound, OutsideArea
from ..geo import gate
from ..hierarchy import store as hierarchy
from ..hierarchy.model import GOVERNANCE
from . import assignment, rules, store
from .model import Address, Building, House, NameKind, Reason, Status
from .store import SQL
from .washing.text import key, number_key

_WRITTEN = ("road", "plate", "compound", "block")


def mint_building(
    conn,
    grid: str | None,
    *,
    lon: float,
    lat: float,
    use: str,
    address: Address,
    status: Status = Status.IN_USE,
    floors: int | None = None,
    floors_below: int | None = None,
    footprint: Any = None,
    on: date | None = None,
    source: str = "",
) -> Building:
    """Give a new building the next code of a basic grid and say where it lies; return it.

    Parameters
    ----------
    grid
        Code of the basic grid (14) it is issued in; None for the one it lies in today.
    lon, lat
        EPSG:4490 degrees; `footprint`, where there is one, a MultiPolygon there that has passed the geometry gate.
    on
        The day it is valid from; today when None.

    Raises
    ------
    InvalidCode, InvalidGeometry, InvalidInput
        A wrong grid, point, use or address.
    OutsideArea
        The point lies in no basic grid, or beyond what the caller may see.
    Conflict
        The grid has given all its numbers.
    """
    rules.located(address.road, address.compound)
    rules.standing(status)
    _require_use(conn, use)
    _require_point(lon, lat)
    issuer = grid_codes.parse(grid or _grid_at(conn, lon, lat))
    issuer.prefix("micro")
    start = on or store.today(conn)
    with store.writing(conn), access.regardless(conn):
        store.lock(conn, issuer.code)
        code = rules.next_building(issuer.code, _last(conn, "last_building", issuer.code))
        facts = {"use": use, "status": status, "floors": floors, "floors_below": floors_below, "valid_from": start, "source": source}
        _run(conn, "add_building", code, lon=lon, lat=lat, footprint=_wkb(footprint), **facts)
        _add_address(conn, code, address, start, source)
        assignment.assign_new(conn, [code])
        store.tell(conn)
    return _where_it_may(conn, code, lon, lat, start)


def mint_house(
    conn,
    building_code: str,
    *,
    unit: str | None = None,
    floor: int | None = None,
    room: str | None = None,
    use: str | None = None,
    status: Status = Status.IN_USE,
    area_m2: float | None = None,
    on: date | None = None,
    source: str = "",
) -> House:
    """Give a new house the next code of a building, and return it. Raises as :func:`store.building` does, InvalidInput, and Conflict."""
    of = store.building(conn, building_code)
    rules.standing(status)
    if use is not None:
        _require_use(conn, use)
    with store.writing(conn), access.regardless(conn):
        store.lock(conn, of.code)
        code = rules.next_house(of.code, _last(conn, "last_house", of.code))
        facts = {"use": use, "status": status, "area_m2": area_m2, "valid_from": on or store.today(conn), "source": source}
        _run(conn, "add_house", code, building=of.code, **_label(unit, floor, room), **facts)
        store.tell(conn)
    return store.house(conn, code, on)


def renumber(conn, building_code: str, address: Address, on: date | None = None, source: str = "") -> Building:
    """Give a building another main address from a day on; the one before ends there and goes on leading to it.

    Raises as :func:`store.building` does, InvalidInput, and Conflict when the day is not after the start of the present one.
    """
    one = store.building(conn, building_code)
    rules.located(address.road, address.compound)
    day = on or store.today(conn)
    if one.address is not None:
        rules.later(one.code, one.address.valid_from, day)
    with store.writing(conn):
        _run(conn, "end_address", one.code, on=day)
        _add_address(conn, one.code, address, day, source)
        store.tell(conn)
    return store.building(conn, one.code, day)


def relabel(
    conn, house_code: str, *, unit: str | None = None, floor: int | None = None, room: str | None = None, on: date | None = None
) -> House:
    """Give a house another unit, floor or room number; what it was called until then becomes a former name.

    Raises as :func:`store.house` does, and Conflict when the day is not after its start.
    """
    one = store.house(conn, house_code)
    day = on or store.today(conn)
    rules.later(one.code, one.valid_from, day)
    before = rules.compose(NameKind.GEOGRAPHIC, store.parts(conn, one.code))
    with store.writing(conn):
        if before:
            former = {"kind": NameKind.FORMER, "name": before, "name_key": key(before), "valid_from": one.valid_from, "valid_to": day}
            _run(conn, "add_name", one.code, source="", **former)
        _run(conn, "set_label", one.code, **_label(unit, floor, room))
        store.tell(conn)
    return store.house(conn, one.code)


def relocate(conn, building_code: str, lon: float, lat: float, footprint: Any = None) -> Building:
    """Correct where a building is (EPSG:4490): its code stays, its unit is found anew for the editions of now and to come.

    Raises as :func:`store.building` does, InvalidGeometry, and OutsideArea for a point beyond what the caller may see.
    """
    one = store.building(conn, building_code)
    _require_point(lon, lat)
    with store.writing(conn), access.regardless(conn):
        _run(conn, "set_point", one.code, lon=lon, lat=lat, footprint=_wkb(footprint))
        assignment.reassign(conn, [one.code])
        store.tell(conn)
    return _where_it_may(conn, one.code, lon, lat)


def move(conn, house_code: str, building_code: str, on: date | None = None) -> House:
    """Give a house that belongs to another building a new code there; the old one goes and names it.

    Raises as :func:`store.house` and :func:`store.building` do, and Conflict.
    """
    one, day = store.house(conn, house_code), on or store.today(conn)
    rules.later(one.code, one.valid_from, day)
    facts = {"unit": one.unit, "floor": one.floor, "room": one.room, "use": one.use, "status": one.status, "area_m2": one.area_m2}
    new = mint_house(conn, building_code, on=day, source=one.source, **facts)
    retire(conn, one.code, day, successors=[new.code], reason=Reason.MOVED)
    return new


def merge(conn, codes: Sequence[str], into: str, on: date | None = None) -> None:
    """Let one building, or one house, take the place of others; the houses of merged buildings keep their codes and belong to it.

    Raises as :func:`retire` does, and InvalidInput where a house is to take the place of a building, or a building that of a house.
    """
    day = on or store.today(conn)
    for code in map(rules.code, codes):
        rules.alike(code, [into])
        if rules.is_building(code) and rules.is_building(rules.code(into)):
            _move_houses(conn, code, rules.code(into), day)
        retire(conn, code, day, successors=[into], reason=Reason.MERGED)


def split(conn, code: str, into: Sequence[str], houses: Mapping[str, str] | None = None, on: date | None = None) -> None:
    """Let several buildings, or houses, which have their codes already, take the place of one.

    Parameters
    ----------
    houses
        For a building: to which of `into` each of its houses belongs from now on. They keep their codes.

    Raises
    ------
    Conflict
        For a house of the building of which nothing is said, and as :func:`retire` does.
    NotFound
        For a house that is not in the building.
    InvalidInput
        For a house given to a building that is not among `into`, and for buildings that are to take the place of a house, or the like.
    """
    rules.alike(rules.code(code), into)
    code, parts, day = rules.code(code), [rules.code(part) for part in into], on or store.today(conn)
    belongs = {rules.house_code(house): rules.building_code(to) for house, to in (houses or {}).items()}
    for to in sorted(set(belongs.values()) - set(parts)):
        raise InvalidInput("houses", to, "is none of those the building is split into")
    if rules.is_building(code):
        there = {house for (house,) in store.SQL.rows(conn, "remaining", code=code, on=day)}
        left, strange = there - set(belongs), set(belongs) - there
        if strange:
            raise NotFound(f"house in {code}:", min(strange))
        if left:
            raise Conflict(f"{len(left)} houses of {code} are given to none of its parts, as {min(left)}")
        for part in parts:
            _move_houses(conn, code, part, day, [house for house, to in belongs.items() if to == part])
    retire(conn, code, day, successors=parts, reason=Reason.SPLIT)


def retire(
    conn,
    code: str,
    on: date | None = None,
    *,
    successors: Iterable[str] = (),
    reason: Reason = Reason.REPLACED,
    status: Status = Status.RETIRED,
) -> None:
    """End a building or house on a day; what is left of a building's houses ends with it. Its code stays, and is never given again.

    Parameters
    ----------
    successors
        Who follows: buildings or houses that are there.
    status
        RETIRED, or DEMOLISHED.

    Raises
    ------
    InvalidCode, NotFound, Gone
        For it, and for each successor.
    InvalidInput
        A status of what is still there.
    Conflict
        When the day is not after its start or is still to come, or it would follow itself.
    """
    if not status.gone:
        raise InvalidInput("status", str(status), "give retired or demolished")
    code, day = rules.code(code), on or store.today(conn)
    is_building = rules.is_building(code)
    one = store.building(conn, code) if is_building else store.house(conn, code)
    rules.later(code, one.valid_from, day)
    rules.come(code, day, store.today(conn))
    followers = [_standing(conn, successor) for successor in successors]
    if code in followers:
        raise Conflict(f"{code} cannot follow itself")
    with store.writing(conn):
        if is_building:
            _run(conn, "end_houses", code, on=day, status=status)
        _run(conn, "end_building" if is_building else "end_house", code, on=day, status=status)
        for follower in followers:
            _run(conn, "add_successor", code, successor=follower, reason=reason, since=day)
        store.tell(conn)


def twin_of_building(conn, lon: float, lat: float, address: Address) -> str | None:
    """Return the code of a living building that stands at the very point and is written alike; None where there is none.

    Minting twice is no error here: whoever lets others ask for it looks first.
    """
    keys = _keys(address)
    return next((code for (code,) in store.SQL.rows(conn, "twin_building", lon=lon, lat=lat, **keys)), None)


def twin_of_house(conn, building_code: str, unit: str | None, floor: int | None, room: str | None) -> str | None:
    """Return the code of a living house of the same room, unit and floor in a building; None where there is none, or no room is said."""
    asked = {"code": rules.building_code(building_code), **_label(unit, floor, room)}
    return next((code for (code,) in store.SQL.rows(conn, "twin_house", **asked)), None)


def _move_houses(conn, code: str, to: str, on: date, houses: list[str] | None = None) -> None:
    _standing(conn, to)
    with store.writing(conn):
        _run(conn, "move_houses", code, to=to, on=on, houses=houses)


def _standing(conn, code: str) -> str:
    code = rules.code(code)
    return (store.building if rules.is_building(code) else store.house)(conn, code).code


def _run(conn, query: str, code: str, **parameters) -> None:
    with conn.cursor() as cur:
        cur.execute(SQL[query], {"zone": code[:12], "code": code, **parameters})


def _last(conn, query: str, issuer: str) -> int:
    return store.SQL.rows(conn, query, zone=issuer[:12], issuer=issuer)[0][0]


def _add_address(conn, code: str, address: Address, on: date, source: str) -> None:
    written = {part: getattr(address, part) for part in _WRITTEN}
    _run(conn, "add_address", code, main=address.main, valid_from=on, source=address.source or source, **written, **_keys(address))


def _keys(address: Address) -> dict[str, str | None]:
    return {f"{part}_key": (key if part in ("road", "compound") else number_key)(getattr(address, part)) for part in _WRITTEN}


def _label(unit: str | None, floor: int | None, room: str | None) -> dict[str, object]:
    return {"unit": unit, "floor": floor, "room": room, "unit_key": number_key(unit), "room_key": number_key(room)}


def _grid_at(conn, lon: float, lat: float) -> str:
    """The code of the lowest unit of today's grids at a point."""
    edition = hierarchy.edition_at(conn, GOVERNANCE)
    if edition is None:
        raise Conflict("there are no grids yet whose codes a building's could begin with: load and activate an edition")
    [(_, unit_id, _, metres)] = hierarchy.at(conn, edition.edition_id, [lon], [lat])
    if unit_id is None:
        raise OutsideArea(lon, lat, metres)
    code = store.SQL.rows(conn, "chain", edition_id=edition.edition_id, unit_id=unit_id)[-1][2]
    if code is None:
        raise Conflict("the grid there has no code yet that a building's could begin with")
    return code


def _where_it_may(conn, code: str, lon: float, lat: float, on: date | None = None) -> Building:
    """The building, seen as the caller sees; raises OutsideArea when it was put where he sees nothing."""
    try:
        return store.building(conn, code, on)
    except NotFound:
        raise OutsideArea(lon, lat) from None


def _require_use(conn, use: str) -> None:
    known = store.uses(conn)
    if use not in known:
        raise InvalidInput("use", use, f"there are {', '.join(known)}")


def _require_point(lon: float, lat: float) -> None:
    _, sound = gate.points(np.array([[lon, lat]]))
    if not sound[0]:
        raise InvalidGeometry("point", f"{lon}, {lat}", "no longitude and latitude in China")


def _wkb(footprint) -> str | None:
    return None if footprint is None else shapely.to_wkb(footprint, hex=True)
