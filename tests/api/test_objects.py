"""Managed objects over HTTP: lists, one, what it was, how many, what lies in an area, and all that as files."""

from __future__ import annotations

import csv
import io
import time
from contextlib import closing
from types import SimpleNamespace

import httpx
import psycopg2
import pyogrio
import pytest
import shapely

from api import schemas_objects as told
from api.routes import objects as routes
from api.routes import objects_download
from tests.access import making
from tests.api import callers, grounds, things
from tests.api.things import CODE, COVER, DAMAGED, LAMP, NOWHERE, PIPE, REMOVED
from tests.api.world import DISTRICT, STREET_1, STREET_2, A, B, D

_BOX = "112.9,22.8,113.2,23"
_EVERYWHERE = {"polygon": {"type": "Polygon", "coordinates": [[[112.9, 22.8], [113.2, 22.8], [113.2, 23], [112.9, 23], [112.9, 22.8]]]}}
_ROUND_A = {"circle": {"lon": 113.005, "lat": 22.895, "metres": 500}}


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The drawn city with a few objects, and the API over them; keys of the whole city and of A and D alone."""
    with grounds.database(server, template) as url:
        units = making.loaded(url)
        ids = things.add(url, units)
        mine = {unit: callers.bearer(callers.key(url, "read", area=[units[unit]])) for unit in (A, D)}
        with grounds.service(url, tmp_path_factory) as lent:
            yield SimpleNamespace(url=url, client=lent.client, ids=ids, units=units, of=mine, home=lent.settings.home)


def got(place, path, headers=None, expect=200, **params):
    answer = place.client.get(path, params=params, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer.json()


def codes(place, headers=None, **params):
    return [one["element_code"] for one in got(place, "/objects", headers, **params)["objects"]]


def posted(place, path, body, headers=None, status=200, **params):
    answer = place.client.post(path, json=body, headers=headers, params=params)
    assert answer.status_code == status, answer.text
    return answer


def eventually(holds, within_s=10):
    until = time.monotonic() + within_s
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


# --- categories -----------------------------------------------------------------------------------------------


def test_the_tree_has_its_classes_in_order_and_its_tag_stays(place):
    answer = place.client.get("/categories")
    tree = told.Categories.model_validate(answer.json())
    assert [(one.major, len(one.minors)) for one in tree.majors] == [("公用设施", 3), ("园林绿化", 1)]
    assert tree.majors[0].colour == "#aa5500" and tree.majors[0].minors[0].categories[0].department.name_zh == "城管局"
    assert {one.status: one.standing for one in tree.statuses}["removed"] is False
    assert place.client.get("/categories", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


# --- lists ----------------------------------------------------------------------------------------------------


def test_a_list_is_of_what_is_out_there_unless_asked_otherwise(place):
    listed = told.Objects.model_validate(got(place, "/objects"))
    assert [one.element_code for one in listed.objects] == [CODE[A], CODE[D], DAMAGED, NOWHERE]
    assert codes(place, status="removed") == [REMOVED]
    assert len(codes(place, status="all")) == 5


def test_filters_leave_out_what_they_do_not_mean(place):
    assert codes(place, unit=STREET_1) == [CODE[A], DAMAGED]
    assert codes(place, unit=STREET_1, category=f"{COVER},{PIPE}") == [DAMAGED]
    assert codes(place, q="劳动") == [CODE[D]] and codes(place, q=DAMAGED[:12].lower()) == [DAMAGED]
    assert codes(place, bbox="113.03,22.87,113.04,22.88") == [CODE[D]]
    assert codes(place, bbox="113.03,22.87,0,113.04,22.88,100") == [CODE[D]]


def test_a_filter_in_words_answers_as_plain_parameters_do(place):
    assert codes(place, filter=f"category IN ({COVER}, {PIPE})", status="all") == codes(place, category=f"{COVER},{PIPE}", status="all")
    assert codes(place, filter="status = 'removed'") == codes(place, status="removed") == [REMOVED]
    assert codes(place, filter="status = 'removed'", status="in_use") == []
    assert codes(place, filter="since > DATE('1900-01-01')") == codes(place)
    assert codes(place, filter="status = 'damaged'", unit=STREET_1) == [DAMAGED]


def test_a_filter_shows_a_caller_of_a_part_no_more_than_its_part(place):
    assert codes(place, place.of[D], filter="status <> 'removed' OR NOT floor = 1") == [CODE[D]]


def test_a_filter_goes_on_over_the_pages(place):
    asked = {"filter": "status IN ('in_use', 'damaged')"}
    first = got(place, "/objects", **asked, limit=2)
    (on,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    rest = place.client.get(on).json()["objects"]
    assert [one["element_code"] for one in [*first["objects"], *rest]] == codes(place, **asked)


def test_a_filter_that_is_none_is_refused_with_its_place(place):
    (told,) = got(place, "/objects", expect=400, filter="status = 'in_use' OR 1=1")["errors"]
    assert told["parameter"] == "filter" and told["detail"].startswith("at character 22: expected category")


@pytest.mark.parametrize("box", ["177,65,-177,70", "-180,85,180,90", "-180,-90,180,-85", "-10,50,5,53"])
def test_a_box_far_away_holds_nothing(place, box):
    assert codes(place, bbox=box) == []


def test_a_box_over_the_antimeridian_holds_what_lies_on_either_side(place):
    assert codes(place, bbox="113.03,22,80,23") == [CODE[D], NOWHERE]
    assert codes(place, bbox="150,22,113.0055,23") == [CODE[A]]
    assert codes(place, bbox="-180,-90,180,90") == codes(place)


def test_a_box_that_is_a_point_holds_what_lies_on_it(place):
    assert codes(place, bbox="113.005,22.895,113.005,22.895") == [CODE[A]]


def test_pages_follow_each_other_and_hold_each_object_once(place):
    found, path, pages = [], "/objects?status=all&limit=2", 0
    while path:
        answer = place.client.get(path).json()
        found += [one["object_id"] for one in answer["objects"]]
        path = next((link["href"] for link in answer["links"] if link["rel"] == "next"), None)
        pages += 1
    assert found == sorted(place.ids.values()) and pages == 3


def test_a_cursor_holds_for_its_own_list_alone(place):
    page = got(place, "/objects", status="all", limit=2)
    cursor = httpx.URL(next(link["href"] for link in page["links"] if link["rel"] == "next")).params["cursor"]
    assert codes(place, status="all", cursor=cursor, limit=1) == [REMOVED]
    altered = ("B" if cursor[0] == "A" else "A") + cursor[1:]
    everything = {"status": "all"}
    for wrong, more in ((cursor, {}), (cursor, {**everything, "unit": A}), (altered, everything), (cursor[:-1], everything)):
        assert got(place, "/objects", expect=400, cursor=wrong, **more)["errors"][0]["parameter"] == "cursor"


def test_a_list_comes_as_csv_without_formulas_and_as_geojson(place):
    table = place.client.get("/objects", params={"f": "csv", "limit": 1})
    (one,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert one["name"] == "'=海滨路灯" and one["element_code"] == CODE[A] and 'rel="next"' in table.headers["link"]
    drawn = got(place, "/objects", f="geojson", unit=D)
    assert shapely.from_geojson(str(drawn["features"][0]["geometry"]).replace("'", '"')) == shapely.Point(113.035, 22.875)


@pytest.mark.parametrize(
    "query",
    [
        *("bbox=", "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=nan,22,114,23", "bbox=113,22,inf,23", "bbox=113,1e400,114,23"),
        *("bbox=113,23,114,22", "bbox=１１３,22,114,23", "bbox=1_13,22,114,23", "bbox=0x71,22,114,23", "bbox=113,22,114,23%00"),
        *("bbox=113,22,114,23&bbox=113,22,114,23", "bbox=22,113,23,114", "bbox=113,22,9,114,23,1", "bbox=" + ",".join(["1"] * 400)),
        *("limit=0", "limit=-1", "limit=1.5", "limit=1e3", "limit=unlimited", "limit=", "limit=1&limit=2", "limit=٣", "limit=%2B5"),
        *("limit=5%20", "limit=9223372036854775808", "limit=" + "9" * 1500, "limit=10001", "offset=1", "Limit=5", "sortby=name"),
        *("category=", "category=0", "category=1,", "category=1;drop table x", "category=-1", "category=1.0", "category=١"),
        *("status=", "status=gone", "status=in_use,gone", "status=all,in_use", "status=IN_USE", "unit=a' or 1=1--", "unit=", "q=", "q=x"),
        *("cursor=", "cursor=x", "cursor=" + "A" * 22, "cursor=" + "_" * 22, "f=../../etc/passwd", "f=shp", "q=%ff%fe", "q=%00ab"),
    ],
)
def test_a_faulty_list_is_refused(place, query):
    answer = place.client.get(f"/objects?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text


def test_a_short_part_of_a_name_is_not_looked_for_among_too_many(place, monkeypatch):
    monkeypatch.setattr(routes, "_NAMES_EVERYWHERE", -2)
    problem = got(place, "/objects", expect=400, q="路灯")
    assert "unit or bbox" in str(problem)
    for narrow in ({"unit": STREET_1}, {"bbox": _BOX}):
        got(place, "/objects", q="路灯", **narrow)
    got(place, "/objects", q=CODE[A])
    assert codes(place, q="海滨路") == [CODE[A]]


def test_an_unknown_unit_is_not_found(place):
    got(place, "/objects", expect=404, unit="449999")


# --- one ------------------------------------------------------------------------------------------------------


def test_an_object_is_found_by_its_number_and_by_its_code(place):
    by_code = got(place, f"/objects/{CODE[A]}")
    one = told.ObjectTold.model_validate(by_code)
    assert by_code == got(place, f"/objects/{place.ids[CODE[A]]}") == got(place, f"/objects/{CODE[A].lower()}")
    assert one.category.category_id == LAMP and one.department.name_en == "Urban management" and one.attributes == {"height": 8}
    assert one.grid.chain[0].code == DISTRICT and one.grid.chain[-1].code == A


def test_a_removed_object_is_still_there_and_says_so(place):
    one = told.ObjectTold.model_validate(got(place, f"/objects/{REMOVED}"))
    assert (one.status, one.status_zh, one.standing) == ("removed", "拆除", False)


def test_an_object_in_no_unit_says_so(place):
    one = told.ObjectTold.model_validate(got(place, f"/objects/{NOWHERE}"))
    assert (one.grid.outcome, one.grid.chain) == ("none", [])


def test_an_object_as_geojson_has_its_place(place):
    feature = got(place, f"/objects/{CODE[A]}", f="geojson")
    assert feature["id"] == place.ids[CODE[A]] and feature["geometry"] == {"type": "Point", "coordinates": [113.005, 22.895]}


def test_an_object_tells_what_it_was(place):
    past = told.ObjectHistory.model_validate(got(place, f"/objects/{REMOVED}/history"))
    assert [(one.status, one.valid_to) for one in past.changes] == [("removed", None)]


@pytest.mark.parametrize(
    "ref",
    [
        *("0", "-1", "2147483648", "9223372036854775808", "1.0", "1e3", "00001", "٣", "%00", "a%00b", "'%20or%201=1--", "..%2f..%2f"),
        *("%ff%fe", "%ED%A0%80", "😀", "x" * 1500, "a%0d%0ab", "%2e%2e", "%E2%80%AEabc", f"%20{CODE[A]}", f"{CODE[A]}%20"),
        *(CODE[A][:-1] + "９", f"{CODE[A]}X", "999999999"),
    ],
)
def test_a_ref_that_is_none_is_not_found(place, ref):
    for path in (f"/objects/{ref}", f"/objects/{ref}/history"):
        answer = place.client.get(path)
        assert answer.status_code in (400, 404), answer.text
        assert answer.headers["content-type"] == "application/problem+json"


# --- how many -------------------------------------------------------------------------------------------------


def counts(place, headers=None, **params):
    answer = got(place, "/objects/counts", headers, **params)
    told.ObjectCounts.model_validate(answer)
    return answer


def test_counts_are_of_what_is_out_there_by_category_class_and_status(place):
    assert counts(place)["counts"] == [{"category_id": LAMP, "n": 2}, {"category_id": COVER, "n": 1}, {"category_id": PIPE, "n": 1}]
    assert counts(place, by="major")["counts"] == [{"major": "公用设施", "n": 4}]
    assert counts(place, unit=STREET_1, by="status")["counts"] == [
        {"status": "in_use", "n": 1},
        {"status": "damaged", "n": 1},
        {"status": "removed", "n": 1},
    ]
    assert counts(place, unit=DISTRICT)["n"] == 3
    assert counts(place, unit=A, status="all", category=LAMP)["n"] == 2


def test_all_units_of_a_level_are_counted_those_without_any_too(place):
    answer = counts(place, level="street", by="unit")
    assert [(one["code"], one["n"]) for one in answer["units"]] == [(STREET_1, 2), (STREET_2, 1)]
    micro = {one["code"]: one["n"] for one in counts(place, level="micro", unit=STREET_1, by="unit")["units"]}
    assert micro == {A: 2, B: 0}
    assert counts(place, level="street", by="unit", category=COVER)["n"] == 1


#: Of what the counts tell apart, and of what only the objects know.
FILTERS = (
    "status = 'removed'",
    "NOT category = 1",
    "major = '公用设施' AND status <> 'in_use'",
    "since < DATE('2021-01-01')",
    "floor IS NULL AND status = 'damaged'",
    "department LIKE 'ZZ%'",
)


@pytest.mark.parametrize("only", FILTERS)
def test_what_a_filter_lets_through_is_listed_counted_and_put_into_files_alike(place, only):
    for caller in (None, place.of[A]):
        listed = [one["object_id"] for one in got(place, "/objects", caller, filter=only, unit=STREET_1)["objects"]]
        assert counts(place, caller, filter=only, unit=STREET_1)["n"] == len(listed)
        by_unit = {one["code"]: one["n"] for one in counts(place, caller, filter=only, unit=STREET_1, level="street")["units"]}
        assert by_unit == {STREET_1: len(listed)}
        everywhere = len(codes(place, caller, filter=only))
        assert counts(place, caller, filter=only)["n"] == everywhere
        within = posted(place, "/objects/within", _EVERYWHERE, caller, filter=only).json()
        assert (within["n"], within["numberReturned"]) == (everywhere, everywhere)
        written = posted(place, "/objects/download", {"unit": STREET_1}, caller, f="geojson", filter=only).json()
        assert [one["properties"]["element_code"] for one in written["features"]] == codes(place, caller, filter=only, unit=STREET_1)


@pytest.mark.parametrize("method, path", [("GET", "/objects/counts"), ("POST", "/objects/within"), ("POST", "/objects/download")])
def test_a_filter_that_is_none_is_refused_everywhere_alike(place, method, path):
    for query in ({"filter": "status = 'in_use' OR 1=1"}, {"filter": "floor = 1", "filter-lang": "sql"}, {"filter": ""}):
        body = None if method == "GET" else _EVERYWHERE
        answer = place.client.request(method, path, params=query, json=body)
        assert answer.status_code == 400 and answer.json()["errors"] == got(place, "/objects", expect=400, **query)["errors"]


def test_statuses_of_a_body_go_before_what_a_filter_speaks_of(place):
    only = "status IN ('removed', 'damaged')"
    assert posted(place, "/objects/within", _EVERYWHERE, filter=only).json()["n"] == 2
    assert posted(place, "/objects/within", {**_EVERYWHERE, "statuses": ["damaged"]}, filter=only).json()["n"] == 1


@pytest.mark.parametrize(
    "query", ["by=unit", "level=street&by=category", "level=post", "by=colour", "unit=x", "category=x", "bbox=1,2,3,4"]
)
def test_faulty_counts_are_refused(place, query):
    assert place.client.get(f"/objects/counts?{query}").status_code == 400


def test_counts_are_kept_until_somebody_writes_objects(place):
    def added(n, told=True):
        with closing(psycopg2.connect(place.url)) as conn, conn, conn.cursor() as cur:
            cur.execute("UPDATE gridgeo.object_count SET n = n + %s WHERE unit_id = %s", (n, place.units[D]))
            if told:
                cur.execute("SELECT pg_notify('gridgeo_objects', '')")

    assert counts(place, unit=D)["n"] == 1
    added(1, told=False)
    assert counts(place, unit=D)["n"] == 1, "or nothing is kept"
    added(1)
    assert eventually(lambda: counts(place, unit=D)["n"] == 3)
    added(-2)
    assert eventually(lambda: counts(place, unit=D)["n"] == 1)


# --- areas drawn by hand --------------------------------------------------------------------------------------


def drawn(place, body, headers=None):
    answer = posted(place, "/objects/within", body, headers)
    assert answer.headers["cache-control"].endswith("no-store")
    return told.ObjectsWithin.model_validate(answer.json())


def test_an_area_is_counted_exactly_whether_units_lie_wholly_in_it_or_not(place):
    whole = drawn(place, {"polygon": _box(112.9, 22.8, 113.2, 23)})
    assert whole.n == 4 and A in whole.whole and not whole.cut
    assert whole.by_category == [told.CategoryCount(category_id=c, n=n) for c, n in ((LAMP, 2), (COVER, 1), (PIPE, 1))]
    part = drawn(place, {"polygon": _box(113.0045, 22.8945, 113.0065, 22.8955), "statuses": ["in_use", "removed"]})
    assert part.n == 2 and part.cut == [A] and not part.whole
    assert {one.status: one.n for one in part.by_status} == {"in_use": 1, "removed": 1}
    assert [one.element_code for one in part.objects] == [CODE[A], REMOVED]


def test_a_circle_holds_what_is_near_and_a_hole_leaves_out(place):
    near = drawn(place, {"circle": {"lon": 113.005, "lat": 22.895, "metres": 10}})
    assert [one.element_code for one in near.objects] == [CODE[A]] and near.area_m2 == pytest.approx(314, rel=0.001)
    ring = _box(112.9, 22.8, 113.2, 23)
    ring["coordinates"].append(_box(113.004, 22.89, 113.006, 22.9)["coordinates"][0])
    assert CODE[A] not in [one.element_code for one in drawn(place, {"polygon": ring}).objects]


def test_what_is_listed_is_limited_and_what_is_counted_is_not(place):
    few = drawn(place, {"polygon": _box(112.9, 22.8, 113.2, 23), "limit": 1, "categories": [LAMP]})
    assert (few.n, few.numberReturned) == (2, 1)
    assert drawn(place, {"polygon": _box(112.9, 22.8, 113.2, 23), "limit": 0}).objects == []


_NO_AREAS = [
    *({}, {"polygon": None}, {"polygon": {}}, {"polygon": {"type": "Polygon"}}, {"polygon": "POLYGON"}, {"circle": {}}, {"circle": 5}),
    {"polygon": {"type": "Point", "coordinates": [113, 22]}},
    {"polygon": {"type": "polygon", "coordinates": [[[113, 22], [114, 22], [114, 23], [113, 22]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[113, 22], [114, 22], [114, 23]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[113, 22], [114, 22], [114, 23], [113, 23]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[113, 22], [114, 23], [114, 22], [113, 23], [113, 22]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[113, 22], [114, None], [114, 23], [113, 22]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[["113", 22], [114, 22], [114, 23], [113, 22]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
    {"polygon": {"type": "Polygon", "coordinates": [[[113, 22], [1e308, 22], [114, 23], [113, 22]]]}},
    {"polygon": {"type": "Feature", "geometry": None}},
    {"polygon": {"type": "GeometryCollection", "geometries": []}},
    {"polygon": {"type": "Polygon", "coordinates": [[[113 + i / 1e6, 22] for i in range(20_000)]]}},
    *({"circle": {"lon": 113, "lat": 22, "metres": metres}} for metres in (0, -1, 50_001, "5", None, True, [1])),
    *({"circle": {"lon": lon, "lat": 22, "metres": 5}} for lon in (22, 1e300, "113", True)),
    {"circle": {"lon": 113, "lat": 22, "metres": 5, "more": 1}},
    {"polygon": {"type": "Polygon", "coordinates": []}, "circle": {"lon": 113, "lat": 22, "metres": 5}},
    *({**_ROUND_A, "categories": given} for given in ([], [0], ["1"], [True], 1, None, [2**31], [1.0], list(range(1, 300)))),
    *({**_ROUND_A, "statuses": given} for given in ([], ["gone"], "in_use", [["in_use"]], None, [1])),
    *({**_ROUND_A, "limit": given} for given in (-1, 1001, "5", 1.5, True, None, 2**63)),
    {**_ROUND_A, "is_admin": True},
    {**_ROUND_A, "unit": A},
]


@pytest.mark.parametrize("body", _NO_AREAS)
def test_an_area_that_is_none_is_refused(place, body):
    posted(place, "/objects/within", body, status=400)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"null", b"[]", b'"x"', b'{"circle": ', b'{"circle": {}} x', b'{"circle": NaN}', b'{"circle": 1e400}', b"[" * 100_000),
        *(b"\xff\xfe{}", b'{"circle": "\xed\xa0\x80"}', b'{"circle": {"lon": 113, "lon": 113, "lat": 22, "metres": 5}}'),
        b'{"circle": {"lon": 113, "lat": 22, "metres": ' + b"9" * 5000 + b"}}",
    ],
)
def test_a_body_that_is_none_is_refused(place, text):
    for path in ("/objects/within", "/objects/download"):
        answer = place.client.post(path, content=text, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, answer.text


def test_other_kinds_of_bodies_are_refused(place):
    for kind in ("text/plain", "application/xml", "multipart/form-data", "application/json; charset=gbk"):
        assert place.client.post("/objects/within", content=b"{}", headers={"Content-Type": kind}).status_code == 415


# --- files ----------------------------------------------------------------------------------------------------


def test_what_lies_in_an_area_comes_as_a_file(place, tmp_path):
    body = {"polygon": _box(112.9, 22.8, 113.2, 23), "statuses": ["in_use"]}
    table = posted(place, "/objects/download", body, f="csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["element_code"] for row in rows] == [CODE[A], CODE[D], NOWHERE]
    assert (rows[0]["name"], rows[0]["micro_code"], rows[2]["micro_code"]) == ("'=海滨路灯", A, "")
    assert "objects_" in table.headers["content-disposition"] and table.headers["cache-control"].endswith("no-store")
    package = tmp_path / "x.gpkg"
    package.write_bytes(posted(place, "/objects/download", body, f="gpkg").content)
    assert list(pyogrio.read_dataframe(package, layer="objects")["status_zh"]) == ["完好"] * 3
    assert len(posted(place, "/objects/download", body).json()["features"]) == 3
    kept = place.home / "cache" / "exports"
    assert eventually(lambda: not list(kept.iterdir())), "what was handed out is cleared away"


def test_a_unit_and_filters_make_a_file_too(place):
    assert [one["id"] for one in posted(place, "/objects/download", {"unit": D}).json()["features"]] == [place.ids[CODE[D]]]
    everything = got(place, "/collections/objects/download", status="all")
    assert len(everything["features"]) == 5 and everything["gridgeo"]["objects"] == "5"
    assert len(got(place, "/collections/objects/download", unit=STREET_1, bbox=_BOX, category=COVER)["features"]) == 1


def test_a_file_that_would_be_too_large_is_refused_with_a_way_out(place, monkeypatch):
    monkeypatch.setattr(objects_download, "MOST", 2)
    refused = posted(place, "/objects/download", {"unit": DISTRICT}, status=413).json()
    assert refused["code"] == "answer-too-large" and "gridgeo export objects" in refused["detail"]
    posted(place, "/objects/download", {"unit": STREET_1})


@pytest.mark.parametrize("body", [{}, {"unit": 5}, {"unit": "x y"}, {"unit": A, **_ROUND_A}, {"unit": A, "limit": 5}, {"unit": None}])
def test_a_file_of_nothing_is_refused(place, body):
    posted(place, "/objects/download", body, status=400)


def test_a_file_in_a_format_we_do_not_write_is_refused(place):
    posted(place, "/objects/download", {"unit": A}, status=400, f="dwg")


# --- a part of the city ---------------------------------------------------------------------------------------


def test_a_caller_of_a_part_sees_its_objects_alone(place):
    mine = place.of[D]
    assert codes(place, mine) == [CODE[D]]
    assert codes(place, mine, bbox=_BOX) == [CODE[D]] and codes(place, mine, unit=STREET_1) == []
    for ref in (CODE[A], place.ids[CODE[A]], NOWHERE, REMOVED):
        assert place.client.get(f"/objects/{ref}", headers=mine).status_code == 404
        assert place.client.get(f"/objects/{ref}/history", headers=mine).status_code == 404
    assert counts(place, mine)["counts"] == [{"category_id": LAMP, "n": 1}]
    got(place, "/objects/counts", mine, expect=404, unit=A)
    got(place, "/objects/counts", mine, expect=404, level="micro", unit=STREET_1)
    assert [one["code"] for one in counts(place, mine, level="micro", by="unit")["units"]] == [D]
    area = drawn(place, {"polygon": _box(112.9, 22.8, 113.2, 23)}, mine)
    assert (area.n, area.whole, [one.element_code for one in area.objects]) == (1, [D], [CODE[D]])
    assert len(posted(place, "/objects/download", {"unit": DISTRICT}, mine).json()["features"]) == 1
    assert len(place.client.get("/collections/objects/download", headers=mine).json()["features"]) == 1


def test_a_count_of_a_part_says_so(place):
    mine = place.of[A]
    assert counts(place, mine, unit=A)["n"] == 2 and "part" not in counts(place, mine, unit=A)
    assert counts(place, mine)["part"] and counts(place, mine, unit=STREET_1)["part"] and "part" not in counts(place, unit=STREET_1)
    (street,) = counts(place, mine, level="street")["units"]
    assert (street["code"], street["n"], street["part"]) == (STREET_1, 2, True)
    (micro,) = counts(place, mine, level="micro")["units"]
    assert "part" not in micro and not any("part" in one for one in counts(place, level="street")["units"])


def test_a_unit_one_may_not_see_is_as_unknown_as_one_that_is_not(place):
    told = [got(place, "/objects/counts", place.of[D], expect=404, unit=unit) for unit in (A, A[:-2] + "99")]
    plain = [{name: value for name, value in one.items() if name != "instance"} for one in told]
    assert plain[0] == plain[1]


def test_forbidden_and_unknown_objects_look_the_same(place):
    for code in ("{}", "{}/history"):
        answers = [place.client.get(f"/objects/{code.format(ref)}", headers=place.of[D]) for ref in (CODE[A], CODE[A][:-1] + "9")]
        plain = [{name: value for name, value in answer.json().items() if name != "instance"} for answer in answers]
        assert plain[0] == plain[1] and answers[0].status_code == 404


def _box(west, south, east, north):
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


# --- a tree that ended ----------------------------------------------------------------------------------------


def test_objects_are_told_and_counted_though_no_tree_is_valid(place):
    with closing(psycopg2.connect(place.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.category_tree SET valid = tstzrange(lower(valid), now()) RETURNING tree_id")
    assert told.Categories.model_validate(got(place, "/categories")).tree is None
    assert counts(place, by="major", unit=STREET_2)["counts"] == [{"major": "公用设施", "n": 1}]
    one = told.ObjectTold.model_validate(got(place, f"/objects/{CODE[A]}"))
    assert one.category.name == "路灯" and one.department.name_zh == "城管局"
    assert len(posted(place, "/objects/download", {"unit": D}).json()["features"]) == 1
