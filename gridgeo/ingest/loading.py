"""The whole way of a load: files are read, understood, checked and compared; then, only when asked, stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import geopandas
import pandas as pd

from .. import issues as findings
from ..errors import Conflict, InvalidInput, UnreadableFile
from ..hierarchy import difference, editions, model, rules, store
from ..hierarchy.model import GOVERNANCE, UNIT_COLUMNS, Edition, Level, Scheme, SchemeKind
from ..issues import Issue, Severity
from . import activation, sandbox
from .assembly import Assembly, Progress
from .model import Instructions

#: errors that leave nothing to be stored
NEVER_ACCEPTED = frozenset({"datum-undeclared", "datum-unknown"})


@dataclass(frozen=True)
class Plan:
    """What a load would store, and everything there is to say about it.

    Parameters
    ----------
    scheme, new
        The scheme, and whether it is to be created.
    frame, members
        All units of the edition, those carried over too; the micro-grids of a composed scheme.
    found
        What stands in the files, by level: the rest of `frame` was carried over.
    issues, topology
        Everything found, and the part of it that belongs to the edition.
    before, changes
        The edition activated last, and the differences to it.
    unchanged
        Whether that edition holds the same already.
    """

    scheme: Scheme
    new: bool
    files: tuple[str, ...]
    frame: geopandas.GeoDataFrame
    members: pd.DataFrame | None
    found: dict[str, int]
    issues: tuple[Issue, ...]
    topology: tuple[Issue, ...]
    before: Edition | None
    changes: geopandas.GeoDataFrame
    unchanged: bool

    def errors(self, accepted: Sequence[str] = ()) -> list[Issue]:
        """Return the issues that stop the load; nobody can accept not to know where the units are."""
        return findings.errors(self.issues, set(accepted) - NEVER_ACCEPTED)


def plan(
    conn,
    paths: Sequence[Path],
    scheme: Scheme,
    instructions: Instructions | None = None,
    *,
    part: bool = False,
    tolerance_m2: float = 1.0,
    progress: Progress | None = None,
) -> Plan:
    """Read and check files as an edition of a scheme; nothing is stored.

    The edition is the active one with the levels replaced that stand in the files; with `part`, with the units
    replaced or added that stand in the files. Units are known by their code, those without one by level and name.

    Parameters
    ----------
    scheme
        As stored, or a new one to be created with the load: see :func:`new_scheme`.
    tolerance_m2
        Overlaps, gaps and overhangs up to this are noise.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be.
    InvalidInput
        An instruction that does not fit the files.
    """
    tables = [table for table in sandbox.read(paths) if len(table)]
    if not tables:
        raise UnreadableFile(", ".join(Path(path).name for path in paths), "holds no unit: no feature, no row")
    known = store.schemes(conn).get(scheme.scheme)
    scheme = known or scheme
    before = store.edition_open(conn, scheme.scheme) if known else None
    active = store.frame(conn, before.edition_id)[list(UNIT_COLUMNS)] if before else None
    made = Assembly(scheme, tables, instructions or Instructions(), part, active, progress or (lambda *_: None))
    made.understand()
    if scheme.kind is SchemeKind.COMPOSED:
        made.compose(_basis(conn))
    made.put_together()
    checked = made.check(tolerance_m2) if made.located else []
    changes = difference.compare(model.frame([]) if active is None else active, made.frame, tolerance_m2)
    return Plan(
        scheme=scheme,
        new=known is None,
        files=tuple(path.name for path in sandbox.whole(paths)),
        frame=made.frame,
        members=made.members,
        found=made.found,
        issues=tuple(made.issues),
        topology=tuple(checked),
        before=before,
        changes=changes,
        unchanged=before is not None and rules.digest(made.frame, made.members) == before.digest,
    )


def commit(
    conn, plan: Plan, *, name: str = "", source: str = "", authority: str = "", accepted: Sequence[str] = ()
) -> tuple[Edition, bool]:
    """Store a plan as a draft edition; return it, and whether it is new.

    Raises
    ------
    Conflict
        When errors are left that were not accepted on purpose, nothing is left to store, or another edition
        was activated after the plan was made: what it carried over and compared with is no longer what is valid.
    """
    left = plan.errors(accepted)
    if left:
        told = ", ".join(f"{code} ({count:,})" for code, count in findings.count(left).items())
        raise Conflict(f"nothing was stored: {told}; {way_out(left)}")
    if not len(plan.frame):
        raise Conflict("nothing was stored: no unit is left")
    editions.lock(conn, plan.scheme.scheme)
    current = None if plan.new else store.edition_open(conn, plan.scheme.scheme)
    if current != plan.before:
        raise Conflict(
            f"nothing was stored: edition {current.edition_id} ({current.name}) was activated since the files were read; load again"
        )
    if plan.new:
        store.add_scheme(conn, plan.scheme)
    kept = [*plan.topology, *(issue for issue in plan.issues if issue.severity is Severity.ERROR and issue not in plan.topology)]
    return editions.stage(
        conn,
        plan.scheme.scheme,
        plan.frame,
        name=name or _named(plan.files),
        source=source or ", ".join(plan.files),
        authority=authority,
        findings=kept,
        members=plan.members,
    )


def _named(files: Sequence[str], most: int = 3) -> str:
    stems = [Path(file).stem for file in files]
    return ", ".join(stems[:most]) + (" …" if len(stems) > most else "")


def way_out(left: Sequence[Issue]) -> str:
    """Return what to do about the errors that stop a load."""
    codes = {issue.code for issue in left}
    acceptable = ",".join(sorted(codes - NEVER_ACCEPTED))
    ways = ["say the --datum"] if codes & NEVER_ACCEPTED else []
    return "; ".join([*ways, *([f"mend the files, or accept on purpose: --accept {acceptable}"] if acceptable else [])])


def activate(conn, edition: Edition, when: datetime | None = None) -> Edition:
    """Make a stored edition valid from a moment on, now when None; the one that is open already stays as it is."""
    return edition if edition.valid_from is not None else activation.activate(conn, edition.edition_id, when)


def new_scheme(name: str, kind: SchemeKind, names: str, level: str, governance: Scheme) -> Scheme:
    """Return a scheme to be created.

    Parameters
    ----------
    names
        ``中文/English``.
    level
        Its one level; empty takes the levels of the governance scheme.

    Raises
    ------
    InvalidInput
        When a name is missing or not of the allowed form.
    """
    name_zh, _, name_en = (part.strip() for part in names.partition("/"))
    if not (name_zh and name_en):
        raise InvalidInput("--new-scheme", names, "give both names: '交通小区/Traffic zones'")
    levels = governance.levels
    if level and level not in {one.level for one in levels}:
        levels = (Level(rules.scheme_name(level), 0, name_zh, name_en),)
    return Scheme(rules.scheme_name(name), kind, name_zh, name_en, levels)


def _basis(conn) -> geopandas.GeoDataFrame:
    current = store.edition_open(conn, GOVERNANCE)
    if current is None:
        raise InvalidInput("--scheme", "composed", "it is made of micro-grids, and none are loaded: load and activate those first")
    return store.frame(conn, current.edition_id)
