"""An edition on its way in and out: checked, staged, activated, held in memory, exported."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from gridgeo.db import connection
from gridgeo.exports import files, rules
from gridgeo.exports.model import OF_EDITIONS, Order, Source
from gridgeo.hierarchy import editions, store, topology
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE

from .figures import Result, fastest
from .ground import Ground, say

_PROFILES = ("baoan", "city")


def edition(ground: Ground, quick: bool) -> Result:
    """The topology check, staging, activation and the way into memory."""
    result = Result("edition", "an edition checked, staged, activated and taken into memory")
    for profile in _PROFILES[:1] if quick else _PROFILES:
        frame = ground.frame(profile)
        size = f"{len(frame):,} units"
        say(f"edition: {profile}")
        seconds, found = fastest(lambda frame=frame: topology.check(frame), 1)
        result.add(f"topology check, {size}", seconds, "s", None, f"{len(found)} findings")
        with closing(connection.connect(ground.database(f"edition_{profile}"))) as conn, conn:
            seconds, (draft, _) = fastest(lambda conn=conn, frame=frame: editions.stage(conn, GOVERNANCE, frame, name="bench"), 1)
            result.add(f"stage, {size}", seconds, "s")
            seconds, made = fastest(lambda conn=conn, draft=draft: editions.activate(conn, draft.edition_id), 1)
            result.add(f"activate, {size}", seconds, "s")
            scheme = store.scheme(conn, GOVERNANCE)
            seconds, _ = fastest(lambda conn=conn, scheme=scheme, made=made: Snapshot(scheme, made, store.frame(conn, made.edition_id)), 1)
            result.add(f"read into memory, {size}", seconds, "s")
    return result


def exports(ground: Ground, quick: bool) -> Result:
    """All levels of an edition in each format."""
    result = Result("exports", "all levels of an edition to a file, CGCS2000")
    for profile in _PROFILES[:1] if quick else _PROFILES:
        say(f"exports: {profile}")
        snapshot = ground.loaded(profile).snapshot
        source = Source(snapshot.scheme, snapshot.edition, snapshot.frame)
        with tempfile.TemporaryDirectory() as folder:
            for kind in OF_EDITIONS:
                order = Order(kind, rules.usual_datum(kind), rules.levels(snapshot.scheme, snapshot.frame))
                path = Path(folder) / f"all{kind.ending}"
                seconds, _ = fastest(lambda path=path, source=source, order=order: files.export(path, source, order, overwrite=True), 1)
                result.add(f"{kind}, {len(snapshot.units):,} units", seconds, "s", None, f"{path.stat().st_size / 1e6:.1f} MB")
    return result
