"""What departments do about events, told as what happens to them."""

import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from gridgeo.db import connection
from gridgeo.errors import Conflict, ForbiddenTransition, InvalidInput
from gridgeo.events import answering, store, tasks
from gridgeo.events.acting import act
from gridgeo.events.model import Action, Actor, Asked, Duty, Part, Stage, TaskStage
from tests.events import routed
from tests.events.routed import (
    DISPATCHER,
    FIRE,
    HOUSING,
    LAMP,
    LIGHTS,
    MONDAY,
    OFFICE,
    PARKS,
    POLICE,
    POWER,
    ROADS,
    STREET,
    TRAFFIC,
    WATER,
    A,
    of,
)

CLERK = Actor("key:clerk000", frozenset((Duty.ACCEPT, Duty.VERIFY)))


@pytest.fixture
def lamp(conn):
    """A lamp that is out, filed."""
    routed.ground(conn)
    return routed.event(conn)


def stages(conn, event):
    return [(task.department_code, str(task.part), str(task.stage)) for task in tasks.of_event(conn, event.event_id)]


def dispatched(conn, event, *asked: Asked):
    return act(conn, event.event_id, Action.DISPATCH, DISPATCHER, {"tasks": asked or (Asked(LIGHTS),)})


def test_a_lamp_refused_by_seven_departments_is_given_to_three_by_a_joint_decision(conn, lamp):
    """The story: the second refusal calls in who returned it and who stands by; they refuse too; seven in all, then three mend it."""
    routed.give(conn, routed.row(LAMP, LIGHTS), routed.row(LAMP, POWER, part=Part.ASSIST), routed.row("", OFFICE, STREET))

    def refused(code):
        return act(conn, lamp.event_id, Action.RETURN, of(code), {"reason": "不属我处职责"})

    act(conn, lamp.event_id, Action.DISPATCH, DISPATCHER, {})
    assert stages(conn, lamp) == [(LIGHTS, "lead", "open")], "the matrix says who leads"
    assert refused(LIGHTS).stage is Stage.RETURNED
    dispatched(conn, lamp, Asked(PARKS))
    joint = refused(PARKS)
    assert (joint.stage, joint.bounces, joint.department_code) == (Stage.DISPATCHED, 2, LIGHTS)
    assert stages(conn, lamp)[2:] == [(LIGHTS, "lead", "open"), (PARKS, "assist", "open"), (POWER, "assist", "open")]
    assert refused(POWER).stage is Stage.DISPATCHED, "an assistant's return leaves it with the lead"
    assert refused(LIGHTS).stage is Stage.RETURNED
    for code in (ROADS, WATER, HOUSING, TRAFFIC):
        dispatched(conn, lamp, Asked(code))
        after = refused(code)
    refusals = {code for code, _, stage in stages(conn, lamp) if stage == "returned"}
    assert (after.stage, after.bounces, len(refusals)) == (Stage.RETURNED, 7, 7)

    dispatched(conn, lamp, Asked(POWER, note="接电"), Asked(LIGHTS, Part.ASSIST, note="换灯"), Asked(PARKS, Part.ASSIST, note="修枝"))
    for code in (PARKS, POWER):
        act(conn, lamp.event_id, Action.ACCEPT, of(code), {})
        assert act(conn, lamp.event_id, Action.HANDLE, of(code), {"note": "已完成"}).stage is Stage.DISPATCHED
    done = act(conn, lamp.event_id, Action.HANDLE, of(LIGHTS), {"note": "已换灯"})
    assert (done.stage, done.department_code, done.bounces) == (Stage.HANDLED, POWER, 7)
    for action in (Action.VERIFY, Action.CLOSE):
        done = act(conn, lamp.event_id, action, CLERK, {})
    told = [(step.department_code, step.reason) for step in store.timeline(conn, lamp.event_id) if step.action is Action.RETURN]
    assert done.stage is Stage.CLOSED and {code for code, _ in told} == refusals and {reason for _, reason in told} == {"不属我处职责"}
    with pytest.raises(ForbiddenTransition):
        refused(LIGHTS)


def test_what_was_reopened_comes_to_joint_handling_once_more(conn, lamp):
    """The lamp is out again: nobody is called in for having returned it the first time, and all of the second round are to be done."""
    routed.give(conn, routed.row(LAMP, LIGHTS))

    def do(action, actor=CLERK, **given):
        return act(conn, lamp.event_id, action, actor, given)

    def bounced(*codes):
        for code in codes:
            dispatched(conn, lamp, Asked(code))
            after = do(Action.RETURN, of(code), reason="不属我处职责")
        return after

    def joined():
        return {(code, part) for code, part, stage in stages(conn, lamp) if stage == "open"}

    bounced(PARKS, ROADS)
    assert joined() == {(LIGHTS, "lead"), (PARKS, "assist"), (ROADS, "assist")}
    for code in (LIGHTS, PARKS, ROADS):
        do(Action.HANDLE, of(code), note="已换灯")
    for action in (Action.VERIFY, Action.CLOSE):
        do(action)
    do(Action.REOPEN, reason="灯又不亮")
    assert bounced(POWER).stage is Stage.RETURNED, "the third return in all is the first of this round"
    again = bounced(WATER)
    assert (again.stage, again.bounces, again.department_code) == (Stage.DISPATCHED, 4, LIGHTS)
    assert joined() == {(LIGHTS, "lead"), (POWER, "assist"), (WATER, "assist")}
    assert [do(Action.HANDLE, of(code), note="x").stage for code in (POWER, LIGHTS, WATER)] == [
        Stage.DISPATCHED,
        Stage.DISPATCHED,
        Stage.HANDLED,
    ]
    assert do(Action.REWORK, reason="灯仍不亮").stage is Stage.DISPATCHED
    assert joined() == {(LIGHTS, "lead"), (POWER, "assist"), (WATER, "assist")}


