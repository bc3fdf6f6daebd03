"""Rates of events by unit, class, channel, department and period.

A period means different events to different numbers: what was reported in it, filed in it, **due** in it, closed in it. Closing,
on-time and response rates are of the cases due (an installation with 996 filed, 972 due, 911 of these closed and 737 in time tells
93.72 % and 75.82 %); what was rejected or merged into another is not among them, nor what is not due yet or stands still. Days are
those of China.

Months come from sums, what no sum tells apart from the facts of single events (:mod:`.counts`). Where a period begins or ends within a
month, the facts of its days are added, or those of the other days taken off the month, whichever are fewer: until today, what is still to
come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from psycopg2.extensions import AsIs

from ..access import rules
from ..db import queries
from ..errors import InvalidInput
from ..moments import CHINA

SQL = queries.load(__package__, "statistics.sql")

#: So many days at most are told one by one.
MOST_DAYS = 93

#: The unit of what lies in none.
NOWHERE = 0

#: The four ways to say which events a period means, and the numbers that are of each: how many there are, and measures of them.
_BASES: Mapping[str, tuple[str, ...]] = {
    "reported": ("reported", "rejected", "merged"),
    "filed": ("filed", "bounces", "bounced"),
    "due": ("due", "closed", "on_time", "responded", "response_s"),
    "closed": ("ended", "rated", "stars", "satisfied"),
}
_MEASURES = tuple(measure for _, *measures in _BASES.values() for measure in measures)
_PLACES = {name: place for place, name in enumerate(_MEASURES)}


class By(StrEnum):
    """What numbers are told apart by."""

    ALL = "all"
    UNIT = "unit"
    CLASS = "class"
    CHANNEL = "channel"
    DEPARTMENT = "department"
    MONTH = "month"
    DAY = "day"


#: What each is called in the queries.
_KEYS = {
    By.ALL: "''::text",
    By.UNIT: "unit_id",
    By.CLASS: "class_id",
    By.CHANNEL: "channel",
    By.DEPARTMENT: "department_code",
    By.MONTH: "month",
    By.DAY: "day",
}


@dataclass(frozen=True)
class Numbers:
    """What is counted of some events.

    `reported`, `rejected`, `merged` are of those reported in the period; `filed`, `bounces` (how often departments returned them) and
    `bounced` (how many were) of those filed; `due`, `closed`, `on_time`, `responded` and `response_s` (seconds from filing until a
    department took it up, together) of those due; `ended`, `rated`, `stars` (together) and `satisfied` (4 or 5) of those closed in it.
    `open` and `overdue` are of now.
    """

    reported: int = 0
    rejected: int = 0
    merged: int = 0
    filed: int = 0
    due: int = 0
    closed: int = 0
    on_time: int = 0
    responded: int = 0
    response_s: int = 0
    ended: int = 0
    rated: int = 0
    stars: int = 0
    satisfied: int = 0
    bounces: int = 0
    bounced: int = 0
    open: int = 0
    overdue: int = 0

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def closing_rate(self) -> float | None:
        """Of the cases due those closed, in percent; None where none was due."""
        return rate(self.closed, self.due)

    @property
    def on_time_rate(self) -> float | None:
        """Of the cases due those closed in time, in percent."""
        return rate(self.on_time, self.due)

    @property
    def response_rate(self) -> float | None:
        """Of the cases due those that a department took up, in percent."""
        return rate(self.responded, self.due)

    @property
    def response_hours(self) -> float | None:
        """Hours from filing until a department took it up, on average."""
        return _part(self.response_s, self.responded * 3600)

    @property
    def satisfaction(self) -> float | None:
        """Stars on average, 1 to 5."""
        return _part(self.stars, self.rated)

    @property
    def satisfied_rate(self) -> float | None:
        """Of those rated the ones with 4 or 5 stars, in percent."""
        return rate(self.satisfied, self.rated)

    @property
    def bounces_per_event(self) -> float | None:
        """How often departments returned an event, on average of those filed."""
        return _part(self.bounces, self.filed)


#: What is a rate or a mean, by its name.
RATES = ("closing_rate", "on_time_rate", "response_rate", "response_hours", "satisfaction", "satisfied_rate", "bounces_per_event")


@dataclass(frozen=True)
class Asked:
    """Which events are meant: those of an edition's lowest units (0: in none; None: all), of classes, channels and departments
    (None: all), in days from `begin` until before `end`; only of classes that are `public` where that is said.
    """

    edition_id: int
    begin: date
    end: date
    units: Sequence[int] | None = None
    classes: Sequence[int] | None = None
    channels: Sequence[str] | None = None
    departments: Sequence[str] | None = None
    public: bool = False

    def year_before(self) -> Asked:
        """Return the same a year earlier."""
        return replace(self, begin=_year_before(self.begin), end=_year_before(self.end))


def rate(part: int, whole: int) -> float | None:
    """Return a share in percent with two decimals, halves up as reports round; None of nothing.

    >>> rate(911, 972), rate(737, 972), rate(0, 0)
    (93.72, 75.82, None)
    """
    return None if whole == 0 else _rounded(Decimal(100 * part) / whole)


def growth(now: int, before: int) -> float | None:
    """Return by how many percent a number is more than it was; None where it was nothing.

    >>> growth(89430, 51527)
    73.56
    """
    return None if before == 0 else _rounded(Decimal(100 * (now - before)) / before)


def numbers(
    conn, asked: Asked, by: By | str = By.ALL, parent_of: Mapping[int, int] | None = None, now: datetime | None = None
) -> dict[str | int, Numbers]:
    """Return the numbers of what is asked about: under "" all together, or told apart.

    Parameters
    ----------
    by
        Units come by their number, classes by theirs (0: none yet), departments by their code ("" none yet), months as 2026-01-01.
    parent_of
        The unit to show for each of the lowest; these themselves when None. It goes with `by` unit and says which units are meant.
    now
        The moment of asking (timezone-aware): what is due later is not due.

    Raises
    ------
    InvalidInput
        A period that ends before it begins, or more than :data:`MOST_DAYS` days one by one.
    """
    by, now = By(by), now or datetime.now(UTC)
    _check(asked, by)
    if parent_of is not None:
        asked = replace(asked, units=list(parent_of))
    part, above, shown = _part_for(conn, asked, by, parent_of)
    found = _Found(by, {**(shown or {}), **(parent_of or {})})
    limits = {"edition_id": asked.edition_id, "part": part, "above": above, "key": AsIs(_KEYS[by]), **_filters(asked)}
    with conn.cursor() as cur:
        found.take(_counted(cur, _Spans.of(asked, by is not By.DAY and part is not None, now), limits))
        if by not in (By.MONTH, By.DAY):
            cur.execute(SQL["standing"], {**limits, "now": now})
            found.stand(cur.fetchall())
    return found.numbers(parent_of)


def standing(conn, asked: Asked, now: datetime | None = None) -> Numbers:
    """Return what is open and overdue now; the period is not looked at."""
    limits = {"edition_id": asked.edition_id, "key": AsIs(_KEYS[By.ALL]), "now": now or datetime.now(UTC)}
    with conn.cursor() as cur:
        cur.execute(SQL["standing"], {**limits, **_filters(asked)})
        found = _Found(By.ALL, {})
        found.stand(cur.fetchall())
    return found.numbers(None)[""]


def _counted(cur, spans: _Spans, limits: Mapping[str, object]) -> list[tuple]:
    """What sums and facts tell of a period, by basis; all of it in one statement, so that nothing is counted twice or missed."""
    parts: list[bytes] = []
    if spans.months:
        first, last = spans.months
        parts.append(cur.mogrify(SQL["sums"], {**limits, "measures": _measures(_MEASURES), "first": first, "last": last}))
    for (basis, names), days in product(_BASES.items(), spans.days):
        of = {"basis": basis, "moment": AsIs(f"{basis}_at"), "measures": _measures(names, days.times)}
        parts.append(cur.mogrify(SQL["facts"], {**limits, **of, **days._asdict()}))
    if not parts:
        return []
    cur.execute(b"\nUNION ALL\n".join(part.rstrip(b";") for part in parts))
    return cur.fetchall()


def _measures(names: Sequence[str], times: int = 1) -> AsIs:
    """All measures as queries add up some of them."""
    return AsIs(", ".join(f"{times} * sum({name})::bigint" if name in names else "0::bigint" for name in _MEASURES))


class _Found:
    """What queries answered, added up by what is shown."""

    def __init__(self, by: By, shown: Mapping[int, int]) -> None:
        self.by, self.shown = by, shown
        self._by_key: dict[str | int, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def take(self, rows: Iterable[tuple]) -> None:
        for basis, key, n, *values in rows:
            into = self._by_key[self._key(key)]
            of, *measures = _BASES[basis]
            into[of] += n
            for name in measures:
                into[name] += values[_PLACES[name]]

    def stand(self, rows: Iterable[tuple]) -> None:
        for key, n, overdue in rows:
            into = self._by_key[self._key(key)]
            into["open"] += n
            into["overdue"] += overdue

    def numbers(self, parent_of: Mapping[int, int] | None) -> dict[str | int, Numbers]:
        nothing = [""] if self.by is By.ALL else [] if parent_of is None else parent_of.values()
        held = {key: numbers for key, numbers in self._by_key.items() if any(numbers.values())}
        return {key: Numbers(**numbers) for key, numbers in sorted(({key: {} for key in nothing} | held).items())}

    def _key(self, key: str | int | date) -> str | int:
        if isinstance(key, date):
            return key.isoformat()
        return self.shown.get(key, key) if self.by is By.UNIT else key


class _Days(NamedTuple):
    """Days of which facts count so many times."""

    begin: datetime
    end: datetime
    times: int = 1


class _Spans(NamedTuple):
    """A period as it is looked up: months from one until before another, and days besides."""

    months: tuple[date, date] | None
    days: list[_Days]

    @classmethod
    def of(cls, asked: Asked, summed: bool, now: datetime) -> _Spans:
        """Cut a period until now; without months where nothing is `summed` of it."""
        begin = _midnight(asked.begin)
        end = max(begin, min(_midnight(asked.end), now.astimezone(CHINA)))
        first, last = _nearest(begin, now), _nearest(end, now)
        if not summed or first >= last:
            return cls(None, [_Days(begin, end)] if begin < end else [])
        head = _Days(begin, first) if begin < first else _Days(first, begin, -1)
        tail = _Days(last, end) if last < end else _Days(end, last, -1)
        return cls((first.date(), last.date()), [days for days in (head, tail) if days.begin < days.end])


def _nearest(moment: datetime, now: datetime) -> datetime:
    """Return the beginning of the month a moment lies in, or of the next, which is nearer: nothing has happened yet from now on."""
    begun = _midnight(moment.date().replace(day=1))
    over = _midnight(_next_month(begun.date()))
    return over if min(over, max(moment, now)) - moment < moment - begun else begun


#: The sums for what is told apart, where no unit is: of nothing, of one thing alone, of several.
_OF = {"": "all", "class": "class", "department": "department", "channel": "channel", "class department": "whole"}

#: The sums where units are, the largest units first, and by which of those above.
_WITHIN = {
    "": (("far", "far"), ("near", "near")),
    "channel": (("way", "far"),),
    **dict.fromkeys(("class", "department", "class department"), (("area", "far"),)),
}


def _part_for(conn, asked: Asked, by: By, parent_of: Mapping[int, int] | None):
    """Return which sums tell apart what is asked, the units in them that are meant, and what to show for each; None where none does."""
    given = {By.CLASS: asked.classes, By.DEPARTMENT: asked.departments, By.CHANNEL: asked.channels}
    kinds = " ".join(kind for kind, some in given.items() if some is not None or by is kind)
    if asked.units is None and by is not By.UNIT:
        return _OF.get(kinds, "kind"), None, None
    otherwise = (None, None, None) if kinds else ("unit", _list(asked.units), parent_of)
    if by is By.UNIT and parent_of is None:
        return otherwise
    near, far = _above(conn, asked.edition_id)
    for part, above in _WITHIN.get(kinds, ()):
        shown = _shown(far if above == "far" else near, asked, parent_of)
        if shown is not None:
            return part, list(shown), shown
    return otherwise


def _above(conn, edition_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """Return the unit above each of the lowest, and the one two levels above."""
    with conn.cursor() as cur:
        cur.execute(SQL["above"], {"edition_id": edition_id})
        rows = [(NOWHERE, NOWHERE, NOWHERE), *cur.fetchall()]
    return {unit_id: near for unit_id, near, _ in rows}, {unit_id: far for unit_id, _, far in rows}


def _shown(above: Mapping[int, int], asked: Asked, parent_of: Mapping[int, int] | None) -> dict[int, int] | None:
    """Return the units above that the lowest ones asked about make up, and what to show for each; None where they make up none."""
    meant = set(asked.units or ())
    shown: dict[int, int] = {}
    for unit_id, of in above.items():
        if unit_id not in meant:
            continue
        if shown.setdefault(of, parent_of[unit_id] if parent_of else of) != (parent_of[unit_id] if parent_of else of):
            return None
    whole = all(unit_id in meant for unit_id, of in above.items() if of in shown)
    return shown if whole and meant <= above.keys() else None


def _check(asked: Asked, by: By) -> None:
    if asked.end <= asked.begin:
        raise InvalidInput("end", asked.end.isoformat(), "a period ends after it begins")
    if by is By.DAY and (asked.end - asked.begin).days > MOST_DAYS:
        raise InvalidInput("by", by, f"at most {MOST_DAYS} days are told one by one: ask for months")


def _filters(asked: Asked) -> dict[str, list | str | bool | None]:
    lists = {name: _list(getattr(asked, name)) for name in ("classes", "channels", "departments")}
    return {**lists, **rules.sought(asked.units), "public": asked.public}


def _list(given: Iterable | None) -> list | None:
    return None if given is None else list(given)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _year_before(day: date) -> date:
    """The 29th of February has the 1st of March a year earlier: a period to its end is one to the end of the month."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 3, 1)


def _part(total: int, of: int) -> float | None:
    return None if of == 0 else _rounded(Decimal(total) / of)


def _rounded(value: Decimal) -> float:
    return float(value.quantize(Decimal("0.01"), ROUND_HALF_UP))
