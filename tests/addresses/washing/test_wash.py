"""What texts are washed to: which rule decides, which house is meant, what was wrong with the text."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.access import rules as area
from gridgeo.access import store as access
from gridgeo.addresses import lifecycle
from gridgeo.addresses.model import Address, Reason, Status
from gridgeo.addresses.washing import wash as engine
from gridgeo.addresses.washing.model import Category, Fault, Level
from gridgeo.errors import NotFound
from tests.addresses.town import Town

GARBAGE = [
    *(None, "", " ", "无", "???", "\0", "\ud800", "asdf", "1", "110", "测试测试", "号号号栋栋"),
    *("%s %(x)s", "'; DROP TABLE house; --", "東" * 2000, "1" * 5000, "（" * 300),
]
PIECES = ["海曲区", "东泽街道", "荷塘社区", "前进一路", "三巷", "12号", "东山花园", "新塘村", "3栋", "1单元"]
PIECES += ["501", "金辉", "5楼", "-", " ", "（", "建设路", "8"]
FULL = "深圳市海曲区东泽街道荷塘社区前进一路12号东山花园3栋1单元501"


def wash(town: Town, text: str | None, area: str = ""):
    return engine.wash(town.conn, [text], town.base, area)[0]


def faults(one) -> set[str]:
    return set(map(str, one.faults))


def test_everything_written_agrees_is_exact(town):
    one = wash(town, FULL)
    assert (one.category, one.rule, one.level, one.coordinates_level) == (Category.EXACT, "exact", Level.HOUSE, Level.BUILDING)
    assert one.result.code == town.house(town.estate3, "501", "1")
    assert one.result.building == town.estate3.code
    assert [unit.name for unit in one.result.units] == ["海曲区", "东泽街道", "荷塘社区", "01微网格"]
    assert one.faults == () and one.candidates == () and one.unparsed == ""


@pytest.mark.parametrize(
    "text",
    [
        "深圳市海曲區東澤街道荷塘社區前進一路12號東山花園3棟1單元501",
        "深圳市海曲区前进一路１２号东山花园３栋１单元５０１",
        "深圳市海曲区前进1路12号东山花园三幢一单元501房",
        "海曲区东山花园3号楼1梯501室",
        "海曲区 前进一路 12号 东山花园 3# 1单元 501",
    ],
)
def test_form_alone_keeps_an_address_exact(town, text):
    one = wash(town, text)
    assert one.category is Category.EXACT, faults(one)
    assert one.result.code == town.house(town.estate3, "501", "1")


def test_without_a_district_it_is_safe_and_the_answer_says_the_bases_own(town):
    one = wash(town, "东山花园3栋1单元501")
    assert one.category is Category.SAFE and faults(one) == {"missing-district"}
    assert one.result.address == FULL
    assert ("district", "", "海曲区", "filled") in [(edit.part, edit.before, edit.after, edit.why) for edit in one.edits]


def test_two_units_with_the_same_room_are_ambiguous(town):
    one = wash(town, "海曲区东山花园3栋501")
    assert one.category is Category.UNSURE and one.rule == "ambiguous" and one.results == ()
    assert {place.code for place in one.candidates} == {town.house(town.estate3, "501", "1"), town.house(town.estate3, "501", "2")}
    assert one.level is Level.BUILDING


def test_a_room_that_only_one_block_has_tells_the_block(town):
    one = wash(town, "海曲区前进一路12号东山花园601")
    assert one.category is Category.SAFE and "missing-block" in faults(one)
    assert one.result.code == town.house(town.estate3, "601")


def test_an_unknown_room_is_unsure_and_names_the_building(town):
    one = wash(town, "海曲区东山花园4栋907")
    assert (one.category, one.level) == (Category.UNSURE, Level.BUILDING)
    assert "room-unknown" in faults(one)
    assert [place.code for place in one.candidates] == [town.estate4.code]


def test_another_unit_than_the_bases_is_no_answer(town):
    assert wash(town, "海曲区东山花园3栋3单元501").category is Category.UNSURE


def test_an_unknown_building_is_unsure_at_its_compound(town):
    one = wash(town, "海曲区东山花园9栋501")
    assert (one.category, one.level) == (Category.UNSURE, Level.COMPOUND)
    assert "building-unknown" in faults(one)


def test_the_deepest_level_written_is_the_level_answered(town):
    found = {
        text: wash(town, text)
        for text in ("海曲区东山花园4栋", "海曲区东山花园", "海曲区前进一路", "海曲区东泽街道荷塘社区", "海曲区西岭街道", "海曲区")
    }
    assert [str(one.level) for one in found.values()] == ["building", "compound", "road", "community", "street", "district"]
    assert {one.category for one in found.values()} == {Category.EXACT}
    assert found["海曲区东泽街道荷塘社区"].result.code == "440399001001"


def test_lanes_repeat_in_every_village_and_are_told_apart_by_it(town):
    assert wash(town, "海曲区新塘村三巷5号301").result.code == town.house(town.village, "301")
    assert wash(town, "海曲区石桥村三巷5号301").result.code == town.house(town.other_village, "301")
    assert wash(town, "海曲区石桥社区三巷5号301").result.code == town.house(town.other_village, "301")
    assert wash(town, "海曲区三巷5号301").category is not Category.EXACT


def test_a_lane_of_a_village_nobody_knows_leads_nowhere(town):
    assert wash(town, "海曲区荷塘社区龙眼村三巷5号301").results == ()


def test_other_names_lead_to_the_building(town):
    for text, fault in (("海曲区金辉1203", "other-name"), ("海曲区老供销社1203", "former-name")):
        one = wash(town, text)
        assert one.result.code == town.house(town.tower, "1203")
        assert fault in faults(one)
    assert wash(town, "海曲区金辉1203").category is Category.EXACT
    assert wash(town, "海曲区老供销社1203").category is Category.SAFE


def test_a_house_with_a_name_of_its_own(town):
    code = town.house(town.estate4, "501")
    town.name(code, "colloquial", "东山花园管理处")
    town.refresh()
    assert wash(town, "海曲区东山花园管理处").result.code == code


@pytest.mark.parametrize(
    "text, fault",
    [
        ("海曲区冬山花园3栋1单元501", "homophone"),
        ("海曲区东山化园3栋1单元501", "homophone"),
        ("海曲区前进一路20号金晖大厦1203", "homophone"),
    ],
)
def test_homophones_are_repaired_and_said(town, text, fault):
    one = wash(town, text)
    assert one.category is Category.SAFE and fault in faults(one)
    assert any(edit.why == fault for edit in one.edits)


def test_a_slip_of_a_short_name_needs_something_else_that_agrees(town):
    assert wash(town, "荷塘社区东川花园3栋1单元501").category is Category.SAFE
    assert wash(town, "东川花园3栋1单元501").category is Category.UNSURE


def test_numbers_are_never_repaired(town):
    assert wash(town, "海曲区前进二路12号东山花园3栋1单元501").category in (Category.SAFE, Category.UNSURE)
    assert wash(town, "海曲区前进二路20号").results == ()


def test_a_wrong_street_is_a_warning_where_nothing_else_can_be_meant(town):
    one = wash(town, "海曲区西岭街道东山花园3栋1单元501")
    assert one.category is Category.SAFE and "wrong-street" in faults(one)


def test_a_wrong_street_that_has_such_a_road_is_believed(town):
    one = wash(town, "海曲区西岭街道建设路9号101")
    assert one.category is Category.UNSURE and one.rule == "misplaced"
    assert wash(town, "海曲区东泽街道建设路9号101").category is Category.EXACT


def test_another_district_of_nowhere_leads_nowhere(town):
    one = wash(town, "广州市天河区东山花园3栋1单元501")
    assert one.category is Category.NONE and one.results == () and one.candidates == ()


def test_a_default_area_stands_for_the_district_that_is_missing(town):
    one = wash(town, "石桥社区三巷5号301", "海曲区")
    assert one.category is Category.SAFE
    assert ("district", "default-area") in [(edit.part, edit.why) for edit in one.edits]
    assert wash(town, "建设路9号101", "西岭街道").rule == "outside the default area"
    with pytest.raises(NotFound):
        wash(town, "建设路9号101", "没有这个区")


def test_whole_floors_are_houses(town):
    assert wash(town, "海曲区宏业工业园A栋3楼").result.code == town.house(town.plant, None, floor=3)
    one = wash(town, "海曲区宏业工业园A栋9楼")
    assert one.category is Category.UNSURE and "wrong-floor" in faults(one)


def test_joined_rooms_are_one_house_and_others_several(town):
    assert wash(town, "海曲区金辉大厦1601-1602").result.code == town.house(town.tower, "1601-1602")


def test_a_former_address_leads_to_the_building_of_today(town):
    lifecycle.renumber(town.conn, town.street8.code, Address("建设路", "88"), date(2020, 1, 1))
    town.refresh()
    one = wash(town, "海曲区建设路8号101")
    assert one.category is Category.SAFE and "former-address" in faults(one)
    assert one.result.code == town.house(town.street8, "101")


def test_the_present_bearer_of_a_number_goes_before_the_former(town):
    lifecycle.renumber(town.conn, town.street8.code, Address("建设路", "9"), date(2020, 1, 1))
    lifecycle.renumber(town.conn, town.street9.code, Address("建设路", "8"), date(2020, 1, 1))
    town.refresh()
    assert wash(town, "海曲区建设路9号101").result.code == town.house(town.street8, "101")


def test_a_relabelled_house_is_found_by_its_former_number(town):
    code = town.house(town.estate4, "501")
    lifecycle.relabel(town.conn, code, floor=5, room="5A", on=date(2020, 1, 1))
    one = wash(town, "海曲区东山花园4栋501")
    assert one.result.code == code and "former-name" in faults(one) and one.category is Category.SAFE


def test_a_merged_house_leads_to_its_successor(town):
    old, new = town.house(town.estate3, "502"), town.house(town.estate3, "501", "1")
    lifecycle.merge(town.conn, [old], new, date(2020, 1, 1))
    one = wash(town, "海曲区东山花园3栋1单元502")
    assert one.result.code == new and "retired-house" in faults(one) and one.category is Category.SAFE


def test_houses_of_a_merged_building_are_found_under_their_old_address(town):
    code = town.house(town.estate4, "501")
    lifecycle.merge(town.conn, [town.estate4.code], town.estate3.code, date(2020, 1, 1))
    one = wash(town, "海曲区东山花园4栋501")
    assert one.result.code == code and "retired-building" in faults(one) and one.category is Category.SAFE


def test_a_building_rebuilt_in_its_place_is_another_one(town):
    heir = {"successors": [town.street9.code], "reason": Reason.REPLACED, "status": Status.DEMOLISHED}
    lifecycle.retire(town.conn, town.street8.code, date(2020, 1, 1), **heir)
    one = wash(town, "海曲区建设路8号101")
    assert one.category is Category.UNSURE and "rebuilt" in faults(one)


def test_what_nobody_follows_is_no_answer(town):
    lifecycle.retire(town.conn, town.street8.code, date(2020, 1, 1), status=Status.DEMOLISHED)
    one = wash(town, "海曲区建设路8号101")
    assert one.category is Category.UNSURE and one.results == ()


def test_remarks_are_left_over_and_said(town):
    one = wash(town, f"{FULL}（近地铁口）")
    assert one.category is Category.SAFE and "unparsed" in faults(one) and "地铁" in one.unparsed


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_leads_nowhere_and_nothing_raises(town, text):
    one = wash(town, text)
    assert one.results == () and one.candidates == ()
    assert one.category is Category.NONE


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=9).map("".join))
def test_a_and_b_have_exactly_one_result_and_nothing_else_has_any(town, text):
    one = wash(town, text)
    assert (len(one.results) == 1) == (one.category in (Category.EXACT, Category.SAFE))
    assert (one.category is Category.EXACT) <= (not set(one.faults) - {Fault.OTHER_NAME})
    assert len({place.code for place in one.candidates if place.code}) == len([place for place in one.candidates if place.code])


def test_one_text_and_many_are_the_same_engine(town):
    texts = [FULL, "海曲区金辉1203", None, "东川花园3栋1单元501", "海曲区东山花园3栋501", "海曲区西岭街道建设路9号101", FULL]
    assert engine.wash(town.conn, texts, town.base) == [wash(town, text) for text in texts]


def test_every_fault_is_told_in_both_languages():
    assert all(fault.zh and fault.en for fault in Fault)


def see_only(town: Town, community: str) -> None:
    """Ask as a reader whose area is one community."""
    units = [leaf for unit in town.base.units.named("community", community) for leaf in town.base.units.below(unit)]
    access.see(town.conn, area.written(units))
    with town.conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_reader")


HIDDEN_TWIN = [
    "海曲区建设路8号",
    "建设路8号101",
    "海曲区石桥社区建设路8号",
    "海曲区西岭街道建设路8号101",
    "海曲区西岭街道荷塘社区建设路8号",
]


@pytest.mark.parametrize("text", HIDDEN_TWIN)
def test_a_caller_of_an_area_is_given_no_house_that_may_lie_beyond_it(town, text):
    twin = town.place("A", 0.5, 1.5, Address("建设路", "8"))
    lifecycle.mint_house(town.conn, twin.code, unit=None, floor=1, room="101", on=date(2015, 1, 1))
    town.refresh()
    see_only(town, "荷塘社区")
    one = wash(town, text)
    assert one.category in (Category.UNSURE, Category.NONE) and one.results == ()
    assert "beyond-area" in faults(one)


def test_a_caller_of_an_area_is_given_its_houses_and_never_as_exact(town):
    see_only(town, "荷塘社区")
    one = wash(town, FULL)
    assert one.category is Category.SAFE and faults(one) == {"beyond-area"}
    assert one.result.code == town.house(town.estate3, "501", "1")
    assert wash(town, "海曲区东泽街道荷塘社区建设路9号101").category is Category.SAFE
    assert wash(town, "海曲区建设路9号101").rule == "beyond the area"


def test_a_caller_of_an_area_must_say_which_building_of_a_compound(town):
    town.refresh()
    see_only(town, "荷塘社区")
    assert faults(wash(town, "海曲区东山花园502")) >= {"beyond-area"}
    assert wash(town, "海曲区东山花园502").category is Category.UNSURE


@pytest.mark.parametrize("role", ["gridgeo_reader", "gridgeo_city", "gridgeo_admin"])
def test_whoever_sees_the_whole_city_is_told_what_is_exact(town, role):
    with town.conn.cursor() as cur:
        cur.execute("SELECT set_config('gridgeo.area', 'all', true), set_config('role', %s, true)", (role,))
    assert wash(town, FULL).category is Category.EXACT


@pytest.mark.parametrize("rooms", ["501和502", "501-502", "501、502室", "501至502"])
def test_several_rooms_are_all_candidates_and_none_is_chosen(town, rooms):
    one = wash(town, "海曲区东山花园3栋1单元" + rooms)
    assert one.category is Category.UNSURE and "ambiguous" in faults(one)
    assert {place.code for place in one.candidates} == {town.house(town.estate3, room, "1") for room in ("501", "502")}


def test_one_of_several_rooms_is_not_the_answer(town):
    one = wash(town, "海曲区东山花园4栋501和502")
    assert (one.category, one.rule) == (Category.UNSURE, "several rooms") and "room-unknown" in faults(one)
    assert [place.code for place in one.candidates] == [town.house(town.estate4, "501")]


def test_a_sub_number_is_another_house_than_the_number(town):
    for text in ("海曲区东山花园4栋501-2", "海曲区新塘村三巷5号301-1"):
        one = wash(town, text)
        assert one.category is Category.UNSURE and "room-unknown" in faults(one), text


@pytest.mark.parametrize("text", ["海曲区东山花园4栋对面", "海曲区东山花园4栋501旁边小卖部", "海曲区东山花园4栋1单元隔壁"])
def test_what_is_only_near_is_not_the_house(town, text):
    one = wash(town, text)
    assert (one.category, one.rule) == (Category.UNSURE, "only near") and "nearby" in faults(one)
    assert wash(town, text.partition("栋")[0] + "栋501").category is Category.EXACT


def test_an_area_the_base_does_not_know_is_not_exact(town):
    assert wash(town, "海曲区新塘村").category is Category.EXACT
    for text in ("海曲区37区新塘村", "海曲区37区前进一路"):
        one = wash(town, text)
        assert one.category is not Category.EXACT and "unconfirmed" in faults(one), text


@pytest.mark.parametrize(
    "text",
    ["东山花园4栋501房张三收13800138000", "张三 东山花园4栋501", "13800138000东山花园4栋501", "张三 13800138000 东山花园4栋501"],
)
def test_whom_it_is_for_is_no_part_of_an_address(town, text):
    one = wash(town, text)
    assert one.category is Category.SAFE and one.result.code == town.house(town.estate4, "501"), faults(one)


def test_a_phase_the_base_does_not_tell_is_left_over(town):
    one = wash(town, "海曲区东山花园二期4栋501")
    assert one.category is Category.SAFE and "unparsed" in faults(one)
    assert one.result.code == town.house(town.estate4, "501")


def test_a_code_is_the_building_or_house_under_it(town):
    house = town.house(town.estate4, "501")
    for code in (town.estate4.code, house, f" {house} "):
        one = wash(town, code)
        assert (one.category, one.result.code) == (Category.EXACT, code.strip())
    assert wash(town, "4403990010019999999").category is Category.NONE


def test_a_retired_code_is_what_follows_it(town):
    lifecycle.merge(town.conn, [town.estate4.code], town.estate3.code, date(2020, 1, 1))
    one = wash(town, town.estate4.code)
    assert (one.category, one.result.code) == (Category.SAFE, town.estate3.code) and "retired-building" in faults(one)
