"""Refusals as problem details: what a caller is told when something cannot be answered.

Source: RFC 9457, Problem Details for HTTP APIs.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson
from starlette.responses import Response

from gridgeo.errors import Gone, GridgeoError, InvalidInput, NotFound, NotThen

from . import rooted

MEDIA_TYPE = "application/problem+json"
#: What a refusal holds, for the OpenAPI document.
CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

_PLAIN = re.compile(r"[A-Za-z0-9_.:,/-]+")
_SHOWN = 8
#: with so many digits a value may be the beginning of a personal code
_DIGITS = 7


class Fault(NamedTuple):
    """One thing wrong with a request: in a parameter, or at a JSON pointer (CSV: line) of its body."""

    place: str
    code: str
    detail: str
    in_body: bool = False

    def as_dict(self) -> dict[str, str]:
        """Return the entry of the problem's `errors`."""
        return {"pointer" if self.in_body else "parameter": self.place, "code": self.code, "detail": self.detail}


class InvalidRequest(GridgeoError):
    """The request breaks a rule of this resource."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.place or 'body'}: {fault.detail}" for fault in self.faults[:3]))


class UnfitFeature(InvalidRequest):
    """The feature breaks the rules of what is kept."""


class UnfitReport(InvalidRequest):
    """The report breaks the rules of what is kept."""


class PreconditionRequired(GridgeoError):
    """Which state is written over has to be said."""


class PreconditionFailed(GridgeoError):
    """It is not in the state that is said."""


class UriTooLong(GridgeoError):
    """The query of the request is too long."""


class BodyTooLarge(GridgeoError):
    """The body of the request is too large."""


class AnswerTooLarge(GridgeoError):
    """More is asked for than one answer may hold."""


class UnsupportedMediaType(GridgeoError):
    """The body is of a kind this resource does not read."""


class Forgotten(GridgeoError):
    """What came after that transaction is not told any more."""

    def __init__(self, after: int, base: int, instead: str) -> None:
        super().__init__(f"what came after {after} is told no more, only what came after {base}: take {instead} and go on from there")
        self.instead = instead


class TooSlow(GridgeoError):
    """The body of the request did not arrive in time."""


class TooManyRequests(GridgeoError):
    """The caller asks more than its share."""

    def __init__(self, per_minute: int, retry_s: int) -> None:
        super().__init__(f"at most {per_minute} of these a minute; try again in {retry_s} s")
        self.retry_s = retry_s


class Busy(GridgeoError):
    """More is asked than can be answered now."""


class NoPolicy(GridgeoError):
    """Who may ask this was never said."""


class NoEdition(NotFound):
    """The scheme has no edition at that time."""

    def __init__(self, scheme: str, loaded: Iterable[str], when: str = "now") -> None:
        GridgeoError.__init__(self)
        self.kind, self.key, self.loaded, self.when = "edition of scheme", scheme, tuple(loaded), when

    def __str__(self) -> str:
        there = f"schemes with an edition valid now: {', '.join(self.loaded)}" if self.loaded else "nothing is loaded and activated yet"
        known = self.key in self.loaded  # then it is a word of ours, not one of the caller's
        return f"scheme {self.key if known else shown(self.key)} has no edition valid {self.when}; {there}"


def shown(value: object) -> str:
    """Return as much of a caller's value as may be repeated: its beginning, where that is plain, and its length.

    Of a value with 7 digits or more, which may be somebody's number, the length alone.
    """
    text = str(value)
    start = text[:_SHOWN]
    if not _PLAIN.fullmatch(start) or sum(map(str.isdigit, text)) >= _DIGITS:
        return f"({len(text)} characters)"
    return start if len(text) <= _SHOWN else f"{start}… ({len(text)} characters)"


def suggestion(given: str, known: Iterable[str]) -> str:
    """Return `; did you mean x?` where a known word is close to the given one, else nothing."""
    by_lower = {word.lower(): word for word in known}
    close = difflib.get_close_matches(given[:64].lower(), by_lower, 1)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""


def describe(error: GridgeoError) -> tuple[str, list[Fault]]:
    """Return the detail and the faults of a foreseen error, repeating little of what the caller gave."""
    if isinstance(error, InvalidRequest):
        return str(error), list(error.faults)
    if isinstance(error, InvalidInput):
        given = "" if error.value is None else f" {shown(error.value)}"
        return f"{error.field}{given}: {error.rule}", [Fault(error.field, code_of(type(error)), error.rule)]
    if isinstance(error, NotThen):
        return f"{error.kind} {error.key} was not there {error.when}; its versions say when it was", []
    if isinstance(error, Gone):
        follow = f"; now there lies {', '.join(error.successors)}" if error.successors else ""
        return f"{error.kind} {error.key} was retired at {error.since or 'an unknown day'}; ask with datetime= for what it was{follow}", []
    if isinstance(error, NotFound) and not isinstance(error, NoEdition):
        return f"no {error.kind} {shown(error.key)}", []
    return str(error), []


def code_of(kind: type[Exception]) -> str:
    """Return the stable code of an error: its class's name in kebab-case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


def title_of(kind: type[Exception]) -> str:
    """Return the title of an error: the first line of its docstring."""
    return (kind.__doc__ or "").strip().splitlines()[0]


def response(
    status: int,
    code: str,
    title: str,
    detail: str,
    request_id: str = "",
    faults: Iterable[Fault] = (),
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return the answer that tells a problem."""
    body = {
        "type": rooted.at(f"/api.html#{code}"),
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:uuid:{request_id}" if request_id else None,
        "code": code,
        "errors": [fault.as_dict() for fault in faults],
    }
    return Response(
        orjson.dumps({**{name: value for name, value in body.items() if value is not None}, **more}),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        MEDIA_TYPE,
    )


def of_status(status: int, detail: str, request_id: str = "", headers: dict[str, str] | None = None) -> Response:
    """Return the problem of a bare HTTP status."""
    phrase = HTTPStatus(status).phrase
    return response(status, phrase.lower().replace(" ", "-"), phrase, detail, request_id, headers=headers)
