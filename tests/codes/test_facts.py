"""Codes whose verdict is known from the standards, the authorities and use."""

import csv
from pathlib import Path

import pytest

from gridgeo.codes import registry
from tests import real

FACTS = list(csv.DictReader((Path(__file__).parent / "facts" / "codes.csv").read_text("utf-8").splitlines()))

#: What a collection of vectors calls the kinds.
KINDS = {"uscc": "credit", "building19": "building", "house25": "house", "grid14": "grid", "workgrid": "work_grid"}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact['kind']}-{fact['value']}")
def test_a_known_code_gets_its_verdict_alone_and_among_many(fact):
    verdict = registry.judge(fact["kind"], fact["value"])
    assert verdict.outcome == fact["outcome"]
    assert {reason.code for reason in verdict.reasons} == set(fact["reasons"].split())
    assert registry.family(fact["kind"]).judge_many([fact["value"]]).tolist() == [verdict.bits]


def test_every_kind_that_has_a_standard_stands_among_the_facts():
    assert {fact["kind"] for fact in FACTS} == set(registry.FAMILIES) - {"organisation", "event", "placed_element"}


@pytest.mark.real
def test_every_collected_vector_gets_its_verdict():
    vectors = list(csv.DictReader(real.data("../facts/test_vectors.csv").read_text("utf-8").splitlines()))
    wrong = []
    for vector in vectors:
        verdict = registry.judge(KINDS.get(vector["kind"], "person"), vector["value"])
        if (verdict.outcome != "invalid") != (vector["verdict"] == "valid"):
            wrong.append((vector["kind"], vector["why"]))
        if vector["why"].startswith("-> "):
            assert verdict.code.value == vector["why"][3:].split(";")[0]
    assert wrong == []
    assert len(vectors) == 42
