"""Editions in memory follow what any process activates."""

import time
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from gridgeo.db import connection
from gridgeo.errors import NotFound
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.live import Live
from tests.districts import CODES, district

SPRING, SUMMER = (datetime(2024, month, 1, tzinfo=UTC) for month in (3, 6))


@pytest.fixture
def live(database_url):
    live = Live(database_url, role="gridgeo_reader").start()
    yield live
    live.stop()


def activate(url, frame, when):
    """What another process does."""
    conn = connection.connect(url)
    with conn:
        edition = editions.stage(conn, "governance", frame, name=when.isoformat())[0]
        edition = editions.activate(conn, edition.edition_id, when)
    conn.close()
    return edition


def eventually(condition, seconds=15.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def edition_now(live):
    return live.now("governance").edition.edition_id if "governance" in live.schemes else None


def test_starts_with_nothing_loaded(live):
    assert live.schemes == []
    with pytest.raises(NotFound, match="governance"):
        live.now("governance")


def test_an_activation_by_another_process_arrives(live, database_url):
    first = activate(database_url, district("AB"), SPRING)
    assert eventually(lambda: edition_now(live) == first.edition_id)
    assert live.generation == 1
    second = activate(database_url, district("ABB"), SUMMER)
    assert eventually(lambda: edition_now(live) == second.edition_id)


def test_the_past_stays_askable(live, database_url):
    activate(database_url, district("AB"), SPRING)
    second = activate(database_url, district("BA"), SUMMER)
    assert eventually(lambda: edition_now(live) == second.edition_id)
    assert live.at("governance", SPRING + timedelta(days=1)).at(113.005, 22.895).chain[-1].code == CODES["A"]
    assert live.at("governance", SUMMER).at(113.005, 22.895).chain[-1].code == CODES["B"]
    assert live.at("governance", SPRING) is live.at("governance", SPRING), "a past edition is read once"
    with pytest.raises(NotFound):
        live.at("governance", SPRING - timedelta(seconds=1))


def test_a_planned_edition_begins_by_itself(live, database_url):
    first = activate(database_url, district("AB"), SPRING)
    assert eventually(lambda: edition_now(live) == first.edition_id)
    planned = activate(database_url, district("BA"), datetime.now(UTC) + timedelta(seconds=2))
    assert edition_now(live) == first.edition_id
    assert eventually(lambda: edition_now(live) == planned.edition_id)


def test_a_lost_connection_is_mended_and_nothing_is_missed(live, database_url):
    first = activate(database_url, district("AB"), SPRING)
    assert eventually(lambda: edition_now(live) == first.edition_id)
    conn = connection.connect(database_url)
    conn.autocommit = True
    with conn.cursor() as cur:
        cur.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gridgeo live'")
    second = activate(database_url, district("ABB"), SUMMER)  # while nobody listens
    assert edition_now(live) is not None, "answers from memory while the database is away"
    assert eventually(lambda: edition_now(live) == second.edition_id)
    conn.close()


def test_reads_with_the_reader_role_only(database_url):
    conn = connection.connect(database_url, role="gridgeo_reader")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), conn.cursor() as cur:
        cur.execute("DELETE FROM edition")
    conn.close()


def test_each_change_is_told_once_it_is_in_place(database_url):
    told = []
    live = Live(database_url, role="gridgeo_reader", on_change=lambda: told.append(edition_now(live)))
    live.start()
    first = activate(database_url, district("AB"), SPRING)
    assert eventually(lambda: told == [first.edition_id])
    second = activate(database_url, district("ABB"), SUMMER)
    assert eventually(lambda: told == [first.edition_id, second.edition_id])
    live.stop()
