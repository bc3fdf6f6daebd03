"""Managed objects: lists of them, one, and what it was."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.errors import NotFound
from gridgeo.moments import CHINA
from gridgeo.objects import counts, store
from gridgeo.objects.model import Where

from .. import answers, conditional, cursors, depends, filters, objects
from .. import schemas_objects as told
from ..areas import BBOX
from ..parameters import Parameter, Query, form, limit
from ..periods import RECORDED
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/objects", tags=["objects"])

_MOST, _LONGEST_Q = 10_000, 60
#: In so many objects a part of a name too short for the index is looked for; more would take longer than anybody waits.
_NAMES_EVERYWHERE = 300_000
#: What the index of names knows: three letters or digits side by side.
_INDEXED = re.compile(r"[^\W_]{3}")
_REF_TEXT = re.compile(r"[1-9][0-9]{0,18}|[0-9A-Za-z]{10,64}", re.ASCII)


def _q(text: str) -> str:
    if not 2 <= len(text.strip()) <= _LONGEST_Q:
        raise ValueError(f"is no text of 2 to {_LONGEST_Q} characters")
    return text.strip()


_LIMIT = limit("So many objects at most.", _MOST)
_Q = Parameter(
    "q",
    "The beginning of an element code, its department's nine characters at least; else a part of a name. Where it has no three letters or "
    f"digits side by side, unit or bbox is to be given among more than {_NAMES_EVERYWHERE:,} objects.",
    _q,
    {"type": "string", "minLength": 2, "maxLength": _LONGEST_Q},
)
_REF = Parameter(
    "ref",
    "An object's number, or its element code.",
    str,
    {"type": "string", "pattern": "^([1-9][0-9]{0,18}|[0-9A-Za-z]{10,64})$"},
    place="path",
)

_LIST = Query(
    *(objects.UNIT, objects.CATEGORY, objects.STATUS, BBOX, _Q, filters.FILTER, filters.LANGUAGE),
    *(objects.THEN, RECORDED, _LIMIT, cursors.CURSOR, form("json", "geojson", "csv")),
)
_ONE = Query(_REF, form("json", "geojson"))
_HISTORY = Query(_REF)


@router.get(
    "",
    summary="Managed objects",
    openapi_extra=_LIST.as_dict(),
    responses={
        200: {
            "model": told.Objects,
            "content": {
                conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/FeatureCollection"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
)
def listed(request: Request) -> Response:
    """Objects in the order of their numbers, a page at a time: the link next goes on, however many are written meanwhile."""
    asked = _LIST(request)
    today = objects.edition(request)
    meant = objects.where(request, today, asked)
    _require_narrow(request, meant)
    bound = _bound(request)
    after = None if asked.cursor is None else cursors.read(asked.cursor, *bound)
    found = depends.read(request, store.listed, meant, after=after, limit=asked.limit + 1, then=_then(asked))
    page, more = found[: asked.limit], len(found) > asked.limit
    wanted = conditional.chosen(request, ("json", "geojson", "csv"), asked.f)
    links = [answers.link(_here(bound), "self", "objects", conditional.MEDIA_TYPES[wanted])]
    if more:
        on = {"limit": asked.limit, "cursor": cursors.written(page[-1].object_id, *bound), **({"f": asked.f} if asked.f else {})}
        links.append(answers.link(_here(bound, **on), "next", "more objects", conditional.MEDIA_TYPES[wanted]))
    kinds = objects.words(request, page).kinds
    if wanted == "csv":
        body = objects.table(page, kinds)
    elif wanted == "geojson":
        body = objects.features(page, kinds, links=links)
    else:
        body = orjson.dumps({"numberReturned": len(page), "objects": [objects.row(one, kinds) for one in page], "links": links})
    return conditional.send(request, body, conditional.MEDIA_TYPES[wanted], links=links)


@router.get(
    "/{ref}",
    summary="One managed object",
    openapi_extra=_ONE.as_dict(),
    responses={200: {"model": told.ObjectTold, "content": {conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/Feature"}}}}},
)
def one(request: Request) -> Response:
    """What is known of an object, who answers for it and where it lies today. One that was removed is still there: `status` says so."""
    asked, ref = _ONE(request), _ref(request)
    today = objects.edition(request)
    found = depends.read(request, store.find, ref)
    body = objects.told(found, objects.words(request, [found]), today)
    if conditional.chosen(request, ("json", "geojson"), asked.f) == "json":
        return conditional.send(request, orjson.dumps(body), conditional.JSON, links=body["links"])
    return conditional.send(request, objects.feature(found, body), conditional.GEOJSON, links=body["links"])


@router.get(
    "/{ref}/history",
    summary="What a managed object was",
    openapi_extra=_HISTORY.as_dict(),
    responses={200: {"model": told.ObjectHistory}},
)
def history(request: Request) -> Response:
    """Its category, status and place at each time, in the order we came to know them; last what it is."""
    _HISTORY(request)
    ref = _ref(request)
    found, changes = depends.read(request, _was, ref)
    kinds = objects.words(request, [found]).kinds
    here = f"/objects/{found.object_id}"
    links = [answers.link(f"{here}/history", "self", "history"), answers.link(here, "up", found.element_code)]
    told_changes = [{**vars(one), "category": kinds[one.category_id].path} for one in changes]
    head = {"object_id": found.object_id, "element_code": found.element_code, "numberReturned": len(changes)}
    return conditional.send(request, orjson.dumps({**head, "changes": told_changes, "links": links}), conditional.JSON, links=links)


def _then(asked: SimpleNamespace) -> store.Then | None:
    """The time a list is asked for, None for today."""
    if asked.datetime is None and asked.recorded is None:
        return None
    return store.Then((asked.datetime or datetime.now(UTC)).astimezone(CHINA).date(), asked.recorded)


def _was(conn, ref: str):
    found = store.find(conn, ref)
    return found, store.history(conn, found.object_id)


def _require_narrow(request: Request, meant: Where) -> None:
    """Raise InvalidRequest where names of too many objects would have to be looked at."""
    everywhere = store.of_name(meant.q) and not _INDEXED.search(meant.q) and meant.units is None and meant.polygon is None
    if everywhere and depends.read(request, counts.about) > _NAMES_EVERYWHERE:
        raise InvalidRequest([Fault("q", "invalid-parameter", "is a short part of a name: say more of it, or the unit or bbox to look in")])


def _bound(request: Request) -> tuple[tuple[str, str], ...]:
    """What a list is asked for, whichever page of it and in whichever form."""
    return tuple(sorted((name, text) for name, text in request.query_params.items() if name not in ("cursor", "limit", "f")))


def _here(bound: tuple[tuple[str, str], ...], **more: object) -> str:
    query = urlencode([*bound, *more.items()])
    return f"/objects?{query}" if query else "/objects"


def _ref(request: Request) -> str:
    ref = request.path_params["ref"]
    if not _REF_TEXT.fullmatch(ref):
        raise NotFound("object", ref)
    return ref
