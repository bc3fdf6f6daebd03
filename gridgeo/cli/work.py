"""`gridgeo work`: jobs that callers gave to the API, done in a process of their own, beside those that serve."""

from __future__ import annotations

import argparse

from ..settings import Settings

HELP = "do jobs (exports, washing, checks) beside the API, which does two at a time in each of its processes"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many at a time."""
    parser.add_argument("--threads", type=int, default=2, choices=range(1, 65), metavar="N", help="jobs at a time, 1 to 64 (default: 2)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do jobs until interrupted; what is under way is then given back."""
    import threading

    from ..addresses.washing.live import Live
    from ..jobs.folder import Folder
    from ..jobs.worker import Worker
    from ..processes import catalogue
    from ..processes.model import Means
    from . import database

    with database.opened(settings) as url:
        addresses = Live(url, "gridgeo_reader").start()
        means = Means(lambda: addresses.base, settings.default_area, settings.authority)
        worker = Worker(url, Folder.under(settings.home), catalogue.does(means), args.threads).start()
        print(f"doing jobs, {args.threads} at a time; Ctrl-C ends it", flush=True)
        try:
            threading.Event().wait()
        finally:
            worker.stop()
            addresses.stop()
    return 0
