"""Where files say that buildings are: datum, geometry gate, suspicion, and the units of today."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import shapely

from ..db import queries
from ..geo import crs, gate, suspicion
from ..geo.lattice import Hit
from ..hierarchy import store
from ..hierarchy.locate import Snapshot
from ..hierarchy.model import GOVERNANCE, Edition
from ..issues import Issue
from . import datums
from .model import Table
from .notes import ERROR, WARNING, Notes

SQL = queries.load(__package__, "base_buildings.sql")

#: a shift is looked for where there are so many points to tell by
_ENOUGH = 20
#: so many known buildings tell that all move, if most of them do by the same vector of more than so many metres
_ENOUGH_KNOWN, _MOST, _ALIKE_M, _FAR_M = 5, 0.6, 20.0, 100.0
#: no easting of China is more, not even one with a zone's number in front
_FARTHEST = 46e6


def locate(cur, tables: Mapping[int, Table], datum: str, named: Callable[[int], str]) -> list[Issue]:
    """Fill `located` with what the incoming buildings say of where they are, in EPSG:4490; return what is wrong with files as a whole.

    Issues: those of :mod:`.datums`; each row's `bad-point` goes into the table of faults.

    Parameters
    ----------
    tables
        The files that came through the jail, by number: their areas become footprints, and a point inside is where a
        building is whose row gives none.
    datum
        What the user said; coordinates in columns declare none themselves.

    Raises
    ------
    UnknownDatum
    """
    cur.execute(SQL["points"])
    given = pd.DataFrame(cur.fetchall(), columns=["file", "n", "lon", "lat"])
    found = []
    for number in sorted(set(given["file"]) | {number for number, table in tables.items() if table.shapes is not None}):
        notes = Notes(named(number))
        table = tables.get(number, Table(notes.source, {}))
        of_file = _drawn(number, table) if table.points else given[given["file"] == number]
        made = _of_file(cur, number, of_file, table, datum, notes)
        _copy(cur, "located", made)
        found += notes.issues
    cur.execute("ANALYZE located")
    return found


def place(conn, cur, source: str) -> list[Issue]:
    """Say which staged points lie in no unit of today, how many in another community than their code says, and whether all are shifted.

    Issues: `other-community`, `looks-gcj-02`, `looks-bd-09`, `shifted-twice`, `suspected-shift`; `point-outside` goes into
    the table of faults.
    """
    edition = store.edition_at(conn, GOVERNANCE) or store.edition_open(conn, GOVERNANCE)
    notes = Notes(source)
    cur.execute(SQL["known_points"])
    moved = cur.fetchall()
    _shifted(moved, "buildings lie beside where they are stored", notes)
    if not notes.issues and len(moved) >= _ENOUGH_KNOWN:
        cur.execute(SQL["known_located"])
        _moved_alike(moved, *cur.fetchone(), notes)
    if edition is not None:
        if not notes.issues:
            cur.execute(SQL["issuing_points"], {"edition_id": edition.edition_id})
            _shifted(cur.fetchall(), "new buildings lie beside the grids their codes were issued in", notes)
        _in_units(conn, cur, edition, notes)
    return notes.issues


def _drawn(number: int, table: Table) -> pd.DataFrame:
    """The points of a file that has them as geometries; what its columns say of coordinates is not asked then."""
    rows = [(number, row, x, y) for row, (x, y) in table.points.items()]
    return pd.DataFrame(rows, columns=["file", "n", "lon", "lat"])


def _of_file(cur, number: int, given: pd.DataFrame, table: Table, asked: str, notes: Notes) -> pd.DataFrame:
    """Return file, n, lon, lat and footprint of the rows of one file that are somewhere."""
    xy = np.column_stack([pd.to_numeric(given[axis], errors="coerce").to_numpy(float) for axis in ("lon", "lat")])
    xy[np.abs(xy) > _FARTHEST] = np.nan  # somebody's number: nobody is told of it as of a coordinate
    declared = datums.settle(table, asked, notes, xy if len(xy) else None)
    if declared is None:
        return pd.DataFrame()
    for one in suspicion.suspect(xy, declared):
        if one.code != "outside-region":
            notes.table(one.code, ERROR, one.message, "lon")
    lonlat, sound = gate.points(xy, declared)
    _refuse(cur, given[~sound])
    points = pd.DataFrame({"lon": lonlat[sound, 0], "lat": lonlat[sound, 1]}, index=given["n"].to_numpy()[sound])
    areas = pd.Series(dtype=object)
    if table.shapes is not None:
        shapes = datums.geometries(table, declared, notes)
        areas = pd.Series(shapes, index=np.arange(1, len(table) + 1), dtype=object).dropna()
    within = shapely.get_coordinates(shapely.point_on_surface(areas.to_numpy()))
    inside = pd.DataFrame(within, columns=["lon", "lat"], index=areas.index)
    made = points.combine_first(inside) if len(points) else inside
    made["footprint"] = pd.Series(
        shapely.to_wkb(shapely.set_srid(areas.to_numpy(), crs.STORAGE), hex=True, include_srid=True), index=areas.index, dtype=object
    )
    return made.rename_axis("n").reset_index().assign(file=number)


def _refuse(cur, rows: pd.DataFrame) -> None:
    value = rows["lon"].astype(object).fillna("").astype(str) + ", " + rows["lat"].astype(object).fillna("").astype(str)
    _copy(cur, "fault", pd.DataFrame({"code": "bad-point", "file": rows["file"], "n": rows["n"], "field": "lon", "value": value}))


def _shifted(rows: list[tuple], what: str, notes: Notes) -> None:
    if len(rows) < _ENOUGH:
        return
    x, y, was_x, was_y = np.array(rows, float).T
    given, reference = np.column_stack([x, y]), np.column_stack([was_x, was_y])
    told = f"{len(rows):,} {what}"
    if explains := suspicion.shift_between(given, reference):
        notes.table(f"looks-{explains.name.lower()}", ERROR, f"{told} as if they were {explains}: is --datum {explains} meant?", "datum")
    elif explains := suspicion.shift_between(reference, given):
        message = f"{told} as if the shift of {explains} had been taken off twice: is --datum wgs84 meant?"
        notes.table("shifted-twice", ERROR, message, "datum")


def _moved_alike(rows: list[tuple], moved: int, known: int, notes: Notes) -> None:
    """Buildings do not walk: that most of the known ones go the same way is another datum than the one they came in."""
    x, y, was_x, was_y = np.array(rows, float).T
    now, before = (crs.from_storage(np.column_stack(points), crs.METRIC_PLANE) for points in ((x, y), (was_x, was_y)))
    usual = np.median(now - before, axis=0)
    metres, alike = np.hypot(*usual), np.hypot(*(now - before - usual).T) <= _ALIKE_M
    if metres > _FAR_M and alike.mean() * moved >= _MOST * known:
        message = (
            f"{moved:,} of {known:,} known buildings would move, most of them by the same {metres:,.0f} m: declare the --datum they"
            " came in before, or --accept suspected-shift if they were wrong until now"
        )
        notes.table("suspected-shift", ERROR, message, "datum")


def _in_units(conn, cur, edition: Edition, notes: Notes) -> None:
    cur.execute(SQL["staged_points"])
    rows = pd.DataFrame(cur.fetchall(), columns=["file", "n", "building_code", "lon", "lat"])
    if not len(rows):
        return
    snapshot = Snapshot(store.scheme(conn, GOVERNANCE), edition, store.frame(conn, edition.edition_id))
    lies = snapshot.at_many(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float), nearest=False)
    outside = rows[lies.hit == Hit.NONE]
    value = outside["lon"].round(7).astype(str) + ", " + outside["lat"].round(7).astype(str)
    _copy(cur, "fault", pd.DataFrame({"code": "point-outside", "file": outside["file"], "n": outside["n"], "field": "lon", "value": value}))
    community = np.array([_community(chain) for chain in snapshot.chains] or [""], dtype=object)[lies.unit]
    issued = rows["building_code"].str[:12].to_numpy(object)
    elsewhere = (lies.hit != Hit.NONE) & (community != "") & (community != issued)
    notes.once(
        "other-community", WARNING, elsewhere, "building_code", rows["building_code"].to_numpy(object),
        "{count} buildings lie in another community today than the one their codes were issued in (the first: {first})",
    )  # fmt: skip


def _community(chain) -> str:
    return next((unit.code or "" for unit in chain if unit.level == "community"), "")


def _copy(cur, table: str, rows: pd.DataFrame) -> None:
    if len(rows):
        buffer = io.BytesIO()
        rows.to_csv(buffer, index=False, header=False)
        buffer.seek(0)
        cur.copy_expert(f"COPY {table} ({', '.join(rows.columns)}) FROM STDIN (FORMAT csv)", buffer)
