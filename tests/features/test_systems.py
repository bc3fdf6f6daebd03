"""OGC API - Features, Part 2 (OGC 18-058r1): systems, the order of their axes, and what is said of them."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from gridgeo.features.systems import CRS84, SYSTEMS, box, named
from tests.access import making
from tests.api.world import A
from tests.features.making import grown, ids

BUILDINGS = "/collections/buildings/items"
EACH = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.number)
UNSUPPORTED = "http://www.opengis.net/def/crs/0/unsupported"

#: Where (113.005, 22.895) is, in the order of axes each system's definition has, by EPSG's own register.
LON, LAT = making.POINT[A]


def expected(system):
    """The point by PROJ's copy of the register, whose order of axes is kept (always_xy is not asked for)."""
    if system is CRS84:
        return LON, LAT
    target = pyproj.CRS.from_epsg(int(system.number))
    return pyproj.Transformer.from_crs(target.geodetic_crs, target).transform(LAT, LON)


@EACH
def test_axes_are_in_the_order_of_the_register(client, system):
    """Not in the order of GeoJSON: whoever asks for a system is given what its definition says."""
    found = client.get(f"{BUILDINGS}/{making.BUILDING[A]}", params={"crs": system.uri})
    metres = system.decimals == 4
    assert found.json()["geometry"]["coordinates"] == pytest.approx(expected(system), abs=1e-3 if metres else 1e-8)
    assert found.headers["content-crs"] == f"<{system.uri}>"


def test_the_orders_are_those_we_think():
    assert [system.flipped for system in SYSTEMS] == [False, True, True, True, False]
    for system in SYSTEMS[1:]:
        first = pyproj.CRS.from_epsg(int(system.number)).axis_info[0].direction
        assert system.flipped == (first == "north"), system


@EACH
def test_req_crs_fc_crs_of_pages_and_of_answers_without_one(client, system):
    answer = client.get(BUILDINGS, params={"crs": system.uri, "ids": making.BUILDING[A]})
    assert answer.headers["content-crs"] == f"<{system.uri}>"
    assert answer.json()["features"][0]["geometry"]["coordinates"] == pytest.approx(expected(system), abs=1e-3)
    for path in (BUILDINGS, f"{BUILDINGS}/{making.BUILDING[A]}", f"{BUILDINGS}?f=csv", f"{BUILDINGS}?f=geojsonseq"):
        assert client.get(path).headers["content-crs"] == f"<{CRS84.uri}>"


@EACH
def test_req_crs_fc_bbox_crs(client, system):
    """The same box in each system finds the same buildings; with the axes of another it is elsewhere, or no box at all."""
    corners = [(113.0005, 22.8915), (113.0025, 22.8935)]
    if system is not CRS84:
        target = pyproj.CRS.from_epsg(int(system.number))
        corners = [pyproj.Transformer.from_crs(target.geodetic_crs, target).transform(lat, lon) for lon, lat in corners]
    text = ",".join(f"{number:.9f}" for corner in corners for number in corner)
    assert set(ids(client, BUILDINGS, **{"bbox": text, "bbox-crs": system.uri})) == {grown(n) for n in (10, 11, 20, 21)}
    turned = ",".join(f"{number:.9f}" for corner in corners for number in reversed(corner))
    answer = client.get(BUILDINGS, params={"bbox": turned, "bbox-crs": system.uri})
    assert answer.status_code == 400 or answer.json()["numberReturned"] == 0


@EACH
def test_geometries_of_filters_are_in_their_system(client, system):
    x, y = expected(system)
    reach = 1 if system.decimals == 4 else 1e-5
    ring = [(x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)]
    text = ",".join(f"{first:.9f} {second:.9f}" for first, second in [*ring, ring[0]])
    asked = {"filter": f"S_INTERSECTS(geometry, POLYGON(({text})))", "filter-crs": system.uri}
    assert ids(client, BUILDINGS, **asked) == [making.BUILDING[A], grown(44)]


@pytest.mark.parametrize("name", ["crs", "bbox-crs", "filter-crs"])
@pytest.mark.parametrize("text", [UNSUPPORTED, "", "EPSG:27700", "http://evil.example/", "4490 ", "../../etc/passwd", "٤٣٢٦"])
def test_req_crs_invalid_values_are_refused(client, name, text):
    answer = client.get(BUILDINGS, params={name: text})
    assert answer.status_code == 400 and answer.json()["errors"][0]["parameter"] == name


def test_tables_have_x_first_and_say_so(client):
    def head(**asked):
        return client.get(BUILDINGS, params={"f": "csv", "ids": making.BUILDING[A], **asked}).text.splitlines()

    assert head()[0].endswith(",lon,lat") and head()[1].endswith(f",{LON},{LAT}")
    assert head(crs="EPSG:4490")[1].endswith(f",{LON},{LAT}")
    plane = head(crs="EPSG:4547")
    assert plane[0].endswith(",east,north")
    assert [float(text) for text in plane[1].split(",")[-2:]] == pytest.approx(expected(named("EPSG:4547"))[::-1], abs=1e-3)


def test_a_box_of_a_plane_is_bent_in_degrees_and_loses_no_corner():
    plane = named("EPSG:4547")
    corners = plane.points(np.array([[2530000.0, 395000.0], [2540000.0, 405000.0]]))
    found = box((2530000, 395000, 2540000, 405000), plane)
    assert shapely.intersects(found.buffer(1e-9), shapely.points(corners)).all()
    assert shapely.is_empty(box((0, 0, 1, 1), plane)) and shapely.is_empty(box((0, 0, 1, 1), CRS84))
    world = box((-2e7, -2e7, 2e7, 2e7), named("EPSG:3857"))
    assert shapely.covers(world.buffer(1e-6), shapely.box(73, 3, 136, 54))
