"""Objects in an area drawn by hand: counted by units and object by object, and the same as counted one by one."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from gridgeo.db import connection
from gridgeo.hierarchy import store as hierarchy
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE, Outcome
from gridgeo.objects import counts, drawn, store
from gridgeo.objects.model import Where
from tests.access import making
from tests.api import things


@pytest.fixture
def town(database_url):
    """A connection to the drawn city with three hundred objects in and around it, and its edition in memory."""
    units = making.loaded(database_url)
    things.add(database_url, units)
    with closing(connection.connect(database_url)) as conn:
        edition = hierarchy.edition_at(conn, GOVERNANCE, datetime.now(UTC))
        today = Snapshot(hierarchy.scheme(conn, GOVERNANCE), edition, hierarchy.frame(conn, edition.edition_id))
        random = np.random.default_rng(4)
        with conn.cursor() as cur:
            for i, (lon, lat) in enumerate(random.uniform((112.99, 22.85), (113.05, 22.91), (300, 2)).tolist()):
                place = today.at(lon, lat)
                code = None if place.outcome is Outcome.NONE else place.chain[-1].code
                row = (f"MB0000011R{i}", int(random.integers(1, 5)), str(random.choice(["in_use", "removed"])), None, lon, lat, code)
                things.put(cur, row, units)
        counts.refresh(conn, edition.edition_id)
        yield conn, today


def areas():
    """Polygons that hold some units wholly, cut others and lie beside others; one with a hole, one of nothing there."""
    random = np.random.default_rng(5)
    for _ in range(12):
        centre, size = random.uniform((113, 22.86), (113.04, 22.9)), random.uniform(0.001, 0.03)
        angles = np.sort(random.uniform(0, 2 * np.pi, 9))
        yield shapely.Polygon(centre + size * np.c_[np.cos(angles), np.sin(angles)])
    yield shapely.box(112, 22, 114, 23)
    yield shapely.box(112, 22, 114, 23).difference(shapely.box(113.005, 22.875, 113.025, 22.895))
    yield shapely.box(120, 30, 121, 31)


def test_counts_of_an_area_are_those_counted_one_by_one(town):
    conn, today = town
    whole = 0
    for area in areas():
        for more in ({}, {"categories": [1, 3]}, {"statuses": ["removed"]}):
            where, met = Where(polygon=area, **more), drawn.met(today, area)
            found = drawn.counted(conn, today.edition.edition_id, where, met, beyond=True)
            assert +found == store.within(conn, where), area.wkt
            whole += len(met.whole)
    assert whole, "or no unit was counted by its kept counts"


def test_among_some_units_only_theirs_are_counted(town):
    conn, today = town
    some = [unit.unit_id for unit in today.units if unit.leaf][:2]
    area = shapely.box(113.005, 22.87, 113.03, 22.91)
    met = drawn.met(today, area, some)
    assert set(met.all) <= set(some)
    found = drawn.counted(conn, today.edition.edition_id, Where(polygon=area), met, beyond=False)
    assert +found == store.within(conn, Where(units=some, polygon=area))
