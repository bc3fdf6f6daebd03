"""OGC API - Features, Part 1 (OGC 17-069r4): a test for each requirement, named by its id."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import datetime

import orjson
import pytest
import shapely

from api.routes.collections import CONFORMS_TO
from gridgeo.db import connection
from gridgeo.features.collections import COLLECTIONS
from gridgeo.objects.model import Status
from tests.access import making
from tests.api import things
from tests.api.world import RETIRED, A, D
from tests.features.making import FIRST, LAST, grown, ids, pages

BUILDINGS = "/collections/buildings/items"
EACH = pytest.mark.parametrize("name", COLLECTIONS)


def relations(links):
    return {(link["rel"], link["type"]) for link in links}


def refused(answer, parameter):
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert parameter in {fault["parameter"] for fault in answer.json()["errors"]}
    return answer.json()["errors"][0]["detail"]


def test_req_core_root_success(client):
    links = client.get("/").json()["links"]
    assert {("service-desc", "application/vnd.oai.openapi+json;version=3.0"), ("service-doc", "text/html")} <= relations(links)
    assert {("conformance", "application/json"), ("data", "application/json")} <= relations(links)
    for link in links:
        assert client.get(link["href"]).status_code == 200, link


def test_req_core_conformance_success(client):
    told = client.get("/conformance").json()
    assert told["conformsTo"] == list(CONFORMS_TO)
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in told["conformsTo"]


def test_req_core_fc_md_items(client):
    told = client.get("/collections").json()
    assert {("self", "application/json"), ("alternate", "text/html")} <= relations(told["links"])
    assert [each["id"] for each in told["collections"]] == list(COLLECTIONS)


@EACH
def test_req_core_sfc_md_success(client, name):
    """A collection alone is told as it is in the list."""
    (listed,) = [each for each in client.get("/collections").json()["collections"] if each["id"] == name]
    assert client.get(f"/collections/{name}").json() == listed
    assert ("items", "application/geo+json") in relations(listed["links"])
    assert listed["crs"][0] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84" and listed["storageCrs"] in listed["crs"]


@EACH
def test_req_core_fc_md_extent(client, name):
    """Everything there is lies within the extent, and none of it began before."""
    extent = client.get(f"/collections/{name}").json()["extent"]
    ((west, south, east, north),) = extent["spatial"]["bbox"]
    around = shapely.box(west, south, east, north).buffer(1e-5)  # an index rounds outwards to seven digits
    for feature in client.get(f"/collections/{name}/items").json()["features"]:
        if feature["geometry"] is None:
            continue  # nobody knows where it was
        assert around.covers(shapely.from_geojson(orjson.dumps(feature["geometry"])))
    assert datetime.fromisoformat(extent["temporal"]["interval"][0][0]).year in (2009, 2010, 2019, 2020, 2024)


@EACH
def test_req_core_fc_response(client, name):
    answer = client.get(f"/collections/{name}/items")
    told = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert told["type"] == "FeatureCollection" and told["numberReturned"] == len(told["features"]) > 0
    assert datetime.fromisoformat(told["timeStamp"]).tzinfo is not None
    assert {("self", "application/geo+json"), ("alternate", "text/html"), ("collection", "application/json")} <= relations(told["links"])
    assert all("=" in pair for link in told["links"] if "?" in link["href"] for pair in link["href"].split("?")[1].split("&"))


@EACH
def test_req_core_f_success(client, name):
    feature = client.get(f"/collections/{name}/items", params={"limit": 1}).json()["features"][0]
    answer = client.get(f"/collections/{name}/items/{feature['id']}")
    told = answer.json()
    assert {("self", "application/geo+json"), ("alternate", "text/html"), ("collection", "application/json")} <= relations(told["links"])
    assert {part: told[part] for part in feature} == feature


def test_req_core_fc_limit_response(client):
    assert client.get(BUILDINGS, params={"limit": 7}).json()["numberReturned"] == 7
    assert client.get(BUILDINGS).json()["numberReturned"] == client.get(BUILDINGS, params={"limit": 10**9}).json()["numberReturned"] == 41
    for text in ("0", "-1", "1.5", "1e3", "unlimited", "", "+5", "5 ", "٥", "9" * 5000):
        assert client.get(BUILDINGS, params={"limit": text}).status_code in (400, 414), text[:9]


@pytest.mark.parametrize("name, names", [(name, of) for name, of in (("limit", {"minimum": 1, "maximum": 10_000, "default": 100}),)])
def test_req_core_fc_limit_definition(client, name, names):
    assert names.items() <= parameter(client, name)["schema"].items()


def test_req_core_fc_bbox_definition(client):
    told = parameter(client, "bbox")
    assert (told["style"], told["explode"], told["required"]) == ("form", False, False)
    assert told["schema"] == {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}


def parameter(client, name):
    operation = client.get("/api").json()["paths"]["/collections/{collectionId}/items"]["get"]
    return next(each for each in operation["parameters"] if each["name"] == name)


def test_req_core_fc_bbox_response(client):
    assert set(ids(client, BUILDINGS, bbox="113.0005,22.8915,113.0025,22.8935")) == {grown(n) for n in (10, 11, 20, 21)}
    assert ids(client, BUILDINGS, bbox="113.0005,22.8915,-5,113.0025,22.8925,5") == [grown(10), grown(11)]
    assert ids(client, "/collections/microgrids/items", bbox="113.001,22.881,113.002,22.882") == [A]
    for far in ("-1.5,50,1.5,53", "177,65,-177,70", "-180,85,180,90", "-180,-90,180,-85"):
        assert ids(client, BUILDINGS, bbox=far) == []
    assert len(ids(client, BUILDINGS, bbox="100,-90,-170,90")) == 41


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,nan", "1,2,3,inf", "0,50,1,40", "0,0,300,1", "１,2,3,4", "1_0,2,3,4", "0,0,1e400,1"],
)
def test_a_bbox_that_is_none_is_refused(client, text):
    refused(client.get(BUILDINGS, params={"bbox": text}), "bbox")


def test_req_core_fc_time_response(client):
    """Only what was valid then: the torn down building at a moment it stood, at no other, and in an interval that meets its life."""
    gone = grown(LAST)
    for when in ("2023-01-01", "2023-01-01T00:00:00Z", "2023-05-01/..", "../2011-01-01", "/2011-01-01", "2023-05-01/P2D", "P1Y/2023-05-01"):
        assert gone in ids(client, BUILDINGS, datetime=when), when
    for when in (None, "2023-06-01", "2009-01-01", "2023-06-02/2024-01-01", "../2010-01-01", "2023-06-01/P2D"):
        assert gone not in ids(client, BUILDINGS, **({} if when is None else {"datetime": when})), when
    assert ids(client, BUILDINGS, datetime="2010-01-12") == [grown(n) for n in (FIRST, FIRST + 1)]
    assert RETIRED in ids(client, "/collections/microgrids/items", datetime="2024-06-01")
    assert RETIRED not in ids(client, "/collections/microgrids/items")


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "../..", "/", "2024-13-01", "2024-02-30", "2024-01-02/2024-01-01", "2024-01-01/2024-01-02/2024-01-03", "infinity"),
        *("2024-01-01T00:00:00", "P2D", "2024-01-01/P", "2024-01-09/P9999Y", "2024-01-01/PT", "2024-01-01/P1.5D"),
    ],
)
def test_a_time_that_is_none_is_refused(client, text):
    refused(client.get(BUILDINGS, params={"datetime": text}), "datetime")


def test_req_core_query_param_unknown_and_invalid(client):
    assert "did you mean limit?" in refused(client.get(BUILDINGS, params={"limits": "1"}), "limits")
    refused(client.get(f"{BUILDINGS}?limit=1&limit=2"), "limit")


@EACH
def test_pages_have_every_feature_once_and_in_order(client, name):
    whole = client.get(f"/collections/{name}/items", params={"limit": 1000}).json()["features"]
    assert [feature for told in pages(client, f"/collections/{name}/items", limit=2) for feature in told["features"]] == whole


def test_a_crawl_under_writes_neither_repeats_nor_loses(client, city):
    """What is written between two pages changes nothing of what was there before and after."""
    seen, crawl = [], pages(client, "/collections/objects/items", limit=1)
    for n, told in enumerate(crawl):
        seen += [feature["id"] for feature in told["features"]]
        if n == 0:
            with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
                cur.execute("UPDATE gridgeo.object SET recorded_at = now() WHERE object_id = 2")
                things.put(cur, (f"{things.CODE[A]}9", things.LAMP, "damaged", None, 113.005, 22.895, A), city.units)
    assert seen == sorted(set(seen)) and {1, 2, 4, 5} <= set(seen)


def test_a_cursor_is_of_one_list(client):
    on = next(link["href"] for link in client.get(BUILDINGS, params={"limit": 2}).json()["links"] if link["rel"] == "next")
    cursor = on.split("cursor=")[1]
    for other in (
        {"cursor": cursor[:-2]},
        {"cursor": cursor, "status": "in_use"},
        {"cursor": cursor, "sortby": "floors"},
        {"cursor": "A" * 22},
    ):
        refused(client.get(BUILDINGS, params=other), "cursor")
    refused(client.get("/collections/houses/items", params={"cursor": cursor}), "cursor")


@pytest.mark.parametrize("order", ["floors", "-floors", "-floors,building_use", "building_use,-valid_from"])
def test_sorted_pages_are_the_sorted_whole_and_what_is_not_known_comes_last(client, order):
    found = [feature for told in pages(client, BUILDINGS, limit=7, sortby=order) for feature in told["features"]]
    assert len({feature["id"] for feature in found}) == len(found) == 41
    name, down = order.split(",")[0].lstrip("-"), order.startswith("-")
    values = [feature["properties"][name] for feature in found]
    known = [value for value in values if value is not None]
    assert values == sorted(known, reverse=down) + [None] * (len(values) - len(known))


def test_what_is_no_more_is_gone_and_says_who_follows(client):
    gone = client.get(f"{BUILDINGS}/{grown(LAST)}")
    assert (gone.status_code, gone.json()["code"]) == (410, "gone")
    retired = client.get(f"/collections/microgrids/items/{RETIRED}")
    assert retired.status_code == 410 and retired.json()["successors"] == [A]
    assert client.get(f"/collections/microgrids/items/{RETIRED}", params={"datetime": "2024-06-01"}).status_code == 200
    assert client.get(f"/collections/streets/items/{RETIRED}").status_code == 404
    removed = client.get("/collections/objects/items", params={"element_code": things.REMOVED, "status": "removed"}).json()["features"]
    assert client.get(f"/collections/objects/items/{removed[0]['id']}").json()["properties"]["status"] == Status.REMOVED
    assert things.REMOVED not in client.get("/collections/objects/items").text


@pytest.mark.parametrize(
    "text", ["%00", "a%00b", "' or 1=1--", "..%2f..", "%ff%fe", "🏙", "4" * 8000, "０", "u0", "-1", "9" * 19, "1.0", "nothing"]
)
@EACH
def test_what_names_nothing_is_not_found(client, name, text):
    assert client.get(f"/collections/{name}/items/{text}").status_code == 404


def test_only_some_properties_ids_and_a_part_of_a_name(client):
    told = client.get(BUILDINGS, params={"properties": "floors,status", "ids": f"{grown(11)},{grown(12)},x"}).json()
    assert [feature["properties"] for feature in told["features"]] == [{"floors": n, "status": "in_use"} for n in (1, 2)]
    refused(client.get(BUILDINGS, params={"properties": "floor"}), "properties")
    assert ids(client, BUILDINGS, q="海滨") == [making.BUILDING[A]]
    assert ids(client, "/collections/houses/items", q="劳动") == [making.HOUSE[D]]
    assert {
        feature["properties"]["code"] for feature in client.get("/collections/addresses/items", params={"q": "劳动"}).json()["features"]
    } == {
        making.BUILDING[D],
        making.HOUSE[D],
    }
    assert ids(client, "/collections/grids/items", q="甲格") == [A]
    assert ids(client, BUILDINGS, q="%%") == []


def test_how_many_there_are_is_told_when_asked_for(client):
    assert "numberMatched" not in client.get(BUILDINGS).json()
    exact = client.get(BUILDINGS, params={"count": "exact", "limit": 3, "building_use": "office"}).json()
    assert (exact["numberReturned"], exact["numberMatched"]) == (3, 20)
    assert client.get(BUILDINGS, params={"count": "estimate"}).json()["numberMatched"] >= 0


def test_an_answer_one_has_is_not_sent_again_whatever_the_clock_says(client):
    answer = client.get(BUILDINGS)
    assert client.get(BUILDINGS, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert client.get(BUILDINGS, params={"limit": 3}, headers={"If-None-Match": answer.headers["etag"]}).status_code == 200
    head = client.head(BUILDINGS)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    packed = client.get(BUILDINGS, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.json()["features"] == answer.json()["features"]


@EACH
def test_streams_hold_the_whole_collection(client, name):
    path = f"/collections/{name}/items"
    whole = sorted(client.get(path, params={"limit": 10_000}).json()["features"], key=lambda each: str(each["id"]))
    told = client.get(path, params={"f": "geojsonseq"})
    assert told.headers["content-type"] == "application/geo+json-seq"
    records = [orjson.loads(record) for record in told.content.split(b"\x1e")[1:]]
    assert sorted(records, key=lambda each: str(each["id"])) == whole
    assert len(client.get(path, params={"f": "geojsonseq", "limit": 2}).content.split(b"\x1e")) == 1 + min(2, len(whole))
    rows = list(csv.DictReader(io.StringIO(client.get(path, params={"f": "csv"}).content.decode("utf-8-sig"))))
    assert sorted(row["id"] for row in rows) == sorted(str(feature["id"]) for feature in whole)
    assert list(rows[0])[1:-2] == list(whole[0]["properties"])[: len(rows[0]) - 3]


def test_no_cell_is_taken_for_a_formula(client):
    assert f",'{things.NAME[A]}," in client.get("/collections/objects/items", params={"f": "csv"}).text


def test_tiles_have_the_bounds_of_what_they_are_of(client):
    """An object that lies in no unit is within those of objects, so that a client that goes by them finds it; grids end before."""
    bounds = {name: client.get(f"/collections/{name}/tiles/WebMercatorQuad").json()["bounds"] for name in ("grids", "buildings", "objects")}
    for name, held in bounds.items():
        (reach,) = client.get(f"/collections/{name}").json()["extent"]["spatial"]["bbox"]
        assert held == pytest.approx(reach, abs=1e-6), name
    assert bounds["objects"][2] > 113.101 > bounds["grids"][2]


def test_a_connection_comes_back_from_each_stream(client):
    for _ in range(40):
        with client.stream("GET", BUILDINGS, params={"f": "csv"}) as answer:
            next(answer.iter_raw())
    assert client.get(BUILDINGS).status_code == 200


@EACH
def test_req_html_content(client, name):
    feature = client.get(f"/collections/{name}/items", params={"limit": 1}).json()["features"][0]
    for path in (f"/collections/{name}", f"/collections/{name}/items", f"/collections/{name}/items/{feature['id']}"):
        page = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "<script" not in page.text and COLLECTIONS[name].title in page.text
        assert ("<svg" in page.text) == ("/items" in path)
    assert client.get("/collections", params={"f": "html"}).status_code == 200
    assert "conf/core" in client.get("/conformance", params={"f": "html"}).text


def test_a_page_escapes_what_features_hold(client, city):
    with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.object SET name = '<script>' WHERE object_id = 4")
    assert "<script" not in client.get("/collections/objects/items", params={"f": "html"}).text


def test_a_caller_of_a_part_gets_its_part(client, of_d):
    """In every form, and whatever is asked for: of A nothing."""
    for name, seen in (
        ("buildings", making.BUILDING[D]),
        ("houses", making.HOUSE[D]),
        ("addresses", making.BUILDING[D]),
        ("objects", things.CODE[D]),
    ):
        for more in ({}, {"f": "csv"}, {"f": "geojsonseq"}, {"bbox": "113,22.8,113.1,22.95"}, {"q": "劳动"}):
            told = client.get(f"/collections/{name}/items", params=more, headers=of_d).text
            assert seen in told and making.BUILDING[A] not in told and things.CODE[A] not in told, (name, more)
    exact = client.get(BUILDINGS, params={"count": "exact"}, headers=of_d).json()
    assert exact["numberMatched"] == exact["numberReturned"] == 1
    told = [client.get(f"{BUILDINGS}/{code}", headers=of_d).json() for code in (making.BUILDING[A], grown(99), grown(LAST))]
    assert {(each["status"], each["detail"]) for each in told} == {(404, told[0]["detail"])}
