"""Which events a caller means for a map: how they stand, and when they were reported."""

from __future__ import annotations

import re
from datetime import datetime
from types import SimpleNamespace
from typing import NamedTuple

from starlette.requests import Request

from gridgeo.events.shown import LATELY, LONGEST, Shown, State

from . import events, periods
from .parameters import Parameter
from .problems import Fault, InvalidRequest

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Span(NamedTuple):
    """From a moment until another, both included; None: no end."""

    since: datetime | None
    until: datetime | None


def _states(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(text.split(",")))
    if not set(words) <= set(State):
        raise ValueError(f"is no list of {', '.join(State)}")
    return words


def _span(text: str) -> Span:
    """A day alone is all of it: no event is reported at its first moment."""
    if "/" not in text and not _DAY.fullmatch(text):
        raise ValueError("is no day and no interval: two days or instants with one / between")
    found = periods.period(text if "/" in text else f"{text}/{text}")
    return Span(found.start, found.end)


STATE = Parameter(
    "state",
    f"Only those that stand so, with commas between: {', '.join(State)}. While its clock stands still an event is open.",
    _states,
    {"type": "string"},
)
REPORTED = Parameter(
    "datetime",
    "Only those reported then: a day in China, or an interval of two days or instants with / between, both included (.. for no end). When "
    f"absent those that are open, whenever they were reported, and all of the last {LATELY.days} days and of today.",
    _span,
    {"type": "string"},
)
FILTERS = (events.CLASS, events.GRADE, STATE, events.STAGE, events.DEPARTMENT, REPORTED)


def shown(request: Request, asked: SimpleNamespace) -> Shown:
    """Return which events a request of :data:`FILTERS` means: of classes that are not public to those who work on events alone."""
    span = asked.datetime or Span(None, None)
    head = (getattr(asked, "class"), asked.grade, asked.state, asked.stage, asked.department)
    return Shown(*head, *span, public=not events.works(request))


def require_a_year(wanted: Shown, but: str) -> None:
    """Raise InvalidRequest where more than a year is asked for; `but` says where that is answered."""
    if wanted.long:
        rule = f"is longer than {LONGEST.days - 1} days: {but}"
        raise InvalidRequest([Fault("datetime", "invalid-parameter", rule)])
