"""Parameters: each is declared once, with the rule that reads it and the words that describe it.

A :class:`Query` is what a route takes. It refuses whatever is not declared, is given twice, or breaks its
rule, and tells all of it at once; the same declarations are the OpenAPI document's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from starlette.requests import Request

from gridgeo.errors import NotFound
from gridgeo.geo import crs
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.moments import CHINA

from .problems import Fault, InvalidRequest, UriTooLong, shown, suggestion

#: Longest query that is read, in bytes: addresses of 8000 are to be taken. Source: RFC 9110, section 4.1.
QUERY_BYTES = 8192

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


@dataclass(frozen=True)
class Parameter:
    """One parameter. `read` returns the value of a text or raises ValueError with the rule that is broken.

    `schema` is of OpenAPI 3.0 and says the default in the caller's words, `default` is the value itself.
    """

    name: str
    description: str
    read: Callable[[str], Any]
    schema: dict[str, Any]
    default: Any = None
    required: bool = False
    example: Any = None
    place: str = "query"

    def as_dict(self) -> dict[str, Any]:
        """Return the parameter object of an OpenAPI 3.0 document."""
        required = self.required or self.place == "path"
        plain = {"name": self.name, "in": self.place, "required": required, "description": self.description, "schema": self.schema}
        return plain if self.example is None else {**plain, "example": self.example}


@dataclass(frozen=True)
class Query:
    """The parameters a route takes, and no others."""

    parameters: tuple[Parameter, ...]
    _known: dict[str, Parameter] = field(init=False)
    _default: dict[str, Any] = field(init=False)
    _required: tuple[str, ...] = field(init=False)

    def __init__(self, *parameters: Parameter) -> None:
        asked = [parameter for parameter in parameters if parameter.place == "query"]
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "_known", {parameter.name: parameter for parameter in asked})
        object.__setattr__(self, "_default", {parameter.name: parameter.default for parameter in asked})
        object.__setattr__(self, "_required", tuple(parameter.name for parameter in asked if parameter.required))

    def __call__(self, request: Request) -> SimpleNamespace:
        """Return the values of a request, by the parameters' names; raises InvalidRequest, UriTooLong."""
        given = pairs(request)
        values, faults = dict(self._default), []
        seen = set()
        for name, text in given:
            parameter = self._known.get(name)
            if parameter is None:
                faults.append(self._unknown(name))
            elif name in seen:
                faults.append(Fault(name, "repeated-parameter", "is given more than once; give it once"))
            else:
                try:
                    values[name] = parameter.read(text)
                except ValueError as error:
                    faults.append(Fault(name, "invalid-parameter", str(error)))
            seen.add(name)
        faults += [Fault(name, "missing-parameter", "is missing; it is required") for name in self._required if name not in seen]
        if faults:
            raise InvalidRequest(faults[:20])
        return SimpleNamespace(**values)

    def as_dict(self) -> dict[str, Any]:
        """Return what an operation of the OpenAPI document says of its parameters."""
        return {"parameters": [parameter.as_dict() for parameter in self.parameters]}

    def _unknown(self, name: str) -> Fault:
        there = f"this resource takes {', '.join(self._known)}" if self._known else "this resource takes none"
        return Fault(shown(name), "unknown-parameter", f"is no parameter here; {there}{suggestion(name, self._known)}")


def pairs(request: Request) -> list[tuple[str, str]]:
    """Return the names and texts of a query, read once a request; raises InvalidRequest, UriTooLong."""
    found = request.scope.get("pairs")
    if found is None:
        found = request.scope["pairs"] = _pairs(request.scope["query_string"])
    return found


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    if not raw:
        return []
    if len(raw) > QUERY_BYTES:
        raise UriTooLong(f"the query is longer than {QUERY_BYTES} bytes")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=40)
    except UnicodeDecodeError:
        raise InvalidRequest([Fault("query", "invalid-encoding", "is not percent-encoded UTF-8")]) from None
    except ValueError:
        raise InvalidRequest([Fault("query", "too-many-parameters", "holds more than 40 parameters")]) from None
    for name, text in pairs:
        if _CONTROL.search(name) or _CONTROL.search(text):
            raise InvalidRequest([Fault(shown(name), "invalid-parameter", "holds a control character")])
    return pairs


