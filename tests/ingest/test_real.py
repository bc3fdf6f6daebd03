"""The real files: what is in them is reported truly."""

from contextlib import closing

import pandas as pd
import pytest
import shapely

from gridgeo.db import connection
from gridgeo.geo import measure
from gridgeo.hierarchy import store
from gridgeo.hierarchy.model import GOVERNANCE, SchemeKind
from gridgeo.ingest import loading
from gridgeo.ingest.model import Instructions
from tests.real import data

pytestmark = pytest.mark.real

ZONES = "boundaries/shenzhen_traffic_zones_3857/SZ_districts.shp"


def plan(conn, *paths, scheme=None, part=False, tolerance_m2=1.0, **instructions) -> loading.Plan:
    scheme = scheme or store.scheme(conn, GOVERNANCE)
    return loading.plan(conn, paths, scheme, Instructions(**instructions), part=part, tolerance_m2=tolerance_m2)


def of(made: loading.Plan, code: str) -> list:
    return [issue for issue in made.issues if issue.code == code]


def gcj02_files() -> list:
    return sorted(data("boundaries/shenzhen_districts_gcj02").glob("*.geojson"))


def zones(conn):
    return loading.new_scheme("traffic", SchemeKind.DRAWN, "交通小区/Traffic zones", "zone", store.scheme(conn, GOVERNANCE))


def test_ten_districts(conn):
    made = plan(conn, data("boundaries/shenzhen_10_districts_wgs84.geojson"), datum="wgs84")
    assert made.found == {"district": 10} and made.errors() == []
    (hole,) = of(made, "gap")
    assert hole.area_m2 == pytest.approx(69_117, abs=1) and hole.units == ("440307", "440309")
    assert measure.area_m2(made.frame.geometry.to_numpy()).sum() / 1e6 == pytest.approx(2135.9, abs=0.05)
    assert len(of(made, "code-by-name")) == 9
    dapeng = made.frame[made.frame["code"].isna()].iloc[0]
    assert (dapeng["name_zh"], dapeng["kind"], len(of(made, "no-code"))) == ("大鹏新区", "functional", 1)


def test_ten_districts_are_not_loaded_without_a_datum(conn):
    made = plan(conn, data("boundaries/shenzhen_10_districts_wgs84.geojson"))
    assert [issue.code for issue in made.errors()] == ["datum-undeclared"]


def test_nine_districts_of_a_map_service(conn):
    made = plan(conn, *gcj02_files(), datum="gcj02")
    assert [(issue.code, issue.source) for issue in made.errors()] == [("city-code", "440300.geojson")]
    assert made.found == {"district": 9} and made.frame["name_zh"].str.endswith("区").all()
    assert of(made, "overlap") == of(made, "gap") == []
    assert measure.area_m2(made.frame.geometry.to_numpy()).sum() / 1e6 == pytest.approx(2136.3, abs=0.05), (
        "2135.4 before the shift is taken off"
    )
    edition, new = loading.commit(conn, made, accepted=["city-code"])
    assert new and len(store.frame(conn, edition.edition_id)) == 9


def test_a_map_services_shift_is_seen_against_the_true_districts(conn):
    true = plan(conn, data("boundaries/shenzhen_10_districts_wgs84.geojson"), datum="wgs84")
    loading.activate(conn, loading.commit(conn, true)[0])
    wrong = plan(conn, *gcj02_files(), datum="wgs84")
    assert len(of(wrong, "looks-gcj-02")) == 1
    assert of(plan(conn, *gcj02_files(), datum="gcj02"), "looks-gcj-02") == []
    assert plan(conn, data("boundaries/shenzhen_10_districts_wgs84.geojson"), datum="wgs84").unchanged


def test_traffic_zones_are_a_scheme_of_their_own_and_place_the_stations(conn):
    made = plan(conn, data(ZONES), scheme=zones(conn), fields={"code": "TAZID"})
    assert made.found == {"zone": 491} and {issue.code for issue in made.errors()} == {"overlap"}
    assert sum(issue.area_m2 for issue in of(made, "overlap")) == pytest.approx(530_669, rel=1e-3)
    assert sum(issue.area_m2 for issue in of(made, "gap")) == pytest.approx(433_567, rel=1e-3)
    edition, _ = loading.commit(conn, made, accepted=["overlap"])
    loading.activate(conn, edition)
    stations = pd.read_csv(data("points/urbanev_stations_1587_WGS84.csv"))
    lon, lat = (next(name for name in stations if name.lower().startswith(start)) for start in ("lon", "lat"))
    units = store.frame(conn, edition.edition_id).set_index("unit_id")["code"]
    found = store.at(conn, edition.edition_id, stations[lon], stations[lat])
    official = stations["TAZID"].astype(int).astype(str)
    several = shapely.STRtree(made.frame.geometry.to_numpy()).query(shapely.points(stations[[lon, lat]].to_numpy()), predicate="intersects")
    among = pd.Series(made.frame["code"].to_numpy()[several[1]]).groupby(several[0]).agg(set)
    right = sum(official[at] in among.get(at, set()) for at in range(len(stations)))
    nowhere = sum(unit is None and units[nearest] is not None and metres > 0 for _, unit, nearest, metres in found)
    assert len(stations) == 1587
    assert (round(100 * right / 1587, 2), round(100 * nowhere / 1587, 2)) == (95.84, 4.16)
    assert right + nowhere == 1587


def test_statistics_tables_are_a_list_with_their_oddities_told(conn):
    listed = loading.new_scheme("statistics", SchemeKind.LISTED, "统计/Statistics", "", store.scheme(conn, GOVERNANCE))
    paths = [data(f"divisions/sz_nbs2023_{name}.csv") for name in ("districts", "streets", "communities")]
    made = plan(conn, *paths, scheme=listed)
    assert made.found == {"district": 9, "street": 79, "community": 788} and made.errors() == []
    counts = {
        code: len(of(made, code)) for code in ("functional-zone", "virtual-community", "committee-names", "name-truncated", "same-name")
    }
    assert counts == {"functional-zone": 5, "virtual-community": 5, "committee-names": 1, "name-truncated": 1, "same-name": 41}
    assert (made.frame["kind"] == "functional").sum() == 10
    parents = made.frame.set_index("code")["parent"]
    assert parents["440303001001"] == "440303001" and parents.loc[made.frame.loc[made.frame["level"] != "district", "code"]].notna().all()
    assert len(of(made, "parent-by-prefix")) == 0
    edition, _ = loading.commit(conn, made)
    assert len(store.frame(conn, edition.edition_id)) == 876


def test_a_list_without_codes_names_what_lies_above(conn):
    listed = loading.new_scheme("register", SchemeKind.LISTED, "名录/Register", "", store.scheme(conn, GOVERNANCE))
    made = plan(conn, data("divisions/sz_jionlp_communities.csv"), scheme=listed)
    assert made.found["community"] > 700 and of(made, "duplicate-name") and len(of(made, "parents-not-loaded")) == 1


def test_the_load_is_seen_by_everybody_only_when_it_is_whole(database_url):
    with closing(connection.connect(database_url)) as writer, closing(connection.connect(database_url)) as reader:
        made = plan(writer, data("boundaries/shenzhen_10_districts_wgs84.geojson"), datum="wgs84")
        loading.commit(writer, made)
        assert store.editions(reader) == []
        reader.rollback()
        writer.commit()
        assert len(store.editions(reader)) == 1
