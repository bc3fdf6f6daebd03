"""What answers about webhooks look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from .schemas import Link, Schema


class Webhook(Schema):
    """A service that is told of transactions."""

    webhook_id: int
    url: str
    entities: list[str]
    area: list[int] | None = Field(description="Grid units (unit_id) it is for; null is the whole city.")
    made_at: datetime
    told: int = Field(description="Number of the transaction up to which it was told.")
    tries: int = Field(description="How often telling the next one failed.")
    failing_since: datetime | None
    next_at: datetime | None = Field(description="When that is tried again.")
    failure: str | None = Field(description="Why it failed.")
    dead: int = Field(description="Transactions it refused time and again, which were left out.")
    links: list[Link]


class NewWebhook(Webhook):
    """A webhook that was added."""

    secret: str = Field(description="What letters are signed with; shown this once.")


class Webhooks(Schema):
    """Who is told."""

    webhooks: list[Webhook]
    links: list[Link]


class LeftOut(Schema):
    """A transaction that was left out."""

    number: int
    died_at: datetime
    failure: str


class LeftOuts(Schema):
    """Transactions that were left out."""

    dead: list[LeftOut]
    links: list[Link]


class Told(Schema):
    """What became of a letter."""

    taken: bool
    failure: str | None = Field(description="Why it was not taken.")


class Removed(Schema):
    """A webhook that is told no more."""

    webhook_id: int
