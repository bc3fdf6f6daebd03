"""What workers find and send."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Found(StrEnum):
    """What is said of an event."""

    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    STAGE_DUE_SOON = "stage-due-soon"
    STAGE_OVERDUE = "stage-overdue"
    TASK_DUE_SOON = "task-due-soon"
    TASK_OVERDUE = "task-overdue"
    ESCALATED_1 = "escalated-1"
    ESCALATED_2 = "escalated-2"
    ESCALATED_3 = "escalated-3"
    UNROUTED = "unrouted"


@dataclass(frozen=True)
class Notice:
    """Something that was found of an event, once for each time it was due.

    Parameters
    ----------
    task_no
        Of what a department is to do beside who leads; 0 is of the event.
    department_code
        Who is told; None for whoever dispatches.
    """

    event_id: int
    event_code: str
    kind: Found
    due_at: datetime
    task_no: int
    department_code: str | None
    found_at: datetime

    @property
    def key(self) -> tuple[datetime, int, str, int]:
        """Where a list goes on after this one."""
        return self.found_at, self.event_id, str(self.kind), self.task_no


@dataclass(frozen=True)
class Receiver:
    """A department's system that takes tasks.

    Parameters
    ----------
    secret
        Sealed (:mod:`gridgeo.letters.seals`).
    tries
        How often its host could not be reached, one after the other.
    waiting, dead
        Letters that wait, and that it refused time and again.
    """

    department_code: str
    url: str
    secret: bytes = field(repr=False)
    made_at: datetime
    tries: int
    next_at: datetime | None
    failing_since: datetime | None
    failure: str | None
    waiting: int
    dead: int


@dataclass(frozen=True)
class Letter:
    """A letter to a department's system about one of its tasks.

    Parameters
    ----------
    kind
        `opened` or `withdrawn`: why it was written. What it says is how the task stands when it is sent.
    tries
        How often it was refused.
    """

    event_id: int
    task_no: int
    opened_at: datetime
    kind: str
    tries: int
    body: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """By which one that comes again is known."""
        return f"{self.event_id}-{self.task_no}-{self.opened_at.timestamp():.6f}-{self.kind}"
