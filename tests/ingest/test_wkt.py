"""Well-known text in the cells of a table."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.geo.shapes import Malformed
from gridgeo.ingest.formats import wkt


@pytest.mark.parametrize(
    "text, counts",
    [
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", [1]),
        ("polygon((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))", [2]),
        ("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5), (5.1 5, 5.2 5, 5.2 5.1, 5.1 5)))", [1, 2]),
        ("  MultiPolygon  EMPTY ", []),
        ("POLYGON Z ((0 0 9, 1 0 9, 1 1 9, 0 0 9))", [1]),
        ("SRID=4490;POLYGON ((1e2 -1.5E-3, +1 0, .5 1., 1e2 -1.5E-3))", [1]),
    ],
)
def test_reads(text: str, counts: list[int]):
    rings, high, srid = wkt.parse(text)
    assert [len(polygon) for polygon in rings] == counts
    assert high == ("Z" in text.upper().split("(")[0]) and srid == ("EPSG:4490" if "SRID" in text else "")


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "wrong-type"),
        ("POINT (1 2)", "wrong-type"),
        ("POLYGON", "malformed-geometry"),
        ("POLYGON ()", "malformed-geometry"),
        ("POLYGON (())", "malformed-geometry"),
        ("POLYGON (0 0, 1 0, 1 1, 0 0)", "malformed-geometry"),
        ("POLYGON (((0 0, 1 0, 1 1, 0 0)))", "malformed-geometry"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0)", "malformed-geometry"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0)) x", "malformed-geometry"),
        ("POLYGON EMPTY ((0 0, 1 0, 1 1, 0 0))", "malformed-geometry"),
        ("POLYGON ((0 0, 1 0 5, 1 1, 0 0))", "malformed-geometry"),
        ("POLYGON ((0 0 0 0, 1 0 0 0, 1 1 0 0, 0 0 0 0))", "malformed-geometry"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0), (0 0 1, 1 0 1, 1 1 1, 0 0 1))", "malformed-geometry"),
        ("POLYGON ((0 0,, 1 1, 0 0))", "malformed-geometry"),
        ("POLYGON ((1_0 0, 1 0, 1 1, 1_0 0))", "malformed-geometry"),
        ("POLYGON ((１ 0, 1 0, 1 1, １ 0))", "malformed-geometry"),
        ("POLYGON ((0x1 0, 1 0, 1 1, 0x1 0))", "malformed-geometry"),
        ("POLYGON ((1e 0, 1 0, 1 1, 1e 0))", "malformed-geometry"),
        ("POLYGON ((inf 0, 1 0, 1 1, inf 0))", "malformed-geometry"),
        ("POLYGON M ((0 0 1, 1 0 1, 1 1 1, 0 0 1))", "malformed-geometry"),
        ("MULTIPOLYGON ((0 0, 1 0, 1 1, 0 0))", "malformed-geometry"),
    ],
)
def test_refuses(text: str, code: str):
    with pytest.raises(Malformed) as raised:
        wkt.parse(text)
    assert raised.value.code == code


number = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.lists(st.lists(st.tuples(number, number), min_size=4, max_size=6), min_size=1, max_size=3), min_size=1, max_size=3))
def test_reads_back_what_was_written_to_the_last_digit(polygons):
    rings = [", ".join(f"{x!r} {y!r}" for x, y in ring) for polygon in polygons for ring in polygon]
    flat = iter(rings)
    text = ", ".join("(" + ", ".join(f"({next(flat)})" for _ in polygon) + ")" for polygon in polygons)
    read, _, _ = wkt.parse(f"MULTIPOLYGON ({text})")
    assert [[[tuple(place) for place in ring.tolist()] for ring in polygon] for polygon in read] == polygons


def test_agrees_with_shapely():
    text = "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 1)), ((9 9, 10 9, 10 10, 9 9)))"
    rings, _, _ = wkt.parse(text)
    made = shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, *holes in rings])
    assert made.equals_exact(shapely.from_wkt(text))
