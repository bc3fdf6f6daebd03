"""The analyst's notebook runs, cell after cell, in an environment with what it says it needs; its figures are the sample's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import apart
from tests.guides.reading import HOWTO, SERVICE, cells, run

LOCK = Path(__file__).with_name("analyst.lock")

#: What is looked at after the last cell.
_TOLD = """
print(json.dumps({
    "communities": [len(communities), communities.crs.to_epsg(), int(communities["household_count"].sum())],
    "joined": [int(table["n"].notna().sum()), float(table["per_km2"].min())],
    "counted": int(table["n"].sum()),
    "classes": len(order),
    "homes": sorted(set(homes["building_use"])),
    "buildings": [len(buildings), int(grids["buildings"].sum())],
    "added": int((check["added"] - check["told"]).abs().max()),
    "read back": len(geopandas.read_file("grids.gpkg")),
    "codes": pandas.read_csv("density.csv", dtype=str)["code"].str.len().unique().tolist(),
}))
"""


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter of the analyst's environment, made where a package index can be reached."""
    return apart.environment("analyst", LOCK).python


@pytest.fixture(scope="module")
def ran(sample, python, tmp_path_factory):
    """What the notebook found, and the folder it ran in."""
    there = tmp_path_factory.mktemp("notebook")
    (there / "notebook.py").write_text("\n".join([*cells("analyst.ipynb"), _TOLD]).replace(SERVICE, sample.address), "utf-8")
    done = run([python, "-W", "ignore", "notebook.py"], there, MPLBACKEND="Agg", MPLCONFIGDIR=str(there))
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1]), there


def test_every_cell_runs_and_finds_what_the_sample_has(ran):
    found, _ = ran
    assert found["communities"][0] == 8 and found["communities"][1] in (4490, 4326) and found["communities"][2] == 19_101
    assert found["joined"][0] == 8 and found["joined"][1] >= 0 and 2 <= found["classes"] <= 5
    assert found["homes"] == ["residential"]
    assert found["buildings"] == [18, 18], "each building lies in a grid that the join by code finds"
    assert (found["added"], found["read back"], found["codes"]) == (0, 60, [12])


def test_the_counts_of_the_join_are_those_of_the_service(ran, sample):
    import httpx

    found, _ = ran
    told = httpx.get(f"{sample.address}/objects/counts", params={"unit": "440306", "by": "category"}, trust_env=False).json()
    assert found["counted"] == told["n"]


def test_the_choropleth_is_a_picture(ran):
    from PIL import Image

    with Image.open(ran[1] / "density.png") as picture:
        assert picture.size[0] > 600 and len(picture.convert("RGB").resize((64, 64)).getcolors(4096)) > 8


def test_it_is_kept_without_what_it_printed_and_is_a_notebook():
    """Nothing of anybody's data lies in it."""
    held = json.loads((HOWTO / "analyst.ipynb").read_text("utf-8"))
    assert (held["nbformat"], held["nbformat_minor"]) == (4, 5)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in held["cells"] if cell["cell_type"] == "code")
    assert len({cell["id"] for cell in held["cells"]}) == len(held["cells"])
