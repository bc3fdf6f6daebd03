"""OGC API - Features, Part 4 (OGC 20-002, draft): a test for each requirement, named by its id; and nobody writes beyond his area."""

from __future__ import annotations

import threading
from contextlib import closing
from types import SimpleNamespace

import httpx
import pytest

from gridgeo.db import connection
from gridgeo.objects import counts
from tests.access import making
from tests.api import callers, grounds, things
from tests.api.things import CODE, COVER, GREEN, LAMP, PIPE
from tests.api.world import A, D

ITEMS = "/collections/objects/items"
IN_A, IN_D, BEYOND = [113.004, 22.896], [113.036, 22.876], [113.104, 22.896]
GEOJSON = {"Content-Type": "application/geo+json"}
PATCH = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture(scope="module")
def city(server, template, tmp_path_factory):
    """The API over a city with objects, a reader, a writer of all of it, and one of D."""
    with grounds.database(server, template) as url:
        units = making.loaded(url)
        things.add(url, units)
        callers_ = {"reader": callers.key(url, "read"), "all": callers.key(url, "read", "write")}
        callers_["d"] = callers.key(url, "read", "write", area=[units[D]])
        with grounds.service(url, tmp_path_factory, per_minute=0) as lent:
            plain = {"Accept-Encoding": "identity"}  # compressed is another representation, with another tag
            held = {
                each: httpx.Client(base_url=lent.where, trust_env=False, timeout=30, headers={**plain, **callers.bearer(key)})
                for each, key in callers_.items()
            }
            yield SimpleNamespace(url=url, address=lent.where, **held)
            for each in held.values():
                each.close()


_NUMBERS = iter(range(1, 1000))


def feature(point=IN_A, geometry=None, **properties):
    said = {"element_code": f"MB0000011NEW{next(_NUMBERS)}", "category_id": LAMP, "status": "in_use"}
    geometry = geometry or {"type": "Point", "coordinates": point}
    return {"type": "Feature", "geometry": geometry, "properties": {**said, **properties}}


def added(client, *args, **more):
    answer = client.post(ITEMS, json=feature(*args, **more), headers=GEOJSON)
    assert answer.status_code == 201, answer.text
    return answer


def without(told, *names):
    return {**told, "properties": {name: value for name, value in told["properties"].items() if name not in names}}


def test_req_create_replace_delete_insert(city):
    """201, where it is, and what it is: as it is told to whoever asks."""
    answer = added(city.all, name="新灯", floor=-1, inspected_on="2026-01-31", since="2020-05-01")
    got = city.all.get(answer.headers["location"])
    assert got.json() == answer.json() and got.headers["etag"] == answer.headers["etag"]
    said = got.json()["properties"]
    assert (said["name"], said["floor"], said["inspected_on"], said["since"], said["grid"]) == ("新灯", -1, "2026-01-31", "2020-05-01", A)
    assert got.json()["geometry"]["coordinates"] == IN_A


