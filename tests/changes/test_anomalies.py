"""What goes wrong with feeds elsewhere: late commits that are never told, changes of one thing out of order, gaps.

Short for every commit; with `--long` a million changes by eight writers.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import closing

import psycopg2
import pytest

from gridgeo.changes import stamping, store
from gridgeo.changes.model import ENTITIES, Position
from gridgeo.db import connection
from tests.objects import making

OBJECT = ENTITIES["object"]
WRITERS, THINGS, ROLLED_BACK = 8, 40, 0.1


@pytest.fixture
def things(database_url):
    """Objects that are written by many; return their numbers."""
    with closing(connection.connect(database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute("INSERT INTO category (major, minor, name) VALUES ('公用设施', '照明', '路灯') RETURNING category_id")
        (category,) = cur.fetchone()
        cur.execute(
            "INSERT INTO object (element_code, category_id, status, point, since, floor) "
            "SELECT %s || n, %s, 'in_use', ST_SetSRID(ST_MakePoint(113.9, 22.6), 4490), '2026-01-01', 1 "
            "FROM generate_series(1, %s) AS n RETURNING object_id",
            (making.LIGHTS, category, THINGS),
        )
        return [number for (number,) in cur.fetchall()]


class Writer(threading.Thread):
    """Writes a growing number into things, two of them at a time in one order, and remembers what it committed."""

    def __init__(self, url: str, things: list[int], until: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.things, self.until, self.random = url, things, until, random.Random(seed)
        self.written: list[tuple[int, str]] = []
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            with closing(connection.connect(self.url)) as conn:
                while time.monotonic() < self.until:
                    self._write(conn)
        except BaseException as error:
            self.failed = error

    def _write(self, conn) -> None:
        told = []
        with conn.cursor() as cur:
            for number in sorted(self.random.sample(self.things, 2)):
                cur.execute(
                    "UPDATE object SET source = lpad(((CASE source WHEN '' THEN '0' ELSE source END)::integer + 1)::text, 9, '0') "
                    "WHERE object_id = %s RETURNING source",
                    (number,),
                )
                told.append((number, cur.fetchone()[0]))
                if self.random.random() < 0.2:
                    time.sleep(self.random.random() / 50)
        if self.random.random() < ROLLED_BACK:
            conn.rollback()
        else:
            conn.commit()
            self.written += told


class Reader(threading.Thread):
    """Follows the feed as a service would: what is new since the last number it heard of."""

    def __init__(self, url: str, things: list[int]) -> None:
        super().__init__(daemon=True)
        self.url, self.things, self.done = url, things, threading.Event()
        self.told: list = []
        self.numbers: list[int] = []
        self.lags: list[float] = []
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            with closing(connection.connect(self.url)) as conn:
                after = 0
                while True:
                    last = self.done.is_set()
                    after = self._follow(conn, after)
                    if last:
                        return
                    time.sleep(0.02)
        except BaseException as error:
            self.failed = error

    def _follow(self, conn, after: int) -> int:
        with conn:
            latest = store.bounds(conn).latest
        position = Position(after + 1)
        while position is not None and after < latest:
            with conn:
                page = store.page(conn, OBJECT, position, latest)
            self.told += page.events
            position = page.after
        with conn:
            self.numbers += [one.number for one in store.transactions(conn, after + 1, latest, 10**9)]
        return latest


def test_nothing_is_missed_or_out_of_order_and_no_number_is_left_out(database_url, things, request):
    """Eight writers, a tenth of what they do rolled back, a transaction open all the time that commits last."""
    long = request.config.getoption("--long", default=False)
    stamper, reader = stamping.Stamper(database_url).start(), Reader(database_url, things)
    reader.start()
    with closing(connection.connect(database_url)) as conn:
        with conn.cursor() as cur:  # the first of all, and the last to commit
            cur.execute("INSERT INTO category (major, minor, name) VALUES ('a', 'b', 'c')")
        until = time.monotonic() + (180 if long else 4)
        writers = [Writer(database_url, things, until, seed) for seed in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert [writer.failed for writer in writers] == [None] * WRITERS
        assert _soon(lambda: stamping.state(conn).waiting == 1, conn), "its own, which holds nobody up"
        conn.commit()
    with closing(connection.connect(database_url)) as conn:
        assert _soon(lambda: _is_told(conn, "category"), conn)
        with conn:
            assert stamping.state(conn).waiting == 0
    reader.done.set()
    reader.join()
    stamper.stop()
    assert reader.failed is None
    committed = sorted(pair for writer in writers for pair in writer.written)
    changed = [event for event in reader.told if event.operation == "update"]
    assert len(committed) > 100
    assert sorted((int(event.key), _source(event)) for event in changed) == committed, "each once, and nothing that was rolled back"
    for thing in things:
        mine = [_source(event) for event in changed if int(event.key) == thing]
        assert mine == sorted(mine), "in the order they were made"
    assert reader.numbers == list(range(1, len(reader.numbers) + 1)), "no gap, and none twice"
    if long:  # with -s: what was tried
        print(f"\n{len(reader.numbers):,} transactions of {WRITERS} writers, {len(committed):,} changes, none missed")


def _soon(holds, conn, within_s: float = 20) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def _is_told(conn, entity: str) -> bool:
    with conn:
        latest = store.bounds(conn).latest
        page = store.page(conn, ENTITIES[entity], Position(1), latest)
        return len(page.events) == 2 and page.events[-1].number == latest


def _source(event) -> str:
    return event.state.split('"source": "')[1].split('"')[0]


def test_a_stamper_that_is_killed_is_followed_by_another(database_url, things):
    """Whatever it was doing: numbers go on without a gap."""
    stampers = [stamping.Stamper(database_url).start() for _ in range(2)]
    with closing(connection.connect(database_url)) as conn:
        conn.autocommit = True
        with conn.cursor() as cur:
            for n in range(30):
                cur.execute("UPDATE object SET floor = %s WHERE object_id = %s", (2 + n % 2, things[n % len(things)]))
                if n % 6 == 0:
                    cur.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gridgeo stamper'")
                time.sleep(0.05)
        assert _soon(lambda: stamping.state(conn).waiting == 0, conn)
        with conn.cursor() as cur:
            cur.execute("SELECT array_agg(number ORDER BY number) FROM change_transaction")
            assert cur.fetchone()[0] == list(range(1, 32))
    for stamper in stampers:
        stamper.stop()


def test_one_numbers_at_a_time(database_url, things):
    """Those who number at once wait for each other, and no number is given twice."""
    with closing(connection.connect(database_url)) as one, closing(connection.connect(database_url)) as other:
        with one:
            assert stamping.stamp(one) == 1
        with one.cursor() as cur:
            cur.execute("UPDATE object SET floor = 5 WHERE object_id = %s", (things[0],))
        one.commit()
        assert stamping.stamp(one) == 1
        with other.cursor() as cur:
            cur.execute("SET lock_timeout = 100")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            stamping.stamp(other)
        other.rollback()
        one.commit()
        assert stamping.stamp(other) == 0


def test_who_waited_for_another_follows_him(database_url, things):
    """Though he had begun, and written, before: an order of first writes would tell of the second thing the wrong way round."""
    with closing(connection.connect(database_url)) as one, closing(connection.connect(database_url)) as other:
        with one:
            stamping.stamp(one)
        change = "UPDATE object SET floor = %s WHERE object_id = %s"
        with one.cursor() as early, other.cursor() as late:
            early.execute(change, (7, things[0]))
            late.execute(change, (8, things[1]))
            other.commit()
            early.execute(change, (9, things[1]))
            one.commit()
        with one:
            assert stamping.stamp(one) == 2
            told = store.page(one, OBJECT, Position(2), 3).events
    assert [(event.number, int(event.key)) for event in told] == [(2, things[1]), (3, things[0]), (3, things[1])]
    assert ['"floor": 8' in told[0].state, '"floor": 9' in told[2].state] == [True, True]
