"""What other systems call our units: codes by system and vintage, from tables of two columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..codes import grid
from ..errors import InvalidInput, NotFound
from ..hierarchy import store
from ..hierarchy.model import keys
from ..issues import Issue
from . import fields, sandbox
from .model import Table
from .notes import ERROR, Notes

_CODE = re.compile(r"[0-9A-Z]{1,32}")
_SYSTEM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_VINTAGE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


@dataclass(frozen=True)
class Plan:
    """Codes to record, by unit_id, and what is wrong with the others."""

    system: str
    vintage: str
    code_of: dict[int, str]
    issues: tuple[Issue, ...]


def plan(conn, paths: Sequence[Path], system: str, vintage: str, scheme: str, given: dict[str, str] | None = None) -> Plan:
    """Read what a system calls the units of a scheme's newest edition; nothing is stored.

    Parameters
    ----------
    system, vintage
        Whose codes, and of when: ``statistics``, ``2023`` (or a month, or a day).
    given
        Columns by field: `code` is ours (or our name, where a unit has none), `other_code` theirs.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be.
    InvalidInput
        A system or vintage not of the allowed form, or a file without the two columns.
    NotFound
        The scheme has no edition.

    Notes
    -----
    Issues, all errors: `unknown-unit`, `bad-code` (theirs is empty or has other signs than digits and capitals),
    `duplicate-code` (one unit twice).
    """
    _require("--system", system, _SYSTEM, "small letters, digits and _ only, a letter first: statistics, police_2018 …")
    _require("--vintage", vintage, _VINTAGE, "a year, a month or a day: 2023, 2023-06, 2023-06-30")
    edition = store.edition_open(conn, scheme)
    if edition is None:
        raise NotFound("edition of scheme", scheme)
    frame = store.frame(conn, edition.edition_id)
    unit_of = dict(zip(frame["name_zh"], frame["unit_id"], strict=True)) if frame["code"].isna().any() else {}
    unit_of = {name: unit for name, unit in unit_of.items() if name in set(frame.loc[frame["code"].isna(), "name_zh"])}
    unit_of |= dict(zip(keys(frame), frame["unit_id"], strict=True))
    code_of: dict[int, str] = {}
    issues: list[Issue] = []
    for table in sandbox.read(paths):
        notes = Notes(table.name)
        _take(table, given or {}, unit_of, code_of, notes)
        issues += [*table.notes, *notes.issues]
    return Plan(system, vintage, code_of, tuple(issues))


def _take(table: Table, given: dict[str, str], unit_of: dict[str, int], code_of: dict[int, str], notes: Notes) -> None:
    """Take the rows of one table that are in order; note the others."""
    roles = fields.recognise(table.columns, given).roles
    for role in ("code", "other_code"):
        if role not in roles:
            raise InvalidInput("column", role, f"{table.name} has none: say which with --field {role}=COLUMN")
    ours = [grid.normalise(cell or "") for cell in table.columns[roles["code"]]]
    theirs = [grid.normalise(cell or "") for cell in table.columns[roles["other_code"]]]
    unit = pd.Series([unit_of.get(code) for code in ours], dtype="Int64")
    unknown, bad = unit.isna().to_numpy(), np.array([not _CODE.fullmatch(code) for code in theirs], dtype=bool)
    twice = (unit.duplicated() | unit.isin(list(code_of))).to_numpy(bool) & ~unknown
    notes.each("unknown-unit", ERROR, unknown, "code", ours, "no unit of the edition has this code")
    notes.each("bad-code", ERROR, bad, "other_code", theirs, "a code is of digits and capital letters, at most 32")
    notes.each("duplicate-code", ERROR, twice, "code", ours, "this unit has a code in a row above")
    fine = np.flatnonzero(~(unknown | bad | twice))
    code_of.update({int(unit[row]): theirs[row] for row in fine})


def _require(field: str, value: str, form: re.Pattern, rule: str) -> None:
    if not form.fullmatch(value):
        raise InvalidInput(field, value, rule)
