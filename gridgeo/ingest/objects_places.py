"""Where files say that managed objects are: datum, geometry gate, points, lines and areas; and the units of today they lie in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..geo import crs, gate, suspicion
from ..geo.crs import Datum
from ..geo.lattice import Hit
from ..geo.shapes import Lines
from ..hierarchy.locate import Snapshot
from ..hierarchy.model import Outcome
from . import datums
from .model import Table
from .notes import ERROR, Notes
from .objects_faults import Faults
from .objects_given import Given

#: How an object is drawn, in the words of its category.
POINT, LINE, POLYGON = 0, 1, 2
OUTCOMES = {Hit.NONE: Outcome.NONE, Hit.INSIDE: Outcome.INSIDE, Hit.BOUNDARY: Outcome.BOUNDARY, Hit.SEVERAL: Outcome.SEVERAL}


@dataclass(frozen=True)
class Located:
    """Where the rows of a file are, EPSG:4490.

    `lonlat` (n, 2) is nan where nobody says; `shapes` are lines and areas by row from 0, `kind` (n,) one of POINT, LINE, POLYGON.
    """

    lonlat: np.ndarray
    shapes: dict[int, shapely.Geometry]
    kind: np.ndarray


def locate(given: Given, datum: str, faults: Faults, offset: int, notes: Notes) -> Located:
    """Return where the rows of a file are; what is wrong goes into the faults, and into the notes where it is the file's.

    Issues: those of :mod:`.datums`, :mod:`..geo.suspicion` and the gate; `bad-point`, `bad-line`.

    Raises
    ------
    UnknownDatum
    """
    table = given.table or Table(given.name, {})
    drawn = table.shapes is not None and (bool(table.points) or bool(table.lines) or len(table.shapes.coords) > 0)
    xy = _drawn(table, len(given)) if drawn else given.xy if given.xy is not None else np.full((len(given), 2), np.nan)
    located = Located(np.full((len(given), 2), np.nan), {}, np.zeros(len(given), np.uint8))
    if not drawn and given.xy is None:
        return located
    declared = datums.settle(table, datum, notes, xy if not drawn or table.points else None)
    if declared is None:
        return located
    for one in suspicion.suspect(xy[~np.isnan(xy).all(axis=1)], declared):
        if one.code != "outside-region":
            notes.table(one.code, ERROR, one.message, "lon")
    _points(located, xy, declared, given if not drawn else None, faults, offset)
    if drawn:
        _areas(located, table, declared, faults, offset, notes)
        _lines(located, table.lines, declared, faults, offset)
    return located


def units(snapshot: Snapshot, lonlat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest unit (unit_id; 0: none) each point lies in, and how (:class:`gridgeo.geo.lattice.Hit`)."""
    lies = snapshot.at_many(np.ascontiguousarray(lonlat[:, 0]), np.ascontiguousarray(lonlat[:, 1]), nearest=False)
    ids = np.array([*(unit.unit_id for unit in snapshot.units), 0], np.int64)
    return np.where(lies.hit == Hit.NONE, 0, ids[lies.unit]), lies.hit


def _drawn(table: Table, rows: int) -> np.ndarray:
    xy = np.full((rows, 2), np.nan)
    if table.points:
        xy[np.fromiter(table.points, int, len(table.points)) - 1] = np.array(list(table.points.values()), float)
    return xy


def _points(located: Located, xy: np.ndarray, datum: Datum, columns: Given | None, faults: Faults, offset: int) -> None:
    lonlat, sound = gate.points(xy, datum)
    located.lonlat[sound] = lonlat[sound]
    half = np.isnan(xy).any(axis=1)
    wrong = ~sound & ~np.isnan(xy).all(axis=1)
    if columns is not None and columns.odd:
        wrong[list(columns.odd)] = True
    located.lonlat[half | wrong] = np.nan
    rows = np.flatnonzero(wrong)
    odd = columns.odd if columns is not None else {}
    faults.add("bad-point", rows + offset, "lon", [_told(xy[row]) if row not in odd else "" for row in rows.tolist()])


def _areas(located: Located, table: Table, datum: Datum, faults: Faults, offset: int, notes: Notes) -> None:
    own = Notes(notes.source)
    areas = datums.geometries(table, datum, own)
    for issue in own.issues:
        if issue.row is None:
            notes.issues.append(issue)
        else:
            faults.add(issue.code, np.array([issue.row - 1 + offset]), issue.field, [issue.value], issue.message)
    rows = np.flatnonzero(~shapely.is_missing(areas))
    located.lonlat[rows] = shapely.get_coordinates(shapely.point_on_surface(areas[rows]))
    located.kind[rows] = POLYGON
    located.shapes.update(zip(rows.tolist(), areas[rows], strict=True))


def _lines(located: Located, given: dict[int, Lines], datum: Datum, faults: Faults, offset: int) -> None:
    """Lines pass the gate as one array of vertices; a line's place is in the middle of its longest part."""
    parts = [part for lines in given.values() for part in lines]
    if not parts:
        return
    row = np.repeat(np.fromiter(given, int) - 1, [len(lines) for lines in given.values()])
    size = np.array([len(part) for part in parts])
    of = np.repeat(np.arange(len(parts)), size)
    lonlat, sound = gate.points(np.concatenate(parts), datum)
    wrong = np.isin(row, row[_no_lines(lonlat, sound, of, size)])
    faults.add("bad-line", np.flatnonzero(np.bincount(row[wrong])) + offset, "geometry")
    if not wrong.all():
        kept = np.repeat(np.arange((~wrong).sum()), size[~wrong])
        _draw(located, row[~wrong], shapely.linestrings(lonlat[~wrong[of]], indices=kept))


def _no_lines(lonlat: np.ndarray, sound: np.ndarray, of: np.ndarray, size: np.ndarray) -> np.ndarray:
    """A mask of parts with a vertex that is none, without two different ones, or with too many; `of` says whose each vertex is."""
    begins = np.cumsum(size) - size
    other = (lonlat != lonlat[begins[of]]).any(axis=1)
    return (np.bincount(of, other, len(size)) == 0) | (np.bincount(of, ~sound, len(size)) > 0) | (size > gate.FILE.feature_vertices)


def _draw(located: Located, row: np.ndarray, lines: np.ndarray) -> None:
    """Say where lines are; `row` ascends, and has several parts of one object side by side."""
    order = np.lexsort((shapely.length(lines), row))
    longest = order[np.append(row[1:] != row[:-1], True)]
    located.lonlat[row[longest]] = shapely.get_coordinates(shapely.line_interpolate_point(lines[longest], 0.5, normalized=True))
    located.kind[row] = LINE
    first = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    for at, own in zip(row[first].tolist(), np.split(lines, first[1:]), strict=True):
        located.shapes[at] = own[0] if len(own) == 1 else shapely.MultiLineString(list(own))


def ewkb(shapes: dict[int, shapely.Geometry]) -> dict[int, bytes]:
    """Return geometries as the database takes them, EPSG:4490."""
    made = shapely.to_wkb(shapely.set_srid(np.array(list(shapes.values()), dtype=object), crs.STORAGE), include_srid=True)
    return dict(zip(shapes, made.tolist(), strict=True)) if shapes else {}


def _told(xy: np.ndarray) -> str:
    return ", ".join("" if np.isnan(value) or abs(value) > 46e6 else f"{value:.10g}" for value in xy)
