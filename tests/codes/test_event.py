import json
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.codes import event
from gridgeo.codes.model import Reason
from gridgeo.errors import InvalidCode
from tests.codes import making


@given(making.ORGANISATIONS, st.dates(), st.integers(1, 999_999))
def test_a_code_of_ours_says_department_day_and_number(organisation, day, number):
    code = event.build(organisation, day, number)
    assert (code.form, code.parts["organisation"]) == (event.OURS, organisation)
    assert (code.parts["date"], int(code.parts["number"])) == (f"{day.year:04}{day:%m%d}", number)


@pytest.mark.parametrize("text", ["SZ-2024/000123", "案2024", "12345-20240315-0001", "aB_9"])
def test_a_code_of_another_source_is_kept_as_it_was_written(text):
    if text.isascii():
        code = event.parse(f" {text}\n", "12345")
        assert (code.value, code.parts["source"], code.parts["original"]) == (text, "12345", f" {text}\n")
    else:
        assert event.FAMILY.judge(text).reasons == (Reason.WRONG_CHARACTER,)


def test_a_source_with_a_pattern_is_held_to_it():
    ours = "39853833620240315000001"
    assert event.parse(ours, event.OURS).value == ours
    for wrong in ("39853833720240315000001", "39853833620240230000001", "12345"):
        with pytest.raises(InvalidCode, match="does not follow the pattern of its source"):
            event.parse(wrong, event.OURS)
        assert event.parse(wrong, "12345").form == "12345"


def test_every_pattern_fits_its_own_example():
    known = json.loads(resources.files("gridgeo.codes").joinpath("event_patterns.json").read_text("utf-8"))
    assert known
    for one in known:
        assert event.parse(one["example"], one["source"]).parts["source"] == one["source"]


@pytest.mark.parametrize("number", [0, 1_000_000])
def test_cases_are_numbered_from_one(number):
    with pytest.raises(InvalidCode, match="1 to 999999"):
        event.build("398538336", date(2024, 3, 15), number)


def test_a_code_has_an_end_and_something_in_it():
    assert event.FAMILY.judge("A" * 64).outcome == "valid"
    assert event.FAMILY.judge("A" * 65).reasons == (Reason.WRONG_LENGTH,)
    assert event.FAMILY.judge(" ").reasons == (Reason.EMPTY,)


def test_whatever_another_source_wrote_is_not_shown():
    assert event.FAMILY.judge("11010519491231002X").masked == "*" * 18
    assert event.FAMILY.judge("39853833620240315000001").masked == "39853833620240315000001"
