"""Who and what is linked to which house: from files into the locked room, all or nothing.

CSV is read as it comes, block by block, so that millions of rows need no memory; workbooks are read in the jail. Codes are
sealed here, by two processes where there are many rows: the database never sees one.
"""

from __future__ import annotations

import csv
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .. import issues as findings
from ..codes.model import Kind
from ..db.cluster.process import die_with_parent
from ..errors import Conflict, UnreadableFile
from ..issues import Issue
from ..linkage import audit, loading, rules, store
from ..linkage.loading import Counts, Told
from ..linkage.model import Head
from ..linkage.vault import Vault
from . import bulk, sandbox
from .link_rows import Defaults, Reader, Words, positions

Progress = Callable[[str, int, int], None]

_ROWS = 20_000
_PROCESSES, _MANY_BYTES = 2, 16 << 20


@dataclass(frozen=True)
class Plan:
    """What a load would store, and everything there is to say about it; the rows wait in the database's session."""

    kind: Kind
    files: tuple[str, ...]
    rows: int
    counts: Counts
    issues: tuple[Issue, ...]

    def errors(self, accepted: Collection[str] = ()) -> list[Issue]:
        """Return the issues that stop the load; rows with an accepted error are left out."""
        return findings.errors(self.issues, accepted)


def plan(
    conn,
    vault: Vault,
    paths: Sequence[Path],
    kind: str,
    *,
    given: Mapping[str, str] | None = None,
    defaults: Defaults | None = None,
    accepted: Collection[str] = (),
    progress: Progress = lambda *_: None,
) -> Plan:
    """Read files of links and compare them with what is stored; nothing is stored before :func:`commit` in the same transaction.

    Parameters
    ----------
    kind
        What codes the files hold: person, credit, phone or event.
    given, defaults
        Columns by field; what rows say that say nothing themselves.
    accepted
        Codes of errors whose rows are to be left out.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be.
    InvalidInput
        Columns or words that are not clear.
    """
    kind = rules.kind_of(kind)
    words = Words.of(kind, store.roles(conn).values(), store.methods(conn).values())
    told, taken, names = Told(), 0, []
    loading.begin(conn)
    for number, sheet in enumerate(_sheets(paths, progress)):
        names.append(sheet.name)
        where = positions(sheet.name, kind, sheet.header, given or {})
        reader = Reader(sheet.name, kind, len(sheet.header), where, words, defaults or Defaults())
        for copied, found, rows in _prepared(_Work(vault, reader, number), sheet):
            if copied:
                loading.take(conn, copied)
            told.add(found)
            taken += rows
    progress("checking", 0, 1)
    issues, counts = loading.examine(conn, names, accepted)
    return Plan(kind, tuple(path.name for path in map(Path, paths)), taken, counts, (*told.issues, *issues))


def commit(conn, vault: Vault, plan: Plan, *, actor: str, accepted: Collection[str] = ()) -> Head:
    """Store what was planned in this transaction; return the audit's head.

    Raises
    ------
    Conflict
        When errors are left that were not accepted on purpose, or no row is left.
    """
    left = plan.errors(accepted)
    if left:
        told = ", ".join(f"{code} ({count:,})" for code, count in findings.count(left).items())
        raise Conflict(f"nothing was stored: {told}; {way_out(left)}")
    if not plan.counts.given:
        raise Conflict("nothing was stored: no row is left")
    loading.commit(conn, plan.kind)
    counts = plan.counts
    detail = f'{{"kind":"{plan.kind}","new":{counts.new},"corrected":{counts.corrected},"same":{counts.same}}}'
    return audit.record(conn, vault, actor=actor, action="load", subjects=counts.given, detail=detail)


def way_out(left: Iterable[Issue]) -> str:
    """Return what to do about the errors that stop a load."""
    return f"mend the files, or leave these rows out: --accept {','.join(findings.count(left))}"


@dataclass(frozen=True)
class _Sheet:
    """A table to be read: its header, and its rows in blocks; `large` where a second process is worth its start."""

    name: str
    header: list[str]
    blocks: Iterable[list[Sequence[str]]]
    large: bool = False


@dataclass(frozen=True)
class _Work:
    """Understanding and sealing of one table's rows, here or in another process."""

    vault: Vault
    reader: Reader
    file: int

    def __call__(self, first: int, rows: list[Sequence[str]]) -> tuple[bytes, list[Issue], int]:
        read, found = self.reader.read(first, rows)
        return loading.lines(self.vault, self.reader.kind, self.file, read), found, len(rows)


def _prepared(work: _Work, sheet: _Sheet) -> Iterator[tuple[bytes, list[Issue], int]]:
    """The rows of a table as they are copied, with what is wrong, in order."""
    first = 1
    if not sheet.large:
        for rows in sheet.blocks:
            yield work(first, rows)
            first += len(rows)
        return
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, apart, _begin_apart, (work,)) as pool:
        waiting = deque()
        try:
            for rows in sheet.blocks:
                waiting.append(pool.submit(_work_apart, first, rows))
                first += len(rows)
                if len(waiting) > 2 * _PROCESSES:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_APART: list[_Work] = []


def _begin_apart(work: _Work) -> None:
    """What a process of ours does first: it leaves Ctrl-C to us, and ends when we end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(signal.SIGKILL)()
    _APART.append(work)


def _work_apart(first: int, rows: list[Sequence[str]]) -> tuple[bytes, list[Issue], int]:
    return _APART[0](first, rows)


def _sheets(paths: Sequence[Path], progress: Progress) -> Iterator[_Sheet]:
    for path in map(Path, paths):
        if path.suffix.lower() in bulk.ENDINGS:
            yield _text(path, progress)
        else:
            for table in sandbox.read([path]):
                rows = zip(*([cell or "" for cell in column] for column in table.columns.values()), strict=True)
                yield _Sheet(table.name, list(table.columns), _blocks(rows))


def _text(path: Path, progress: Progress) -> _Sheet:
    """A CSV file (comma, tab or semicolon; UTF-8, UTF-16 with mark, or GBK), of which no more than a block is held."""
    if not path.is_file():
        raise UnreadableFile(str(path), "is a directory" if path.is_dir() else "there is no such file")
    head, total = bulk.header(path), path.stat().st_size
    rows = _csv(path, head, lambda done: progress(f"bytes of {path.name}", done, total))
    next(rows)
    return _Sheet(path.name, [name or "" for name in head.names], _blocks(rows), total > _MANY_BYTES)


def _csv(path: Path, head: bulk.Header, done: Callable[[int], None]) -> Iterator[list[str]]:
    with path.open(encoding=head.encoding, newline="") as file:
        rows = csv.reader(file, delimiter=head.delimiter, strict=True)
        try:
            for row in rows:
                if row:
                    yield row
                if rows.line_num % _ROWS == 0:
                    done(file.buffer.tell())
        except csv.Error as error:
            raise UnreadableFile(path.name, f"is no proper CSV at line {rows.line_num:,}: {error}") from None


def _blocks(rows: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    rows = iter(rows)
    while block := list(islice(rows, _ROWS)):
        yield block
