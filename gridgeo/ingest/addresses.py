"""Buildings, houses and names from files into the address base: streamed, checked as sets, all or nothing, the same twice.

The rows never come to Python. They are copied into temporary tables as they are; each *different* text of a column is
understood once (:mod:`.words`); checking and comparing with what is stored is SQL over whole tables. Planning and storing
are one transaction: what was planned waits in its temporary tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from psycopg2 import sql

from .. import issues as findings
from ..addresses import assignment, places, store
from ..codes import grid
from ..db import queries
from ..errors import InvalidInput, UnreadableFile
from ..hierarchy import editions
from ..hierarchy.model import GOVERNANCE
from ..issues import Issue
from . import bulk, fields, points, sandbox
from .bulk import Progress
from .formats.decoding import guessed
from .kinds import BUILDINGS, HOUSES, KINDS, LEAVING_OUT, NEVER_ACCEPTED, RULES, SUCCESSORS, Kind
from .model import Table
from .notes import ERROR, INFO, Notes, require_none
from .words import Word, repeatable

SQL = queries.load(__package__, "base.sql")

#: how many rows with one fault are told; the others are counted
MOST_TOLD = 10_000
#: different texts understood at a time
_CHUNK = 50_000


@dataclass(frozen=True)
class Plan:
    """What a load would store, and everything there is to say about it; the rows wait in the transaction's temporary tables.

    Parameters
    ----------
    rows, new, changed
        Rows that have a sound code; how many of them are not stored yet, and how many otherwise.
    issues, totals
        What was found, at most :data:`MOST_TOLD` of a code, and how often in all.
    """

    kind: Kind
    files: tuple[str, ...]
    rows: int
    new: int
    changed: int
    issues: tuple[Issue, ...]
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def same(self) -> int:
        """How many rows are stored as they are."""
        return self.rows - self.new - self.changed

    def errors(self, accepted: Collection[str] = ()) -> list[Issue]:
        """Return the issues that stop the load; nobody can accept not to know where the buildings are."""
        return findings.errors(self.issues, set(accepted) - NEVER_ACCEPTED)


@dataclass(frozen=True)
class Stored:
    """How many rows were new, changed, as before, and left out."""

    new: int
    changed: int
    same: int
    left_out: int


def plan(
    conn,
    kind: str,
    paths: Sequence[Path],
    *,
    datum: str = "",
    given: Mapping[str, str] | None = None,
    since: date | None = None,
    storing: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Read and check files of buildings, houses or names; nothing is stored.

    Parameters
    ----------
    datum
        Of the coordinates: wgs84, cgcs2000, gcj02, bd09, EPSG:n. It is never guessed.
    given
        Columns by field, which go before all guesses.
    since
        The day what is new is valid from where its row says none; today when None.
    storing
        Whether :func:`commit` is to follow: keeps others from writing meanwhile.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be.
    InvalidInput, UnknownDatum
        A column, field or datum that does not exist.
    """
    order = _Order(conn, _known(kind), datum, dict(given or {}), since or store.today(conn), progress or (lambda *_: None))
    if storing:
        store.lock(conn)
        editions.lock(conn, GOVERNANCE)
    with store.writing(conn):
        return order.plan(paths)


def commit(conn, plan: Plan, accepted: Collection[str] = ()) -> Stored:
    """Store a plan in the transaction it was made in.

    Raises
    ------
    Conflict
        When errors are left that were not accepted on purpose.
    """
    require_none(plan.errors(accepted), plan.totals, way_out)
    with conn.cursor() as cur:
        with store.writing(conn):
            cur.execute(plan.kind.sql["leave_out"], {"codes": list(LEAVING_OUT)})
            left_out = cur.rowcount
            new, changed, rows = plan.new, plan.changed, plan.rows
            if left_out:
                cur.execute(plan.kind.sql["count"])
                new, changed, rows = cur.fetchone()
            if new or changed:
                _store(conn, cur, plan.kind)
        cur.execute("SET LOCAL default_statistics_target TO DEFAULT")
        if new or changed:
            for table in plan.kind.tables:
                cur.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    if (new or changed) and plan.kind not in (HOUSES, SUCCESSORS):
        places.refresh(conn)  # what people type is looked for among names made anew
    return Stored(new, changed, rows - new - changed, left_out)


def way_out(left: Sequence[Issue]) -> str:
    """Return what to do about the errors that stop a load."""
    codes = {issue.code for issue in left}
    acceptable = ",".join(sorted(codes - NEVER_ACCEPTED))
    ways = ["say the --datum"] if codes & NEVER_ACCEPTED else []
    return "; ".join([*ways, *([f"mend the files, or leave out what is at fault: --accept {acceptable}"] if acceptable else [])])


