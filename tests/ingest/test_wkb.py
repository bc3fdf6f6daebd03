"""Well-known binary as GDAL hands it over."""

import struct

import pytest
import shapely

from gridgeo.geo.shapes import Malformed
from gridgeo.ingest.formats import wkb
from tests.ingest.making import SQUARE


def test_reads_parts_and_holes():
    hole = shapely.box(114.002, 22.502, 114.004, 22.504)
    area = shapely.MultiPolygon([shapely.Polygon(SQUARE).difference(hole), shapely.box(115, 22, 116, 23)])
    rings, high = wkb.parse(shapely.to_wkb(area))
    assert not high and [len(polygon) for polygon in rings] == [2, 1]
    assert rings[0][0].tolist() == [list(place) for place in area.geoms[0].exterior.coords]


@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_drops_heights_and_refuses_measures(flavor: str):
    rings, high = wkb.parse(shapely.to_wkb(shapely.force_3d(shapely.Polygon(SQUARE)), flavor=flavor))
    assert high and rings[0][0].tolist() == SQUARE
    measured = shapely.from_wkt("POLYGON M ((114 22 1, 115 22 1, 115 23 1, 114 22 1))")
    with pytest.raises(Malformed, match="measures"):
        wkb.parse(shapely.to_wkb(measured, flavor=flavor))


@pytest.mark.parametrize(
    "data, code",
    [
        (b"", "malformed-geometry"),
        (shapely.to_wkb(shapely.Polygon(SQUARE))[:-5], "malformed-geometry"),
        (struct.pack("<BII", 1, 3, 4_000_000_000), "malformed-geometry"),
        (struct.pack("<BIII", 1, 3, 1, 4_000_000_000), "malformed-geometry"),
        (struct.pack("<BII", 1, 6, 4_000_000_000), "malformed-geometry"),
        (struct.pack(">BII", 0, 3, 1), "malformed-geometry"),
        (struct.pack("<BII", 1, 6, 1) + shapely.to_wkb(shapely.Point(1, 2)), "malformed-geometry"),
        (shapely.to_wkb(shapely.Point(1, 2)), "wrong-type"),
        (struct.pack("<BII", 1, 7, 1) * 12_000, "wrong-type"),
        (struct.pack("<BII", 1, 10, 1), "wrong-type"),
        (struct.pack("<BII", 1, 16, 1), "wrong-type"),
    ],
)
def test_refuses(data: bytes, code: str):
    with pytest.raises(Malformed) as raised:
        wkb.parse(data)
    assert raised.value.code == code
