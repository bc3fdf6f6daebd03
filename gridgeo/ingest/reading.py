"""The process that reads: files in, tables out, nothing else. Started by :mod:`.sandbox`; enters the jail before it looks at a file."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from . import jail


def main() -> None:
    """Read the order from standard input, answer on standard output."""
    order = json.loads(sys.stdin.buffer.read())
    jail.leave_network()
    jail.enter(order["directory"])
    gc.disable()  # millions of coordinates become lists that all live to the end: looking through them is a third of the time
    answer = _answer(order["files"])
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _answer(files: list[dict[str, str]]) -> bytes:
    from . import formats, wire
    from .formats import Refused

    tables = []
    for file in files:
        try:
            tables += formats.read(file["name"], Path(file["path"]))
        except Refused as refusal:
            return wire.pack_refusal(refusal.name or file["name"], str(refusal))
        except MemoryError:
            return wire.pack_refusal(file["name"], f"needs more than the {jail.Limits().memory_bytes >> 30} GB of memory a reading may use")
        except RecursionError:
            return wire.pack_refusal(file["name"], "is nested too deeply")
        except Exception as error:  # whatever a file made a parser do, it is the file that is refused
            return wire.pack_refusal(file["name"], f"could not be read ({type(error).__name__}: {str(error)[:200]})")
    try:
        return wire.pack(tables)
    except TypeError:
        return wire.pack_refusal(", ".join(file["name"] for file in files), "holds text that is no Unicode (a lone surrogate)")


if __name__ == "__main__":
    main()
