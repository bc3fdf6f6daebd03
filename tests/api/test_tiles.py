"""Tiles over HTTP: what they hold, how they are kept, who sees what, and what is refused."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest

from api import server as api_server
from gridgeo.access.model import Scope
from gridgeo.db import connection
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.moments import CHINA
from gridgeo.objects import writing
from gridgeo.objects.model import Status
from gridgeo.settings import Settings
from gridgeo.tiles.model import FILTERED_FROM, Tile, column, row
from tests.access import making
from tests.api import callers, world
from tests.api.world import A, D
from tests.objects import making as objects
from tests.tiles.making import cover
from tests.tiles.reading import layers

MVT = "application/vnd.mapbox-vector-tile"
COLLECTIONS = ("grids", "objects", "buildings")


def at(z: int, place: tuple[float, float] = world.IN_A) -> Tile:
    return Tile(z, column(place[0], z), row(place[1], z))


def path(collection: str, tile: Tile) -> str:
    return f"/collections/{collection}/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}"


@pytest.fixture(scope="module")
def city(server, template):
    """The drawn world with two buildings, and thirty objects in A and twenty in D."""
    name = server.create(template)
    url = server.url_of(name)
    units = making.loaded(url)
    with closing(connection.connect(url)) as conn, connection.transaction(conn):
        ids = objects.tree(conn)
        rows = [cover(n, ids[objects.COVER], making.POINT[A][0] + n * 1e-5, making.POINT[A][1]) for n in range(30)]
        rows += [cover(100 + n, ids[objects.COVER], making.POINT[D][0] + n * 1e-5, making.POINT[D][1]) for n in range(20)]
        assert not writing.put(conn, rows).issues
    yield SimpleNamespace(url=url, units=units, ids=ids)
    server.drop(name)


@pytest.fixture(scope="module")
def client(city, tmp_path_factory):
    given = Settings(home=tmp_path_factory.mktemp("home"), database_url=city.url, port=0, per_minute=0)
    with api_server.background(given) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        settled(client)
        yield client


def settled(client, n: int = 50) -> None:
    """Wait until the service has added up what there is."""
    until(lambda: total(client.get(path("objects", at(8)))) == n)


def until(holds: Callable[[], bool]) -> None:
    """Wait for what is true soon: tiles that are held are forgotten a moment after what they show was committed."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never was")


def put(city, rows) -> None:
    with closing(connection.connect(city.url)) as conn, connection.transaction(conn):
        assert not writing.put(conn, rows).issues


