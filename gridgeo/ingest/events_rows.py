"""What the cells of a list of events mean: when what was done, of what class, by which channel, by whom."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ..events.channels import Channel
from ..events.classes import EventClass, grade
from ..events.model import Kind
from ..moments import CHINA
from ..worktime.rules import FIRST, LAST
from . import fields, words

#: Times of a row, in the order they can be.
TIMES = ("reported_at", "filed_at", "dispatched_at", "responded_at", "handled_at", "closed_at")

_MOMENT = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]*(\d{1,2})[:时]?(\d{2})[:分]?(?:(\d{2})秒?(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?", re.ASCII)
_BEGUN = datetime(1899, 12, 30, tzinfo=CHINA)
_AND = re.compile("[、,;，；|]+")


@dataclass(frozen=True)
class Names:
    """What words of a list mean: channels, classes and departments by all that they are called."""

    channels: Mapping[str, str]
    classes: Mapping[str, EventClass]
    departments: Mapping[str, str]

    @classmethod
    def of(cls, channels: Iterable[Channel], classes: Iterable[EventClass], departments: Iterable[tuple[str, str, str]]) -> Names:
        """Return them; a name of two classes is nobody's, their paths are theirs."""
        by_way = {fields.plain(name): one.channel for one in channels for name in (one.name_en, one.name_zh, one.channel)}
        by_class: dict[str, EventClass | None] = {}
        for one in classes:
            for name in (one.name, f"{one.minor}/{one.name}", one.path):
                key = fields.plain(name)
                by_class[key] = one if by_class.get(key, one) == one else None
        offices = {fields.plain(name): code for code, *names in departments for name in (code, *names)}
        return cls(by_way, {key: one for key, one in by_class.items() if one is not None}, offices)


@dataclass(slots=True)
class Row:
    """A row understood: what is None was not said. `faults` are (code, field, value, rule)."""

    number: int
    original: str = ""
    kind: Kind = Kind.EVENT
    class_id: int | None = None
    grade: int | None = None
    channel: str = ""
    told: str = ""
    address: str | None = None
    place: str | None = None
    unit: str | None = None
    lon: str = ""
    lat: str = ""
    happened_at: datetime | None = None
    times: dict[str, datetime | None] = field(default_factory=dict)
    due_at: datetime | None = None
    lead: str | None = None
    assists: tuple[str, ...] = ()
    returned_by: tuple[str, ...] = ()
    bounces: int = 0
    rejected: bool = False
    merged: bool = False
    merged_into: str | None = None
    reason: str | None = None
    stars: int | None = None
    faults: list[tuple[str, str, str, str]] = field(default_factory=list)