class _Order:
    """One load on its way from files to rows to be stored."""

    def __init__(self, conn, kind: Kind, datum: str, given: dict[str, str], since: date, progress: Progress) -> None:
        self.conn, self.kind, self.datum, self.given, self.since, self.progress = conn, kind, datum, given, since, progress
        self.files: list[str] = []
        self.present: set[str] = set()
        self.plain: set[str] = set()
        self.taken = self.staged = 0
        self.notes: list[Issue] = []

    def plan(self, paths: Sequence[Path]) -> Plan:
        with self.conn.cursor() as cur:
            cur.execute("SET LOCAL work_mem = '128MB'")  # joins and sorts of millions, one at a time
            cur.execute("SET LOCAL default_statistics_target = 20")  # enough to tell millions from dozens
            for query in ("drop_all", "make_word", "make_fault", "make_located"):
                cur.execute(SQL[query])
            cur.execute(self.kind.sql["make"])
            tables = self._take(cur, paths)
            self._analyze(cur, self.kind.incoming)
            self._understand(cur)
            if self.kind is BUILDINGS:
                self.notes += points.locate(cur, tables, self.datum, self._named)
            self._compare(cur)
            for query in self.kind.checks:
                cur.execute(self.kind.sql[query])
            if self.taken > self.staged:
                self._without_code(cur)
            if self.kind is BUILDINGS:
                if any(note.code in NEVER_ACCEPTED for note in self.notes):
                    cur.execute("DELETE FROM fault WHERE code = 'no-point'")  # all of them are nowhere, and why is said
                self._issuers(cur)
                self.notes += points.place(self.conn, cur, self._named(1) if len(self.files) == 1 else "")
            issues, totals = self._found(cur)
            cur.execute(self.kind.sql["count"])
            new, changed, rows = cur.fetchone()
        if not rows and not findings.errors(issues, set()):
            raise UnreadableFile(", ".join(self.files), "holds no row")
        return Plan(self.kind, tuple(self.files), rows, new, changed, issues, totals)

    def _take(self, cur, paths: Sequence[Path]) -> dict[int, Table]:
        """Bring the files into the incoming table; return, by number, the tables that came through the jail."""
        tables: dict[int, Table] = {}
        for path in sandbox.whole(paths):
            head = bulk.header(path, self.progress) if path.suffix.lower() in bulk.ENDINGS else None
            if head is not None and not self._has_areas(head):
                self._stream(cur, path, head)
                continue
            for table in sandbox.read([path]):
                if len(table):
                    number, roles = self._roles(table.name, list(table.columns))
                    self.taken += bulk.put(cur, self.kind.incoming, number, table, roles)
                    tables[number] = table
                    own = (note for note in table.notes if note.row not in table.points or note.code != "wrong-type")
                    self.notes += [_placed(note, table.name) for note in own]
        if not self.files:
            raise UnreadableFile(", ".join(path.name for path in map(Path, paths)), "holds no row")
        return tables

    def _stream(self, cur, path: Path, head: bulk.Header) -> None:
        number, roles = self._roles(path.name, list(head.names))
        if head.encoding == "gb18030":
            self.notes.append(_placed(guessed(), path.name))
        rows = bulk.copy(cur, self.kind.incoming, number, path, head, roles, self.progress)
        if not rows:
            raise UnreadableFile(path.name, "holds no row below its header")
        self.taken += rows

    def _has_areas(self, head: bulk.Header) -> bool:
        """Whether a file of text has footprints in it: no text of an area is read outside the jail."""
        return "footprint" in fields.recognise(filter(None, head.names), self.given, self.kind.name).roles

    def _roles(self, name: str, names: list[str]) -> tuple[int, dict[str, str]]:
        mapping = fields.recognise(filter(None, names), self.given, self.kind.name)
        roles = {role: column for role, column in mapping.roles.items() if role != "footprint"}
        if self.kind.code not in roles:
            raise InvalidInput("column", self.kind.code, f"{name} has none: say which with --field {self.kind.code}=COLUMN")
        if mapping.unused:
            notes = Notes(name)
            notes.table("unused-columns", INFO, f"not read: {', '.join(map(repeatable, mapping.unused))}")
            self.notes += notes.issues
        self.files.append(name)
        self.present |= set(roles)
        return len(self.files), roles

    def _understand(self, cur) -> None:
        """Fill the dictionary: what each different text of each column means."""
        for done, (column, read) in enumerate(self.kind.read.items()):
            if column in self.present:
                self.progress("columns understood", done, len(self.kind.read))
                query = sql.SQL(self.kind.sql["odd"]) if column == self.kind.code else _different(self.kind.incoming, column)
                self._read_words(cur, column, read, query)
        self._analyze(cur, "word")
        cur.execute("SELECT DISTINCT field FROM word WHERE fault IS NOT NULL")
        for (column,) in cur.fetchall():
            cur.execute(
                _AT_FAULT.format(column=sql.Identifier(column), name=sql.Literal(column), incoming=sql.Identifier(self.kind.incoming))
            )

    def _read_words(self, cur, column: str, read: Callable[[str], Word], query: sql.Composable) -> None:
        self.plain.add(column)
        for texts in _chunks(self.conn, query):
            meant = [(text, read(text)) for text in texts]
            if not all(word.is_plain(text) for text, word in meant):
                self.plain.discard(column)
            buffer = io.StringIO()
            csv.writer(buffer, lineterminator="\n").writerows((column, text, *_cells(word)) for text, word in meant)
            cur.copy_expert("COPY word (field, given, value, key, number, fault, rule) FROM STDIN (FORMAT csv)", _bytes(buffer))

    def _compare(self, cur) -> None:
        self.progress("comparing with what is stored", 0, 1)
        ways = {role: "stored" if role not in self.present else "plain" if role in self.plain else "word" for role in self.kind.read}
        order = "" if self._in_order(cur) else _BY_CODE
        cur.execute(self.kind.sql["fill"].rstrip(";") + order, {"since": self.since, **ways})
        self.staged = cur.rowcount
        self._analyze(cur, f"staged_{self.kind.name}")

    def _in_order(self, cur) -> bool:
        """Whether the rows come in the order of their codes, as far as statistics tell; usually they do."""
        cur.execute("SELECT correlation FROM pg_stats WHERE tablename = %s AND attname = %s", (self.kind.incoming, self.kind.code))
        found = cur.fetchone()
        return found is not None and (found[0] or 0) > _ORDERLY

    def _without_code(self, cur) -> None:
        """Rows that say something, but not of what."""
        others = [sql.Identifier(role) for role in sorted(self.present - {self.kind.code})]
        if others:
            code, incoming = sql.Identifier(self.kind.code), sql.Identifier(self.kind.incoming)
            cur.execute(_NO_CODE.format(name=sql.Literal(self.kind.code), incoming=incoming, code=code, others=sql.SQL(", ").join(others)))

    def _issuers(self, cur) -> None:
        cur.execute(self.kind.sql["issuers"])
        odd = [("issuing-grid", file, n, self.kind.code, issuer) for issuer, file, n, _ in cur.fetchall() if not grid.is_sound(issuer)]
        cur.executemany("INSERT INTO fault (code, file, n, field, value) VALUES (%s, %s, %s, %s, %s)", odd)

    def _found(self, cur) -> tuple[tuple[Issue, ...], dict[str, int]]:
        cur.execute(SQL["sum_up"], {"most": MOST_TOLD})
        issues, totals = list(self.notes), findings.count(self.notes)
        for code, file, n, column, value, rule, total in cur.fetchall():
            severity, said = RULES.get(code, (ERROR, ""))
            issues.append(Issue(code, severity, rule or said, self._named(file), n, column, repeatable(value or "")))
            totals[code] = total
        return tuple(issues), totals

    def _named(self, number: int) -> str:
        return self.files[number - 1]

    @staticmethod
    def _analyze(cur, table: str) -> None:
        """Without statistics the joins of millions would be nested loops."""
        cur.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


