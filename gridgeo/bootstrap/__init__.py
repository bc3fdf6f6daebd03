"""Set-up on a bare machine (standard library only)."""

from __future__ import annotations


def enter(argv: list[str]) -> None:
    """Return inside the environment."""
