"""Two sources about the same houses compared: where their counts differ, by grid, and what each has that the other has not.

A source is a table of house codes and counts, or the links of one source in the base. What is told of a grid is told of
its micro-grids by the rule of :mod:`.disclosure`; who may see counts as they are gives :data:`.disclosure.EXACT`.
"""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..addresses import rules as address_rules
from ..addresses import store as addresses
from ..db import queries
from ..errors import InvalidCode, InvalidInput
from ..issues import Issue, Severity
from . import rules, units
from .disclosure import Control, Told
from .units import Unit

SQL = queries.load(__package__, "reconcile.sql")

_NULL = r"\N"

#: What is compared of each unit, as the query `differences` gives it.
MEASURES = ("a", "b", "only_a", "only_b", "differing")


@dataclass(frozen=True)
class Source:
    """What somebody counts in houses: a name to show, and the count of each house (25); a house with nobody is left out."""

    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Tolerance:
    """How far two counts of a grid may lie apart: by some at least, and by a share of the larger one."""

    least: int = 10
    share: float = 0.05

    def exceeded(self, a: int, b: int) -> bool:
        """Return whether two counts lie too far apart."""
        return abs(a - b) > max(self.least, self.share * max(a, b))


@dataclass(frozen=True)
class Difference:
    """How two sources differ in one unit.

    Parameters
    ----------
    a, b
        Sums of their counts.
    only_a, only_b
        Houses that one of them has and the other has not.
    differing
        Houses that both have, with different counts.
    flagged
        Whether the sums, as they are told, lie too far apart; a sum that is not told counts as nothing.
    """

    unit: Unit
    a: Told
    b: Told
    only_a: Told
    only_b: Told
    differing: Told
    flagged: bool

    @property
    def apart(self) -> int | None:
        """The sum of the first less that of the second, where both are told."""
        return None if self.a.count is None or self.b.count is None else self.a.count - self.b.count


@dataclass(frozen=True)
class Reconciliation:
    """Two sources compared; `unplaced` houses of each are not in the base or lie in no grid, and stand in no unit's counts."""

    a: str
    b: str
    differences: tuple[Difference, ...]
    unplaced: tuple[int, int]


def from_table(name: str, codes: Sequence[str | None], counts: Sequence[str | None]) -> tuple[Source, list[Issue]]:
    """Return a source made of two columns of a table, and what is wrong with the rows that were left out.

    Issues, all errors: `bad-code` (no house code), `bad-count` (no whole number). Counts of a house that stands twice are added.
    """
    found: Counter[str] = Counter()
    issues = []
    for row, (text, count) in enumerate(zip(codes, counts, strict=True), 1):
        code = _house(text)
        number = (count or "").strip()
        if code is None:
            issues.append(Issue("bad-code", Severity.ERROR, "no house code of 25 characters", name, row, "house_code"))
        elif not (number.isascii() and number.isdigit() and len(number) <= 9):
            issues.append(Issue("bad-count", Severity.ERROR, "no whole number", name, row, "count"))
        else:
            found[code] += int(number)
    return Source(name, +found), issues


def from_links(conn, kind: str, source: str, role: str | None = None, as_of: date | None = None) -> Source:
    """Return what one source of links says of each house: how many codes of a kind, in a role where one is given.

    `as_of` is the day links must be valid on: today in China when None. Raises InvalidInput for an unknown kind, or a source without links.
    """
    values = {"kind": rules.kind_of(kind), "source": source, "role": role, "as_of": as_of or addresses.today(conn)}
    with conn.cursor() as cur:
        cur.execute(SQL["of_source"], values)
        counts = dict(cur.fetchall())
    if not counts:
        raise InvalidInput("source", source, f"no {kind} links of houses have it today")
    return Source(source, counts)


def compare(
    conn, a: Source, b: Source, control: Control, level: str = "micro", tolerance: Tolerance | None = None, within: str | None = None
) -> Reconciliation:
    """Return how two sources differ in each unit of a level of the governance edition valid now; below one unit, where it is given.

    Raises NotFound for an unknown level or unit.
    """
    edition_id = units.edition_now(conn)
    division = units.of_level(conn, edition_id, level, within)
    with conn.cursor() as cur:
        _compared(cur, a, b)
        cur.execute(SQL["differences"], {"edition_id": edition_id})
        cells: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for unit_id, *numbers in cur.fetchall():
            if unit_id in division.block_of:
                cells[division.block_of[unit_id]].append(tuple(numbers))
        cur.execute(SQL["unplaced"], {"edition_id": edition_id})
        unplaced = cur.fetchone()
    sizes, tolerance = division.sizes, tolerance or Tolerance()
    made = (_difference(unit, cells[block], sizes[block], control, tolerance) for block, unit in enumerate(division.units))
    return Reconciliation(a.name, b.name, tuple(made), unplaced)


def houses(a: Source, b: Source) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield every house of which two sources do not say the same, with what each says: for who may see counts as they are."""
    for code in sorted(a.counts.keys() | b.counts.keys()):
        if a.counts.get(code) != b.counts.get(code):
            yield code, a.counts.get(code), b.counts.get(code)


def _compared(cur, a: Source, b: Source) -> None:
    cur.execute(SQL["drop_compared"])
    cur.execute(SQL["make_compared"])
    codes = a.counts.keys() | b.counts.keys()
    lines = (f"{rules.zone_of(code)}\t{code}\t{a.counts.get(code, _NULL)}\t{b.counts.get(code, _NULL)}\n" for code in codes)
    cur.copy_expert(SQL["copy_compared"], io.StringIO("".join(lines)))
    cur.execute("ANALYZE compared")
    cur.execute(SQL["place_compared"])


def _difference(unit: Unit, cells: Iterable[tuple[int, ...]], micro_grids: int, control: Control, tolerance: Tolerance) -> Difference:
    rows = list(cells)
    nobody = micro_grids - len(rows)
    told = {measure: control.total([row[at] for row in rows], nobody=nobody) for at, measure in enumerate(MEASURES)}
    return Difference(unit, **told, flagged=tolerance.exceeded(told["a"].count or 0, told["b"].count or 0))


def _house(text: str | None) -> str | None:
    try:
        return address_rules.house_code(text or "")
    except InvalidCode:
        return None
