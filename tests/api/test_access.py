"""Over HTTP: how a caller says who it is, what is kept of an answer, and how soon a key ends."""

from __future__ import annotations

import logging
import re
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import anyio
import httpx
import psycopg2
import pytest
from fastapi import Request
from fastapi.responses import JSONResponse

from api import access, depends, policies
from api import server as api_server
from api.app import create_app
from gridgeo.db import connection
from gridgeo.errors import ConfigError
from gridgeo.settings import Settings
from tests.access import making
from tests.api import callers
from tests.api.callers import bearer
from tests.api.world import A, D


@pytest.fixture(scope="module")
def city(server, template):
    name = server.create(template)
    yield SimpleNamespace(url=server.url_of(name), units=making.loaded(server.url_of(name)))
    server.drop(name)


@pytest.fixture(scope="module")
def client(city, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    given = {"jwt_issuer": callers.ISSUER, "jwt_audience": callers.AUDIENCE, "jwt_keys": str(callers.written(home))}
    settings = Settings(home=home, database_url=city.url, port=0, cors_origins=("https://map.example",), **given)
    access.WRONG_PER_MINUTE, before = 10_000, access.WRONG_PER_MINUTE
    with api_server.background(settings) as address, httpx.Client(base_url=address, trust_env=False) as client:
        client.headers["Accept-Encoding"] = "identity"
        yield client
    access.WRONG_PER_MINUTE = before


@pytest.fixture(scope="module")
def key(city):
    return callers.key(city.url, "read")


PATH = f"/grids/{A}"


def test_a_key_comes_as_bearer_or_in_a_header_of_its_own(client, key):
    for headers in (bearer(key), {"Authorization": f"bearer  {key}"}, {"X-API-Key": key}, bearer(callers.token())):
        assert client.get(PATH, headers=headers).status_code == 200


UNCLEAR = {
    "no scheme": lambda key: {"Authorization": key},
    "another scheme": lambda key: {"Authorization": f"Token {key}"},
    "empty": lambda key: {"Authorization": ""},
    "bearer of nothing": lambda key: {"Authorization": "Bearer"},
    "both": lambda key: {**bearer(key), "X-API-Key": key},
    "a token where a key is due": lambda key: {"X-API-Key": callers.token()},
    "half a key": lambda key: bearer(key[:-1]),
    "spaces inside": lambda key: bearer(key.replace("_", " ")),
    "Latin-1": lambda key: {b"Authorization": b"Bearer gg_\xff\xfe"},
    "endless": lambda key: bearer("gg_" + "a" * 20_000),
}


@pytest.mark.parametrize("made", UNCLEAR.values(), ids=UNCLEAR)
def test_what_is_not_clear_is_refused_and_not_repeated(client, key, made):
    answer = client.get(PATH, headers=made(key))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert key[4:20] not in answer.text
    assert answer.headers["www-authenticate"].startswith('Bearer realm="gridgeo"')


def test_credentials_of_a_proxy_in_front_are_not_for_us(client, key):
    basic = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert client.get(PATH, headers=basic).status_code == 200
    assert client.get(PATH, headers={**basic, "X-API-Key": key}).status_code == 200


@pytest.mark.parametrize("query", ["key={}", "{}", "api_key={}", "apikey=abc", "access_token=abc", "f=json&x={}", "q=%67%67%5F{}"])
def test_a_key_in_the_address_is_refused_with_a_hint_and_kept_nowhere(client, key, query, lines):
    for path in (PATH, "/healthz", "/"):
        answer = client.get(f"{path}?{query.format(key.removeprefix('gg_') if '%' in query else key)}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "key-in-query")
        assert "X-API-Key" in answer.json()["detail"] and key[3:20] not in answer.text
    assert lines and not any(key[3:20] in line for line in lines)


@pytest.fixture
def lines():
    """What the logs say meanwhile."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    root = logging.getLogger("gridgeo")
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield said
    root.removeHandler(handler)
    root.setLevel(before)


def test_who_asks_and_with_what_is_not_logged(client, key, lines):
    client.get(PATH, headers=bearer(key))
    client.get(PATH, headers=bearer(callers.token(sub="clerk-17")))
    assert lines and not any(word in line for line in lines for word in (key[3:20], "clerk-17", "eyJ"))


def test_what_a_known_caller_gets_is_not_kept_for_others(client, key):
    for path in (PATH, "/editions", "/grids/at?lon=113.005&lat=22.895"):
        anonymous, known = client.get(path), client.get(path, headers=bearer(key))
        assert anonymous.headers["cache-control"] == "no-cache" and known.headers["cache-control"] == "private, no-cache"
        for answer in (anonymous, known):
            names = [name.strip().lower() for name in answer.headers["vary"].split(",")]
            assert {"authorization", "x-api-key", "accept-encoding"} <= set(names) and len(names) == len(set(names))
    again = client.get(PATH, headers={**bearer(key), "If-None-Match": client.get(PATH).headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")


def test_what_never_changes_is_kept_by_the_caller_alone(client, key):
    path = "/maps/" + re.search(r"data/[^\"]+\.topojson", client.get("/maps/").text)[0]
    assert client.get(path).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(path, headers=bearer(key)).headers["cache-control"] == "private, max-age=31536000, immutable"
    assert client.get("/metrics", headers=bearer(key)).headers["cache-control"] == "no-store"


def test_public_answers_are_the_same_for_all(client, key):
    for path in ("/healthz", "/api", "/maps/assets/planner.js"):
        anonymous, known = client.get(path), client.get(path, headers=bearer(key[:-1] + "x"))
        assert known.status_code == 200 and anonymous.headers["cache-control"] == known.headers["cache-control"]
        assert "authorization" not in known.headers.get("vary", "").lower()


def test_other_origins_may_send_keys(client):
    asked = {"Origin": "https://map.example", "Access-Control-Request-Method": "GET"}
    asked["Access-Control-Request-Headers"] = "authorization,x-api-key"
    assert client.options(PATH, headers=asked).status_code == 200


def test_a_revoked_key_ends_within_the_seconds_stated(city, client, monkeypatch):
    key = callers.key(city.url, "read")
    assert client.get(PATH, headers=bearer(key)).status_code == 200
    with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE api_key SET revoked_at = now() WHERE key_id = %s", (key[3:11],))
    clock = access.time.monotonic() + access.KEEP_S
    monkeypatch.setattr(access.time, "monotonic", lambda: clock)
    answer = client.get(PATH, headers=bearer(key))
    assert (answer.status_code, answer.json()["detail"]) == (401, "the key was revoked")


def test_a_key_is_asked_of_the_database_once_in_a_while(city, client):
    key = callers.key(city.url, "read")
    assert client.get(PATH, headers=bearer(key)).status_code == 200
    with closing(psycopg2.connect(city.url)) as conn, conn.cursor() as cur:
        cur.execute("LOCK TABLE gridgeo.api_key IN ACCESS EXCLUSIVE MODE")
        assert client.get("/grids/at?lon=113.005&lat=22.895", headers=bearer(key)).status_code == 200
        unseen = client.get(PATH, headers=bearer("gg_abcdefgh_" + "0" * 64))
        assert unseen.status_code == 503
        conn.rollback()


# --- the area, as the database is told it -----------------------------------------------------------------------


def houses(conn) -> list[str]:
    with conn.cursor() as cur:
        cur.execute("SELECT house_code FROM gridgeo.house ORDER BY 1")
        return [code for (code,) in cur.fetchall()]


def add(conn) -> list[str]:
    with conn.cursor() as cur:
        cur.execute("INSERT INTO linkage.audit VALUES (1, now(), 'x', 'x', 'x', 'x', 0, '', %s)", (b"x" * 32,))
    return []


DOORS = {
    "read": (depends.read, houses),
    "linked": (depends.linked, houses),
    "write": (depends.write, houses),
    "add": (depends.linked, add),
}


@pytest.fixture(scope="module")
def through(city, tmp_path_factory):
    """The application with a route for each door to the database."""
    home = tmp_path_factory.mktemp("through")
    given = {"jwt_issuer": callers.ISSUER, "jwt_audience": callers.AUDIENCE, "jwt_keys": str(callers.written(home))}
    app = create_app(Settings(home=home, database_url=city.url, pool_size=1, **given))

    def route(request: Request):
        door, work = DOORS[request.path_params["door"]]
        return JSONResponse(door(request, work))

    app.add_api_route("/through/{door}", route)
    policies.POLICIES["GET", "/through/{door}"] = "read"

    async def ask(door: str, callers: list[dict]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [await client.get(f"/through/{door}", headers=headers) for headers in callers]

    yield lambda door, callers: anyio.run(ask, door, callers)
    del policies.POLICIES["GET", "/through/{door}"]


@pytest.mark.parametrize("door", ["read", "linked", "write"])
def test_each_door_shows_the_callers_area(city, through, door):
    house_a, house_d = making.HOUSE[A], making.HOUSE[D]
    street_of_a = city.units["440306001"]
    cases = [
        ({}, [house_a, house_d]),
        (bearer(callers.key(city.url, "read")), [house_a, house_d]),
        (bearer(callers.key(city.url, "read", area=[city.units[A]])), [house_a]),
        (bearer(callers.key(city.url, "read", area=[street_of_a])), [house_a]),
        (bearer(callers.key(city.url, "read", area=[street_of_a, city.units[D]])), [house_a, house_d]),
        (bearer(callers.key(city.url, "read", area=[])), []),
        (bearer(callers.key(city.url, "read", area=[10**9])), []),
        (bearer(callers.token(gridgeo_area=[D])), [house_d]),
        (bearer(callers.token(gridgeo_area=["440306"])), [house_a, house_d]),
        (bearer(callers.token(gridgeo_area=["999999"])), []),
        (bearer(callers.token(gridgeo_area=[])), []),
        (bearer(callers.token()), [house_a, house_d]),
    ]
    answers = through(door, [headers for headers, _ in cases])
    assert [answer.json() for answer in answers] == [seen for _, seen in cases]


def test_what_is_done_in_the_locked_room_stays_done(city, through):
    assert [answer.status_code for answer in through("add", [{}])] == [200]
    with closing(psycopg2.connect(city.url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM linkage.audit")
        assert cur.fetchone() == (1,)


def test_settings_that_let_in_the_wrong_are_refused_at_the_start(settings):
    for wrong in ({"anonymous": ("raed",)}, {"anonymous": ("unmask",)}, {"jwt_keys": "/nowhere.json"}):
        with pytest.raises(ConfigError):
            create_app(replace(settings, **wrong))
