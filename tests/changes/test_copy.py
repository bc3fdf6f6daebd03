"""`gridgeo replicate`: the copy equals the source, whatever is killed meanwhile, and other programs read it."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import orjson
import pyogrio
import pytest
import shapely

from api import server as api_server
from gridgeo.addresses import lifecycle
from gridgeo.changes import stamping
from gridgeo.changes.client import Source
from gridgeo.changes.copy import Copy
from gridgeo.changes.geopackage import GeoPackage
from gridgeo.changes.model import ENTITIES
from gridgeo.changes.postgis import PostGIS
from gridgeo.db import connection
from gridgeo.errors import Conflict, EnvironmentIncomplete
from gridgeo.objects import writing
from gridgeo.settings import Settings
from tests.addresses import making as town
from tests.changes.making import tables
from tests.installation import CHECKOUT, environment
from tests.objects import making as things

#: Each is changed, and then deleted, by one test.
LAMPS = itertools.count(30)

LAWN = shapely.Polygon([(113.001, 22.891), (113.002, 22.891), (113.002, 22.892)])


@pytest.fixture(scope="module")
def source(server, template, tmp_path_factory):
    """A city, a connection to it, and the address of the API that tells of it."""
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn:
        with conn:
            town.edition(conn)
            kinds = things.tree(conn)
            town.house(conn, town.building(conn, footprint=shapely.MultiPolygon([LAWN])))
            lawn = {**things.lamp(kinds[things.LAWN], 1), "attributes": None, "shape": LAWN}
            lamps = [things.lamp(kinds[things.LAMP], n) | {"shape": None} for n in range(2, 40)]
            assert writing.add(conn, [lawn, *lamps]).issues == ()
        with api_server.background(Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0)) as address:
            yield conn, address
    server.drop(name)


@pytest.fixture(scope="module")
def database(server, template):
    """A database of somebody else, with something of his own in it."""
    name = server.create(template)
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture(params=["GeoPackage", "PostGIS"])
def opened(request, tmp_path):
    """Open a copy of a source, and what names it on the command line; each test has its own."""
    if request.param == "GeoPackage":
        path = tmp_path / "copy.gpkg"
        return lambda address: closing(GeoPackage(path, Source(address))), ["--to", str(path)]
    url, schema = request.getfixturevalue("database"), f"Copy {tmp_path.name}"
    return lambda address: closing(PostGIS(url, Source(address), schema)), ["--to", url, "--schema", schema]


def settled(conn) -> None:
    """Wait until everything has its number."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with conn:
            if not stamping.state(conn).waiting:
                return
        time.sleep(0.02)
    raise AssertionError("was not numbered")


def told(entity, state: dict) -> dict:
    """A state as the source has it, its geometry as the copy has it."""
    if "geometry" not in entity.fields:
        return state
    if state["geometry"] is not None:
        return state | {"geometry": shapely.from_geojson(orjson.dumps(state["geometry"]))}
    return state | {"geometry": shapely.Point(state["lon"], state["lat"])}


def assert_equal(copy: Copy, conn) -> None:
    with conn:
        source = tables(conn)
    for entity in ENTITIES.values():
        assert dict(copy.states(entity)) == {key: told(entity, state) for key, state in source[entity.name].items()}, entity.name


def lamp(conn, which: int) -> None:
    codes = things.LIGHTS, which % 38 + 2
    with conn:
        writing.change(conn, [{"element_code": f"{codes[0]}{codes[1]}", "name": f"灯{which}", "floor": which % 20 + 1}])


def test_a_copy_follows_what_changes(source, opened):
    conn, address = source
    settled(conn)
    with opened[0](address) as copy:
        first = copy.catch_up()
        assert_equal(copy, conn)
        lamp(conn, next(LAMPS))
        with conn:
            of = town.building(conn, 2.5, 0.5, grid=town.CODES["B"])
            lifecycle.relocate(conn, of.code, *town.at(0.5, 0.5))
        with conn, conn.cursor() as cur:
            cur.execute("DELETE FROM object_grid; DELETE FROM object_history; DELETE FROM object WHERE floor IS NOT NULL")
        settled(conn)
        assert copy.catch_up() == first + 3
        assert_equal(copy, conn)
        assert copy.catch_up() == first + 3


