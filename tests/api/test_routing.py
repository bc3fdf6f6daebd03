"""Routing over HTTP: explained to whoever reads, written and tested by who dispatches, put in force by who runs it."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import pytest

from api import schemas_routing as told
from gridgeo.db import connection
from gridgeo.events.model import Part
from tests.api import callers, grounds
from tests.events import routed
from tests.events.routed import COMMUNITY, DISTRICT, FIRE, GAS, GASWORKS, LAMP, LIGHTS, OFFICE, PARKS, POLICE, STREET, A

RULE = {"name": "燃气一级", "class": GAS, "grades": [1], "lead": GASWORKS, "assist": [FIRE, POLICE]}


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The drawn city with a matrix and an event, and the API over it."""
    with grounds.database(server, template) as url:
        with closing(connection.connect(url)) as conn, conn:
            units = routed.ground(conn)
            routed.give(conn, routed.row(LAMP, LIGHTS), routed.row(LAMP, PARKS, part=Part.ASSIST), routed.row(GAS, GASWORKS))
            routed.give(conn, routed.row("", OFFICE, STREET), routed.row(LAMP, PARKS, COMMUNITY, Part.REFER, criteria="绿地内"))
            lamp, leak = routed.event(conn), routed.event(conn, GAS, grade=1)
        scopes = {"reader": ["read"], "dispatcher": ["read", "dispatch"], "admin": ["read", "admin", "dispatch"]}
        keys = {who: callers.key(url, *of) for who, of in scopes.items()}
        keys["part"] = callers.key(url, *scopes["admin"], area=[units[A]])
        with grounds.service(url, tmp_path_factory, per_minute=0) as lent:
            of = {who: callers.bearer(key) for who, key in keys.items()}
            yield SimpleNamespace(client=lent.client, of=of, lamp=lamp, leak=leak)


def got(place, path, who="reader", status=200, **params):
    answer = place.client.get(path, params=params or None, headers=place.of[who])
    assert answer.status_code == status, answer.text
    return answer.json()


def sent(place, path, body=None, who="reader", status=200):
    answer = place.client.post(path, json=body, headers=place.of[who])
    assert answer.status_code == status, answer.text
    return answer.json()


def test_an_event_is_explained(place):
    body = sent(place, "/routing/explain", {"event": place.lamp.event_code})
    told.RoutingExplanation.model_validate(body)
    assert body["decision"]["lead"] == {"code": LIGHTS, "name_zh": "照明处", "name_en": "照明处"}
    assert body["summary"] == "主责 照明处；联合处置 园林处；可转办 园林处"
    assert body["facts"]["areas"] == [A, COMMUNITY, STREET, DISTRICT]
    verdicts = [(one["verdict"], one["departments"]) for one in body["considered"]]
    assert verdicts[0] == ("chosen", [LIGHTS]) and ("less-special-class", [OFFICE]) in verdicts


@pytest.mark.parametrize(
    "said, lead",
    [
        ({"class": LAMP}, LIGHTS),
        ({"unit": STREET}, OFFICE),
        ({"lon": routed.POINTS[A][0], "lat": routed.POINTS[A][1]}, OFFICE),
        ({"lon": 80, "lat": 40}, None),
        ({}, None),
    ],
)
def test_facts_are_explained_without_an_event(place, said, lead):
    found = sent(place, "/routing/explain", said)["decision"]["lead"]
    assert (found and found["code"]) == lead


@pytest.mark.parametrize(
    "said, member",
    [
        ({"class": "照明"}, "/class"),
        ({"grade": 5}, "/grade"),
        ({"grade": True}, "/grade"),
        ({"kind": "x"}, "/kind"),
        ({"unit": "1"}, "/unit"),
        ({"unit": A, "lon": 1, "lat": 1}, "/unit"),
        ({"lon": 1}, "/lon"),
        ({"lon": 1000, "lat": 0}, "/lon"),
        ({"at": "then"}, "/at"),
        ({"at": 7}, "/at"),
        ({"event": 1, "grade": 1}, "/event"),
        ({"event": []}, "/event"),
        ({"set": 0}, "/set"),
        ({"channel": ["x"]}, "/channel"),
    ],
)
def test_facts_that_mean_nothing_are_refused_by_member(place, said, member):
    assert sent(place, "/routing/explain", said, status=400)["errors"][0]["pointer"] == member


