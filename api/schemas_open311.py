"""What answers of Open311 look like, for the OpenAPI document: its JSON, of which the XML has the same members."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from .schemas import Schema


class Open311Service(Schema):
    """A service: a public class of events."""

    service_code: str = Field(description="The number of the class.")
    service_name: str
    description: str
    metadata: bool = Field(description="Whether it has attributes: none has.")
    type: Literal["realtime"]
    keywords: str
    group: str = Field(description="The major class (大类).")


class Open311Definition(Schema):
    """What a service wants to know besides: nothing."""

    service_code: str
    attributes: list[str] = Field(max_length=0)


class Open311Request(Schema):
    """A service request: an event of a public class, without a word of what people wrote."""

    service_request_id: str = Field(description="The event's code.")
    status: Literal["open", "closed"]
    status_notes: str = Field(description="The stage.")
    service_name: str
    service_code: str
    description: str | None = Field(description="Always null: people write of people.")
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: datetime
    updated_datetime: datetime = Field(description="When it reached the last stage that has a time.")
    expected_datetime: datetime | None
    address: str | None = Field(description="Always null.")
    address_id: str | None = Field(description="The building's code.")
    zipcode: str | None = Field(description="Always null.")
    lat: float | None
    long: float | None
    media_url: str | None = Field(description="Always null.")


class Open311Taken(Schema):
    """What became of a report."""

    service_request_id: str
    service_notice: str
    account_id: str | None = Field(description="Always null.")


class Open311Token(Schema):
    """A token, which is the number itself: numbers are given at once."""

    service_request_id: str
    token: str


class Open311Endpoint(Schema):
    """Where a standard is spoken."""

    specification: str
    url: str
    changeset: str
    type: Literal["production"]
    formats: list[str]


class Open311Discovery(Schema):
    """Where Open311 is spoken here, and who gives keys."""

    changeset: str
    contact: str
    key_service: str
    endpoints: list[Open311Endpoint]


class Open311Error(Schema):
    """One thing that is wrong."""

    code: int
    description: str
