"""Editions: which there are, what was found in one, what changed between two."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

import geopandas
import numpy as np
import orjson
import shapely
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.errors import InvalidInput
from gridgeo.exports.rules import neutral
from gridgeo.hierarchy import difference, store
from gridgeo.hierarchy.model import Edition

from .. import answers, conditional, depends
from .. import schemas_editions as told
from ..parameters import Parameter, Query, form, in_path, matching, whole

router = APIRouter(prefix="/editions", tags=["editions"])

_SCHEME = Parameter(
    "scheme",
    "Only the editions of this scheme.",
    matching("[a-z][a-z0-9_]{0,31}", "is no name of a scheme: small letters, digits and _"),
    {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$"},
)
_EDITION = whole("edition_id", "Number of the edition.")
_BEFORE, _AFTER = whole("before", "Number of the earlier edition."), whole("after", "Number of the later edition.")
_ALL, _ONE = Query(_SCHEME), Query(_EDITION)
_FOUND = ("code", "severity", "message", "units", "area_m2")
_FINDINGS = Query(_EDITION, form("json", "geojson", "csv"))
_GEOJSON = {conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/FeatureCollection"}}, "text/csv": {"schema": {"type": "string"}}}
_DIFF = Query(_BEFORE, _AFTER, form("json", "geojson", "csv"))

#: Comparisons kept, as tables: two editions that are stored never change.
_KEPT_MOST = 4
_KEPT: OrderedDict[tuple[str, str], geopandas.GeoDataFrame] = OrderedDict()
_COMPARING = threading.Lock()


@router.get("", summary="All editions", openapi_extra=_ALL.as_dict(), responses={200: {"model": told.Editions}})
def editions(request: Request) -> Response:
    """Every edition with its period and state, drafts too, oldest first."""
    asked = _ALL(request)
    found, now = depends.read(request, lambda conn: (store.editions(conn, asked.scheme), store.now(conn)))
    links = [answers.link("/editions", "self", "all editions")]
    body = {"numberReturned": len(found), "editions": [_told(each, now) for each in found], "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON)


@router.get("/{edition_id}", summary="One edition", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.Edition}})
def edition(request: Request) -> Response:
    """Whose boundaries, from where, valid when."""
    _ONE(request)
    number = in_path(request, "edition_id", "edition")
    found, now = depends.read(request, lambda conn: (store.edition(conn, number), store.now(conn)))
    body = _told(found, now)
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=body["links"])


@router.get(
    "/{edition_id}/findings",
    summary="What the checks found in an edition",
    openapi_extra=_FINDINGS.as_dict(),
    responses={200: {"model": told.Findings, "content": _GEOJSON}},
)
def findings(request: Request) -> Response:
    """Overlaps, gaps and the like, as they were when the edition was stored; as GeoJSON to look at on a map."""
    asked = _FINDINGS(request)
    number = in_path(request, "edition_id", "edition")
    found, issues = depends.read(request, lambda conn: (store.edition(conn, number), store.findings(conn, number)))
    rows = [
        dict(zip(_FOUND, (i.code, i.severity, i.message, list(i.units), i.area_m2 and round(i.area_m2, 2)), strict=True)) for i in issues
    ]
    head = {"edition": answers.edition(found)}
    return _table(request, asked.f, "findings", _FOUND, rows, [issue.geometry for issue in issues], head)


@router.get(
    "/{before}/diff/{after}",
    summary="What changed between two editions",
    openapi_extra=_DIFF.as_dict(),
    responses={200: {"model": told.Difference, "content": _GEOJSON}},
)
def diff(request: Request) -> Response:
    """Units added, removed, moved, renamed, put under another one or altered; with areas. Both of one scheme."""
    asked = _DIFF(request)
    numbers = in_path(request, "before", "edition"), in_path(request, "after", "edition")
    pair = depends.read(request, lambda conn: tuple(store.edition(conn, number) for number in numbers))
    if pair[0].scheme != pair[1].scheme:
        raise InvalidInput("after", numbers[1], f"is an edition of scheme {pair[1].scheme}, the other is of {pair[0].scheme}")
    changes = _compared(request, *pair)
    table = changes.drop(columns="geometry").astype(object)
    rows = table.where(table.notna(), None).to_dict("records")
    for row in rows:
        row.update({name: round(value, 2) for name, value in row.items() if isinstance(value, float)})
    counts = {str(change): int((changes["change"] == change).sum()) for change in difference.Change}
    head = {"before": answers.edition(pair[0]), "after": answers.edition(pair[1]), "counts": counts}
    return _table(request, asked.f, "changes", tuple(table.columns), rows, changes.geometry.tolist(), head)


def _told(found: Edition, now: datetime) -> dict:
    here = f"/editions/{found.edition_id}"
    return {
        **answers.edition(found),
        "status": found.status(now),
        "source": found.source,
        "digest": found.digest,
        "created_at": found.created_at,
        "links": [
            answers.link(here, "self", found.name),
            answers.link("/editions", "collection", "all editions"),
            answers.link(f"{here}/findings", "findings", "what the checks found"),
        ],
    }


def _compared(request: Request, before: Edition, after: Edition) -> geopandas.GeoDataFrame:
    key = before.digest, after.digest
    with _COMPARING:  # one at a time: a comparison takes a processor for seconds
        if key not in _KEPT:
            frames = [depends.read(request, store.frame, each.edition_id) for each in (before, after)]
            _KEPT[key] = difference.compare(*frames)
        _KEPT.move_to_end(key)
        while len(_KEPT) > _KEPT_MOST:
            _KEPT.popitem(last=False)
        return _KEPT[key]


def _table(
    request: Request, given: str | None, name: str, columns: tuple[str, ...], rows: list[dict], shapes: list, head: dict
) -> Response:
    """Rows with a geometry each, in the form asked for."""
    wanted = conditional.chosen(request, ("json", "geojson", "csv"), given)
    if wanted == "json":
        body = orjson.dumps({**head, "numberReturned": len(rows), name: rows})
    elif wanted == "csv":
        body = answers.written(columns, ([neutral(_joined(row[column])) for column in columns] for row in rows))
    else:
        drawn = shapely.to_geojson(np.array(shapes, dtype=object))
        features = [
            orjson.dumps({"type": "Feature", "id": place, "properties": row})[:-1] + b',"geometry":' + (shape or "null").encode() + b"}"
            for place, (row, shape) in enumerate(zip(rows, drawn, strict=True), 1)
        ]
        opening = orjson.dumps({"type": "FeatureCollection", **head, "numberReturned": len(rows)})[:-1]
        body = opening + b',"features":[' + b",".join(features) + b"]}"
    return conditional.send(request, body, conditional.MEDIA_TYPES[wanted])


def _joined(value: object) -> object:
    return " ".join(value) if isinstance(value, list) else value