def test_what_was_left_of_an_earlier_dispatch_is_withdrawn(conn, lamp):
    dispatched(conn, lamp, Asked(LIGHTS), Asked(ROADS, Part.ASSIST))
    act(conn, lamp.event_id, Action.RETURN, of(LIGHTS), {"reason": "x"})
    dispatched(conn, lamp, Asked(PARKS))
    assert stages(conn, lamp) == [(LIGHTS, "lead", "returned"), (ROADS, "assist", "withdrawn"), (PARKS, "lead", "open")]


def test_each_task_has_its_own_limit(conn, lamp):
    soon = MONDAY + timedelta(days=1)
    asked = (Asked(LIGHTS, due_at=soon), Asked(ROADS, Part.ASSIST, soon + timedelta(days=2)))
    act(conn, lamp.event_id, Action.DISPATCH, DISPATCHER, {"tasks": asked}, at=MONDAY)
    assert [task.due_at for task in tasks.of_event(conn, lamp.event_id)] == [soon, soon + timedelta(days=2)]


def test_the_first_answer_counts_as_the_response_once(conn, lamp):
    dispatched(conn, lamp, Asked(LIGHTS), Asked(ROADS, Part.ASSIST))
    effects = [answering.apply(conn, lamp, Action.ACCEPT, of(code), {}, MONDAY) for code in (ROADS, LIGHTS)]
    assert [effect.first_response for effect in effects] == [True, False]


def test_a_withdrawn_lead_sends_the_event_back_and_is_no_bounce(conn, lamp):
    dispatched(conn, lamp)
    back = act(conn, lamp.event_id, Action.WITHDRAW, DISPATCHER, {"task_no": 1, "reason": "派错"})
    assert (back.stage, back.bounces, back.department_code) == (Stage.RETURNED, 0, None)
    with pytest.raises(ForbiddenTransition):
        act(conn, lamp.event_id, Action.HANDLE, of(LIGHTS), {"note": "x"})


def test_the_last_assistant_withdrawn_leaves_it_handled(conn, lamp):
    dispatched(conn, lamp, Asked(LIGHTS), Asked(ROADS, Part.ASSIST))
    act(conn, lamp.event_id, Action.HANDLE, of(LIGHTS), {"note": "x"})
    assert act(conn, lamp.event_id, Action.WITHDRAW, DISPATCHER, {"task_no": 2, "reason": "不需要"}).stage is Stage.HANDLED


def test_a_referral_is_accepted_or_declined_by_its_criteria(conn, lamp):
    def referred(code):
        return act(conn, lamp.event_id, Action.REFER, DISPATCHER, {"department_code": code, "criteria": "涉及小区内部道路"})

    referred(HOUSING)
    declined = act(conn, lamp.event_id, Action.DECLINE, of(HOUSING), {"reason": "为市政道路"})
    assert (declined.stage, declined.bounces) == (Stage.RETURNED, 0), "to decline what one was asked is no bounce"
    referred(ROADS)
    accepted = act(conn, lamp.event_id, Action.ACCEPT, of(ROADS), {})
    assert (accepted.stage, accepted.department_code) == (Stage.DISPATCHED, ROADS)
    assert act(conn, lamp.event_id, Action.HANDLE, of(ROADS), {"note": "x"}).stage is Stage.HANDLED
    assert stages(conn, lamp) == [(HOUSING, "refer", "declined"), (ROADS, "refer", "handled")]


def test_who_is_called_to_the_place_checks_in_there(conn, lamp):
    lon, lat = routed.POINTS[A]
    whistle = {"departments": [POLICE, FIRE], "reason": "街道吹哨"}
    act(conn, lamp.event_id, Action.WHISTLE, DISPATCHER, whistle)
    act(conn, lamp.event_id, Action.WHISTLE, DISPATCHER, whistle)
    assert stages(conn, lamp) == [(POLICE, "whistle", "open"), (FIRE, "whistle", "open")], "who was called is not called twice"
    with pytest.raises(InvalidInput, match=r"1,0\d\d m from the event"):
        act(conn, lamp.event_id, Action.CHECK_IN, of(POLICE), {"lon": lon + 0.01, "lat": lat})
    came = act(conn, lamp.event_id, Action.CHECK_IN, of(POLICE), {"lon": lon + 0.001, "lat": lat}, at=MONDAY)
    assert came.stage is Stage.FILED, "who comes to the place does not move the event"
    [checked] = tasks.checkins(conn, lamp.event_id)
    assert (checked.task_no, checked.at) == (1, MONDAY) and checked.metres == pytest.approx(102.6, abs=1)
    with pytest.raises(ForbiddenTransition):
        act(conn, lamp.event_id, Action.CHECK_IN, of(POLICE), {"lon": lon, "lat": lat})


