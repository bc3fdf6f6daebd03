"""Whom the server runs as: PostgreSQL refuses root, so root hands it to a lesser account."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ...errors import EnvironmentIncomplete


@dataclass(frozen=True)
class Account:
    """The account that owns the data and runs the server. No account is ever made."""

    name: str
    uid: int
    gid: int
    borrowed: bool

    @classmethod
    def choose(cls, data: Path | None = None, names: tuple[str, ...] = ("postgres", "nobody")) -> Account:
        """Return the caller's own account; for root the owner of `data`, else the first of `names` that exists.

        An account `postgres` may have come to the machine after the data was made under `nobody`.
        """
        if os.geteuid() != 0:
            own = pwd.getpwuid(os.geteuid())
            return cls(own.pw_name, own.pw_uid, own.pw_gid, borrowed=False)
        if data and data.exists() and data.stat().st_uid != 0:
            names = (pwd.getpwuid(data.stat().st_uid).pw_name,)
        for name in names:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name, entry.pw_uid, entry.pw_gid, borrowed=True)
        remedy = f"run as another user, or make one of the accounts {', '.join(names)}"
        raise EnvironmentIncomplete("PostgreSQL does not run as root", remedy)

    @property
    def options(self) -> dict:
        """Arguments for subprocess that make a child run under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.borrowed else {}

    def make_directory(self, path: Path) -> None:
        """Make a directory that only this account may enter, or check that an existing one is such."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            found = path.lstat()
            if path.is_symlink() or found.st_uid != self.uid or found.st_mode & 0o077:
                raise EnvironmentIncomplete(f"{path} exists and is not a directory of {self.name} alone", "remove it") from None
        else:
            if self.borrowed:
                os.chown(path, self.uid, self.gid)

    def require_reach(self, path: Path) -> None:
        """Raise EnvironmentIncomplete when this account cannot enter `path` (root's own home is closed to others)."""
        if self.borrowed and subprocess.run(["test", "-x", path], cwd="/", **self.options).returncode:
            raise EnvironmentIncomplete(
                f"the account {self.name}, which runs the database for root, cannot enter {path}",
                "open its parents to others (chmod o+x), or set GRIDGEO_HOME to another directory",
            )
