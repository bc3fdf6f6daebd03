"""Where events lie, as boundaries change, and who sees them."""

from contextlib import closing
from datetime import timedelta

import pytest

from gridgeo.access import rules
from gridgeo.access import store as access
from gridgeo.db import connection
from gridgeo.errors import NotFound
from gridgeo.events import acting, counts, soundness, store
from gridgeo.events.model import Where
from gridgeo.hierarchy import store as hierarchy
from gridgeo.ingest import activation
from tests.events.life import CLERK, LIGHTS, SENT, ground, report, steps
from tests.objects import making
from tests.objects.making import IN_A, IN_B

#: In the part of B that the other cut gives to A.
EDGE = (113.025, 22.895)
A, B = "99990100100101", "99990100100102"


def test_every_event_of_a_new_edition_is_placed_and_counted(conn):
    units = ground(conn)
    taken = [report(conn, lon=lon, lat=lat).event_id for lon, lat in (IN_A, EDGE, IN_B, (None, None))]
    assert [store.find(conn, one).unit_id for one in taken] == [units[A], units[B], units[B], None]
    after = making.draft(conn, making.CUT)
    activation.activate(conn, after)
    assert [store.find(conn, one).unit_id for one in taken] == [units[A], units[A], units[B], None]
    assert counts.difference(conn, after) == ([], [])
    assert {finding.state for finding in soundness.examine(conn)} == {"ok"}


def test_a_planned_edition_is_kept_right_and_forgotten_when_withdrawn(conn):
    ground(conn)
    planned = making.draft(conn, making.CUT)
    activation.activate(conn, planned, hierarchy.now(conn) + timedelta(days=1))
    taken = report(conn)
    acting.act(conn, taken.event_id, "amend", CLERK, {"lon": EDGE[0], "lat": EDGE[1], "reason": "地点有误"})
    with conn.cursor() as cur:
        cur.execute(
            "SELECT v.code FROM event_grid JOIN grid_unit_version AS v USING (edition_id, unit_id) WHERE edition_id = %s", (planned,)
        )
        assert cur.fetchall() == [(A,)]
        activation.withdraw(conn, planned)
        cur.execute("SELECT count(*) FROM event_grid WHERE edition_id = %s", (planned,))
        assert cur.fetchone()[0] == 0


def test_rows_are_seen_by_area_and_by_departments_with_a_task(database_url):
    """By PostgreSQL itself, as the role of readers."""
    with closing(connection.connect(database_url)) as owner, owner:
        units = ground(owner)
        in_a, in_b = report(owner), report(owner, lon=IN_B[0], lat=IN_B[1])
        steps(owner, in_b, *SENT)
    tables = ("event", "event_grid", "event_report", "event_step", "event_task")

    def seen(conn) -> list[int]:
        with conn.cursor() as cur:
            return [_count(cur, table) for table in tables]

    with closing(connection.connect(database_url, "gridgeo_reader")) as conn:
        assert seen(conn) == [0] * 5
        access.see(conn, rules.written([units[A]]))
        assert seen(conn) == [1, 1, 1, 1, 0]
        assert [one.event_id for one in store.listed(conn, Where())] == [in_a.event_id]
        with pytest.raises(NotFound):
            store.find(conn, in_b.event_id)
        access.see_department(conn, LIGHTS)
        assert seen(conn) == [2, 2, 2, 4, 1]
        conn.rollback()
        access.see(conn, access.WHOLE)
        assert seen(conn) == [2, 2, 2, 4, 1]


def _count(cur, table: str) -> int:
    cur.execute(f"SELECT count(*) FROM gridgeo.{table}")
    return cur.fetchone()[0]
