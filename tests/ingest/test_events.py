"""A year's list of another system: its columns, words and times are understood, and what was done is replayed."""

from __future__ import annotations

import csv
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gridgeo import cli, sample
from gridgeo.db import connection
from gridgeo.errors import Conflict, InvalidInput
from gridgeo.events import (
    acting,
    channels,
    classes,
    continuing,
    counts,
    intake,
    limit_rows,
    limits,
    replay,
    rules,
    soundness,
    statistics,
    store,
    tables,
    whole,
)
from gridgeo.events.model import Action, Actor, Duty, Stage
from gridgeo.events.pasts import Past, history
from gridgeo.events.routing import matrix, matrix_rows
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import events
from gridgeo.ingest.events_rows import moment
from gridgeo.moments import CHINA
from tests.objects import making

HEAD = (
    *("事件编号", "受理时间", "渠道", "问题类型", "问题描述", "事发地址", "经度", "纬度", "立案时间", "派遣时间", "处置部门", "协办部门"),
    *("退回部门", "办结时间", "满意度", "办理状态", "主事件编号", "截止时间"),
)
LAMP, RUBBISH = "设施故障/照明电力/路灯不亮", "暴露垃圾"


def line(original: str, **given: str) -> dict[str, str]:
    """Return a row that is closed in time; what is given goes before."""
    usual = {
        **{"事件编号": original, "受理时间": "2025-03-03 09:00", "渠道": "12345 政务服务便民热线", "问题类型": LAMP, "问题描述": "灯不亮"},
        **{"经度": "113.005", "纬度": "22.895", "立案时间": "2025/3/3 9:30", "派遣时间": "2025年3月3日10时00分", "处置部门": "照明处"},
        **{"办结时间": "2025-03-05T10:00:00", "满意度": "非常满意", "截止时间": "2025-03-06 18:00"},
    }
    return {**usual, **given}


@pytest.fixture
def city(conn):
    edition_id, units = making.city(conn)
    making.tree(conn)
    channels.put(conn, channels.read(tables.ours(channels.OURS))[0])
    classes.put(conn, classes.read(tables.ours(classes.OURS))[0])
    return edition_id, units


@pytest.fixture
def written(tmp_path):
    def write(*rows: dict[str, str], encoding: str = "gb18030"):
        file = tmp_path / "2025年工单.csv"
        with file.open("w", encoding=encoding, newline="") as out:
            table = csv.DictWriter(out, HEAD)
            table.writeheader()
            table.writerows(rows)
        return [file]

    return write


def read(conn, files, **given):
    return events.plan(conn, files, "old-hotline", **{"datum": "cgcs2000", **given})


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("2025-03-31 14:05", (2025, 3, 31, 14, 5)),
        ("2025/3/1 4:05:06", (2025, 3, 1, 4, 5, 6)),
        ("20250331140506", (2025, 3, 31, 14, 5, 6)),
        ("2025年3月31日14时05分", (2025, 3, 31, 14, 5)),
        ("2025-03-31", (2025, 3, 31)),
        ("2025-03-31T06:05:00Z", (2025, 3, 31, 14, 5)),
        ("2025-03-31 06:05:00.123", (2025, 3, 31, 6, 5)),
        ("45747.5", (2025, 3, 31, 12)),
        ("2025-02-30", None),
        ("昨天", None),
        ("13800000000", None),
        ("1999-12-31", None),
        ("30000", None),
    ],
)
def test_moments_are_understood_as_people_and_spreadsheets_write_them(text, then):
    assert moment(text) == (None if then is None else datetime(*then, tzinfo=CHINA))


