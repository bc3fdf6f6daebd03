"""Communication numbers (通讯号码): mobile, landline, of machines (IoT), service and short numbers, and those of other countries.

Kept by E.164 where that has a place for them: +8613800138000. They say where a person can be reached, so they show
themselves masked. Forms are a table, read by the rules for one number and for millions alike.

Source: ITU-T E.164; the numbering plan of telecommunication networks (电信网编号计划, 2017); 13 digits of machines: its
140 to 144 and 1064x, which libphonenumber does not know.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from . import arrays
from .family import Family
from .model import Code, Kind, Reading, Reason
from .text import is_spreadsheet_number, normalise, starred

_BETWEEN = re.compile("[-\u2010-\u2015\u2212()./]")
_BEFORE = re.compile("^(?:TEL|PHONE|MOBILE|电话|手机)?:?")
_EXTENSION = re.compile(r"(?:转|分机|EXT|X|#)([0-9]{1,6})$")


@dataclass(frozen=True)
class Form:
    """Numbers of one form: a class of signs for each of the first positions (`"1 3-9"`), then so many digits.

    An empty name refuses what no later form may claim.
    """

    name: str
    head: str
    digits: int
    before: str = ""  # what stands before the national number; not part of it

    @property
    def classes(self) -> list[str]:
        """The class of each position before the free digits."""
        return [*self.before, *self.head.split()]

    @property
    def length(self) -> int:
        """Characters of such a number."""
        return len(self.classes) + self.digits

    @property
    def pattern(self) -> str:
        """As a regular expression."""
        return "".join(f"[{one}]" for one in self.classes) + f"[0-9]{{{self.digits}}}"


_NATIONAL = (
    Form("mobile", "1 3-9", 9),
    Form("iot", "1 4 0-4", 10),
    Form("iot", "1 0 6 4", 9),
    Form("service", "4 0 0", 7),
    Form("service", "8 0 0", 7),
)
_AREAS = (
    Form("landline", "1 0 2-9", 7),
    Form("landline", "2 0-9 2-9", 7),
    Form("landline", "3-9 0-9 0-9 2-9", 7),
    Form("", "7 5 5", 7),  # Shenzhen has had 8 digits since 1996
    Form("landline", "3-9 0-9 0-9 2-9", 6),
)
_SHORT = (Form("short", "1 1-2", 1), Form("short", "1 0-2", 3), Form("short", "9 5-6", 3), Form("short", "9 5-6", 4))
_NEIGHBOURS = (
    Form("hong_kong", "+ 8 5 2 2-9", 7),
    Form("macao", "+ 8 5 3 2-9", 7),
    Form("taiwan", "+ 8 8 6 2-9", 7),
    Form("taiwan", "+ 8 8 6 2-9", 8),
)


def _forms() -> list[Form]:
    """Every form with every prefix people write before it; the first that fits counts."""
    country = ("+86", "0086")
    made = [*_NATIONAL, *_SHORT, *(Form(one.name, one.head, one.digits, "0") for one in _AREAS)]
    made += [Form(one.name, one.head, one.digits, before) for one in _NATIONAL for before in country]
    made += [Form(one.name, one.head, one.digits, before + trunk) for one in _AREAS for before in country for trunk in ("", "0")]
    made += [Form("mobile", "1 3-9", 9, "86"), *_NEIGHBOURS]
    known = [Form("", head, digits) for head in ("+ 8 6", "+ 8 5 2", "+ 8 5 3", "+ 8 8 6") for digits in range(3, 13)]
    return [*made, *known, *(Form("abroad", "+ 1-9", digits) for digits in range(6, 15))]


_FORMS: dict[int, list[tuple[Form, re.Pattern]]] = defaultdict(list)
for _form in _forms():
    _FORMS[_form.length].append((_form, re.compile(_form.pattern)))
_WIDTH = max(_FORMS)
_ABROAD = {"hong_kong", "macao", "taiwan", "abroad"}


def normalise_number(text: object) -> str:
    """Return a number without blanks, hyphens, brackets and the words before it; an extension follows after an X."""
    told = normalise(text)
    if is_spreadsheet_number(told):
        return told
    return _EXTENSION.sub(r"X\1", _BEFORE.sub("", _BETWEEN.sub("", told)))


def build(national: str) -> Code:
    """Return the number of a Chinese national number as it is dialled at home: 13800138000, 0755-88888888.

    Raises
    ------
    InvalidCode
        For what is no such number.
    """
    return FAMILY.parse(national)


def _read(code: str) -> Reading:
    number, _, extension = code.partition("X")
    if len(number) > _WIDTH:
        return Reading((Reason.UNKNOWN_NUMBER,))
    if number.strip("+0123456789") or "+" in number[1:] or (extension and not extension.isdigit()):
        return Reading((Reason.WRONG_CHARACTER,))
    form = next((form for form, pattern in _FORMS.get(len(number), ()) if pattern.fullmatch(number)), None)
    if form is None or not form.name:
        return Reading((Reason.UNKNOWN_NUMBER,))
    parts = {"national": number[len(form.before) :]} | ({"extension": extension} if extension else {})
    value = _e164(form, number) + (f";ext={extension}" if extension else "")
    return Reading((Reason.FOREIGN_NUMBER,) if form.name == "abroad" else (), form.name, parts, value)


def _e164(form: Form, number: str) -> str:
    if form.name in _ABROAD or form.name == "short":
        return number
    return "+86" + number[len(form.before) :]


def _screen(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    bits = np.full(len(length), Reason.UNKNOWN_NUMBER.bit, np.uint32)
    for size, forms in _FORMS.items():
        those = np.flatnonzero(length == size)
        if len(those):
            bits[those] = _screen_forms(signs[:size, those], [form for form, _ in forms])
    misplaced = (signs[1:] == ord("+")).any(axis=0) & (length <= _WIDTH)
    return np.where(misplaced, np.uint32(Reason.WRONG_CHARACTER.bit), bits)


def _screen_forms(signs: np.ndarray, forms: list[Form]) -> np.ndarray:
    """The bits of numbers that are all as long as these forms."""
    bits = np.full(signs.shape[1], Reason.UNKNOWN_NUMBER.bit, np.uint32)
    open_ = np.ones(signs.shape[1], bool)
    for form in forms:
        here = open_ & _within(signs, form.classes)
        if form.name:
            bits[here] = Reason.FOREIGN_NUMBER.bit if form.name == "abroad" else 0
        open_ &= ~here
    return bits


def _within(signs: np.ndarray, classes: list[str]) -> np.ndarray:
    """Return whether the first positions are of their classes; in all others there can be nothing but digits."""
    fits = np.ones(signs.shape[1], bool)
    for position, one in zip(signs, classes, strict=False):
        fits &= (position >= ord(one[0])) & (position <= ord(one[-1]))
    return fits


def _mask(code: str) -> str:
    number = code.partition("X")[0]
    return number if _read(code).form in {"short", "service"} else starred(number, 3, 4)


FAMILY = Family(
    kind=Kind.PHONE,
    name="phone number",
    name_zh="通讯号码",
    expected="digits; + and the country for numbers abroad",
    expected_zh="数字; 境外号码以 + 和国家代码开头",
    read=_read,
    screen=_screen,
    mask=_mask,
    width=_WIDTH,
    alphabet=arrays.alphabet(arrays.DIGITS + "+"),
    columns=(
        "通讯号码",
        "电话",
        "电话号码",
        "联系电话",
        "手机",
        "手机号",
        "手机号码",
        "联系方式",
        "phone",
        "mobile",
        "tel",
        "telephone",
        "lxdh",
    ),
    personal=True,
    normalise=normalise_number,
)
