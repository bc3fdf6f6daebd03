"""What a worker finds, sends on and writes to departments' systems: each once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gridgeo.db.check import State
from gridgeo.errors import Conflict, NotFound
from gridgeo.events import acting, limit_rows, limits, store
from gridgeo.events.model import SYSTEM, Action, Actor, Duty, Part, Stage
from gridgeo.events.routing import rulesets
from gridgeo.events.routing.model import Rule
from gridgeo.events.rules import fold
from gridgeo.events.watching import dispatching, letters, notices, receivers, soundness
from gridgeo.events.watching.model import Found
from gridgeo.letters import rules
from gridgeo.letters.model import Outcome
from gridgeo.letters.seals import Seal
from gridgeo.settings import Settings
from tests.events import routed
from tests.events.routed import GAS, GASWORKS, HALL, HOLE, LAMP, LIGHTS, OFFICE, ROADS, STREET, at, of
from tests.events.timing import task

HOUR = timedelta(hours=1)
CLERK = Actor("key:clerk000", frozenset((Duty.ACCEPT, Duty.DISPATCH, Duty.VERIFY)))


@pytest.fixture
def ground(conn):
    """A city where lights and gas have a department, and a street and the district answer for the rest above."""
    routed.ground(conn)
    routed.give(
        conn,
        routed.row(LAMP, LIGHTS),
        routed.row(GAS, GASWORKS),
        routed.row("", OFFICE, STREET),
        routed.row("", HALL, routed.DISTRICT),
    )
    return conn


def rows(conn, statement: str) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(statement)
        return cur.fetchall()


def noted(conn) -> list[tuple]:
    return rows(conn, "SELECT kind, department_code FROM event_notice ORDER BY event_id, due_at, kind")


def sent(conn, path: str = LAMP, **columns):
    """An event that a department has had since ten, due at three."""
    given = {"stage": "dispatched", "department_code": LIGHTS, "dispatched_at": at("2026-11-16T10:00"), "due_at": at("2026-11-16T15:00")}
    return routed.event(conn, path, columns.pop("unit", routed.A), **{**given, **columns})


TIMES = [
    ("with a fifth of its time left", "2026-11-16T14:00", ["due-soon"]),
    ("before that", "2026-11-16T13:59", []),
    ("when its time is over", "2026-11-16T15:00", ["overdue"]),
]


@pytest.mark.parametrize("now, found", [case[1:] for case in TIMES], ids=[case[0] for case in TIMES])
def test_an_event_is_due_soon_and_then_overdue(ground, now, found):
    sent(ground)
    assert notices.find(ground, at(now)) == dict.fromkeys(found, 1)
    assert noted(ground) == [(kind, LIGHTS) for kind in found]


def test_its_stage_is_too(ground):
    sent(ground, due_at=None, stage_due_at=at("2026-11-16T12:00"))
    assert notices.find(ground, at("2026-11-16T11:36")) == {"stage-due-soon": 1}
    assert notices.find(ground, at("2026-11-16T12:01")) == {"stage-overdue": 1}


def test_who_assists_has_a_time_of_his_own(ground):
    """What is due with the stage, of who leads, is not said twice."""
    event = sent(ground, due_at=None, stage_due_at=at("2026-11-16T18:00"))
    task(ground, event.event_id, LIGHTS, sent_at=at("2026-11-16T10:00"), due_at=at("2026-11-16T18:00"))
    for number, department in enumerate((ROADS, HALL), 2):
        given = {"task_no": number, "part": "assist", "sent_at": at("2026-11-16T10:00"), "due_at": at("2026-11-16T15:00")}
        task(ground, event.event_id, department, **given)
    assert notices.find(ground, at("2026-11-16T14:30")) == {"task-due-soon": 2}
    acting.act(ground, event.event_id, Action.HANDLE, of(ROADS), {"note": "换了灯泡"})
    assert notices.find(ground, at("2026-11-16T15:30")) == {"task-overdue": 1}
    assert [(one.kind, one.task_no, one.department_code) for one in notices.listed(ground)] == [
        (Found.TASK_OVERDUE, 3, HALL),
        (Found.TASK_DUE_SOON, 3, HALL),
    ]


def test_nothing_is_found_twice_unless_it_is_due_at_another_time(ground):
    event = sent(ground)
    assert notices.find(ground, at("2026-11-16T14:30")) == {"due-soon": 1}
    assert notices.find(ground, at("2026-11-16T14:31")) == {}
    with ground.cursor() as cur:
        cur.execute("UPDATE event SET due_at = %s WHERE event_id = %s", (at("2026-11-16T14:40"), event.event_id))
    assert notices.find(ground, at("2026-11-16T14:31")) == {"due-soon": 1}


@pytest.mark.parametrize("other", [{"stage": "closed"}, {"stage": "rejected"}, {"paused_at": at("2026-11-16T11:00")}])
def test_of_what_is_over_or_paused_nothing_is_said(ground, other):
    sent(ground, **other)
    assert notices.find(ground, at("2026-11-20T15:00")) == {}
    assert notices.escalate(ground, at("2026-11-20T15:00")) == 0


def test_what_stays_overdue_is_passed_up_step_by_step(ground):
    """It had five hours: two and a half later the street is told, then the district, and that once more."""
    event = sent(ground)
    notices.find(ground, at("2026-11-16T15:00"))
    told = {}
    for hours in (2, 3, 4, 5, 6, 8, 9, 24):
        notices.escalate(ground, at("2026-11-16T15:00") + hours * HOUR)
        told[hours] = [department for kind, department in noted(ground) if kind.startswith("escalated")]
    assert told == {
        **{2: [], 3: [OFFICE], 4: [OFFICE], 5: [OFFICE, HALL], 6: [OFFICE, HALL]},
        **{hours: [OFFICE, HALL, HALL] for hours in (8, 9, 24)},
    }
    found = notices.listed(ground, HALL)
    assert [(one.event_code, one.kind) for one in found] == [(event.event_code, Found.ESCALATED_3), (event.event_code, Found.ESCALATED_2)]
    assert len(notices.listed(ground)) == 4


def test_what_is_found_late_is_passed_up_as_far_as_step_by_step(ground):
    """Many at once: one that nobody told of, one that was passed up once before, and one that lies where nobody answers for everything."""
    untold, once, nowhere = sent(ground), sent(ground), sent(ground, unit=None)
    with ground.cursor() as cur:
        told = (once.event_id, "escalated-1", once.due_at, HALL)
        cur.execute("INSERT INTO event_notice (event_id, kind, due_at, department_code) VALUES (%s, %s, %s, %s)", told)
    assert notices.escalate(ground, at("2026-11-18T15:00")) == 8
    assert notices.escalate(ground, at("2026-11-18T15:00")) == 0
    said = rows(ground, "SELECT event_id, department_code FROM event_notice ORDER BY event_id, kind")
    assert [[of for event, of in said if event == one.event_id] for one in (untold, once, nowhere)] == [
        [OFFICE, HALL, HALL],
        [HALL, HALL, HALL],
        [None, None, None],
    ]


def test_notices_of_what_is_closed_hold_no_more(ground):
    event = sent(ground)
    notices.find(ground, at("2026-11-16T15:00"))
    with ground.cursor() as cur:
        cur.execute("UPDATE event SET stage = 'closed' WHERE event_id = %s", (event.event_id,))
    assert notices.listed(ground) == []
    assert len(notices.listed(ground, holding=False)) == 1


def test_what_was_filed_goes_where_routing_says_the_gravest_first(ground):
    lamp, leak = routed.event(ground), routed.event(ground, GAS, grade=1)
    assert dispatching.dispatch(ground, 1) == 1
    assert [store.find(ground, one.event_id).stage for one in (lamp, leak)] == [Stage.FILED, Stage.DISPATCHED]
    assert dispatching.dispatch(ground) == 1
    assert dispatching.dispatch(ground) == 0
    assert [store.find(ground, one.event_id).department_code for one in (lamp, leak)] == [LIGHTS, GASWORKS]
    assert [(step.action, step.actor) for step in store.timeline(ground, lamp.event_id)] == [(Action.DISPATCH, "system")]
    assert len(store.tasks(ground, lamp.event_id)) == 1


def test_many_are_sent_on_as_each_alone(ground):
    """Tasks, steps, times: the same rows as those of the action `dispatch`."""
    limits.load(ground, limit_rows.usual())
    made = rulesets.stage(ground, [Rule(1, "燃气泄漏", class_path=GAS, lead=GASWORKS, assist=(ROADS,))], "规则")
    rulesets.test(ground, made.set_id)
    rulesets.activate(ground, made.set_id)
    alone, together = ([routed.event(ground), routed.event(ground, GAS, grade=1, stage_due_at=at("2026-11-16T10:05"))] for _ in range(2))
    for event in alone:
        acting.act(ground, event.event_id, Action.DISPATCH, SYSTEM, {})
    assert dispatching.dispatch(ground) == 2

    def made(event):
        state, steps = store.find(ground, event.event_id), store.timeline(ground, event.event_id)
        tasks = store.tasks(ground, event.event_id)
        assert [task.due_at for task in tasks] == [state.stage_due_at] * len(tasks)
        assert [task.sent_at for task in tasks] == [steps[-1].at] * len(tasks)
        assert fold(steps)["stage_due_at"] == state.stage_due_at
        return (
            replace(state, event_id=0, event_code="", recorded_at=None, dispatched_at=None, stage_due_at=None),
            [replace(step, event_id=0, at=None, recorded_at=None, given=sorted(step.given)) for step in steps],
            [replace(task, event_id=0, sent_at=None, due_at=None) for task in tasks],
        )

    assert [made(event) for event in alone] == [made(event) for event in together]
    leak = store.find(ground, together[1].event_id)
    assert [len(store.tasks(ground, event.event_id)) for event in together] == [1, 2]
    assert leak.stage_due_at - leak.dispatched_at == 4 * HOUR


def test_for_which_nobody_is_known_is_said_and_left_for_a_while(ground):
    hole = routed.event(ground, HOLE, unit=None)
    assert (dispatching.dispatch(ground), dispatching.dispatch(ground)) == (1, 0)
    assert noted(ground) == [("unrouted", None)]
    assert [one.kind for one in notices.listed(ground)] == [Found.UNROUTED]
    routed.give(ground, routed.row(HOLE, ROADS))
    with ground.cursor() as cur:
        cur.execute("UPDATE event_notice SET found_at = found_at - interval '6 minutes'")
    assert dispatching.dispatch(ground) == 1
    assert store.find(ground, hole.event_id).department_code == ROADS
    assert noted(ground) == []


@pytest.mark.parametrize("other", [{"path": None}, {"stage": "reported"}, {"paused_at": at("2026-11-16T11:00")}, {"stage": "returned"}])
def test_what_somebody_has_to_look_at_is_not_sent_on(ground, other):
    routed.event(ground, **other)
    assert dispatching.dispatch(ground) == 0


@pytest.fixture
def seal(tmp_path):
    return Seal(Settings(home=tmp_path))


@pytest.fixture
def told(ground, seal):
    """The lights' department has a system that takes tasks."""
    with ground.cursor() as cur:
        cur.execute("INSERT INTO webhook_origin (origin) VALUES ('http://lights.example:80')")
    receivers.add(ground, seal, LIGHTS, "http://lights.example/tasks")
    return ground


