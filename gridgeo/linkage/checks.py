"""The business address check (企业注册地址核验): may a company be registered where it says, and who says so.

What is known about all claims of a list is gathered by a few statements over the whole list (:mod:`.known`), and
:mod:`.check_rules` judges. Nothing is stored, and no code that was given stands in an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import orjson

from ..addresses import rules as address_rules
from ..addresses import store as addresses
from ..addresses.washing.base import Base
from ..addresses.washing.model import Level, Washed
from ..addresses.washing.wash import wash
from ..codes.model import Kind
from ..errors import InvalidCode, InvalidInput
from . import audit, check_rules, known, rules, store, units
from .check_rules import Finding
from .claims import Claim, Facts, Limits, Standing
from .known import Crowd, Ground, Linked
from .model import Head
from .vault import Vault

#: Claims of one list: they are counted against each other, so a list is looked at as a whole.
MOST = 200_000

#: Leads address texts to places, each to one answer.
Wash = Callable[[Sequence[str]], Sequence[Washed]]


@dataclass(frozen=True)
class Checked:
    """What was found about one claim.

    Parameters
    ----------
    place
        The house or building that was checked; empty where none was found.
    washed
        What the address text was led to; None without a text.
    """

    suspicious: bool
    findings: tuple[Finding, ...]
    place: str = ""
    washed: Washed | None = None


@dataclass(frozen=True)
class Answered:
    """What was found about the claims of a list, in their order, and the audit's head with the question in it."""

    checked: tuple[Checked, ...]
    head: Head


@dataclass(frozen=True)
class _Read:
    """One claim as it was read: tokens, None where a code is missing or faulty; `faults` say in words what is wrong with a field."""

    credit: bytes | None
    person: bytes | None
    phone: bytes | None
    house: str | None
    faults: dict[str, str]
    washed: Washed | None

    @property
    def reached(self) -> str | None:
        """The house or building the text leads to for sure."""
        result = self.washed.result if self.washed else None
        return result.code if result is not None and result.level in (Level.HOUSE, Level.BUILDING) else None

    @property
    def tokens(self) -> list[bytes]:
        """The tokens there are."""
        return [token for token in (self.credit, self.person, self.phone) if token]


def check(conn, vault: Vault, claims: Sequence[Claim], led: Wash, limits: Limits | None = None, as_of: date | None = None) -> list[Checked]:
    """Return what is to be said of each claim, in the order given.

    Parameters
    ----------
    led
        Leads address texts to places, as :func:`gridgeo.addresses.washing.wash.wash` does with its connection and base.
    as_of
        The day that is asked about: today in China when None.
    """
    day = as_of or addresses.today(conn)
    read = _read(vault, claims, led)
    ground = Ground(conn, day)
    ground.learn(code for one in read for code in (one.house, one.reached) if code)
    linked = known.links_of(conn, (token for one in read for token in one.tokens), day)
    theirs = (place for one in read for place in linked.ever(one.credit) | linked.ever(one.person))
    ground.learn(rules.code_of(place) for place in theirs if rules.form_of(place) != "outdoors")
    places = [_place(ground, one) for one in read]
    crowd = Crowd(conn, [(place, one.credit, one.phone) for place, one in zip(places, read, strict=True)], day)
    partial = units.visible(conn) is not None
    facts = (_facts(one, place, ground, linked, crowd) for one, place in zip(read, places, strict=True))
    return [_judged(replace(each, partial=partial), limits or Limits()) for each in facts]


def ask(
    conn,
    vault: Vault,
    claims: Sequence[Claim],
    base: Base,
    default_area: str = "",
    limits: Limits | None = None,
    *,
    purpose: str,
    actor: str,
    as_of: date | None = None,
) -> Answered:
    """Return what is to be said of each claim, and append the question to the audit.

    Parameters
    ----------
    base, default_area
        What washing knows by name, and the unit that is meant where a text names no district.
    purpose, actor
        One of the list; who asks, as the door knows them.

    Raises
    ------
    InvalidInput
        For too many claims and a purpose that is not on the list.
    """
    rules.permitted(purpose, store.purposes(conn), False)
    if len(claims) > MOST:
        raise InvalidInput("claims", len(claims), f"at most {MOST:,} at a time")
    checked = tuple(check(conn, vault, claims, lambda texts: wash(conn, texts, base, default_area), limits, as_of))
    detail = orjson.dumps({"suspicious": sum(one.suspicious for one in checked)}).decode()
    head = audit.record(conn, vault, actor=actor, action="check", purpose=purpose, subjects=len(claims), detail=detail)
    return Answered(checked, head)


