"""Managed objects from files: read, judged as whole columns, compared by element code, stored all or nothing, the same twice.

Each different text of a column is understood once; codes, coordinates and the units they lie in are arrays from the file to COPY.
Planning and storing are one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from .. import issues as findings
from ..addresses import store as addresses
from ..errors import InvalidInput, UnreadableFile
from ..geo import suspicion
from ..geo.lattice import Hit
from ..hierarchy import editions as governed
from ..hierarchy.locate import Snapshot
from ..hierarchy.model import GOVERNANCE
from ..issues import Issue
from ..objects import categories, counts
from ..objects.model import Tree
from . import objects_given, objects_places, objects_rejected, objects_rows, objects_store
from .bulk import Progress
from .notes import ERROR, Notes, require_none
from .objects_faults import MOST_TOLD, RULES, Faults
from .objects_rows import Rows

#: errors that leave nothing to be stored
NEVER_ACCEPTED = frozenset({"datum-undeclared", "datum-unknown"})
#: what is wrong with a file as a whole, and may be as it is all the same
ACCEPTABLE = frozenset(
    {"looks-gcj-02", "looks-bd-09", "shifted-twice", "swapped-axes", "zone-prefix", "metre-coordinates", "degree-coordinates"}
)

#: faults that say already why a row has no category or no place
_SAID = ("unknown-category", "ambiguous-category", "bad-point", "bad-line")


@dataclass(frozen=True)
class Plan:
    """What a load would store, and everything there is to say about it.

    Parameters
    ----------
    parts
        The files' rows, understood; `sound` says of each file which of them may be stored.
    issues, totals
        What was found, at most :data:`MOST_TOLD` of a code, and how often in all.
    editions
        The editions in which objects have their place, in memory.
    """

    parts: tuple[Rows, ...]
    sound: tuple[np.ndarray, ...]
    issues: tuple[Issue, ...]
    faults: Faults
    since: date
    editions: Mapping[int, Snapshot]
    progress: Progress
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files, layers and sheets."""
        return tuple(part.given.name for part in self.parts)

    @property
    def rows(self) -> int:
        """How many rows say something."""
        return sum(int((~part.empty).sum()) for part in self.parts)

    @property
    def unsound(self) -> int:
        """How many of them have an error."""
        return self.rows - sum(int(sound.sum()) for sound in self.sound)

    def errors(self, accepted: Collection[str] = (), take_sound: bool = False) -> list[Issue]:
        """Return the issues that stop the load; with `take_sound` those of single rows do not."""
        left = findings.errors(self.issues, set(accepted) & ACCEPTABLE)
        return [issue for issue in left if issue.row is None or not take_sound]


@dataclass(frozen=True)
class Stored:
    """How many rows were new, changed, as before, and put aside (under a load's number; 0: none was)."""

    new: int
    changed: int
    same: int
    rejected: int = 0
    load_id: int = 0


