"""`gridgeo load grids`, as a user types it."""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from gridgeo import cli
from gridgeo.cli import load
from gridgeo.db import connection
from gridgeo.hierarchy import store
from gridgeo.ingest.kinds import RULES
from gridgeo.settings import Settings
from tests.ingest.making import geojson, streets, xlsx

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(database_url, monkeypatch, capsys):
    """Run the command; return its status and what it printed."""
    settings = Settings(database_url=database_url)
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls: settings))

    def run(*arguments) -> tuple[int, str]:
        status = cli.main(["load", "grids", *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def editions(url: str) -> list:
    with closing(connection.connect(url)) as conn:
        return store.editions(conn)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return geojson(tmp_path / "streets.geojson", streets())


def test_a_dry_run_stores_nothing_and_says_so(run, database_url, file):
    status, said = run(file)
    assert status == 0 and "Dry run: nothing was stored" in said and "street" in said and "added" in said
    assert editions(database_url) == []


def test_a_draft_then_valid_from_a_date(run, database_url, file):
    status, said = run(file, "--commit", "--name", "第一版")
    assert status == 0 and "It is a draft" in said
    (draft,) = editions(database_url)
    assert (draft.name, draft.source, draft.valid_from) == ("第一版", "streets.geojson", None)
    status, said = run(file, "--commit", "--activate", "2024-02-01")
    (active,) = editions(database_url)
    assert status == 0 and "nothing was changed" in said and "valid from 2024-02-01" in said
    assert active.valid_from.isoformat() in {"2024-01-31T16:00:00+00:00", "2024-02-01T00:00:00+08:00"}
    status, said = run(file, "--commit", "--activate", "now")
    assert status == 0 and "nothing changes" in said and editions(database_url) == [active]


def test_errors_stop_it_and_may_be_accepted(run, database_url, tmp_path):
    path = geojson(tmp_path / "a.geojson", streets(code=["440306001", "440306001", "440306002"]))
    status, said = run(path)
    assert status == 1 and "--accept duplicate-code" in said and "row 1 of a.geojson" in said
    status, said = run(path, "--commit")
    assert status == 1 and "nothing was stored" in said and editions(database_url) == []
    status, said = run(path, "--commit", "--accept", "duplicate-code")
    assert status == 0 and "(accepted)" in said and len(editions(database_url)) == 1


def test_a_report_is_written_for_clerks_and_analysts(run, file, tmp_path):
    status, said = run(geojson(tmp_path / "b.geojson", streets(name=["=1+1", "甲", "乙"])), "--report", tmp_path / "report")
    assert status == 0 and "issues.csv" in said
    written = {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()}
    assert set(written) == {"issues.csv", "issues.geojson", "changes.csv", "changes.geojson"}
    assert written["changes.csv"].startswith(b"\xef\xbb\xbf") and b"'=1+1" in written["changes.csv"]
    assert b'"added"' in written["changes.geojson"]


def test_instructions_come_from_a_file(run, tmp_path):
    path = geojson(tmp_path / "a.geojson", streets().rename(columns={"code": "X", "name": "Y"}), epsg=None)
    (tmp_path / "m.toml").write_text('datum = "cgcs2000"\nlevel = "street"\n[fields]\ncode = "X"\n')
    status, said = run(path, "--mapping", tmp_path / "m.toml", "--field", "name_zh=Y")
    assert status == 0 and "第1街道" in said


def test_a_new_scheme_is_created_on_request_only(run, tmp_path):
    path = geojson(tmp_path / "a.geojson", streets(code=["1", "2", "3"]))
    status, said = run(path, "--scheme", "traffic")
    assert status == 2 and "--new-scheme" in said
    status, said = run(
        path, "--scheme", "traffic", "--new-scheme", "交通小区/Traffic zones", "--level", "zone", "--commit", "--activate", "now"
    )
    assert status == 0 and "交通小区" in said


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nowhere.csv"], "there is no such file"),
        (["{file}", "--datum", "mars"], "mars"),
        (["{file}", "--level", "planet"], "the levels of this scheme are"),
        (["{file}", "--field", "code"], "FIELD=COLUMN"),
        (["{file}", "--field", "code=NONE"], "no such column"),
        (["{file}", "--mapping", "nowhere.json"], "no such mapping file"),
        (["{file}", "--activate", "now"], "with --commit only"),
        (["{file}", "--commit", "--activate", "soon"], "give now, a date"),
        (["{file}", "--scheme", "Traffic!", "--new-scheme", "a/b"], "small letters"),
    ],
)
def test_the_users_fault_is_one_line(run, database_url, file, arguments, said):
    status, printed = run(*(argument.format(file=file) for argument in arguments))
    assert status in {1, 2} and said in printed
    assert len(printed.strip().splitlines()) == 1 and "Traceback" not in printed
    assert editions(database_url) == []


