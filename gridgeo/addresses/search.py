"""Finding places as one types: by name, sound, initials or code; step by step; in an area; from a point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import shapely

from ..codes import house as codes
from ..codes.text import normalise
from ..db import queries
from ..errors import InvalidInput, NotFound, OutsideArea
from ..geo import crs
from ..hierarchy import store as hierarchy
from . import store
from .model import Parts
from .places import reading
from .units import address, below
from .washing.base import Base
from .washing.model import Category, Fault, Level, Result, Unit
from .washing.text import key, number_key
from .washing.wash import wash

SQL = queries.load(__package__, "search.sql")

#: what is typed beyond this is not read, and more than this is not answered at once
LONGEST, MOST = 200, 1000

#: Faults of a text that calls a place otherwise than by its address of today.
_OTHERWISE = frozenset((Fault.OTHER_NAME, Fault.FORMER_NAME, Fault.FORMER_ADDRESS))

#: metres within which a caller of a part of the city is shown what is near, one after the other until enough is found
_REACHES_M = (100.0, 400.0, 1500.0)


@dataclass(frozen=True, slots=True)
class Found:
    """A place found.

    `kind` is house, building, compound, road, community, street or district; `how` is what of it fits: code, address, name,
    beginning, sound, part or likeness. `ref` names it to :func:`complete`. `count` is of the buildings of a road or compound,
    of the houses of a building found by its code. `alias`: it was found by what it is called
    beside its address, or was formerly. Coordinates are EPSG:4490, degrees.
    """

    kind: str
    ref: str
    code: str | None
    name: str
    address: str
    lon: float | None
    lat: float | None
    how: str
    count: int | None = None
    units: tuple[Unit, ...] = ()
    live: bool = True
    successors: tuple[str, ...] = ()
    alias: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A building near a point: `inside` its footprint, or `metres` (EPSG:4547) away."""

    code: str
    address: str
    lon: float
    lat: float
    inside: bool
    metres: float
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look: in a polygon (EPSG:4490), in a circle (lon, lat, metres), in a unit of today (code or name); or everywhere.

    A polygon given by a caller has passed the geometry gate.
    """

    polygon: shapely.Geometry | None = None
    circle: tuple[float, float, float] | None = None
    unit: str = ""

    def parameters(self, base: Base) -> dict:
        """Return what the queries take; raises NotFound for an unknown unit."""
        return {
            "edition_id": base.units.edition_id,
            "units": base.units.below(base.units.unit(self.unit)) if self.unit else None,
            "shape": None if self.polygon is None else _ewkb(self.polygon),
            "centre": _ewkb(shapely.Point(self.circle[:2])) if self.circle else None,
            "metres": self.circle[2] if self.circle else None,
        }

    def holds(self, result: Result, base: Base) -> bool:
        """Return whether a result of washing lies there."""
        if result.lon is None:
            return not (self.polygon or self.circle)
        point = shapely.Point(result.lon, result.lat)
        return (
            (self.polygon is None or bool(shapely.intersects(self.polygon, point)))
            and (self.circle is None or _metres(point, self.circle) <= self.circle[2])
            and (not self.unit or base.units.chain(base.units.unit(self.unit))[-1] in result.units)
        )


EVERYWHERE = Where()


def search(conn, q: str, base: Base, where: Where = EVERYWHERE, limit: int = 10, default_area: str = "") -> list[Found]:
    """Return the places a text may mean, the likeliest first; nothing for a text nobody could mean a place by.

    A code answers alone. A text that reads as an address is led to its house; then come names that are the text, begin
    with it, sound like it, hold it, or are like it. With an empty text and an area: the buildings there, by code.

    Raises NotFound for an unknown code or unit, InvalidInput for a limit out of 1 to 1000.
    """
    if not 1 <= limit <= MOST:
        raise InvalidInput("limit", limit, f"1 to {MOST:,}")
    q = q[:LONGEST].strip()
    parameters = {**where.parameters(base), "limit": limit}
    if not q:
        return [] if where == EVERYWHERE else _inside(conn, base, parameters)
    code = normalise(q)
    if codes.BUILDING.judge(code).outcome != "invalid" or codes.HOUSE.judge(code).outcome != "invalid":
        return by_code(conn, code, base)
    found = _washed(conn, q, base, where, default_area)
    for how, query, asked in _ways(q):
        if len(found) >= limit:
            break
        found = _joined(found, _places(conn, query, {**parameters, **asked}, base, how))
    return found[:limit]


def by_code(conn, code: str, base: Base) -> list[Found]:
    """Return the building of a 19-character code followed by its houses (the first 1,000), or the house of a 25-character one.

    A retired one is returned too, not live, with who follows it. Raises NotFound.
    """
    if len(code) == 25:
        return [_house_of_code(conn, code, base)]
    row = SQL.rows(conn, "building_of_code", code=code, edition_id=base.units.edition_id)
    if not row:
        raise NotFound("building", code)
    building = _of_code(conn, "building", code, row[0], base, SQL.rows(conn, "house_count", building_code=code)[0][0])
    return [building, *(_house(one, building) for one in SQL.rows(conn, "houses_at", building_code=code, part="", limit=MOST))]


def complete(conn, q: str, base: Base, within: str = "", limit: int = 10) -> list[Found]:
    """Return what may be typed next: street or community, road or compound, building, house, the likeliest first.

    Parameters
    ----------
    within
        The `ref` of what was chosen before; empty at the beginning. What is typed then is only what follows it.

    Raises NotFound for a reference that leads nowhere.
    """
    q = q[:LONGEST].strip()
    limit = max(1, min(limit, MOST))
    kind, _, rest = within.partition(":")
    if kind in ("road", "compound"):
        return _buildings_at(conn, base, rest, number_key(q) or "", limit)
    if kind == "building":
        return _houses_of(conn, base, rest, number_key(q) or "", limit)
    unit = rest if kind == "unit" else within
    where = Where(unit=unit)
    parameters = {**where.parameters(base), "limit": limit}
    if not q:
        return _places(conn, "places_largest", parameters, base, "largest") if unit else []
    found = [] if unit else _units(q, base, limit)
    for how, query, asked in _ways(q):
        if len(found) >= limit:
            break
        found = _joined(found, _places(conn, query, {**parameters, **asked}, base, how))
    return found[:limit]


def reverse(conn, lon: float, lat: float, base: Base, within_m: float = 1000.0, limit: int = 1) -> list[Near]:
    """Return the building whose footprint holds a point (EPSG:4490, degrees), else those nearest to it, at most `within_m` metres away.

    Raises OutsideArea for a point in no unit of today's grids; where there are no grids, for one with no building near it.
    """
    west, south, east, north = crs.REGION
    if not (west <= lon <= east and south <= lat <= north):
        raise OutsideArea(lon, lat)
    if base.units.edition_id is not None:
        [(outcome, _, _, metres)] = hierarchy.at(conn, base.units.edition_id, [lon], [lat])
        if outcome == "none":
            raise OutsideArea(lon, lat, metres)
    asked = {"edition_id": base.units.edition_id, "lon": lon, "lat": lat, "limit": limit}
    if SQL.rows(conn, "sees_whole")[0][0]:
        rows = SQL.rows(conn, "nearest", **asked, within_m=within_m, many=max(16, 2 * limit))
    else:
        rows = _nearest_in_area(conn, asked, within_m)
    if not rows and base.units.edition_id is None:
        raise OutsideArea(lon, lat)
    return [_near(row, base) for row in rows]


def _ways(q: str) -> Iterable[tuple[str, str, dict]]:
    """The ways to look for a name, the surest first: how, query, what it asks for."""
    name, sound = key(q), reading(q)[0]
    if name and not name.isascii():
        yield "name", "places_named", {"key": name}
    if len(sound) >= 2:
        yield "sound", "places_sounding", {"reading": sound}
    if name and not name.isascii() and len(name) >= 2:
        yield "likeness", "places_holding", {"key": name}


def _places(conn, query: str, parameters: dict, base: Base, how: str) -> list[Found]:
    return [_place(row, base, how) for row in SQL.rows(conn, query, **parameters)]


def _place(row: tuple, base: Base, how: str) -> Found:
    kind, name, _, code, road_key, compound, compound_key, alias, buildings, lon, lat, unit_id, whole = row
    units = base.units.chain(unit_id)
    of = ":".join((road_key or "", compound_key or ""))
    ref = f"building:{code}" if kind == "building" else f"{kind}:{code[:6] if kind == 'road' and not compound_key else code[:12]}:{of}"
    told = "beginning" if how == "name" and not whole else "part" if how == "likeness" and whole else how
    written = address(units, Parts(road=name) if kind == "road" else Parts(compound=compound or name))
    return Found(kind, ref, code if kind == "building" else None, name, written, lon, lat, told, buildings, units, alias=alias)


def _joined(found: list[Found], more: list[Found]) -> list[Found]:
    """Add what is not there yet: a place stands once, whichever of its names was found."""
    there = {one.ref for one in found}
    return found + [one for one in more if not (one.ref in there or there.add(one.ref))]


def _washed(conn, q: str, base: Base, where: Where, default_area: str) -> list[Found]:
    """What an address leads to, where it leads to a building or a house."""
    [washed] = wash(conn, [q], base, default_area)
    if washed.category is Category.NONE:
        return []
    results = [one for one in (*washed.results, *washed.candidates) if one.level in (Level.HOUSE, Level.BUILDING)]
    how, alias = "sound" if Fault.HOMOPHONE in washed.faults else "address", not _OTHERWISE.isdisjoint(washed.faults)
    return [_of_result(one, how, alias) for one in results if where.holds(one, base)]


def _of_result(one: Result, how: str, alias: bool) -> Found:
    ref, at = f"{one.level}:{one.code}", (one.lon, one.lat)
    return Found(str(one.level), ref, one.code, one.address, one.address, *at, how, units=one.units, alias=alias)


def _units(q: str, base: Base, limit: int) -> list[Found]:
    """Districts, streets and communities whose name or sound begins with what is typed."""
    name, sound = key(q) or "", reading(q)[0]
    found = []
    for level in ("district", "street", "community"):
        for unit_id, unit in base.units.of_level(level):
            spoken, initials = reading(unit.name)
            named = bool(name) and (key(unit.name) or "").startswith(name)
            if named or (len(sound) >= 2 and (spoken.startswith(sound) or initials.startswith(sound))):
                found.append((not named, len(found), unit_id, unit))
    return [
        _unit(unit_id, base, "sound" if heard else "beginning")
        for heard, _, unit_id, unit in sorted(found, key=lambda one: one[:2])[:limit]
    ]


def _unit(unit_id: int, base: Base, how: str) -> Found:
    chain = base.units.chain(unit_id)
    unit = chain[-1]
    lon, lat = base.units.point(unit_id)
    return Found(unit.level, f"unit:{unit.code or unit.name}", unit.code, unit.name, address(chain), lon, lat, how, None, chain)


def _inside(conn, base: Base, parameters: dict) -> list[Found]:
    found = []
    for code, lon, lat, unit_id, *parts in SQL.rows(conn, "buildings_within", **parameters):
        found.append(_building(code, lon, lat, base.units.chain(unit_id), parts, "inside"))
    return found


def _buildings_at(conn, base: Base, rest: str, part: str, limit: int) -> list[Found]:
    try:
        region, road_key, compound_key = rest.split(":")
    except ValueError:
        raise NotFound("place", rest) from None
    asked = {"road_key": road_key or None, "compound_key": compound_key or None, "region": region, "part": part}
    if not (road_key or compound_key):
        raise NotFound("place", rest)
    found = []
    for row in SQL.rows(conn, "buildings_at", **asked, limit=limit, edition_id=base.units.edition_id):
        code, plate, block, _, _, compound, lon, lat, unit_id, road = row
        found.append(_building(code, lon, lat, base.units.chain(unit_id), (road, plate, compound, block), "beginning"))
    return found


def _building(code: str, lon: float, lat: float, chain: tuple[Unit, ...], parts: Iterable[str | None], how: str) -> Found:
    written = _parts(parts)
    return Found("building", f"building:{code}", code, below(written), address(chain, written), lon, lat, how, units=chain)


def _houses_of(conn, base: Base, code: str, part: str, limit: int) -> list[Found]:
    row = SQL.rows(conn, "building_of_code", code=code, edition_id=base.units.edition_id)
    if not row:
        raise NotFound("building", code)
    building = _of_code(conn, "building", code, row[0], base, None)
    return [_house(one, building) for one in SQL.rows(conn, "houses_at", building_code=code, part=part, limit=limit)]


def _house(row: tuple, building: Found) -> Found:
    code, unit, floor, room = row
    name = below(Parts(unit=unit, floor=floor, room=room))
    return Found(
        "house", f"house:{code}", code, name, building.address + name, building.lon, building.lat, "beginning", units=building.units
    )


def _house_of_code(conn, code: str, base: Base) -> Found:
    row = SQL.rows(conn, "house_of_code", code=code, edition_id=base.units.edition_id)
    if not row:
        raise NotFound("house", code)
    *place, unit, floor, room = row[0]
    return _of_code(conn, "house", code, tuple(place), base, None, Parts(unit=unit, floor=floor, room=room))


def _of_code(conn, kind: str, code: str, row: tuple, base: Base, count: int | None, door: Parts = Parts()) -> Found:  # noqa: B008
    lon, lat, unit_id, live, *parts = row
    chain = base.units.chain(unit_id)
    written = replace(_parts(parts), unit=door.unit, floor=door.floor, room=door.room)
    followers = () if live else tuple(follower.successor for follower in store.successors(conn, code))
    return Found(kind, f"{kind}:{code}", code, below(written), address(chain, written), lon, lat, "code", count, chain, live, followers)


def _nearest_in_area(conn, asked: dict, within_m: float) -> list[tuple]:
    """As many buildings as are wanted within the least reach that has them: most points have a building close by."""
    rows: list[tuple] = []
    for reach_m in (*(reach for reach in _REACHES_M if reach < within_m), within_m):
        rows = SQL.rows(conn, "nearest_in_area", **asked, reach_m=reach_m)
        if len(rows) >= asked["limit"]:
            break
    return rows


def _near(row: tuple, base: Base) -> Near:
    code, lon, lat, unit_id, *parts, inside, metres = row
    chain = base.units.chain(unit_id)
    return Near(code, address(chain, _parts(parts)), lon, lat, inside, metres, chain)


def _parts(parts: Iterable[str | None]) -> Parts:
    road, plate, compound, block = parts
    return Parts(road=road, plate=plate, compound=compound, block=block)


def _metres(point: shapely.Point, circle: tuple[float, float, float]) -> float:
    from ..geo import measure

    return float(measure.distance_m([point], [shapely.Point(circle[:2])])[0])


def _ewkb(shape: shapely.Geometry) -> str:
    return shapely.to_wkb(shapely.set_srid(shape, crs.STORAGE), hex=True, include_srid=True)
