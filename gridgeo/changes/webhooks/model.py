"""What a webhook is, and what is sent to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Webhook:
    """A service that is told of transactions.

    Parameters
    ----------
    entities
        What it is told of, by name.
    area
        Grid units (unit_id, of any level) it is for; None is the whole city.
    secret
        Sealed (:mod:`gridgeo.letters.seals`).
    told
        Number of the transaction up to which it was told.
    tries, refusals
        How often the next one failed, and in how many of these the host was there and would not have it.
    dead
        How many transactions it refused time and again, and which were left out.
    """

    webhook_id: int
    url: str
    entities: tuple[str, ...]
    area: tuple[int, ...] | None
    secret: bytes = field(repr=False)
    made_at: datetime
    told: int
    tries: int
    refusals: int
    next_at: datetime | None
    failing_since: datetime | None
    failure: str | None
    dead: int


@dataclass(frozen=True)
class Dead:
    """A transaction that a webhook would not have."""

    webhook_id: int
    number: int
    died_at: datetime
    failure: str


class Kind(StrEnum):
    """What a letter says: a transaction's changes, that what was to be told is told no more, or nothing."""

    TRANSACTION = "transaction"
    FORGOTTEN = "forgotten"
    TEST = "test"


@dataclass(frozen=True)
class Letter:
    """What a webhook is to be told: everything up to `number`; where nothing of that is its concern `body` is None."""

    number: int
    body: bytes | None
    kind: Kind = Kind.TRANSACTION

    @property
    def key(self) -> str:
        """By which one that comes again is known: the number of the transaction."""
        return str(self.number) if self.kind is Kind.TRANSACTION else f"{self.kind}-{self.number}"
