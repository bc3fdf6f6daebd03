"""Who reported an event, and what they wrote where codes of persons stood in it: sealed, and kept nowhere else.

A reporter is the token of their code; nobody is listed by what they reported. The text as it was is opened for who handles the event and
must call back, for a purpose, and the audit tells of it.
"""

from __future__ import annotations

from typing import NamedTuple

import orjson

from ..db import queries
from ..errors import InvalidInput, NotFound
from . import audit, rules, store
from .model import KINDS, Head
from .vault import Vault

SQL = queries.load(__package__, "reporters.sql")

#: The kinds of codes by which a reporter may be known.
OF_REPORTERS = tuple(kind for kind in KINDS if kind in ("person", "phone", "credit"))

#: Texts of one step of a change of keys.
_BATCH = 1000


def keep(conn, vault: Vault, event_id: int, report_no: int, kind: str, code: str) -> bytes:
    """Keep who reported an event, and return the token of their code; raises InvalidInput for a kind of others, InvalidCode."""
    if kind not in OF_REPORTERS:
        raise InvalidInput("reporter", None, f"is known by {', '.join(OF_REPORTERS)}")
    of = rules.kind_of(kind)
    form = rules.normal_form(kind, code)
    (token,) = vault.tokens_of(of, [form])
    (sealed,) = vault.seal_many(of, [token], [form])
    with conn.cursor() as cur:
        cur.execute(SQL["put_identity"], {"token": token, "kind": str(of), "key_id": vault.seal_key_id, "sealed": sealed})
        cur.execute(SQL["put_reporter"], {"event_id": event_id, "report_no": report_no, "token": token})
    return token


def keep_text(conn, vault: Vault, event_id: int, report_no: int, text: str) -> None:
    """Keep a report word for word, sealed."""
    sealed = vault.seal_text(_row(event_id, report_no), text)
    with conn.cursor() as cur:
        cur.execute(SQL["put_original"], {"event_id": event_id, "report_no": report_no, "key_id": vault.seal_key_id, "sealed": sealed})


def text(conn, vault: Vault, event_id: int, report_no: int) -> str:
    """Return a report word for word; raises NotFound where nothing in it was masked."""
    found = SQL.rows(conn, "original", event_id=event_id, report_no=report_no)
    if not found:
        raise NotFound("original of event", event_id)
    key_id, sealed = found[0]
    return vault.open_text(_row(event_id, report_no), key_id, bytes(sealed))


class Opened(NamedTuple):
    """The reports of an event that were sealed, by their numbers, word for word; and the audit's head, to be written outside."""

    texts: dict[int, str]
    head: Head


def open_texts(conn, vault: Vault, event_id: int, *, purpose: str, actor: str) -> Opened:
    """Return the reports of an event word for word, and append to the audit who read them for what.

    Codes stand in them whole, so the purpose must be one that allows it. Whether the actor may is for the door to say.

    Raises
    ------
    InvalidInput
        For a purpose that is not on the list, or does not allow codes to be shown whole.
    NotFound
        Where nothing of the event was sealed, or it lies outside of what the transaction sees.
    """
    rules.permitted(purpose, store.purposes(conn), unmask=True)
    sealed = SQL.rows(conn, "originals", event_id=event_id)
    if not sealed:
        raise NotFound("original of event", event_id)
    found = {number: vault.open_text(_row(event_id, number), key_id, bytes(text)) for number, key_id, text in sealed}
    detail = orjson.dumps({"event": event_id, "reports": list(found)}).decode()
    return Opened(found, audit.record(conn, vault, actor=actor, action="original", purpose=purpose, subjects=len(found), detail=detail))


def tokens(conn, event_id: int) -> list[bytes]:
    """Return the tokens of those who reported an event."""
    return [bytes(token) for (token,) in SQL.rows(conn, "reporters", event_id=event_id)]


def reseal(conn, vault: Vault, most: int = _BATCH) -> int:
    """Seal the next texts with the key of now, and return how many were; 0 at the end. To be committed after each step."""
    old = SQL.rows(conn, "sealed_before", key_id=vault.seal_key_id, most=most)
    with conn.cursor() as cur:
        for event_id, report_no, key_id, sealed in old:
            row = _row(event_id, report_no)
            anew = vault.seal_text(row, vault.open_text(row, key_id, bytes(sealed)))
            named = {"event_id": event_id, "report_no": report_no}
            cur.execute(SQL["seal_original"], {**named, "key_id": vault.seal_key_id, "sealed": anew})
    return len(old)


def _row(event_id: int, report_no: int) -> bytes:
    return f"{event_id}/{report_no}".encode()
