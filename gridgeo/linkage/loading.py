"""Links by the million: sealed in this process, copied by the block, compared and stored by statements over the whole.

Nothing is stored before :func:`commit`. A row says the same as a link that is believed when code, place, role, source, period,
method, evidence and confidence are the same. A link of the same code, place, role and source that overlaps with a row and is
repeated by none is corrected by it.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields

from ..codes.model import Kind
from ..db import queries
from ..issues import Issue, Severity
from .vault import Vault

SQL = queries.load(__package__, "loading.sql")

#: Issues told of one kind; what is beyond is counted.
MOST_TOLD = 10_000

#: What sorts and joins of a load may take before they go to disk.
_MEMORY = "256MB"

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True)
class Rows:
    """Rows of a file, understood, as columns: codes as they are kept, places with 25 characters, periods as PostgreSQL has them."""

    numbers: list[int]
    forms: list[str]
    places: list[str]
    roles: list[str]
    periods: list[str]
    methods: list[str]
    sources: list[str]
    evidences: list[str]
    confidences: list[float]

    def __len__(self) -> int:
        return len(self.numbers)

    def without(self, left_out: Collection[int]) -> Rows:
        """Return the rows without those at some positions."""
        if not left_out:
            return self
        kept = [at for at in range(len(self)) if at not in left_out]
        return Rows(*([getattr(self, one.name)[at] for at in kept] for one in fields(self)))


@dataclass(frozen=True)
class Counts:
    """What a load changes.

    Parameters
    ----------
    given, same, corrected
        Rows; of them those that are believed already, and those that say otherwise of what is believed.
    codes
        Codes not seen before.
    """

    given: int
    same: int
    corrected: int
    codes: int

    @property
    def new(self) -> int:
        """Rows that say what nobody said before."""
        return self.given - self.same - self.corrected


class Told:
    """Issues, of each code as many as somebody may read; of the rest their number."""

    def __init__(self) -> None:
        self._kept: list[Issue] = []
        self._seen: Counter[str] = Counter()
        self._severity: dict[str, Severity] = {}

    def add(self, issues: Iterable[Issue]) -> None:
        """Take issues in the order they were found."""
        for issue in issues:
            self._seen[issue.code] += 1
            self._severity[issue.code] = issue.severity
            if self._seen[issue.code] <= MOST_TOLD:
                self._kept.append(issue)

    @property
    def issues(self) -> list[Issue]:
        """What was kept, and a line for each code of which there is more."""
        more = {code: count - MOST_TOLD for code, count in self._seen.items() if count > MOST_TOLD}
        return self._kept + [Issue(code, self._severity[code], f"{count:,} rows more like these") for code, count in more.items()]


def lines(vault: Vault, kind: Kind, file: int, rows: Rows) -> bytes:
    """Return rows as they are copied: tokens and sealed codes."""
    tokens = vault.tokens_of(kind, rows.forms)
    sealed = vault.seal_many(kind, tokens, rows.forms)
    told = zip(
        *(rows.numbers, tokens, sealed, rows.places, rows.roles, rows.periods, rows.methods),
        *(map(_plain, rows.sources), map(_plain, rows.evidences), rows.confidences),
        strict=True,
    )
    before, key_id = f"{file}\t", vault.seal_key_id
    return "".join(
        f"{before}{number}\t\\\\x{token.hex()}\t{key_id}\t\\\\x{code.hex()}\t{place}\t{role}\t{valid}\t{method}\t{source}\t{evidence}\t{sure}\n"
        for number, token, code, place, role, valid, method, source, evidence, sure in told
    ).encode()


def begin(conn) -> None:
    """Make room for what is brought; others that load wait until this transaction ends."""
    with conn.cursor() as cur:
        cur.execute("SELECT set_config('work_mem', %s, true)", (_MEMORY,))
        cur.execute(SQL["lock_load"])
        cur.execute(SQL["drop_given"])
        cur.execute(SQL["make_given"])


def take(conn, copied: bytes) -> None:
    """Take rows as :func:`lines` made them."""
    with conn.cursor() as cur:
        cur.copy_expert(SQL["copy_given"], io.BytesIO(copied), size=1 << 20)


def examine(conn, names: list[str], accepted: Collection[str] = ()) -> tuple[list[Issue], Counts]:
    """Return what is to be said of the rows taken, and what storing them would change.

    Rows that say what one before them says are left out, and those with an error that was accepted on purpose.

    Parameters
    ----------
    names
        The files, in the order of their numbers.

    Notes
    -----
    Errors: `unknown-place`. Warnings: `retired-place`, with who follows it; `overlapping-row` (two rows of one code, place, role
    and source about the same time: who stands for two companies at one door, or a slip). For information: `duplicate-row`.
    """
    with conn.cursor() as cur:
        for name in ("analyze_given", "make_places", "analyze_places", "make_doubles"):
            cur.execute(SQL[name])
        told = Told()
        for found in (_unknown, _retired, _doubles):
            told.add(found(cur, names))
        if "unknown-place" in accepted:
            cur.execute(SQL["drop_unknown"])
        cur.execute(SQL["drop_doubles"])
        for name in ("make_standing", "analyze_standing", "count"):
            cur.execute(SQL[name])
        return told.issues, Counts(*cur.fetchone())


def commit(conn, kind: Kind) -> None:
    """Store what was examined: new codes, corrections, new links."""
    with conn.cursor() as cur:
        cur.execute(SQL["add_identities"], {"kind": str(kind)})
        cur.execute(SQL["supersede_standing"])
        cur.execute(SQL["add_links"], {"kind": str(kind)})


def analyze(conn) -> None:
    """Tell the planner what is in the room now; for who owns the tables."""
    with conn.cursor() as cur:
        cur.execute(SQL["analyze_room"])


def _unknown(cur, names: list[str]) -> Iterator[Issue]:
    cur.execute(SQL["unknown_places"])
    rule = "is not in the address base: load buildings and houses first, or mend the code"
    for file, row, code in cur:
        yield Issue("unknown-place", Severity.ERROR, rule, names[file], row, "place", _shown(code))


def _retired(cur, names: list[str]) -> Iterator[Issue]:
    cur.execute(SQL["retired_places"])
    for file, row, code, successors in cur:
        follow = f"; now there lies {successors}" if successors else ""
        rule = f"is no longer there, and the link says no end{follow}"
        yield Issue("retired-place", Severity.WARNING, rule, names[file], row, "place", _shown(code))


def _doubles(cur, names: list[str]) -> Iterator[Issue]:
    cur.execute(SQL["doubles"])
    for file, row, same in cur:
        if same:
            yield Issue("duplicate-row", Severity.INFO, "says what a row before it says", names[file], row)
        else:
            rule = "says something else of a code, place and role than a row before it, of the same time; both are kept"
            yield Issue("overlapping-row", Severity.WARNING, rule, names[file], row)


def _shown(code: str) -> str:
    return code if len(code) < 25 else f"{code[:19]}******"


def _plain(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)
