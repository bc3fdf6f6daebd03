"""Class breaks: as even, or as uniform, as they can be."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps import classes


def sizes(values, breaks):
    return np.bincount(np.searchsorted(breaks, values, side="right"), minlength=len(breaks) + 1).tolist()


def test_quantiles_put_equally_many_into_each_class():
    values = np.arange(1, 1001)
    assert sizes(values, classes.quantile(values)) == pytest.approx([200] * 5, abs=2)  # limits are rounded to three figures


def test_natural_breaks_fall_into_the_gaps():
    values = np.array([1, 2, 3, 50, 51, 52, 100, 101, 200, 201, 202, 300, 301])
    assert classes.natural(values) == [50, 100, 200, 300]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 99), min_size=4, max_size=12, unique=True))
def test_no_other_breaks_are_more_uniform(values):
    values = np.sort(np.array(values, float))

    def spread(cuts):
        return sum(((part - part.mean()) ** 2).sum() for part in np.split(values, cuts))

    best = min(spread(cuts) for cuts in combinations(range(1, len(values)), 2))
    found = classes.natural(values, 3)
    assert spread(np.searchsorted(values, found).tolist()) == pytest.approx(best)


@pytest.mark.parametrize("method", [classes.quantile, classes.natural])
def test_zero_and_missing_values_are_no_class(method):
    values = np.array([0, 0, 0, np.nan, 10, 20, 30, 40, 50])
    assert min(method(values)) > 10


@pytest.mark.parametrize("method", [classes.quantile, classes.natural])
@pytest.mark.parametrize("values", [[], [np.nan], [0, 0], [7], [7, 7, 7]])
def test_what_does_not_differ_has_no_breaks(method, values):
    assert method(np.array(values, float)) == []


@pytest.mark.parametrize("method", [classes.quantile, classes.natural])
@settings(deadline=None, max_examples=60)
@given(values=st.lists(st.floats(0.001, 1e6), min_size=1, max_size=400))
def test_no_class_is_empty_and_breaks_ascend(method, values):
    breaks = method(np.array(values))
    assert breaks == sorted(set(breaks)) and len(breaks) < classes.CLASSES
    assert min(sizes(np.array(values), breaks)) > 0


def test_natural_breaks_of_a_whole_city_are_as_many_as_classes_allow():
    values = np.random.default_rng(1).lognormal(size=20_000)
    assert len(classes.natural(values)) == classes.CLASSES - 1