def number(text: str) -> float:
    """Return a plain decimal number; raises ValueError for nan, inf, other digits than 0-9, spaces, `1_0` and the like."""
    if len(text) > 64 or not _NUMBER.fullmatch(text):
        raise ValueError("is not a plain decimal number such as 113.88")
    value = float(text)
    if not np.isfinite(value):
        raise ValueError("is too large a number")
    return value


def moment(text: str) -> datetime:
    """Return the instant of an RFC 3339 text, or the first of a day in Beijing time; raises ValueError."""
    if "/" in text or text.startswith(".."):
        raise ValueError("is an interval; this resource answers for one moment: give an instant or a date")
    try:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=CHINA)
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no moment of the calendar") from None
    hint = " (a + in an address is written %2B)" if re.search(r"T[^ ]+ [0-9]{2}:[0-9]{2}$", text) else ""
    raise ValueError(f"is neither an instant such as 2026-01-01T08:00:00+08:00 nor a date such as 2026-01-01{hint}")


def one_of(*words: str) -> Callable[[str], str]:
    """Return a rule that takes one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"is not {'one of ' if len(words) > 1 else ''}{', '.join(words)}{suggestion(text, words)}")
        return text

    return read


def matching(pattern: str, rule: str) -> Callable[[str], str]:
    """Return a rule that takes what a pattern matches whole."""
    compiled = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(rule)
        return text

    return read


def between(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a rule that takes a whole number from one to another."""

    def read(text: str) -> int:
        if not (_is_whole(text) and lowest <= int(text) <= highest):
            raise ValueError(f"is no whole number from {lowest} to {highest}")
        return int(text)

    return read


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


_SYSTEM_BY_WORD = {name.lower().replace("-", ""): datum for name, datum in crs.OFFERED.items()} | {
    "cgcs2000": crs.CGCS2000,
    "wgs84": crs.WGS84,
}
_URI = re.compile(r"(?:https?://www\.opengis\.net/def/crs/|urn:ogc:def:crs:)(epsg|ogc)[/:][0-9.]*[/:]([a-z0-9]+)", re.ASCII)


def system(text: str) -> crs.Datum:
    """Return the datum of a coordinate system's name, EPSG number or OGC URI; raises ValueError."""
    word = text.lower()
    uri = _URI.fullmatch(word)
    if uri:
        word = uri[2] if uri[1] == "ogc" else f"epsg:{uri[2]}"
    elif word.isascii() and word.isdigit():
        word = f"epsg:{word}"
    found = _SYSTEM_BY_WORD.get(word.replace("-", "").replace("_", ""))
    if found is None:
        raise ValueError(f"is not one of {', '.join(crs.OFFERED)}{suggestion(text, crs.OFFERED)}")
    return found


def to_storage(xy: np.ndarray, datum: crs.Datum) -> tuple[np.ndarray, np.ndarray]:
    """Return points (n, 2) of a datum as EPSG:4490 lon/lat, and which of them cannot be: infinite, or beyond the earth's degrees.

    A plane has no end to PROJ, which goes round the earth again: what does not come back where it was lies beyond it.
    """
    lonlat = crs.to_storage(xy, datum)
    with np.errstate(invalid="ignore"):
        wrong = ~((np.abs(lonlat[:, 0]) <= 180) & (np.abs(lonlat[:, 1]) <= 90))
        if crs.is_planar(datum):
            wrong |= ~(np.abs(crs.from_storage(lonlat, datum) - xy) <= 1).all(axis=1)
    return lonlat, wrong


def range_rule(x: float, y: float, datum: crs.Datum) -> str:
    """Return the rule a point beyond its system's range breaks, and what was probably meant."""
    if crs.is_planar(datum):
        return f"is beyond where {datum} is used; x (easting) comes first, metres"
    west, south, east, north = crs.REGION
    swapped = west <= y <= east and south <= x <= north
    hint = ": lon and lat look swapped, lon (longitude) comes first" if swapped else ""
    return f"lies beyond ±180 / ±90 degrees{hint}"


