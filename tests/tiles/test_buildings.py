"""Buildings in tiles: each caller sees those of its units, and asks for no others."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.hierarchy.store import edition_open
from gridgeo.tiles import buildings
from gridgeo.tiles.model import BUILDINGS_FROM, EXTENT, Tile
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


@pytest.fixture(scope="module")
def template(laid, template) -> str:
    """A database with the district and its buildings."""
    return laid(template, lay)


def lay(conn) -> None:
    edition_id, _ = town(conn)
    unit = units(conn, edition_id)
    with conn.cursor() as cur:
        cur.execute(_FILL, {"a": unit[A], "b": unit[B], "edition_id": edition_id, "lon": HERE[0], "lat": HERE[1]})
        cur.execute("ANALYZE building, building_grid, grid_unit_version")


@pytest.fixture
def built(conn) -> dict[str, int]:
    """The district's units by code."""
    return units(conn, edition_open(conn, GOVERNANCE).edition_id)


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


def test_what_looks_for_buildings_tells_a_caller_no_others(conn, built):
    west, south, east, north = tile_at(*HERE, 17).bounds
    asked = "SELECT count(*) FROM gridgeo.buildings_in(ST_MakeEnvelope(%s, %s, %s, %s, 4490), %s::bigint[])"
    every = [built[A], built[B]]
    for area, seen in (("all", 50), (f"{{{built[A]}}}", 50), (f"{{{built[B]}}}", 0), ("{}", 0), ("", 0)):
        with seeing(conn, area), conn.cursor() as cur:
            cur.execute(asked, (west, south, east, north, every))
            assert cur.fetchone() == (seen,), area


def test_buildings_without_a_footprint_are_not_all_looked_up(conn, built):
    """The control: as a condition of its own a missing footprint is looked up in the index among all that have none."""
    with conn.cursor() as cur:
        cur.execute("UPDATE building SET footprint = NULL; ANALYZE building; SET LOCAL enable_seqscan = off")
        at = dict(zip(("west", "south", "east", "north"), tile_at(*HERE, 17).bounds, strict=True))
        at |= dict(zip(("left", "bottom", "right", "top"), at.values(), strict=True))
        asked = buildings.SQL["tile"]
        missing = asked.replace("OR b.point &&", "OR b.footprint IS NULL AND b.point &&")
        plans = []
        for query in (asked, missing):
            cur.execute(f"EXPLAIN {query}", at)
            plans.append("\n".join(line for (line,) in cur.fetchall()))
    assert "footprint IS NULL" in plans[1] and "footprint IS NULL" not in plans[0]
    assert all(f"building_{column}_idx" in plans[0] for column in ("footprint", "point"))


def test_places_in_a_tile_are_those_of_web_mercator(conn, built):
    at, points = tile_at(*HERE, BUILDINGS_FROM), "footprint IS NULL AND right(building_code, 5) <= '00050'"
    with conn.cursor() as cur:
        cur.execute(f"SELECT building_code, ST_X(point), ST_Y(point) FROM building WHERE {points}")
        places = {code: (lon, lat) for code, lon, lat in cur.fetchall()}
    found = {each["properties"]["code"]: each["parts"] for each in layers(buildings.tile(conn, at))["buildings"]}
    assert len(places) == 25 and places.keys() <= found.keys()
    for code, (lon, lat) in places.items():
        right = ((lon + 180) / 360 * 2**at.z - at.x) * EXTENT
        assert np.allclose(np.ravel(found[code]), [right, rows_down(lat, at)], atol=0.55), code


def test_degrees_lie_evenly_enough_on_a_tile_of_buildings():
    """A twentieth of its smallest step is the most they are off."""
    at = tile_at(*HERE, BUILDINGS_FROM)
    _, south, _, north = at.bounds
    for share in np.linspace(0, 1, 101):
        assert abs(rows_down(north + (south - north) * share, at) - EXTENT * share) < 0.05
    far = tile_at(*HERE, BUILDINGS_FROM - 4)
    assert abs(rows_down((far.bounds[1] + far.bounds[3]) / 2, far) - EXTENT / 2) > 0.4, "far out they do not"


def rows_down(lat: float, at: Tile) -> float:
    """Return where a latitude lies in a tile, in its smallest steps from its northern edge."""
    return ((0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)) * 2**at.z - at.y) * EXTENT
