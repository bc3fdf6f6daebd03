"""What all answers of OGC API have in common: links with whole addresses, collections as they are told, who may see what of them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import shapely
from starlette.datastructures import URL
from starlette.requests import Request

from gridgeo.features import reading, systems
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.model import Collection, Extent
from gridgeo.moments import CHINA
from gridgeo.tiles import model as tiles
from gridgeo.tiles import tilesets

from . import conditional, depends, enclosures, objects
from .parameters import Parameter

GEOJSON_SEQUENCE = "application/geo+json-seq"
SCHEMA = "application/schema+json"
#: Seconds for which it is not asked again how far a collection reaches.
_KEPT_S = 600.0

COLLECTION = Parameter(
    "collectionId",
    f"One of {', '.join(COLLECTIONS)}.",
    str,
    {"type": "string", "enum": list(COLLECTIONS)},
    example="grids",
    place="path",
)


def link(request: Request, path: str, rel: str, title: str, media_type: str = conditional.JSON) -> dict[str, str]:
    """Return a link with its whole address: clients outside of a browser go by it."""
    return {"href": _base(request) + path, "rel": rel, "type": _bare(media_type), "title": title}


def pair(request: Request, path: str, form: str, title: str, plain: str = conditional.JSON) -> list[dict[str, str]]:
    """Return the links to an answer itself, in the form it has, and in the other one."""
    forms = {"json": plain, "html": conditional.HTML}
    other = next(each for each in forms if each != form)
    return [
        link(request, f"{path}?f={form}", "self", title, forms[form]),
        link(request, f"{path}?f={other}", "alternate", title, forms[other]),
    ]


def told(request: Request, collection: Collection) -> dict[str, Any]:
    """Return a collection as it stands in the list of them."""
    here = f"/collections/{collection.id}"
    return {
        "id": collection.id,
        "title": f"{collection.title} {collection.title_en}",
        "description": collection.description,
        "itemType": "feature",
        "extent": _extent(extent(request, collection)),
        "crs": [system.uri for system in systems.SYSTEMS],
        "storageCrs": systems.CGCS2000.uri,
        "versioning": {"timeAxis": "validity-time"},
        "links": [
            link(request, here, "self", collection.title),
            link(request, f"{here}?f=html", "alternate", collection.title, conditional.HTML),
            link(request, f"{here}/items", "items", collection.title, conditional.GEOJSON),
            link(request, f"{here}/items?f=html", "items", collection.title, conditional.HTML),
            link(request, f"{here}/items?f=geojsonseq", "items", collection.title, GEOJSON_SEQUENCE),
            link(request, f"{here}/items?f=csv", "items", collection.title, conditional.CSV),
            link(request, f"{here}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", "queryables", SCHEMA),
            link(request, f"{here}/sortables", "http://www.opengis.net/def/rel/ogc/1.0/sortables", "sortables", SCHEMA),
            link(request, f"{here}/schema", "http://www.opengis.net/def/rel/ogc/1.0/schema", "schema", SCHEMA),
            link(request, f"{here}/schema", "describedby", "schema", SCHEMA),
            *([link(request, f"{here}/tiles", tilesets.TILESETS, collection.title)] if collection.id in set(tiles.Collection) else []),
            *enclosures.links(request, collection),
        ],
    }


def extent(request: Request, collection: Collection) -> Extent:
    """Return how far a collection reaches, the same for every caller; asked anew now and then, and after a change of editions."""
    state = request.app.state
    if not hasattr(state, "extents"):
        state.extents = {}
    kept = state.extents
    generation, now = depends.live(request).generation, time.monotonic()
    found = kept.get(collection.id)
    if found is None or found[0] != generation or found[1] < now:
        whole = depends.read_from(request.app.state.pool, reading.extent, collection)
        found = kept[collection.id] = (generation, now + _KEPT_S, whole)
    return found[2]


def units(request: Request, collection: Collection, area: shapely.Geometry | None) -> list[int] | None:
    """Return the lowest units a caller of a part of the city is to be answered about, None where that is no matter."""
    caller = depends.principal(request)
    if collection.within is None or caller.area is None or (collection.of_departments and caller.department_code is not None):
        return None
    if area is not None and shapely.is_empty(area):
        return []
    return objects.units(request, objects.edition(request), None, area)


def crs_header(system: systems.System) -> str:
    """Return what the header Content-Crs says."""
    return f"<{system.uri}>"


def stamp() -> str:
    """Return the time of an answer."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def schema(request: Request, collection: Collection, name: str, properties: dict[str, dict]) -> dict[str, Any]:
    """Return a JSON Schema of some properties of a collection."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{str(request.base_url).rstrip('/')}/collections/{collection.id}/{name}",
        "type": "object",
        "title": f"{collection.title} {collection.title_en}",
        "properties": properties,
        "additionalProperties": False,
    }


def geometry_schema(collection: Collection) -> dict[str, str]:
    """Return the schema of a collection's geometry."""
    return {"title": "几何 Geometry", "format": f"geometry-{collection.geometry}", "x-ogc-role": "primary-geometry"}


def _base(request: Request) -> str:
    """The address everything lies under, written once a request."""
    base = request.scope.get("base")
    if base is None:
        scope = request.scope
        base = scope["base"] = _base_of(scope["scheme"], request.headers.get("host"), scope.get("server"), scope.get("root_path", ""))
    return base


@lru_cache(maxsize=64)
def _base_of(scheme: str, host: str | None, server: tuple[str, int] | None, root_path: str) -> str:
    """The same, kept: those who ask do so under few names."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    scope = {"scheme": scheme, "headers": headers, "server": server, "path": root_path, "root_path": root_path}
    return str(URL(scope=scope)).rstrip("/")


def _bare(media_type: str) -> str:
    """A media type without its character set; other parameters belong to it."""
    return media_type.partition("; charset=")[0]


def _extent(reach: Extent) -> dict[str, Any]:
    made = {}
    if reach.bounds is not None:
        made["spatial"] = {"bbox": [[round(number, 9) for number in reach.bounds]], "crs": systems.CRS84.uri}
    if reach.start is not None:
        made["temporal"] = {"interval": [[_instant(reach.start), None]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}
    return made


def _instant(start: date | datetime) -> str:
    at = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day, tzinfo=CHINA)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
