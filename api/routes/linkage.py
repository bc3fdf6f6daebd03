"""From any one of the five codes to the others, through the house. Codes come in bodies only, and no answer or error repeats one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.access.model import Scope
from gridgeo.addresses import store as addresses
from gridgeo.errors import Forbidden, InvalidCode
from gridgeo.linkage import resolve as questions
from gridgeo.linkage import rules, store
from gridgeo.linkage.model import KINDS, Asked, Link, Meeting, Resolution, Resolved
from gridgeo.moments import CHINA

from .. import bodies, conditional, cursors, depends, problems, room, rooted
from .. import schemas_linkage as told
from ..bodies import FAULTS
from ..parameters import Parameter, Query, limit, matching, moment
from ..problems import Fault, InvalidRequest

router = APIRouter(tags=["linkage"], route_class=room.Recorded)

#: Characters of a code that is looked at.
LONGEST = 200

_ASKED = (*map(str, KINDS), "house")
_WORD = "^[a-z][a-z_]{0,31}$"

DATETIME = Parameter(
    "datetime",
    "Day asked about, in Beijing time: a date, or an instant with its zone. Today when absent; of a house that is gone only a day it was "
    "there is answered.",
    moment,
    {"type": "string"},
)
RECORDED = Parameter(
    "recorded",
    "When it was believed: an instant with its zone, or a date. What is believed now when absent.",
    moment,
    {"type": "string"},
)
PURPOSE = Parameter(
    "purpose",
    "What it is for, of /linkage/purposes; kept in the audit. A masked look needs none.",
    matching(_WORD[1:-1], "is no name of a purpose: see /linkage/purposes"),
    {"type": "string", "pattern": _WORD},
    "",
)
_TOKEN = Parameter(
    "token",
    "A code's token, 32 hexadecimal digits, as answers name it.",
    str,
    {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    example="00000000000000000000000000000000",
    place="path",
)
_HOUSE = Parameter(
    "code",
    "Code of a house (25), or of a building (19) for what is linked to it and to none of its houses, or of a basic grid (14) for what is "
    "linked to it outdoors.",
    str,
    {"type": "string", "pattern": "^[0-9]{14}([0-9A-Z]{5}([0-9]{6})?)?$"},
    example="4403060010010100001000001",
    place="path",
)


_LIMIT = limit("So many links at most.", store.MOST_LINKS, store.MOST_LINKS)
_PLACE = Query(_HOUSE, DATETIME, RECORDED, PURPOSE, _LIMIT, cursors.CURSOR)
_OF_TOKEN = Query(_TOKEN, DATETIME, RECORDED, PURPOSE)
_NONE = Query()

_BODY = bodies.described(
    f"At most {questions.MOST} codes. `unmask` shows codes whole: it needs the scope unmask and a purpose that allows it. "
    "A house is answered with a page of its links; with the `cursor` of the page before its list goes on (say datetime and recorded as "
    "the answer does, and no link is repeated or left out).",
    {
        "type": "object",
        "required": ["purpose", "codes"],
        "properties": {
            "purpose": {"type": "string", "pattern": _WORD, "description": "Of /linkage/purposes."},
            "codes": {
                "type": "array",
                "minItems": 1,
                "maxItems": questions.MOST,
                "items": {
                    "type": "object",
                    "required": ["kind", "code"],
                    "properties": {
                        "kind": {"type": "string", "enum": list(_ASKED)},
                        "code": {"type": "string", "maxLength": LONGEST},
                        "cursor": {**cursors.CURSOR.schema, "description": "Of a house: where its list goes on."},
                    },
                },
            },
            "datetime": {"type": "string", "description": DATETIME.description},
            "recorded": {"type": "string", "description": RECORDED.description},
            "unmask": {"type": "boolean", "default": False},
        },
    },
    {"purpose": "verification", "codes": [{"kind": "phone", "code": "0755-88888888"}]},
)


@router.post(
    "/linkage/resolve",
    summary="What is linked to codes, through their houses",
    openapi_extra={"parameters": [], "requestBody": _BODY},
    responses={200: {"model": told.Answers}},
)
async def resolve(request: Request) -> Response:
    """Every place a code is linked to, and everything linked there by kind, with role, method, confidence and period. Codes are masked."""
    body = await bodies.received_alone(request, "codes")
    return await run_in_threadpool(_resolved, request, body)


@router.get(
    "/houses/{code}/links",
    summary="What is linked to a house",
    openapi_extra=_PLACE.as_dict(),
    responses={200: {"model": told.Meeting}, 410: {"content": problems.CONTENT, "description": "It is no more."}},
)
def links(request: Request) -> Response:
    """Persons, organisations, numbers and events at a house, masked, by kind and role, a page at a time."""
    asked, code = _PLACE(request), request.path_params["code"]
    after = 0 if asked.cursor is None else cursors.read(asked.cursor, *_list_of(code))
    when = _when(asked.datetime, asked.recorded)
    found = room.ask(request, _at_house, code, **when, purpose=asked.purpose, after=after, most=asked.limit)
    return _written(_meeting(found.answers[0].meetings[0], found, {"limit": asked.limit, "purpose": asked.purpose}))


@router.get(
    "/linkage/tokens/{token}",
    summary="What is linked to the code of a token",
    openapi_extra=_OF_TOKEN.as_dict(),
    responses={200: {"model": told.Answer}},
)
def token(request: Request) -> Response:
    """As /linkage/resolve answers for the code itself, which need not be known; masked."""
    asked = _OF_TOKEN(request)
    given = rules.token_of(request.path_params["token"])
    found = room.ask(request, questions.of_token, given, **_when(asked.datetime, asked.recorded), purpose=asked.purpose)
    return _written(_answer(0, found.answers[0], found))


@router.get("/linkage/roles", summary="Roles of codes at places", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.Roles}})
def roles(request: Request) -> Response:
    """What a code may be to a place, by kind."""
    _NONE(request)
    return _words(request, store.roles, "role", "kind")


@router.get(
    "/linkage/methods", summary="How links come to be known", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.Methods}}
)
def methods(request: Request) -> Response:
    """The methods, the surest first, with the confidence of links that say none themselves."""
    _NONE(request)
    return _words(request, store.methods, "method", "confidence")


@router.get(
    "/linkage/purposes", summary="What look-ups may be for", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.Purposes}}
)
def purposes(request: Request) -> Response:
    """The purposes, and whether codes may be shown whole for them."""
    _NONE(request)
    return _words(request, store.purposes, "purpose", "unmask")


def _words(request: Request, words: Callable, name: str, besides: str) -> Response:
    """A list of words with their names in Chinese and English, and what else is said of each."""
    found = depends.linked(request, words).values()
    told = [{name: one.name, besides: getattr(one, besides), "name_zh": one.name_zh, "name_en": one.name_en} for one in found]
    return _written({f"{name}s": told})


def _resolved(request: Request, body: bytes) -> Response:
    given = bodies.members(body, request.headers.get("content-type", ""), ("purpose", "codes"), ("datetime", "recorded", "unmask"))
    asked, when, unmask = _read(given)
    known = depends.linked(request, store.purposes)
    purpose = given["purpose"]
    if purpose not in known:
        raise _refused("/purpose", "unknown-purpose", f"is none of {', '.join(known)}")
    if unmask and not depends.principal(request).may(Scope.UNMASK):
        raise Forbidden(Scope.UNMASK)
    if unmask and not known[purpose].unmask:
        allowed = ", ".join(name for name, one in known.items() if one.unmask)
        raise _refused("/purpose", "purpose-without-unmask", f"does not allow codes to be shown whole; these do: {allowed}")
    found = room.ask(request, questions.resolve, asked, **when, purpose=purpose, unmask=unmask)
    answers = [_answer(index, one, found) for index, one in enumerate(found.answers)]
    return _written({"numberReturned": len(answers), "as_of": found.as_of, "recorded": found.recorded, "answers": answers})


def _read(given: dict[str, Any]) -> tuple[list[Asked], dict[str, Any], bool]:
    """The codes, the times and whether codes are to be shown whole; raises InvalidRequest, which repeats nothing."""
    codes, faults = given["codes"], []
    if not isinstance(given["purpose"], str):
        faults.append(Fault("/purpose", "unknown-purpose", "is no text", True))
    if not isinstance(codes, list) or not codes:
        raise _refused("/codes", "invalid-body", 'is no list of {"kind": …, "code": …}')
    if len(codes) > questions.MOST:
        raise _refused("/codes", "too-many-codes", f"holds {len(codes)} codes; at most {questions.MOST} in one request")
    faults += [found for index, code in enumerate(codes) if (found := _code_fault(index, code))]
    times = {}
    for name in ("datetime", "recorded"):
        try:
            times[name] = None if given.get(name) is None else moment(str(given[name]))
        except ValueError as error:
            faults.append(Fault(f"/{name}", "invalid-member", str(error), True))
    if not isinstance(given.get("unmask", False), bool):
        faults.append(Fault("/unmask", "invalid-member", "is neither true nor false", True))
    if faults:
        raise InvalidRequest(faults[:FAULTS])
    return [_asked(index, **code) for index, code in enumerate(codes)], _when(**times), given.get("unmask", False)


def _asked(index: int, kind: str, code: str, cursor: str | None = None) -> Asked:
    if cursor is None:
        return Asked(kind, code)
    try:
        return Asked(kind, code, cursors.read(cursor, *_list_of(code)))
    except InvalidRequest as error:
        raise _refused(f"/codes/{index}/cursor", "invalid-code", error.faults[0].detail) from None


def _list_of(code: str) -> tuple[str, str]:
    """What a cursor of the links at a place holds for; its order does not depend on when they were so."""
    try:
        return "links", rules.place_of(code)
    except InvalidCode:
        return "links", ""


def _code_fault(index: int, code: object) -> Fault | None:
    if not isinstance(code, dict) or not {"kind", "code"} <= code.keys() <= {"kind", "code", "cursor"}:
        return Fault(f"/codes/{index}", "invalid-code", 'is not {"kind": …, "code": …}', True)
    if not isinstance(code["kind"], str) or code["kind"] not in _ASKED:
        return Fault(f"/codes/{index}/kind", "unknown-kind", f"is none of {', '.join(_ASKED)}", True)
    if not isinstance(code["code"], str) or len(code["code"]) > LONGEST:
        rule = f"has more than {LONGEST} characters" if isinstance(code["code"], str) else "is no text; a number loses its last digits"
        return Fault(f"/codes/{index}/code", "invalid-code", rule, True)
    if "cursor" in code and not (code["kind"] == "house" and isinstance(code["cursor"], str)):
        return Fault(f"/codes/{index}/cursor", "invalid-code", "goes with a house alone, and is a text", True)
    return None


def _refused(place: str, code: str, rule: str) -> InvalidRequest:
    return InvalidRequest([Fault(place, code, rule, in_body=True)])


def _when(datetime: datetime | None, recorded: datetime | None) -> dict[str, Any]:
    return {"as_of": datetime and datetime.astimezone(CHINA).date(), "recorded": recorded}


def _at_house(conn, vault, code: str, *, as_of: date | None, **asked: Any) -> Resolution:
    """What is linked at a house or building the caller may see, or in a grid; raises NotFound and Gone as the address base does."""
    if len(code) != rules.OUTDOORS:
        there = addresses.building if len(code) == rules.BUILDING else addresses.house
        there(conn, code, as_of)
    return questions.at_place(conn, vault, code, as_of=as_of, **asked)


def _answer(index: int, one: Resolved, of: Resolution) -> dict[str, Any]:
    return {
        "index": index,
        "kind": one.kind,
        "masked": one.masked,
        "token": one.token or None,
        "fault": one.fault or None,
        "ambiguous": one.ambiguous,
        "complete": one.complete,
        "places": [_meeting(meeting, of, {}) for meeting in one.meetings],
    }


def _meeting(meeting: Meeting, of: Resolution, more: dict[str, Any]) -> dict[str, Any]:
    """A place with a page of its links; `more` is said again where the list goes on."""
    code = rules.code_of(meeting.place)
    cursor = None if meeting.complete else cursors.written(meeting.last, *_list_of(code))
    on = {name: value for name, value in ({"datetime": of.as_of, "recorded": _instant(of.recorded)} | more).items() if value}
    return {
        "place": meeting.place,
        "form": rules.form_of(meeting.place),
        "code": code,
        "complete": meeting.complete,
        "cursor": cursor,
        "next": cursor and rooted.at(f"/houses/{code}/links?{urlencode({**on, 'cursor': cursor})}"),
        "counts": {str(kind): meeting.counts.get(kind, 0) for kind in KINDS},
        "links": {str(kind): [_link(link) for link in meeting.links.get(kind, ())] for kind in KINDS},
    }


def _instant(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


def _link(link: Link) -> dict[str, Any]:
    return {
        "link_id": link.link_id,
        "token": link.token,
        "masked": link.masked,
        "code": link.code.value if link.code else None,
        "role": link.role,
        "valid_from": link.valid_from,
        "valid_to": link.valid_to,
        "recorded_from": link.recorded_from,
        "recorded_to": link.recorded_to,
        "method": link.method,
        "source": link.source,
        "evidence": link.evidence,
        "confidence": round(link.confidence, 4),
    }


def _written(answer: dict[str, Any]) -> Response:
    return Response(orjson.dumps(answer), headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)
