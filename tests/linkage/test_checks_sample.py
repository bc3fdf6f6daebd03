"""The business address check on the invented town: who is caught, who is left alone."""

from __future__ import annotations

from collections import defaultdict

import pytest

from gridgeo.addresses.washing import base as bases
from gridgeo.addresses.washing.wash import wash
from gridgeo.linkage import checks
from gridgeo.linkage.claims import Claim
from gridgeo.sample import fakes
from tests.linkage import town

#: What each kind of fake is caught by.
CAUGHT_BY = {
    "house-missing": "house-unknown",
    "house-retired": "house-gone",
    "wrong-use": "use-forbidden",
    "room-beyond": "room-beyond",
    "stranger": "stranger",
    "elsewhere": "registered-elsewhere",
    "disagrees": "address-disagrees",
    "too-many": "too-many-companies",
    "phone-shared": "phone-shared",
}


@pytest.fixture
def judged(conn):
    """Each registration of the town with the rules it breaks and whether it is suspicious; texts washed by the real engine."""
    base, people = town.found(conn)
    rows = fakes.make(base, people, 800)
    known = bases.read(conn)
    claims = [Claim(row.credit_code, row.address, row.house_code, row.legal_person, row.phone) for row in rows.itertuples()]
    found = checks.check(conn, town.VAULT, claims, lambda texts: wash(conn, texts, known))
    rules = [{finding.rule.code for finding in one.findings} for one in found]
    return list(zip(rows.itertuples(), (one.suspicious for one in found), rules, strict=True))


def test_fakes_are_caught_and_honest_companies_left_alone(judged):
    caught = sum(row.truth and suspicious for row, suspicious, _ in judged)
    lies, accused = sum(row.truth for row, *_ in judged), sum(suspicious for _, suspicious, _ in judged)
    assert lies > 150
    assert caught / lies >= 0.95
    assert caught / accused >= 0.9
    by_kind = defaultdict(list)
    for row, suspicious, rules in judged:
        by_kind[row.kind].append((suspicious, rules))
    assert set(CAUGHT_BY) | {"plain", "noisy", "no-code", "old-name"} <= set(by_kind)
    for kind, rule in CAUGHT_BY.items():  # each kind by its own rule: no rule stands in for another
        assert sum(rule in rules for _, rules in by_kind[kind]) >= 0.8 * len(by_kind[kind]), kind
    for kind in set(by_kind) - set(CAUGHT_BY):
        assert sum(suspicious for suspicious, _ in by_kind[kind]) <= 0.05 * len(by_kind[kind]), kind
    assert any("division-contradicted" in rules and not suspicious for _, suspicious, rules in judged)
