"""What the user says about files: on the command line, or kept in a JSON or TOML file beside them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

from ..errors import InvalidInput, UnreadableFile
from .model import Instructions

NONE = Instructions()
_KEYS = {"level", "datum", "fields", "parent_from_prefix"}
_MOST_BYTES = 1 << 20


def read(path: Path) -> Instructions:
    """Return the instructions in a file: ``level``, ``datum``, ``parent_from_prefix`` and a table ``fields``.

    Raises
    ------
    UnreadableFile
        When it is neither JSON nor TOML.
    InvalidInput
        When it says something else than instructions.
    """
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile(str(path), "there is no such mapping file, or it is larger than 1 MB")
    try:
        text = path.read_text("utf-8-sig")
        said = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:  # both parsers' errors, and undecodable text
        raise UnreadableFile(path.name, f"is neither JSON nor TOML: {str(error)[:120]}") from None
    if not isinstance(said, dict):
        raise InvalidInput("--mapping", path.name, "an object (a table) is wanted")
    for key in sorted(set(said) - _KEYS):
        raise InvalidInput("--mapping", key, f"no such key; the keys are {', '.join(sorted(_KEYS))}")
    fields = said.get("fields", {})
    if not (isinstance(fields, dict) and all(isinstance(column, str) for column in fields.values())):
        raise InvalidInput("--mapping", "fields", "columns by field, as text")
    for key in ("level", "datum"):
        if not isinstance(said.get(key, ""), str):
            raise InvalidInput("--mapping", said[key], f"{key} is text")
    return Instructions(said.get("level", ""), said.get("datum", ""), fields, said.get("parent_from_prefix") is True)


def merge(given: Instructions, level: str, datum: str, fields: Iterable[str], parent_from_prefix: bool) -> Instructions:
    """Return instructions with those of the command line before those of a file; `fields` are ``FIELD=COLUMN``. Raises InvalidInput."""
    named = dict(given.fields)
    for text in fields:
        field, equals, column = text.partition("=")
        if not equals:
            raise InvalidInput("--field", text, "write FIELD=COLUMN, as code=TAZID")
        named[field.strip()] = column.strip()
    return Instructions(level or given.level, datum or given.datum, named, parent_from_prefix or given.parent_from_prefix)
