"""What is told of counts of people, and that all answers together give no small count away."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import combinations

import pytest

from gridgeo.linkage.disclosure import EXACT, HIDDEN, Control, Told, is_open, is_open_covered
from gridgeo.settings import Settings

RULE = Control()
SMALL = RULE.suppress_under

Area = frozenset[int]
Bounds = dict[Area, tuple[int, int]]


def test_counts_under_the_threshold_are_not_told_and_nought_is_one_of_them():
    assert [RULE.cell(count) for count in range(10)] == [HIDDEN] * 10


def test_other_counts_are_rounded_to_five():
    assert [RULE.cell(count) for count in (10, 12, 13, 17, 18, 1002, 1003)] == [10, 10, 15, 15, 20, 1000, 1005]


def test_ties_are_rounded_up_where_the_step_is_even():
    assert [Control(10, 10).cell(count) for count in (14, 15, 24, 25)] == [10, 20, 20, 30]


def test_a_total_is_the_sum_of_what_is_told_of_its_cells():
    told = RULE.total([12, 9, 13], nobody=2)
    assert told == Told(count=25, hidden=3, least=10 + 13, most=12 + 17 + 3 * 9)


def test_a_total_of_hidden_cells_has_no_number():
    assert RULE.total([3, 9]) == Told(None, 2, 0, 18)


def test_equal_cells_may_be_given_once_with_how_often_they_occur():
    assert RULE.total([12, 9], times=[3, 2], nobody=1) == RULE.total([12, 12, 12, 9, 9], nobody=1)


def test_the_true_sum_lies_within_the_bounds_told():
    for seed in range(200):
        counts = random.Random(seed).choices(range(40), k=6)
        told = RULE.total(counts)
        assert told.least <= sum(counts) <= told.most


def test_who_may_see_counts_sees_them_as_they_are():
    assert EXACT.total([3, 0, 12]) == Told(15, 0, 15, 15)


def test_the_rule_is_the_installations():
    assert Control.of(Settings(suppress_under=20, round_to=10)) == Control(20, 10)


@pytest.mark.parametrize(
    "kind, role, open_",
    [
        ("person", "resident", False),
        ("phone", "device", False),
        ("credit", "registered", True),
        ("event", "place", True),
        ("event", "reporter", False),
        ("event", "a_new_role", False),
        ("a_new_kind", "any", False),
    ],
)
def test_only_organisations_and_places_of_events_are_open(kind, role, open_):
    assert is_open(kind, role) is open_


def test_houses_are_counted_openly_by_their_organisations_and_cases_only():
    assert [kind for kind in ("person", "credit", "phone", "event") if is_open_covered(kind)] == ["credit", "event"]


def areas(cells: int) -> list[Area]:
    """Every area there can be: all sets of micro-grids, so all streets, polygons, overlaps and nestings of them."""
    return [frozenset(chosen) for size in range(1, cells + 1) for chosen in combinations(range(cells), size)]


def attack(cells: int, answers: Bounds) -> dict[int, tuple[int, int]]:
    """Return the bounds of each cell that follow from answers: every pair of nested areas is subtracted, then bounds are drawn closer.

    An area whose part was told tells of the rest; the rests are answers themselves. All of them narrow the cells until
    nothing changes any more.
    """
    known = dict(answers)
    for inner, outer in combinations(sorted(answers, key=len), 2):
        if inner < outer:
            rest = outer - inner
            low, high = answers[outer][0] - answers[inner][1], answers[outer][1] - answers[inner][0]
            before = known.get(rest, (0, 10**9))
            known[rest] = max(before[0], low), min(before[1], high)
    bounds = dict.fromkeys(range(cells), (0, 10**9))
    changed = True
    while changed:
        changed = False
        for area, (low, high) in known.items():
            lows, highs = sum(bounds[cell][0] for cell in area), sum(bounds[cell][1] for cell in area)
            for cell in area:
                mine = bounds[cell]
                closer = max(mine[0], low - (highs - mine[1])), min(mine[1], high - (lows - mine[0]))
                if closer != mine:
                    lows, highs = lows + closer[0] - mine[0], highs + closer[1] - mine[1]
                    bounds[cell], changed = closer, True
    return bounds


def recovered(counts: list[int], answer: Callable[[list[int]], tuple[int, int]], asked: Iterable[Area]) -> list[int]:
    """Return the small cells an attacker knows exactly after asking about areas."""
    bounds = attack(len(counts), {area: answer([counts[cell] for cell in area]) for area in asked})
    assert all(low <= counts[cell] <= high for cell, (low, high) in bounds.items()), "the attack itself errs"
    return [cell for cell, (low, high) in bounds.items() if low == high and counts[cell] < SMALL]


def ours(counts: list[int]) -> tuple[int, int]:
    told = RULE.total(counts)
    return told.least, told.most


def suppressed_totals(counts: list[int]) -> tuple[int, int]:
    """The first thing one thinks of: a small total is not told, others are told exactly."""
    total = sum(counts)
    return (0, SMALL - 1) if total < SMALL else (total, total)


def rounded_totals(counts: list[int]) -> tuple[int, int]:
    """The second: each area's own total by the same rule of ten and five."""
    told = RULE.total([sum(counts)])
    return told.least, told.most


def city(seed: int, cells: int = 5) -> list[int]:
    """Micro-grids of a seed: some small, some not, and at times all their roundings pointing the same way."""
    chance = random.Random(seed)
    return [chance.choice([chance.randrange(10), 9, 12, chance.randrange(10, 60)]) for _ in range(cells)]


SEEDS = range(100)


def test_no_small_count_follows_from_all_answers_together():
    small = sum(count < SMALL for seed in SEEDS for count in city(seed))
    assert small > 200
    assert [seed for seed in SEEDS if recovered(city(seed), ours, areas(5))] == []


def test_no_answer_changes_whatever_a_hidden_cell_holds():
    """The proof: the answers to every area are the same for all ten counts a hidden cell may have."""
    for seed in SEEDS:
        counts = city(seed)
        for cell in (cell for cell, count in enumerate(counts) if count < SMALL):
            told = {
                tuple(RULE.total([other if at != cell else guess for at, other in enumerate(counts) if at in area]) for area in areas(5))
                for guess in range(SMALL)
            }
            assert len(told) == 1


def test_the_attack_breaks_suppressing_totals_one_by_one():
    """Negative control: the naive way gives nearly every small count away."""
    small = sum(count < SMALL for seed in SEEDS for count in city(seed))
    broken = sum(len(recovered(city(seed), suppressed_totals, areas(5))) for seed in SEEDS)
    assert broken > small / 2


def test_the_attack_breaks_rounding_totals_one_by_one():
    """Negative control: rounding every area by itself gives some away, where the roundings happen to point the same way."""
    assert [seed for seed in SEEDS if recovered(city(seed), rounded_totals, areas(5))] != []


def test_nine_of_three_micro_grids_follow_from_totals_that_are_rounded_by_themselves():
    """The case of the module's docstring: 12 + 12 + 9 = 33 is told as 35, so at least 33, and 12 as 10, so at most 12."""
    asked = [frozenset({0}), frozenset({1}), frozenset({2}), frozenset({0, 1, 2})]
    assert recovered([12, 12, 9], rounded_totals, asked) == [2]
    assert recovered([12, 12, 9], ours, asked) == []