def test_a_list_is_taken_in_and_what_was_done_replayed(conn, city, written):
    rows = [
        line("A1", 退回部门="园林处", 协办部门="园林处"),
        line("A2", 问题类型=RUBBISH, 办结时间="", 满意度=""),
        line("A3", 办理状态="不予立案", 立案时间="", 派遣时间="", 处置部门="", 办结时间="2025-03-03 11:00", 满意度=""),
        line("A4", 主事件编号="A1", 办理状态="已并案", 派遣时间="", 处置部门="", 满意度=""),
        line("A5", 立案时间="", 派遣时间="", 处置部门="", 办结时间="", 满意度="", 截止时间=""),
    ]
    plan = read(conn, written(*rows))
    assert plan.issues == () and (plan.rows, plan.known, len(plan.ready)) == (5, 0, 5)
    stored = events.commit(conn, plan)
    assert (stored.new, stored.same) == (5, 0)
    found = {one.event_id: one for one in store.listed(conn, store.Where(), limit=10)}
    by_original = {report.original: found[report.event_id] for event_id in found for report in store.reports(conn, event_id)}
    stages = {original: one.stage for original, one in by_original.items()}
    assert stages == {"A1": Stage.CLOSED, "A2": Stage.DISPATCHED, "A3": Stage.REJECTED, "A4": Stage.MERGED, "A5": Stage.REPORTED}
    first = by_original["A1"]
    assert (first.bounces, first.stars, first.department_code) == (1, 5, making.LIGHTS)
    assert first.closed_at == datetime(2025, 3, 5, 2, tzinfo=UTC)
    assert by_original["A4"].merged_into == first.event_id
    tasks = [(task.part, task.department_code, task.stage) for task in store.tasks(conn, first.event_id)]
    assert tasks == [("lead", making.PARKS, "returned"), ("lead", making.LIGHTS, "handled"), ("assist", making.PARKS, "handled")]
    for one in found.values():
        steps = store.timeline(conn, one.event_id)
        assert [step.step_no for step in steps] == list(range(1, one.version + 1))
        folded = rules.fold(steps)
        said = [name for name in rules.FOLDED if name != "point"]
        assert {name: folded[name] for name in said} == {name: getattr(one, name) for name in said}
    asked = statistics.Asked(city[0], date(2025, 3, 1), date(2025, 4, 1))
    numbers = statistics.numbers(conn, asked)[""]
    assert (numbers.reported, numbers.filed, numbers.due, numbers.closed, numbers.on_time) == (5, 2, 2, 1, 1)
    assert counts.difference(conn, city[0]) == ([], [])


def test_a_list_loaded_again_changes_nothing_and_what_is_new_in_it_comes(conn, city, written):
    events.commit(conn, read(conn, written(line("A1"))))
    again = read(conn, written(line("A1"), line(" a2")))
    assert (again.known, len(again.ready)) == (1, 1)
    assert events.commit(conn, again)[:3] == (1, 0, 1)
    assert read(conn, written(line("A1"), line(" a2"))).ready == ()


UNSENT = {"派遣时间": "", "处置部门": ""}
UNFILED = {"立案时间": "", **UNSENT}
CLOSED = {"办结时间": "2025-03-05 10:00"}
RESENT = {"派遣时间": "2025-03-04 08:00", "退回部门": "园林处"}
LATER = [
    ("reported, then filed", UNFILED, UNSENT, "filed", 1),
    ("filed, then dispatched", UNSENT, {}, "dispatched", 1),
    ("returned meanwhile, and sent to others", {"处置部门": "园林处"}, RESENT, "dispatched", 2),
    ("dispatched, then closed and rated", {}, CLOSED | {"满意度": "5"}, "closed", 5),
    ("closed, then rated", CLOSED, CLOSED | {"满意度": "5"}, "closed", 1),
    ("reported, then rejected", UNFILED, UNFILED | {"办理状态": "不予立案"}, "rejected", 1),
    ("filed, then merged into a new one", UNSENT, UNSENT | {"主事件编号": "A2"}, "merged", 1),
]
OPEN = {"办结时间": "", "满意度": ""}