def dispatched(conn, path: str = LAMP, department: str = LIGHTS, **columns):
    event = routed.event(conn, path, **columns)
    return acting.act(conn, event.event_id, Action.DISPATCH, CLERK, {"department_code": department})


def letter(conn) -> dict | None:
    found = letters.following(conn, LIGHTS)
    return found and json.loads(found.body)


def take(conn, outcome: Outcome = Outcome()) -> None:  # noqa: B008
    letters.settle(conn, letters.following(conn, LIGHTS), outcome, 1.0)


def test_a_department_is_told_of_its_task_once(told):
    event = dispatched(told)
    dispatched(told, HOLE, ROADS)
    assert (letters.write(told), letters.write(told)) == (1, 0)
    said = letter(told)
    assert {name: said[name] for name in ("type", "event_code", "task_no", "part", "stage", "class", "grade", "unit")} == {
        **{"type": "task", "event_code": event.event_code, "task_no": 1, "part": Part.LEAD, "stage": "open"},
        **{"class": LAMP, "grade": 3, "unit": routed.A},
    }
    take(told)
    assert letter(told) is None
    assert letters.write(told) == 0


def test_the_gravest_is_told_first(told):
    dispatched(told)
    leak = dispatched(told, GAS, grade=1)
    letters.write(told)
    assert letter(told)["event_code"] == leak.event_code


