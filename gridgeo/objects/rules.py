"""What must hold of categories and of what is said of objects; nothing here touches a database."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from ..codes import credit
from ..errors import InvalidInput
from ..issues import Issue, Severity
from .model import Attribute, Category, Department, GeometryKind, Tree, ValueKind

#: Columns of a table of categories, in order; the last four may be empty.
COLUMNS = (
    *("major", "major_en", "minor", "minor_en", "name", "name_en", "geometry_kind", "accuracy", "symbol", "colour"),
    *("department_code", "department_zh", "department_en"),
    *("inspection_days", "attributes"),
)

#: A department's name goes with its code; the rest may be unknown.
_OPTIONAL = frozenset(("department_code", "department_zh", "department_en", "inspection_days", "attributes"))
_MOST_CATEGORIES, _LONGEST = 5000, 64

_SYMBOL, _COLOUR = re.compile(r"[a-z][a-z0-9_]{0,31}"), re.compile(r"#[0-9a-f]{6}")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KNOWN_OF_ATTRIBUTE = {"name", "kind", "name_zh", "name_en", "required", "unit", "choices"}

#: What may be wrong with a row of objects: how grave it is, in which field, and what to say.
FAULTS: dict[str, tuple[Severity, str, str]] = {
    "bad-code": (
        Severity.ERROR,
        "element_code",
        "the department's organisation code (9) and a number of its own: digits and capitals; no code of a person",
    ),
    "known-code": (Severity.ERROR, "element_code", "there is an object with this code already: change it"),
    "duplicate-code": (Severity.ERROR, "element_code", "has the code of a row above"),
    "unknown-object": (Severity.ERROR, "element_code", "there is no such object"),
    "unknown-category": (Severity.ERROR, "category_id", "no category of the tree valid now"),
    "unknown-status": (Severity.ERROR, "status", "no status: use planned, in_use, damaged, out_of_service, missing or removed"),
    "bad-point": (Severity.ERROR, "point", "no longitude and latitude in China"),
    "other-geometry": (Severity.ERROR, "shape", "its category is drawn as something else"),
    "bad-shape": (Severity.ERROR, "shape", "no sound line or polygon in China"),
    "bad-floor": (Severity.ERROR, "floor", "a floor is -20 to 200, and none is 0"),
    "bad-place": (Severity.ERROR, "place", "a building's code has 19 characters, a house's 25"),
    "since-ahead": (Severity.ERROR, "since", "is not so yet: the day is to come"),
    "unknown-attribute": (Severity.ERROR, "attributes", "its category has no such attribute"),
    "missing-attribute": (Severity.ERROR, "attributes", "its category demands this attribute"),
    "bad-attribute": (Severity.ERROR, "attributes", "is not what its category says of this attribute"),
    "unknown-place": (Severity.WARNING, "place", "no such building or house is known"),
    "odd-department": (Severity.WARNING, "element_code", "begins with what can be no organisation code: its check character is another"),
}


@dataclass(frozen=True)
class Entry:
    """A row of a table of categories, understood."""

    category: Category
    department: Department | None


@dataclass(frozen=True)
class Difference:
    """What became of a category from one tree to another: `added`, `gone` or `changed`, and then which fields.

    `moved` is a major class that has another place in the order, and from which to which: colours and clusters of tiles go by it.
    """

    what: str
    path: str
    fields: tuple[str, ...] = ()


def issue(code: str, row: int | None, value: object, field: str = "") -> Issue:
    """Return what is to be said of a row with a fault of :data:`FAULTS`."""
    severity, usual, message = FAULTS[code]
    return Issue(code, severity, message, "", row, field or usual, "" if value is None else str(value)[:_LONGEST])


def department(code: str | None) -> bool:
    """Return whether a code may be a department's: its check character fits. Source: GB 11714-1997."""
    return code is not None and re.fullmatch("[0-9A-Z]{8}[0-9X]", code) is not None and credit.organisation_check(code[:8]) == code[8]


