"""What single cells of the address base mean: each different text of a column is understood once, however many rows have it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ..addresses.washing.text import key, number_key
from ..codes import house
from ..codes.model import Reason
from ..linkage import rules
from . import fields

_LONGEST = 200
_DATE = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?(?:[ T]0?0:00(?::00(?:\.0+)?)?)?")
_WHOLE = re.compile(r"[0-9]{1,4}(\.0+)?")
_DECIMAL = re.compile(r"[0-9]{1,7}(\.[0-9]{1,9})?|[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,9})?")
_NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FLOOR = re.compile(r"-?[0-9]{1,3}")
_BASEMENT = re.compile(r"B(?=[0-9])")

#: so many digits may be somebody's number
_MANY_DIGITS = 7
_AXIS = r"(?:-?[0-9]{1,3}(?:\.[0-9]{1,15})?|[0-9]{6,8}\.[0-9]{1,15})?"
_HARMLESS = re.compile(
    rf"{_AXIS}, {_AXIS}|-?[0-9]{{1,3}}\.[0-9]{{1,15}}"  # coordinates
    r"|[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?"  # days
    r"|[0-9]{14}(?!00000)[0-9A-Z]{5}(?:(?!000000)[0-9]{6})?"  # codes of buildings and houses, judged still
)

#: the code and the rule of what stands in a text that anybody may read
IN_TEXT = ("code-in-text", "holds what looks like somebody's number, and is kept in the clear: take it out")

#: the first day anything here may be valid from: older buildings there are, but no record of them has a day
_FIRST_DAY = date(1800, 1, 1)
_LAST_DAY = date(2200, 1, 1)


@dataclass(frozen=True)
class Word:
    """What a text of a column means.

    `value` and `key` are text, `number` a number; all None where it means nothing. `fault` is the code of what is
    wrong with it, `rule` why.
    """

    value: str | None = None
    key: str | None = None
    number: float | None = None
    fault: str | None = None
    rule: str | None = None

    def is_plain(self, text: str) -> bool:
        """Whether the text means just itself, so that nobody needs to look it up."""
        if self.fault is not None:
            return False
        if self.value is not None:
            return self.value == text and self.key in (None, text)
        whole = self.number is not None and float(self.number).is_integer()
        return self.number is not None and bool(_NUMERAL.fullmatch(text)) and not (whole and "." in text)


def repeatable(text: str) -> str:
    """Return as much of a cell as a report may repeat: many digits only where they are a place's code, coordinates or a day."""
    if sum(sign.isdigit() for sign in text) < _MANY_DIGITS:
        return text[:_LONGEST]
    sound = _HARMLESS.fullmatch(text) and (len(text) not in (19, 25) or not text[:14].isdigit() or code(text).fault is None)
    return text if sound else rules.UNSAID


def code(text: str) -> Word:
    """Read the code of a building or a house. Faults: `code-as-number`, `bad-code`."""
    family = house.BUILDING if len(house.BUILDING.normalise(text)) == 19 else house.HOUSE
    return _judged(family, text)


def building_code(text: str) -> Word:
    """Read a building's code. Faults as :func:`code`."""
    return _judged(house.BUILDING, text)


def house_code(text: str) -> Word:
    """Read a house's code. Faults as :func:`code`."""
    return _judged(house.HOUSE, text)


def name(text: str) -> Word:
    """Read a name of a road, a compound, a building. Faults: `bad-text`, `text-too-long`."""
    word = plain(text)
    return word if word.fault or word.value is None else Word(word.value, key(word.value))


def label(text: str) -> Word:
    """Read a number of a plate, a block or a unit. Faults as :func:`name`."""
    word = plain(text)
    return word if word.fault or word.value is None else Word(word.value, number_key(word.value))


def floor(text: str) -> Word:
    """Read the floor of a house: 5, 五楼, 负一层, B1. Fault: `bad-number`."""
    written = number_key(unicodedata.normalize("NFKC", text).strip().removesuffix(".0"))
    if written is None:
        return Word()
    written = _BASEMENT.sub("-", written)
    if not _FLOOR.fullmatch(written) or not -20 <= int(written) <= 200 or written in ("0", "-0"):
        return Word(fault="bad-number", rule="a floor is -20 to 200, and none is 0")
    return Word(number=int(written))


def storeys(text: str) -> Word:
    """Read how many floors a building has. Fault: `bad-number`."""
    return _whole(text, 1, 200, "a building has 1 to 200 floors")


def basements(text: str) -> Word:
    """Read how many floors a building has below ground. Fault: `bad-number`."""
    return _whole(text, 0, 20, "a building has 0 to 20 floors below ground")


def area(text: str) -> Word:
    """Read a floor area in square metres. Fault: `bad-number`."""
    written = unicodedata.normalize("NFKC", text).strip()
    for unit in ("平方米", "平米", "m2", "m²", "㎡"):
        written = written.removesuffix(unit).strip()
    if not written:
        return Word()
    if not _DECIMAL.fullmatch(written):
        return Word(fault="bad-number", rule="an area is a number of square metres")
    number = float(written.replace(",", ""))
    return Word(number=number) if number > 0 else Word(fault="bad-number", rule="an area is more than nothing: leave it empty when unknown")


def day(text: str) -> Word:
    """Read a day: 2015-06-01, 2015/6/1, 20150601, 2015年6月1日. Fault: `bad-date`."""
    written = unicodedata.normalize("NFKC", text).strip()
    if not written:
        return Word()
    found = _DATE.fullmatch(written)
    try:
        made = date(*map(int, found.groups())) if found else None
    except ValueError:
        made = None
    if made is None or not _FIRST_DAY <= made <= _LAST_DAY:
        return Word(fault="bad-date", rule="no such day: write 2015-06-01")
    return Word(made.isoformat())


def meaning(kind: str) -> Callable[[str], Word]:
    """Return a reader of words that mean a value of a kind (`building_use`, `status`, `name_kind`). Fault: `unknown-value`."""

    def read(text: str) -> Word:
        if not text.strip():
            return Word()
        value = fields.value(kind, text.strip())
        return Word(value) if value else Word(fault="unknown-value", rule=f"use one of {', '.join(fields.known()['values'][kind])}")

    return read


def plain(text: str) -> Word:
    """Read a text as it is. Faults: `bad-text`, `text-too-long`, `code-in-text`."""
    written = text.strip()
    if not written.isprintable() and any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Cn"} for sign in written):
        return Word(fault="bad-text", rule="holds signs that cannot be seen; take them out")
    if len(written) > _LONGEST:
        return Word(fault="text-too-long", rule=f"longer than {_LONGEST} signs")
    if rules.names_somebody(written):
        return Word(fault=IN_TEXT[0], rule=IN_TEXT[1])
    return Word(written or None)


def _judged(family, text: str) -> Word:
    verdict = family.judge(text)
    if verdict.code is not None:
        return Word(verdict.code.value)
    fault = "code-as-number" if Reason.SPREADSHEET_NUMBER in verdict.reasons else "bad-code"
    return Word(key=verdict.masked, fault=fault, rule=f"{family.explain(verdict.reasons)}; it has {len(text.strip())} characters")


def _whole(text: str, least: int, most: int, rule: str) -> Word:
    written = unicodedata.normalize("NFKC", text).strip().removesuffix("层")
    if not written:
        return Word()
    if not _WHOLE.fullmatch(written) or not least <= int(float(written)) <= most:
        return Word(fault="bad-number", rule=rule)
    return Word(number=int(float(written)))
