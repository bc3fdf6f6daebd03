"""Collecting what is to be said about the rows of one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..errors import Conflict
from ..issues import Issue, Severity, count

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def require_none(left: Sequence[Issue], totals: Mapping[str, int], way_out: Callable[[Sequence[Issue]], str]) -> None:
    """Raise Conflict where errors are left that stop a load: which, how many of each (`totals`), and what to do about them."""
    if left:
        told = ", ".join(f"{code} ({totals.get(code, 1):,})" for code in count(left))
        raise Conflict(f"nothing was stored: {told}; {way_out(left)}")


class Notes:
    """The issues of one table, in the order they were found."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.issues: list[Issue] = []

    def each(
        self, code: str, severity: Severity, rows: np.ndarray, field: str, values: Sequence, message: str | Callable[[int], str]
    ) -> None:
        """Say something of every row in a mask: a clerk goes from row to row."""
        for row in np.flatnonzero(rows):
            text = message(row) if callable(message) else message
            value = "" if values[row] is None else str(values[row])
            self.issues.append(Issue(code, severity, text, self.source, int(row) + 1, field, value[:200]))

    def once(self, code: str, severity: Severity, rows: np.ndarray, field: str, values: Sequence, message: str) -> None:
        """Say something once of all rows in a mask: `message` has ``{count}`` and ``{first}``."""
        at = np.flatnonzero(rows)
        if len(at):
            text = message.format(count=f"{len(at):,}", first=values[at[0]])
            self.issues.append(Issue(code, severity, text, self.source, None, field, "" if len(at) > 1 else str(values[at[0]])[:200]))

    def table(self, code: str, severity: Severity, message: str, field: str = "", value: str = "") -> None:
        """Say something of the table."""
        self.issues.append(Issue(code, severity, message, self.source, None, field, value[:200]))