#: Stored by code, neighbours lie side by side in the table and its indexes: entering eleven million in any order takes many
#: times as long. Sorting them takes some time, too, so it is not done twice.
_BY_CODE = ' ORDER BY s.code COLLATE "C", s.file, s.n'
_ORDERLY = 0.999

_AT_FAULT = sql.SQL(
    "INSERT INTO fault (code, file, n, field, value, rule)"
    " SELECT w.fault, i.file, i.n, w.field, coalesce(w.key, w.given), w.rule"
    " FROM word AS w JOIN {incoming} AS i ON i.{column} = w.given WHERE w.field = {name} AND w.fault IS NOT NULL"
)
_NO_CODE = sql.SQL(
    "INSERT INTO fault (code, file, n, field) SELECT 'no-code', file, n, {name} FROM {incoming}"
    " WHERE {code} IS NULL AND num_nonnulls({others}) > 0"
)


def _known(kind: str) -> Kind:
    if kind not in KINDS:
        raise InvalidInput("kind", kind, f"there are {', '.join(KINDS)}")
    return KINDS[kind]


def _different(incoming: str, column: str) -> sql.Composable:
    name = sql.Identifier(column)
    return sql.SQL("SELECT DISTINCT {} FROM {} WHERE {} IS NOT NULL").format(name, sql.Identifier(incoming), name)


def _chunks(conn, query: sql.Composable) -> Iterator[list[str]]:
    """The texts a query finds, some at a time: a column may have as many different ones as the file has rows."""
    with conn.cursor(name="texts") as found:
        found.execute(query)
        while rows := found.fetchmany(_CHUNK):
            yield [text for (text,) in rows]


def _cells(word: Word) -> tuple:
    return word.value, word.key, word.number, word.fault, word.rule


def _bytes(buffer: io.StringIO) -> io.BytesIO:
    return io.BytesIO(buffer.getvalue().encode())


def _placed(note: Issue, source: str) -> Issue:
    return Issue(note.code, note.severity, note.message, source, note.row, note.field, repeatable(note.value))


def _store(conn, cur, kind: Kind) -> None:
    moved = []
    if kind is BUILDINGS:
        cur.execute(kind.sql["moved"])
        moved = [code for (code,) in cur.fetchall()]
    for query in kind.store:
        cur.execute(kind.sql[query], {"today": store.today(conn)})
    if moved:
        assignment.reassign(conn, moved)
    if kind is BUILDINGS:
        assignment.assign_new(conn)
    store.tell(conn)
