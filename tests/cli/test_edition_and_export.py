"""The commands on editions and exports: what they print, what they write, and how they refuse."""

import json
from datetime import datetime

import pyogrio
import pytest

from gridgeo import cli
from gridgeo.hierarchy import editions
from gridgeo.ingest import activation
from gridgeo.issues import Issue, Severity
from gridgeo.moments import CHINA
from tests.districts import district

BEFORE = """
    AABB
    DDDD
"""
AFTER = """
    ABBB
    DDDD
"""


@pytest.fixture(scope="module")
def template(laid, template) -> str:
    """A database with edition 1 valid from 2026 and the draft 2."""
    return laid(template, lay)


def lay(conn) -> None:
    finding = Issue("gap", Severity.WARNING, "a gap", units=("99990100100101",), area_m2=12.5)
    first, _ = editions.stage(conn, "governance", district(BEFORE), name="第一版", findings=[finding])
    editions.stage(conn, "governance", district(AFTER), name="第二版")
    activation.activate(conn, first.edition_id, datetime(2026, 1, 1, tzinfo=CHINA))


@pytest.fixture
def run(settings, monkeypatch, capsys):
    """Run a command on that database and return status, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GRIDGEO_AUTHORITY", "某区政数局")

    def call(*argv):
        try:
            status = cli.main([str(word) for word in argv])
        except SystemExit as stopped:
            status = stopped.code
        return status, *capsys.readouterr()

    return call


def test_list_tells_status_and_period(run):
    status, out, _ = run("edition", "list")
    header, first, second = out.splitlines()
    assert (status, header.split()[:4]) == (0, ["id", "scheme", "status", "from"])
    assert first.split() == ["1", "governance", "active", "2026-01-01", "第一版"]
    assert second.split() == ["2", "governance", "draft", "第二版"]


def test_list_as_json_holds_every_field(run):
    told = json.loads(run("edition", "list", "--json")[1])
    assert [(e["edition_id"], e["status"], e["valid_to"]) for e in told] == [(1, "active", None), (2, "draft", None)]


def test_show_counts_units_area_and_findings(run):
    _, out, _ = run("edition", "show", 1)
    assert "active from 2026-01-01 on" in out
    assert "findings: 1 gap" in out
    micro = next(line for line in out.splitlines() if line.startswith("micro"))
    assert micro.split()[:3] == ["micro", "微网格", "3"]
    assert json.loads(run("edition", "show", 1, "--json")[1])["levels"]["micro"]["units"] == 3


def test_diff_says_who_moved_and_by_how_much(run, tmp_path):
    _, out, _ = run("edition", "diff", 1, 2)
    counted = next(line for line in out.splitlines() if line.startswith("moved"))
    assert counted.split()[1:3] == ["micro", "2"]
    changes = json.loads(run("edition", "diff", 1, 2, "--json")[1])
    assert {change["key"] for change in changes} == {"99990100100101", "99990100100102"}
    status, _, _ = run("edition", "diff", 1, 2, "--out", tmp_path / "d.geojson")
    assert status == 0
    assert len(pyogrio.read_dataframe(tmp_path / "d.geojson")) == 2


def test_lineage_says_which_became_which_and_why(run, tmp_path):
    status, out, _ = run("edition", "lineage", 1, 2)
    assert status == 0 and "1 transfer" in out and "left out: 0 slivers" in out
    told = json.loads(run("edition", "lineage", 1, 2, "--json")[1])
    handed = [row for row in told["lineage"] if row["reason"] == "transfer"]
    assert [(row["before"], row["after"], row["to_area"]) for row in handed] == [
        ("99990100100101", "99990100100102", pytest.approx(0.5, rel=1e-3))
    ]
    run("edition", "lineage", 1, 2, "--out", tmp_path / "l.csv")
    lines = (tmp_path / "l.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith('"level","reason","before"') and len(lines) == 1 + len(told["lineage"])


def test_findings_go_to_a_table_and_a_map(run, tmp_path):
    assert "a gap" in run("edition", "findings", 1)[1]
    assert run("edition", "findings", 2)[1] == "The checks found nothing.\n"
    run("edition", "findings", 1, "--out", tmp_path / "f.csv")
    assert (tmp_path / "f.csv").read_text(encoding="utf-8-sig").splitlines()[1] == '"warning","gap","a gap","99990100100101",12.5'
    run("edition", "findings", 1, "--out", tmp_path / "f.geojson")
    (feature,) = json.loads((tmp_path / "f.geojson").read_text())["features"]
    assert feature["geometry"] is None
    assert feature["properties"]["area_m2"] == 12.5


def test_a_draft_is_planned_withdrawn_and_discarded(run):
    assert "is scheduled from 2099-01-01 on" in run("edition", "activate", 2, "--at", "2099-01-01")[1]
    assert "is a draft." in run("edition", "withdraw", 2)[1]
    assert run("edition", "discard", 2)[:2] == (0, "Edition 2 is gone.\n")
    assert run("edition", "show", 2)[0] == 1


@pytest.mark.parametrize(
    ("argv", "status", "said"),
    [
        (("edition", "discard", 1), 1, "was activated and stays"),
        (("edition", "withdraw", 1), 1, "only a scheduled one"),
        (("edition", "activate", 2, "--at", "2025-01-01"), 1, "choose a later moment"),
        (("edition", "activate", 2, "--at", "soon"), 2, "--at 'soon'"),
        (("edition", "show", 99), 1, "no edition 99"),
        (("edition", "show", "9" * 30), 2, "is no edition's number"),
        (("edition", "list", "--scheme", "moon"), 1, "no scheme 'moon'"),
        (("edition", "diff", 1, 2, "--out", "x.txt"), 2, ".geojson or .csv"),
        (("export", "x.dwg"), 2, "give one of geojson"),
        (("export", "x.gpkg", "--crs", "mars"), 2, "give wgs84"),
        (("export", "x.gpkg", "--crs", "gcj02"), 2, "has to hold GCJ-02"),
        (("export", "x.gpkg", "--level", "house"), 2, "has the levels"),
        (("export", "x.gpkg", "--datetime", "2000-01-01"), 1, "valid at '2000-01-01'"),
        (("export", "x.gpkg", "--edition", 1, "--scheme", "police"), 2, "is of scheme governance"),
        (("map", "x.html", "--scheme", "moon"), 1, "no scheme 'moon'"),
        (("map", "x.html", "--datetime", "2000-01-01"), 1, "valid at '2000-01-01'"),
        (("map", "x.html", "--edition", 1, "--scheme", "police"), 2, "is of scheme governance"),
        (("map", __file__), 1, "give --overwrite"),
        (("map", "nowhere/x.html"), 1, "nowhere/x.html.part: no such file or directory"),
        (("export", "nowhere/x.gpkg"), 1, "no directory 'nowhere'"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(run, tmp_path, monkeypatch, argv, status, said):
    monkeypatch.chdir(tmp_path)
    got, out, err = run(*argv)
    assert (got, out) == (status, "")
    assert said in err.splitlines()[-1]
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_export_writes_the_edition_asked_for(run, tmp_path):
    status, out, _ = run("export", tmp_path / "now.gpkg", "--level", "micro", "--level", "street")
    assert status == 0
    assert "5 units of edition 1 (第一版), CGCS2000" in out
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "now.gpkg")] == ["street", "micro"]
    now = pyogrio.read_dataframe(tmp_path / "now.gpkg", layer="micro").set_index("code")
    run("export", tmp_path / "draft.geojson", "--edition", 2, "--level", "micro")
    draft = pyogrio.read_dataframe(tmp_path / "draft.geojson").set_index("code")
    assert now.loc["99990100100101"].geometry.area == pytest.approx(2 * draft.loc["99990100100101"].geometry.area)
    assert pyogrio.read_info(tmp_path / "now.gpkg", layer="micro")["dataset_metadata"]["authority"] == "某区政数局"


def test_export_into_a_directory_names_the_file(run, tmp_path):
    run("export", tmp_path, "--format", "csv", "--crs", "bd09", "--level", "district")
    assert [path.name for path in tmp_path.iterdir()] == ["综合治理_区_2026-01-01_BD-09.csv"]
    assert run("export", tmp_path, "--format", "csv", "--crs", "bd09", "--level", "district")[0] == 1
    assert run("export", tmp_path, "--format", "csv", "--crs", "bd09", "--level", "district", "--overwrite")[0] == 0


def test_a_map_of_a_list_is_refused_for_there_is_nothing_to_draw(run, settings, tmp_path):
    table = tmp_path / "streets.csv"
    table.write_text("code,name\n440306001,新安街道\n", encoding="utf-8")
    listed = ("--scheme", "register", "--new-scheme", "名录/Register", "--kind", "listed", "--commit", "--activate", "now")
    assert run("load", "grids", table, *listed)[0] == 0
    status, out, err = run("map", tmp_path / "x.html", "--scheme", "register")
    assert (status, out) == (2, "") and "there is nothing to draw" in err
    assert not (tmp_path / "x.html").exists()


def test_migrate_says_when_there_is_nothing_to_do(run):
    assert run("migrate")[:2] == (0, "The schema is up to date: nothing to apply.\n")
