"""Who leads, who assists, and why not others: decided from facts alone."""

from dataclasses import replace
from datetime import date, time

import pytest

from gridgeo.errors import InvalidInput
from gridgeo.events.model import Kind, Part
from gridgeo.events.routing import reading, rules
from gridgeo.events.routing.checking import Covered
from gridgeo.events.routing.model import Book, Decision, During, Facts, Responsibility, Rule, Verdict
from tests.events.routed import COMMUNITY, DISTRICT, FIRE, GAS, GASWORKS, LAMP, LIGHTS, MONDAY, PARKS, POLICE, STREET, A, at

FACTS = Facts(GAS, Kind.EVENT, 1, "hotline", (A, COMMUNITY, STREET, DISTRICT), MONDAY)


def row(path, unit, department, part=Part.LEAD, begins=None, ends=None):
    return Responsibility(1, path, unit, part, department, "", begins, ends)


def verdicts(book, facts=FACTS):
    return [one.verdict for one in rules.explain(book, facts).considered]


@pytest.mark.parametrize(
    "rows, leads",
    [
        ([row("", "", LIGHTS), row("突发事件", "", PARKS), row(GAS, "", GASWORKS)], GASWORKS),
        ([row("", DISTRICT, LIGHTS), row("", STREET, PARKS), row("", A, POLICE)], POLICE),
        ([row("突发事件/燃气", "", GASWORKS), row("突发事件", A, PARKS)], GASWORKS),
        ([row("突发事件", "", GASWORKS), row("突发事件/燃", "", PARKS)], GASWORKS),
        ([row(GAS, "", PARKS), row(GAS, "", LIGHTS)], min(PARKS, LIGHTS)),
        ([row(GAS, "999902", PARKS)], None),
        ([row(GAS, "", PARKS, begins=date(2026, 11, 17)), row("", "", LIGHTS)], LIGHTS),
        ([row(GAS, "", PARKS, ends=date(2026, 11, 16)), row("", "", LIGHTS)], LIGHTS),
        ([row(GAS, "", PARKS, Part.ASSIST)], None),
    ],
    ids=["class", "area", "class-before-area", "whole-parts-of-paths", "double", "elsewhere", "not-yet", "ends-that-day", "no-lead"],
)
def test_the_more_special_class_leads_then_the_nearer_area(rows, leads):
    assert rules.decide(Book(tuple(rows)), FACTS).lead == leads


def rule(number, lead=POLICE, **conditions):
    return Rule(number, f"规则{number}", lead=lead, **conditions)


@pytest.mark.parametrize(
    "conditions, verdict",
    [
        ({}, Verdict.CHOSEN),
        ({"kind": Kind.REQUEST}, Verdict.OTHER_KIND),
        ({"class_path": LAMP}, Verdict.OTHER_CLASS),
        ({"unit_key": "999902"}, Verdict.OTHER_AREA),
        ({"unit_key": STREET}, Verdict.CHOSEN),
        ({"grades": (2, 3)}, Verdict.OTHER_GRADE),
        ({"channels": ("sensor",)}, Verdict.OTHER_CHANNEL),
        ({"hours": (time(22), time(6))}, Verdict.OTHER_HOURS),
        ({"hours": (time(10), time(11))}, Verdict.CHOSEN),
        ({"hours": (time(9), time(10))}, Verdict.OTHER_HOURS),
        ({"during": During.OFF}, Verdict.OTHER_TIME),
        ({"during": During.WORKING}, Verdict.CHOSEN),
        ({"valid_from": date(2026, 11, 17)}, Verdict.NOT_YET),
        ({"valid_to": date(2026, 11, 16)}, Verdict.EXPIRED),
    ],
)
def test_a_rule_applies_where_all_it_names_does(conditions, verdict):
    assert verdicts(Book(rules=(rule(1, **conditions),))) == [verdict]


def test_hours_go_over_midnight():
    night = Book(rules=(rule(1, hours=(time(22), time(6))),))
    moments = {"21:59": None, "22:00": POLICE, "05:59": POLICE, "06:00": None}
    assert {clock: rules.decide(night, replace(FACTS, at=at(f"2026-11-16T{clock}"))).lead for clock in moments} == moments


