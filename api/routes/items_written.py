"""Writing managed objects as features. Source: OGC 20-002 (OGC API - Features, Part 4: create, replace, update, delete), draft.

Who replaces, changes or removes one says which state of it he knows (If-Match); another state is not written over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import NotFound, Unfit
from gridgeo.features import collections, reading, versions
from gridgeo.features.model import Collection
from gridgeo.features.question import Question
from gridgeo.objects import deeds
from gridgeo.objects.model import ManagedObject

from .. import codings, conditional, depends, feature_bodies, ogc
from ..feature_bodies import MERGE_PATCH, WHOLE
from ..parameters import Parameter, Query, in_path
from ..problems import PreconditionFailed, PreconditionRequired, UnfitFeature
from . import items

router = APIRouter(prefix="/collections", tags=["collections"])

_OBJECTS = "/objects/items"
_ID = Parameter("id", "Number of the object.", str, {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"}, example="1", place="path")
_MATCH = Parameter(
    "If-Match",
    "ETag of the state that is known; without it nothing is written (428), nor over another state (412).",
    str,
    {"type": "string"},
    required=True,
    place="header",
)
_CRS = Parameter("Content-Crs", "System of the coordinates given; CRS84 when absent.", str, {"type": "string"}, place="header")


_REASON = Parameter(
    "reason", "Why it is there no more; it is kept with it.", feature_bodies.reason, {"type": "string", "maxLength": 200}, ""
)
_ADD, _WRITE, _REMOVE = Query(_CRS), Query(_ID, _MATCH, _CRS), Query(_ID, _MATCH, _REASON)
_FEATURE = {"schema": {"$ref": "#/components/schemas/Feature"}}
_TOLD = {
    "content": {conditional.GEOJSON: _FEATURE},
    "description": "As it is now, with its ETag.",
    "headers": {"ETag": {"schema": {"type": "string"}}},
}
_EXAMPLE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [113.005, 22.895]},
    "properties": {"element_code": "MB0000011LAMP9", "category_id": 1, "status": "in_use", "name": "路灯9"},
}


def _body(description: str, *media_types: str) -> dict[str, Any]:
    content = {each: {"schema": {"type": "object"}, "example": _EXAMPLE} for each in media_types}
    return {"requestBody": {"description": description, "required": True, "content": content}}


@router.post(
    _OBJECTS,
    summary="Add an object",
    status_code=201,
    openapi_extra={**_ADD.as_dict(), **_body("A feature, as it is told; its element code is new.", *WHOLE)},
    responses={201: {**_TOLD, "headers": {"Location": {"description": "Of the object.", "schema": {"type": "string"}}}}},
)
async def add(request: Request) -> Response:
    """A managed object whose element code is not known yet, within the part of the city the caller is for."""
    _ADD(request)
    given, system = await feature_bodies.received(request, *WHOLE)
    row = await run_in_threadpool(feature_bodies.added, given, system)
    return await run_in_threadpool(_written, request, lambda conn: deeds.add(conn, row), 201)


@router.put(
    _OBJECTS + "/{id}",
    summary="Replace an object",
    openapi_extra={**_WRITE.as_dict(), **_body("The whole feature: what it does not say is known no more.", *WHOLE)},
    responses={200: _TOLD},
)
async def replace(request: Request) -> Response:
    """All that may be given of an object, at once; what it was stays in its versions."""
    return await _change(request, feature_bodies.replaced, WHOLE)


@router.patch(
    _OBJECTS + "/{id}",
    summary="Change an object",
    openapi_extra={**_WRITE.as_dict(), **_body("What changes; null for what is known no more (RFC 7396).", MERGE_PATCH, *WHOLE)},
    responses={200: _TOLD},
)
async def change(request: Request) -> Response:
    """Only what is given of an object; what it was stays in its versions."""
    return await _change(request, feature_bodies.changed, (MERGE_PATCH, *WHOLE))


@router.delete(
    _OBJECTS + "/{id}",
    summary="Say that an object is gone",
    status_code=204,
    openapi_extra=_REMOVE.as_dict(),
    responses={204: {"description": "Its status is removed from today on; it stays known under its id."}},
)
async def remove(request: Request) -> Response:
    """Nothing is deleted: its status becomes `removed`, with the reason that was given."""
    asked = _REMOVE(request)
    known = _required(request)
    await run_in_threadpool(_altered, request, known, lambda conn, found, _: deeds.remove(conn, found.object_id, asked.reason))
    return Response(None, 204)


@router.options("/{collectionId}/items", include_in_schema=False)
async def of_all(request: Request) -> Response:
    """What may be done with a collection: clients ask before they offer to write."""
    return _allowed(request, "POST")


@router.options("/{collectionId}/items/{id}", include_in_schema=False)
async def of_one(request: Request) -> Response:
    """What may be done with a feature."""
    return _allowed(request, "PUT", "PATCH", "DELETE")


def _allowed(request: Request, *writing: str) -> Response:
    writable = collections.find(request.path_params["collectionId"]).id == "objects" and depends.principal(request).may("write")
    methods = ["GET", "HEAD", "OPTIONS", *(writing if writable else ())]
    headers = {"Allow": ", ".join(methods), **({"Accept-Patch": MERGE_PATCH} if "PATCH" in methods else {})}
    return Response(None, 204, headers)


async def _change(request: Request, read: Callable[..., Mapping[str, Any]], media_types: tuple[str, ...]) -> Response:
    _WRITE(request)
    known = _required(request)
    given, system = await feature_bodies.received(request, *media_types)

    def work(conn, found: ManagedObject, told: Mapping[str, Any]) -> ManagedObject:
        return deeds.change(conn, found.object_id, read(given, system, found, told))

    return await run_in_threadpool(_altered, request, known, work)


def _altered(request: Request, known: str, work: Callable[..., ManagedObject]) -> Response:
    """Write over the state that is known and no other, and tell what is there now."""
    number = in_path(request, "id", "feature of objects")

    def altered(conn) -> ManagedObject:
        try:
            found = deeds.lock(conn, number)
        except NotFound:
            raise NotFound("feature of objects", number) from None
        body, _ = _told(request, conn, found.object_id)
        if not _matches(known, conditional.tag_of(body)):
            raise PreconditionFailed("it was changed since: get it again, and see whether that is still to be done")
        return work(conn, found, orjson.loads(body))

    return _written(request, altered, 200)


def _written(request: Request, work: Callable[..., ManagedObject], status: int) -> Response:
    try:
        body, links, object_id = depends.write(request, _done, request, work)
    except Unfit as error:
        raise UnfitFeature(feature_bodies.unfit(error)) from None
    headers = {"ETag": conditional.tag_of(body), "Cache-Control": "no-cache", "Content-Crs": ogc.crs_header(Question().system)}
    if status == 201:
        headers["Location"] = ogc.link(request, f"/collections{_OBJECTS}/{object_id}", "item", "")["href"]
    return Response(body, status, {**headers, "Link": conditional.linked(links)}, conditional.GEOJSON)


def _done(conn, request: Request, work: Callable[..., ManagedObject]) -> tuple[bytes, list[dict[str, str]], int]:
    made = work(conn)
    return *_told(request, conn, made.object_id), made.object_id


def _told(request: Request, conn, object_id: int) -> tuple[bytes, list[dict[str, str]]]:
    """An object as it is answered under its id to who asks for nothing in particular: what its ETag is of."""
    collection, feature_id = _collection(), str(object_id)
    history = versions.of(conn, collection, feature_id)
    found = reading.one(conn, collection, feature_id, Question())
    return items.told(request, collection, feature_id, found, history, versions.at(history), "json")


def _collection() -> Collection:
    return collections.find("objects")


def _required(request: Request) -> str:
    known = request.headers.get("if-match")
    if known is None:
        raise PreconditionRequired("say which state is known: the header If-Match with the ETag of the feature as it was got")
    return known


def _matches(known: str, etag: str) -> bool:
    """Whether a state is the one that is known. Source: RFC 9110, 13.1.1 (strong comparison)."""
    return any(each.strip() in (*codings.tags(etag), "*") for each in known.split(","))
