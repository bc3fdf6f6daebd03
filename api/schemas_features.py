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


class Versioning(_Schema):
    """What the time of a version is. Source: the proposal "Versioned Features"."""

    timeAxis: Literal["validity-time"]


class Collection(_Schema):
    """A collection of features."""

    id: str
    title: str
    description: str
    itemType: Literal["feature"]
    extent: Extent
    crs: list[str] = Field(description="URIs of the systems features are given in; the first is the default.")
    storageCrs: str
    versioning: Versioning
    links: list[Link]


class Collections(_Schema):
    """All collections."""

    links: list[Link]
    collections: list[Collection]
    crs: list[str]


class Version(_Schema):
    """A period in which a feature was so, the end not within."""

    version: str = Field(description="What names it: its first moment, to be given as datetime.")
    valid_from: str
    valid_to: str | None = Field(description="Null: still so.")
    recorded_from: str | None = Field(description="Since when it is known; null where that is not kept.")
    recorded_to: str | None = Field(description="Until when it was taken for what is; null: it still is, or that is not kept.")
    href: str


class Versions(_Schema):
    """All versions of a feature, oldest first."""

    collection: str
    id: str
    numberReturned: int
    versions: list[Version]
    links: list[Link]
