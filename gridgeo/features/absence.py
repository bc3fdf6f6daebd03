"""Why there is no feature of an id: it never was, or it is no more."""

from __future__ import annotations

from datetime import datetime

import orjson

from ..addresses import store as addresses
from ..errors import Gone, InvalidCode, NotFound, NotThen
from ..hierarchy import store as hierarchy
from ..hierarchy.model import GOVERNANCE
from ..moments import shown
from . import reading, versions
from .model import Collection
from .question import Period, Question

_EVER = Period(None, None)


def explain(conn, collection: Collection, feature_id: str, period: Period | None = None, recorded: datetime | None = None) -> None:
    """Raise Gone with who follows for what is no more, NotThen for what was not there at a time, NotFound for what never was."""
    if period is not None or recorded is not None:
        _not_then(conn, collection, feature_id, period, recorded)
    asked = {"grids": _unit, "buildings": _coded, "houses": _coded, "addresses": _name}.get(collection.relation)
    if asked is not None:
        asked(conn, collection, feature_id)
    raise NotFound(f"feature of {collection.id}", feature_id)


def _not_then(conn, collection: Collection, feature_id: str, period: Period | None, recorded: datetime | None) -> None:
    if versions.of(conn, collection, feature_id):
        when = [f"as of {shown(period.end or period.start)}"] if period else []
        known = [f"as it was known at {shown(recorded)}"] if recorded else []
        raise NotThen(f"feature of {collection.id}", feature_id, " ".join(when + known))
    raise NotFound(f"feature of {collection.id}", feature_id)


def _unit(conn, collection: Collection, feature_id: str) -> None:
    number = feature_id.removeprefix("u")
    unit_id = int(number) if feature_id[0] == "u" and number.isdigit() and len(number) < 19 else None
    versions = hierarchy.versions(conn, GOVERNANCE, code=None if unit_id else feature_id, unit_id=unit_id)
    ended = [one for one in versions if one[-1] is not None and collection.given["level"] in (None, one[3])]
    now = hierarchy.edition_at(conn, GOVERNANCE)
    if not ended or now is None:
        return
    last = max(ended, key=lambda one: one[-1])
    follow = hierarchy.successors(conn, unit_id=last[0], was_in=last[4], edition_id=now.edition_id)
    found = reading.page(conn, collection, Question(ids=tuple(f"u{each}" for each in follow), limit=max(len(follow), 1)))
    raise Gone("grid unit", feature_id, last[-1].isoformat(), [each["id"] for each in orjson.loads(f"[{found.features}]")])


def _coded(conn, collection: Collection, feature_id: str) -> None:
    ask = addresses.building if collection.relation == "buildings" else addresses.house
    try:
        ask(conn, feature_id)
    except InvalidCode:
        return


def _name(conn, collection: Collection, feature_id: str) -> None:
    was = reading.one(conn, collection, feature_id, Question(period=_EVER))
    if was is not None:
        raise Gone("name", feature_id, orjson.loads(was)["properties"]["valid_to"])
