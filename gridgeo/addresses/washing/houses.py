"""From buildings to houses: the doors written, what they were called before, and who follows what is retired."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .. import rules as address_rules
from ..model import NameKind, Parts
from . import rules
from .base import Base, rows
from .comparable import key
from .comparing import Building, Candidate, House, Written
from .model import Fault

if TYPE_CHECKING:
    from .match import Case

_NUMBER = re.compile("[1-9][0-9]{2,4}")
#: rooms of a range that are looked for
_LONGEST_RANGE = 40


def settle(conn, cases: list[Case], base: Base) -> None:
    """Find the houses of the chosen buildings, and who follows what is retired."""
    _houses(conn, [candidate for case in cases if case.kind < 4 for candidate in case.chosen if not candidate.named])
    _formerly(conn, cases, base)
    _follow(conn, cases, base)


def rooms(w: Written) -> list[str]:
    """Return the numbers a room may stand under, the surest first: as written; with its floor before it.

    >>> rooms(Written("", room="2", floor=5)), rooms(Written("", room="701,702"))
    (['2', '502'], ['701,702'])
    """
    if not w.room:
        letter = f"{w.floor}F"
        return [letter] if w.floor and letter in w.text.upper() else []
    found = [w.room]
    if w.floor is not None and w.floor > 0 and w.room.isdigit() and len(w.room) <= 2:
        found.append(f"{w.floor}{w.room.zfill(2)}")
    once = set(w.room.split(",")) if "," in w.room else ()
    return [*found, *once] if len(once) == 1 else found


def several(w: Written) -> list[str]:
    """Return the rooms of a list or range; none where one room is written, or a room with a sub-number.

    >>> several(Written("", room="701,702")), several(Written("", room="101-103")), several(Written("", room="101-2"))
    (['701', '702'], ['101', '102', '103'], [])
    """
    if not w.room or w.room.isalnum():
        return []
    found = dict.fromkeys(room for part in w.room.split(",") for room in _ranged(part))
    return list(found) if len(found) > 1 else []


def _ranged(part: str) -> list[str]:
    first, _, last = part.partition("-")
    is_range = _NUMBER.fullmatch(first) and _NUMBER.fullmatch(last) and len(first) == len(last)
    if not is_range or not 0 <= int(last) - int(first) <= _LONGEST_RANGE:
        return [part] if part else []
    return [str(number) for number in range(int(first), int(last) + 1)]


def _houses(conn, wanted: list[Candidate]) -> None:
    """Give every candidate the houses of the first number that has any; of a whole floor where no room is written."""
    sought = [(one, rooms(one.written), several(one.written)) for one in wanted]
    pairs = {(one.building.code, room) for one, ways, ranged in sought for room in (*ways, *ranged)}
    levels = {(one.building.code, one.written.floor) for one in wanted if not one.written.room and one.written.floor is not None}
    by_room: dict[tuple, list[House]] = defaultdict(list)
    if pairs:
        buildings, numbers = map(list, zip(*sorted(pairs), strict=True))
        for row in rows(conn, "houses", building=buildings, room=numbers):
            by_room[row[0], row[1]].append(House._make(row))
    if levels:
        buildings, numbers = map(list, zip(*sorted(levels), strict=True))
        for row in rows(conn, "floors", building=buildings, floor=numbers):
            by_room[row[0], row[4]].append(House._make(row))
    for one, ways, ranged in sought:
        code, w = one.building.code, one.written
        for room in ways:
            one.houses = by_room.get((code, room), [])
            if one.houses:
                break
        else:
            one.houses = [house for room in ranged for house in by_room.get((code, room), [])]
            one.several = bool(one.houses)
            if not w.room and w.floor is not None:
                one.houses = by_room.get((code, w.floor), [])


def _formerly(conn, cases: list[Case], base: Base) -> None:
    """Find the houses that were called by the unit and room written before they were given others."""
    lost = [one for case in cases if case.kind < 4 for one in case.chosen if one.written.room and not one.houses and one.building.live]
    askers = {(id(one), name): one for one in lost for name in map(key, _labels(one, base)) if name}
    for one, (house, building) in named(conn, askers, base):
        if building.code == one.building.code:
            one.houses.append(house._replace(room_key=one.written.room, unit_key=one.written.unit))
            one.followed |= {Fault.FORMER_NAME}


def _labels(one: Candidate, base: Base) -> list[str]:
    """What a house of a building was called, if it had the unit and room written. Former labels are kept as geographic names."""
    above = {unit.level: unit.name for unit in base.units.chain(one.building.unit_id) if unit.level == "district"}
    province, city = address_rules.city(one.building.code)
    building = {part: getattr(one.building, part) for part in ("road", "plate", "compound", "block")}
    door = {"unit": one.written.unit, "room": one.written.room}
    return [address_rules.compose(NameKind.GEOGRAPHIC, Parts(province=province, city=city, **above, **building, **door))]


def named(conn, askers: dict, base: Base) -> list[tuple]:
    """Each asker with a house of the name it asks for, and the building the house is in."""
    keys = sorted({name for _, name in askers})
    codes: dict[str, list[str]] = defaultdict(list)
    for name, code in rows(conn, "named_houses", keys=keys) if keys else ():
        codes[name].append(code)
    every = sorted({code for found in codes.values() for code in found})
    houses = {row[2]: House._make(row) for row in of_codes(conn, "houses_by_code", every)}
    wanted = sorted({house.building for house in houses.values()})
    buildings = main(of_codes(conn, "by_code", wanted, edition_id=base.units.edition_id))
    found = [(asker, houses.get(code)) for (_, name), asker in askers.items() for code in codes[name]]
    return [(asker, (house, buildings[house.building])) for asker, house in found if house and house.building in buildings]


def _follow(conn, cases: list[Case], base: Base) -> None:
    """Put in place of what is retired what follows it today, however many steps away."""
    gone: dict[str, None] = {}
    waiting: list[tuple[Case, Candidate]] = []
    for case in cases:
        if case.kind >= 4:
            continue
        for one in case.chosen:
            old = _retired(one)
            if old or not one.building.live:
                gone.update(dict.fromkeys([*(house.code for house in old), *(() if one.building.live else (one.building.code,))]))
                waiting.append((case, one))
    if not waiting:
        return
    heirs = _heirs(conn, list(gone))
    codes = {code for found in heirs.values() for code, _ in found}
    houses = {row[2]: House._make(row) for row in of_codes(conn, "houses_by_code", [code for code in codes if len(code) == 25])}
    places = {code for code in codes if len(code) == 19} | {house.building for house in houses.values()}
    buildings = main(of_codes(conn, "by_code", list(places), edition_id=base.units.edition_id))
    for case, one in waiting:
        _replace(case, one, heirs, houses, buildings)
    moved = [one for case, _ in waiting for one in case.chosen if one.followed and not one.houses]
    if moved:
        _houses(conn, moved)


def _retired(one: Candidate) -> list[House]:
    """The houses written, where all of them are retired."""
    if all(house.live for house in one.houses):
        return []
    fitting, _ = rules.fitting(one.written, one.houses)
    return [] if any(house.live for house in fitting) else fitting


def _replace(case: Case, one: Candidate, heirs: dict, houses: dict[str, House], buildings: dict[str, Building]) -> None:
    """Put the heirs of a candidate in its place: house by house where houses follow, else the building that follows."""
    found: list[Candidate] = []
    for code, _ in [heir for house in _retired(one) for heir in heirs.get(house.code, ())]:
        house = houses.get(code)
        if house and house.live and house.building in buildings:
            found.append(_heir(one, buildings[house.building], [house], Fault.RETIRED_HOUSE))
    if not found and not one.building.live:
        followers = [(buildings[code], reason) for code, reason in heirs.get(one.building.code, ()) if code in buildings]
        found = [_heir(one, building, [], Fault.RETIRED_BUILDING, reason) for building, reason in followers if building.live]
    if found:
        case.chosen = [other for other in case.chosen if other is not one] + found


def _heir(one: Candidate, building: Building, houses: list[House], why: Fault, reason: str = "") -> Candidate:
    faults = {why, *({Fault.REBUILT} if reason in ("replaced", "split") else set())}
    issued = "" if houses else one.building.code
    followed = one.followed | faults
    return Candidate(building, one.written, one.agreed, one.faults, one.repaired, houses, followed, issued, several=one.several)


def _heirs(conn, codes: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return for each code the last ones that follow it, and why they do."""
    follows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    asked: set[str] = set()
    todo = set(codes)
    while todo and len(asked) < 100_000:
        asked |= todo
        for code, successor, reason in of_codes(conn, "followers", sorted(todo)):
            follows[code].append((successor, reason))
        todo = {successor for code in todo for successor, _ in follows.get(code, ())} - asked
    return {code: _last(code, follows, frozenset()) for code in codes}


def _last(code: str, follows: dict, seen: frozenset[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for successor, reason in follows.get(code, ()):
        if successor in seen:
            continue
        beyond = _last(successor, follows, seen | {code})
        found += [(last, reason if reason in ("replaced", "split") else why) for last, why in beyond] or [(successor, reason)]
    return list(dict.fromkeys(found))


def main(rows: Iterable[tuple]) -> dict[str, Building]:
    """One row a building: its address of today, the main one first."""
    found: dict[str, Building] = {}
    for _, *row in rows:
        building = Building._make(row)
        held = found.get(building.code)
        if held is None or (building.past, not building.main) < (held.past, not held.main):
            found[building.code] = building
    return found


def of_codes(conn, query: str, codes: list[str], **more) -> list[tuple]:
    """Return the rows of a query for some codes."""
    return rows(conn, query, codes=codes, zones=sorted({code[:12] for code in codes}), **more) if codes else []
