"""The schema, brought up to date."""

from __future__ import annotations

import argparse

from ..settings import Settings

HELP = "bring the database's schema up to date, in one transaction"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Apply what is pending and print its names."""
    from contextlib import closing, nullcontext

    from ..db import check, connection, migrate
    from . import database

    if settings.database_url:
        check.require(settings.database_url)
    given = nullcontext(settings.database_url) if settings.database_url else database.cluster(settings).used()
    with given as url, closing(connection.connect(url)) as conn:
        applied = migrate.migrate(conn)
    for name in applied:
        print(f"applied {name}")
    print(f"The schema is up to date: {len(applied)} applied now." if applied else "The schema is up to date: nothing to apply.")
    return 0
