"""Many points in one request: bodies of JSON, CSV or NDJSON read into arrays.

A body is checked whole; only what is wrong is looked at point by point, to say where.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import orjson
from starlette.requests import Request

from .parameters import number
from .problems import BodyTooLarge, Fault, InvalidRequest, TooSlow, UnsupportedMediaType, shown

#: Points in one request.
MOST = 10_000

#: Bytes of one request, and seconds a caller has to send them.
BODY_BYTES = 2 * 1024 * 1024
_BODY_S = 30

#: Faults told of one body.
FAULTS = 10

#: Columns of a CSV body; characters of an id.
_COLUMNS, _ID_LENGTH = 32, 200

_LON, _LAT = ("lon", "longitude", "x", "经度"), ("lat", "latitude", "y", "纬度")
_IN_NUMBERS = set("0123456789.+-eE")
_CHARSETS = {"": "utf-8-sig", "utf-8": "utf-8-sig", "utf8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}


@dataclass(frozen=True)
class Points:
    """Points of a request in the order given: `xy` (n, 2) as given, x first; ids where there are any; a CSV's own cells."""

    form: str
    xy: np.ndarray
    ids: list | None = None
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def described(description: str, schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    """Return what an operation of the OpenAPI document says of a body of JSON."""
    content = {"schema": schema} | ({} if example is None else {"example": example})
    return {"description": description, "required": True, "content": {"application/json": content}}


async def received(request: Request, things: str, most: int = BODY_BYTES, within_s: float = _BODY_S) -> bytes:
    """Return the body of a request that holds many `things`, as long as it may be and in time.

    Raises UnsupportedMediaType, BodyTooLarge, TooSlow.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType("a compressed body is not read; send it as it is")
    too_large = BodyTooLarge(f"the body holds more than {most} bytes; send fewer {things} at a time")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise too_large
    except TimeoutError:
        raise TooSlow(f"the body did not arrive within {within_s:g} s") from None
    return bytes(body)


async def received_alone(request: Request, things: str) -> bytes:
    """Return the same of a request that has codes in its body and nothing in its query; raises InvalidRequest, too."""
    if request.scope["query_string"]:  # its words are not repeated: somebody may have put a code there
        raise InvalidRequest([Fault("query", "unknown-parameter", "this resource takes no parameters; codes are given in the body")])
    return await received(request, things)


def parse(body: bytes, content_type: str) -> Points:
    """Return the points of a body; raises InvalidRequest, UnsupportedMediaType."""
    kind, charset = media_type(content_type)
    read = _READERS.get(kind)
    if read is None:
        raise UnsupportedMediaType(f"this resource reads {', '.join(_READERS)}; Content-Type is {shown(kind) if kind else 'missing'}")
    codec = _CHARSETS.get(charset) if kind == "text/csv" else {"": "utf-8", "utf-8": "utf-8"}.get(charset)
    if codec is None:
        there = "utf-8, gbk and gb18030" if kind == "text/csv" else "utf-8"
        raise UnsupportedMediaType(f"the charset of {kind} is not known here: {there}")
    return read(body, codec)


def media_type(content_type: str) -> tuple[str, str]:
    """Return the media type and the charset a Content-Type names, in small letters; empty where it names none."""
    kind, *options = (part.strip().lower() for part in content_type.split(";"))
    charset = next((option.partition("=")[2].strip('"') for option in options if option.startswith("charset=")), "")
    return kind, charset


def members(body: bytes, content_type: str, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """Return the members of a body that is one JSON object; of what was given only places are told.

    Raises InvalidRequest where a member is missing, unknown or named twice, UnsupportedMediaType.
    """
    if media_type(content_type) not in {("application/json", ""), ("application/json", "utf-8")}:
        raise UnsupportedMediaType("this resource reads application/json in utf-8")
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _refuse(f"is no JSON: {error.msg} at character {error.pos}") from None
    known = [*required, *optional]
    if not isinstance(given, dict):
        raise _refuse(f"is no JSON object of {', '.join(known)}")
    faults = [Fault(f"/{name}", "missing-member", "is missing; it is required", True) for name in required if name not in given]
    unknown = len(given.keys() - set(known))
    if unknown:
        faults.append(Fault("", "unknown-member", f"holds {unknown} member{'s' * (unknown > 1)} other than {', '.join(known)}", True))
    if names_twice(body):
        faults.append(Fault("", "invalid-body", "names a member twice", True))
    if faults:
        raise InvalidRequest(faults)
    return given


def names_twice(body: bytes) -> bool:
    """Return whether an object names a member twice: the usual parser keeps the last of them and says nothing."""
    found = False

    def look(pairs: list) -> None:
        nonlocal found
        found |= len({name for name, _ in pairs}) < len(pairs)

    try:
        json.loads(body, object_pairs_hook=look)
    except (RecursionError, ValueError):  # in what was named twice there may stand anything
        return True
    return found


def fault(form: str, place: int, detail: str, member: str = "") -> Fault:
    """Return what is wrong with the point at a place (from 0), by JSON pointer or by line."""
    where = f"/points/{place}{member}" if form == "json" else f"line {place + (2 if form == 'csv' else 1)}{member.replace('/', ' ')}"
    return Fault(where, "invalid-point", detail, in_body=True)


def _refuse(detail: str, code: str = "invalid-body", place: str = "") -> InvalidRequest:
    return InvalidRequest([Fault(place, code, detail, in_body=True)])


def _counted(n: int) -> None:
    if n > MOST:
        raise _refuse(f"holds {n} points; at most {MOST} in one request", "too-many-points")


def _json(body: bytes, codec: str) -> Points:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _refuse(f"is no JSON: {error.msg} at character {error.pos}") from None
    named = isinstance(given, dict) and given.keys() == {"points"}
    given = given["points"] if named else given
    if not isinstance(given, list):
        raise _refuse('is not of the form {"points": [[lon, lat], …]} or [[lon, lat], …]')
    _counted(len(given))
    xy = _pairs(given, "json")
    if named and body.count(b'"') != 2:  # all else are numbers: another string can only be the name once more
        raise _refuse("names points twice")
    return Points("json", xy)


def _pairs(given: list, form: str) -> np.ndarray:
    """Points (n, 2) of a list of pairs of numbers; raises InvalidRequest naming the first that are none."""
    if not given:
        return np.empty((0, 2))
    sound = set(map(type, given)) == {list} and set(map(len, given)) == {2} and set(map(type, chain.from_iterable(given))) <= {int, float}
    if not sound:
        faults = (fault(form, i, "is not [lon, lat] of two numbers") for i, pair in enumerate(given) if not _is_pair(pair))
        raise InvalidRequest(_first(faults))
    return np.array(given, dtype=float)


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(type(value) in (int, float) for value in pair)


def _ndjson(body: bytes, codec: str) -> Points:
    lines = body.split(b"\n")
    if lines and not lines[-1].strip():
        lines.pop()
    _counted(len(lines))
    faults, pairs, ids = [], [], []
    for i, line in enumerate(lines):
        try:
            given = orjson.loads(line)
        except orjson.JSONDecodeError:
            faults.append(fault("ndjson", i, "is no JSON"))
            continue
        if isinstance(given, dict) and {"lon", "lat"} <= given.keys() <= {"lon", "lat", "id"}:
            identity = given.get("id")
            if not (identity is None or (type(identity) in (int, str) and len(str(identity)) <= _ID_LENGTH)):
                faults.append(fault("ndjson", i, f"is no text or whole number of at most {_ID_LENGTH} characters", "/id"))
            ids.append(identity)
            given = [given["lon"], given["lat"]]
        else:
            ids.append(None)
        if not _is_pair(given):
            faults.append(fault("ndjson", i, 'is neither {"lon": …, "lat": …, "id": …} nor [lon, lat]'))
        pairs.append(given)
    if faults:
        raise InvalidRequest(faults[:FAULTS])
    return Points("ndjson", _pairs(pairs, "ndjson"), ids)


def _csv(body: bytes, codec: str) -> Points:
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        known = "UTF-8; declare another as text/csv; charset=gbk" if codec == "utf-8-sig" else "GBK"
        raise _refuse(f"is not {known}", "invalid-encoding") from None
    if "\0" in text:
        raise _refuse("holds a NUL character")
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except ValueError:
        raise _refuse("is empty; the first line names the columns, lon and lat among them") from None
    except csv.Error as error:
        raise _refuse(f"is no CSV: {error}") from None
    while rows and not rows[-1]:
        rows.pop()
    _counted(len(rows))
    lon, lat = _columns(header)
    ragged = _first(
        fault("csv", i, f"has {len(row)} cells where the header has {len(header)}") for i, row in enumerate(rows) if len(row) != len(header)
    )
    if ragged:
        raise InvalidRequest(ragged)
    columns = [[row[place] for row in rows] for place in (lon, lat)]
    xy = _numbers(columns)
    if xy is None:
        raise InvalidRequest(_first(_not_numbers(columns, ("lon", "lat"))))
    identity = next((place for place, name in enumerate(header) if name.strip().lower() == "id"), None)
    return Points("csv", xy, None if identity is None else [row[identity] for row in rows], header, rows)


def _numbers(columns: Sequence[Sequence[str]]) -> np.ndarray | None:
    """Points (n, 2) of columns of texts, None where some text is no plain decimal number."""
    if not set("".join(chain.from_iterable(columns))) <= _IN_NUMBERS:
        return None
    try:
        xy = np.array(columns, dtype=float).T
    except ValueError:
        return None
    return xy if np.isfinite(xy).all() else None


def _columns(header: Sequence[str]) -> tuple[int, int]:
    names = [name.strip().lower() for name in header]
    if len(names) > _COLUMNS:
        raise _refuse(f"has {len(names)} columns; at most {_COLUMNS}", place="line 1")
    if len(set(names)) < len(names):
        raise _refuse("names a column twice", place="line 1")
    found = []
    for meant in (_LON, _LAT):
        places = [place for place, name in enumerate(names) if name in meant]
        if len(places) != 1:
            raise _refuse(f"names no column {meant[0]} (or {', '.join(meant[1:])}), or several", place="line 1")
        found += places
    return found[0], found[1]


def _not_numbers(columns: Sequence[Sequence[str]], names: Sequence[str]) -> Iterable[Fault]:
    for i, cells in enumerate(zip(*columns, strict=True)):
        for name, cell in zip(names, cells, strict=True):
            try:
                number(cell)
            except ValueError as error:
                yield fault("csv", i, str(error), f"/{name}")


def _first(faults: Iterable[Fault]) -> list[Fault]:
    return [fault for fault, _ in zip(faults, range(FAULTS), strict=False)]


_READERS = {"application/json": _json, "text/csv": _csv, "application/x-ndjson": _ndjson, "application/ndjson": _ndjson}
