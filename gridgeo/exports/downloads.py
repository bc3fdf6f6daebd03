"""Whole collections as files made ahead: made once for each version of the data, and handed out as they lie there.

A version is the number of the last transaction of the change feed that changed what a collection is made of, the edition valid, and the
last day on which something began or ended. Where none of them is another, a file is not made again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import orjson

from ..changes import stamping
from ..db import connection, queries
from ..errors import NotFound
from ..features.collections import COLLECTIONS
from ..features.model import Collection
from ..moments import CHINA
from . import collected
from .model import Format

SQL = queries.load(__package__, "downloads.sql")

#: What is written where nobody says what: the levels of grids are collections of their own.
USUAL, COMMON = (Format.GPKG, Format.PARQUET, Format.CSV), tuple(name for name in COLLECTIONS if name != "grids")

#: Entities of the change feed a relation is made of, and the query for the last day on which something of it began or ended. All tell in
#: which grid something lies, so the edition is part of each version.
_MADE_OF: dict[str, tuple[tuple[str, ...], str | None]] = {
    "grids": (("edition", "unit"), None),
    "buildings": (("building", "address"), "turned_buildings"),
    "houses": (("building", "house"), "turned_houses"),
    "addresses": (("building", "house", "name"), "turned_addresses"),
    "objects": (("object", "category"), "turned_objects"),
    "events": (("event",), "turned_events"),
}
_INDEX, _LOCK, _PART = "index.json", ".lock", "part_"
#: A file nobody names any more is kept for so many seconds: somebody may have been told of it just now.
_LINGERS_S = 600

#: Writes a collection into a file of a format, and returns how many features it has.
Writer = Callable[[Any, Collection, Format, Path], int]


@dataclass(frozen=True)
class Download:
    """A file: `sha256` is that of its bytes, `version` the one of the data in it."""

    name: str
    collection: str
    format: str
    version: str
    features: int
    size: int
    sha256: str
    made_at: str

    @property
    def stored(self) -> str:
        """Its name in the folder: another version is another file, so that who reads the one is not handed the other."""
        return f"{self.sha256[:16]}_{self.name}"


class Folder:
    """Where downloads lie. Safe to share between processes: the index is exchanged as a whole, and one at a time makes files."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def under(cls, home: Path) -> Folder:
        """Return the folder of an installation, whether or not it is there."""
        return cls(home / "downloads")

    def listed(self) -> tuple[Download, ...]:
        """Return the files there are, in the order in which they are told of."""
        try:
            held = (self.path / _INDEX).read_bytes()
        except FileNotFoundError:
            return ()
        return tuple(Download(**each) for each in orjson.loads(held))

    def find(self, name: str) -> Download:
        """Return a file by its name; raises NotFound."""
        found = next((each for each in self.listed() if each.name == name), None)
        if found is None:
            raise NotFound("download", name)
        return found

    def file(self, of: Download) -> Path:
        """Return where a file lies."""
        return self.path / of.stored

    def whole(self, of: Download) -> bool:
        """Return whether a file is there in its size."""
        try:
            return self.file(of).stat().st_size == of.size
        except FileNotFoundError:
            return False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let the block be the only one that makes files here; it waits for another that does."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("a") as lock:
            flock(lock, LOCK_EX)
            yield

    def clear(self) -> None:
        """Remove what a process that was killed had begun: for who is alone."""
        for path in self.path.glob(f".{_PART}*"):
            shutil.rmtree(path)
        for path in self.path.glob(f"{_PART}*"):
            path.unlink()

    def settle(self, held: Iterable[Download]) -> None:
        """Let these be the files there are, at once and for everybody, and remove what is none of them."""
        held = tuple(held)
        dropped = {each.stored for each in self.listed()} - {each.stored for each in held}
        made = self.path / f".{_INDEX}.{os.getpid()}"
        made.write_bytes(orjson.dumps([asdict(each) for each in held], option=orjson.OPT_INDENT_2))
        made.replace(self.path / _INDEX)
        for name in dropped:
            if (self.path / name).exists():
                os.utime(self.path / name)  # from now on it lingers
        self._sweep({each.stored for each in held})

    def _sweep(self, held: set[str]) -> None:
        for path in self.path.glob("*_*"):
            if path.name not in held and time.time() - path.stat().st_mtime >= _LINGERS_S:
                path.unlink(missing_ok=True)


def writer(authority: str = "") -> Writer:
    """Return the writer of whole collections as they are now; `authority` answers for the data."""
    return lambda conn, of, kind, path: collected.write(conn, path, [collected.Layer(of)], kind, authority=authority)


def version(conn, collection: Collection, today: date | None = None) -> str:
    """Return the version of what a collection shows today (of the administrator's connection: changes of all tables are looked at)."""
    day = today or datetime.now(CHINA).date()
    entities, turned = _MADE_OF[collection.relation]
    number, edition = _one(conn, "changed", entities=list(entities)), _one(conn, "edition") or 0
    return f"t{number}-e{edition}" + (f"-d{_one(conn, turned, today=day) or 0}" if turned else "")


def make(
    conn,
    folder: Folder,
    write: Writer,
    collections: Iterable[str] = COMMON,
    formats: Iterable[Format] = USUAL,
    again: bool = False,
    told: Callable[[Download, bool], None] = lambda of, made: None,
) -> tuple[Download, ...]:
    """Make the files that are not there in the version of now, remove those of before, and return all there are.

    Each collection is read as it is at one moment, and its files appear together. The connection is the administrator's, and in no
    transaction: one is opened for each collection, the transactions that wait for their number are given it first.

    Parameters
    ----------
    write
        Writes one.
    collections, formats
        Which: what is there besides goes.
    again
        Make them whether or not there is another version.
    told
        Is called with each file, and whether it was made.
    """
    with folder.alone():
        folder.clear()
        with connection.transaction(conn):
            stamping.stamp(conn)
        wanted = [COLLECTIONS[each] for each in COLLECTIONS if each in set(collections)]
        formats = tuple(formats)
        before = {each.name: each for each in folder.listed()}
        held: dict[str, Download] = {}
        for of in wanted:
            with connection.transaction(conn):
                _as_of_one_moment(conn)
                now = version(conn, of)
                for kind in formats:
                    known = before.get(f"{of.id}{kind.ending}")
                    fresh = again or known is None or known.version != now or not folder.whole(known)
                    one = _made(conn, folder, write, of, kind, now) if fresh else known
                    held[one.name] = one
                    told(one, fresh)
            folder.settle({**before, **held}.values())  # what is still to come stays as it was
        folder.settle(held.values())
        return folder.listed()


def _made(conn, folder: Folder, write: Writer, of: Collection, kind: Format, now: str) -> Download:
    name = f"{of.id}{kind.ending}"
    part = folder.path / f"{_PART}{name}"
    try:
        features = write(conn, of, kind, part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    download = Download(name, of.id, kind, now, features, part.stat().st_size, digest, made_at)
    part.replace(folder.file(download))
    return download


def _as_of_one_moment(conn) -> None:
    with conn.cursor() as cur:
        cur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _one(conn, name: str, **given: object):
    with conn.cursor() as cur:
        cur.execute(SQL[name], given)
        return cur.fetchone()[0]