def test_why_a_rule_lost_is_the_first_in_which_it_was_behind():
    book = Book(
        (row(GAS, "", GASWORKS), row(GAS, "", PARKS, Part.ASSIST), row(GAS, "", FIRE, Part.REFER)),
        (
            rule(1, priority=5, class_path="突发事件", unit_key=STREET, grades=(1,)),
            rule(2, class_path=GAS),
            rule(3, priority=5),
            rule(4, priority=5, class_path="突发事件", unit_key=DISTRICT),
            rule(5, priority=5, class_path="突发事件", unit_key=STREET),
            rule(6, priority=5, class_path="突发事件", unit_key=STREET, grades=(1, 2)),
            rule(7, lead=None, assist=(FIRE,)),
        ),
        set_id=9,
    )
    explained = rules.explain(book, FACTS)
    by_rule = {one.what.rule_no: (one.verdict, one.instead) for one in explained.considered if isinstance(one.what, Rule)}
    assert by_rule == {
        1: (Verdict.CHOSEN, ""),
        2: (Verdict.LESS_PRIORITY, "rule 1"),
        3: (Verdict.LESS_SPECIAL_CLASS, "rule 1"),
        4: (Verdict.FARTHER_AREA, "rule 1"),
        5: (Verdict.FEWER_CONDITIONS, "rule 1"),
        6: (Verdict.LATER_NUMBER, "rule 1"),
        7: (Verdict.ADDED, ""),
    }
    rows = [one.verdict for one in explained.considered if isinstance(one.what, Responsibility)]
    assert sorted(rows) == [Verdict.BEHIND_A_RULE, Verdict.MAY_BE_REFERRED, Verdict.STANDS_BY]
    decision = explained.decision
    assert (decision.lead, decision.assist, decision.stand_by, decision.set_id, decision.rule_no) == (POLICE, (FIRE,), (PARKS,), 9, 1)


def test_joint_handling_takes_in_who_returned_it_and_who_stands_by_once_each():
    decision = Decision(LIGHTS, assist=(FIRE,), stand_by=(PARKS, POLICE))
    tasks = rules.joint(decision, [LIGHTS, PARKS])
    assert [(task.department_code, task.part) for task in tasks] == [
        (LIGHTS, Part.LEAD),
        (PARKS, Part.ASSIST),
        (FIRE, Part.ASSIST),
        (POLICE, Part.ASSIST),
    ]
    assert rules.joint(Decision(None), [PARKS]) == (), "nobody leads"
    assert rules.joint(Decision(None), [PARKS], LIGHTS)[0].department_code == LIGHTS


def test_units_cover_what_lies_below_them():
    area = Covered.of([("9", 1, None, False), ("91", 2, 1, False), ("92", 3, 1, True), ("911", 4, 2, True)])
    assert [area.missing(frozenset(keys)) for keys in ([""], ["9"], ["91"], ["91", "92"], ["8"])] == [set(), set(), {3}, set(), {3, 4}]


def test_rules_are_read_as_people_write_them():
    table = [
        {"规则名称": "夜间噪声", "类别": "街面秩序", "等级": "Ⅰ级、2", "时段": "22:00-6:00", "工作时间": "非工作时间", "主责部门": POLICE,
         "协办部门": f"{FIRE} {PARKS}", "优先级": "10", "种类": "事件", "生效日期": "2026/01/01"},
        dict.fromkeys(reading.COLUMNS, ""),
    ]  # fmt: skip
    made, issues = reading.rules(table)
    night = time(22), time(6)
    asked = Kind.EVENT, "街面秩序", "", (1, 2), (), night, During.OFF
    assert issues == [] and made == [Rule(1, "夜间噪声", 10, *asked, POLICE, (FIRE, PARKS), date(2026, 1, 1))]


@pytest.mark.parametrize(
    "given, field",
    [
        ({"lead": ""}, "lead"),
        ({"grades": "V"}, "grades"),
        ({"grades": {}}, "grades"),
        ({"hours": "22-6"}, "hours"),
        ({"hours": "25:00-06:00"}, "hours"),
        ({"hours": "06:00-06:00"}, "hours"),
        ({"during": "night"}, "during"),
        ({"priority": "high"}, "priority"),
        ({"priority": True}, "priority"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-02-01"}, "valid_to"),
        ({"when": "x"}, "rule"),
        ({"name": "x\0"}, "name"),
        ({"name": 7}, "name"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_by_its_column(given, field):
    with pytest.raises(InvalidInput) as error:
        reading.rule({"lead": POLICE} | given, 1)
    assert error.value.field == field


def test_what_is_wrong_with_a_rule_of_a_table_is_told_by_its_row():
    made, issues = reading.rules([{"规则": "甲", "主责部门": POLICE}, {"规则": "乙", "主责部门": POLICE, "等级": "V"}], "规则.csv")
    assert [rule.name for rule in made] == ["甲"]
    [issue] = issues
    assert (issue.code, issue.source, issue.row, issue.field, issue.value) == ("bad-rule", "规则.csv", 2, "grades", "V")
