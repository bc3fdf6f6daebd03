"""Commands that take a word for what to do: `gridgeo keys add`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol


class Add(Protocol):
    """Adds a word: its name, the function that does it, what is told of it, and whether it may print JSON."""

    def __call__(self, name: str, run: Callable | None, told: str, json_too: bool = False) -> argparse.ArgumentParser:
        """Return the parser of the word, for what it takes besides."""


def of(parser: argparse.ArgumentParser, dest: str = "what", into: str = "doing") -> Add:
    """Let a command take a word, `args.<dest>`, and return what adds one; the function that does it is then `args.<into>`."""
    words = parser.add_subparsers(dest=dest, required=True, metavar=dest)

    def add(name: str, run: Callable | None, told: str, json_too: bool = False) -> argparse.ArgumentParser:
        made = words.add_parser(name, help=told, description=told)
        if json_too:
            made.add_argument("--json", action="store_true", help="print JSON")
        made.set_defaults(**{into: run})
        return made

    return add
