"""Features as they were: by the day, by what was believed when, and all versions of one (RFC 7089; OGC's proposal "Versioned Features")."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import httpx
import orjson
import pytest
import shapely

from gridgeo.db import connection
from gridgeo.features import collections, reading, versions
from gridgeo.features.question import Period, Question
from tests.access import making
from tests.api import things
from tests.api.world import RETIRED, A, D
from tests.features.making import FIRST, LAST, grown, ids

OBJECTS, BUILDINGS = "/collections/objects/items", "/collections/buildings/items"
#: The element code of the object whose past is known.
TURNED = "MB0000011TURNED"
#: What was known of an object, by when we came to know it: in use at A since 2021; on 2022-01-10 that it is at D since 2022-01-01; on
#: 2023-06-10 that it is damaged since 2023-06-01; on 2023-07-01 that this was so since 2023-05-01 already.
_TOLD = """
INSERT INTO gridgeo.object_history (object_id, change_no, category_id, status, lon, lat, valid, recorded, source) VALUES
  (%(id)s, 1, 1, 'in_use', 113.005, 22.895, '[2021-01-01,2022-01-01)', '[2021-01-10 00:00Z,2022-01-10 00:00Z)', 'a'),
  (%(id)s, 2, 1, 'in_use', 113.035, 22.875, '[2022-01-01,2023-06-01)', '[2022-01-10 00:00Z,2023-06-10 00:00Z)', 'b'),
  (%(id)s, 3, 1, 'damaged', 113.035, 22.875, 'empty', '[2023-06-10 00:00Z,2023-07-01 00:00Z)', 'c');
