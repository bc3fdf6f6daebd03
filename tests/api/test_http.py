"""What HTTP promises: HEAD, tags, 304, compression, other origins, headers, the line in the log."""

from __future__ import annotations

import gzip
import json
import logging
import re
import uuid

import pytest

from api.server import JsonLines
from tests.api.world import DISTRICT, A

TAGGED = ["/", "/?f=html", "/api", "/api.html", "/grids/summary", f"/grids/{A}", f"/grids/{A}?f=geojson", f"/grids/{DISTRICT}/descendants"]
TAGGED += ["/grids/at?lon=113.005&lat=22.895", "/editions", "/editions/1", "/editions/2/findings", "/editions/1/diff/2", "/maps/"]


@pytest.mark.parametrize("path", TAGGED)
def test_a_tag_is_stable_and_saves_the_body(client, path):
    first = client.get(path)
    etag = first.headers["etag"]
    assert first.status_code == 200 and re.fullmatch(r'"[^"]+"', etag)
    assert {client.get(path).headers["etag"] for _ in range(3)} == {etag}
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", TAGGED)
def test_head_is_get_without_the_body(client, path):
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for header in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers[header] == get.headers[header]


def test_every_get_takes_head(client):
    paths = client.get("/api").json()["paths"]
    read = [re.compile(re.sub("{[^}]+}", "[^/]+", path)) for path, item in paths.items() if "get" in item]
    for path, item in paths.items():
        parameters = [each for operation in item.values() for each in operation.get("parameters", ()) if each["in"] == "path"]
        names = {each["name"]: each.get("example", 1) for each in parameters}
        if "get" in item:
            assert client.head(path.format(**names)).status_code != 405, path
        elif not any(pattern.fullmatch(path) for pattern in read):  # else it is the name of something that is not there
            assert client.head(path.format(**names)).status_code == 405, path


def test_forms_and_codings_have_tags_of_their_own(client):
    json_tag, geo_tag = (client.get(f"/grids/{A}?f={form}").headers["etag"] for form in ("json", "geojson"))
    assert json_tag != geo_tag
    path = f"/grids/{DISTRICT}/descendants"
    plain = client.get(path)
    assert "content-encoding" not in plain.headers and "accept-encoding" in plain.headers["vary"].lower()
    for coding in ("gzip", "br"):
        coded = client.get(path, headers={"Accept-Encoding": coding})
        assert coded.headers["content-encoding"] == coding and coded.content == plain.content
        assert coded.headers["etag"] == f'{plain.headers["etag"][:-1]}-{coding}"'
        again = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": coded.headers["etag"]})
        assert (again.status_code, again.headers["etag"]) == (304, coded.headers["etag"])


ACCEPTED = {
    "br": ("gzip, deflate, br", "br;q=0.1, gzip", "BR", "*"),
    "gzip": ("gzip, br;q=0", "*, br ; q=0.000", "gzip"),
    None: ("", "identity", "deflate, zstd", "*;q=0", "brotli", "gzip;q=0, *;q=0"),
}


@pytest.mark.parametrize(("coding", "accepted"), [(coding, each) for coding, given in ACCEPTED.items() for each in given])
def test_an_answer_is_packed_as_its_caller_takes_it(client, coding, accepted):
    """RFC 9110, 12.5.3: what has no weight is refused."""
    answer = client.get(f"/grids/{DISTRICT}/descendants", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == coding and answer.json()["units"]


def test_what_comes_in_pieces_is_packed_in_pieces(client):
    asked = "/collections/grids/items?f=geojsonseq&limit=10000"
    plain = client.get(asked, headers={"Accept-Encoding": "identity"})
    packed = client.get(asked, headers={"Accept-Encoding": "br"})
    assert (packed.headers["content-encoding"], packed.content) == ("br", plain.content) and "content-length" not in packed.headers


def test_small_answers_are_not_compressed(client):
    assert "content-encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers


def test_a_batch_is_compressed_when_asked_for(address):
    import urllib.request

    body = json.dumps([[113.005, 22.895]] * 100).encode()
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        urllib.request.Request(f"{address}/grids/at", body, headers)
    ) as answer:
        assert json.loads(gzip.decompress(answer.read()))["numberReturned"] == 100


@pytest.mark.parametrize("path", ["/", "/?f=html", "/healthz", f"/grids/{A}", "/grids/440399", "/nothing", "/grids/at"])
def test_every_answer_is_guarded_and_numbered(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"].partition("style-src")[0]
    assert "server" not in headers
    uuid.UUID(headers["x-request-id"])


def test_a_callers_number_is_kept_where_it_is_one(client):
    number = str(uuid.uuid4())
    assert client.get("/healthz", headers={"X-Request-Id": number}).headers["x-request-id"] == number
    assert client.get("/healthz", headers={"X-Request-Id": "x" * 36}).headers["x-request-id"] != "x" * 36


def test_allowed_origins_may_read_and_others_may_not(client):
    allowed = client.get("/grids/summary", headers={"Origin": "https://map.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://map.example"
    assert {"ETag", "Content-Crs"} <= set(allowed.headers["access-control-expose-headers"].split(", "))
    other = client.get("/grids/summary", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    preflight = {"Origin": "https://map.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    assert client.options("/grids/at", headers=preflight).headers["access-control-allow-origin"] == "https://map.example"


@pytest.fixture
def lines():
    """What the request log says meanwhile."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = logging.getLogger("gridgeo.request")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield records
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_one_line_a_request_with_the_pattern_never_the_address(client, lines):
    client.get("/grids/44030619900101123X")
    client.get("/grids/at?lon=113.005&lat=22.895")
    client.get("/13800138000")
    client.head("/healthz")
    texts = [record.getMessage() for record in lines]
    assert [text.split()[:3] for text in texts] == [
        ["GET", "/grids/{code}", "404"],
        ["GET", "/grids/at", "200"],
        ["GET", "-", "404"],
        ["HEAD", "/healthz", "200"],
    ]
    assert not re.search("19900101|113.005|13800138000", " ".join(texts))


def test_a_line_may_be_json(client, lines):
    answer = client.get("/healthz")
    line = json.loads(JsonLines().format(lines[0]))
    assert (line["route"], line["status"], line["bytes"], line["id"]) == ("/healthz", 200, 15, answer.headers["x-request-id"])


def test_requests_are_counted_by_route(client):
    client.get(f"/grids/{A}")
    assert re.search(r'gridgeo_requests_total\{method="GET",route="/grids/\{code\}",status="200"\} \d+', client.get("/metrics").text)


def test_a_mistake_of_ours_says_nothing_of_the_inside(address, world, client, execute, lines):
    """A table that is not as it should be: the caller learns a number, the log all."""
    execute("ALTER TABLE gridgeo.edition RENAME COLUMN name TO secret_name")
    try:
        answer = client.get("/editions")
    finally:
        execute("ALTER TABLE gridgeo.edition RENAME COLUMN secret_name TO name")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["code"] == "internal-server-error"
    assert "name" not in answer.json()["detail"] and "Traceback" not in answer.text and "SELECT" not in answer.text
    assert client.get("/editions").status_code == 200
