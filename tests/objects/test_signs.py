"""The sign within a symbol tells a category from the others of its major class, in both languages."""

import csv
from importlib import resources
from types import SimpleNamespace

import pytest

from gridgeo.objects import signs


def tree(*rows):
    kept = [dict(zip(("major", "name", "name_en"), row, strict=True)) for row in rows]
    return SimpleNamespace(categories=[SimpleNamespace(category_id=at, **row) for at, row in enumerate(kept)])


def of(*rows):
    return [(one.zh, one.en) for one in signs.of(tree(*rows)).values()]


def test_two_words_give_their_initials_and_one_its_beginning():
    assert of(("公用", "上水井盖", "Water supply cover"), ("公用", "隔离桩", "Bollard")) == [("上", "WS"), ("隔", "Bo")]


def test_a_sign_that_is_taken_is_not_given_again_within_a_major_class():
    given = of(("公用", "电力井盖", "Power cover"), ("公用", "电力立杆", "Power cabinet"), ("交通", "电车站", "Power cover"))
    assert given == [("电", "PC"), ("力", "Po"), ("电", "PC")]


@pytest.mark.parametrize("name_en", ["", "123"])
def test_a_name_without_letters_has_a_question_mark(name_en):
    assert of(("公用", "井", name_en)) == [("井", "?")]


def test_no_two_categories_of_a_major_class_of_the_sample_share_a_sign():
    text = (resources.files("gridgeo.sample") / "categories.csv").read_text(encoding="utf-8")
    rows = [(row["major"], row["name"], row["name_en"]) for row in csv.DictReader(text.splitlines())]
    given = [(row[0], *sign) for row, sign in zip(rows, of(*rows), strict=True)]
    assert len(given) == 153
    for at in (1, 2):
        assert len({(one[0], one[at]) for one in given}) == len(given)
