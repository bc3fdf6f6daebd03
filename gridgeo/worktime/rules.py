"""Reckoning in working time: exact to the microsecond, one moment or a hundred thousand.

A calendar is laid out as a line of spans of working time (:class:`Line`); on it, working time passed since its beginning is a function of
the moment that only grows, and to add is to read it backwards. China has one time and no summer time, so its days are all as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import numpy as np

from ..errors import InvalidInput
from ..moments import CHINA
from .model import Amount, Calendar, Day, Pause, Unit

#: The days a line is laid out for. Before and after them nothing is reckoned.
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)

_EPOCH, _US = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_MINUTE, _DAY = 60_000_000, 86_400_000_000
_BEGINNING, _END = ((datetime.combine(day, time(), CHINA) - _EPOCH) // _US for day in (FIRST, LAST + timedelta(days=1)))
_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.DAY: 1440}


@dataclass(frozen=True, eq=False)
class Line:
    """Spans of working time, in microseconds since 1970, and how much of it has passed where each begins.

    Parameters
    ----------
    days
        The spans' beginnings of days that are worked on (midnight in China).
    last_closes
        When the last hours of each of these days end.
    """

    opens: np.ndarray
    closes: np.ndarray
    passed: np.ndarray
    days: np.ndarray
    last_closes: np.ndarray

    def elapsed(self, moments: np.ndarray) -> np.ndarray:
        """Return how much working time has passed at moments."""
        span = np.maximum(np.searchsorted(self.opens, moments, side="right") - 1, 0)
        within = np.clip(moments, self.opens[span], self.closes[span]) - self.opens[span]
        return self.passed[span] + within

    def reached(self, elapsed: np.ndarray) -> np.ndarray:
        """Return the first moments at which so much has passed."""
        span = np.maximum(np.searchsorted(self.passed, elapsed, side="left") - 1, 0)
        return self.opens[span] + elapsed - self.passed[span]


@lru_cache(maxsize=16)
def line(calendar: Calendar) -> Line:
    """Return a calendar laid out from :data:`FIRST` to :data:`LAST`; that of one object is made once."""
    span = (LAST - FIRST).days + 1
    working = np.isin((FIRST.isoweekday() - 1 + np.arange(span)) % 7 + 1, list(calendar.weekdays))
    for day, known in calendar.days.items():
        if FIRST <= day <= LAST:
            working[(day - FIRST).days] = known.working
    days = _BEGINNING + np.flatnonzero(working) * _DAY
    from_, to = (np.array([_of_day(one) for one in ends]) for ends in zip(*calendar.hours, strict=True))
    opens, closes = ((days[:, None] + ends[None, :]).ravel() for ends in (from_, to))
    passed = np.concatenate(([0], np.cumsum(closes - opens)[:-1]))
    return Line(opens, closes, passed, days, days + to[-1])


def checked(calendar: Calendar) -> Calendar:
    """Return a calendar that can be reckoned in; raises InvalidInput."""
    if not calendar.weekdays <= set(range(1, 8)) or not (calendar.weekdays or any(day.working for day in calendar.days.values())):
        raise InvalidInput("weekdays", sorted(calendar.weekdays), "are numbers from 1 (Monday) to 7, and at least one")
    ends = [_of_day(one) for span in calendar.hours for one in span]
    if not ends or any(earlier >= later for earlier, later in zip(ends[::2], ends[1::2], strict=True)) or ends != sorted(ends):
        raise InvalidInput("hours", hours_text(calendar.hours), "are spans such as 09:00-12:00,14:00-18:00, in order and apart")
    return calendar


def merged(calendar: Calendar, days: Mapping[date, Day]) -> Calendar:
    """Return a calendar with other days in the years that are given."""
    years = {day.year for day in days}
    stay = {day: known for day, known in calendar.days.items() if day.year not in years}
    return replace(calendar, days=stay | dict(days))


def hours(text: str) -> tuple[tuple[time, time], ...]:
    """Return hours as they are written; raises InvalidInput.

    >>> hours("09:00-12:00,14:00-24:00")
    ((datetime.time(9, 0), datetime.time(12, 0)), (datetime.time(14, 0), datetime.time(23, 59, 59, 999999)))
    """
    try:
        spans = [span.strip().split("-") for span in text.split(",")]
        return tuple((_time(from_), _time(to)) for from_, to in spans)
    except ValueError:
        raise InvalidInput("hours", text, "are spans such as 09:00-12:00,14:00-18:00, in order and apart") from None


def weekdays(text: str) -> frozenset[int]:
    """Return weekdays as they are written; raises InvalidInput.

    >>> sorted(weekdays("1,2,3,4,5"))
    [1, 2, 3, 4, 5]
    """
    days = [day.strip() for day in text.split(",")]
    if not all(day in "1234567" and len(day) == 1 for day in days):
        raise InvalidInput("weekdays", text, "are numbers from 1 (Monday) to 7, as 1,2,3,4,5")
    return frozenset(map(int, days))


def hours_text(given: Iterable[tuple[time, time]]) -> str:
    """Return hours as they are written."""
    return ",".join("-".join("24:00" if one == time.max else f"{one:%H:%M}" for one in span) for span in given)


def add(calendar: Calendar, start: datetime, minutes: float) -> datetime:
    """Return when so many working minutes have passed since a moment."""
    return _moment(add_many(calendar, np.array([_micros(start)]), np.array([minutes]))[0])


def add_many(calendar: Calendar, starts: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """Return when so many working minutes have passed since each of some moments; moments are microseconds since 1970 (int64).

    Raises InvalidInput where a moment lies, or would lie, outside of the days a line is laid out for.
    """
    laid = line(calendar)
    micros = np.round(np.asarray(minutes, dtype=float) * _MINUTE).astype(np.int64)
    wanted = laid.elapsed(_within(starts)) + micros
    if len(wanted) and (wanted.max() > laid.passed[-1] or micros.min() < 0):
        raise InvalidInput("minutes", None, f"are fewer than none, or lead beyond {LAST.year}")
    return np.maximum(laid.reached(wanted), starts)


def add_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """Return when the last hours end of the working day that comes so many after the day of a moment.

    Source: Civil Code (民法典), articles 201 and 203: the day it begins is not counted, and the last ends when business does.
    """
    return _moment(add_days_many(calendar, np.array([_micros(start)]), np.array([days]))[0])


def add_days_many(calendar: Calendar, starts: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return the same of many moments, in microseconds since 1970; raises InvalidInput as :func:`add_many` does."""
    laid = line(calendar)
    later = np.searchsorted(laid.days, _within(starts), side="right") - 1 + np.asarray(days)
    if len(later) and (later.max() >= len(laid.days) or np.min(days) < 1):
        raise InvalidInput("days", None, f"are fewer than one, or lead beyond {LAST.year}")
    return laid.last_closes[later]


