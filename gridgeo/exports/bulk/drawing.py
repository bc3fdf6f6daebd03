"""Features on their way into one layer of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...geo import crs
from ..model import Field
from .batches import Batch
from .columns import Column


@dataclass(frozen=True)
class Drawing:
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
        Reads the features anew, in EPSG:4490.
    """

    name: str
    title: str
    collection: str
    geometry: str
    columns: tuple[Column, ...]
    datum: crs.Datum
    read: Callable[[], Iterator[Batch]]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What people have to know of the columns."""
        return tuple(column.field for column in self.columns)

    def batches(self) -> Iterator[Batch]:
        """Yield the features as they go into the file."""
        for batch in self.read():
            yield batch.drawn(self.datum)
