"""All about a block: exact where it is open, told where it is about people, and only of whole micro-grids."""

from __future__ import annotations

import json
from datetime import date

import pytest
import shapely

from gridgeo.errors import Conflict, Gone, InvalidInput, NotFound
from gridgeo.geo import gate
from gridgeo.hierarchy import editions, model, store
from gridgeo.linkage import blocks, counts
from gridgeo.linkage.contents import Stock
from gridgeo.linkage.disclosure import EXACT, Control, Told
from tests.drawing import draw
from tests.linkage.counting import MICROS, PICTURE, A, B, C, D, E, build, found_district, link, people, units

RULE = Control()
TODAY = date(2025, 6, 1)


@pytest.fixture
def edition(conn):
    """Residents 12, 9, 13, 40 and none in A, B, C, D and E; a company in A and B; a case in A told from B."""
    edition_id = found_district(conn)
    residents = {A: 12, B: 9, C: 13, D: 40, E: 0}
    houses = {micro: build(conn, edition_id, micro, houses=2, floors=6, area_m2=50.0)[0] for micro in MICROS}
    people(conn, "resident", {houses[micro]: count for micro, count in residents.items()})
    link(conn, "credit", "registered", [("firm", houses[A]), ("other firm", houses[B])])
    link(conn, "event", "place", [("case", houses[A])])
    link(conn, "event", "reporter", [("case", houses[B])])
    counts.refresh(conn, TODAY)
    return edition_id


def area(letters: str) -> shapely.MultiPolygon:
    """The area of some letters of the picture, as a request brings it."""
    picture = PICTURE
    for letter in set("ABCDE") - set(letters):
        picture = picture.replace(letter, ".")
    for letter in letters:
        picture = picture.replace(letter, "X")
    return asked(draw(picture)["X"])


def asked(shape) -> shapely.MultiPolygon:
    return gate.geojson(json.loads(shapely.to_geojson(shape)))


def residents(block: blocks.Block) -> Told:
    return block.contents.linked["person", "resident"]


def test_a_micro_grid_tells_what_its_cell_is_told_as(conn, edition):
    assert residents(blocks.of_unit(conn, A, RULE)) == Told(10, 0, 10, 12)
    assert residents(blocks.of_unit(conn, B, RULE)) == Told(None, 1, 0, 9)
    assert residents(blocks.of_unit(conn, E, RULE)) == Told(None, 1, 0, 9)


def test_a_larger_unit_tells_the_sum_of_its_cells_as_told(conn, edition):
    street = blocks.of_unit(conn, "999901001", RULE)  # A, B, C: truly 34
    assert residents(street) == Told(10 + 15, 1, 10 + 13, 12 + 9 + 17)
    assert [unit.level for unit in street.chain] == ["district", "street"]
    assert residents(blocks.of_unit(conn, "999901", RULE)) == Told(10 + 15 + 40, 2, 10 + 13 + 38, 12 + 17 + 42 + 18)


def test_a_unit_answers_to_its_id_too(conn, edition):
    unit_id = units(conn, edition)[A]
    assert blocks.of_unit(conn, f"u{unit_id}", RULE).ref == A


def test_an_area_answers_for_the_micro_grids_wholly_in_it_and_names_those_it_cuts(conn, edition):
    block = blocks.of_polygon(conn, area("ABD"), RULE)
    assert (block.whole, block.cut) == ((A, B, D), ())
    assert residents(block) == Told(10 + 40, 1, 10 + 38, 12 + 9 + 42)
    lower_half = asked(shapely.box(113.0, 22.87, 113.045, 22.9))
    block = blocks.of_polygon(conn, lower_half, RULE)
    assert (block.whole, block.cut) == ((A, B, D), (C, E))


def test_a_boundary_drawn_a_millimetre_off_still_holds_its_micro_grid(conn, edition):
    drawn = shapely.transform(area("A"), lambda xy: xy - 1e-8)
    block = blocks.of_polygon(conn, asked(drawn), RULE)
    assert (block.whole, block.cut) == ((A,), ())


