"""Channels (受理渠道): the ways by which events come in, as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..db import queries
from ..errors import InvalidInput
from ..issues import Issue
from . import tables
from .tables import Stored, Words

SQL = queries.load(__package__, "channels.sql")

#: Columns of a table of channels; the source may be empty.
COLUMNS = ("channel", "kind", "source", "name_zh", "name_en")

#: The table that comes with gridgeo: 158 channels as a large district has them.
OURS = "channels.csv"

#: What kinds there are, and what they are called.
KINDS: Mapping[str, str] = {
    **{"inspector": "巡查", "hotline": "热线", "web": "网站", "message": "移动应用"},
    **{"enterprise": "企业", "sensor": "感知设备", "platform": "平台"},
}

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_WORDS = Words("channel", "channels", 5000)
_KINDS: Mapping[str, str] = {**{kind: kind for kind in KINDS}, **{zh: kind for kind, zh in KINDS.items()}}


@dataclass(frozen=True)
class Channel:
    """A way events come in by; `source` is whose codes come by it, empty where they come without one."""

    channel: str
    kind: str
    source: str
    name_zh: str
    name_en: str
    valid_from: date | None
    valid_to: date | None


def known(conn) -> dict[str, Channel]:
    """Return all channels there are or were, by their name, in order."""
    with conn.cursor() as cur:
        cur.execute(SQL["known"])
        return {row[0]: Channel(*row) for row in cur.fetchall()}


def valid(conn, day: date | None = None) -> list[Channel]:
    """Return the channels in use on a day (today in China when None), in order."""
    with conn.cursor() as cur:
        cur.execute(SQL["valid"], {"day": day})
        return [Channel(*row) for row in cur.fetchall()]


def read(rows: Iterable[Mapping[str, str]], source: str = "") -> tuple[list[dict[str, Any]], list[Issue]]:
    """Return the channels of a table of :data:`COLUMNS`, as they are stored, and what is wrong with it.

    Issues, all of them errors: `missing-column`, `no-channel` (nothing in it), `too-many-channels`, `bad-channel` (a cell that is not
    what it should be), `duplicate-channel` (one that was there above).
    """
    return tables.read(rows, source, COLUMNS, _WORDS, _entry, lambda one: one["channel"])


def put(conn, entries: Iterable[Mapping[str, Any]], day: date | None = None) -> Stored:
    """Make channels what a table says from a day on (today in China when None): what it leaves out ends, its events keep it."""
    return tables.put(conn, SQL, list(entries), day)


def _entry(row: Mapping[str, str], position: int) -> dict[str, Any]:
    cells = tables.cells(row, COLUMNS, optional=("source",))
    if not _NAME.fullmatch(cells["channel"]):
        raise InvalidInput("channel", cells["channel"], "small letters, digits, - and _, at most 32; a letter or digit first")
    return {**cells, "kind": tables.meant(cells, "kind", _KINDS)}
