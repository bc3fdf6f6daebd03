"""What the rows of a file say of managed objects, understood and judged as whole columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from ..codes import element, model
from ..objects.model import Category, GeometryKind, Tree
from . import objects_binary as binary
from .notes import Notes
from .objects_binary import Field
from .objects_cells import Cells, numbers
from .objects_faults import MOST_TOLD, Faults
from .objects_given import CODE, Given
from .objects_places import LINE, POINT, POLYGON, Located, ewkb, locate
from .objects_words import Attributes, Categories, combined, read
from .words import Word

_CHECK = np.uint32(model.Reason.ORGANISATION_CHECK.bit)
_MONTHS = np.array([f"{month:02}" for month in range(1, 13)], "S2")
_AHEAD = {"inspected_on": "inspected-ahead", "since": "since-ahead"}
_DRAWN = {GeometryKind.POINT: POINT, GeometryKind.LINE: LINE, GeometryKind.POLYGON: POLYGON}


@dataclass(frozen=True)
class Rows:
    """The rows of one file, understood.

    Parameters
    ----------
    filled
        The columns of `object` that the file says something of.
    codes, category, lonlat
        Element codes (numpy's bytes, in their one form), category_id (0: none), places (n, 2), EPSG:4490.
    status, place, rejected
        Words of statuses; codes of buildings and houses; of rows that were put aside before, under what name.
    fields
        What COPY takes, by column of `object`.
    empty
        Rows in which nothing stands.
    """

    given: Given
    filled: tuple[str, ...]
    codes: np.ndarray
    category: np.ndarray
    lonlat: np.ndarray
    status: Cells
    place: Cells
    rejected: Cells
    fields: dict[str, Field]
    empty: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)


def understand(given: Given, tree: Tree, datum: str, today: date, faults: Faults, offset: int, notes: Notes) -> Rows:
    """Return what the rows of a file say; `offset` is how many rows came before it.

    Raises
    ------
    UnknownDatum
    """
    located = locate(given, datum, faults, offset, notes)
    empty = _empty(given, located)
    codes = _codes(given, empty, faults, offset)
    categories, category = _categories(given, tree, faults, offset)
    meant = {role: _understood(role, given, faults, offset) for role in ("status", "name", "place", "source", "rejected")}
    days = {role: _days(role, given, faults, offset) for role in ("inspected_on", "since")}
    for role, fault in _AHEAD.items():
        ahead = np.flatnonzero(days[role] > np.datetime64(today))
        faults.add(fault, ahead + offset, role, days[role][ahead[:MOST_TOLD]].astype(str).tolist())
    _departments(codes, categories, category, faults, offset)
    _kinds(located, categories, category, faults, offset)
    made = _attributes(given, categories, category, faults, offset)
    numbered = np.array([*(one.category_id for one in categories), 0], np.int32)[category]
    floor, no_floor = _floors(given, faults, offset)
    fields = {
        "element_code": binary.texts(codes),
        "category_id": binary.number(numbered, ">i4", numbered == 0),
        "status": binary.words(meant["status"]),
        "name": binary.words(meant["name"]),
        "point": binary.point(located.lonlat),
        "shape": binary.geometries(ewkb(located.shapes), len(given)),
        "floor": binary.number(floor, ">i2", no_floor),
        "place": binary.words(meant["place"]),
        "inspected_on": binary.day(days["inspected_on"]),
        "attributes": binary.jsonb(made),
        "since": binary.day(days["since"]),
        "source": binary.words(meant["source"]),
    }
    filled = _filled(given, located)
    return Rows(given, filled, codes, numbered, located.lonlat, meant["status"], meant["place"], meant["rejected"], fields, empty)


def _filled(given: Given, located: Located) -> tuple[str, ...]:
    columns = [role for role in ("status", "name", "floor", "place", "inspected_on", "source") if given.has(role)]
    columns += ["category_id"] if given.has("category") else []
    columns += ["attributes"] if given.attributes else []
    columns += ["point"] if given.xy is not None or not np.isnan(located.lonlat).all() else []
    columns += ["shape"] if located.shapes else []
    return tuple(sorted(columns))


def _empty(given: Given, located: Located) -> np.ndarray:
    """Rows in which nothing stands: the ends of spreadsheets have thousands."""
    empty = (np.char.str_len(given.codes) == 0) & np.isnan(located.lonlat).all(axis=1)
    for cells in (*given.columns.values(), *given.attributes.values()):
        empty &= cells.index < 0
    return empty


def _codes(given: Given, empty: np.ndarray, faults: Faults, offset: int) -> np.ndarray:
    """Element codes of things in their one form; what is none is said, and shown masked only."""
    codes, family = np.char.strip(given.codes), element.FAMILY
    missing = np.char.str_len(codes) == 0
    faults.add("no-code", np.flatnonzero(missing & ~empty) + offset, CODE)
    bits = family.judge_many(codes)
    length = np.char.str_len(codes)
    odd = (bits & _CHECK) > 0
    faults.add("odd-department", np.flatnonzero(odd & ~empty) + offset, CODE)
    plain = ((bits & ~_CHECK) == 0) & ~_as_personal(codes, length) & (np.char.upper(codes) == codes)
    one_by_one = np.flatnonzero(~plain & ~missing)
    found = {at: _thing(codes[at].decode("utf-8", "replace")) for at in one_by_one.tolist()}
    for fault in ("bad-element-code", "code-as-number"):
        wrong = [(at, word) for at, word in found.items() if word.fault == fault]
        for rule in {word.rule for _, word in wrong}:
            rows = [(at, word.key) for at, word in wrong if word.rule == rule]
            faults.add(fault, np.array([at for at, _ in rows]) + offset, CODE, [key for _, key in rows], rule)
    sound = {at: word.value for at, word in found.items() if word.value is not None}
    if sound:
        codes = codes.astype(f"S{max(codes.dtype.itemsize, 64)}")
        codes[list(sound)] = np.array(list(sound.values()), dtype="S")
    return codes


def _as_personal(codes: np.ndarray, length: np.ndarray) -> np.ndarray:
    """A mask of the codes as long as ID numbers; of those of 15 characters, only with a month where a date of birth has it."""
    found, rows = length == 18, np.flatnonzero(length == 15)
    if len(rows):
        signs = codes[rows].view("S1").reshape(len(rows), -1)[:, 8:10]
        found[rows] = np.isin(np.ascontiguousarray(signs).view("S2").ravel(), _MONTHS)
    return found


def _thing(text: str) -> Word:
    """Read the element code of a thing: a person's or a company's would say who somebody is."""
    verdict, personal = element.FAMILY.judge(text), element.may_be_personal(text)
    if verdict.code is not None and verdict.code.form == "thing" and not personal:
        return Word(verdict.code.value)
    if verdict.code is not None or personal:
        return Word(key=verdict.masked, fault="bad-element-code", rule="is the code of a person or a company, not of a thing")
    fault = "code-as-number" if model.Reason.SPREADSHEET_NUMBER in verdict.reasons else "bad-element-code"
    return Word(key=verdict.masked, fault=fault, rule=element.FAMILY.explain(verdict.reasons))


def duplicates(codes: np.ndarray) -> np.ndarray:
    """Return the rows whose code stands in a row above; empty ones are none."""
    order = np.argsort(numbers(codes), kind="stable")
    known = codes[order]
    again = np.flatnonzero((known[1:] == known[:-1]) & (np.char.str_len(known[1:]) > 0)) + 1
    return np.sort(order[again])


def _categories(given: Given, tree: Tree, faults: Faults, offset: int) -> tuple[list[Category], np.ndarray]:
    """The categories of the rows: which there are, and the place of each row's among them (-1: none)."""
    columns = [given.columns[name] for name in ("major", "minor", "category_name") if name in given.columns]
    whole = given.columns.get("category")
    asked = [whole, *columns] if whole is not None else columns
    if not asked:
        return [], np.full(len(given), -1, np.int32)
    index, first = combined(cells.index for cells in asked)
    known, words, places, made = Categories(tree), [], [], []
    for row in first.tolist():
        parts = [cells.at(row) for cells in columns]
        found = known.find([whole.at(row)] if whole is not None and whole.at(row) and "/" in whole.at(row) else _parts(whole, row, parts))
        sound = isinstance(found, Category)
        words.append(Word("") if sound else found)
        places.append(len(made) if sound else -1)
        made += [found] if sound else []
    texts = [" / ".join(filter(None, (cells.at(row) for cells in asked))) for row in first.tolist()]
    words = [word if word.fault != "no-category" else Word("") for word in words]  # known objects need not say it again
    faults.of_words("category", Cells(index.astype(np.int32), texts), words, offset)
    return made, np.array(places, np.int32)[index]


def _parts(whole: Cells | None, row: int, parts: list[str | None]) -> list[str | None]:
    """大类, 小类 and the name; a column that is only called category has the name where no other has."""
    return parts if whole is None or any(parts[2:]) else [*parts, whole.at(row)]


def _understood(role: str, given: Given, faults: Faults, offset: int) -> Cells:
    cells = given.columns.get(role)
    if cells is None:
        return Cells.nothing(len(given))
    words = read(role, cells)
    faults.of_words(role, cells, words, offset)
    return _of_words(cells, [word.value if word.fault is None else None for word in words])


def _of_words(cells: Cells, values: list[str | None]) -> Cells:
    """A column of the words' values, where several words may mean the same."""
    meant = {value: place for place, value in enumerate(dict.fromkeys(value for value in values if value is not None))}
    return Cells(cells.taken([meant.get(value, -1) if value is not None else -1 for value in values], -1, np.int32), list(meant))


def _days(role: str, given: Given, faults: Faults, offset: int) -> np.ndarray:
    cells = _understood(role, given, faults, offset)
    return cells.taken([np.datetime64(word) for word in cells.words], np.datetime64("NaT"), "datetime64[D]")


def _floors(given: Given, faults: Faults, offset: int) -> tuple[np.ndarray, np.ndarray]:
    cells = given.columns.get("floor", Cells.nothing(len(given)))
    words = read("floor", cells)
    faults.of_words("floor", cells, words, offset)
    floor = cells.taken([int(word.number or 0) for word in words], 0, np.int16)
    return floor, floor == 0


def _departments(codes: np.ndarray, categories: list[Category], category: np.ndarray, faults: Faults, offset: int) -> None:
    """Say where a code begins with another department than its category's: not wrong, departments are reorganised."""
    due = np.array([*(one.department_code or "" for one in categories), ""], dtype="S9")[category]
    said = codes.astype("S9")
    other = np.flatnonzero((due != b"") & (said != b"") & (due != said))
    faults.add(
        "department-mismatch",
        other + offset,
        CODE,
        [element.FAMILY.mask(code.decode("utf-8", "replace")) for code in codes[other[:MOST_TOLD]]],
    )


def _kinds(located: Located, categories: list[Category], category: np.ndarray, faults: Faults, offset: int) -> None:
    due = np.array([*(_DRAWN[one.geometry_kind] for one in categories), POINT], np.uint8)[category]
    there = ~np.isnan(located.lonlat).any(axis=1) & (category >= 0)
    faults.add("wrong-geometry-kind", np.flatnonzero(there & (located.kind != POINT) & (located.kind != due)) + offset, "geometry")
    faults.add("point-only", np.flatnonzero(there & (located.kind == POINT) & (due != POINT)) + offset, "geometry")


def _attributes(given: Given, categories: list[Category], category: np.ndarray, faults: Faults, offset: int) -> Cells:
    """Attributes as JSON: each combination of a category and the cells of its attributes is judged once."""
    if not given.attributes:
        return Cells.nothing(len(given))
    index, first = combined([category, *(cells.index for cells in given.attributes.values())])
    readers = [Attributes(one, given.means) for one in categories]
    texts: list[str] = []
    wrong: dict[str, dict[int, Word]] = defaultdict(dict)
    for place, (kind, said) in enumerate(zip(category[first].tolist(), _said(given, first), strict=True)):
        text, found = readers[kind].read(said) if kind >= 0 else ("", ())
        texts.append(text)
        for column, word in found:
            wrong[column][place] = word
    for column, words in wrong.items():
        cells = given.attributes.get(column, Cells.nothing(len(given)))
        own = Cells(index.astype(np.int32), [cells.at(row) or "" for row in first.tolist()])
        faults.of_words(column, own, [words.get(place, Word("")) for place in range(len(first))], offset)
    combination = Cells(index.astype(np.int32), texts)
    return _of_words(combination, [text or None for text in texts])


def _said(given: Given, rows: np.ndarray) -> Iterator[dict[str, str]]:
    """Yield what stands in the columns of attributes of some rows, those that are not empty."""
    columns = [(name, cells.words) for name, cells in given.attributes.items()]
    stands = np.column_stack([cells.index[rows] for cells in given.attributes.values()])
    at, column = np.nonzero(stands >= 0)
    ends = np.searchsorted(at, np.arange(len(rows)), "right").tolist()
    filled = list(zip(column.tolist(), stands[at, column].tolist(), strict=True))
    for start, end in pairwise([0, *ends]):
        yield {columns[place][0]: columns[place][1][word] for place, word in filled[start:end]}
