"""What the cells of a managed object mean: each different text is understood once, and attributes once a category and combination."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import orjson
import pandas as pd

from ..objects.model import Attribute, Category, Tree, ValueKind
from . import fields, words
from .objects_cells import Cells
from .words import Word

_PARTS = re.compile(r"\s*[/>＞→、|\\]\s*")
_INTEGER = re.compile(r"-?[0-9]{1,15}(\.0+)?")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")

#: What reads the columns that mean something by themselves.
READ: Mapping[str, Callable[[str], Word]] = {
    "status": words.meaning("object_status"),
    "name": words.plain,
    "floor": words.floor,
    "place": words.code,
    "inspected_on": words.day,
    "since": words.day,
    "source": words.plain,
    "rejected": words.plain,
}


class Categories:
    """A tree as people write it: by full path, by its three names in columns, or by the last of them where that says enough.

    A category that is gone is meant by its full path alone: what is called so today goes before it.
    """

    def __init__(self, tree: Tree) -> None:
        self._by_path = {"/".join(map(_plain, (one.major, one.minor, one.name))): one for one in tree.categories}
        self._by_end: dict[str, list[Category]] = {}
        for one in (each for each in tree.categories if not each.gone):
            ends = {one.name, f"{one.minor}/{one.name}", one.name_en} - {""}
            for end in {"/".join(map(_plain, _PARTS.split(end))) for end in ends}:
                self._by_end.setdefault(end, []).append(one)

    def find(self, given: Iterable[str | None]) -> Category | Word:
        """Return the category that parts of a path mean together, or what is wrong with them.

        Faults: `no-category`, `unknown-category`, `ambiguous-category`.
        """
        parts = [_plain(part) for text in given if text for part in _PARTS.split(text.strip()) if part]
        if not parts:
            return Word(fault="no-category", rule="has no category")
        asked = "/".join(parts)
        if asked in self._by_path:
            return self._by_path[asked]
        fitting = self._by_end.get("/".join(parts[-2:]), []) if len(parts) < 3 else []
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return Word(fault="ambiguous-category", rule=f"may be {' or '.join(one.path for one in fitting[:3])}: give the full path")
        return Word(fault="unknown-category", rule="the tree that is valid now has no such category: give the full path 大类/小类/名称")


def attribute_columns(tree: Tree, columns: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the columns that attributes are in, and the names of the attributes each of them stands for."""
    named: dict[str, set[str]] = {}
    for category in tree.categories:
        for one in category.attributes:
            for name in (one.name, one.name_zh, one.name_en, f"{one.name_zh}({one.unit})", f"{one.name}({one.unit})"):
                named.setdefault(_plain(name), set()).add(one.name)
    found = {column: named.get(_plain(column)) for column in columns}
    return {column: frozenset(names) for column, names in found.items() if names}


def spread(cells: Cells) -> dict[str, Cells]:
    """Return attributes that are written as JSON, each as a column of its own; what is no object of JSON is left under `attributes`."""
    said = [_said(word) for word in cells.words]
    columns = {}
    for name in dict.fromkeys(name for one in said for name in one):
        own = Cells.of([one.get(name) for one in said])
        columns[name] = Cells(np.append(own.index, np.int32(-1))[cells.index], own.words)
    return columns


def _said(text: str) -> dict[str, str]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        return {"attributes": text}
    return {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in found.items() if value is not None}


class Attributes:
    """What objects of a category say of themselves, read by its schema: each text of a column is understood once."""

    def __init__(self, category: Category, means: Mapping[str, frozenset[str]]) -> None:
        self._category, self._means = category, means
        self._schema = {one.name: one for one in category.attributes}
        self._required = [one.name for one in category.attributes if one.required]
        self._known: dict[tuple[str, str], tuple[str, object, Word | None]] = {}

    def read(self, cells: Mapping[str, str]) -> tuple[str, list[tuple[str, Word]]]:
        """Return attributes as JSON, and what is wrong, by column; `cells` are those that are not empty.

        Faults: `bad-attribute`, `unknown-attribute`, `missing-attribute`.
        """
        made, faults = {}, []
        for each in cells.items():
            name, value, fault = self._known.get(each) or self._known.setdefault(each, self._understood(*each))
            made[name] = value
            if fault is not None:
                faults.append((each[0], fault))
        for lacking in (name for name in self._required if name not in made):
            column = next((column for column, names in self._means.items() if lacking in names), "attributes")
            faults.append((column, Word(fault="missing-attribute", rule=f"an object of {self._category.path} has {lacking}")))
        made = {name: value for name, value in made.items() if value is not None}
        return orjson.dumps(made, option=orjson.OPT_SORT_KEYS).decode() if made else "", faults

    def _understood(self, column: str, text: str) -> tuple[str, object, Word | None]:
        """The attribute's name (empty: there is none), its value, and what is wrong."""
        own = next((self._schema[name] for name in self._means[column] if name in self._schema), None)
        if own is None:
            return "", None, Word(fault="unknown-attribute", rule=f"{self._category.path} has no such attribute")
        value, rule = attribute(own, text)
        return own.name, value, Word(fault="bad-attribute", rule=rule) if rule else None


def attribute(own: Attribute, text: str) -> tuple[object, str]:
    """Return the value a text means as an attribute, and what is wrong with it (empty: nothing)."""
    written = unicodedata.normalize("NFKC", text).strip()
    if own.unit and own.kind in (ValueKind.INTEGER, ValueKind.NUMBER):
        written = written.removesuffix(own.unit).strip()
    if own.kind is ValueKind.INTEGER:
        return (int(float(written)), "") if _INTEGER.fullmatch(written) else (None, "a whole number is wanted")
    if own.kind is ValueKind.NUMBER:
        return (float(written), "") if _NUMBER.fullmatch(written) else (None, "a number is wanted")
    if own.kind is ValueKind.CHOICE:
        return (written, "") if written in own.choices else (None, f"use one of {', '.join(own.choices)}")
    word = words.day(text) if own.kind is ValueKind.DATE else words.plain(text)
    return word.value, word.rule or ""


def combined(columns: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row which of the different combinations of some columns of numbers it has, and the first row of each."""
    index, different = np.int64(0), 1
    for column in columns:
        below, more = column.astype(np.int64) + 1, int(column.max(initial=-1)) + 2
        if more == 1:
            continue
        if different * more >= 1 << 62:
            index = pd.factorize(index)[0]
            different = int(index.max(initial=0)) + 1
        index, different = index * more + below, different * more
    index = pd.factorize(np.broadcast_to(index, len(column)))[0]
    first = np.empty(index.max(initial=-1) + 1, np.int64)
    first[index[::-1]] = np.arange(len(index) - 1, -1, -1)
    return index, first


def read(role: str, cells: Cells) -> list[Word]:
    """Return what each different text of a column means."""
    return [READ[role](text) for text in cells.words]


def _plain(name: str) -> str:
    return fields.plain(name)
