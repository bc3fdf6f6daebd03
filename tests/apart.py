"""Programs of others that tests use: those of the machine, and Python's, each kind in an environment of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gridgeo.bootstrap import programs
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


def program(name: str) -> str:
    """Return the path of a program of the machine; without it the test is skipped, and names the package."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: apt-get install {programs.PACKAGES[name]})")
    return found
