"""Codes judged in one request: each in its place, and none of them repeated anywhere."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from api import bodies, schemas, schemas_codes
from gridgeo.codes import registry
from gridgeo.codes.model import Kind, Reason
from tests.api import canaries


def post(client, content, kind="application/json", path="/codes/validate"):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(path, content=body, headers={"Content-Type": kind})


def judged(client, content):
    answer = post(client, content)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return schemas_codes.Judgements.model_validate(answer.json())


def refused(answer, status=400):
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 4000
    return schemas.Problem.model_validate(answer.json())


def test_codes_of_one_kind_are_judged_in_order(client):
    found = judged(client, {"kind": "person", "codes": ["11010519491231002X", "110105194912310021", None, " 1101051949123100２"]})
    assert [row.index for row in found.codes] == [0, 1, 2, 3]
    assert [row.verdict for row in found.codes] == ["valid", "invalid", "invalid", "invalid"]
    assert [row.reasons for row in found.codes] == [[], ["check-character"], ["empty"], ["wrong-length"]]
    assert [row.masked for row in found.codes] == ["110***********002X", "110***********0021", "", "*" * 17]
    assert found.counts == {"valid": 1, "warning": 0, "invalid": 3}


def test_codes_of_many_kinds_come_in_one_request(client):
    codes = {
        "building": "4403040010010100001",
        "house": "4403040010010100001000001",
        "credit": "91440300MA5D0004X0",
        "phone": "0755-88888888",
        "grid": "440306001000",
        "event": "SZ-1",
    }
    found = judged(client, [{"kind": kind, "code": code} for kind, code in codes.items()])
    assert [row.kind for row in found.codes] == list(codes) == list(found.kinds)
    assert [row.verdict for row in found.codes] == ["valid", "valid", "warning", "valid", "invalid", "valid"]
    assert [row.masked for row in found.codes][:2] == ["4403040010010100001", "4403040010010100001******"]
    assert found.reasons["padded"].severity == "error" and found.reasons["organisation-check"].severity == "warning"
    assert found.kinds["house"].name_zh == "房屋编码"


def test_every_reason_an_answer_names_is_explained_in_it(client):
    texts = ["", "x", "11010519490231002X", "440306001000", "4.4E+17", "12345", "2024031*", "+14155550123", "********"]
    found = judged(client, [{"kind": kind, "code": text} for kind in Kind for text in texts])
    named = {reason for row in found.codes for reason in row.reasons}
    assert named == set(found.reasons) and len(named) > 8
    assert list(found.reasons) == [reason.code for reason in Reason if reason.code in named]


def test_ten_thousand_codes_are_judged_and_one_more_is_refused(client):
    most = ["4403040010010100001"] * bodies.MOST
    assert judged(client, {"kind": "building", "codes": most}).counts["valid"] == 10_000
    assert refused(post(client, {"kind": "building", "codes": [*most, "1"]})).errors[0].code == "too-many-codes"
    rows = [{"kind": "building", "code": "1"}] * (bodies.MOST + 1)
    assert refused(post(client, rows)).errors[0].code == "too-many-codes"


@pytest.mark.parametrize("content", [{"kind": "person", "codes": []}, []])
def test_no_codes_are_no_error(client, content):
    assert judged(client, content).numberReturned == 0


BAD = {
    "empty": b"",
    "null": b"null",
    "text": b'"x"',
    "no codes": {"kind": "person"},
    "no kind": {"codes": ["1"]},
    "codes no list": {"kind": "person", "codes": "1"},
    "unknown member": {"kind": "person", "codes": ["1"], "unmask": True},
    "unknown member of a row": [{"kind": "person", "code": "1", "unmask": True}],
    "list of texts": ["1"],
    "kind twice": b'{"kind":"person","kind":"phone","codes":["1"]}',
    "kind twice in a row": b'[{"kind":"person","kind":"phone","code":"1"}]',
    "kind twice, the first endless": b'{"kind":' + b"[" * 900 + b"]" * 900 + b',"kind":"person","codes":[]}',
    "kind twice, the first a long number": b'{"kind":' + b"1" * 5000 + b',"kind":"person","codes":[]}',
    "unknown kind": {"kind": "passport", "codes": ["1"]},
    "kind null": {"kind": None, "codes": []},
    "kind a list": {"kind": ["person"], "codes": ["1"]},
    "kind a list in a row": [{"kind": ["person"], "code": "1"}],
    "code a number": {"kind": "person", "codes": [440306]},
    "code a list": {"kind": "person", "codes": [["1"]]},
    "code too long": {"kind": "event", "codes": ["1" * 201]},
    "deep": b"[" * 100_000,
    "surrogate": b'{"kind":"person","codes":["\\ud800"]}',
    "not UTF-8": b'{"kind":"person","codes":["\xff"]}',
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_body_is_refused(client, content):
    assert refused(post(client, content)).errors


def test_what_is_wrong_is_named_by_its_place(client):
    problem = refused(post(client, {"kind": "person", "codes": ["1", 2, "3", 4.5]}))
    assert [fault.pointer for fault in problem.errors] == ["/codes/1", "/codes/3"]
    problem = refused(post(client, [{"kind": "person", "code": "1"}, {"kind": "pass", "code": "1"}]))
    assert [fault.pointer for fault in problem.errors] == ["/1/kind"]
    assert "person, credit" in problem.errors[0].detail


@pytest.mark.parametrize("kind", ["", "text/csv", "application/json; charset=gbk", "application/x-www-form-urlencoded"])
def test_other_kinds_of_bodies_are_refused(client, kind):
    assert refused(post(client, {"kind": "person", "codes": []}, kind), 415).code == "unsupported-media-type"


def test_too_large_a_body_is_refused(client):
    assert refused(post(client, b" " * (bodies.BODY_BYTES + 1)), 413).code == "body-too-large"


def test_codes_are_not_asked_for_in_an_address(client):
    assert client.get("/codes/validate").status_code == 405
    assert refused(post(client, {"kind": "person", "codes": []}, path="/codes/validate?kind=person")).errors[0].code == "unknown-parameter"


@pytest.mark.parametrize("canary", canaries.CANARIES)
def test_a_personal_code_is_never_repeated_wherever_somebody_puts_it(client, caplog, canary):
    with caplog.at_level(logging.DEBUG, "gridgeo"):
        taken, refused = canaries.send(client, canary)
    assert taken.status_code == 200 and {answer.status_code for answer in refused} == {400, 404, 415}
    told = "".join(answer.text + str(answer.headers) for answer in (taken, *refused))
    logged = _logged(caplog)
    assert "/codes/validate" in logged
    assert not canaries.leaked(canary, told + logged)


def test_a_fault_of_our_own_is_logged_with_its_place_and_without_the_code(client, caplog, monkeypatch):
    canary = canaries.CANARIES[0]
    monkeypatch.setitem(registry.FAMILIES, Kind.PERSON, replace(registry.FAMILIES[Kind.PERSON], mask=int))
    answer = post(client, {"kind": "person", "codes": [canary]})
    assert answer.status_code == 500 and not canaries.leaked(canary, answer.text)
    logged = _logged(caplog)
    assert "codes could not be judged: ValueError" in logged and "_masked" in logged
    assert not canaries.leaked(canary, logged)


def _logged(caplog):
    records = [record for record in caplog.records if record.name.startswith("gridgeo")]
    return "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in records)
