"""The versions of a feature: what it was from when to when, and since when that is known.

A version is a period in which a feature is told the same; it is named by its first moment, as OGC's proposal for versioned features has
it. What is believed today may be corrected, so that a version of the past is not for ever: :attr:`.question.Question.recorded` asks for
what was believed at a moment, of the collections that keep it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..db import queries
from .model import Collection

SQL = queries.load(__package__, "versions.sql")

_OF = {
    "grids": SQL["of_grids"],
    "buildings": SQL["of_buildings"],
    "houses": SQL["of_houses"],
    "addresses": SQL["of_addresses"],
    "objects": SQL["of_objects"],
    "events": SQL["of_events"],
}


class Version(NamedTuple):
    """From when to when a feature was so, the end not within; from when to when that was believed, None where that is not known."""

    start: datetime
    end: datetime | None
    recorded_from: datetime | None
    recorded_to: datetime | None


def of(conn, collection: Collection, feature_id: str, recorded: datetime | None = None, public: bool = True) -> list[Version]:
    """Return the versions of a feature, oldest first, as they are believed at a moment (now when None); none of what never was.

    Unless `public` is false, none of what not everybody may see either.
    """
    with conn.cursor() as cur:
        queries.prepared(cur, query(collection), values(collection, feature_id, recorded, public))
        return [Version(*row) for row in cur.fetchall()]


def query(collection: Collection) -> str:
    """Return the query of the versions of a feature, which takes :func:`values`."""
    return _OF[collection.relation]


def values(collection: Collection, feature_id: str, recorded: datetime | None, public: bool) -> dict[str, Any]:
    """Return what the query takes."""
    bare = feature_id.removeprefix("u")
    number = int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 19 and bare[0] != "0" else None
    return {"id": feature_id, "number": number, "recorded": recorded, "public": public, **collection.given}


def at(versions: Sequence[Version], moment: datetime | None = None) -> int | None:
    """Return the place of the version valid at a moment (now when None), None where there is none."""
    when = moment or datetime.now(UTC)
    return next((i for i, one in enumerate(versions) if one.start <= when and (one.end is None or when < one.end)), None)


def nearest(versions: Sequence[Version], moment: datetime) -> Version | None:
    """Return the last version that began by a moment, or else the first one. Source: RFC 7089, 4.5.3 (a time out of range)."""
    begun = [one for one in versions if one.start <= moment]
    return begun[-1] if begun else next(iter(versions), None)
