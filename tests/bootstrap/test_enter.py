"""`python3 -m gridgeo` from a checkout, on a machine with nothing but Python."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def gridgeo(checkout: Path, *arguments: str, python: str = sys._base_executable, **variables: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, **variables}
    environment.pop("PYTHONPATH", None)
    command = [python, "-m", "gridgeo", *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)


def test_the_first_run_makes_the_environment_and_goes_on_inside(checkout):
    first = gridgeo(checkout, "--version")
    assert (first.returncode, first.stdout) == (0, "gridgeo 0.1.0\n")
    assert "installing 1 packages" in first.stderr
    assert (checkout / ".venv" / "requirements.stamp").exists()
    second = gridgeo(checkout, "--version")
    assert (second.returncode, second.stdout, second.stderr) == (0, "gridgeo 0.1.0\n", "")


def test_what_one_command_wants_besides_is_installed_when_it_is_first_called(checkout, lock_of):
    lock_of("2.0.1", "requirements-bench.lock")
    assert "requirements-bench.lock" not in gridgeo(checkout, "--version").stderr
    first = gridgeo(checkout, "bench", "--help")
    assert first.returncode == 0 and "(requirements-bench.lock)" in first.stderr
    second = gridgeo(checkout, "bench", "--help")
    assert (second.returncode, second.stderr) == (0, "")


def test_a_command_goes_on_without_what_it_wants_besides_and_not_without_the_rest(checkout):
    absent = "absent-package==1.0 --hash=sha256:" + "0" * 64 + "\n"
    (checkout / "requirements-bench.lock").write_text(absent)
    done = gridgeo(checkout, "bench", "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: gridgeo bench")
    assert done.stderr.splitlines()[-1].startswith("gridgeo: goes on without what requirements-bench.lock names: ")
    (checkout / "requirements.lock").write_text(absent)
    failed = gridgeo(checkout, "--version")
    assert failed.returncode == 1 and "Traceback" not in failed.stderr
    assert failed.stderr.splitlines()[-1].startswith("gridgeo: the Python packages could not be installed")


def test_an_installed_package_makes_no_environment(checkout):
    """`pip install -e .` leaves the package in the checkout, but its environment has all it needs."""
    assert gridgeo(checkout, "--version").returncode == 0
    own = checkout.parent / "own"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", own], check=True)
    (info,) = (own / "lib").glob("python3*/site-packages")
    (info / "gridgeo-0.1.0.dist-info").mkdir()
    (info / "gridgeo-0.1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: gridgeo\nVersion: 0.1.0\n")
    (info / "gridgeo-0.1.0.dist-info" / "RECORD").write_text("gridgeo-0.1.0.dist-info/METADATA,,\n")
    (checkout / ".venv" / "requirements.stamp").unlink()
    done = gridgeo(checkout, "--version", python=str(own / "bin" / "python"))
    assert (done.returncode, done.stderr) == (0, "")
    assert not (checkout / ".venv" / "requirements.stamp").exists()


@pytest.mark.parametrize("path", ["gridgeo/__main__.py", "gridgeo/__init__.py"])
def test_an_old_python_can_read_what_tells_it_that_it_is_old(path):
    ast.parse((CHECKOUT / path).read_text(), feature_version=(3, 7))


def test_an_old_python_is_told_so_in_one_line():
    script = "import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_module('gridgeo', run_name='__main__')"
    told = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True)
    assert told.returncode == 1
    assert told.stderr == "gridgeo needs Python 3.11 or newer, this is 3.9: run it as python3.11 -m gridgeo\n"


def test_the_set_up_imports_the_standard_library_alone():
    script = "import sys; import gridgeo.__main__, gridgeo.bootstrap.browser; print(*sorted({n.split('.')[0] for n in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-S", "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) - set(sys.stdlib_module_names) <= {"gridgeo", "__main__"}
