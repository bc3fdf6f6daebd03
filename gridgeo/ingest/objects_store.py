"""Managed objects on their way from arrays into the tables: compared with what is there, or, the first time, straight in.

Into empty tables rows go in the order of the ground, with their numbers, the units they lie in and their counts, before any index or
reference stands; these are put up again in the same transaction, so that nothing differs afterwards and nothing is left of a load that
fails. Nobody reads the tables meanwhile: there was nothing in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import numpy as np
from psycopg2 import sql

from ..db import queries
from ..geo import crs
from ..geo.lattice import Hit
from ..hierarchy import store
from ..hierarchy.locate import Snapshot
from ..hierarchy.model import GOVERNANCE
from ..objects import assignment, changed, counts, references, writing
from ..objects.model import Status
from ..objects.writing import Written
from . import objects_binary as binary
from .bulk import Progress
from .objects_binary import Field, Stream
from .objects_cells import Cells
from .objects_places import OUTCOMES, units
from .objects_rows import Rows

SQL = queries.load(__package__, "objects.sql")

#: so many known objects tell whether all have moved alike
_ENOUGH = 20_000
_STATUSES = tuple(sorted(Status))
_COLUMNS = (
    "element_code",
    "category_id",
    "status",
    "name",
    "point",
    "shape",
    "floor",
    "place",
    "inspected_on",
    "attributes",
    "since",
    "source",
)


def may_begin(conn) -> bool:
    """Return whether no object is stored yet, and the tables are ours to take indexes from."""
    with conn.cursor() as cur:
        cur.execute(SQL["may_begin"])
        return cur.fetchone()[0]


def snapshots(conn) -> dict[int, Snapshot]:
    """Return the editions in which objects have their place, in memory, by number: those valid now or planned."""
    scheme, wanted = store.scheme(conn, GOVERNANCE), assignment.editions(conn)
    known = {edition.edition_id: edition for edition in store.editions(conn, GOVERNANCE)}
    return {number: Snapshot(scheme, known[number], store.frame(conn, number)) for number in wanted}


def unknown_objects(conn, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return those of some rows whose element code (numpy's bytes) nobody has."""
    return _asked(conn, "unknown_objects", rows, codes)[:, 0].astype(np.int64)


def known_categories(conn, rows: np.ndarray, codes: np.ndarray) -> dict[int, int]:
    """Return the categories (category_id) of the objects that some rows name by their element code, by row."""
    return {int(row): int(category) for row, category in _asked(conn, "known_categories", rows, codes)}


