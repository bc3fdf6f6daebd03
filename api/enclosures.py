"""Files made ahead of whole collections: who may have them, and links to them from where their collection is told of."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from gridgeo.access import store as access
from gridgeo.exports.downloads import Download, Folder
from gridgeo.exports.model import Format
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.model import Collection

from . import depends


def folder(request: Request) -> Folder:
    """Return where the files lie."""
    return Folder.under(depends.settings(request).home)


def granted(request: Request) -> list[Download]:
    """Return the files a caller may have."""
    return [each for each in folder(request).listed() if may(request, each)]


def may(request: Request, download: Download) -> bool:
    """Whether a caller may have all that is in a file: who may see a part of the city gets what is no secret of any part."""
    collection = COLLECTIONS.get(download.collection)
    return collection is not None and (collection.within is None or request.app.state.gate.area(request) == access.WHOLE)


def href(request: Request, of: Download) -> str:
    """Return the address of a file."""
    return str(request.base_url) + f"downloads/{of.name}"


def links(request: Request, collection: Collection) -> list[dict[str, Any]]:
    """Return the links to the files of a collection, with their lengths in bytes. Source: RFC 4287, 4.2.7; OGC 17-069r4, 7.13."""
    return [_link(request, each, collection) for each in granted(request) if each.collection == collection.id]


def _link(request: Request, of: Download, collection: Collection) -> dict[str, Any]:
    title = f"{collection.title} {collection.title_en} · {of.format} · {of.features:,} · {of.made_at[:10]}"
    media_type = Format(of.format).media_type.partition("; charset=")[0]
    return {"href": href(request, of), "rel": "enclosure", "type": media_type, "title": title, "length": of.size}