def total(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    return sum(each["properties"]["n"] for each in layers(answer.content).get("clusters", []))


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("z", [0, 8, 15, 22])
def test_a_tile_is_a_tile_at_every_zoom(client, collection, z):
    answer = client.get(path(collection, at(z)))
    assert (answer.status_code, answer.headers["content-type"], answer.headers["content-encoding"]) == (200, MVT, "gzip")


def test_grids_have_a_layer_a_level(client):
    assert set(layers(client.get(path("grids", at(14))).content)) == {"districts", "streets", "communities", "microgrids"}


def test_buildings_appear_near_and_say_what_they_are(client):
    assert layers(client.get(path("buildings", at(14))).content) == {}
    ((only,),) = layers(client.get(path("buildings", at(18))).content).values()
    assert only["properties"] == {"code": making.BUILDING[A], "use": "residential", "status": "in_use"}


def test_low_zooms_are_added_up(client):
    for z in range(9):
        assert total(client.get(path("objects", at(z)))) == 50


def test_a_filter_is_answered(client, city):
    lamp, cover_id = city.ids[objects.LAMP], city.ids[objects.COVER]
    assert total(client.get(path("objects", at(8)), params={"category": f"{lamp}"})) == 0
    assert total(client.get(path("objects", at(8)), params={"category": f"{lamp},{cover_id}"})) == 50
    assert total(client.get(path("objects", at(8)), params={"status": "removed,missing"})) == 0


def test_a_filter_in_words_is_answered_as_plain_parameters_are(client, city):
    cover_id = city.ids[objects.COVER]
    for z in (8, 14, 17):
        asked = path("objects", at(z))
        words = f"category = {cover_id}" + (" AND floor IS NULL" if z >= FILTERED_FROM else "")
        answer = client.get(asked, params={"filter": words})
        assert answer.status_code == 200 and layers(answer.content) == layers(client.get(asked, params={"category": cover_id}).content)
        assert client.get(asked, params={"filter": "status = 'removed'", "filter-lang": "cql2-text"}).content == b""


def test_a_filtered_tile_is_held_and_the_unfiltered_one_is_another(client):
    asked = path("objects", at(FILTERED_FROM))
    whole, none, again = (client.get(asked, params=given) for given in ({}, {"filter": "floor > 3"}, {"filter": "floor > 3"}))
    assert whole.headers["etag"] != none.headers["etag"] == again.headers["etag"]


def test_a_filter_of_what_is_not_added_up_is_refused_far_out(client):
    answer = client.get(path("objects", at(FILTERED_FROM - 1)), params={"filter": "floor > 3 AND since > DATE('2025-01-01')"})
    (told,) = answer.json()["errors"]
    assert (answer.status_code, told["parameter"]) == (400, "filter")
    assert "floor, since" in told["detail"] and f"from zoom {FILTERED_FROM} on" in told["detail"]


def test_a_day_in_the_past_is_answered_near_and_told_by_its_own_tag(client, city):
    """The thirty of A are of today: yesterday there were none."""
    near, today = path("objects", at(17)), datetime.now(CHINA).date()
    now = client.get(near)
    same, before = (client.get(near, params={"datetime": f"{day}"}) for day in (today, today - timedelta(days=1)))
    assert same.content == now.content != before.content == b"" and same.headers["etag"] == now.headers["etag"] != before.headers["etag"]
    again = client.get(near, params={"datetime": f"{today}"}, headers={"If-None-Match": same.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    evening = f"{today - timedelta(days=1)}T16:00:00Z"  # midnight in Beijing
    assert client.get(near, params={"datetime": evening}).content == now.content


def test_a_day_in_the_past_is_true_at_once_after_a_change(client, city):
    """Nothing of it is held: what was is corrected from anywhere."""
    near, today = path("objects", at(17)), datetime.now(CHINA).date()
    long_ago = {"datetime": "2020-02-03"}
    assert client.get(near, params=long_ago).content == b""
    put(city, [{**cover(600, city.ids[objects.COVER], *making.POINT[A]), "since": "2020-01-01"}])
    assert len(layers(client.get(near, params=long_ago).content)["objects"]) == 1
    put(city, [{**cover(600, city.ids[objects.COVER], *making.POINT[A]), "status": "removed", "since": f"{today}"}])
    assert len(layers(client.get(near, params=long_ago).content)["objects"]) == 1
    settled(client, 50)


def test_a_day_in_the_past_is_refused_far_out(client):
    told = client.get("/collections/objects/tiles/WebMercatorQuad").json()
    assert told["filtered_from"] == FILTERED_FROM
    for z, status in ((FILTERED_FROM, 200), (FILTERED_FROM - 1, 400)):
        answer = client.get(path("objects", at(z)), params={"datetime": "2025-01-01"})
        assert answer.status_code == status
    (fault,) = answer.json()["errors"]
    assert fault["parameter"] == "datetime" and f"from zoom {FILTERED_FROM} on" in fault["detail"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_twenty_equal_requests_have_one_tag_and_the_next_one_nothing_new(client, collection):
    asked = path(collection, at(16))
    answers = [client.get(asked) for _ in range(20)]
    (tag,) = {answer.headers["etag"] for answer in answers}
    assert len({answer.content for answer in answers}) == 1
    again = client.get(asked, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "no-cache" in answers[0].headers["cache-control"]


def test_head_says_what_get_would(client):
    got, headed = client.get(path("objects", at(16))), client.head(path("objects", at(16)))
    assert (headed.status_code, headed.content, headed.headers["etag"]) == (200, b"", got.headers["etag"])


def test_who_takes_no_gzip_gets_none(client):
    asked = path("grids", at(14))
    with client.stream("GET", asked, headers={"Accept-Encoding": "gzip"}) as packed:
        body = b"".join(packed.iter_raw())
    plain = client.get(asked, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and gzip.decompress(body) == plain.content
    assert plain.headers["etag"] != packed.headers["etag"]


@pytest.mark.parametrize(
    "accepted, packed", [("gzip;q=0", False), ("br, GZIP ; q=0.5", True), ("*", True), ("*;q=0.0", False), ("gzip;q=0, *", False)]
)
def test_gzip_of_no_weight_is_refused_gzip(client, accepted, packed):
    with client.stream("GET", path("grids", at(14)), headers={"Accept-Encoding": accepted}) as answer:
        assert ("content-encoding" in answer.headers) == packed


def test_a_change_is_seen_where_it_is_and_nowhere_else(client, city):
    here, far = path("objects", at(16)), path("objects", at(16, making.POINT[D]))
    before = client.get(here).headers["etag"], client.get(far).headers["etag"]
    put(city, [cover(500, city.ids[objects.COVER], *making.POINT[A])])
    settled(client, 51)
    until(lambda: client.get(here).headers["etag"] != before[0])
    assert client.get(far).headers["etag"] == before[1]
    with closing(connection.connect(city.url)) as conn, connection.transaction(conn), conn.cursor() as cur:
        cur.execute("SELECT object_id FROM object WHERE element_code LIKE %s", ("%00000500",))
        writing.change(conn, [{"object_id": cur.fetchone()[0], "status": "removed"}])
    settled(client, 50)


def test_a_change_is_seen_though_nobody_told(client, city):
    """A notification that is lost costs seconds, not the truth."""
    before = total(client.get(path("objects", at(8))))
    with closing(connection.connect(city.url)) as conn, connection.transaction(conn), conn.cursor() as cur:
        cur.execute("UPDATE object SET status = 'removed' WHERE element_code LIKE %s RETURNING point", ("%00000001",))
        cur.execute("INSERT INTO object_changed (x, y) VALUES (NULL, NULL)")
    settled(client, before - 1)
    with closing(connection.connect(city.url)) as conn, connection.transaction(conn), conn.cursor() as cur:
        cur.execute("UPDATE object SET status = 'in_use' WHERE element_code LIKE %s", ("%00000001",))
        cur.execute("INSERT INTO object_changed (x, y) VALUES (NULL, NULL)")
    settled(client, before)


def test_callers_of_a_part_get_tiles_of_their_part(client, city):
    everything = [str(scope) for scope in Scope]
    keys = {
        unit: callers.bearer(callers.key(city.url, *everything, area=area))
        for unit, area in ((A, [city.units[A]]), (D, [city.units[D]]), (None, []))
    }
    for z in (0, 8, 12, 14, 15):
        asked = path("objects", at(z))
        assert total(client.get(asked)) >= 30  # so that the tile of the whole city is in memory
        assert total(client.get(asked, headers=keys[A])) == 30, z
        assert total(client.get(asked, headers=keys[None])) == 0
        assert total(client.get(path("objects", at(z, making.POINT[D])), headers=keys[D])) == 20
    near = path("objects", at(17))
    assert layers(client.get(near).content) == layers(client.get(near, headers=keys[A]).content) != {}
    assert layers(client.get(near, headers=keys[D]).content) == layers(client.get(near, headers=keys[None]).content) == {}
    building = path("buildings", at(18))
    assert [making.BUILDING[A].encode() in client.get(building, headers=keys[unit]).content for unit in (A, D, None)] == [
        True,
        False,
        False,
    ]
    assert "private" in client.get(near, headers=keys[A]).headers["cache-control"]


def test_datetime_chooses_the_edition(client, city):
    asked = path("grids", at(12))
    now = client.get(asked)
    assert client.get(asked, params={"datetime": "2025-06-01"}).content == now.content
    assert client.get(asked, params={"datetime": "2024-06-01"}).status_code == 404
    with closing(connection.connect(city.url)) as conn, connection.transaction(conn):
        draft, _ = editions.stage(conn, GOVERNANCE, world.frame(True), name="2026")
        editions.activate(conn, draft.edition_id)
    for _ in range(300):
        if world.RETIRED in client.get(asked).text:
            break
        time.sleep(0.1)
    assert world.RETIRED in client.get(asked).text
    assert client.get(asked, params={"datetime": "2025-06-01"}).content == now.content


def test_other_clients_find_the_tiles(client):
    for collection in COLLECTIONS:
        told = client.get(f"/collections/{collection}/tiles/WebMercatorQuad").json()
        template = told["tiles"][0]
        assert template.startswith(str(client.base_url)) and ("points_from" in told) == ("tree" in told) == (collection == "objects")
        assert told.get("tree", 1) == client.get("/categories").json()["tree"]["tree_id"] or collection != "objects"
        tile = at(told["maxzoom"])
        answer = client.get(template.replace("{z}", str(tile.z)).replace("{y}", str(tile.y)).replace("{x}", str(tile.x)))
        assert answer.status_code == 200 and set(layers(answer.content)) <= {layer["id"] for layer in told["vector_layers"]}
    assert client.get("/collections/houses/tiles/WebMercatorQuad").status_code == 404


def test_the_style_draws_layers_that_there_are_and_asks_for_no_files(client):
    style = client.get("/maps/style.json").json()
    there = {
        name: {layer["id"] for layer in client.get(source["url"]).json()["vector_layers"]} for name, source in style["sources"].items()
    }
    drawn = [layer for layer in style["layers"] if layer["type"] != "background"]
    assert drawn and all(layer["source-layer"] in there[layer["source"]] for layer in drawn)
    assert "glyphs" not in style and "sprite" not in style and not any(layer["type"] == "symbol" for layer in drawn)


BAD = [
    *[(f"{z}/0/0", 400) for z in ("-1", "1.5", "a", "+1", "01", "１", "1e1", " 1", "9" * 400, "%00", "0x1", "", "..")],
    *[(f"{z}/0/0", 404) for z in (23, 31, 32, 2**31, 2**32)],
    *[("3/8/0", 404), ("3/0/8", 404), ("0/0/1", 404), ("22/4194304/0", 404), ("3/0/2147483648", 404)],
    *[("3/-1/0", 400), ("3/0/-1", 400), ("3/0/x", 400), ("3/1.5/0", 400), ("3/0/0.pbf", 400), ("3/0/NaN", 400)],
    *[("3/0", 404), ("3/0/0/0", 404), ("3", 404)],
    *[("3/0/0?x=1", 400), ("3/0/0?category=1&category=2", 400), ("3/0/0?f=json", 400), ("3/0/0?srid=3857", 400)],
]
BAD_FILTERS = ["category=", "category=a", "category=-1", "category=1.5", "category=1,,2", "category=0", "category=2147483648"]
BAD_FILTERS += [
    "status=",
    "status=standing",
    "status=in_use,",
    "status=IN_USE",
    "status=' or 1=1--",
    f"category={'1,' * 300}1",
]
BAD_FILTERS += [
    f"datetime={text}" for text in ("", "yesterday", "2025-02-30", "2025-01-01/2025-02-01", "../2025-01-01", "2025-01-01T00:00:00")
]
BAD_FILTERS += [
    *("filter=1=1", "filter=", "filter=status", "filter=status='in_use", "filter=name='x'", "filter=category=1;DROP TABLE object"),
    *("filter=CAST(floor AS text)='1'", "filter=upper(major)='x'", "filter=category=(SELECT 1)", "filter=status='in_use' OR 1=1--"),
    *(f"filter={'NOT%20' * 200}floor=1", f"filter={'(' * 1000}floor=1", f"filter=floor IN ({'1,' * 900}1)", "filter=floor=%00"),
    *("filter=floor=1&filter=floor=2", "filter=floor=1&filter-lang=cql2-json", "filter_lang=cql2-text", "filter-crs=EPSG:4490"),
    f"filter=department LIKE '{'%25' * 100}'",
]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_bad_tiles_are_refused(client, collection):
    wrong = {}
    for asked, status in BAD:
        answer = client.get(f"/collections/{collection}/tiles/WebMercatorQuad/{asked}")
        told = answer.headers["content-type"] == "application/problem+json"
        if answer.status_code not in {400, 404} or not told or (answer.status_code != status and "/0/0" in asked and asked[0].isdigit()):
            wrong[asked] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("query", BAD_FILTERS)
def test_bad_filters_are_refused(client, query):
    answer = client.get(f"{path('objects', at(10))}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text


def test_a_filter_that_is_too_long_to_ask_is_refused(client):
    answer = client.get(path("objects", at(10)), params={"filter": f"floor IN ({'1,' * 10_000}1)"})
    assert (answer.status_code, answer.headers["content-type"]) == (414, "application/problem+json")


def test_other_collections_take_no_filter(client):
    for collection in ("grids", "buildings"):
        assert client.get(path(collection, at(10)), params={"filter": "floor = 1"}).status_code == 400


def test_another_grid_of_tiles_is_not_there(client):
    assert client.get("/collections/grids/tiles/WorldCRS84Quad/0/0/0").status_code == 404
    assert client.post(path("grids", at(3))).status_code == 405


def test_all_statuses_are_asked_by_one_word_as_in_lists(client):
    told = [client.get("/collections/objects/tiles/WebMercatorQuad/0/0/0", params={"status": asked}) for asked in ("all", ",".join(Status))]
    assert [one.status_code for one in told] == [200, 200] and told[0].content == told[1].content
