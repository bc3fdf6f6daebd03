"""Bad input gets a problem that names the parameter and its rule: never a server's error, never an answer to another question."""

from __future__ import annotations

import socket
from urllib.parse import quote, urlsplit

import orjson
import pytest

from api import problems, schemas
from api.parameters import QUERY_BYTES
from gridgeo.access.model import Scope
from tests.api import callers
from tests.api.world import A

GOOD = {"lon": "113.005", "lat": "22.895"}

BAD_NUMBERS = {
    "empty": "",
    "nan": "nan",
    "inf": "inf",
    "-infinity": "-Infinity",
    "1e400": "1e400",
    "underscore": "1_0",
    "hexadecimal": "0x1",
    "full-width": "１１３",
    "arabic": "١١٣",
    "leading space": " 113",
    "trailing space": "113 ",
    "comma pair": "113,22",
    "letters": "abc",
    "plus sign decoded to a space": "+113",
    "400 digits": "1" * 400,
    "exponent alone": "e5",
    "two points": "1.2.3",
    "NUL": "113\0",
    "line break": "113\r\nSet-Cookie: a=b",
    "bidi": "\u202e113",
    "off the earth": "200",
    "far off": "1e300",
    "degree sign": "113.9°",
    "sexagesimal": "113:54:00",
}


def refused(answer, status=400, code=None):
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = schemas.Problem.model_validate(answer.json())
    assert (problem.status, problem.instance) == (status, f"urn:uuid:{answer.headers['x-request-id']}")
    assert len(answer.content) < 2000
    if code:
        assert code in (problem.code, *(fault.code for fault in problem.errors))
    return problem


def at(client, query: str):
    return client.get(f"/grids/at?{query}")


