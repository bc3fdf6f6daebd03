"""Numbers of persons in free text: ID numbers, and numbers somebody answers, found as people write them and masked where they stand.

Found are mobile numbers, landlines with their area code (or after a word such as 电话), numbers of other countries with + before them, ID
numbers of 15 and 18 characters and those of foreigners; blanks, hyphens, dots and signs nobody sees may stand between the digits. Names
are not found by any rule: free text is shown to those alone whose work it is.
"""

from __future__ import annotations

import re
import unicodedata

from .person import check_character
from .text import holds_birth

#: What may stand between two digits of one number.
_GAP = "[ \\t\u00a0._\u00b7\u2022()/\u200b-\u200d\u2060\ufeff\u2010-\u2015\u2212-]{0,2}"

_LONG = re.compile(f"[0-9](?:{_GAP}[0-9]){{6,}}")


def _digits(count: int) -> str:
    return f"(?:{_GAP}[0-9]){{{count}}}"


_PHONES = re.compile(
    f"(?<![0-9])(?:(?:\\+|00)?86{_GAP})?1{_GAP}[3-9]{_digits(9)}(?![0-9])"
    f"|(?<![0-9])0(?:10|2[0-9]|[3-9][0-9]{{2}}){_GAP}[2-8][0-9]{{2,3}}{_GAP}[0-9]{{4}}(?![0-9])"
    f"|\\+[1-9](?:{_GAP}[0-9]){{7,14}}(?![0-9])"
    f"|(?:[话机系线箱信]|[Tt][Ee][Ll])[是为:： .]{{0,3}}(?P<local>[2-8]{_digits(6)}(?:{_GAP}[0-9])?)(?![0-9])"
)
_IDS = re.compile(
    f"(?<![0-9A-Za-z])[0-9]{_digits(14)}(?:{_digits(2)}{_GAP}[0-9Xx])?(?![0-9A-Za-z])|(?<![0-9A-Za-z])[A-Z]{{3}}{_digits(12)}(?![0-9])"
)
_NO_DIGIT = re.compile("[^0-9A-Z]")


def masked(text: str) -> str:
    """Return a text in which stars stand for every number that says who somebody is, or where a person can be reached.

    >>> masked("请回电 138 0013 8000, 3栋501")
    '请回电 *************, 3栋501'
    """
    folded = _folded(text)
    if not _LONG.search(folded):
        return text
    for start, end in _spans(folded):
        text = text[:start] + "*" * (end - start) + text[end:]
    return text


def names_somebody(text: str) -> bool:
    """Return whether :func:`masked` would mask something."""
    folded = _folded(text)
    return bool(_LONG.search(folded)) and any(_spans(folded))


def _spans(folded: str) -> list[tuple[int, int]]:
    ids = [one.span() for one in _IDS.finditer(folded) if _is_somebody(_NO_DIGIT.sub("", one[0].upper()))]
    return ids + [one.span("local" if one["local"] else 0) for one in _PHONES.finditer(folded)]


def _is_somebody(number: str) -> bool:
    """Whether a number as long as an ID's is one: others of that length are numbers of registers."""
    if len(number) == 15:
        return not number.isdigit() or holds_birth(number[:6] + "19" + number[6:])
    return holds_birth(number) or check_character(number[:17]) == number[17]


def _folded(text: str) -> str:
    """A text of the same length whose digits and letters are plain ones, however they were written."""
    if text.isascii():
        return text
    return "".join(plain if len(plain := unicodedata.normalize("NFKC", sign)) == 1 else sign for sign in text)
