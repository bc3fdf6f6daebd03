"""Where media are kept: each under its SHA-256, whole or not at all; a directory of the installation, or an S3-compatible store."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ...errors import Damaged, StoreUnavailable
from ...settings import Settings
from .bucket import Bucket

#: Seconds after which a file that was begun and never finished is nobody's any more.
_LEFT_S = 24 * 3600


class Place(Protocol):
    """What keeps media. All of it raises StoreUnavailable where it cannot be reached."""

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes under a name, their SHA-256; what is there already and whole stays."""

    def fetch(self, name: str) -> Path:
        """Return a file with the bytes of a name, to be given back by `release`; raises Damaged where they are not there."""

    def release(self, path: Path) -> None:
        """Give back a file."""

    def remove(self, name: str) -> None:
        """Keep a name no more, if it was kept."""

    def tidy(self) -> None:
        """Remove what was begun long ago and never finished."""


def of(settings: Settings) -> Place:
    """Return where an installation keeps media; raises ConfigError."""
    if settings.media.startswith("s3+"):
        return Bucket.of(settings)
    return Folder(Path(settings.media) if settings.media else settings.home / "media")


def sound(place: Place, name: str) -> Path:
    """Return a file with the bytes of a name as `fetch` does, each of which is as it was; raises Damaged."""
    path = place.fetch(name)
    try:
        if not _is(path, name):
            raise Damaged("medium", name, "its bytes are not those that were kept")
    except BaseException:
        place.release(path)
        raise
    return path


class Folder:
    """A directory of the installation that nobody else reads."""

    def __init__(self, path: Path) -> None:
        self._path, self._coming = path, path / "coming"

    def put(self, name: str, data: bytes) -> None:
        """Write beside, and give it the name once all of it is on the disk."""
        at = self._at(name)
        try:
            if at.exists() and _is(at, name):
                return
            for folder in (self._path, self._coming, at.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made, path = tempfile.mkstemp(dir=self._coming)
            try:
                with open(made, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(made)
                os.replace(path, at)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(path)
                raise
            for folder in (at.parent, self._path):
                _sync(folder)
        except OSError as error:
            raise StoreUnavailable(f"{self._path} ({error.strerror})") from None

    def fetch(self, name: str) -> Path:
        """Return the file itself."""
        at = self._at(name)
        if not at.is_file():
            raise Damaged("medium", name, "there is no such file")
        return at

    def release(self, path: Path) -> None:
        """Leave it where it lies."""

    def remove(self, name: str) -> None:
        """Remove the file."""
        try:
            self._at(name).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{self._path} ({error.strerror})") from None

    def tidy(self) -> None:
        """Remove files that were begun a day ago."""
        before = time.time() - _LEFT_S
        for path in self._coming.iterdir() if self._coming.is_dir() else ():
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _at(self, name: str) -> Path:
        return self._path / name[:2] / name


def _is(path: Path, name: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == name


def _sync(folder: Path) -> None:
    """See to it that the names in a directory outlast a loss of power."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
