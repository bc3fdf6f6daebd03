"""Writing the hierarchy: an edition is staged as a draft, activated at a moment, or discarded."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import geopandas
import numpy as np
import pandas as pd
import psycopg2.extras
import shapely

from ..errors import Conflict
from ..geo import crs, measure
from ..issues import Issue
from . import rules, store
from .model import GOVERNANCE, UNIT_COLUMNS, Edition, Status, keys, leaves
from .store import SQL


def lock(conn, scheme: str) -> None:
    """Wait until nobody else writes in a scheme, and keep others from it until the transaction ends."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock_scheme"], {"scheme": scheme})


def stage(
    conn,
    scheme: str,
    frame: geopandas.GeoDataFrame,
    *,
    name: str,
    source: str = "",
    authority: str = "",
    findings: Iterable[Issue] = (),
    members: pd.DataFrame | None = None,
) -> tuple[Edition, bool]:
    """Store a frame as a draft edition; return it, and whether it is new.

    A unit keeps its identity by its key: who bore the key last in this scheme is who bears it now. Where the
    draft of the same content, or the open edition, is there already, that one is returned and nothing is stored.

    Parameters
    ----------
    frame
        All units of the edition (see :mod:`.model`), EPSG:4490 lon/lat.
    findings
        What the checks found, kept with the edition.
    members
        For a composed scheme: columns `unit` (key of a unit) and `member` (code of a micro-grid).

    Raises
    ------
    NotFound
        No such scheme.
    InvalidInput
        The frame cannot be stored at all: see :func:`rules.fit`.
    """
    rules.fit(frame, store.scheme(conn, scheme))
    digest = rules.digest(frame, members)
    lock(conn, scheme)
    with conn.cursor() as cur:
        same = _same(conn, scheme, digest)
        if same is not None:
            return same, False
        _copy(cur, frame)
        cur.execute(SQL["find_staged"], {"scheme": scheme})
        cur.execute(SQL["name_staged"], {"scheme": scheme})
        cur.execute(SQL["add_edition"], {"scheme": scheme, "name": name, "source": source, "authority": authority, "digest": digest})
        edition_id = cur.fetchone()[0]
        cur.execute(SQL["add_versions"], {"scheme": scheme, "edition_id": edition_id})
        if members is not None:
            _add_members(cur, edition_id, members)
        _add_findings(cur, edition_id, list(findings))
        cur.execute("DROP TABLE staged")
    return store.edition(conn, edition_id), True


def activate(conn, edition_id: int, when: datetime | None = None) -> Edition:
    """Make a draft valid from a moment on (the transaction's now when None); the edition valid until then ends there.

    Every process that holds the hierarchy in memory is told when the transaction commits.

    Raises Conflict when it is no draft, or the moment does not lie after the start of the open edition.
    """
    when = when or store.now(conn)
    draft = _locked(conn, edition_id)
    current = store.edition_open(conn, draft.scheme)
    rules.activation(draft, current, when)
    with conn.cursor() as cur:
        if current is not None:
            cur.execute(SQL["set_valid"], {"edition_id": current.edition_id, "valid_from": current.valid_from, "valid_to": when})
        cur.execute(SQL["set_valid"], {"edition_id": edition_id, "valid_from": when, "valid_to": None})
        cur.execute(SQL["tell"], {"scheme": draft.scheme})
    return store.edition(conn, edition_id)


def withdraw(conn, edition_id: int) -> Edition:
    """Make a scheduled edition a draft again; the one before it has no end again. Raises Conflict once it has begun."""
    scheduled = _locked(conn, edition_id)
    rules.withdrawal(scheduled, store.now(conn))
    before = next((e for e in store.editions(conn, scheduled.scheme) if e.valid_to == scheduled.valid_from), None)
    with conn.cursor() as cur:
        cur.execute(SQL["set_draft"], {"edition_id": edition_id})
        if before is not None:
            cur.execute(SQL["set_valid"], {"edition_id": before.edition_id, "valid_from": before.valid_from, "valid_to": None})
        cur.execute(SQL["tell"], {"scheme": scheduled.scheme})
    return store.edition(conn, edition_id)


def discard(conn, edition_id: int) -> None:
    """Delete a draft and all that belongs to it. Raises Conflict for what was activated: that is history."""
    draft = _locked(conn, edition_id)
    if draft.status(store.now(conn)) is not Status.DRAFT:
        raise Conflict(f"edition {edition_id} was activated and stays; only a draft can be discarded")
    with conn.cursor() as cur:
        for query in ("discard_members", "discard_findings", "discard_versions", "discard_edition"):
            cur.execute(SQL[query], {"edition_id": edition_id})


def _locked(conn, edition_id: int) -> Edition:
    """An edition as it is once nobody else writes in its scheme."""
    lock(conn, store.edition(conn, edition_id).scheme)
    return store.edition(conn, edition_id)


def _same(conn, scheme: str, digest: str) -> Edition | None:
    found = [e for e in store.editions(conn, scheme) if e.digest == digest and (e.valid_from is None or e.valid_to is None)]
    return found[-1] if found else None


def _copy(cur, frame: geopandas.GeoDataFrame) -> None:
    shapes = shapely.normalize(frame.geometry.to_numpy())
    table = pd.DataFrame(
        {
            "place": np.arange(len(frame)),
            "key": keys(frame).to_numpy(),
            **{column: frame[column] for column in UNIT_COLUMNS if column != "geometry"},
            "leaf": leaves(frame),
            "area_m2": measure.area_m2(shapes),
            "geom": shapely.to_wkb(shapely.set_srid(shapes, crs.STORAGE), hex=True, include_srid=True),
        }
    )
    cur.execute(SQL["make_staged"])
    _copy_csv(cur, "staged", table)
    cur.execute("ANALYZE staged")  # without statistics the joins below would be nested loops


def _add_members(cur, edition_id: int, members: pd.DataFrame) -> None:
    cur.execute(SQL["make_staged_member"])
    _copy_csv(cur, "staged_member", members[["unit", "member"]])
    cur.execute(SQL["add_members"], {"edition_id": edition_id, "of_scheme": GOVERNANCE})
    if cur.rowcount != len(members):
        raise Conflict(f"{len(members) - cur.rowcount} of {len(members)} members are no micro-grids of the edition valid now")
    cur.execute("DROP TABLE staged_member")


def _add_findings(cur, edition_id: int, findings: Sequence[Issue]) -> None:
    rows = [
        (edition_id, n, i.code, i.severity, i.message, list(i.units), i.area_m2, i.geometry and shapely.to_wkb(i.geometry, hex=True))
        for n, i in enumerate(findings, 1)
    ]
    template = f"(%s, %s, %s, %s, %s, %s::text[], %s, ST_SetSRID(%s::geometry, {crs.STORAGE}))"
    psycopg2.extras.execute_values(cur, SQL["add_finding"], rows, template, page_size=1000)


def _copy_csv(cur, table: str, rows: pd.DataFrame) -> None:
    """COPY a data frame; an empty field is null."""
    buffer = io.BytesIO()
    rows.to_csv(buffer, index=False, header=False)
    buffer.seek(0)
    cur.copy_expert(f"COPY {table} ({', '.join(rows.columns)}) FROM STDIN (FORMAT csv)", buffer)
