"""By when events are due: the most special limit, working time, pauses; one or many at once."""

from dataclasses import replace
from datetime import timedelta
from importlib import resources
from random import Random

import pytest

from gridgeo.events import limit_rows, limits, soundness, store
from gridgeo.events.limits import Due
from gridgeo.events.model import Part, Stage
from gridgeo.worktime.model import Amount, Unit
from tests.events import life
from tests.events.timing import HOUR, PARKS, at, base, event, limit, task
from tests.objects import making


@pytest.fixture
def city(conn):
    base(conn)
    return conn


def loaded(conn, *given):
    limits.load(conn, given)
    return conn


def test_without_a_limit_nothing_is_due(city):
    assert limits.due(city, event(city), "filed", at("2026-11-18T09:00")) == Due(None, None)


def test_the_whole_and_the_stage_are_counted_in_working_time(city):
    loaded(city, limit("whole", 2, "day"), limit("filed", 2), limit("dispatched", 8, "hour", working=False))
    assert limits.due(city, event(city), "filed", at("2026-11-20T17:30")) == Due(at("2026-11-24T18:00"), at("2026-11-23T10:30"))
    filed = event(city, stage="filed", filed_at=at("2026-11-20T17:30"), steps=[("file", at("2026-11-20T17:30"))])
    assert limits.due(city, filed, "dispatched", at("2026-11-20T18:00")) == Due(at("2026-11-24T18:00"), at("2026-11-21T02:00"))


SPECIAL = [
    (("", "", None), 1),
    (("", "", 3), 2),
    (("9999", "", None), 3),
    (("999901", "", None), 4),
    (("", "公用", None), 5),
    (("9999", "公用", 3), 6),
    (("", "公用/照明", None), 7),
    (("", "公用/照明/路灯不亮", None), 8),
]


def test_of_several_limits_the_most_special_holds(city):
    """Class before city before grade; what is of other classes, cities and grades never does."""
    _, units = making.city(city)
    lamp = replace(event(city), unit_id=units["99990100100101"])
    others = [limit("filed", 99, **of) for of in ({"path": "公用/照"}, {"path": "公用/燃气"}, {"city": "4403"}, {"grade": 1})]
    start = at("2026-11-18T09:00")
    for n in range(len(SPECIAL)):
        some = [limit("filed", hours, "hour", False, city=of, path=path, grade=grade) for (of, path, grade), hours in SPECIAL[: n + 1]]
        loaded(city, *others, *some)
        assert limits.due(city, lamp, "filed", start).stage_due_at == start + SPECIAL[n][1] * HOUR


def test_no_stage_and_no_part_is_due_later_than_the_whole(city):
    """Who is called to the place has the time of a call."""
    loaded(city, limit("whole", 2), limit("filed", 1, "day"), limit("dispatched", 5), limit("whistle", 5))
    start, over = at("2026-11-18T09:00"), at("2026-11-18T11:00")
    assert limits.due(city, event(city), "filed", start) == Due(over, over)
    filed = event(city, stage="filed", filed_at=start, due_at=over, steps=[("file", start)])
    assert limits.due(city, filed, "dispatched", start) == Due(over, over)
    assert [limits.part_due(city, filed, part, start) for part in (Part.LEAD, Part.ASSIST, Part.WHISTLE)] == [
        *(over, over),
        at("2026-11-18T16:00"),
    ]
    loaded(city, limit("whole", 9), limit("dispatched", 5))
    assert limits.due(city, filed, "dispatched", start, anew=False) == Due(over, over), "what was due stays due as it was"
    assert limits.due_each(city, [limits.Clock(filed.class_id, 3, "", "dispatched", None, start, due_at=over)]) == [Due(over, over)]


