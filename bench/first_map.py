"""From nothing but the packages to a map in the browser: `demo --check` in an empty home."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gridgeo.settings import inherited_environment

from .figures import Result
from .ground import Ground, say


def demo(ground: Ground, quick: bool) -> Result:
    """Seconds until the map and an answer are there, with no database and no data before."""
    profile = "small" if quick else "baoan"
    result = Result("demo", f"`gridgeo demo --check`, profile {profile}: packages present, no database, no data")
    say("demo: --check in an empty home")
    home = Path(tempfile.mkdtemp(prefix="gridgeo-bench-home-"))
    home.chmod(0o755)  # root's database runs under an account of its own, which has to get in
    try:
        given = {name: value for name, value in inherited_environment().items() if name not in ("DATABASE_URL", "GRIDGEO_DATABASE_URL")}
        given |= {"GRIDGEO_HOME": str(home / "home"), "GRIDGEO_PORT": "0"}
        command = [sys.executable, "-m", "gridgeo", "demo", "--check", "--profile", profile]
        start = time.perf_counter()
        done = subprocess.run(command, env=given, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
    finally:
        shutil.rmtree(home, ignore_errors=True)
    said = (done.stderr if done.returncode else done.stdout).strip().splitlines()
    result.add("from the command to a map that answered, and all stopped again", seconds, "s", note=said[-1] if said else "")
    result.goal("everything answered", f"exit {done.returncode}", done.returncode == 0)
    return result
