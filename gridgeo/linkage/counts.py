"""Counting what stands in each of the lowest units, after addresses, links or boundaries have changed.

Ten million links are too many to count for every question; a few dozen numbers a unit are not. The numbers are exact,
stay in the linkage room, and are told by :mod:`.disclosure` only. Only units where something has changed are counted
anew: rows written since the last count are told by the transaction that wrote them. A new edition takes over the counts
of the units that are what they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from ..access import store as access
from ..db import queries
from ..errors import Conflict
from ..hierarchy.model import GOVERNANCE
from .model import KINDS

SQL = queries.load(__package__, "counts.sql")

#: What is counted: what stands on the ground, houses with links, and codes linked.
SUBJECTS = ("building", "storey", "house", "covered", *KINDS)

_TABLES = ("drop_lying", "make_lying", "make_placed", "make_made", "make_changed")
_PLACES = ("place_houses", "place_buildings", "place_outdoors")
_STANDING = ("count_buildings", "count_storeys", "count_houses")
_LINKED = ("count_links", "count_covered")

#: Sorting ten million links in memory takes half the time; grouping a quarter of a million counts there a third.
_WORK_MEM, _MEMORY = "SET LOCAL work_mem = '256MB'", "SET LOCAL work_mem = '32MB'"


@dataclass(frozen=True)
class Counted:
    """Of which day counts are, and when they were made."""

    as_of: date
    counted_at: datetime


class Measure(NamedTuple):
    """What is counted: `of` is the use, height, kind or role; `status` is empty where there is none."""

    subject: str
    of: str
    status: str = ""


#: How many of a block's lowest units have the same number of something: the block, the number, how many they are, their area in m2.
#: Plain tuples: of a whole district there are a hundred thousand.
Cell = tuple[int, int, int, float | None]

#: An edition, and one of its lowest units (unit_id).
Unit = tuple[int, int]


def refresh(conn, as_of: date | None = None, editions: Iterable[int] | None = None) -> int:
    """Count what has changed and return the number of units counted: of the governance editions valid now and to come, or of some.

    From scratch where nothing was counted yet, or for a day before the last count's. Two that count wait for each other.
    `as_of` is the day links must be valid on: today in China when None.
    Raises Conflict where the transaction sees a part of the city only.
    """
    with _room(conn) as cur:
        cur.execute(SQL["is_whole"])
        if not cur.fetchone()[0]:
            raise Conflict("a part of the city cannot be counted for the whole of it")
        cur.execute(SQL["lock_counts"])
        cur.execute(_WORK_MEM)
        if as_of is None:
            cur.execute(SQL["today"])
            as_of = cur.fetchone()[0]
        if editions is None:
            cur.execute(SQL["countable"], {"scheme": GOVERNANCE})
            editions = [edition_id for (edition_id,) in cur.fetchall()]
            cur.execute(SQL["ended"], {"editions": editions})
            for (edition_id,) in cur.fetchall():
                _forget(cur, edition_id)
        return sum(_count(cur, {"edition_id": edition_id, "as_of": as_of}) for edition_id in editions)


def units_of(conn, codes: Collection[str]) -> set[Unit]:
    """Return the units that the counts of some buildings, houses and what is linked to them are in."""
    with access.regardless(conn), _room(conn) as cur:
        cur.execute(SQL["units_of"], {"codes": list(codes)})
        return set(cur.fetchall())


def recount(conn, units: Iterable[Unit]) -> int:
    """Count some units anew, for the day their edition was counted of; return how many.

    To be called after few buildings were changed, with their units before and after. None are counted while somebody counts the
    whole: who counts next finds what was written.
    """
    of_edition: dict[int, list[int]] = {}
    for edition_id, unit_id in sorted(units):
        of_edition.setdefault(edition_id, []).append(unit_id)
    with access.regardless(conn), _room(conn) as cur:
        cur.execute(SQL["share_counts"])
        if not cur.fetchone()[0]:
            return 0
        for unit_id in sorted({unit_id for some in of_edition.values() for unit_id in some}):
            cur.execute(SQL["lock_unit"], {"unit_id": unit_id})
        return sum(_recount(cur, edition_id, some) for edition_id, some in of_edition.items())


def _recount(cur, edition_id: int, units: list[int]) -> int:
    cur.execute(SQL["counted"], {"edition_id": edition_id})
    row = cur.fetchone()
    if row is None:  # another edition has begun meanwhile
        return 0
    of = {"edition_id": edition_id, "as_of": row[0], "units": units, "seen": None}
    _lay(cur, of)
    for step in (*_STANDING, "change_all", *_LINKED, "add_measures", "forget_changed", "keep_counts", "drop_lying"):
        cur.execute(SQL[step], of)
    return len(units)


def forget(conn, edition_id: int) -> None:
    """Forget the counts of an edition."""
    with _room(conn) as cur:
        _forget(cur, edition_id)


@contextmanager
def _room(conn) -> Iterator:
    """A cursor in the room's own role: who owns the tables is not who may read the links (row-level security, forced)."""
    with conn.cursor() as cur:
        cur.execute(SQL["as_room"])
        yield cur
        cur.execute(SQL["as_oneself"])


