"""Finding what a text may mean in the base: keys in, candidates out, a statement for each kind of key and not for each text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import pinyin, rules, slips
from .base import SQL, Base
from .model import Fault
from .parse import Parsed
from .rules import Building, Candidate, House, Written

#: how many names that are nearly what is written are tried
_NEARLY = 6

#: what each query takes, in the order of an ask's keys
_KEYS = {
    "by_plate": ("road", "plate", "block"),
    "by_lane": ("compound", "road", "plate"),
    "by_number": ("compound", "plate"),
    "by_block": ("compound", "block"),
    "by_compound": ("compound",),
    "by_name": ("name", "block"),
}
_ALONE = ("by_compound", "by_name")

Ask = tuple[str, tuple[str | None, ...]]


@dataclass(slots=True)
class Case:
    """A text on its way: what it says, and what it may mean so far."""

    written: Written
    parsed: Parsed
    candidates: list[Candidate] = field(default_factory=list)
    asked: set[Ask] = field(default_factory=set)
    kind: int = 4
    chosen: list[Candidate] = field(default_factory=list)
    outside: bool = False


def written(text: str, parsed: Parsed) -> Written:
    """Return what a parsed text says, by keys."""
    said = parsed.values()
    keys = {name: part.key for name in ("road", "plate", "compound", "area", "block", "unit", "room") if (part := getattr(parsed, name))}
    divisions = {level: said.get(level, "") for level in ("district", "street", "community")}
    return Written(text, **divisions, **keys, floor=_floor(said.get("floor")), rest=parsed.rest, said=said)


def gather(conn, cases: list[Case], base: Base, default_unit: int | None) -> None:
    """Find the candidates of every case: first as written, then, where nothing agrees, with names repaired and parts left out."""
    _ask(conn, cases, base, [first(case.written, base) for case in cases])
    _choose(cases, base, default_unit)
    open_cases = [case for case in cases if case.kind >= 3]
    if open_cases:
        _ask(conn, open_cases, base, [further(case.written, base) for case in open_cases])
        _choose(open_cases, base, default_unit)


def first(w: Written, base: Base) -> list[Ask]:
    """Return where to look for a text as it is written: by the keys that tell most."""
    asks: list[Ask] = []
    if w.compound in base.compounds:
        if w.block:
            asks.append(("by_block", (w.compound, w.block)))
        elif w.plate:
            asks.append(("by_lane", (w.compound, w.road, w.plate)) if w.road else ("by_number", (w.compound, w.plate)))
        elif w.room or w.floor is not None or base.compounds[w.compound].buildings == 1:
            asks.append(("by_compound", (w.compound,)))
    if w.compound in base.names:
        asks.append(("by_name", (w.compound, w.block)))
    if w.compound and w.block and w.compound + w.block in base.names:
        asks.append(("by_name", (w.compound + w.block, None)))
    if not asks and w.road and w.plate:
        asks.append(("by_plate", (w.road, w.plate, w.block)))
    return asks


def further(w: Written, base: Base) -> list[Ask]:
    """Return where else to look: by every other pair of keys, by names that sound alike or are a slip away, by the outer place."""
    asks: list[Ask] = []
    if w.road and w.plate:
        asks += [("by_plate", (w.road, w.plate, w.block)), ("by_plate", (w.road, w.plate, None))]
        if w.road not in base.roads:
            asks += [("by_plate", (road, w.plate, w.block)) for road in _nearly(w.road, base, base.roads)]
    places = [w.compound] if w.compound else []
    if w.compound and w.compound not in base.compounds and w.compound not in base.names:
        places += _nearly(w.compound, base, base.compounds)
        asks += [("by_name", (name, w.block)) for name in _nearly(w.compound, base, base.names)]
    if w.area:
        places += [w.area, *((w.area + w.compound,) if w.compound else ())]
        asks += [("by_name", (w.area, w.block))] if w.area in base.names else []
    for place in places:
        if place in base.compounds:
            asks += _of_compound(place, w, base)
    return asks


def _of_compound(place: str, w: Written, base: Base) -> list[Ask]:
    asks: list[Ask] = []
    if w.block:
        asks.append(("by_block", (place, w.block)))
    if w.plate:
        asks.append(("by_number", (place, w.plate)))
        if w.road:
            asks.append(("by_lane", (place, w.road, w.plate)))
    if not asks and (w.room or w.floor is not None or base.compounds[place].buildings == 1):
        asks.append(("by_compound", (place,)))
    return asks


def _nearly(name: str, base: Base, among) -> list[str]:
    """Names of the base that sound the same, or are a slip away."""
    found = [entry.key for entry in (*base.lexicon.homophones(name), *base.lexicon.near(name)) if entry.key in among]
    return list(dict.fromkeys(found))[:_NEARLY]


def _ask(conn, cases: list[Case], base: Base, asks: list[list[Ask]]) -> None:
    """Put all asks, each different one once, and compare what is found with every text that asked."""
    askers: dict[str, dict[tuple, list[Case]]] = defaultdict(lambda: defaultdict(list))
    for case, wanted in zip(cases, asks, strict=True):
        for query, keys in wanted:
            if (query, keys) not in case.asked:
                case.asked.add((query, keys))
                askers[query][keys].append(case)
    for query, by_keys in askers.items():
        found = _buildings(conn, query, list(by_keys), base)
        for keys, rows in zip(by_keys, found, strict=True):
            alone = query in _ALONE and len({row.code for row in rows if row.live}) == 1
            for case in by_keys[keys]:
                case.candidates += [_compared(case.written, row, base, query == "by_name", alone) for row in rows]


def _buildings(conn, query: str, keys: list[tuple], base: Base) -> list[list[Building]]:
    columns = dict(zip(_KEYS[query], map(list, zip(*keys, strict=True)), strict=True))
    found: list[list[Building]] = [[] for _ in keys]
    for n, *row in _rows(conn, query, n=list(range(len(keys))), edition_id=base.units.edition_id, **columns):
        found[n].append(Building._make(row))
    return found


def _compared(w: Written, row: Building, base: Base, by_name: bool, alone: bool) -> Candidate:
    return rules.compare(w, row, base.units.agreement, base.compounds.__contains__, alike, by_name, alone)


def alike(own: str, its: str) -> Fault | None:
    """Return how one name is a slip for another: sounds the same, one character off, or a part left out that tells nothing apart."""
    if pinyin.sound(own) == pinyin.sound(its):
        return Fault.HOMOPHONE
    if min(len(own), len(its)) >= 2 and slips.is_slip(own, its):
        return Fault.TYPO
    return None


def _choose(cases: Iterable[Case], base: Base, default_unit: int | None) -> None:
    for case in cases:
        candidates = case.candidates
        if default_unit is not None and not case.written.district:
            inside = [one for one in candidates if default_unit in base.units.ids(one.building.unit_id)]
            case.outside = bool(candidates) and not inside
            candidates = inside or candidates
        case.kind, case.chosen = rules.best(candidates)


def settle(conn, cases: list[Case], base: Base) -> None:
    """Find the houses of the chosen buildings, and who follows what is retired."""
    _houses(conn, [(candidate, case.written) for case in cases if case.kind < 4 for candidate in case.chosen])
    _follow(conn, cases, base)


def rooms(w: Written) -> list[str]:
    """Return the numbers a room may stand under, the surest first: as written; with its floor before it.

    >>> rooms(Written("", room="2", floor=5)), rooms(Written("", room="701,702"))
    (['2', '502'], ['701,702', '701', '702'])
    """
    if not w.room:
        return []
    found = [w.room]
    if w.floor is not None and w.floor > 0 and w.room.isdigit() and len(w.room) <= 2:
        found.append(f"{w.floor}{w.room.zfill(2)}")
    if "," in w.room or "-" in w.room:
        found += [part for part in w.room.replace("-", ",").split(",") if part]
    return list(dict.fromkeys(found))


def _houses(conn, wanted: list[tuple[Candidate, Written]]) -> None:
    """Give every candidate the houses of the first number that has any; of a whole floor where no room is written."""
    pairs = {(one.building.code, room) for one, w in wanted for room in rooms(w)}
    levels = {(one.building.code, w.floor) for one, w in wanted if not w.room and w.floor is not None}
    by_room: dict[tuple, list[House]] = defaultdict(list)
    if pairs:
        buildings, numbers = map(list, zip(*sorted(pairs), strict=True))
        for row in _rows(conn, "houses", building=buildings, room=numbers):
            by_room[row[0], row[1]].append(House._make(row))
    if levels:
        buildings, numbers = map(list, zip(*sorted(levels), strict=True))
        for row in _rows(conn, "floors", building=buildings, floor=numbers):
            by_room[row[0], row[4]].append(House._make(row))
    for one, w in wanted:
        code = one.building.code
        for room in rooms(w)[:2]:
            one.houses = by_room.get((code, room), [])
            if one.houses:
                break
        else:
            rest = [house for room in rooms(w)[2:] for house in by_room.get((code, room), [])]
            one.houses = rest or (by_room.get((code, w.floor), []) if not w.room and w.floor is not None else [])


def _follow(conn, cases: list[Case], base: Base) -> None:
    """Put in place of what is retired what follows it today, however many steps away."""
    gone: dict[str, None] = {}
    waiting: list[tuple[Case, Candidate]] = []
    for case in cases:
        if case.kind >= 4:
            continue
        for one in case.chosen:
            old = [house.code for house in one.houses if not house.live] if not any(house.live for house in one.houses) else []
            if old or not one.building.live:
                gone.update(dict.fromkeys([*old, one.building.code] if not one.building.live else old))
                waiting.append((case, one))
    if not waiting:
        return
    heirs = _heirs(conn, list(gone))
    codes = {code for found in heirs.values() for code, _ in found}
    houses = {row[2]: House._make(row) for row in _of_codes(conn, "houses_by_code", [code for code in codes if len(code) == 25])}
    places = {code for code in codes if len(code) == 19} | {house.building for house in houses.values()}
    buildings = _main(_of_codes(conn, "by_code", list(places), edition_id=base.units.edition_id))
    for case, one in waiting:
        _replace(case, one, heirs, houses, buildings)
    moved = [(one, case.written) for case, _ in waiting for one in case.chosen if one.followed and not one.houses]
    if moved:
        _houses(conn, moved)


def _replace(case: Case, one: Candidate, heirs: dict, houses: dict[str, House], buildings: dict[str, Building]) -> None:
    """Put the heirs of a candidate in its place: house by house where houses follow, else the building that follows."""
    old = [house for house in one.houses if not house.live]
    found: list[Candidate] = []
    for code, _ in [heir for house in old for heir in heirs.get(house.code, ())]:
        house = houses.get(code)
        if house and house.live and house.building in buildings:
            found.append(_heir(one, buildings[house.building], [house], Fault.RETIRED_HOUSE))
    if not found and not one.building.live:
        followers = [(buildings[code], reason) for code, reason in heirs.get(one.building.code, ()) if code in buildings]
        found = [_heir(one, building, [], Fault.RETIRED_BUILDING, reason) for building, reason in followers if building.live]
    if found:
        case.chosen = [other for other in case.chosen if other is not one] + found


def _heir(one: Candidate, building: Building, houses: list[House], why: Fault, reason: str = "") -> Candidate:
    faults = {why, *({Fault.REBUILT} if reason == "replaced" else set())}
    return Candidate(building, one.agreed, one.faults, one.repaired, houses, frozenset(faults))


def _heirs(conn, codes: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return for each code the last ones that follow it, and why they do."""
    follows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    asked: set[str] = set()
    todo = set(codes)
    while todo and len(asked) < 100_000:
        asked |= todo
        for code, successor, reason in _of_codes(conn, "followers", sorted(todo)):
            follows[code].append((successor, reason))
        todo = {successor for code in todo for successor, _ in follows.get(code, ())} - asked
    return {code: _last(code, follows, frozenset()) for code in codes}


def _last(code: str, follows: dict, seen: frozenset[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for successor, reason in follows.get(code, ()):
        if successor in seen:
            continue
        beyond = _last(successor, follows, seen | {code})
        found += [(last, "replaced" if "replaced" in (reason, why) else why) for last, why in beyond] or [(successor, reason)]
    return list(dict.fromkeys(found))


def _main(rows: Iterable[tuple]) -> dict[str, Building]:
    """One row a building: its address of today, the main one first."""
    found: dict[str, Building] = {}
    for _, *row in rows:
        building = Building._make(row)
        held = found.get(building.code)
        if held is None or (building.past, not building.main) < (held.past, not held.main):
            found[building.code] = building
    return found


def _of_codes(conn, query: str, codes: list[str], **more) -> list[tuple]:
    return _rows(conn, query, codes=codes, zones=sorted({code[:12] for code in codes}), **more) if codes else []


def _floor(value: str | None) -> int | None:
    try:
        return int(value) if value else None
    except ValueError:
        return None


def _rows(conn, query: str, **parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchall()