@pytest.mark.parametrize(("first", "then", "stage", "steps"), [case[1:] for case in LATER], ids=[case[0] for case in LATER])
def test_a_list_loaded_later_goes_on_with_what_it_told_before(conn, city, written, first, then, stage, steps):
    """Once: the third load changes nothing. All steps make what they would have made of a list that told all at once."""
    events.commit(conn, read(conn, written(line("A1", **OPEN | first))))
    later = written(line("A1", **OPEN | then), line("A2", **OPEN))
    plan = read(conn, later)
    assert (plan.known, len(plan.ready), len(plan.going_on), plan.issues) == (1, 1, 1, ())
    stored = events.commit(conn, plan)
    assert (stored.new, stored.changed, stored.same, stored.steps) == (1, 1, 0, steps + 2)
    again = read(conn, later)
    assert (again.known, again.ready, again.going_on, again.issues) == (2, (), (), ())
    assert events.commit(conn, again) == (0, 0, 2, 0)
    found = {report.original: one for one in store.listed(conn, store.Where(), limit=10) for report in store.reports(conn, one.event_id)}
    assert found["A1"].stage == stage and soundness.differing(conn) == [] and counts.difference(conn, city[0]) == ([], [])
    told_at_once = {**OPEN, **then}
    events.commit(conn, events.plan(conn, written(line("A1", **told_at_once), line("A2", **OPEN)), "another", datum="cgcs2000"))
    after = [one for one in store.listed(conn, store.Where(), limit=10) if one.event_id > found["A2"].event_id]
    twin = min(after, key=lambda one: one.event_id)
    fresh = ("stage", "version", "department_code", "filed_at", "dispatched_at", "handled_at", "closed_at", "due_at", "bounces", "stars")
    assert [getattr(found["A1"], name) for name in fresh] == [getattr(twin, name) for name in fresh]
    tasks = [[(task.part, task.department_code, task.stage) for task in store.tasks(conn, one.event_id)] for one in (found["A1"], twin)]
    assert tasks[0] == tasks[1]


@pytest.mark.parametrize(
    ("then", "field"),
    [
        ({"受理时间": "2025-03-03 08:00"}, "reported_at"),
        ({"立案时间": "2025-03-03 09:31"}, "filed_at"),
        ({"问题类型": RUBBISH}, "class"),
        ({"截止时间": "2025-03-09 18:00"}, "due_at"),
        ({"派遣时间": "2025-03-03 10:01"}, "dispatched_at"),
        ({"处置部门": "园林处"}, "dispatched_at"),
        ({"派遣时间": "", "处置部门": ""}, "dispatched_at"),
        ({"协办部门": "", "办结时间": "2025-03-05 10:00"}, "assists"),
        ({"退回部门": "园林处"}, "dispatched_at"),
        ({"办理状态": "不予立案"}, "filed_at"),
    ],
)
def test_a_list_that_contradicts_what_it_told_before_is_said_and_changes_nothing(conn, city, written, then, field):
    events.commit(conn, read(conn, written(line("A1", **OPEN | {"协办部门": "园林处"}))))
    before = store.listed(conn, store.Where(), limit=10)
    plan = read(conn, written(line("A1", **OPEN | {"协办部门": "园林处"} | then)))
    assert [(issue.code, issue.field, issue.row) for issue in plan.issues] == [("event-contradicts", field, 1)] and plan.errors() == []
    assert events.commit(conn, plan) == (0, 0, 1, 0)
    assert store.listed(conn, store.Where(), limit=10) == before


