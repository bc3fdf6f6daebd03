"""Everything an operator may get wrong, each finding with a hint."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping

from ..errors import DatabaseUnavailable, EnvironmentIncomplete
from ..settings import Settings

HELP = "look at versions, extensions, schema, indexes, disk and port, with a hint for each finding"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How much is looked at."""
    parser.add_argument("--all", action="store_true", help="look at every event, else at the newest and at others at random")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print every finding; return 1 when one of them is an error."""
    from ..db.check import State

    findings = [*_database(settings, args.all), *_machine(settings)]
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        hint = f" → {finding.hint}" if finding.hint else ""
        print(f"{finding.state:<8}{finding.subject:<{width + 2}}{finding.seen}{hint}")
    return 1 if any(finding.state is State.ERROR for finding in findings) else 0


def _database(settings: Settings, whole: bool) -> list:
    """Look at the database as it is: nothing is made or migrated first, a private server is started to look at it."""
    from contextlib import closing, nullcontext

    from ..db import check, connection
    from . import database

    try:
        given = nullcontext(settings.database_url) if settings.database_url else database.cluster(settings).used()
        with given as url, closing(connection.connect(url)) as conn:
            return check.examine(conn) + _rooms(conn, settings, whole)
    except DatabaseUnavailable as error:
        hint = "see that the server runs and DATABASE_URL names it" if settings.database_url else "see the log named, then `gridgeo up`"
        return [check.Finding("database", check.State.ERROR, str(error), hint)]
    except EnvironmentIncomplete as error:
        return [check.Finding("database", check.State.ERROR, error.what, error.remedy)]


def _rooms(conn, settings: Settings, whole: bool) -> list:
    """Look at each room that has something to say, in a database of this version's schema."""
    from ..changes import soundness as changes
    from ..db import check
    from ..events import soundness as events
    from ..events.media import care as media
    from ..events.routing import soundness as routing
    from ..events.watching import soundness as watching
    from ..hierarchy import soundness as hierarchy
    from ..jobs import soundness as jobs
    from ..objects import soundness as objects
    from ..tiles import soundness as tiles

    if check.migrations(conn).state is not check.State.OK:
        return []
    rooms = (hierarchy, objects, routing, watching, tiles, changes, jobs)
    found = [finding for room in rooms for finding in room.examine(conn)]
    return [*found, *events.examine(conn, whole), *media.examine(conn, settings)]


def _machine(settings: Settings) -> list:
    from ..db.check import Finding, State
    from ..ingest import jail
    from . import serving

    findings = []
    if not settings.database_url:
        free = shutil.disk_usage(settings.home).free // 2**20
        state = State.OK if free >= 2048 else State.WARNING if free >= 500 else State.ERROR
        hint = "" if state is State.OK else "free some space: under 500 MB the database does not start"
        findings.append(Finding("disk", state, f"{free:,} MB free at {settings.home}", hint))
    server = serving.Running(settings.home).running()
    if server:
        findings.append(Finding("port", State.OK, f"the server runs at {server[1]}"))
    else:
        try:
            serving.free_port(settings)
            findings.append(Finding("port", State.OK, f"{settings.port} is free"))
        except EnvironmentIncomplete as error:
            findings.append(Finding("port", State.WARNING, error.what, error.remedy))
    findings.append(walls(jail.probe()))
    return findings


def walls(found: Mapping[str, bool]):
    """Return the finding about the walls files from outside are read behind: some kernels and containers do not offer them all."""
    from ..db.check import Finding, State

    holding = ", ".join(name for name, holds in found.items() if holds) or "nothing"
    missing = [name for name, holds in found.items() if not holds]
    if not missing:
        return Finding("reading of files", State.OK, f"shut off: {holding}")
    hint = "load only files you trust here: use a newer kernel (5.13), or a container that allows Landlock and network namespaces"
    return Finding("reading of files", State.WARNING, f"shut off: {holding}; not: {', '.join(missing)}", hint)
