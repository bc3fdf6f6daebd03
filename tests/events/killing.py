"""Processes that die in the middle of their work: killed before their n-th statement, as by a power cut."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psycopg2.extensions

from gridgeo.db import connection
from gridgeo.events.watching.delivery import AREA, ROLE


def killed_at(url: str, n: int, work: Callable) -> bool:
    """Do some work with a connection of a worker's in a process of its own that is killed before its n-th statement.

    Return whether it was; where the work took fewer statements it ended by itself.
    """
    child = os.fork()
    if child == 0:
        try:
            _die_at(url, n, work)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the work went wrong by itself"
    return False


def _die_at(url: str, n: int, work: Callable) -> None:
    left = n

    class Mortal(psycopg2.extensions.cursor):
        def execute(self, query, vars=None):
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return super().execute(query, vars)

    conn = connection.connect(url, ROLE, **AREA)
    conn.cursor_factory = Mortal
    work(conn)
    os._exit(0)