def test_an_area_smaller_than_a_micro_grid_tells_nothing_of_it(conn, edition):
    block = blocks.of_polygon(conn, asked(area("A").buffer(-0.001)), RULE)
    assert (block.whole, block.cut) == ((), (A,))
    assert block.contents.micro_grids == 0
    assert block.contents.buildings == ()
    assert residents(block) == Told(None, 0, 0, 0)


def test_an_area_beyond_the_district_holds_nothing(conn, edition):
    block = blocks.of_polygon(conn, asked(shapely.box(115, 25, 115.1, 25.1)), RULE)
    assert (block.whole, block.cut, block.contents.micro_grids) == ((), (), 0)


def test_buildings_houses_organisations_and_places_of_cases_are_exact(conn, edition):
    contents = blocks.of_unit(conn, "999901", RULE).contents
    assert contents.buildings == (Stock("residential", "in_use", 5),)
    assert contents.houses == (Stock("residential", "in_use", 10, 500.0),)
    assert contents.storeys == {"4-6": 5}
    assert contents.linked["credit", "registered"] == 2
    assert contents.linked["event", "place"] == 1


def test_who_reported_a_case_is_a_matter_of_persons(conn, edition):
    assert blocks.of_unit(conn, "999901", RULE).contents.linked["event", "reporter"] == Told(None, 5, 0, 45)


def test_every_role_there_is_is_answered_for(conn, edition):
    """A role left out would say that nobody has it."""
    linked = blocks.of_unit(conn, A, RULE).contents.linked
    with conn.cursor() as cur:
        cur.execute("SELECT kind, role FROM linkage.role")
        assert set(linked) == set(cur.fetchall())
    assert linked["person", "owner"] == Told(None, 1, 0, 9)


def test_a_house_and_a_building_answer_with_their_own_facts_and_their_micro_grids_counts(conn, edition):
    house = blocks.of_house(conn, f"{B}00001000001", RULE)
    assert (house.own.code, house.own.area_m2, house.own.address) == (f"{B}00001000001", 50.0, "district01试验路1号101")
    assert (house.chain[-1].code, residents(house)) == (B, Told(None, 1, 0, 9))
    building = blocks.of_building(conn, f"{A}00001", RULE)
    assert (building.own.floors, building.own.houses, building.chain[-1].code) == (6, 2, A)
    assert residents(building) == Told(10, 0, 10, 12)


def test_what_never_was_is_not_found_and_what_was_is_gone(conn, edition):
    build(conn, edition, C, 9, status="demolished", valid_to="2024-01-01")
    with pytest.raises(NotFound):
        blocks.of_unit(conn, "44030600199999", RULE)
    with pytest.raises(NotFound):
        blocks.of_house(conn, f"{B}00001009999", RULE)
    with pytest.raises(Gone):
        blocks.of_building(conn, f"{C}00009", RULE)


def test_nothing_is_told_before_it_was_counted(conn):
    found_district(conn)
    with pytest.raises(Conflict):
        blocks.of_unit(conn, A, RULE)


def test_all_units_of_a_level_are_told_as_each_one_is(conn, edition):
    for level in ("district", "street", "community", "micro"):
        table = blocks.by_level(conn, level, RULE)
        assert table
        for unit, contents in table:
            assert contents == blocks.of_unit(conn, unit.ref, RULE).contents


def test_a_level_may_be_asked_for_below_one_unit(conn, edition):
    assert [unit.code for unit, _ in blocks.by_level(conn, "micro", RULE, within="999901001")] == [A, B, C]
    assert [unit.code for unit, _ in blocks.by_level(conn, "micro", RULE, within=D)] == [D]
    with pytest.raises(NotFound):
        blocks.by_level(conn, "street", RULE, within=D)


