"""Why an event goes where it goes: which rules and rows of the matrix matched, which lost, and by what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ...errors import NotFound
from ...objects.model import Department
from . import rules, store
from .model import Considered, Decision, Explanation, Facts, Rule, Verdict

#: Each verdict in words, Chinese and English; `{}` is what went before.
WORDS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.CHOSEN: ("命中，主责", "chosen: leads"),
    Verdict.ADDED: ("命中，增派协办", "applies: adds who assists"),
    Verdict.STANDS_BY: ("命中，联合处置时协办", "applies: assists once it comes to joint handling"),
    Verdict.MAY_BE_REFERRED: ("命中，可转办", "applies: it may be referred there"),
    Verdict.LESS_PRIORITY: ("优先级低于{}", "has less priority than {}"),
    Verdict.LESS_SPECIAL_CLASS: ("类别不如{}具体", "names the class less exactly than {}"),
    Verdict.FARTHER_AREA: ("区域不如{}具体", "names the area less exactly than {}"),
    Verdict.FEWER_CONDITIONS: ("条件少于{}", "asks for less than {}"),
    Verdict.LATER_NUMBER: ("排在{}之后", "stands behind {}"),
    Verdict.DOUBLE_LEAD: ("与{}主责重复", "leads the same as {}"),
    Verdict.BEHIND_A_RULE: ("{}优先于清单", "{} goes before the matrix"),
    Verdict.OTHER_CLASS: ("类别不符", "is for another class"),
    Verdict.OTHER_AREA: ("区域不符", "is for another area"),
    Verdict.OTHER_KIND: ("事件种类不符", "is for the other kind"),
    Verdict.OTHER_GRADE: ("等级不符", "is for other grades"),
    Verdict.OTHER_CHANNEL: ("渠道不符", "is for other channels"),
    Verdict.OTHER_HOURS: ("时段不符", "is for other hours"),
    Verdict.OTHER_TIME: ("工作时间条件不符", "is for working time, or the time outside of it"),
    Verdict.NOT_YET: ("尚未生效", "is not valid yet"),
    Verdict.EXPIRED: ("已失效", "is not valid any more"),
}


def explain(conn, facts: Facts, set_id: int | None = None) -> Explanation:
    """Return the decision about facts with what it was made from; by the rules in force, or those of another set."""
    return rules.explain(store.book_for(conn, [facts], set_id), facts)


def of_event(conn, event_id: int, at: datetime | None = None, set_id: int | None = None) -> Explanation:
    """Return the same of an event as it is, at a moment (of its filing when None); raises NotFound where the caller sees none."""
    facts = store.facts_of(conn, [event_id], at).get(event_id)
    if facts is None:
        raise NotFound("event", event_id)
    return explain(conn, facts, set_id)


def said(one: Considered) -> tuple[str, str]:
    """Return in Chinese and in English what became of a rule or a row."""
    zh, en = WORDS[one.verdict]
    rule = one.instead.removeprefix("rule ")
    return zh.format(f"规则{rule}" if rule != one.instead else one.instead), en.format(one.instead)


def titled(what: Rule | object) -> str:
    """Return what a rule or a row of the matrix is called in a list."""
    if isinstance(what, Rule):
        return f"{what.rule_no} {what.name}"
    return f"{what.class_path or '*'} · {what.unit_key or '*'}"


def summary(decision: Decision, departments: Mapping[str, Department]) -> str:
    """Return a decision in one line of Chinese."""
    if decision.lead is None:
        return "无主责单位"

    def named(codes) -> str:
        return "、".join(departments[code].name_zh if code in departments else code for code in codes)

    parts = {"主责": (decision.lead,), "协办": decision.assist, "联合处置": decision.stand_by}
    told = [f"{part} {named(codes)}" for part, codes in parts.items() if codes]
    refer = [one.department_code for one in decision.refer]
    return "；".join(told + ([f"可转办 {named(refer)}"] if refer else []))
