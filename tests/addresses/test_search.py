"""Places found as one types, step by step, in an area, from a point."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date

import pytest
import shapely

from gridgeo.access import store as access
from gridgeo.access.rules import written
from gridgeo.addresses import lifecycle, places, search
from gridgeo.addresses.model import Address
from gridgeo.addresses.search import Where
from gridgeo.db import connection
from gridgeo.errors import InvalidInput, NotFound, OutsideArea
from tests.addresses.making import CODES, at, edition


def found(town, q: str, **more) -> list[tuple[str, str, str]]:
    return [(one.kind, one.name, one.how) for one in search.search(town.conn, q, town.base, **more)]


@pytest.mark.parametrize(
    "q, how",
    [
        ("东山花园", "name"),
        ("東山花園", "name"),
        ("东山", "beginning"),
        ("dongshanhuayuan", "sound"),
        ("dongshan", "sound"),
        ("dshy", "sound"),
    ],
)
def test_a_compound_is_found_by_name_script_pinyin_and_initials(town, q, how):
    assert found(town, q)[0] == ("compound", "东山花园", how)


def test_homophones_and_parts_and_likeness_find_it_too(town):
    assert ("compound", "东山花园", "sound") in found(town, "冬山化园")
    assert ("compound", "东山花园", "part") in found(town, "山花园")
    assert ("compound", "东山花园", "likeness") in found(town, "东山花园子")


def test_numbers_in_names_sound_as_they_are_read(town):
    assert ("road", "前进一路", "sound") in found(town, "qianjinyilu")
    assert ("road", "前进一路", "name") in found(town, "前进1路")


def test_aliases_short_and_former_names_lead_to_the_building(town):
    for q in ("金辉", "老供销社", "laogongxiaoshe"):
        hit = search.search(town.conn, q, town.base)[0]
        assert hit.code == town.tower.code
        assert "金辉大厦" in hit.address


def test_an_address_is_led_to_its_house_first(town):
    hit = search.search(town.conn, "前进一路12号东山花园3栋1单元501", town.base)[0]
    assert (hit.kind, hit.code, hit.how) == ("house", town.house(town.estate3, "501", "1"), "address")


def test_a_building_code_answers_with_the_building_and_its_houses(town):
    first, *houses = search.search(town.conn, town.estate3.code.lower(), town.base)
    assert (first.kind, first.code, first.count, first.how) == ("building", town.estate3.code, 4, "code")
    assert [(one.kind, one.name) for one in houses] == [
        ("house", "1单元501"),
        ("house", "1单元502"),
        ("house", "2单元501"),
        ("house", "2单元601"),
    ]


def test_a_house_code_answers_with_the_house(town):
    code = town.house(town.tower, "1203")
    [hit] = search.search(town.conn, code, town.base)
    assert hit.code == code and hit.address == "深圳市海曲区东泽街道柳洲社区前进一路20号金辉大厦1203"


def test_a_retired_code_answers_with_who_follows(town):
    lifecycle.merge(town.conn, [town.estate4.code], town.estate3.code, date(2020, 1, 1))
    hit = search.search(town.conn, town.estate4.code, town.base)[0]
    assert not hit.live and hit.successors == (town.estate3.code,)


def test_a_code_nobody_has_is_not_found(town):
    with pytest.raises(NotFound):
        search.search(town.conn, town.estate3.code[:-1] + "9", town.base)


def test_lanes_are_called_with_their_village(town):
    assert {name for _, name, _ in found(town, "三巷")} == {"新塘村三巷", "石桥村三巷"}


def test_garbage_finds_nothing(town):
    for q in ("", " ", "%", "_", "\0", "'", "zzzzqqq", "啊"):
        assert found(town, q) == []


def test_the_limit_is_kept_and_checked(town):
    assert len(found(town, "三巷", limit=1)) == 1
    with pytest.raises(InvalidInput):
        found(town, "三巷", limit=0)


def test_within_a_unit_only_what_lies_in_it(town):
    assert {one.name for one in search.search(town.conn, "三巷", town.base, Where(unit="西岭街道"))} == {"石桥村三巷"}
    with pytest.raises(NotFound):
        search.search(town.conn, "三巷", town.base, Where(unit="不存在"))


def test_within_a_polygon_and_a_circle(town):
    west, north = at(0, 0)
    polygon = shapely.box(west, north - 0.01, west + 0.02, north)
    assert {one.code for one in search.search(town.conn, "", town.base, Where(polygon=polygon))} == {town.estate3.code, town.estate4.code}
    circle = (*at(0.5, 0.5), 100.0)
    assert [one.code for one in search.search(town.conn, "", town.base, Where(circle=circle))] == [town.estate3.code]
    assert found(town, "金辉", where=Where(circle=circle)) == []
    assert found(town, "东山花园3栋1单元501", where=Where(polygon=polygon))[0][0] == "house"
    assert found(town, "建设路8号101", where=Where(polygon=polygon)) == []


def test_buildings_of_a_unit_are_listed_without_a_text(town):
    listed = {one.code for one in search.search(town.conn, "", town.base, Where(unit="石桥社区"))}
    assert listed == {town.other_village.code, town.street8.code, town.plant.code}


def test_typing_goes_from_street_to_compound_to_building_to_house(town):
    def step(q: str, within: str = ""):
        return search.complete(town.conn, q, town.base, within)

    street = step("dongze")[0]
    assert (street.kind, street.name) == ("street", "东泽街道")
    compound = next(one for one in step("", street.ref) if one.name == "东山花园")
    buildings = step("", compound.ref)
    assert [one.name for one in buildings] == ["前进一路12号东山花园3栋", "前进一路12号东山花园4栋"]
    assert [one.code for one in step("4", compound.ref)] == [town.estate4.code]
    assert [one.name for one in step("", buildings[0].ref)] == ["1单元501", "1单元502", "2单元501", "2单元601"]
    assert [one.name for one in step("50", buildings[0].ref)] == ["1单元501", "1单元502", "2单元501"]


def test_a_road_is_completed_to_its_plates(town):
    road = next(one for one in search.complete(town.conn, "建设路", town.base) if one.kind == "road")
    assert [one.code for one in search.complete(town.conn, "", town.base, road.ref)] == [
        town.street8.code,
        town.street9.code,
        town.plant.code,
    ]


@pytest.mark.parametrize("within", ["road:", "road:1:2:3:4", "compound:x", "building:440399001001010000000", "unit:没有", "没有"])
def test_a_reference_that_leads_nowhere_is_not_found(town, within):
    with pytest.raises(NotFound):
        search.complete(town.conn, "1", town.base, within)


def test_a_point_in_a_footprint_is_in_that_building_however_near_another_is(town):
    lon, lat = at(4.5, 1.5)
    footprint = shapely.MultiPolygon([shapely.box(lon - 0.002, lat - 0.002, lon + 0.0001, lat + 0.002)])
    hall = town.place("C", 4.49, 1.5, Address("前进一路", "30"), footprint=footprint)
    town.place("C", 4.5 - 0.18, 1.5, Address("前进一路", "31"))
    [near] = search.reverse(town.conn, lon - 0.0018, lat, town.base)
    assert (near.code, near.inside, near.metres) == (hall.code, True, 0.0)


def test_the_nearest_building_is_told_with_its_metres(town):
    lon, lat = at(0.5, 0.5)
    first, second = search.reverse(town.conn, lon + 0.001, lat, town.base, limit=2, within_m=2000)
    assert (first.code, first.inside) == (town.estate3.code, False)
    assert first.metres == pytest.approx(102.6, abs=0.3)
    assert second.metres > first.metres
    assert search.reverse(town.conn, lon + 0.004, lat, town.base, within_m=50) == []


@pytest.mark.parametrize("grids", ["C", "AE", "BCD", ""])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_a_caller_of_a_part_is_shown_the_nearest_of_his_own_and_no_other(town, grids, limit):
    lon, lat = at(4.5, 1.5)
    footprint = shapely.MultiPolygon([shapely.box(lon - 0.002, lat - 0.002, lon + 0.0001, lat + 0.002)])
    town.place("C", 4.49, 1.5, Address("前进一路", "30"), footprint=footprint)
    points = [at(column, row) for column in (0.4, 1.5, 4.35, 5.9) for row in (0.4, 1.55, 2.9)]
    own = {CODES[letter] for letter in grids}
    everywhere = [search.reverse(town.conn, *point, town.base, 5000, 50) for point in points]
    expected = [[one for one in near if one.units[-1].code in own][:limit] for near in everywhere]
    with town.conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_reader")
    access.see(town.conn, written(town.base.units.below(town.base.units.unit(code))[0] for code in own))
    assert [search.reverse(town.conn, *point, town.base, 5000, limit) for point in points] == expected
    assert any(expected) == bool(grids)


def test_a_point_outside_the_grids_is_refused(town):
    for lon, lat in ((112.0, 22.9), (0.0, 0.0), (float("nan"), 22.8), (200.0, 95.0)):
        with pytest.raises(OutsideArea):
            search.reverse(town.conn, lon, lat, town.base)


def test_places_are_made_anew_and_told(town):
    with town.conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM place")
        before = cur.fetchone()[0]
    town.place("E", 3.6, 2.6, Address("新修路", "1"))
    assert places.refresh(town.conn) == before + 1
    assert found(town, "xinxiulu")[0][1] == "新修路"


# --- what follows few changes ---------------------------------------------------------------------------------


def rows_of_places(conn) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(
            "SELECT zone, kind, name_key, building_code, name, road_key, compound, compound_key, alias, reading, initials, buildings,"
            " ST_AsText(point, 9) FROM place ORDER BY zone, kind, name_key, building_code"
        )
        return cur.fetchall()


DEEDS = {
    "a new building on a new road": lambda town: town.place("B", 2.2, 0.2, Address("新路", "1", "新塘村")).code,
    "one more in an estate": lambda town: town.place("A", 0.8, 0.8, Address("前进一路", "14", "东山花园", "9")).code,
    "one more in a lane": lambda town: town.place("B", 2.8, 0.8, Address("三巷", "6", "新塘村")).code,
    "one written as a village and its lane in one word": lambda town: town.place("B", 2.9, 0.9, Address("新塘村三巷", "7")).code,
    "another address": lambda town: lifecycle.renumber(town.conn, town.tower.code, Address("建设路", "1", "石桥村")).code,
    "another place": lambda town: lifecycle.relocate(town.conn, town.street8.code, *at(0.3, 0.3)).code,
    "the only one of a lane goes": lambda town: lifecycle.retire(town.conn, town.village.code) or town.village.code,
    "one of an estate goes": lambda town: lifecycle.retire(town.conn, town.estate3.code) or town.estate3.code,
    "the one with many names goes": lambda town: lifecycle.merge(town.conn, [town.tower.code], town.plant.code) or town.tower.code,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_follows_a_deed_is_what_is_made_anew_from_all(town, deed):
    before = rows_of_places(town.conn)
    places.follow(town.conn, [DEEDS[deed](town)])
    followed = rows_of_places(town.conn)
    places.refresh(town.conn)
    assert followed == rows_of_places(town.conn) != before


def test_what_follows_many_deeds_one_by_one_is_what_is_made_anew(town):
    for deed in list(DEEDS.values())[:-1]:
        places.follow(town.conn, [deed(town)])
    followed = rows_of_places(town.conn)
    places.refresh(town.conn)
    assert followed == rows_of_places(town.conn)


def test_two_who_build_at_one_road_at_once_are_both_counted_there(database_url):
    def build(conn, column: float) -> str:
        lon, lat = at(column, 0.5)
        code = lifecycle.mint_building(conn, None, lon=lon, lat=lat, use="office", address=Address("滨河路", str(column))).code
        places.follow(conn, [code])
        return code

    with closing(connection.connect(database_url)) as one, closing(connection.connect(database_url)) as other:
        with one:
            edition(one)
        with ThreadPoolExecutor(1) as pool:
            with one:
                build(one, 0.5)
                waiting = pool.submit(build, other, 2.5)
                with closing(connection.connect(database_url)) as third, third.cursor() as cur:
                    third.autocommit = True
                    cur.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                    while cur.fetchone() is None:
                        cur.execute("SELECT pg_sleep(0.02)")
                        cur.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            waiting.result(30)
            other.commit()
        with one:
            followed = [(row[2], row[11]) for row in rows_of_places(one)]
    assert followed == [("滨河路", 2)]


def test_a_name_that_is_no_part_of_what_was_changed_is_left_alone(town):
    with town.conn.cursor() as cur:
        cur.execute("UPDATE place SET name = '不动' WHERE name_key = '建设路'")
        places.follow(town.conn, [town.estate3.code])
        cur.execute("SELECT count(*) FROM place WHERE name = '不动'")
        assert cur.fetchone()[0]


def test_a_building_written_as_of_a_lane_and_as_of_a_road_called_alike_is_found_once(town):
    """Its main address once named the lane alone; both are keys of one place."""
    code = town.place("B", 2.9, 0.9, Address("新塘村三巷", "7")).code
    lifecycle.renumber(town.conn, code, Address("三巷", "7", "新塘村"))
    lifecycle.retire(town.conn, town.village.code)
    places.refresh(town.conn)
    with town.conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM place WHERE kind = 'road' AND name = '新塘村三巷'")
        assert cur.fetchone()[0] == 1
