"""Which datum a table's coordinates are in. It is said or declared, never guessed; what contradicts it is said."""

from __future__ import annotations

from functools import partial

import geopandas
import numpy as np
import shapely

from ..errors import UnknownDatum
from ..geo import crs, gate, suspicion
from ..geo.crs import Datum
from ..hierarchy.model import keys
from ..issues import Issue
from .model import Table
from .notes import ERROR, WARNING, Notes

_ASK = "say it with --datum wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
_EXPLAINED = {"outside-region"}


def settle(table: Table, asked: str, notes: Notes, points: np.ndarray | None = None) -> Datum | None:
    """Return the datum of a table's coordinates, None (and an issue) where it is not known.

    `points` are those of a table that has them in columns (n, 2), x first.

    Issues: `datum-undeclared`, `datum-unknown`, `datum-contradiction`.

    Raises
    ------
    UnknownDatum
        For what the user asked for and nobody knows.
    """
    wanted = crs.parse(asked) if asked else None
    try:
        declared = crs.parse(table.declared) if table.declared else None
    except UnknownDatum as error:
        if wanted is None:
            notes.table("datum-unknown", ERROR, str(error), "datum", table.declared)
        return wanted
    if wanted is not None:
        if declared is not None and not _same(declared, wanted):
            notes.table("datum-contradiction", WARNING, f"the file says {declared}; read as {wanted}, as asked", "datum", table.declared)
        return wanted
    if declared is None:
        given = table.shapes.coords if points is None else points
        seen = next((found.message for found in suspicion.suspect(given) if found.code not in _EXPLAINED), "")
        standard = "GeoJSON should be WGS84, but what map services hand out is GCJ-02, 500 m away" if "json" in table.name else ""
        notes.table("datum-undeclared", ERROR, "; ".join(filter(None, ["the file declares no datum", standard, seen, _ASK])), "datum")
    return declared


def geometries(table: Table, datum: Datum, notes: Notes, progress=None) -> np.ndarray:
    """Return a table's areas as MultiPolygons in EPSG:4490 lon/lat, None where absent or refused.

    Issues: those of the gate, and of :mod:`..geo.suspicion` for the table as a whole (``swapped-axes``, ``zone-prefix`` …),
    which then stand for `outside-region` of every single unit.
    """
    found = [one for one in suspicion.suspect(table.shapes.coords, datum) if one.code not in _EXPLAINED]
    for one in found:
        notes.table(one.code, ERROR, one.message, "geometry")
    made, faults = gate.polygons(table.shapes, gate.FILE, partial(crs.to_storage, datum=datum), progress)
    for fault in faults:
        if not (found and fault.code == "outside-region"):
            notes.issues.append(_placed(fault, table.name))
    return made


def shift(frame: geopandas.GeoDataFrame, active: geopandas.GeoDataFrame | None, source: str) -> list[Issue]:
    """Compare units with those of the same key in the active edition: a map service's shift moves all of them alike.

    Issues: `looks-gcj-02`, `looks-bd-09`, `shifted-twice`.
    """
    if active is None or not len(active):
        return []
    new, old = frame[frame.geometry.notna()], active[active.geometry.notna()]
    new, old = new.set_index(keys(new)), old.set_index(keys(old))
    common = new.index.intersection(old.index)
    centres = [shapely.get_coordinates(shapely.centroid(side.loc[common].geometry.to_numpy())) for side in (new, old)]
    told = f"{len(common):,} units lie beside themselves in the active edition"
    if explains := suspicion.shift_between(*centres):
        code, message = f"looks-{explains.name.lower()}", f"{told} as if they were {explains}: is --datum {explains} meant?"
    elif explains := suspicion.shift_between(*reversed(centres)):
        code, message = "shifted-twice", f"{told} as if the shift of {explains} had been taken off twice: is --datum wgs84 meant?"
    else:
        return []
    return [Issue(code, ERROR, message, source, field="datum", units=tuple(sorted(common)[:100]))]


def _placed(fault: Issue, source: str) -> Issue:
    return Issue(fault.code, fault.severity, fault.message, source, fault.row, fault.field, fault.value, geometry=fault.geometry)


def _same(one: Datum, other: Datum) -> bool:
    return one == other or {one, other} == {crs.WGS84, crs.CGCS2000}
