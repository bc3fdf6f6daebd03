"""The life of an event, told as it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.errors import Conflict, ForbiddenTransition, InvalidInput, NotFound, Stale
from gridgeo.events import acting, rules, similar, soundness, store
from gridgeo.events.model import Action, Actor, Asked, Duty, Located, Part, Stage, TaskStage
from tests.events.life import (
    CHECKER,
    CLERK,
    CLOSED,
    FILED,
    HANDLED,
    LAMP,
    LIGHTS,
    OF_LIGHTS,
    OF_ROADS,
    PARKS,
    REPORTER,
    ROADS,
    SENT,
    WORKER,
    ground,
    report,
    steps,
)
from tests.objects.making import IN_A, IN_B, NOWHERE


@pytest.fixture
def city(conn):
    """The drawn city with classes, channels, departments and a matrix."""
    return ground(conn)


def test_a_lamp_is_reported_filed_dispatched_handled_verified_closed_and_rated(conn, city):
    taken = report(conn, receipt=True)
    event = store.find(conn, taken.event_code)
    assert (event.stage, event.grade, event.located, event.unit_id) == (Stage.REPORTED, 4, Located.POINT, city["99990100100101"])
    event = steps(conn, taken, *CLOSED, (REPORTER, "rate", {"stars": 5}))
    assert (event.stage, event.stars, event.department_code, event.version) == (Stage.CLOSED, 5, LIGHTS, 8)
    moments = [getattr(event, f"{name}_at") for name in ("reported", "filed", "dispatched", "responded", "handled", "verified", "closed")]
    assert moments == sorted(moments)
    line = store.timeline(conn, taken.event_id)
    assert [step.action for step in line] == ["report", "file", "dispatch", "accept", "handle", "verify", "close", "rate"]
    assert rules.fold(line) == rules.state(event)
    assert soundness.differing(conn) == []


def test_a_state_that_does_not_follow_from_its_steps_is_told(conn, city):
    taken = report(conn)
    with conn.cursor() as cur:
        cur.execute("UPDATE event SET grade = 1 WHERE event_id = %s", (taken.event_id,))
    assert soundness.differing(conn) == [taken.event_code]
    assert soundness.examine(conn)[0].state == "error"


def test_all_events_are_looked_at_when_that_is_asked_for(conn, city, monkeypatch):
    wrong, _ = report(conn), report(conn)
    with conn.cursor() as cur:
        cur.execute("UPDATE event SET grade = 1 WHERE event_id = %s", (wrong.event_id,))
    monkeypatch.setattr(soundness, "_SOME", 0)
    assert [soundness.examine(conn, whole)[0].state for whole in (False, True)] == ["ok", "error"]


@pytest.mark.parametrize("wrong", ["UPDATE event_fact SET stars = 9", "DELETE FROM event_shift", "DELETE FROM event_fact"])
def test_numbers_that_are_not_those_of_the_events_are_told(conn, city, wrong):
    report(conn)
    assert {finding.state for finding in soundness.examine(conn)} == {"ok"}
    with conn.cursor() as cur:
        cur.execute(wrong)
    assert {soundness.examine(conn, whole)[-1].state for whole in (False, True)} == {"error"}


def test_an_illegal_action_lists_the_legal_ones(conn, city):
    taken = report(conn)
    with pytest.raises(ForbiddenTransition) as refused:
        acting.act(conn, taken.event_id, "close", CLERK, {})
    assert refused.value.allowed == ("amend", "file", "reject", "merge")
    with pytest.raises(InvalidInput):
        acting.act(conn, taken.event_id, "annul", CLERK, {})


def test_who_knows_an_older_version_changes_nothing(conn, city):
    taken = report(conn)
    acting.act(conn, taken.event_id, "file", CLERK, {}, version=1)
    with pytest.raises(Stale):
        acting.act(conn, taken.event_id, "dispatch", CLERK, {"department_code": LIGHTS}, version=1)
    assert store.find(conn, taken.event_id).version == 2


def test_who_reported_may_not_verify_nor_who_reported_what_was_merged_into_it(conn, city):
    reporter = Actor(WORKER.name, frozenset((Duty.VERIFY,)))
    taken, other = report(conn), report(conn)
    steps(conn, taken, *HANDLED)
    with pytest.raises(ForbiddenTransition):
        acting.act(conn, taken.event_id, "verify", reporter, {})
    assert acting.act(conn, taken.event_id, "verify", CHECKER, {}).stage is Stage.VERIFIED
    by_other = replace(CHECKER, name="key:another0")
    with conn.cursor() as cur:
        cur.execute("UPDATE event_report SET actor = 'key:another0' WHERE event_id = %s", (other.event_id,))
    third = report(conn)
    steps(conn, other, (CLERK, "merge", {"into": str(third.event_id)}))
    steps(conn, third, *HANDLED)
    with pytest.raises(ForbiddenTransition):
        acting.act(conn, third.event_id, "verify", by_other, {})


def test_what_was_merged_keeps_its_reporter(conn, city):
    first, second, third = report(conn, told="一", receipt=True), report(conn, told="二", receipt=True), report(conn, told="三")
    steps(conn, second, (CLERK, "merge", {"into": first.event_code}))
    steps(conn, first, (CLERK, "merge", {"into": third.event_code}))
    assert [one.told for one in store.reports(conn, third.event_id)] == ["一", "二", "三"]
    assert store.of_receipt(conn, second.secret) == third.event_id
    with pytest.raises(Conflict):
        acting.act(conn, third.event_id, "merge", CLERK, {"into": first.event_code})
    with pytest.raises(NotFound):
        store.of_receipt(conn, "A" * 32)


def test_a_reporter_reopens_within_fifteen_days_and_rates_each_closing_once(conn, city):
    taken = report(conn, receipt=True)
    event = steps(conn, taken, *CLOSED, (REPORTER, "rate", {"stars": 1}))
    assert rules.legal(event, (), REPORTER, event.closed_at + timedelta(days=15)) == (Action.REOPEN,)
    assert rules.legal(event, (), REPORTER, event.closed_at + timedelta(days=15, seconds=1)) == ()
    event = steps(conn, taken, (REPORTER, "reopen", {"reason": "又灭了"}))
    assert (event.stage, event.reopened, event.stars, event.closed_at, event.department_code) == (Stage.REOPENED, 1, None, None, None)
    event = steps(conn, taken, *SENT[1:], *CLOSED[2:], (REPORTER, "rate", {"stars": 4}))
    assert (event.stage, event.stars) == (Stage.CLOSED, 4)


def test_nothing_is_filed_without_a_class_and_a_place(conn, city):
    bare = report(conn, class_path=None, lon=None, lat=None)
    event = store.find(conn, bare.event_id)
    assert (event.class_id, event.grade, event.located, event.unit_id, event.outcome) == (None, 4, "none", None, "none")
    with pytest.raises(InvalidInput, match="class"):
        acting.act(conn, bare.event_id, "file", CLERK, {})
    with pytest.raises(InvalidInput, match="unit"):
        acting.act(conn, bare.event_id, "file", CLERK, {"class_path": LAMP})
    event = acting.act(conn, bare.event_id, "file", CLERK, {"class_path": LAMP, "unit": "99990100100102"})
    assert (event.stage, event.located, event.unit_id) == (Stage.FILED, Located.GRID, city["99990100100102"])
    assert soundness.differing(conn) == []


def test_what_is_amended_lies_in_another_grid_and_stays_at_its_stage(conn, city):
    taken = report(conn)
    event = acting.act(conn, taken.event_id, "amend", CLERK, {"lon": IN_B[0], "lat": IN_B[1], "grade": 2, "reason": "地点有误"})
    assert (event.stage, event.grade, event.unit_id) == (Stage.REPORTED, 2, city["99990100100102"])
    moved = acting.act(conn, taken.event_id, "amend", CLERK, {"lon": NOWHERE[0], "lat": NOWHERE[1], "reason": "在界外"})
    assert (moved.unit_id, moved.outcome) == (None, "none")
    with pytest.raises(InvalidInput, match="reason"):
        acting.act(conn, taken.event_id, "amend", CLERK, {"grade": 1})


def test_an_address_that_means_no_one_place_leaves_an_event_where_it_is(conn, city):
    taken = report(conn)
    where = store.find(conn, taken.event_id)
    event = acting.act(conn, taken.event_id, "amend", CLERK, {"address": "那边的路口", "reason": "电话里说的"})
    assert (event.address, event.located, event.lon, event.lat, event.unit_id) == (
        "那边的路口",
        Located.POINT,
        where.lon,
        where.lat,
        where.unit_id,
    )


def test_without_a_department_the_matrix_says_to_whom(conn, city):
    taken = report(conn)
    event = steps(conn, taken, *FILED, (CLERK, "dispatch"))
    assert (event.department_code, [task.department_code for task in store.tasks(conn, taken.event_id)]) == (LIGHTS, [LIGHTS])
    gas = report(conn, class_path="突发事件/燃气/燃气泄漏")
    steps(conn, gas, *FILED)
    with pytest.raises(Conflict, match="nobody is known"):
        acting.act(conn, gas.event_id, "dispatch", CLERK, {})


def test_after_the_second_return_all_handle_it_together(conn, city):
    taken = report(conn)
    steps(conn, taken, *FILED, (CLERK, "dispatch", {"department_code": ROADS}), (OF_ROADS, "return", {"reason": "不是道路"}))
    assert store.find(conn, taken.event_id).stage is Stage.RETURNED
    event = steps(conn, taken, (CLERK, "dispatch", {"department_code": LIGHTS}), (OF_LIGHTS, "return", {"reason": "电缆归道路处"}))
    assert (event.stage, event.bounces, event.department_code) == (Stage.DISPATCHED, 2, LIGHTS)
    live = [(task.department_code, task.part) for task in store.tasks(conn, taken.event_id) if task.stage is TaskStage.OPEN]
    assert live == [(LIGHTS, Part.LEAD), (ROADS, Part.ASSIST)]
    event = steps(conn, taken, (OF_LIGHTS, "handle", {"note": "换灯"}))
    assert event.stage is Stage.DISPATCHED, "whoever assists has not done his part"
    assert steps(conn, taken, (OF_ROADS, "handle", {"note": "接电缆"})).stage is Stage.HANDLED
    assert store.timeline(conn, taken.event_id)[6].actor == "system"
    assert soundness.differing(conn) == []


def test_a_department_does_its_own_tasks_and_no_other(conn, city):
    taken = report(conn)
    steps(conn, taken, *SENT)
    with pytest.raises(ForbiddenTransition):
        acting.act(conn, taken.event_id, "accept", OF_ROADS, {})
    nobody = Actor("key:nodepart", frozenset((Duty.HANDLE,)))
    with pytest.raises(ForbiddenTransition):
        acting.act(conn, taken.event_id, "accept", nobody, {})


def test_a_referral_is_declined_and_comes_back(conn, city):
    taken = report(conn)
    steps(conn, taken, *FILED, (CLERK, "refer", {"department_code": ROADS, "criteria": "灯杆倾斜"}))
    event = steps(conn, taken, (OF_ROADS, "decline", {"reason": "灯杆是直的"}))
    assert (event.stage, event.bounces) == (Stage.RETURNED, 0)
    event = steps(conn, taken, (CLERK, "dispatch", {"tasks": (Asked(LIGHTS), Asked(PARKS, Part.ASSIST))}))
    assert (event.stage, event.department_code) == (Stage.DISPATCHED, LIGHTS)


def test_a_pause_stops_the_clock_and_handling_sets_it_going(conn, city):
    taken = report(conn)
    event = steps(conn, taken, *SENT, (CLERK, "pause", {"reason": "等配件"}))
    assert event.paused_at is not None
    with pytest.raises(ForbiddenTransition):
        acting.act(conn, taken.event_id, "pause", CLERK, {"reason": "又等"})
    event = steps(conn, taken, (OF_LIGHTS, "handle", {"note": "换了"}))
    assert (event.stage, event.paused_at) == (Stage.HANDLED, None)
    assert [step.action for step in store.timeline(conn, taken.event_id)][-3:] == ["pause", "resume", "handle"]
    assert soundness.differing(conn) == []


def test_rework_opens_the_tasks_again(conn, city):
    taken = report(conn)
    event = steps(conn, taken, *HANDLED, (CHECKER, "rework", {"reason": "还是不亮"}))
    assert (event.stage, event.handled_at) == (Stage.DISPATCHED, None)
    assert store.tasks(conn, taken.event_id)[0].stage is TaskStage.OPEN
    assert steps(conn, taken, (OF_LIGHTS, "handle", {"note": "这次亮了"})).stage is Stage.HANDLED


def test_codes_of_persons_in_notes_are_masked(conn, city):
    taken = report(conn)
    steps(conn, taken, *SENT, (OF_LIGHTS, "return", {"reason": "请联系 13800138000"}))
    assert store.timeline(conn, taken.event_id)[-1].reason == "请联系 ***********"


def test_codes_of_persons_are_masked_in_what_departments_are_told_with_their_tasks(conn, city):
    taken = report(conn)
    asked = (Asked(LIGHTS, note="联系13800138000"), Asked(ROADS, Part.ASSIST))
    steps(conn, taken, *FILED, (CLERK, "dispatch", {"tasks": asked}))
    assert [task.note for task in store.tasks(conn, taken.event_id)] == ["联系***********", None]


def test_similar_ones_are_of_the_same_class_or_told_alike_about_the_place(conn, city):
    seen = store.find(conn, report(conn, told="前进路口路灯不亮").event_id)
    near = report(conn, told="灯坏了", lon=IN_A[0] + 0.0002)
    report(conn, told="灯坏了", lon=IN_A[0] + 0.002)
    report(conn, told="灯坏了", class_path="突发事件/燃气/燃气泄漏")
    alike = report(conn, told="前进路口的路灯不亮", class_path=None)
    found = similar.of_event(conn, seen)
    assert {one.event.event_id for one in found} == {near.event_id, alike.event_id}
    assert {(one.same_class, one.alike > similar.ALIKE) for one in found} == {(True, False), (False, True)}
    steps(conn, near, (CLERK, "reject", {"reason": "误报"}))
    assert near.event_id not in {one.event.event_id for one in similar.of_event(conn, seen)}


_WHO = (CLERK, CHECKER, OF_LIGHTS, OF_ROADS, REPORTER)
_SAID = {
    "reason": "缘由",
    "note": "做了",
    "department_code": LIGHTS,
    "departments": (ROADS,),
    "criteria": "标准",
    "stars": 3,
    "grade": 2,
    "lon": IN_A[0],
    "lat": IN_A[1],
    "class_path": LAMP,
}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20)), min_size=5, max_size=25))
def test_whatever_is_done_the_state_is_what_the_steps_make_of_it(conn, chosen):
    """Whoever may do something does one of the things they may do."""
    with conn.cursor() as cur:
        cur.execute("SELECT EXISTS (SELECT FROM channel)")
        if not cur.fetchone()[0]:
            ground(conn)
    other, taken = report(conn), report(conn)
    for who, which in chosen:
        event = store.find(conn, taken.event_id)
        may = acting.legal(conn, event, _WHO[who])
        if may:
            action = may[which % len(may)]
            said = {**_SAID, "into": other.event_code, "task_no": _live(conn, event) if action is Action.WITHDRAW else None}
            acting.act(conn, event.event_id, action, _WHO[who], said, version=event.version)
    event, line = store.find(conn, taken.event_id), store.timeline(conn, taken.event_id)
    assert rules.fold(line) == rules.state(event)
    assert [step.step_no for step in line] == list(range(1, event.version + 1))
    assert soundness.differing(conn) == []


def _live(conn, event):
    return next((task.task_no for task in store.tasks(conn, event.event_id) if task.stage.live), None)


def test_every_stage_but_two_can_be_left():
    left = {stage for line in rules.TRANSITIONS.values() for stage in line.out_of if line.to not in (None, stage)}
    by_departments = {Stage.DISPATCHED}
    assert set(Stage) - left - by_departments == {Stage.REJECTED, Stage.MERGED}
