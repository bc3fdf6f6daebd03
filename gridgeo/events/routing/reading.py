"""Rules and rows of the matrix as people write them, in a table or as JSON: read into what they mean, with what is wrong of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from ...errors import InvalidInput
from ...issues import Issue, Severity
from ..model import Kind
from .model import During, Rule

#: The columns of a table of rules, and the members of a rule in JSON.
COLUMNS = (
    *("rule_no", "name", "priority", "kind", "class", "unit", "grades", "channels", "hours", "during"),
    *("lead", "assist", "valid_from", "valid_to"),
)

#: What the columns are called in Chinese.
CHINESE = {
    **{"序号": "rule_no", "规则": "name", "规则名称": "name", "优先级": "priority", "种类": "kind", "类别": "class", "区域": "unit"},
    **{"等级": "grades", "渠道": "channels", "时段": "hours", "工作时间": "during", "主责部门": "lead", "协办部门": "assist"},
    **{"生效日期": "valid_from", "失效日期": "valid_to"},
}

_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4}
_DURING = {"": During.ANY, "不限": During.ANY, "工作时间": During.WORKING, "非工作时间": During.OFF}
_KIND = {"": None, "事件": Kind.EVENT, "诉求": Kind.REQUEST, "民生诉求": Kind.REQUEST}
_HOURS = re.compile(r"([0-2]?[0-9]:[0-5][0-9])\s*[-–~至]\s*([0-2]?[0-9]:[0-5][0-9])")

#: What stands between several in a cell.
SPLIT = re.compile(r"[\s,;、，；]+")


def rules(rows: Iterable[Mapping[str, Any]], source: str = "") -> tuple[list[Rule], list[Issue]]:
    """Return the rules of a table, and what is wrong with its rows; a rule without a number has that of its row."""
    made, issues = [], []
    for n, row in enumerate(rows, 1):
        given = {column: cell for column, cell in named(row, CHINESE).items() if column in COLUMNS}
        if not any(given.values()):
            continue
        try:
            made.append(rule(given, n))
        except InvalidInput as error:
            value = "" if error.value is None else str(error.value)[:200]
            issues.append(Issue("bad-rule", Severity.ERROR, f"{error.field}: {error.rule}", source, n, error.field, value))
    return made, issues


def rule(row: Mapping[str, Any], number: int) -> Rule:
    """Return the rule a row or a JSON object says; raises InvalidInput naming the column."""
    unknown = set(row) - set(COLUMNS)
    if unknown:
        raise InvalidInput("rule", None, f"has {len(unknown)} columns other than {', '.join(COLUMNS)}")
    lead, assist = _text(row, "lead") or None, tuple(_listed(row, "assist"))
    if lead is None and not assist:
        raise InvalidInput("lead", None, "a rule names who leads, or who assists")
    begins, ends = day(row, "valid_from"), day(row, "valid_to")
    if begins and ends and ends <= begins:
        raise InvalidInput("valid_to", ends.isoformat(), "ends before it begins, or on the same day")
    return Rule(
        rule_no=_number(row, "rule_no", 1, 32_000, number),
        name=_text(row, "name") or f"规则{number}",
        priority=_number(row, "priority", -1000, 1000, 0),
        kind=_of(row, "kind", _KIND | {each.value: each for each in Kind}),
        class_path=_text(row, "class"),
        unit_key=_text(row, "unit"),
        grades=tuple(sorted({_grade(one) for one in _listed(row, "grades")})),
        channels=tuple(_listed(row, "channels")),
        hours=_hours(row),
        during=_of(row, "during", _DURING | {each.value: each for each in During}),
        lead=lead,
        assist=tuple(code for code in dict.fromkeys(assist) if code != lead),
        valid_from=begins,
        valid_to=ends,
    )


def named(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row as text by what their columns mean; those of columns nobody knows stay under their names."""
    cells = {str(column).strip(): str(cell).strip() if cell is not None else "" for column, cell in row.items()}
    return {names.get(column, column): cell for column, cell in cells.items()}


def _text(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise InvalidInput(column, None, "is no text of up to 200 signs")
    return value.strip()


def _listed(row: Mapping[str, Any], column: str) -> Sequence[str]:
    value = row.get(column)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return [] if value is None else [f"{value:g}"]
    if isinstance(value, str):
        return [part for part in SPLIT.split(value.strip()) if part]
    if isinstance(value, list) and len(value) <= 200 and all(isinstance(one, str | int) for one in value):
        return [str(one) for one in value]
    raise InvalidInput(column, None, "is no list")


def _number(row: Mapping[str, Any], column: str, least: int, most: int, default: int) -> int:
    value = row.get(column)
    if value in (None, ""):
        return default
    text = str(value).strip().removesuffix(".0")
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,5}", text, re.ASCII) or not least <= int(text) <= most:
        raise InvalidInput(column, None, f"is no whole number from {least} to {most}")
    return int(text)


def _of(row: Mapping[str, Any], column: str, meanings: Mapping[str, Any]) -> Any:
    text = _text(row, column)
    if text not in meanings:
        raise InvalidInput(column, text, f"is none of {', '.join(filter(None, meanings))}")
    return meanings[text]


def _grade(text: str) -> int:
    grade = _ROMAN.get(text.upper().removesuffix("级")) or (int(text) if text in ("1", "2", "3", "4") else None)
    if grade is None:
        raise InvalidInput("grades", text, "is no grade: I, II, III, IV")
    return grade


def _hours(row: Mapping[str, Any]) -> tuple[time, time] | None:
    text = _text(row, "hours")
    if not text:
        return None
    found = _HOURS.fullmatch(text)
    try:
        begins, ends = (time.fromisoformat(part.zfill(5)) for part in found.groups())
    except (AttributeError, ValueError):
        raise InvalidInput("hours", text, "are written 22:00-06:00") from None
    if begins == ends:
        raise InvalidInput("hours", text, "end where they begin: leave them out for the whole day")
    return begins, ends


def day(row: Mapping[str, Any], column: str) -> date | None:
    """Return the day a cell says; None where it is empty. Raises InvalidInput."""
    value = row.get(column)
    if value is None or isinstance(value, date):
        return value
    text = _text(row, column)
    try:
        return date.fromisoformat(text[:10].replace("/", "-")) if text else None
    except ValueError:
        raise InvalidInput(column, text, "is no day: write 2026-01-31") from None
