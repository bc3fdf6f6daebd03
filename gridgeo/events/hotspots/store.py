"""Who has more events than the city's rate explains, and which classes rise.

Counted is what was reported in a period, without what was rejected or merged into another. The rate is that of the whole city, as far
as the caller sees it, for the classes asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from ...db import queries
from ...errors import InvalidInput
from ...hierarchy.locate import Snapshot
from ...moments import CHINA
from .. import statistics
from ..statistics import Asked, Numbers
from . import rules, surroundings
from .model import Before, By, Found, Interval, Rise, Spot, Surroundings

SQL = queries.load(__package__)

#: What is told of is believed at this share of false discoveries, and is of so many events at least where nobody says more.
FALSE, LEAST = 0.05, 5

#: Characters of the code of a place.
_LENGTH = {By.BUILDING: 19, By.HOUSE: 25}


def grids(conn, asked: Asked, edition: Snapshot, least: int = LEAST, now: datetime | None = None) -> Found:
    """Return the lowest units with more events than their households explain, or that lie where many have.

    Parameters
    ----------
    asked
        Of an edition, `units` are what the caller sees (None: all); they make the city's rate.
    least
        So many events have those that are told of.
    """
    meant = edition.lowest() if asked.units is None else asked.units
    counted = statistics.numbers(conn, replace(asked, units=meant), statistics.By.UNIT, {unit_id: unit_id for unit_id in meant}, now)
    n = {unit_id: _number(counted[unit_id]) for unit_id in meant}
    homes = {unit_id: edition.units[edition.position[unit_id]].household_count or 0 for unit_id in meant}
    judged = sorted((unit_id for unit_id in meant if homes[unit_id]), key=edition.position.__getitem__)
    total, households = sum(n[unit_id] for unit_id in judged), sum(homes.values())
    rate = total / households if households else 0.0
    spots = [_spot(n[unit_id], homes[unit_id], rate, unit_id=unit_id) for unit_id in judged]
    spots = _around(edition, [replace(spot, q=q) for spot, q in zip(spots, _shares(spots), strict=True)])
    return Found(total, households, sum(n.values()) - total, len(judged), _told(spots, least))


def places(conn, asked: Asked, by: By, least: int = LEAST, now: datetime | None = None) -> Found:
    """Return the buildings, or houses, with more events than the city's rate a household explains. `units` are not looked at."""
    with conn.cursor() as cur:
        begin, end = _moments(asked, now)
        which = {"edition_id": asked.edition_id, "begin": begin, "end": end, "public": asked.public, "least": least}
        cur.execute(SQL["places"], {**which, "length": _LENGTH[by], "classes": None if asked.classes is None else list(asked.classes)})
        (_, total, _, _), *rows = cur.fetchall()
        cur.execute(SQL["stock"])
        stock = dict(cur.fetchall())
    households, tested = stock["house"], stock[by]
    rate = total / households if households else 0.0
    spots = [_spot(n, homes, rate, code=code, unit_id=unit_id) for code, n, unit_id, homes in rows if homes]
    spots = [replace(spot, q=q) for spot, q in zip(spots, _shares(spots, max(tested, len(spots))), strict=True)]
    return Found(total, households, 0, tested, _told(spots, least))


