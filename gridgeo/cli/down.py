"""Stop what `up` started."""

from __future__ import annotations

import argparse

from ..settings import Settings

HELP = "stop the server and the private database"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Stop the server, then the private database; what did not run is no fault."""
    from . import database, serving

    cluster = database.cluster(settings)
    if not cluster.home.exists():
        print("nothing runs")
        return 0
    served = serving.Running(settings.home).stop()
    with cluster.locked():
        cluster.keep(False)
        stored = cluster.stop()
    print("stopped: " + (", ".join([*["the server"] * served, *["the database"] * stored]) or "nothing ran"))
    return 0
