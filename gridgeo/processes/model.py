"""What a process is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Input:
    """Something a process takes.

    Parameters
    ----------
    schema
        As JSON Schema, in the words OpenAPI 3.0 has as well.
    read
        Returns the value of what was given, or raises ValueError with the rule that is broken.
    """

    title: str
    description: str
    schema: Mapping[str, Any]
    read: Callable[[Any], Any]
    required: bool = False
    default: Any = None


@dataclass(frozen=True)
class Output:
    """The file a process makes: `forms` are its media types by the word of the input `format`, the usual one first."""

    name: str
    title: str
    description: str
    forms: Mapping[str, str]

    @property
    def usual(self) -> str:
        """The form where none is asked for."""
        return next(iter(self.forms))


@dataclass(frozen=True)
class Process:
    """Something that may be done.

    Parameters
    ----------
    check
        Yields what is wrong with inputs that are sound each for itself: the input's name, and the rule.
    run
        Does it: takes the work, the inputs as read, and the means; returns the name of the file made in the work's folder.
    example
        Inputs that are sound.
    """

    id: str
    title: str
    title_en: str
    description: str
    inputs: Mapping[str, Input]
    output: Output
    run: Callable[..., str]
    example: Mapping[str, Any]
    check: Callable[[SimpleNamespace], Iterable[tuple[str, str]]] = lambda given: ()
    version: str = "1.0.0"


@dataclass(frozen=True)
class Means:
    """What processes work with besides the database.

    Parameters
    ----------
    base
        Returns what washing knows by name.
    default_area
        The area of addresses that name none.
    authority
        Who answers for the data.
    """

    base: Callable[[], Any]
    default_area: str = ""
    authority: str = ""