def plan(
    conn,
    paths: Sequence[Path],
    *,
    datum: str = "",
    given: Mapping[str, str] | None = None,
    since: date | None = None,
    storing: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Read and check files of managed objects; nothing is stored.

    Parameters
    ----------
    datum
        Of the coordinates: wgs84, cgcs2000, gcj02, bd09, EPSG:n. It is never guessed.
    given
        Columns by field, which go before all guesses.
    since
        The day from which what is new is as it is, where its row says none; today when None.
    storing
        Whether :func:`commit` is to follow: keeps others from writing meanwhile.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be.
    InvalidInput, UnknownDatum
        A column, field or datum that does not exist; a `since` that is to come.
    NotFound
        No tree of categories is valid.
    """
    if storing:
        governed.lock(conn, GOVERNANCE)
        counts.lock(conn)
    told, tree, today = progress or (lambda *_: None), _categories(conn), addresses.today(conn)
    if since is not None and since > today:
        raise InvalidInput("since", since.isoformat(), "is a day to come: say what is so when it is so")
    files = objects_given.read(paths, given or {}, tree, told)
    faults, notes, parts, offset = Faults(), [], [], 0
    for one in files:
        own = Notes(one.name)
        told(f"rows of {one.name} checked", 0, len(one))
        parts.append(objects_rows.understand(one, tree, datum, today, faults, offset, own))
        notes += [*one.notes, *own.issues]
        offset += len(one)
    editions = objects_store.snapshots(conn)
    _across(conn, parts, tree, editions, faults, notes)
    return _planned(conn, parts, faults, notes, since or today, editions, told)


def commit(conn, plan: Plan, accepted: Collection[str] = (), take_sound: bool = False) -> Stored:
    """Store a plan in the transaction it was made in.

    Parameters
    ----------
    take_sound
        Store the rows without an error, and put the others aside as they were given (:mod:`.objects_rejected`).

    Raises
    ------
    Conflict
        When errors are left.
    """
    require_none(plan.errors(accepted, take_sound), plan.totals, way_out)
    counts.lock(conn)
    done = _written(conn, plan)
    load_id = objects_rejected.put(conn, plan.parts, plan.sound, plan.faults)
    return Stored(
        sum(one.added for one in done), sum(one.changed for one in done), sum(one.unchanged for one in done), plan.unsound, load_id
    )


def tried(conn, plan: Plan, accepted: Collection[str] = ()) -> Stored:
    """Return what storing the sound rows of a plan would do; nothing is stored."""
    if objects_store.may_begin(conn):
        return Stored(sum(int(sound.sum()) for sound in plan.sound), 0, 0, plan.unsound)
    with conn.cursor() as cur:
        cur.execute("SAVEPOINT tried")
        try:
            done = _written(conn, plan)
        finally:
            cur.execute("ROLLBACK TO SAVEPOINT tried")
    return Stored(sum(one.added for one in done), sum(one.changed for one in done), sum(one.unchanged for one in done), plan.unsound)


def way_out(left: Sequence[Issue]) -> str:
    """Return what to do about the errors that stop a load."""
    codes = {issue.code for issue in left}
    acceptable = ",".join(sorted(codes & ACCEPTABLE))
    ways = ["say the --datum"] if codes & NEVER_ACCEPTED else []
    ways += [f"--accept {acceptable} if it is so all the same"] if acceptable else []
    ways += ["mend the files, or store the other rows with --take-sound"] if any(issue.row is not None for issue in left) else []
    return "; ".join(ways or ["mend the files"])


def _written(conn, plan: Plan) -> list:
    chosen = [(rows, sound) for rows, sound in zip(plan.parts, plan.sound, strict=True) if sound.any()]
    if not chosen:
        return []
    if objects_store.may_begin(conn):
        return [objects_store.first(conn, chosen, plan.editions, plan.since, plan.progress)]
    return [objects_store.compare(conn, rows, sound, plan.since) for rows, sound in chosen]


def _categories(conn) -> Tree:
    """The tree valid now, and with it the categories that are gone: their objects keep them."""
    return replace(categories.tree(conn), categories=tuple(categories.known(conn).values()))


def _across(conn, parts: Sequence[Rows], tree: Tree, editions: Mapping[int, Snapshot], faults: Faults, notes: list[Issue]) -> None:
    """What is seen only of all rows together, or beside what is stored."""
    codes = _joined([part.codes for part in parts])
    again = objects_rows.duplicates(codes)
    faults.add("duplicate-code", again, objects_given.CODE)
    _new(conn, parts, tree, codes, faults)
    _gone(conn, parts, tree, codes, faults)
    offset = 0
    for part in parts:
        _places(conn, part, offset, faults)
        offset += len(part)
    lonlat = np.concatenate([part.lonlat for part in parts])
    there = np.flatnonzero(~np.isnan(lonlat).any(axis=1))
    if editions and len(there):
        _, hit = objects_places.units(next(iter(editions.values())), lonlat[there])
        outside = there[hit == Hit.NONE]
        faults.add("point-outside", outside, "lon", [f"{x:.7f}, {y:.7f}" for x, y in lonlat[outside[:MOST_TOLD]]])
    notes += _shifted(conn, parts, codes, lonlat)


def _new(conn, parts: Sequence[Rows], tree: Tree, codes: np.ndarray, faults: Faults) -> None:
    """A new object has a category and a place, and the attributes that its category demands; of a known one they may be left out."""
    demanding = {one.category_id for one in tree.categories if any(attribute.required for attribute in one.attributes)}
    category = np.concatenate([part.category for part in parts])
    silent = np.concatenate([np.full(len(part), not part.given.attributes) for part in parts])
    lacking = {
        "no-category": (category == 0, "category"),
        "no-point": (np.isnan(np.concatenate([part.lonlat for part in parts])).any(axis=1), "lon"),
        "missing-attribute": (silent & np.isin(category, list(demanding)), "attributes"),
    }
    coded = np.char.str_len(codes) > 0
    asked = np.flatnonzero(coded & np.any([mask for mask, _ in lacking.values()], axis=0))
    if len(asked):
        new = np.zeros(len(codes), bool)
        new[asked if objects_store.may_begin(conn) else objects_store.unknown_objects(conn, asked, codes[asked])] = True
        new &= ~faults.mask(len(codes), *_SAID)
        for code, (mask, name) in lacking.items():
            faults.add(code, np.flatnonzero(mask & new), name)


def _gone(conn, parts: Sequence[Rows], tree: Tree, codes: np.ndarray, faults: Faults) -> None:
    """Nothing becomes of a category that is gone: an object keeps it."""
    gone = {one.category_id: one.path for one in tree.categories if one.gone}
    category = np.concatenate([part.category for part in parts])
    asked = np.flatnonzero(np.isin(category, list(gone)))
    if len(asked):
        kept = objects_store.known_categories(conn, asked, codes[asked])
        rows = np.array([row for row in asked.tolist() if kept.get(row) != category[row]], np.int64)
        faults.add("unknown-category", rows, "category", [gone[category[row]] for row in rows[:MOST_TOLD].tolist()])


def _places(conn, part: Rows, offset: int, faults: Faults) -> None:
    """Say which rows belong to a building or house that nobody knows; each different one is asked for once."""
    words, index = part.place.words, part.place.index
    if words:
        missing = objects_store.unknown_places(conn, np.arange(len(words)), np.array([word.encode() for word in words]))
        rows = np.flatnonzero(np.isin(index, missing))
        faults.add("unknown-place", rows + offset, "place", [words[at] for at in index[rows[:MOST_TOLD]].tolist()])


def _shifted(conn, parts: Sequence[Rows], codes: np.ndarray, lonlat: np.ndarray) -> list[Issue]:
    """Known objects that would all move by a map service's shift were given in another datum than is said."""
    if objects_store.may_begin(conn):
        return []
    now, before = objects_store.known_points(conn, codes, lonlat)
    notes, told = Notes(parts[0].given.name), f"{len(now):,} objects lie beside where they are stored"
    if len(now) < 20:
        return []
    if explains := suspicion.shift_between(now, before):
        notes.table(f"looks-{explains.name.lower()}", ERROR, f"{told} as if they were {explains}: is --datum {explains} meant?", "datum")
    elif explains := suspicion.shift_between(before, now):
        message = f"{told} as if the shift of {explains} had been taken off twice: is --datum wgs84 meant?"
        notes.table("shifted-twice", ERROR, message, "datum")
    return notes.issues


def _planned(conn, parts, faults: Faults, notes: list[Issue], since: date, editions, progress: Progress) -> Plan:
    starts = np.cumsum([0, *map(len, parts)])

    def place(row: int) -> tuple[str, int]:
        at = int(np.searchsorted(starts, row, "right")) - 1
        return parts[at].given.name, row - int(starts[at]) + 1

    found, totals = faults.issues(place)
    for code, number in findings.count(notes).items():
        totals[code] = totals.get(code, 0) + number
    unsound = faults.unsound(int(starts[-1]))
    sound = tuple(~part.empty & ~unsound[start : start + len(part)] for part, start in zip(parts, starts, strict=False))
    if all(part.empty.all() for part in parts):
        raise UnreadableFile(", ".join(part.given.name for part in parts), "holds no row")
    return Plan(tuple(parts), sound, (*notes, *found), faults, since, editions, progress, totals)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    width = max(part.dtype.itemsize for part in parts)
    return np.concatenate([part.astype(f"S{width}", copy=False) for part in parts])


__all__ = ["ACCEPTABLE", "NEVER_ACCEPTED", "RULES", "Plan", "Stored", "commit", "plan", "tried", "way_out"]
