"""Which event has which media: announced before their bytes are written, and the event's once they are."""

from __future__ import annotations

import hashlib

from ...db import queries
from ...errors import Conflict, NotFound
from . import cleaning, rules
from .model import Form, Held, Received

SQL = queries.load(__package__)


def received(data: bytes) -> Received | None:
    """Return bytes that were sent, ready to be kept; None for a kind that is not kept. Raises InvalidInput for a broken file."""
    form = rules.form_of(data)
    if form is None:
        return None
    cleaned = cleaning.clean(data, form)
    return Received(hashlib.sha256(data).digest(), hashlib.sha256(cleaned).digest(), form, cleaned)


def announce(conn, given: Received) -> bool:
    """Say that bytes come, in a transaction of its own; return whether they are to be kept under their name."""
    with conn.cursor() as cur:
        cur.execute(SQL["hold_off"])
        facts = {"digest": given.digest, "kept": given.kept, "media_type": given.form, "bytes": len(given.data)}
        cur.execute(SQL["announce"], facts)
        return bytes(cur.fetchone()[0]) == given.kept


def attach(conn, event_id: int, given: Received, actor: str, by_receipt: bool = False) -> tuple[Held, bool]:
    """Let an event have what was kept; return it, and whether it is new. One that was named before, or sent before, stays one.

    Raises NotFound, Conflict.
    """
    held = SQL.rows(conn, "held_fast", event_id=event_id)
    if not held:
        raise NotFound("event", event_id)
    kept = SQL.rows(conn, "kept", digest=given.digest)
    if not kept:
        raise Conflict("it took longer than a day until it was kept: send it again")
    ((media_no, there),) = SQL.rows(conn, "known", event_id=event_id, digest=given.digest) or [(None, False)]
    if media_no is None:
        _require_room(conn, event_id, actor, by_receipt)
        facts = dict(zip(("media_type", "bytes"), kept[0], strict=True))
        ((media_no,),) = SQL.rows(conn, "add", event_id=event_id, digest=given.digest, step_no=held[0][0], actor=actor, **facts)
    elif not there:
        with conn.cursor() as cur:
            cur.execute(SQL["come"], {"event_id": event_id, "media_no": media_no, "actor": actor})
    return find(conn, event_id, media_no), not there


def listed(conn, event_id: int) -> list[Held]:
    """Return the media of an event, in the order they came; also those that were named and not sent yet."""
    return [_held(row) for row in SQL.rows(conn, "media", event_id=event_id, media_no=None)]


def find(conn, event_id: int, media_no: int) -> Held:
    """Return one of an event; raises NotFound."""
    found = SQL.rows(conn, "media", event_id=event_id, media_no=media_no)
    if not found:
        raise NotFound("medium", media_no)
    return _held(found[0])


def form_of(held: Held) -> Form:
    """Return the kind of a medium that is kept."""
    return Form(held.media_type)


def _require_room(conn, event_id: int, actor: str, by_receipt: bool) -> None:
    """Raise Conflict where an event has as many media as it may, or as many from a receipt."""
    ((amount, own),) = SQL.rows(conn, "amount", event_id=event_id, actor=actor)
    if amount >= rules.MOST or (by_receipt and own >= rules.OF_RECEIPT):
        most = rules.OF_RECEIPT if by_receipt and own >= rules.OF_RECEIPT else rules.MOST
        raise Conflict(f"the event has {most} media, and more are not taken")


def _held(row: tuple) -> Held:
    media_no, digest, kept, *rest = row
    return Held(media_no, bytes(digest), None if kept is None else bytes(kept), *rest)
