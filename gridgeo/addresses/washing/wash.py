"""Any text to the place of the base it means, or to the deepest level reached.

One engine for one text and for many: a single text is a batch of one. For a batch of any size there are a few set-based
statements, so that thousands of texts cost little more than one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ..model import Parts
from ..units import Agreement
from . import coded, houses, match, rules
from .base import Base, rows
from .coarse import coarser
from .comparing import WRONG, Building, Candidate, House
from .match import Case
from .model import Category, Edit, Fault, Level, Result, Washed, in_order
from .parse import read_all
from .text import Step


def wash(conn, texts: Iterable[str | None], base: Base, default_area: str = "") -> list[Washed]:
    """Return what each text means, in their order. Never raises on a text.

    Parameters
    ----------
    texts
        Anything: addresses, names of places, garbage; None is the empty text.
    base
        What is known by name, of :func:`.base.read`.
    default_area
        Code or name of the unit that is meant where a text names no district; empty for none.

    Raises
    ------
    NotFound
        No such default area.
    """
    default_unit = base.units.unit(default_area) if default_area else None
    given = list(texts)
    different = list(dict.fromkeys(given))
    with _uncollected():
        answers = dict(zip(different, _washed_all(conn, different, base, default_unit), strict=True))
    return [answers[text] for text in given]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles meanwhile: a batch makes half a million objects and none, and looking costs a sixth of the time."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()


def _washed_all(conn, texts: list[str | None], base: Base, default_unit: int | None) -> list[Washed]:
    [(sees_whole,)] = rows(conn, "sees_whole")
    drafts = read_all(texts, base.lexicon)
    cases = [Case(match.written(text or "", draft), draft, not sees_whole) for text, draft in zip(texts, drafts, strict=True)]
    under_code = coded.gather(conn, cases, base)
    here = [case for case in cases if "elsewhere" not in case.draft.faults]
    reading = [case for case in here if case.kind >= 4 and case.written.deepest is not Level.NONE]
    match.gather(conn, reading, base, default_unit)
    houses.settle(conn, [*under_code, *reading], base)
    shallow = coarser(conn, [case for case in reading if case.kind >= 4], base, default_unit)
    return [_washed(case, base, default_unit, shallow.get(id(case))) for case in cases]


def _washed(case: Case, base: Base, default_unit: int | None, shallow: Washed | None) -> Washed:
    if "elsewhere" in case.draft.faults:
        return Washed(case.written.text, Category.NONE, "elsewhere", faults=(Fault.ELSEWHERE,), unparsed=case.written.rest)
    if shallow is not None:
        return shallow
    if case.kind >= 4:
        return Washed(case.written.text, Category.NONE, "nothing", faults=(Fault.NOT_AN_ADDRESS,), unparsed=case.written.rest)
    return _decided(case, base, default_unit)


def _decided(case: Case, base: Base, default_unit: int | None) -> Washed:
    """Lead a text with candidates to its one live place, or say why there is none."""
    w = case.chosen[0].written if case.chosen else case.written
    asked_house = bool(w.room) or any(one.houses for one in case.chosen)
    places, missed = _places(case, asked_house)
    if not places:
        return _unsure(
            case, base, [(one, None) for one in case.chosen], missed or {Fault.NOT_LIVE}, "house unknown" if asked_house else "not live"
        )
    if len(places) > 1:
        return _unsure(case, base, places, {Fault.AMBIGUOUS}, "ambiguous")
    [(one, house)] = places
    if one.several:
        return _unsure(case, base, places, {Fault.ROOM_UNKNOWN}, "several rooms")
    faults = _faults(case, one, missed)
    refused = _refusal(case, one, base, faults)
    if refused:
        return _unsure(case, base, places, faults - {refused[1]} | {refused[1]}, refused[0])
    result = _result(one.building, house, base)
    category, rule = rules.category(faults - {Fault.OTHER_NAME})
    return Washed(
        w.text,
        category,
        rule,
        result.level,
        Level.BUILDING,
        (result,),
        in_order(faults),
        _edits(case, one, result, base, default_unit),
        w.rest,
    )


def _places(case: Case, asked_house: bool) -> tuple[list[tuple[Candidate, House | None]], set[Fault]]:
    """The live places the chosen candidates come to, each once; and what was missed on the way."""
    places: dict[str, tuple[Candidate, House | None]] = {}
    missed: set[Fault] = set()
    for one in case.chosen:
        if not asked_house:
            if one.building.live:
                places.setdefault(one.building.code, (one, None))
            continue
        houses, one.followed = rules.carried_over(one)
        whole = one.named or Fault.RETIRED_HOUSE in one.followed
        fitting, faults = (houses, frozenset()) if whole else rules.fitting(one.written, houses)
        live = [house for house in fitting if house.live]
        missed |= faults if houses else {Fault.ROOM_UNKNOWN}
        for house in live:
            places.setdefault(house.code, (one, house))
    if places and asked_house:
        missed = {fault for fault in missed if fault is Fault.UNCONFIRMED}
    elif asked_house:
        missed = missed or {Fault.ROOM_UNKNOWN}
    return list(places.values()), missed


def _faults(case: Case, one: Candidate, missed: set[Fault]) -> set[Fault]:
    """Everything that is not as it should be, though one live place is found."""
    w = one.written
    faults = set(one.faults) | one.followed | missed
    if not w.district and coded.CODE not in one.agreed:
        faults.add(Fault.MISSING_DISTRICT)
    if w.rest:
        faults.add(Fault.UNPARSED)
    if any(edit.step is Step.SPELLING for edit in case.draft.edits):
        faults.add(Fault.TYPO)
    if not w.room and w.floor is not None and one.building.floors and w.floor > one.building.floors:
        faults.add(Fault.WRONG_FLOOR)
    if w.unit and not w.room:
        faults.add(Fault.UNCONFIRMED)
    if case.partial:
        faults.add(Fault.BEYOND_AREA)
    return faults


def _refusal(case: Case, one: Candidate, base: Base, faults: set[Fault]) -> tuple[str, Fault] | None:
    """The rule that forbids A and B for the one place found, and its fault; None where none does."""
    if "near" in case.draft.faults:
        return "only near", Fault.NEARBY
    if case.crowded:
        return "ambiguous", Fault.AMBIGUOUS
    if case.partial and _may_lie_beyond(one, base):
        return "beyond the area", Fault.BEYOND_AREA
    if case.outside:
        return "outside the default area", Fault.OUTSIDE_AREA
    if Fault.WRONG_FLOOR in faults:
        return "no such floor", Fault.WRONG_FLOOR
    if Fault.REBUILT in faults:
        return "rebuilt", Fault.REBUILT
    if rules.misplaced(one, lambda level, name: _stands_there(one, level, name, base)):
        return "misplaced", next(fault for fault in (Fault.WRONG_DISTRICT, Fault.WRONG_STREET, Fault.WRONG_COMMUNITY) if fault in faults)
    if rules.piled_up(one, frozenset(faults)):
        return "slip upon slip", next(iter(one.contradictions))
    if not rules.corroborated(one):
        return "uncorroborated", Fault.TYPO
    return None


def _may_lie_beyond(one: Candidate, base: Base) -> bool:
    """Whether another place may be meant that whoever asks may not see: of the compound or road that is written, or repaired to."""
    w, row = one.written, one.building
    compound = w.compound if not w.compound or w.compound in base.compounds else row.compound_key
    road = w.road if not w.road or w.road in base.roads else row.road_key
    communities = base.communities_of(compound, road, w.divisions)
    several = compound in base.compounds and base.compounds[compound].buildings > 1
    return rules.beyond(one, communities, base.units.ids(row.unit_id), several)


def _stands_there(one: Candidate, level: str, name: str, base: Base) -> bool:
    """Whether what is written stands in the division written too; or that is a community of quite another street."""
    w, units = one.written, base.units.named(level, name)
    by_road = level == "street" and not w.compound
    known = [base.compounds.get(w.compound or ""), base.roads.get(w.road or "") if by_road else None]
    if any(place is not None and not place.units.isdisjoint(units) for place in known):
        return True
    if level != "community" or "street" in one.agreed or not units:
        return False
    here = base.units.chain(one.building.unit_id)[1:2]
    return all(base.units.chain(unit)[1:2] != here for unit in units)


def _unsure(case: Case, base: Base, places: Sequence[tuple[Candidate, House | None]], faults: set[Fault], rule: str) -> Washed:
    """C: what may be meant, the likeliest first, and no result."""
    found = {result.code: result for one, house in places for result in [_result(one.building, house, base)]}
    candidates = tuple(list(found.values())[: rules.MOST_CANDIDATES])
    own = set().union(*(one.faults | one.followed for one, _ in places)) if len(found) == 1 else set()
    level = candidates[0].level if len(found) == 1 else _common(candidates)
    return Washed(
        case.written.text,
        Category.UNSURE,
        rule,
        level,
        Level.BUILDING if len(found) == 1 else level,
        (),
        in_order(own | faults),
        match.form(case),
        case.written.rest,
        candidates,
    )


def _common(candidates: Sequence[Result]) -> Level:
    """The deepest level of a building or division on which several candidates are one."""
    if len({one.building for one in candidates}) == 1:
        return Level.BUILDING
    for depth, level in reversed(list(enumerate((Level.DISTRICT, Level.STREET, Level.COMMUNITY)))):
        if all(len(one.units) > depth for one in candidates) and len({one.units[depth] for one in candidates}) == 1:
            return level
    return Level.NONE


def _result(building: Building, house: House | None, base: Base) -> Result:
    chain = base.units.chain(building.unit_id)
    door = (house.unit, house.floor, house.room) if house else (None, None, None)
    parts = Parts(None, None, None, None, None, building.road, building.plate, building.compound, building.block, *door)
    written = base.units.address(building.unit_id, parts)
    level, code = (Level.HOUSE, house.code) if house else (Level.BUILDING, building.code)
    return Result(level, code, written, building.lon, building.lat, chain, building.code)


def _edits(case: Case, one: Candidate, result: Result, base: Base, default_unit: int | None) -> tuple[Edit, ...]:
    """From the text as given to the answer: its form, what was repaired, what was filled in."""
    w = one.written
    made = list(match.form(case))
    made += [Edit(part, before, after, str(why)) for part, before, after, why in one.repaired]
    today = {unit.level: unit.name for unit in result.units}
    for level in ("district", "street", "community"):
        name = getattr(w, level)
        if name and level in today and name != today[level]:
            former = base.units.agreement(level, name, one.building.unit_id) is not Agreement.WRONG
            made.append(Edit(level, name, today[level], str(Fault.FORMER_DIVISION if former else WRONG[level])))
        elif not name and level in today:
            made.append(Edit(level, "", today[level], "default-area" if default_unit is not None and not w.district else "filled"))
    return tuple(made)
