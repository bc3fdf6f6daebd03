"""Events routed by matrix and rules: from the database, one or many; rules are tested before they are in force."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from gridgeo.errors import Conflict, InvalidInput, NotFound
from gridgeo.events.model import Asked, Part
from gridgeo.events.routing import explain, matrix, rulesets, soundness, store
from gridgeo.events.routing.model import During, Referral, Rule, State, Verdict
from tests.events import routed
from tests.events.routed import (
    COMMUNITY,
    DISTRICT,
    FIRE,
    GAS,
    GASWORKS,
    HALL,
    HOLE,
    LAMP,
    LIGHTS,
    MONDAY,
    NOISE,
    OFFICE,
    PARKS,
    POLICE,
    POWER,
    ROADS,
    STREET,
    A,
    C,
    at,
)


@pytest.fixture
def ground(conn):
    """A city with a matrix: what lights, roads and gas are, and who answers for a street and the district."""
    routed.ground(conn)
    routed.give(
        conn,
        routed.row(LAMP, LIGHTS),
        routed.row(LAMP, POWER, part=Part.ASSIST),
        routed.row(LAMP, PARKS, COMMUNITY, Part.REFER, criteria="灯在绿地内"),
        routed.row("公用设施", ROADS),
        routed.row(GAS, GASWORKS),
        routed.row("", OFFICE, STREET),
        routed.row("", HALL, DISTRICT),
    )
    return conn


def in_force(conn, *rules):
    made = rulesets.stage(conn, rules, "规则")
    rulesets.test(conn, made.set_id)
    return rulesets.activate(conn, made.set_id)


LEAK = Rule(1, "燃气泄漏一级", class_path="突发事件/燃气", grades=(1,), lead=GASWORKS, assist=(FIRE, POLICE))
NIGHT = Rule(2, "夜间噪声归公安", class_path="街面秩序/噪声", hours=(time(22), time(6)), lead=POLICE)


def test_events_are_routed_many_at_a_time(ground):
    lamp, hole, noise = (routed.event(ground, path) for path in (LAMP, HOLE, NOISE))
    nowhere, unknown = routed.event(ground, LAMP, None), routed.event(ground, None, None)
    found = store.route(ground, [one.event_id for one in (lamp, hole, noise, nowhere, unknown)])
    assert [found[one.event_id].lead for one in (lamp, hole, noise, nowhere, unknown)] == [LIGHTS, ROADS, OFFICE, LIGHTS, None]
    decision = found[lamp.event_id]
    assert (decision.assist, decision.stand_by, decision.refer) == ((), (POWER,), (Referral(PARKS, "灯在绿地内"),))
    assert found[nowhere.event_id].refer == (), "it lies in no community"
    assert store.dispatched(ground, [lamp.event_id, unknown.event_id]) == {lamp.event_id: (Asked(LIGHTS),)}


def test_a_grade_one_gas_leak_goes_to_three_departments_at_once(ground):
    """The story: it is filed by night on a holiday, and gas works, fire brigade and police have their tasks."""
    in_force(ground, LEAK, NIGHT)
    leak = routed.event(ground, GAS, grade=1, at=at("2026-10-01T23:30"))
    assert store.dispatched(ground, [leak.event_id])[leak.event_id] == (
        Asked(GASWORKS),
        Asked(FIRE, Part.ASSIST),
        Asked(POLICE, Part.ASSIST),
    )
    smell = routed.event(ground, GAS, grade=3)
    assert store.dispatched(ground, [smell.event_id])[smell.event_id] == (Asked(GASWORKS),), "by the matrix: of a graver grade alone"


def test_what_is_in_force_when_it_is_decided_counts(ground):
    routed.give(
        ground,
        routed.row(LAMP, LIGHTS, valid_to=date(2026, 11, 20)),
    )
    lamp = routed.event(ground)
    moments = [None, at("2026-11-19T23:59"), at("2026-11-20T00:00")]
    assert [store.route(ground, [lamp.event_id], moment)[lamp.event_id].lead for moment in moments] == [LIGHTS, LIGHTS, ROADS]


def test_working_time_is_that_of_the_calendar(ground):
    in_force(ground, Rule(1, "下班后", during=During.OFF, lead=HALL))
    moments = {"2026-11-16T10:00": LIGHTS, "2026-11-16T23:00": HALL, "2026-11-15T10:00": HALL, "2026-10-01T10:00": HALL}
    lamp = routed.event(ground)
    assert {text: store.route(ground, [lamp.event_id], at(text))[lamp.event_id].lead for text in moments} == moments


def test_an_explanation_tells_all_that_was_considered(ground):
    in_force(ground, LEAK, NIGHT)
    lamp = routed.event(ground)
    explained = explain.of_event(ground, lamp.event_id)
    told = [(explain.titled(one.what), one.verdict, *explain.said(one)) for one in explained.considered]
    assert told[0] == (f"{LAMP} · *", Verdict.CHOSEN, "命中，主责", "chosen: leads")
    assert ("公用设施 · *", Verdict.LESS_SPECIAL_CLASS, f"类别不如{LIGHTS}具体", f"names the class less exactly than {LIGHTS}") in told
    assert ("1 燃气泄漏一级", Verdict.OTHER_CLASS, "类别不符", "is for another class") in told
    assert explained.decision == store.route(ground, [lamp.event_id])[lamp.event_id], "an explanation is of the decision itself"
    with pytest.raises(NotFound):
        explain.of_event(ground, 10**9)


def test_the_second_return_leads_to_joint_handling_and_the_third_to_nobody(ground):
    lamp = replace(routed.event(ground), bounces=1)
    assert store.after_return(ground, lamp) is None
    for number, code in enumerate((LIGHTS, ROADS), 1):
        with ground.cursor() as cur:
            row = (lamp.event_id, number, code, MONDAY)
            cur.execute("INSERT INTO event_task VALUES (%s, %s, 'lead', %s, 'returned', NULL, %s, NULL, NULL, NULL, NULL)", row)
    joint = store.after_return(ground, replace(lamp, bounces=2))
    assert joint == (Asked(LIGHTS), Asked(ROADS, Part.ASSIST), Asked(POWER, Part.ASSIST))
    assert store.after_return(ground, replace(lamp, bounces=3)) is None


def test_escalation_goes_up_from_the_street_to_the_district(ground):
    lamp = routed.event(ground)
    assert [store.escalate_to(ground, replace(lamp, department_code=code)) for code in (LIGHTS, OFFICE, HALL)] == [OFFICE, HALL, None]
    assert store.escalate_to(ground, routed.event(ground, LAMP, None)) is None


def codes(issues):
    return sorted((issue.code, issue.value) for issue in issues)


def test_the_matrix_is_checked_for_what_nobody_leads_and_what_two_do(conn):
    routed.ground(conn)
    routed.give(
        conn,
        routed.row(LAMP, LIGHTS, COMMUNITY),
        routed.row("公用设施/道路", ROADS),
        routed.row("公用设施/道路", PARKS),
        routed.row("街面秩序", POLICE, "999999"),
        routed.row("水域", PARKS),
    )
    found = matrix.check(conn)
    assert codes(found) == [
        ("class-without-lead", GAS),
        ("class-without-lead", NOISE),
        ("class-without-lead-in-places", LAMP),
        ("double-lead", "公用设施/道路"),
        ("unknown-class", "水域"),
        ("unknown-unit", "999999"),
    ]
    assert next(one.message for one in found if one.value == LAMP) == f"nobody leads {LAMP} in 1 of 3 micro-grids"
    routed.give(conn, routed.row("", OFFICE, DISTRICT))
    assert [one.value for one in matrix.check(conn) if one.code == "class-led-by-area-only"] == [LAMP, GAS, NOISE]
    assert soundness.examine(conn)[0].state == "error"
    routed.give(conn, *(routed.row(path, LIGHTS) for path in (LAMP, HOLE, GAS, NOISE)), whole=True)
    assert [one.code for one in matrix.check(conn) if one.code != "double-lead"] == []


def test_the_same_matrix_twice_changes_nothing_and_a_whole_one_ends_the_rest(ground):
    again = routed.give(ground, routed.row(LAMP, LIGHTS))
    assert (again.new, again.changed, again.same, again.ended) == (0, 0, 1, 0)
    whole = routed.give(ground, routed.row(LAMP, LIGHTS, valid_from=None), whole=True)
    assert (whole.new, whole.ended) == (0, 6)
    assert [row.department_code for row in matrix.listed(ground)] == [LIGHTS]
    assert len(matrix.listed(ground, day=date(2026, 2, 1))) == 7, "what ended is known still"
    concern = matrix.listed(ground, LAMP, day=date(2026, 2, 1))
    assert {row.department_code for row in concern} == {LIGHTS, POWER, PARKS, ROADS, OFFICE, HALL}


def test_a_rule_set_is_tested_on_last_month_before_it_is_in_force(ground):
    """The story: a draft sends noise by night to the police; the test says how many events of the month would go elsewhere."""
    nights = [routed.event(ground, NOISE, at=MONDAY + timedelta(days=-day, hours=13)) for day in range(3)]
    routed.event(ground, NOISE), routed.event(ground, LAMP), routed.event(ground, LAMP, at=MONDAY - timedelta(days=60))
    draft = rulesets.stage(ground, [NIGHT, Rule(3, "路灯加派", class_path=LAMP, assist=(POWER,))], "夜间")
    assert draft.state is State.DRAFT
    with pytest.raises(Conflict, match="not tested"):
        rulesets.activate(ground, draft.set_id)
    found = rulesets.test(ground, draft.set_id, days=30, until=MONDAY + timedelta(days=1))
    assert (found.events, found.elsewhere, found.assisted, found.unled) == (5, 3, 1, 0)
    assert found.moves == (rulesets.Move(OFFICE, POLICE, 3),)
    assert {one.event_id for one in found.examples} == {one.event_id for one in nights}
    assert store.route(ground, [nights[0].event_id])[nights[0].event_id].lead == OFFICE, "a test changes nothing"
    active = rulesets.activate(ground, draft.set_id)
    assert (active.state, active.tested["elsewhere"]) == (State.ACTIVE, 3)
    assert store.route(ground, [nights[0].event_id])[nights[0].event_id].lead == POLICE
    assert rulesets.compare(ground, draft.set_id, until=MONDAY + timedelta(days=1)).elsewhere == 0


def test_one_set_is_in_force_at_a_time_and_none_comes_back(ground):
    first, second = in_force(ground, LEAK), in_force(ground, NIGHT)
    assert [(one.set_id, one.state) for one in rulesets.sets(ground)] == [
        (second.set_id, State.ACTIVE),
        (first.set_id, State.RETIRED),
    ]
    with pytest.raises(Conflict, match="retired"):
        rulesets.activate(ground, first.set_id)
    assert rulesets.stage(ground, [NIGHT], "again").set_id == second.set_id, "the same rules are the same set"
    assert rulesets.activate(ground, second.set_id) == rulesets.find(ground, second.set_id)


@pytest.mark.parametrize(
    "rules, field",
    [
        ([], "rules"),
        ([replace(LEAK, class_path="突发")], "class"),
        ([replace(LEAK, unit_key="999999")], "unit"),
        ([replace(LEAK, channels=("fax",))], "channel"),
        ([replace(LEAK, lead="ZZ0000000")], "department"),
        ([replace(LEAK, assist=("ZZ0000000",))], "department"),
        ([LEAK, replace(NIGHT, rule_no=1)], "rule_no"),
    ],
)
def test_rules_name_what_there_is(ground, rules, field):
    with pytest.raises(InvalidInput) as error:
        rulesets.stage(ground, rules, "x")
    assert error.value.field == field


def test_units_without_a_matrix_or_rules_lead_to_nobody(conn):
    routed.ground(conn)
    lamp = routed.event(conn, LAMP, C)
    assert store.route(conn, [lamp.event_id])[lamp.event_id].lead is None
    assert store.dispatched(conn, [lamp.event_id]) == {} == store.route(conn, [])
    assert store.facts_of(conn, [lamp.event_id])[lamp.event_id].areas[0] == C and A != C
