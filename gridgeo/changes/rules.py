"""How a change looks to whom."""

from __future__ import annotations


def seen_as(operation: str, had: bool, has: bool) -> str | None:
    """Return what a change is to a caller who could see the thing before (`had`), and can after it (`has`); None for none of his.

    A thing that moves over the border of what he may see comes, or goes.
    """
    if operation == "insert":
        return "insert" if has else None
    if operation == "delete":
        return "delete" if had else None
    return {(True, True): "update", (True, False): "delete", (False, True): "insert"}.get((had, has))
