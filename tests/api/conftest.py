"""A small drawn city, loaded in two editions, and the API serving it on a real port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import psycopg2
import pytest

from api import server as api_server
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model, store
from gridgeo.issues import Issue, Severity
from gridgeo.linkage import counts
from gridgeo.settings import Settings
from tests.api.world import A, B, frame
from tests.drawing import draw


@pytest.fixture(scope="module")
def world(server, template) -> Iterator[SimpleNamespace]:
    """A database of this module's own with two editions of governance, one of overlapping posts and one without areas."""
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        found = Issue("overlap", Severity.WARNING, "A and B overlap", units=(A, B), area_m2=12.345, geometry=draw("AA")["A"])
        first, _ = editions.stage(conn, model.GOVERNANCE, frame(True), name="2024", authority="区政法委")
        editions.activate(conn, first.edition_id, datetime(2024, 1, 1, tzinfo=UTC))
        second, _ = editions.stage(conn, model.GOVERNANCE, frame(False), name="2025", authority="区政法委", findings=[found])
        editions.activate(conn, second.edition_id, datetime(2025, 1, 1, tzinfo=UTC))
        draft, _ = editions.stage(conn, model.GOVERNANCE, frame(False).assign(name_en="x"), name="draft")
        posts = _scheme(conn, "fire", model.SchemeKind.DRAWN, "消防", "Fire")
        areas = draw("PPP"), draw(".QQ")
        units = [{"level": "post", "code": "Q", "name_zh": "二站", "geometry": areas[1]["Q"]}]
        units += [{"level": "post", "code": "P", "name_zh": "一站", "geometry": areas[0]["P"]}]
        fire, _ = editions.stage(conn, posts, model.frame(units), name="posts")
        editions.activate(conn, fire.edition_id, datetime(2025, 1, 1, tzinfo=UTC))
        listed = _scheme(conn, "statistics", model.SchemeKind.LISTED, "统计", "Statistics")
        table, _ = editions.stage(conn, listed, model.frame([{"level": "post", "code": "1", "name_zh": "一"}]), name="table")
        editions.activate(conn, table.edition_id, datetime(2025, 1, 1, tzinfo=UTC))
        counts.refresh(conn)
        uncoded = next(unit_id for unit_id, code in _units(conn, second.edition_id) if not isinstance(code, str))
    yield SimpleNamespace(
        url=url, first=first.edition_id, second=second.edition_id, draft=draft.edition_id, fire=fire.edition_id, uncoded=uncoded
    )
    server.drop(name)


def _scheme(conn, name, kind, zh, en):
    store.add_scheme(conn, model.Scheme(name, kind, zh, en, (model.Level("post", 0, "站", "Post"),)))
    return name


def _units(conn, edition_id):
    table = store.frame(conn, edition_id)
    return zip(table["unit_id"], table["code"], strict=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Where the API of this module keeps files."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(world, home) -> Iterator[str]:
    """The address of the API serving the drawn city."""
    with api_server.background(Settings(home=home, database_url=world.url, port=0, cors_origins=("https://map.example",))) as where:
        yield where


@pytest.fixture(scope="module")
def client(address) -> Iterator[httpx.Client]:
    """A client of that API; it does not ask for compression unless told to."""
    with httpx.Client(base_url=address, headers={"Accept-Encoding": "identity"}, trust_env=False) as client:
        yield client


@pytest.fixture
def execute(world):
    """Run a statement in the module's database as its owner."""

    def run(statement: str):
        with closing(psycopg2.connect(world.url)) as conn, conn, conn.cursor() as cur:
            cur.execute(statement)

    return run
