"""Counts beside a rate, beside what was before, and beside their surroundings; figures of scipy 1.17 and esda 2.9 are the witness."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gridgeo.events.hotspots import rules, surroundings

#: 4 x 5 places and the Gi* that esda gives them (queen's neighbours, binary, each place its own neighbour, too).
_VALUES = [3, 0, 1, 7, 2, 9, 14, 4, 0, 1, 2, 8, 5, 3, 0, 1, 0, 2, 6, 4]
_SCORES = [
    *(1.7638526051, 1.2476204914, 0.5839925705, -0.8759888557, -0.6690475399, 1.9112484124, 1.6627065196, 1.1736751903, -1.1492236238),
    *(-1.1414400241, 1.645797244, 1.5404486872, 1.1736751903, -0.9047079592, -1.0087144399, -0.5169912808, -0.4778121031, 0.3185414021),
    *(-0.2123609347, -0.2128787627),
]


@pytest.mark.parametrize(
    ("n", "mean", "chance"),
    [
        (1, 0.01, 0.009950166250831952),
        (5, 1.0, 0.003659846827343713),
        (5, 20.0, 0.9999830552560699),
        (300, 250.0, 0.0011623936310546142),
        (100_000, 99_000.0, 0.0007574199211747684),
        (3, 900.0, 1.0),
        (0, 5.0, 1.0),
        (1, 0.0, 0.0),
    ],
)
def test_the_chance_of_so_many_or_more(n, mean, chance):
    assert rules.at_least(n, mean) == pytest.approx(chance, rel=1e-8)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [
        (0, 0.0, 3.6888794541139354),
        (1, 0.025317807984289876, 5.571643390938898),
        (10, 4.7953886961324335, 18.39035604201778),
        (997, 936.0660654595515, 1060.8591351215032),
        (1_000_000, 998040.9833402939, 1001961.9119454322),
    ],
)
def test_the_interval_of_a_count_is_garwoods(n, low, high):
    found = rules.interval(n)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-8)


@pytest.mark.parametrize(
    ("k", "n", "share", "chance"),
    [
        (8, 10, 0.5, 0.0546875),
        (1, 10, 0.01, 0.09561792499119552),
        (900, 1000, 0.85, 2.0389661274727654e-06),
        (500, 100_000, 0.004, 7.701930302701001e-07),
        (10, 10, 0.3, 5.9048999999999975e-06),
        (0, 10, 0.3, 1.0),
        (11, 10, 0.3, 0.0),
    ],
)
def test_the_chance_of_so_many_successes_or_more(k, n, share, chance):
    assert rules.successes(k, n, share) == pytest.approx(chance, rel=1e-8)


@pytest.mark.parametrize(
    ("given", "chance", "low", "high"),
    [
        ((30, 31, 12, 28), 0.009924826372682456, 1.1226763800561372, 4.842797339942746),
        ((7, 31, 0, 365), 1.8016297943933542e-08, 16.97024546370206, math.inf),
        ((5, 10, 5, 10), 0.623046875, 0.23014246893811693, 4.345134579526496),
    ],
)
def test_a_rise_is_tested_by_days_and_has_an_exact_interval(given, chance, low, high):
    found, ratio = rules.rise(*given)
    assert (found, ratio.low, ratio.high) == pytest.approx((chance, low, high), rel=1e-8)


def test_the_share_of_false_discoveries_is_benjamini_and_hochbergs():
    chances = [0.001, 0.02, 0.03, 0.04, 0.5, 0.011]
    assert rules.discoveries(chances) == pytest.approx([0.006, 0.04, 0.045, 0.048, 0.5, 0.033])
    assert rules.discoveries([0.001, 0.2], tested=100) == pytest.approx([0.1, 1.0])
    assert rules.discoveries([]) == []


def test_gi_is_that_of_esda():
    places = [(x, y) for x in range(4) for y in range(5)]
    pairs = [(i, j) for i, a in enumerate(places) for j, b in enumerate(places) if i != j and max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1]
    found = surroundings.scores(np.array(_VALUES, float), *np.array(pairs).T)
    assert found == pytest.approx(_SCORES, abs=1e-9)


def test_gi_tells_nothing_where_all_are_alike():
    assert np.isnan(surroundings.scores(np.ones(4), np.array([0, 1]), np.array([1, 0]))).all()


def test_chance_does_as_much_to_small_counts_as_to_large_ones():
    drawn = np.random.default_rng(6)
    spread = [surroundings.excess(drawn.poisson(mean, 20_000), np.full(20_000, mean)).std() for mean in (3.0, 30.0, 3000.0)]
    assert spread == pytest.approx([1.0] * 3, abs=0.1)
