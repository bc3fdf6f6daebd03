"""Who asked what for which purpose: rows bound to each other by keyed hashes, so that none can be changed or taken out unseen.

A row is appended in the transaction of what it tells of, so there is neither a deed without a row nor a row without a deed.
The hash of a row covers the row before it; the head (the last row's number and hash) is written to a file outside the database
after each commit, so that rows cut off at the end are missed too.

Source: Personal Information Protection Law, Art. 54 and 56; Cybersecurity Law, Art. 21 (kept at least six months).
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from ..db import queries
from ..errors import EnvironmentIncomplete
from ..settings import Settings
from .model import Head
from .vault import Vault

SQL = queries.load(__package__, "audit.sql")

DONE, REFUSED = "done", "refused"

_NONE = Head(0, bytes(32))
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_LINE = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64})\n")
_AT_ONCE = 10_000

#: heads that stay in the file; it is cut to them when it holds about twice as many
_KEPT, _LINE_BYTES = 1_000, 72


@dataclass(frozen=True)
class Entry:
    """One row of the audit: `subjects` is the number of codes, `detail` holds tokens and places, never a code."""

    seq: int
    at: datetime
    actor: str
    action: str
    purpose: str
    outcome: str
    subjects: int
    detail: str

    @property
    def bytes(self) -> bytes:
        """The row as it is hashed."""
        at = (self.at - _EPOCH) // _MICROSECOND
        return orjson.dumps([self.seq, at, self.actor, self.action, self.purpose, self.outcome, self.subjects, self.detail])


@dataclass(frozen=True)
class Finding:
    """What is wrong with the audit, from the row `seq` on."""

    seq: int
    what: str


def record(
    conn, vault: Vault, *, actor: str, action: str, purpose: str = "", outcome: str = DONE, subjects: int = 0, detail: str = ""
) -> Head:
    """Append a row and return the head; to be the last a transaction does, for others wait until it ends.

    A refusal is recorded in a transaction of its own: the one that was refused is rolled back.

    Parameters
    ----------
    actor
        Who asks, as the door knows them: a key's name, an account.
    detail
        Tokens, places, numbers; never a code.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["lock_audit"])
        cur.execute(SQL["head"])
        before = _head(cur.fetchone())
        entry = Entry(before.seq + 1, datetime.now(UTC), actor, action, purpose, outcome, subjects, detail)
        head = Head(entry.seq, vault.chained(before, entry.bytes))
        cur.execute(SQL["append"], {**entry.__dict__, "hash": head.hash})
    return head


def head(conn) -> Head:
    """Return the last row's number and hash; number 0 where there is none."""
    with conn.cursor() as cur:
        cur.execute(SQL["head"])
        return _head(cur.fetchone())


def anchor_path(settings: Settings) -> Path:
    """Return where heads are written. Whoever wants more puts it on a disk the database's account cannot write."""
    return settings.home / "audit" / "head"


def anchor(settings: Settings, head: Head) -> None:
    """Write a head outside the database, once it is committed. Raises EnvironmentIncomplete where that cannot be."""
    path = anchor_path(settings)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path.with_name("lock")):
            _write(path, [head], os.O_APPEND)
            if path.stat().st_size > 2 * _KEPT * _LINE_BYTES:
                made = path.with_name("head.new")
                _write(made, newest(anchored(settings)), os.O_TRUNC)
                os.replace(made, path)
    except OSError as error:
        raise EnvironmentIncomplete(f"the audit's head cannot be written to {path} ({error.strerror})", "look at its permissions") from None


def anchored(settings: Settings) -> Iterator[Head]:
    """Yield the heads written outside the database, as they were written."""
    path = anchor_path(settings)
    if not path.exists():
        return
    with path.open("r", encoding="ascii", errors="replace") as file:
        for line in file:
            found = _LINE.fullmatch(line)
            if found:
                yield Head(int(found[1]), bytes.fromhex(found[2]))