def test_one_that_is_out_of_date_begins_anew(source, opened):
    conn, address = source
    settled(conn)
    with opened[0](address) as copy:
        copy.catch_up()
        for which in range(3):
            lamp(conn, which)
        settled(conn)
        with conn:
            stamping.forget(conn, datetime.now(UTC) + timedelta(days=1))
        copy.catch_up()
        assert_equal(copy, conn)


def test_other_programs_read_it(source, tmp_path):
    conn, address = source
    settled(conn)
    path = tmp_path / "copy.gpkg"
    with closing(GeoPackage(path, Source(address))) as copy:
        copy.catch_up()
    drawn = {name for name, kind in pyogrio.list_layers(path) if kind is not None}
    assert drawn == {name for name, one in ENTITIES.items() if "geometry" in one.fields}
    found = pyogrio.read_dataframe(path, layer="object")
    assert len(found) > 30 and found.crs.to_epsg() == 4490
    assert set(found.geom_type) == {"Point", "Polygon"}


def test_another_file_is_left_alone(tmp_path):
    path = tmp_path / "other.gpkg"
    path.write_bytes(b"")
    with closing(GeoPackage(path, Source("http://a"))) as copy:
        copy._file.execute("CREATE TABLE mine (x)")
    with pytest.raises(Conflict, match="no copy of http://b"):
        GeoPackage(path, Source("http://b"))


def test_another_schema_is_left_alone(database):
    with pytest.raises(Conflict, match="schema gridgeo is there already"):
        PostGIS(database, Source("http://b"), "gridgeo")


def test_one_in_a_database_has_points_and_shapes_with_an_index(source, database):
    conn, address = source
    settled(conn)
    with closing(PostGIS(database, Source(address))) as copy:
        copy.catch_up()
    with pytest.raises(Conflict, match=f"is a copy of {address} already"):
        PostGIS(database, Source("http://b"))
    with closing(connection.connect(database)) as there, there.cursor() as cur:
        box = "ST_MakeEnvelope(113.0005, 22.8905, 113.0025, 22.8925, 4490)"
        cur.execute(f"SELECT GeometryType(geom) FROM gridgeo_copy.object WHERE geom && {box} AND GeometryType(geom) <> 'POINT'")
        assert cur.fetchall() == [("POLYGON",)]
        cur.execute("SELECT count(*) FROM pg_indexes WHERE schemaname = 'gridgeo_copy' AND indexdef LIKE '%gist%'")
        assert cur.fetchone() == (sum("geometry" in one.fields for one in ENTITIES.values()),)


def test_what_cannot_be_made_there_is_said_in_one_line(source, database):
    conn, address = source
    settled(conn)
    with closing(PostGIS(database, Source(address), "forbidden")) as copy:
        with copy._conn, copy._conn.cursor() as cur:
            cur.execute("SET ROLE gridgeo_reader")
        with pytest.raises(EnvironmentIncomplete, match="no copy can be made"):
            copy.catch_up()


def test_one_that_is_killed_and_started_again_equals_the_source(source, opened, request):
    """At any moment, also in the middle of a transaction, which is then taken back: the process, or its connection."""
    conn, address = source
    chance = random.Random(5)
    lives, deeds = (20, 20) if request.config.getoption("--long", default=False) else (3, 8)
    command = [sys.executable, "-m", "gridgeo.cli", "replicate", address, *opened[1], "--follow"]
    for life in range(lives):
        with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()) as follower:
            if life % 4 != 3:  # else it is killed while it begins
                assert b"as after transaction" in follower.stdout.readline()
            for which in range(deeds):
                lamp(conn, which + life)
                time.sleep(chance.random() / 5)
            if life % 2:
                with conn, conn.cursor() as cur:
                    cur.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gridgeo replicate'")
                time.sleep(chance.random() / 5)
            follower.send_signal(signal.SIGKILL)
    settled(conn)
    with opened[0](address) as copy:
        assert 0 < copy.number <= copy.catch_up()
        assert_equal(copy, conn)
