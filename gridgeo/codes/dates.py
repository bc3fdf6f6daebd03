"""Days in codes, and dates whose unknown parts are stars (星号日期): 202403**, 2024****, 202*****, 20******, ********.

Source: SZDB/Z 281-2017, linkage of elements.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime

import numpy as np

from ..moments import CHINA
from . import arrays
from .family import Family
from .model import Kind, Reading, Reason
from .text import without_hyphens

#: Nobody with a number was born earlier: the numbers began in 1984, the standard's own example is of 1880.
EARLIEST_BIRTH = 1800

_KNOWN = (0, 2, 3, 4, 6, 8)  # how many digits may be known
#: Where year, month and day stand, and what is taken for one that is unknown.
_PARTS = ((slice(0, 4), 2000), (slice(4, 6), 1), (slice(6, 8), 1))
_SHAPE = re.compile(r"([0-9]*)\**")


def today() -> date:
    """Return today's date in China."""
    return datetime.now(CHINA).date()


def day_of(digits: str) -> date | None:
    """Return the day of YYYYMMDD, None where there is no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def birth_faults(digits: str) -> tuple[Reason, ...]:
    """Return what is wrong with a date of birth, YYYYMMDD."""
    day = day_of(digits)
    if day is None or day.year < EARLIEST_BIRTH:
        return (Reason.NO_SUCH_DATE,)
    return (Reason.FUTURE_DATE,) if day > today() else ()


def births(signs: np.ndarray, century: int | None = None) -> np.ndarray:
    """Return the bits of what is wrong with dates of birth: columns YYYYMMDD, or YYMMDD of a century."""
    year, month, day = arrays.number(signs[:-4]) + np.uint16(century or 0), arrays.number(signs[-4:-2]), arrays.number(signs[-2:])
    sound = arrays.is_date(year, month, day) & (year >= EARLIEST_BIRTH)
    now = today()
    late = np.flatnonzero(sound & (year >= now.year))
    future = np.zeros(len(sound), bool)
    future[late] = (year[late] > now.year) | (month[late].astype(np.int32) * 100 + day[late] > now.month * 100 + now.day)
    return arrays.marked(Reason.NO_SUCH_DATE, ~sound) | arrays.marked(Reason.FUTURE_DATE, future)


def build(year: int | None = None, month: int | None = None, day: int | None = None) -> str:
    """Return a date of which the later parts may be unknown, with stars for them.

    >>> build(2024, 3)
    '202403**'

    Raises
    ------
    InvalidCode
        For a day that does not exist, or a day without its month.
    """
    parts = ((year, 4), (month, 2), (day, 2))
    return FAMILY.parse("".join("*" * width if part is None else f"{part:0{width}}" for part, width in parts)).value


def _read(code: str) -> Reading:
    if len(code) != 8:
        return Reading((Reason.WRONG_LENGTH,))
    if code.strip("0123456789*"):
        return Reading((Reason.WRONG_CHARACTER,))
    shape = _SHAPE.fullmatch(code)
    if shape is None or len(shape[1]) not in _KNOWN:
        return Reading((Reason.STARS,))
    span = _span(shape[1])
    if span is None:
        return Reading((Reason.NO_SUCH_DATE,))
    parts = {"first": span[0].isoformat(), "last": span[1].isoformat()} if shape[1] else {}
    return Reading((), f"{len(shape[1])} digits", parts)


def _span(known: str) -> tuple[date, date] | None:
    """The first and the last day of what the known digits leave open."""
    try:
        first = date(max(int(known[:4].ljust(4, "0")), 1), int(known[4:6] or 1), int(known[6:] or 1))
        year, month = int(known[:4].ljust(4, "9")), int(known[4:6] or 12)
        return (first, date(year, month, int(known[6:] or monthrange(year, month)[1]))) if year else None
    except ValueError:
        return None


def _screen(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    body = signs[:8]
    star, digit = body == ord("*"), (body - np.uint8(48)) < 10
    known = digit.sum(axis=0)
    stars_last = ~(star[:-1] & ~star[1:]).any(axis=0)
    year, month, day = (np.where(star[part].any(axis=0), blank, arrays.number(body[part])) for part, blank in _PARTS)
    return arrays.first_of(
        length,
        (Reason.WRONG_LENGTH, length != 8),
        (Reason.WRONG_CHARACTER, ~(star | digit).all(axis=0)),
        (Reason.STARS, ~(stars_last & np.isin(known, _KNOWN))),
        (Reason.NO_SUCH_DATE, ~arrays.is_date(year, month, day)),
    )


FAMILY = Family(
    kind=Kind.DATE,
    name="date",
    name_zh="日期",
    expected="8 digits YYYYMMDD, unknown ones at the end as stars",
    expected_zh="8 位 YYYYMMDD, 未知部分用星号",
    read=_read,
    screen=_screen,
    mask=str,
    width=8,
    alphabet=arrays.alphabet(arrays.DIGITS + "*"),
    columns=("星号日期", "starred_date"),
    normalise=without_hyphens,
)
