"""Texts that lead to no building: to their compound, road or division, as far as it goes."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from ..model import Parts
from ..units import Agreement, address
from . import match, rules
from .base import SQL, Base
from .comparing import Written
from .match import Case
from .model import Category, Fault, Level, Result, Washed, in_order


class Spot(NamedTuple):
    """A road or compound: where its middle lies, in which lowest unit, how many buildings it has."""

    kind: str
    name: str
    name_key: str
    road_key: str | None
    compound: str | None
    compound_key: str | None
    buildings: int
    lon: float
    lat: float
    unit_id: int | None
    alias: bool


def coarser(conn, cases: list[Case], base: Base, default_unit: int | None) -> dict[int, Washed]:
    """Return what texts without a building come to, by the id of the case; a text that comes to nothing is left out."""
    if not cases:
        return {}
    spots = _spots(conn, {key for case in cases for key in _names(case.written)}, base)
    found = {id(case): _at_name(case, spots, base, default_unit) or _at_division(case, base, default_unit) for case in cases}
    return {case: washed for case, washed in found.items() if washed}


def _names(w: Written) -> list[str]:
    """Keys of the compound and the road written, the deeper first."""
    lane = [w.compound + w.road] if w.compound and w.road else []
    return [key for key in (*lane, w.compound, w.road, w.area) if key]


def _spots(conn, keys: set[str], base: Base) -> dict[str, list[Spot]]:
    found: dict[str, list[Spot]] = defaultdict(list)
    if keys:
        with conn.cursor() as cur:
            cur.execute(SQL["places"], {"keys": sorted(keys), "edition_id": base.units.edition_id})
            for row in cur.fetchall():
                found[row[2]].append(Spot._make(row))
    return found


def _at_name(case: Case, spots: dict[str, list[Spot]], base: Base, default_unit: int | None) -> Washed | None:
    w = case.written
    for key in _names(w):
        fitting = _fitting(spots.get(key, []), w, base, default_unit)
        if fitting:
            faults = _faults(w, fitting[0], key, base) | ({Fault.BEYOND_AREA} if case.partial else set())
            return _one_or_several(case, [_of_spot(spot, base) for spot in fitting], faults, base)
    return None


def _fitting(spots: list[Spot], w: Written, base: Base, default_unit: int | None) -> list[Spot]:
    """The places of a name that agree with the divisions written, as of today where any does."""
    if default_unit is not None and not w.district:
        spots = [spot for spot in spots if default_unit in base.units.ids(spot.unit_id)]
    by_kind: dict[Agreement, list[Spot]] = defaultdict(list)
    for spot in spots:
        found = [base.units.agreement(level, name, spot.unit_id) for level, name in w.divisions]
        by_kind[max(found, default=Agreement.TODAY)].append(spot)
    return by_kind.get(Agreement.TODAY) or by_kind.get(Agreement.FORMER) or []


def _faults(w: Written, spot: Spot, key: str, base: Base) -> set[Fault]:
    agreements = {base.units.agreement(level, name, spot.unit_id) for level, name in w.divisions}
    found = {Fault.FORMER_DIVISION} if Agreement.FORMER in agreements else set()
    own = {key, spot.name_key, spot.road_key, spot.compound_key}
    others = [] if key == f"{w.compound}{w.road}" else [name for name in (w.compound, w.road) if name and name not in own]
    here = set(base.units.ids(spot.unit_id))
    if not all(_is_here(name, here, base) for name in others) or not (w.area in own or _is_area(w, spot.unit_id, base)):
        found.add(Fault.UNCONFIRMED)
    return found


def _is_here(name: str, here: set[int], base: Base) -> bool:
    """Whether a road or compound is known in the lowest unit, or next to it in the community, of a place."""
    communities = base.communities_of(name, None, ()) | base.communities_of(None, name, ())
    return not communities.isdisjoint(here)


def _is_area(w: Written, unit_id: int | None, base: Base) -> bool:
    """Whether the outer place written, if any, is the community or street of a unit, or a compound or road of its community."""
    agreement = base.units.agreement
    if not w.area or any(agreement(level, w.area, unit_id) is not Agreement.WRONG for level in ("community", "street")):
        return True
    return _is_here(w.area, set(base.units.ids(unit_id)), base)


def _of_spot(spot: Spot, base: Base) -> Result:
    chain = base.units.chain(spot.unit_id)
    level = Level.ROAD if spot.kind == "road" else Level.COMPOUND
    above = chain[:1] if level is Level.ROAD and not spot.compound_key else chain
    parts = Parts(road=spot.name) if level is Level.ROAD else Parts(compound=spot.compound or spot.name)
    return Result(level, None, address(above, parts), spot.lon, spot.lat, above)


def _at_division(case: Case, base: Base, default_unit: int | None) -> Washed | None:
    """The deepest division written that exists today, or what took its place."""
    w = case.written
    for level, name in reversed(w.divisions):
        found = [
            unit_id
            for unit_id in base.units.named(level, name)
            if default_unit is None or w.district or default_unit in base.units.ids(unit_id)
        ]
        upper = [(other, its) for other, its in w.divisions if other != level]
        agreeing = [one for one in found if all(base.units.agreement(other, its, one) is not Agreement.WRONG for other, its in upper)]
        faults: set[Fault] = set()
        if not found:
            units = base.units.of_level(level)
            agreeing = [unit_id for unit_id, _ in units if base.units.agreement(level, name, unit_id) is Agreement.FORMER]
            faults.add(Fault.FORMER_DIVISION)
        if agreeing and not _is_area(w, agreeing[0], base):
            faults.add(Fault.UNCONFIRMED)
        if agreeing:
            return _one_or_several(case, [_of_unit(unit_id, base) for unit_id in agreeing], faults, base)
    return None


def _of_unit(unit_id: int, base: Base) -> Result:
    chain = base.units.chain(unit_id)
    lon, lat = base.units.point(unit_id)
    return Result(Level(chain[-1].level), chain[-1].code, address(chain), lon, lat, chain)


def _one_or_several(case: Case, found: list[Result], faults: set[Fault], base: Base) -> Washed:
    """A or B for the one place that is all a text says; C where it says more than is known, or several places fit."""
    w = case.written
    reached = found[0].level
    if not w.district:
        faults.add(Fault.MISSING_DISTRICT)
    if w.rest:
        faults.add(Fault.UNPARSED)
    edits = match.form(case)
    if len(found) > 1:
        candidates = tuple(found[: rules.MOST_CANDIDATES])
        return Washed(
            w.text, Category.UNSURE, "ambiguous", reached, reached, (), in_order({*faults, Fault.AMBIGUOUS}), edits, w.rest, candidates
        )
    if w.deepest is not reached:
        return Washed(
            w.text,
            Category.UNSURE,
            "building unknown",
            reached,
            reached,
            (),
            in_order({*faults, Fault.BUILDING_UNKNOWN}),
            edits,
            w.rest,
            tuple(found),
        )
    category, rule = rules.category(faults)
    return Washed(w.text, category, rule, reached, reached, tuple(found), in_order(faults), edits, w.rest)
