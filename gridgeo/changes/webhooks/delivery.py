"""Telling webhooks: every transaction, in order, at least once; by a courier of :mod:`gridgeo.letters`.

How far one was told is written down after it has answered, so what comes again has the same number.
"""

from __future__ import annotations

from contextlib import closing
from functools import partial

from ...letters import sending
from ...letters.couriers import Courier, Posting, Round
from ...letters.model import Outcome
from ...letters.seals import Seal
from ..stamping import ROLE
from . import letters, store
from .model import Letter, Webhook


def sent(seal: Seal, webhook: Webhook, letter: Letter, patience_s: float = sending.PATIENCE_S) -> Outcome:
    """Send one letter at once and return what became of it: outside of a transaction. Raises as `Seal.open` does."""
    if letter.body is None:
        return Outcome()
    with closing(sending.Sender(webhook.url, seal.open(webhook.url, webhook.secret), patience_s)) as sender:
        return sender.send(_id(webhook, letter), letter.key, letter.body)


def _next(conn, webhook_id: int, holder: str) -> Posting | None:
    webhook = store.hold(conn, webhook_id, holder)
    letter = webhook and letters.after(conn, webhook)
    if webhook is None or letter is None:
        return None
    settle = partial(_settle, webhook, holder, letter)
    return Posting(webhook.url, webhook.secret, _id(webhook, letter), letter.key, letter.body, settle)


def _settle(webhook: Webhook, holder: str, letter: Letter, conn, outcome: Outcome, chance: float) -> bool:
    return store.settle(conn, webhook, holder, letter, outcome, chance)


def _id(webhook: Webhook, letter: Letter) -> str:
    return f"{webhook.webhook_id}-{letter.key}"


#: A courier for webhooks, by their numbers.
Deliverer = partial(Courier, Round("webhooks", ROLE, {}, store.take, _next, store.release))
