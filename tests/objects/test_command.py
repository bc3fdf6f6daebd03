"""`gridgeo objects`, `gridgeo load categories`, and what `gridgeo check` says of objects."""

import csv
import json
from contextlib import closing

import pytest

from gridgeo import cli
from gridgeo.db import check, connection
from gridgeo.objects import rules, soundness, writing
from tests.objects import making
from tests.objects.making import IN_A, IN_C, NOWHERE, TREE


@pytest.fixture
def run(settings, monkeypatch, capsys):
    """Run a command; return its status and what it said."""
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(settings.home))

    def command(*arguments):
        status = cli.main([*map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out + said.err

    return command


def table(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rules.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_tree_is_loaded_compared_and_loaded_again(run, settings, tmp_path):
    file = table(tmp_path / "tree.csv", TREE)
    status, said = run("load", "categories", file)
    assert status == 0 and "4 categories" in said and "Dry run" in said and "no tree yet" in said
    status, said = run("load", "categories", file, "--commit")
    assert status == 0 and "Tree 1 (tree) is valid from" in said
    assert "no change" in run("load", "categories", file)[1]
    status, said = run("load", "categories", table(tmp_path / "next.csv", TREE[1:]), "--commit")
    assert status == 0 and "gone" in said and "路灯" in said and "Tree 2" in said
    status, said = run("objects", "categories", "--diff", 1, 2)
    assert status == 0 and said.splitlines()[1].startswith("gone")
    assert len(json.loads(run("objects", "categories", "--trees", "--json")[1])) == 2
    assert "不在现行类别树 gone" in run("objects", "categories")[1]


def test_a_faulty_tree_is_not_loaded(run, tmp_path):
    status, said = run("load", "categories", table(tmp_path / "tree.csv", [TREE[0] | {"accuracy": "Z"}]), "--commit")
    assert status == 1 and "bad-category" in said and "Nothing was stored" in said


def test_what_is_known_of_objects_is_told(run, settings):
    _, _, codes = making.loaded(settings.database_url, IN_A, IN_C, NOWHERE)
    with closing(connection.connect(settings.database_url)) as conn, conn:
        writing.change(conn, [{"element_code": codes[0], "status": "damaged", "since": "2026-05-01"}])
    status, said = run("objects", "show", codes[0])
    assert status == 0 and "破损 Damaged since 2026-05-01" in said and "99990100100101" in said and "height_m: 8" in said
    assert "in no unit" in run("objects", "show", codes[2])[1]
    assert json.loads(run("objects", "show", codes[0], "--json")[1])["outcome"] == "inside"
    assert run("objects", "show", "nothing")[0] == 1
    status, said = run("objects", "history", codes[0])
    assert (status == 0 and [line.split()[2] for line in said.splitlines()[1:]] == ["in_use", "damaged"]) or "2026-05-01" in said
    assert [one["status"] for one in json.loads(run("objects", "history", codes[0], "--on", "2026-02-01", "--json")[1])] == ["in_use"]
    assert run("objects", "history", codes[0], "--on", "1999-01-01")[0] == 1
    assert run("objects", "history", codes[0], "--on", "yesterday")[0] == 2


def test_objects_are_counted_by_unit_and_by_kind(run, settings):
    making.loaded(settings.database_url, IN_A, IN_A, IN_C, NOWHERE)
    assert json.loads(run("objects", "counts", "--json")[1])[0]["n"] == 4
    assert json.loads(run("objects", "counts", "--unit", "999901001001", "--by", "status", "--json")[1]) == [{"status": "in_use", "n": 2}]
    status, said = run("objects", "counts", "--level", "community")
    assert status == 0 and [line.split()[-1] for line in said.splitlines()[1:]] == ["2", "1"]
    assert len(json.loads(run("objects", "counts", "--level", "micro", "--unit", "999901001001", "--json")[1])) == 2
    assert run("objects", "counts", "--level", "planet")[0] == 2
    assert run("objects", "counts", "--unit", "1")[0] == 1
    status, said = run("objects", "unplaced")
    assert status == 0 and len(said.splitlines()) == 2 and "none" in said
    assert json.loads(run("objects", "unplaced", "--outcome", "boundary", "--json")[1]) == []


def test_wrong_counts_and_lost_places_are_seen_and_mended(run, settings):
    edition_id, _, _ = making.loaded(settings.database_url, IN_A, IN_C, NOWHERE)
    with closing(connection.connect(settings.database_url)) as conn:
        found = soundness.examine(conn)
        assert {one.state for one in found} == {check.State.OK} and "1 none" in found[1].seen
        with conn, conn.cursor() as cur:
            cur.execute("UPDATE object_sum SET n = n + 1; DELETE FROM object_grid WHERE unit_id IS NULL")
        assert [one.state for one in soundness.examine(conn)] == [check.State.ERROR, check.State.ERROR]
    status, said = run("check")
    assert status == 1 and f"objects of edition {edition_id}" in said and "gridgeo objects recount" in said
    assert "1 objects placed" in run("objects", "recount")[1]
    with closing(connection.connect(settings.database_url)) as conn:
        assert {one.state for one in soundness.examine(conn)} == {check.State.OK}