def test_a_task_withdrawn_is_told_of_where_it_was_told_of(told):
    known, unknown = dispatched(told), dispatched(told)
    letters.write(told)
    take(told)
    for event in (known, unknown):
        acting.act(told, event.event_id, Action.WITHDRAW, CLERK, {"task_no": 1, "reason": "不归其管"})
    assert letters.write(told) == 1
    said = letter(told)
    assert (said["event_code"], said["stage"]) == (known.event_code, "withdrawn")
    take(told)
    assert letter(told) is None
    assert letters.write(told) == 0


def test_a_task_to_be_done_again_is_told_of_again(told):
    event = dispatched(told)
    letters.write(told)
    take(told)
    acting.act(told, event.event_id, Action.HANDLE, of(LIGHTS), {"note": "换了灯泡"})
    assert letters.write(told) == 0
    acting.act(told, event.event_id, Action.REWORK, CLERK, {"reason": "still dark"})
    assert letters.write(told) == 1
    assert letter(told)["stage"] == "open"


def test_what_is_refused_waits_longer_each_time_and_is_left_out_at_last(told):
    dispatched(told)
    letters.write(told)
    for _ in range(rules.REFUSALS):
        take(told, Outcome("answered 500", refused=True))
        with told.cursor() as cur:
            cur.execute("SELECT next_at - now() FROM event_letter")
            assert cur.fetchone()[0] >= timedelta(seconds=0.9)
            cur.execute("UPDATE event_letter SET next_at = '-infinity'")
    assert letter(told) is None
    assert (receivers.find(told, LIGHTS).waiting, receivers.find(told, LIGHTS).dead) == (0, 1)
    assert letters.revive(told, LIGHTS) == 1
    assert letter(told) is not None


