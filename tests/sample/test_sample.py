"""The invented city: nested exactly, counted exactly, the same bytes every time."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridgeo import sample
from gridgeo.codes import grid
from gridgeo.errors import InvalidInput
from gridgeo.hierarchy import composed, model, topology
from gridgeo.hierarchy.difference import compare
from gridgeo.sample.profiles import apportion
from gridgeo.sample.variant import changed, police

COMMITTED = Path(__file__).parent.parent.parent / "sample_data"


@pytest.fixture(scope="module")
def small():
    return sample.make("small", 1)


@pytest.fixture(scope="module")
def baoan():
    return sample.make("baoan", 1)


def digests(files, folder):
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def counts(frame):
    return [int((frame["level"] == level).sum()) for level in ("district", "street", "community", "micro")]


def test_counts_are_those_of_the_profiles(small, baoan):
    assert counts(small) == [1, 3, 8, 60]
    assert counts(baoan) == [1, 10, 124, 4833]


@pytest.mark.parametrize("name", ["small", "baoan"])
def test_every_level_tiles_and_nests_with_the_same_vertices(name, request):
    frame = request.getfixturevalue(name)
    assert topology.check(frame, tolerance_m2=0.0) == []
    for _, units in frame.groupby("level"):
        assert shapely.coverage_is_valid(units.geometry.to_numpy())
    vertices = {tuple(xy) for xy in shapely.get_coordinates(frame[frame["level"] == "micro"].geometry.to_numpy())}
    above = shapely.get_coordinates(frame[frame["level"] != "micro"].geometry.to_numpy())
    assert {tuple(xy) for xy in above} <= vertices


def test_it_does_not_look_like_one_size_of_cell(baoan):
    area = shapely.area(baoan[baoan["level"] == "micro"].geometry.to_numpy())
    assert np.percentile(area, 95) > 5 * np.percentile(area, 5)
    assert set(baoan["grid_type"].dropna()) == {"enterprise", "urban", "village"}


def test_codes_are_of_the_standard_and_stand_once(baoan):
    assert not baoan["code"].duplicated().any()
    assert all(grid.parse(code).level == level for code, level in zip(baoan["code"], baoan["level"], strict=True))
    assert not baoan["name_zh"].duplicated().any()


def test_households_add_up_and_are_mostly_300_to_400(baoan):
    by_level = baoan.groupby("level")["household_count"].sum()
    assert by_level.nunique() == 1
    micro = baoan.loc[(baoan["level"] == "micro") & (baoan["grid_type"] != "enterprise"), "household_count"]
    assert micro.between(300, 400).all()


def test_same_seed_same_bytes_and_another_seed_others(tmp_path):
    written = [digests(sample.write("small", seed, tmp_path / str(i)), tmp_path / str(i)) for i, seed in enumerate((5, 5, 6))]
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_the_committed_files_are_what_the_generator_makes(tmp_path):
    made = digests(sample.write_small(tmp_path), tmp_path)
    kept = digests([COMMITTED / name for name in made], COMMITTED)
    assert made == kept
    stray = {str(file.relative_to(COMMITTED)) for file in COMMITTED.rglob("*") if file.is_file()} - set(made) - {"README.md"}
    assert stray == set()


def test_the_files_say_that_they_are_invented():
    for file in COMMITTED.glob("*.geojson"):
        assert '"invented":true' in file.read_text(encoding="utf-8")[:200]


def test_a_functional_district_has_no_code_and_its_streets_lie_under_it():
    rows = sample.profiles.terrain.facts("streets.csv")
    dapeng = [row for row in rows if row["district"] == "大鹏新区"]
    assert dapeng
    assert all(row["code"].startswith("440307") for row in dapeng)
    table = sample.profiles.names.Table(dapeng[:1], np.array([0]), np.array([0]), np.array([[114.5, 22.6]]), np.random.default_rng(1))
    assert table.districts[0]["code"] is None
    assert table.streets[0]["parent"] == model.unit_key("district", None, "大鹏新区")


def test_the_later_edition_is_sound_and_shows_every_kind_of_change(small):
    later = changed(small)
    assert topology.check(later, tolerance_m2=0.0) == []
    assert set(compare(small, later)["change"]) == {"added", "removed", "moved", "renamed", "reparented", "altered"}


def test_police_beats_take_every_micro_grid_once(small):
    rows = police(small)
    frame = model.frame([{"level": "beat", **{key: row[key] for key in ("code", "name_zh")}} for row in rows])
    members = [(row["code"], member) for row in rows for member in row["members"].split()]
    united, issues = composed.unite(frame, model.pd.DataFrame(members, columns=["unit", "member"]), small)
    assert issues == []
    assert united.geometry.notna().all()


def test_points_lie_inside(small):
    xy = sample.points(small, 500, seed=3)
    assert xy.shape == (500, 2)
    district = small.geometry.iloc[0]
    assert shapely.contains_xy(district, *xy.T).all()
    assert (xy == sample.points(small, 500, seed=3)).all()


def test_an_unknown_profile_is_refused():
    with pytest.raises(InvalidInput, match="small, baoan, city"):
        sample.make("moon")


@pytest.mark.parametrize("total, most", [(8, None), (60, 20), (3, None), (99 * 3, 99)])
def test_apportioned_shares_add_up_within_their_bounds(total, most):
    shares = apportion(np.array([1000, 10, 1]), total, most)
    assert shares.sum() == total
    assert shares.min() >= 1
    assert most is None or shares.max() <= most
