"""A listener goes on, whatever happens to what it calls."""

from __future__ import annotations

import threading

from gridgeo.db import connection, listening


def test_a_listener_outlives_what_its_reader_raises(database_url, monkeypatch):
    monkeypatch.setattr(listening, "_RETRY_S", 0.05)
    read, again = [], threading.Event()

    def reader(conn) -> None:
        read.append(conn)
        if len(read) == 1:
            raise KeyError("a fault of ours")
        again.set()

    listener = listening.Listener("test", lambda: connection.connect(database_url), ["gridgeo_test"], reader)
    listener.start()
    try:
        assert again.wait(20)
        assert read[0].closed and not read[1].closed
    finally:
        listener.stop()
