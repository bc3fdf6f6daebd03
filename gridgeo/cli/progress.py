"""How far a long piece of work is: one line on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
import time

_WIDTH = 24
_EVERY_S = 0.1


class Progress:
    """A line on standard error that is drawn over itself and is gone at the end."""

    def __init__(self) -> None:
        self._shown_at = 0.0
        self._drawn = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, what: str, done: int, total: int) -> None:
        """Say that `done` of `total` of something is done; drawn ten times a second at most."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._shown_at < _EVERY_S:
            return
        self._shown_at, self._drawn = now, True
        filled = _WIDTH * done // max(total, 1)
        sys.stderr.write(f"\r\033[K{'█' * filled}{'░' * (_WIDTH - filled)} {what} {done:,} of {total:,}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self._drawn = False
