"""Named queries, kept in a .sql file beside the code that runs them."""

from __future__ import annotations

import re
from importlib import resources

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def load(package: str, filename: str = "queries.sql") -> dict[str, str]:
    """Return the queries of a file, by name."""
    text = (resources.files(package) / filename).read_text(encoding="utf-8")
    pieces = _NAME.split(text)[1:]
    return {name: body.strip() for name, body in zip(pieces[::2], pieces[1::2], strict=True)}
