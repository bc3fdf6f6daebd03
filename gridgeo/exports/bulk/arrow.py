"""Batches as an Arrow stream, which GDAL and Parquet take as it is: nothing is copied, and the next batch is read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import nanoarrow
import numpy as np
from arro3.core import RecordBatchReader

from ..model import Field
from .batches import Batch, Values
from .columns import Kind
from .drawing import Drawing

_TYPES = {
    Kind.TEXT: nanoarrow.string(),
    Kind.WHOLE: nanoarrow.int64(),
    Kind.NUMBER: nanoarrow.float64(),
    Kind.DAY: nanoarrow.date32(),
    Kind.MOMENT: nanoarrow.timestamp("us", "UTC"),  # a GeoPackage has no other zone
    Kind.BYTES: nanoarrow.binary(),
}


class Stream:
    """Features as an Arrow stream, which is read once.

    Parameters
    ----------
    geometry
        What the column of geometries is called.
    named
        What a column is called.
    seen
        Is shown each batch before it goes on, and may raise.
    """

    def __init__(
        self,
        drawing: Drawing,
        geometry: str,
        named: Callable[[Field], str] = lambda field: field.name,
        seen: Callable[[Batch], None] = lambda batch: None,
    ) -> None:
        self._drawing, self._seen = drawing, seen
        #: features that went through
        self.count = 0
        #: what broke off the reading
        self.failed: BaseException | None = None
        self._types = [_TYPES[column.kind] for column in drawing.columns] + [_TYPES[Kind.BYTES]]
        names = [*(named(column.field) for column in drawing.columns), geometry]
        self._schema = nanoarrow.struct(dict(zip(names, self._types, strict=True)))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return RecordBatchReader.from_batches(self._schema, self._batches()).__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[nanoarrow.c_array]:
        try:
            for batch in self._drawing.batches():
                self._seen(batch)
                self.count += len(batch)
                yield self._struct(batch)
        except BaseException as error:
            self.failed = error
            raise

    def _struct(self, batch: Batch):
        children = [_array(values, kind) for values, kind in zip((*batch.columns, batch.geometry), self._types, strict=True)]
        return nanoarrow.c_array_from_buffers(self._schema, len(batch), [None], children=children, null_count=0)


@contextmanager
def poured(stream: Stream) -> Iterator[Stream]:
    """Lend a stream to a writer; what broke off its reading is raised as it was, and not as the writer tells it."""
    try:
        yield stream
    except Exception:
        if stream.failed is not None:
            raise stream.failed from None
        raise
    if stream.failed is not None:
        raise stream.failed


def _array(values: Values, kind) -> nanoarrow.c_array:
    known = None if values.known.all() else np.packbits(values.known, bitorder="little")
    buffers = [known, values.data] if values.offsets is None else [known, values.offsets, values.data]
    return nanoarrow.c_array_from_buffers(kind, len(values), buffers)