def test_an_event_somebody_acted_on_here_is_left_to_him(conn, city, written):
    events.commit(conn, read(conn, written(line("A1", **OPEN), line("A2", **OPEN))))
    first, second = sorted(store.listed(conn, store.Where(), limit=10), key=lambda one: one.event_id)
    closed = written(line("A1"), line("A2"))
    plan = read(conn, closed)
    clerk = Actor("key:clerk000", frozenset((Duty.ACCEPT,)))
    acting.act(conn, first.event_id, Action.PAUSE, clerk, {"reason": "等待"})
    with pytest.raises(Conflict, match="while the list was read"):
        events.commit(conn, plan)
    plan = read(conn, closed)
    assert [(issue.code, issue.row) for issue in plan.issues] == [("acted-here", 1)]
    assert events.commit(conn, plan)[:3] == (0, 1, 1)
    assert [store.find(conn, one.event_id).stage for one in (first, second)] == [Stage.DISPATCHED, Stage.CLOSED]


def test_of_an_event_we_have_a_time_that_is_none_is_said(conn, city, written):
    events.commit(conn, read(conn, written(line("A1", **OPEN))))
    plan = read(conn, written(line("A1", 办结时间="昨天")))
    assert [(issue.code, issue.field) for issue in plan.errors()] == [("bad-time", "closed_at")] and plan.going_on == ()
    assert events.commit(conn, plan, ["bad-time"]) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("given", "fault", "stops"),
    [
        ({"事件编号": ""}, "no-original", True),
        ({"受理时间": ""}, "no-reported-time", True),
        ({"受理时间": "昨天"}, "bad-time", True),
        ({"办结时间": "2025-03-01"}, "times-reversed", True),
        ({"渠道": "飞鸽"}, "unknown-channel", True),
        ({"受理时间": "2099-03-03", "立案时间": "", "派遣时间": "", "办结时间": ""}, "reported-ahead", True),
        ({"问题类型": "天外来客"}, "unknown-class", False),
        ({"处置部门": "没有的局"}, "unknown-department", False),
        ({"满意度": "还行吧"}, "bad-stars", False),
        ({"经度": "22.9", "纬度": "113.9"}, "bad-point", False),
        ({"主事件编号": "无此件"}, "unknown-merged", False),
    ],
)
def test_what_is_wrong_with_a_row_is_said(conn, city, written, given, fault, stops):
    plan = read(conn, written(line("B1"), line("B2", **given)))
    assert list(plan.totals) == [fault]
    assert [issue.row for issue in plan.issues] == [2]
    assert bool(plan.errors()) == stops
    if stops:
        with pytest.raises(Conflict):
            events.commit(conn, plan)
    assert events.commit(conn, plan, [fault]).new == (1 if stops else 2)


def test_what_cannot_be_a_list_is_refused(conn, city, written):
    with pytest.raises(InvalidInput):
        events.plan(conn, written(line("A1")), "")
    with pytest.raises(InvalidInput):
        read(conn, written(line("A1")), given={"original": "没有此列"})
    assert read(conn, written(line("A1")), datum="").errors()[0].code == "datum-undeclared"
    assert read(conn, written(line("A1"), line("A1"))).totals == {"duplicate-event": 1}


def test_numbers_of_persons_in_a_list_are_masked_before_they_are_stored(conn, city, written):
    events.commit(conn, read(conn, written(line("A1", 问题描述="请联系 19999999999, 身份证 449999199001011237"))))
    (one,) = store.listed(conn, store.Where(), limit=10)
    assert "19999999999" not in one.told and "449999199001011237" not in one.told


def test_the_commands_store_only_when_told_and_stop_at_errors(database_url, written, monkeypatch, capsys):
    with closing(connection.connect(database_url)) as conn, conn:
        making.city(conn)
        making.tree(conn)
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*arguments: str) -> tuple[int, str]:
        status = cli.main(["load", *arguments])
        return status, capsys.readouterr().out

    for what, many in (("event-classes", 252), ("channels", 158)):
        status, said = run(what)
        assert status == 0 and f"{many} new" in said and "Dry run" in said
        assert "Stored" in run(what, "--commit")[1] and "All" in run(what, "--commit")[1]
    (file,) = written(line("A1"), line("A2", 受理时间="昨天"))
    asked = ("events", str(file), "--source", "old", "--datum", "cgcs2000")
    status, said = run(*asked, "--commit")
    assert status == 1 and "bad-time" in said and "Nothing was stored" in said
    assert "Dry run" in run(*asked, "--accept", "bad-time")[1]
    assert "Stored: 1 new" in run(*asked, "--accept", "bad-time", "--commit")[1]
    assert run(*asked, "--accept", "bad-time", "--commit")[1].count("1 known") == 1