def rising(conn, asked: Asked, least: int = LEAST, now: datetime | None = None) -> list[Rise]:
    """Return the classes of which more came than in the period before, or than a year earlier; the most certain first.

    Nothing rises beside a time from which there is no event at all: then none were kept.
    """
    now = now or datetime.now(UTC)
    counted, days = _by_class(conn, asked, now), _days(asked, now)
    if days <= 0:
        return []
    found: list[tuple[float, Rise]] = []
    for beside, earlier in ((Before.PERIOD, before(asked)), (Before.YEAR, asked.year_before())):
        was, days_was = _by_class(conn, earlier, now), _days(earlier, now)
        if not any(was.values()):
            continue
        for class_id in counted.keys() | was.keys():
            n, then = counted.get(class_id, 0), was.get(class_id, 0)
            if class_id and n + then >= least:
                chance, ratio = rules.rise(n, days, then, days_was)
                found.append((chance, Rise(class_id, beside, n, days, then, days_was, ratio, 1.0)))
    shares = rules.discoveries([chance for chance, _ in found])
    risen = [replace(rise, q=q) for (_, rise), q in zip(found, shares, strict=True) if q <= FALSE and rise.n >= least]
    return sorted(risen, key=lambda rise: (-rise.ratio.low, rise.class_id, rise.beside))


def before(asked: Asked) -> Asked:
    """Return the period before: as many whole months where it is of whole months, else as many days."""
    if asked.begin.day == asked.end.day == 1:
        months = (asked.end.year - asked.begin.year) * 12 + asked.end.month - asked.begin.month
        place = asked.begin.year * 12 + asked.begin.month - 1 - months
        return replace(asked, begin=date(place // 12, place % 12 + 1, 1), end=asked.begin)
    return replace(asked, begin=asked.begin - (asked.end - asked.begin), end=asked.begin)


def _by_class(conn, asked: Asked, now: datetime) -> dict[int, int]:
    return {class_id: _number(of) for class_id, of in statistics.numbers(conn, asked, statistics.By.CLASS, None, now).items()}


def _number(of: Numbers) -> int:
    return of.reported - of.rejected - of.merged


def _spot(n: int, households: int, rate: float, **where) -> Spot:
    """A spot before it is judged: the chance of so many stands where the share of false discoveries will."""
    expected = rate * households
    return Spot(n, households, expected, Interval(0.0, 0.0), rules.at_least(n, expected), **where)


def _shares(spots: Sequence[Spot], tested: int | None = None) -> list[float]:
    return rules.discoveries([spot.q for spot in spots], tested)


def _around(edition: Snapshot, spots: Sequence[Spot]) -> list[Spot]:
    if len(spots) < 2:
        return list(spots)
    values = surroundings.excess(np.array([spot.n for spot in spots]), np.array([spot.expected for spot in spots]))
    places = np.array([edition.position[spot.unit_id] for spot in spots])
    scores = surroundings.scores(values, *surroundings.among(edition, places))
    told = np.flatnonzero(~np.isnan(scores))
    shares = rules.discoveries([rules.upper(scores[place]) for place in told])
    around: Mapping[int, Surroundings] = {place: Surroundings(float(scores[place]), q) for place, q in zip(told, shares, strict=True)}
    return [replace(spot, surroundings=around.get(place)) for place, spot in enumerate(spots)]


def _told(spots: Sequence[Spot], least: int) -> list[Spot]:
    """Those that are believed, with their intervals: the one that is surely most above the rate first."""
    hot = [spot for spot in spots if spot.n >= least and (spot.q <= FALSE or (spot.surroundings and spot.surroundings.q <= FALSE))]
    made = [replace(spot, ratio=_ratio(spot)) for spot in hot]
    return sorted(made, key=lambda spot: (-spot.ratio.low, spot.unit_id or 0, spot.code or ""))


def _ratio(spot: Spot) -> Interval:
    mean = rules.interval(spot.n)
    return Interval(mean.low / spot.expected, mean.high / spot.expected)


def _moments(asked: Asked, now: datetime | None) -> tuple[datetime, datetime]:
    if asked.end <= asked.begin:
        raise InvalidInput("end", asked.end.isoformat(), "a period ends after it begins")
    begin, end = (datetime.combine(day, time(), CHINA) for day in (asked.begin, asked.end))
    return begin, max(begin, min(end, now or datetime.now(UTC)))


def _days(asked: Asked, now: datetime) -> float:
    begin, end = _moments(asked, now)
    return (end - begin) / timedelta(days=1)