def newest(heads: Iterable[Head]) -> list[Head]:
    """Return the heads of the last rows, of each the one written first; and before them the first two that contradict each other.

    The hash of a row covers all before it, so older heads are needed no more; a contradiction is, for it tells of rows cut off and
    others grown in their place.
    """
    kept: dict[int, bytes] = {}
    apart: list[Head] = []
    for one in heads:
        first = kept.setdefault(one.seq, one.hash)
        if first != one.hash and not apart:
            apart = [Head(one.seq, first), one]
        if len(kept) > 2 * _KEPT:
            kept = dict(sorted(kept.items())[-_KEPT:])
    return apart + [Head(seq, kept[seq]) for seq in sorted(kept)[-_KEPT:] if not apart or seq != apart[0].seq]


def unvouched(last: Head, heads: Iterable[Head]) -> list[Finding]:
    """Return that the end of the audit cannot be vouched for, where no head outside reaches to the last row; else nothing.

    Whoever takes the file away, or its end, could have taken rows with it.
    """
    reach = max((head.seq for head in heads), default=0)
    if reach >= last.seq:
        return []
    rule = f"cannot be vouched for: heads written outside the database reach only to row {reach:,} of {last.seq:,}"
    return [Finding(reach + 1, f"and what follows {rule}")]


def verify(conn, vault: Vault, heads: Iterable[Head] = (), progress: Callable[[int], None] = lambda _: None) -> tuple[int, list[Finding]]:
    """Return the number of rows, and what is wrong with them: nothing where no row was changed, moved, put in or taken out.

    Parameters
    ----------
    heads
        Those written outside the database (:func:`anchored`).
    """
    expected: dict[int, bytes] = {}
    for one in newest(heads):
        expected.setdefault(one.seq, one.hash)  # a line added later takes nothing back
    found: list[Finding] = []
    before, count = _NONE, 0
    for entry, digest in _entries(conn):
        count += 1
        if entry.seq != before.seq + 1:
            found.append(Finding(before.seq + 1, _gap(before.seq, entry.seq)))
        elif vault.chained(before, entry.bytes) != digest:
            found.append(Finding(entry.seq, "was changed, moved or put in: its hash does not follow from it and the row before"))
        if expected.pop(entry.seq, digest) != digest:
            found.append(Finding(entry.seq, "is not the row whose hash was written outside the database"))
        before = Head(entry.seq, digest)
        if count % _AT_ONCE == 0:
            progress(count)
    last = max(expected, default=0)
    if last > before.seq:
        found.append(
            Finding(before.seq + 1, f"{_gap(before.seq, last + 1)} at the end: a head written outside the database had reached it")
        )
    return count, found


def show(conn, most: int = 50, actor: str = "", action: str = "") -> list[Entry]:
    """Return the newest rows, the newest last."""
    with conn.cursor() as cur:
        cur.execute(SQL["newest"], {"most": most, "actor": actor, "action": action})
        return [Entry(*row) for row in cur.fetchall()][::-1]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process writes heads at a time, or a line would go to a file that was replaced."""
    lock = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(path: Path, heads: Iterable[Head], how: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as lines:
        lines.writelines(f"{head.seq} {head.hash.hex()}\n" for head in heads)
        lines.flush()
        if how & os.O_TRUNC:
            os.fsync(file)


def _gap(before: int, seq: int) -> str:
    missing = seq - before - 1
    return "is missing" if missing == 1 else f"to row {seq - 1} are missing"


def _entries(conn) -> Iterator[tuple[Entry, bytes]]:
    with conn.cursor("audit_entries") as cur:
        cur.itersize = _AT_ONCE
        cur.execute(SQL["entries"])
        for *fields, digest in cur:
            yield Entry(*fields), bytes(digest)


def _head(row: tuple | None) -> Head:
    return Head(row[0], bytes(row[1])) if row else _NONE