def grounded(conn, units, responsible):
    """Make a district valid, with our classes and channels and who is responsible; return its edition."""
    edition, _ = editions.stage(conn, GOVERNANCE, units, name="drawn")
    editions.activate(conn, edition.edition_id, datetime(2024, 1, 1, tzinfo=UTC))
    for module in (classes, channels):
        module.put(conn, module.read(tables.ours(module.OURS))[0])
    with responsible.open(encoding="utf-8", newline="") as lines:
        matrix.stage(conn, *_read(conn, lines), None, whole=False)
    matrix.put(conn, None, whole=False)
    return edition


def test_158_channels_are_replayed_into_one_queue(conn, city, written):
    """The story: each channel sends some in, called by its Chinese, its English or its short name; there is one queue, in order of time."""
    ways = channels.known(conn)
    names = [(way, (one.name_zh, one.name_en, way)[n % 3]) for n, (way, one) in enumerate(sorted(ways.items()))]
    rows = [
        line(f"{way}-{n}", 渠道=name, 受理时间=f"2025-03-{3 - n:02} {at // 60:02}:{at % 60:02}", 退回部门="")
        for n in range(2)
        for at, (way, name) in enumerate(names, 300)
    ]
    assert len(ways) == 158 and events.commit(conn, read(conn, written(*rows, encoding="utf-8"))).new == 316
    asked = statistics.Asked(city[0], date(2025, 3, 1), date(2025, 4, 1))
    by_way = statistics.numbers(conn, asked, statistics.By.CHANNEL)
    assert {way: (one.reported, one.due, one.on_time) for way, one in by_way.items()} == dict.fromkeys(ways, (2, 2, 2))
    queue = store.listed(conn, store.Where(), limit=1000)
    assert [one.reported_at for one in queue] == sorted((one.reported_at for one in queue), reverse=True)
    assert len({one.event_code for one in queue}) == 316 and {one.department_code for one in queue} == {making.LIGHTS}


def test_a_year_is_loaded_and_its_report_is_that_of_a_real_district(database_url, tmp_path, request):
    """With --long the whole year of 89,430 with 51,527 the year before, else a hundredth of both."""
    long = request.config.getoption("--long")
    units = sample.make("small", 1)
    *lists, responsible = sample.write_events("small", 1, tmp_path, 89_430 if long else 900, units=units)
    with closing(connection.connect(database_url)) as conn, conn:
        edition = grounded(conn, units, responsible)
        plan = events.plan(conn, lists, "year", datum="cgcs2000")
        assert plan.errors() == [] and set(plan.totals) <= {"unused-columns"}
        stored = events.commit(conn, plan)
        assert counts.difference(conn, edition.edition_id) == ([], []) and soundness.differing(conn) == []
        asked = statistics.Asked(edition.edition_id, date(2025, 1, 1), date(2026, 1, 1))
        by_way = statistics.numbers(conn, asked, statistics.By.CHANNEL)
        (before,) = statistics.numbers(conn, replace(asked, begin=date(2024, 1, 1), end=asked.begin)).values()
    year = sum(by_way.values(), statistics.Numbers())
    given = [row for file in lists for row in rows_of(file)]
    assert stored.new == len(given)
    told = [row for row in given if row["受理时间"] >= "2025"]
    assert (year.reported, year.rejected, year.merged) == (
        len(told),
        *(sum(row["办理状态"] == word for row in told) for word in ("不予立案", "已并案")),
    )
    due = [row for row in given if "2025" <= row["截止时间"] < "2026"]
    assert (year.due, year.closed, year.on_time, year.responded) == (
        len(due),
        sum(bool(row["办结时间"]) for row in due),
        sum("" < row["办结时间"] <= row["截止时间"] for row in due),
        sum(bool(row["签收时间"]) for row in due),
    )
    assert year.open == sum(not row["办结时间"] for row in given)
    if long:
        assert (year.reported, before.reported, statistics.growth(year.reported, before.reported)) == (89_430, 51_527, 73.56)
        assert (year.closing_rate, year.open, round(year.satisfaction, 2), len(by_way)) == (99.78, 197, 4.59, 158)


