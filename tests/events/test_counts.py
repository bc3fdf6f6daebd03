"""What is counted equals a count from scratch, whoever writes at the same time; writers and the one who adds up wait for nobody."""

from __future__ import annotations

import random
import threading
from contextlib import closing
from dataclasses import asdict
from datetime import date, timedelta

import pytest

from gridgeo.db import connection
from gridgeo.events import classes, counts, statistics
from tests.events import counted
from tests.events.counted import AT
from tests.objects.making import LIGHTS

STEPS = (
    "stage = 'dispatched', filed_at = reported_at, due_at = reported_at + interval '3 days', department_code = '" + LIGHTS + "'",
    "stage = 'dispatched', paused_at = now()",
    "paused_at = NULL, bounces = bounces + 1, stage = 'returned'",
    "stage = 'closed', closed_at = reported_at + interval '40 days', stars = 5, responded_at = now()",
    "stage = 'reopened'",
    "stage = 'rejected'",
)


def step(conn, event_id: int, what: str) -> None:
    """Do something to an event as acting does: lock, count no more, change, count again."""
    with conn.cursor() as cur:
        cur.execute("SELECT FROM event WHERE event_id = %s FOR UPDATE", (event_id,))
        counts.shift(conn, [event_id], -1)
        cur.execute(f"UPDATE event SET {what} WHERE event_id = %s", (event_id,))
        counts.shift(conn, [event_id], 1)


def test_a_sum_or_a_fact_that_is_wrong_is_seen_and_mended(conn):
    edition_id, units = counted.ground(conn)
    made = counted.put(conn, edition_id, [{"unit": units["99990100100101"]}] * 2)
    counts.fold(conn)
    assert counts.difference(conn, edition_id) == ([], [])
    with conn.cursor() as cur:
        cur.execute("UPDATE event_sum SET n = 7 WHERE part = 'unit'")
        cur.execute("UPDATE event_fact SET stars = 3 WHERE event_id = %s", (made[1],))
    false, wrong = counts.difference(conn, edition_id)
    assert false == [made[1]]
    assert [(cell.part, cell.kept, cell.counted) for cell in wrong if cell.kept == 7] == [("unit", 7, 2)]
    assert counts.refresh(conn, edition_id) == 2
    assert counts.difference(conn, edition_id) == ([], [])


def test_who_writes_events_counts_them_and_cannot_write_the_numbers(conn):
    edition_id, _ = counted.ground(conn)
    made = counted.put(conn, edition_id, [{}])
    with conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_writer")
        counts.shift(conn, made, 1)
        assert counts.fold(conn) > 0
        for table in ("event_fact", "event_shift", "event_sum"):
            cur.execute("SELECT has_table_privilege(%s, 'INSERT') OR has_table_privilege(%s, 'UPDATE')", (table, table))
            assert cur.fetchone() == (False,)
        cur.execute("RESET ROLE")
    assert counts.difference(conn, edition_id) == ([], [])


def test_a_class_that_is_public_no_more_takes_its_events_with_it(conn):
    edition_id, _ = counted.ground(conn)
    first, second = counted.classes(conn)
    counted.put(conn, edition_id, [{"class_id": first}] * 3 + [{"class_id": second}, {}])
    asked = statistics.Asked(edition_id, date(2026, 3, 1), date(2026, 4, 1), public=True)
    assert statistics.numbers(conn, asked)[""].reported == 4
    entries = [asdict(one) for one in classes.known(conn).values()]
    entries[0]["public"] = False
    classes.put(conn, [{name: value for name, value in one.items() if not name.startswith("valid")} for one in entries])
    for by in ("all", "unit", "class", "channel"):
        assert sum(one.reported for one in statistics.numbers(conn, asked, by).values()) == 1
    assert counts.difference(conn, edition_id) == ([], [])


def test_an_event_counted_twice_counts_once_and_one_that_is_gone_not_at_all(conn):
    edition_id, _ = counted.ground(conn)
    made = counted.put(conn, edition_id, [{}, {}])
    counts.shift(conn, made + made, 1)
    counts.shift(conn, made[:1], -1)
    asked = statistics.Asked(edition_id, date(2026, 3, 1), date(2026, 4, 1))
    assert statistics.numbers(conn, asked)[""].reported == 1


@pytest.mark.filterwarnings("error")
def test_random_steps_of_several_writers_and_one_who_adds_up_leave_what_a_count_finds(database_url):
    with closing(connection.connect(database_url)) as conn, conn:
        edition_id, units = counted.ground(conn)
        lowest = [unit for code, unit in units.items() if len(code) == 14]
        rows = [{"unit": lowest[n % len(lowest)], "reported_at": AT + timedelta(days=9 * n)} for n in range(12)]
        made = counted.put(conn, edition_id, rows)
    failed: list[Exception] = []
    over = threading.Event()

    def write(seed: int) -> None:
        drawn = random.Random(seed)
        try:
            with closing(connection.connect(database_url)) as conn:
                for _ in range(25):
                    with conn:
                        step(conn, drawn.choice(made), drawn.choice(STEPS))
        except Exception as error:
            failed.append(error)

    def add_up() -> None:
        asked = statistics.Asked(edition_id, date(2026, 1, 1), date(2026, 12, 1))
        try:
            with closing(connection.connect(database_url)) as conn:
                while not over.is_set():
                    with conn:
                        counts.fold(conn)
                    with conn:
                        assert statistics.numbers(conn, asked)[""].reported == len(made)
        except Exception as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(3)]
    adding = threading.Thread(target=add_up)
    for thread in (*writers, adding):
        thread.start()
    for thread in writers:
        thread.join(timeout=60)
    over.set()
    adding.join(timeout=60)
    assert failed == []
    with closing(connection.connect(database_url)) as conn:
        assert counts.difference(conn, edition_id) == ([], [])
        counts.fold(conn)
        assert counts.difference(conn, edition_id) == ([], [])
