"""Chromium and a Chinese font, which the tests of the maps need: found, or installed where root may.

Debian's build without windows goes first: tests of pages take half the time by it, and see the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from ..errors import EnvironmentIncomplete
from . import apt

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk", "fontconfig", "libatomic1")
_REMEDY = f"apt-get install {' '.join(PACKAGES)}, or set GRIDGEO_CHROMIUM; without it: gridgeo test -m 'not browser'"


def find(named: str = "") -> str:
    """Return the path of Chromium. Raises EnvironmentIncomplete when it, or a font for Chinese, is missing."""
    found = next((path for name in ([named] if named else NAMES) if (path := shutil.which(name))), None)
    if not found:
        raise EnvironmentIncomplete(f"GRIDGEO_CHROMIUM={named} is not a program" if named else "Chromium is not on this machine", _REMEDY)
    if not has_chinese_font():
        raise EnvironmentIncomplete("no font on this machine has Chinese characters", _REMEDY)
    if lack := driver_lack():
        raise EnvironmentIncomplete(f"the program that drives Chromium does not start ({lack})", _REMEDY)
    return found


def ensure(named: str = "", offline: bool = False) -> str:
    """Return the path of Chromium; root on a machine with apt installs what is missing first."""
    try:
        return find(named)
    except EnvironmentIncomplete:
        if named or offline or os.geteuid() != 0 or not apt.present():
            raise
    apt.install(PACKAGES)
    return find()


def has_chinese_font() -> bool:
    """Return whether fontconfig knows a font for Chinese."""
    try:
        return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, stdin=subprocess.DEVNULL).stdout.strip())
    except FileNotFoundError:
        return False


def driver_lack() -> str:
    """Return why Playwright's own program does not start, or nothing: bare Debian lacks a library of it."""
    package = find_spec("playwright")
    if package is None or package.origin is None:
        return "playwright is not installed"
    node = Path(package.origin).parent / "driver" / "node"
    try:
        tried = subprocess.run([node, "--version"], capture_output=True, stdin=subprocess.DEVNULL, text=True)
    except OSError as error:
        return str(error.strerror)
    return tried.stderr.strip().splitlines()[-1] if tried.returncode and tried.stderr.strip() else ""
