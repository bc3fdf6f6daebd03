"""Times a caller asks about: an instant, a day, an interval with or without ends, or a length with an instant beside it.

Source: OGC 17-069r4, 7.15.4 (datetime); RFC 3339; ISO 8601 for lengths such as P2D.
"""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta

from gridgeo.features.question import Period

from .parameters import Parameter, moment

_LENGTH = re.compile(
    r"P(?=.)(?:([0-9]{1,4})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=.)(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?",
    re.ASCII,
)
_OPEN = ("", "..")
_UNFINISHED = re.compile("(?<=[0-9])T$")
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def period(text: str) -> Period:
    """Return the period a text says; of one instant it begins and ends there. Raises ValueError.

    A day alone is its first moment in Beijing time, as everywhere here; at the end of an interval it is the whole day.
    """
    ends = text.split("/")
    if len(ends) == 1:
        at = moment(text)
        return Period(at, at)
    if len(ends) > 2 or all(end in _OPEN for end in ends):
        raise ValueError("is no interval: two instants or days with one / between; one of them may be ..")
    try:
        found = _between(*ends)
    except OverflowError:
        raise ValueError("is no moment of the calendar") from None
    if None not in found and found.start > found.end:
        raise ValueError("ends before it begins")
    return found


def without_time(text: str) -> str:
    """Return a day that is written 2024-01-01T, as GDAL does, without its T."""
    return _UNFINISHED.sub("", text)


def _between(first: str, last: str) -> Period:
    first, last = map(without_time, (first, last))
    if last.startswith("P"):
        start = moment(first)
        return Period(start, _moved(start, last, 1))
    if first.startswith("P"):
        end = _last(last)
        return Period(_moved(end, first, -1), end)
    return Period(None if first in _OPEN else moment(first), None if last in _OPEN else _last(last))


def _last(text: str) -> datetime:
    at = moment(text)
    return at if "T" in text.upper() else at + _DAY - _TICK


def _moved(at: datetime, text: str, way: int) -> datetime:
    """An instant a length later (1) or earlier (-1); of months the last day there is."""
    length = _LENGTH.fullmatch(text)
    if length is None:
        raise ValueError("has no length such as P2D or PT12H beside its /")
    years, months, weeks, days, hours, minutes, seconds = (way * int(each or 0) for each in length.groups())
    year, month = divmod(at.year * 12 + at.month - 1 + years * 12 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day) + timedelta(days, seconds, 0, 0, minutes, hours, weeks)


DATETIME = Parameter(
    "datetime",
    "Only what is valid then: an instant with its zone, a day (its first moment in Beijing time), an interval of two with / between (a day "
    "at its end is the whole day; .. for no end), or an instant and a length: 2024-01-09/P2D. Now, when absent.",
    period,
    {"type": "string"},
)

RECORDED = Parameter(
    "recorded",
    "As it was believed at this moment: an instant with its zone, or a date (its first moment in Beijing time). Now, when absent. Of "
    "grids and objects; of other collections it is not kept what was believed when.",
    moment,
    {"type": "string"},
)
