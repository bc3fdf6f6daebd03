"""Real clients: OGC's test suite, OWSLib and a validator in an environment of their own, and GDAL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from gridgeo.db import connection
from gridgeo.tiles import cells, objects
from tests import apart
from tests.access import making
from tests.api.world import A, D
from tests.features import reported
from tests.features.making import grown

LOCK = Path(__file__).with_name("clients.lock")


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter of an environment with the clients, made where a package index can be reached."""
    return apart.environment("clients", LOCK).python


def said(*command: str, cwd: Path | None = None, **variables: str) -> str:
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=cwd, env={**plain, **variables})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture
def everything_has_a_place(city) -> Iterator[None]:
    """Whatever lies nowhere is told to nobody meanwhile: the schema of the suite has no feature without a geometry (RFC 7946, 3.2, has)."""
    reclass = "UPDATE event SET class_id = (SELECT class_id FROM event_class WHERE path = %s) WHERE point IS NULL"
    with closing(connection.connect(city.url)) as conn:
        with conn, conn.cursor() as cur:
            cur.execute(reclass, (reported.NOISE,))
        yield
        with conn, conn.cursor() as cur:
            cur.execute(reclass, (reported.LAMP,))


@pytest.mark.usefixtures("everything_has_a_place")
def test_ogctests_are_green(python, address):
    """The Abstract Test Suite of Part 1, as the package has it: 29 tests, none skipped. It finds its fixtures from above itself."""
    command = [python, "-m", "ogctests", "-i", f"{address}/", "features/core"]
    told = said(*command, cwd=Path(python).parents[1], PYTEST_ADDOPTS="-p no:cacheprovider")
    assert re.search(r"29 passed in", told) and "failed" not in told, told[-3000:]


def test_the_document_is_valid_openapi_3_0(python, client, tmp_path):
    (tmp_path / "api.json").write_bytes(client.get("/api").content)
    code = "import json, sys; from openapi_spec_validator import OpenAPIV30SpecValidator as V; V(json.load(open(sys.argv[1]))).validate()"
    said(python, "-c", code, str(tmp_path / "api.json"))


_OWSLIB = """
import json, sys
from owslib.ogcapi.features import Features
there = Features(sys.argv[1] + "/")
box = there.collection_items("buildings", bbox=[113.0005, 22.8915, 113.0025, 22.8925])
cut = there.collection_items("buildings", filter="building_use = 'office' AND floors >= 3", limit=1000)
over = there.collection_items("events", datetime="2024-01-01/2025-12-31", filter="state = 'closed'")
print(json.dumps([there.feature_collections(), sorted(there.collection_queryables("buildings")["properties"]),
                  [f["id"] for f in box["features"]], cut["numberReturned"], there.collection_item("grids", "440306")["id"],
                  [f["id"] for f in over["features"]]]))
"""


def test_owslib_lists_reads_and_filters(python, address):
    collections, queryables, boxed, cut, unit, closed = orjson.loads(said(python, "-W", "ignore", "-c", _OWSLIB, address).splitlines()[-1])
    assert "buildings" in collections and "floors" in queryables
    assert (boxed, cut, unit, closed) == ([grown(10), grown(11)], 8, "440306", [reported.CLOSED])


_OWSLIB_PROCESSES = """
import json, sys
from owslib.ogcapi.processes import Processes
there = Processes(sys.argv[1] + "/")
inputs = {"collection": "buildings", "format": "geojson", "filter": "building_use = 'office'"}
done = there.execute("export", inputs)
begun = there.execute("export", inputs, async_=True)
location = there.response_headers["Location"]
print(json.dumps([[each["id"] for each in there.processes()], sorted(there.process("wash")["inputs"]),
                  len(done["file"]["value"]["features"]), begun["status"], location]))
"""


def test_owslib_lets_something_be_done(python, address):
    processes, inputs, done, begun, location = orjson.loads(said(python, "-W", "ignore", "-c", _OWSLIB_PROCESSES, address).splitlines()[-1])
    assert "export" in processes and "texts" in inputs and done > 0
    assert begun == "accepted" and location.startswith(f"{address}/jobs/")


