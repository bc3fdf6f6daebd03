"""What `gridgeo check` says of the change feed, and that what is old is let go."""

from __future__ import annotations

import time
from contextlib import closing
from types import SimpleNamespace

import pytest

from gridgeo.changes import soundness, stamping
from gridgeo.db import connection
from gridgeo.db.check import State
from tests.changes.making import stamped

ONE = "INSERT INTO category (major, minor, name) VALUES ('公用设施', '照明', '灯' || (SELECT count(*) FROM category))"


@pytest.fixture(scope="module")
def place(server, template):
    """A database, and a connection to it."""
    name = server.create(template)
    with closing(connection.connect(server.url_of(name))) as conn:
        yield SimpleNamespace(url=server.url_of(name), conn=conn)
    server.drop(name)


@pytest.fixture
def feed(place, monkeypatch):
    """A feed whose transactions all have their numbers."""
    monkeypatch.setattr(soundness, "_PATIENCE_S", 0.2)
    write(place.conn)
    stamped(place.conn)
    return place.conn


def write(conn) -> None:
    with conn, conn.cursor() as cur:
        cur.execute(ONE)


def test_all_is_well_where_nothing_waits(feed):
    (found,) = soundness.examine(feed)
    assert found.state is State.OK and "none is kept waiting" in found.seen


def test_what_waits_while_nobody_numbers_is_a_warning(feed):
    write(feed)
    (found,) = soundness.examine(feed)
    assert found.state is State.WARNING and "1 transactions wait" in found.seen and "gridgeo feed stamp" in found.hint


def test_who_should_number_and_does_not_is_an_error(feed, place):
    write(feed)
    with closing(connection.connect(place.url)) as stuck, stuck.cursor() as cur:
        cur.execute(stamping.SQL["take_turn"])
        (found,) = soundness.examine(feed)
    assert found.state is State.ERROR and "stuck" in found.hint


def test_what_is_numbered_meanwhile_does_not_wait(feed, place, monkeypatch):
    monkeypatch.setattr(soundness, "_PATIENCE_S", 3.0)
    write(feed)
    stamper = stamping.Stamper(place.url).start()
    (found,) = soundness.examine(feed)
    stamper.stop()
    assert found.state is State.OK


def test_webhooks_that_fail_or_refused_something_are_told(feed):
    with feed.cursor() as cur:
        cur.execute(
            "INSERT INTO webhook_origin VALUES ('http://a:80'); "
            "INSERT INTO webhook (origin, path, entities, secret, told, failing_since, failure) "
            "SELECT 'http://a:80', '/?key=abc', '{unit}', '', 1, since, why "
            "  FROM (VALUES (NULL, NULL), (now(), 'answered 500'), (NULL, NULL)) AS of (since, why); "
            "INSERT INTO webhook_dead (webhook_id, number, failure) SELECT max(webhook_id), 1, 'answered 422' FROM webhook"
        )
    found = soundness._told(feed)
    feed.rollback()
    assert [one.state for one in found] == [State.OK, State.WARNING, State.WARNING]
    assert ["answered 500" in found[1].seen, "1 transactions were refused" in found[2].seen] == [True, True]
    assert not any("abc" in one.seen + one.hint for one in found)


def test_the_stamper_lets_go_what_is_older_than_a_year(feed, place):
    """Each hour, by itself; what is younger stays, and the last in any case, for numbers go on from it."""
    for _ in range(3):
        write(feed)
    last = stamped(feed)
    with feed, feed.cursor() as cur:
        days = "CASE WHEN number < %s OR number = %s THEN 367 ELSE 365 END"
        cur.execute(f"UPDATE change_transaction SET stamped_at = now() - interval '1 day' * ({days})", (last - 1, last))
    stamper = stamping.Stamper(place.url).start()
    until = time.monotonic() + 20
    while first(feed) != last - 1 and time.monotonic() < until:
        time.sleep(0.05)
    stamper.stop()
    with feed, feed.cursor() as cur:
        cur.execute("SELECT array_agg(number ORDER BY number) FROM change_transaction")
        assert cur.fetchone()[0] == [last - 1, last]
        cur.execute("SELECT count(DISTINCT transaction_id) FROM change")
        assert cur.fetchone() == (2,), "changes go with their transactions"


def first(conn) -> int | None:
    with conn:
        return stamping.state(conn).first
