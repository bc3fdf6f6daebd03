"""Limits as tables: one a row, with words usual in China; nothing here touches a database."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from ..issues import Issue, Severity
from ..worktime.model import Amount, Unit

#: What a limit is of: the whole, from the filing to the closing; a stage; or a part in the stage dispatched. And how it is called.
STAGES = {
    "whole": "全程",
    "reported": "受理",
    "filed": "派遣",
    "dispatched": "处置",
    "returned": "重新派遣",
    "handled": "核查",
    "verified": "结案",
    "reopened": "重新处理",
    "assist": "协助",
    "refer": "转介",
    "whistle": "报到",
}

#: Columns of a table of limits, and what they are called in Chinese. Only the last four must be there.
COLUMNS = {"city": "地区", "class": "类别", "grade": "等级", "calendar": "日历", "stage": "环节", "amount": "时限", "unit": "单位"}

_UNITS = {"minute": Unit.MINUTE, "分钟": Unit.MINUTE, "hour": Unit.HOUR, "小时": Unit.HOUR, "day": Unit.DAY, "天": Unit.DAY, "日": Unit.DAY}
_WORKING = {"工作分钟": Unit.MINUTE, "工作小时": Unit.HOUR, "工作时": Unit.HOUR, "工作日": Unit.DAY}
_GRADES: dict[str, int | None] = {
    "": None,
    **dict.fromkeys(("1", "I", "一级"), 1),
    **dict.fromkeys(("2", "II", "二级"), 2),
    **dict.fromkeys(("3", "III", "三级"), 3),
    **dict.fromkeys(("4", "IV", "四级"), 4),
}
_CITY, _AMOUNT, _MOST = re.compile(r"[0-9]{0,9}"), re.compile(r"[1-9][0-9]{0,5}"), 100_000

#: The calendar meant by a working hour or day (工作时, 工作日) where none is named.
_USUAL = "china"


@dataclass(frozen=True)
class Limit:
    """How long something may take: in a city (first digits of codes of grids), of a class (path or its beginning), of a grade."""

    city: str
    path: str
    grade: int | None
    stage: str
    amount: Amount

    @property
    def of(self) -> tuple[str, str, int | None, str]:
        """Of what it is: no two limits are of the same."""
        return self.city, self.path, self.grade, self.stage


def usual() -> list[Limit]:
    """Return limits to begin with, by grade alone: an example, and no city's rule."""
    text = (resources.files(__package__) / "limits.csv").read_text(encoding="utf-8")
    return read(csv.DictReader(text.splitlines()), "limits.csv")[0]


def read(rows: Iterable[Mapping[str, str | None]], source: str) -> tuple[list[Limit], list[Issue]]:
    """Return the limits of a table, and what is wrong with its rows; a row with an error is left out."""
    limits: dict[tuple, Limit] = {}
    found: list[Issue] = []
    for number, row in enumerate(rows, start=1):
        given = {name: (row.get(name) or row.get(chinese) or "").strip() for name, chinese in COLUMNS.items()}
        fault = _fault(given)
        limit = None if fault else _limit(given)
        if limit is not None and limit.of in limits:
            fault = "duplicate-limit", "stage", "a row above has a limit of the same"
        if fault:
            found.append(Issue(fault[0], Severity.ERROR, fault[2], source, number, fault[1], given[fault[1]]))
        elif limit is not None:
            limits[limit.of] = limit
    return list(limits.values()), found


def _fault(given: Mapping[str, str]) -> tuple[str, str, str] | None:
    """What is wrong with a row: the code, the field, and what to say."""
    if _stage(given["stage"]) is None:
        return "bad-stage", "stage", f"is none of {', '.join(STAGES)} ({'、'.join(STAGES.values())})"
    if not _AMOUNT.fullmatch(given["amount"]) or int(given["amount"]) > _MOST:
        return "bad-amount", "amount", f"is no number from 1 to {_MOST}"
    if given["unit"] not in _UNITS | _WORKING:
        return "bad-unit", "unit", "is none of minute, hour, day (分钟、小时、天; 工作分钟、工作小时、工作日)"
    if given["grade"] not in _GRADES:
        return "bad-grade", "grade", "is no grade from I to IV (1 to 4), nor empty"
    return None if _CITY.fullmatch(given["city"]) else ("bad-city", "city", "is not how codes of grids begin: at most nine digits")


def _limit(given: Mapping[str, str]) -> Limit:
    unit = given["unit"]
    calendar = given["calendar"] or (_USUAL if unit in _WORKING else None)
    amount = Amount(int(given["amount"]), (_UNITS | _WORKING)[unit], calendar)
    return Limit(given["city"], given["class"].strip("/"), _GRADES[given["grade"]], _stage(given["stage"]) or "", amount)


def _stage(word: str) -> str | None:
    return word if word in STAGES else next((stage for stage, chinese in STAGES.items() if chinese == word), None)
