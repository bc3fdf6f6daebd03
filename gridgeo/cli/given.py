"""What people type: moments, and tables to read."""

from __future__ import annotations

import argparse
from datetime import datetime

from ..errors import InvalidInput, NotFound
from ..moments import CHINA
from ..tables import table as table


def moment(option: str, text: str | None) -> datetime | None:
    """Return a moment: a date (its midnight in China), or a date and time, China's without a zone. None for None and ``now``.

    Raises InvalidInput naming the option.
    """
    if text is None or text == "now":
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(option, text, "give now, a date (2024-01-31), or a date and time (2024-01-31T08:00)") from None
    return given if given.tzinfo else given.replace(tzinfo=CHINA)


def edition_id(text: str) -> int:
    """Return an edition's number, as argparse wants it said when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise argparse.ArgumentTypeError(f"{text!r} is no edition's number; see `gridgeo edition list`")
    return int(text)


def chosen_edition(conn, args: argparse.Namespace):
    """Return the edition that --edition, or --scheme and --datetime name; the governance scheme's of now when nothing does.

    Raises NotFound, and InvalidInput where the edition is of another scheme than the one named.
    """
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE

    if args.edition is not None:
        found = store.edition(conn, args.edition)
        if args.scheme not in ("", found.scheme):
            raise InvalidInput("--edition", args.edition, f"is of scheme {found.scheme}, not {args.scheme}")
        return found
    scheme = store.scheme(conn, args.scheme or GOVERNANCE).scheme
    found = store.edition_at(conn, scheme, moment("--datetime", args.datetime))
    if found is None:
        raise NotFound(f"edition of scheme {scheme} valid at", args.datetime or "now")
    return found
