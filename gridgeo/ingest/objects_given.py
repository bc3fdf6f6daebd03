"""Files of managed objects as columns: text is streamed, every other format comes through the jail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from ..errors import InvalidInput, UnreadableFile
from ..issues import Issue
from ..objects.model import Tree
from . import bulk, fields, sandbox
from .bulk import Progress
from .formats.decoding import guessed
from .model import Table
from .notes import INFO, Notes
from .objects_cells import Cells, Numbers, Texts, Words, stream
from .objects_words import READ, attribute_columns, spread
from .words import repeatable

CODE, JSON, AXES = "element_code", "attributes", ("lon", "lat")
CATEGORY = ("category", "major", "minor", "category_name")


@dataclass(frozen=True)
class Given:
    """One file, layer or sheet, as it was given.

    Parameters
    ----------
    codes
        Element codes, an array of numpy's bytes.
    xy
        Coordinates (n, 2) out of columns, x first, in the file's own datum; nan where there is none, and `odd` is what stands there.
    columns
        The other columns by what they mean, and attributes by the name of their column.
    means
        The attributes that a column may stand for.
    table
        What came through the jail, with its geometries; None where the file was streamed from `path`.
    """

    name: str
    codes: np.ndarray
    xy: np.ndarray | None
    odd: Mapping[int, str]
    columns: Mapping[str, Cells]
    attributes: Mapping[str, Cells]
    means: Mapping[str, frozenset[str]]
    path: Path | None = None
    table: Table | None = None
    notes: tuple[Issue, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.codes)

    def has(self, role: str) -> bool:
        """Whether the file says something of it."""
        return role in self.columns or (role == "category" and any(name in self.columns for name in CATEGORY))

    def fields(self, numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield rows (numbers from 1, ascending) as they were given, by the names of their columns, in their order."""
        if self.table is None:
            yield from _again(self.path, numbers)
            return
        for number in numbers:
            row = {name: cells[number - 1] or "" for name, cells in self.table.columns.items()}
            x, y = self.table.points.get(number, (None, None))
            yield number, row | ({"lon": repr(x), "lat": repr(y)} if x is not None else {})


def read(paths: Sequence[Path], given: Mapping[str, str], tree: Tree, progress: Progress) -> list[Given]:
    """Read files.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be, or holds no row.
    InvalidInput
        A column or field that does not exist, or a file without element codes.
    """
    found = []
    for path in sandbox.whole(paths):
        head = bulk.header(path, progress) if path.suffix.lower() in bulk.ENDINGS else None
        if head is not None and "geometry" not in fields.recognise(filter(None, head.names), dict(given), "objects").roles:
            found.append(_streamed(path, head, given, tree, progress))
        else:
            progress(f"reading of {path.name}", 0, 1)
            found += [_jailed(table, given, tree) for table in sandbox.read([path]) if len(table)]
    if not found:
        raise UnreadableFile(", ".join(path.name for path in map(Path, paths)), "holds no row")
    return found


def _streamed(path: Path, head: bulk.Header, given: Mapping[str, str], tree: Tree, progress: Progress) -> Given:
    roles, means, unused = _understood(path.name, [name for name in head.names if name], given, tree)
    columns = {role: Texts() if role == CODE else Numbers() if role in AXES else Words() for role in roles}
    attributes = {name: Words() for name in means}
    wanted = {roles[role]: column for role, column in columns.items()} | attributes
    rows = stream(path, head, wanted, progress)
    if not rows:
        raise UnreadableFile(path.name, "holds no row below its header")
    notes = [*unused, *([_placed(guessed(), path.name)] if head.encoding == "gb18030" else [])]
    axes = [columns[axis] for axis in AXES if axis in columns]
    own = _all({name: column.cells() for name, column in attributes.items()}, columns.pop(JSON).cells() if JSON in columns else None)
    return Given(
        path.name,
        columns[CODE].array(),
        np.column_stack([axis.array() for axis in axes]) if len(axes) == 2 else None,
        {row: text for axis in axes for row, text in axis.odd.items()},
        {role: column.cells() for role, column in columns.items() if isinstance(column, Words)},
        own,
        _meant(own, means),
        path=path,
        notes=tuple(notes),
    )


def _jailed(table: Table, given: Mapping[str, str], tree: Tree) -> Given:
    roles, means, unused = _understood(table.name, list(table.columns), given, tree)
    codes, axes = Texts(), {axis: Numbers() for axis in AXES if axis in roles}
    codes.add(_bytes(table.columns[roles[CODE]]))
    for axis, numbers in axes.items():
        numbers.add(_bytes(table.columns[roles[axis]]))
    written = Cells.of(table.columns[roles[JSON]]) if JSON in roles else None
    own = _all({name: Cells.of(table.columns[name]) for name in means}, written)
    elsewhere = {*table.points, *table.lines}
    notes = [_placed(note, table.name) for note in table.notes if note.code != "wrong-type" or note.row not in elsewhere]
    return Given(
        table.name,
        codes.array(),
        np.column_stack([axis.array() for axis in axes.values()]) if len(axes) == 2 else None,
        {row: text for axis in axes.values() for row, text in axis.odd.items()},
        {role: Cells.of(table.columns[column]) for role, column in roles.items() if role in READ or role in CATEGORY},
        own,
        _meant(own, means),
        table=table,
        notes=(*unused, *notes),
    )


def _understood(name: str, names: list[str], given: Mapping[str, str], tree: Tree):
    """Return the columns by what they mean, those of attributes, and what is to be said of the others."""
    asked = dict(given)
    mapping = fields.recognise(names, asked, "objects")
    if CODE not in mapping.roles:
        raise InvalidInput("column", CODE, f"{name} has none: say which with --field {CODE}=COLUMN")
    roles = {role: column for role, column in mapping.roles.items() if role != "geometry"}
    means = attribute_columns(tree, mapping.unused)
    notes = Notes(name)
    unused = [repeatable(column) for column in mapping.unused if column not in means]
    if unused:
        notes.table("unused-columns", INFO, f"not read: {', '.join(unused)}")
    return roles, means, notes.issues


def _all(columns: Mapping[str, Cells], written: Cells | None) -> dict[str, Cells]:
    """The columns of attributes, and those written as JSON that have no column."""
    return {**({} if written is None else spread(written)), **columns}


def _meant(columns: Mapping[str, Cells], means: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: means.get(name, frozenset({name})) for name in columns}


def _bytes(texts: list[str | None]) -> np.ndarray:
    return np.array([(text or "").encode() for text in texts], dtype=object)


def _placed(note: Issue, source: str) -> Issue:
    return Issue(note.code, note.severity, note.message, source, note.row, note.field, repeatable(note.value))


def _again(path: Path, numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read some rows of a streamed file once more."""
    import csv
    import io

    from .objects_cells import closed

    head = bulk.header(path)
    wanted, before = iter(numbers), 0
    number = next(wanted, None)
    for block in closed(bulk.blocks(path, head), path.name):
        if number is None:
            return
        count = block.count(b"\n") if b'"' not in block else None
        if count is not None and number > before + count:
            before += count
            continue
        reader = csv.reader(io.StringIO(block.decode(), newline=""), delimiter=head.delimiter)
        rows = list(reader) if count is None else list(islice(reader, count))
        while number is not None and number <= before + len(rows):
            yield number, {name: cell for name, cell in zip(head.names, rows[number - before - 1], strict=True) if name}
            number = next(wanted, None)
        before += len(rows)