def test_a_unit_of_a_composed_scheme_is_its_micro_grids(conn, edition):
    scheme = model.Scheme("police", model.SchemeKind.COMPOSED, "警务", "Police", (model.Level("area", 0, "区", "Area"),))
    store.add_scheme(conn, scheme)
    shape = area("BD")
    units_ = model.frame([{"level": "area", "code": "999901001H001", "name_zh": "一区", "geometry": shape}])
    members = model.pd.DataFrame({"unit": ["999901001H001"] * 2, "member": [B, D]})
    made, _ = editions.stage(conn, "police", units_, name="police", members=members)
    editions.activate(conn, made.edition_id)
    assert residents(blocks.of_unit(conn, "999901001H001", RULE, "police")) == Told(40, 1, 38, 51)


def test_a_scheme_with_boundaries_of_its_own_is_asked_with_its_area(conn, edition):
    store.add_scheme(conn, model.Scheme("fire", model.SchemeKind.DRAWN, "消防", "Fire", (model.Level("post", 0, "站", "Post"),)))
    posts = model.frame([{"level": "post", "code": "P", "name_zh": "一站", "geometry": area("AB")}])
    made, _ = editions.stage(conn, "fire", posts, name="posts")
    editions.activate(conn, made.edition_id)
    with pytest.raises(InvalidInput, match="polygon"):
        blocks.of_unit(conn, "P", RULE, "fire")


def test_no_answer_about_any_area_changes_with_what_a_hidden_cell_holds(conn, edition):
    """The whole path from links to answers: B may hold nobody or nine, and every unit and area of the district answers the same."""

    def answers() -> list:
        letters = ("A", "B", "AB", "BC", "ABC", "BD", "ABCDE", "BCDE", "DE")
        polygons = [blocks.of_polygon(conn, area(some), RULE).contents for some in letters]
        levels = [blocks.by_level(conn, level, RULE) for level in ("district", "street", "community", "micro")]
        return [polygons, levels]

    nine = answers()
    with conn.cursor() as cur:
        for left in (5, 1, 0):
            cur.execute(
                "DELETE FROM linkage.link WHERE token IN (SELECT token FROM linkage.link WHERE place LIKE %s AND kind = 'person' "
                "ORDER BY token OFFSET %s)",
                (f"{B}%", left),
            )
            counts.refresh(conn, TODAY)
            assert blocks.of_unit(conn, B, EXACT).contents.linked["person", "resident"].count == left
            assert answers() == nine


def test_a_caller_for_a_part_of_the_city_is_told_of_that_part_alone(conn, edition):
    unit = units(conn, edition)
    with conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_linkage")
        cur.execute("SELECT set_config('gridgeo.area', %s, true)", (f"{{{unit[A]},{unit[B]}}}",))
    assert residents(blocks.of_unit(conn, A, RULE)) == Told(10, 0, 10, 12)
    assert [unit.code for unit, _ in blocks.by_level(conn, "micro", RULE)] == [A, B]
    assert [unit.code for unit, _ in blocks.by_level(conn, "community", RULE)] == ["999901001001"]
    part = blocks.of_polygon(conn, area("ABC"), RULE)
    assert (part.whole, part.cut) == ((A, B), (C,))
    for ref in (C, "999901001", "999901"):
        with pytest.raises(NotFound):
            blocks.of_unit(conn, ref, RULE)
    with pytest.raises(NotFound):
        blocks.of_house(conn, f"{C}00001000001", RULE)


def test_a_caller_for_nothing_is_told_nothing(conn, edition):
    with conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_linkage")
        cur.execute("SET LOCAL gridgeo.area = ''")
        cur.execute("SELECT count(*) FROM linkage.unit_count")
        assert cur.fetchone() == (0,)
    with pytest.raises(NotFound):
        blocks.of_unit(conn, A, RULE)
    with pytest.raises(NotFound):
        blocks.by_level(conn, "micro", RULE)
