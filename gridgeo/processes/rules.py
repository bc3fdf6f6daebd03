"""What must hold of inputs; nothing here touches a database."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from .model import Input, Process

#: Members of a value that says its media type. Source: OGC 18-062r2, qualifiedInputValue.
_QUALIFIED = {"value", "mediaType", "encoding", "schema"}


class Fault(NamedTuple):
    """What is wrong with an input: its name ("" of all), which kind of fault, and the rule that is broken."""

    name: str
    code: str
    rule: str


def read(process: Process, given: Mapping[str, Any]) -> tuple[SimpleNamespace, list[Fault]]:
    """Return the values of all inputs, defaults among them, and what is wrong; nothing of what was given is repeated."""
    known = inputs(process)
    faults = [_unknown(name, known) for name in given if name not in known]
    values = {name: each.default for name, each in known.items()}
    for name, each in known.items():
        if name not in given:
            if each.required:
                faults.append(Fault(name, "missing-input", "is missing; it is required"))
            continue
        try:
            values[name] = each.read(_plain(given[name]))
        except ValueError as error:
            faults.append(Fault(name, "invalid-input", str(error)))
    found = SimpleNamespace(**values)
    if not faults:
        faults = [Fault(name, "invalid-input", rule) for name, rule in process.check(found)]
    return found, faults


def inputs(process: Process) -> dict[str, Input]:
    """Return all a process takes: its own inputs, and the form of its file."""
    forms = process.output.forms
    form = Input(
        "格式 Format",
        "Form of the file; the media type asked for of the output says the same.",
        {"type": "string", "enum": list(forms), "default": process.output.usual},
        one_of(forms),
        default=process.output.usual,
    )
    return {**process.inputs, "format": form}


def one_of(words: Sequence[str]) -> Callable[[Any], str]:
    """Return what reads one of some words."""

    def read(given: Any) -> str:
        if not isinstance(given, str) or given not in words:
            raise ValueError(f"is not one of {', '.join(words)}")
        return given

    return read


def text(most: int) -> Callable[[Any], str]:
    """Return what reads a text of at most so many characters."""

    def read(given: Any) -> str:
        if not isinstance(given, str) or len(given) > most or "\0" in given:
            raise ValueError(f"is no text of at most {most:,} characters, without NUL")
        return given

    return read


def number(lowest: float, highest: float) -> Callable[[Any], float]:
    """Return what reads a number."""

    def read(given: Any) -> float:
        if type(given) not in (int, float) or not (math.isfinite(given) and lowest <= given <= highest):
            raise ValueError(f"is no number from {lowest:g} to {highest:g}")
        return given

    return read


def whole(highest: int) -> Callable[[Any], int]:
    """Return what reads a whole number from 1 on."""

    def read(given: Any) -> int:
        if type(given) is not int or not 1 <= given <= highest:
            raise ValueError(f"is no whole number from 1 to {highest}")
        return given

    return read


def _plain(given: Any) -> Any:
    """The value of an input that may be qualified; nothing is fetched from elsewhere."""
    if isinstance(given, dict) and "href" in given:
        raise ValueError("is a reference: nothing is fetched from elsewhere; give the value itself")
    if isinstance(given, dict) and "value" in given and given.keys() <= _QUALIFIED:
        if given.get("encoding", "utf-8").lower() != "utf-8":
            raise ValueError("is encoded: give it as it is, in UTF-8")
        return given["value"]
    return given


def _unknown(name: str, known: Mapping[str, Input]) -> Fault:
    close = difflib.get_close_matches(name[:64], known, 1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return Fault("", "unknown-input", f"names an input other than {', '.join(known)}{hint}")