def test_a_stage_that_was_to_end_later_is_put_right_by_a_step(conn):
    """Of events from before this was the rule; the event stays what its steps make of it."""
    life.ground(conn)
    late, sound = (life.steps(conn, life.report(conn), *life.SENT).event_id for _ in range(2))
    with conn.cursor() as cur:
        for table in ("event", "event_task"):
            cur.execute(f"UPDATE {table} SET due_at = '2099-01-02' WHERE event_id = %s", (late,))
        cur.execute("UPDATE event SET due_at = '2099-01-01', stage_due_at = '2099-01-02' WHERE event_id = %s", (late,))
        said = 'given || \'{"due_at": "2099-01-01", "stage_due_at": "2099-01-02"}\''
        cur.execute(f"UPDATE event_step SET given = {said} WHERE event_id = %s AND action = 'dispatch'", (late,))
        assert soundness.differing(conn) == []
        cur.execute((resources.files("gridgeo.db") / "migrations" / "0022_stage_limits.sql").read_text())
        cur.execute("SELECT due_at FROM event_task WHERE event_id = %s", (late,))
        before, made = store.find(conn, sound), store.find(conn, late)
        assert cur.fetchone()[0] == made.stage_due_at == made.due_at and made.version == before.version + 1
    assert soundness.differing(conn) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_limits_are_no_stage_is_due_later_than_the_whole(city, seed):
    """Alone and together, after pauses too; in working time and time as it goes by."""
    random = Random(seed)
    stages = ("whole", "filed", "dispatched", "handled", "reopened")
    loaded(city, *(limit(of, random.randrange(1, 9), random.choice(("hour", "day")), random.random() < 0.5) for of in stages))
    clocks = []
    for _ in range(20):
        begun = at("2026-11-16T09:00") + timedelta(minutes=random.randrange(9000))
        paused = begun + timedelta(minutes=random.randrange(3000))
        resumed = paused + timedelta(minutes=random.randrange(3000))
        stage = random.choice(stages[1:])
        of = {"stage": stage, "filed_at": begun, "paused_at": paused, "steps": [("file", begun)]}
        one = event(city, **of)
        due = limits.due(city, one, stage, begun)
        moved = limits.moved_on(city, replace(one, due_at=due.due_at, stage_due_at=due.stage_due_at), resumed)
        assert due.stage_due_at <= due.due_at and moved.stage_due_at <= moved.due_at
        clocks.append(limits.Clock(one.class_id, 3, "", stage, begun, paused, ((paused, resumed),)))
    assert all(due.stage_due_at <= due.due_at for due in limits.due_each(city, clocks))


def test_a_pause_is_not_counted(city):
    loaded(city, limit("whole", 10), limit("dispatched", 5, "hour", working=False))
    paused = event(
        city,
        stage="dispatched",
        filed_at=at("2026-11-18T09:00"),
        due_at=at("2026-11-19T12:00"),
        stage_due_at=at("2026-11-18T16:00"),
        paused_at=at("2026-11-18T11:00"),
    )
    assert limits.moved_on(city, paused, at("2026-11-19T10:00")) == Due(at("2026-11-20T11:00"), at("2026-11-19T15:00"))


def test_after_a_pause_another_limit_does_not_count_it_either(city):
    """The class was amended: what is counted anew is counted without the pause there was."""
    loaded(city, limit("whole", 10))
    steps = [("file", at("2026-11-18T09:00")), ("pause", at("2026-11-18T11:00")), ("resume", at("2026-11-19T10:00"))]
    again = event(city, stage="dispatched", filed_at=at("2026-11-18T09:00"), steps=steps)
    assert limits.due(city, again, "dispatched", at("2026-11-18T10:00")).due_at == at("2026-11-20T11:00")


def test_after_reopening_the_clock_begins_anew(city):
    loaded(city, limit("whole", 1, "day", working=False), limit("reopened", 1, working=False))
    moments = {"file": "2026-11-02T09:00", "pause": "2026-11-02T10:00", "resume": "2026-11-02T11:00", "reopen": "2026-11-18T09:00"}
    steps = [(action, at(moment)) for action, moment in moments.items()]
    opened = event(city, stage="dispatched", filed_at=at("2026-11-02T09:00"), steps=steps)
    assert limits.due(city, opened, "dispatched", at("2026-11-18T10:00")).due_at == at("2026-11-19T09:00")
    assert limits.due(city, opened, "reopened", at("2026-11-18T12:00")) == Due(at("2026-11-19T12:00"), at("2026-11-18T13:00"))