_GDAL = """
import json, sys
import pyogrio
where, box = json.loads(sys.argv[2]), json.loads(sys.argv[3])
found = pyogrio.read_dataframe("OAPIF:" + sys.argv[1], layer="buildings", where=where, bbox=box and tuple(box))
print(json.dumps([list(found["building_code"]), found.crs.to_epsg(), [found.geometry.iloc[0].x, found.geometry.iloc[0].y]]))
"""


def gdal(address, where=None, box=None, **variables):
    """What GDAL reads, and the addresses it asked."""
    told = said(
        sys.executable, "-c", _GDAL, address, *(orjson.dumps(each).decode() for each in (where, box)), CPL_DEBUG="HTTP", **variables
    )
    answer = next(line for line in told.splitlines() if line.startswith("[["))
    return orjson.loads(answer), re.findall(r"Fetch\((\S*/items\S*)\)", told)


def test_gdal_lists_every_collection(address):
    code = "import json, sys, pyogrio; print(json.dumps(pyogrio.list_layers('OAPIF:' + sys.argv[1]).tolist()))"
    layers = dict(orjson.loads(said(sys.executable, "-c", code, address).splitlines()[-1]))
    assert layers["buildings"] == "Point" and layers["grids"] == "MultiPolygon" and layers["events"] == "Point" and len(layers) == 10


def test_gdal_reads_page_by_page_with_x_first(address):
    """It asks for the storage system, whose latitude comes first, and turns the axes as its register says."""
    (codes, epsg, xy), asked = gdal(address, OGR_OAPIF_PAGE_SIZE="7")
    assert len(codes) == len(set(codes)) == 41 and epsg in (4490, 4326)
    assert 113 < xy[0] < 114 and 22 < xy[1] < 23
    assert asked


def test_gdal_lets_the_server_filter(address):
    """By place and by what properties are: the addresses it asks say so."""
    (codes, _, _), asked = gdal(address, "building_use = 'office' AND status = 'in_use'", [113.0005, 22.8915, 113.0025, 22.8935])
    assert set(codes) == {grown(10), grown(20)}
    assert re.search(r"bbox=.*building_use=office&status=in_use|building_use=office.*bbox=", asked[-1]), asked


def test_gdal_asks_by_time(address):
    """It says a day without the time behind its T."""
    (codes, _, _), asked = gdal(address, "valid_from >= '2019-01-01'")
    assert {making.BUILDING[A], making.BUILDING[D]} <= set(codes)
    assert "datetime=2019-01-01T" in asked[-1]


_EVENTS = """
import json, sys
import pyogrio
found = pyogrio.read_dataframe("OAPIF:" + sys.argv[1], layer="events", where="state = 'overdue'")
print(json.dumps([found["event_id"].tolist(), found["department"].tolist(), found.geometry.iloc[0].x]))
"""


def test_gdal_reads_events_by_how_they_stand(address):
    numbers, departments, lon = orjson.loads(said(sys.executable, "-W", "ignore", "-c", _EVENTS, address).splitlines()[-1])
    assert (numbers, departments) == ([reported.OVERDUE], [reported.DEPARTMENT]) and 113 < lon < 114


_TILES = """
import json, sys
import pyogrio
place = f"OGCAPI:{sys.argv[1]}/collections/objects"
read = [pyogrio.read_dataframe(place, API="TILES", layer=layer) for layer, _ in pyogrio.list_layers(place)]
print(json.dumps([[str(each.crs), int(each.n.sum())] for each in read]))
"""


def test_gdal_finds_its_way_to_the_tiles(address, city):
    """From the collection over its tile set and the definition of the squares to the tiles: OGC API - Tiles."""
    with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
        cells.rebuild(conn)
        cur.execute("SELECT count(*) FROM object WHERE status = ANY (%s)", (objects.standing(conn),))
        (standing,) = cur.fetchone()
    for _ in range(10):  # until the service has been told of it
        read = orjson.loads(said(sys.executable, "-c", _TILES, address).splitlines()[-1])
        if len(read) > 1 and all(each == ["EPSG:3857", standing] for each in read):
            return
        time.sleep(0.5)
    pytest.fail(f"{standing} objects stand, and GDAL reads {read}")
