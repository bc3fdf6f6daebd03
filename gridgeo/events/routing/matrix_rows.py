"""Rows of the matrix as people write them, in one of two forms, read into what they mean with what is wrong of each.

Either each row says a part and a department (`part`, `department`), or it names them by columns (`lead`, `assist`, `refer`), several
in a cell. A department is named by its code, or by the name it has here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ...codes import credit
from ...errors import InvalidInput
from ...issues import Issue, Severity
from ...objects.model import Department
from ..model import Part
from .model import EVERY, Responsibility
from .reading import SPLIT, day, named

#: What the columns are called.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "class": ("class", "class_path", "类别", "事件类别", "问题类型", "类别路径"),
    "major": ("major", "大类"),
    "minor": ("minor", "小类"),
    "name": ("name", "名称", "细类", "类别名称"),
    "unit": ("unit", "unit_key", "区域", "区域编码", "网格编码", "辖区"),
    "part": ("part", "责任", "职责", "责任类型"),
    "department": ("department_code", "department", "部门代码", "组织机构代码", "部门", "责任部门"),
    "department_zh": ("department_zh", "部门名称"),
    "department_en": ("department_en", "部门英文名"),
    "lead": ("lead", "主责", "主责部门", "主责单位", "牵头单位"),
    "assist": ("assist", "协办", "协办部门", "协办单位", "配合单位"),
    "refer": ("refer", "转办", "转办部门", "转办单位"),
    "criteria": ("criteria", "条件", "转办条件", "情形"),
    "valid_from": ("valid_from", "生效日期", "起始日期"),
    "valid_to": ("valid_to", "失效日期", "截止日期"),
    "source": ("source", "来源", "依据"),
}

_PARTS = {
    **{"lead": Part.LEAD, "主责": Part.LEAD, "牵头": Part.LEAD, "主办": Part.LEAD},
    **{"assist": Part.ASSIST, "协办": Part.ASSIST, "协助": Part.ASSIST, "配合": Part.ASSIST},
    **{"refer": Part.REFER, "转办": Part.REFER, "转介": Part.REFER},
}
_EVERY = {"", "*", "全部", "所有", "全市", "全区"}
_TABLE = {name: column for column, names in COLUMNS.items() for name in names}


@dataclass
class Read:
    """The rows of a table that are in order, the departments it names, and what is wrong with the others."""

    rows: list[Responsibility] = field(default_factory=list)
    departments: list[Department] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What there is: paths of classes and their beginnings, keys of units, departments by their codes."""

    paths: Collection[str]
    units: Collection[str]
    departments: Mapping[str, Department]

    def code(self, text: str) -> str | None:
        """Return the code of a department that is named by its code or its name."""
        code = _plain(text)
        return code if code in self.departments else next((code for code, one in self.departments.items() if one.name_zh == text), None)


def read(table: Iterable[Mapping[str, str]], known: Known, source: str = "") -> Read:
    """Return what a table says. Issues: `bad-responsibility`, `unknown-class`, `unknown-unit`, `unknown-department`, `no-department`."""
    found, names = Read(), dict(known.departments)
    for n, given in enumerate(table, 1):
        row = named(given, _TABLE)
        if not any(row.values()):
            continue
        try:
            _introduce(row, names, found)
            found.rows += _meant(row, Known(known.paths, known.units, names), source)
        except InvalidInput as error:
            value = "" if error.value is None else str(error.value)[:200]
            code = error.code if isinstance(error, _Unknown) else "bad-responsibility"
            found.issues.append(Issue(code, Severity.ERROR, error.rule, source, n, error.field, value))
    return found


class _Unknown(InvalidInput):
    """A row names what there is not."""

    def __init__(self, code: str, column: str, value: str, rule: str) -> None:
        super().__init__(column, value, rule)
        self.code = code


def _introduce(row: Mapping[str, str], names: dict[str, Department], found: Read) -> None:
    """A department that is named with its code and its name for the first time is one from here on."""
    code, name = _plain(row.get("department", "")), row.get("department_zh", "")
    if code and name and code not in names:
        verdict = credit.ORGANISATION.judge(code)
        if verdict.code is None:
            raise InvalidInput("department", code, credit.ORGANISATION.explain(verdict.reasons))
        names[code] = Department(code, name, row.get("department_en") or name)
        found.departments.append(names[code])


def _meant(row: Mapping[str, str], known: Known, source: str) -> Iterator[Responsibility]:
    path, unit = _path(row, known), _unit(row, known)
    begins, ends = day(row, "valid_from"), day(row, "valid_to")
    if begins and ends and ends <= begins:
        raise InvalidInput("valid_to", ends.isoformat(), "ends before it begins, or on the same day")
    departments = list(_departments(row, known))
    if not departments:
        raise _Unknown("no-department", "department", "", "names no department")
    for part, code in departments:
        criteria = row.get("criteria", "") if part is Part.REFER else ""
        yield Responsibility(0, path, unit, part, code, criteria, begins, ends, row.get("source") or source)


def _departments(row: Mapping[str, str], known: Known) -> Iterator[tuple[Part, str]]:
    if row.get("department"):
        part = _PARTS.get(row.get("part", "").casefold().removesuffix("单位").removesuffix("部门"))
        if part is None:
            raise InvalidInput("part", row.get("part", ""), "is none of 主责 (lead), 协办 (assist), 转办 (refer)")
        yield part, _code(row["department"], "department", known)
    for part in (Part.LEAD, Part.ASSIST, Part.REFER):
        for text in filter(None, SPLIT.split(row.get(part.value, ""))):
            yield part, _code(text, part.value, known)


def _plain(code: str) -> str:
    """An organisation code as it is kept: some write it with a hyphen."""
    return code.replace("-", "").upper()


def _code(text: str, column: str, known: Known) -> str:
    code = known.code(text)
    if code is None:
        raise _Unknown("unknown-department", column, text, "no department has this code or name; give its code and its name")
    return code


def _path(row: Mapping[str, str], known: Known) -> str:
    path = row.get("class", "") or "/".join(filter(None, (row.get(part, "") for part in ("major", "minor", "name"))))
    if path in _EVERY:
        return EVERY
    if path not in known.paths:
        raise _Unknown("unknown-class", "class", path, "is no class in use, nor the beginning of the path of one")
    return path


def _unit(row: Mapping[str, str], known: Known) -> str:
    unit = row.get("unit", "")
    if unit in _EVERY:
        return EVERY
    if unit not in known.units:
        raise _Unknown("unknown-unit", "unit", unit, "no unit of today's edition has this code")
    return unit
