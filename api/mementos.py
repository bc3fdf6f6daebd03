"""What a feature was at other times: links to its versions and when a version began.

Source: RFC 7089 (Memento), pattern 1.2, with `datetime` in the address of each version; RFC 5829 (version navigation); the proposal
"Versioned Features" for OGC API - Features of 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.requests import Request

from gridgeo.features.model import Collection
from gridgeo.features.question import Period
from gridgeo.features.versions import Version

from . import conditional, ogc
from .problems import Fault, InvalidRequest

LINK_FORMAT = "application/link-format"
_TITLES = {
    "original": "现状 as it is now",
    "timegate": "任意时间 at any time",
    "timemap": "各版本 versions",
    "version-history": "各版本 versions",
    "canonical": "本版本 this version",
    "memento": "版本 version",
    "first": "最早版本 first version",
    "last": "最新版本 last version",
    "predecessor-version": "上一版本 version before",
    "successor-version": "下一版本 version after",
    "latest-version": "最新版本 last version",
}


def instant(moment: datetime) -> str:
    """Return a moment as it stands in addresses and features: RFC 3339, UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def http_date(moment: datetime) -> str:
    """Return a moment as headers have it, to the second below."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def asked(request: Request) -> datetime | None:
    """Return the moment of the header Accept-Datetime; raises InvalidRequest where it is none. Source: RFC 7089, 4.5.3."""
    text = request.headers.get("accept-datetime")
    if text is None:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        fault = Fault("Accept-Datetime", "invalid-parameter", "is no date of HTTP such as Wed, 01 Jan 2025 00:00:00 GMT")
        raise InvalidRequest([fault]) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def period(version: Version) -> Period:
    """Return the time at which exactly a version is valid."""
    return Period(version.start, version.start)


def around(request: Request, collection: Collection, feature_id: str, versions: Sequence[Version], at: int | None) -> list[dict[str, str]]:
    """Return the links of a version, or where it is None of none: to itself, those beside it, and to all of them."""
    beside = [] if at is None else [("canonical", at), ("predecessor-version", at - 1), ("successor-version", at + 1)]
    links = _general(request, collection, feature_id)
    for rel, place in [*beside, ("latest-version", len(versions) - 1)]:
        if 0 <= place < len(versions):
            links.append(_to(request, collection, feature_id, versions[place], rel))
    return links


def every(request: Request, collection: Collection, feature_id: str, versions: Sequence[Version]) -> list[dict[str, str]]:
    """Return the links of a TimeMap: to every version, the first and the last one named."""
    ends = [("first", versions[0]), *(("memento", one) for one in versions), ("last", versions[-1]), ("latest-version", versions[-1])]
    general = [link for link in _general(request, collection, feature_id) if link["rel"] in ("original", "timegate")]
    return general + [_to(request, collection, feature_id, one, rel) for rel, one in ends]


def told(request: Request, collection: Collection, feature_id: str, version: Version) -> dict[str, Any]:
    """Return a version as it stands in the list of them."""
    recorded_from, recorded_to = (moment and instant(moment) for moment in version[2:])
    return {
        "version": instant(version.start),
        "valid_from": instant(version.start),
        "valid_to": version.end and instant(version.end),
        "recorded_from": recorded_from,
        "recorded_to": recorded_to,
        "href": _to(request, collection, feature_id, version, "memento")["href"],
    }


def _general(request: Request, collection: Collection, feature_id: str) -> list[dict[str, str]]:
    here = f"/collections/{collection.id}/items/{feature_id}"
    to = {"original": here, "timegate": here, "timemap": f"{here}/versions", "version-history": f"{here}/versions"}
    kinds = {"original": conditional.GEOJSON, "timegate": conditional.GEOJSON}
    return [ogc.link(request, path, rel, _TITLES[rel], kinds.get(rel, conditional.JSON)) for rel, path in to.items()]


def _to(request: Request, collection: Collection, feature_id: str, version: Version, rel: str) -> dict[str, str]:
    path = f"/collections/{collection.id}/items/{feature_id}?datetime={instant(version.start)}"
    return {**ogc.link(request, path, rel, _TITLES[rel], conditional.GEOJSON), "datetime": http_date(version.start)}
