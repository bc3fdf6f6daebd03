"""What collections there are, what may be asked of each, and to which standards we hold."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.features import collections
from gridgeo.features.model import Collection

from .. import conditional, feature_pages, ogc
from .. import schemas_features as told
from ..parameters import Query, form

router = APIRouter(tags=["collections"])

_ALL = Query(form("json", "html"))
_ONE = Query(ogc.COLLECTION, form("json", "html"))
_SCHEMA = Query(ogc.COLLECTION)

_CQL2 = (
    *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison"),
    *("basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "property-property"),
)
_FEATURES = "http://www.opengis.net/spec/ogcapi-features-{}"
#: To each of these holds a test of ours, named by its requirements (tests/api/test_features_requirements.py).
CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    *(f"{_FEATURES.format('1/1.0/conf/')}{name}" for name in ("core", "oas30", "html", "geojson")),
    _FEATURES.format("2/1.0/conf/crs"),
    *(f"{_FEATURES.format('3/1.0/conf/')}{name}" for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")),
    *(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in _CQL2),
)
#: To each of these one of writing (tests/api/test_items_written.py).
CONFORMS_TO += tuple(
    f"{_FEATURES.format('4/1.0/conf/')}{name}" for name in ("create-replace-delete", "update", "optimistic-locking-etags", "features")
)
_PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
#: To each of these a test of processes (tests/api/test_processes.py).
CONFORMS_TO += tuple(_PROCESSES + name for name in ("core", "ogc-process-description", "json", "oas30", "job-list", "dismiss"))
_TILES, _TMS = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/", "http://www.opengis.net/spec/tms/2.0/conf/"
#: To each of these a test of sets of tiles (tests/api/test_tilesets.py).
CONFORMS_TO += tuple(_TILES + name for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt"))
CONFORMS_TO += tuple(_TMS + name for name in ("tilematrixset", "json-tilematrixset", "json-tilesetmetadata"))
_PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}
_SCHEMA_ROUTE = {
    "openapi_extra": _SCHEMA.as_dict(),
    "responses": {200: {"content": {ogc.SCHEMA: {"schema": {"type": "object"}}}}},
}


@router.get("/conformance", summary="Standards", openapi_extra=_ALL.as_dict(), responses={200: {"model": told.Conformance, **_PAGE}})
async def conformance(request: Request) -> Response:
    """The classes of OGC API standards this service holds to."""
    wanted = conditional.chosen(request, ("json", "html"), _ALL(request).f)
    links = ogc.pair(request, "/conformance", wanted, "符合的标准 standards")
    if wanted == "html":
        return feature_pages.conformance(request, CONFORMS_TO, links)
    return conditional.send(request, orjson.dumps({"conformsTo": CONFORMS_TO, "links": links}), conditional.JSON, links=links)


@router.get("/collections", summary="Collections", openapi_extra=_ALL.as_dict(), responses={200: {"model": told.Collections, **_PAGE}})
def listed(request: Request) -> Response:
    """What there is to be had as features: grids by level, buildings, houses, their names, managed objects."""
    wanted = conditional.chosen(request, ("json", "html"), _ALL(request).f)
    links = ogc.pair(request, "/collections", wanted, "数据集 collections")
    found = [ogc.told(request, each) for each in collections.COLLECTIONS.values()]
    if wanted == "html":
        return feature_pages.collections(request, found, links)
    crs = found[0]["crs"]
    return conditional.send(request, orjson.dumps({"links": links, "collections": found, "crs": crs}), conditional.JSON, links=links)


@router.get(
    "/collections/{collectionId}",
    summary="A collection",
    openapi_extra=_ONE.as_dict(),
    responses={200: {"model": told.Collection, **_PAGE}},
)
def one(request: Request) -> Response:
    """How far a collection reaches in space and time, in which systems it is given, and where its features are."""
    asked, collection = _ONE(request), _collection(request)
    found = ogc.told(request, collection)
    if conditional.chosen(request, ("json", "html"), asked.f) == "html":
        return feature_pages.collection(request, collection, found)
    return conditional.send(request, orjson.dumps(found), conditional.JSON, links=found["links"])


@router.get("/collections/{collectionId}/queryables", summary="What may be asked of", **_SCHEMA_ROUTE)
def queryables(request: Request) -> Response:
    """What `filter` may speak of, as JSON Schema."""
    _SCHEMA(request)
    collection = _collection(request)
    asked = {each.name: each.schema for each in collection.properties if each.queryable}
    return _schema(request, collection, "queryables", {"geometry": ogc.geometry_schema(collection), **asked})


@router.get("/collections/{collectionId}/sortables", summary="What may be sorted by", **_SCHEMA_ROUTE)
def sortables(request: Request) -> Response:
    """What `sortby` may name, as JSON Schema."""
    _SCHEMA(request)
    collection = _collection(request)
    known = collection.by_name
    return _schema(request, collection, "sortables", {name: known[name].schema for name in collection.sortables})


@router.get("/collections/{collectionId}/schema", summary="What features are made of", **_SCHEMA_ROUTE)
def schema(request: Request) -> Response:
    """Geometry and properties of features, as JSON Schema."""
    _SCHEMA(request)
    collection = _collection(request)
    made_of = {each.name: each.schema for each in collection.properties}
    return _schema(request, collection, "schema", {"geometry": ogc.geometry_schema(collection), **made_of})


def _collection(request: Request) -> Collection:
    return collections.find(request.path_params["collectionId"])


def _schema(request: Request, collection: Collection, name: str, properties: dict[str, dict]) -> Response:
    return conditional.send(request, orjson.dumps(ogc.schema(request, collection, name, properties)), ogc.SCHEMA)