def location(asked: SimpleNamespace) -> tuple[float, float]:
    """Return the point of a request as EPSG:4490 lon, lat in degrees; raises InvalidRequest."""
    if asked.crs.epsg in (crs.STORAGE, crs.WGS84.epsg):
        lon, lat = asked.lon, asked.lat
        sound = -180 <= lon <= 180 and -90 <= lat <= 90
    else:
        lonlat, wrong = to_storage(np.array([[asked.lon, asked.lat]]), asked.crs)
        (lon, lat), sound = lonlat[0].tolist(), not wrong[0]
    if not sound:
        place = "lon" if crs.is_planar(asked.crs) or abs(asked.lon) > 180 else "lat"
        raise InvalidRequest([Fault(place, "invalid-parameter", range_rule(asked.lon, asked.lat, asked.crs))])
    return lon, lat


LON = Parameter("lon", "Longitude in degrees, or easting where crs is a plane.", number, {"type": "number"}, required=True, example=113.883)
LAT = Parameter("lat", "Latitude in degrees, or northing where crs is a plane.", number, {"type": "number"}, required=True, example=22.555)
CRS = Parameter(
    "crs",
    f"Coordinate system of the given coordinates, one of {', '.join(crs.OFFERED)}; an EPSG number or an OGC URI of one of them will do. "
    "Always x (longitude, easting) first.",
    system,
    {"type": "string", "default": "EPSG:4490"},
    crs.CGCS2000,
)
DATETIME = Parameter(
    "datetime",
    "Moment asked about: an instant with its zone, or a date (its first moment in Beijing time). The edition valid then answers; "
    "the one valid now when absent.",
    moment,
    {"type": "string"},
)
SCHEME = Parameter(
    "scheme",
    "Scheme of grids (网格体系).",
    matching("[a-z][a-z0-9_]{0,31}", "is no name of a scheme: small letters, digits and _"),
    {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$", "default": GOVERNANCE},
    GOVERNANCE,
)
LEVEL = Parameter(
    "level",
    "Level asked: district, street, community, micro, or another of the scheme's. The lowest there is when absent.",
    matching("[a-z][a-z0-9_]{0,31}", "is no name of a level: small letters, digits and _"),
    {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$"},
)
CODE = Parameter(
    "code",
    "Code of a grid unit, or u and its unit_id.",
    str,
    {"type": "string", "pattern": "^([0-9A-Z]{1,32}|u[1-9][0-9]{0,17})$"},
    example="440306",
    place="path",
)


def whole(name: str, description: str) -> Parameter:
    """Return the parameter of a number in a path, which :func:`in_path` reads."""
    return Parameter(name, description, str, {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, example=1, place="path")


def in_path(request: Request, name: str, of: str, digits: int = 18) -> int:
    """Return the number in a path; raises NotFound for what was never the number of anything."""
    text = request.path_params[name]
    if not _is_whole(text) or text[0] == "0" or len(text) > digits:
        raise NotFound(of, text)
    return int(text)


def counted(name: str, description: str, lowest: int, highest: int, default: int | None = None, **more: Any) -> Parameter:
    """Return the parameter of a whole number from one to another."""
    schema = {"type": "integer", "minimum": lowest, "maximum": highest} | ({} if default is None else {"default": default})
    return Parameter(name, description, between(lowest, highest), schema, default, **more)


def limit(description: str, most: int, usual: int = 100) -> Parameter:
    """Return the parameter that says how many are answered; who asks for more than may be is told."""
    return counted("limit", description, 1, most, usual)


def capped(description: str, most: int, usual: int) -> Parameter:
    """Return the same where more is taken for the most. Source: OGC 17-069r4, 7.15.2."""

    def read(text: str) -> int:
        if not (_is_whole(text) and int(text)):
            raise ValueError(f"is no whole number from 1 on, such as {usual}")
        return min(int(text), most)

    return replace(limit(description, most, usual), read=read)


def form(*forms: str) -> Parameter:
    """Return the parameter that chooses the form of the answer, over what the Accept header says."""
    description = "Form of the answer; it goes before the Accept header."
    return Parameter("f", description, one_of(*forms), {"type": "string", "enum": list(forms)})