def rows_of(file):
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


#: What is stored of the events of a source, in the order of its codes; numbers and codes of ours left out.
STORED = (
    """SELECT r.original, e.kind, e.class_id, e.grade, e.stage, e.channel, e.told, e.located, e.address, e.place, e.point,
              e.department_code, q.original, e.happened_at, e.reported_at, e.filed_at, e.dispatched_at, e.responded_at, e.handled_at,
              e.verified_at, e.closed_at, e.due_at, e.stage_due_at, e.bounces, e.stars, e.version, r.report_no, r.channel, r.told,
              r.actor, r.receipt, r.reported_at, left(e.event_code, 17)
         FROM event_report AS r JOIN event AS e USING (event_id) LEFT JOIN event_report AS q ON q.event_id = e.merged_into
        WHERE r.source = %s ORDER BY 1""",
    """SELECT r.original, s.step_no, s.action, s.stage, s.department_code, s.at, s.reason, s.given -> 'point',
              jsonb_populate_record(NULL::event, s.given - 'merged_into' - 'point')::text
         FROM event_report AS r JOIN event_step AS s USING (event_id) WHERE r.source = %s ORDER BY 1, 2""",
    """SELECT r.original, t.task_no, t.part, t.department_code, t.stage, t.actor, t.sent_at, t.answered_at, t.done_at, t.due_at
         FROM event_report AS r JOIN event_task AS t USING (event_id) WHERE r.source = %s ORDER BY 1, 2""",
    """SELECT r.original, g.edition_id, g.unit_id, g.outcome
         FROM event_report AS r JOIN event_grid AS g USING (event_id) WHERE r.source = %s ORDER BY 1, 2""",
)


def test_what_is_stored_whole_is_what_taking_in_and_replaying_make(conn, tmp_path, monkeypatch):
    """Every row of every table, but for who did it; some at a time."""
    monkeypatch.setattr(whole, "_PIECE", 70)
    units = sample.make("small", 1)
    list_, before, responsible = sample.write_events("small", 1, tmp_path, 200, units=units)
    grounded(conn, units, responsible)
    limits.load(conn, limit_rows.usual())
    events.commit(conn, events.plan(conn, [before, list_], "whole", datum="cgcs2000"))
    plan = events.plan(conn, [before, list_], "apart", datum="cgcs2000")
    taken = intake.take_in(conn, [events._given(one.row, "apart") for one in plan.ready], Actor("load:whole"))
    numbers = {one.row.original: answer.event_id for one, answer in zip(plan.ready, taken, strict=True)}
    replay.replay(conn, [history(events._past(one.row, numbers[one.row.original], numbers)) for one in plan.ready], Actor("load:whole"))
    found = []
    for source in ("whole", "apart"):
        with conn.cursor() as cur:
            cur.execute(STORED[0], (source,))
            found.append([cur.fetchall()])
            for statement in STORED[1:]:
                cur.execute(statement, (source,))
                found[-1].append(cur.fetchall())
    assert len(found[0][0]) == 315 and found[0] == found[1]
    assert soundness.differing(conn) == []


