"""Where a unit came from and what became of it, and codes of one edition in another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from types import SimpleNamespace

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import NotFound
from gridgeo.exports.rules import neutral
from gridgeo.hierarchy import store
from gridgeo.hierarchy.lineage import Lineage
from gridgeo.hierarchy.model import Edition

from .. import answers, bodies, conditional, depends, lineages, rooted
from .. import schemas_lineage as told
from ..parameters import CODE, DATETIME, SCHEME, Parameter, Query, form, matching, moment
from ..problems import Fault, InvalidRequest, NoEdition

router = APIRouter(prefix="/grids", tags=["grids"])

_CODE_TEXT = re.compile(r"[0-9A-Z]{1,32}|u[1-9][0-9]{0,17}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_COLUMNS = ("code", "to_code", "to_name", "reason", "area_m2", "area", "households")


def _edition(text: str) -> int | datetime:
    """The number of an edition, or a moment at which one is valid."""
    return int(text) if _NUMBER.fullmatch(text) else moment(text)


_WHICH = "the number of an edition, or an instant or a date at which one is valid"
_TRANSLATED = Parameter(
    "code",
    "Code of a grid unit in the first edition, or u and its unit_id.",
    matching(_CODE_TEXT.pattern, "is no code of a grid unit"),
    {"type": "string", "pattern": f"^({_CODE_TEXT.pattern})$"},
    required=True,
    example="440306",
)
_FROM = Parameter("from", f"What the code is of: {_WHICH}.", _edition, {"type": "string"}, required=True, example="2026-01-01")
_TO = Parameter("to", f"What is asked for: {_WHICH}; now, when absent.", _edition, {"type": "string"})

_ONE = Query(CODE, SCHEME, DATETIME)
_TRANSLATE = Query(_TRANSLATED, _FROM, _TO, SCHEME, form("json", "csv"))
_TRANSLATE_MANY = Query(_FROM, _TO, SCHEME, form("json", "csv"))
_TABLE = {"text/csv": {"schema": {"type": "string"}}}
_BODY = bodies.described(
    f"At most {bodies.MOST} codes and {bodies.BODY_BYTES} bytes.",
    {"$ref": "#/components/schemas/Codes"},
    {"codes": ["440306", "440306001"]},
)


@router.get(
    "/translate",
    summary="A code of one edition in another",
    openapi_extra=_TRANSLATE.as_dict(),
    responses={200: {"model": told.Translations, "content": _TABLE}},
)
def translate(request: Request) -> Response:
    """The units that lie where a unit lay, why, and its shares in them by area and by households, which add up to 1."""
    asked = _TRANSLATE(request)
    before, after, made = _between(request, asked)
    if asked.code not in made.followers:
        raise NotFound(f"unit of edition {before.edition_id}", asked.code)
    return _answer(request, asked, [asked.code], before, after, made)


@router.post(
    "/translate",
    summary="Codes of one edition in another, up to 10,000",
    openapi_extra={**_TRANSLATE_MANY.as_dict(), "requestBody": _BODY},
    responses={200: {"model": told.Translations, "content": _TABLE}},
)
async def translate_many(request: Request) -> Response:
    """In the order given. Codes the first edition does not have come back as not known, with no units."""
    asked = _TRANSLATE_MANY(request)
    body = await bodies.received(request, "codes")
    return await run_in_threadpool(_many, request, asked, body)


@router.get(
    "/{code}/lineage",
    summary="Where a unit came from, and what became of it",
    openapi_extra=_ONE.as_dict(),
    responses={200: {"model": told.Lineage}},
)
def lineage(request: Request) -> Response:
    """Of the edition valid at a moment, or where the unit is no more of the last that had it: its relatives in the editions beside."""
    asked, ref = _ONE(request), request.path_params["code"]
    if not _CODE_TEXT.fullmatch(ref):
        raise NotFound("grid unit", ref)
    (unit_id, code, name, level, edition_id, *_), editions = depends.read(request, _placed, asked.scheme, ref, asked.datetime)
    place, ref = [each.edition_id for each in editions].index(edition_id), code or f"u{unit_id}"
    before, here, after = (editions[at] if 0 <= at < len(editions) else None for at in range(place - 1, place + 2))
    body = {
        "unit": {"code": code, "unit_id": unit_id, "level": level, "name_zh": name, "href": rooted.at(f"/grids/{ref}")},
        "edition": answers.edition(here),
        "came_from": before and lineages.came_from(request, before, here, ref),
        "became": after and lineages.became(request, here, after, ref),
        "links": [answers.link(f"/grids/{ref}/lineage", "self", "lineage"), answers.link(f"/grids/{ref}", "up", name)],
    }
    return conditional.send(request, orjson.dumps(body), conditional.JSON)


def _placed(conn, scheme: str, ref: str, moment: datetime | None) -> tuple[tuple, list[Edition]]:
    """The version of a unit that is asked about, and all editions that are or were valid or will be, oldest first."""
    number = int(ref[1:]) if ref[0] == "u" else None
    at = moment or store.now(conn)
    versions = [one for one in store.versions(conn, scheme, None if number else ref, number) if one[5] <= at]
    if moment is not None:
        versions = [one for one in versions if one[6] is None or at < one[6]]
    if not versions:
        raise NotFound("grid unit", ref)
    return versions[-1], sorted((one for one in store.editions(conn, scheme) if one.valid_from), key=lambda one: one.valid_from)


def _between(request: Request, asked: SimpleNamespace) -> tuple[Edition, Edition, Lineage]:
    before, after = (depends.read(request, _meant, asked, each) for each in (getattr(asked, "from"), asked.to))
    return before, after, lineages.between(request, before, after)


def _meant(conn, asked: SimpleNamespace, which: int | datetime | None) -> Edition:
    """The edition of a number, or the one valid at a moment; now for None."""
    if isinstance(which, int):
        return store.edition(conn, which)
    found = store.edition_at(conn, asked.scheme, which)
    if found is None:
        raise NoEdition(asked.scheme, store.schemes(conn), "at that moment" if which else "now")
    return found


def _many(request: Request, asked: SimpleNamespace, body: bytes) -> Response:
    codes = bodies.members(body, request.headers.get("content-type", ""), ("codes",))["codes"]
    if not isinstance(codes, list) or len(codes) > bodies.MOST:
        raise InvalidRequest([Fault("/codes", "invalid-member", f"is no list of at most {bodies.MOST} codes", True)])
    wrong = [i for i, code in enumerate(codes) if not (isinstance(code, str) and _CODE_TEXT.fullmatch(code))]
    if wrong:
        raise InvalidRequest([Fault(f"/codes/{i}", "invalid-code", "is no code of a grid unit", True) for i in wrong[: bodies.FAULTS]])
    return _answer(request, asked, codes, *_between(request, asked))


def _answer(request: Request, asked: SimpleNamespace, codes: list[str], before: Edition, after: Edition, made: Lineage) -> Response:
    wanted = conditional.chosen(request, ("json", "csv"), asked.f)
    if wanted == "csv":
        return conditional.send(request, answers.written(_COLUMNS, _rows(codes, made)), conditional.CSV)
    found = [{"code": code, "known": code in made.followers, "units": lineages.followers(made, code)} for code in codes]
    head = {"before": answers.edition(before), "after": answers.edition(after), **lineages.head(made)}
    return conditional.send(request, orjson.dumps({**head, "numberReturned": len(codes), "codes": found}), conditional.JSON)


def _rows(codes: Iterable[str], made: Lineage) -> Iterator[tuple]:
    """A row for each unit a code became; one without a unit where it became none, or is not known."""
    for code in codes:
        for row in made.followers.get(code, ()):
            yield code, row.after, neutral(row.after_name), row.reason, row.area_m2, row.to_area, row.to_households
        if code not in made.followers:
            yield code, None, None, "unknown", None, None, None