def test_time_left_is_told_in_the_time_its_limit_is_counted_in(city):
    """Of eleven in the morning: until noon, and from two to three; the whole, of time as it goes by, is an hour late."""
    loaded(city, limit("whole", 1, "day", working=False), limit("filed", 2))
    now, ends = at("2026-11-18T11:00"), {"due_at": at("2026-11-18T10:00"), "stage_due_at": at("2026-11-18T15:00")}
    filed = event(city, stage="filed", **ends)
    assert [(each.minutes, each.working) for each in limits.left(city, filed, now)] == [(-60, False), (120, True)]
    late = limits.left(city, replace(filed, stage_due_at=at("2026-11-17T17:30")), now)[1]
    assert (late.minutes, late.working) == (-150, True)
    assert limits.left(city, replace(filed, paused_at=at("2026-11-18T09:00")), now)[0].minutes == 60
    assert limits.left(city, replace(filed, stage=Stage.CLOSED), now) == (None, None)
    assert limits.left(city, replace(filed, due_at=None, stage_due_at=None), now) == (None, None)


def test_parts_have_limits_of_their_own_or_that_of_the_stage(city):
    loaded(city, limit("dispatched", 3, working=False), limit("whistle", 30, "minute", working=False))
    start = at("2026-11-18T09:00")
    due = {part: limits.part_due(city, event(city), part, start) - start for part in Part}
    assert due == {Part.LEAD: 3 * HOUR, Part.ASSIST: 3 * HOUR, Part.REFER: 3 * HOUR, Part.WHISTLE: HOUR / 2}


def test_tasks_are_moved_on_with_their_event(city):
    loaded(city, limit("dispatched", 5, working=False), limit("assist", 3))
    paused = event(city, stage="dispatched", paused_at=at("2026-11-18T11:00"))
    task(city, paused.event_id, due_at=at("2026-11-18T14:00"))
    task(city, paused.event_id, PARKS, task_no=2, part="assist", due_at=at("2026-11-18T12:00"))
    task(city, paused.event_id, task_no=3, stage="handled", due_at=at("2026-11-18T12:00"))
    limits.move_tasks_on(city, paused, at("2026-11-19T11:00"))
    with city.cursor() as cur:
        cur.execute("SELECT due_at FROM event_task ORDER BY task_no")
        assert [due for (due,) in cur.fetchall()] == [at("2026-11-19T14:00"), at("2026-11-19T12:00"), at("2026-11-18T12:00")]


def many(conn, rows) -> list[Due]:
    """When events are due that are counted together; rows are (event, stage, begun, since)."""
    with conn.cursor() as cur:
        cur.execute(
            "CREATE TEMPORARY TABLE tried (event_id bigint, class_id integer, grade smallint, stage text,"
            " begun_at timestamptz, since timestamptz, due_at timestamptz, stage_due_at timestamptz) ON COMMIT DROP"
        )
        for one, *clock in rows:
            cur.execute("INSERT INTO tried VALUES (%s, %s, %s, %s, %s, %s)", (one.event_id, one.class_id, one.grade, *clock))
        limits.due_many(conn, "tried")
        cur.execute("SELECT due_at, stage_due_at FROM tried ORDER BY event_id")
        return [Due(*row) for row in cur.fetchall()]


