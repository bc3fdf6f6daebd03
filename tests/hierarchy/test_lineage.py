"""Where units came from and what became of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from gridgeo.hierarchy import model
from gridgeo.hierarchy.lineage import SLIVER_M2, Lineage, trace
from tests.districts import CODES, district

LEVELS = ("district", "street", "community", "micro")
A, B, C, D, E = CODES.values()

#: One character of a drawing, square metres.
CELL_M2 = 1027 * 1107.5


def stored(picture: str):
    """A frame as it is read from the database: a unit is who bore its key."""
    return kept(district(picture))


def kept(frame):
    """A frame with the columns the store adds, numbers made of keys."""
    numbers = {key: 1000 + int.from_bytes(key.encode()[-4:], "big") % 10**9 + len(key) for key in model.keys(frame)}
    frame["unit_id"] = [numbers[key] for key in model.keys(frame)]
    frame["parent_id"] = pd.array([numbers.get(key) for key in frame["parent"]], dtype="Int64")
    frame["area_m2"] = shapely.area(frame.geometry.to_crs(4547).to_numpy())
    return frame


def micro(lineage: Lineage) -> list[tuple]:
    return [(row.reason, row.before, row.after) for row in lineage.rows if row.level == "micro"]


#: What was, what is (letters are codes), and the pieces of micro-grids: reason, from, to.
CASES = {
    "nothing": ("AABB", "AABB", [("unchanged", A, A), ("unchanged", B, B)]),
    "a new unit is cut off": ("AABB", "ACBB", [("split", A, A), ("split", A, C), ("unchanged", B, B)]),
    "into two new ones": ("AABB", "CDBB", [("split", A, C), ("split", A, D), ("unchanged", B, B)]),
    "one takes another in": ("AAAB", "AAAA", [("merge", A, A), ("merge", B, A)]),
    "two become a new one": ("AAAB", "CCCC", [("merge", A, C), ("merge", B, C)]),
    "a piece changes hands": ("AAAB", "AABB", [("redraw", A, A), ("transfer", A, B), ("redraw", B, B)]),
    "one is shared out": ("AAABBC", "AAAACC", [("redraw", A, A), ("transfer", B, A), ("transfer", B, C), ("redraw", C, C)]),
    "of parts of two a new one": ("AABB", "ACCB", [("redraw", A, A), ("transfer", A, C), ("redraw", B, B), ("transfer", B, C)]),
    "another code": ("AAB", "CCB", [("recode", A, C), ("unchanged", B, B)]),
    "two exchange codes": ("AAB", "BBA", [("recode", A, B), ("recode", B, A)]),
    "one begins, one ends": ("AAAB..", "AAA..C", [("unchanged", A, A), ("ended", B, None), ("new", None, C)]),
    "an outer border": ("AAB.", "AABB", [("unchanged", A, A), ("redraw", B, B)]),
}


@pytest.mark.parametrize("case", CASES)
def test_reasons(case):
    before, after, expected = CASES[case]
    assert sorted(micro(trace(stored(before), stored(after), LEVELS)), key=str) == sorted(expected, key=str)


def test_names_and_levels_above_are_told_apart():
    before, after = stored("AC"), stored("AC")
    after.loc[after["code"] == A, "name_zh"] = "新名"
    told = {(row.level, row.before): (row.reason, row.after_name) for row in trace(before, after, LEVELS).rows}
    assert told[("micro", A)] == ("rename", "新名") and told[("micro", C)][0] == "unchanged"
    assert {told[(level, A[:length])][0] for level, length in zip(LEVELS, (6, 9, 12), strict=False)} == {"unchanged"}


def test_a_unit_without_code_that_is_called_otherwise_was_renamed():
    before, after = (stored("AB") for _ in range(2))
    for frame, name in ((before, "旧"), (after, "新")):
        frame.loc[frame["code"] == B, ["code", "name_zh"]] = [None, name]
    (row,) = [row for row in trace(kept(before), kept(after), ["micro"]).rows if row.before_name == "旧"]
    assert (row.reason, row.after_name, row.before[0], row.after[0]) == ("rename", "新", "u", "u")


@pytest.mark.parametrize("seed", range(5))
def test_shares_add_up_to_one_both_ways(seed):
    """Of any two ways to cut the same ground, by area and by households."""
    rng = np.random.default_rng(seed)
    pictures = ["\n".join("".join(rng.choice(list("ABCDE"), 9)) for _ in range(7)) for _ in range(2)]
    before, after = map(stored, pictures)
    homes = pd.DataFrame([(a, b, int(rng.integers(0, 50))) for a in before["unit_id"][-5:] for b in after["unit_id"][-5:]])
    table = trace(before, after, LEVELS, homes.set_axis(["before_id", "after_id", "n"], axis=1)).table
    for side, shares in (("before", ["to_area", "to_households"]), ("after", ["from_area", "from_households"])):
        sums = table.groupby(["level", side])[shares].sum().to_numpy()
        assert sums == pytest.approx(np.ones_like(sums), abs=1e-12)
    assert (table[["to_area", "to_households", "from_area", "from_households"]] >= 0).all(axis=None)
    assert table["area_m2"].to_numpy() == pytest.approx(shapely.area(table.geometry.to_crs(4547).to_numpy()))


def test_shares_by_area_and_by_houses():
    before, after = stored("AAAB"), stored("AABB")
    unit = dict(zip(before["code"], before["unit_id"], strict=True))
    homes = pd.DataFrame([(unit[A], unit[A], 10), (unit[A], unit[B], 30)], columns=["before_id", "after_id", "n"])
    told = {(row.before, row.after): row for row in trace(before, after, ["micro"], homes).rows}
    moved = told[(A, B)]
    assert moved.area_m2 == pytest.approx(CELL_M2, rel=1e-2)
    assert (moved.to_area, moved.to_households, moved.houses) == (pytest.approx(1 / 3, rel=1e-4), 0.75, 30)
    assert (moved.from_area, moved.from_households) == (pytest.approx(1 / 2, rel=1e-4), 1.0)
    assert (told[(B, B)].to_households, told[(B, B)].houses) == (1.0, 0), "no house is known of B: its area stands for them"


def test_houses_are_counted_in_the_units_above():
    before, after = stored("AABC"), stored("ABBC")
    unit = dict(zip(before["code"], before["unit_id"], strict=True))
    homes = pd.DataFrame([(unit[A], unit[B], 7), (unit[C], unit[C], 5)], columns=["before_id", "after_id", "n"])
    told = {row.before: row.houses for row in trace(before, after, LEVELS, homes).rows if row.level in ("community", "street")}
    assert told == {A[:12]: 7, C[:12]: 5, A[:9]: 12}


def test_a_border_drawn_twice_makes_no_relatives():
    """Less than a thousandth of the smaller unit, which is told as left out; a strip of more is a piece."""
    frame = stored("AABB")

    def shifted(degrees):
        moved = frame.copy()
        moved.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.where(np.isclose(xy, 113.02), xy + degrees, xy))
        return trace(frame, moved, ["micro"])

    noise, real = shifted(1e-6), shifted(1e-4)
    assert micro(noise) == [("redraw", A, A), ("redraw", B, B)]
    assert (noise.slivers, noise.slivers_m2) == (1, pytest.approx(0.1027 * 1107.5, rel=0.02)) and noise.slivers_m2 > SLIVER_M2
    assert ("transfer", B, A) in micro(real) and real.slivers == 0


def test_units_without_area_follow_themselves():
    rows = [{"level": "street", "code": code, "name_zh": "街"} for code in ("440306001", "440306002")]
    before, after = kept(model.frame(rows)), kept(model.frame(rows[1:]))
    told = [(row.reason, row.before, row.to_area) for row in trace(before, after, ["street"]).rows]
    assert told == [("ended", "440306001", None), ("unchanged", "440306002", 1.0)]


def test_from_nothing_and_to_nothing():
    frame, nothing = stored("A"), stored("A").iloc[:0]
    assert {row.reason for row in trace(nothing, frame, LEVELS).rows} == {"new"}
    assert {row.reason for row in trace(frame, nothing, LEVELS).rows} == {"ended"}
    assert trace(nothing, nothing, LEVELS).rows == []


def test_followers_and_origins_by_their_largest_piece():
    lineage = trace(stored("AAAAB"), stored("CCABB"), LEVELS)
    assert lineage.followers[A][0].after == C and {row.after for row in lineage.followers[A]} == {A, B, C}
    assert {row.before for row in lineage.origins[B]} == {A, B} and D not in lineage.followers
    assert lineage.counts["transfer"] == 1
