"""A whole load: files in, a checked and compared edition out."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from gridgeo.errors import Conflict, InvalidInput, UnknownDatum, UnreadableFile
from gridgeo.geo import crs
from gridgeo.hierarchy import store
from gridgeo.hierarchy.model import GOVERNANCE, SchemeKind, keys
from gridgeo.ingest import loading
from gridgeo.ingest.model import Instructions
from tests import districts
from tests.ingest.making import csv_text, geojson, levels, shapefile, square, streets, xlsx

#: as the drawings' own, in a district whose code can be one, though it was never issued
CODES = {letter: code.replace("999901", "440399", 1) for letter, code in districts.CODES.items()}

PICTURE = """
    AABBCC
    AABBCC
    DDDEEE
"""


def drawn() -> geopandas.GeoDataFrame:
    return districts.district(PICTURE, CODES)


def plan(conn, *paths: Path, scheme=None, part: bool = False, **instructions) -> loading.Plan:
    scheme = scheme or store.scheme(conn, GOVERNANCE)
    return loading.plan(conn, paths, scheme, Instructions(**instructions), part=part)


def codes(plan: loading.Plan, severity: str = "error") -> list[str]:
    return [issue.code for issue in plan.issues if issue.severity == severity]


def loaded(conn, *paths: Path, accepted=(), **how) -> loading.Plan:
    """Load and activate."""
    made = plan(conn, *paths, **how)
    edition, _ = loading.commit(conn, made, accepted=accepted)
    # Within one test transaction the clock stands still; each edition begins a second after the one before.
    number = len(store.editions(conn))
    loading.activate(conn, edition, datetime(2024, 1, 1, 0, 0, number, tzinfo=UTC))
    return made


def active(conn, scheme: str = GOVERNANCE) -> geopandas.GeoDataFrame:
    return store.frame(conn, store.edition_open(conn, scheme).edition_id)


def same(one: geopandas.GeoDataFrame, other: geopandas.GeoDataFrame) -> bool:
    """Whether the areas are the same to a tenth of a square metre."""
    return bool((shapely.area(shapely.symmetric_difference(one.geometry.to_numpy(), other.geometry.to_numpy())) < 1e-11).all())


def parent_of(frame: geopandas.GeoDataFrame) -> dict[str, str | None]:
    return dict(zip(keys(frame), frame["parent"].astype(object).where(frame["parent"].notna(), None), strict=True))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return levels(tmp_path / "files", drawn())


@pytest.fixture
def bare(tmp_path: Path) -> list[Path]:
    """The same without a word on what lies above what."""
    return levels(tmp_path / "bare", drawn(), parents=False)


def test_a_district_comes_in_as_it_was_drawn(conn, files):
    made = loaded(conn, *files)
    assert made.found == {"district": 1, "street": 2, "community": 3, "micro": 5} and codes(made) == []
    there, given = active(conn), drawn()
    there, given = there.set_index(keys(there)), given.set_index(keys(given))
    assert parent_of(there.reset_index(drop=True)) == parent_of(given.reset_index(drop=True))
    assert shapely.equals(there.geometry.loc[given.index].to_numpy(), given.geometry.to_numpy()).all()
    assert there["household_count"].loc[given.index].tolist() == given["household_count"].tolist()


def test_a_plan_stores_nothing(conn, files):
    plan(conn, *files)
    assert store.editions(conn) == []


def test_the_same_file_again_changes_nothing(conn, files):
    loaded(conn, *files)
    again = plan(conn, *files)
    assert again.unchanged and len(again.changes) == 0
    edition, new = loading.commit(conn, again)
    assert not new and len(store.editions(conn)) == 1
    assert loading.activate(conn, edition) == edition


def test_the_same_draft_again_is_the_same_draft(conn, files):
    first, new = loading.commit(conn, plan(conn, *files))
    second, again = loading.commit(conn, plan(conn, *reversed(files)))
    assert (first, new, again) == (second, True, False)


def test_a_collection_without_features_is_refused(conn, tmp_path):
    path = tmp_path / "empty.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(UnreadableFile, match="holds no unit"):
        plan(conn, path, datum="wgs84")


def test_a_plan_made_before_another_activation_is_refused(conn, files, tmp_path):
    """What it carried over and was compared with is no longer what is valid."""
    loaded(conn, *files)
    stale = plan(conn, *files[:1], part=True)
    other = levels(tmp_path / "other", districts.district(PICTURE.replace("B", "A"), CODES))
    loaded(conn, *other)
    with pytest.raises(Conflict, match="activated since the files were read"):
        loading.commit(conn, stale)


class TestParents:
    """What lies above what."""

    def test_is_where_a_unit_lies_when_nothing_says_it(self, conn, bare):
        made = plan(conn, *bare)
        assert parent_of(made.frame) == parent_of(drawn()) and codes(made) == []
        assert codes(made, "info").count("parent-by-geometry") == 1

    def test_is_never_the_beginning_of_the_code(self, conn, tmp_path):
        moved = drawn()  # a community keeps its code when its street changes
        row = moved.index[moved["code"] == "440399001002"][0]
        moved.loc[row, "parent"] = "440399002"
        moved.loc[moved["code"] == "440399001", "geometry"] = [moved.loc[moved["code"] == "440399001001", "geometry"].iloc[0]]
        union = shapely.union_all(moved.loc[moved["code"].isin(["440399002001", "440399001002"]), "geometry"].to_numpy())
        moved.loc[moved["code"] == "440399002", "geometry"] = [shapely.MultiPolygon([union])]
        for folder, said in (("a", True), ("b", False)):
            made = plan(conn, *levels(tmp_path / folder, moved, parents=said))
            assert parent_of(made.frame)["440399001002"] == "440399002" and codes(made) == []

    def test_is_the_beginning_of_the_code_when_asked(self, conn, tmp_path):
        lists = [xlsx(tmp_path / "a.xlsx", [["编码", "名称"], ["440399", "甲"], ["440399001", "乙"]])]
        listed = loading.new_scheme("statistics", SchemeKind.LISTED, "统计/Statistics", "", store.scheme(conn, GOVERNANCE))
        made = plan(conn, *lists, scheme=listed, parent_from_prefix=True)
        assert parent_of(made.frame)["440399001"] == "440399" and codes(made, "warning") == ["parent-by-prefix"]
        assert codes(plan(conn, *lists, scheme=listed)) == ["missing-parent"]

    def test_may_be_given_by_name(self, conn, tmp_path):
        table = [
            ["编码", "名称", "上级"],
            ["440399", "甲区", None],
            ["440399001", "乙街道", "甲区"],
            ["440399002", "丙街道", "甲"],
            ["440399003", "丁街道", "戊区"],
        ]
        listed = loading.new_scheme("statistics", SchemeKind.LISTED, "统计/Statistics", "", store.scheme(conn, GOVERNANCE))
        made = plan(conn, xlsx(tmp_path / "a.xlsx", table), scheme=listed)
        assert parent_of(made.frame) == {"440399": None, "440399001": "440399", "440399002": "440399", "440399003": None}
        (unknown,) = made.errors()
        assert (unknown.code, unknown.row, unknown.value) == ("unknown-parent", 4, "戊区")

    def test_of_an_ambiguous_name_is_an_error(self, conn, tmp_path):
        table = [["编码", "名称", "上级"], ["440399", "甲区", None], ["440398", "甲区", None], ["440399001", "乙街道", "甲区"]]
        listed = loading.new_scheme("statistics", SchemeKind.LISTED, "统计/Statistics", "", store.scheme(conn, GOVERNANCE))
        assert codes(plan(conn, xlsx(tmp_path / "a.xlsx", table), scheme=listed)) == ["ambiguous-parent"]

    def test_not_loaded_is_said_once(self, conn, files):
        made = plan(conn, *[file for file in files if file.stem in {"community", "micro"}])
        assert codes(made) == [] and codes(made, "warning") == ["parents-not-loaded"]
        assert made.frame.loc[made.frame["level"] == "community", "parent"].isna().all()

    def test_wrong_by_the_ground_is_an_error(self, conn, tmp_path):
        wrong = drawn()
        wrong.loc[wrong["code"] == CODES["C"], "parent"] = "440399001001"
        assert "wrong-parent" in codes(plan(conn, *levels(tmp_path / "wrong", wrong)))


class TestReplacing:
    """What of the active edition stays."""

    def test_a_level_in_the_files_replaces_that_level_only(self, conn, files):
        loaded(conn, *files)
        made = plan(conn, next(file for file in files if file.stem == "street"))
        assert made.unchanged and made.found == {"street": 2} and len(made.frame) == 11

    def test_units_missing_in_a_level_are_removed(self, conn, files, tmp_path):
        loaded(conn, *files)
        rest = drawn()
        rest = rest[rest["code"] != CODES["E"]]
        made = plan(conn, levels(tmp_path / "rest", rest)[-1])
        assert made.changes[["change", "key"]].to_numpy().tolist() == [["removed", CODES["E"]]]
        assert "gap" in codes(made, "warning")

    def test_a_part_replaces_the_units_it_holds_only(self, conn, files, tmp_path):
        loaded(conn, *files)
        one = drawn()
        one = one[one["code"] == CODES["E"]].assign(name_zh="新名")
        made = plan(conn, *levels(tmp_path / "one", one), part=True)
        assert made.changes[["change", "key", "name_after"]].to_numpy().tolist() == [["renamed", CODES["E"], "新名"]]
        assert len(made.frame) == 11 and codes(made) == []

    def test_a_unit_carried_over_finds_a_new_parent_when_its_own_is_gone(self, conn, files, tmp_path):
        loaded(conn, *files)
        recoded = drawn()
        recoded = recoded[recoded["level"] == "community"].replace({"code": {"440399002001": "440399002009"}})
        made = plan(conn, *levels(tmp_path / "recoded", recoded))
        assert parent_of(made.frame)[CODES["D"]] == "440399002009" and codes(made) == []

    def test_what_a_file_has_no_column_for_stays(self, conn, files, tmp_path):
        loaded(conn, *files)
        given = drawn()
        only = given.loc[given["level"] == "micro", ["code", "geometry"]]
        made = plan(conn, geojson(tmp_path / "micro.geojson", geopandas.GeoDataFrame(only, geometry="geometry", crs=4490)))
        assert made.unchanged

    def test_a_table_without_boundaries_keeps_those_there_are(self, conn, files, tmp_path):
        loaded(conn, *files)
        path = xlsx(tmp_path / "户数.xlsx", [["GRIDCODE", "户数"], [CODES["A"], 420]])
        made = plan(conn, path, part=True)
        assert made.changes[["change", "key", "detail"]].to_numpy().tolist() == [["altered", CODES["A"], "household_count: 300 → 420"]]
        assert codes(made) == [] and "geometry-kept" in codes(made, "info")

    def test_a_table_without_boundaries_of_an_unknown_unit_is_an_error(self, conn, files, tmp_path):
        loaded(conn, *files)
        path = xlsx(tmp_path / "a.xlsx", [["GRIDCODE", "MC"], ["44039900100199", "新"]])
        assert codes(plan(conn, path, part=True)) == ["no-geometry"]


class TestDatum:
    """Where the units are: known, or not loaded."""

    def test_declared_is_followed(self, conn, tmp_path):
        made = plan(conn, shapefile(tmp_path / "in", streets().to_crs(4547)))
        assert codes(made) == [] and same(made.frame, streets())

    @pytest.mark.parametrize("datum", ["gcj02", "bd09", "EPSG:4547", "EPSG:4526", "EPSG:3857"])
    def test_asked_for_is_followed(self, conn, tmp_path, datum):
        shifted = streets()
        shifted.geometry = crs.transform(shifted.geometry.to_numpy(), crs.CGCS2000, crs.parse(datum))
        made = plan(conn, geojson(tmp_path / "a.geojson", shifted.set_crs(4490, allow_override=True), epsg=None), datum=datum)
        assert codes(made) == [] and same(made.frame, streets())

    @pytest.mark.parametrize("epsg", [4490, 4547])
    def test_undeclared_is_refused_and_cannot_be_accepted(self, conn, tmp_path, epsg):
        frame = streets().to_crs(epsg)
        made = plan(conn, geojson(tmp_path / "a.geojson", frame, epsg=None))
        (issue,) = made.errors()
        assert issue.code == "datum-undeclared" and "--datum" in issue.message
        assert ("metres" in issue.message) == (epsg == 4547)
        with pytest.raises(Conflict, match="say the --datum"):
            loading.commit(conn, made, accepted=["datum-undeclared"])

    def test_unknown_is_refused(self, conn, tmp_path):
        made = plan(conn, geojson(tmp_path / "a.geojson", streets(), epsg=2435))
        assert codes(made) == ["datum-unknown"]
        with pytest.raises(UnknownDatum):
            plan(conn, geojson(tmp_path / "a.geojson", streets()), datum="mars")

    def test_asked_for_against_the_file_is_said(self, conn, tmp_path):
        made = plan(conn, geojson(tmp_path / "a.geojson", streets()), datum="gcj02")
        assert codes(made, "warning") == ["datum-contradiction"]

    @pytest.mark.parametrize(
        "change, epsg, code",
        [
            (lambda xy: xy[:, ::-1], 4490, "swapped-axes"),
            (lambda xy: crs.from_storage(xy, crs.parse(4547)), 4490, "metre-coordinates"),
            (lambda xy: crs.from_storage(xy, crs.parse(4526)), 4547, "zone-prefix"),
            (lambda xy: crs.from_storage(xy, crs.parse(4547))[:, ::-1], 4547, "swapped-axes"),
            (lambda xy: xy, 4547, "degree-coordinates"),
        ],
    )
    def test_that_contradicts_the_numbers_is_said_once(self, conn, tmp_path, change, epsg, code):
        frame = streets()
        frame.geometry = shapely.transform(frame.geometry.to_numpy(), change)
        path = geojson(tmp_path / "a.geojson", frame.set_crs(4490, allow_override=True), epsg=epsg)
        assert codes(plan(conn, path)) == [code]

    @pytest.mark.parametrize("shift", [crs.GCJ02, crs.BD09])
    def test_of_a_map_service_is_seen_by_the_active_edition(self, conn, tmp_path, shift):
        loaded(conn, geojson(tmp_path / "right.geojson", streets()))
        shifted = streets()
        shifted.geometry = crs.transform(shifted.geometry.to_numpy(), crs.CGCS2000, shift)
        shifted = shifted.set_crs(4490, allow_override=True)
        made = plan(conn, geojson(tmp_path / "shifted.geojson", shifted))
        assert codes(made) == [f"looks-{shift.name.lower()}"]
        assert plan(conn, geojson(tmp_path / "shifted.geojson", shifted, epsg=None), datum=shift.name).changes.empty

    def test_taken_off_twice_is_seen_too(self, conn, tmp_path):
        loaded(conn, geojson(tmp_path / "right.geojson", streets()))
        made = plan(conn, geojson(tmp_path / "right.geojson", streets()), datum="gcj02")
        assert codes(made) == ["shifted-twice"]


class TestFaults:
    """What stops a load, and what it is to accept it."""

    def test_a_bad_ring_stops_all(self, conn, tmp_path):
        frame = streets()
        frame.loc[1, "geometry"] = shapely.Polygon([(114, 22), (114.1, 22.1), (114.1, 22), (114, 22.1), (114, 22)])
        made = plan(conn, geojson(tmp_path / "a.geojson", frame))
        (issue,) = made.errors()
        assert (issue.code, issue.source, issue.row) == ("invalid-ring", "a.geojson", 2)
        with pytest.raises(Conflict, match=r"invalid-ring \(1\)"):
            loading.commit(conn, made)
        assert store.editions(conn) == []

    def test_an_accepted_bad_ring_goes_in_without_area_and_is_kept_as_a_finding(self, conn, tmp_path):
        frame = streets()
        frame.loc[1, "geometry"] = shapely.Polygon([(114, 22), (114.1, 22.1), (114.1, 22), (114, 22.1), (114, 22)])
        made = plan(conn, geojson(tmp_path / "a.geojson", frame))
        edition, _ = loading.commit(conn, made, accepted=["invalid-ring"])
        assert store.frame(conn, edition.edition_id).geometry.isna().tolist() == [False, True, False]
        assert "invalid-ring" in [finding.code for finding in store.findings(conn, edition.edition_id)]

    def test_accepting_one_fault_accepts_no_other(self, conn, tmp_path):
        frame = streets(code=["440306001", "440306001", "bad"])
        made = plan(conn, geojson(tmp_path / "a.geojson", frame), level="street")
        assert sorted(codes(made)) == ["bad-code", "duplicate-code"]
        with pytest.raises(Conflict, match="bad-code"):
            loading.commit(conn, made, accepted=["duplicate-code"])
        edition, _ = loading.commit(conn, made, accepted=["duplicate-code", "bad-code"])
        assert len(store.frame(conn, edition.edition_id)) == 1

    def test_a_code_twice_is_told_with_both_places(self, conn, tmp_path):
        first, second = geojson(tmp_path / "a.geojson", streets(2)), geojson(tmp_path / "b.geojson", streets(1))
        (issue,) = plan(conn, first, second).errors()
        assert (issue.code, issue.source, issue.row) == ("duplicate-code", "b.geojson", 1)
        assert "row 1 of a.geojson" in issue.message

    def test_a_name_twice_without_code_too(self, conn, tmp_path):
        frame = streets(2, name=["同名", "同名"]).drop(columns="code")
        (issue,) = plan(conn, geojson(tmp_path / "a.geojson", frame), level="street").errors()
        assert (issue.code, issue.field, issue.value, issue.row) == ("duplicate-name", "name_zh", "同名", 2)
        assert issue.message == "row 1 of a.geojson bears it already: without codes one name is one street"

    def test_nothing_left_is_said(self, conn, tmp_path):
        made = plan(conn, geojson(tmp_path / "a.geojson", streets(1, code=["440300"])), level="district")
        with pytest.raises(Conflict, match="no unit is left"):
            loading.commit(conn, made, accepted=["city-code"])

    def test_overlaps_are_measured(self, conn, tmp_path):
        frame = streets(2)
        frame.loc[1, "geometry"] = square(0)
        (issue,) = plan(conn, geojson(tmp_path / "a.geojson", frame)).errors()
        assert issue.code == "overlap" and issue.area_m2 == pytest.approx(1_139_000, rel=0.01)
        assert issue.geometry.symmetric_difference(square(0)).area < 1e-12


class TestSchemes:
    """Schemes besides governance."""

    def test_drawn_with_a_level_of_its_own(self, conn, tmp_path):
        zones = loading.new_scheme("traffic", SchemeKind.DRAWN, "交通小区/Traffic zones", "zone", store.scheme(conn, GOVERNANCE))
        made = loaded(conn, geojson(tmp_path / "a.geojson", streets(code=["1", "2", "3"])), scheme=zones)
        assert made.new and [level.level for level in store.scheme(conn, "traffic").levels] == ["zone"]
        assert active(conn, "traffic")["code"].tolist() == ["1", "2", "3"]
        again = plan(conn, geojson(tmp_path / "a.geojson", streets(code=["1", "2", "3"])), scheme=zones)
        assert again.unchanged and not again.new

    def test_listed_leaves_boundaries_out(self, conn, tmp_path):
        listed = loading.new_scheme("statistics", SchemeKind.LISTED, "统计/Statistics", "", store.scheme(conn, GOVERNANCE))
        made = plan(conn, geojson(tmp_path / "a.geojson", streets(), epsg=None), scheme=listed)
        assert made.frame.geometry.isna().all() and "geometry-left-out" in codes(made, "info") and codes(made) == []

    @pytest.mark.parametrize("names", ["交通小区", "/Traffic", "交通小区/"])
    def test_have_both_names(self, conn, names):
        with pytest.raises(InvalidInput, match="both names"):
            loading.new_scheme("traffic", SchemeKind.DRAWN, names, "zone", store.scheme(conn, GOVERNANCE))

    @pytest.mark.parametrize(
        "rows",
        [
            [
                ["编码", "名称", "成员"],
                ["440399001H001", "一警区", f"{CODES['A']}、{CODES['B']}"],
                ["440399001H002", "二警区", f"{CODES['C']} {CODES['D']}"],
            ],
            [["编码", "名称", "GRIDCODE"]]
            + [["440399001H001", "一警区", CODES[letter]] for letter in "AB"]
            + [["440399001H002", "二警区", CODES[letter]] for letter in "CD"],
        ],
        ids=["a list in a cell", "a row a member"],
    )
    def test_composed_are_unions_of_micro_grids(self, conn, files, tmp_path, rows):
        loaded(conn, *files)
        police = loading.new_scheme("police", SchemeKind.COMPOSED, "警务/Police", "beat", store.scheme(conn, GOVERNANCE))
        made = loaded(conn, xlsx(tmp_path / "police.xlsx", rows), scheme=police)
        assert codes(made) == [] and "unassigned" in codes(made, "info")
        there, given = active(conn, "police"), drawn()
        area = {
            code: shapely.union_all(given.loc[given["code"].isin([CODES[letter] for letter in letters]), "geometry"].to_numpy())
            for code, letters in (("440399001H001", "AB"), ("440399001H002", "CD"))
        }
        assert all(shapely.equals(unit.geometry, area[unit.code]) for unit in there.itertuples())
        assert len(store.members(conn, store.edition_open(conn, "police").edition_id)) == 4
        assert plan(conn, xlsx(tmp_path / "police.xlsx", rows), scheme=police).unchanged

    def test_composed_of_what_is_not_there_is_an_error(self, conn, files, tmp_path):
        loaded(conn, *files)
        police = loading.new_scheme("police", SchemeKind.COMPOSED, "警务/Police", "beat", store.scheme(conn, GOVERNANCE))
        rows = [["编码", "名称", "成员"], ["H001", "一", f"{CODES['A']},44039900100199"], ["H002", "二", CODES["A"]]]
        made = plan(conn, xlsx(tmp_path / "a.xlsx", rows), scheme=police)
        assert set(codes(made)) >= {"unknown-member", "member-twice", "no-members"}

    def test_composed_needs_micro_grids(self, conn, tmp_path):
        police = loading.new_scheme("police", SchemeKind.COMPOSED, "警务/Police", "beat", store.scheme(conn, GOVERNANCE))
        with pytest.raises(InvalidInput, match="none are loaded"):
            plan(conn, xlsx(tmp_path / "a.xlsx", [["编码", "成员"], ["H001", CODES["A"]]]), scheme=police)


def test_every_format_gives_the_same_edition(conn, tmp_path):
    loaded(conn, geojson(tmp_path / "a.geojson", streets()))
    (tmp_path / "a.csv").write_bytes(csv_text(streets()).encode("gbk"))
    streets().to_file(tmp_path / "a.gpkg")
    shp = shapefile(tmp_path / "in", streets(), cpg=False)
    shutil.make_archive(str(tmp_path / "b"), "zip", shp.parent)
    for path, datum in ((tmp_path / "a.csv", "cgcs2000"), (tmp_path / "a.gpkg", ""), (shp, ""), (tmp_path / "b.zip", "")):
        assert plan(conn, path, datum=datum).unchanged, path


def test_twenty_thousand_units_are_planned_as_a_whole(conn, tmp_path):
    side = 142
    west, south = np.meshgrid(114 + np.arange(side) * 0.001, 22.5 + np.arange(side) * 0.001)
    boxes = shapely.box(west.ravel(), south.ravel(), west.ravel() + 0.001, south.ravel() + 0.001)
    places = np.round(shapely.get_coordinates(shapely.segmentize(boxes, 0.0001)), 9)
    boxes = shapely.set_coordinates(shapely.segmentize(boxes, 0.0001), places)
    numbers = [f"4403060{at // 8100 + 1:02}{at // 90 % 90 + 1:03}{at % 90 + 1:02}" for at in range(len(boxes))]
    frame = geopandas.GeoDataFrame({"code": numbers, "name": numbers, "户数": 300}, geometry=boxes, crs=4490)
    path = geojson(tmp_path / "micro.geojson", frame)
    made = plan(conn, path)
    assert len(made.frame) == side * side and codes(made) == []
