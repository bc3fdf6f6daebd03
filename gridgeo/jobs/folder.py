"""Where jobs make their files: a folder of the installation that nobody else reads."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from .model import File, Job


class Folder:
    """Folders of jobs, one for each try. Shared by the processes of an installation."""

    def __init__(self, path: Path) -> None:
        self._wanted = path

    @classmethod
    def under(cls, home: Path) -> Folder:
        """Return the folder of an installation."""
        return cls(home / "jobs")

    @cached_property
    def _path(self) -> Path:
        """The folder, made when it is first needed; where it cannot be written, one for this process alone."""
        try:
            self._wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(self._wanted, os.W_OK | os.X_OK):
                return self._wanted
        except OSError:
            pass
        return Path(tempfile.mkdtemp(prefix="gridgeo-jobs-"))

    def begin(self, name: str) -> Path:
        """Return an empty folder for the files of a try."""
        made = self._path / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        return made

    def file(self, job: Job, file: File) -> Path:
        """Return the path of a file a job made; it may be gone."""
        return self._path / job.folder / file.name

    def remove(self, name: str) -> None:
        """Remove what a try made."""
        shutil.rmtree(self._path / name, ignore_errors=True)

    def names(self) -> list[str]:
        """Return the names of the folders there are."""
        return [each.name for each in self._wanted.iterdir()] if self._wanted.is_dir() else []

    def keep(self, there: Iterable[str], used: set[str]) -> None:
        """Remove, of folders that were there, those not in use."""
        for name in set(there) - used:
            self.remove(name)
