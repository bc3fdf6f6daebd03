"""Geometries of a batch as text: points by the column, everything else by GEOS, nothing where there is none."""

import numpy as np
import orjson
import pytest
import shapely

from gridgeo.exports.bulk import places
from gridgeo.exports.bulk.batches import of_bytes, of_hex
from gridgeo.geo import crs

_LON, _LAT = 113.88312345678901, 1 / 3
_SHAPES = [
    shapely.Point(_LON, _LAT),
    None,
    shapely.Polygon([(0, 0), (0, 1), (1, 1), (0, 0)]),  # clockwise
    shapely.LineString([(1, 2), (3, 4)]),
    shapely.Point(-0.5, 1e-7),
]


def column(shapes):
    return of_bytes([None if shape is None else shapely.to_wkb(shape, byte_order=1) for shape in shapes])


def test_what_is_told_reads_back_as_the_very_same():
    told = places.geojson(column(_SHAPES))
    assert told[1] == b"null"
    for text, shape in zip(told, _SHAPES, strict=True):
        assert shape is None or shapely.equals(shapely.geometry.shape(orjson.loads(text)), shape)
    for text, shape in zip(places.wkt(column(_SHAPES)), _SHAPES, strict=True):
        assert text == b"" if shape is None else shapely.equals(shapely.from_wkt(text.decode()), shape)
    assert shapely.is_ccw(shapely.geometry.shape(orjson.loads(told[2])).exterior)


def test_points_are_pairs_and_what_is_nowhere_is_two_times_nothing():
    assert places.pairs(column([*_SHAPES[:2], shapely.Point()])) == [f"{_LON!r},{_LAT!r}".encode(), b",", b","]


@pytest.mark.parametrize("datum", [crs.METRIC_PLANE, crs.GCJ02, crs.BD09], ids=str)
@pytest.mark.parametrize("shapes", [_SHAPES[:1] * 3, [shapely.Point(113.9, 22.5), None, shapely.Point(114.1, 22.7).buffer(0.01)]])
def test_points_alone_and_among_others_move_as_shapes_do(datum, shapes):
    moved = places.shapes(places.drawn(column(shapes), datum))
    expected = crs.transform(np.array(shapes, dtype=object), crs.CGCS2000, datum)
    assert shapely.equals_exact(moved, expected, 1e-9)[[shape is not None for shape in shapes]].all()


def test_digits_are_the_bytes_they_stand_for():
    found = of_hex([b"0a0b", b"", b"ff"])
    assert found.plain() == [b"\x0a\x0b", None, b"\xff"] and found.known.tolist() == [True, False, True]
