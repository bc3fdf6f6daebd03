"""Persons, companies, numbers and cases of the sample: sound codes that cannot be anybody's, at houses that are there."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from gridgeo.codes import credit, event, person, phone
from gridgeo.sample import addresses, columns, fakes, impossible, people

FAMILIES = {"persons": person.FAMILY, "organisations": credit.FAMILY, "phones": phone.FAMILY, "events": event.FAMILY}
ROLES = {
    "persons": {"resident", "tenant", "owner", "registered", "worker", "legal_representative"},
    "organisations": {"registered", "operating", "owner", "manager"},
    "phones": {"contact", "landline", "device"},
    "events": {"place", "reporter"},
}


@pytest.fixture(scope="module")
def base():
    return addresses.make("small", 1)


@pytest.fixture(scope="module")
def folk(base):
    return people.make(base, 1)


@pytest.mark.parametrize("name", FAMILIES)
def test_codes_are_sound(folk, name):
    codes = pd.unique(columns.texts(getattr(folk, name)["code"]))
    assert {FAMILIES[name].judge(code).outcome for code in codes[:3000]} == {"valid"}


def test_nobody_can_be_meant(folk):
    assert pd.Series(columns.texts(folk.persons["code"])).str.startswith(impossible.REGION).all()
    assert pd.Series(columns.texts(folk.organisations["code"])).str[2:8].eq(impossible.REGION).all()
    assert pd.Series(columns.texts(folk.phones["code"])).str.match("179|07559|142").all()


def test_counts_are_those_of_the_district(base, folk):
    houses = len(base.houses.building)
    told = {name: len(np.unique(columns.texts(getattr(folk, name)["code"]))) for name in FAMILIES}
    assert told == {"persons": 2.2 * houses, "organisations": 0.1 * houses, "phones": 2.5 * houses, "events": 0.05 * houses}


@pytest.mark.parametrize("name", FAMILIES)
def test_links_are_at_houses_or_buildings_of_the_base_and_of_known_roles(base, folk, name):
    links = columns.frame(getattr(folk, name))
    places = set(columns.texts(base.houses.columns["house_code"])) | set(base.buildings.table["building_code"])
    outdoors = links["place"].str.len() == 14
    assert set(links.loc[~outdoors, "place"]) <= places
    assert set(links.loc[outdoors, "place"]) <= set(base.grids["code"])
    assert outdoors.any() == (name == "events")
    assert set(links["role"]) <= ROLES[name]
    ended = links[links["valid_to"].notna()]
    assert (ended["valid_from"] < ended["valid_to"]).all()


def test_many_companies_at_one_door_only_at_cluster_addresses(base, folk):
    count = np.bincount(folk.registered, minlength=len(base.houses.building))
    assert (count[folk.clusters] > 20).all()
    assert np.delete(count, folk.clusters).max() <= 20


def test_who_stands_for_a_company_is_linked_to_its_house(base, folk):
    links = columns.frame(folk.persons)
    heads = links[links["role"] == "legal_representative"]
    assert len(heads) == len(folk.companies)
    assert (heads["code"].str[6:10].astype(int) < 2000).all()


def test_same_seed_same_bytes(base, folk, tmp_path):
    again = people.write(people.make(base, 1), tmp_path / "again")
    first = people.write(folk, tmp_path / "first")
    assert [hashlib.sha256(file.read_bytes()).digest() for file in first] == [hashlib.sha256(file.read_bytes()).digest() for file in again]
    assert [file.name for file in first] == ["persons.csv", "organisations.csv", "phones.csv", "events.csv", "clusters.csv"]


@pytest.mark.parametrize("space", [10, 31**5, 10**8])
def test_scattered_numbers_stand_once(space):
    numbers = impossible.scattered(min(space, 100_000), space, 5)
    assert len(np.unique(numbers)) == len(numbers)
    assert numbers.min() >= 0 and numbers.max() < space


def test_registrations_are_written_with_the_fakes_among_them(base, folk, tmp_path):
    table = pd.read_csv(fakes.write(base, folk, tmp_path), dtype=str, encoding="utf-8-sig")
    assert list(table.columns) == fakes.COLUMNS and len(table) >= 200
    assert set(table.loc[table["truth"] == "True", "kind"]) == set(fakes.FAKES)
    again = fakes.write(base, folk, tmp_path).read_bytes()
    assert hashlib.sha256(again).digest() == hashlib.sha256(fakes.write(base, folk, tmp_path).read_bytes()).digest()