def tally(checked: Iterable[Checked]) -> dict[str, int]:
    """Return how many claims broke each rule, the most frequent first."""
    return dict(Counter(finding.rule.code for one in checked for finding in one.findings).most_common())


def _read(vault: Vault, claims: Sequence[Claim], led: Wash) -> list[_Read]:
    codes = {
        field: _tokens(vault, kind, [getattr(claim, field) for claim in claims])
        for field, kind in (("credit", Kind.CREDIT), ("legal_person", Kind.PERSON), ("phone", Kind.PHONE))
    }
    houses = [_house_code(claim.house) for claim in claims]
    texts = [_plain(claim.address) for claim in claims]
    different = list(dict.fromkeys(text for text in texts if text))
    washed = dict(zip(different, led(different), strict=True)) if different else {}
    read = []
    for at, text in enumerate(texts):
        house, fault = houses[at]
        faults = {field: faults[at] for field, (_, faults) in codes.items()} | {"house": fault}
        read.append(_Read(*(tokens[at] for tokens, _ in codes.values()), house, faults, washed.get(text)))
    return read


def _tokens(vault: Vault, kind: Kind, given: list[str | None]) -> tuple[list[bytes | None], list[str]]:
    """The tokens of codes, None where one is missing or faulty, and what is wrong with each."""
    texts = [_plain(text) for text in given]
    forms, bits = rules.normal_forms(kind, texts)
    made = iter(vault.tokens_of(kind, [form for form in forms if form is not None]))
    tokens = [None if form is None else next(made) for form in forms]
    wrong = [bool(text) and form is None for text, form in zip(texts, forms, strict=True)]
    return tokens, [rules.fault(kind, each) if bad else "" for each, bad in zip(bits.tolist(), wrong, strict=True)]


def _house_code(text: str | None) -> tuple[str | None, str]:
    """The code of a house or building in its one form, or what is wrong with it."""
    if not _plain(text):
        return None, ""
    try:
        return address_rules.code(text), ""
    except InvalidCode as error:
        return None, error.rule


def _place(ground: Ground, one: _Read) -> Standing | None:
    """Where a company says to be: at its code, at the one that follows it alone, else where its text leads."""
    at, ends = ground.at(one.house), ground.ends(one.house)
    if at is not None and not at.gone:
        return at
    if at is not None and len(ends) == 1:
        return ground.at(ends[0])
    return ground.at(one.reached)


def _facts(one: _Read, place: Standing | None, ground: Ground, linked: Linked, crowd: Crowd) -> Facts:
    return Facts(
        credit_fault=one.faults["credit"],
        house_fault=one.faults["house"],
        person_fault=one.faults["legal_person"],
        phone_fault=one.faults["phone"],
        house_given=bool(one.house or one.faults["house"]),
        at=ground.at(one.house),
        followers=ground.ends(one.house),
        washed=one.washed,
        washed_at=ground.at(one.reached),
        place=place,
        companies=crowd.companies(place),
        cluster=crowd.cluster(place),
        strange=_strange(ground, linked, place, one),
        elsewhere=ground.others(place, linked.now(one.credit, "registered")),
        claimed=ground.others(place, crowd.claimed(one.credit)),
        phone_companies=crowd.giving(one.phone),
        phone_houses=len(linked.now(one.phone)),
    )


def _strange(ground: Ground, linked: Linked, place: Standing | None, one: _Read) -> bool | None:
    """Whether neither the legal person nor the company ever had to do with the building; None where no legal person is given."""
    if place is None or one.person is None:
        return None
    return not any(ground.is_in(rules.code_of(at), place.building) for at in linked.ever(one.person) | linked.ever(one.credit))


def _judged(facts: Facts, limits: Limits) -> Checked:
    findings = tuple(check_rules.judge(facts, limits))
    return Checked(check_rules.suspicious(findings), findings, facts.place.code if facts.place else "", facts.washed)


def _plain(text: str | None) -> str:
    return (text or "").strip()
