"""Channels (受理渠道): the ways by which events come in, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..db import queries

SQL = queries.load(__package__, "channels.sql")


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
