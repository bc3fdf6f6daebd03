"""All about a block: what stands there and how many are linked to it; never who.

A block is a grid unit of any level, an area drawn by hand, a building or a house. Counts of people go through
:mod:`.disclosure`; they are of whole lowest units (micro-grids), so

- an area answers for the micro-grids that lie wholly in it, and names those it only cuts;
- a building or a house answers with its own open facts and with the counts of the micro-grid it lies in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from ..addresses import store as addresses
from ..addresses.model import NameKind
from ..addresses.rules import compose
from ..codes.model import Kind
from ..db import queries
from ..hierarchy.model import GOVERNANCE
from . import contents, counts, store, units
from .contents import Contents
from .counts import Counted
from .disclosure import Control
from .units import Unit

SQL = queries.load(__package__, "blocks.sql")

#: How far within its border a micro-grid is looked at, degrees: half a metre, so that a drawn or rounded border still holds it.
STRIP = 5e-6

_SIDES = ("west", "south", "east", "north")


@dataclass(frozen=True)
class Own:
    """Open facts of a building, or of a house and its building.

    `address` is the geographic name: city, road, plate, compound, block, room. `floors` and `houses` (live ones) are the building's;
    `unit`, `floor`, `room` and `area_m2` a house's.
    """

    code: str
    building_code: str
    address: str
    use: str
    status: str
    floors: int | None
    houses: int
    unit: str | None = None
    floor: int | None = None
    room: str | None = None
    area_m2: float | None = None


@dataclass(frozen=True)
class Block:
    """A block and what is in it.

    Parameters
    ----------
    kind, ref
        `unit`, `building`, `house` or `polygon`; its code, empty for a polygon.
    chain
        The units it lies in, the uppermost first; itself the last when it is a unit; empty for a polygon.
    counted
        When the counts were made.
    own
        Open facts of a building or a house.
    whole, cut
        For a polygon: the micro-grids it holds, and those that are left out, because it cuts them or the caller may not see them.
    """

    kind: str
    ref: str
    chain: tuple[Unit, ...]
    contents: Contents
    counted: Counted
    own: Own | None = None
    whole: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """Chinese and English names of uses, statuses and roles."""

    uses: Mapping[str, tuple[str, str]]
    statuses: Mapping[str, tuple[str, str]]
    roles: Mapping[tuple[Kind, str], tuple[str, str]]


def of_unit(conn, ref: str, control: Control, scheme: str = GOVERNANCE) -> Block:
    """Return the block of a grid unit (its code, or `u` and its id) of the edition valid now.

    A unit of a composed scheme is the micro-grids it is made of. Raises NotFound, Conflict when nothing was counted, and
    InvalidInput for a scheme whose units are not made of whole micro-grids.
    """
    basis, counted = units.counted_edition(conn)
    chain, lowest = units.of_unit(conn, basis, ref, scheme)
    return Block("unit", chain[-1].ref, chain, _contents(conn, basis, lowest, control), counted)


def of_polygon(conn, area: shapely.MultiPolygon, control: Control) -> Block:
    """Return the block of an area that has passed the geometry gate (EPSG:4490, lon/lat): of the micro-grids wholly in it.

    Raises NotFound where no edition is valid, Conflict when nothing was counted.
    """
    basis, counted = units.counted_edition(conn)
    held, cut = _met(SQL.rows(conn, "near", edition_id=basis, **dict(zip(_SIDES, area.bounds, strict=True))), area)
    seen = units.visible(conn)
    beyond = {unit_id: ref for unit_id, ref in held.items() if seen is not None and unit_id not in seen}
    held = {unit_id: ref for unit_id, ref in held.items() if unit_id not in beyond}
    inside, cut = tuple(held.values()), tuple(sorted([*cut, *beyond.values()]))
    return Block("polygon", "", (), _contents(conn, basis, list(held), control), counted, whole=inside, cut=cut)


def of_building(conn, building_code: str, control: Control) -> Block:
    """Return a building's own facts and the counts of its micro-grid; raises InvalidCode, NotFound, Gone with who follows, Conflict."""
    building = addresses.building(conn, building_code)
    own = Own(
        code=building.code,
        building_code=building.code,
        address=_address(conn, building.code),
        use=building.use,
        status=str(building.status),
        floors=building.floors,
        houses=_houses(conn, building.code),
    )
    return _standing(conn, "building", own, control)


