"""The layers of the project: what each asks of the service, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree.ElementTree import Element

from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.model import Collection
from gridgeo.objects.model import Tree
from gridgeo.tiles import described
from gridgeo.tiles import model as tiles

from .. import palette
from . import symbols
from .symbols import POINT, POLYGON, Look, TileStyle

#: Features a page: few round trips, and none of them long.
_PAGE = 1000

_WKB = {"point": "Point", "multipolygon": "MultiPolygon", "any": "Point"}
_SHAPE = {"point": "Point", "multipolygon": "Polygon", "any": "Point"}

_EDGES = {"districts": (palette.INK, 0.9), "streets": ("#44525c", 0.55), "communities": ("#7b8790", 0.3)}
_OTHER, _GREY, _LAND = "#9aa4ab", "#5f6b7a", "#fbfaf7"
_PLACE = Look(palette.RAMP[3], size=2.0)
#: Denominators of the scale beyond which features are not asked for: there would be too many to look at.
_FARTHEST = {
    "microgrids": 300_000,
    "grids": 60_000,
    "buildings": 10_000,
    "houses": 2_500,
    "addresses": 2_500,
    "objects": 5_000,
    "events": 20_000,
}
_SHOWN = frozenset(("districts", "streets", "communities", "microgrids"))
#: How events stand: what is late is seen first, what is over last.
_STATES = (
    ("overdue", "超期 overdue", Look("#b3261e", size=3.0)),
    ("due-soon", "即将到期 due soon", Look("#e08a1e", size=2.6)),
    ("open", "办理中 open", Look("#2f6f9f", size=2.4)),
    ("closed", "已结 closed", Look("#b7bec4", size=1.6)),
    ("", "其他 other", Look(_OTHER, size=2.0)),
)
_NAMED = {"districts": 14.0, "streets": 11.0, "communities": 8.5}


@dataclass(frozen=True)
class Asked:
    """What a project is made for.

    Parameters
    ----------
    base
        Address of the service, with a slash at its end.
    levels
        Of the edition valid now, as :func:`gridgeo.tiles.grids.levels` returns them.
    tree
        Categories valid now.
    types
        Grid type to its names (zh, en).
    authcfg
        Id of the authentication a user has in QGIS; "" for none.
    """

    base: str
    levels: Sequence[tuple[str, int]] = ()
    tree: Tree | None = None
    types: Mapping[str, tuple[str, str]] | None = None
    authcfg: str = ""


@dataclass(frozen=True)
class Layer:
    """A layer of the project. `farthest` is the denominator of the scale beyond which it is not drawn, 0: at all scales."""

    id: str
    name: str
    provider: str
    source: str
    renderer: Element
    labels: Element | None = None
    shape: tuple[str, str] | None = None
    aliases: tuple[tuple[str, str], ...] = ()
    farthest: int = 0
    shown: bool = True


def features(asked: Asked) -> list[Layer]:
    """Return a layer for each collection; what lies above comes first: points, then areas from the top level down."""
    areas = [each for each in COLLECTIONS.values() if each.geometry == "multipolygon"]
    points = [each for each in COLLECTIONS.values() if each.geometry != "multipolygon"]
    return [_feature(each, asked) for each in (*reversed(points), *areas)]


def _feature(of: Collection, asked: Asked) -> Layer:
    size = _NAMED.get(of.id)
    return Layer(
        id=f"gridgeo_{of.id}",
        name=f"{of.title} {of.title_en}",
        provider="OAPIF",
        source=_oapif(asked, of.id),
        renderer=_renderer(of, asked),
        labels=symbols.labels('coalesce("name_zh", "code")', size, of.id == "districts") if size else None,
        shape=(_SHAPE[of.geometry], _WKB[of.geometry]),
        aliases=tuple((each.name, each.title) for each in of.properties),
        farthest=_FARTHEST.get(of.id, 0),
        shown=of.id in _SHOWN,
    )


def _oapif(asked: Asked, name: str) -> str:
    """The data source of a collection: what is on the screen, page by page."""
    given = {
        **({"authcfg": asked.authcfg} if asked.authcfg else {}),
        "pageSize": _PAGE,
        "pagingEnabled": "true",
        "preferCoordinatesForWfsT11": "false",
        "restrictToRequestBBOX": "1",
        "srsname": "EPSG:4326",
        "typename": name,
        "url": asked.base,
        "version": "OGC_API_FEATURES",
    }
    return " " + " ".join(f"{key}='{value}'" for key, value in given.items())


def _renderer(of: Collection, asked: Asked) -> Element:
    if of.id == "microgrids":
        return symbols.by_value("grid_type", _types(asked.types or {}))
    if of.id == "objects" and asked.tree:
        return symbols.by_value("major", _majors(asked.tree))
    if of.id == "events":
        return symbols.by_value("state", _STATES)
    if of.geometry != "multipolygon":
        return symbols.single(_PLACE)
    edge, width = _EDGES.get(of.id, (_OTHER, 0.2))
    return symbols.single(Look(None, edge, width))


def _types(types: Mapping[str, tuple[str, str]]) -> Iterable[tuple[str, str, Look]]:
    for key, fill in palette.categories(sorted(types)).items():
        yield key, " ".join(types[key]), Look(fill, opacity=0.75)
    yield "", "其他 other", Look(palette.NO_DATA, _OTHER, opacity=0.75)


def _majors(tree: Tree) -> Iterable[tuple[str, str, Look]]:
    first = {each.major: each for each in reversed(tree.categories)}
    for major in dict.fromkeys(each.major for each in tree.categories):
        yield major, f"{major} {first[major].major_en}", Look(first[major].colour, size=2.4)
    yield "", "其他 other", Look(_OTHER, size=2.0)


def drawn(asked: Asked) -> list[Layer]:
    """Return the layers of vector tiles, objects first."""
    objects = [
        TileStyle("聚合 clusters", "clusters", POINT, Look(_GREY, size=1.0, swelling=_SWELLING, opacity=0.6)),
        *_objects(asked.tree),
    ]
    buildings = [
        TileStyle("楼栋 areas", "buildings", POLYGON, Look("#d9dee5", "#b3bcc6", 0.1)),
        TileStyle("楼栋 points", "buildings", POINT, Look("#8793a0", size=1.8)),
    ]
    return [
        _tiles(asked, tiles.Collection.OBJECTS, "部件 Managed objects", tiles.DEEPEST, objects, _OBJECTS_FARTHEST),
        _tiles(asked, tiles.Collection.BUILDINGS, "楼栋 Buildings", tiles.DEEPEST, buildings),
        _tiles(asked, tiles.Collection.GRIDS, "网格 Grids", tiles.GRIDS_DEEPEST, list(_grids(asked.levels))),
    ]


#: Millimetres across of a circle that stands for n objects: it keeps to its cell, of which a tile has 32 by 32.
_SWELLING = 'least(2, 0.7 + 0.25 * ln("n"))'
#: Beyond this scale circles lie so close that nothing else is seen.
_OBJECTS_FARTHEST = 60_000


def _objects(tree: Tree | None) -> list[TileStyle]:
    """One style a colour: 153 categories have the nine of their major classes."""
    held: dict[str, list[int]] = {}
    for each in tree.categories if tree else ():
        held.setdefault(each.colour, []).append(each.category_id)
    names = {each.colour: f"{each.major} {each.major_en}" for each in reversed(tree.categories if tree else ())}
    known = [
        TileStyle(names[colour], "objects", POINT, Look(colour, size=2.4), f'"c" IN ({",".join(map(str, ids))})')
        for colour, ids in held.items()
    ]
    return known or [TileStyle("部件 objects", "objects", POINT, Look(_GREY, size=2.4))]


def _grids(levels: Sequence[tuple[str, int]]) -> Iterable[TileStyle]:
    layers = [described.layer_of(level) for level, _ in levels]
    if layers:
        yield TileStyle("地 ground", layers[0], POLYGON, Look(_LAND, _LAND, 0.0))
    for layer in reversed(layers):
        yield TileStyle(layer, layer, POLYGON, Look(None, *_EDGES.get(layer, ("#c3cad0", 0.12))))


def _tiles(asked: Asked, of: tiles.Collection, name: str, deepest: int, styles: list[TileStyle], farthest: int = 0) -> Layer:
    where = f"{asked.base}{described.PATH.format(collection=of)}/{{z}}/{{y}}/{{x}}"
    auth = f"authcfg={asked.authcfg}&" if asked.authcfg else ""
    source = f"{auth}type=xyz&url={quote(where, safe=':/')}&zmax={deepest}&zmin=0"
    return Layer(f"gridgeo_tiles_{of}", name, "", source, symbols.tiles(styles), farthest=farthest)
