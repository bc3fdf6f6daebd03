"""Writing objects, many at once: added, changed, and never deleted.

Rows are put into the temporary table `given_object`, judged there, and written by a few statements however many they are. Each write
keeps what was before, says where its objects lie in the editions valid now and planned, and changes the counts, all in the transaction
of whoever calls. Two that write at the same time lock objects and counts in one order: they wait for each other, and never in a circle.
A transaction that writes more than once calls :func:`gridgeo.objects.counts.lock` first and is then alone.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import shapely

from ..codes import element
from ..db import queries
from ..errors import Conflict, InvalidInput
from ..geo import crs
from ..hierarchy import assignment as placing
from ..issues import Issue, Severity
from . import assignment, categories, changed, rules
from .model import Category, GeometryKind, Status

SQL = queries.load(__package__, "writing.sql")

#: What a row says of an object, besides which it is. `lon`, `lat` in degrees, EPSG:4490; `shape` is shapely's or None.
FIELDS = (
    *("category_id", "status", "name", "lon", "lat", "shape", "floor", "place", "inspected_on"),
    *("attributes", "since", "source"),
)

#: Which object it is.
NAMED_BY = ("object_id", "element_code")


@dataclass(frozen=True)
class Written:
    """What a write did. Rows (from 1) with an error among the issues were left out."""

    added: int
    changed: int
    unchanged: int
    issues: tuple[Issue, ...] = ()


def add(conn, rows: Iterable[Mapping[str, Any]]) -> Written:
    """Add objects whose element code is not known yet.

    Each row has `element_code`, `category_id`, `status`, `lon` and `lat` (or a `shape`), and of the other :data:`FIELDS` what is known.
    Raises InvalidInput for another field, Conflict where somebody else added one of them at this moment.
    """
    return _write(conn, rows, may_add=True, may_change=False)


def change(conn, rows: Iterable[Mapping[str, Any]]) -> Written:
    """Change what is given of known objects, each named by `object_id` or `element_code`; all else stays as it is.

    `since` is the day from which on it is so: today where it is not given. A day before the one known corrects it.
    Raises InvalidInput for another field, and for rows that do not have the same fields.
    """
    return _write(conn, rows, may_add=False, may_change=True)


def put(conn, rows: Iterable[Mapping[str, Any]]) -> Written:
    """Add the objects that are new, and change the others, by their element codes; raises as :func:`add` and :func:`change` do."""
    return _write(conn, rows, may_add=True, may_change=True)


def prepare(conn) -> None:
    """Make the temporary table `given_object`, for whoever fills it by SQL before :func:`check` and :func:`settle`."""
    with conn.cursor() as cur:
        for step in ("drop_given", "make_given", "make_altered", "make_shifted", "make_added", "make_tally"):
            cur.execute(SQL[step])


def check(conn, given: Sequence[str], may_add: bool = True, may_change: bool = True) -> list[Issue]:
    """Return what is wrong with the rows of `given_object`; those with errors are taken out of it.

    Parameters
    ----------
    given
        The columns of `given_object` that are filled: the others stay as they are where an object is known.
    """
    known = categories.known(conn)
    asked = {
        "given": list(given),
        "may_add": may_add,
        "may_change": may_change,
        "statuses": [str(status) for status in Status],
        "personal": element.PERSONAL,
        **_drawn(known.values()),
    }
    with conn.cursor() as cur:
        cur.execute("ANALYZE given_object")
        cur.execute(SQL["faults"], asked)
        faults = [rules.issue(code, row, _repeatable(code, value)) for row, code, value in cur.fetchall()]
        _leave_out(cur, faults)
        faults += _attributes(cur, known, given)
        _leave_out(cur, faults)
        if "place" in given:
            cur.execute(SQL["unknown_places"])
            faults += [rules.issue("unknown-place", row, place) for row, place in cur.fetchall()]
        cur.execute(SQL["departments"])
        faults += [rules.issue("odd-department", row, code) for code, row in cur.fetchall() if not rules.department(code)]
    return faults


def _repeatable(fault: str, value: str | None) -> str | None:
    """What may be said of a faulty value: an element code may be somebody's ID number."""
    personal = value is not None and (fault == "bad-code" or element.may_be_personal(value))
    return element.FAMILY.mask(value) if personal else value


def complete(conn, since: date, attributes: Sequence[str]) -> None:
    """Fill in what rows of `given_object` do not say: as it is stored, or as is usual of a new object.

    Parameters
    ----------
    since
        From when on a new object is as it is.
    attributes
        Those that the rows speak of, if only by saying nothing; all others stay.
    """
    with conn.cursor() as cur:
        cur.execute("ANALYZE given_object")
        cur.execute(SQL["usual"], {"since": since, "attributes": list(attributes)})


