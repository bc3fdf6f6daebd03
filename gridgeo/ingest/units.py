"""From a table to units: level, code, names, and what the row says lies above."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..codes import grid
from ..errors import InvalidInput
from ..hierarchy.model import Kind, Level
from . import fields, rules
from .model import Instructions, Table
from .notes import ERROR, INFO, WARNING, Notes

#: What a row is on its way to a unit of the frame: where it stands, itself, and what it says of the unit above.
ROW_COLUMNS = (
    *("source", "row", "level", "code", "name_zh", "name_en", "kind", "grid_type", "household_count"),
    *("upper_level", "upper_code", "upper_name", "members"),
)
_SUFFIX = re.compile(r"(新区|区|县)$")


#: what a unit keeps from the active edition where the table has no column for it
KEPT_COLUMNS = ("name_en", "kind", "grid_type", "household_count")


def rows(
    table: Table, instructions: Instructions, levels: Sequence[Level], notes: Notes, known_names: Mapping[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return a row of :data:`ROW_COLUMNS` for each row of a table, its place kept as index, and the KEPT_COLUMNS it lacks.

    What is refused is None and said in `notes`: the codes of :mod:`.rules`, and `unknown-level`, `level-guessed`,
    `code-by-filename`, `code-by-name`, `name-by-code`, `name-is-code`, `no-code`, `nameless`, `unused-columns`.

    Parameters
    ----------
    known_names
        Names by code in the active edition: for rows that give the code only.

    Raises
    ------
    InvalidInput
        When a column or level the user named does not exist, or two columns mean the same.
    """
    by_name = {level.level: level for level in levels}
    mapping = fields.recognise(table.columns, instructions.fields)
    if mapping.unused:
        notes.table("unused-columns", INFO, f"not read: {', '.join(mapping.unused)}")
    level = _levels(table, mapping, instructions, by_name, notes)
    own = {role: _own(table, mapping, level, role) for role in ("code", "name_zh")}
    if not any(own["code"]) and not any(own["name_zh"]):
        own["code"] = _code_of_file(table, notes)
    said = {role: _column(table, mapping.roles.get(role)) for role in KEPT_COLUMNS}
    code = rules.codes(own["code"], level, by_name, notes)
    name = np.array(rules.clean_text(own["name_zh"], "name_zh", notes), dtype=object)
    english = rules.clean_text(said["name_en"], "name_en", notes)
    kind = rules.values("kind", said["kind"], notes)
    _complete_districts(level, code, name, english, kind, notes)
    refused = np.array([bool(given) for given in own["code"]]) & pd.isna(code)
    name[:] = [given or known_names.get(unit) for given, unit in zip(name, code, strict=True)]
    _complete_names(level, code, name, refused, notes)
    rules.remark_on_names(name, level, notes)
    columns = {
        "source": table.name,
        "row": np.arange(1, len(table) + 1),
        "level": level,
        "code": code,
        "name_zh": name,
        "name_en": english,
        "kind": rules.kinds(kind, code, level, notes),
        "grid_type": rules.values("grid_type", said["grid_type"], notes),
        "household_count": rules.counts(said["household_count"], notes),
        "members": _column(table, mapping.roles.get("members") or _micro_column(mapping, by_name)),
        **_above(table, mapping, level, [one.level for one in levels]),
    }
    lacking = [role for role in KEPT_COLUMNS if role not in mapping.roles]
    return pd.DataFrame(columns, columns=ROW_COLUMNS, dtype=object).loc[~refused & ~pd.isna(level) & ~pd.isna(name)], lacking


def _column(table: Table, column: str | None) -> list[str | None]:
    return table.columns[column] if column else [None] * len(table)


def _micro_column(mapping: fields.Mapping, levels: dict[str, Level]) -> str | None:
    """In a scheme without micro-grids of its own, a column of micro-grid codes says what the unit is made of."""
    return None if "micro" in levels else mapping.levels.get("micro", {}).get("code")


def _own(table: Table, mapping: fields.Mapping, level: np.ndarray, role: str) -> list[str | None]:
    """Return what the rows say of themselves: in the column of the role, else in the one for units of their level."""
    out: list[str | None] = [None] * len(table)
    for name in set(level) - {None}:
        cells = _column(table, mapping.own(name, role))
        for row in np.flatnonzero(level == name):
            out[row] = cells[row]
    return out


def _levels(table: Table, mapping: fields.Mapping, instructions: Instructions, levels: dict[str, Level], notes: Notes) -> np.ndarray:
    """Return the level of each row. Issues: `level-guessed` says by what, `unknown-level` that nothing says it."""
    if instructions.level:
        if instructions.level not in levels:
            raise InvalidInput("--level", instructions.level, f"the levels of this scheme are {', '.join(levels)}")
        return np.full(len(table), instructions.level, dtype=object)
    if column := mapping.roles.get("level"):
        cells = table.columns[column]
        found = np.array([cell if cell in levels else fields.value("level", cell or "") for cell in cells], dtype=object)
        found[~np.isin(found.astype(str), list(levels))] = None
        notes.each("unknown-level", ERROR, pd.isna(found), column, cells, f"is no level: {', '.join(levels)}")
        return found
    if len(levels) == 1:
        return np.full(len(table), next(iter(levels)), dtype=object)
    return _guessed_levels(table, mapping, levels, notes)


