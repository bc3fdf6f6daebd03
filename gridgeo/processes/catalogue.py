"""The processes there are, and what does them."""

from __future__ import annotations

from ..errors import InvalidInput, NotFound
from ..jobs.work import Work
from ..jobs.worker import Does
from . import export, rules, topology, wash
from .model import Means, Process

#: All processes by id, in the order they are listed.
PROCESSES: dict[str, Process] = {each.PROCESS.id: each.PROCESS for each in (export, wash, topology)}


def find(name: str) -> Process:
    """Return a process by its id; raises NotFound."""
    if name not in PROCESSES:
        raise NotFound("process", name)
    return PROCESSES[name]


def does(means: Means) -> Does:
    """Return what a worker does with a job of any process."""

    def do(work: Work) -> dict[str, tuple[str, str]]:
        process = find(work.job.process)
        given, faults = rules.read(process, work.job.inputs)
        if faults:  # read by another version of this program
            raise InvalidInput(faults[0].name, None, faults[0].rule)
        name = process.run(work, given, means)
        return {process.output.name: (name, process.output.forms[given.format])}

    return do
