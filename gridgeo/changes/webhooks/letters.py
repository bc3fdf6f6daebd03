"""What a webhook is told of a transaction: its changes where they are few, else where to read them. The feed has no identities."""

from __future__ import annotations

from typing import Any

import orjson

from ...access import store as access
from .. import store as feed
from ..lines import line
from ..model import ENTITIES, Position, Transaction
from . import store
from .model import Kind, Letter, Webhook

#: Changes of one transaction, and bytes of them, that are sent; of a larger one it is said where they are.
_CHANGES, _BYTES = 1000, 1 << 20

#: Transactions looked at for one that is of the webhook's concern.
_LOOKED_AT = 50


def after(conn, webhook: Webhook) -> Letter | None:
    """Return what comes next after what a webhook was told; None where nothing does.

    The transaction sees what the webhook may afterwards.
    """
    store.see(conn, webhook)
    bounds = feed.bounds(conn)
    if webhook.told < bounds.base:
        return _begin_anew(webhook, bounds.base)
    return _next(conn, webhook, webhook.told + 1, bounds.latest)


def of(conn, webhook: Webhook, number: int) -> Letter:
    """Return the letter of one transaction: the same as when it was first told, or that it is told no more."""
    store.see(conn, webhook)
    base = feed.bounds(conn).base
    if number <= base:
        return _begin_anew(webhook, base)
    return _next(conn, webhook, number, number) or Letter(number, None)


def test(conn) -> Letter:
    """Return a letter that says nothing but that it came."""
    number = feed.bounds(conn).latest
    return _letter(Kind.TEST, number)


def _next(conn, webhook: Webhook, first: int, last: int) -> Letter | None:
    """The next of its concern, which is mostly the first; where that is none, further ones are looked at."""
    for many in (1, _LOOKED_AT):
        access.see(conn, access.WHOLE)  # how many changes there were is for us to know, and is not told
        found = feed.transactions(conn, first, last, many)
        store.see(conn, webhook)
        for one in found:
            touched = {name: sum(one.entities[name].values()) for name in webhook.entities if name in (one.entities or ())}
            body = _body(conn, webhook, one, touched) if touched else None
            if body is not None:
                return Letter(one.number, body)
    return Letter(found[-1].number, None) if found else None


def _body(conn, webhook: Webhook, one: Transaction, touched: dict[str, int]) -> bytes | None:
    """What is told of a transaction; None where nothing of it is for this webhook."""
    head = {"type": Kind.TRANSACTION, "number": one.number, "made_at": one.made_at, "stamped_at": one.stamped_at}
    told = _told(conn, one.number, touched) if sum(touched.values()) <= _CHANGES else None
    if told is None:
        span = f"from={one.number}&to={one.number}"
        return orjson.dumps({**head, "events": None, "follow": [f"/changes/events/{name}?{span}" for name in webhook.entities]})
    return b'%s,"events":[%s]}' % (orjson.dumps(head)[:-1], b",".join(told)) if told else None


def _told(conn, number: int, touched: dict[str, int]) -> list[bytes] | None:
    """The changes of a transaction; None where they are too many bytes."""
    told, size = [], 0
    for name in touched:
        position: Position | None = Position(number)
        while position is not None:
            page = feed.page(conn, ENTITIES[name], position, number)
            lines = [line(ENTITIES[name], event) for event in page.events]
            told, size, position = told + lines, size + sum(map(len, lines)), page.after
            if size > _BYTES:
                return None
    return told


def _begin_anew(webhook: Webhook, number: int) -> Letter:
    """What was to be told is told no more: take everything as it was at a number, and go on from there."""
    return _letter(Kind.FORGOTTEN, number, follow=[f"/changes/extracts/{name}?at={number}" for name in webhook.entities])


def _letter(kind: Kind, number: int, **more: Any) -> Letter:
    return Letter(number, orjson.dumps({"type": kind, "number": number, **more}), kind)
