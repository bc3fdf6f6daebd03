"""Whether the divisions of an address fit each other, today or formerly.

Real addresses contradict today's lists often (one in eight of those that name street and community): a contradiction is a fault that
is told, never a reason to refuse, and older lists are looked into first.
"""

from __future__ import annotations

from collections.abc import Iterator

from .divisions import of_office
from .lexicon import Lexicon

FORMER = "former-division"
STREET = "street-not-in-district"
COMMUNITY = "community-not-in-street"

#: so many answers are kept
_MOST = 100_000


def faults(district: str | None, street: str | None, community: str | None, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the faults of the divisions of an address, by their names as written."""
    written = (district, street, community)
    found = lexicon.consistent.get(written)
    if found is None:
        if len(lexicon.consistent) > _MOST:
            lexicon.consistent.clear()
        found = lexicon.consistent[written] = tuple(_faults(*written, lexicon))
    return found


def _faults(district: str | None, street: str | None, community: str | None, lexicon: Lexicon) -> Iterator[str]:
    if any(name and lexicon.is_former(level, name) for level, name in (("district", district), ("street", street))):
        yield FORMER
    if district and street:
        yield from _fits("street", of_office(street), {district, *lexicon.became("district", district)}, lexicon, STREET)
    if street and community:
        yield from _fits("community", community, {of_office(street), *lexicon.became("street", street)}, lexicon, COMMUNITY)


def _fits(level: str, name: str, outers: set[str], lexicon: Lexicon, otherwise: str) -> Iterator[str]:
    today, formerly = lexicon.lies_in(level, name)
    if (today or formerly) and today.isdisjoint(outers):
        yield otherwise if formerly.isdisjoint(outers) else FORMER
