"""geopandas and ogr2ogr, from the service and back into it; what they asked on the way shows that the server filtered, and not they."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pyogrio
import pytest

from gridgeo import cli
from tests import apart
from tests.api import things
from tests.api.world import A, D
from tests.features.making import grown
from tests.features.passing import Asked, passing

#: Around two buildings of the first row, of which the second is an office.
BOX = (113.0005, 22.8915, 113.0025, 22.8925)


@pytest.fixture
def way(address) -> Iterator[tuple[str, list[Asked]]]:
    """The address of the service, and what is asked there."""
    with passing(address) as found:
        yield found


@pytest.fixture
def ogr2ogr() -> str:
    return apart.program("ogr2ogr")


def ran(*command: str, **variables: str) -> str:
    """Run a program that sees nothing of a proxy; what it says."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**plain, **variables})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


_READ = """
import json, sys
import geopandas
how = json.loads(sys.argv[3])
if "bbox" in how:
    how["bbox"] = tuple(how["bbox"])
found = geopandas.read_file("OAPIF:" + sys.argv[1], layer=sys.argv[2], **how)
if len(sys.argv) > 4:
    found.to_file(sys.argv[4], driver="GPKG")
codes = found["element_code" if sys.argv[2] == "objects" else "building_code"]
print(json.dumps([sorted(codes), found.crs.to_epsg(), [round(each, 4) for each in found.total_bounds]]))
"""


def read(at, layer, to=None, **how):
    """What geopandas reads: codes, the system, how far it reaches."""
    return json.loads(ran(sys.executable, "-W", "ignore", "-c", _READ, at, layer, json.dumps(how), *([str(to)] if to else [])))


def items(log: list[Asked], layer: str) -> list[Asked]:
    """Requests for pages of features; GDAL begins with one of a few to see what they are made of."""
    return [each for each in log if each.path == f"/collections/{layer}/items"]


def codes_in(file) -> list[str]:
    """The codes of the buildings in a file."""
    return sorted(pyogrio.read_dataframe(file)["building_code"])


def test_geopandas_lets_the_server_filter_by_place_and_property(way):
    """Not more comes over the wire than is asked for, but for GDAL's first look."""
    where, log = way
    codes, epsg, bounds = read(where, "buildings", bbox=BOX, where="building_use = 'office'")
    assert codes == [grown(10)]
    asked = items(log, "buildings")[-1]
    assert asked.query["building_use"] == "office"
    box = [float(each) for each in asked.query["bbox"].split(",")]
    assert sorted(box) == pytest.approx(sorted(BOX)), "in the order of axes of its bbox-crs"
    assert asked.features == 1
    assert epsg in (4490, 4326) and 113 < bounds[0] < 114 and 22 < bounds[1] < 23, "longitude is x"


def test_ogr2ogr_takes_home_what_it_asks_for_and_no_more(way, ogr2ogr, tmp_path):
    where, log = way
    box = [str(each) for each in BOX]
    ran(ogr2ogr, str(tmp_path / "x.gpkg"), f"OAPIF:{where}", "buildings", "-spat", *box, "-where", "building_use = 'industrial'")
    assert codes_in(tmp_path / "x.gpkg") == [grown(11)]
    asked = items(log, "buildings")[-1]
    assert asked.query["building_use"] == "industrial" and "bbox" in asked.query and asked.features == 1


def test_ogr2ogr_pages_through_a_collection_without_losing_or_repeating(way, ogr2ogr, tmp_path):
    where, log = way
    ran(ogr2ogr, str(tmp_path / "x.gpkg"), f"OAPIF:{where}", "buildings", OGR_OAPIF_PAGE_SIZE="10")
    taken = codes_in(tmp_path / "x.gpkg")
    assert len(taken) == len(set(taken)) == 41
    assert [each.features for each in items(log, "buildings")][-5:] == [10, 10, 10, 10, 1]


@pytest.fixture
def load(city, monkeypatch, capsys):
    """Run `gridgeo load` as a dry run on the city; what it says."""
    monkeypatch.setenv("DATABASE_URL", city.url)

    def run(*argv) -> str:
        capsys.readouterr()
        status = cli.main(["load", *map(str, argv)])
        said = capsys.readouterr()
        assert status == 0, said.out + said.err
        return said.out

    return run


@pytest.mark.parametrize("ending, how", [("gpkg", ()), ("shp", ("-lco", "ENCODING=GBK"))])
def test_grids_that_ogr2ogr_took_home_come_back_the_same(address, ogr2ogr, load, tmp_path, ending, how):
    """A dry run of loading them finds nothing that would change."""
    file = tmp_path / f"microgrids.{ending}"
    ran(ogr2ogr, *how, str(file), f"OAPIF:{address}", "microgrids", "-nln", "microgrids")
    said = load("grids", *sorted(tmp_path.glob("microgrids.*")) if ending == "shp" else [file], "--level", "micro", "--datum", "cgcs2000")
    assert "nothing changes" in said, said


def test_objects_that_geopandas_took_home_come_back_the_same(address, load, tmp_path, city):
    codes, *_ = read(address, "objects", to=tmp_path / "objects.gpkg")
    said = load("objects", tmp_path / "objects.gpkg", "--datum", "cgcs2000")
    assert {things.CODE[A], things.CODE[D]} <= set(codes) and f"0 new, 0 changed, {len(codes)} as before" in said, said
