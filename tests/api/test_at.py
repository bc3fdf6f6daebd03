"""Which unit is at a point."""

import pytest

from api import schemas
from tests.api.world import CORNER, DISTRICT, HOLE, IN_A, ON_AB, OUTSIDE, RETIRED, A, B, C, D


def at(client, point, **more):
    answer = client.get("/grids/at", params={"lon": point[0], "lat": point[1], **more})
    assert answer.status_code == 200, answer.text
    return schemas.Place.model_validate(answer.json())


def test_point_inside_has_the_whole_chain(client):
    place = at(client, IN_A)
    assert place.outcome == "inside"
    assert [unit.code for unit in place.chain] == [DISTRICT, "440306001", "440306001001", A]
    assert place.unit == place.chain[-1]
    assert place.unit.href == f"/grids/{A}"
    assert place.others == [] and place.nearest is None


def test_shared_border_goes_to_the_lower_code_and_lists_the_other(client):
    place = at(client, ON_AB)
    assert (place.outcome, place.unit.code, [unit.code for unit in place.others]) == ("boundary", A, [B])


def test_corner_of_four_goes_to_the_lowest(client):
    place = at(client, CORNER)
    assert (place.outcome, place.unit.code, [unit.code for unit in place.others]) == ("boundary", A, [B, C, D])


def test_hole_names_the_nearest_and_the_units_that_hold_it(client):
    place = at(client, HOLE)
    assert (place.outcome, place.unit) == ("none", None)
    assert [unit.code for unit in place.chain] == [DISTRICT]
    assert place.nearest.code == C
    assert place.nearest.metres == pytest.approx(553.7, abs=1)


def test_outside_everything_is_an_answer_not_an_error(client):
    place = at(client, OUTSIDE)
    assert (place.outcome, place.chain, place.nearest.code) == ("none", [], B)


def test_far_from_china_nothing_is_near(client):
    assert at(client, (-70.0, -50.0)).outcome == "none"


def test_a_level_may_be_asked_for(client):
    assert at(client, IN_A, level="street").unit.code == "440306001"


def test_overlapping_units_are_several_and_all_listed(client, world):
    place = at(client, (113.015, 22.895), scheme="fire")
    assert (place.outcome, place.unit.code, [unit.code for unit in place.others]) == ("several", "P", ["Q"])


def test_a_scheme_without_areas_holds_nothing(client):
    assert at(client, IN_A, scheme="statistics").outcome == "none"


def test_the_past_answers_with_its_own_edition(client, world):
    place = at(client, (113.015, 22.895), datetime="2024-06-01")
    assert (place.unit.code, place.edition.edition_id) == (RETIRED, world.first)


def test_a_day_begins_in_beijing(client, world):
    assert at(client, IN_A, datetime="2025-01-01").edition.edition_id == world.first  # 2024-12-31T16:00Z
    assert at(client, IN_A, datetime="2025-01-01T08:00:00+08:00").edition.edition_id == world.second


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [
        ("CRS84", 113.005, 22.895),
        ("EPSG:4490", 113.005, 22.895),
        ("epsg:4326", 113.005, 22.895),
        ("4326", 113.005, 22.895),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 113.005, 22.895),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", 113.005, 22.895),
        ("urn:ogc:def:crs:EPSG::4490", 113.005, 22.895),
        ("EPSG:4547", 397921.2, 2533035.6),
        ("EPSG:3857", 12579659.0, 2619764.6),
        ("gcj02", 113.010346, 22.892222),
        ("BD-09", 113.016915, 22.898060),
    ],
)
def test_every_system_finds_the_same_place_x_first(client, crs, x, y):
    assert at(client, (x, y), crs=crs).unit.code == A


def test_other_systems_differ_from_degrees(client):
    """The shift of a map service carries a point beside a border over it."""
    assert at(client, (113.0215, 22.895)).unit.code == B
    assert at(client, (113.0215, 22.895), crs="gcj02").unit.code == A
