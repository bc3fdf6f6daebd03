"""What must hold of the cells of a table; pure functions over columns of text.

Every code of an issue is raised in one place here, in :mod:`.units`, :mod:`.parents`, :mod:`.datums` or a reader;
``docs/howto/load.md`` lists them all.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from ..codes import grid
from ..hierarchy.model import Kind, Level
from . import fields
from .notes import ERROR, INFO, WARNING, Notes

_NUMBER_FORM = re.compile(r"[-+]?\d(\.\d+)?[eE][+-]?\d+")
_FREE_CODE = re.compile(r"[0-9A-Z]{1,32}")
_COUNT = re.compile(r"[0-9]{1,9}")
_LONGEST = 200

# 居民委员会 are elected bodies of the statistics, many to a community (社区) of the grid; the names come cut off, too.
_COMMITTEE = re.compile(r"(居民委员会|居委会|村民委员会|村委会)$")
_CUT = re.compile(r"(居委|居民委员|居民委|居民|村委|村民委员|街道办|街道办事)$")
_OFFICE = re.compile(r"(街道办事处|办事处)$")


def clean_text(cells: list[str | None], field: str, notes: Notes) -> list[str | None]:
    """Return texts without invisible signs. Issues: `bad-text` (control and direction signs), `text-too-long`."""
    bad, long = (np.zeros(len(cells), dtype=bool) for _ in range(2))
    out = list(cells)
    for row, cell in enumerate(cells):
        if cell is None or (cell.isprintable() and len(cell) <= _LONGEST):
            continue
        seen = "".join(sign for sign in cell if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Cn"})
        bad[row], long[row] = seen != cell, len(seen) > _LONGEST
        out[row] = seen[:_LONGEST].strip() or None
    notes.each("bad-text", ERROR, bad, field, [cell and ascii(cell) for cell in cells], "holds signs that cannot be seen; take them out")
    notes.each("text-too-long", ERROR, long, field, out, f"longer than {_LONGEST} signs")
    return out


def codes(cells: list[str | None], level: np.ndarray, levels: dict[str, Level], notes: Notes, field: str = "code") -> np.ndarray:
    """Return codes as they are stored, None where there is none or it is refused.

    Issues: `code-as-number` (a spreadsheet has lost digits), `bad-code`, `city-code`, `code-unpadded` (zeros a
    statistics table filled up with are left out).
    """
    given = np.array([cell and grid.normalise(cell) for cell in cells], dtype=object)
    present = np.array([bool(code) for code in given])
    numbers = present & np.array([bool(code and _NUMBER_FORM.fullmatch(code)) for code in given])
    lost = "is a number a spreadsheet has rounded: format the column as text and fill it in again"
    notes.each("code-as-number", ERROR, numbers, field, cells, lost)
    fixed = np.array([levels[name].code_length is not None if name in levels else False for name in level])
    padded = np.array([grid.unpad(code) if code and code.isdigit() else code for code in given], dtype=object)
    length = np.array([levels[name].code_length if name in levels else None for name in level], dtype=object)
    shorter = present & fixed & (padded != given) & np.array([len(code or "") == n for code, n in zip(padded, length, strict=True)])
    notes.once(
        "code-unpadded", INFO, shorter, field, cells, "{count} codes are filled up with zeros, which are left out (the first: {first})"
    )
    given = np.where(shorter, padded, given)
    city = present & fixed & np.array([bool(code) and len(code) == 6 and code.endswith("00") for code in given])
    notes.each("city-code", ERROR, city, field, cells, "is a city's code, above all districts: leave it out")
    true_level = grid.level_of(np.where(present, given, ""))
    wrong = present & fixed & ~city & ~numbers & (true_level != level)
    notes.each("bad-code", ERROR, wrong, field, cells, lambda row: _code_rule(level[row], length[row]))
    free = present & ~fixed & ~numbers & ~np.array([bool(code and _FREE_CODE.fullmatch(code)) for code in given])
    notes.each("bad-code", ERROR, free, field, cells, "a code has capital letters and digits only, at most 32")
    return np.where(present & ~(numbers | city | wrong | free), given, None)


def counts(cells: list[str | None], notes: Notes) -> list[int | None]:
    """Return household counts. Issue: `bad-number`."""
    plain = [cell and unicodedata.normalize("NFKC", cell) for cell in cells]
    bad = np.array([cell is not None and not _COUNT.fullmatch(cell) for cell in plain], dtype=bool)
    notes.each("bad-number", ERROR, bad, "household_count", cells, "a number of households is a whole number from 0")
    return [None if cell is None or wrong else int(cell) for cell, wrong in zip(plain, bad, strict=True)]


def values(kind: str, cells: list[str | None], notes: Notes) -> list[str | None]:
    """Return grid types, kinds or levels by the words used for them. Issue: `unknown-value`."""
    found = [None if cell is None else fields.value(kind, cell) for cell in cells]
    bad = np.array([cell is not None and value is None for cell, value in zip(cells, found, strict=True)], dtype=bool)
    notes.each(
        "unknown-value", ERROR, bad, kind, cells, f"means no {kind.replace('_', ' ')}: use {', '.join(fields.known()['values'][kind])}"
    )
    return found


def remark_on_names(names: np.ndarray, level: np.ndarray, notes: Notes) -> None:
    """Say what names tell. Issues: `committee-names`, `office-names`, `name-truncated`, `virtual-community`, `same-name`."""
    text = np.array([name or "" for name in names], dtype=object)
    below = np.array([name in {"community", "micro"} for name in level])
    committees = below & _matches(_COMMITTEE, text)
    notes.once(
        "committee-names", WARNING, committees, "name_zh", text,
        "{count} names are residents' committees (居委会), which are not the communities of the grid (the first: {first})",
    )  # fmt: skip
    offices = (level == "street") & _matches(_OFFICE, text)
    notes.once("office-names", INFO, offices, "name_zh", text, "{count} streets bear the name of their office (the first: {first})")
    notes.each("name-truncated", WARNING, _matches(_CUT, text), "name_zh", text, "the name was cut off at its end")
    virtual = below & np.array(["虚拟社区" in name for name in text])
    notes.each("virtual-community", WARNING, virtual, "name_zh", text, "stands in the statistics for want of a community: nobody drew it")
    plain = np.array([_COMMITTEE.sub("", name) if of == "community" else "" for name, of in zip(text, level, strict=True)], dtype=object)
    for name in sorted({name for name, count in _counted(plain) if name and count > 1}):
        same = np.flatnonzero(plain == name)
        rows = ", ".join(str(row + 1) for row in same)
        notes.table(
            "same-name", INFO, f"{len(same)} communities have this name (rows {rows}): it alone does not say which", "name_zh", name
        )


def kinds(given: list[str | None], codes: np.ndarray, level: np.ndarray, notes: Notes) -> list[str | None]:
    """Return the kind of every unit, None where nothing says it; functional zones are known by their numbers. Issue: `functional-zone`."""
    zones = np.isin(level.astype(str), ["street", "community"]) & np.array([bool(code) and code[6:7] == "4" for code in codes])
    notes.each(
        "functional-zone", INFO, zones & (level == "street"), "code", codes, "street number 4xx: a functional zone, no street of the state"
    )
    return [kind or (str(Kind.FUNCTIONAL) if zone else None) for zone, kind in zip(zones, given, strict=True)]


def _code_rule(level: str, length: int) -> str:
    return f"is no code of a {level}: {length} digits, no group of them all zeros"


def _matches(pattern: re.Pattern, text: np.ndarray) -> np.ndarray:
    return np.array([bool(pattern.search(name)) for name in text], dtype=bool)


def _counted(names: np.ndarray) -> list[tuple[str, int]]:
    found, count = np.unique(names.astype(str), return_counts=True)
    return list(zip(found.tolist(), count.tolist(), strict=True))
