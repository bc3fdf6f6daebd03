"""`gridgeo work`: what is to be done beside those that serve: jobs that callers gave to the API, and the time of events."""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from ..settings import Settings

HELP = "work beside the API: do jobs, send events on, look at their clocks, tell departments' systems"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many at a time."""
    told = "jobs at a time, up to 64 (default: 2); 0: leave jobs to others, and see to events alone"
    parser.add_argument("--threads", type=int, default=2, choices=range(65), metavar="N", help=told)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Work until interrupted; jobs that are under way are then given back. Any number of these may run."""
    import threading

    from ..events.media.care import Caretaker
    from ..events.watching.worker import Watcher
    from . import database

    with database.opened(settings) as url, ExitStack() as ends:
        if args.threads:
            _jobs(url, settings, args.threads, ends)
        watcher = Watcher(url, settings).start()
        ends.callback(watcher.stop)
        ends.callback(Caretaker(url, settings).start().stop)
        jobs = f"jobs, {args.threads} at a time, and " if args.threads else ""
        print(f"doing {jobs}what is to be done about events; Ctrl-C ends it", flush=True)
        threading.Event().wait()
    return 0


def _jobs(url: str, settings: Settings, threads: int, ends: ExitStack) -> None:
    """Begin to do jobs, which needs the base of addresses in memory."""
    from ..addresses.washing.live import Live
    from ..jobs.folder import Folder
    from ..jobs.worker import Worker
    from ..processes import catalogue
    from ..processes.model import Means

    addresses = Live(url, "gridgeo_reader").start()
    ends.callback(addresses.stop)
    means = Means(lambda: addresses.base, settings.default_area, settings.authority)
    worker = Worker(url, Folder.under(settings.home), catalogue.does(means), threads).start()
    ends.callback(worker.stop)
