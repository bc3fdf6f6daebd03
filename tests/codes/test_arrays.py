"""Millions of codes are judged as each by itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.codes import arrays, registry
from gridgeo.codes.model import Kind, Reason, reasons_of
from tests.codes import making

ALL = list(Kind)


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=20)
@given(st.data())
def test_sound_codes_are_sound_alone_and_among_many(kind, data):
    family = registry.family(kind)
    codes = data.draw(st.lists(making.SOUND[kind], min_size=1, max_size=20))
    verdicts = [family.judge(code) for code in codes]
    assert family.judge_many(codes).tolist() == [verdict.bits for verdict in verdicts]
    assert all(verdict.outcome != "invalid" for verdict in verdicts)


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=50)
@given(st.data())
def test_spoilt_codes_get_the_same_reasons_alone_and_among_many(kind, data):
    family = registry.family(kind)
    codes = data.draw(st.lists(making.spoilt(making.SOUND[kind]), max_size=15))
    assert family.judge_many(codes).tolist() == [family.judge(code).bits for code in codes]


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=40)
@given(st.data())
def test_any_text_gets_the_same_reasons_alone_and_among_many(kind, data):
    family = registry.family(kind)
    codes = data.draw(st.lists(st.one_of(st.text(max_size=100), st.text("0123456789X*+", max_size=40)), max_size=10))
    assert family.judge_many(codes).tolist() == [family.judge(code).bits for code in codes]


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=50)
@given(st.data())
def test_what_is_normalised_stays_as_it_is(kind, data):
    family = registry.family(kind)
    code = data.draw(making.spoilt(making.SOUND[kind]))
    once = family.normalise(code)
    assert family.normalise(once) == once


CODES = ["11010519491231002X", "110105194912310021", "", "44052418800101001 4", "1101051949123100２X", "一"]
BITS = [0, Reason.CHECK_CHARACTER.bit, Reason.EMPTY.bit, 0, 0, Reason.WRONG_LENGTH.bit]


@pytest.mark.parametrize(
    "given_",
    [CODES, tuple(CODES), np.array(CODES), np.array(CODES, dtype=object), pd.Series(CODES), pd.Series(CODES, dtype="string")],
    ids=["list", "tuple", "text", "objects", "series", "strings"],
)
def test_codes_come_in_every_form_of_column(given_):
    assert registry.family("person").judge_many(given_).tolist() == BITS


def test_codes_come_as_bytes():
    texts = np.array(CODES[:3], dtype="S")
    assert registry.family("person").judge_many(texts).tolist() == BITS[:3]
    assert registry.family("person").judge_many(texts.view(np.uint8).reshape(3, -1)).tolist() == BITS[:3]
    wide = np.zeros((3, 40), np.uint8)
    wide[:, :18] = texts.view(np.uint8).reshape(3, -1)
    assert registry.family("person").judge_many(wide).tolist() == BITS[:3]


def test_missing_values_are_empty_and_numbers_are_read_as_text():
    found = registry.family("grid").judge_many([None, float("nan"), pd.NA, 440306, np.int64(440306001), "440306"])
    assert found.tolist() == [Reason.EMPTY.bit] * 3 + [0] * 3
    assert registry.family("grid").judge_many([]).tolist() == []


def test_blocks_are_put_together_in_order():
    many = ["11010519491231002X"] * (2 * arrays._BLOCK + 5)
    many[arrays._BLOCK] = "110105194912310021"
    bits = registry.family("person").judge_many(many)
    assert len(bits) == len(many)
    assert np.flatnonzero(bits).tolist() == [arrays._BLOCK]


def test_reasons_are_read_from_bits():
    assert len({reason.bit for reason in Reason}) == len(Reason) <= 32
    for reason in Reason:
        assert reasons_of(reason.bit) == (reason,)
    assert reasons_of(0) == ()
