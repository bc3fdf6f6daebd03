"""Features on their way into one layer of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from ...geo import crs
from ..model import Field
from . import places
from .batches import Batch, Lines
from .columns import Column

B = TypeVar("B", Batch, Lines)


@dataclass(frozen=True)
class Drawing(Generic[B]):
    """A layer to be written.

    Parameters
    ----------
    name, title
        For programs and for people.
    collection
        What its features are of.
    geometry
        Of all of them: Point, MultiLineString, MultiPolygon, or Unknown where they differ.
    datum
        Of the coordinates in the file.
    read
        Reads the features anew, in EPSG:4490: in columns, or in lines where the format is text.
    """

    name: str
    title: str
    collection: str
    geometry: str
    columns: tuple[Column, ...]
    datum: crs.Datum
    read: Callable[[], Iterator[B]]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What people have to know of the columns."""
        return tuple(column.field for column in self.columns)

    @property
    def axes(self) -> tuple[str, ...]:
        """Columns of a table that say where features are: coordinates of points, well-known text of all else."""
        if self.geometry == "Point":
            return ("x", "y") if crs.is_planar(self.datum) else ("lon", "lat")
        return ("wkt",)

    def batches(self) -> Iterator[B]:
        """Yield the features as they go into the file."""
        for batch in self.read():
            yield replace(batch, geometry=places.drawn(batch.geometry, self.datum))
