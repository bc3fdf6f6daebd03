"""Event codes (事件编码): whatever a source calls its cases, kept with the source and as it was written.

No standard lays down how an event's code is made; only that it begins with the department and goes on with the
department's own number. So any code is taken. Patterns of sources are data (``event_patterns.json``): a source that
has one is held to it. Ours is the department's organisation code 9, the day 8, a number of the day 6.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from importlib import resources

import numpy as np

from ..errors import InvalidCode
from . import arrays, credit, dates
from .family import Family
from .model import Code, Kind, Reading, Reason
from .text import normalise

OURS = "gridgeo"
MOST = 64

_SHOWN = frozenset(map(chr, range(33, 127)))


@cache
def patterns() -> dict[str, re.Pattern]:
    """Return the patterns that are known, by source."""
    known = json.loads(resources.files(__package__).joinpath("event_patterns.json").read_text("utf-8"))
    return {one["source"]: re.compile(one["pattern"]) for one in known}


def parse(text: str, source: str) -> Code:
    """Return the code of an event with its source, and as it was written, among its parts.

    Raises
    ------
    InvalidCode
        Where the source has a pattern that the code does not follow, or for what is no code at all.
    """
    code = FAMILY.parse(text)
    pattern = patterns().get(source)
    fits = pattern.fullmatch(code.value) if pattern else None
    if pattern and (fits is None or (source == OURS and not _possible(code.value))):
        raise InvalidCode(FAMILY.name, code.masked, f"{Reason.PATTERN.rule}, {source}")
    parts = {"source": source, "original": text, **(fits.groupdict() if fits else {})}
    return Code(code.kind, source, code.value, code.masked, code.personal, parts)


def build(organisation: str, day: date, number: int) -> Code:
    """Return a code of ours: the department's organisation code, the day, and the number of the case on that day.

    Raises
    ------
    InvalidCode
        For a faulty organisation code, or a number that is not 1 to 999999.
    """
    department = credit.ORGANISATION.parse(organisation).value
    if not 1 <= number <= 999_999:
        raise InvalidCode("event number", number, "must be 1 to 999999")
    return parse(f"{department}{day.isoformat().replace('-', '')}{number:06}", OURS)


def _possible(code: str) -> bool:
    """Whether a code that follows our pattern is one of ours."""
    return credit.organisation_check(code[:8]) == code[8] and dates.day_of(code[9:17]) is not None


def kept(text: object) -> str:
    """Return an event's code without blanks and invisible signs, half-width, its letters as they were."""
    upper, given = normalise(text), "".join(str(text).split())
    return given if given.upper() == upper else upper


def _read(code: str) -> Reading:
    if len(code) > MOST:
        return Reading((Reason.WRONG_LENGTH,))
    return Reading((), "external") if set(code) <= _SHOWN else Reading((Reason.WRONG_CHARACTER,))


def _screen(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    return arrays.marked(Reason.WRONG_LENGTH, length > MOST)


def _mask(code: str) -> str:
    """A code of ours says nothing of anybody; in anyone else's there may stand anything."""
    ours = patterns()[OURS].fullmatch(code)
    return code if ours and _possible(code) else "*" * min(len(code), 32)


FAMILY = Family(
    kind=Kind.EVENT,
    name="event code",
    name_zh="事件编码",
    expected=f"at most {MOST} letters, digits and signs, no blanks",
    expected_zh=f"至多 {MOST} 位字母, 数字和符号, 不含空格",
    read=_read,
    screen=_screen,
    mask=_mask,
    width=MOST,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS + arrays.CAPITALS.lower() + "-_/:#", fold=False),
    columns=("事件编码", "事件编号", "案件编号", "工单编号", "event_code", "case_number"),
    personal=True,
    normalise=kept,
)
