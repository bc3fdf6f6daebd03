"""The audit: nobody changes, moves, puts in or takes out a row unseen."""

import json
import threading
from contextlib import closing

import psycopg2
import pytest

from gridgeo.db import connection
from gridgeo.linkage import audit, keys
from gridgeo.settings import Settings

COPIED = """
INSERT INTO linkage.audit
SELECT {seq}, at, 'x', action, purpose, outcome, subjects, detail, hash FROM linkage.audit WHERE seq = {of}
"""


@pytest.fixture
def vault(conn, tmp_path):
    return keys.unlock(conn, Settings(home=tmp_path))


@pytest.fixture
def heads(conn, vault):
    """Ten rows; their heads as they would be written outside the database."""
    return [audit.record(conn, vault, actor=f"key:{n}", action="resolve", purpose="law", subjects=n, detail=f"d{n}") for n in range(10)]


def run(conn, statement, values=None):
    with conn.cursor() as cur:
        cur.execute(statement, values)


def rows_of(conn, vault, heads=()):
    count, found = audit.verify(conn, vault, tuple(heads))
    return count, [finding.seq for finding in found]


def test_an_untouched_audit_is_whole(conn, vault, heads):
    assert [head.seq for head in heads] == list(range(1, 11))
    assert rows_of(conn, vault, heads) == (10, [])


@pytest.mark.parametrize(
    "column, value",
    [
        ("actor", "'x'"),
        ("at", "at + interval '1 microsecond'"),
        ("action", "'x'"),
        ("purpose", "''"),
        ("outcome", "'x'"),
        ("subjects", "0"),
        ("detail", "detail || ' '"),
        ("hash", "sha256(hash)"),
    ],
)
def test_a_changed_row_is_found(conn, vault, heads, column, value):
    run(conn, f"UPDATE linkage.audit SET {column} = {value} WHERE seq = 5")
    found = rows_of(conn, vault)[1]
    assert found[0] == 5 and set(found) <= {5, 6}


def test_a_missing_row_is_found(conn, vault, heads):
    run(conn, "DELETE FROM linkage.audit WHERE seq = 5")
    assert rows_of(conn, vault) == (9, [5])


def test_a_missing_beginning_is_found(conn, vault, heads):
    run(conn, "DELETE FROM linkage.audit WHERE seq <= 3")
    assert rows_of(conn, vault) == (7, [1])


def test_a_row_taken_out_and_the_others_numbered_anew_is_found(conn, vault, heads):
    run(conn, "DELETE FROM linkage.audit WHERE seq = 5")
    run(conn, "UPDATE linkage.audit SET seq = seq + 100 WHERE seq > 5")
    run(conn, "UPDATE linkage.audit SET seq = seq - 101 WHERE seq > 5")
    assert 5 in rows_of(conn, vault)[1]


def test_swapped_rows_are_found(conn, vault, heads):
    run(conn, "UPDATE linkage.audit SET seq = -seq WHERE seq IN (5, 6)")
    run(conn, "UPDATE linkage.audit SET seq = 11 + seq WHERE seq < 0")
    assert set(rows_of(conn, vault)[1]) >= {5, 6}


def test_an_inserted_row_is_found(conn, vault, heads):
    run(conn, "UPDATE linkage.audit SET seq = seq + 100 WHERE seq > 5")
    run(conn, "UPDATE linkage.audit SET seq = seq - 99 WHERE seq > 5")
    run(
        conn,
        COPIED.format(seq=6, of=5),
    )
    count, found = rows_of(conn, vault)
    assert count == 11 and 6 in found


def test_a_row_added_at_the_end_without_the_key_is_found(conn, vault, heads):
    run(
        conn,
        COPIED.format(seq=11, of=10),
    )
    assert rows_of(conn, vault, heads)[1] == [11]


def test_a_cut_tail_is_found_by_the_head_outside_alone(conn, vault, heads):
    run(conn, "DELETE FROM linkage.audit WHERE seq > 8")
    assert rows_of(conn, vault) == (8, [])
    assert rows_of(conn, vault, heads) == (8, [9])


def test_an_emptied_audit_is_found(conn, vault, heads):
    run(conn, "TRUNCATE linkage.audit")
    assert rows_of(conn, vault, heads) == (0, [1])


def test_a_tail_cut_and_grown_again_is_found(conn, vault, heads):
    """Whoever cuts the last rows and lets the service write new ones has another hash where the old head was."""
    run(conn, "DELETE FROM linkage.audit WHERE seq > 8")
    for _ in range(3):
        audit.record(conn, vault, actor="key:1", action="resolve")
    assert rows_of(conn, vault)[1] == []
    assert rows_of(conn, vault, heads)[1] == [9, 10]


