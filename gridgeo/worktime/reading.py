"""Calendars as tables: the days that are not as their weekday, one a row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, time
from functools import cache
from importlib import resources

from ..issues import Issue, Severity
from .model import Calendar, Day

#: Columns of a table of days, and what they are called in Chinese; the last two may be left out.
COLUMNS = {"day": "日期", "working": "上班", "name": "名称", "certain": "已公布", "source": "依据"}

#: Monday to Friday, nine to twelve and two to six: the usual hours of offices in Shenzhen.
WEEKDAYS, HOURS = frozenset(range(1, 6)), ((time(9), time(12)), (time(14), time(18)))

#: The calendar that is counted in where none is named.
CHINA = "china"

_WORDS = {
    "yes": True,
    "no": False,
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "是": True,
    "否": False,
    "上班": True,
    "放假": False,
}


@cache
def china() -> Calendar:
    """Return the calendar of China that comes with gridgeo: holidays and shifted workdays from 2024 on.

    Source: notices of the General Office of the State Council for 2024, 2025 and 2026; for 2027, of which there is none yet, the days of
    the holiday regulation as amended in 2024 alone, marked as not certain.
    """
    text = (resources.files(__package__) / "china.csv").read_text(encoding="utf-8")
    days, _ = read(csv.DictReader(text.splitlines()), "china.csv")
    return Calendar(CHINA, WEEKDAYS, HOURS, days, "国务院办公厅")


def read(rows: Iterable[Mapping[str, str | None]], source: str) -> tuple[dict[date, Day], list[Issue]]:
    """Return the days of a table, and what is wrong with its rows; a row with an error is left out."""
    days: dict[date, Day] = {}
    found: list[Issue] = []
    for number, row in enumerate(rows, start=1):
        given = {name: (row.get(name) or row.get(chinese) or "").strip() for name, chinese in COLUMNS.items()}
        fault = _fault(given, days)
        if fault:
            found.append(Issue(fault[0], Severity.ERROR, fault[2], source, number, fault[1], given[fault[1]]))
        else:
            certain = _WORDS.get(given["certain"].lower(), True)
            day = Day(_WORDS[given["working"].lower()], given["name"], certain, given["source"] or source)
            days[date.fromisoformat(given["day"])] = day
    return days, found


def _fault(given: Mapping[str, str], days: Mapping[date, Day]) -> tuple[str, str, str] | None:
    """What is wrong with a row: the code, the field, and what to say."""
    try:
        day = date.fromisoformat(given["day"])
    except ValueError:
        return "bad-day", "day", "is no day such as 2026-10-01"
    if day in days:
        return "duplicate-day", "day", "stands in a row above"
    if given["working"].lower() not in _WORDS:
        return "bad-working", "working", "is neither yes (上班) nor no (放假)"
    return None if given["name"] else ("nameless-day", "name", "says not what day it is")