def _guessed_levels(table: Table, mapping: fields.Mapping, levels: dict[str, Level], notes: Notes) -> np.ndarray:
    for guess, reason in (
        (_level_by_codes(_column(table, mapping.roles.get("code"))), f"the length of the codes in {mapping.roles.get('code')!r}"),
        (_level_by_columns(mapping, list(levels)), "the columns"),
        (_level_by_file(table, levels), "the file's name"),
    ):
        found = np.full(len(table), None, dtype=object)
        found[:] = guess
        if not pd.isna(found).all() and np.isin(found[~pd.isna(found)].astype(str), list(levels)).all():
            named = ", ".join(sorted(set(found[~pd.isna(found)]), key=list(levels).index))
            notes.table("level-guessed", INFO, f"taken for {named} by {reason}; say otherwise with --level")
            notes.each(
                "unknown-level", ERROR, pd.isna(found), "code", _column(table, mapping.roles.get("code")), "the code's length says no level"
            )
            return found
    notes.table("unknown-level", ERROR, f"nothing says of what level the units are: give --level {'|'.join(levels)}")
    return np.full(len(table), None, dtype=object)


def _level_by_codes(cells: list[str | None]) -> np.ndarray:
    normal = [grid.unpad(code) if (code := grid.normalise(cell or "")).isdigit() else "" for cell in cells]
    return grid.level_of(normal)


def _level_by_columns(mapping: fields.Mapping, levels: list[str]) -> str | None:
    """The deepest level that has columns of its own; but where the row has a name besides that level's, the one below."""
    named = [level for level in levels if level in mapping.levels]
    if not named:
        return None
    deepest = levels.index(named[-1])
    below = "name_zh" in mapping.roles and "name_zh" in mapping.levels[named[-1]] and deepest + 1 < len(levels)
    return levels[deepest + below]


def _level_by_file(table: Table, levels: dict[str, Level]) -> str | None:
    stem = table.stem
    if stem.isdigit():
        return next((level.level for level in levels.values() if level.code_length == len(stem)), None)
    plain = re.sub(r"[\d_\-\s]+", " ", stem).strip()
    return next((found for word in [plain, *plain.split()] if (found := fields.value("level", word)) in levels), None)


def _code_of_file(table: Table, notes: Notes) -> list[str | None]:
    """A file of one shape without attributes may be named by its code."""
    if len(table) != 1 or not table.stem.isdigit():
        return [None] * len(table)
    notes.table("code-by-filename", INFO, "the code is taken from the file's name", "code", table.stem)
    return [table.stem]


def _complete_districts(
    level: np.ndarray, code: np.ndarray, name: np.ndarray, english: list[str | None], kind: list[str | None], notes: Notes
) -> None:
    """Give districts their full name, English name and code by what they are called, where that is unambiguous."""
    facts = fields.known()["districts"]
    code_of = {_SUFFIX.sub("", full): known for known, (full, _) in facts.items()}
    for row in np.flatnonzero(level == "district"):
        known = code_of.get(_SUFFIX.sub("", name[row] or "")) if code[row] is None else code[row]
        if known is None or known not in facts:
            continue
        full, in_english = facts[known]
        if name[row] is None:
            _note_row(notes, "name-by-code", row, "name_zh", full, f"{known} is {full}")
        elif known and code[row] is None:
            _note_row(notes, "code-by-name", row, "code", known, f"{name[row]} is {full}, whose code is {known}")
        elif not known:
            _note_row(notes, "no-code", row, "code", "", f"{full} is a functional district and has no code of its own")
            kind[row] = str(Kind.FUNCTIONAL)
        if name[row] is None or _SUFFIX.sub("", name[row]) == _SUFFIX.sub("", full):
            name[row], code[row], english[row] = full, known or None, english[row] or in_english


def _complete_names(level: np.ndarray, code: np.ndarray, name: np.ndarray, refused: np.ndarray, notes: Notes) -> None:
    missing = pd.isna(name) & ~pd.isna(code)
    notes.once(
        "name-is-code", WARNING, missing, "name_zh", code, "{count} units have no name; their code stands for it (the first: {first})"
    )
    name[missing] = code[missing]
    nothing = pd.isna(name) & ~pd.isna(level) & ~refused
    notes.each("nameless", ERROR, nothing, "code", code, "has neither code nor name: say which columns they are with --field code=COLUMN")
    without = pd.isna(code) & ~pd.isna(name) & ~refused & (level != "district")
    notes.once("no-code", INFO, without, "code", name, "{count} units have no code; level and name stand for it (the first: {first})")


def _above(table: Table, mapping: fields.Mapping, level: np.ndarray, order: list[str]) -> dict[str, list[str | None]]:
    """Return what rows say of the unit above: in the parent column, else in the columns of the nearest level above."""
    given = _column(table, mapping.roles.get("parent"))
    upper_level, upper_code, upper_name = ([None] * len(table) for _ in range(3))
    for place, name in enumerate(order):
        above = next((upper for upper in reversed(order[:place]) if upper in mapping.levels), None)
        columns = mapping.levels.get(above, {})
        code_cells, name_cells = _column(table, columns.get("code")), _column(table, columns.get("name_zh"))
        for row in np.flatnonzero(level == name):
            if given[row]:
                upper_code[row] = upper_name[row] = given[row]
            elif above:
                upper_level[row], upper_code[row], upper_name[row] = above, code_cells[row], name_cells[row]
    normal = [cell and grid.normalise(cell) for cell in upper_code]
    return {"upper_level": upper_level, "upper_code": normal, "upper_name": upper_name}


def _note_row(notes: Notes, code: str, row: int, field: str, value: str, message: str) -> None:
    mask = np.zeros(row + 1, dtype=bool)
    mask[row] = True
    notes.each(code, INFO, mask, field, [value] * (row + 1), message)
