"""Many points in one request."""

import csv
import io
import json
from http import HTTPStatus

import numpy as np
import pytest

from api import bodies, schemas
from tests.api.world import CORNER, DISTRICT, HOLE, IN_A, ON_AB, OUTSIDE, A, B, C, D

POINTS = [IN_A, ON_AB, CORNER, HOLE, OUTSIDE, IN_A]
OUTCOMES = ["inside", "boundary", "boundary", "none", "none", "inside"]
UNITS = [A, A, A, None, None, A]


def post(client, content, kind="application/json", **params):
    return client.post("/grids/at", content=content, headers={"Content-Type": kind}, params=params)


def table(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("wrap", [lambda points: {"points": points}, lambda points: points])
def test_json_in_json_out_in_the_same_order(client, wrap):
    answer = post(client, json.dumps(wrap(POINTS)))
    places = schemas.Places.model_validate(answer.json())
    assert places.numberReturned == 6
    assert [place.outcome for place in places.points] == OUTCOMES
    assert [place.unit for place in places.points] == UNITS
    assert places.points[0].chain == [DISTRICT, "440306001", "440306001001", A]
    assert places.points[0].names == ["宝安区", "新安街道", "海滨社区", "甲格"]
    assert places.points[2].others == [B, C, D]
    assert (places.points[3].chain, places.points[3].nearest) == ([DISTRICT], C)
    assert places.points[4].nearest == B


def test_many_points_get_what_each_gets_alone(client):
    points = np.random.default_rng(1).uniform((112.99, 22.85), (113.06, 22.91), (300, 2)).round(3).tolist()
    places = schemas.Places.model_validate(post(client, json.dumps(points)).json()).points
    assert {place.outcome for place in places} == {"inside", "boundary", "none"}
    for (lon, lat), place in list(zip(points, places, strict=True))[:100]:
        alone = schemas.Place.model_validate(client.get("/grids/at", params={"lon": lon, "lat": lat}).json())
        assert place.outcome == alone.outcome
        assert place.chain == [unit.code or f"u{unit.unit_id}" for unit in alone.chain]
        assert place.metres == (alone.nearest and alone.nearest.metres)


def test_csv_keeps_its_columns_and_adds_the_grid(client):
    body = "编号,LON,lat,备注\n0012,113.005,22.895,=1+1\n13,113.02,22.865,\n"
    rows = table(post(client, body.encode(), "text/csv"))
    assert list(rows[0])[:5] == ["编号", "LON", "lat", "备注", "grid_outcome"]
    assert (rows[0]["编号"], rows[0]["备注"], rows[0]["grid_micro"], rows[0]["grid_street_name"]) == ("0012", "=1+1", A, "新安街道")
    assert (rows[1]["grid_outcome"], rows[1]["grid_district"], rows[1]["grid_micro"], rows[1]["grid_nearest"]) == ("none", DISTRICT, "", C)
    assert float(rows[1]["grid_nearest_m"]) == pytest.approx(553.7, abs=1)


CHARSETS = [("text/csv; charset=gbk", "gbk"), ("text/csv; charset=GB18030", "gb18030"), ("text/csv", "utf-8-sig"), ("text/csv", "utf-8")]


@pytest.mark.parametrize(("kind", "codec"), CHARSETS)
def test_csv_of_chinese_offices_is_read(client, kind, codec):
    rows = table(post(client, "名称,经度,纬度\n宝安中心,113.005,22.895\n".encode(codec), kind))
    assert (rows[0]["名称"], rows[0]["grid_micro"]) == ("宝安中心", A)


def test_ndjson_carries_ids(client):
    lines = '{"lon":113.005,"lat":22.895,"id":"甲"}\n[113.025,22.895]\n{"id":7,"lat":22.865,"lon":113.02}\n'
    answer = post(client, lines.encode(), "application/x-ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    rows = [schemas.PlaceRow.model_validate_json(line) for line in answer.text.splitlines()]
    assert [(row.id, row.unit) for row in rows] == [("甲", A), (None, B), (7, None)]


@pytest.mark.parametrize("form", ["json", "csv", "ndjson"])
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/json", b"[[113.005,22.895]]"),
        ("text/csv", b"id,lon,lat\nx,113.005,22.895\n"),
        ("application/x-ndjson", b'{"lon":113.005,"lat":22.895,"id":"x"}'),
    ],
)
def test_any_form_in_any_form_out(client, kind, content, form):
    answer = post(client, content, kind, f=form)
    assert answer.status_code == 200
    assert A in answer.text
    assert ('"x"' in answer.text or "x," in answer.text) == (kind != "application/json")


