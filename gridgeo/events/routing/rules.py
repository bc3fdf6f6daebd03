"""Who leads an event, who assists, and why not others: decided from facts and a book alone.

Rules go before the matrix. Among rules that name a lead the highest priority has it, then the more special class, then the nearer area,
then more conditions, then the lower number; it brings its assistants, and rules that name no lead add theirs wherever they apply.
Among rows of the matrix the more special class leads, then the nearer area; of two that are alike the lower department code, which a
check of the matrix reports (:mod:`.matrix`). Who assists by the matrix stands by until an event comes to joint handling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time

from ..model import Asked, Part
from .model import EVERY, Book, Considered, Decision, During, Explanation, Facts, Referral, Responsibility, Rule, Verdict

#: After so many returns an event goes to joint handling.
BOUNCES_TO_JOINT = 2

_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}
_RULE_LOST = (Verdict.LESS_PRIORITY, Verdict.LESS_SPECIAL_CLASS, Verdict.FARTHER_AREA, Verdict.FEWER_CONDITIONS, Verdict.LATER_NUMBER)
_ROW_LOST = (Verdict.LESS_SPECIAL_CLASS, Verdict.FARTHER_AREA, Verdict.DOUBLE_LEAD)


def decide(book: Book, facts: Facts) -> Decision:
    """Return who is to do what about an event."""
    return _decision(book, list(_considered(book, facts)))


def explain(book: Book, facts: Facts) -> Explanation:
    """Return the decision with everything it was made from, what applies first."""
    considered = sorted(_considered(book, facts), key=lambda one: _ORDER[one.verdict])
    return Explanation(facts, _decision(book, considered), tuple(considered))


def joint(decision: Decision, returned_by: Iterable[str], lead: str | None = None) -> tuple[Asked, ...]:
    """Return the tasks of joint handling: who leads, and everybody who gave it back, who assists, and who stands by. None without a lead.

    Parameters
    ----------
    lead
        Who leads where nobody does by the matrix and the rules.
    """
    leads = decision.lead or lead
    if leads is None:
        return ()
    others = dict.fromkeys((*returned_by, *decision.assist, *decision.stand_by))
    return (Asked(leads), *(Asked(code, Part.ASSIST) for code in others if code != leads))


def dispatch(decision: Decision) -> tuple[Asked, ...]:
    """Return the tasks a decision means at once; none where nobody leads."""
    if decision.lead is None:
        return ()
    return (Asked(decision.lead), *(Asked(code, Part.ASSIST) for code in decision.assist))


def local_lead(book: Book, facts: Facts, unit_key: str) -> str | None:
    """Return who leads every class in one unit, of what the matrix says of it by itself."""
    rows = [row for row in book.rows((EVERY,), (unit_key,)) if row.unit_key == unit_key and row.part is Part.LEAD]
    return min((row.department_code for row in rows if _date_fault(row.valid_from, row.valid_to, facts) is None), default=None)


def heads(book: Book, facts: Facts) -> tuple[str, ...]:
    """Return who leads every class in the units something lies in, from the lowest up, every department once."""
    leads = (local_lead(book, facts, key) for key in facts.areas)
    return tuple(dict.fromkeys(code for code in leads if code is not None))


def above(heads: Sequence[str], department_code: str | None) -> str | None:
    """Return the next of some heads above a department; the lowest where it is none of them, None at the top."""
    higher = heads[heads.index(department_code) + 1 :] if department_code in heads else heads
    return higher[0] if higher else None


def same(one: Decision, other: Decision) -> bool:
    """Whether two decisions send an event to the same departments."""
    return one.lead == other.lead and set(one.assist) == set(other.assist)


def _considered(book: Book, facts: Facts) -> Iterator[Considered]:
    rules = [(rule, _rule_fault(rule, facts)) for rule in book.rules]
    lead = min((rule for rule, fault in rules if fault is None and rule.lead), key=lambda rule: _rule_rank(rule, facts), default=None)
    for rule, fault in rules:
        yield _rule_verdict(rule, fault, lead, facts)
    rows = [(row, _date_fault(row.valid_from, row.valid_to, facts)) for row in book.rows(facts.paths, facts.areas)]
    leads = [row for row, fault in rows if fault is None and row.part is Part.LEAD]
    best = min(leads, key=lambda row: _row_rank(row, facts), default=None)
    for row, fault in rows:
        yield _row_verdict(row, fault, best, lead, facts)


def _decision(book: Book, considered: Sequence[Considered]) -> Decision:
    by: dict[Verdict, list] = {}
    for one in considered:
        by.setdefault(one.verdict, []).append(one.what)
    chosen = by[Verdict.CHOSEN][0] if Verdict.CHOSEN in by else None
    by_rule = isinstance(chosen, Rule)
    lead = None if chosen is None else chosen.lead if by_rule else chosen.department_code
    named = [code for rule in ([chosen] if by_rule else []) + by.get(Verdict.ADDED, []) for code in rule.assist]
    assist = tuple(dict.fromkeys(code for code in named if code != lead))
    aside = dict.fromkeys(row.department_code for row in by.get(Verdict.STANDS_BY, ()))
    return Decision(
        lead=lead,
        assist=assist,
        stand_by=tuple(code for code in aside if code != lead and code not in assist),
        refer=tuple(Referral(row.department_code, row.criteria) for row in by.get(Verdict.MAY_BE_REFERRED, ())),
        set_id=book.set_id if by_rule or named else None,
        rule_no=chosen.rule_no if by_rule else None,
        responsibility_id=chosen.responsibility_id if chosen is not None and not by_rule else None,
    )


def _rule_verdict(rule: Rule, fault: Verdict | None, lead: Rule | None, facts: Facts) -> Considered:
    if fault is not None:
        return Considered(rule, fault)
    if rule.lead is None:
        return Considered(rule, Verdict.ADDED)
    if rule is lead:
        return Considered(rule, Verdict.CHOSEN)
    return Considered(rule, _lost(_rule_rank(rule, facts), _rule_rank(lead, facts), _RULE_LOST), f"rule {lead.rule_no}")


def _row_verdict(row: Responsibility, fault: Verdict | None, best: Responsibility | None, rule: Rule | None, facts: Facts) -> Considered:
    if fault is not None:
        return Considered(row, fault)
    if row.part is not Part.LEAD:
        return Considered(row, Verdict.STANDS_BY if row.part is Part.ASSIST else Verdict.MAY_BE_REFERRED)
    if rule is not None:
        return Considered(row, Verdict.BEHIND_A_RULE, f"rule {rule.rule_no}")
    if row is best:
        return Considered(row, Verdict.CHOSEN)
    return Considered(row, _lost(_row_rank(row, facts), _row_rank(best, facts), _ROW_LOST), best.department_code)


def _lost(rank: tuple, best: tuple, reasons: Sequence[Verdict]) -> Verdict:
    """By what one was behind another: the first in which they differ."""
    return next((reason for mine, theirs, reason in zip(rank, best, reasons, strict=True) if mine != theirs), reasons[-1])


def _rule_rank(rule: Rule, facts: Facts) -> tuple:
    """The lowest goes first."""
    return -rule.priority, -_class_depth(rule.class_path), -_area_depth(rule.unit_key, facts), -_conditions(rule), rule.rule_no


def _row_rank(row: Responsibility, facts: Facts) -> tuple:
    """The lowest goes first."""
    return -_class_depth(row.class_path), -_area_depth(row.unit_key, facts), row.department_code


def _class_depth(path: str) -> int:
    return path.count("/") + 1 if path else 0


def _area_depth(key: str, facts: Facts) -> int:
    return len(facts.areas) - facts.areas.index(key) if key else 0


def _conditions(rule: Rule) -> int:
    return sum((rule.kind is not None, bool(rule.grades), bool(rule.channels), rule.hours is not None, rule.during is not During.ANY))


def _rule_fault(rule: Rule, facts: Facts) -> Verdict | None:
    """Why a rule does not apply: the first that holds; None where it does."""
    for verdict, fits in (
        (Verdict.OTHER_CLASS, rule.class_path in facts.paths),
        (Verdict.OTHER_KIND, rule.kind in (None, facts.kind)),
        (Verdict.OTHER_AREA, rule.unit_key == EVERY or rule.unit_key in facts.areas),
        (Verdict.OTHER_GRADE, not rule.grades or facts.grade in rule.grades),
        (Verdict.OTHER_CHANNEL, not rule.channels or facts.channel in rule.channels),
        (Verdict.OTHER_HOURS, rule.hours is None or _is_within(facts.local.time(), rule.hours)),
        (Verdict.OTHER_TIME, rule.during is During.ANY or (rule.during is During.WORKING) == facts.working),
    ):
        if not fits:
            return verdict
    return _date_fault(rule.valid_from, rule.valid_to, facts)


def _date_fault(begins: date | None, ends: date | None, facts: Facts) -> Verdict | None:
    today = facts.local.date()
    if begins is not None and today < begins:
        return Verdict.NOT_YET
    return Verdict.EXPIRED if ends is not None and today >= ends else None


def _is_within(clock: time, hours: tuple[time, time]) -> bool:
    begins, ends = hours
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends
