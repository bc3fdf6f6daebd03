"""Have files read by a process that can do nothing else."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import orjson

from ..errors import UnreadableFile
from . import jail, wire
from .model import Table

#: what may lie beside a .shp and is read with it
SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
#: what else programs put beside a .shp; nothing in it is needed
_SHAPEFILE_EXTRAS = (".sbn", ".sbx", ".qix", ".fix", ".xml", ".qmd")

#: the only formats GDAL reads for us
DRIVERS = frozenset({"ESRI Shapefile", "GPKG", "FlatGeobuf"})

_PREFIX = "gridgeo-load-"
_MOST_BYTES = 1 << 30
_CRASHED = "its reading was stopped by the system ({}): the file is damaged, or made to do harm"


def read(paths: Sequence[Path], timeout_s: float = 900) -> list[Table]:
    """Read files in a process without network, without rights and with limits; return their tables in order.

    The process gets copies under names of our choice in a directory of its own, so no name given by a user is ever
    opened by a parser; the directory is gone when this returns, also after an interruption.

    Raises
    ------
    UnreadableFile
        With the reason, for the first file that cannot be read as what it claims to be.
    """
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as directory:
        job = [_copy(path, Path(directory), number) for number, path in enumerate(whole(paths))]
        return wire.unpack(_run(directory, job, timeout_s))


def whole(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are read by themselves: parts of a Shapefile, given beside their .shp (``folder/*``), are read with it.

    Raises UnreadableFile for a part whose .shp is not given.
    """
    paths = [Path(path) for path in paths]
    shapes = [path.with_suffix("") for path in paths if path.suffix.lower() == ".shp"]
    alone = []
    for path in paths:
        part = path.suffix.lower() in (*SHAPEFILE_PARTS, *_SHAPEFILE_EXTRAS)
        if part and any(path.parent == shape.parent and path.name.startswith(f"{shape.name}.") for shape in shapes):
            continue
        if path.suffix.lower() in SHAPEFILE_PARTS:
            raise UnreadableFile(path.name, f"is a part of a Shapefile: give {path.stem}.shp, the others beside it are read with it")
        alone.append(path)
    return alone


def _sweep() -> None:
    """Take away what a load that was killed left behind; no load lasts a day."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - 86_400:
                shutil.rmtree(left)


def _copy(path: Path, directory: Path, number: int) -> dict[str, str]:
    """Copy a file, and what belongs to a Shapefile; return its name, and under what path it is read."""
    if not path.is_file():
        raise UnreadableFile(str(path), "is a directory" if path.is_dir() else "there is no such file")
    target = directory / str(number)
    target.mkdir(mode=0o700)
    beside = path.parent.iterdir() if path.suffix.lower() == ".shp" else ()
    parts = {part.suffix.lower(): part for part in beside if part.stem == path.stem and part.suffix.lower() in SHAPEFILE_PARTS}
    total = sum(part.stat().st_size for part in (path, *parts.values()))
    if total > _MOST_BYTES:
        raise UnreadableFile(path.name, f"{total:,} bytes, {_MOST_BYTES:,} is the most: split it")
    if path.stat().st_size == 0:
        raise UnreadableFile(path.name, "is empty")
    try:
        for suffix, part in {"": path, **parts}.items():
            shutil.copyfile(part, target / f"input{suffix}")
    except PermissionError as error:
        raise UnreadableFile(str(error.filename or path), "may not be read: look at its permissions") from None
    return {"name": path.name, "path": str(target / "input")}


def _run(directory: str, job: list[dict[str, str]], timeout_s: float) -> bytes:
    environment = jail.environment(GDAL_SKIP=_skipped_drivers(), CPL_VSIL_CURL_ALLOWED_EXTENSIONS=".none", GDAL_PAM_ENABLED="NO")
    order = orjson.dumps({"directory": directory, "files": job})
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            jail.command("gridgeo.ingest.reading"),
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=directory,
            start_new_session=True,
        )
        try:
            process.communicate(order, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise UnreadableFile(_named(job), f"reading took longer than {timeout_s:.0f} s") from None
        finally:
            process.kill()
            process.wait()
        answer.seek(0)
        if process.returncode:
            reason = signal.Signals(-process.returncode).name if process.returncode < 0 else f"status {process.returncode}"
            raise UnreadableFile(_named(job), _CRASHED.format(reason))
        return answer.read()


def _named(job: list[dict[str, str]]) -> str:
    return ", ".join(file["name"] for file in job)


@lru_cache(maxsize=1)
def _skipped_drivers() -> str:
    """Return every GDAL driver but ours. GDAL heeds this only when it is in the environment before it is loaded."""
    import pyogrio

    return ",".join(sorted(set(pyogrio.list_drivers()) - DRIVERS))
