"""What a file turns into on its way in."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..geo.shapes import Lines, Shapes
from ..issues import Issue


@dataclass(frozen=True)
class Table:
    """One layer, sheet or file as read: text and plain numbers, nothing judged yet.

    Parameters
    ----------
    name
        As the user knows it: the file, and its layer where it has several.
    columns
        Text by column, in the file's order; None where a cell is empty. Every column has a value for every row.
    shapes
        One feature a row in the file's own datum, x first; None where the file holds no geometry.
    declared
        The datum the file itself declares (``EPSG:4490``); empty where it declares none.
    notes
        What the reader had to say: geometries it could not take, heights it dropped, an encoding it guessed.
    points
        By row from 1, the features that are points instead of areas, in the file's own datum, x first; they are among the
        geometries that were not taken.
    lines
        By row from 1, the features that are lines instead, likewise.
    """

    name: str
    columns: dict[str, list[str | None]]
    shapes: Shapes | None = None
    declared: str = ""
    notes: tuple[Issue, ...] = ()
    points: dict[int, tuple[float, float]] = field(default_factory=dict)
    lines: dict[int, Lines] = field(default_factory=dict)

    def __len__(self) -> int:
        if self.shapes is not None:
            return len(self.shapes)
        return len(next(iter(self.columns.values()), ()))

    @property
    def stem(self) -> str:
        """The name without folder and ending, of the layer where there is one: people write codes and levels there."""
        return self.name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].split(".", 1)[0]


@dataclass(frozen=True)
class Instructions:
    """What the user says about the files. Each field left empty is found out, and the report says how.

    `fields` gives columns by role (``{"code": "TAZID"}``); an empty column name says there is none.
    """

    level: str = ""
    datum: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    parent_from_prefix: bool = False