@pytest.mark.parametrize("name", ["lon", "lat"])
@pytest.mark.parametrize("text", BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_coordinates_are_plain_numbers(client, name, text):
    given = {**GOOD, name: text}
    problem = refused(at(client, "&".join(f"{key}={quote(value, safe='+')}" for key, value in given.items())))
    assert problem.errors[0].parameter == name


def test_missing_coordinates_are_all_named(client):
    assert [fault.parameter for fault in refused(at(client, "")).errors] == ["lon", "lat"]


def test_swapped_coordinates_are_said(client):
    assert "swapped" in refused(at(client, "lon=22.895&lat=113.005")).errors[0].detail


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:3857"])
@pytest.mark.parametrize("xy", [("1e30", "1"), ("1e300", "1e300"), ("-1e9", "5e9")])
def test_a_plane_ends_somewhere(client, crs, xy):
    answer = client.get("/grids/at", params={"lon": xy[0], "lat": xy[1], "crs": crs})
    refused(answer)


def test_a_repeated_parameter_is_refused(client):
    refused(at(client, "lon=113&lat=22&lon=113"), code="repeated-parameter")


@pytest.mark.parametrize(
    ("wrong", "meant"), [("lng", "lon"), ("Lon", "lon"), ("LAT", "lat"), ("date_time", "datetime"), ("sheme", "scheme")]
)
def test_an_unknown_parameter_is_refused_with_what_was_meant(client, wrong, meant):
    problem = refused(at(client, f"lon=113&lat=22&{wrong}=1"), code="unknown-parameter")
    assert f"did you mean {meant}?" in problem.errors[0].detail


UNKNOWN_QUERIES = {
    "srid": "srid=4490",
    "no name": "=5",
    "bracket": "lon[]=113",
    "2000 parameters": "&".join(f"a{i}=1" for i in range(150)),
    "chinese": quote("经度") + "=113",
    "proto": "__proto__=1",
}


@pytest.mark.parametrize("query", UNKNOWN_QUERIES.values(), ids=UNKNOWN_QUERIES)
def test_what_is_not_declared_is_refused(client, query):
    refused(at(client, f"lon=113&lat=22&{query}"))


@pytest.mark.parametrize("query", ["lon=%ff&lat=22", "lon=113&lat=22&%ED%A0%80=1", "lon=%C0%80&lat=22"])
def test_a_query_is_utf8(client, query):
    refused(at(client, query), code="invalid-encoding")


def test_raw_bytes_beyond_ascii_are_refused(address):
    status, body = raw(address, b"GET /grids/at?lon=\xff&lat=22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status == 400 and b"Traceback" not in body


def test_what_is_no_http_is_told_so_as_every_refusal_is(address):
    """An address of more than 64 KiB, of which the reader keeps no more."""
    status, body = raw(address, b"GET /grids/at?lon=" + b"1" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (status, orjson.loads(body.partition(b"\r\n\r\n")[2])["code"]) == (400, "bad-request")


def test_a_query_may_not_be_endless(client):
    refused(at(client, "lon=113&lat=22&scheme=" + "a" * QUERY_BYTES), 414, "uri-too-long")
    refused(at(client, "lon=113&lat=22&scheme=" + "a" * 7900), 400, "invalid-parameter")


BAD_DATETIMES = ["", "garbage", "2026-13-01", "2026-02-30", "2026-01-01T24:61:61Z", "2026-01-01T23:59:60Z", "now", "yesterday", "infinity"]
BAD_DATETIMES += [
    "0000-01-01",
    "9999999-01-01",
    "2026",
    "2026-1-1",
    "20260101",
    "2026-W01-1",
    "2026-01-01T00:00:00",
    "2026-01-01 00:00:00Z",
]
BAD_DATETIMES += [
    "２０２６-01-01",
    "2026-01-01'",
    "2026-01-01;drop table x",
    "2026-01-01T00:00:00+25:00",
    "0001-01-01T00:00:00+08:00",
    "1735689600",
]


@pytest.mark.parametrize("text", BAD_DATETIMES)
def test_a_datetime_is_an_instant_or_a_date(client, text):
    problem = refused(client.get("/grids/at", params={**GOOD, "datetime": text}))
    assert problem.errors[0].parameter == "datetime"


@pytest.mark.parametrize("text", ["2024-01-01/2025-01-01", "../..", "../2025-01-01", "2024-01-09/P2D", "2025-01-01/2024-01-01"])
def test_an_interval_is_no_moment(client, text):
    assert "interval" in refused(client.get("/grids/at", params={**GOOD, "datetime": text})).errors[0].detail


def test_a_plus_that_became_a_space_is_said(client):
    assert "%2B" in refused(at(client, "lon=113&lat=22&datetime=2026-01-01T00:00:00+08:00")).errors[0].detail


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0001-01-01", "1900-01-01", "2999-01-01"])
def test_far_moments_are_only_far(client, text):
    assert client.get("/grids/at", params={**GOOD, "datetime": text}).status_code in (200, 404)


BAD_SYSTEMS = [
    "",
    "EPSG:9999",
    "EPSG:2435",
    "EPSG:",
    "4490 ",
    "EPSG:4490;",
    "../../etc/passwd",
    "http://evil.example/crs",
    "+proj=longlat",
    "EPSG:٤٤٩٠",
]
BAD_SYSTEMS += ["http://www.opengis.net/def/crs/0/unsupported", "http://www.opengis.net/def/crs/EPSG/0/27700", "wgs 84", "x" * 1000]


@pytest.mark.parametrize("text", BAD_SYSTEMS)
def test_a_system_is_one_of_those_offered(client, text):
    assert refused(client.get("/grids/at", params={**GOOD, "crs": text})).errors[0].parameter == "crs"


@pytest.mark.parametrize("text", ["", "Governance", "a b", "gov;drop", "x" * 33, "治理", "%", "'", "governance\0"])
@pytest.mark.parametrize("name", ["scheme", "level"])
def test_names_of_schemes_and_levels_are_plain(client, name, text):
    assert refused(client.get("/grids/at", params={**GOOD, name: text})).errors[0].parameter == name


def test_an_unknown_level_is_refused_with_those_there_are(client):
    problem = refused(client.get("/grids/at", params={**GOOD, "level": "village"}))
    assert "district, street, community, micro" in problem.errors[0].detail


@pytest.mark.parametrize("text", ["", "xml", "JSON", "../../etc/passwd", "geojson,json"])
def test_the_form_is_one_of_those_offered(client, text):
    refused(client.get(f"/grids/{A}", params={"f": text}))


BAD_CODES = {
    "NUL": "%00",
    "NUL inside": "a%00b",
    "SQL": quote("' or 1=1--"),
    "path": "..%2f..%2fetc%2fpasswd",
    "bytes": "%ff%fe",
    "surrogate": "%ED%A0%80",
    "emoji": quote("🏙"),
    "8000 characters": "4" * 8000,
    "line break": "a%0d%0aSet-Cookie:%20a=b",
    "dots": "%2e%2e",
    "bidi": quote("\u202e440306"),
    "leading space": "%20440306",
    "trailing space": "440306%20",
    "full-width": quote("４４０３０６"),
    "lower case": "abc",
    "id 0": "u0",
    "id -1": "u-1",
    "id 2^63": "u9223372036854775808",
    "id 1.0": "u1.0",
    "id 1e3": "u1e3",
    "id arabic": quote("u١"),
    "id padded": "u00001",
    "unknown": "440399",
    "identity card": "44030619900101123X",
}


@pytest.mark.parametrize(
    "path", ["/grids/{}", "/grids/{}/children", "/editions/{}", "/editions/{}/findings", "/editions/1/diff/{}", "/maps/data/{}/x"]
)
@pytest.mark.parametrize("text", BAD_CODES.values(), ids=BAD_CODES)
def test_what_names_nothing_is_not_found(client, path, text):
    problem = refused(client.get(path.format(text)), 404)
    assert "19900101" not in problem.detail  # what is given is not repeated in full


def test_a_padded_number_is_another_name(client, world):
    refused(client.get(f"/editions/0{world.first}"), 404)


def test_no_trailing_slash_and_no_redirect(client):
    refused(client.get(f"/grids/{A}/"), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/grids/at", "GET, HEAD, POST"),
        ("PUT", "/grids/at", "GET, HEAD, POST"),
        ("POST", f"/grids/{A}", "GET, HEAD"),
        ("PATCH", "/grids/summary", "GET, HEAD"),
        ("TRACE", "/", "GET, HEAD"),
        ("PROPFIND", "/editions", "GET, HEAD"),
        ("POST", "/maps/", "GET, HEAD"),
    ],
)
def test_the_method_is_refused_before_the_body_is_looked_at(client, method, path, allowed):
    answer = client.request(method, path, content=b"<x/>", headers={"Content-Type": "text/xml"})
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


def test_every_resource_refuses_what_it_does_not_declare(client, world):
    document, headers = client.get("/api").json(), callers.bearer(callers.key(world.url, *map(str, Scope)))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            names = {each["name"]: each.get("example", "1") for each in operation.get("parameters", ()) if each["in"] == "path"}
            answer = client.request(method.upper(), path.format(**names), params={"zzz": "1"}, headers=headers)
            assert answer.status_code == 400, (method, path, answer.text[:200])
            if not path.startswith("/open311/"):  # its refusals have the form of its standard
                assert answer.json()["errors"][0]["code"] == "unknown-parameter", path


RAW = {
    "no Host": b"GET /grids/at?lon=113&lat=22 HTTP/1.1\r\n\r\n",
    "HTTP/1.0": b"GET /grids/at?lon=113&lat=22 HTTP/1.0\r\n\r\n",
    "absolute URI": b"GET http://evil.example/grids/at?lon=113&lat=22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "bad percent": b"GET /grids/at?lon=%zz&lat=22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "two lengths": b"POST /grids/at HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 5\r\nConnection: close\r\n\r\n[]",
    "negative length": b"POST /grids/at HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n[]",
    "huge length": b"POST /grids/at HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n[]",
    "length and chunks": b"POST /grids/at HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": b"POST /grids/at HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\nConnection: close\r\n\r\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "strange accept": b"GET / HTTP/1.1\r\nHost: x\r\nAccept: ;;q=x,,*/*;q=nan\r\nConnection: close\r\n\r\n",
    "bytes in headers": b"GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: \xff\r\nX-Request-Id: \xff\r\nConnection: close\r\n\r\n",
}


def test_unknown_methods_end_at_the_server(address):
    assert raw(address, b"FOO /editions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")[0] in (400, 405)


@pytest.mark.parametrize("request_bytes", RAW.values(), ids=RAW)
def test_odd_http_is_answered_or_refused_never_a_server_error(address, client, request_bytes):
    status, body = raw(address, request_bytes)
    assert status < 500 and b"Traceback" not in body
    assert client.get("/healthz").status_code == 200


def raw(address: str, request_bytes: bytes) -> tuple[int, bytes]:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(received.split(b" ", 2)[1]) if received else 0, received


def test_what_is_wrong_with_a_body_as_a_whole_is_said_of_the_body(client):
    answer = client.post("/grids/at", content=b"\xff", headers={"Content-Type": "text/csv"})
    assert refused(answer).detail.startswith("body: is not UTF-8")


def test_a_loaded_scheme_is_named_in_full_another_is_not_repeated(client):
    detail = client.get("/grids/summary", params={"datetime": "2020-01-01"}).json()["detail"]
    assert detail.startswith("scheme governance has no edition valid at that moment")
    assert "scheme polise has" in client.get("/grids/summary", params={"scheme": "polise"}).json()["detail"]
    assert "neighbourhood" not in client.get("/grids/summary", params={"scheme": "neighbourhood"}).json()["detail"]


def test_of_a_value_with_seven_digits_the_length_alone_is_told():
    assert problems.shown("449999193801089274") == "(18 characters)"
    assert problems.shown("a4499991") == "(8 characters)" and problems.shown("a 449999 1") == "(10 characters)"
    assert problems.shown("440306") == "440306" and problems.shown("neighbourhood1") == "neighbou… (14 characters)"


def test_the_one_form_there_is_is_not_one_of_one(client):
    assert refused(client.get("/grids/at", params={**GOOD, "f": "xml"})).errors[0].detail == "is not json"
