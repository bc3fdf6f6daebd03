"""The invented objects: as many as asked, with codes and categories that are sound, where a city has them."""

import numpy as np
import pandas as pd
import pytest

from gridgeo import sample
from gridgeo.codes import element
from gridgeo.errors import InvalidInput
from gridgeo.geo.lattice import Lattice
from gridgeo.sample import columns, objects


@pytest.fixture(scope="module")
def units():
    return sample.make("small", 1)


@pytest.fixture(scope="module")
def made(units):
    return objects.make("small", 1, units=units)


def test_there_are_as_many_as_asked_and_every_category_has_some(made, units):
    assert len(made.points["element_code"]) + len(made.drawn) == objects.SIZES["small"]
    there = {*columns.texts(made.points["category"]), *made.drawn["category"]}
    assert len(there) == len(objects.categories()) == 153
    few = objects.make("small", 1, 7, units=units)
    assert len(few.points["element_code"]) + len(few.drawn) == 7


def test_a_few_categories_are_most_of_all(made):
    amounts = pd.Series(columns.texts(made.points["category"])).value_counts()
    assert amounts.head(10).sum() > 0.4 * amounts.sum() and (amounts < 10).sum() > 30


def test_codes_are_of_the_department_of_their_category_and_none_comes_twice(made):
    codes = pd.Series(columns.texts(made.points["element_code"]))
    assert codes.is_unique and (codes.str.len() == 29).all() and not element.FAMILY.judge_many(codes.to_numpy(object)).any()
    department = {f"{one['major']}/{one['minor']}/{one['name']}": one["department_code"] for one in objects.categories()}
    assert (codes.str[:9] == pd.Series(columns.texts(made.points["category"])).map(department)).all()


def test_nearly_all_lie_in_the_district_and_closer_together_where_people_are(made, units):
    xy = np.column_stack([columns.texts(made.points[axis]).astype(float) for axis in ("lon", "lat")])
    micro = units[units["level"] == "micro"]
    index = Lattice(micro.geometry.to_numpy()).many(*xy.T).index
    assert (index >= 0).mean() > 0.98 and (np.bincount(index[index >= 0], minlength=len(micro)) > 0).mean() > 0.9


def test_lines_and_areas_are_few_and_sound(made):
    assert 0 < len(made.drawn) < 0.15 * objects.SIZES["small"] and made.drawn.is_valid.all()
    kind = {f"{one['major']}/{one['minor']}/{one['name']}": one["geometry_kind"] for one in objects.categories()}
    drawn = {"LineString": "line", "Polygon": "polygon"}
    assert (made.drawn["category"].map(kind) == made.drawn.geometry.geom_type.map(drawn)).all()


def test_same_seed_same_bytes_and_another_seed_others(units, tmp_path):
    written = [objects.write(objects.make("small", seed, 300, units=units), tmp_path / str(i)) for i, seed in enumerate((1, 1, 2))]
    bytes_ = [[file.read_bytes() for file in files] for files in written]
    assert bytes_[0] == bytes_[1] and bytes_[0][0] != bytes_[2][0]


def test_no_object_and_no_such_profile_are_refused():
    with pytest.raises(InvalidInput):
        objects.make("small", 1, 0)
    with pytest.raises(InvalidInput):
        objects.make("tiny")
