"""Packages of the machine's own distribution: fetched into a directory without root, or installed by root.

Fetching uses the machine's apt sources and keys, but its lists and archives go into a scratch
directory: nothing of the system is written, nothing is configured, no maintainer script runs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from ..errors import EnvironmentIncomplete
from ..settings import inherited_environment

_CONFIG = """
Dir::State "{scratch}/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "{scratch}/cache";
APT::Sandbox::User "{user}";
Acquire::Languages "none";
Acquire::Retries "2";
Debug::NoLocking "1";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
"""
_NOT_ASKED = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]


def present() -> bool:
    """Return whether this machine has apt."""
    return all(shutil.which(program) for program in ("apt-get", "apt-cache", "dpkg-deb", "dpkg-query"))


def install(packages: Iterable[str]) -> None:
    """Install packages for the whole machine (root only), reading the lists anew when apt does not know them.

    Raises EnvironmentIncomplete with apt's own reason.
    """
    environment = {**inherited_environment(), "DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    if subprocess.run(wanted, env=environment, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
        return
    subprocess.run(["apt-get", "update", "-q"], env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    done = subprocess.run(wanted, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        what = f"apt-get could not install {' '.join(packages)} ({_reason(done)})"
        raise EnvironmentIncomplete(what, "see to apt's sources and run again")


class Fetcher:
    """Fetches packages into `scratch`, which is the caller's to remove; from the machine's sources or a list of one's own."""

    def __init__(self, scratch: Path, sources: Path | None = None) -> None:
        self.scratch = scratch
        for folder in ("state/lists/partial", "cache/archives/partial", "debs"):
            (scratch / folder).mkdir(parents=True, exist_ok=True)
        self._config = scratch / "apt.conf"
        user = "root" if os.geteuid() == 0 else ""
        own = f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "-";\n' if sources else ""
        self._config.write_text(_CONFIG.format(scratch=scratch, user=user) + own)
        self._updated = False

    def names(self, pattern: str) -> list[str]:
        """Return the names of the packages on offer that match a regular expression."""
        lines = self._run("apt-cache", "search", "--names-only", pattern).splitlines()
        return sorted(line.split()[0] for line in lines if line.strip())

    def with_dependencies(self, packages: list[str], follow: re.Pattern[str]) -> list[str]:
        """Return `packages` and what they need, as far as it is not installed and its name matches `follow`."""
        needs: dict[str, list[str]] = {}
        current = ""
        alternative = False
        for line in self._run("apt-cache", "depends", "--recurse", *_NOT_ASKED, *packages).splitlines():
            if not line.startswith(" "):
                current = line.strip()
                continue
            found = re.match(r"\s[ |](?:Pre)?Depends: ([a-z0-9][a-z0-9+.-]*)", line)
            if found and not alternative:
                needs.setdefault(current, []).append(found[1])
            if found:
                alternative = line[1] == "|"  # of alternatives the first will do
        here = _installed()
        chosen: dict[str, None] = {}
        ahead = list(packages)
        while ahead:
            name = ahead.pop()
            if name not in chosen and (name in packages or (name not in here and follow.fullmatch(name))):
                chosen[name] = None
                ahead += needs.get(name, [])
        return sorted(chosen)

    def unpack(self, packages: list[str], tree: Path) -> None:
        """Download packages and unpack them under `tree`. Raises EnvironmentIncomplete with apt's own reason."""
        self._run("apt-get", "download", "-q", *packages, cwd=self.scratch / "debs")
        for package in sorted((self.scratch / "debs").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, tree], check=True, stdin=subprocess.DEVNULL)

    def _run(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        if not self._updated:
            self._updated = True
            self._run("apt-get", "update", "-q")
        environment = {**inherited_environment(), "LC_ALL": "C.UTF-8"}
        command = [program, "-c", str(self._config), *arguments]
        done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            remedy = "see to it that the machine's apt sources can be reached"
            raise EnvironmentIncomplete(f"apt could not fetch packages ({_reason(done)})", remedy)
        return done.stdout


def _installed() -> set[str]:
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n"], capture_output=True, text=True, check=True)
    return {line.split()[1] for line in listed.stdout.splitlines() if line.startswith("installed ")}


def _reason(done: subprocess.CompletedProcess) -> str:
    lines = [line.strip() for line in done.stderr.splitlines() if line.startswith(("E:", "W:", "Err:"))]
    return (lines or [f"exit {done.returncode}"])[0]
