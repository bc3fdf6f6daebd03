"""How other map clients find the tiles and draw them: TileJSON 3.0, and a style document of MapLibre.

Source: TileJSON 3.0.0; MapLibre Style Specification, version 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..events.rules import SOON
from ..events.shown import State
from ..objects.model import Tree
from .events import Major
from .grids import layer_of
from .model import BUILDINGS_FROM, DEEPEST, EVENTS_FROM, FILTERED_FROM, GRIDS_DEEPEST, POINTS_FROM, YEARS_FROM, Collection

#: Where the tiles of a collection are, below the address of the API; {z}, {y} and {x} are the client's.
PATH = "collections/{collection}/tiles/WebMercatorQuad"

_MAJORS = tuple(f"m{number}" for number in range(1, 10))
_GREY = "#5f6b7a"
_LATE, _SOON, _OPEN, _OVER = "#b3261e", "#e08a1e", "#2f6f9f", "#b7bec4"
#: The colour of an event by how it stands; of some together by the one that stands worst.
_STANDING = ["match", ["get", "s"], str(State.OVERDUE), _LATE, str(State.DUE_SOON), _SOON, str(State.OPEN), _OPEN, _OVER]
_WORST = ["case", ["has", "v"], _LATE, ["has", "s"], _SOON, ["has", "o"], _OPEN, _OVER]
_BY_NUMBER, _BY_ZOOM = ["interpolate", ["linear"], ["ln", ["get", "n"]], 0, 1.5, 10, 14], ["interpolate", ["linear"], ["zoom"]]
_LINE_WIDTHS = {"districts": 2.4, "streets": 1.6, "communities": 1.0}


def tilejson(
    collection: Collection,
    base: str,
    bounds: Sequence[float] | None = None,
    levels: Sequence[tuple[str, int]] = (),
    tree: Tree | None = None,
    majors: Sequence[Major] = (),
) -> dict[str, Any]:
    """Return the TileJSON of a collection.

    Parameters
    ----------
    base
        Address of the API, with a slash at its end; "" for a file.
    bounds
        West, south, east, north in degrees, where they are known.
    levels
        Of an edition of grids, as :func:`.grids.levels` returns them.
    tree
        Of categories, valid now: m1 to m9 are its major classes, in its order.
    majors
        The major classes of events: m1, m2 and so on, as :func:`.events.majors` returns them.
    """
    layers = _layers(collection, levels, majors)
    told = {
        "tilejson": "3.0.0",
        "name": f"gridgeo {collection}",
        "scheme": "xyz",
        "tiles": [f"{base}{PATH.format(collection=collection)}/{{z}}/{{y}}/{{x}}"],
        "minzoom": min((layer["minzoom"] for layer in layers), default=0),
        "maxzoom": GRIDS_DEEPEST if collection is Collection.GRIDS else DEEPEST,
        "vector_layers": layers,
    }
    if bounds is not None:
        told["bounds"] = [round(float(each), 6) for each in bounds]
    if collection is Collection.OBJECTS:
        told |= {"points_from": POINTS_FROM, "filtered_from": FILTERED_FROM, **({"tree": tree.tree_id} if tree else {})}
    if collection is Collection.EVENTS:
        named = [{**major._asdict(), "m": f"m{major.m}"} for major in majors]
        told |= {"points_from": EVENTS_FROM, "years_from": YEARS_FROM, "due_soon": SOON, "majors": named}
    return told


def style(base: str, tree: Tree | None, levels: Sequence[tuple[str, int]], authority: str = "") -> dict[str, Any]:
    """Return a style that draws all collections: areas, their borders, buildings, objects by the colours of their classes, events by how
    they stand.

    It asks for no sprites and no glyphs, which would be files of somebody else.
    """
    layers = [layer_of(level) for level, _ in levels]
    return {
        "version": 8,
        "name": authority or "gridgeo",
        "sources": {
            str(each): {"type": "vector", "url": f"{base}{PATH.format(collection=each)}"}
            for each in Collection
            if layers or each is not Collection.GRIDS
        },
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": "#eef1f4"}},
            *([_fill("area", Collection.GRIDS, layers[0], "#ffffff")] if layers else []),
            *(_border(layer) for layer in reversed(layers)),
            _fill("building", Collection.BUILDINGS, "buildings", "#d9dee5"),
            _circle("cluster", Collection.OBJECTS, "clusters", _GREY, _BY_NUMBER, 0.75),
            _circle("object", Collection.OBJECTS, "objects", _colours(tree), [*_BY_ZOOM, POINTS_FROM, 2, 20, 7], 1),
            _circle("event-cluster", Collection.EVENTS, "clusters", _WORST, _BY_NUMBER, 0.75),
            _circle("event", Collection.EVENTS, "events", _STANDING, [*_BY_ZOOM, EVENTS_FROM, 3, 20, 9], 1),
        ],
    }


def _fill(name: str, source: Collection, layer: str, colour: str) -> dict[str, Any]:
    return {"id": name, "type": "fill", "source": str(source), "source-layer": layer, "paint": {"fill-color": colour}}


def _border(layer: str) -> dict[str, Any]:
    paint = {"line-color": _GREY, "line-width": _LINE_WIDTHS.get(layer, 0.5)}
    return {"id": f"border-{layer}", "type": "line", "source": "grids", "source-layer": layer, "paint": paint}


def _circle(name: str, source: Collection, layer: str, colour: Any, radius: Any, opacity: float) -> dict[str, Any]:
    paint = {"circle-color": colour, "circle-radius": radius, "circle-opacity": opacity}
    return {"id": name, "type": "circle", "source": str(source), "source-layer": layer, "paint": paint}


def _colours(tree: Tree | None) -> Any:
    """The colour of an object by its category; grey for what is in no tree."""
    pairs = [part for each in (tree.categories if tree else ()) for part in (each.category_id, each.colour)]
    return ["match", ["get", "c"], *pairs, _GREY] if pairs else _GREY


def _layers(collection: Collection, levels: Sequence[tuple[str, int]], majors: Sequence[Major]) -> list[dict[str, Any]]:
    if collection is Collection.GRIDS:
        fields = {"code": "String", "name": "String", "parent": "String"}
        return [_layer(layer_of(level), zoom_from, GRIDS_DEEPEST, fields) for level, zoom_from in levels]
    if collection is Collection.BUILDINGS:
        return [_layer("buildings", BUILDINGS_FROM, DEEPEST, {"code": "String", "use": "String", "status": "String", "floors": "Number"})]
    if collection is Collection.EVENTS:
        counted = [*"nosvc", *(f"m{major.m}" for major in majors)]
        return [
            _layer("clusters", 0, DEEPEST, dict.fromkeys(counted, "Number")),
            _layer("events", EVENTS_FROM, DEEPEST, {"c": "Number", "g": "Number", "s": "String", "k": "String"}),
        ]
    return [
        _layer("clusters", 0, DEEPEST, {"n": "Number", **dict.fromkeys(_MAJORS, "Number")}),
        _layer("objects", POINTS_FROM, DEEPEST, {"c": "Number", "s": "String", "name": "String"}),
    ]


def _layer(name: str, zoom_from: int, zoom_to: int, fields: dict[str, str]) -> dict[str, Any]:
    return {"id": name, "minzoom": zoom_from, "maxzoom": zoom_to, "fields": fields}
