"""Findings about data: what is wrong with a row, a unit, or a whole edition.

Faulty data is not an exception. Whoever finds a fault makes an :class:`Issue`
of it; a load's report is the list of them, which a clerk can open as a table
and an analyst as a map.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How grave a finding is: an ERROR stops the load, unless it is accepted on purpose."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Issue:
    """One finding.

    Parameters
    ----------
    code
        What kind of finding, in kebab-case: stable, documented, filterable.
    source, row, field, value
        Where it was found: a file (or edition), its 1-based row, the field, the value as given.
    units
        Keys of the units concerned, in ascending order.
    area_m2
        Size of what is wrong, square metres in the metric plane.
    geometry
        What is wrong as a shapely geometry, EPSG:4490, lon/lat; None where there is nothing to show.
    """

    code: str
    severity: Severity
    message: str
    source: str = ""
    row: int | None = None
    field: str = ""
    value: str = ""
    units: tuple[str, ...] = ()
    area_m2: float | None = None
    geometry: Any = None


def count(issues: Iterable[Issue]) -> dict[str, int]:
    """Return the number of issues by code, most frequent first."""
    return dict(Counter(issue.code for issue in issues).most_common())


def errors(issues: Iterable[Issue], accepted: Iterable[str] = ()) -> list[Issue]:
    """Return the issues that stop a load: errors whose code was not accepted on purpose."""
    accepted = set(accepted)
    return [issue for issue in issues if issue.severity is Severity.ERROR and issue.code not in accepted]