def test_no_stage_is_due_later_than_a_list_says_of_the_whole():
    filed, day = datetime(2025, 3, 3, tzinfo=CHINA), timedelta(days=1)
    told = history(Past(1, filed_at=filed, due_at=filed + day))
    assert replay.due(told, limits.Due(filed + 5 * day, filed + 2 * day)) == (filed + day, filed + day)


def test_a_list_somebody_loaded_meanwhile_is_refused(conn, city, written):
    plan = read(conn, written(line("A1"), line("A2")))
    events.commit(conn, read(conn, written(line("A2"))))
    with pytest.raises(Conflict, match="load the list again"):
        events.commit(conn, plan)


def test_texts_are_kept_as_they_are_whatever_signs_they_hold(conn, city, written):
    told = '井盖\n坏了\t\\n\n\\.\n"很响", 请看'
    events.commit(conn, read(conn, written(line("A1", 问题描述=told), line("A2", 问题描述="\\N"))))
    assert {one.told for one in store.listed(conn, store.Where(), limit=10)} == {told, "\\N"}


def test_a_year_told_in_four_lists_is_what_it_is_told_at_once(conn, tmp_path, monkeypatch):
    """Each list as the other system would have exported it on a day of the year: what was done later is not in it."""
    monkeypatch.setattr(continuing, "_PIECE", 3)
    units = sample.make("small", 1)
    *files, responsible = sample.write_events("small", 1, tmp_path, 300, units=units)
    edition = grounded(conn, units, responsible)
    told = rows_of(files[0])
    went_on = 0
    for day in ("2025-04-01", "2025-07-05", "2025-10-09", "2027-01-01"):
        plan = events.plan(conn, [_exported(told, day, tmp_path)], "in parts", datum="cgcs2000")
        assert plan.totals.keys() <= {"unused-columns"}
        went_on += events.commit(conn, plan).changed
    assert went_on > 5
    events.commit(conn, events.plan(conn, files[:1], "at once", datum="cgcs2000"))
    columns = (
        "stage",
        "version",
        "department_code",
        "filed_at",
        "dispatched_at",
        "responded_at",
        "handled_at",
        "closed_at",
        "due_at",
        "stage_due_at",
    )
    one, other = (", ".join(f"{of}.{name}" for name in (*columns, "stage_due_at", "bounces", "stars")) for of in "eo")
    with conn.cursor() as cur:
        cur.execute(
            f"""SELECT count(*), count(*) FILTER (WHERE ({one}) IS NOT DISTINCT FROM ({other}))
                  FROM event_report AS r
                  JOIN event AS e ON e.event_id = r.event_id
                  JOIN event_report AS q ON q.original = r.original AND q.source = 'at once'
                  JOIN event AS o ON o.event_id = q.event_id
                 WHERE r.source = 'in parts'"""
        )
        assert cur.fetchone() == (len(told), len(told))
    assert soundness.differing(conn) == [] and counts.difference(conn, edition.edition_id) == ([], [])


def _exported(told, day: str, folder):
    """The list as it was on a day."""
    file = folder / f"{day}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, told[0].keys())
        table.writeheader()
        table.writerows(_until(row, day) for row in told if row["受理时间"] < day)
    return file


def _until(row: dict[str, str], day: str) -> dict[str, str]:
    """A row without what was done later, and what follows from that."""
    with_it = {
        "立案时间": ("截止时间",),
        "派遣时间": ("处置部门", "协办部门", "退回部门", "退回次数"),
        "办结时间": ("满意度", "办理状态", "主事件编号"),
    }
    later = [name for name in ("立案时间", "派遣时间", "签收时间", "处置完成时间", "办结时间") if row[name] >= day]
    return row | dict.fromkeys([each for name in later for each in (name, *with_it.get(name, ()))], "")


def _read(conn, lines):
    read = matrix_rows.read(csv.DictReader(lines), matrix.known(conn), "sample")
    assert read.issues == []
    return read.rows, read.departments
