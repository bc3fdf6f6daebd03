"""From a bare machine to a running command: the environment, and packages fetched without root.

Standard library only, since nothing else is there yet. Doors: :func:`enter`, :mod:`.apt`.
"""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path

from ..errors import EnvironmentIncomplete, GridgeoError
from .environment import Environment, say

CHECKOUT = Path(__file__).resolve().parents[2]

#: What single commands want besides: installed when one is first called, and done without where it cannot be had.
EXTRAS = {"bench": "requirements-bench.lock"}


def enter(argv: list[str], checkout: Path = CHECKOUT) -> None:
    """Return when this process has gridgeo's packages; else make the checkout's `.venv` and run again inside it.

    Where gridgeo is installed as a package its dependencies came with it, and nothing is made.
    Leaves with one line and status 1 when the environment cannot be made.
    """
    lock = checkout / "requirements.lock"
    if not lock.exists() or _installed():
        return
    environment = Environment(checkout / ".venv", lock)
    try:
        environment.make_ready()
        if argv and argv[0] in EXTRAS:
            _add(environment, checkout / EXTRAS[argv[0]])
    except (GridgeoError, OSError) as error:
        sys.exit(f"gridgeo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    if not environment.inside():
        sys.stderr.flush()
        os.execv(environment.python, [environment.python, "-m", "gridgeo", *argv])


def _add(environment: Environment, lock: Path) -> None:
    try:
        environment.with_extra(lock).make_ready()
    except EnvironmentIncomplete as error:
        say(f"goes on without what {lock.name} names: {error}")


def _installed() -> bool:
    """Return whether this interpreter's own environment has gridgeo as a package (also by `pip install -e`)."""
    try:
        return any("dist-info" in str(file) for file in metadata.files("gridgeo") or ())
    except metadata.PackageNotFoundError:
        return False
