"""Telling webhooks: every transaction, in order, at least once; each by a thread of its own, so that none waits for another.

How far one was told is written down after it has answered. Whoever is killed between the two leaves a letter that is told again,
with the same number.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from contextlib import closing

import psycopg2

from ...db import connection
from ...errors import DatabaseUnavailable, GridgeoError
from ...letters import sending
from ...letters.model import Outcome
from ...letters.seals import Seal
from ...settings import Settings
from ..stamping import ROLE
from . import letters, store
from .model import Letter, Webhook

LOG = logging.getLogger(__name__)

#: Seconds between looks for what is to be told, before the next try when the database is away, and that one webhook is told at a stretch.
_LOOK_S, _AWAY_S, _STRETCH_S = 0.25, 2.0, 20.0

#: Connections all threads share: each is used for milliseconds, and never while a letter is on its way.
_CONNECTIONS = 2


class Deliverer:
    """A thread that looks for webhooks to be told, and one for each that is. As many may run, in any process, as like."""

    def __init__(self, url: str, settings: Settings, patience_s: float = sending.PATIENCE_S) -> None:
        self._url, self._seal, self._patience_s = url, Seal(settings), patience_s
        self._holder, self._stop = uuid.uuid4().hex, threading.Event()
        self._thread = threading.Thread(target=self.run, name="gridgeo-webhooks", daemon=True)
        self._telling: dict[int, threading.Thread] = {}

    def start(self) -> Deliverer:
        """Begin, beside what else this process does."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End. A letter on its way may be told again by the next."""
        self._stop.set()
        until = time.monotonic() + 2
        for thread in (self._thread, *self._telling.values()):
            if thread.is_alive():
                thread.join(timeout=max(0.0, until - time.monotonic()))

    def run(self) -> None:
        """Tell until :meth:`stop`; while the database is away, go on trying."""
        while not self._stop.is_set():
            try:
                with closing(connection.Pool(self._url, _CONNECTIONS, ROLE, application_name="gridgeo webhooks")) as pool:
                    self._look(pool)
            except (DatabaseUnavailable, psycopg2.Error) as error:
                LOG.warning("webhooks are not told: the database is away (%s)", type(error).__name__)
                self._stop.wait(_AWAY_S)

    def _look(self, pool: connection.Pool) -> None:
        while not self._stop.is_set():
            self._telling = {webhook_id: thread for webhook_id, thread in self._telling.items() if thread.is_alive()}
            with pool.connection() as conn:
                taken = store.take(conn, self._holder, self._telling)
            for webhook_id in taken:
                thread = threading.Thread(target=self._tell, args=(pool, webhook_id), name=f"gridgeo-webhook-{webhook_id}", daemon=True)
                self._telling[webhook_id] = thread
                thread.start()
            self._stop.wait(_LOOK_S)

    def _tell(self, pool: connection.Pool, webhook_id: int) -> None:
        """Tell one webhook what there is, for a while, and let it go."""
        try:
            self._told_on(pool, webhook_id)
            with pool.connection() as conn:
                store.release(conn, webhook_id, self._holder)
        except (DatabaseUnavailable, psycopg2.Error) as error:  # it is held by us still, and told again
            LOG.warning("webhook %d waits: the database is away (%s)", webhook_id, type(error).__name__)
        except Exception:
            LOG.exception("webhook %d was not told", webhook_id)

    def _told_on(self, pool: connection.Pool, webhook_id: int) -> None:
        sender, until = None, time.monotonic() + _STRETCH_S
        try:
            while not self._stop.is_set() and time.monotonic() < until:
                with pool.connection() as conn:
                    webhook = store.hold(conn, webhook_id, self._holder)
                    letter = webhook and letters.after(conn, webhook)
                if webhook is None or letter is None:
                    return
                outcome = Outcome()
                if letter.body is not None:
                    try:
                        sender = sender or sending.Sender(webhook.url, self._seal.open(webhook.url, webhook.secret), self._patience_s)
                        outcome = _posted(sender, webhook, letter, letter.body)
                    except GridgeoError as error:
                        outcome = Outcome(str(error))
                with pool.connection() as conn:
                    if not store.settle(conn, webhook, self._holder, letter, outcome, random.random()):
                        return
        finally:
            if sender is not None:
                sender.close()


def sent(seal: Seal, webhook: Webhook, letter: Letter, patience_s: float = sending.PATIENCE_S) -> Outcome:
    """Send one letter at once and return what became of it: outside of a transaction. Raises as `Seal.open` does."""
    if letter.body is None:
        return Outcome()
    with closing(sending.Sender(webhook.url, seal.open(webhook.url, webhook.secret), patience_s)) as sender:
        return _posted(sender, webhook, letter, letter.body)


def _posted(sender: sending.Sender, webhook: Webhook, letter: Letter, body: bytes) -> Outcome:
    return sender.send(f"{webhook.webhook_id}-{letter.key}", letter.key, body)
