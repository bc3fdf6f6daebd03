"""Where many points lie: located by arrays, written as JSON, NDJSON or CSV in the order they were given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson

from gridgeo.exports.rules import neutral
from gridgeo.geo import crs
from gridgeo.geo.lattice import Hit
from gridgeo.hierarchy.locate import Place, Places, Snapshot
from gridgeo.hierarchy.model import Outcome

from . import answers, bodies
from .bodies import Points
from .parameters import range_rule, to_storage
from .problems import InvalidRequest

#: Columns a CSV answer adds, besides two for each level of the scheme.
_BEFORE, _AFTER = ("grid_outcome",), ("grid_others", "grid_nearest", "grid_nearest_m")


def answer(points: Points, form: str, datum: crs.Datum, snapshot: Snapshot, level: str | None) -> bytes:
    """Return where points lie, as `json`, `ndjson` or `csv`.

    Raises InvalidRequest for points that are nowhere on earth and for a level the scheme does not have.
    """
    lonlat, wrong = to_storage(points.xy, datum)
    if wrong.any():
        places = np.flatnonzero(wrong)[: bodies.FAULTS].tolist()
        raise InvalidRequest(bodies.fault(points.form, i, range_rule(*points.xy[i].tolist(), datum)) for i in places)
    lon, lat = np.ascontiguousarray(lonlat.T)
    return _WRITERS[form](points, _Answer(lon, lat, snapshot.at_many(lon, lat, level), snapshot, level))


class _Answer:
    """Places of many points; what is common to all points inside one unit is written once."""

    def __init__(self, lon: np.ndarray, lat: np.ndarray, places: Places, snapshot: Snapshot, level: str | None) -> None:
        self.lon, self.lat, self.places, self.snapshot, self.level = lon, lat, places, snapshot, level

    def each(self, form: str, write: Callable[[Place], Any]) -> list:
        """Return `write(place)` for each point: called once for all points ever asked inside a unit, and for each other point."""
        unit, written = self.places.unit, answers.of(self.snapshot).rows[form]
        inside = self.places.hit == Hit.INSIDE
        for position in np.unique(unit[inside]).tolist():
            if position not in written:
                written[position] = write(Place(Outcome.INSIDE, self.snapshot.chains[position]))
        rows = list(map(written.get, unit.tolist()))
        for i in np.flatnonzero(~inside).tolist():
            rows[i] = write(self._other(i))
        return rows

    def _other(self, i: int) -> Place:
        """The place of a point that is not inside exactly one unit."""
        places = self.places
        if places.hit[i] != Hit.NONE:
            return self.snapshot.at(float(self.lon[i]), float(self.lat[i]), self.level)
        chain = self.snapshot.chains[places.unit[i]] if places.unit[i] >= 0 else ()
        nearest = self.snapshot.units[places.nearest[i]] if places.nearest[i] >= 0 else None
        return Place(Outcome.NONE, chain, (), nearest, answers.finite(places.metres[i]))


def _row(place: Place) -> bytes:
    return orjson.dumps(
        {
            "outcome": place.outcome,
            "unit": None if place.outcome is Outcome.NONE else place.chain[-1].ref,
            "chain": [unit.ref for unit in place.chain],
            "names": [unit.name_zh for unit in place.chain],
            "others": [unit.ref for unit in place.others],
            "nearest": place.nearest and place.nearest.ref,
            "metres": place.metres,
        }
    )


def _rows(points: Points, found: _Answer) -> list[bytes]:
    rows = found.each("json", _row)
    if points.ids is None:
        return rows
    return [b'{"id":' + orjson.dumps(identity) + b"," + row[1:] for identity, row in zip(points.ids, rows, strict=True)]


def _json(points: Points, found: _Answer) -> bytes:
    head = orjson.dumps({"edition": answers.of(found.snapshot).edition, "numberReturned": len(points.xy)})
    return head[:-1] + b',"points":[' + b",".join(_rows(points, found)) + b"]}"


def _ndjson(points: Points, found: _Answer) -> bytes:
    return b"".join(row + b"\n" for row in _rows(points, found))


def _csv(points: Points, found: _Answer) -> bytes:
    levels = [level.level for level in found.snapshot.scheme.levels]
    added = [*_BEFORE, *(f"grid_{level}{part}" for level in levels for part in ("", "_name")), *_AFTER]
    header, rows = (points.header, points.rows) if points.header else _as_rows(points)
    cells = found.each("csv", lambda place: _cells(place, levels))
    return answers.written([*header, *added], ([*row, *more] for row, more in zip(rows, cells, strict=True)))


def _as_rows(points: Points) -> tuple[Sequence[str], list[list]]:
    given = points.xy.tolist()
    if points.ids is None:
        return ("lon", "lat"), given
    return ("id", "lon", "lat"), [[identity, *pair] for identity, pair in zip(points.ids, given, strict=True)]


def _cells(place: Place, levels: Sequence[str]) -> list:
    by_level = {unit.level: unit for unit in place.chain}
    cells: list = [place.outcome]
    for level in levels:
        unit = by_level.get(level)
        cells += [unit.ref, neutral(unit.name_zh)] if unit else ["", ""]
    nearest = place.nearest.ref if place.nearest else ""
    return [*cells, " ".join(unit.ref for unit in place.others), nearest, "" if place.metres is None else place.metres]


_WRITERS = {"json": _json, "ndjson": _ndjson, "csv": _csv}
