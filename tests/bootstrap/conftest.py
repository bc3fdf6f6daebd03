"""A checkout of a test's own, with a lock of one tiny package that needs no network."""

from __future__ import annotations

import base64
import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def wheel(folder: Path, version: str) -> str:
    """Write a wheel of the package `tinygrid` and return its line for a hashed lock."""
    info = f"tinygrid-{version}.dist-info"
    files = {
        "tinygrid.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tinygrid\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {name: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode() for name, text in files.items()}
    files[f"{info}/RECORD"] = "".join(f"{name},sha256={digest},\n" for name, digest in digests.items()) + f"{info}/RECORD,,\n"
    path = folder / f"tinygrid-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return f"tinygrid=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def lock_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a lock of a checkout, for a version of `tinygrid`; pip and uv find it without a network."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for tool in ("PIP", "UV"):
        monkeypatch.setenv(f"{tool}_NO_INDEX", "1")
        monkeypatch.setenv(f"{tool}_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    checkout = tmp_path / "checkout"
    checkout.mkdir()

    def write(version: str, name: str = "requirements.lock") -> Path:
        lock = checkout / name
        lock.write_text(wheel(wheels, version))
        return lock

    return write


@pytest.fixture
def checkout(lock_of: Callable[..., Path]) -> Path:
    """A checkout with gridgeo in it and a lock of one package."""
    home = lock_of("1.0").parent
    shutil.copytree(CHECKOUT / "gridgeo", home / "gridgeo", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", home)
    return home