def test_the_accept_header_chooses_the_form(client):
    headers = {"Content-Type": "application/json", "Accept": "text/csv"}
    assert client.post("/grids/at", content=b"[[113.005,22.895]]", headers=headers).headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(("kind", "content"), [("application/json", b"[]"), ("text/csv", b"lon,lat\n"), ("application/x-ndjson", b"")])
def test_no_points_are_no_error(client, kind, content):
    assert post(client, content, kind).status_code == 200


def test_level_scheme_datetime_and_crs_count_for_all(client, world):
    answer = post(client, json.dumps([[113.015, 22.895]]), scheme="fire").json()
    assert (answer["points"][0]["outcome"], answer["points"][0]["others"]) == ("several", ["Q"])
    assert post(client, json.dumps([IN_A]), level="street").json()["points"][0]["unit"] == "440306001"
    assert post(client, json.dumps([IN_A]), datetime="2024-02-02").json()["edition"]["edition_id"] == world.first
    assert post(client, json.dumps([[397921.2, 2533035.6]]), crs="EPSG:4547").json()["points"][0]["unit"] == A


def test_ten_thousand_points_are_answered_and_one_more_is_refused(client):
    most = [[113.005, 22.895]] * bodies.MOST
    assert post(client, json.dumps(most)).json()["numberReturned"] == 10_000
    for kind, content in [
        ("application/json", json.dumps([*most, [113.0, 22.8]])),
        ("text/csv", "lon,lat\n" + "113.0,22.8\n" * 10_001),
        ("application/x-ndjson", "[113.0,22.8]\n" * 10_001),
    ]:
        answer = post(client, content, kind)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too-many-points")


BAD_JSON = {
    "empty": b"",
    "null": b"null",
    "text": b'"x"',
    "number": b"5",
    "no points": b"{}",
    "truncated": b'{"points":[[113',
    "trailing text": b"[[113,22]] x",
    "two documents": b"[[113,22]][[113,22]]",
    "duplicate key": b'{"points":[[113,22]],"points":[[114,22]]}',
    "unknown member": b'{"points":[],"is_admin":true}',
    "prototype": b'{"points":[],"__proto__":{}}',
    "NaN": b"[[NaN,22]]",
    "Infinity": b"[[Infinity,22]]",
    "1e400": b"[[1e400,22]]",
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 5000 + b"]" * 5000,
    "5000 digits": b"[[" + b"1" * 5000 + b",22]]",
    "2^64": b"[[18446744073709551616,22]]",
    "invalid UTF-8": b'[["\xff",22]]',
    "UTF-16": "[[113,22]]".encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf[[113,22]]",
    "NUL": b"[[113,22]]\0",
    "strings": b'[["113","22"]]',
    "booleans": b"[[true,false]]",
    "nulls": b"[[null,22]]",
    "null point": b"[[113,22],null]",
    "three numbers": b"[[113,22,5]]",
    "one number": b"[[113]]",
    "empty point": b"[[]]",
    "flat": b"[113,22]",
    "object point": b'[{"lon":113,"lat":22}]',
    "nested": b"[[[113,22]]]",
    "swapped": b"[[22.5,113.9]]",
    "off the earth": b"[[200,22]]",
    "surrogate": b'{"points":"\\ud800"}',
    "geojson": b'{"type":"Point","coordinates":[113,22]}',
}


