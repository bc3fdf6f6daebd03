"""What is said of events in bodies: reports, actions and receipts, each member with its rule; nothing that was given is repeated."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request

from gridgeo.errors import InvalidCode
from gridgeo.events import faults, rules
from gridgeo.events.model import Asked, Given, Kind, Medium, Once, Part
from gridgeo.linkage.reporters import OF_REPORTERS
from gridgeo.linkage.rules import normal_form
from gridgeo.moments import CHINA

from . import bodies
from .parameters import moment
from .problems import Fault, InvalidRequest, PreconditionRequired

#: Bytes of a body, and characters of an Idempotency-Key.
_BYTES, _LONGEST_KEY = 64 * 1024, 255

#: What calendars reach over.
_YEARS = tuple(datetime(year, 1, 1, tzinfo=CHINA) for year in (2000, 2100))

_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)
_TAG = re.compile(r'"([1-9][0-9]{0,8})(?:\.[0-9]{1,4})?(?:-[a-z]+)?"', re.ASCII)
_MEDIA = re.compile(r"(image|audio|video)/[a-z0-9.+-]{1,60}|application/pdf", re.ASCII)


def _text(most: int) -> Callable[[Any], str]:
    def read(given: Any) -> str:
        if not isinstance(given, str) or not len(given.strip()) > 0 or len(given) > most:
            raise ValueError(f"is no text of at most {most:,} characters")
        return given

    return read


def _line(most: int) -> Callable[[Any], str]:
    text = _text(most)

    def read(given: Any) -> str:
        line = text(given).strip()
        if not line.isprintable():
            raise ValueError("holds signs that are no text")
        return line

    return read


def _word(pattern: str, rule: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern, re.ASCII)

    def read(given: Any) -> str:
        if not isinstance(given, str) or not compiled.fullmatch(given):
            raise ValueError(rule)
        return given

    return read


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(given: Any) -> int:
        if type(given) is not int or not least <= given <= most:
            raise ValueError(f"is no whole number from {least} to {most}")
        return given

    return read


def _degrees(most: float) -> Callable[[Any], float]:
    def read(given: Any) -> float:
        if type(given) not in (int, float) or not math.isfinite(given) or abs(given) > most:
            raise ValueError(f"is no number from -{most} to {most}")
        return float(given)

    return read


def _moment(given: Any) -> datetime:
    if not isinstance(given, str):
        raise ValueError("is no text of an instant such as 2026-01-01T08:00:00+08:00")
    at = moment(given)
    if not _YEARS[0] <= at < _YEARS[1]:
        raise ValueError("is not in the years 2000 to 2099")
    return at


def _truth(given: Any) -> bool:
    if type(given) is not bool:
        raise ValueError("is not true or false")
    return given


def _media(given: Any) -> tuple[Medium, ...]:
    if not isinstance(given, list) or len(given) > faults.MOST_MEDIA:
        raise ValueError(f"is no list of at most {faults.MOST_MEDIA}")
    return tuple(map(_medium, given))


def _medium(given: Any) -> Medium:
    sound = (
        isinstance(given, dict)
        and given.keys() == {"digest", "media_type", "bytes"}
        and isinstance(given["digest"], str)
        and re.fullmatch("[0-9a-f]{64}", given["digest"]) is not None
        and isinstance(given["media_type"], str)
        and _MEDIA.fullmatch(given["media_type"]) is not None
        and type(given["bytes"]) is int
        and 0 < given["bytes"] < 2**40
    )
    if not sound:
        raise ValueError("holds what is no digest (SHA-256, 64 hexadecimal digits), media_type (image, audio, video or PDF) and bytes")
    return Medium(bytes.fromhex(given["digest"]), given["media_type"], given["bytes"])


def _reporter(given: Any) -> tuple[str, str]:
    sound = (
        isinstance(given, dict)
        and given.keys() == {"kind", "code"}
        and given["kind"] in OF_REPORTERS
        and isinstance(given["code"], str)
        and 0 < len(given["code"]) <= 64
    )
    if not sound:
        raise ValueError(f"is no kind ({', '.join(OF_REPORTERS)}) with a code")
    try:
        normal_form(given["kind"], given["code"])
    except InvalidCode as error:
        raise ValueError(f"holds a code that {error.rule}") from None
    return given["kind"], given["code"]


def _tasks(given: Any) -> tuple[Asked, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= 30:
        raise ValueError("is no list of 1 to 30 tasks")
    return tuple(map(_task, given))


def _task(given: Any) -> Asked:
    if not isinstance(given, dict) or not given.keys() <= {"department_code", "part", "due_at", "note"}:
        raise ValueError("holds what is no department_code, part, due_at and note")
    if given.get("part", Part.LEAD) not in set(Part):
        raise ValueError(f"holds a part that is not one of {', '.join(Part)}")
    department = given.get("department_code")
    due_at, note = given.get("due_at"), given.get("note")
    return Asked(
        None if department is None else _department(department),
        Part(given.get("part", Part.LEAD)),
        None if due_at is None else _moment(due_at),
        None if note is None else _text(2000)(note),
    )


def _departments(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= 30:
        raise ValueError("is no list of 1 to 30 organisation codes")
    return tuple(map(_department, given))


_department = _word("[0-9A-Z]{8}[0-9X]", "is no organisation code (9 characters)")
_into = _word("[1-9][0-9]{0,9}|[0-9A-Z]{9}[0-9]{14}", "is no number or code of an event")
_place = _word("[0-9]{14}[0-9A-Z]{5}([0-9]{6})?", "is no code of a building (19) or house (25)")

#: Each member: its schema, and the rule that reads it.
FIELDS: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "channel": (
        {"type": "string", "description": "By which way it came, of /events/channels."},
        _word("[a-z0-9][a-z0-9_-]{0,31}", "is no name of a channel"),
    ),
    "told": (
        {"type": "string", "maxLength": faults.LONGEST, "description": "What was reported; codes of persons and phone numbers are masked."},
        _text(faults.LONGEST),
    ),
    "kind": ({"type": "string", "enum": list(Kind), "default": "event"}, _word("event|request", "is not event or request")),
    "class_id": ({"type": "integer", "description": "Of /events/classes."}, _whole(1, 2**31 - 1)),
    "class_path": ({"type": "string", "description": "大类/小类/名称, instead of class_id."}, _line(200)),
    "grade": (
        {"type": "integer", "minimum": 1, "maximum": 4, "description": "1, the gravest, to 4; that of its class when absent."},
        _whole(1, 4),
    ),
    "lon": ({"type": "number", "description": "Degrees, EPSG:4490."}, _degrees(180)),
    "lat": ({"type": "number"}, _degrees(90)),
    "address": (
        {"type": "string", "maxLength": faults.LONGEST_ADDRESS, "description": "As anybody writes it; it is washed."},
        _text(faults.LONGEST_ADDRESS),
    ),
    "unit": (
        {"type": "string", "description": "Code of a grid unit, where no more is known."},
        _word("[0-9A-Z]{1,32}", "is no code of a grid unit"),
    ),
    "place": ({"type": "string", "description": "Code of a building (19) or house (25)."}, _place),
    "happened_at": ({"type": "string", "format": "date-time"}, _moment),
    "reported_at": ({"type": "string", "format": "date-time", "description": "Now when absent."}, _moment),
    "source": ({"type": "string", "maxLength": 64, "description": "Whose event it was before."}, _line(64)),
    "original": ({"type": "string", "maxLength": 64, "description": "Its code there: with source it names the event once."}, _text(64)),
    "media": (
        {
            "type": "array",
            "maxItems": faults.MOST_MEDIA,
            "items": {"type": "object"},
            "description": "Pictures, videos and papers by digest (SHA-256), media_type, bytes; sent themselves to /events/{ref}/media.",
        },
        _media,
    ),
    "receipt": (
        {"type": "boolean", "default": True, "description": "Whether the reporter is given a secret to rate and reopen it with."},
        _truth,
    ),
    "reporter": (
        {
            "type": "object",
            "properties": {"kind": {"type": "string", "enum": list(OF_REPORTERS)}, "code": {"type": "string", "maxLength": 64}},
            "description": "Who reported: kept in the locked room, by the token of the code; no answer tells it.",
        },
        _reporter,
    ),
    "action": ({"type": "string", "enum": list(rules.TRANSITIONS)}, _text(32)),
    "reason": ({"type": "string", "maxLength": 2000}, _text(2000)),
    "note": ({"type": "string", "maxLength": 2000, "description": "What was done."}, _text(2000)),
    "criteria": ({"type": "string", "maxLength": 2000, "description": "Of a referral: by what they take it or not."}, _text(2000)),
    "into": ({"type": "string", "description": "Number or code of the event it is the same as."}, _into),
    "department_code": ({"type": "string", "description": "To whom; without it and tasks, matrix and rules decide."}, _department),
    "departments": ({"type": "array", "items": {"type": "string"}, "description": "Who is called to the place."}, _departments),
    "tasks": (
        {
            "type": "array",
            "items": {"type": "object"},
            "description": "Joint handling: department_code, part (lead, assist), due_at, note.",
        },
        _tasks,
    ),
    "task_no": ({"type": "integer", "minimum": 1}, _whole(1, 32767)),
    "stars": ({"type": "integer", "minimum": 1, "maximum": 5}, _whole(1, 5)),
    "due_at": ({"type": "string", "format": "date-time"}, _moment),
    "secret": ({"type": "string", "description": "Of the receipt."}, _word("[A-Za-z0-9_-]{16,64}", "is no secret of a receipt")),
}

#: Members of each body: what must be given, and what may be.
REPORT = (("channel", "told"), ("kind", "class_id", "class_path", "grade", "lon", "lat", "address", "unit", "place"))
REPORT = (REPORT[0], (*REPORT[1], "happened_at", "reported_at", "source", "original", "media", "receipt", "reporter"))
SEEN = (("told",), ("kind", "class_id", "grade", "lon", "lat", "place"))
ACTION = (
    ("action",),
    (
        *("reason", "note", "criteria", "into", "department_code", "departments", "tasks", "task_no", "due_at", "media"),
        *("class_id", "class_path", "grade", "lon", "lat", "address", "unit", "place"),
    ),
)
RECEIPT = (("secret",), ("action", "stars", "reason"))


def described(of: tuple[Sequence[str], Sequence[str]], words: str, example: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the OpenAPI document says of a body."""
    required, optional = of
    properties = {name: FIELDS[name][0] for name in (*required, *optional)}
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"description": words, "required": True, "content": {"application/json": {"schema": schema, "example": dict(example)}}}


