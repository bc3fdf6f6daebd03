"""Where loaded buildings are: datums, axes, points and footprints."""

import numpy as np
import pytest
import shapely

from gridgeo.addresses import store
from gridgeo.errors import Conflict
from gridgeo.geo import crs
from gridgeo.ingest import addresses
from tests.addresses.making import CODES, at, counted, edition
from tests.ingest.addresses_making import BUILDINGS, ONE, TWO, codes, found, load, plan, write
from tests.ingest.making import geojson, shapefile


def test_the_datum_is_never_guessed(conn, files):
    made = plan(conn, "buildings", files["buildings"], datum="")
    assert codes(made) == ["datum-undeclared"]
    with pytest.raises(Conflict, match="say the --datum"):
        addresses.commit(conn, made, ["datum-undeclared"])


def shifted(datum: crs.Datum, count: int = 40) -> str:
    rng = np.random.default_rng(1)
    letters = rng.choice(list("ABC"), count)
    lonlat = np.array([at(*({"A": (1, 1), "B": (3, 1), "C": (5, 1)}[letter])) for letter in letters])
    lonlat += rng.uniform(-0.0005, 0.0005, lonlat.shape)
    xy = crs.from_storage(lonlat, datum)
    rows = [f"{CODES[letter]}{i + 1:05},村{i},{x:.9f},{y:.9f}" for i, (letter, (x, y)) in enumerate(zip(letters, xy, strict=True))]
    return "building_code,compound,lon,lat\n" + "\n".join(rows) + "\n"


def test_points_of_a_declared_datum_are_stored_in_cgcs2000(conn, tmp_path):
    edition(conn)
    for datum in (crs.GCJ02, crs.BD09, crs.METRIC_PLANE):
        made = plan(conn, "buildings", write(tmp_path / f"{datum}.csv".replace(":", ""), shifted(datum)), datum=str(datum))
        assert codes(made) == [] and codes(made, "warning") == []
    addresses.commit(conn, made)
    assert counted(conn, "(SELECT FROM building_grid WHERE outcome = 'inside') AS g") == 40


def test_a_map_services_shift_is_seen_by_where_the_codes_were_issued_and_by_what_is_stored(conn, tmp_path):
    edition(conn)
    path = write(tmp_path / "gcj.csv", shifted(crs.GCJ02))
    made = plan(conn, "buildings", path, datum="wgs84")
    assert codes(made) == ["looks-gcj-02"] and "is --datum GCJ-02 meant?" in found(made, "looks-gcj-02")[0].message
    load(conn, "buildings", path, datum="gcj02")
    assert codes(plan(conn, "buildings", path, datum="wgs84")) == ["looks-gcj-02"]
    assert codes(plan(conn, "buildings", write(tmp_path / "w.csv", shifted(crs.WGS84)), datum="gcj02")) == ["shifted-twice"]


def beside(count: int, apart: float = 0.0) -> str:
    """Few buildings, each of which lies `apart` degrees farther east than the one before would have it."""
    rows = [f"{CODES['A']}{i:05},村{i},{113.005 + i * (0.0001 + apart):.7f},22.895" for i in range(1, count + 1)]
    return "building_code,compound,lon,lat\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("count", "again", "datum", "told"),
    [
        (5, beside(5), "gcj02", ["suspected-shift"]),
        (4, beside(4), "gcj02", []),
        (5, beside(5, 0.002), "wgs84", []),
        (8, beside(8).replace("22.895", "22.899", 4), "wgs84", []),
        (5, beside(5).replace("22.895", "22.8955"), "wgs84", []),
    ],
)
def test_few_buildings_that_move_alike_came_in_another_datum(conn, tmp_path, count, again, datum, told):
    edition(conn)
    load(conn, "buildings", write(tmp_path / "b.csv", beside(count)), datum="wgs84")
    made = plan(conn, "buildings", write(tmp_path / "again.csv", again), datum=datum, storing=True)
    assert (codes(made), made.changed > 0) == (told, True)
    if told:
        message = found(made, "suspected-shift")[0].message
        assert "5 of 5 known" in message and " m: declare the --datum" in message
    assert addresses.commit(conn, made, told).changed == made.changed


