"""Finding what a text may mean in the base: keys in, candidates out, a statement for each kind of key and not for each text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from . import comparing, houses, rules, slips
from .assemble import Draft
from .base import Base, Known, rows, sound
from .comparable import number_key
from .comparing import Building, Candidate, Written
from .model import Edit, Fault
from .parse import COMPARED
from .text import Step

#: how many names that are nearly what is written are tried
_NEARLY = 6

#: what each query takes, in the order of an ask's keys
_KEYS = {
    "by_plate": ("road", "plate", "block"),
    "by_lane": ("compound", "road", "plate"),
    "by_lane_here": ("road", "plate", "community"),
    "by_number": ("compound", "plate"),
    "by_block": ("compound", "block"),
    "by_compound": ("compound",),
    "by_name": ("name", "block", "plate"),
}
_ALONE = ("by_compound", "by_name")
#: a query returns no more of one key; where it returns so many, there may be others
_MOST = 200

#: a room in numerals that nothing follows, and a block, unit and room with hyphens between
_LEFT_ROOM = re.compile("[〇零一二三四五六七八九]{3,4}(?![〇零一二三四五六七八九十])")
_JOINED = re.compile("([0-9]{1,2}|[A-Z][0-9]?)(?:-([0-9]{1,2}))?-([0-9]{1,2}[A-Z]|[0-9]{3,4}[A-Z]?)")
_PHASE = re.compile("(?P<name>.{2,}?)(?P<phase>(?:[0-9]+|[一二三四五六七八九十]+)期)")

#: the parts compared by keys, as they stand in :class:`.comparing.Written`
_COMPARED = ("road", "plate", "compound", "area", "block", "unit")
_STEPS = {step: (step.name or "").lower() for step in Step}

Ask = tuple[str, tuple[str | None, ...]]


@dataclass(slots=True)
class Case:
    """A text on its way: what it says, and what it may mean so far; `partial`: a part of the city is hidden from who asks."""

    written: Written
    draft: Draft
    partial: bool = False
    candidates: list[Candidate] = field(default_factory=list)
    kind: int = 4
    chosen: list[Candidate] = field(default_factory=list)
    outside: bool = False
    crowded: bool = False


def written(text: str, draft: Draft) -> Written:
    """Return what a text says that was read, by keys."""
    said = {name: value for name, (value, _, _) in draft.fields.items()}
    found = Written(
        text,
        said.get("district", ""),
        said.get("street", ""),
        said.get("community", ""),
        *[COMPARED[part](said[part]) if part in said else None for part in _COMPARED],
        floor=_floor(said.get("floor")),
        room=COMPARED["room"](said["room"]) if "room" in said else None,
        rest=draft.rest(),
        said=said,
    )
    left = _LEFT_ROOM.match(found.rest)
    if left and not found.room:
        found = replace(found, room=number_key(left[0]), rest=found.rest[left.end() :])
    joined = _JOINED.fullmatch((found.room or "").replace(",", ""))
    if joined and not found.block and not found.unit:
        found = replace(found, block=joined[1], unit=joined[2], room=joined[3])
    return found


def form(case: Case) -> tuple[Edit, ...]:
    """Return what normalising changed in a text."""
    return tuple([Edit("text", edit.before, edit.after, _STEPS[edit.step]) for edit in case.draft.edits])


def gather(conn, cases: list[Case], base: Base, default_unit: int | None) -> None:
    """Find the candidates of every case: first as written, then, where nothing agrees, read otherwise and with names repaired."""
    _ask(conn, cases, base, [[(case.written, ask) for ask in first(case.written, base)] for case in cases])
    _named_houses(conn, cases, base)
    _choose(cases, base, default_unit)
    unsettled = [case for case in cases if case.kind >= 3]
    if unsettled:
        _ask(conn, unsettled, base, [_further(case.written, base) for case in unsettled])
        _choose(unsettled, base, default_unit)


def _further(w: Written, base: Base) -> list[tuple[Written, Ask]]:
    asks = [(one, ask) for one in (*comparing.variants(w), *_without_phase(w, base)) for ask in first(one, base)]
    return asks + [(one, ask) for one in (w, *comparing.variants(w)) for ask in further(one, base)]


def _without_phase(w: Written, base: Base) -> list[Written]:
    """A compound whose phase the base does not tell, read without it; the phase is left over."""
    found = None if not w.compound or w.compound in base.compounds else _PHASE.fullmatch(w.compound)
    if not found or found["name"] not in base.compounds:
        return []
    told = any(_PHASE.fullmatch(other) for other in base.compounds if other.startswith(found["name"]))
    return [] if told else [replace(w, compound=found["name"], rest=f"{w.rest} {found['phase']}".strip())]


def first(w: Written, base: Base) -> list[Ask]:
    """Return where to look for a text as it is written: by the keys that tell most."""
    asks: list[Ask] = []
    if w.compound in base.compounds:
        asks += _of_compound(w.compound, w, base)[:1]
    if w.compound in base.names:
        asks.append(("by_name", (w.compound, w.block, w.plate)))
    if w.compound and w.block and w.compound + w.block in base.names:
        asks.append(("by_name", (w.compound + w.block, None, w.plate)))
    return asks or _of_road(w.road, w, base)


def further(w: Written, base: Base) -> list[Ask]:
    """Return where else to look: by every other pair of keys, and by names that sound alike or are a slip away."""
    asks = _of_road(w.road, w, base) + (_of_road(w.road, replace(w, block=None), base) if w.block else [])
    if w.road and w.plate and w.road not in base.roads:
        asks += [ask for road in _nearly(w.road, w, base, base.roads) for ask in _of_road(road, w, base)]
    if w.compound in base.compounds:
        asks += _of_compound(w.compound, w, base)
    elif w.compound:
        asks += [ask for place in _nearly(w.compound, w, base, base.compounds) for ask in _of_compound(place, w, base)]
        if w.compound not in base.names:
            asks += [("by_name", (name, w.block, w.plate)) for name in _nearly(w.compound, w, base, base.names)]
    return asks


def _of_road(road: str | None, w: Written, base: Base) -> list[Ask]:
    """A plate of a road; of a lane only where it is known of which community, for lanes repeat in every village."""
    if not (road and w.plate):
        return []
    if not comparing.is_lane(road):
        return [("by_plate", (road, w.plate, w.block))]
    here = base.units.named("community", w.community) if w.community and not w.compound else []
    return [("by_lane_here", (road, w.plate, community)) for community in here]


def _of_compound(place: str, w: Written, base: Base) -> list[Ask]:
    """A block or a plate of a compound; all its buildings where neither is written, but a room is, or there is only one."""
    asks: list[Ask] = []
    if w.block:
        asks.append(("by_block", (place, w.block)))
    if w.plate:
        asks.append(("by_lane", (place, w.road, w.plate)) if w.road else ("by_number", (place, w.plate)))
        if w.road and w.road not in base.roads:
            asks.append(("by_number", (place, w.plate)))
    if (
        not w.block
        and (not asks or base.compounds[place].buildings == 1)
        and (w.room or w.floor is not None or base.compounds[place].buildings == 1)
    ):
        asks.append(("by_compound", (place,)))
    return asks


def _nearly(name: str, w: Written, base: Base, among: dict[str, Known] | frozenset[str]) -> list[str]:
    """Names of the base that sound the same, or are a slip away; where the divisions written have any, those of theirs alone."""
    known = [other for other in base.similar(name) if other in among and other != name]
    if isinstance(among, dict) and len(known) > 1:
        for level, division in reversed(w.divisions):
            units = base.units.named(level, division)
            here = [other for other in known if not among[other].units.isdisjoint(units)]
            if here:
                return here[:_NEARLY]
    return known[:_NEARLY]


def _ask(conn, cases: list[Case], base: Base, asks: list[list[tuple[Written, Ask]]]) -> None:
    """Put all asks, each different one once, and compare what is found with every text that asked."""
    askers: dict[str, dict[tuple, list[tuple[Case, Written]]]] = defaultdict(lambda: defaultdict(list))
    for case, wanted in zip(cases, asks, strict=True):
        for written_so, (query, keys) in wanted:
            askers[query][keys].append((case, written_so))
    for query, by_keys in askers.items():
        found = _buildings(conn, query, list(by_keys), base)
        for keys, hits in zip(by_keys, found, strict=True):
            alone = query in _ALONE and not any(keys[1:]) and len({hit.code for hit in hits if hit.live}) == 1
            name = keys[0] if query == "by_name" else None
            for case, w in by_keys[keys]:
                case.crowded |= len(hits) >= _MOST
                case.candidates += [_compared(w, hit, base, name, alone) for hit in hits]


def _buildings(conn, query: str, keys: list[tuple], base: Base) -> list[list[Building]]:
    columns = dict(zip(_KEYS[query], map(list, zip(*keys, strict=True)), strict=True))
    found: list[list[Building]] = [[] for _ in keys]
    for n, *row in rows(conn, query, n=list(range(len(keys))), edition_id=base.units.edition_id, **columns):
        found[n].append(Building._make(row))
    return found


def _compared(w: Written, row: Building, base: Base, name: str | None, alone: bool) -> Candidate:
    return comparing.compare(w, row, base.units.agreement, base.compounds.__contains__, alike, name, alone)


@lru_cache(maxsize=65536)
def alike(own: str, its: str) -> Fault | None:
    """Return how one name is a slip for another: it sounds the same, is one character off, or has two of them the wrong way round."""
    if sound(own) == sound(its):
        return Fault.HOMOPHONE
    if min(len(own), len(its)) >= 2 and (slips.is_slip(own, its) or its in slips.swapped(own)):
        return Fault.TYPO
    return None


def _named_houses(conn, cases: list[Case], base: Base) -> None:
    """Add the houses that have a name of their own, where it is written."""
    asking = [case for case in cases if case.written.compound in base.house_names and not case.written.room]
    for case, (house, building) in houses.named(conn, {(id(case), case.written.compound): case for case in asking}, base):
        found = _compared(replace(case.written, compound=None), building, base, None, True)
        agreed = found.agreed | {"name", "alone"}
        case.candidates.append(replace(found, agreed=agreed, faults=found.faults - {Fault.MISSING_BLOCK}, houses=[house], named=True))


def _choose(cases: Iterable[Case], base: Base, default_unit: int | None) -> None:
    for case in cases:
        candidates = case.candidates
        if default_unit is not None and not case.written.district:
            inside = [one for one in candidates if default_unit in base.units.ids(one.building.unit_id)]
            case.outside = bool(candidates) and not inside
            candidates = inside or candidates
        case.kind, case.chosen = rules.best(candidates)


def _floor(value: str | None) -> int | None:
    try:
        return int(value) if value else None
    except ValueError:
        return None
