"""Rows that a load puts aside and that come back; loads that are interrupted, and two at once."""

import argparse
import csv
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gridgeo import cli
from gridgeo.cli import load_objects
from gridgeo.db import connection
from gridgeo.errors import NotFound
from gridgeo.ingest import objects, objects_rejected, objects_store
from gridgeo.ingest.objects_faults import RULES
from gridgeo.objects import counts, store
from gridgeo.settings import Settings
from gridgeo.tiles import cells
from tests.addresses.making import counted, edition
from tests.ingest.making import xlsx
from tests.ingest.objects_making import CODE, HEADER, line, load, plan, rejected, tree, write


@pytest.fixture(scope="module")
def template(laid, template) -> str:
    """A database with an edition and a tree of categories."""
    return laid(template, edition, tree)


@pytest.fixture
def prepared(database_url, settings: Settings, monkeypatch) -> str:
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(settings.home))
    return database_url


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def save(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


@pytest.fixture
def faulty(tmp_path) -> Path:
    return write(tmp_path / "o.csv", [line(1), line(2, status="不知道"), line(3, lon="东边"), "", line(4), line(4)])


def test_sound_rows_are_taken_and_the_others_put_aside_as_they_were_given(conn, faulty):
    assert load(conn, faulty, take_sound=True) == objects.Stored(2, 0, 0, 3, 1)
    kept = rejected(conn)
    assert [(file, row, issues[0]["code"]) for _, file, row, _, issues in kept] == [
        ("o.csv", 2, "unknown-value"),
        ("o.csv", 3, "bad-point"),
        ("o.csv", 6, "duplicate-code"),
    ]
    assert kept[1][3] == dict(zip(HEADER.split(","), line(3, lon="东边").split(","), strict=True))


def test_rows_come_back_corrected_and_are_aside_no_more(conn, faulty, tmp_path):
    load(conn, faulty, take_sound=True)
    out = tmp_path / "退回.csv"
    assert objects_rejected.save(conn, out) == 3
    rows = read(out)
    assert "unknown-value status" in rows[0]["issues"]
    assert [*rows[0]] == [*HEADER.split(","), "rejected", "issues"], "the columns are those of the file, in its order"
    rows[0]["状态"] = "破损"
    assert load(conn, save(out, rows), take_sound=True) == objects.Stored(1, 0, 1, 1, 2)
    assert [(load_id, file, row) for load_id, file, row, _, _ in rejected(conn)] == [(2, "退回.csv", 2)]
    objects_rejected.save(conn, out)
    again = read(out)
    again[0]["经度"] = "113.005"
    assert load(conn, save(out, again), take_sound=True) == objects.Stored(1, 0, 0)
    assert rejected(conn) == [] and counted(conn, "object") == 4


def test_rows_of_a_workbook_and_of_a_file_with_quotes_are_kept_too(conn, faulty, tmp_path):
    load(conn, xlsx(tmp_path / "o.xlsx", [HEADER.split(","), line(7, status="不知道").split(",")]), take_sound=True)
    quoted = write(tmp_path / "q.csv", [line(8), '"' + line(9, status='不""知""道').replace(",", '","') + '"'])
    load(conn, quoted, take_sound=True)
    assert [fields["状态"] for _, _, _, fields, _ in rejected(conn)] == ["不知道", '不"知"道']


def test_a_load_nobody_made_has_no_rows(conn, faulty, tmp_path):
    with pytest.raises(NotFound):
        objects_rejected.save(conn, tmp_path / "x.csv", 77)


@pytest.mark.parametrize("first", [True, False])
def test_an_interruption_leaves_nothing(prepared, tmp_path, monkeypatch, first):
    path = write(tmp_path / "o.csv", [line(number) for number in range(1, 50)])
    with closing(connection.connect(prepared)) as conn:
        if not first:
            with conn:
                load(conn, write(tmp_path / "a.csv", [line(900)]))
        before = [counted(conn, table) for table in ("object", "object_grid", "object_count", "object_rejected")]
        conn.rollback()

        def broken_off(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(objects_store.counts if first else objects_store.writing, "add_up" if first else "settle", broken_off)
        with pytest.raises(KeyboardInterrupt), connection.transaction(conn):
            load(conn, path)
        monkeypatch.undo()
        assert [counted(conn, table) for table in ("object", "object_grid", "object_count", "object_rejected")] == before
        with conn.cursor() as cur:
            cur.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'object'")
            assert cur.fetchone()[0] >= 5
        with conn:
            assert load(conn, path).new == 49


def test_whoever_breaks_a_load_off_is_told_that_nothing_was_stored(prepared, tmp_path, monkeypatch, capsys):
    def broken_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(objects_store.counts, "add_up", broken_off)
    asked = ["load", "objects", str(write(tmp_path / "o.csv", [line(1)])), "--datum", "cgcs2000", "--commit"]
    assert cli.main(asked) == cli.INTERRUPTED and "interrupted: nothing was stored" in capsys.readouterr().err


def test_an_interruption_while_a_file_is_read_is_one(prepared, tmp_path):
    path = write(tmp_path / "o.csv", [line(number) for number in range(1, 50)])

    def stop(*_):
        raise KeyboardInterrupt

    with closing(connection.connect(prepared)) as conn, pytest.raises(KeyboardInterrupt), connection.transaction(conn):
        objects.plan(conn, [path], datum="cgcs2000", progress=stop)


def test_the_same_file_loaded_twice_at_once_is_stored_once(prepared, tmp_path):
    path, done = write(tmp_path / "o.csv", [line(number) for number in range(1, 200)]), []

    def work() -> None:
        with closing(connection.connect(prepared)) as conn, conn:
            done.append(load(conn, path))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((one.new, one.same) for one in done) == [(0, 199), (199, 0)]
    with closing(connection.connect(prepared)) as conn:
        assert counted(conn, "object") == 199 and not counts.difference(conn, 1)


def test_maps_show_what_was_loaded_when_the_command_ends(prepared, tmp_path):
    assert cli.main(["load", "objects", str(write(tmp_path / "o.csv", [line(1), line(2)])), "--datum", "cgcs2000", "--commit"]) == 0
    with closing(connection.connect(prepared)) as conn:
        assert counted(conn, "object") == 2 and not cells.waiting(conn) and not cells.difference(conn)


def test_what_was_stored_stays_when_its_adding_up_is_broken_off(prepared, tmp_path, monkeypatch, capsys):
    def broken_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cells, "drain", broken_off)
    assert cli.main(["load", "objects", str(write(tmp_path / "o.csv", [line(1)])), "--datum", "cgcs2000", "--commit"]) == 0
    assert "Stored: 1 new" in capsys.readouterr().out
    with closing(connection.connect(prepared)) as conn:
        assert counted(conn, "object") == 1 and cells.waiting(conn)


def test_every_code_and_option_is_in_the_guide():
    guide = (Path(cli.__file__).parents[2] / "docs/howto/objects.md").read_text(encoding="utf-8")
    assert [code for code in (*RULES, *objects.ACCEPTABLE) if f"`{code}`" not in guide] == []
    parser = argparse.ArgumentParser()
    load_objects.arguments(parser.add_subparsers())
    options = {one for action in parser._subparsers._group_actions[0].choices["objects"]._actions for one in action.option_strings}
    assert [one for one in sorted(options - {"-h", "--help"}) if one not in guide] == []


def test_commands_report_store_and_hand_back(prepared, tmp_path, capsys):
    path = write(tmp_path / "o.csv", [line(1), line(2, status="不知道")])
    asked = ["load", "objects", str(path), "--datum", "cgcs2000"]
    assert cli.main(asked) == 1 and "--take-sound" in capsys.readouterr().out
    assert cli.main([*asked, "--take-sound"]) == 0 and "Dry run" in capsys.readouterr().out
    assert cli.main([*asked, "--commit"]) == 1
    assert cli.main([*asked, "--commit", "--take-sound", "--report", str(tmp_path / "report")]) == 0
    assert "Put aside: 1 rows" in capsys.readouterr().out and (tmp_path / "report/issues.csv").exists()
    assert cli.main(["objects", "rejected"]) == 0 and "o.csv" in capsys.readouterr().out
    out = tmp_path / "退回.csv"
    assert cli.main(["objects", "rejected", "--load", "1", "--out", str(out)]) == 0
    assert cli.main(["objects", "rejected", "--out", str(out)]) == 1 and "--overwrite" in capsys.readouterr().err
    assert cli.main(["objects", "rejected", "--out", str(out), "--overwrite"]) == 0
    assert cli.main(["load", "objects", str(out), "--datum", "cgcs2000", "--commit", "--take-sound"]) == 0
    assert "Nothing was stored: no row is without an error" in capsys.readouterr().out
    assert cli.main(["objects", "rejected", "--out", str(out), "--overwrite"]) == 0
    rows = read(out)
    rows[0]["状态"] = "停用"
    assert cli.main(["load", "objects", str(save(out, rows)), "--datum", "cgcs2000", "--commit"]) == 0
    assert cli.main(["objects", "rejected"]) == 0 and "No row" in capsys.readouterr().out
    assert cli.main([*asked[:3], "--datum", "cgcs2000", "--since", "gestern"]) == 2
    with closing(connection.connect(prepared)) as conn:
        assert store.find(conn, CODE(2)).status == "out_of_service" and plan(conn, path).unsound == 1
