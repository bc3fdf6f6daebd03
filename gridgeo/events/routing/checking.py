"""What a matrix leaves open: classes nobody leads, here or anywhere, and those that two lead. Nothing here touches a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...issues import Issue, Severity
from .model import EVERY, Responsibility, prefixes


@dataclass(frozen=True)
class Covered:
    """Which of the lowest units each unit consists of."""

    leaves: frozenset[int]
    of_key: Mapping[str, frozenset[int]]
    _known: dict[frozenset[str], frozenset[int]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, units: Iterable[tuple[str, int, int | None, bool]]) -> Covered:
        """Return this of units: key, unit_id, the unit above, whether it is of the lowest level."""
        units = list(units)
        parent = {unit_id: above for _, unit_id, above, _ in units}
        below: dict[int, set[int]] = {unit_id: set() for unit_id in parent}
        for _, lowest, _, leaf in units:
            at = lowest if leaf else None
            while at is not None:
                below[at].add(lowest)
                at = parent[at]
        of_key = {key: frozenset(below[unit_id]) for key, unit_id, _, _ in units}
        return cls(frozenset(unit_id for _, unit_id, _, leaf in units if leaf), of_key)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all units."""
        return frozenset(self.of_key)

    def missing(self, keys: frozenset[str]) -> frozenset[int]:
        """Return the lowest units that lie in none of some units; none where the whole city is among them."""
        if EVERY in keys:
            return frozenset()
        if keys not in self._known:
            self._known[keys] = self.leaves.difference(*(self.of_key.get(key, frozenset()) for key in keys))
        return self._known[keys]


def unled(paths: Sequence[str], leads: Sequence[Responsibility], area: Covered) -> Iterator[Issue]:
    """Yield the classes that nobody leads, anywhere or in places, or that only who answers for all classes of an area does."""
    where: dict[str, set[str]] = {}
    for row in leads:
        where.setdefault(row.class_path, set()).add(row.unit_key)
    for path in paths:
        own = frozenset(key for prefix in prefixes(path)[1:] for key in where.get(prefix, ()))
        by_area = frozenset(own | where.get(EVERY, set()))
        if not by_area or (area.leaves and area.missing(by_area) == area.leaves):
            yield Issue("class-without-lead", Severity.ERROR, f"nobody leads {path}", field="class", value=path)
        elif area.missing(by_area):
            told = f"nobody leads {path} in {len(area.missing(by_area)):,} of {len(area.leaves):,} micro-grids"
            yield Issue("class-without-lead-in-places", Severity.WARNING, told, field="class", value=path)
        elif not own or area.missing(own):
            told = f"{path} is led by who answers for all classes of an area, not by a department of its own everywhere"
            yield Issue("class-led-by-area-only", Severity.INFO, told, field="class", value=path)


def double_leads(leads: Sequence[Responsibility]) -> Iterator[Issue]:
    """Yield the classes that two departments lead in one unit; the lower code does until that is mended."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in leads:
        found.setdefault((row.class_path, row.unit_key), set()).add(row.department_code)
    for (path, key), codes in sorted(found.items()):
        if len(codes) > 1:
            who, first = ", ".join(sorted(codes)), min(codes)
            told = f"{path or 'every class'} is led by {who} in {key or 'the whole city'}: {first} does until that is mended"
            units = (key,) if key else ()
            yield Issue("double-lead", Severity.ERROR, told, field="class", value=path, units=units)
