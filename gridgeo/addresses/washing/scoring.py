"""How well addresses are read: parsed fields against labels, field by field and row by row; and washing by category.

A field of a row is right when what is found and what is labelled have the same key; it is found in vain when the label is empty or
another. Precision is right of found, recall right of labelled, F1 their harmonic mean. A row is exact when every field is right and
nothing is found in vain; what was left over (`rest`) is scored and told, but counts neither for the total nor for exact rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ...errors import InvalidInput
from .comparable import key, number_key
from .lexicon import Lexicon
from .parse import FIELDS, NUMBERED, parse

#: headers of label files, English and Chinese
HEADERS: dict[str, tuple[str, ...]] = {
    "text": ("text", "原始地址", "地址", "文本", "地址文本"),
    "province": ("province", "省", "省份"),
    "city": ("city", "市", "城市"),
    "district": ("district", "区", "行政区", "区县"),
    "street": ("street", "街道", "镇街"),
    "community": ("community", "社区"),
    "area": ("area", "片区", "区域"),
    "road": ("road", "道路", "路", "路名"),
    "plate": ("plate", "门牌", "门牌号"),
    "compound": ("compound", "小区", "院落", "小区名称"),
    "block": ("block", "楼栋", "栋", "楼号", "幢"),
    "unit": ("unit", "单元"),
    "floor": ("floor", "楼层", "层"),
    "room": ("room", "房号", "房间", "室"),
    "rest": ("rest", "其他", "剩余"),
}


@dataclass(slots=True)
class Tally:
    """Counts of one field: labelled and found alike, found in vain, labelled and not found."""

    right: int = 0
    vain: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Right of found; 1 where nothing was found."""
        return _ratio(self.right, self.right + self.vain)

    @property
    def recall(self) -> float:
        """Right of labelled; 1 where nothing was labelled."""
        return _ratio(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return _ratio(2 * self.right, 2 * self.right + self.vain + self.missed)

    def add(self, found: str, labelled: str) -> bool:
        """Count one row; return whether it is right."""
        if found == labelled:
            self.right += bool(found)
            return True
        self.vain += bool(found)
        self.missed += bool(labelled)
        return False


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is not exact: the text, and what was found and labelled by field."""

    text: str
    fields: dict[str, tuple[str, str]]


@dataclass(slots=True)
class Score:
    """What scoring found.

    Parameters
    ----------
    fields
        Tallies of the fields labels were given for, and of `rest` if it was.
    categories
        How many rows were washed to A, B, C, none; empty when nothing was washed.
    """

    rows: int = 0
    exact: int = 0
    fields: dict[str, Tally] = field(default_factory=dict)
    categories: Counter[str] = field(default_factory=Counter)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """All fields but the rest together."""
        tallies = [tally for name, tally in self.fields.items() if name != "rest"]
        return Tally(*(sum(getattr(tally, count) for tally in tallies) for count in ("right", "vain", "missed")))

    @property
    def exact_rate(self) -> float:
        """Rows all of whose fields are right."""
        return _ratio(self.exact, self.rows)

    def table(self) -> str:
        """Return the score as a table to be read."""
        lines = [f"{'field':<10} {'labelled':>8} {'precision':>9} {'recall':>7} {'F1':>7}"]
        lines += [_line(name, tally) for name, tally in self.fields.items() if name != "rest"]
        lines += [_line("all", self.total)]
        lines += [_line("(rest)", self.fields["rest"])] if "rest" in self.fields else []
        lines.append(f"exact rows {self.exact} of {self.rows} ({self.exact_rate:.1%})")
        if self.categories:
            lines.append("washed     " + ", ".join(f"{name} {self.categories[name]}" for name in sorted(self.categories)))
        return "\n".join(lines)


def score(
    rows: Iterable[Mapping[str, str]], lexicon: Lexicon | None = None, categories: Callable[[list[str]], list[str]] | None = None
) -> Score:
    """Score the parser on labelled rows.

    Parameters
    ----------
    rows
        A mapping each, by English or Chinese headers (`HEADERS`); only fields that have a column are scored.
    lexicon
        What is known by name; without one the public divisions.
    categories
        Washes texts to categories (A, B, C, none); without it nothing is washed.

    Raises
    ------
    InvalidInput
        When the rows have no column with the address.
    """
    rows = [_plain(row) for row in rows]
    result = Score(rows=len(rows))
    for row in rows:
        _count(row, lexicon, result)
    if categories:
        result.categories.update(categories([row["text"] for row in rows]))
    return result


def _count(row: dict[str, str], lexicon: Lexicon | None, result: Score) -> None:
    parsed = parse(row["text"], lexicon)
    found = parsed.values() | {"rest": parsed.rest}
    wrong = {}
    for name in (*FIELDS, "rest"):
        if name in row:
            tally = result.fields.setdefault(name, Tally())
            if not tally.add(_key(name, found.get(name, "")), _key(name, row[name])):
                wrong[name] = (found.get(name, ""), row[name])
    if wrong:
        result.wrong.append(Wrong(row["text"], wrong))
    result.exact += not wrong.keys() - {"rest"}


def _key(name: str, value: str) -> str:
    return (number_key(value) if name in NUMBERED else key(value)) or ""


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    named = {header: name for name, headers in HEADERS.items() for header in headers}
    plain = {named[header.strip()]: (value or "").strip() for header, value in row.items() if header and header.strip() in named}
    if "text" not in plain:
        raise InvalidInput("columns", ", ".join(row), "one must hold the address: text or 地址")
    return plain


def _line(name: str, tally: Tally) -> str:
    return f"{name:<10} {tally.right + tally.missed:>8} {tally.precision:>9.3f} {tally.recall:>7.3f} {tally.f1:>7.3f}"


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
