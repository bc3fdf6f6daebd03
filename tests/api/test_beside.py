"""A program beside the server: begun again when it dies, ended with the server whichever way that ends."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from api.beside import Beside
from tests.installation import environment, heard

#: Says who it is, and waits; ends at once where it is told.
_PROGRAM = "import os, sys, time\nopen(sys.argv[1], 'a').write(f'{os.getpid()}\\n')\ntime.sleep(0 if 'briefly' in sys.argv else 600)"
_SERVER = "import sys, time\nfrom api import beside\nwith beside.kept(sys.argv[1:]):\n    time.sleep(600)"


@pytest.fixture
def lives(tmp_path):
    """Where each life of the program leaves its number."""
    return tmp_path / "lives"


def command(lives: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", _PROGRAM, str(lives), *more]


def begun(lives: Path, number: int) -> list[int]:
    """Wait until it began so many times, and return who it was."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            if len(found := [int(line) for line in lives.read_text().splitlines()]) >= number:
                return found
        time.sleep(0.02)
    raise AssertionError(f"it did not begin {number} times")


def gone(number: int) -> bool:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            if " Z " in Path(f"/proc/{number}/stat").read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_it_is_begun_again_when_it_was_killed_and_ends_when_told(lives):
    one = Beside(command(lives), first_s=0.01).start()
    try:
        os.kill(begun(lives, 1)[0], signal.SIGKILL)
        second = begun(lives, 2)[1]
        assert Path(f"/proc/{second}").exists()
    finally:
        one.stop()
    assert gone(second) and len(begun(lives, 2)) == 2


def test_it_is_begun_when_it_is_time_and_not_before(lives):
    looks = []
    one = Beside(command(lives), lambda: looks.append(lives.exists()) or len(looks) == 3).start()
    try:
        begun(lives, 1)
    finally:
        one.stop()
    assert looks == [False, False, False]


def test_what_it_was_never_time_for_ends_at_once(lives):
    Beside(command(lives), lambda: False).start().stop()
    assert not lives.exists()


def test_one_that_dies_again_and_again_is_begun_ever_more_rarely(lives, caplog):
    one = Beside(command(lives, "briefly"), first_s=0.01).start()
    try:
        begun(lives, 4)
    finally:
        one.stop()
    waits = [record.args[1] for record in caplog.records if record.name == "gridgeo.beside"]
    assert waits[:3] == [0.02, 0.04, 0.08]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_ends_with_its_server_however_that_ends(lives, how):
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, *command(lives)], env=environment(), stderr=subprocess.DEVNULL, preexec_fn=heard
    )
    try:
        (number,) = begun(lives, 1)
    finally:
        server.send_signal(how)
    server.wait(90)
    assert gone(number)
