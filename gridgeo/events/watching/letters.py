"""Letters to departments' systems: which are to be written, and what became of each."""

from __future__ import annotations

from datetime import timedelta

from ...db import queries
from ...letters import rules
from ...letters.model import Outcome
from .model import Letter

SQL = queries.load(__package__, "letters.sql")

#: How many are written in one transaction.
MOST = 2000


def write(conn) -> int:
    """Write what departments' systems are to be told of tasks opened, opened again or withdrawn; return how many letters that is.

    None while another worker does.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["alone"])
        if not cur.fetchone()[0]:
            return 0
        cur.execute(SQL["over"])
        withdrawn = cur.rowcount
        cur.execute(SQL["opened"], {"most": MOST})
        return withdrawn + cur.rowcount


def following(conn, department_code: str) -> Letter | None:
    """Return the gravest letter that waits for a department and whose time has come, None where none does."""
    with conn.cursor() as cur:
        cur.execute(SQL["next"], {"department_code": department_code})
        found = cur.fetchone()
    return Letter(*found[:-1], found[-1].encode()) if found else None


def settle(conn, letter: Letter, outcome: Outcome, chance: float) -> None:
    """Write down that a letter was taken, or refused: then it is tried again after a while, and after so often (REFUSALS) left out."""
    of = {name: getattr(letter, name) for name in ("event_id", "task_no", "opened_at", "kind")}
    with conn.cursor() as cur:
        if outcome.failure is None:
            cur.execute(SQL["taken"], of)
        else:
            wait = timedelta(seconds=rules.wait_s(letter.tries + 1, chance))
            last = letter.tries + 1 >= rules.REFUSALS
            cur.execute(SQL["refused"], {**of, "failure": outcome.failure, "wait": wait, "last": last})


def revive(conn, department_code: str) -> int:
    """Let what a department's system refused time and again wait anew; return how many letters that is."""
    with conn.cursor() as cur:
        cur.execute(SQL["revive"], {"department_code": department_code})
        return cur.rowcount
