"""What is known by name is found at its place, by its sound, by a slip, by its beginning."""

import pytest

from gridgeo.addresses.washing.divisions import LATEST, Division, shenzhen
from gridgeo.addresses.washing.lexicon import Kind, Lexicon, public, spellings
from gridgeo.addresses.washing.slips import is_slip


@pytest.fixture(scope="module")
def known():
    return Lexicon.build(
        roads=[("前进一路", 1), ("前进二路", 2), ("宝安大道", 3)],
        compounds=[("碧海富通城", 10), ("碧海富通城", 11), ("第二工业区", 12), ("碧海", 13)],
        names=[("富通", 10)],
        with_public=False,
    )


def test_the_longest_name_at_a_place_is_found(known):
    end, entry = known.at("西乡碧海富通城3栋", 2)
    assert (end, entry.name) == (7, "碧海富通城")


def test_nothing_is_found_where_no_name_begins(known):
    assert known.at("西乡碧海富通城", 1) is None
    assert known.at("碧", 0) is None


def test_a_name_at_the_end_of_a_text_ends_there(known):
    assert known.at("碧海", 0)[0] == 2


def test_one_name_of_several_things_has_all_their_ids_and_kinds(known):
    assert known.named("碧海富通城").ids == (10, 11)
    assert known.named("富通").kinds == {Kind.NAME}


@pytest.mark.parametrize("written", ["前进一路", "前进1路"])
def test_numbered_names_are_found_in_figures_and_characters(known, written):
    assert known.at(written, 0)[1].ids == (1,)


def test_numbered_zones_are_written_with_and_without_rank():
    assert spellings("2工业区") == {"2工业区", "二工业区", "第2工业区", "第二工业区"}


def test_names_of_the_same_sound_are_found(known):
    assert [entry.name for entry in known.homophones("前近一路")] == ["前进一路"]
    assert known.homophones("前进一路") == ()


@pytest.mark.parametrize("typed", ["碧海富痛城", "碧海富城", "碧海富通大城", "碧海富通成"])
def test_names_one_slip_away_are_found(known, typed):
    assert [entry.name for entry in known.near(typed)] == ["碧海富通城"]


@pytest.mark.parametrize("other", ["前进2路", "前进东路", "前进新1路", "前进路"])
def test_a_number_or_a_compass_point_is_no_slip(other):
    assert not is_slip("前进1路", other)


def test_two_slips_are_too_many(known):
    assert known.near("碧涛富痛城") == ()


@pytest.mark.parametrize("typed", ["碧海富", "bihaifu", "bhft", "BHFTC"])
def test_names_are_found_as_one_types(known, typed):
    assert [entry.name for entry in known.beginning(typed)] == ["碧海富通城"]


def test_shorter_names_come_first_and_no_more_than_asked(known):
    assert [entry.name for entry in known.beginning("碧海", limit=1)] == ["碧海"]
    assert known.beginning("") == ()


def test_a_lexicon_without_a_base_knows_the_public_divisions():
    end, called = public().division_at("宝安", 0)
    assert end == 2 and "宝安区" in {division.name for division in called.every}
    assert public().named("深南大道").kinds == {Kind.ROAD}


def test_today_there_are_74_streets_in_ten_districts_and_one_zone_of_cooperation():
    today = [division for division in shenzhen() if not division.former]
    streets = {division.name for division in today if division.level == "street" and division.name.endswith("街道")}
    districts = {division.name for division in today if division.level == "district"}
    assert len(streets) == 74
    assert len(districts) == 11 and "深汕特别合作区" in districts
    assert LATEST == 2023


def test_former_divisions_say_what_they_became():
    former = {division.name: division for division in shenzhen() if division.became}
    assert former["龙华新区"].became == ("龙华区",)
    assert "福海街道" in former["福永镇"].became


def test_what_lay_where_is_known_for_today_and_formerly():
    today, formerly = public().lies_in("street", "龙华街道")
    assert (today, formerly) == ({"龙华区"}, {"宝安区"})
    assert public().is_former("district", "龙华新区") and not public().is_former("district", "龙华区")


@pytest.mark.parametrize(("name", "bare"), [("宝安区", "宝安"), ("龙华新区", "龙华"), ("西乡街道", "西乡"), ("上村社区", "上村")])
def test_bare_names_are_names_without_their_suffix(name, bare):
    level = {"区": "district", "道": "street"}.get(name[-1], "community")
    if name.endswith("社区"):
        level = "community"
    assert Division(level, name).bare == bare
