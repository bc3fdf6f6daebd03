"""What every other test stands on."""

import pytest


@pytest.mark.parametrize("turn", [1, 2])
def test_conn_is_rolled_back_after_each_test(conn, turn):
    with conn.cursor() as cur:
        cur.execute("SELECT to_regclass('gridgeo.left_over')")
        assert cur.fetchone() == (None,)
        cur.execute("CREATE TABLE gridgeo.left_over (n int)")


@pytest.mark.parametrize("turn", [1, 2])
def test_database_url_is_a_database_of_the_tests_own(database_url, turn):
    from contextlib import closing

    from gridgeo.db import connection

    with closing(connection.connect(database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute("CREATE TABLE gridgeo.left_over (n int)")
