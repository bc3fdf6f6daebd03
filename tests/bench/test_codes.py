"""The loops that codes are measured against find what the arrays find."""

import numpy as np
import pytest

from bench import codes
from gridgeo.codes import registry
from gridgeo.codes.model import Kind, Reason, outcome, reasons_of


@pytest.mark.parametrize("kind", codes.MAKERS)
def test_what_is_measured_is_sound_but_for_what_was_spoilt(kind):
    made = codes.MAKERS[kind](np.random.default_rng(1), 500)
    assert len(set(made)) > 490
    assert not registry.family(kind).judge_many(made).any()
    changed = [before != after for before, after in zip(made, codes.spoilt(list(made)), strict=True)]
    assert np.flatnonzero(changed).tolist() == list(range(0, 500, 50))


@pytest.mark.parametrize("kind", codes.SHORTEST)
def test_the_shortest_loop_says_yes_and_no_as_the_arrays_do(kind):
    given = codes.spoilt(codes.MAKERS[kind](np.random.default_rng(2), 5000))
    given += [code[:17] + sign for code in given[:20] for sign in "0123456789XI"]
    given += ["", "1" * 17, "4499019902300019", "449901199902300019"]
    bits = registry.family(kind).judge_many(given)
    ours = [outcome(reasons_of(each)) != "invalid" for each in bits.tolist()]
    assert [codes.SHORTEST[kind](code) for code in given] == ours
    assert Reason.CHECK_CHARACTER.bit in bits and {Kind.PERSON, Kind.CREDIT} == set(codes.SHORTEST)