def test_an_event_that_is_not_there_or_not_seen_is_not_explained(place):
    sent(place, "/routing/explain", {"event": "1" * 15}, status=404)
    sent(place, "/routing/explain", {"class": LAMP, "set": 999}, status=404)


def test_the_matrix_is_listed_page_by_page(place):
    first = got(place, "/routing/matrix", limit=2)
    told.Responsibilities.model_validate(first)
    after = next(link["href"] for link in first["links"] if link["rel"] == "next")
    rest = got(place, after)
    numbers = [row["responsibility_id"] for page in (first, rest) for row in page["responsibilities"]]
    assert numbers == [1, 2, 3, 4]
    assert len(got(place, "/routing/matrix", **{"class": LAMP})["responsibilities"]) == 4
    assert [row["department"]["code"] for row in got(place, "/routing/matrix", unit=STREET)["responsibilities"]] == [OFFICE]
    assert {row["part"] for row in got(place, "/routing/matrix", department=PARKS)["responsibilities"]} == {"assist", "refer"}
    got(place, "/routing/matrix", status=400, department="x")


def test_the_matrix_is_checked(place):
    found = got(place, "/routing/matrix/check")
    told.MatrixCheck.model_validate(found)
    assert found["sound"] is True and found["totals"] == {"class-led-by-area-only": 2}


def test_rules_are_written_tested_and_put_in_force_by_those_who_may(place):
    """The story: a dispatcher writes them and sees who would go elsewhere, the administrator puts them in force."""
    sent(place, "/routing/rulesets", {"name": "x", "rules": [RULE]}, status=403)
    made = sent(place, "/routing/rulesets", {"name": "燃气", "rules": [RULE]}, "dispatcher", 201)
    told.RuleSet.model_validate(made)
    here = f"/routing/rulesets/{made['set_id']}"
    assert made["state"] == "draft" and made["rules"][0]["grades"] == [1]
    assert sent(place, "/routing/rulesets", {"name": "again", "rules": [RULE]}, "dispatcher", 201)["set_id"] == made["set_id"]
    sent(place, f"{here}/activate", None, "admin", 409)
    found = sent(place, f"{here}/test", {"days": 366}, "dispatcher")
    told.Compared.model_validate(found)
    assert (found["events"], found["elsewhere"], found["assisted"]) == (2, 0, 1)
    sent(place, f"{here}/activate", None, "dispatcher", 403)
    sent(place, f"{here}/activate", None, "part", 409)
    sent(place, f"{here}/test", {}, "part", 409)
    assert sent(place, f"{here}/activate", None, "admin")["state"] == "active"
    assert [one["state"] for one in got(place, "/routing/rulesets")["rulesets"]] == ["active"]
    body = sent(place, "/routing/explain", {"event": place.leak.event_id})
    assert [one["code"] for one in body["decision"]["assist"]] == [FIRE, POLICE]
    assert got(place, here) == got(place, here) and got(place, here)["tested"]["events"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "", "rules": [RULE]},
        {"name": "x", "rules": []},
        {"name": "x", "rules": [7]},
        {"name": "x", "rules": [{**RULE, "hours": "late"}]},
        {"name": "x", "rules": [{**RULE, "lead": "ZZ0000000"}]},
        {"name": "x", "rules": [{**RULE, "else": 1}]},
        {"name": "x", "rules": [{**RULE, "grades": [[1]]}]},
    ],
)
def test_rules_that_mean_nothing_are_refused(place, body):
    sent(place, "/routing/rulesets", body, "dispatcher", 400)


def test_sets_that_are_not_there(place):
    got(place, "/routing/rulesets/999", status=404)
    got(place, "/routing/rulesets/x", status=404)
    sent(place, "/routing/rulesets/999/test", {}, "dispatcher", 404)
    sent(place, "/routing/rulesets/999/activate", None, "admin", 404)
