"""Chromium and a Chinese font: found, or one line that says what to install."""

import os
import sys

import pytest

from gridgeo.bootstrap import browser
from gridgeo.errors import EnvironmentIncomplete


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Makes programs on a machine that has no others; each prints one line."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(name: str, line: str = "") -> str:
        (tmp_path / name).write_text(f"#!/bin/sh\necho {line}\n")
        (tmp_path / name).chmod(0o755)
        return str(tmp_path / name)

    return make


@pytest.mark.parametrize("name", browser.NAMES)
def test_chromium_is_found_under_each_of_its_names(programs, name):
    programs("fc-list", "NotoSansCJK.ttc")
    made = programs(name)
    assert browser.find() == browser.find(name) == made


def test_the_one_named_goes_first(programs):
    programs("fc-list", "NotoSansCJK.ttc")
    programs("chromium")
    assert browser.find(programs("mine")).endswith("/mine")


@pytest.mark.parametrize("has_fontconfig", [True, False])
def test_without_a_chinese_font_the_package_is_named(programs, has_fontconfig):
    programs("chromium")
    if has_fontconfig:
        programs("fc-list")
    with pytest.raises(EnvironmentIncomplete, match=r"no font.*fonts-noto-cjk"):
        browser.find()


def test_without_chromium_the_package_is_named(programs):
    with pytest.raises(EnvironmentIncomplete, match="apt-get install chromium"):
        browser.find()
    with pytest.raises(EnvironmentIncomplete, match="GRIDGEO_CHROMIUM=/no/such is not a program"):
        browser.find("/no/such")


def test_nothing_is_installed_by_an_ordinary_user_or_offline(programs, monkeypatch):
    with pytest.raises(EnvironmentIncomplete):
        browser.ensure(offline=True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(EnvironmentIncomplete):
        browser.ensure()


def test_root_has_it_installed(programs, monkeypatch, tmp_path):
    """apt-get here is a program that does what the real one would: after it, Chromium and a font are there."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("apt-cache", "dpkg-deb", "dpkg-query"):
        programs(name)
    shell, made = browser.PACKAGES[0], f"printf '#!/bin/sh\\necho font\\n' > {tmp_path}/$name; /bin/chmod 755 {tmp_path}/$name"
    (tmp_path / "apt-get").write_text(f"#!/bin/sh\necho $* >> {tmp_path}/asked\nfor name in {shell} fc-list; do {made}; done\n")
    (tmp_path / "apt-get").chmod(0o755)
    assert browser.ensure() == str(tmp_path / shell)
    assert f"install -y -q --no-install-recommends {shell} fonts-noto-cjk fontconfig libatomic1" in (tmp_path / "asked").read_text()


def test_the_program_that_drives_chromium_starts():
    assert browser.driver_lack() == ""


def test_a_driver_that_does_not_start_says_which_library_it_lacks(programs, monkeypatch, tmp_path):
    programs("fc-list", "NotoSansCJK.ttc")
    programs("chromium")
    driver = tmp_path / "playwright" / "driver"
    driver.mkdir(parents=True)
    (tmp_path / "playwright" / "__init__.py").touch()
    (driver / "node").write_text("#!/bin/sh\necho 'node: libatomic.so.1: cannot open shared object file' >&2\nexit 127\n")
    (driver / "node").chmod(0o755)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "playwright", raising=False)
    with pytest.raises(EnvironmentIncomplete, match=r"libatomic\.so\.1.*apt-get install .* libatomic1"):
        browser.find()
