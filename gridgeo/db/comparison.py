"""What a list laid beside what is stored would change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """How many rows of a list are new, other than stored, and there in all; how many stored ones it does not name are to end."""

    new: int
    changed: int
    rows: int
    ended: int

    @property
    def same(self) -> int:
        """How many are stored as they are."""
        return self.rows - self.new - self.changed
