"""The whole test suite, on a throw-away database."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import EnvironmentIncomplete
from ..settings import Settings, inherited_environment

HELP = "run the tests on a throw-away database; everything after it is handed to pytest"
HANDS_ON = True

#: Processes of one run: each has a server and a browser, which take memory.
_MOST = 4


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the command is pytest's."""
    parser.add_argument("rest", nargs="*", metavar="…", help="arguments of pytest, such as tests/hierarchy -k edge")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Become pytest. What the machine lacks is installed where this user may, before the first test."""
    from ..bootstrap import browser, programs

    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / "tests" / "conftest.py").exists():
        raise EnvironmentIncomplete("the tests are not part of the installed package", "run them from a checkout")
    environment = inherited_environment()
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what hundreds of programs import, each of them would compile
    if "not browser" not in args.rest:
        environment["GRIDGEO_CHROMIUM"] = browser.ensure(settings.chromium, settings.offline)
    programs.ensure(settings.offline)
    os.chdir(checkout)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *spread(args.rest), *args.rest], environment)


def spread(rest: Sequence[str]) -> list[str]:
    """Return how the whole suite is spread over processes, each with a database server of its own and whole files of tests.

    Files go in the order of tests/conftest.py: what takes longest first, and not last, when the others have nothing to do.
    A part of the suite, or one that is to be stepped through, runs in one: another server takes longer to start than it saves.
    Beside so many others a test may fail for the machine's reasons: it is run once more, and told as rerun (docs/decisions/0062).
    """
    cores = len(os.sched_getaffinity(0))
    processes = min(cores + 1, _MOST) if cores > 1 else 1  # a third of the time tests wait for a server or a browser
    partial = any(not word.startswith("-") or word.startswith(("-n", "--pdb", "--dist", "--collect")) for word in rest)
    return (
        [] if partial or processes < 2 else ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder", "--reruns", "1", "-rR"]
    )
