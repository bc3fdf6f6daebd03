"""The invented address base: codes of the standard, places inside their grids, the traps that real addresses hold."""

import hashlib

import numpy as np
import pandas as pd
import pytest
import shapely

from gridgeo.codes import house
from gridgeo.errors import InvalidInput
from gridgeo.sample import addresses, columns
from gridgeo.sample.places import numeral


@pytest.fixture(scope="module")
def base():
    return addresses.make("small", 1)


@pytest.fixture(scope="module")
def houses(base):
    return columns.frame(base.houses.columns)


@pytest.fixture(scope="module")
def part():
    """A piece of the large sample, large enough for what is rare."""
    return addresses.make("baoan", 1, 120_000)


def digests(base, folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in addresses.write(base, folder)}


def test_counts_are_those_of_the_profile(base):
    assert (len(base.buildings.table), len(base.houses.building)) == addresses.SIZES["small"]


def test_so_many_houses_as_asked_for_and_buildings_in_proportion(part):
    assert len(part.houses.building) == 120_000
    assert len(part.buildings.table) == 6_000


def test_codes_are_sound_and_stand_once(base, houses):
    for family, codes in ((house.BUILDING, base.buildings.table["building_code"]), (house.HOUSE, houses["house_code"])):
        assert not codes.duplicated().any()
        assert all(family.judge(code).outcome == "valid" for code in codes)


def test_house_codes_run_from_one_in_each_building(base, houses):
    first = base.buildings.table["building_code"].to_numpy()[base.houses.building]
    assert (houses["house_code"].str[:19] == first).all()
    number = houses["house_code"].str[19:].astype(int)
    assert (number.groupby(first).min() == 1).all()
    assert (number.groupby(first).max() == number.groupby(first).size()).all()


def test_every_building_lies_in_its_grid_whatever_its_code_begins_with(part):
    table = part.buildings.table
    shape = part.grids["geometry"].to_numpy()[table["grid"]]
    assert shapely.contains_xy(shape, table["lon"], table["lat"]).all()
    issued_here = table["building_code"].str[:14] == part.grids["code"].to_numpy()[table["grid"]]
    assert 0.95 < issued_here.mean() < 0.99
    assert table["building_code"].str[14:].str.contains("[A-Z]").any()


def test_no_door_stands_twice_in_a_building_and_no_building_twice_at_one_address(base, houses):
    doors = pd.DataFrame({"building": base.houses.building, "unit": houses["unit"], "room": houses["room"], "floor": houses["floor"]})
    assert not doors.duplicated().any()
    live = base.buildings.table[base.buildings.table["status"] == "in_use"]
    at = live[["road", "plate", "compound", "block"]].assign(street=base.grids["street"].to_numpy()[live["grid"]])
    assert not at.duplicated().any()


def test_every_building_can_be_found_by_a_road_or_a_name(base):
    table = base.buildings.table
    assert (table["road"].notna() | table["compound"].notna()).all()
    assert table.loc[table["compound"].isna(), "plate"].notna().all()


def test_doors_are_numbered_in_all_the_ways_of_the_town(part):
    rooms = part.houses.columns["room"].texts()
    for pattern in (r"\d{3,4}", r"\d{1,2}[A-H]", r"3A\d\d", r"[A-Z]\d{3}", r"\d+-\d+"):
        assert pd.Series(rooms).str.fullmatch(pattern).any(), pattern
    assert (rooms == None).any()  # noqa: E711, elementwise: whole floors


def test_the_traps_are_there(part):
    table, places = part.buildings.table, part.places
    names = pd.Series([site.name for site in places.sites if site.kind == "estate"])
    assert names.duplicated().any()
    roads = pd.Series([road.name for road in places.roads])
    assert roads.duplicated().any()
    assert {"前进一路", "前进二路"} <= set(roads)
    assert set(part.names["kind"]) == {"full", "administrative", "geographic", "colloquial", "former", "other"}
    assert part.buildings.addresses["valid_to"].notna().any() and part.buildings.addresses["valid_to"].isna().any()
    assert table["short_name"].notna().any()


def test_the_retired_have_live_successors(part):
    status = dict(zip(part.buildings.table["building_code"], part.buildings.table["status"], strict=True))
    doors = columns.frame({name: part.houses.columns[name] for name in ("house_code", "status")})
    status |= dict(zip(doors["house_code"], doors["status"], strict=True))
    followed = part.successors
    assert set(followed["reason"]) == {"duplicate", "merged", "split", "replaced"}
    assert set(followed["code"].map(status)) == {"retired", "demolished"}
    assert "in_use" in set(followed["successor"].map(status))
    assert not followed[["code", "successor"]].duplicated().any()
    assert (followed["code"].str.len() == followed["successor"].str.len()).all()


def test_same_seed_same_bytes_and_another_seed_others(tmp_path):
    made = [digests(addresses.make("small", seed, 500), tmp_path / str(at)) for at, seed in enumerate((3, 3, 4))]
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_the_file_reads_back_as_the_frame(base, tmp_path):
    file = columns.write(base.houses.columns, tmp_path / "houses.csv")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read.astype(object), columns.frame(base.houses.columns).fillna("").astype(object), check_dtype=False)


def test_a_text_that_would_need_quotes_is_not_written(tmp_path):
    with pytest.raises(AssertionError):
        columns.write({"name": columns.of(["a,b"])}, tmp_path / "a.csv")


@pytest.mark.parametrize("wanted, profile", [(3, "small"), (100, "moon")])
def test_what_cannot_be_made_is_refused(wanted, profile):
    with pytest.raises(InvalidInput):
        addresses.make(profile, 1, wanted)


def test_numerals_as_they_are_written():
    assert [numeral(number) for number in (1, 10, 12, 20, 23)] == ["一", "十", "十二", "二十", "二十三"]


def test_numbers_as_digits_and_back():
    numbers = np.array([0, 7, 123456])
    assert columns.digits(numbers, 6).tobytes() == b"000000000007123456"
    assert (columns.number(columns.digits(numbers, 6)) == numbers).all()