def test_one_that_is_refused_holds_up_no_other(told):
    refused = dispatched(told, grade=1)
    other = dispatched(told)
    letters.write(told)
    assert letter(told)["event_code"] == refused.event_code
    take(told, Outcome("answered 500", refused=True))
    assert letter(told)["event_code"] == other.event_code


def test_a_department_is_told_by_one_at_a_time(told):
    dispatched(told)
    letters.write(told)
    assert receivers.take(told, "one") == [LIGHTS]
    assert receivers.take(told, "other") == []
    assert receivers.hold(told, LIGHTS, "other") is None
    assert receivers.hold(told, LIGHTS, "one").url == "http://lights.example:80/tasks"
    receivers.away(told, LIGHTS, "one", 0, "cannot be reached", 1.0)
    receivers.release(told, LIGHTS, "one")
    assert receivers.take(told, "other") == [], "its host is away: it is left alone for a while"
    assert receivers.find(told, LIGHTS).failure == "cannot be reached"


def test_a_receiver_is_a_department_s_at_a_host_that_was_entered(ground, seal):
    with pytest.raises(NotFound):
        receivers.add(ground, seal, "ZZ0000099", "http://lights.example/tasks")
    with pytest.raises(Conflict):
        receivers.add(ground, seal, LIGHTS, "http://lights.example/tasks")
    with pytest.raises(NotFound):
        receivers.remove(ground, LIGHTS)


def test_its_secret_is_sealed(told, seal):
    receiver = receivers.find(told, LIGHTS)
    assert b"whsec" not in receiver.secret
    assert seal.open(receiver.url, receiver.secret).startswith("whsec_")
    receivers.remove(told, LIGHTS)
    assert receivers.listed(told) == []


def test_check_says_what_waits_for_workers(told):
    def states():
        return {finding.subject: (finding.state, finding.seen) for finding in soundness.examine(told)}

    assert states()["workers for events"][0] is State.OK
    routed.event(told)
    assert states()["workers for events"] == (State.WARNING, "1 filed events wait to be sent on, 0 are overdue and nobody was told")
    assert states()["limits of events"] == (State.WARNING, "1 of 1 open events are never due")
    dispatching.dispatch(told)
    routed.event(told, HOLE, unit=None)
    dispatching.dispatch(told)
    assert states()["workers for events"] == (State.WARNING, "of 1 filed events nobody is known to lead")
    letters.write(told)
    assert states()[f"tasks of {LIGHTS}"] == (State.OK, "1 letters wait")
    for _ in range(rules.REFUSALS):
        take(told, Outcome("answered 500", refused=True))
        with told.cursor() as cur:
            cur.execute("UPDATE event_letter SET next_at = '-infinity'")
    assert states()[f"tasks of {LIGHTS}"] == (State.WARNING, "1 letters were refused and left out")
