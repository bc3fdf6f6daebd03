"""What the words of the address base mean; the same words in the database."""

from gridgeo.addresses.model import NameKind, Reason, Status
from gridgeo.addresses.store import uses


def selected(conn, sql: str) -> list:
    with conn.cursor() as cur:
        cur.execute(sql)
        return cur.fetchall()


def test_the_database_has_the_same_states_and_calls_the_same_live(conn):
    assert {(str(status), status.live) for status in Status} == set(selected(conn, "SELECT status, live FROM gridgeo.address_status"))


def test_what_is_gone_is_not_live():
    assert not any(status.live and status.gone for status in Status)
    assert not Status.PLANNED.live and not Status.PLANNED.gone


def test_the_database_takes_the_seven_kinds_and_the_reasons_and_no_other(conn):
    said = dict(selected(conn, "SELECT conrelid::regclass::text, string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint GROUP BY 1"))
    assert len(NameKind) == 7
    assert all(f"'{kind}'::text" in said["address_name"] for kind in NameKind)
    assert all(f"'{reason}'::text" in said["address_successor"] for reason in Reason)


def test_every_use_is_lived_or_worked_in(conn):
    assert all(lived or worked for *_, lived, worked in uses(conn).values())
