"""Pages of collections and features, for people: no scripts, nothing foreign; where features lie is drawn as SVG inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import shapely
from starlette.requests import Request
from starlette.responses import Response

from gridgeo.features.model import Collection, Page
from gridgeo.features.question import Question

from . import pages

Links = Sequence[Mapping[str, str]]

#: Width and height of a drawing in its own units, and what is left free around it.
_SIDE, _MARGIN = 400.0, 12.0
#: Degrees a drawing shows at least.
_LEAST = 0.002


def conformance(request: Request, classes: Iterable[str], links: Links) -> Response:
    """Return the page of the standards that are held to."""
    return _page(request, "conformance.html", classes=classes, links=links)


def collections(request: Request, told: Sequence[Mapping[str, Any]], links: Links) -> Response:
    """Return the page of all collections."""
    return _page(request, "collections.html", collections=told, links=links)


def collection(request: Request, of: Collection, told: Mapping[str, Any]) -> Response:
    """Return the page of a collection."""
    return _page(request, "collection.html", collection=of, told=told, links=told["links"])


def items(request: Request, of: Collection, meant: Question, page: Page, links: Links) -> Response:
    """Return the page of some features."""
    features = orjson.loads(f"[{page.features}]")
    shown = [each for each in of.properties if meant.properties is None or each.name in meant.properties]
    return _page(request, "items.html", collection=of, features=features, shown=shown, paths=_drawn(features, meant), links=links)


def item(request: Request, of: Collection, meant: Question, feature: str, links: Links) -> Response:
    """Return the page of a feature."""
    told = orjson.loads(feature)
    return _page(request, "item.html", collection=of, feature=told, paths=_drawn([told], meant), links=links)


def versions(request: Request, of: Collection, feature_id: str, rows: Sequence[Mapping[str, Any]], links: Links) -> Response:
    """Return the page of all versions of a feature."""
    return _page(request, "versions.html", collection=of, id=feature_id, rows=rows, links=links)


def _page(request: Request, name: str, **facts: Any) -> Response:
    base = str(request.base_url)
    return pages.response(request, pages.render(name, base=base, side=_SIDE, **facts))


def _drawn(features: Sequence[Mapping[str, Any]], meant: Question) -> list[dict[str, Any]]:
    """What is drawn of features: a path each with its id, or a dot; x to the right and y up, as far as there is room."""
    held = [(feature["id"], shapely.from_geojson(orjson.dumps(feature["geometry"]))) for feature in features if feature["geometry"]]
    if not held:
        return []
    shapes = shapely.transform([shape for _, shape in held], lambda xy: xy[:, ::-1] if meant.system.flipped else xy)
    west, south, east, north = shapely.total_bounds(shapes)
    least = _LEAST if meant.system.decimals == 9 else _LEAST * 1e5
    scale = (_SIDE - 2 * _MARGIN) / max(east - west, north - south, least)
    centre = np.array([(west + east) / 2, (south + north) / 2])
    placed = shapely.transform(shapes, lambda xy: (xy - centre) * [scale, -scale] + _SIDE / 2)
    return [{"id": feature_id, **_mark(shape)} for (feature_id, _), shape in zip(held, placed, strict=True)]


def _mark(shape: shapely.Geometry) -> dict[str, Any]:
    if shape.geom_type == "Point":
        return {"dot": [round(shape.x, 1), round(shape.y, 1)]}
    return {"path": "".join(_lines(shapely.simplify(shape, 0.3))), "area": "Polygon" in shape.geom_type}


def _lines(shape: shapely.Geometry) -> Iterator[str]:
    for part in shapely.get_parts(shape):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            yield "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring))
