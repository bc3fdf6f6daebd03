"""Rows as COPY writes them, taken by whoever may take his time."""

import threading
import time

import pytest
from psycopg2 import sql

from gridgeo.db import connection, copying

_LONG = sql.SQL("SELECT repeat('x', 1000) FROM generate_series(1, %(n)s) AS n")


def test_json_comes_as_it_stands(conn):
    text = '{"a": "网格 \\" \\\\ \\n \\u001f \\u001e , ;", "b": null}'
    found = list(copying.rows(conn, sql.SQL("SELECT %(text)s::jsonb::text FROM generate_series(1, 5)"), {"text": text}, copying.AS_JSON, 2))
    assert [len(some) for some in found] == [2, 2, 1]
    with conn.cursor() as cur:
        cur.execute("SELECT %s::jsonb::text", (text,))
        assert {line for some in found for line in some} == {cur.fetchone()[0].encode() + b"\n"}


def test_who_stops_leaves_neither_a_statement_nor_a_thread(database_url):
    before = threading.active_count()
    conn = connection.connect(database_url)
    rows = copying.rows(conn, _LONG, {"n": 100_000}, copying.AS_JSON, 10)
    assert len(next(rows)) == 10
    rows.close()
    conn.rollback()
    assert threading.active_count() == before
    conn.close()


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_reader_who_pauses_too_long_loses_the_connection(database_url, goes_on):
    before = threading.active_count()
    conn = connection.connect(database_url)
    rows = copying.rows(conn, _LONG, {"n": 100_000}, copying.AS_JSON, 10, pause_s=0.01)
    next(rows)
    until = time.monotonic() + 60
    while not conn.closed and time.monotonic() < until:
        time.sleep(0.01)
    assert conn.closed
    if goes_on:
        with pytest.raises(TimeoutError, match="nobody took"):
            list(rows)
    rows.close()
    assert threading.active_count() == before
