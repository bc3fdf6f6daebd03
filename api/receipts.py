"""What a reporter does by the secret of a receipt: who they are nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridgeo.access import store as access
from gridgeo.events import acting, store
from gridgeo.events.model import Action, Actor, Duty, Event

from . import events

_REPORTER = Actor("receipt", frozenset((Duty.RECEIPT,)))


def followed(conn, given: Mapping[str, Any]) -> tuple[Event, tuple[Action, ...], events.Words]:
    """Do what is asked with a secret (`action` and what it needs; nothing without), and return the event, what may be done, the words.

    Raises NotFound for a secret nobody has; ForbiddenTransition and InvalidInput as :func:`gridgeo.events.acting.act` does.
    """
    with access.regardless(conn):
        event_id = store.of_receipt(conn, given["secret"])
        if "action" in given:
            acting.act(conn, event_id, given["action"], _REPORTER, given)
        found = store.find(conn, event_id)
        return found, acting.legal(conn, found, _REPORTER), events.words(conn)
