"""The environment of a checkout: made whole, skipped when whole, mended when not."""

import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from gridgeo.bootstrap import EXTRAS
from gridgeo.bootstrap import environment as environments
from gridgeo.bootstrap.environment import Environment
from gridgeo.errors import EnvironmentIncomplete

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pip(monkeypatch):
    """A machine without uv."""
    if not (find_spec("ensurepip") or find_spec("pip")):
        pytest.skip("this Python comes without pip; one is fetched then, which is tried where the set-up itself runs")
    monkeypatch.setattr(environments.shutil, "which", lambda name: None)


@pytest.fixture
def uv(monkeypatch):
    """A machine with uv alone; where it is not on this one, pip, which takes ten times as long."""
    if shutil.which("uv"):
        monkeypatch.setattr(environments, "find_spec", lambda name: None)
        monkeypatch.setattr(environments.apt, "present", lambda: False)


def version_in(environment: Environment) -> str:
    asked = [environment.python, "-c", "import tinygrid; print(tinygrid.VERSION)"]
    return subprocess.run(asked, capture_output=True, text=True, check=True, cwd="/").stdout.strip()


def of(lock: Path) -> Environment:
    return Environment(lock.parent / ".venv", lock)


def test_an_environment_is_made_and_then_left_alone(uv, lock_of):
    environment = of(lock_of("1.0"))
    assert not environment.ready()
    environment.make_ready()
    assert version_in(environment) == "1.0"
    assert environment.ready() and not environment.inside()
    made = environment.stamp.stat().st_mtime_ns
    began = time.monotonic()
    environment.make_ready()
    assert time.monotonic() - began < 0.1
    assert environment.stamp.stat().st_mtime_ns == made


def test_a_new_lock_is_brought_in_without_making_everything_anew(uv, lock_of):
    environment = of(lock_of("1.0"))
    environment.make_ready()
    (environment.place / "mine.txt").touch()
    lock_of("2.0.1")
    assert not environment.ready()
    environment.make_ready()
    assert version_in(environment) == "2.0.1"
    assert (environment.place / "mine.txt").exists()


@pytest.mark.parametrize("harm", ["interrupted", "python gone", "moved"])
def test_what_is_broken_is_made_anew(uv, lock_of, harm):
    lock = lock_of("1.0")
    environment = of(lock)
    environment.make_ready()
    (environment.place / "rubbish.txt").touch()
    if harm == "interrupted":
        environment.stamp.write_text("unfinished")
    elif harm == "python gone":
        (environment.place / "bin" / "python").unlink()
    else:
        moved = lock.parent.with_name("elsewhere")
        lock.parent.rename(moved)
        environment = of(moved / lock.name)
    assert not environment.ready()
    environment.make_ready()
    assert version_in(environment) == "1.0"
    assert not (environment.place / "rubbish.txt").exists()


def test_an_environment_made_by_hand_is_filled_not_replaced(uv, lock_of):
    environment = of(lock_of("1.0"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.place], check=True)
    (environment.place / "mine.txt").touch()
    environment.make_ready()
    assert version_in(environment) == "1.0"
    assert (environment.place / "mine.txt").exists()


def test_an_extra_is_put_into_the_environment_that_is_there(uv, lock_of, capfd):
    environment = of(lock_of("1.0"))
    environment.make_ready()
    extra = environment.with_extra(lock_of("2.0.1", "requirements-bench.lock"))
    assert not extra.ready()
    extra.make_ready()
    assert version_in(environment) == "2.0.1"
    assert environment.ready() and extra.ready()
    assert "(requirements-bench.lock)" in capfd.readouterr().err


def test_an_extra_that_was_interrupted_is_mended_in_place(uv, lock_of):
    environment = of(lock_of("1.0"))
    environment.make_ready()
    extra = environment.with_extra(lock_of("1.0", "requirements-bench.lock"))
    extra.stamp.write_text("unfinished")
    (environment.place / "mine.txt").touch()
    next(environment.place.glob("lib/python3*/site-packages/tinygrid.py")).unlink()
    extra.make_ready()
    assert version_in(environment) == "1.0"
    assert environment.ready() and (environment.place / "mine.txt").exists()


