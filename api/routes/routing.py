"""Who events go to, why, and by which matrix of responsibility."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo import issues
from gridgeo.events.model import Part
from gridgeo.events.routing import explain, matrix, rulesets
from gridgeo.events.routing.model import Considered, Decision, Explanation, Responsibility, Rule
from gridgeo.objects import categories
from gridgeo.objects.model import Department

from .. import answers, conditional, cursors, depends
from .. import routing_bodies as asked_of
from .. import schemas_routing as told
from ..departments import told_as
from ..parameters import Parameter, Query, limit, matching

router = APIRouter(prefix="/routing", tags=["events"])

_HERE = "/routing"
_MOST, _LONGEST = 1000, 200


def _path(text: str) -> str:
    if not 0 < len(text) <= _LONGEST or not text.isprintable():
        raise ValueError(f"is no text of 1 to {_LONGEST} characters")
    return text


_CLASS = Parameter("class", "Path of a class: rows that name it, or the beginning of it.", _path, {"type": "string", "minLength": 1})
_UNIT = Parameter("unit", "Rows that name this unit, by its code.", matching("[0-9A-Z]{1,32}", "is no code of a unit"), {"type": "string"})
_DEPARTMENT = Parameter(
    "department",
    "Rows of this department, by its organisation code.",
    matching("[0-9A-Z]{8}[0-9X]", "is no organisation code of a department"),
    {"type": "string", "pattern": "^[0-9A-Z]{8}[0-9X]$"},
)
_MATRIX = Query(_CLASS, _UNIT, _DEPARTMENT, limit("So many rows at most.", _MOST), cursors.CURSOR)
_NONE = Query()


@router.post(
    "/explain",
    summary="Where an event goes, and why",
    openapi_extra={**_NONE.as_dict(), "requestBody": asked_of.EXPLAIN},
    responses={200: {"model": told.RoutingExplanation}},
)
async def explained(request: Request) -> Response:
    """Which rules and rows of the matrix matched, which lost and why: of an event that is there, or of facts. Nothing is dispatched."""
    _NONE(request)
    given = await asked_of.members(request, (), asked_of.MEMBERS)
    set_id, today = asked_of.numbered(given, "set", 2**31 - 1), asked_of.edition(request)

    def work(conn) -> tuple[Explanation, Mapping[str, Department]]:
        if set_id is not None:
            rulesets.find(conn, set_id)
        return explain.explain(conn, asked_of.facts(conn, given, today), set_id), categories.departments(conn)

    found, departments = await run_in_threadpool(depends.read, request, work)
    facts = {name: getattr(found.facts, name) for name in told.RoutingFacts.model_fields}
    body = {
        "facts": facts,
        "decision": _decided(found.decision, departments),
        "summary": explain.summary(found.decision, departments),
        "considered": [_considered(one) for one in found.considered],
        "links": [answers.link(f"{_HERE}/matrix", "related", "matrix"), answers.link(f"{_HERE}/rulesets", "related", "rules")],
    }
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)


@router.get(
    "/matrix", summary="Who answers for what, where", openapi_extra=_MATRIX.as_dict(), responses={200: {"model": told.Responsibilities}}
)
def listed(request: Request) -> Response:
    """The matrix of responsibility (权责清单) as it is today, a page at a time."""
    asked = _MATRIX(request)
    bound = _bound(request)
    after = 0 if asked.cursor is None else cursors.read(asked.cursor, *bound)
    rows, departments = depends.read(request, _rows, getattr(asked, "class"), asked, after)
    page, more = rows[: asked.limit], len(rows) > asked.limit
    links = [answers.link(_at(bound), "self", "matrix"), answers.link(f"{_HERE}/matrix/check", "related", "check")]
    if more:
        on = {"limit": asked.limit, "cursor": cursors.written(page[-1].responsibility_id, *bound)}
        links.append(answers.link(_at(bound, **on), "next", "more rows"))
    body = {"numberReturned": len(page), "responsibilities": [_row(one, departments) for one in page], "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


@router.get(
    "/matrix/check", summary="What is wrong with the matrix", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.MatrixCheck}}
)
def checked(request: Request) -> Response:
    """Classes nobody leads, anywhere or in places, and those two departments lead; rows that name what there is not any more."""
    _NONE(request)
    found = depends.read(request, matrix.check)
    rows = [{"code": one.code, "severity": one.severity, "message": one.message, "value": one.value, "units": one.units} for one in found]
    links = [answers.link(f"{_HERE}/matrix/check", "self", "check"), answers.link(f"{_HERE}/matrix", "up", "matrix")]
    body = {"sound": not issues.errors(found), "totals": issues.count(found), "issues": rows, "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


def _rows(conn, class_path: str | None, asked: SimpleNamespace, after: int) -> tuple[list[Responsibility], Mapping[str, Department]]:
    found = matrix.listed(conn, class_path, asked.unit, asked.department, after=after, limit=asked.limit + 1)
    return found, categories.departments(conn)


def _bound(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, text) for name, text in request.query_params.items() if name not in ("cursor", "limit")))


def _at(bound: tuple[tuple[str, str], ...], **more: object) -> str:
    query = urlencode([*bound, *more.items()])
    return f"{_HERE}/matrix?{query}" if query else f"{_HERE}/matrix"


def _decided(decision: Decision, departments: Mapping[str, Department]) -> dict[str, Any]:
    many = {name: [told_as(code, departments) for code in getattr(decision, name)] for name in ("assist", "stand_by")}
    refer = [{"department": told_as(one.department_code, departments), "criteria": one.criteria} for one in decision.refer]
    numbers = {name: getattr(decision, name) for name in ("set_id", "rule_no", "responsibility_id")}
    return {"lead": told_as(decision.lead, departments), **many, "refer": refer, **numbers}


def _considered(one: Considered) -> dict[str, Any]:
    zh, en = explain.said(one)
    by_rule = isinstance(one.what, Rule)
    names = ([one.what.lead] if one.what.lead else []) + list(one.what.assist) if by_rule else [one.what.department_code]
    return {
        "kind": "rule" if by_rule else "responsibility",
        "number": one.what.rule_no if by_rule else one.what.responsibility_id,
        "title": explain.titled(one.what),
        "departments": names,
        "verdict": one.verdict,
        "applies": one.verdict.applies,
        "reason_zh": zh,
        "reason_en": en,
    }


def _row(row: Responsibility, departments: Mapping[str, Department]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("responsibility_id", "class_path", "criteria", "valid_from", "valid_to", "source")}
    return {**facts, "unit": row.unit_key, "part": Part(row.part), "department": told_as(row.department_code, departments)}
