"""Today's units in memory: the chain above every building, and what divisions were called before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from ..errors import NotFound
from . import rules
from .model import Parts
from .washing.divisions import LEVELS, Division, of_office, shenzhen
from .washing.model import Unit

#: the parts of an address below its community
_BELOW = ("road", "plate", "compound", "block", "unit", "floor", "room")


class Agreement(IntEnum):
    """How a written division agrees with where something lies today."""

    TODAY = 0
    FORMER = 1
    WRONG = 2


class Units:
    """The units of the edition valid today.

    Parameters
    ----------
    edition_id
        None where no edition is valid.
    rows
        unit_id, level, code, name, parent_id, and a point in it (lon, lat) where an answer may end at the unit.
    former
        unit_id, level and name in earlier editions.
    facts
        Divisions of earlier lists, with what they lay in.
    """

    def __init__(
        self, edition_id: int | None, rows: Iterable[tuple], former: Iterable[tuple] = (), facts: Iterable[Division] | None = None
    ) -> None:
        self.edition_id = edition_id
        self._parent: dict[int, int | None] = {}
        self._unit: dict[int, Unit] = {}
        self._point: dict[int, tuple[float, float]] = {}
        for unit_id, level, code, name, parent_id, lon, lat in rows:
            self._unit[unit_id], self._parent[unit_id] = Unit(level, code, name), parent_id
            if lon is not None:
                self._point[unit_id] = (lon, lat)
        self._above = {unit_id: tuple(reversed(list(self._ids(unit_id)))) for unit_id in self._unit}
        self._chain = {unit_id: tuple(self._unit[one] for one in above) for unit_id, above in self._above.items()}
        self._id_of = {unit.code: unit_id for unit_id, unit in self._unit.items() if unit.code}
        self._named: dict[tuple[str, str], list[int]] = defaultdict(list)
        for unit_id, unit in self._unit.items():
            self._named[unit.level, bare(unit.level, unit.name)].append(unit_id)
        self._once: dict[tuple[str, str], set[int]] = defaultdict(set)
        for unit_id, level, name in former:
            self._once[level, bare(level, name)].add(unit_id)
        self._became, self._held = _history(shenzhen() if facts is None else facts)
        self._written: dict[int | None, str] = {}
        self._lowest = {unit_id: self._divided(above) for unit_id, above in self._above.items()}
        self._seen: dict[tuple[str, str, int | None], Agreement] = {}

    def __len__(self) -> int:
        return len(self._unit)

    def chain(self, unit_id: int | None) -> tuple[Unit, ...]:
        """Return the units from the district down to one; empty for None."""
        return self._chain.get(unit_id, ())

    def ids(self, unit_id: int | None) -> tuple[int, ...]:
        """Return the ids of :meth:`chain`."""
        return self._above.get(unit_id, ())

    def address(self, unit_id: int | None, parts: Parts) -> str:
        """Return the full address of a place in a unit, the micro-grid left out."""
        above = self._written.get(unit_id)
        if above is None:
            above = self._written[unit_id] = address(self.chain(unit_id))
        return above + below(parts)

    def point(self, unit_id: int) -> tuple[float | None, float | None]:
        """Return a point in a unit, lon and lat (EPSG:4490, degrees); None twice where there is no boundary."""
        return self._point.get(unit_id, (None, None))

    def unit(self, ref: str) -> int:
        """Return the id of the unit of a code, of `u` and an id, or of a name that only one unit of its level has; raises NotFound."""
        found = self._id_of.get(ref)
        if found is not None:
            return found
        if ref[:1] == "u" and ref[1:].isdecimal() and int(ref[1:]) in self._unit:
            return int(ref[1:])
        for level in LEVELS:
            here = self.named(level, ref)
            if len(here) == 1:
                return here[0]
        raise NotFound("unit of today's grids", ref)

    def named(self, level: str, name: str) -> list[int]:
        """Return the units of a level that have a name today, whatever kind of unit it says they are (西乡镇: 西乡街道)."""
        return self._named.get((level, bare(level, name)), [])

    def known(self, level: str, name: str) -> bool:
        """Return whether a division of a level is or was called so."""
        short = bare(level, name)
        key = (level, short)
        return (
            key in self._named or key in self._once or key in self._became or any((level, short, below) in self._held for below in LEVELS)
        )

    def below(self, unit_id: int) -> list[int]:
        """Return the ids of a unit and of all units below it."""
        return [other for other, above in self._above.items() if unit_id in above]

    def of_level(self, level: str) -> list[tuple[int, Unit]]:
        """Return the units of a level with their ids."""
        return [(unit_id, unit) for unit_id, unit in self._unit.items() if unit.level == level]

    def agreement(self, level: str, written: str, unit_id: int | None) -> Agreement:
        """Return how a written district, street or community agrees with the chain of a unit; today's name also without its suffix."""
        unit_id = self._lowest.get(unit_id)
        key = (level, written, unit_id)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) > 200_000:
                self._seen.clear()
            found = self._seen[key] = self._agreement(level, written, unit_id)
        return found

    def _agreement(self, level: str, written: str, unit_id: int | None) -> Agreement:
        chain, short = self.chain(unit_id), bare(level, written)
        here = next((unit for unit in chain if unit.level == level), None)
        if here is None:
            return Agreement.WRONG
        if bare(level, here.name) == short:
            plain = {here.name, bare(level, here.name)}
            return Agreement.TODAY if written in plain or of_office(written) in plain else Agreement.FORMER
        formerly = self._once.get((level, short), ())
        if any(one in formerly for one in self.ids(unit_id)):
            return Agreement.FORMER
        if bare(level, here.name) in self._became.get((level, short), ()):
            return Agreement.FORMER
        lower = [unit for unit in chain if unit.level in LEVELS and LEVELS.index(unit.level) > LEVELS.index(level)]
        held = any(bare(unit.level, unit.name) in self._held.get((level, short, unit.level), ()) for unit in lower)
        return Agreement.FORMER if held else Agreement.WRONG

    def _divided(self, above: tuple[int, ...]) -> int | None:
        """The lowest division of a chain: what lies below it all agrees alike."""
        return next((unit_id for unit_id in reversed(above) if self._unit[unit_id].level in LEVELS), None)

    def _ids(self, unit_id: int | None) -> Iterable[int]:
        while unit_id is not None and unit_id in self._unit:
            yield unit_id
            unit_id = self._parent[unit_id]


