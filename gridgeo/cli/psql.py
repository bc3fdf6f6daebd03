"""A SQL prompt on the database."""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess

from ..errors import EnvironmentIncomplete
from ..settings import Settings, inherited_environment

HELP = "open psql on the database; everything after it is handed to psql"
HANDS_ON = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the command is psql's."""
    parser.add_argument("rest", nargs="*", metavar="…", help="arguments of psql, such as -c 'SELECT 1'")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run psql and return its exit status."""
    from ..db.connection import SEARCH_PATH
    from . import database

    with database.opened(settings) as url:
        program, environment = _psql(settings)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C cancels a query inside psql
        try:
            return subprocess.call(
                [program, "-d", url, *args.rest],
                env={**environment, "PGOPTIONS": f"-c search_path={SEARCH_PATH}"},
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        finally:
            signal.signal(signal.SIGINT, before)


def _psql(settings: Settings) -> tuple[str, dict[str, str]]:
    """Return the program and its environment: for a server of somebody else the machine's own, with the user's PG* variables."""
    from ..db.cluster import engine
    from . import database

    installed = shutil.which("psql")
    if settings.database_url and installed:
        return installed, inherited_environment()
    found = engine.find(settings.home / "engine", settings.pg_bin) if settings.database_url else database.cluster(settings).engine
    if not found:
        raise EnvironmentIncomplete("psql is not on this machine", "install it (Debian: apt-get install postgresql-client)")
    return found.program("psql"), found.environment()
