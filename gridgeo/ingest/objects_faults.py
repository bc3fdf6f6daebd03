"""What is wrong with rows of managed objects: by the million, and told one by one only as far as anybody reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from ..issues import Issue, Severity
from .notes import ERROR, INFO, WARNING
from .objects_cells import Cells
from .words import Word, repeatable

#: rows with one fault that are told; the others are counted
MOST_TOLD = 10_000

#: What is said of each fault a row may have, besides what a cell's reader says of it.
RULES: dict[str, tuple[Severity, str]] = {
    "no-code": (ERROR, "has no element code"),
    "bad-element-code": (ERROR, "is no element code of a thing"),
    "code-as-number": (ERROR, "was rounded by a spreadsheet: have the column stored as text"),
    "duplicate-code": (ERROR, "has the element code of a row above"),
    "no-category": (ERROR, "has no category"),
    "unknown-category": (ERROR, "the tree that is valid now has no such category"),
    "ambiguous-category": (ERROR, "several categories are called so: give the full path"),
    "wrong-geometry-kind": (ERROR, "is drawn as something else than objects of its category are"),
    "no-point": (ERROR, "is nowhere: an object needs coordinates or a geometry"),
    "bad-point": (ERROR, "no longitude and latitude in China"),
    "bad-line": (ERROR, "a line has two different vertices or more, all of them in China"),
    "missing-attribute": (ERROR, "objects of its category have this attribute"),
    "bad-attribute": (ERROR, "no such value of the attribute"),
    "bad-code": (ERROR, "is no code of a building or a house"),
    "inspected-ahead": (ERROR, "was not looked at yet: the day is to come"),
    "since-ahead": (ERROR, "is not so yet: the day is to come"),
    "department-mismatch": (WARNING, "its code begins with another department than the one that answers for its category"),
    "odd-department": (WARNING, "begins with what can be no organisation code: its check character is another"),
    "unknown-attribute": (WARNING, "objects of its category have no such attribute; left out"),
    "unknown-place": (WARNING, "no such building or house is stored"),
    "point-outside": (WARNING, "lies in no unit of the edition valid now"),
    "point-only": (INFO, "objects of its category are lines or areas: only a point is given"),
}


class Faults:
    """Everything found about the rows of a load; rows are counted through all files from 0."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str, np.ndarray, Sequence[str] | None]] = []

    def add(self, code: str, rows: np.ndarray, field: str = "", values: Sequence[str] | None = None, rule: str = "") -> None:
        """Say something of rows; `values` (what stands there, and may be repeated) one for each, or none."""
        if len(rows):
            self._found.append((code, field, rule, np.asarray(rows, np.int64), values))

    def of_words(self, field: str, cells: Cells, words: Sequence[Word], offset: int) -> None:
        """Say what is wrong with the words of a column."""
        alike: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, word in enumerate(words):
            if word.fault is not None:
                alike[word.fault, word.rule or ""].append(place)
        for (fault, rule), places in alike.items():
            wrong = np.zeros(len(words) + 1, bool)
            wrong[places] = True
            rows = np.flatnonzero(wrong[cells.index])
            told = [words[at].key or repeatable(cells.words[at]) for at in cells.index[rows[:MOST_TOLD]].tolist()]
            self.add(fault, rows + offset, field, told, rule)

    def mask(self, rows: int, *codes: str) -> np.ndarray:
        """Return a mask of the rows of which something was said."""
        mask = np.zeros(rows, bool)
        for code, _, _, at, _ in self._found:
            if code in codes:
                mask[at] = True
        return mask

    def unsound(self, rows: int) -> np.ndarray:
        """Return a mask of the rows that have an error."""
        return self.mask(rows, *(code for code, *_ in self._found if severity(code) is ERROR))

    def issues(self, place: Callable[[int], tuple[str, int]]) -> tuple[list[Issue], dict[str, int]]:
        """Return issues, at most :data:`MOST_TOLD` of a code, and how often each was found; `place` is a row's file and number."""
        issues: list[Issue] = []
        totals: dict[str, int] = defaultdict(int)
        for code, field, rule, rows, values in self._found:
            for at in range(min(len(rows), max(0, MOST_TOLD - totals[code]))):
                source, number = place(int(rows[at]))
                value = values[at] if values is not None and at < len(values) else ""
                issues.append(Issue(code, severity(code), rule or RULES[code][1], source, number, field, value))
            totals[code] += len(rows)
        return sorted(issues, key=lambda issue: (issue.code, issue.source, issue.row)), dict(totals)

    def of_rows(self, rows: np.ndarray) -> dict[int, list[dict[str, str]]]:
        """Return by row what is wrong with some rows."""
        wanted, found = set(rows.tolist()), defaultdict(list)
        for code, field, rule, at, _ in self._found:
            for row in at.tolist():
                if row in wanted:
                    found[row].append({"code": code, "field": field, "message": rule or RULES[code][1]})
        return found


def severity(code: str) -> Severity:
    """Return how grave a fault is."""
    return RULES.get(code, (ERROR, ""))[0]
