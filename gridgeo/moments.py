"""Moments as people in China read them: the country has one time and no summer time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def day(moment: datetime) -> str:
    """Return the day a moment (timezone-aware) lies in, in China.

    >>> day(datetime.fromisoformat("2023-12-31T16:00:00+00:00"))
    '2024-01-01'
    """
    return moment.astimezone(CHINA).date().isoformat()


def shown(moment: datetime | None) -> str:
    """Return a moment as it is read: the date alone at midnight in China, else with hour and minute; nothing for None."""
    if moment is None:
        return ""
    local = moment.astimezone(CHINA)
    return f"{local:%Y-%m-%d}" if (local.hour, local.minute, local.second) == (0, 0, 0) else f"{local:%Y-%m-%d %H:%M}"