def test_who_was_called_to_the_place_need_not_come_any_more(conn, lamp):
    """Where it was a mistake, and when the event is over."""
    act(conn, lamp.event_id, Action.WHISTLE, DISPATCHER, {"departments": [POLICE, FIRE], "reason": "街道吹哨"})
    stays = act(conn, lamp.event_id, Action.WITHDRAW, DISPATCHER, {"task_no": 1, "reason": "叫错了"})
    assert (stays.stage, stages(conn, lamp)) == (Stage.FILED, [(POLICE, "whistle", "withdrawn"), (FIRE, "whistle", "open")])
    other = routed.event(conn, LAMP, A)
    act(conn, lamp.event_id, Action.MERGE, CLERK, {"into": other.event_code})
    assert stages(conn, lamp)[1] == (FIRE, "whistle", "withdrawn")


def test_nobody_checks_in_where_the_place_is_not_known(conn, lamp):
    nowhere = routed.event(conn, LAMP, None)
    act(conn, nowhere.event_id, Action.WHISTLE, DISPATCHER, {"departments": [POLICE], "reason": "x"})
    with pytest.raises(Conflict, match="where the event is"):
        act(conn, nowhere.event_id, Action.CHECK_IN, of(POLICE), {"lon": 113.0, "lat": 22.9})


def test_what_was_not_done_well_is_done_again_by_who_did_it_last(conn, lamp):
    dispatched(conn, lamp, Asked(LIGHTS), Asked(ROADS, Part.ASSIST))
    for code in (ROADS, LIGHTS):
        act(conn, lamp.event_id, Action.HANDLE, of(code), {"note": "x"})
    answering.apply(conn, lamp, Action.REWORK, DISPATCHER, {"reason": "灯仍不亮"}, MONDAY)
    assert stages(conn, lamp) == [(LIGHTS, "lead", "open"), (ROADS, "assist", "open")]


@pytest.mark.parametrize(
    "asked, field",
    [
        ([Asked(LIGHTS), Asked(ROADS)], "tasks"),
        ([Asked(LIGHTS, Part.ASSIST)], "tasks"),
        ([Asked(LIGHTS), Asked(LIGHTS, Part.ASSIST)], "tasks"),
        ([Asked(LIGHTS, Part.REFER)], "criteria"),
        ([Asked(LIGHTS), Asked(ROADS, Part.REFER, note="x")], "tasks"),
        ([Asked(LIGHTS), Asked(None, Part.ASSIST)], "department_code"),
        ([Asked("ZZ0000000")], "department_code"),
    ],
    ids=["two-leads", "no-lead", "twice", "no-criteria", "referred-and-dispatched", "anybody-assists", "unknown"],
)
def test_tasks_that_cannot_be_given_together_are_refused(conn, lamp, asked, field):
    with pytest.raises(InvalidInput) as error:
        tasks.open_many(conn, {lamp.event_id: asked}, MONDAY)
    assert error.value.field == field and stages(conn, lamp) == []


def test_of_two_who_claim_a_task_at_once_one_has_it_and_the_other_is_told_who(database_url):
    """The story: a task for anybody, two departments reach for it in the same moment."""
    with closing(connection.connect(database_url)) as conn, conn:
        routed.ground(conn)
        event = routed.event(conn)
        dispatched(conn, event, Asked(None))
    ready, told = threading.Barrier(2), {}

    def reach(code):
        with closing(connection.connect(database_url)) as own:
            ready.wait()
            try:
                with connection.transaction(own):
                    told[code] = act(own, event.event_id, Action.CLAIM, of(code), {}).department_code
            except Conflict as error:
                told[code] = str(error)

    threads = [threading.Thread(target=reach, args=(code,)) for code in (LIGHTS, PARKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [code for code, answer in told.items() if answer == code]
    [loser] = [code for code in told if code != winner]
    name = routed.NAMES[routed.CODES.index(winner)]
    assert told[loser].startswith(f"task 1 was claimed by {name} ({winner})")
    with closing(connection.connect(database_url)) as conn:
        [task] = tasks.of_event(conn, event.event_id)
        assert (task.department_code, task.stage, task.actor) == (winner, TaskStage.ACCEPTED, of(winner).name)
        assert store.find(conn, event.event_id).department_code == winner
        assert replace(store.timeline(conn, event.event_id)[-1], recorded_at=None).action is Action.CLAIM
