"""Open311: clients of others list services, report and read; what is not public is not there, and nobody's words are told."""

from __future__ import annotations

import logging
import os
import subprocess
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest
from pydantic import TypeAdapter

from api import schemas_open311 as told
from gridgeo.db import connection
from gridgeo.linkage import keys, reporters
from gridgeo.moments import CHINA
from tests import apart
from tests.access import making
from tests.api import canaries, eventful
from tests.api.eventful import caller
from tests.api.world import A, D
from tests.events import life

LOCK = Path(__file__).with_name("open311.lock")
PHONE = "13800138000"
_HERE = {"lat": "22.895", "long": "113.005"}
_ROOT = "/open311/v2"


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The city with two public classes and one that is not, and a channel of Open311."""
    of = {
        "app": caller("report"),
        "clerk": caller("read", "report", "accept", "dispatch"),
        "reader": caller("read"),
        "reader of D": caller("read", area=D),
    }
    with eventful.served(server, template, tmp_path_factory, of, fill=services, locked=True) as lent:
        lent.code = lent.made
        yield lent


def services(conn) -> dict[str, str]:
    """Add the channel; return the codes of services by their class."""
    with conn.cursor() as cur:
        cur.execute("INSERT INTO gridgeo.channel (channel, kind, source, name_zh, name_en) VALUES ('web-open311', 'web', '', '接口', 'x')")
        cur.execute("SELECT path, class_id FROM gridgeo.event_class")
        return {path: str(class_id) for path, class_id in cur.fetchall()}


def got(place, path, expected=200, who=None, **params):
    headers = place.of[who or "nobody"]
    answer = place.client.get(f"{_ROOT}/{path}.json", params=params, headers=headers)
    assert answer.status_code == expected, answer.text
    return answer.json()


def sent(place, status=201, headers=None, form="json", **fields):
    plain = {"service_code": place.code[life.LAMP], "api_key": place.keys["app"], "description": "路灯不亮", **_HERE, **fields}
    said = {name: text for name, text in plain.items() if text is not None}
    answer = place.client.post(f"{_ROOT}/requests.{form}", data=said, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json() if form == "json" else ElementTree.fromstring(answer.content)


def number(place, **fields):
    return sent(place, **fields)[0]["service_request_id"]


def valid(model, body):
    return TypeAdapter(model).validate_json(orjson.dumps(body))


def faults(body):
    return " ".join(each.description for each in valid(list[told.Open311Error], body))


def test_services_are_the_public_classes(place):
    found = valid(list[told.Open311Service], got(place, "services"))
    assert [one.service_name for one in found] == ["路灯不亮", "燃气泄漏"]
    lamp = found[0]
    assert (lamp.service_code, lamp.group, lamp.metadata) == (place.code[life.LAMP], "公用设施", False)
    valid(told.Open311Definition, got(place, f"services/{lamp.service_code}"))
    for none in (place.code[life.NOISE], "999", "x"):
        assert got(place, f"services/{none}", 404)[0]["code"] == 404


def test_a_report_is_an_event_like_any_other(place):
    taken = valid(list[told.Open311Taken], sent(place, address_string="海滨路1号"))[0]
    event = place.client.get(f"/events/{taken.service_request_id}", headers=place.of["clerk"]).json()
    assert (event["channel"], event["class"]["path"], event["unit"]["code"], event["stage"]) == ("web-open311", life.LAMP, A, "reported")
    assert (event["told"], event["address"], event["kind"]) == ("路灯不亮", "海滨路1号", "event")
    bare = number(place, description=None, lat=None, long=None, address_id=making.BUILDING[A])
    event = place.client.get(f"/events/{bare}", headers=place.of["clerk"]).json()
    assert (event["told"], event["place"]) == ("路灯不亮", making.BUILDING[A])


def test_a_service_request_is_facts_without_a_word_of_people(place):
    told_ = number(place, description="门口张三家的路灯不亮", address_string="海滨路1号")
    for who in (None, "reader", "clerk"):
        (one,) = valid(list[told.Open311Request], got(place, f"requests/{told_}", who=who))
        assert (one.service_request_id, one.status, one.status_notes) == (told_, "open", "上报 reported")
        assert (one.lat, one.long, one.description, one.address) == (22.895, 113.005, None, None)
        assert one.requested_datetime.utcoffset().total_seconds() == 8 * 3600 and one.requested_datetime.microsecond == 0
    token = valid(list[told.Open311Token], got(place, f"tokens/{told_}"))[0]
    assert token.service_request_id == token.token == told_


def test_what_became_of_it_is_open_or_closed(place):
    one = number(place)
    acted(place, one, "reject", reason="已修好")
    (shown,) = got(place, f"requests/{one}")
    assert (shown["status"], shown["status_notes"]) == ("closed", "不予立案 rejected")
    other = number(place)
    acted(place, other, "merge", into=number(place))
    assert got(place, f"requests/{other}")[0]["service_notice"].startswith("并入 merged into ")
    filed = number(place)
    acted(place, filed, "file")
    acted(place, filed, "dispatch", department_code=life.LIGHTS)
    assert got(place, f"requests/{filed}")[0]["agency_responsible"] == "照明处"
    assert {each["service_request_id"] for each in got(place, "requests", status="closed")} >= {one, other}
    assert filed not in {each["service_request_id"] for each in got(place, "requests", status="closed")}
    both = {each["service_request_id"] for each in got(place, "requests", status="open,closed")}
    assert both >= {one, other, filed}


def acted(place, ref, action, **more):
    headers = {**place.of["clerk"], "If-Match": "*"}
    answer = place.client.post(f"/events/{ref}/actions", json={"action": action, **more}, headers=headers)
    assert answer.status_code == 200, answer.text


def test_service_requests_are_asked_by_number_service_and_time(place):
    lamp, gas = number(place), number(place, service_code=place.code["突发事件/燃气/燃气泄漏"])

    now = datetime.now(CHINA)
    today, tomorrow = str(now.date()), (now + timedelta(days=1)).isoformat(timespec="seconds")

    def numbers(**asked):
        return {each["service_request_id"] for each in valid_list(got(place, "requests", **asked))}

    assert numbers(service_request_id=f"{gas},{lamp},1999999", status="closed") == {lamp, gas}
    assert gas in numbers(service_code=place.code[life.GAS]) and lamp not in numbers(service_code=place.code[life.GAS])
    assert numbers(start_date="2020-01-01", end_date="2020-03-01") == set()
    assert lamp not in numbers(end_date="2026-01-02") and lamp in numbers(start_date=today) and lamp in numbers(end_date=tomorrow)
    assert numbers(service_code="", status="", start_date="", jurisdiction_id="city.example") >= {lamp, gas}
    assert "90 days" in faults(got(place, "requests", 400, start_date="2026-01-01", end_date="2026-06-01"))


def valid_list(body):
    valid(list[told.Open311Request], body)
    return body


def test_what_is_not_public_is_not_there(place):
    body = {"channel": "hotline", "told": "楼上很吵", "class_path": life.NOISE, "kind": "request", "lon": 113.005, "lat": 22.895}
    headers = {**place.of["clerk"], "Idempotency-Key": "noise"}
    noise = place.client.post("/events", json=body, headers=headers).json()["event_code"]
    for path in ("requests", "tokens"):
        for who in (None, "clerk"):
            hidden, never = (got(place, f"{path}/{ref}", 404, who) for ref in (noise, f"{noise[:-6]}999999"))
            assert hidden == never
    assert noise not in str(got(place, "requests", who="clerk")) and got(place, "requests", service_request_id=noise, who="clerk") == []
    assert "service_code" in faults(sent(place, 404, service_code=place.code[life.NOISE]))
    lamp = number(place)
    assert got(place, f"requests/{lamp}", 404, "reader of D") and lamp not in str(got(place, "requests", who="reader of D"))


def test_xml_has_the_members_of_json(place):
    one = sent(place, form="xml").findtext("request/service_request_id")
    for path, root, item in (
        ("services", "services", "service"),
        (f"requests/{one}", "service_requests", "request"),
        (f"tokens/{one}", "service_requests", "request"),
    ):
        answer = place.client.get(f"{_ROOT}/{path}.xml")
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
        read, plain = ElementTree.fromstring(answer.content), got(place, path)
        texts = [{name: None if value is None else str(value).replace("False", "false") for name, value in row.items()} for row in plain]
        assert (read.tag, {each.tag for each in read}) == (root, {item})
        assert [{each.tag: each.text for each in row} for row in read] == texts
    formats = ElementTree.fromstring(place.client.get(f"{_ROOT}/discovery.xml").content).findall("endpoints/endpoint/formats/format")
    assert [each.text for each in formats] == ["text/xml", "application/json"]


def test_discovery_says_where(place):
    found = valid(told.Open311Discovery, got(place, "discovery"))
    assert found.endpoints[0].url == f"{place.where}{_ROOT}"


WRONG = {
    "no service": ({"service_code": None}, 400, "service_code"),
    "no such service": ({"service_code": "999"}, 404, "service_code"),
    "service by name": ({"service_code": "路灯"}, 400, "service_code"),
    "half a point": ({"long": None}, 400, "lat and long"),
    "nowhere": ({"lat": None, "long": None}, 400, "where it is"),
    "in another country": ({"lat": "48.1", "long": "11.5"}, 400, "lat"),
    "swapped": ({"lat": "113.005", "long": "22.895"}, 400, "lat"),
    "no number": ({"lat": "nan"}, 400, "lat"),
    "no building": ({"lat": None, "long": None, "address_id": "x"}, 400, "address_id"),
    "an attribute": ({"attribute[A]": "1"}, 400, "no attributes"),
    "unheard of": ({"adress_string": "x"}, 400, "did you mean address_string?"),
    "endless": ({"description": "x" * 4001}, 400, "description"),
    "no phone": ({"phone": "12"}, 400, "phone"),
    "no key": ({"api_key": None}, 403, "report"),
    "empty key": ({"api_key": ""}, 403, "report"),
    "a key of nobody": ({"api_key": "secret"}, 403, ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_faults_are_told_as_the_standard_tells_them(place, name):
    fields, status, words = WRONG[name]
    body = sent(place, status, **fields)
    assert words in faults(body) and {each["code"] for each in body} == {status}
    read = sent(place, status, form="xml", **fields)
    assert (read.tag, read.findtext("error/code")) == ("errors", str(status))


def test_a_key_reads_and_does_not_report_unless_it_may(place):
    assert "report" in faults(sent(place, 403, api_key=place.keys["reader"]))
    plain = place.client.post(f"{_ROOT}/requests.json", json={"service_code": "1"})
    assert (plain.status_code, plain.json()[0]["code"]) == (415, 415)
    assert "never into an address" in faults(got(place, "services", 400, api_key=place.keys["app"]))
    assert number(place, api_key=None, headers=place.of["app"])
    assert place.client.get(f"{_ROOT}/services.yaml").status_code == 404


def test_with_an_idempotency_key_sent_twice_is_one(place):
    key = {"Idempotency-Key": "once"}
    assert number(place, headers=key) == number(place, headers=key)
    assert sent(place, 400, headers=key, description="井盖丢了")[0]["code"] == 400
    assert number(place) != number(place)


def test_who_reports_stands_in_the_locked_room_alone(place):
    body = sent(place, phone=PHONE, email="zhang@example.org", first_name="三", last_name="张", media_url="http://x.example/1.jpg")
    assert "email, first_name, last_name, media_url" in body[0]["service_notice"]
    one = body[0]["service_request_id"]
    with closing(connection.connect(place.url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT event_id FROM gridgeo.event WHERE event_code = %s", (one,))
        vault = keys.unlock(conn, place.settings)
        assert reporters.tokens(conn, cur.fetchone()[0]) == [vault.token("phone", PHONE)]
        kept = []
        for table in ("event", "event_report", "event_step", "change"):
            cur.execute(f"SELECT string_agg(t::text, ' ') FROM gridgeo.{table} AS t")
            kept.append(cur.fetchone()[0] or "")
    assert not any(text in "".join(kept) for text in (PHONE, "zhang@example.org", "x.example"))


@pytest.mark.parametrize("canary", canaries.CANARIES)
def test_neither_keys_nor_codes_of_persons_are_repeated_or_logged(place, caplog, canary):
    with caplog.at_level(logging.DEBUG, "gridgeo"):
        paths = [f"{path}/{canary}.{form}" for path in ("services", "requests", "tokens") for form in ("json", canary)]
        answers = [place.client.get(f"{_ROOT}/{path}") for path in paths]
        answers.append(place.client.get(f"{_ROOT}/requests.json", params={"service_request_id": canary}))
        for name in ("service_code", "lat", "address_string", "address_id", "description", "phone", "email", canary):
            form = {"service_code": place.code[life.LAMP], **_HERE, "api_key": place.keys["app"], name: canary}
            answers.append(place.client.post(f"{_ROOT}/requests.xml", data=form))
    assert all(answer.status_code < 500 for answer in answers)
    text = "".join(answer.text + str(answer.headers) for answer in answers)
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records if record.name.startswith("gridgeo"))
    assert "/open311/v2/requests" in logged and place.keys["app"] not in text + logged
    assert not canaries.leaked(canary, text + logged)


# --- clients of others -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter of an environment with the clients, made where a package index can be reached."""
    return apart.environment("open311", LOCK).python