def of_house(conn, house_code: str, control: Control) -> Block:
    """Return a house's own facts and the counts of its micro-grid; raises InvalidCode, NotFound, Gone with who follows, Conflict."""
    house = addresses.house(conn, house_code)
    building = addresses.building(conn, house.building_code)
    own = Own(
        code=house.code,
        building_code=building.code,
        address=_address(conn, house.code),
        use=house.use or building.use,
        status=str(house.status),
        floors=building.floors,
        houses=_houses(conn, building.code),
        unit=house.unit,
        floor=house.floor,
        room=house.room,
        area_m2=house.area_m2,
    )
    return _standing(conn, "house", own, control)


def by_level(conn, level: str, control: Control, within: str | None = None) -> list[tuple[Unit, Contents]]:
    """Return what is in every unit of a level of the governance scheme, counted in one statement; below one unit, where it is given.

    Raises NotFound, Conflict when nothing was counted.
    """
    basis, _ = units.counted_edition(conn)
    division = units.of_level(conn, basis, level, within)
    told = contents.told(counts.cells(conn, basis, division.block_of), division.sizes, store.roles(conn), control)
    return list(zip(division.units, told, strict=True))


def words(conn) -> Words:
    """Return the names of uses, statuses and roles."""
    return Words(
        uses={use: (zh, en) for use, (zh, en, *_) in addresses.uses(conn).items()},
        statuses={status: (zh, en) for status, zh, en in SQL.rows(conn, "statuses")},
        roles={key: (role.name_zh, role.name_en) for key, role in store.roles(conn).items()},
    )


def _met(near: list[tuple], area: shapely.MultiPolygon) -> tuple[dict[int, str], list[str]]:
    """Which units an area holds, by unit_id, and which it cuts.

    Asked here and not in the database: its predicates took a minute for a ragged boundary of ten thousand vertices.
    """
    shapes = shapely.from_wkb([bytes(wkb) for *_, wkb in near])
    shapely.prepare(area)
    whole = shapely.covers(area, shapes)
    border = np.flatnonzero(~whole & shapely.intersects(area, shapes))
    inner = shapely.buffer(shapes[border], -STRIP, quad_segs=1)
    inner = np.where(shapely.is_empty(inner), shapes[border], inner)
    whole[border] = shapely.covers(area, inner)
    held = {unit_id: ref for (unit_id, ref, _), is_whole in zip(near, whole, strict=True) if is_whole}
    cuts = border[~whole[border] & shapely.intersects(area, inner)]
    return held, [near[at][1] for at in cuts]


def _standing(conn, kind: str, own: Own, control: Control) -> Block:
    basis, counted = units.counted_edition(conn)
    rows = SQL.rows(conn, "unit_of_building", building_code=own.building_code, edition_id=basis)
    lowest = [unit_id for (unit_id,) in rows if unit_id is not None]
    chain = units.chain(conn, basis, f"u{lowest[0]}") if lowest else ()
    return Block(kind, own.code, chain, _contents(conn, basis, lowest, control), counted, own)


def _address(conn, code: str) -> str:
    return compose(NameKind.GEOGRAPHIC, addresses.parts(conn, code))


def _houses(conn, building_code: str) -> int:
    return sum(house.status.live for house in addresses.houses(conn, building_code))


def _contents(conn, edition_id: int, lowest: list[int], control: Control) -> Contents:
    cells = counts.cells(conn, edition_id, dict.fromkeys(lowest, 0))
    return contents.told(cells, [len(lowest)], store.roles(conn), control)[0]
