"""What may be wrong with the address a company is registered at: the rules of the business address check, each by name.

A rule looks at the :class:`Facts` of one claim and gives its evidence, or nothing. A claim is suspicious when a rule of
severity error is broken: no score, no weights, and who disagrees sees which rule it was. Warnings and notes are for the
clerk: what a register writes in good faith (an old name, a street that was split off since, a code that was replaced)
is none of the applicant's doing.

Source: Regulation on the Administration of the Registration of Market Entities (市场主体登记管理条例): one registered address
(住所) each; Civil Code, Art. 279: a dwelling is not turned into business premises without its neighbours' consent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..addresses.washing.model import Category, Fault, Level
from ..issues import Severity
from .claims import Facts, Limits, Standing

#: What a rule found, by name: codes of places, numbers, words; never anybody's code.
Evidence = Mapping[str, object]


@dataclass(frozen=True)
class Rule:
    """One rule: its name, how grave it is broken, what it says in both languages."""

    code: str
    severity: Severity
    zh: str
    en: str
    broken: Callable[[Facts, Limits], Evidence | None] = field(repr=False)


@dataclass(frozen=True)
class Finding:
    """A rule that is broken, and by what."""

    rule: Rule
    evidence: Evidence


#: All rules, in the order they are told.
RULES: list[Rule] = []


def judge(facts: Facts, limits: Limits) -> list[Finding]:
    """Return the rules a claim breaks, in the order of :data:`RULES`."""
    found = ((rule, rule.broken(facts, limits)) for rule in RULES)
    return [Finding(rule, evidence) for rule, evidence in found if evidence is not None]


def suspicious(findings: list[Finding]) -> bool:
    """Return whether a rule of severity error is broken."""
    return any(finding.rule.severity is Severity.ERROR for finding in findings)


def _rule(code: str, severity: Severity, zh: str, en: str) -> Callable:
    def add(broken: Callable[[Facts, Limits], Evidence | None]) -> Callable:
        RULES.append(Rule(code, severity, zh, en, broken))
        return broken

    return add


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_SURE = (Category.EXACT, Category.SAFE)

#: Faults of a text that say a part of the building is not there.
_BEYOND = (Fault.ROOM_UNKNOWN, Fault.WRONG_FLOOR, Fault.WRONG_UNIT)

#: Faults of a text against today's list of divisions, found after older ones were tried.
_DIVISIONS = (Fault.WRONG_DISTRICT, Fault.WRONG_STREET, Fault.WRONG_COMMUNITY, Fault.WRONG_AREA, Fault.FORMER_DIVISION)

#: Faults that an old name leaves in a text that is right otherwise.
_FORMER = (Fault.FORMER_NAME, Fault.FORMER_ADDRESS, Fault.RETIRED_HOUSE, Fault.RETIRED_BUILDING)


@_rule("credit-invalid", _ERROR, "统一社会信用代码不合规则", "the credit code breaks its own rules")
def _credit(facts: Facts, limits: Limits) -> Evidence | None:
    return {"fault": facts.credit_fault} if facts.credit_fault else None


@_rule("address-missing", _ERROR, "未填地址和房屋编码", "neither an address nor a house code is given")
def _missing(facts: Facts, limits: Limits) -> Evidence | None:
    return {} if not facts.house_given and facts.washed is None else None


@_rule("house-code-invalid", _ERROR, "房屋编码不合规则", "the house code breaks its own rules")
def _house_code(facts: Facts, limits: Limits) -> Evidence | None:
    return {"fault": facts.house_fault} if facts.house_fault else None


@_rule("house-unknown", _ERROR, "房屋编码不在地址库中", "no such house is in the address base")
def _unknown(facts: Facts, limits: Limits) -> Evidence | None:
    return {} if _is_unknown(facts) and not facts.partial else None


@_rule("house-gone", _ERROR, "房屋已拆除或注销, 无唯一承接房屋", "the house was demolished or retired, and not one house follows it")
def _gone(facts: Facts, limits: Limits) -> Evidence | None:
    if facts.at is None or not facts.at.gone or len(facts.followers) == 1:
        return None
    return {"status": str(facts.at.status), "since": facts.at.valid_to, "followers": list(facts.followers)}


@_rule("house-planned", _ERROR, "房屋尚未启用", "the house is planned, not in use")
def _planned(facts: Facts, limits: Limits) -> Evidence | None:
    return {} if facts.place is not None and not facts.place.live and not facts.place.gone else None


@_rule("use-forbidden", _ERROR, "房屋用途不得登记经营", "the house is of a use in which no company may be registered")
def _use(facts: Facts, limits: Limits) -> Evidence | None:
    return {"use": facts.place.use} if facts.place is not None and facts.place.live and not facts.place.worked_in else None


@_rule("floor-beyond", _ERROR, "楼层超出楼栋", "the house is on a floor the building does not have")
def _floor(facts: Facts, limits: Limits) -> Evidence | None:
    at = facts.place
    if at is None or at.floor is None or at.floors is None or at.floor <= at.floors:
        return None
    return {"floor": at.floor, "floors": at.floors}


@_rule("room-beyond", _ERROR, "地址中的单元、楼层或房号在该楼栋中不存在", "the unit, floor or room written is not in the building")
def _room(facts: Facts, limits: Limits) -> Evidence | None:
    found = [str(fault) for fault in _faults(facts) if fault in _BEYOND]
    return {"faults": found} if found and facts.washed.category not in _SURE else None


@_rule("address-gone", _ERROR, "地址所指房屋或楼栋不是现行的", "the address leads to what is demolished, retired or only planned")
def _address_gone(facts: Facts, limits: Limits) -> Evidence | None:
    return {} if Fault.NOT_LIVE in _faults(facts) else None


@_rule("address-unknown", _ERROR, "地址在地址库中找不到", "the address is not in the address base")
def _not_found(facts: Facts, limits: Limits) -> Evidence | None:
    """Where a house is named by its code, a text that leads nowhere is only badly written; unless it names another city."""
    if not _is_lost(facts) or facts.partial or (facts.place is not None and Fault.ELSEWHERE not in facts.washed.faults):
        return None
    return {"faults": [str(fault) for fault in facts.washed.faults], "level": str(facts.washed.level)}


@_rule("address-disagrees", _ERROR, "地址与房屋编码指向不同的房屋", "the address and the house code lead to different houses")
def _disagrees(facts: Facts, limits: Limits) -> Evidence | None:
    given, text = facts.place, facts.washed_at
    if not facts.house_given or facts.at is None or given is None or text is None or _agree(given, text):
        return None
    return {"house": given.code, "address": text.code}


@_rule("too-many-companies", _ERROR, "同一房屋登记企业过多, 且非集群注册场所", "too many companies at one house that is no cluster address")
def _crowded(facts: Facts, limits: Limits) -> Evidence | None:
    crowded = facts.companies > limits.companies and not facts.cluster
    return {"companies": facts.companies, "most": limits.companies} if crowded else None


@_rule("stranger", _ERROR, "法定代表人及企业与该房屋从无关联", "neither the legal person nor the company was ever linked to the house")
def _stranger(facts: Facts, limits: Limits) -> Evidence | None:
    return {"house": facts.place.code} if facts.strange and facts.place is not None else None


@_rule("registered-elsewhere", _ERROR, "企业在别处的登记尚未注销", "the company is still registered elsewhere")
def _elsewhere(facts: Facts, limits: Limits) -> Evidence | None:
    return {"places": list(facts.elsewhere)} if facts.elsewhere else None


@_rule("claimed-twice", _ERROR, "同一企业在本批中登记多处", "the same list registers the company at several places")
def _twice(facts: Facts, limits: Limits) -> Evidence | None:
    return {"places": list(facts.claimed)} if facts.claimed else None


@_rule("phone-shared", _ERROR, "联系电话由多家企业共用", "many companies give the same number")
def _shared(facts: Facts, limits: Limits) -> Evidence | None:
    if max(facts.phone_companies, facts.phone_houses) <= limits.phone:
        return None
    return {"companies": facts.phone_companies, "houses": facts.phone_houses, "most": limits.phone}


@_rule("address-unsure", _WARNING, "地址对应多处或与地址库不完全相符", "the address fits several places, or none of them quite")
def _unsure(facts: Facts, limits: Limits) -> Evidence | None:
    washed = facts.washed
    if washed is None or washed.category in _SURE or any(rule(facts, limits) is not None for rule in (_room, _address_gone, _not_found)):
        return None
    return {"faults": [str(fault) for fault in washed.faults], "candidates": [one.code for one in washed.candidates if one.code]}


@_rule("beyond-area", _WARNING, "房屋或地址不在可见范围内, 未核验", "the house or address is not in the caller's area and was not checked")
def _beyond(facts: Facts, limits: Limits) -> Evidence | None:
    return {} if facts.partial and (_is_unknown(facts) or (_is_lost(facts) and facts.place is None)) else None


@_rule("house-followed", _WARNING, "房屋编码已注销, 按承接房屋核验", "the house code was retired; the house that follows it was checked")
def _followed(facts: Facts, limits: Limits) -> Evidence | None:
    follow = facts.at is not None and facts.at.gone and len(facts.followers) == 1
    return {"follower": facts.followers[0]} if follow else None


@_rule("division-contradicted", _WARNING, "所写区划与现行区划不符", "the divisions written are not those of today")
def _divisions(facts: Facts, limits: Limits) -> Evidence | None:
    found = [str(fault) for fault in _faults(facts) if fault in _DIVISIONS]
    return {"faults": found} if found else None


@_rule("address-former", _WARNING, "使用了旧名称、旧门牌或已注销的房屋", "a former name, plate or house is written")
def _former(facts: Facts, limits: Limits) -> Evidence | None:
    found = [str(fault) for fault in _faults(facts) if fault in _FORMER]
    return {"faults": found} if found else None


@_rule("house-not-named", _WARNING, "地址只到楼栋, 未到房屋", "the address leads to a building, not to a house in it")
def _shallow(facts: Facts, limits: Limits) -> Evidence | None:
    result = facts.washed.result if facts.washed is not None and not facts.house_given else None
    return {"building": result.building or result.code} if result is not None and result.level is Level.BUILDING else None


@_rule("legal-person-invalid", _WARNING, "法定代表人证件号码不合规则", "the legal person's ID number breaks its own rules")
def _person(facts: Facts, limits: Limits) -> Evidence | None:
    return {"fault": facts.person_fault} if facts.person_fault else None


@_rule("phone-invalid", _WARNING, "联系电话不合规则", "the number breaks the rules of numbers")
def _phone(facts: Facts, limits: Limits) -> Evidence | None:
    return {"fault": facts.phone_fault} if facts.phone_fault else None


@_rule("cluster-address", _INFO, "集群注册场所", "a declared cluster address")
def _cluster(facts: Facts, limits: Limits) -> Evidence | None:
    return {"name": facts.cluster, "companies": facts.companies} if facts.cluster else None


def _is_unknown(facts: Facts) -> bool:
    """Whether a sound house code was given and no such house is seen."""
    return facts.house_given and not facts.house_fault and facts.at is None


def _is_lost(facts: Facts) -> bool:
    """Whether a text leads to no building, and not because that is gone."""
    washed = facts.washed
    if washed is None or washed.category in _SURE or Fault.NOT_LIVE in washed.faults:
        return False
    return washed.category is Category.NONE or Fault.BUILDING_UNKNOWN in washed.faults


def _faults(facts: Facts) -> tuple[Fault, ...]:
    return facts.washed.faults if facts.washed is not None else ()


def _agree(given: Standing, text: Standing) -> bool:
    """Whether a house code and a text can mean the same: the same house, or one of them only says the building."""
    if len(given.code) == len(text.code):
        return given.code == text.code
    return given.building == text.building