def test_heads_are_written_outside_and_a_later_line_takes_nothing_back(conn, vault, heads, tmp_path):
    settings = Settings(home=tmp_path)
    for head in heads:
        audit.anchor(settings, head)
    assert list(audit.anchored(settings)) == heads
    assert audit.anchor_path(settings).stat().st_mode & 0o077 == 0
    with audit.anchor_path(settings).open("a") as file:
        file.write(f"half a li\n10 {'0' * 64}\n")
    assert rows_of(conn, vault, audit.anchored(settings)) == (10, [])
    run(conn, "UPDATE linkage.audit SET hash = decode(repeat('00', 32), 'hex') WHERE seq = 10")
    assert rows_of(conn, vault, audit.anchored(settings))[1] == [10, 10]


def test_without_heads_the_end_cannot_be_vouched_for(heads):
    assert audit.unvouched(heads[-1], heads) == audit.unvouched(audit.Head(0, b""), ()) == []
    for reach in (0, 3):
        (found,) = audit.unvouched(heads[-1], heads[:reach])
        assert found.seq == reach + 1 and f"only to row {reach} of 10" in found.what


def test_the_newest_heads_are_kept_and_the_file_is_bounded(tmp_path):
    settings = Settings(home=tmp_path)
    for seq in range(1, 5_001):
        audit.anchor(settings, audit.Head(seq, seq.to_bytes(32)))
    kept = [head.seq for head in audit.anchored(settings)]
    assert kept == list(range(kept[0], 5_001)) and 1_000 <= len(kept) <= 2_200
    assert audit.anchor_path(settings).stat().st_mode & 0o077 == 0


def test_of_many_heads_the_newest_are_held_and_what_was_written_first():
    heads = [audit.Head(seq, bytes(32)) for seq in range(1, 10_001)]
    grown = [audit.Head(seq, b"x" * 32) for seq in range(9_991, 15_001)]
    found = audit.newest(iter(heads + grown))
    assert found[:2] == [heads[9_990], grown[0]] and found[-1] == grown[-1] and len(found) <= 1_002
    assert audit.newest(iter(found))[:2] == found[:2], "also when the file is cut a second time"


def test_heads_of_many_at_once_are_all_written(tmp_path):
    settings = Settings(home=tmp_path)

    def work(first):
        for seq in range(first, 2_400, 4):
            audit.anchor(settings, audit.Head(seq, bytes(32)))

    threads = [threading.Thread(target=work, args=(n,)) for n in (1, 2, 3, 4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {head.seq for head in audit.anchored(settings)} >= set(range(1_500, 2_400))


def test_an_audit_without_rows_is_whole(conn, vault):
    assert rows_of(conn, vault) == (0, [])


@pytest.mark.parametrize("statement", ["UPDATE linkage.audit SET actor = 'x'", "DELETE FROM linkage.audit", "TRUNCATE linkage.audit"])
@pytest.mark.parametrize("role", ["gridgeo_reader", "gridgeo_writer", "gridgeo_linkage", "gridgeo_admin"])
def test_no_role_of_ours_may_change_the_audit(conn, heads, role, statement):
    run(conn, f"SET ROLE {role}")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(conn, statement)


def test_rows_of_many_at_once_follow_each_other(database_url, tmp_path):
    settings = Settings(home=tmp_path)
    with closing(connection.connect(database_url)) as conn, conn:
        vault = keys.unlock(conn, settings)

    def work():
        with closing(connection.connect(database_url, "gridgeo_linkage")) as conn:
            for _ in range(10):
                with conn:
                    audit.record(conn, vault, actor="key:1", action="resolve")

    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with closing(connection.connect(database_url)) as conn:
        assert audit.verify(conn, vault) == (40, [])


def test_what_was_rolled_back_leaves_no_row(database_url, tmp_path):
    with closing(connection.connect(database_url)) as conn:
        with conn:
            vault = keys.unlock(conn, Settings(home=tmp_path))
        audit.record(conn, vault, actor="key:1", action="resolve")
        conn.rollback()
        assert audit.head(conn).seq == 0


def test_the_newest_rows_are_shown(conn, vault, heads):
    audit.record(conn, vault, actor="cli:me", action="load", detail=json.dumps({"kind": "person"}))
    assert [row.seq for row in audit.show(conn, 3)] == [9, 10, 11]
    assert [row.action for row in audit.show(conn, actor="cli:me")] == ["load"]
    assert len(audit.show(conn, action="resolve")) == 10
