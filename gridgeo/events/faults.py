"""What may be wrong with a report, as it is given; nothing here touches a database."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..codes import event as codes
from ..codes import house, naming
from ..errors import InvalidCode
from ..issues import Issue, Severity
from .model import Given

#: Characters of what is told, and of an address.
LONGEST, LONGEST_ADDRESS = 4000, 500

#: Characters of the name of a source.
_LONGEST_SOURCE = 64

#: Media of one report.
MOST_MEDIA = 20

#: Kinds of signs that are no text, and those of them that are: ends of lines, and what joins two pictures to one.
_HIDING, _JOINS = frozenset(("Cc", "Cf", "Cs")), "\n\t\r\u200d"

#: How far clocks may be ahead of ours.
_AHEAD = timedelta(minutes=5)

#: Each fault: how grave it is, in which field, and what to say.
FAULTS: dict[str, tuple[Severity, str, str]] = {
    "no-text": (Severity.ERROR, "told", "says nothing"),
    "bad-text": (Severity.ERROR, "told", f"is longer than {LONGEST:,} characters, or holds signs that are no text"),
    "unknown-channel": (Severity.ERROR, "channel", "no channel in use"),
    "unknown-class": (Severity.ERROR, "class", "no class in use, or one of the other kind"),
    "bad-grade": (Severity.ERROR, "grade", "a grade is 1 to 4"),
    "bad-point": (Severity.ERROR, "point", "no longitude and latitude in China"),
    "several-places": (Severity.ERROR, "place", "is said in two ways: give a point, a place or a unit"),
    "bad-address": (Severity.ERROR, "address", f"is longer than {LONGEST_ADDRESS} characters, or holds signs that are no text"),
    "unknown-unit": (Severity.ERROR, "unit", "no unit of governance valid now has this code"),
    "unknown-place": (Severity.ERROR, "place", "no such building or house is known"),
    "reported-ahead": (Severity.ERROR, "reported_at", "is still to come"),
    "happened-later": (Severity.ERROR, "happened_at", "is later than the report"),
    "bad-original": (Severity.ERROR, "original", "a code of at most 64 signs, and whose it is (source); no number of a person"),
    "too-many-media": (Severity.ERROR, "media", f"more than {MOST_MEDIA}"),
}


def issue(code: str, row: int | None, value: object = "") -> Issue:
    """Return what is to be said of a report with a fault of :data:`FAULTS`; of free text and codes of others nothing is repeated."""
    severity, field, message = FAULTS[code]
    return Issue(code, severity, message, "", row, field, str(value)[:64])


def of(row: int, given: Given, now: datetime) -> Iterator[Issue]:
    """Yield what is wrong with a report in itself; what it names is looked up later."""
    reported = given.reported_at or now
    judged = (
        ("no-text", not given.told.strip(), ""),
        ("bad-text", not is_text(given.told, LONGEST), ""),
        ("bad-grade", given.grade is not None and given.grade not in (1, 2, 3, 4), given.grade),
        ("bad-point", not _is_point(given.lon, given.lat), ""),
        ("several-places", sum(one is not None for one in (given.lon, given.unit, given.place)) > 1, ""),
        ("bad-address", given.address is not None and not is_text(given.address, LONGEST_ADDRESS), ""),
        ("unknown-place", given.place is not None and not _is_code(given.place), ""),
        ("reported-ahead", reported > now + _AHEAD, reported.isoformat()),
        ("happened-later", given.happened_at is not None and given.happened_at > reported + _AHEAD, ""),
        ("bad-original", not _is_original(given), ""),
        ("too-many-media", len(given.media) > MOST_MEDIA, len(given.media)),
    )
    return (issue(code, row, value) for code, wrong, value in judged if wrong)


def originals(given: Sequence[Given]) -> list[str | None]:
    """Return the codes the sources gave, as they are kept."""
    return [None if one.original is None else codes.kept(one.original) for one in given]


def is_text(text: str, longest: int) -> bool:
    """Return whether this is what people write: no sign that hides or turns round others; wide blanks and new emoji are some."""
    signs = () if text.isprintable() else (sign for sign in text if sign not in _JOINS)
    return len(text) <= longest and not any(unicodedata.category(sign) in _HIDING for sign in signs)


def _is_point(lon: float | None, lat: float | None) -> bool:
    if lon is None and lat is None:
        return True
    return lon is not None and lat is not None and math.isfinite(lon) and math.isfinite(lat) and 73 <= lon <= 136 and 3 <= lat <= 54


def _is_code(place: str) -> bool:
    family = house.BUILDING if len(place) == 19 else house.HOUSE
    return family.judge(place).code is not None


def _is_original(given: Given) -> bool:
    if naming.names_somebody(given.source) or not is_text(given.source, _LONGEST_SOURCE):
        return False
    if given.original is None:
        return True
    if naming.names_somebody(given.original):
        return False
    try:
        return bool(given.source) and bool(codes.parse(given.original, given.source))
    except InvalidCode:
        return False
