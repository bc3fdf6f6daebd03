"""What answers about changes look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from .schemas import Link, Schema


class PublishedEntity(Schema):
    """A kind of thing the feed tells of."""

    entity: str
    name_zh: str
    fields: list[str] = Field(description="What is published of it, as `state` has it. Degrees are EPSG:4490, shapes GeoJSON.")
    events: str
    extract: str


class ChangesModel(Schema):
    """What the feed tells of."""

    entities: list[PublishedEntity]
    links: list[Link]


class ChangesLatest(Schema):
    """Where the feed stands."""

    number: int = Field(description="Of the last transaction; 0 where nothing ever changed.")
    base: int = Field(description="The lowest number there is an extract at for this caller: changes after it can be followed.")
    links: list[Link]


class ChangesTransaction(Schema):
    """One transaction."""

    number: int = Field(description="1, 2, 3, … in an order of commits, without a gap.")
    made_at: datetime = Field(description="When it began.")
    stamped_at: datetime = Field(description="When it was given its number, a moment after it was committed.")
    entities: dict[str, dict[str, int]] | None = Field(
        description="How many changes by entity and operation; to callers of a part of the city it is not told."
    )


class ChangesTransactions(Schema):
    """Transactions by their numbers."""

    numberReturned: int
    transactions: list[ChangesTransaction]
    links: list[Link]


class Change(Schema):
    """A line of an answer: what became of one thing."""

    number: int
    entity: str
    operation: Literal["insert", "update", "delete"]
    key: str
    state: dict | None = Field(description="What it is from then on; null where it is no more, or is not the caller's to see any more.")


class ExtractLine(Schema):
    """A line of an extract: one thing as it was."""

    key: str
    state: dict