def test_swapped_axes_are_said_once(conn, files, tmp_path):
    made = plan(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("lon,lat", "lat,lon")))
    assert codes(made) == ["bad-point", "no-point", "swapped-axes"]
    assert len(found(made, "swapped-axes")) == 1


@pytest.mark.parametrize("lon", ["nan", "inf", "1e400", "abc", "", "0", "181"])
def test_a_point_that_is_none_is_refused(conn, files, tmp_path, lon):
    made = plan(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("113.005", lon)))
    assert "bad-point" in codes(made) and found(made, "bad-point")[0].row == 1
    assert [issue.row for issue in found(made, "no-point")] == [1]


def test_what_lies_outside_or_in_another_community_is_said(conn, tmp_path):
    edition(conn)
    rows = f"{ONE},a,113.5,22.5\n{CODES['A']}00002,b,113.045,22.895\n{CODES['A']}00003,c,113.005,22.895\n"
    made = plan(conn, "buildings", write(tmp_path / "b.csv", "building_code,compound,lon,lat\n" + rows))
    assert codes(made, "warning") == ["other-community", "point-outside"]
    assert [issue.row for issue in found(made, "point-outside")] == [1]
    assert "1 buildings" in found(made, "other-community")[0].message


def footprints():
    import geopandas

    boxes = [shapely.box(113.004, 22.894, 113.006, 22.896), shapely.box(113.024, 22.894, 113.026, 22.896)]
    return geopandas.GeoDataFrame({"LDBM": [ONE, TWO], "LM": ["前进一路", "前进二路"], "CS": [7, 30]}, geometry=boxes, crs=4490)


@pytest.mark.parametrize("form", ["geojson", "gpkg", "shp", "csv"])
def test_footprints_come_through_the_gate_and_say_where_a_building_is(conn, tmp_path, form):
    edition(conn)
    frame, datum = footprints(), ""
    if form == "geojson":
        path = geojson(tmp_path / "b.geojson", frame)
    elif form == "gpkg":
        frame.to_file(path := tmp_path / "b.gpkg")
    elif form == "shp":
        path = shapefile(tmp_path / "shp", frame, name="楼栋")
    else:
        path, datum = tmp_path / "b.csv", "cgcs2000"
        frame.drop(columns="geometry").assign(wkt=shapely.to_wkt(frame.geometry.to_numpy())).to_csv(path, index=False)
    made = plan(conn, "buildings", path, datum=datum)
    assert codes(made) == []
    addresses.commit(conn, made)
    one = store.building(conn, ONE)
    assert one.footprint.equals(frame.geometry[0]) and one.footprint.covers(shapely.Point(one.lon, one.lat))
    assert store.grid_of(conn, TWO).chain[-1].code == CODES["B"]
    assert load(conn, "buildings", path, datum=datum).same == 2


@pytest.mark.parametrize("form", ["geojson", "gpkg", "shp"])
def test_points_that_are_drawn_say_where_a_building_is(conn, tmp_path, form):
    edition(conn)
    frame = footprints().set_geometry(shapely.points([[113.005, 22.895], [113.025, 22.895]]), crs=4490)
    if form == "geojson":
        path = geojson(tmp_path / "b.geojson", frame)
    elif form == "gpkg":
        frame.to_crs(4547).to_file(path := tmp_path / "b.gpkg")
    else:
        path = shapefile(tmp_path / "shp", frame, name="楼栋")
    made = plan(conn, "buildings", path, datum="")
    assert codes(made) == codes(made, "warning") == []
    addresses.commit(conn, made)
    assert [store.grid_of(conn, code).chain[-1].code for code in (ONE, TWO)] == [CODES["A"], CODES["B"]]
    assert round(store.building(conn, ONE).lon, 8) == 113.005


def test_an_unsound_footprint_stops_the_load(conn, tmp_path):
    frame = footprints()
    frame.loc[0, "geometry"] = shapely.Polygon([(113, 22.8), (113.01, 22.81), (113.01, 22.8), (113, 22.81)])
    made = plan(conn, "buildings", geojson(tmp_path / "b.geojson", frame), datum="")
    assert {"invalid-ring", "no-point"} == set(codes(made))