async def received(request: Request, of: tuple[Sequence[str], Sequence[str]]) -> tuple[dict[str, Any], bytes]:
    """Return the members of a body, read by their rules (null is as if it were not given), and SHA-256 of it; raises InvalidRequest."""
    body = await bodies.received(request, "words", _BYTES)
    given = bodies.members(body, request.headers.get("content-type", ""), *of)
    read, wrong = {}, []
    for name, value in given.items():
        if value is None and name not in of[0]:
            continue
        try:
            read[name] = FIELDS[name][1](value)
        except ValueError as error:
            wrong.append(Fault(f"/{name}", "invalid-member", str(error), True))
    if {"class_id", "class_path"} <= read.keys():
        wrong.append(Fault("/class_path", "invalid-member", "is said by class_id already", True))
    if wrong:
        raise InvalidRequest(wrong)
    return read, hashlib.sha256(body).digest()


def report(given: Mapping[str, Any]) -> Given:
    """Return a body as the report it is."""
    said = {name: value for name, value in given.items() if name != "reporter"}
    return Given(**{**said, "kind": Kind(given.get("kind", Kind.EVENT)), "receipt": given.get("receipt", True)})


def once(request: Request, owner: str, digest: bytes) -> Once:
    """Return the Idempotency-Key of a request; raises InvalidRequest without one: nobody could send it again."""
    keys = request.headers.getlist("idempotency-key")
    key = keys[0].strip('"') if len(keys) == 1 else ""
    if not _KEY.fullmatch(key):
        rule = f"is wanted once, of 1 to {_LONGEST_KEY} signs: with it a report that is sent again is the same report"
        raise InvalidRequest([Fault("Idempotency-Key", "missing-parameter" if not keys else "invalid-parameter", rule)])
    return Once(owner, key, digest)


def versions(request: Request) -> list[int] | None:
    """Return the versions a caller knows an event at (If-Match), None for any; raises PreconditionRequired."""
    known = request.headers.get("if-match")
    if known is None:
        raise PreconditionRequired("say which state is known: the header If-Match with the ETag of the event as it was got")
    tags = [part.strip() for part in known.split(",")]
    if tags == ["*"]:
        return None
    return [int(found[1]) for found in map(_TAG.fullmatch, tags) if found]
