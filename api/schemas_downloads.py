"""What answers about files made ahead look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from .schemas import Link, Schema


class Download(Schema):
    """A file with all of a collection."""

    name: str
    collection: str
    title: str
    format: str
    media_type: str
    features: int
    size: int = Field(description="In bytes.")
    sha256: str = Field(description="Of its bytes, hexadecimal.")
    version: str = Field(description="Of the data in it: another one where anything of it changed.")
    made_at: datetime
    href: str


class Downloads(Schema):
    """The files there are for this caller."""

    downloads: list[Download]
    links: list[Link]