def test_many_are_due_as_each_alone(city):
    loaded(city, *limit_rows.usual(), limit("whole", 3, "hour", path="公用/燃气"))
    start = at("2026-11-18T09:00")
    made = [event(city, path, grade=grade) for path in ("公用/照明/路灯不亮", "公用/燃气/燃气泄漏") for grade in (1, 2, 3, 4)]
    begun = [start + n * timedelta(hours=7, microseconds=1) for n in range(len(made))]
    rows = [(one, "dispatched" if n else "closed", begun[n], begun[n] + HOUR) for n, one in enumerate(made)]
    alone = [limits.due(city, replace(one, filed_at=began), stage, since) for one, stage, began, since in rows]
    assert many(city, rows) == alone
    assert [due.stage_due_at is None for due in alone] == [True] + [False] * 7


@pytest.mark.parametrize("seed", range(3))
def test_many_that_were_stopped_are_due_as_each_alone(city, seed):
    """However often each was stopped, let go on and reopened; some stand still now."""
    loaded(city, *limit_rows.usual())
    random, rows = Random(seed), []
    for _ in range(12):
        now = filed = begun = at("2026-11-16T09:00") + timedelta(minutes=random.randrange(3000))
        steps = [("file", filed)]
        for action in random.choices(("pause", "resume", "reopen"), (4, 4, 1), k=random.randrange(8)):
            now += timedelta(minutes=random.randrange(600))
            begun = now if action == "reopen" else begun
            steps.append((action, now))
        one = event(city, grade=random.randrange(1, 5), filed_at=filed, steps=steps)
        rows.append((one, random.choice(("dispatched", "handled")), begun, now - timedelta(minutes=random.randrange(900))))
    alone = [limits.due(city, one, stage, since) for one, stage, _, since in rows]
    assert many(city, rows) == alone
    unstopped = [limits.due_each(city, [limits.Clock(one.class_id, one.grade, "", *clock)])[0] for one, *clock in rows]
    assert unstopped != alone


def test_a_table_of_limits_is_read_with_the_words_of_china():
    rows = [
        {"类别": "公用/照明", "等级": "II", "环节": "处置", "时限": "4", "单位": "工作小时"},
        {"city": "4403", "stage": "whole", "amount": "2", "unit": "day", "calendar": "rescue"},
        {"stage": "whole", "amount": "2", "unit": "天"},
    ]
    found, issues = limit_rows.read(rows, "limits.csv")
    assert issues == []
    assert [(one.of, one.amount) for one in found] == [
        (("", "公用/照明", 2, "dispatched"), Amount(4, Unit.HOUR, "china")),
        (("4403", "", None, "whole"), Amount(2, Unit.DAY, "rescue")),
        (("", "", None, "whole"), Amount(2, Unit.DAY)),
    ]


def test_rows_that_are_no_limits_are_issues(city):
    right = {"stage": "filed", "amount": "2", "unit": "hour"}
    wrong = [{"stage": "x"}, {"amount": "0"}, {"unit": "week"}, {"grade": "V"}, {"city": "SZ"}, {}]
    found, issues = limit_rows.read([right, *(right | one for one in wrong)], "limits.csv")
    assert [(issue.code, issue.row) for issue in issues] == [
        ("bad-stage", 2),
        ("bad-amount", 3),
        ("bad-unit", 4),
        ("bad-grade", 5),
        ("bad-city", 6),
        ("duplicate-limit", 7),
    ]
    assert [one.of for one in found] == [("", "", None, "filed")]
    moon = replace(limit("filed", 1), amount=Amount(1, Unit.DAY, "moon"))
    strange = [limit("filed", 1, path="公用/空"), moon, limit("filed", 1, path="公用")]
    assert [(issue.code, issue.value) for issue in limits.check(city, strange, "x")] == [
        ("unknown-calendar", "moon"),
        ("unknown-class", "公用/空"),
    ]


def test_limits_that_are_loaded_take_the_place_of_all(city):
    usual = limit_rows.usual()
    assert limits.load(city, usual) == len(usual) == 28
    assert {one.of: one for one in limits.listed(city)} == {one.of: one for one in usual}
    limits.load(city, usual[:2])
    assert len(limits.listed(city)) == 2
