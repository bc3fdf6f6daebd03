"""How grids are written: units, places and lists of one edition as JSON, GeoJSON and CSV bytes.

What an edition answers again and again is written once and kept with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np
import orjson
import shapely

from gridgeo import __version__
from gridgeo.exports.rules import neutral
from gridgeo.hierarchy.locate import Place, Snapshot
from gridgeo.hierarchy.model import Edition, GridUnit, Outcome

from . import conditional, rooted

#: Decimals of coordinates in GeoJSON: a tenth of a millimetre.
_DECIMALS = 9

_KEPT: WeakKeyDictionary[Snapshot, Answers] = WeakKeyDictionary()


def of(snapshot: Snapshot) -> Answers:
    """Return the answers of an edition, kept as long as the edition is."""
    kept = _KEPT.get(snapshot)
    if kept is None:
        kept = _KEPT[snapshot] = Answers(snapshot)
    return kept


def brief(unit: GridUnit) -> dict:
    """Return a unit in short: who it is and where to ask more."""
    return {
        "code": unit.code,
        "unit_id": unit.unit_id,
        "level": unit.level,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
        "href": rooted.at(f"/grids/{unit.ref}"),
    }


def edition(of_edition: Edition) -> dict:
    """Return an edition in short."""
    return {
        "edition_id": of_edition.edition_id,
        "scheme": of_edition.scheme,
        "name": of_edition.name,
        "authority": of_edition.authority,
        "valid_from": of_edition.valid_from,
        "valid_to": of_edition.valid_to,
        "href": rooted.at(f"/editions/{of_edition.edition_id}"),
    }


def link(href: str, rel: str, title: str, media_type: str = conditional.JSON) -> dict[str, str]:
    """Return a link of an answer."""
    return {"href": rooted.at(href), "rel": rel, "type": media_type.partition(";")[0], "title": title}


def finite(value: float) -> float | None:
    """Return a number to two decimals, None for nan."""
    return round(float(value), 2) if np.isfinite(value) else None


class Answers:
    """The answers of one edition."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = ref(snapshot)  # it is kept by its edition: the other way round neither would ever be freed
        self.edition = edition(snapshot.edition)
        of_edition = snapshot.edition
        self._version = (__version__, of_edition.edition_id, of_edition.digest, of_edition.valid_from, of_edition.valid_to)
        self._tags: dict[str, str] = {}
        self._places: dict[int, bytes] = {}
        #: What :mod:`.batch` has written of points inside a unit, by form and by the unit's position.
        self.rows: dict[str, dict[int, Any]] = {"json": {}, "csv": {}}
        self._closing = b',"others":[],"nearest":null,"edition":' + orjson.dumps(self.edition) + b"}"

    @property
    def snapshot(self) -> Snapshot:
        """The edition; whoever asks holds it."""
        return self._snapshot()

    def tag(self, form: str) -> str:
        """Return the entity tag of whatever this edition answers in a form (the address is told apart by the caller)."""
        if form not in self._tags:
            self._tags[form] = conditional.tag(*self._version, form)
        return self._tags[form]

    def place(self, place: Place) -> bytes:
        """Return where a point lies, as JSON."""
        if place.outcome is not Outcome.INSIDE:
            return orjson.dumps({**self._located(place), "edition": self.edition})
        unit_id = place.chain[-1].unit_id
        written = self._places.get(unit_id)
        if written is None:
            chain = [brief(unit) for unit in place.chain]
            written = self._places[unit_id] = (
                orjson.dumps({"outcome": place.outcome, "unit": chain[-1], "chain": chain})[:-1] + self._closing
            )
        return written

    def unit(self, unit: GridUnit) -> dict:
        """Return all that is known of a unit, but its area."""
        snapshot = self.snapshot
        chain = snapshot.chain(unit)
        shape = snapshot.geometry[snapshot.position[unit.unit_id]]
        children = snapshot.children(unit)
        return {
            **self.row(unit),
            "parent": brief(chain[-2]) if len(chain) > 1 else None,
            "chain": [brief(each) for each in chain],
            "children": len(children),
            "bbox": None if shape is None else np.round(shapely.bounds(shape), _DECIMALS).tolist(),
            "edition": self.edition,
            "links": self.links(unit, chain),
        }

    def row(self, unit: GridUnit) -> dict:
        """Return a unit as it stands in lists."""
        return {
            **brief(unit),
            "parent_id": unit.parent_id,
            "kind": unit.kind,
            "grid_type": unit.grid_type,
            "household_count": unit.household_count,
            "area_m2": None if unit.area_m2 is None else round(unit.area_m2, 2),
        }

    def links(self, unit: GridUnit, chain: Sequence[GridUnit]) -> list[dict[str, str]]:
        """Return where to go from a unit."""
        here = f"/grids/{unit.ref}"
        links = [
            link(here, "self", unit.name_zh),
            link(f"{here}?f=geojson", "alternate", "with its area", conditional.GEOJSON),
            link(f"/maps/#unit={unit.ref}", "map", "on the map", conditional.HTML),
        ]
        if len(chain) > 1:
            links.append(link(f"/grids/{chain[-2].ref}", "up", chain[-2].name_zh))
            links.append(link(f"{here}/ancestors", "ancestors", "units above"))
        if not unit.leaf:
            links.append(link(f"{here}/children", "children", "units directly below"))
            links.append(link(f"{here}/descendants", "descendants", "all units below"))
        links.append(link(f"{here}/siblings", "siblings", "other units under the same one"))
        links.append(link(f"{here}/neighbours", "neighbours", "units of its level that share a border"))
        links.append(link(f"{here}/codes", "codes", "what other systems call it"))
        links.append(link(f"{here}/lineage", "lineage", "where it came from, what became of it"))
        links.append(link(self.edition["href"], "edition", self.edition["name"]))
        return links

    def listed(self, units: Sequence[GridUnit], **head) -> bytes:
        """Return units as a JSON list."""
        return orjson.dumps({**head, "numberReturned": len(units), "units": [self.row(unit) for unit in units], "edition": self.edition})

    def feature(self, unit: GridUnit) -> bytes:
        """Return a unit as a GeoJSON feature."""
        return self._features([unit], [self.unit(unit)])[0]

    def features(self, units: Sequence[GridUnit]) -> bytes:
        """Return units as a GeoJSON feature collection."""
        head = orjson.dumps({"type": "FeatureCollection", "numberReturned": len(units), "edition": self.edition})
        return head[:-1] + b',"features":[' + b",".join(self._features(units, map(self.row, units))) + b"]}"

    def table(self, units: Sequence[GridUnit]) -> bytes:
        """Return units as CSV (UTF-8 with a byte order mark, as spreadsheets want it)."""
        rows = [self.row(unit) for unit in units]
        columns = [name for name in (rows[0] if rows else ()) if name != "href"]
        return written(columns, ([neutral(row[name]) for name in columns] for row in rows))

    @cached_property
    def summary(self) -> dict:
        """Counts, areas and households by level, and grids by type."""
        snapshot, levels = self.snapshot, []
        for level in snapshot.scheme.levels:
            units = [unit for unit in snapshot.units if unit.level == level.level]
            households = [unit.household_count for unit in units if unit.household_count is not None]
            areas = [unit.area_m2 for unit in units if unit.area_m2 is not None]
            types = sorted({unit.grid_type for unit in units if unit.grid_type})
            levels.append(
                {
                    "level": level.level,
                    "name_zh": level.name_zh,
                    "name_en": level.name_en,
                    "count": len(units),
                    "area_m2": round(sum(areas), 2) if areas else None,
                    "household_count": sum(households) if households else None,
                    "grid_types": {name: sum(unit.grid_type == name for unit in units) for name in types},
                }
            )
        return {"levels": levels, "edition": self.edition}

    def _located(self, place: Place) -> dict:
        chain = [brief(unit) for unit in place.chain]
        nearest = None if place.nearest is None else {**brief(place.nearest), "metres": place.metres}
        return {
            "outcome": place.outcome,
            "unit": None if place.outcome is Outcome.NONE else chain[-1],
            "chain": chain,
            "others": [brief(unit) for unit in place.others],
            "nearest": nearest,
        }

    def _features(self, units: Sequence[GridUnit], properties: Iterable[dict]) -> list[bytes]:
        places = [self.snapshot.position[unit.unit_id] for unit in units]
        shapes = shapely.transform(self.snapshot.geometry[places], lambda xy: np.round(xy, _DECIMALS))
        drawn = shapely.to_geojson(shapes)
        return [
            orjson.dumps({"type": "Feature", "id": unit.ref, "properties": told})[:-1] + b',"geometry":' + (shape or "null").encode() + b"}"
            for unit, told, shape in zip(units, properties, drawn, strict=True)
        ]


def written(columns: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """Return a table as CSV with a byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
