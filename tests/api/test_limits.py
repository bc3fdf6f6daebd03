"""How much may be asked: of each caller, in each request, and of the service as a whole."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import httpx
import psycopg2
import pytest

from api import access
from api import server as api_server
from api.limits import Buckets, Left, place
from api.pools import CITY, LINKAGE, READER, WRITER, Pools
from api.problems import TooManyRequests
from gridgeo.access.model import Scope
from gridgeo.settings import Settings
from tests.access import making
from tests.api import callers
from tests.api.asking import ask, filled, operation, query, routes
from tests.api.callers import bearer

# --- the bucket -------------------------------------------------------------------------------------------------


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def buckets(clock):
    return Buckets(clock)


def test_a_minute_s_tokens_are_there_at_once_and_come_back_evenly(buckets, clock):
    assert [buckets.take("a", 3) for _ in range(3)] == [Left(3, 2, 20), Left(3, 1, 40), Left(3, 0, 60)]
    with pytest.raises(TooManyRequests) as refused:
        buckets.take("a", 3)
    assert refused.value.retry_s == 20
    clock.now += 20
    assert buckets.take("a", 3).requests == 0
    clock.now += 10_000
    assert buckets.take("a", 3).requests == 2


def test_who_asks_too_much_does_not_wait_longer_for_asking_again(buckets, clock):
    buckets.take("a", 1)
    for _ in range(100):
        with pytest.raises(TooManyRequests):
            buckets.take("a", 1)
    clock.now += 60
    assert buckets.take("a", 1).requests == 0


def test_one_caller_does_not_cost_another(buckets):
    buckets.take("a", 1)
    assert buckets.take("b", 1).requests == 0


def test_looking_takes_nothing(buckets):
    for _ in range(5):
        buckets.look("a", 1)
    buckets.take("a", 1)
    with pytest.raises(TooManyRequests):
        buckets.look("a", 1)


def test_buckets_do_not_grow_without_end(buckets, monkeypatch):
    monkeypatch.setattr("api.limits._MOST", 10)
    for number in range(100):
        buckets.take(str(number), 5)
    assert len(buckets._held) == 10


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_stands_for_a_caller(host, caller):
    assert place(host) == caller


# --- over HTTP --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city(server, template):
    name = server.create(template)
    yield SimpleNamespace(url=server.url_of(name), units=making.loaded(server.url_of(name)))
    server.drop(name)


@pytest.fixture
def serve(city, tmp_path):
    """Serve the city with settings while the test runs."""
    opened = []

    def start(**given):
        background = api_server.background(Settings(home=tmp_path, database_url=city.url, port=0, **given))
        client = httpx.Client(base_url=background.__enter__(), trust_env=False, timeout=30)
        opened.append((client, background))
        return client

    yield start
    for client, background in opened:
        client.close()
        background.__exit__(None, None, None)


AT = "/grids/at?lon=113.005&lat=22.895"


def test_a_caller_is_told_what_is_left_and_when_to_come_again(serve, city):
    client = serve(per_minute=3)
    answers = [client.get(AT) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"minute";q=3;w=60' and answers[0].headers["ratelimit"].startswith('"minute";r=2;t=')
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert answers[3].json()["code"] == "too-many-requests" and answers[3].headers["cache-control"] == "no-store"
    known = client.get(AT, headers=bearer(callers.key(city.url, "read")))
    assert known.status_code == 200, "a key has a bucket of its own, and so has every other"
    generous = bearer(callers.key(city.url, "read", per_minute=100))
    assert client.get(AT, headers=generous).headers["ratelimit-policy"] == '"minute";q=100;w=60'


def test_what_is_public_and_what_is_refused_by_the_address_costs_nothing(serve):
    client = serve(per_minute=1)
    assert {client.get(path).status_code for path in ("/healthz", "/", "/maps/") * 3} == {200}
    assert client.get("/nothing").status_code == 404
    assert [client.get(AT).status_code for _ in range(2)] == [200, 429]


def test_refusals_for_want_of_a_scope_cost_as_much_as_answers(serve, city):
    client = serve(anonymous=("none",))
    headers = bearer(callers.key(city.url, "link", per_minute=2))
    assert [client.get(AT, headers=headers).status_code for _ in range(3)] == [403, 403, 429]


def test_without_a_limit_there_is_none(serve):
    client = serve(per_minute=0)
    answers = [client.get(AT) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200} and "ratelimit" not in answers[0].headers


def test_wrong_keys_are_limited_and_right_ones_wait_with_them(serve, city, monkeypatch):
    """One address may try some; then it is not even looked whether one is right."""
    monkeypatch.setattr(access, "WRONG_PER_MINUTE", 3)
    client, right = serve(), bearer(callers.key(city.url, "read"))
    wrong = [bearer(f"gg_aaaaaaaa_{number:064x}") for number in range(4)]
    assert [client.get(AT, headers=headers).status_code for headers in wrong] == [401, 401, 401, 429]
    assert client.get(AT, headers=right).status_code == 429
    assert client.get(AT).status_code == 200


def test_more_than_can_wait_are_told_to_come_again(serve, city, monkeypatch):
    """The database is held up: some requests wait for their thread, the rest are told at once; what is in memory goes on."""
    monkeypatch.setattr(access, "WAITING", 4)
    client = serve(pool_size=1)
    statuses: list[tuple[int, str | None]] = []

    def get():
        answer = client.get("/editions")
        statuses.append((answer.status_code, answer.headers.get("retry-after")))

    with closing(psycopg2.connect(city.url)) as conn, conn.cursor() as cur:
        cur.execute("LOCK TABLE gridgeo.edition IN ACCESS EXCLUSIVE MODE")
        threads = [threading.Thread(target=get) for _ in range(12)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 10
        while len(statuses) < 5 and time.monotonic() < until:
            time.sleep(0.02)
        assert client.get(AT).status_code == 200
        conn.rollback()
    for thread in threads:
        thread.join()
    assert statuses[:4] == [(503, "2")] * 4
    assert {status for status, _ in statuses} <= {200, 503}
    assert client.get("/editions").status_code == 200


# --- every request, of every route ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(city, tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=city.url, port=0, per_minute=0)
    headers = bearer(callers.key(city.url, *map(str, Scope)))
    with (
        api_server.background(settings) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30, headers=headers) as client,
    ):
        yield client


def test_no_route_reads_an_endless_query(client):
    asked = [route for route in routes() if route[0] != "OPTIONS"]
    said = {(method, path): ask(client, method, path, params={"zzz": "a" * 3000}).status_code for method, path in asked}
    unnamed = {route for route, status in said.items() if status not in (400, 414)}
    assert unnamed <= {("GET", "/maps")}, "which only says where the map is"


def bodies() -> list[tuple[str, str]]:
    return [route for route in routes() if "requestBody" in operation(*route)]


def test_no_route_takes_an_endless_body(client):
    """By what is declared, before a byte of it came; and by what came, where nothing was declared."""
    for method, path in bodies():
        kind = next(iter(operation(method, path).get("requestBody", {}).get("content", {"application/json": {}})))
        assert declared(client, method, f"{filled(method, path)}?{urlencode(query(method, path))}", kind) == 413, path
        pieces = (b" " * 65536 for _ in range(64 * 16))
        assert ask(client, method, path, content=pieces, headers={"Content-Type": kind, "If-Match": "*"}).status_code == 413, path


def declared(client: httpx.Client, method: str, path: str, kind: str) -> int:
    parts = urlsplit(str(client.base_url))
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 9999999999\r\nIf-Match: *\r\n"
    head += f"Connection: close\r\nAuthorization: {client.headers['authorization']}\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(head.encode())
        return int(connection.recv(64).split(b" ", 2)[1])


def test_no_list_is_endless(client):
    for method, path in routes():
        for parameter in operation(method, path).get("parameters", ()):
            if parameter["name"] == "limit":
                schema = parameter["schema"]
                assert schema["minimum"] >= 1 and schema["maximum"] <= 10_000 and schema["default"] <= schema["maximum"], path
                beyond = {**query(method, path), "limit": schema["maximum"] + 1}
                # OGC API - Features, /req/core/fc-limit-response-1, and Processes: beyond the most there is, the most is what comes.
                taken = 200 if path.startswith(("/collections/{collectionId}", "/processes", "/jobs")) else 400
                assert ask(client, method, path, params=beyond).status_code == taken, path


@pytest.mark.parametrize("role", [READER, WRITER, LINKAGE, CITY])
def test_no_statement_is_endless(settings, role):
    pools = Pools(settings)
    with pools.of(role).connection() as conn, conn.cursor() as cur:
        for name, value in (("statement_timeout", "1500ms"), ("lock_timeout", "1s"), ("idle_in_transaction_session_timeout", "5s")):
            cur.execute(f"SHOW {name}")
            assert cur.fetchone() == (value,)
        cur.execute("SELECT current_user")
        assert cur.fetchone() == (role,)
    pools.close()