@pytest.mark.parametrize("tolerance", ["nan", "-1", "inf", "1e99", "eins"])
def test_a_tolerance_is_an_area(run, file, tolerance, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(file, "--tolerance", tolerance)
    assert stopped.value.code == 2 and "square metres" in capsys.readouterr().err


def started(database_url: str, temporary: Path, *arguments) -> subprocess.Popen:
    environment = {**os.environ, "GRIDGEO_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    return subprocess.Popen(
        [sys.executable, "-m", "gridgeo", "load", "grids", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_stopped_at_any_moment_it_leaves_nothing_half_loaded(database_url, tmp_path, stop):
    path, temporary = geojson(tmp_path / "a.geojson", streets(40)), tmp_path / "temporary"
    temporary.mkdir()
    for seconds in (0.4, 1.0, 1.6):
        process = started(database_url, temporary, path, "--commit", "--activate", "now")
        time.sleep(seconds)
        process.send_signal(stop)
        process.communicate(timeout=60)
        found = editions(database_url)
        with closing(connection.connect(database_url)) as conn:
            assert all(len(store.frame(conn, edition.edition_id)) == 40 and edition.valid_from for edition in found)
        if stop == signal.SIGINT:
            # -2: stopped while Python itself was starting
            assert process.returncode in {0, 130, -signal.SIGINT} and list(temporary.iterdir()) == []
    last = started(database_url, temporary, path, "--commit", "--activate", "now")
    assert (last.communicate(timeout=120)[1], last.returncode, len(editions(database_url))) == ("", 0, 1)


def test_two_at_once_store_one_edition(database_url, tmp_path):
    path = geojson(tmp_path / "a.geojson", streets(20))
    both = [started(database_url, tmp_path, path, "--commit") for _ in range(2)]
    assert [process.communicate(timeout=120)[1] for process in both] == ["", ""]
    assert len(editions(database_url)) == 1


def test_an_excel_list_of_households_changes_households_only(run, database_url, file, tmp_path):
    run(file, "--commit", "--activate", "2024-01-01")
    path = xlsx(tmp_path / "户数.xlsx", [["编码", "户数"], [440306002, 512]])
    status, said = run(path, "--part", "--commit", "--activate", "2024-06-01")
    assert status == 0 and "altered" in said
    with closing(connection.connect(database_url)) as conn:
        frame = store.frame(conn, editions(database_url)[-1].edition_id).set_index("code")
    assert frame.loc["440306002", "household_count"] == 512 and frame.geometry.notna().all() and len(frame) == 3


GUIDE = ROOT / "docs/howto/load.md"


def test_every_option_is_in_the_guide():
    parser = argparse.ArgumentParser()
    load.arguments(parser)
    grids = parser._subparsers._group_actions[0].choices["grids"]
    options = {option for action in grids._actions for option in action.option_strings if option.startswith("--")} - {"--help"}
    assert len(options) > 10 and [option for option in sorted(options) if option not in GUIDE.read_text(encoding="utf-8")] == []


def test_every_issue_code_is_in_the_guide():
    sources = [*(ROOT / "gridgeo/ingest").rglob("*.py"), *(ROOT / "gridgeo/geo").glob("*.py")]
    sources += [ROOT / "gridgeo/hierarchy" / name for name in ("composed.py", "topology.py")]
    said = re.compile(
        r'(?:each|once|table|_?[Ii]ssues?|_?note|_note_row|Malformed|_say|_error|_gap)\(\s*(?:[\w\[\] +]+, )?"([a-z]+(?:-[a-z0-9]+)+)"'
    )
    codes = {code for source in sources for code in said.findall(source.read_text(encoding="utf-8"))}
    codes |= set(RULES)
    guide = "".join((GUIDE.parent / name).read_text(encoding="utf-8") for name in ("load.md", "addresses.md", "linkage.md"))
    assert len(codes) > 45 and [code for code in sorted(codes) if f"`{code}`" not in guide] == []