def test_req_features_content_crs(city):
    """Coordinates in the order of axes of their system, as they are told in it."""
    crs = "http://www.opengis.net/def/crs/EPSG/0/4547"
    there = added(city.all)
    plane = city.all.get(there.headers["location"], params={"crs": crs}).json()["geometry"]
    answer = city.all.post(ITEMS, json=feature(geometry=plane), headers={**GEOJSON, "Content-Crs": f"<{crs}>"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["geometry"]["coordinates"] == pytest.approx(IN_A, abs=1e-8)
    wrong = city.all.post(ITEMS, json=feature(geometry=plane), headers={**GEOJSON, "Content-Crs": "<http://x/y>"})
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["parameter"] == "Content-Crs"


@pytest.mark.parametrize(
    "category, geometry",
    [
        (PIPE, {"type": "LineString", "coordinates": [[113.004, 22.896], [113.006, 22.896]]}),
        (GREEN, {"type": "Polygon", "coordinates": [[[113.004, 22.896], [113.006, 22.896], [113.006, 22.898], [113.004, 22.896]]]}),
    ],
)
def test_lines_and_areas_are_written_too(city, category, geometry):
    told = added(city.all, geometry=geometry, category_id=category).json()
    assert told["properties"]["grid"] == A and told["geometry"]["type"] in (geometry["type"], f"Multi{geometry['type']}")


def test_req_create_replace_delete_update(city):
    """What is not said is known no more; what was stays in its versions."""
    made = added(city.all, name="灯", floor=3, since="2020-01-01", place=making.BUILDING[A])
    here, told = made.headers["location"], made.json()
    changed = without(told, "name", "floor")
    changed["properties"]["status"] = "damaged"
    answer = city.all.put(here, json=changed, headers={**GEOJSON, "If-Match": made.headers["etag"]})
    assert answer.status_code == 200, answer.text
    now = answer.json()["properties"]
    assert (now["name"], now["floor"], now["status"], now["place"]) == (None, None, "damaged", making.BUILDING[A])
    assert now["since"] > "2020-01-01", "the day that was told of the state before says nothing of this one"
    assert city.all.get(here).json() == answer.json()
    history = city.all.get(f"/objects/{told['id']}/history").json()["changes"]
    assert [one["status"] for one in history] == ["in_use", "damaged"]


def test_req_update_patch(city):
    """Only what is given; null is known no more; attributes are merged."""
    made = added(city.all, name="灯", floor=3)
    answer = city.all.patch(
        made.headers["location"],
        json={"properties": {"floor": None, "status": "missing"}, "geometry": {"type": "Point", "coordinates": IN_D}},
        headers={**PATCH, "If-Match": made.headers["etag"]},
    )
    assert answer.status_code == 200, answer.text
    now = answer.json()["properties"]
    assert (now["name"], now["floor"], now["status"], now["grid"]) == ("灯", None, "missing", D)


def test_req_create_replace_delete_delete(city):
    """Nothing is deleted: it is removed from today on, with the reason."""
    made = added(city.all)
    here = made.headers["location"]
    for wrong in ("", "110101190001010015", "x" * 201):
        assert city.all.delete(here, params={"reason": wrong}, headers={"If-Match": "*"}).status_code == 400
    answer = city.all.delete(here, params={"reason": "道路改造"}, headers={"If-Match": made.headers["etag"]})
    assert answer.status_code == 204 and answer.content == b""
    assert city.all.get(here).json()["properties"]["status"] == "removed"
    assert made.json()["id"] not in [each["id"] for each in city.all.get(ITEMS, params={"limit": 1000}).json()["features"]]
    with closing(connection.connect(city.url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT source FROM object WHERE object_id = %s", (made.json()["id"],))
        assert cur.fetchone() == ("道路改造",)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_req_optimistic_locking_etags(city, method):
    """Who does not say which state he knows writes nothing (428), nor who knows another (412)."""
    made = added(city.all)
    here, body = made.headers["location"], None if method == "DELETE" else made.json()

    def written(known):
        given = {**({} if body is None else GEOJSON), **({} if known is None else {"If-Match": known})}
        return city.all.request(method, here, json=body, headers=given)

    codes = [(answer.status_code, answer.json()["code"]) for answer in map(written, (None, '"another"', f"W/{made.headers['etag']}", ""))]
    assert codes == [(428, "precondition-required"), *[(412, "precondition-failed")] * 3]
    assert city.all.get(here).json() == made.json()
    coded = f'{made.headers["etag"][:-1]}-gzip"'
    assert written(f'"another", {coded}').status_code in (200, 204)


def test_of_two_who_know_the_same_state_one_writes(city):
    made = added(city.all)
    codes, ready = [], threading.Barrier(4)

    def write(n):
        ready.wait()
        headers = {**PATCH, "If-Match": made.headers["etag"], **{name: city.all.headers[name] for name in ("Authorization",)}}
        body = {"properties": {"name": f"灯{n}"}}
        codes.append(httpx.patch(made.headers["location"], json=body, headers=headers, trust_env=False, timeout=30).status_code)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(codes) == [200, 412, 412, 412]


def test_req_create_replace_delete_options(city):
    """Clients ask what they may do before they offer it."""
    item = f"{ITEMS}/1"
    allowed = {name: getattr(city, name).options(item).headers["allow"] for name in ("reader", "all")}
    assert allowed == {"reader": "GET, HEAD, OPTIONS", "all": "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"}
    assert city.all.options(ITEMS).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert city.all.options("/collections/buildings/items").headers["allow"] == "GET, HEAD, OPTIONS"
    answer = city.all.post("/collections/buildings/items", json=feature())
    assert answer.status_code == 405 and "POST" not in answer.headers["allow"]


_UNFIT = (
    (feature(status="kaputt"), 422, "/properties/status"),
    (feature(category_id=999), 422, "/properties/category_id"),
    (feature(element_code=CODE[A]), 422, "/properties/element_code"),
    (feature(element_code="110101190001010015"), 422, "/properties/element_code"),
    (feature(floor=0), 422, "/properties/floor"),
    (feature(place="x"), 422, "/properties/place"),
    (feature(since="2999-01-01"), 422, "/properties/since"),
    (feature(attributes={"colour": "red"}), 422, "/properties/attributes/colour"),
    (feature(category_id=PIPE, geometry={"type": "Polygon", "coordinates": [[IN_A, IN_D, [113, 22.8], IN_A]]}), 422, "/geometry"),
    (feature([0, 0]), 400, "/geometry"),
    (feature([22.896, 113.004]), 400, "/geometry"),
    (feature([113.004, 22.896, 5]), 400, "/geometry"),
    (feature(["113", 22]), 400, "/geometry"),
    (feature([10**30, 22]), 400, "/geometry"),
    (feature(geometry={"type": "Circle", "coordinates": IN_A}), 400, "/geometry"),
    (feature(geometry={"type": "LineString", "coordinates": [IN_A, IN_A]}), 400, "/geometry"),
    (feature(geometry={"type": "Polygon", "coordinates": [[IN_A, IN_D]]}), 400, "/geometry"),
    ({**feature(), "geometry": None}, 400, "/geometry"),
    ({**feature(), "type": "Point"}, 400, "/type"),
    ({**feature(), "more": 1}, 400, ""),
    ({**feature(), "properties": []}, 400, "/properties"),
    (feature(colour="red"), 400, "/properties"),
    (feature(grid=A), 400, "/properties/grid"),
    (feature(floor="3"), 400, "/properties/floor"),
    (feature(floor=10**10), 400, "/properties/floor"),
    (feature(category_id=True), 400, "/properties/category_id"),
    (feature(name="a\u0000b"), 400, ""),
    (feature(name="x" * 201), 400, "/properties/name"),
    (feature(name="联系人110101190001010015"), 400, "/properties/name"),
    (feature(attributes={"note": "110101190001010015"}), 400, "/properties/attributes"),
    (feature(since="2026-02-30"), 400, "/properties/since"),
    (feature(attributes=[]), 400, "/properties/attributes"),
    (feature(status=None), 400, "/properties/status"),
    ([], 400, ""),
)


@pytest.mark.parametrize("body, status, place", _UNFIT)
def test_what_is_unfit_is_refused_at_its_place(city, body, status, place):
    answer = city.all.post(ITEMS, json=body, headers=GEOJSON)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["pointer"] == place and answer.headers["content-type"] == "application/problem+json"
    assert "110101190001010015" not in answer.text


def test_what_follows_from_the_rest_is_not_given_otherwise(city):
    """A feature is given back as it was got; what is told of it and is not the caller's to say stays what it is."""
    made = added(city.all)
    for name, value in (("element_code", "MB0000011OTHER"), ("object_id", 1), ("grid", D), ("category", "x")):
        answer = city.all.patch(
            made.headers["location"], json={"properties": {name: value}}, headers={**PATCH, "If-Match": made.headers["etag"]}
        )
        assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == f"/properties/{name}"
    answer = city.all.put(made.headers["location"], json=made.json(), headers={**GEOJSON, "If-Match": "*"})
    assert answer.status_code == 200 and answer.json() == made.json()


@pytest.mark.parametrize("media_type, status", [("text/csv", 415), ("application/merge-patch+json", 415), ("application/json", 201)])
def test_bodies_of_other_kinds_are_not_read(city, media_type, status):
    assert city.all.post(ITEMS, json=feature(), headers={"Content-Type": media_type}).status_code == status


def test_a_writer_of_a_part_writes_there_and_nowhere_else(city):
    """He sees no more than his part, moves nothing out of it and puts nothing beyond; counts stay exact."""
    of_a, of_d = added(city.all, IN_A), added(city.d, IN_D)
    for method in ("PUT", "PATCH", "DELETE"):
        body = None if method == "DELETE" else of_a.json()
        answer = city.d.request(
            method, of_a.headers["location"], json=body, headers={**GEOJSON, "If-Match": "*"} if body else {"If-Match": "*"}
        )
        assert answer.status_code == 404, answer.text
    for point in (IN_A, BEYOND):
        answer = city.d.post(ITEMS, json=feature(point), headers=GEOJSON)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "beyond-area")
        body = {"geometry": {"type": "Point", "coordinates": point}}
        answer = city.d.patch(of_d.headers["location"], json=body, headers={**PATCH, "If-Match": "*"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/geometry")
    answer = city.d.patch(of_d.headers["location"], json={"properties": {"category_id": COVER}}, headers={**PATCH, "If-Match": "*"})
    assert answer.status_code == 200 and answer.json()["geometry"]["coordinates"] == IN_D
    with closing(connection.connect(city.url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT gridgeo.edition_now()")
        assert counts.difference(conn, cur.fetchone()[0]) == []


def test_readers_do_not_write(city):
    made = added(city.all)
    for method, path in (("POST", ITEMS), *((each, made.headers["location"]) for each in ("PUT", "PATCH", "DELETE"))):
        asked = {"json": feature() if method != "DELETE" else None, "headers": {"If-Match": "*"}}
        answer = city.reader.request(method, path, **asked)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        with httpx.Client(base_url=city.address, trust_env=False) as nobody:
            assert nobody.request(method, path, **asked).status_code == 401


def test_what_never_was_is_404(city):
    for ref in ("999999", "0", "x", "9" * 30):
        assert city.all.delete(f"{ITEMS}/{ref}", headers={"If-Match": "*"}).status_code == 404
