"""Sets of rules by which events are routed: written, tested on past events, put in force."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import Conflict
from gridgeo.events.routing import reading, rulesets
from gridgeo.events.routing.model import Rule, RuleSet
from gridgeo.objects import categories

from .. import answers, bodies, conditional, depends, rooted
from .. import routing_bodies as asked_of
from .. import schemas_routing as told
from ..departments import told_as
from ..parameters import Query, in_path, whole
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/routing/rulesets", tags=["events"])

_HERE = "/routing/rulesets"
_LONGEST, _MOST_RULES, _MOST_DAYS = 200, 1000, 366
_NO_STORE = {"Cache-Control": "no-store"}

#: No example: there need not be any set.
_NONE, _ONE = Query(), Query(replace(whole("set_id", "Of a set of rules."), example=None))

_RULE = {
    "type": "object",
    "description": f"Members {', '.join(reading.COLUMNS)}: what is not named is not asked for. A rule without lead adds who assists.",
    "additionalProperties": True,
}
_NEW = bodies.described(
    f"A set of rules, at most {_MOST_RULES}. It is a draft: it is tested, then activated, and never changed.",
    {
        "type": "object",
        "required": ["name", "rules"],
        "properties": {"name": {"type": "string"}, "rules": {"type": "array", "items": _RULE}},
    },
    {
        "name": "夜间噪声",
        "rules": [{"name": "夜间噪声归公安", "class": "市容环境/噪声与空气", "hours": "22:00-06:00", "lead": "ZZ0000125"}],
    },
)
_DAYS = bodies.described(
    "Over how many days before now.",
    {"type": "object", "properties": {"days": {"type": "integer", "minimum": 1, "maximum": _MOST_DAYS}}},
    {"days": rulesets.DAYS},
)


@router.get("", summary="Sets of rules", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.RuleSets}})
def sets(request: Request) -> Response:
    """All there are, the newest first, without their rules; one of them is in force at most."""
    _NONE(request)
    links = [answers.link(_HERE, "self", "rules")]
    body = {"rulesets": [_brief(one) for one in depends.read(request, rulesets.sets)], "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


@router.post(
    "",
    summary="Write a set of rules",
    openapi_extra={**_NONE.as_dict(), "requestBody": _NEW},
    status_code=201,
    responses={201: {"model": told.RuleSet, "headers": {"Location": {"description": "Of the set.", "schema": {"type": "string"}}}}},
)
async def write(request: Request) -> Response:
    """A draft. The same rules as those of a set that is not retired are that set: then nothing is stored."""
    _NONE(request)
    given = await asked_of.members(request, ("name", "rules"))
    name, written = _name(given["name"]), _rules(given["rules"])
    made = await run_in_threadpool(depends.write, request, rulesets.stage, written, name, depends.principal(request).actor)
    headers = {"Location": rooted.at(f"{_HERE}/{made.set_id}"), **_NO_STORE}
    return Response(orjson.dumps(_whole(made)), 201, headers, conditional.JSON)


@router.get("/{set_id}", summary="One set of rules", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.RuleSet}})
def one(request: Request) -> Response:
    """With its rules, and what its last test found."""
    _ONE(request)
    found = depends.read(request, rulesets.find, in_path(request, "set_id", "rule set", 9))
    return conditional.send(request, orjson.dumps(_whole(found)), conditional.JSON)


@router.post(
    "/{set_id}/test",
    summary="What a set of rules would change",
    openapi_extra={**_ONE.as_dict(), "requestBody": _DAYS},
    responses={200: {"model": told.Compared}},
)
async def test(request: Request) -> Response:
    """Events of past days as they would go by these rules, against those in force: who would lead others. A draft is tested then."""
    _ONE(request)
    _require_whole(request)
    set_id = in_path(request, "set_id", "rule set", 9)
    days = asked_of.numbered(await asked_of.members(request, (), ("days",)), "days", _MOST_DAYS, rulesets.DAYS)
    found, departments = await run_in_threadpool(depends.write, request, _tested, set_id, days)
    moves = [
        {**asdict(move), "before": told_as(move.before, departments), "after": told_as(move.after, departments)} for move in found.moves
    ]
    links = [answers.link(f"{_HERE}/{found.set_id}", "up", "set of rules")]
    return Response(orjson.dumps({**asdict(found), "moves": moves, "links": links}), headers=_NO_STORE, media_type=conditional.JSON)


@router.post(
    "/{set_id}/activate",
    summary="Put a set of rules in force",
    openapi_extra=_ONE.as_dict(),
    responses={200: {"model": told.RuleSet}},
)
def activate(request: Request) -> Response:
    """In the place of the one before, from now on. One that was not tested, or was retired, is not (409)."""
    _ONE(request)
    _require_whole(request)
    made = depends.write(request, rulesets.activate, in_path(request, "set_id", "rule set", 9))
    return Response(orjson.dumps(_whole(made)), headers=_NO_STORE, media_type=conditional.JSON)


def _tested(conn, set_id: int, days: int):
    depends.patient(conn)
    return rulesets.test(conn, set_id, days), categories.departments(conn)


def _require_whole(request: Request) -> None:
    """Raise Conflict for a caller of a part of the city: rules are for all of it."""
    if depends.principal(request).area is not None:
        raise Conflict("rules are for the whole city, and this caller is for a part of it")


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST or not value.isprintable():
        raise InvalidRequest([Fault("/name", "invalid-member", f"is no text of 1 to {_LONGEST} characters", in_body=True)])
    return value.strip()


def _rules(value: Any) -> list[Rule]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_RULES or not all(isinstance(each, dict) for each in value):
        raise InvalidRequest([Fault("/rules", "invalid-member", f"is no list of 1 to {_MOST_RULES} objects", in_body=True)])
    return [reading.rule(each, number) for number, each in enumerate(value, 1)]


def _brief(made: RuleSet) -> dict[str, Any]:
    names = ("set_id", "name", "source", "state", "tested", "created_at", "tested_at", "activated_at", "retired_at")
    here = f"{_HERE}/{made.set_id}"
    return {**{name: getattr(made, name) for name in names}, "links": [answers.link(here, "self", made.name)]}


def _whole(made: RuleSet) -> dict[str, Any]:
    return {**_brief(made), "rules": [_rule(rule) for rule in made.rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    """A rule as it is written."""
    hours = rule.hours and "-".join(f"{clock:%H:%M}" for clock in rule.hours)
    given = {
        name: getattr(rule, name) for name in ("rule_no", "name", "priority", "kind", "grades", "channels", "during", "lead", "assist")
    }
    return {
        **given,
        "class": rule.class_path,
        "unit": rule.unit_key,
        "hours": hours,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
    }