def _history(facts: Iterable[Division]) -> tuple[dict, dict]:
    """What divisions became, and what each held at some time, by level and bare name."""
    became: dict[tuple[str, str], set[str]] = defaultdict(set)
    held: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for one in facts:
        short = bare(one.level, one.name)
        became[one.level, short] |= {bare(one.level, name) for name in one.became}
        for upper in ("street", "district"):
            name = getattr(one, upper)
            if name and upper != one.level:
                held[upper, bare(upper, name), one.level].add(short)
    return dict(became), dict(held)


@lru_cache(maxsize=65536)
def bare(level: str, name: str) -> str:
    """Return a division's name without its suffix: 西乡 for 西乡街道, 西乡镇 and 西乡办事处."""
    return Division(level, of_office(name)).bare if level in LEVELS else name


def address(chain: tuple[Unit, ...], parts: Parts = Parts()) -> str:  # noqa: B008 - frozen
    """Return the full address of a place in a chain of units, its micro-grid left out; that of the unit where no parts are given."""
    return _above(chain) + rules.written(parts, _BELOW)


@lru_cache(maxsize=65536)
def _above(chain: tuple[Unit, ...]) -> str:
    names = [unit.name for unit in chain if unit.level in LEVELS]
    _, city = rules.city(chain[0].code or "") if names else (None, None)
    return "".join([city or "", *names])


def below(parts: Parts) -> str:
    """Return what of an address stands below its community."""
    return rules.written(parts, _BELOW)
