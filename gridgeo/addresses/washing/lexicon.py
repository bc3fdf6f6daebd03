"""What is known by name, in memory: divisions of all vintages, roads, compounds, and the other names of both.

A `Lexicon` never changes once built. It finds the longest known name at a place of a text, names that sound alike or are one slip
away, and names by their beginning, their pinyin or their initials. What a name stands for is the caller's business: opaque ids.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from itertools import chain

from . import numerals, pinyin
from .comparable import key
from .divisions import LEVELS, Division, places, shenzhen
from .slips import Slips

#: longest name that is looked for in a text
LONGEST = 30


class Kind(StrEnum):
    """What a name is the name of."""

    ROAD = "road"
    COMPOUND = "compound"
    AREA = "area"
    NAME = "name"  # colloquial, short or former: of whatever its ids say


@dataclass(frozen=True, slots=True)
class Entry:
    """A name that is known: as it is kept, what it is compared by, what it may be the name of, what it stands for."""

    name: str
    key: str
    kinds: frozenset[Kind]
    ids: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class Called:
    """All divisions of a name, those whose whole name it is, and the levels of these from the district down."""

    every: tuple[Division, ...]
    whole: tuple[Division, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """All divisions of a level and a name together."""

    is_former: bool
    became: frozenset[str]
    today: frozenset[str]
    formerly: frozenset[str]


Names = Iterable[str | tuple[str, Hashable]]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Names that are known; built by `build`, never changed.

    Parameters
    ----------
    divisions
        All divisions, former ones among them.
    entries
        Every other name by its key.
    """

    divisions: tuple[Division, ...]
    entries: Mapping[str, Entry]
    _spelled: dict[str, Entry] = field(repr=False)
    _lengths: dict[str, tuple[int, ...]] = field(repr=False)
    _divided: dict[str, Called] = field(repr=False)
    _division_lengths: dict[str, tuple[int, ...]] = field(repr=False)
    #: faults of divisions written together, once worked out: a batch writes the same few again and again
    consistent: dict[tuple, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        *,
        roads: Names = (),
        compounds: Names = (),
        areas: Names = (),
        names: Names = (),
        divisions: Iterable[Division] | None = None,
        with_public: bool = True,
    ) -> Lexicon:
        """Build a lexicon from names, each a text or a text with an id; one name may come with many ids.

        Without `divisions` those of Shenzhen as publicly listed are known. `with_public` adds, without ids, the main roads and best
        known places of Shenzhen, so that what a base does not hold is still read as what it is.
        """
        if with_public:
            roads, compounds, areas = (
                chain(given, places(kind)) for kind, given in (("road", roads), ("compound", compounds), ("area", areas))
            )
        known = tuple(shenzhen() if divisions is None else divisions)
        entries = _entries({Kind.ROAD: roads, Kind.COMPOUND: compounds, Kind.AREA: areas, Kind.NAME: names})
        spelled = {way: entry for entry in entries.values() for way in spellings(entry.key)}
        divided = _called(known)
        return cls(known, entries, spelled, _by_beginning(spelled), divided, _by_beginning(divided))

    def at(self, text: str, start: int) -> tuple[int, Entry] | None:
        """Return the longest name known at a place of a normalised text: where it ends, and what it is."""
        for length in self._lengths.get(text[start : start + 2], ()):
            name = text[start : start + length]
            entry = self._spelled.get(name)
            if entry:
                return start + len(name), entry
        return None

    def division_at(self, text: str, start: int) -> tuple[int, Called] | None:
        """Return the longest name of divisions at a place of a normalised text: where it ends, and what is called so."""
        for length in self._division_lengths.get(text[start : start + 2], ()):
            name = text[start : start + length]
            found = self._divided.get(name)
            if found:
                return start + len(name), found
        return None

    def named(self, name: str | None) -> Entry | None:
        """Return what is called exactly so, however it is written."""
        return self.entries.get(key(name) or "")

    def is_former(self, level: str, name: str) -> bool:
        """Return whether a name is only that of a division that was: 宝安县, 福永镇, 公明办事处."""
        standing = self._standing.get((level, name))
        return standing.is_former if standing else name.endswith(("镇", "办事处"))

    def became(self, level: str, name: str) -> frozenset[str]:
        """Return what a division that was became; nothing for one of today."""
        standing = self._standing.get((level, name))
        return standing.became if standing else frozenset()

    def lies_in(self, level: str, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names of what divisions of a name lie in today, and of what such lay in formerly."""
        standing = self._standing.get((level, name))
        return (standing.today, standing.formerly) if standing else (frozenset(), frozenset())

    @cached_property
    def _standing(self) -> dict[tuple[str, str], _Standing]:
        groups: dict[tuple[str, str], list[Division]] = {}
        for division in self.divisions:
            groups.setdefault((division.level, division.name), []).append(division)
        return {named: _standing(named[0], group) for named, group in groups.items()}

    def homophones(self, name: str) -> tuple[Entry, ...]:
        """Return what sounds the same (toneless) and is written otherwise."""
        own = key(name) or ""
        return tuple(entry for entry in self._sounds.get(pinyin.sound(own), ()) if entry.key != own)

    def near(self, name: str) -> tuple[Entry, ...]:
        """Return names one slip away: one character other, missing or too many; never one that differs by a number or a compass point."""
        return tuple(self.entries[found] for found in self._near.find(key(name) or ""))

    @cached_property
    def _sounds(self) -> dict[str, tuple[Entry, ...]]:
        sounds: dict[str, tuple[Entry, ...]] = {}
        for entry in self.entries.values():
            sound = pinyin.sound(entry.key)
            sounds[sound] = (*sounds.get(sound, ()), entry)
        return sounds

    @cached_property
    def _near(self) -> Slips:
        return Slips(self.entries)

    def beginning(self, typed: str, limit: int = 10) -> tuple[Entry, ...]:
        """Return names that begin with what is typed: characters, pinyin (qianjin) or initials (qj), shorter names first."""
        own = key(typed) or ""
        if not own:
            return ()
        wanted = own.lower() if own.isascii() else own
        found: dict[str, Entry] = {}
        for _, entry in _starting(self._typed, wanted, 20 * limit):
            found.setdefault(entry.key, entry)
        return tuple(sorted(found.values(), key=lambda entry: (len(entry.key), entry.key)))[:limit]

    @cached_property
    def _typed(self) -> list[tuple[str, Entry]]:
        ways = (
            (way, entry) for entry in self.entries.values() for way in {entry.key, pinyin.joined(entry.key), pinyin.initials(entry.key)}
        )
        return sorted(ways, key=lambda pair: pair[0])


@cache
def public() -> Lexicon:
    """Return the lexicon without a base: Shenzhen's public divisions of all vintages, its main roads and best known places."""
    return Lexicon.build()


def _standing(level: str, group: list[Division]) -> _Standing:
    outer = "district" if level == "street" else "street"
    today, formerly = ({getattr(one, outer) for one in group if one.former is former} - {""} for former in (False, True))
    became = frozenset(chain.from_iterable(one.became for one in group))
    return _Standing(all(one.former for one in group), became, frozenset(today), frozenset(formerly))


def _starting(pairs: list[tuple[str, Entry]], wanted: str, limit: int) -> Iterable[tuple[str, Entry]]:
    start = bisect_left(pairs, wanted, key=lambda pair: pair[0])
    for way, entry in pairs[start : start + limit]:
        if not way.startswith(wanted):
            return
        yield way, entry


def _called(divisions: Iterable[Division]) -> dict[str, Called]:
    named: dict[str, list[Division]] = {}
    for division in divisions:
        for way in {division.name, division.bare}:
            named.setdefault(way, []).append(division)
    whole = {name: tuple(one for one in every if one.name == name) for name, every in named.items()}
    levels = {name: tuple(level for level in LEVELS if any(one.level == level for one in found)) for name, found in whole.items()}
    return {name: Called(tuple(every), whole[name], levels[name]) for name, every in named.items()}


def _entries(kinds: Mapping[Kind, Names]) -> dict[str, Entry]:
    names: dict[str, str] = {}
    found: dict[str, set[Kind]] = {}
    ids: dict[str, list[Hashable]] = {}
    for kind, given in kinds.items():
        for item in given:
            name, *known_by = (item,) if isinstance(item, str) else item
            own = key(name)
            if own:
                names.setdefault(own, name)
                found.setdefault(own, set()).add(kind)
                ids.setdefault(own, []).extend(known_by)
    return {own: Entry(name, own, frozenset(found[own]), tuple(dict.fromkeys(ids[own]))) for own, name in names.items()}


_PLACED = re.compile("第?([0-9]+)(?=[路街巷坊里道区期村横排工号])")


def spellings(entry_key: str) -> set[str]:
    """Return the ways a name with numbered parts is written in a normalised text: 前进1路, 前进一路; 第2工业区, 第二工业区, 二工业区."""
    if not _PLACED.search(entry_key):
        return {entry_key}
    chinese = _PLACED.sub(lambda found: numerals.written(int(found[1])), entry_key)
    ranked = {
        _PLACED.sub(lambda found: "第" + found[1], entry_key),
        _PLACED.sub(lambda found: "第" + numerals.written(int(found[1])), entry_key),
    }
    return {entry_key, chinese} | (ranked if "工业" in entry_key or "村" in entry_key else set())


def _by_beginning(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for name in names:
        if 2 <= len(name) <= LONGEST:
            lengths.setdefault(name[:2], set()).add(len(name))
    return {beginning: tuple(sorted(found, reverse=True)) for beginning, found in lengths.items()}
