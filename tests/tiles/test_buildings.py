"""Buildings in tiles: each caller sees those of its units, and asks for no others."""

from __future__ import annotations

import pytest

from gridgeo.tiles import buildings
from gridgeo.tiles.model import BUILDINGS_FROM, Tile
from tests.objects.making import units
from tests.tiles.making import SOUTH, WEST, seeing, tile_at, town
from tests.tiles.reading import layers

A, B = "99990100100101", "99990100100102"
HERE = (WEST + 0.005, SOUTH + 0.005)

#: Fifty of A about one place, and many of B elsewhere; every other one with its footprint.
_FILL = """
WITH placed AS (
  SELECT n, CASE WHEN n <= 50 THEN %(a)s ELSE %(b)s END AS unit_id, CASE WHEN n <= 50 THEN %(lon)s ELSE 113.05 END + n * 1e-7 AS lon
    FROM generate_series(1, 20050) AS n
), filled AS (
  INSERT INTO building (zone, building_code, building_use, status, point, footprint, valid_from)
  SELECT '999901001001', '999901001001' || lpad(n::text, 7, '0'), 'residential', 'in_use', ST_SetSRID(ST_MakePoint(lon, %(lat)s), 4490),
         CASE WHEN n %% 2 = 0 THEN ST_Multi(ST_Expand(ST_SetSRID(ST_MakePoint(lon, %(lat)s), 4490), 1e-5)) END, '2020-01-01'
    FROM placed
)
INSERT INTO building_grid (zone, building_code, edition_id, unit_id, outcome)
SELECT '999901001001', '999901001001' || lpad(n::text, 7, '0'), %(edition_id)s, unit_id, 'inside' FROM placed
"""


@pytest.fixture
def built(conn) -> dict[str, int]:
    """The district with its buildings; its units by code."""
    edition_id, _ = town(conn)
    unit = units(conn, edition_id)
    with conn.cursor() as cur:
        cur.execute(_FILL, {"a": unit[A], "b": unit[B], "edition_id": edition_id, "lon": HERE[0], "lat": HERE[1]})
        cur.execute("ANALYZE building, building_grid, grid_unit_version")
    return unit


def codes(conn, at: Tile) -> list[str]:
    return [each["properties"]["code"] for each in layers(buildings.tile(conn, at)).get("buildings", [])]


@pytest.mark.parametrize("z", [BUILDINGS_FROM, 17])
def test_a_caller_sees_the_buildings_of_its_units(conn, built, z):
    at = tile_at(*HERE, z)
    expected = [f"999901001001{n:07}" for n in range(1, 51)]
    assert codes(conn, at) == expected
    for area, seen in (("all", expected), (f"{{{built[A]}}}", expected), (f"{{{built[B]}}}", []), ("{}", [])):
        with seeing(conn, area):
            assert codes(conn, at) == seen, area
    assert codes(conn, tile_at(*HERE, BUILDINGS_FROM - 1)) == []


def test_a_caller_of_a_part_asks_for_its_buildings_and_not_for_all(conn, built):
    """The control: asked for by their place, all are looked at, for row-level security lets && use no index before it asked."""
    west, south, east, north = tile_at(*HERE, 17).bounds
    given = {"z": 17, "column": 0, "row": 0, "west": west, "south": south, "east": east, "north": north, "units": [built[A]]}
    with seeing(conn, f"{{{built[A]}}}"):
        assert "Seq Scan on building " not in plan(conn, "tile_of_units", given)
        assert "Seq Scan on building " in plan(conn, "tile", given)
    assert "Seq Scan on building " not in plan(conn, "tile", given), "of the whole city there is nothing to ask"


def plan(conn, query: str, given: dict) -> str:
    with conn.cursor() as cur:
        cur.execute("EXPLAIN " + buildings.SQL[query], given)
        return "\n".join(line for (line,) in cur.fetchall())
