"""What is in memory follows the database, and outlives its absence."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import psycopg2
import pytest

from api import server as api_server
from api.pools import CITY, READER, Pools
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model
from gridgeo.settings import Settings
from tests.api.world import IN_A, frame

AT = f"/grids/at?lon={IN_A[0]}&lat={IN_A[1]}"


@pytest.fixture
def client(database_url, tmp_path):
    with (
        api_server.background(Settings(home=tmp_path, database_url=database_url, port=0)) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=15) as client,
    ):
        yield client


def load(url, city, name, when=None):
    with closing(connection.connect(url)) as conn, conn:
        edition, _ = editions.stage(conn, model.GOVERNANCE, city, name=name)
        return editions.activate(conn, edition.edition_id, when)


def until(condition, within_s=8.0):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def test_without_any_edition_it_starts_and_says_so(client):
    answer = client.get(AT)
    assert (answer.status_code, answer.json()["code"]) == (404, "no-edition")
    assert "nothing is loaded" in answer.json()["detail"]
    assert client.get("/readyz").json() == {"status": "ready", "database": "there", "editions": {}}
    assert "还没有数据" in client.get("/?f=html").text
    assert client.get("/editions").json()["editions"] == []
    assert client.post("/grids/at", json=[[113, 22]]).status_code == 404


def test_what_another_process_activates_answers_at_once(client, database_url):
    first = load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))
    until(lambda: client.get(AT).status_code == 200)
    answer = client.get(AT)
    assert answer.json()["edition"]["edition_id"] == first.edition_id
    second = load(database_url, frame(False), "second")
    until(lambda: client.get(AT).json()["edition"]["edition_id"] == second.edition_id)
    again = client.get(AT, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 200  # the old tag is no longer that of the answer


def test_a_planned_edition_begins_by_itself(client, database_url):
    load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))
    soon = load(database_url, frame(False), "second", datetime.now(UTC) + timedelta(seconds=1.5))
    until(lambda: client.get(AT).status_code == 200)
    assert client.get(AT).json()["edition"]["name"] == "first"
    until(lambda: client.get(AT).json()["edition"]["edition_id"] == soon.edition_id)


def test_nobody_waits_while_an_edition_changes(client, database_url):
    load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))
    until(lambda: client.get(AT).status_code == 200)
    failed, stop = [], threading.Event()

    def ask():
        with httpx.Client(base_url=client.base_url, trust_env=False) as own:
            while not stop.is_set():
                answer = own.get(AT)
                if answer.status_code != 200 or answer.json()["outcome"] != "inside":
                    failed.append(answer.text)

    asking = threading.Thread(target=ask)
    asking.start()
    second = load(database_url, frame(False), "second")
    until(lambda: client.get(AT).json()["edition"]["edition_id"] == second.edition_id)
    stop.set()
    asking.join()
    assert not failed


def terminate(server, url):
    """End every connection to a database, as a restart does."""
    with closing(psycopg2.connect(server.url_of("postgres"))) as conn, conn.cursor() as cur:
        name = psycopg2.extensions.parse_dsn(url)["dbname"]
        cur.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def close(server, url, allowed: bool):
    """Let nobody in any more, or in again."""
    name = psycopg2.extensions.parse_dsn(url)["dbname"]
    with closing(psycopg2.connect(server.url_of("postgres"))) as conn:
        conn.autocommit = True
        with conn.cursor() as cur:
            cur.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")


def test_broken_connections_are_not_noticed(client, database_url, server):
    load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))
    until(lambda: client.get(AT).status_code == 200)
    for _ in range(3):
        terminate(server, database_url)
        assert client.get("/editions").status_code == 200
        assert client.get(AT).status_code == 200
    second = load(database_url, frame(False), "second")  # the listener is back as well
    until(lambda: client.get(AT).json()["edition"]["edition_id"] == second.edition_id)


def test_while_the_database_is_away_memory_answers_and_then_all_is_well(client, database_url, server):
    load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))
    until(lambda: client.get(AT).status_code == 200)
    close(server, database_url, False)
    terminate(server, database_url)
    assert client.get(AT).status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json() | {"editions": {}} == {"status": "degraded", "database": "away", "editions": {}}
    answer = client.get("/editions")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "2", "database-unavailable")
    assert database_url not in answer.text
    assert client.get("/grids/440399").status_code == 503  # whether it ever was only the database knows
    close(server, database_url, True)
    until(lambda: client.get("/editions").status_code == 200)
    second = load(database_url, frame(False), "second")
    until(lambda: client.get(AT).json()["edition"]["edition_id"] == second.edition_id)
    assert client.get("/readyz").json()["status"] == "ready"


def test_a_statement_that_takes_too_long_is_given_up(client, database_url):
    """A migration holds the table: the request is not held with it."""
    load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))
    with closing(psycopg2.connect(database_url)) as conn, conn.cursor() as cur:
        cur.execute("LOCK TABLE gridgeo.edition IN ACCESS EXCLUSIVE MODE")
        answer = client.get("/editions")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        conn.rollback()
    assert client.get("/editions").status_code == 200


def test_requests_that_read_write_nothing(settings):
    """The role and the session of requests may only read."""
    opened = Pools(settings)
    for role in (READER, CITY):
        with opened.of(role).connection() as conn, conn.cursor() as cur, pytest.raises(psycopg2.Error):
            cur.execute("INSERT INTO gridgeo.scheme VALUES ('x', 'drawn', 'x', 'x')")
    opened.close()


def test_more_callers_than_connections_are_all_answered(client, database_url):
    load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))
    statuses = []

    def ask():
        statuses.extend(client.get("/editions").status_code for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 160
