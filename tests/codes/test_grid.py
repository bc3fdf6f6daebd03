import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridgeo.codes import grid
from gridgeo.codes.grid import DivisionKind
from gridgeo.errors import InvalidCode
from tests import real

FACTS = list(csv.DictReader((Path(__file__).parent / "facts" / "grid_codes.csv").read_text("utf-8").splitlines()))
NUMBERS = st.integers(1, 999).map("{:03}".format)
DISTRICTS = st.integers(110000, 829999).map(str)
CODES = st.one_of(
    DISTRICTS,
    st.tuples(DISTRICTS, NUMBERS).map("".join),
    st.tuples(DISTRICTS, NUMBERS, NUMBERS).map("".join),
    st.tuples(DISTRICTS, NUMBERS, NUMBERS, st.integers(1, 99).map("{:02}".format)).map("".join),
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["value"])
def test_codes_in_use_are_sound(fact):
    assert fact["verdict"] == "valid"
    if fact["kind"] == "workgrid":
        assert grid.work_grid(fact["value"]) == fact["value"]
    else:
        assert grid.parse(fact["value"]) == grid.GridCode(fact["value"], "micro")


@pytest.mark.parametrize(
    ("code", "level"), [("440304", "district"), ("440304001", "street"), ("440304001001", "community"), ("44030400100101", "micro")]
)
def test_the_number_of_digits_is_the_level(code, level):
    assert grid.parse(code).level == level


@pytest.mark.parametrize(
    "text", ["４４０３０６００１", " 440306 001\n", "'440306001", "\ufeff440306001", "440306001.0", 440306001, "440306\u3000001"]
)
def test_what_spreadsheets_do_to_a_code_is_undone(text):
    assert grid.parse(text).code == "440306001"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "digits only"),
        ("44030A", "digits only"),
        ("٤٤٠٣٠٦", "digits only"),
        ("4.40306E+11", "digits only"),
        ("44030", "has 5 digits; must have 6 .district., 9"),
        ("440306001002003", "has 15 digits"),
        ("990306", "99, which is no province"),
        ("440305001000", "filled up with zeros; give 440305001$"),
        ("440303000000", "filled up with zeros; give 440303$"),
        ("44030600100100", "filled up with zeros; give 440306001001$"),
        ("440306000001", "group of zeros"),
        ("44030600100001", "group of zeros"),
        (None, "digits only"),
    ],
)
def test_a_faulty_code_is_refused_with_the_way_out(text, rule):
    with pytest.raises(InvalidCode, match=rule):
        grid.parse(text)
    assert grid.level_of([grid.normalise(text)]).tolist() == [None]


@given(st.lists(st.one_of(CODES, st.text("0123456789A４", max_size=17)), max_size=20))
@example(["110000", "829999", "830000", "109999", "100000000000000"])
def test_an_array_is_judged_as_each_code_by_itself(codes):
    codes = [grid.normalise(code) for code in codes]

    def alone(code):
        try:
            return grid.parse(code).level
        except InvalidCode:
            return None

    assert grid.level_of(codes).tolist() == [alone(code) for code in codes]


def test_an_array_may_come_from_pandas_and_hold_nothing():
    codes = pd.Series(["440306", None, "440306001", np.nan], dtype=object)
    assert grid.level_of(codes).tolist() == ["district", None, "street", None]
    assert grid.level_of([]).tolist() == []


@given(CODES)
def test_a_code_begins_with_where_it_was_issued(code):
    parsed = grid.parse(code)
    assert parsed.prefix(parsed.level) == code
    for level, length in grid.LENGTHS.items():
        if length <= len(code):
            assert grid.parse(parsed.prefix(level)).level == level
        else:
            with pytest.raises(InvalidCode, match=f"says nothing of a {level}"):
                parsed.prefix(level)


@given(CODES)
def test_padding_is_taken_off_and_nothing_else(code):
    assert grid.unpad(code) == code
    for length in grid.LENGTHS.values():
        assert grid.unpad(code.ljust(length, "0")) == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("440306", None),
        ("440306026", DivisionKind.STREET),
        ("440306100", DivisionKind.TOWN),
        ("440306200", DivisionKind.TOWNSHIP),
        ("440306400", DivisionKind.FUNCTIONAL),
        ("440306500", None),
        ("440306001199", DivisionKind.RESIDENTS),
        ("440306001200", DivisionKind.VILLAGERS),
        ("440306400498", DivisionKind.VIRTUAL),
        ("440306001400", None),
        ("44030600119901", None),
    ],
)
def test_the_number_says_what_the_unit_was_founded_as(code, kind):
    assert grid.parse(code).kind == kind


def test_what_was_issued_in_a_functional_zone_is_known():
    assert all(grid.parse(code).in_functional_zone for code in ("440306400", "440306400498", "44030640049801"))
    assert not any(grid.parse(code).in_functional_zone for code in ("440306", "440346", "440306001", "440306001400"))


@pytest.mark.parametrize("text", ["440311008H09", "440311008HH09", "440311000H009", "990311008H009", "44031100８H009X"])
def test_a_faulty_work_grid_is_refused(text):
    with pytest.raises(InvalidCode):
        grid.work_grid(text)


def test_a_work_grid_is_normalised():
    assert grid.work_grid(" 440311008ｈ００9 ") == "440311008H009"


@pytest.mark.real
def test_the_statistics_tables_of_2023_are_sound_with_their_zones_and_virtual_communities():
    levels = {"districts": "district", "streets": "street", "communities": "community"}
    tables = {name: pd.read_csv(real.data(f"divisions/sz_nbs2023_{name}.csv"), dtype=str) for name in levels}
    for name, level in levels.items():
        assert set(grid.level_of(tables[name]["code"])) == {level}
    kinds = pd.Series([grid.parse(code).kind for code in tables["streets"]["code"]])
    assert kinds.value_counts().to_dict() == {DivisionKind.STREET: 74, DivisionKind.FUNCTIONAL: 5}
    communities = [grid.parse(code) for code in tables["communities"]["code"]]
    virtual = [each.kind is DivisionKind.VIRTUAL for each in communities]
    assert virtual == tables["communities"]["name"].str.contains("虚拟").tolist() == [each.in_functional_zone for each in communities]
    assert sum(virtual) == 5
