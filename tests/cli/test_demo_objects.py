"""The demo's objects: made where the district is the demo's own and has none, and never twice."""

from contextlib import closing, nullcontext
from dataclasses import replace

import pytest

from gridgeo.cli import demo_objects, demo_town
from gridgeo.db import connection
from gridgeo.errors import InvalidInput
from gridgeo.objects import categories, counts
from gridgeo.tiles import cells
from tests.addresses.making import counted
from tests.ingest.objects_making import CODE, line, load, tree, write


def fill(settings, objects=300):
    stages = []

    def timed(stage):
        stages.append(stage)
        return nullcontext()

    demo_town.fill(settings.database_url, "small", 0, settings, timed)
    stages.clear()
    demo_objects.fill(settings.database_url, "small", objects, settings, timed)
    return stages


def test_a_town_has_its_objects_and_categories_once(settings):
    assert fill(settings) == ["sample", "load", "tiles"] and fill(settings) == []
    with closing(connection.connect(settings.database_url)) as conn:
        assert counted(conn, "object") >= 300 and len(categories.tree(conn).categories) == 153
        assert not counts.difference(conn, 1) and not cells.waiting(conn)


def test_nothing_is_made_where_nothing_is_wanted_or_the_town_is_not_ours(settings, tmp_path):
    assert fill(settings, objects=0) == []
    with closing(connection.connect(settings.database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE edition SET name = 'theirs'")
    demo_objects.fill(settings.database_url, "small", 10, replace(settings, home=tmp_path), None)
    with closing(connection.connect(settings.database_url)) as conn:
        assert counted(conn, "object") == 0


def test_objects_that_are_there_are_left_alone(settings, tmp_path):
    demo_town.fill(settings.database_url, "small", 0, settings, lambda _: nullcontext())
    with closing(connection.connect(settings.database_url)) as conn, conn:
        tree(conn)
        load(conn, write(tmp_path / "o.csv", [line(1)]))
    assert fill(settings) == [] and CODE(1)


def test_a_tenth_is_the_usual_and_more_than_there_are_is_refused():
    assert demo_objects.wanted("baoan", None) == 160_000
    for wrong in (-1, 5_000):
        with pytest.raises(InvalidInput):
            demo_objects.wanted("small", wrong)
