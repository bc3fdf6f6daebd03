"""The locked room as commands enter it: keys first, every deed in a transaction, the audit's head outside the database after it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..settings import Settings


@contextmanager
def entered(settings: Settings) -> Iterator[tuple]:
    """Lend a connection and the vault; in the private cluster the keys are made when they are first needed."""
    from contextlib import closing

    from ..db import connection
    from ..linkage import keys
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn:
        with connection.transaction(conn):
            vault = keys.unlock(conn, settings)
        yield conn, vault


def done(conn, settings: Settings, work: Callable):
    """Return the result of work(), which returns it with the audit's head: committed, then anchored."""
    from ..db import connection
    from ..linkage import audit

    with connection.transaction(conn):
        result, head = work()
    audit.anchor(settings, head)
    return result


def actor() -> str:
    """Return who runs the command, for the audit."""
    return f"cli:{getpass.getuser()}"
