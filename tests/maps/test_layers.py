"""What the map is drawn from: the file, its figures, and that others can read it."""

import numpy as np
import orjson
import pandas as pd
import pyogrio
import pytest
import shapely

from gridgeo.hierarchy import model
from maps import layers, measures
from tests import real
from tests.districts import district

from .conftest import EDITION, GOVERNANCE, topology

LEVELS = [level.level for level in GOVERNANCE.levels]


def read(frame, **changes):
    return orjson.loads(topology(frame, **changes))


def measured(text, key):
    return next(measure for measure in text["gridgeo"]["measures"] if measure["key"] == key)


def test_gdal_reads_the_same_areas_back(tmp_path):
    frame = district("AAB ACB DEE")
    (tmp_path / "grids.topojson").write_bytes(topology(frame))
    for level in LEVELS:
        found = pyogrio.read_dataframe(tmp_path / "grids.topojson", layer=level).set_index("code").geometry
        given = frame[frame["level"] == level].set_index("code").geometry
        assert set(found.index) == set(given.index)
        for code, area in found.items():
            assert shapely.area(shapely.symmetric_difference(area, given[code])) < 1e-8


def test_units_stand_in_the_order_of_their_codes_the_codeless_last():
    frame = pd.concat([district("A", {"A": "99990200100101"}), district("B"), model.frame([{"level": "district", "name_zh": "无码区"}])])
    ids = [geometry["id"] for geometry in read(frame.reset_index(drop=True))["objects"]["district"]["geometries"]]
    assert ids == ["999901", "999902", "district:无码区"]


def test_a_unit_without_geometry_is_listed_and_drawn_nowhere():
    frame = pd.concat([district("A"), model.frame([{"level": "micro", "name_zh": "待定", "code": "99990100100199"}])], ignore_index=True)
    drawn, listed = read(frame)["objects"]["micro"]["geometries"]
    assert drawn["type"] == "Polygon" and listed["type"] is None
    assert "label" not in listed["properties"]


def test_a_missing_household_count_is_the_sum_below_and_says_so():
    frame = district("AB CD")
    frame.loc[frame["level"] != "micro", "household_count"] = pd.NA
    text = read(frame)
    (top,) = text["objects"]["district"]["geometries"]
    assert (top["properties"]["household_count"], top["properties"]["summed"]) == (1200, "all")
    frame.loc[frame["code"] == "99990100100101", "household_count"] = pd.NA
    (top,) = read(frame)["objects"]["district"]["geometries"]
    assert (top["properties"]["household_count"], top["properties"]["summed"]) == (900, "some")


def test_a_given_household_count_is_kept_whatever_its_children_say():
    frame = district("AB CD")
    (top,) = read(frame)["objects"]["district"]["geometries"]
    assert top["properties"]["household_count"] == 300
    assert "summed" not in top["properties"]


def test_micro_grids_are_counted_below_each_upper_unit_and_not_at_their_own_level():
    levels = measured(read(district("AB CD")), "leaves")["levels"]
    assert {level: column["values"] for level, column in levels.items()} == {"district": [4], "street": [3, 1], "community": [2, 1, 1]}


def test_density_is_households_over_square_kilometres():
    frame = district("A")
    column = measured(read(frame), "density")["levels"]["micro"]
    area = read(frame)["objects"]["micro"]["geometries"][0]["properties"]["area_m2"]
    assert column["values"][0] == pytest.approx(300 / (area / 1e6), rel=1e-4)


def test_grid_types_come_with_their_names_and_only_where_there_are_any():
    frame = district("AB")
    assert "type" not in {measure["key"] for measure in read(frame)["gridgeo"]["measures"]}
    frame.loc[frame["level"] == "micro", "grid_type"] = ["village", None]
    kind = measured(read(frame), "type")
    assert [(one["key"], one["zh"]) for one in kind["categories"]] == [("village", "村居网格")]
    assert kind["levels"] == {"micro": {"values": ["village", None]}}


def test_ten_bare_districts_can_be_coloured_by_area_alone():
    frame = model.frame(
        [{"level": "district", "name_zh": f"区{i}", "geometry": shapely.box(114 + i / 10, 22, 114.1 + i / 10, 23)} for i in range(10)]
    )
    text = read(frame)
    assert [measure["key"] for measure in text["gridgeo"]["measures"]] == ["area"]
    assert list(text["objects"]) == ["district"]


def test_edition_scheme_and_authority_are_in_the_file():
    facts = read(district("A"))["gridgeo"]
    assert facts["edition"] == {"id": 7, "name": "试用版", "source": "测试图", "authority": "测试局", "from": "2025-01-01", "to": None}
    assert facts["scheme"]["zh"] == "综合治理"
    assert [level["key"] for level in facts["levels"]] == LEVELS


def test_labels_stand_inside_the_largest_part_of_their_unit():
    frame = district("AAA.B A.A.B AAA.. ....B")
    for geometry in read(frame)["objects"]["micro"]["geometries"]:
        area = frame.loc[frame["code"] == geometry["id"], "geometry"].iloc[0]
        assert shapely.contains_xy(area, *geometry["properties"]["label"])


def test_labels_of_many_units_are_inside_too(monkeypatch):
    monkeypatch.setattr(layers, "FEW", 0)
    test_labels_stand_inside_the_largest_part_of_their_unit()


def test_an_empty_edition_is_an_empty_topology():
    text = read(model.frame([]))
    assert (text["objects"], text["arcs"], text["gridgeo"]["levels"]) == ({}, [], [])


def test_the_same_units_give_the_same_bytes_in_whatever_order():
    frame = district("AAB ACB DEE")
    assert topology(frame) == topology(frame.sample(frac=1, random_state=3).reset_index(drop=True))


def test_a_table_of_measures_keeps_the_order_of_the_frame():
    frame = layers._ordered(district("AB CD"), LEVELS)
    assert list(measures.table(frame, model.keys(frame), LEVELS).index) == list(model.keys(frame))


@pytest.mark.real
def test_real_traffic_zones_with_overlaps_and_holes_keep_their_areas(tmp_path):
    zones = real.traffic_zones().to_crs(4490)
    scheme = model.Scheme("traffic", model.SchemeKind.DRAWN, "交通小区", "Traffic zones", (model.Level("zone", 0, "小区", "Zone"),))
    frame = model.frame([{"level": "zone", "code": str(i), "name_zh": str(i), "geometry": area} for i, area in enumerate(zones.geometry)])
    (tmp_path / "zones.topojson").write_bytes(topology(frame, scheme=scheme))
    found = pyogrio.read_dataframe(tmp_path / "zones.topojson").set_index("code").geometry
    given = frame.set_index("code").geometry
    assert len(found) == 491
    assert np.allclose(shapely.area(found.sort_index().to_numpy()), shapely.area(given.sort_index().to_numpy()), rtol=1e-3)


@pytest.mark.real
def test_real_districts_make_a_map_of_one_level():
    districts = real.districts_wgs84()
    frame = model.frame([{"level": "district", "name_zh": row.qh, "geometry": row.geometry} for row in districts.itertuples()])
    text = read(frame, edition=EDITION)
    assert len(text["objects"]["district"]["geometries"]) == 10
    assert len(orjson.dumps(text)) < 300_000
