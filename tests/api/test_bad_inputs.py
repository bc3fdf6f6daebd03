"""A catalogue of bad inputs: each row is tried on every route that takes such a thing, and each is refused as its table says.

Which routes these are the OpenAPI document says, so that a new one is in it by itself. What is beside this: points in test_refusals.py
and test_batch.py, tiles in test_tiles.py, keys and tokens in test_access.py, geometries in tests/geo.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import orjson
import pytest

from tests.access import making
from tests.api import things
from tests.api.asking import GIVEN, OPEN311, ask, is_refusal, operation, query, routes
from tests.api.test_refusals import BAD_CODES, BAD_DATETIMES, BAD_NUMBERS, BAD_SYSTEMS, raw
from tests.api.whole import served
from tests.api.world import A

#: One row of so many is tried at a place.
SOME = 7


@pytest.fixture(scope="module")
def city(server, template, tmp_path_factory):
    with served(server, template, tmp_path_factory.mktemp("bad")) as city:
        yield city


@pytest.fixture(scope="module")
def tried(request) -> Callable[[int, int], bool]:
    """Whether a row is tried at a place, by their numbers: each at the first place, one of some at the others; with `--long` all."""
    whole = request.config.getoption("--long")
    return lambda row, place: whole or place == 0 or (row + place) % SOME == 0


def refused(answer: httpx.Response, *statuses: int) -> str | None:
    """What is wrong with a refusal; None where it is as it should be. What writes over a state asks first which one is known (428)."""
    if answer.status_code in {428, *statuses} and is_refusal(answer) and len(answer.content) < 3000:
        return None
    return f"{answer.status_code}, {answer.headers.get('content-type')}: {answer.text[:160]}"


# --- 1. what stands in a query -----------------------------------------------------------------------------------

#: More than an address may hold.
_MANY = 4000
_CASE = "case when (select current_user) = 'postgres' then 1 else 2 end"
_NOT_A_LIST = ("", ",", "a,,b", "x\0")
_WHOLE = ("0", "-1", "1.5", "1e3", "unlimited", "", "١٠", "１", "+5", "5 ", "9" * 5000, "0x10", "1_0", "' or 1=1--", "NaN")
#: The texts that each parameter refuses, on whichever route it stands; what is too long for an address answers 414.
TEXTS: dict[str, tuple[str, ...]] = {
    "bbox": (
        *("", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,nan", "1,2,3,inf", "0,0,1e400,1", "0,50,1,40", "0,0,300,1", "１,2,3,4", "1_0,2,3,4"),
        *("0x1,2,3,4", "1,2,3,4\0", "1;2;3;4", "1 2 3 4", "[1,2,3,4]", "0,0,9,1,1,1", ",".join(["1"] * 7), ",".join(["1"] * _MANY)),
    ),
    "limit": _WHOLE,
    "cursor": ("", "x", "AAAA", "A" * 22, "..", "' or 1=1--", "eyJvZmZzZXQiOjF9eyJvZmZzZXQiOjF9", "ＡＡ", "A" * 5000),
    "datetime": tuple(BAD_DATETIMES),
    "recorded": ("", "garbage", "2026-13-01", "infinity", "2026-01-01/2026-02-01"),
    "crs": tuple(BAD_SYSTEMS),
    "bbox-crs": tuple(BAD_SYSTEMS),
    "filter-crs": tuple(BAD_SYSTEMS),
    "filter-lang": ("", "sql", "CQL2-TEXT", "cql-text", "../x"),
    "sortby": (
        "",
        "unheard",
        "id;drop table x",
        "(select 1)",
        _CASE,
        "1",
        "floors,",
        "geom",
        "zone",
        "rowid",
        "-",
        "a b",
        ",".join("abcdefg"),
    ),
    "properties": ("", "unheard", "*", "f.zone", "geom;--", ",", "a,,b"),
    "filter": (
        *(
            "1=1",
            "",
            "unheard = 1",
            "floor = 'x",
            "upper(status) = 'x'",
            "CAST(floor AS text) = '1'",
            "pg_sleep(5) = 1",
            "floor = (SELECT 1)",
        ),
        *("floor = 1; DROP TABLE building", "floor = 1 OR 1=1--", "NOT " * 700 + "floor = 1", "(" * 1000 + "floor = 1" + ")" * 1000),
        *("floor IN (" + ",".join("1" * 900) + ")", "floor IN (" + ",".join(map(str, range(_MANY))) + ")", "floor = 1e400"),
        *("S_INTERSECTS(geometry, POINT(1e400 1))", "S_INTERSECTS(geometry, POLYGON((0 0,1 1,0 1,1 0,0 0)))", "geometry = 1"),
        *("S_INTERSECTS(geometry, POLYGON((" + ",".join(f"{i} 1" for i in range(_MANY)) + ")))", "floor = \0", "floor LIKE 1", "%"),
    ),
    "ids": (*_NOT_A_LIST, ",".join(map(str, range(101)))),
    "q": ("x" * 600, "a\0b"),
    "f": ("", "JSON", "xml", "../../etc/passwd", "json,csv", "application/json"),
    "count": ("", "all", "EXACT", "1"),
    "category": ("", "a", "-1", "1.5", "1,,2", "0", "2147483648", "1 or 1=1", ",".join(["1"] * 600)),
    "status": ("", "standing", "in_use,", "IN_USE", "' or 1=1--"),
    "unit": ("a b", "' or 1=1--", "%", "u0", "u-1", "u9223372036854775808", "４４０３０６"),
    "level": ("", "Village", "a b", "' or 1=1--", "街道"),
    "scheme": ("", "Governance", "gov;drop", "治理", "x" * 33),
    "by": ("", "geom", "category,status", "1"),
    **dict.fromkeys(("lon", "lat"), tuple(text for text in BAD_NUMBERS.values() if text != "+113")),  # here its + is one
    "within_m": ("", "nan", "inf", "-1", "1e12", "0x1"),
    "after": ("-1", "1.5", "", "1e3", "9" * 30),
    **dict.fromkeys(("from", "to", "at"), ("-1", "1.5", "1e3", "9" * 30, "x", "' or 1=1--")),
    "seconds": ("-1", "1.5", "3601", "", "x"),
    "entity": ("", "person", "Building", "building;"),
    "purpose": ("", "curiosity", "' or 1=1--", "x" * 300),
    "offset": ("0", "-1", "1500000", "9223372036854775808"),
    "zzz": ("1",),
    "LIMIT": ("1",),
    "__proto__": ("1",),
}
#: Of collections and of properties called alike: there these are texts to be looked for, or are said elsewhere; Open311 takes an
#: empty text for none.
_LOOKED_FOR = {"unit", "status", "category", "level", "within_m", "entity", "by"}


def taking(name: str) -> list[tuple[str, str]]:
    """The routes a parameter stands on; those that are on none stand on all that take some query."""
    found = []
    for method, template in routes():
        names = {each["name"] for each in operation(method, template).get("parameters", ()) if each["in"] == "query"}
        if name in names and not (template.startswith(("/collections/{collectionId}", OPEN311)) and name in _LOOKED_FOR):
            found.append((method, template))
    return found or [route for route in routes() if operation(*route).get("parameters") and route[0] == "GET"]


@pytest.mark.parametrize("name", TEXTS)
def test_a_query_is_refused_by_each_route_alike(city, tried, name):
    wrong = {}
    for place, (method, template) in enumerate(taking(name)):
        for text in (text for row, text in enumerate(TEXTS[name]) if tried(row, place)):
            asked = {**query(method, template), **GIVEN.get((method, template), {}).get("params", {}), name: text}
            fault = refused(ask(city.client, method, template, params=asked), 400, 414)
            if fault:
                wrong[template, text[:40]] = fault
    assert wrong == {}


def test_a_parameter_is_given_once_whatever_it_is(city):
    wrong = {}
    for method, template in routes():
        for each in operation(method, template).get("parameters", ()):
            if each["in"] == "query":
                twice = [(each["name"], "1"), (each["name"], "1")]
                fault = refused(ask(city.client, method, template, params=twice), 400)
                if fault:
                    wrong[template, each["name"]] = fault
    assert wrong == {}


# --- 2. what stands in a path ------------------------------------------------------------------------------------

CODES = {
    **BAD_CODES,
    "empty": "",
    "minus one": "-1",
    "2^31": "2147483648",
    "2^63": "9223372036854775808",
    "1.0": "1.0",
    "1e3": "1e3",
    "00001": "00001",
    "24 digits": making.HOUSE[A][:-1],
    "26 digits": making.HOUSE[A] + "1",
    "a building nobody has": making.BUILDING[A][:-1] + "9",
    "lower case": things.CODE[A].lower(),
    "format": quote("{0}%s"),
    "query": "1%3Fx=1",
    "semicolon": "1;jsessionid=1",
    "wildcard": "%25",
}


def test_what_names_nothing_is_found_nowhere(city, tried):
    """Whatever stands in a path, alone wrong among what is right. Tiles have numbers, which are parameters to them: 400.

    OPTIONS says what may be done at an address, whether something is there or not.
    """
    wrong = {}
    for place, (method, template) in enumerate((route for route in routes() if route[0] != "OPTIONS"), 1):
        parameters = operation(method, template).get("parameters", ())
        body = {"json": given["json"]} if "json" in (given := GIVEN.get((method, template), {})) else {}
        right = {each["name"]: str(each.get("example", "1")) for each in parameters if each["in"] == "path"} | given.get("path", {})
        for name in right:
            for label, text in (each for row, each in enumerate(CODES.items()) if tried(row, place)):
                if (name, label) == ("ref", "lower case"):  # element codes are brought to capitals, and found
                    continue
                address = template.format(**{**right, name: text})
                answer = city.client.request(method, address, params=query(method, template), **body)
                fault = refused(answer, 400, 404, 405, 409, 410)
                if fault:
                    wrong[method, template, name, label] = fault
    assert wrong == {}


# --- 4. what stands in a body ------------------------------------------------------------------------------------

#: Whole bodies that are none, whatever a route takes.
BODIES = {
    **{"empty": b"", "null": b"null", "text": b'"x"', "number": b"5", "true": b"true", "truncated": b'{"a":', "trailing": b"{} x"},
    **{"two documents": b"{}{}", "NaN": b'{"a":NaN}', "Infinity": b'{"a":Infinity}', "1e400": b'{"a":1e400}', "deep": b"[" * 100_000},
    **{
        "deep and closed": b'{"a":' * 5000 + b"1" + b"}" * 5000,
        "5000 digits": b'{"a":' + b"1" * 5000 + b"}",
        "invalid UTF-8": b'{"a":"\xff"}',
    },
    **{"UTF-16": "{}".encode("utf-16"), "byte order mark": b"\xef\xbb\xbf{}", "NUL": b"{}\0", "surrogate": b'{"a":"\\ud800"}'},
    **{"unknown": b'{"zzz":1}', "prototype": b'{"__proto__":{"is_admin":true}}', "comment": b"{/**/}", "single quotes": b"{'a':1}"},
    **{"an array of nulls": b"[null,null]", "a formula": b'{"=1+1":1}', "a long name": b'{"' + b"x" * 100_000 + b'":1}'},
}
#: What is put in the place of every value of a body that is right.
VALUES = {
    **{"null": None, "true": True, "an object": {}, "an array": [], "empty": "", "spaces": "   ", "zero width": "\u200b\u200d"},
    **{"bidi": "\u202egnp.exe", "line break": "a\r\nb", "NUL": "a\0b", "HTML": "<b>x</b>", "formula": "=1+1", "minus": -1, "half": 0.5},
    **{
        "2^63": 2**63,
        "-2^63": -(2**63),
        "far": 1e308,
        "a number as text": "1",
        "long": "x" * 100_000,
        "nested": [[[{}]]],
        "nulls": [None] * 3,
    },
    **{
        "many": [1] * 20_000,
        "no zone": "2026-01-01T00:00:00",
        "year 1": "0001-01-01",
        "leap": "2026-06-30T23:59:60Z",
        "24:00": "2026-01-01T24:00Z",
    },
}
KINDS = (
    *("text/plain", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/merge-patch+json"),
    *("application/json; charset=utf-16", "application/json; charset=gbk", "application/geo+json", "../x", "x" * 300),
)


def bodies() -> list[tuple[str, str, Any]]:
    """Routes that take JSON, and a body each would take."""
    found = []
    for method, template in routes():
        content = operation(method, template).get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            found.append((method, template, GIVEN.get((method, template), {}).get("json", content.get("example"))))
    return found


#: Bytes that every route takes, whatever they are; some take more.
_SHORT_BODY = 64 * 1024


def test_what_is_no_body_is_refused(city):
    wrong = {}
    for method, template, body in bodies():
        told = orjson.dumps(body)
        first = told[1:-1].partition(b",")[0]
        whole = {**BODIES, "duplicate": b"{" + first + b"," + told[1:]} if first else BODIES
        for label, content in whole.items():
            answer = ask(city.client, method, template, content=content, headers={"Content-Type": "application/json"})
            fault = refused(answer, 413 if len(content) > _SHORT_BODY and answer.status_code == 413 else 400)
            if fault:
                wrong[template, label] = fault
        for member in ("id", "is_admin", "__proto__", "area"):
            if isinstance(body, dict) and member not in body:
                fault = refused(ask(city.client, method, template, json={**body, member: 1}), 400)
                if fault:
                    wrong[template, member] = fault
    assert wrong == {}


def test_other_kinds_of_bodies_are_refused(city):
    wrong = {}
    for method, template, body in bodies():
        taken = operation(method, template)["requestBody"]["content"]
        headers = [{"Content-Type": kind} for kind in KINDS if kind not in taken]
        headers += [{"Content-Type": "application/json", "Content-Encoding": coding} for coding in ("gzip", "br", "x")]
        for given in headers:
            fault = refused(ask(city.client, method, template, content=orjson.dumps(body), headers=given), 415)
            if fault:
                wrong[template, str(given)[:60]] = fault
    assert wrong == {}


def test_a_value_that_cannot_be_is_no_error_of_ours(city, tried):
    """Each value of a body, one after the other: refused, or answered where it can be meant."""
    wrong = {}
    for method, template, body in bodies():
        for (place, name), (row, label) in product(enumerate(body, 1), enumerate(VALUES)):
            if tried(row, place):
                answer = ask(city.client, method, template, json={**body, name: VALUES[label]})
                if answer.status_code not in (200, 201) and (fault := refused(answer, 400, 404, 409, 410, 413)):
                    wrong[template, name, label] = fault
    assert wrong == {}


# --- 8. what stands around it ------------------------------------------------------------------------------------

_GET = b"GET /grids/at?lon=113&lat=22 HTTP/1.1\r\nHost: x\r\n"
_POST = b"POST /grids/at HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
_END = b"Connection: close\r\n\r\n"
RAW = {
    "expect": _POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n" + _END + b"[]",
    "expect something": _POST + b"Expect: magic\r\nContent-Length: 2\r\n" + _END + b"[]",
    "half a body": _POST + b"Content-Length: 2000\r\n" + _END + b"[[113",
    "half a chunk": _POST + b"Transfer-Encoding: chunked\r\n" + _END + b"ff\r\n[[113",
    "other coding": _POST + b"Transfer-Encoding: gzip\r\n" + _END + b"x",
    "a folded header": _GET + b"A: b\r\n c\r\n" + _END,
    "a space before the colon": _GET + b"A : b\r\n" + _END,
    "100 kB in a header": _GET + b"A: " + b"x" * 100_000 + b"\r\n" + _END,
    "5000 headers": _GET + b"A: b\r\n" * 5000 + _END,
    "two hosts": _GET + b"Host: y\r\n" + _END,
    **{
        f"a host {number}": b"GET /collections HTTP/1.1\r\nHost: " + host + b"\r\n" + _END
        for number, host in enumerate(
            (b"", b"[", b"a b", b"x:abc", b"x:99999999", b"\xff", b'"><script>alert(1)</script>', b"x/../y", b"%zz")
        )
    },
    "a line alone": b"GET /\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9": b"GET / HTTP/9.9\r\nHost: x\r\n" + _END,
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n" + _END,
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n" + _END,
    "TRACE": b"TRACE / HTTP/1.1\r\nHost: x\r\n" + _END,
    "upgrade": _GET + b"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eHh4\r\n\r\n",
    "a range": _GET + b"Range: bytes=0-1,5-,-1,x\r\n" + _END,
    "times that are none": _GET + b"If-Modified-Since: yesterday\r\nIf-Unmodified-Since: x\r\n" + _END,
    "tags that are none": _GET + b'If-None-Match: "a, W/, ,*\r\nIf-Match: \xff\r\n' + _END,
    "forwarded by nobody": _GET + b"X-Forwarded-For: 1.2.3.4, ::1, x\r\nX-Forwarded-Proto: gopher\r\nForwarded: for=_\r\n" + _END,
    "a path of dots": b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n" + _END,
    "a path of slashes": b"GET //evil.example//grids HTTP/1.1\r\nHost: x\r\n" + _END,
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n" + _END,
    "a fragment": b"GET /grids/at?lon=113&lat=22#x HTTP/1.1\r\nHost: x\r\n" + _END,
}


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW)
def test_odd_http_is_answered_or_refused_and_the_service_goes_on(city, sent):
    """Headers without end are refused by a proxy in front: this server has no bound of its own to them."""
    try:
        status, body = raw(city.address, sent)
    except ConnectionError:  # what is not read to its end is cut off
        status, body = 0, b""
    assert status < 500 and b"Traceback" not in body
    assert city.client.get("/healthz").status_code == 200


def test_a_caller_that_sends_nothing_holds_up_nobody(city):
    parts = urlsplit(city.address)
    idle = [socket.create_connection((parts.hostname, parts.port)) for _ in range(50)]
    for connection in idle:
        connection.sendall(_POST + b"Content-Length: 2000\r\n\r\n[")
    assert city.client.get(f"/grids/{A}").status_code == 200
    for connection in idle:
        connection.close()
    assert city.client.get(f"/grids/{A}").status_code == 200
