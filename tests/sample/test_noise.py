"""Noisy strings and false registrations: each with the one right answer, judged without any parser."""

import numpy as np
import pandas as pd
import pytest

from gridgeo.sample import addresses, fakes, noise, people
from gridgeo.sample.town import Town

DIVISIONS = {"province": "广东省", "city": "深圳市", "district": "宝安区", "street": "西乡街道"}


@pytest.fixture(scope="module")
def base():
    return addresses.make("small", 1)


@pytest.fixture(scope="module")
def houses(base):
    return base.full()


@pytest.fixture(scope="module")
def strings(base, houses):
    return noise.make(houses, base.names, 3000, seed=2)


@pytest.fixture(scope="module")
def registrations(base):
    return fakes.make(base, people.make(base, 1), 600)


def house(number, community, compound, block, room, status="in_use", **more):
    building = f"4403060170010{number:06}"
    return {
        "house_code": f"{building}000001",
        "building_code": building,
        **DIVISIONS,
        "community": community,
        "road": f"松{number}路",
        "plate": "1",
        "compound": compound,
        "block": block,
        "unit": None,
        "floor": "1",
        "room": room,
        "short_name": None,
        "kind": "estate",
        "status": status,
        "successor": None,
        "main": True,
        "ended": False,
        **more,
    }


def town(*rows, names=()):
    frame = pd.DataFrame(rows).sort_values("building_code", ignore_index=True)
    return Town(frame, pd.DataFrame(names, columns=["code", "kind", "name"], dtype=object))


def test_of_two_estates_with_one_name_only_the_community_tells_which():
    two = town(house(1, "甲社区", "金泓花园", "1", "101"), house(2, "乙社区", "金泓花园", "1", "101"))
    assert two.fitting({"compound": {"金泓花园"}, "block": {"1"}, "room": {"101"}}) == [0, 1]
    assert two.fitting({"compound": {"金泓花园"}, "block": {"1"}, "room": {"101"}, "community": {"乙社区"}}) == [1]


def test_a_house_that_is_no_more_fits_nothing():
    gone = town(house(1, "甲社区", "金泓花园", "1", "101", status="retired"))
    assert gone.fitting({"compound": {"金泓花园"}, "room": {"101"}}) == []


def test_a_name_of_the_building_leads_to_it_as_its_compound_does():
    named = town(house(1, "甲社区", "金泓花园", "1", "101"), names=[("4403060170010000001", "colloquial", "大金泓")])
    assert named.fitting({"compound": {"大金泓"}, "room": {"101"}}) == [0]


def test_names_one_character_apart_are_near():
    streets = town(
        house(1, "甲社区", "前进花园", "1", "101"), house(2, "甲社区", "前近花园", "1", "101"), house(3, "甲社区", "后退花园", "1", "1")
    )
    assert streets.near("前井花园", "compound") == {"前进花园", "前近花园"}
    assert streets.near("前进花", "compound") == {"前进花园"}


def test_every_truth_is_a_live_house_and_every_text_has_one(strings, houses):
    live = set(houses.loc[houses["status"].isin(["in_use", "under_investigation"]), "house_code"])
    assert set(strings["truth"].dropna()) <= live
    assert (strings.groupby("text")["truth"].nunique() <= 1).all()


def test_what_leads_nowhere_has_no_truth(strings):
    nowhere = strings["kinds"].isin(["garbage", "other-city", "no-such-room", "no-such-plate", "no-such-place", "no-room"])
    assert strings.loc[nowhere, "truth"].isna().all()
    assert strings.loc[~nowhere & (strings["kinds"] != "retired-house"), "truth"].notna().all()
    assert 0.08 < strings["truth"].isna().mean() < 0.18


def test_all_kinds_of_noise_come(strings):
    kinds = {kind for told in strings["kinds"] for kind in told.split()}
    assert {
        *(f"dropped-{part}" for part in ("province", "city", "district", "street", "community", "road", "compound")),
        *("short-name", "former-name", "former-division", "wrong-street", "wrong-community", "other-road", "homophone", "typo"),
        *("block-word", "room-word", "room-bare", "floor-beside-room", "numerals", "dashes", "bare-divisions", "doubled-prefix"),
        *("remark", "phone", "spaces", "punctuation", "lower-case", "full-width", "traditional", "retired-house"),
    } <= kinds


def test_a_text_shows_its_noise(strings):
    def of(kind):
        return strings.loc[strings["kinds"].str.split().map(lambda kinds: kind in kinds), "text"]

    assert of("full-width").str.contains("[！-～]").all()
    assert of("traditional").str.contains("[廣東寶區鄉號樓棟園]").mean() > 0.9
    assert of("phone").str.contains("179|１７９").all()
    assert of("former-division").str.contains("县|縣|镇|鎮|办|辦|街 ?道").all()


def test_dropping_too_much_is_not_kept(houses, base):
    estate = houses[houses["kind"].isin(["estate"]) & houses["block"].isin(["1", "2"]) & houses["main"]]
    made = noise.make(estate, base.names.iloc[:0], 400, seed=3, negatives=0.0)
    doors = estate.groupby(["compound", estate["unit"].astype(object).fillna(""), "room"], observed=True)["house_code"].nunique()
    for truth in made.loc[made["kinds"] == "dropped-block", "truth"]:
        row = estate[estate["house_code"] == truth].iloc[0]
        unit = row["unit"] if isinstance(row["unit"], str) else ""
        assert doors[row["compound"], unit, row["room"]] == 1


def test_same_seed_same_strings(strings, base, houses):
    pd.testing.assert_frame_equal(strings, noise.make(houses, base.names, 3000, seed=2))


def test_registrations_of_every_kind_and_which_are_fakes(registrations):
    assert set(registrations["kind"]) | {"recoded"} == {*fakes.HONEST, *fakes.FAKES}  # recoded ones are rare
    assert (registrations["truth"] == registrations["kind"].isin(fakes.FAKES)).all()
    assert 0.25 < registrations["truth"].mean() < 0.35


def test_fakes_are_what_they_are_called(registrations, base, houses):
    status = dict(zip(houses["house_code"], houses["status"], strict=True))

    def of(kind):
        return registrations[registrations["kind"] == kind]

    assert not set(of("house-missing")["house_code"]) & set(status)
    assert set(of("house-retired")["house_code"].map(status)) <= {"retired", "demolished"}
    assert of("too-many").groupby("house_code").size().min() > 20
    assert of("phone-shared")["phone"].value_counts().min() > 10
    use = dict(zip(base.buildings.table["building_code"], base.buildings.table["building_use"], strict=True))
    assert set(of("wrong-use")["house_code"].str[:19].map(use)) <= {"residential", "dormitory"}


def test_the_honest_are_where_they_say_and_never_crowded(registrations, base):
    honest = registrations[~registrations["truth"]]
    assert not honest["credit_code"].duplicated().any()
    offices = set(people.make(base, 1).organisations["place"].view("S25").ravel().astype(str))
    coded = honest[(honest["house_code"] != "") & (honest["kind"] != "recoded")]
    assert np.isin(coded["house_code"], list(offices)).mean() > 0.95
    assert not set(honest["credit_code"]) & set(registrations.loc[registrations["truth"], "credit_code"])
