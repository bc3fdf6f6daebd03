"""Tiles of a part of the city follow its edition: units keep their number when their area becomes another."""

from __future__ import annotations

import time
from contextlib import closing
from types import SimpleNamespace

import httpx
import pytest

from api import server as api_server
from gridgeo.access.model import Scope
from gridgeo.db import connection
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import activation
from gridgeo.objects import writing
from gridgeo.settings import Settings
from gridgeo.tiles.model import column, row
from tests.access import making
from tests.api import callers, world
from tests.api.world import A, B
from tests.objects import making as objects
from tests.tiles.making import cover
from tests.tiles.reading import layers

IN_B = (113.035, 22.895)


@pytest.fixture
def city(server, template):
    """The drawn world: three objects in A, five in B, a building in A."""
    name = server.create(template)
    url = server.url_of(name)
    units = making.loaded(url)
    with closing(connection.connect(url)) as conn, connection.transaction(conn):
        ids = objects.tree(conn)
        rows = [cover(n, ids[objects.COVER], world.IN_A[0] + n * 1e-5, world.IN_A[1]) for n in range(3)]
        rows += [cover(10 + n, ids[objects.COVER], IN_B[0] + n * 1e-5, IN_B[1]) for n in range(5)]
        assert not writing.put(conn, rows).issues
    yield SimpleNamespace(url=url, units=units)
    server.drop(name)


def swapped():
    """The city in which A and B have changed their places."""
    frame = world.frame(False)
    a, b = (frame.index[frame["code"] == code][0] for code in (A, B))
    areas = frame.geometry.loc[a], frame.geometry.loc[b]
    frame.loc[a, "geometry"], frame.loc[b, "geometry"] = areas[1], areas[0]
    return frame


def path(collection: str, place: tuple[float, float], z: int) -> str:
    return f"/collections/{collection}/tiles/WebMercatorQuad/{z}/{row(place[1], z)}/{column(place[0], z)}"


def held(client, asked: str, key: dict) -> int:
    """How many objects, or buildings, a tile holds."""
    answer = client.get(asked, headers=key)
    if answer.status_code == 503:  # the first that transforms may be slow on a busy machine, and is told to come again
        answer = client.get(asked, headers=key)
    assert answer.status_code == 200, answer.text
    return sum(each["properties"].get("n", 1) for features in layers(answer.content).values() for each in features)


def test_tiles_of_a_part_follow_its_edition(city, tmp_path):
    key = callers.bearer(callers.key(city.url, *map(str, Scope), area=[city.units[A]]))
    given = Settings(home=tmp_path, database_url=city.url, port=0, per_minute=0)
    asked = [path("objects", world.IN_A, 8), path("objects", world.IN_A, 18), path("objects", IN_B, 18), path("buildings", world.IN_A, 18)]
    with api_server.background(given) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        assert [held(client, each, key) for each in asked] == [3, 3, 0, 1]
        with closing(connection.connect(city.url)) as conn, connection.transaction(conn):
            draft, _ = editions.stage(conn, GOVERNANCE, swapped(), name="swapped")
            activation.activate(conn, draft.edition_id)
        for _ in range(600):
            if [held(client, each, key) for each in asked] == [5, 0, 5, 0]:
                break
            time.sleep(0.1)
        assert [held(client, each, key) for each in asked] == [5, 0, 5, 0]
