"""Exports kept ready: written once for an edition and an order, then handed out as files until space runs out."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from . import rules
from .files import export
from .model import Order, Source

#: A file used within this time is not taken away: somebody may be reading it.
_IN_USE_S = 600

#: A file that has been in the making for longer than this was left by a process that was killed.
_LEFT_S = 3600


class Shelf:
    """A folder of exports by fingerprint. Safe to share between threads, and between processes: files appear whole.

    Parameters
    ----------
    folder
        Nothing else may be kept in it.
    most_bytes
        What was not used for longest is taken away when all files together are larger.
    """

    def __init__(self, folder: Path, most_bytes: int = 512 * 1024**2) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        self._writing = threading.Lock()
        self._sweep()

    @classmethod
    def under(cls, home: Path) -> Shelf:
        """Return the shelf of an installation; where its home cannot be written, one for this process alone."""
        folder = home / "cache" / "exports"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(folder)
        except OSError:
            folder = Path(tempfile.mkdtemp(prefix="gridgeo-exports-"))
        return cls(folder)

    def file(self, source: Source, order: Order) -> Path:
        """Return the file of an order, writing it first where it is not there. One is written at a time.

        Raises InvalidInput as :func:`.files.export` does.
        """
        label = rules.datum_label(order.datum)
        path = self._folder / f"{rules.fingerprint(source, order)}_{label}{order.format.ending}"
        with self._writing:
            if not path.exists():
                export(path, source, order, overwrite=True)
                self._make_room(path)
            # Only the time of use: the time of writing is what callers see as the file's.
            os.utime(path, (time.time(), path.stat().st_mtime))
        return path

    def workshop(self) -> Path:
        """Return a new folder for a file that is not kept: whoever asks for it removes it, and what a killed process left is swept."""
        return Path(tempfile.mkdtemp(prefix=".", dir=self._folder))

    def _sweep(self) -> None:
        """Remove what a process that was killed while writing left behind."""
        for workshop in self._folder.glob(".*"):
            if time.time() - workshop.stat().st_mtime > _LEFT_S:
                shutil.rmtree(workshop, ignore_errors=True)

    def _make_room(self, keep: Path) -> None:
        there = sorted(((path.stat(), path) for path in self._folder.glob("[0-9a-f]*")), key=lambda found: found[0].st_atime)
        total = sum(stat.st_size for stat, _ in there)
        for stat, path in there:
            if total <= self._most_bytes:
                break
            if path != keep and time.time() - stat.st_atime > _IN_USE_S:
                path.unlink(missing_ok=True)
                total -= stat.st_size
