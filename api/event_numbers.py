"""What is asked of the numbers of events, and how they are written: periods, what they are told apart by, and rates."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gridgeo.events import statistics
from gridgeo.events.classes import EventClass
from gridgeo.events.statistics import By, Numbers
from gridgeo.moments import CHINA

from .parameters import Parameter, one_of

_FORMS = re.compile(r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?))?", re.ASCII)
_YEARS = range(1990, 2101)
_STANDING = ("open", "overdue")

#: What numbers may be told apart by: levels of classes are added up here.
BY = (*By, "major", "minor")


def period(text: str) -> tuple[date, date]:
    """Return the first day of a period and the day after its last; raises ValueError."""
    first, slash, last = text.partition("/")
    begin, end = _span(first)
    if slash:
        end = _span(last)[1]
    if end <= begin:
        raise ValueError("ends before it begins")
    return begin, end


def this_year(now: datetime | None = None) -> tuple[date, date]:
    """Return the year until today, in China."""
    today = (now or datetime.now(UTC)).astimezone(CHINA).date()
    return today.replace(month=1, day=1), today + timedelta(days=1)


PERIOD = Parameter(
    "period",
    "A year, quarter, month or day, or from one to another with a slash between, both included: 2026, 2026-Q1, 2026-03, 2026-03-09, "
    "2026-01/2026-03. When absent this year until today. Days are those of China.",
    period,
    {"type": "string", "pattern": "^[0-9]{4}(-(Q[1-4]|[0-9]{2}(-[0-9]{2})?))?(/[0-9]{4}(-(Q[1-4]|[0-9]{2}(-[0-9]{2})?))?)?$"},
)
COUNTED_BY = Parameter(
    "by",
    "What is told apart: all (when absent: all together), unit (with level), class, major or minor class, channel, department, month, day.",
    one_of(*BY),
    {"type": "string", "enum": list(map(str, BY)), "default": "all"},
    "all",
)
COMPARED = Parameter("compare", "year: beside the same a year earlier.", one_of("year"), {"type": "string", "enum": ["year"]})


def told(of: Numbers, standing: bool = True) -> dict[str, Any]:
    """Return the numbers with their rates; without `standing` not what is open now, which belongs to no period."""
    left_out = () if standing else _STANDING
    counted = {name: n for name, n in asdict(of).items() if name not in left_out}
    return {**counted, **{name: getattr(of, name) for name in statistics.RATES}}


def written(of: Numbers, before: Numbers | None, standing: bool = True) -> dict[str, Any]:
    """Return the numbers, beside those of a year earlier where they are given, and by how many percent more were reported."""
    if before is None:
        return told(of, standing)
    return {**told(of, standing), "before": told(before, False), "growth": statistics.growth(of.reported, before.reported)}


def folded(found: Mapping[int, Numbers], by: str, known: Mapping[int, EventClass]) -> dict[str, Numbers]:
    """Return numbers of classes added up to their major or minor classes; "" is what has no class yet."""
    made: dict[str, Numbers] = defaultdict(Numbers)
    for class_id, numbers in found.items():
        of = known.get(class_id)
        made["" if of is None else of.major if by == "major" else f"{of.major}/{of.minor}"] += numbers
    return dict(made)


def whole(parent_of: Mapping[int, int], every: Mapping[int, int]) -> dict[int, bool]:
    """Return of each unit that is shown whether all of its lowest units are meant."""
    some, all_ = Counter(parent_of.values()), Counter(every.values())
    return {unit_id: some[unit_id] == all_[unit_id] for unit_id in some}


def _span(text: str) -> tuple[date, date]:
    found = _FORMS.fullmatch(text)
    if found is None or int(found["year"]) not in _YEARS:
        raise ValueError("is no period such as 2026, 2026-Q1, 2026-03, 2026-03-09 or 2026-01/2026-03")
    year, quarter, month, day = (found[part] and int(found[part]) for part in ("year", "quarter", "month", "day"))
    try:
        begin = date(year, month or 3 * (quarter or 1) - 2, day or 1)
    except ValueError:
        raise ValueError("is no day there is") from None
    if day:
        return begin, begin + timedelta(days=1)
    months = 1 if month else 3 if quarter else 12
    return begin, date(begin.year + (begin.month + months - 1) // 12, (begin.month + months - 1) % 12 + 1, 1)