@pytest.mark.parametrize("content", BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_refused(client, content):
    refused(post(client, content))


BAD_CSV = {
    "empty": b"",
    "blank": b"\n\n",
    "no lon": b"x1,lat\n1,2\n",
    "two lons": b"lon,lat,x\n113,22,113\n",
    "column twice": b"lon,lat,id,ID\n113,22,1,1\n",
    "too few cells": b"lon,lat\n113\n",
    "too many cells": b"lon,lat\n113,22,5\n",
    "blank line": b"lon,lat\n\n113,22\n",
    "unclosed quote": b'lon,lat\n"113,22\n',
    "NUL": b"lon,lat\n113,22\0\n",
    "not UTF-8": "lon,lat,名\n113,22,宝\n".encode("gbk"),
    "UTF-16": "lon,lat\n113,22\n".encode("utf-16"),
    "many columns": b"lon,lat" + b"".join(b",c%d" % i for i in range(100_000)) + b"\n",
    "nan": b"lon,lat\nnan,22\n",
    "inf": b"lon,lat\ninf,22\n",
    "1e400": b"lon,lat\n1e400,22\n",
    "empty cell": b"lon,lat\n,22\n",
    "underscore": b"lon,lat\n1_13,22\n",
    "hexadecimal": b"lon,lat\n0x71,22\n",
    "full-width": "lon,lat\n１１３,22\n".encode(),
    "arabic": "lon,lat\n١١٣,22\n".encode(),
    "space": b"lon,lat\n 113,22\n",
    "word": b"lon,lat\nabc,22\n",
    "swapped": b"lon,lat\n22.5,113.9\n",
    "long cell": b"lon,lat,id\n113,22," + b"x" * 200_000 + b"\n",
}


@pytest.mark.parametrize("content", BAD_CSV.values(), ids=BAD_CSV)
def test_bad_csv_is_refused(client, content):
    refused(post(client, content, "text/csv"))


BAD_NDJSON = {
    "no JSON": b"lon",
    "blank line": b"[113,22]\n\n[113,22]",
    "unknown member": b'{"lon":113,"lat":22,"area":1}',
    "no lat": b'{"lon":113}',
    "id is a list": b'{"lon":113,"lat":22,"id":[1]}',
    "id is true": b'{"lon":113,"lat":22,"id":true}',
    "long id": b'{"lon":113,"lat":22,"id":"' + b"x" * 201 + b'"}',
    "text": b'{"lon":"113","lat":"22"}',
    "null": b"null",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", BAD_NDJSON.values(), ids=BAD_NDJSON)
def test_bad_ndjson_is_refused(client, content):
    refused(post(client, content, "application/x-ndjson"))


def refused(answer, status=400):
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = schemas.Problem.model_validate(answer.json())
    assert problem.errors and len(answer.content) < 3000
    return problem


def test_what_is_wrong_is_named_by_its_place(client):
    problem = refused(post(client, b'{"points":[[113,22],[113],["a",22],[113,22]]}'))
    assert [fault.pointer for fault in problem.errors] == ["/points/1", "/points/2"]
    problem = refused(post(client, b"lon,lat\n113,22\n113,x\n", "text/csv"))
    assert [fault.pointer for fault in problem.errors] == ["line 3 lat"]
    problem = refused(post(client, b"[113,22]\n[113]\n", "application/x-ndjson"))
    assert [fault.pointer for fault in problem.errors] == ["line 2"]
    problem = refused(post(client, b"[[113.9,22.5],[22.5,113.9]]"))
    assert problem.errors[0].pointer == "/points/1" and "swapped" in problem.errors[0].detail


def test_only_the_first_faults_are_told(client):
    assert len(refused(post(client, json.dumps([[1]] * 5000))).errors) == bodies.FAULTS


OTHER_KINDS = [
    *("", "text/plain", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data", "application/merge-patch+json"),
    *("application/json; charset=utf-16", "application/json; charset=gbk", "text/csv; charset=utf-7", "text/csv; charset=" + "x" * 300),
]


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_other_kinds_of_bodies_are_refused(client, kind):
    answer = client.post("/grids/at", content=b"[[113,22]]", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


def test_a_compressed_body_is_refused(client):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert client.post("/grids/at", content=b"x", headers=headers).status_code == 415


def test_too_large_a_body_is_refused_declared_or_not(client):
    large = b" " * (bodies.BODY_BYTES + 1)
    assert post(client, large).status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    pieces = (b" " * 65536 for _ in range(40))
    answer = client.post("/grids/at", content=pieces, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
