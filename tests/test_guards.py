"""Guards over the whole project: who may import whom, style, the lock, what the docs must name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def run(*command, cwd=ROOT):
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_imports_go_one_way_down():
    done = run(BIN / "lint-imports", "--no-cache")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "place, planted",
    [
        ("gridgeo/geo/planted.py", "from gridgeo.hierarchy import store\n"),
        ("gridgeo/hierarchy/rules.py", "import psycopg2\n"),
        ("maps/planted.py", "import api.app\n"),
    ],
)
def test_a_planted_import_the_wrong_way_is_caught(tmp_path, place, planted):
    for package in ("gridgeo", "api", "maps"):
        run("cp", "-r", ROOT / package, tmp_path)
    run("cp", ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / place
    file.write_text(planted + (file.read_text(encoding="utf-8") if file.exists() else ""), encoding="utf-8")
    done = subprocess.run(
        [str(BIN / "lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_style():
    done = run(BIN / "ruff", "check", ".")
    assert done.returncode == 0, done.stdout


def test_format():
    done = run(BIN / "ruff", "format", "--check", ".")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name, least", [("requirements.lock", 30), ("requirements-bench.lock", 2)])
def test_a_lock_is_hashed_and_names_no_host(name, least):
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in lock
    packages = re.findall(r"^[A-Za-z0-9].*$", lock, re.MULTILINE)
    assert len(packages) >= least
    for package in packages:
        block = lock.split(package, 1)[1]
        assert block.lstrip(" \\\n").startswith("--hash=sha256:"), package


def test_only_the_settings_read_the_environment():
    readers = [
        str(file.relative_to(ROOT))
        for folder in ("gridgeo", "api", "maps")
        for file in (ROOT / folder).rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b", file.read_text(encoding="utf-8"))
    ]
    assert readers == ["gridgeo/settings.py"]


def test_every_setting_is_documented():
    from dataclasses import fields

    from gridgeo.settings import Settings

    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert [field.name for field in fields(Settings) if f"GRIDGEO_{field.name.upper()}" not in text] == []


def test_every_command_is_documented():
    from gridgeo.cli import COMMANDS

    text = "".join(file.read_text(encoding="utf-8") for file in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert [name for name in COMMANDS if f"gridgeo {name}" not in text] == []


def test_links_between_documents_lead_somewhere():
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "sample_data").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (file.parent / target).exists(), f"{file.relative_to(ROOT)} links to {target}"
