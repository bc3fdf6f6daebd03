"""What washing needs of the address base in memory: the names it knows, where they are, and today's units.

Buildings and houses stay in the database and are found by keys; roads, compounds, other names and divisions are few.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ...db import queries
from ..units import Agreement, Units
from . import pinyin, slips
from .divisions import Division, shenzhen
from .lexicon import Lexicon

SQL = queries.load(__package__)

_RETROFLEX = re.compile("(?<=[zcs])h")
_NASAL = re.compile("(?<=[aei]n)g ")
_LATERAL = re.compile("(?<![a-z])n")


@dataclass(frozen=True, slots=True)
class Known:
    """A road or compound by its key: ids of the units it is in, at every level, and how many buildings it has."""

    units: frozenset[int]
    buildings: int


@dataclass(frozen=True)
class Base:
    """The address base as far as it is in memory; never changes, safe to share between threads.

    Parameters
    ----------
    lexicon
        What the parser knows by name.
    units
        Today's units.
    roads, compounds
        By key, where there is such a road or compound.
    names, house_names
        Keys of the other names of buildings, and of houses.
    """

    lexicon: Lexicon
    units: Units
    roads: dict[str, Known] = field(default_factory=dict, repr=False)
    compounds: dict[str, Known] = field(default_factory=dict, repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)
    house_names: frozenset[str] = field(default=frozenset(), repr=False)
    #: what is similar to a name, once worked out: a text is read in several ways, and most ask for the same name
    _similar: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def sounding(self, name: str) -> tuple[str, ...]:
        """Return the keys of roads, compounds and other names that sound as a key does."""
        return self._sounds.get(sound(name), ())

    def similar(self, name: str) -> tuple[str, ...]:
        """Return the keys that sound as a key does, are a slip away, or have two of its neighbours the wrong way round, known or not."""
        found = self._similar.get(name)
        if found is None:
            if len(self._similar) > 20_000:
                self._similar.clear()
            near = [entry.key for entry in self.lexicon.near(name)]
            found = self._similar[name] = tuple(dict.fromkeys([*self.sounding(name), *near, *slips.swapped(name)]))
        return found

    def communities_of(self, compound: str | None, road: str | None, divisions: Iterable[tuple[str, str]]) -> set[int]:
        """Return the communities a compound and a road are known in, both where both are known, that divisions written agree with."""
        known = [place.units for place in (self.compounds.get(compound or ""), self.roads.get(road or "")) if place]
        found = frozenset.intersection(*known) & self._communities if known else frozenset()
        agreement, written = self.units.agreement, list(divisions)
        return {one for one in found if all(agreement(level, name, one) is not Agreement.WRONG for level, name in written)}

    @cached_property
    def _communities(self) -> frozenset[int]:
        return frozenset(unit_id for unit_id, _ in self.units.of_level("community"))

    @cached_property
    def _sounds(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key in {*self.roads, *self.compounds, *self.names}:
            found[sound(key)].append(key)
        return {heard: tuple(sorted(keys)) for heard, keys in found.items()}


def sound(name: str) -> str:
    """Return how a key sounds to somebody who does not tell zh from z, ing from in, or n from l: most of the region.

    >>> sound("兴业路") == sound("新业路")
    True
    """
    return _NASAL.sub(" ", _LATERAL.sub("l", _RETROFLEX.sub("", pinyin.sound(name))))


def read(conn) -> Base:
    """Read what is in memory from the database."""
    edition = rows(conn, "edition_now")
    edition_id = edition[0][0] if edition else None
    units = Units(edition_id, rows(conn, "units", edition_id=edition_id), rows(conn, "former_units", edition_id=edition_id))
    roads, compounds = (rows(conn, query, edition_id=edition_id) for query in ("roads", "compounds"))
    names, house_names = rows(conn, "names"), rows(conn, "house_names")
    lexicon = Lexicon.build(
        roads=sorted({name for name, *_ in roads}),
        compounds=sorted({name for name, *_ in compounds}),
        names=sorted({name for name, _ in (*names, *house_names)}),
        divisions=_divisions(units),
    )
    keys = [frozenset(key for _, key in found) for found in (names, house_names)]
    return Base(lexicon, units, _places(roads, units), _places(compounds, units), *keys)


def lexicon(conn) -> Lexicon:
    """Return what the parser knows by name, from the database."""
    return read(conn).lexicon


def _places(counts: Iterable[tuple], units: Units) -> dict[str, Known]:
    found: dict[str, set[int]] = defaultdict(set)
    buildings: dict[str, int] = defaultdict(int)
    for _, key, unit_id, count in counts:
        found[key].update(units.ids(unit_id))
        buildings[key] += count
    return {key: Known(frozenset(ids), buildings[key]) for key, ids in found.items()}


def _divisions(units: Units) -> list[Division]:
    """Today's divisions, and those of the public lists."""
    own = []
    for level in ("district", "street", "community"):
        for unit_id, unit in units.of_level(level):
            above = {one.level: one.name for one in units.chain(unit_id)}
            street = above.get("street", "") if level == "community" else ""
            own.append(Division(level, unit.name, street, above.get("district", "") if level != "district" else "", ids=(unit_id,)))
    return [*own, *shenzhen()]


def rows(conn, query: str, **parameters) -> list[tuple]:
    """Return the rows of a query of this room."""
    with conn.cursor() as cur:
        queries.prepared(cur, SQL[query], parameters)
        return cur.fetchall()
