"""Jobs in the database: given and asked for by callers, claimed, held and ended by workers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from ..db import queries
from ..errors import Gone, NotFound, TooMany
from . import rules
from .model import Claimed, Delivery, File, Job, Status

SQL = queries.load(__package__)

#: The role that keeps them.
ROLE = "gridgeo_jobs"

_USUAL = Delivery()


@dataclass(frozen=True)
class Asked:
    """Which jobs are asked for: of one caller or (None) of all, of some processes and statuses, given in a time, that took some seconds."""

    owner: str | None
    processes: Sequence[str] | None = None
    statuses: Sequence[Status] | None = None
    first: datetime | None = None
    last: datetime | None = None
    shortest: float | None = None
    longest: float | None = None


def add(conn, process: str, owner: str, area: Sequence[int] | None, inputs: Mapping[str, Any], delivery: Delivery = _USUAL) -> Job:
    """Add a job of a caller and tell workers; raises TooMany where as many wait as may."""
    job_id = secrets.token_hex(16)
    with conn.cursor() as cur:
        cur.execute(SQL["lock_owner"], {"owner": owner})
        cur.execute(SQL["open"], {"owner": owner})
        of_owner, of_all = cur.fetchone()
        if of_owner >= rules.MOST_OPEN or of_all >= rules.MOST_WAITING:
            raise TooMany("jobs that wait or run", min(of_owner, rules.MOST_OPEN), "wait until one is over, or dismiss one")
        given = {"area": None if area is None else list(area), "inputs": orjson.dumps(inputs).decode(), **delivery._asdict()}
        cur.execute(SQL["add"], {"job_id": job_id, "process": process, "owner": owner, **given})
    return find(conn, job_id, owner)


def find(conn, job_id: str, owner: str | None) -> Job:
    """Return a job of a caller, or (None) of anybody; raises NotFound: another's is as if it were not."""
    found = SQL.rows(conn, "find", job_id=job_id, owner=owner)
    if not found:
        raise NotFound("job", job_id)
    return _job(found[0])


def listed(conn, asked: Asked, after: str | None = None, limit: int = 100) -> list[Job]:
    """Return the first jobs asked for, the latest first; only those after one where one is given."""
    some = {name: None if words is None else list(words) for name, words in (("processes", asked.processes), ("statuses", asked.statuses))}
    return [_job(row) for row in SQL.rows(conn, "listed", **vars(asked) | some, after=after, limit=limit)]


def dismiss(conn, job_id: str, owner: str | None) -> Job:
    """End a job of a caller, or (None) of anybody, and let go of what it was given and made; whoever does it sees that within a second.

    Raises NotFound, and Gone for one that was dismissed before.
    """
    found = find(conn, job_id, owner)
    if not SQL.rows(conn, "dismiss", job_id=job_id, owner=owner):
        raise Gone("job", job_id, found.finished_at)
    return find(conn, job_id, owner)


def waiting(conn) -> bool:
    """Return whether there is a job to claim."""
    return SQL.rows(conn, "waiting")[0][0]


def standing(conn) -> tuple[int, int, datetime | None, timedelta | None]:
    """Return how many jobs wait, how many are under way, since when the first of the former does, and how long that is."""
    return SQL.rows(conn, "standing")[0]


def claim(conn, seconds: float) -> Claimed | None:
    """Take a job for some seconds, None where there is none; those begun too often end as failed."""
    with conn.cursor() as cur:
        cur.execute(SQL["give_up"], {"problem": orjson.dumps(rules.gave_up()).decode(), "most": rules.MOST_TRIES})
    found = SQL.rows(conn, "claim", seconds=seconds)
    if not found:
        return None
    job_id, process, owner, area, inputs, tries = found[0]
    return Claimed(job_id, process, owner, None if area is None else tuple(area), inputs, tries)


def hold(conn, job: Claimed, seconds: float, progress: int) -> bool:
    """Say that a job is worked at, for some seconds more, and how far it is (per cent); return whether it still is this worker's."""
    return bool(SQL.rows(conn, "hold", **_try(job), seconds=seconds, progress=progress))


def release(conn, job: Claimed) -> bool:
    """Give a job back for another worker; return whether it was this one's."""
    return bool(SQL.rows(conn, "release", **_try(job)))


def succeed(conn, job: Claimed, files: Mapping[str, File]) -> bool:
    """End a job with what it made; return whether it was this worker's."""
    return bool(SQL.rows(conn, "succeed", **_try(job), files=orjson.dumps({name: list(file) for name, file in files.items()}).decode()))


def fail(conn, job: Claimed, problem: Mapping[str, Any]) -> bool:
    """End a job with what went wrong; return whether it was this worker's."""
    return bool(SQL.rows(conn, "fail", **_try(job), problem=orjson.dumps(problem).decode()))


def forget(conn, before: datetime | None = None) -> int:
    """Let jobs go that ended before a moment (as long ago as they are kept when None); return how many."""
    with conn.cursor() as cur:
        cur.execute(SQL["forget"], {"before": before or datetime.now(UTC) - rules.KEPT})
        return cur.rowcount


def folders(conn) -> set[str]:
    """Return the names of the folders in use."""
    return {name for (name,) in SQL.rows(conn, "folders")}


def lowest(conn, area: Sequence[int]) -> list[int]:
    """Return the lowest units of today's edition that some units consist of."""
    return [unit_id for (unit_id,) in SQL.rows(conn, "lowest", area=list(area))]


def _try(job: Claimed) -> dict[str, Any]:
    return {"job_id": job.job_id, "tries": job.tries}


def _job(row: tuple) -> Job:
    job_id, process, owner, status, progress, response, transmission, files, tries, problem, *times = row
    made = {name: File(*file) for name, file in (files or {}).items()}
    return Job(
        job_id, process, owner, Status(status), progress, Delivery(response, transmission), made, f"{job_id}.{tries}", problem, *times
    )