def test_of_two_at_once_one_works_and_the_other_waits(uv, lock_of, capfd):
    environment = of(lock_of("1.0"))
    both = [threading.Thread(target=environment.make_ready) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert environment.ready()
    assert capfd.readouterr().err.count("environment ready") == 1


def test_a_package_that_is_not_what_the_lock_says_is_refused(uv, lock_of):
    lock = lock_of("1.0")
    lock.write_text("tinygrid==1.0 --hash=sha256:" + "0" * 64 + "\n")
    environment = of(lock)
    with pytest.raises(EnvironmentIncomplete) as caught:
        environment.make_ready()
    assert "\n" not in str(caught.value)
    assert not environment.ready()


def test_packages_that_cannot_be_fetched_are_one_line_saying_what_to_do(uv, lock_of):
    lock = lock_of("1.0")
    lock.write_text("absent-package==1.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(EnvironmentIncomplete, match="see to it that pip or uv reaches a package index") as caught:
        of(lock).make_ready()
    assert "absent-package" in str(caught.value) and "\n" not in str(caught.value)


def test_pip_does_all_that_uv_does(pip, lock_of):
    """One environment from beginning to end: a pip takes seconds to be put into each."""
    environment = of(lock_of("1.0"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.place], check=True)
    (environment.place / "mine.txt").touch()
    environment.make_ready()
    assert version_in(environment) == "1.0" and environment.ready()
    extra = environment.with_extra(lock_of("2.0.1", "requirements-bench.lock"))
    extra.stamp.write_text("unfinished")
    extra.make_ready()
    assert version_in(environment) == "2.0.1" and environment.ready() and extra.ready()
    lock_of("3.0").write_text("tinygrid==3.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(EnvironmentIncomplete, match="see to it that pip or uv reaches a package index"):
        environment.make_ready()
    assert not environment.ready()
    environment.place.joinpath("bin", "python").unlink()
    lock_of("3.0")
    environment.make_ready()
    assert version_in(environment) == "3.0" and not (environment.place / "mine.txt").exists()


def test_without_anything_to_install_with_the_package_is_named(monkeypatch, lock_of):
    monkeypatch.setattr(environments.shutil, "which", lambda name: None)
    monkeypatch.setattr(environments, "find_spec", lambda name: None)
    monkeypatch.setattr(environments.apt.shutil, "which", lambda name: None)
    with pytest.raises(EnvironmentIncomplete, match="install python3-venv"):
        of(lock_of("1.0")).make_ready()


@pytest.mark.parametrize("name, least", [("requirements.lock", 30), ("requirements-bench.lock", 2)])
def test_a_lock_has_hashes_and_no_addresses(name, least):
    lines = (CHECKOUT / name).read_text().splitlines()
    assert not [line for line in lines if "://" in line]
    named = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(named) >= least
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line and not line.startswith((" ", "#")):
            assert "==" in line and following.strip().startswith("--hash=sha256:"), line


def locked(name: str) -> set[str]:
    """The packages of a lock."""
    return {line.split("==")[0].lower() for line in (CHECKOUT / name).read_text().splitlines() if line[:1].isalnum()}


def test_the_locks_name_everything_the_project_asks_for():
    asked = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    project, groups = asked["project"], asked["dependency-groups"]
    wanted = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    assert plain(wanted) - locked("requirements.lock") == set()
    for command, name in EXTRAS.items():
        assert plain(groups[command]) - locked(name) == set()


def test_what_only_one_command_wants_is_in_its_own_lock_alone():
    for name in EXTRAS.values():
        assert locked(name) & locked("requirements.lock") == set()


def plain(wanted: list[str]) -> set[str]:
    return {re.split(r"[\[<>=; ]", name)[0].lower().replace("_", "-") for name in wanted}