def between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Return how many working minutes lie between two moments; none where the second is the earlier."""
    return float(between_many(calendar, np.array([_micros(start)]), np.array([_micros(end)]))[0])


def between_many(calendar: Calendar, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return working minutes between moments, in microseconds since 1970."""
    laid = line(calendar)
    return np.maximum(laid.elapsed(_within(ends)) - laid.elapsed(_within(starts)), 0) / _MINUTE


def due(amount: Amount, calendar: Calendar | None, start: datetime, pauses: Iterable[Pause] = ()) -> datetime:
    """Return when an amount of time has passed since a moment, not counting pauses (in order) that lie in it.

    `calendar` is that of the amount; None where it is time as it goes by, of which a day is 24 hours.
    """
    end = _moment(due_many(amount, calendar, np.array([_micros(start)]))[0])
    for paused, resumed in pauses:
        if resumed is not None:
            end = moved_on(calendar, end, max(paused, start), max(resumed, start))
    return end


def due_many(amount: Amount, calendar: Calendar | None, starts: np.ndarray) -> np.ndarray:
    """Return the same of many moments without pauses, in microseconds since 1970."""
    if calendar is None:
        return starts + amount.amount * _MINUTES[amount.unit] * _MINUTE
    if amount.unit is Unit.DAY:
        return add_days_many(calendar, starts, np.full(len(starts), amount.amount))
    return add_many(calendar, starts, np.full(len(starts), amount.amount * _MINUTES[amount.unit]))


def moved_on(calendar: Calendar | None, end: datetime, paused: datetime, resumed: datetime) -> datetime:
    """Return when something ends that stood still: what was left of its time when it paused is left when it goes on."""
    if paused >= end or resumed <= paused:
        return end
    if calendar is None:
        return end + (resumed - paused)
    laid = line(calendar)
    ended, stood, went_on = laid.elapsed(_within(micros((end, paused, resumed))))
    return max(_moment(laid.reached(np.array([went_on + ended - stood]))[0]), end)


def micros(moments: Iterable[datetime]) -> np.ndarray:
    """Return moments (timezone-aware) as microseconds since 1970."""
    return np.fromiter((_micros(one) for one in moments), dtype=np.int64)


def moments(given: np.ndarray) -> list[datetime]:
    """Return microseconds since 1970 as moments."""
    return [_moment(one) for one in given]


def _within(given: np.ndarray) -> np.ndarray:
    if len(given) and not _BEGINNING <= given.min() <= given.max() < _END:
        raise InvalidInput("moment", None, f"is not in the years {FIRST.year} to {LAST.year}")
    return given


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _US


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=int(micros))


def _of_day(one: time) -> int:
    """Microseconds since midnight; the last moment of a day is midnight."""
    if one == time.max:
        return _DAY
    return ((one.hour * 60 + one.minute) * 60 + one.second) * 1_000_000 + one.microsecond


def _time(text: str) -> time:
    return time.max if text.strip() == "24:00" else time.fromisoformat(text.strip())
