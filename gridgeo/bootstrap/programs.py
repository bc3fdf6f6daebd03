"""Programs of others that the tests use as people do: GDAL's, a spreadsheet's, curl. Found, or installed where root may."""

from __future__ import annotations

import os
import shutil

from ..errors import EnvironmentIncomplete
from . import apt
from .environment import say

#: The Debian package of each.
PACKAGES = {"ogr2ogr": "gdal-bin", "ssconvert": "gnumeric", "curl": "curl"}


def missing() -> list[str]:
    """Return the packages of those that are not on this machine."""
    return [package for name, package in PACKAGES.items() if not shutil.which(name)]


def ensure(offline: bool = False) -> None:
    """Let root on a machine with apt install what is missing; what cannot be had is done without, and said."""
    wanted = missing()
    if not wanted or offline or os.geteuid() != 0 or not apt.present():
        return
    try:
        apt.install(wanted)
    except EnvironmentIncomplete as error:
        say(f"goes on without {' '.join(wanted)}: {error}")
