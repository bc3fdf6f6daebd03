"""QGIS itself opens the project against a running service, finds every layer valid and draws what is there (with --long)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from gridgeo.features.collections import COLLECTIONS
from tests.guides.reading import run

#: The Python QGIS of Debian is made for, and a place in the sample.
_PYTHON = "/usr/bin/python3"
_BOX = "113.8508,22.5764,113.8791,22.6021"


@pytest.fixture(scope="module")
def found(sample, tmp_path_factory):
    """What QGIS says of the project, and the picture it drew."""
    there = tmp_path_factory.mktemp("qgis")
    known = subprocess.run([_PYTHON, "-c", "import qgis.core"], capture_output=True)
    assert known.returncode == 0, "QGIS is not installed (Debian: apt-get install --no-install-recommends qgis-providers python3-qgis)"
    (there / "gridgeo.qgz").write_bytes(httpx.get(f"{sample.address}/qgis/project.qgz", trust_env=False).content)
    script = Path(__file__).with_name("qgis_opens.py")
    done = run([_PYTHON, str(script), "gridgeo.qgz", "drawn.png", _BOX], there, QT_QPA_PLATFORM="offscreen", HOME=str(there))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{"))), there / "drawn.png"


def test_every_layer_is_valid(found):
    told, _ = found
    assert told["read"] and told["crs"] == "EPSG:4490"
    assert [layer for layer in told["layers"].values() if not layer["valid"]] == []
    assert len(told["layers"]) == len(COLLECTIONS) + 3


def test_features_lie_where_they_are_and_have_chinese_names(found):
    layers = found[0]["layers"]
    for name in ("gridgeo_buildings", "gridgeo_microgrids", "gridgeo_objects", "gridgeo_houses"):
        x, y = layers[name]["place"]
        assert 113.85 < x < 113.88 and 22.57 < y < 22.61, name
    assert "楼栋编码" in layers["gridgeo_buildings"]["fields"]


def test_styles_are_taken_over(found):
    layers = found[0]["layers"]
    assert layers["gridgeo_microgrids"]["drawn_by"] == layers["gridgeo_objects"]["drawn_by"] == "categorizedSymbol"
    assert "clusters" in " ".join(layers["gridgeo_tiles_objects"]["drawn_by"])


def test_the_map_is_drawn_in_the_colours_of_the_page(found):
    from PIL import Image

    from maps import palette

    with Image.open(found[1]) as picture:
        colours = picture.convert("RGB").getcolors(900 * 700)
    total = sum(n for n, _ in colours)
    sea = tuple(int(palette.SEA[i : i + 2], 16) for i in (1, 3, 5))
    assert sum(n for n, colour in colours if colour == sea) < 0.8 * total, "something lies on the ground"
    assert len(colours) > 50