def settle(conn, given: Sequence[str]) -> Written:
    """Write what stands in `given_object`, which was judged, and say what was done. `given` as in :func:`check`."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock_among"])
        editions = {"editions": assignment.editions(conn)}
        cur.execute("ANALYZE given_object")
        cur.execute("SELECT count(*) FROM given_object")
        rows = cur.fetchone()[0]
        cur.execute(SQL["count_known"])
        known = cur.fetchone()[0]
        cur.execute(SQL["find_altered"], {"given": list(given)})
        altered = cur.rowcount
        if altered:
            _alter(cur, editions)
        added = _add(cur) if rows > known else 0
        if added < rows - known:
            raise Conflict("somebody else added the same objects at this moment: do it again")
        if altered or added:
            _place(cur, editions)
            changed.note(conn, "shifted")
        cur.execute(SQL["drop_given"])
    return Written(added, altered, known - altered)


def _write(conn, rows: Iterable[Mapping[str, Any]], *, may_add: bool, may_change: bool) -> Written:
    given = [dict(row) for row in rows]
    columns = _columns(given)
    prepare(conn)
    with conn.cursor() as cur:
        cur.copy_expert(SQL["copy_given"], _copied(given))
        cur.execute(SQL["name_given"])
        cur.execute(SQL["set_points"])
    issues = check(conn, columns, may_add, may_change)
    made = settle(conn, columns)
    return Written(made.added, made.changed, made.unchanged, tuple(issues))


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of `given_object` that rows fill; raises InvalidInput where they do not all fill the same."""
    fields = set(rows[0]) if rows else set()
    for row in rows:
        for field in set(row) - {*FIELDS, *NAMED_BY}:
            raise InvalidInput("field", field, f"is none of {', '.join((*NAMED_BY, *FIELDS))}")
        if set(row) != fields:
            raise InvalidInput("field", min(set(row) ^ fields), "is in some rows and not in others")
    columns = fields - {"lon", "lat"}
    return sorted(columns | {"point"} if {"lon", "lat"} & fields or "shape" in fields else columns)


def _copied(rows: Sequence[Mapping[str, Any]]) -> io.BytesIO:
    """Rows as COPY reads them; nothing is null."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for n, row in enumerate(rows, 1):
        shape, attributes = row.get("shape"), row.get("attributes")
        writer.writerow(
            [
                *(n, row.get("object_id"), row.get("element_code"), row.get("category_id"), row.get("status"), row.get("name")),
                _point(row.get("lon"), row.get("lat")),
                None if shape is None else shapely.to_wkb(shapely.set_srid(shape, crs.STORAGE), hex=True, include_srid=True),
                *(row.get("floor"), row.get("place"), row.get("inspected_on")),
                None if not attributes else orjson.dumps(attributes).decode(),
                *(row.get("since"), row.get("source")),
            ]
        )
    return io.BytesIO(buffer.getvalue().encode())


def _point(lon: float | None, lat: float | None) -> str | None:
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    return f"SRID={crs.STORAGE};POINT({lon!r} {lat!r})"


def _drawn(known: Iterable[Category]) -> dict[str, list[int]]:
    """The categories of the tree valid now, and which of all are drawn as lines and as polygons."""
    found = list(known)
    of_kind = {kind: [one.category_id for one in found if one.geometry_kind is kind] for kind in GeometryKind}
    valid = [one.category_id for one in found if not one.gone]
    return {"categories": valid, "lines": of_kind[GeometryKind.LINE], "polygons": of_kind[GeometryKind.POLYGON]}


def _attributes(cur, known: Mapping[int, Category], given: Sequence[str]) -> list[Issue]:
    """What is wrong with attributes: each different set of them is judged once."""
    if "attributes" not in given and "category_id" not in given:
        return []
    demanding = [one.category_id for one in known.values() if any(attribute.required for attribute in one.attributes)]
    cur.execute(SQL["attributes"], {"given": list(given), "demanding": demanding})
    return [
        rules.issue(code, row, value, name)
        for category, attributes, rows in cur.fetchall()
        if category in known
        for code, name, value in rules.judge(known[category], attributes or {})
        for row in rows
    ]


def _leave_out(cur, issues: Iterable[Issue]) -> None:
    rows = sorted({issue.row for issue in issues if issue.severity is Severity.ERROR})
    if rows:
        cur.execute(SQL["leave_out"], {"rows": rows})


def _alter(cur, editions: Mapping[str, object]) -> None:
    cur.execute("ANALYZE altered")
    for step in ("set_moment", "shift_before"):
        cur.execute(SQL[step])
    cur.execute(SQL["tally_shifted"], {**editions, "n": -1})
    _keep_history(cur)
    cur.execute(SQL["alter_objects"])
    cur.execute(SQL["forget_moved"], editions)
    cur.execute(SQL["shift_after"])


def _keep_history(cur) -> None:
    """Keep what objects were. Whatever is thought of the size of history, the last change of each is found by the index: where it was empty
    when it was last looked at, reading it through for each row would seem to cost nothing, and costs more with every row that is kept.
    """
    cur.execute("SET LOCAL enable_seqscan = off")
    cur.execute(SQL["keep_history"])
    cur.execute("SET LOCAL enable_seqscan TO DEFAULT")


def _add(cur) -> int:
    cur.execute(SQL["add_objects"])
    added = cur.rowcount
    cur.execute(SQL["shift_added"])
    return added


def _place(cur, editions: Mapping[str, Sequence[int]]) -> None:
    """Say where what was added or moved lies, and count it."""
    for edition_id in editions["editions"]:
        placing.prepare(cur)
        cur.execute(SQL["place_written"])
        assignment.lay(cur, edition_id)
    placing.done(cur)
    cur.execute("ANALYZE shifted")
    cur.execute(SQL["tally_shifted"], {**editions, "n": 1})
    for step in ("sum_tally", "index_tallied", "add_tally", "sum_up", "index_summed", "add_summed"):
        cur.execute(SQL[step])
