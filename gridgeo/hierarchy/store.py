"""Reading the hierarchy: schemes, editions, units, findings, and which unit is here, in SQL."""

from __future__ import annotations

from datetime import datetime

import geopandas
import numpy as np
import pandas as pd
import psycopg2.errors
import shapely

from ..db import queries
from ..errors import Conflict, NotFound
from ..issues import Issue, Severity
from . import model
from .model import Edition, Level, Outcome, Scheme, SchemeKind

SQL = queries.load(__package__)

#: What a frame read from an edition has besides :data:`model.UNIT_COLUMNS`.
STORED_COLUMNS = ("unit_id", "parent_id", "area_m2", "leaf")

_SELECTED = [
    *("unit_id", "level", "code", "name_zh", "name_en", "parent_id"),
    *("kind", "grid_type", "household_count", "area_m2", "leaf", "geometry"),
]


def schemes(conn) -> dict[str, Scheme]:
    """Return every scheme by its name."""
    found: dict[str, list] = {}
    for scheme, kind, name_zh, name_en, *level in SQL.rows(conn, "schemes"):
        levels = found.setdefault(scheme, [kind, name_zh, name_en, []])[3]
        if level[0] is not None:
            levels.append(Level(*level))
    return {name: Scheme(name, SchemeKind(kind), zh, en, tuple(levels)) for name, (kind, zh, en, levels) in found.items()}


def scheme(conn, name: str) -> Scheme:
    """Return a scheme; raises NotFound."""
    found = schemes(conn).get(name)
    if found is None:
        raise NotFound("scheme", name)
    return found


def add_scheme(conn, new: Scheme) -> None:
    """Add a scheme with its levels; raises Conflict when the name is taken."""
    with conn.cursor() as cur:
        try:
            cur.execute(SQL["add_scheme"], {"scheme": new.scheme, "kind": new.kind, "name_zh": new.name_zh, "name_en": new.name_en})
        except psycopg2.errors.UniqueViolation as error:
            raise Conflict(f"scheme {new.scheme} exists already") from error
        for level in new.levels:
            cur.execute(SQL["add_level"], {"scheme": new.scheme, **vars(level)})


def grid_types(conn) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English name of every grid type."""
    return {grid_type: (zh, en) for grid_type, zh, en in SQL.rows(conn, "grid_types")}


def editions(conn, scheme: str | None = None) -> list[Edition]:
    """Return the editions of a scheme, or of all, oldest first; drafts too."""
    return [Edition(*row) for row in SQL.rows(conn, "editions", scheme=scheme)]


def edition(conn, edition_id: int) -> Edition:
    """Return an edition; raises NotFound."""
    return _edition(conn, "edition", edition_id=edition_id) or _not_found(edition_id)


def edition_at(conn, scheme: str, moment: datetime | None = None) -> Edition | None:
    """Return the edition of a scheme that is valid at a moment (timezone-aware; now when None), or None."""
    return _edition(conn, "edition_at", scheme=scheme, moment=moment)


def edition_open(conn, scheme: str) -> Edition | None:
    """Return the edition of a scheme whose period has no end: the one activated last."""
    return _edition(conn, "edition_open", scheme=scheme)


def now(conn) -> datetime:
    """Return the moment the current transaction began, by the server's clock."""
    return SQL.rows(conn, "now")[0][0]


def next_change(conn) -> datetime | None:
    """Return the next moment at which some edition begins or ends; None when none is planned."""
    return SQL.rows(conn, "next_change")[0][0]


def frame(conn, edition_id: int) -> geopandas.GeoDataFrame:
    """Return all units of an edition as a frame, with :data:`STORED_COLUMNS`; the lower code first, missing codes last.

    Geometry is MultiPolygon in EPSG:4490, lon/lat; None in a listed scheme.
    """
    table = pd.DataFrame(SQL.rows(conn, "units", edition_id=edition_id), columns=_SELECTED)
    table["geometry"] = shapely.from_wkb([None if wkb is None else bytes(wkb) for wkb in table["geometry"]])
    made = model.frame(table)
    key_of = dict(zip(table["unit_id"], model.keys(made), strict=True))
    made["parent"] = pd.Series([key_of.get(parent) for parent in table["parent_id"]], dtype=object)
    made["unit_id"] = table["unit_id"].to_numpy(np.int64)
    made["parent_id"] = pd.array(table["parent_id"].to_numpy(), dtype="Int64")
    made["area_m2"] = table["area_m2"].to_numpy(float)
    made["leaf"] = table["leaf"].to_numpy(bool)
    return made


def members(conn, edition_id: int) -> list[tuple[int, int]]:
    """Return (unit_id, member unit_id) of a composed edition."""
    return SQL.rows(conn, "members", edition_id=edition_id)


def versions(conn, scheme: str, code: str | None = None, unit_id: int | None = None) -> list[tuple]:
    """Return every activated version a code or an id ever stood for: unit_id, code, name_zh, level, edition_id, valid_from, valid_to."""
    return SQL.rows(conn, "versions", scheme=scheme, code=code, unit_id=unit_id)


def successors(conn, unit_id: int, was_in: int, edition_id: int) -> list[int]:
    """Return the units of an edition that lie where a unit lay in another one (`was_in`), the one with most of its area first.

    They are of the unit's level; less than a square metre (EPSG:4547) is not counted.
    """
    return [row[0] for row in SQL.rows(conn, "successors", unit_id=unit_id, was_in=was_in, edition_id=edition_id)]


def other_codes(conn, unit_id: int) -> list[tuple[str, str, str]]:
    """Return what other systems call a unit: (system, vintage, code)."""
    return SQL.rows(conn, "other_codes", unit_id=unit_id)


def put_codes(conn, system: str, vintage: str, code_of: dict[int, str]) -> int:
    """Record what a system calls units in a vintage, by unit_id; return how many codes are new or other than before."""
    rows = [{"unit_id": unit_id, "system": system, "vintage": vintage, "code": code} for unit_id, code in code_of.items()]
    with conn.cursor() as cur:
        changed = 0
        for row in rows:
            cur.execute(SQL["put_code"], row)
            changed += cur.rowcount
    return changed


def findings(conn, edition_id: int) -> list[Issue]:
    """Return what the checks found in an edition when it was staged."""
    rows = SQL.rows(conn, "findings", edition_id=edition_id)
    source = f"edition {edition_id}"
    return [
        Issue(code, Severity(severity), message, source, units=tuple(units), area_m2=area, geometry=wkb and shapely.from_wkb(bytes(wkb)))
        for code, severity, message, units, area, wkb in rows
    ]


def at(
    conn, edition_id: int, lons, lats, level: str | None = None, nearest: bool = True
) -> list[tuple[Outcome, int | None, int | None, float | None]]:
    """Return for each point (EPSG:4490, degrees): outcome, unit_id, and where there is none the nearest unit_id and its metres.

    The rule is :class:`model.Outcome`; among the units that have no units below them, or those of `level`.
    The nearest is looked for only if wanted.
    """
    points = {"lons": list(map(float, lons)), "lats": list(map(float, lats))}
    with conn.cursor() as cur:
        queries.prepared(cur, SQL["at"], {"edition_id": edition_id, **points, "level": level, "nearest": nearest})
        return [(Outcome(outcome), *rest) for outcome, *rest in cur.fetchall()]


def _edition(conn, query: str, **parameters) -> Edition | None:
    rows = SQL.rows(conn, query, **parameters)
    return Edition(*rows[0]) if rows else None


def _not_found(edition_id: int):
    raise NotFound("edition", edition_id)
