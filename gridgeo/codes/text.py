"""Codes as people write them, brought to the form they are kept in."""

from __future__ import annotations

import re
import unicodedata

#: signs nobody sees or means: what spreadsheets put before a number to keep it text, zero widths, byte order marks, NUL
_DROPPED = {ord(sign): None for sign in "\0\u200b\u200c\u200d\ufeff'\u2019"}

_HYPHENS = re.compile("[-\u2010-\u2015\u2212]")
_SPREADSHEET_NUMBER = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+")


def plain(value: object) -> str:
    """Return a cell as text; None and what stands for nothing in pandas and numpy are empty."""
    if isinstance(value, str):
        return value
    return "" if value is None or str(value) in {"nan", "<NA>", "NaT"} else str(value)


def normalise(text: object) -> str:
    """Return a code as it is stored: half-width capitals; no blanks, apostrophes or invisible signs; no ".0" of a spreadsheet."""
    given = str(text)
    plain_width = given if given.isascii() else unicodedata.normalize("NFKC", given)
    kept = "".join(plain_width.translate(_DROPPED).split()).upper()
    return kept[:-2] if kept.endswith(".0") and kept[:-2].isdigit() else kept


def without_hyphens(text: object) -> str:
    """Return a code normalised, hyphens and dashes of any kind left out."""
    code = normalise(text)
    return code.replace("-", "") if code.isascii() else _HYPHENS.sub("", code)


def is_spreadsheet_number(code: str) -> bool:
    """Return whether a normalised code is what a spreadsheet makes of a long number: 4.40306E+17."""
    return bool(_SPREADSHEET_NUMBER.fullmatch(code))


def starred(text: str, head: int, tail: int) -> str:
    """Return a text of which only the beginning and the end are shown; nothing where hardly anything would be hidden."""
    hidden = len(text) - head - tail
    if hidden < 4:
        return "*" * min(len(text), 32)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


def holds_birth(code: str) -> bool:
    """Return whether a date of birth may stand where ID numbers have it: a code with one is shown as they are, whatever it is called."""
    return len(code) >= 14 and "1900" <= code[6:10] <= "2100" and "01" <= code[10:12] <= "12" and "01" <= code[12:14] <= "31"
