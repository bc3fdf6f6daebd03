"""Whole collections as files that were made ahead (`gridgeo downloads make`)."""

from __future__ import annotations

import base64
from datetime import datetime
from email.utils import format_datetime

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from gridgeo.errors import NotFound
from gridgeo.exports.downloads import Download
from gridgeo.exports.model import Format
from gridgeo.features.collections import COLLECTIONS

from .. import conditional, enclosures, ogc
from .. import schemas_downloads as told
from ..parameters import Parameter, Query

router = APIRouter(prefix="/downloads", tags=["collections"])

_NAME = Parameter("name", "Name of a file, as the list has it.", str, {"type": "string"}, place="path")
_LIST, _FILE = Query(), Query(_NAME)


@router.get("", summary="Files made ahead", openapi_extra=_LIST.as_dict(), responses={200: {"model": told.Downloads}})
def listed(request: Request) -> Response:
    """What there is to be taken home as it lies there: each file with its size, its sha256 and the version of the data in it.

    A caller of a part of the city is told of the grids alone: the other files hold the whole city.
    """
    _LIST(request)
    found = [_told(request, each) for each in enclosures.granted(request)]
    links = [
        ogc.link(request, "/downloads", "self", "下载 downloads"),
        ogc.link(request, "/collections", "collection", "数据集 collections"),
    ]
    return conditional.send(request, orjson.dumps({"downloads": found, "links": links}), conditional.JSON, links=links)


@router.get(
    "/{name}",
    summary="A file made ahead",
    openapi_extra=_FILE.as_dict(),
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        206: {"description": "The part that Range asks for."},
        416: {"description": "There is no such part."},
    },
    response_class=FileResponse,
)
def file(request: Request) -> Response:
    """The file, or a part of it by Range; If-Range asks for a part of this version alone, so that what was broken off goes on.

    Repr-Digest has the sha256 of the whole.
    """
    _FILE(request)
    name, folder = request.path_params["name"], enclosures.folder(request)
    found = folder.find(name)
    if not enclosures.may(request, found) or not folder.whole(found):
        raise NotFound("download", name)
    etag = f'"{found.sha256[:32]}"'
    not_modified = conditional.unchanged(request, etag)
    if not_modified is not None:
        return not_modified
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(datetime.fromisoformat(found.made_at), usegmt=True),
        "Cache-Control": "no-cache",
        "Repr-Digest": f"sha-256=:{digest}:",
        "Content-Encoding": "identity",  # as it lies there: packed on the way it would have no parts
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return FileResponse(folder.file(found), headers=headers, media_type=Format(found.format).media_type)


def _told(request: Request, of: Download) -> dict[str, object]:
    collection = COLLECTIONS[of.collection]
    about = {"name": of.name, "collection": of.collection, "title": f"{collection.title} {collection.title_en}", "format": of.format}
    facts = {name: getattr(of, name) for name in ("features", "size", "sha256", "version", "made_at")}
    return {**about, "media_type": Format(of.format).media_type, **facts, "href": enclosures.href(request, of)}
