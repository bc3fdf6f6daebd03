"""What became of a letter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`failure` is None where a letter was taken, `refused` says that the host was there and would not have it."""

    failure: str | None = None
    refused: bool = False
