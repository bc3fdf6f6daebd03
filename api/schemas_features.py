"""What the OpenAPI document says of collections. Source: OGC 17-069r4 (Part 1) and 18-058r1 (Part 2), their schemas."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .schemas import Link


class _Schema(BaseModel):
    model_config = ConfigDict(extra="allow")


class Conformance(_Schema):
    """The classes of standards that are held to."""

    conformsTo: list[str]
    links: list[Link]


class SpatialExtent(_Schema):
    """A box: west, south, east, north in degrees."""

    bbox: list[list[float]]
    crs: str


class TemporalExtent(_Schema):
    """From when to when; null where there is no end."""

    interval: list[list[str | None]]
    trs: str


class Extent(_Schema):
    """How far features reach."""

    spatial: SpatialExtent | None = None
    temporal: TemporalExtent | None = None


class Collection(_Schema):
    """A collection of features."""

    id: str
    title: str
    description: str
    itemType: Literal["feature"]
    extent: Extent
    crs: list[str] = Field(description="URIs of the systems features are given in; the first is the default.")
    storageCrs: str
    links: list[Link]


class Collections(_Schema):
    """All collections."""

    links: list[Link]
    collections: list[Collection]
    crs: list[str]
