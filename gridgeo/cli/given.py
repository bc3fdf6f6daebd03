"""What people type: moments, and tables to read."""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from ..errors import InvalidInput, NotFound
from ..moments import CHINA


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


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table; numbers stand right, Chinese characters are two columns wide."""
    given = [list(row) for row in rows]
    cells = [list(header), *([_cell(value) for value in row] for row in given)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    right = [bool(given) and all(isinstance(row[i], int | float) or row[i] is None for row in given) for i in range(len(header))]
    return ["  ".join(map(_padded, row, widths, right)).rstrip() for row in cells]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
