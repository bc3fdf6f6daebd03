"""A family of codes: its rules one at a time and by the million, and what may be shown of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidCode
from . import arrays
from .model import Code, Kind, Reading, Reason, Verdict, outcome
from .text import is_spreadsheet_number, normalise, plain


@dataclass(frozen=True)
class Family:
    """What is known of one kind of codes.

    Parameters
    ----------
    name, name_zh, expected, expected_zh
        In words: what it is, and what one looks like.
    read
        The rules for one normalised text that is not empty.
    screen
        The same rules for columns (see :mod:`.arrays`) and lengths; returns the bits of the reasons.
    mask
        What may be shown of a normalised text with the right form; others are shown as stars.
    width
        Characters of the longest code.
    alphabet
        The table of signs that normalising leaves as they are.
    personal
        Whether a code says who somebody is, or where a person can be reached.
    columns
        What columns of such codes are called in files.
    """

    kind: Kind
    name: str
    name_zh: str
    expected: str
    expected_zh: str
    read: Callable[[str], Reading]
    screen: Callable[[np.ndarray, np.ndarray], np.ndarray]
    mask: Callable[[str], str]
    width: int
    alphabet: np.ndarray
    columns: tuple[str, ...]
    personal: bool = False
    normalise: Callable[[object], str] = normalise

    def judge(self, text: object) -> Verdict:
        """Return what is to be said of a code."""
        code = self.normalise(plain(text))
        if not code:
            return Verdict(self.kind, (Reason.EMPTY,), "")
        if is_spreadsheet_number(code):
            return Verdict(self.kind, (Reason.SPREADSHEET_NUMBER,), _stars(code))
        reading = self.read(code)
        reasons = tuple(sorted(reading.reasons, key=lambda reason: reason.bit))
        masked = self._masked(code, reasons)
        if outcome(reasons) == "invalid":
            return Verdict(self.kind, reasons, masked)
        made = Code(self.kind, reading.form, reading.value or code, masked, self.personal, reading.parts)
        return Verdict(self.kind, reasons, masked, made)

    def parse(self, text: object) -> Code:
        """Return the code in a text.

        Raises
        ------
        InvalidCode
            With the rules that are broken; it holds the masked form only.
        """
        verdict = self.judge(text)
        if verdict.code is None:
            raise InvalidCode(self.name, verdict.masked, self.explain(verdict.reasons))
        return verdict.code

    def judge_many(self, codes: object) -> np.ndarray:
        """Return for each code the bits of its reasons (uint32; `model.reasons_of` reads them): 0 where there are none.

        The same rules as :meth:`judge`. What :func:`arrays.blocks` takes may be given; codes that need normalising are slower.
        """
        found = [self._judge_block(block) for block in arrays.blocks(codes)]
        return np.concatenate(found) if found else np.empty(0, np.uint32)

    def _judge_block(self, block) -> np.ndarray:
        bits, dirty = self._screened(block)
        if len(dirty):
            places = dirty.tolist()
            bits[dirty], hopeless = self._screened([self.normalise(arrays.text_of(block, place)) for place in places])
            for at in hopeless.tolist():
                bits[places[at]] = self.judge(arrays.text_of(block, places[at])).bits
        return bits

    def _screened(self, block) -> tuple[np.ndarray, np.ndarray]:
        signs, length, dirty = arrays.columns(block, self.width, self.alphabet)
        bits = self.screen(signs, length)
        empty = length == 0
        return np.where(empty, np.uint32(Reason.EMPTY.bit), bits), dirty

    def shown(self, text: object, reasons: tuple[Reason, ...]) -> str:
        """Return what may be shown of a text for which these reasons were found."""
        code = self.normalise(plain(text))
        return self._masked(code, reasons)

    def explain(self, reasons: tuple[Reason, ...]) -> str:
        """Return the reasons in words."""
        rules = "; ".join(reason.rule for reason in reasons)
        return f"{rules} ({self.expected})" if {Reason.WRONG_LENGTH, Reason.WRONG_CHARACTER} & set(reasons) else rules

    def _masked(self, code: str, reasons: tuple[Reason, ...]) -> str:
        """Whoever gives a wrong text may have given anybody's name or number: of that nothing is shown."""
        if reasons and (_MISSHAPEN & set(reasons) or (not self.personal and outcome(reasons) == "invalid")):
            return _stars(code)
        return self.mask(code)


_MISSHAPEN = {
    Reason.EMPTY,
    Reason.SPREADSHEET_NUMBER,
    Reason.WRONG_LENGTH,
    Reason.WRONG_CHARACTER,
    Reason.STARS,
    Reason.UNKNOWN_NUMBER,
}


def _stars(code: str) -> str:
    return "*" * min(len(code), 32)