def read(rows: Iterable[Mapping[str, str]], source: str = "") -> tuple[list[Entry], list[Issue]]:
    """Return the categories of a table of :data:`COLUMNS`, in its order, and what is wrong with it.

    Issues, all of them errors: `missing-column`, `bad-category` (a cell that is not what it should be), `duplicate-category` (a path
    that was there above), `other-department` (one code with two names), `no-category` (nothing in it), `too-many-categories`.
    """
    given = list(rows)
    lacking = [column for column in COLUMNS if column not in _OPTIONAL and column not in (given[0] if given else ())]
    if not given or lacking:
        told = ("missing-column", f"the table needs the columns {', '.join(lacking)}") if given else ("no-category", "the table is empty")
        return [], [Issue(told[0], Severity.ERROR, told[1], source)]
    if len(given) > _MOST_CATEGORIES:
        return [], [Issue("too-many-categories", Severity.ERROR, f"more than {_MOST_CATEGORIES:,} categories", source)]
    entries: list[Entry] = []
    issues: list[Issue] = []
    for row_no, row in enumerate(given, 1):
        try:
            entries.append(_entry(row, len(entries) + 1))
        except InvalidInput as error:
            value = "" if error.value is None else str(error.value)[:_LONGEST]
            issues.append(Issue("bad-category", Severity.ERROR, error.rule, source, row_no, error.field, value))
    return entries, issues + list(_clashes(entries, source))


def digest(entries: Iterable[Entry]) -> str:
    """Return what tells the content of two tables of categories apart."""
    return hashlib.sha256(orjson.dumps([[one.category, one.department] for one in entries])).hexdigest()


def differences(before: Tree, after: Tree) -> list[Difference]:
    """Return what changed from a tree to another: what is gone, what is new, what is said otherwise; by path."""
    return between(before.by_path, after.by_path)


def compare(before: Tree, entries: Iterable[Entry]) -> list[Difference]:
    """Return what a table of categories would change."""
    return between(before.by_path, {one.category.path: one.category for one in entries})


def attributes(given: Any) -> tuple[Attribute, ...]:
    """Return the attributes a category says its objects have; raises InvalidInput."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InvalidInput("attributes", None, "a list of objects of JSON is wanted")
    made = tuple(map(_attribute, given))
    if len({one.name for one in made}) < len(made):
        raise InvalidInput("attributes", None, "two of them have the same name")
    return made


def written(of: Iterable[Attribute]) -> list[dict[str, Any]]:
    """Return attributes as they are stored."""
    return [
        {"name": one.name, "kind": str(one.kind), "name_zh": one.name_zh, "name_en": one.name_en, "required": one.required}
        | ({"unit": one.unit} if one.unit else {})
        | ({"choices": list(one.choices)} if one.choices else {})
        for one in of
    ]


def judge(category: Category, given: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what is wrong with the attributes of an object of a category: fault, name, value."""
    known = {attribute.name: attribute for attribute in category.attributes}
    faults = [("unknown-attribute", name, str(value)) for name, value in given.items() if name not in known]
    faults += [("missing-attribute", name, "") for name, one in known.items() if one.required and given.get(name) is None]
    wrong = ((name, given[name]) for name, one in known.items() if given.get(name) is not None and not _fits(one, given[name]))
    return faults + [("bad-attribute", name, str(value)) for name, value in wrong]


def _fits(attribute: Attribute, value: Any) -> bool:
    return _FITS[attribute.kind](attribute, value)


