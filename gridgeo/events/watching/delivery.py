"""Telling departments' systems of their tasks, each at least once, the gravest first; by a courier of :mod:`gridgeo.letters`."""

from __future__ import annotations

from functools import partial

from ...letters import couriers
from ...letters.couriers import Posting, Round
from ...letters.model import Outcome
from . import letters, receivers
from .model import Letter

#: The role workers have, who see the whole city.
ROLE, AREA = "gridgeo_writer", {"gridgeo.area": "all"}


def _next(conn, code: str, holder: str) -> Posting | None:
    held = receivers.hold(conn, code, holder)
    letter = held and letters.following(conn, code)
    if held is None or letter is None:
        return None
    return Posting(held.url, held.secret, letter.key, letter.key, letter.body, partial(_settle, code, holder, held, letter))


def _settle(code: str, holder: str, held: receivers.Held, letter: Letter, conn, outcome: Outcome, chance: float) -> bool:
    """Write down what became of a letter.

    One that is refused waits by itself, for the others are not to wait for it; where the host is away they all wait.
    """
    if outcome.failure is not None and not outcome.refused:
        receivers.away(conn, code, holder, held.tries, outcome.failure, chance)
        return False
    receivers.reached(conn, code, holder)
    letters.settle(conn, letter, outcome, chance)
    return True


#: A courier for departments' systems, by the departments' codes.
Courier = partial(couriers.Courier, Round("event letters", ROLE, AREA, receivers.take, _next, receivers.release))
