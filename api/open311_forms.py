"""What is sent to Open311: a form, each field with its rule. An empty field is as if it were not given; nothing given is repeated.

Source: Open311 GeoReport v2, POST Service Request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from gridgeo.events import faults
from gridgeo.events.classes import EventClass
from gridgeo.events.model import Once

from . import bodies, event_bodies, forms
from .parameters import matching, number
from .problems import Fault, InvalidRequest, suggestion

#: Bytes of a form (4,000 characters of Chinese take nine each), fields of one, and characters of what is read and not kept.
_BYTES, _MOST, _LONGEST = 64 * 1024, 40, 2000

#: The channel reports come by; a table of channels has to hold it (that of gridgeo does).
CHANNEL = "web-open311"


def _degrees(most: int) -> Callable[[str], float]:
    def read(text: str) -> float:
        if abs(number(text)) > most:
            raise ValueError(f"is not from -{most} to {most}")
        return number(text)

    return read


def _text(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > most:
            raise ValueError(f"is longer than {most:,} characters")
        return text

    return read


#: Fields of which nothing is kept, and of which the answer says so.
_DROPPED = ("email", "device_id", "account_id", "first_name", "last_name", "media_url")

#: Each field: what the OpenAPI document says of it, and the rule that reads it.
FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "service_code": ("Of /open311/v2/services; required.", matching("[1-9][0-9]{0,8}", "is no service_code of /open311/v2/services")),
    "lat": ("Degrees, WGS84; with long.", _degrees(90)),
    "long": ("Degrees, WGS84; with lat.", _degrees(180)),
    "address_string": ("An address as anybody writes it; it is washed.", _text(faults.LONGEST_ADDRESS)),
    "address_id": (
        "Code of a building (19) or house (25).",
        matching("[0-9]{14}[0-9A-Z]{5}([0-9]{6})?", "is no code of a building (19) or house (25)"),
    ),
    "description": ("What is reported; codes of persons and phone numbers are masked.", _text(faults.LONGEST)),
    "phone": ("The reporter's: kept in the locked room alone.", _text(64)),
    "api_key": ("A key with the scope report, where no header names one.", _text(_LONGEST)),
    "jurisdiction_id": ("Not needed: there is one.", _text(_LONGEST)),
    **{name: ("Read, and not kept.", _text(_LONGEST)) for name in _DROPPED},
}


def described() -> dict[str, Any]:
    """Return what the OpenAPI document says of the form."""
    properties = {name: {"type": "number" if name in ("lat", "long") else "string", "description": of[0]} for name, of in FIELDS.items()}
    schema = {"type": "object", "required": ["service_code"], "properties": properties}
    example = {"service_code": "1", "lat": 22.895, "long": 113.005, "description": "路灯不亮"}
    return {"description": "One report.", "required": True, "content": {forms.KIND: {"schema": schema, "example": example}}}


async def received(request: Request) -> dict[str, str]:
    """Return the fields of a form that say something, as they were given, read once a request.

    Raises InvalidRequest, UnsupportedMediaType, BodyTooLarge, TooSlow.
    """
    found = request.scope.get("form")
    if found is None:
        body = await bodies.received(request, "words", _BYTES)
        found = request.scope["form"] = forms.fields(body, request.headers.get("content-type", ""), FIELDS, _MOST, _unknown)
    return found


async def key(request: Request) -> str | None:
    """Return the key in the form of a request, None without one."""
    return (await received(request)).get("api_key", "").strip() or None


def read(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a form, read by their rules; raises InvalidRequest."""
    values, wrong = {}, []
    for name, text in fields.items():
        try:
            values[name] = FIELDS[name][1](text)
        except ValueError as error:
            wrong.append(Fault(name, "invalid-parameter", str(error)))
    if "service_code" not in fields:
        wrong.append(Fault("service_code", "missing-parameter", "is missing; it is required"))
    if ("lat" in fields) != ("long" in fields):
        wrong.append(Fault("lat", "missing-parameter", "lat and long are given together"))
    if not fields.keys() & {"lat", "long", "address_string", "address_id"}:
        wrong.append(Fault("lat", "missing-parameter", "where it is, is said by lat and long, address_string or address_id"))
    if wrong:
        raise InvalidRequest(wrong)
    return values


def report(values: Mapping[str, Any], of: EventClass) -> dict[str, Any]:
    """Return a form as the members of a report; without a description the class says what it is."""
    named = {"lon": "long", "lat": "lat", "address": "address_string", "place": "address_id"}
    more = {ours: values[theirs] for ours, theirs in named.items() if theirs in values}
    if "phone" in values:
        more["reporter"] = ("phone", values["phone"])
    told = values.get("description", of.name)
    return {"channel": CHANNEL, "told": told, "kind": of.kind, "class_id": of.class_id, "receipt": False, **more}


def once(request: Request, owner: str, fields: Mapping[str, str]) -> Once | None:
    """Return the Idempotency-Key of a request, None without one: the standard knows none."""
    if "idempotency-key" not in request.headers:
        return None
    said = sorted((name, text) for name, text in fields.items() if name != "api_key")
    return event_bodies.once(request, owner, hashlib.sha256(repr(said).encode()).digest())


def notice(fields: Mapping[str, str]) -> str:
    """Return what is said to who sent a form: also what of it was not kept."""
    dropped = [name for name in _DROPPED if name in fields]
    plain = "已受理，凭编号查询进展。 Taken in; its number tells what becomes of it."
    return plain + (f" 未保存 not kept: {', '.join(dropped)}." if dropped else "")


def _unknown(name: str) -> str:
    if name.startswith("attribute["):
        return "services here have no attributes (metadata is false)"
    return f"is no field of a report{suggestion(name, FIELDS)}"
