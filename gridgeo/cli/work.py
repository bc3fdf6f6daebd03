"""`gridgeo work`: what is to be done beside those that serve: jobs that callers gave to the API, and the time of events."""

from __future__ import annotations

import argparse

from ..settings import Settings

HELP = "work beside the API: do jobs, send events on, look at their clocks, tell departments' systems"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many at a time."""
    parser.add_argument("--threads", type=int, default=2, choices=range(1, 65), metavar="N", help="jobs at a time, 1 to 64 (default: 2)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Work until interrupted; jobs that are under way are then given back. Any number of these may run."""
    import threading

    from ..addresses.washing.live import Live
    from ..events.watching.worker import Watcher
    from ..jobs.folder import Folder
    from ..jobs.worker import Worker
    from ..processes import catalogue
    from ..processes.model import Means
    from . import database

    with database.opened(settings) as url:
        addresses = Live(url, "gridgeo_reader").start()
        means = Means(lambda: addresses.base, settings.default_area, settings.authority)
        worker = Worker(url, Folder.under(settings.home), catalogue.does(means), args.threads).start()
        watcher = Watcher(url, settings).start()
        print(f"doing jobs, {args.threads} at a time, and what is to be done about events; Ctrl-C ends it", flush=True)
        try:
            threading.Event().wait()
        finally:
            watcher.stop()
            worker.stop()
            addresses.stop()
    return 0
