"""Webhooks in the database: who they are, how far each was told, who is telling it now, and what it would not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from ...access import rules as areas
from ...access import store as access
from ...db import queries
from ...errors import Conflict, InvalidInput, NotFound
from ...letters import rules
from ...letters.model import Outcome
from ...letters.seals import Seal
from ..model import ENTITIES
from .model import Dead, Letter, Webhook

SQL = queries.load(__package__)

#: There may be so many: each may take a thread.
MOST = 64

#: So long one is held without a sign of life of who tells it: longer than a letter takes.
HELD = timedelta(seconds=60)


def enter(conn, url: str) -> str:
    """Let the host of an address be told; return its origin. Only an administrator may. Raises InvalidInput."""
    origin, _ = rules.address(url)
    with conn.cursor() as cur:
        cur.execute(SQL["enter"], {"origin": origin})
    return origin


def origins(conn) -> list[str]:
    """Return the hosts that may be told."""
    return [origin for (origin,) in SQL.rows(conn, "origins")]


def add(conn, seal: Seal, url: str, entities: Iterable[str] = (), area: Sequence[int] | None = None) -> tuple[Webhook, str]:
    """Add a webhook, told from the next transaction on; return it and its secret, which is shown this once.

    Raises InvalidInput for an address or an entity that is none, Conflict where its host was not entered or there are :data:`MOST`.
    """
    origin, path = rules.address(url)
    secret, wanted = rules.new_secret(), _entities(entities)
    given = {"origin": origin, "path": path, "entities": wanted, "area": None if area is None else list(area), "most": MOST}
    made = SQL.rows(conn, "add", secret=seal.close(origin + path, secret), **given)
    if not made:
        if origin not in origins(conn):
            raise Conflict("the host of that address was not entered: `gridgeo feed webhook host URL` does it")
        raise Conflict(f"there are {MOST} webhooks, and not more can be")
    return find(conn, made[0][0]), secret


def listed(conn) -> list[Webhook]:
    """Return every webhook, oldest first."""
    return [_webhook(row) for row in SQL.rows(conn, "webhooks", webhook_id=None)]


def find(conn, webhook_id: int) -> Webhook:
    """Return a webhook; raises NotFound."""
    found = SQL.rows(conn, "webhooks", webhook_id=webhook_id)
    if not found:
        raise NotFound("webhook", webhook_id)
    return _webhook(found[0])


def remove(conn, webhook_id: int) -> None:
    """Tell a webhook no more; raises NotFound."""
    with conn.cursor() as cur:
        cur.execute(SQL["remove"], {"webhook_id": webhook_id})
        if not cur.rowcount:
            raise NotFound("webhook", webhook_id)


def dead(conn, webhook_id: int | None = None, most: int = 1000) -> list[Dead]:
    """Return transactions that were left out, of one webhook or all, by their numbers."""
    return [Dead(*row) for row in SQL.rows(conn, "dead", webhook_id=webhook_id, most=most)]


def one_dead(conn, webhook_id: int, number: int) -> Dead:
    """Return a transaction that was left out; raises NotFound."""
    found = [one for one in dead(conn, webhook_id, 10**9) if one.number == number]
    if not found:
        raise NotFound("transaction left out", number)
    return found[0]


def take(conn, holder: str, telling: Iterable[int] = ()) -> list[int]:
    """Hold those whose turn it is, and whom nobody is telling; return them. `telling` are those the holder is telling already."""
    return [webhook_id for (webhook_id,) in SQL.rows(conn, "take", holder=holder, held=HELD, telling=list(telling))]


def hold(conn, webhook_id: int, holder: str) -> Webhook | None:
    """Hold a webhook on and return it; None where somebody else holds it by now, or it was removed."""
    held = SQL.rows(conn, "hold", webhook_id=webhook_id, holder=holder, held=HELD)
    return find(conn, webhook_id) if held else None


def release(conn, webhook_id: int, holder: str) -> None:
    """Let others hold it."""
    with conn.cursor() as cur:
        cur.execute(SQL["release"], {"webhook_id": webhook_id, "holder": holder})


def settle(conn, webhook: Webhook, holder: str, letter: Letter, outcome: Outcome, chance: float) -> bool:
    """Write down what became of a letter; return whether the next may follow at once. Nothing where it is not held any more."""
    of = {"webhook_id": webhook.webhook_id, "holder": holder}
    refusals = webhook.refusals + outcome.refused
    with conn.cursor() as cur:
        if outcome.failure is not None and refusals < rules.REFUSALS:
            tries = webhook.tries + 1
            wait = timedelta(seconds=rules.wait_s(tries, chance))
            cur.execute(SQL["failed"], {**of, "tries": tries, "refusals": refusals, "wait": wait, "failure": outcome.failure})
            return False
        if outcome.failure is not None:
            cur.execute(SQL["bury"], {**of, "number": letter.number, "failure": outcome.failure})
        cur.execute(SQL["told"], {**of, "number": letter.number})
        return cur.rowcount == 1


def settle_dead(conn, one: Dead, outcome: Outcome) -> None:
    """Write down what became of a letter that was left out and told again."""
    query = "risen" if outcome.failure is None else "dead_again"
    with conn.cursor() as cur:
        cur.execute(SQL[query], {"webhook_id": one.webhook_id, "number": one.number, "failure": outcome.failure})


def see(conn, webhook: Webhook) -> None:
    """Let the rest of the transaction see what a webhook may: its units as they are in the edition valid now."""
    if webhook.area is None:
        access.see(conn, access.WHOLE)
    else:
        access.see(conn, areas.written(unit for (unit,) in SQL.rows(conn, "lowest", area=list(webhook.area))))


def _entities(names: Iterable[str]) -> list[str]:
    given = list(names)
    for name in given:
        if name not in ENTITIES:
            raise InvalidInput("entities", name, f"is not one of {', '.join(ENTITIES)}")
    return [name for name in ENTITIES if name in given or not given]


def _webhook(row: tuple) -> Webhook:
    webhook_id, url, entities, area, secret, *rest = row
    return Webhook(webhook_id, url, tuple(entities), None if area is None else tuple(area), bytes(secret), *rest)
