"""What `gridgeo check` says of jobs."""

from __future__ import annotations

import pytest

from gridgeo.db.check import State
from gridgeo.jobs import soundness, store
from tests.jobs.making import ME

_LATER = "UPDATE gridgeo.job SET updated_at = updated_at - interval '5 minutes', held_until = held_until - interval '5 minutes'"


@pytest.fixture
def waiting(conn):
    """A job nobody took yet."""
    store.add(conn, "write", ME, None, {})
    return conn


def later(conn) -> None:
    with conn.cursor() as cur:
        cur.execute(_LATER)


def test_no_jobs_and_one_that_was_just_given_are_all_right(conn):
    (found,) = soundness.examine(conn)
    assert (found.state, found.seen) == (State.OK, "none waits")
    store.add(conn, "write", ME, None, {})
    assert soundness.examine(conn)[0].state is State.OK


def test_a_job_nobody_takes_is_a_warning(waiting):
    later(waiting)
    (found,) = soundness.examine(waiting)
    assert found.state is State.WARNING and found.seen.startswith("1 wait, the first since") and "gridgeo work" in found.hint


def test_a_job_that_is_done_is_none_until_its_worker_died(waiting):
    store.claim(waiting, 60)
    assert soundness.examine(waiting)[0].seen == "none waits, 1 under way"
    later(waiting)
    assert soundness.examine(waiting)[0].state is State.WARNING


def test_where_others_are_done_more_workers_help(waiting):
    later(waiting)
    store.add(waiting, "write", ME, None, {})
    store.claim(waiting, 60)
    store.add(waiting, "write", ME, None, {})
    with waiting.cursor() as cur:
        cur.execute("UPDATE gridgeo.job SET updated_at = updated_at - interval '5 minutes' WHERE status = 'accepted'")
    (found,) = soundness.examine(waiting)
    assert found.state is State.WARNING and "more workers" in found.hint and found.seen.endswith("1 under way")