def said(python, code, *arguments):
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "PYTHONPATH"}
    done = subprocess.run([python, "-W", "ignore", "-c", code, *arguments], capture_output=True, text=True, timeout=180, env=plain)
    assert done.returncode == 0, done.stderr[-3000:]
    return orjson.loads(done.stdout)


_GEOREPORT = """
import json, sys
from georeport import GeoReport
told = []
for form in ("json", "xml"):
    there = GeoReport(sys.argv[1], jurisdiction="city.example", output_format=form)
    services = there.get_service_list()
    there.get_service_definition(services[0]["service_code"])
    listed = there.get_service_requests(status="open,closed")
    one = there.get_service_request(sys.argv[2])
    told.append([[each["service_name"] for each in services], len(listed) > 1, one["service_request_id"], float(one["lat"])])
print(json.dumps(told))
"""


def test_georeport_lists_and_reads_in_both_formats(place, python):
    one = number(place)
    number(place)
    assert said(python, _GEOREPORT, place.where + _ROOT, one) == [[["路灯不亮", "燃气泄漏"], True, one, 22.895]] * 2


#: It was written for Python 2, where a lazy filter had a name of its own.
_THREE = """
import itertools, json, sys
itertools.ifilter = filter
from three import Three
there = Three(sys.argv[1], api_key=sys.argv[2])
code = there.services()[0]["service_code"]
taken = there.post(code, lat=22.895, long=113.005, description="路灯不亮", name="San Zhang", phone="13800138000")
number = taken[0]["service_request_id"]
print(json.dumps([there.discovery()["endpoints"][0]["url"], there.request(number)[0]["status"],
                  number in [each["service_request_id"] for each in there.requests(code)], there.token(number)[0]["token"] == number]))
"""


def test_three_reports_and_reads(place, python):
    assert said(python, _THREE, place.where + _ROOT, place.keys["app"]) == [place.where + _ROOT, "open", True, True]
