"""PostgreSQL's programs with PostGIS: found on this machine, or fetched for this installation alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...bootstrap import apt
from ...errors import EnvironmentIncomplete
from ...settings import inherited_environment

#: Where distributions put PostgreSQL: Debian and Ubuntu; Red Hat and SUSE.
SEARCH = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
OLDEST = 15
REMEDY = (
    "install PostgreSQL 15 or newer with PostGIS 3 (Debian: apt-get install postgresql-15-postgis-3), "
    "set GRIDGEO_PG_BIN to its bin directory, or set DATABASE_URL to an existing server"
)

#: What a server with PostGIS needs of its packages' dependencies: libraries, and PROJ's data. The raster
#: and 3D extensions (GDAL, SFCGAL), compiled queries (LLVM) and the system service are left out.
_NEEDED = re.compile(r"(?!lib(gdal|sfcgal|llvm)|lib.*-perl)(lib.*|zlib1g|proj-data)")


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
            proj = self.tree / "usr" / "share" / "proj"
            if proj.exists():  # else libproj was installed already, with its data
                kept["PROJ_DATA"] = kept["PROJ_LIB"] = str(proj)
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
            lack = "PostGIS" if named.major >= OLDEST else f"PostgreSQL of version {OLDEST} or newer"
            raise EnvironmentIncomplete(f"GRIDGEO_PG_BIN={pg_bin} has no {lack}", REMEDY)
        return named if major in (None, named.major) else None
    return next((engine for engine in [*installed(search), *fetched(tree)] if major in (None, engine.major)), None)


def fetch(tree: Path, major: int | None = None) -> Engine:
    """Fetch an engine into `tree` from the machine's own apt sources, without root, and return it.

    Raises EnvironmentIncomplete when that is not possible here.
    """
    lack = f"PostgreSQL {major or OLDEST} with PostGIS is not on this machine"
    if not apt.present():
        raise EnvironmentIncomplete(lack, REMEDY)
    print(f"gridgeo: {lack}; fetching it into {tree}", file=sys.stderr, flush=True)
    new, scratch = tree.with_name("engine.new"), tree.with_name("engine.apt")
    for leftover in (new, scratch, tree):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        fetcher = apt.Fetcher(scratch)
        version = major or _newest(fetcher)
        postgis = f"postgresql-{version}-postgis-3"
        roots = [f"postgresql-{version}", f"postgresql-client-{version}", postgis, f"{postgis}-scripts"]
        fetcher.unpack(fetcher.with_dependencies(roots, _NEEDED), new)
        _prune(new)
        _link_controls(new)
        _require_libraries(Engine(new / f"usr/lib/postgresql/{version}/bin", new))
        new.rename(tree)
    except EnvironmentIncomplete as error:
        raise EnvironmentIncomplete(f"{lack}, and {error.what}", REMEDY) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(new, ignore_errors=True)
    return fetched(tree)[0]


def _newest(fetcher: apt.Fetcher) -> int:
    offered = [int(name.split("-")[1]) for name in fetcher.names(r"^postgresql-[0-9]+-postgis-3$")]
    if not offered or max(offered) < OLDEST:
        raise EnvironmentIncomplete("apt's sources offer none", REMEDY)
    return max(offered)


def _prune(tree: Path) -> None:
    """Remove what a server without compiled queries and without readers has no use for."""
    for pattern in ("usr/lib/postgresql/*/lib/bitcode", "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/postgresql/*/man"):
        for folder in tree.glob(pattern):
            shutil.rmtree(folder)


def _link_controls(tree: Path) -> None:
    """Make `postgis.control` of `postgis-3.control`: on an installed system a maintainer script does."""
    for control in tree.glob("usr/share/postgresql/*/extension/*-3.control"):
        plain = control.with_name(control.name.replace("-3.control", ".control"))
        if not plain.exists():
            plain.symlink_to(control.name)


def _require_libraries(engine: Engine) -> None:
    """Raise EnvironmentIncomplete naming the first shared library that is still missing."""
    modules = [*engine.bin.glob("*"), *(engine.bin.parent / "lib" / f"{name}.so" for name in ("postgis-3", "btree_gist", "pg_trgm"))]
    binaries = [str(path) for path in modules if path.read_bytes()[:4] == b"\x7fELF"]
    listed = subprocess.run(["ldd", *binaries], env=engine.environment(), capture_output=True, text=True)
    missing = sorted(set(re.findall(r"(\S+) => not found", listed.stdout)))
    if missing:
        raise EnvironmentIncomplete(f"the fetched programs lack {missing[0]}", REMEDY)
