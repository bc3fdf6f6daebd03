"""Programs of others that the tests use: what is missing is installed at once where root may, else done without."""

import os

import pytest

from gridgeo.bootstrap import programs


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine with apt alone, whose apt-get keeps what it was asked and does as it is told."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    def make(name: str, lines: str = "") -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\necho $* >> {tmp_path}/asked\n{lines}\n")
        (tmp_path / name).chmod(0o755)

    for name in ("apt-get", "apt-cache", "dpkg-deb", "dpkg-query"):
        make(name)
    return make


def asked(tmp_path) -> list[str]:
    return (tmp_path / "asked").read_text().splitlines() if (tmp_path / "asked").exists() else []


def test_what_is_missing_is_installed_in_one_go(bare, tmp_path):
    bare("ogr2ogr")
    programs.ensure()
    assert asked(tmp_path) == ["install -y -q --no-install-recommends gnumeric curl"]


def test_nothing_is_installed_that_is_there_or_by_an_ordinary_user_or_offline(bare, tmp_path, monkeypatch):
    programs.ensure(offline=True)
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: 1000)
        programs.ensure()
    for name in programs.PACKAGES:
        bare(name)
    programs.ensure()
    assert asked(tmp_path) == []


def test_what_cannot_be_had_is_done_without_and_said(bare, capsys):
    bare("apt-get", "echo 'E: no such package' >&2; exit 100")
    programs.ensure()
    assert "goes on without gdal-bin gnumeric curl: " in capsys.readouterr().err
