"""The units that counts are of: those of the governance edition valid now, and the lowest ones below each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ..db import queries
from ..errors import Conflict, InvalidInput, NotFound
from ..hierarchy.model import GOVERNANCE, SchemeKind
from . import counts
from .counts import Counted

SQL = queries.load(__package__, "units.sql")


@dataclass(frozen=True, slots=True)
class Unit:
    """A grid unit in short."""

    unit_id: int
    level: str
    code: str | None
    name_zh: str
    name_en: str | None

    @property
    def ref(self) -> str:
        """What stands for this unit in addresses: its code, or `u` and its id."""
        return self.code or f"u{self.unit_id}"


@dataclass(frozen=True)
class Division:
    """Some units and, for each of the lowest units (unit_id) in one of them, the place of that one in `units`."""

    edition_id: int
    units: tuple[Unit, ...]
    block_of: Mapping[int, int]

    @property
    def sizes(self) -> list[int]:
        """The number of lowest units in each unit."""
        sizes = Counter(self.block_of.values())
        return [sizes[block] for block in range(len(self.units))]


def edition_now(conn) -> int:
    """Return the governance edition valid now; raises NotFound."""
    return _edition(conn, GOVERNANCE)[0]


def counted_edition(conn) -> tuple[int, Counted]:
    """Return the governance edition valid now and when it was counted; raises NotFound, Conflict when it was not."""
    edition_id = edition_now(conn)
    counted = counts.counted(conn, edition_id)
    if counted is None:
        raise Conflict("nothing was counted in the edition valid now; run `gridgeo linkage count`")
    return edition_id, counted


def of_level(conn, edition_id: int, level: str, within: str | None = None) -> Division:
    """Return the units of a level that the caller may see, the lower code first; of those below a unit only, where one is given.

    Raises NotFound for an unknown unit and where there is no unit.
    """
    units = [Unit(*row) for row in SQL.rows(conn, "units_of_level", edition_id=edition_id, level=level)]
    top_of = {leaf: top for top, leaf in SQL.rows(conn, "below", edition_id=edition_id, unit_id=None, level=level)}
    seen, below = visible(conn), None if within is None else set(_lowest(conn, edition_id, chain(conn, edition_id, within)[-1].unit_id))
    outer = {top for leaf, top in top_of.items() if (seen is not None and leaf not in seen) or (below is not None and leaf not in below)}
    units = [unit for unit in units if unit.unit_id not in outer]
    if not units:
        raise NotFound("grid units of level", level)
    place = {unit.unit_id: block for block, unit in enumerate(units)}
    return Division(edition_id, tuple(units), {leaf: place[top] for leaf, top in top_of.items() if top in place})


def of_unit(conn, basis: int, ref: str, scheme: str = GOVERNANCE) -> tuple[tuple[Unit, ...], list[int]]:
    """Return a unit with those above it, the uppermost first, and the lowest units of the edition `basis` it is made of.

    Raises NotFound, also for a unit that is not wholly in the caller's area, and InvalidInput for a scheme whose units are not
    made of whole micro-grids.
    """
    edition_id, kind = _edition(conn, scheme)
    found = chain(conn, edition_id, ref)
    if scheme == GOVERNANCE:
        lowest = _lowest(conn, basis, found[-1].unit_id)
    elif kind is SchemeKind.COMPOSED:
        lowest = [member for (member,) in SQL.rows(conn, "members", edition_id=edition_id, unit_id=found[-1].unit_id)]
    else:
        raise InvalidInput("scheme", scheme, "its units are not made of whole micro-grids; ask with their area as a polygon")
    seen = visible(conn)
    if seen is not None and not seen.issuperset(lowest):
        raise NotFound("grid unit in the caller's area", ref)
    return found, lowest


def visible(conn) -> frozenset[int] | None:
    """Return the lowest units the current transaction may see (:mod:`gridgeo.access`); None for the whole city."""
    whole, seen = SQL.rows(conn, "area")[0]
    return None if whole else frozenset(seen)


def chain(conn, edition_id: int, ref: str) -> tuple[Unit, ...]:
    """Return the unit of a code, or of `u` and an id, with those above it, the uppermost first; raises NotFound."""
    by_id = ref.startswith("u") and ref[1:].isascii() and ref[1:].isdigit() and len(ref) < 20
    rows = SQL.rows(conn, "chain", edition_id=edition_id, code=None if by_id else ref, unit_id=int(ref[1:]) if by_id else None)
    if not rows:
        raise NotFound("grid unit", ref)
    return tuple(Unit(*row) for row in rows)


def _lowest(conn, edition_id: int, unit_id: int) -> list[int]:
    return [leaf for _, leaf in SQL.rows(conn, "below", edition_id=edition_id, unit_id=unit_id, level=None)]


def _edition(conn, scheme: str) -> tuple[int, SchemeKind]:
    rows = SQL.rows(conn, "edition_now", scheme=scheme)
    if not rows:
        raise NotFound("active edition of scheme", scheme)
    return rows[0][0], SchemeKind(rows[0][1])
