"""Programs of others that tests use, each kind in an environment of its own, so that what they need is none of the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridgeo.bootstrap.environment import Environment
from gridgeo.errors import EnvironmentIncomplete
from gridgeo.settings import Settings


def environment(name: str, lock: Path) -> Environment:
    """Return an environment below the installation's home, made where a package index can be reached; else the test is skipped."""
    apart = Environment(Settings.from_env().home / name, lock)
    apart.place.parent.mkdir(parents=True, exist_ok=True)
    try:
        apart.make_ready()
    except EnvironmentIncomplete as error:
        pytest.skip(f"{name}: not installed: {error}")
    return apart
