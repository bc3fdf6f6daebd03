"""What loads of addresses and of objects share at the door: their options, the connection, what is said in the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ..errors import InvalidInput
from ..settings import Settings
from .progress import Progress

DATUM = "datum of the coordinates: wgs84, cgcs2000, gcj02, bd09 or EPSG:n"


def options(kind: argparse.ArgumentParser, example: str) -> None:
    """What every load is asked: files, columns, the day, whether to store, where to report."""
    kind.add_argument("files", nargs="+", type=Path, metavar="FILE")
    kind.add_argument("--field", action="append", default=[], metavar="FIELD=COLUMN", help=f"which column a field is in, as {example}")
    kind.add_argument("--since", metavar="DATE", help="what is new is so from this day where its row says none (default: today)")
    kind.add_argument("--commit", action="store_true", help="store it: all or nothing")
    kind.add_argument("--report", type=Path, metavar="DIR", help="write the issues there, as CSV and GeoJSON")


def accepted(args: argparse.Namespace) -> list[str]:
    """Return the codes of issues that the caller means so."""
    return [code.strip() for code in args.accept.split(",") if code.strip()]


def asked(args: argparse.Namespace) -> dict[str, Any]:
    """Return how files are to be understood, as a plan takes it; raises InvalidInput."""
    from ..ingest import mapping

    given = mapping.merge(mapping.NONE, "", "", args.field, False).fields
    return {"datum": getattr(args, "datum", ""), "given": given, "since": day(args.since), "storing": args.commit}


@contextmanager
def storing(settings: Settings) -> Iterator[tuple[Any, Progress]]:
    """A connection in one transaction, and a line that says how far it is; whoever breaks it off is told that nothing was stored."""
    from ..db import connection
    from . import database

    try:
        with (
            database.opened(settings) as url,
            closing(connection.connect(url)) as conn,
            Progress() as progress,
            connection.transaction(conn),
        ):
            yield conn, progress
    except KeyboardInterrupt:
        print("interrupted: nothing was stored", file=sys.stderr)
        raise


def over(found: list, commit: bool) -> int | None:
    """Print what was found in a table; the exit status where that is the end, for it has errors or is a dry run, else None."""
    from .. import issues
    from ..ingest import report

    for line in report.found(found):
        print(line)
    left = issues.errors(found)
    if left or not commit:
        print("Nothing was stored: mend the file." if left else "Dry run: nothing was stored. Add --commit to store it.")
        return 1 if left else 0
    return None


def not_stored(left: list, way_out: str) -> int:
    """Say why nothing was stored, and return the exit status."""
    stop = f"Nothing was stored. Errors: {len({issue.code for issue in left})} kinds; {way_out}"
    print(stop if left else "Dry run: nothing was stored. Add --commit to store it.")
    return 1 if left else 0


def stored(done, besides: str = "") -> None:
    """Say what was stored; `besides` what was not."""
    if done.new or done.changed:
        print(f"Stored: {done.new:,} new, {done.changed:,} changed, {done.same:,} as before{besides}.")
    elif done.same:
        print(f"All {done.same:,} are stored already: nothing was changed{besides}.")
    else:
        print(f"Nothing was stored: no row is without an error{besides}.")


def found(plan, accepted: list[str], folder: Path | None) -> None:
    """Print what was found, and write all of it where a folder is named."""
    from ..exports import tables
    from ..ingest import report

    for line in report.found(plan.issues, set(accepted), plan.totals):
        print(line)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        table = report.issues(plan)
        print("Written:", ", ".join(str(tables.write(folder / f"issues.{ending}", table, True)) for ending in ("csv", "geojson")))


def day(text: str | None, option: str = "--since"):
    """Return the day a user gave with an option; raises InvalidInput."""
    from datetime import date

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(option, text, "give a date: 2024-01-31") from None