UPDATE gridgeo.object SET since = '2023-05-01', recorded_at = '2023-07-01 00:00Z' WHERE object_id = %(id)s
"""


@pytest.fixture(scope="module")
def turned(city) -> int:
    """The number of the object, which lies at D today."""
    with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
        number = things.put(cur, (TURNED, things.LAMP, "damaged", "转", 113.035, 22.875, D), city.units)
        cur.execute(_TOLD, {"id": number})
        cur.execute(
            "INSERT INTO gridgeo.building_address (zone, building_code, address_no, road, road_key, valid_from) "
            "VALUES (left(%(code)s, 12), %(code)s, 2, '新一路', '新一路', '2022-01-01')",
            {"code": making.BUILDING[A]},
        )
        cur.execute(
            "UPDATE gridgeo.building_address SET valid_to = '2022-01-01' WHERE building_code = %s AND address_no = 1", (making.BUILDING[A],)
        )
    return number


def told(answer: httpx.Response) -> dict:
    assert answer.status_code == 200, answer.text
    return answer.json()


def links(answer: httpx.Response) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in answer.json()["links"]}


#: (datetime, recorded) -> status and whether it lay at A, None where it was not there.
@pytest.mark.parametrize(
    "on, recorded, expected",
    [
        (None, None, ("damaged", False)),
        ("2021-06-01", None, ("in_use", True)),
        ("2022-06-01", None, ("in_use", False)),
        ("2023-05-15", None, ("damaged", False)),
        ("2020-06-01", None, None),
        ("2021-06-01/2022-06-01", None, ("in_use", False)),
        ("2022-01-05", "2022-01-05", ("in_use", True)),
        ("2022-01-05", "2022-01-15", ("in_use", False)),
        ("2023-05-15", "2023-06-15", ("in_use", False)),
        ("2023-06-15", "2023-06-15", ("damaged", False)),
        (None, "2022-02-01", ("in_use", False)),
        (None, "2020-01-01", None),
    ],
)
def test_objects_are_told_as_they_were_and_as_it_was_believed(client, turned, on, recorded, expected):
    """Of one, and of it in a list; places in a box are those of that time."""
    asked = {name: text for name, text in (("datetime", on), ("recorded", recorded)) if text}
    last = {**asked, "datetime": on.rpartition("/")[2] if on else "2026-01-01"}
    one = client.get(f"{OBJECTS}/{turned}", params=asked)
    listed = told(client.get(OBJECTS, params={**asked, "element_code": TURNED}))["features"]
    short = told(client.get("/objects", params={**last, "q": TURNED}))["objects"]
    at_a = ids(client, OBJECTS, **asked, bbox="113,22.88,113.02,22.9", element_code=TURNED)
    if expected is None:
        assert (one.status_code, listed, short, at_a) == (410, [], [], [])
        assert one.json()["code"] == "not-then" and "latest-version" in one.headers["link"]
        return
    feature = told(one)
    lies_at_a = shapely.box(113, 22.88, 113.02, 22.9).covers(shapely.Point(feature["geometry"]["coordinates"]))
    assert (feature["properties"]["status"], lies_at_a) == expected
    assert [each["properties"] for each in listed] == [feature["properties"]]
    assert [each["status"] for each in short] == [expected[0]]
    assert at_a == ([turned] if expected[1] else [])


def test_objects_that_were_removed_by_then_are_left_out_of_lists(client, turned):
    assert things.REMOVED not in client.get(OBJECTS, params={"datetime": "2026-01-01"}).text
    assert things.REMOVED in client.get(OBJECTS, params={"datetime": "2026-01-01", "status": "removed"}).text


def test_pages_of_the_past_have_every_feature_once(client, turned):
    asked = {"datetime": "2023-06-15", "recorded": "2023-06-15"}
    assert ids(client, OBJECTS, **asked, limit=1) == ids(client, OBJECTS, **asked)


def test_versions_do_not_overlap_and_say_since_when_they_are_known(client, turned):
    answer = client.get(f"{OBJECTS}/{turned}/versions")
    rows = told(answer)["versions"]
    assert [(row["valid_from"][:10], row["valid_to"] and row["valid_to"][:10], row["recorded_from"][:10]) for row in rows] == [
        ("2020-12-31", "2021-12-31", "2021-01-10"),
        ("2021-12-31", "2023-04-30", "2022-01-10"),
        ("2023-04-30", None, "2023-07-01"),
    ], "days begin in China, moments are told in UTC"
    then = told(client.get(f"{OBJECTS}/{turned}/versions", params={"recorded": "2023-06-15"}))["versions"]
    assert [row["valid_from"][:10] for row in then] == ["2020-12-31", "2021-12-31", "2023-05-31"]
    assert [told(client.get(row["href"]))["properties"]["since"] for row in rows] == ["2021-01-01", "2022-01-01", "2023-05-01"]


def test_buildings_have_a_version_for_each_main_address(client, turned):
    path = f"{BUILDINGS}/{making.BUILDING[A]}"
    rows = told(client.get(f"{path}/versions"))["versions"]
    assert [told(client.get(row["href"]))["properties"]["road"] for row in rows] == [making.ADDRESS[A][0], "新一路"]
    assert rows[0]["valid_to"] == rows[1]["valid_from"]


@pytest.mark.parametrize("name", collections.COLLECTIONS)
def test_every_version_of_every_feature_answers_as_itself(client, turned, name):
    path = f"/collections/{name}/items"
    for feature in told(client.get(path, params={"limit": 8}))["features"]:
        answer = client.get(f"{path}/{feature['id']}/versions")
        for row in told(answer)["versions"]:
            one = client.get(row["href"])
            assert links(one)["canonical"] == row["href"], one.text
            assert one.headers["memento-datetime"].endswith("GMT")
        assert answer.json()["versions"][-1]["valid_to"] is None
        assert {"original", "timegate", "memento", "first", "last", "latest-version"} <= set(links(answer))


def test_a_version_leads_to_those_beside_it(client):
    path = f"/collections/microgrids/items/{A}"
    now = client.get(path)
    assert now.headers["memento-datetime"] == "Wed, 01 Jan 2025 00:00:00 GMT"
    assert {"original", "timegate", "timemap", "version-history", "canonical", "predecessor-version", "latest-version"} <= set(links(now))
    assert "successor-version" not in links(now)
    before = client.get(links(now)["predecessor-version"])
    assert before.headers["memento-datetime"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert links(before)["successor-version"] == links(now)["canonical"] and "predecessor-version" not in links(before)
    assert before.json()["properties"]["area_m2"] == pytest.approx(now.json()["properties"]["area_m2"] / 2, rel=1e-3)
    header = 'rel="predecessor-version"; type="application/geo+json"; datetime="Mon, 01 Jan 2024 00:00:00 GMT"'
    assert header in now.headers["link"]
    exactly = client.get(path, params={"datetime": "2025-01-01T00:00:00Z"})
    assert links(exactly)["canonical"] == links(now)["canonical"], "at the moment one ends the later one is valid"


def test_what_is_no_more_or_was_not_yet_says_where_its_versions_are(client):
    gone = client.get(f"/collections/microgrids/items/{RETIRED}")
    assert gone.status_code == 410 and gone.json()["successors"] == [A]
    for rel in ("timemap", "version-history", "latest-version"):
        assert f'rel="{rel}"' in gone.headers["link"]
    early = client.get(f"{BUILDINGS}/{grown(FIRST)}", params={"datetime": "2001-01-01"})
    assert (early.status_code, early.json()["code"]) == (410, "not-then") and 'rel="latest-version"' in early.headers["link"]
    never = client.get(f"{BUILDINGS}/{grown(99)}", params={"datetime": "2001-01-01"})
    assert never.status_code == client.get(f"{BUILDINGS}/{grown(99)}/versions").status_code == 404
    assert told(client.get(f"{BUILDINGS}/{grown(LAST)}/versions"))["versions"][-1]["valid_to"] == "2023-05-31T16:00:00Z"


@pytest.mark.parametrize(
    "wished, expected",
    [
        ("Sat, 01 Jun 2024 00:00:00 GMT", "2024"),
        ("Sun, 01 Jun 2025 00:00:00 GMT", "2025"),
        ("Mon, 01 Jan 1990 00:00:00 GMT", "2024"),
        ("yesterday", None),
    ],
)
def test_a_client_of_memento_wishes_for_a_time(client, wished, expected):
    answer = client.get(f"/collections/microgrids/items/{A}", headers={"Accept-Datetime": wished})
    if expected is None:
        assert answer.status_code == 400
        return
    assert told(answer)["properties"]["edition"] == expected and "Accept-Datetime" in answer.headers["vary"]


def test_grids_as_they_were_believed(client, city):
    """Before the second edition was activated the first had no end; before the first nothing was known."""
    with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.edition SET activated_at = lower(valid) - interval '1 day' WHERE scheme = 'governance'")
    path = f"/collections/microgrids/items/{RETIRED}"
    assert client.get(path, params={"datetime": "2025-06-01"}).status_code == 410
    then = told(client.get(path, params={"datetime": "2025-06-01", "recorded": "2024-06-01"}))
    assert then["properties"]["valid_to"] is None
    rows = told(client.get(f"{path}/versions", params={"recorded": "2024-06-01"}))["versions"]
    assert [row["valid_to"] for row in rows] == [None]
    assert RETIRED in ids(client, "/collections/microgrids/items", recorded="2024-06-01")
    assert ids(client, "/collections/microgrids/items", recorded="2023-06-01") == []
    known = client.get(path, params={"datetime": "2024-06-01", "recorded": "2024-12-31T12:00:00Z"})
    assert told(known)["properties"]["valid_to"].startswith("2025-01-01")


@pytest.mark.parametrize("name", ["buildings", "houses", "addresses"])
def test_collections_that_do_not_keep_what_was_believed_name_those_that_do(client, name):
    for path in (f"/collections/{name}/items", f"/collections/{name}/items/{making.BUILDING[A]}"):
        answer = client.get(path, params={"recorded": "2024-01-01"})
        assert answer.status_code == 400 and "microgrids, grids, objects" in answer.text


def test_a_time_map_in_link_format_and_for_people(client):
    path = f"/collections/microgrids/items/{A}/versions"
    plain = client.get(path, params={"f": "link"})
    assert plain.headers["content-type"] == "application/link-format" and plain.text.count('rel="memento"') == 2
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8" and "2024-01-01T00:00:00Z" in page.text


def test_collections_say_what_the_time_of_a_version_is(client):
    assert told(client.get("/collections/objects"))["versioning"] == {"timeAxis": "validity-time"}
    schema = told(client.get("/collections/objects/schema"))["properties"]
    assert (schema["since"]["x-ogc-role"], schema["until"]["x-ogc-role"]) == ("primary-interval-start", "primary-interval-end")


def test_versions_beyond_ones_area_are_as_if_they_were_not(client, of_d, turned):
    for path in (f"{BUILDINGS}/{making.BUILDING[A]}", f"{OBJECTS}/1"):
        for asked in ({}, {"datetime": "1990-01-01"}):
            assert client.get(path, params=asked, headers=of_d).status_code == 404
        assert client.get(f"{path}/versions", headers=of_d).status_code == 404
    assert client.get(f"{OBJECTS}/{turned}", params={"datetime": "2021-06-01"}, headers=of_d).status_code == 200, "it lies in D today"


def test_versions_agree_with_questions_at_any_moment(city, turned):
    """Wherever a version is valid, what is told of the feature at that day began with it; elsewhere there is nothing."""
    objects = collections.COLLECTIONS["objects"]
    with closing(connection.connect(city.url)) as conn:
        for month in range(36 * 2):
            for recorded in (None, *(datetime(year, 6, 15, tzinfo=UTC) for year in (2021, 2022, 2023))):
                when = datetime(2020 + month // 12, month % 12 + 1, 10, tzinfo=UTC)
                found = versions.of(conn, objects, str(turned), recorded)
                place = versions.at(found, when)
                asked = Question(period=Period(when, when), recorded=recorded)
                assert (reading.one(conn, objects, str(turned), asked) is None) == (place is None), (when, recorded)


@pytest.mark.parametrize("name", list(collections.COLLECTIONS))
def test_a_feature_and_its_versions_asked_at_once_are_what_they_are_asked_apart(city, turned, name):
    collection = collections.COLLECTIONS[name]
    with closing(connection.connect(city.url)) as conn:
        there = orjson.loads(f"[{reading.page(conn, collection, Question(limit=3)).features}]")
        for feature_id in (*(str(one["id"]) for one in there), str(turned), "440399"):
            for when in (None, datetime(2021, 6, 15, tzinfo=UTC)):
                asked = Question(period=when and Period(when, when), recorded=when if collection.believed else None)
                found = versions.of(conn, collection, feature_id, asked.recorded)
                assert reading.versioned(conn, collection, feature_id, asked) == (reading.one(conn, collection, feature_id, asked), found)


def test_of_nothing_there_are_no_versions(city):
    with closing(connection.connect(city.url)) as conn:
        assert [versions.of(conn, each, "440399") for each in collections.COLLECTIONS.values()] == [[]] * len(collections.COLLECTIONS)
    assert versions.at([]) is None and versions.nearest([], datetime(2024, 1, 1, tzinfo=UTC)) is None
