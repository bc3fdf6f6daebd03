"""Tables between the process that reads and the one that asked: JSON for text, raw numbers for coordinates.

No pickle and no archive: whoever took over the reader can say wrong things, but not make us run or unpack any.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import orjson

from ..errors import UnreadableFile
from ..geo.shapes import Shapes
from ..issues import Issue, Severity
from .model import Table

_HEAD = 8
_OF_NOTE = ("code", "severity", "message", "row", "field", "value")


def pack(tables: list[Table]) -> bytes:
    """Return the bytes of an answer."""
    described, arrays = [], []
    for table in tables:
        shapes = table.shapes
        parts = [] if shapes is None else [shapes.coords.ravel(), shapes.rings, shapes.polygons, shapes.features]
        arrays += parts
        notes = [{key: getattr(note, key) for key in _OF_NOTE} for note in table.notes]
        sizes = [len(part) for part in parts]
        told = {"name": table.name, "columns": table.columns, "declared": table.declared, "notes": notes, "sizes": sizes}
        lines = [(row, [line.tolist() for line in some]) for row, some in table.lines.items()]
        described.append(told | {"points": [(row, *point) for row, point in table.points.items()], "lines": lines})
    return _framed({"tables": described}) + b"".join(part.astype("<f8" if part.dtype.kind == "f" else "<i8").tobytes() for part in arrays)


def pack_refusal(name: str, rule: str) -> bytes:
    """Return the bytes that say why a file was not read."""
    return _framed({"refused": [name, rule]})


def unpack(answer: bytes) -> list[Table]:
    """Return the tables of an answer.

    Raises
    ------
    UnreadableFile
        With the reader's reason, or when the answer does not fit itself.
    """
    end = _HEAD + int.from_bytes(answer[:_HEAD], "little")
    try:
        head = orjson.loads(answer[_HEAD:end])
        if "refused" not in head:
            return list(_tables(head["tables"], memoryview(answer)[end:]))
        name, rule = head["refused"]
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableFile("", f"the reader's answer does not fit itself ({type(error).__name__}: {error})") from error
    raise UnreadableFile(name, rule)


def _tables(described: list[dict], numbers: memoryview) -> Iterator[Table]:
    for one in described:
        shapes = None
        if one["sizes"]:
            parts = []
            for kind, size in zip(("<f8", "<i8", "<i8", "<i8"), one["sizes"], strict=True):
                parts.append(np.frombuffer(numbers, kind, count=size))
                numbers = numbers[8 * size :]
            shapes = Shapes(parts[0].reshape(-1, 2), *parts[1:])
            if not shapes.consistent():
                raise ValueError("offsets")
        notes = tuple(Issue(**{**note, "severity": Severity(note["severity"])}) for note in one["notes"])
        points = {int(row): (_number(x), _number(y)) for row, x, y in one["points"]}
        lines = {int(row): [_line(line) for line in some] for row, some in one["lines"]}
        table = Table(one["name"], one["columns"], shapes, one["declared"], notes, points, lines)
        if any(len(column) != len(table) for column in table.columns.values()):
            raise ValueError("columns")
        yield table
    if len(numbers):
        raise ValueError("left over")


def _number(value: float | None) -> float:
    """JSON has no number that is none."""
    return float("nan") if value is None else float(value)


def _line(positions: list) -> np.ndarray:
    return np.array([(_number(x), _number(y)) for x, y in positions], float).reshape(-1, 2)


def _framed(head: dict) -> bytes:
    text = orjson.dumps(head)
    return len(text).to_bytes(_HEAD, "little") + text