def _is_text(_: Attribute, value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _is_integer(_: Attribute, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: Attribute, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(_: Attribute, value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_choice(attribute: Attribute, value: Any) -> bool:
    return value in attribute.choices


_FITS: dict[ValueKind, Callable[[Attribute, Any], bool]] = {
    ValueKind.TEXT: _is_text,
    ValueKind.INTEGER: _is_integer,
    ValueKind.NUMBER: _is_number,
    ValueKind.DATE: _is_date,
    ValueKind.CHOICE: _is_choice,
}


def _entry(row: Mapping[str, str], position: int) -> Entry:
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    for column in COLUMNS:
        if column not in _OPTIONAL and not cells[column]:
            raise InvalidInput(column, None, "is empty")
        if column != "attributes" and len(cells[column]) > _LONGEST:
            raise InvalidInput(column, cells[column], f"is longer than {_LONGEST} signs")
    for column in ("major", "minor", "name"):
        if "/" in cells[column] or not cells[column].isprintable():
            raise InvalidInput(column, cells[column], "has no / and no signs that cannot be seen")
    path = "/".join(cells[column] for column in ("major", "minor", "name"))
    of = _department(cells)
    made = Category(
        category_id=0,
        **{column: cells[column] for column in ("major", "minor", "name", "major_en", "minor_en", "name_en")},
        path=path,
        position=position,
        geometry_kind=GeometryKind(_one_of(cells, "geometry_kind", tuple(GeometryKind))),
        department_code=of.code if of else None,
        accuracy=_one_of(cells, "accuracy", ("A", "B", "C")),
        inspection_days=_days(cells["inspection_days"]),
        symbol=_shaped(cells, "symbol", _SYMBOL, "small letters, digits and _, a letter first, at most 32"),
        colour=_shaped({"colour": cells["colour"].lower()}, "colour", _COLOUR, "# and six digits of 0-9 and a-f"),
        attributes=attributes(_json(cells["attributes"])),
    )
    return Entry(made, of)


def _department(cells: Mapping[str, str]) -> Department | None:
    code = cells["department_code"].replace("-", "").upper()
    if not code:
        return None
    if not department(code):
        raise InvalidInput(
            "department_code", code, "no organisation code: 8 digits or capitals, and the check character that goes with them"
        )
    if not (cells["department_zh"] and cells["department_en"]):
        raise InvalidInput("department_zh", None, "a department has a Chinese and an English name")
    return Department(code, cells["department_zh"], cells["department_en"])


def _one_of(cells: Mapping[str, str], column: str, allowed: tuple[str, ...]) -> str:
    if cells[column] not in allowed:
        raise InvalidInput(column, cells[column], f"use one of {', '.join(allowed)}")
    return cells[column]


def _shaped(cells: Mapping[str, str], column: str, shape: re.Pattern, rule: str) -> str:
    if not shape.fullmatch(cells[column]):
        raise InvalidInput(column, cells[column], rule)
    return cells[column]


def _days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= 3660):
        raise InvalidInput("inspection_days", text, "a whole number of days, 1 to 3660")
    return int(text)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        raise InvalidInput("attributes", text[:_LONGEST], "is no JSON") from None


def _attribute(given: Mapping[str, Any]) -> Attribute:
    name = given.get("name")
    if not isinstance(name, str) or not _ATTRIBUTE.fullmatch(name):
        raise InvalidInput("attributes", name if isinstance(name, str) else None, "a name has small letters, digits and _")
    for key in given.keys() - _KNOWN_OF_ATTRIBUTE:
        raise InvalidInput("attributes", key, f"an attribute has {', '.join(sorted(_KNOWN_OF_ATTRIBUTE))}")
    if given.get("kind") not in tuple(ValueKind):
        raise InvalidInput("attributes", name, f"is of a kind {', '.join(ValueKind)}")
    words = [given.get("name_zh"), given.get("name_en"), given.get("unit", ""), *_choices(given, name)]
    if not all(isinstance(word, str) for word in words) or not (words[0] and words[1]):
        raise InvalidInput("attributes", name, "has a Chinese and an English name, and a unit and choices that are text")
    required = given.get("required", False)
    if not isinstance(required, bool):
        raise InvalidInput("attributes", name, "is required, or not: true or false")
    return Attribute(name, ValueKind(given["kind"]), words[0], words[1], required, words[2], tuple(words[3:]))


def _choices(given: Mapping[str, Any], name: str) -> list[Any]:
    choices = given.get("choices", [])
    if not isinstance(choices, list) or (given["kind"] == ValueKind.CHOICE) != bool(choices):
        raise InvalidInput("attributes", name, "a choice has a list of choices, and nothing else has one")
    return choices


def _clashes(entries: Iterable[Entry], source: str) -> Iterator[Issue]:
    paths: set[str] = set()
    names: dict[str, Department] = {}
    for one in entries:
        path, of = one.category.path, one.department
        if path in paths:
            yield Issue("duplicate-category", Severity.ERROR, "this path is in a row above", source, None, "name", path)
        paths.add(path)
        if of and names.setdefault(of.code, of) != of:
            yield Issue(
                "other-department", Severity.ERROR, "this code has another name in a row above", source, None, "department_code", of.code
            )


def between(was: Mapping[str, Category], now: Mapping[str, Category]) -> list[Difference]:
    """Return what changed from categories by path, in their order, to others."""
    gone = [Difference("gone", path) for path in was.keys() - now.keys()]
    added = [Difference("added", path) for path in now.keys() - was.keys()]
    both = [Difference("changed", path, fields) for path in was.keys() & now.keys() if (fields := _changed(was[path], now[path]))]
    places = [{major: n for n, major in enumerate(dict.fromkeys(one.major for one in tree.values()), 1)} for tree in (was, now)]
    moved = [
        Difference("moved", major, (f"{before} → {after}",))
        for major, before in places[0].items()
        if (after := places[1].get(major, before)) != before
    ]
    return sorted(gone + added + both + moved, key=lambda one: (one.what, one.path))


def _changed(was: Category, now: Category) -> tuple[str, ...]:
    fields = ("major_en", "minor_en", "name_en", "geometry_kind", "department_code", "accuracy", "inspection_days", "symbol", "colour")
    return tuple(field for field in (*fields, "attributes") if getattr(was, field) != getattr(now, field))