class Reader:
    """Understands rows of one table; each different name once."""

    def __init__(self, names: Names, roles: Mapping[str, int], kind: Kind, channel: str) -> None:
        self._names, self._roles, self._kind, self._channel = names, roles, kind, channel
        self._known: dict[tuple[str, str], object] = {}

    def read(self, number: int, cells: Sequence[str | None]) -> Row:
        """Return what a row says; `number` is its place in the table, from 1."""
        said = {role: (cells[at] or "").strip() for role, at in self._roles.items()}
        row = Row(number, original=said.get("original", ""), told=said.get("told", ""))
        for role in ("address", "place", "unit", "reason", "merged_into"):
            setattr(row, role, said.get(role) or None)
        row.lon, row.lat = said.get("lon", ""), said.get("lat", "")
        self._times(row, said)
        self._what(row, said)
        self._whom(row, said)
        return row

    def _times(self, row: Row, said: Mapping[str, str]) -> None:
        for role in (*TIMES, "due_at", "happened_at"):
            text = said.get(role, "")
            found = moment(text) if text else None
            if text and found is None:
                row.faults.append(("bad-time", role, words.repeatable(text), "is no moment: write 2025-03-31 14:05"))
            if role in TIMES:
                row.times[role] = found
            else:
                setattr(row, role, found)
        known = [time for role in TIMES if (time := row.times[role])]
        if not said.get("reported_at"):
            row.faults.append(("no-reported-time", "reported_at", "", "does not say when it was reported"))
        elif known != sorted(known):
            row.faults.append(("times-reversed", "closed_at", "", "one time lies before another that it cannot lie before"))

    def _what(self, row: Row, said: Mapping[str, str]) -> None:
        status = self._once("event_status", said.get("status", ""))
        row.rejected, row.merged = status == "rejected", status == "merged"
        row.kind = Kind(self._once("event_kind", said.get("kind", "")) or self._kind)
        if text := said.get("class"):
            of = self._once("class", text, self._class)
            if of is None:
                row.faults.append(("unknown-class", "class", words.repeatable(text), "no class has this path or name; stored without one"))
            else:
                row.class_id, row.kind, row.told = of.class_id, Kind(of.kind), row.told or of.path
        if text := said.get("grade"):
            row.grade = grade(unicodedata.normalize("NFKC", text))
            if row.grade is None:
                row.faults.append(("bad-grade", "grade", words.repeatable(text), "a grade is I, II, III or IV"))
        way = said.get("channel") or self._channel
        row.channel = self._once("channel", way, lambda name: self._names.channels.get(fields.plain(name), ""))
        if not row.channel:
            row.faults.append(
                ("unknown-channel", "channel", words.repeatable(way), "no channel in use is called so; say which with --channel")
            )
        if text := said.get("stars"):
            found = self._once("stars", text)
            row.stars = int(found) if found else None
            if found is None:
                row.faults.append(("bad-stars", "stars", words.repeatable(text), "1 to 5 stars, or 非常满意 to 非常不满意; left out"))

    def _whom(self, row: Row, said: Mapping[str, str]) -> None:
        leads = self._offices(row, "department", said)
        row.lead, more = (leads[0] if leads else None), leads[1:]
        row.assists = tuple(one for one in dict.fromkeys((*more, *self._offices(row, "assists", said))) if one != row.lead)
        row.returned_by = self._offices(row, "returned_by", said)
        text = said.get("bounces", "")
        if text and not (text.isascii() and text.isdigit() and int(text) <= 99):
            row.faults.append(("bad-count", "bounces", words.repeatable(text), "a whole number, at most 99; left out"))
        row.bounces = max(int(text) if text.isascii() and text.isdigit() and int(text) <= 99 else 0, len(row.returned_by))

    def _offices(self, row: Row, role: str, said: Mapping[str, str]) -> tuple[str, ...]:
        found = []
        for text in filter(None, map(str.strip, _AND.split(said.get(role, "")))):
            code = self._once("department", text, lambda name: self._names.departments.get(fields.plain(name)))
            if code is None:
                row.faults.append(("unknown-department", role, words.repeatable(text), "no department has this code or name; left out"))
            else:
                found.append(code)
        return tuple(found)

    def _class(self, text: str) -> EventClass | None:
        path = re.sub(r"\s*[/>\\|-]+\s*", "/", unicodedata.normalize("NFKC", text).strip())
        return self._names.classes.get(fields.plain(path))

    def _once(self, what: str, text: str, read: Callable | None = None):
        """What a text means, as it is `read`, or as the names of values say."""
        key = (what, text)
        if key not in self._known:
            self._known[key] = read(text) if read else fields.value(what, text)
        return self._known[key]


def moment(text: str) -> datetime | None:
    """Return a moment of the years 2000 to 2099 that people write; None for what is none.

    A day is its beginning, and where no zone is said it is Beijing time: 2025-03-31 14:05, 2025/3/31 14:05:06, 20250331140506,
    2025年3月31日14时05分, 2025-03-31T06:05:00Z, and the number a spreadsheet keeps it as (45747.5868).
    """
    written = unicodedata.normalize("NFKC", text).strip()
    made = (_BEGUN + timedelta(days=float(written))).replace(microsecond=0) if _SERIAL.fullmatch(written) else _written(written)
    return made if made and FIRST <= made.astimezone(CHINA).date() <= LAST else None


def _written(text: str) -> datetime | None:
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    *parts, zone = found.groups()
    try:
        made = datetime(*(int(part or 0) for part in parts), tzinfo=CHINA)
    except ValueError:
        return None
    if zone:
        made = datetime.fromisoformat(made.replace(tzinfo=None).isoformat() + zone.replace("Z", "+00:00")).astimezone(UTC)
    return made


def completed(row: Row) -> Row:
    """Give a row the times that follow from others: what was dispatched, rejected or closed was filed when it was reported."""
    times = row.times
    if any(times[role] for role in ("dispatched_at", "handled_at", "closed_at")) or row.lead:
        times["filed_at"] = times["filed_at"] or times["reported_at"]
    if row.lead:
        times["dispatched_at"] = times["dispatched_at"] or times["filed_at"]
    if times["closed_at"]:
        times["handled_at"] = times["handled_at"] or times["closed_at"]
    return row