def _forget(cur, edition_id: int) -> None:
    for query in ("forget_counts", "forget_counted"):
        cur.execute(SQL[query], {"edition_id": edition_id})


def _count(cur, of: Mapping[str, object]) -> int:
    """Count an edition's changed units, on top of its own counts or of those of the edition most like it."""
    cur.execute(SQL["alike"], of)
    like, since, seen = cur.fetchone() or (None, None, None)
    of = {**of, "like": like, "since": since, "seen": seen, "units": None}
    _lay(cur, of)
    for step in (*_STANDING, *_changes(like, of["edition_id"]), "forget_placed"):
        cur.execute(SQL[step], of)
    cur.execute("ANALYZE changed, placed")
    for step in (*_LINKED, "add_measures", *_keeping(like, of["edition_id"])):
        cur.execute(SQL[step], of)
    cur.execute("SELECT count(*) FROM changed")
    [(units,)] = cur.fetchall()
    for step in ("forget_counted", "mark_counted", "drop_lying"):
        cur.execute(SQL[step], of)
    return units


def _lay(cur, of: Mapping[str, object]) -> None:
    """Say which unit each building and each place lies in."""
    for step in (*_TABLES, "lay_buildings"):
        cur.execute(SQL[step], of)
    cur.execute("ANALYZE lying")
    for step in _PLACES:
        cur.execute(SQL[step], of)
    cur.execute("ANALYZE placed")


def _changes(like: int | None, edition_id: object) -> tuple[str, ...]:
    if like is None:
        return ("change_all",)
    return ("find_changed",) if like == edition_id else ("find_changed", "find_redrawn")


def _keeping(like: int | None, edition_id: object) -> tuple[str, ...]:
    if like is None or like == edition_id:
        return ("forget_changed", "keep_counts")
    return ("forget_counts", "take_over", "keep_counts")


def counted(conn, edition_id: int) -> Counted | None:
    """Return when an edition's counts were made; None when they were not."""
    with conn.cursor() as cur:
        cur.execute(SQL["counted"], {"edition_id": edition_id})
        row = cur.fetchone()
    return Counted(*row) if row else None


def cells(conn, edition_id: int, block_of: Mapping[int, int], subjects: Iterable[str] = SUBJECTS) -> dict[Measure, list[Cell]]:
    """Return the exact counts of blocks, given as the block of each of the lowest units (unit_id): for :mod:`.disclosure` only."""
    with conn.cursor() as cur:
        cur.execute(SQL["measures"], {"subjects": list(subjects)})
        measures = {measure_id: Measure(*what) for measure_id, *what in cur.fetchall()}
        given = {"units": list(block_of), "blocks": list(block_of.values()), "edition_id": edition_id, "measures": list(measures)}
        cur.execute(_MEMORY)
        cur.execute(SQL["cells_of_units" if len(set(block_of.values())) == len(block_of) else "cells"], given)
        found: dict[Measure, list[Cell]] = {}
        for measure_id, *cell in cur.fetchall():
            found.setdefault(measures[measure_id], []).append(tuple(cell))
        return found
