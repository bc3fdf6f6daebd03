"""All versions of a feature."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.errors import NotFound
from gridgeo.features import collections, versions

from .. import conditional, depends, events, feature_pages, mementos, ogc, questions
from .. import schemas_features as told
from ..parameters import Parameter, Query, form
from ..periods import RECORDED

router = APIRouter(prefix="/collections/{collectionId}/items", tags=["collections"])

_ID = Parameter("id", "Id of a feature.", str, {"type": "string"}, example="440306", place="path")
_VERSIONS = Query(ogc.COLLECTION, _ID, RECORDED, form("json", "html", "link"))
_TEXT = {"schema": {"type": "string"}}


@router.get(
    "/{id}/versions",
    summary="All versions of a feature",
    openapi_extra=_VERSIONS.as_dict(),
    responses={200: {"model": told.Versions, "content": {mementos.LINK_FORMAT: _TEXT, "text/html": _TEXT}}},
)
def listed(request: Request) -> Response:
    """From when to when it was so, since when that is known, and where each version is; f=link is a TimeMap in application/link-format."""
    asked, collection = _VERSIONS(request), collections.find(request.path_params["collectionId"])
    feature_id, recorded = request.path_params["id"], questions.kept(collection, asked.recorded)
    asked_of = (collection, feature_id, recorded, not events.works(request))
    found = depends.read(request, versions.of, *asked_of) if questions.ID.fullmatch(feature_id) else []
    if not found:
        raise NotFound(f"feature of {collection.id}", feature_id)
    wanted = "link" if asked.f == "link" else conditional.chosen(request, ("json", "html"), asked.f)
    here, links = f"/collections/{collection.id}/items/{feature_id}/versions", mementos.every(request, collection, feature_id, found)
    if wanted == "link":
        own = ogc.link(request, f"{here}?f=link", "self", "versions", mementos.LINK_FORMAT)
        return conditional.send(request, conditional.linked([own, *links]).encode(), mementos.LINK_FORMAT)
    links = [*ogc.pair(request, here, wanted, "各版本 versions"), *links]
    rows = [mementos.told(request, collection, feature_id, one) for one in found]
    if wanted == "html":
        return feature_pages.versions(request, collection, feature_id, rows, links)
    body = {"collection": collection.id, "id": feature_id, "numberReturned": len(rows), "versions": rows, "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON)
