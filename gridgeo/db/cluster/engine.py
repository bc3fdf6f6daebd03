"""PostgreSQL's programs with PostGIS: found on this machine, or fetched for this installation alone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...errors import EnvironmentIncomplete
from ...settings import inherited_environment

#: Where distributions put PostgreSQL: Debian and Ubuntu; Red Hat and SUSE.
SEARCH = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
OLDEST = 15
REMEDY = (
    "install PostgreSQL 15 or newer with PostGIS 3 (Debian: apt-get install postgresql-15-postgis-3), "
    "set GRIDGEO_PG_BIN to its bin directory, or set DATABASE_URL to an existing server"
)


@dataclass(frozen=True)
class Engine:
    """A directory of PostgreSQL's programs. `tree` is where a fetched engine was unpacked."""

    bin: Path
    tree: Path | None = None

    @cached_property
    def major(self) -> int:
        """The major version, asked from the program itself; 0 when it does not run."""
        try:
            answer = subprocess.run([self.program("postgres"), "--version"], env=self.environment(), capture_output=True, text=True)
        except OSError:
            return 0
        found = re.search(r"PostgreSQL\D* (\d+)", answer.stdout)
        return int(found[1]) if found and answer.returncode == 0 else 0

    @property
    def extensions(self) -> Path | None:
        """The directory that holds postgis.control, or None where PostGIS is not installed."""
        prefix = self.bin.resolve().parent
        shares = [prefix / "share", prefix / "share" / "postgresql", prefix.parents[2] / "share" / "postgresql" / prefix.name]
        return next((share / "extension" for share in shares if (share / "extension" / "postgis.control").exists()), None)

    def program(self, name: str) -> str:
        """Return the path of one of its programs."""
        return str(self.bin / name)

    def environment(self) -> dict[str, str]:
        """Return the environment its programs are started with.

        The user's PG* variables would redirect them and the user's locale would change how text
        compares, so neither goes through. A fetched engine finds its libraries and PROJ's data by
        variables that only these programs see.
        """
        kept = {
            name: value
            for name, value in inherited_environment().items()
            if not name.startswith(("PG", "LC_", "GRIDGEO_")) and name not in {"LANG", "LANGUAGE", "DATABASE_URL", "TZ"}
        }
        kept["LC_ALL"] = "C.UTF-8"
        if self.tree:
            folders = [*self.tree.glob("usr/lib/*-linux-*"), *self.tree.glob("lib/*-linux-*")]
            kept["LD_LIBRARY_PATH"] = ":".join(map(str, folders))
            kept["PROJ_DATA"] = kept["PROJ_LIB"] = str(self.tree / "usr" / "share" / "proj")
        return kept


def installed(search: Iterable[str] = SEARCH) -> list[Engine]:
    """Return the engines with PostGIS found under the glob patterns `search`, newest first."""
    found = [Engine(Path(place)) for pattern in search for place in Path("/").glob(pattern.lstrip("/"))]
    usable = [engine for engine in found if engine.extensions and engine.major >= OLDEST]
    return sorted(usable, key=lambda engine: engine.major, reverse=True)


def fetched(tree: Path) -> list[Engine]:
    """Return the engine that was unpacked under `tree`, if it is there and runs."""
    found = [Engine(place, tree) for place in tree.glob("usr/lib/postgresql/*/bin")]
    return [engine for engine in found if engine.extensions and engine.major >= OLDEST]


def find(tree: Path, pg_bin: str | Path = "", search: Iterable[str] = SEARCH, major: int | None = None) -> Engine | None:
    """Return the engine to use: the one named by `pg_bin`, else an installed one, else a fetched one, else None.

    With `major` only that version will do: the data on disk was made by it.
    Raises EnvironmentIncomplete when `pg_bin` is given and cannot be used.
    """
    if pg_bin:
        named = Engine(Path(pg_bin))
        if named.major < OLDEST or not named.extensions:
            lack = "PostGIS" if named.major >= OLDEST else f"a PostgreSQL of version {OLDEST} or newer"
            raise EnvironmentIncomplete(f"GRIDGEO_PG_BIN={pg_bin} has no {lack}", REMEDY)
        return named if major in (None, named.major) else None
    return next((engine for engine in [*installed(search), *fetched(tree)] if major in (None, engine.major)), None)


def fetch(tree: Path, major: int | None = None) -> Engine:
    """Fetch an engine into `tree`. Raises EnvironmentIncomplete when there is no way."""
    raise EnvironmentIncomplete("no PostgreSQL with PostGIS is here", REMEDY)
