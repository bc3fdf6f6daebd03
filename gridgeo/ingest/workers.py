"""Who is in charge of which unit, from tables: read in the jail, compared with what is stored, the same twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .. import issues as findings
from ..codes import grid, phone
from ..errors import InvalidInput, NotFound, UnreadableFile
from ..hierarchy import store, workers
from ..hierarchy.model import keys
from ..hierarchy.workers import Comparison, Role, Worker
from ..issues import Issue
from . import fields, sandbox, words
from .model import Table
from .notes import ERROR, INFO, WARNING, Notes, require_none
from .words import Word


def _reached(text: str) -> Word:
    """Read the number of a duty phone. Fault: `bad-phone`; what is said of it is masked."""
    if not text.strip():
        return Word()
    verdict = phone.FAMILY.judge(text)
    if verdict.code is None:
        return Word(key=verdict.masked, fault="bad-phone", rule=phone.FAMILY.explain(verdict.reasons))
    return Word(verdict.code.value.partition("X")[0])


#: What reads each column; a name that cannot be read is not repeated.
_READ: Mapping[str, Callable[[str], Word]] = {
    "role": words.meaning("worker_role"),
    "name": words.plain,
    "phone": _reached,
    "valid_from": words.day,
    "valid_to": words.day,
    "source": words.plain,
}


@dataclass(frozen=True)
class Plan:
    """What a list of workers would change, in the transaction it was laid out in."""

    files: tuple[str, ...]
    scheme: str
    since: date | None
    whole: bool
    phones: bool
    compared: Comparison
    issues: tuple[Issue, ...]

    @property
    def totals(self) -> dict[str, int]:
        """How many issues there are of each code."""
        return findings.count(self.issues)

    def errors(self, accepted: Collection[str] = ()) -> list[Issue]:
        """Return the issues that stop the load."""
        return findings.errors(self.issues, accepted)


def plan(
    conn, paths: Sequence[Path], scheme: str, given: Mapping[str, str] | None = None, since: date | None = None, whole: bool = False
) -> Plan:
    """Read who is in charge of which units of a scheme's newest edition; nothing is stored.

    Parameters
    ----------
    given
        Columns by field, which go before all guesses.
    since
        The day who is new begins on, where its row says none; today when None.
    whole
        Whether the files name everybody in charge: the duty of whom they do not name ends.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be, or holds no row.
    InvalidInput
        A column or field that does not exist.
    NotFound
        The scheme has no edition.
    """
    edition = store.edition_open(conn, scheme)
    if edition is None:
        raise NotFound("edition of scheme", scheme)
    frame = store.frame(conn, edition.edition_id)
    listed = _List(frozenset(keys(frame)))
    for table in sandbox.read(paths):
        listed.take(table, dict(given or {}))
    if not listed.files:
        raise UnreadableFile(", ".join(Path(path).name for path in paths), "holds no row")
    compared, crowded = workers.stage(conn, scheme, listed.workers, since, whole, listed.phones)
    notes = Notes(f"edition {edition.edition_id}")
    for key in crowded:
        notes.table("several-heads", WARNING, f"{key} has more than one head", "code", key)
    lowest = set(keys(frame)[frame["leaf"]])
    vacant = lowest - {worker.unit_key for worker in listed.workers}
    vacant = vacant if whole else workers.vacant_among(conn, scheme, vacant)
    if vacant:
        notes.table("vacant-units", INFO, f"of {len(lowest):,} units of the lowest level nobody is in charge of {len(vacant):,}")
    issues = (*listed.issues, *notes.issues)
    return Plan(tuple(listed.files), scheme, since, whole, listed.phones, compared, issues)


def commit(conn, plan: Plan, accepted: Collection[str] = ()) -> Comparison:
    """Store a plan in the transaction it was made in; rows with accepted errors are left out. Raises Conflict for errors that were not."""
    require_none(plan.errors(accepted), plan.totals, way_out)
    workers.put(conn, plan.scheme, plan.since, plan.whole, plan.phones)
    return plan.compared


def way_out(left: Sequence[Issue]) -> str:
    """Return what to do about the errors that stop a load."""
    return f"mend the files, or leave out the rows at fault: --accept {','.join(sorted({issue.code for issue in left}))}"


class _List:
    """Everybody the files name, as far as the rows are in order."""

    def __init__(self, units: frozenset[str]) -> None:
        self.units = units
        self.files: list[str] = []
        self.phones = False
        self.issues: list[Issue] = []
        self._found: dict[tuple, Worker] = {}

    @property
    def workers(self) -> list[Worker]:
        return list(self._found.values())

    def take(self, table: Table, given: dict[str, str]) -> None:
        """Take the rows of one table that are in order; note the others."""
        if not len(table):
            return
        roles = fields.recognise(table.columns, given, "workers")
        for role in ("code", "name"):
            if role not in roles.roles:
                raise InvalidInput("column", role, f"{table.name} has none: say which with --field {role}=COLUMN")
        self.files.append(table.name)
        self.phones |= "phone" in roles.roles
        notes = Notes(table.name)
        if roles.unused:
            notes.table("unused-columns", INFO, f"not read: {', '.join(map(words.repeatable, roles.unused))}")
        columns = {role: table.columns[column] for role, column in roles.roles.items()}
        for row in range(len(table)):
            self._row(row + 1, {role: cells[row] or "" for role, cells in columns.items()}, notes)
        self.issues += [*table.notes, *notes.issues]

    def _row(self, n: int, cells: dict[str, str], notes: Notes) -> None:
        if not any(cells.values()):
            return
        said = [*self._misplaced(cells)]
        read = {role: _READ[role](text) for role, text in cells.items() if role in _READ}
        said += [(word.fault, role, word.key or "", word.rule) for role, word in read.items() if word.fault]
        value = {role: word.value for role, word in read.items()}
        begins, ends = (date.fromisoformat(value[end]) if value.get(end) else None for end in ("valid_from", "valid_to"))
        if not value.get("name") and not read["name"].fault:
            said.append(("no-name", "name", "", "nobody is named; leave the row out where nobody is in charge"))
        if begins and ends and ends <= begins:
            said.append(("period-reversed", "valid_to", ends.isoformat(), "ends before it begins, or on the same day"))
        for code, role, shown, rule in said:
            notes.issues.append(Issue(code, ERROR, rule, notes.source, n, role, shown))
        if not said:
            role = Role(value.get("role") or Role.WORKER)
            source = value.get("source") or notes.source
            self._keep(n, Worker(_key(cells), role, value["name"], value.get("phone"), begins, ends, source), notes)

    def _misplaced(self, cells: dict[str, str]) -> list[tuple[str, str, str, str]]:
        key = _key(cells)
        if not key:
            return [("no-code", "code", "", "names no unit")]
        return [] if key in self.units else [("unknown-unit", "code", words.repeatable(key), "no unit of the edition has this code")]

    def _keep(self, n: int, worker: Worker, notes: Notes) -> None:
        same = worker.unit_key, worker.role, worker.name, worker.valid_from
        if same in self._found:
            rule = "is in a row above already, and left out"
            notes.issues.append(Issue("duplicate-worker", WARNING, rule, notes.source, n, "code", worker.unit_key))
        else:
            self._found[same] = worker


def _key(cells: dict[str, str]) -> str:
    """The key of a unit as somebody writes it: a code, or level and name as reports write it."""
    text = cells["code"].strip()
    return text if ":" in text else grid.normalise(text)
