"""Queries that a connection plans once."""

from __future__ import annotations

from gridgeo.db import queries

BETWEEN = "SELECT n FROM generate_series(%(first)s::integer, %(last)s::integer) AS n WHERE n %% 2 = 0 AND n >= %(first)s ORDER BY n"


def ask(conn, **parameters) -> list[int]:
    with conn.cursor() as cur:
        queries.prepared(cur, BETWEEN, parameters)
        return [n for (n,) in cur.fetchall()]


def held(conn) -> int:
    with conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM pg_prepared_statements")
        return cur.fetchone()[0]


def test_a_query_is_prepared_once_and_answers_each_time_what_it_is_asked(conn):
    before = held(conn)
    assert ask(conn, first=1, last=6) == [2, 4, 6]
    assert ask(conn, first=8, last=9) == [8]
    assert held(conn) == before + 1


def test_what_was_rolled_back_stays_prepared(conn):
    assert ask(conn, first=1, last=2) == [2]
    conn.rollback()
    assert ask(conn, first=3, last=4) == [4]


def test_a_connection_that_was_reset_prepares_anew(conn):
    assert ask(conn, first=1, last=2) == [2]
    conn.reset()
    queries.forget(conn)
    assert ask(conn, first=3, last=4) == [4]


def test_a_connection_keeps_so_many_and_no_more(conn, monkeypatch):
    monkeypatch.setattr(queries, "_MOST", 3)
    with conn.cursor() as cur:
        for n in (*range(5), 0):
            queries.prepared(cur, f"SELECT {n} + %(a)s::integer", {"a": 1})
            assert cur.fetchone() == (n + 1,)
            cur.execute("SELECT count(*) FROM pg_prepared_statements")
            assert cur.fetchone()[0] <= 3
