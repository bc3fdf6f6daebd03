"""A thread that works for as long as its process lives goes on whatever goes wrong, and says what is not done meanwhile."""

import logging
import threading
from contextlib import closing, nullcontext

import psycopg2
import pytest

from gridgeo.db import connection
from gridgeo.db.steady import Steady


@pytest.mark.parametrize("wrong", [psycopg2.OperationalError("14400000000"), OSError("no such host"), ValueError("a slip of ours")])
def test_it_begins_again_after_whatever_goes_wrong(wrong, caplog):
    turns, again = iter([wrong]), threading.Event()

    def work(_):
        if (error := next(turns, None)) is not None:
            raise error
        again.set()
        steady.stopping.wait()

    with caplog.at_level(logging.WARNING, "gridgeo.db.steady"):
        steady = Steady("steady", "nothing is done", nullcontext, work, pause_s=0.01).start()
        assert again.wait(60)
        steady.stop()
    (record,) = caplog.records
    assert record.getMessage().startswith("nothing is done") and bool(record.exc_info) == isinstance(wrong, ValueError)
    assert "14400000000" not in record.getMessage(), "the words of the database may be of data"


def test_each_time_it_begins_it_opens_anew_and_closes_what_it_had(database_url):
    held, twice = [], threading.Event()

    def work(conn):
        held.append(conn)
        if len(held) == 2:
            twice.set()
            steady.stopping.wait()

    steady = Steady("steady", "nothing is done", lambda: closing(connection.connect(database_url)), work, pause_s=0.01).start()
    assert twice.wait(60) and held[0].closed and not held[1].closed
    steady.stop()
    assert held[1].closed


def test_one_that_never_began_may_be_stopped():
    Steady("steady", "nothing is done", nullcontext, lambda _: None).stop()