def unknown_places(conn, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return those of some rows whose code is of no building or house that is stored."""
    return _asked(conn, "unknown_places", rows, codes)[:, 0].astype(np.int64)


def known_points(conn, codes: np.ndarray, lonlat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where some of the rows' objects are said to be, and where they are stored, of those that differ."""
    rows = np.flatnonzero(~np.isnan(lonlat).any(axis=1) & (codes != b""))
    rows = rows[:: max(1, len(rows) // _ENOUGH)]
    found = _asked(conn, "known_points", rows, codes[rows])
    now, before = lonlat[found[:, 0].astype(np.int64)], found[:, 1:3]
    other = (now != before).any(axis=1)
    return now[other], before[other]


def _asked(conn, query: str, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
    with conn.cursor() as cur:
        cur.execute(SQL["drop_asked"])
        cur.execute(SQL["make_asked"])
        _copy(cur, "asked", ("n", "code"), binary.rows([binary.number(rows, ">i8"), binary.texts(codes)], len(rows)))
        cur.execute("ANALYZE asked")
        cur.execute(SQL[query])
        return np.array(cur.fetchall(), float).reshape(-1, len(cur.description))


def compare(conn, rows: Rows, sound: np.ndarray, since: date) -> Written:
    """Write some rows of a file: add what is new, change what is otherwise, leave alone what is the same."""
    chosen = np.flatnonzero(sound)
    writing.prepare(conn)
    with conn.cursor() as cur:
        fields = [binary.number(chosen + 1, ">i8"), *(rows.fields[name][chosen] for name in _COLUMNS)]
        _copy(cur, "given_object", ("n", *_COLUMNS), binary.rows(fields, len(chosen)))
    writing.complete(conn, since, sorted(set().union(*rows.given.means.values())))
    return writing.settle(conn, rows.filled)


def first(conn, parts: Sequence[tuple[Rows, np.ndarray]], editions: Mapping[int, Snapshot], since: date, progress: Progress) -> Written:
    """Put the rows of files into the tables, which are empty."""
    lonlat = np.concatenate([rows.lonlat[sound] for rows, sound in parts])
    order = along_curve(lonlat)
    counts.lock(conn)
    with conn.cursor() as cur, references.at_once(conn, list(editions), objects=True):
        cur.execute(SQL["lock_tables"])
        with _bare(cur, progress):
            cur.execute(SQL["take_numbers"], {"count": len(order)})
            numbers = np.arange(len(order), dtype=np.int64) + cur.fetchone()[0]
            progress("objects entered", 0, len(order))
            _copy(cur, "object", ("object_id", *_COLUMNS), _objects(parts, order, numbers, since, progress))
            lie = {edition_id: units(snapshot, lonlat[order]) for edition_id, snapshot in editions.items()}
            for edition_id, (unit, hit) in lie.items():
                _lay(cur, edition_id, unit, hit, numbers)
        category, status = _kinds(parts, order)
        for edition_id, (unit, _) in lie.items():
            counts.forget(conn, edition_id)
            _count(cur, edition_id, unit, category, status)
            counts.add_up(conn, edition_id)
        changed.note_all(conn)
    return Written(len(order), 0, 0)


def along_curve(lonlat: np.ndarray) -> np.ndarray:
    """Return the order of points along a curve that keeps neighbours together (Morton's, cells of about ten metres)."""
    west, south, east, north = crs.REGION
    part = (lonlat - (west, south)) / (east - west, north - south)
    x, y = (np.clip(part[:, axis] * (1 << 20), 0, (1 << 20) - 1).astype(np.uint64) for axis in (0, 1))
    return np.argsort(_spread(x) | (_spread(y) << np.uint64(1)), kind="stable")


def _spread(bits: np.ndarray) -> np.ndarray:
    """Put a zero between each two bits."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


@contextmanager
def _bare(cur, progress: Progress) -> Iterator[None]:
    """Take indexes down for a while. The keys stay: numbers only grow. So do references, or others' tables were locked."""
    cur.execute(SQL["dependents"])
    found = cur.fetchall()
    for down, _, _ in found:
        cur.execute(down)
    yield
    cur.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for done, (_, up, name) in enumerate(found):
        progress(f"{name}: made of indexes", done, len(found))
        cur.execute(up)
    cur.execute("ANALYZE object, object_grid")


def _objects(
    parts: Sequence[tuple[Rows, np.ndarray]], order: np.ndarray, numbers: np.ndarray, since: date, progress: Progress
) -> Iterator[bytes]:
    """The rows of `object`: one file's as they are, several files' one after the other, each in the order of the ground."""
    at, pieces = 0, []
    for rows, sound in parts:
        chosen = np.flatnonzero(sound)
        own = order[(order >= at) & (order < at + len(chosen))]
        place = np.flatnonzero((order >= at) & (order < at + len(chosen)))
        pieces.append((_fields(rows, chosen[own - at], numbers[place], since), len(own)))
        at += len(chosen)
    yield binary.SIGNATURE
    for fields, count in pieces:
        yield from binary.pieces(fields, count, lambda done: progress("objects entered", done, len(order)))
    yield binary.TRAILER


def _fields(rows: Rows, chosen: np.ndarray, numbers: np.ndarray, since: date) -> list[Field]:
    fields = {name: rows.fields[name][chosen] for name in _COLUMNS}
    fields["status"] = binary.words(_filled(rows.status[chosen], "in_use"))
    fields["since"] = binary.filled(fields["since"], binary.day(np.array([since], "datetime64[D]")))
    fields["source"] = binary.filled(fields["source"], binary.words(Cells(np.zeros(1, np.int32), [""])))
    return [binary.number(numbers, ">i8"), *fields.values()]


def _filled(cells: Cells, usual: str) -> Cells:
    return Cells(np.where(cells.index < 0, len(cells.words), cells.index), [*cells.words, usual])


def _kinds(parts: Sequence[tuple[Rows, np.ndarray]], order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The categories of objects, and their statuses by place among all there are, in an order."""
    category = np.concatenate([rows.category[sound] for rows, sound in parts])
    place = {str(status): number for number, status in enumerate(_STATUSES)}
    status = [
        rows.status[sound].taken([place[word] for word in rows.status.words], place[Status.IN_USE], np.int64) for rows, sound in parts
    ]
    return category[order], np.concatenate(status)[order]


def _count(cur, edition_id: int, unit: np.ndarray, category: np.ndarray, status: np.ndarray) -> None:
    """Say how many objects there are of each category and status in each unit of an edition."""
    most = int(category.max(initial=0)) + 1
    kinds = np.sort((unit * most + category) * len(_STATUSES) + status)
    first = np.flatnonzero(np.append(True, kinds[1:] != kinds[:-1]))
    above, of = np.divmod(kinds[first], len(_STATUSES))
    fields = [
        binary.number(np.full(len(first), edition_id), ">i8"),
        binary.number(above // most, ">i8"),
        binary.number(above % most, ">i4"),
        binary.words(Cells(of.astype(np.int32), list(map(str, _STATUSES)))),
        binary.number(np.diff(first, append=len(kinds)), ">i4"),
    ]
    _copy(cur, "object_count", ("edition_id", "unit_id", "category_id", "status", "n"), binary.rows(fields, len(first)))


def _lay(cur, edition_id: int, unit: np.ndarray, hit: np.ndarray, numbers: np.ndarray) -> None:
    """Say of all objects where they lie in an edition."""
    outcome = Cells(hit.astype(np.int32), [str(OUTCOMES[one]) for one in Hit])
    fields = [
        binary.number(numbers, ">i8"),
        binary.number(np.full(len(numbers), edition_id), ">i8"),
        binary.number(unit, ">i8", unit == 0),
        binary.words(outcome),
    ]
    _copy(cur, "object_grid", ("object_id", "edition_id", "unit_id", "outcome"), binary.rows(fields, len(numbers)))


def _copy(cur, table: str, columns: Sequence[str], pieces: Iterator[bytes]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    cur.copy_expert(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(table), names), Stream(pieces), size=1 << 20)
