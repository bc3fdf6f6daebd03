"""Tables of classes and channels: read with their faults, put in place as a whole, the same twice."""

from __future__ import annotations

from datetime import date

import pytest

from gridgeo.events import channels, classes, tables
from gridgeo.events.tables import Stored

ROW = {
    **{"kind": "事件", "major": "市容环境", "major_en": "City", "minor": "环境卫生", "minor_en": "Cleaning", "name": "暴露垃圾"},
    **{"name_en": "Rubbish", "grade": "Ⅳ级", "colour": "#4E7D3A", "public": "是"},
}
CHANNEL = {"channel": "hotline-12345", "kind": "热线", "source": "12345", "name_zh": "热线", "name_en": "Hotline"}


def test_the_tables_that_come_with_it_are_without_a_fault():
    for module, many in ((classes, 200), (channels, 158)):
        entries, issues = module.read(tables.ours(module.OURS), "ours")
        assert issues == [] and len(entries) >= many
    assert len(tables.ours(channels.OURS)) == 158
    entries, _ = classes.read(tables.ours(classes.OURS))
    assert {one["grade"] for one in entries} == {1, 2, 3, 4} and {one["kind"] for one in entries} == {"event", "request"}


@pytest.mark.parametrize(
    ("text", "grade"), [("I", 1), ("ⅱ", 2), ("3", 3), ("四级", 4), ("iv级", 4), (" I ", 1), ("5", None), ("", None), ("高", None)]
)
def test_grades_are_understood_as_people_write_them(text, grade):
    assert classes.grade(text) == grade


@pytest.mark.parametrize(
    ("module", "rows", "fault"),
    [
        (classes, [], "no-class"),
        (classes, [{"name": "x"}], "missing-column"),
        (classes, [{**ROW, "grade": "V"}], "bad-class"),
        (classes, [{**ROW, "colour": "green"}], "bad-class"),
        (classes, [{**ROW, "kind": "件"}], "bad-class"),
        (classes, [{**ROW, "name": "a/b"}], "bad-class"),
        (classes, [{**ROW, "name_en": ""}], "bad-class"),
        (classes, [ROW, {**ROW, "grade": "I"}], "duplicate-class"),
        (classes, [ROW] * 5001, "too-many-classes"),
        (channels, [], "no-channel"),
        (channels, [{**CHANNEL, "channel": "12345 热线"}], "bad-channel"),
        (channels, [{**CHANNEL, "kind": "other"}], "bad-channel"),
        (channels, [CHANNEL, CHANNEL], "duplicate-channel"),
        (channels, [CHANNEL] * 5001, "too-many-channels"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(module, rows, fault):
    assert [issue.code for issue in module.read(rows, "t")[1]] == [fault]


def test_a_table_loaded_again_changes_nothing_and_what_it_leaves_out_ends(conn):
    entries, _ = classes.read(tables.ours(classes.OURS))
    assert classes.put(conn, entries, date(2026, 1, 1)) == Stored(len(entries), 0, 0, 0)
    assert classes.put(conn, entries, date(2026, 2, 1)) == Stored(0, 0, len(entries), 0)
    fewer = [{**entries[0], "grade": 1}, *entries[1:-1]]
    assert classes.put(conn, fewer, date(2026, 3, 1)) == Stored(0, 1, len(entries) - 2, 1)
    last = classes.known(conn)[next(one.class_id for one in classes.known(conn).values() if one.name == entries[-1]["name"])]
    assert last.valid_to == date(2026, 3, 1)
    assert last.path not in {one.path for one in classes.valid(conn, date(2026, 3, 1))}
    assert last.path in {one.path for one in classes.valid(conn, date(2026, 2, 28))}
    assert classes.put(conn, entries, date(2026, 4, 1)) == Stored(0, 2, len(entries) - 2, 0)
    assert last.path in {one.path for one in classes.valid(conn)}


def test_channels_end_and_come_again(conn):
    entries, _ = channels.read([CHANNEL, {**CHANNEL, "channel": "web"}])
    assert channels.put(conn, entries).new == 2
    assert channels.put(conn, entries[:1]) == Stored(0, 0, 1, 1)
    assert list(channels.known(conn)) == ["hotline-12345", "web"]
    assert [one.channel for one in channels.valid(conn)] == ["hotline-12345"]
    assert channels.put(conn, entries) == Stored(0, 1, 1, 0)
