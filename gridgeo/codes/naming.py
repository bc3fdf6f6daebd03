"""Numbers of persons in free text: ID numbers, and numbers somebody answers, found as people write them and masked where they stand.

Found are mobile numbers, landlines with their area code (or after a word such as 电话), numbers of other countries with + before them, ID
numbers of 15 and 18 characters and those of foreigners, in digits of any script and in words (一三八…, 幺). Blanks, hyphens, dots and signs
nobody sees may stand between the digits, and between the groups they are read in (138 0013 8000) whatever is no letter, a new line too.
Names are not found by any rule: free text is shown to those alone whose work it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from .person import check_character
from .text import holds_birth

#: What may stand between two digits of one number, and between two groups of digits.
_GAP = "[ \\t\u00a0._\u00b7\u2022()/\u200b-\u200d\u2060\ufeff\u2010-\u2015\u2212-]{0,2}"
_BREAK = "[\\W_]{0,3}"

_LONG = re.compile(f"[0-9](?:{_BREAK}[0-9]){{6,}}")


def _digits(count: int) -> str:
    return f"(?:{_GAP}[0-9]){{{count}}}"


def _groups(first: str, *rest: int) -> str:
    """Digits as they are read out: some, then groups of so many."""
    return _BREAK.join((first, *(f"[0-9]{{{count}}}" for count in rest)))


_PHONES = re.compile(
    f"(?<![0-9])(?:(?:\\+|00)?86{_GAP})?(?:1{_GAP}[3-9]{_digits(9)}|{_groups('1[3-9][0-9]', 4, 4)})(?![0-9])"
    f"|(?<![0-9])0(?:10|2[0-9]|[3-9][0-9]{{2}}){_GAP}[2-8][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?![0-9])"
    f"|(?:\\+|(?<![0-9])00(?=86|852|853|886))[1-9](?:{_GAP}[0-9]){{7,14}}(?![0-9])"
    f"|(?:[话机系线箱信打]|[Tt][Ee][Ll])[是为:： .]{{0,3}}(?P<local>[2-8]{_digits(6)}(?:{_GAP}[0-9])?)(?![0-9])"
)
_IDS = re.compile(
    f"(?<![0-9A-Za-z])[0-9]{_digits(14)}(?:{_digits(2)}{_GAP}[0-9Xx])?(?![0-9A-Za-z])|(?<![0-9A-Za-z])[A-Z]{{3}}{_digits(12)}(?![0-9])"
    f"|(?<![0-9])(?P<born>{_groups('[0-9]{6}', 4, 4, 3)}[0-9Xx])(?![0-9])"
)
_NO_DIGIT = re.compile("[^0-9A-Z]")

#: Digits as words.
_SPOKEN = str.maketrans("〇零一幺二三四五六七八九壹贰叁肆伍陆柒捌玖", "001123456789123456789")


def masked(text: str) -> str:
    """Return a text in which stars stand for every number that says who somebody is, or where a person can be reached.

    >>> masked("请回电 138 0013 8000, 3栋501")
    '请回电 *************, 3栋501'
    """
    for start, end in _spans(text):
        text = text[:start] + "*" * (end - start) + text[end:]
    return text


def names_somebody(text: str) -> bool:
    """Return whether :func:`masked` would mask something."""
    return bool(_spans(text))


def _spans(text: str) -> list[tuple[int, int]]:
    """Where numbers of persons stand, read as digits alone, and as digits and words: a word may as well end a name before a number."""
    folded = _folded(text)
    spoken = folded.translate(_SPOKEN)
    return [span for read in dict.fromkeys((folded, spoken)) if _LONG.search(read) for span in _found(read)]


def _found(folded: str) -> Iterator[tuple[int, int]]:
    yield from (one.span() for one in _IDS.finditer(folded) if _is_somebody(one))
    yield from (one.span("local" if one["local"] else 0) for one in _PHONES.finditer(folded))


def _is_somebody(found: re.Match[str]) -> bool:
    """Whether a number as long as an ID's is one: others of that length are numbers of registers."""
    number = _NO_DIGIT.sub("", found[0].upper())
    if len(number) == 15:  # those born before 1920 have none; codes of grids look like theirs
        return not number.isdigit() or (number[6] >= "2" and holds_birth(number[:6] + "19" + number[6:]))
    return holds_birth(number) or (found["born"] is None and check_character(number[:17]) == number[17])


def _folded(text: str) -> str:
    """A text of the same length whose digits and letters are plain ones, however they were written."""
    return text if text.isascii() else "".join(map(_plain, text))


@lru_cache(maxsize=8192)
def _plain(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    plain = unicodedata.normalize("NFKC", sign) if digit is None else str(digit)
    return plain if len(plain) == 1 else sign
