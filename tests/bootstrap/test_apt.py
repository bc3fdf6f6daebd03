"""Packages fetched without root, from a distribution of the test's own."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gridgeo.bootstrap import apt
from gridgeo.errors import EnvironmentIncomplete

pytestmark = pytest.mark.skipif(not apt.present(), reason="apt is not on this machine, so nothing can be fetched with it")
ANY = re.compile("tiny.*")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A list of sources that offers tiny-server, which needs tiny-lib, tiny-extra and the installed dpkg."""
    offer = tmp_path / "offer"
    offer.mkdir()
    index = [
        _package(offer, "tiny-server", "tiny-lib (>= 1), dpkg, tiny-either | tiny-or"),
        _package(offer, "tiny-lib", "tiny-deep"),
        _package(offer, "tiny-deep", ""),
        _package(offer, "tiny-either", ""),
        _package(offer, "tiny-or", ""),
    ]
    (offer / "Packages").write_text("\n".join(index))
    listed = tmp_path / "sources.list"
    listed.write_text(f"deb [trusted=yes] file:{offer} ./\n")
    return listed


def _package(offer: Path, name: str, depends: str) -> str:
    tree = offer / f"{name}.tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: test\nDescription: invented\n"
    control += f"Depends: {depends}\n" if depends else ""
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / "usr/share").mkdir(parents=True)
    (tree / "usr/share" / name).write_text(name)
    file = offer / f"{name}_1.0_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, file], check=True, capture_output=True)
    shutil.rmtree(tree)
    content = file.read_bytes()
    return f"{control}Filename: ./{file.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n"


def test_packages_are_found_by_pattern(tmp_path, sources):
    assert apt.Fetcher(tmp_path / "scratch", sources).names("^tiny-(server|lib)$") == ["tiny-lib", "tiny-server"]


def test_dependencies_are_followed_unless_installed_or_unwanted(tmp_path, sources):
    fetcher = apt.Fetcher(tmp_path / "scratch", sources)
    assert fetcher.with_dependencies(["tiny-server"], ANY) == ["tiny-deep", "tiny-either", "tiny-lib", "tiny-server"]
    assert fetcher.with_dependencies(["tiny-server"], re.compile("tiny-lib")) == ["tiny-lib", "tiny-server"]
    assert "dpkg" not in fetcher.with_dependencies(["tiny-server"], re.compile(".*"))


def test_packages_are_unpacked_where_asked_and_nowhere_else(tmp_path, sources):
    apt.Fetcher(tmp_path / "scratch", sources).unpack(["tiny-lib", "tiny-deep"], tmp_path / "tree")
    assert sorted(path.name for path in (tmp_path / "tree/usr/share").iterdir()) == ["tiny-deep", "tiny-lib"]
    assert not Path("/usr/share/tiny-lib").exists()


def test_a_package_nobody_offers_is_one_line(tmp_path, sources):
    with pytest.raises(EnvironmentIncomplete, match="Unable to locate package absent") as caught:
        apt.Fetcher(tmp_path / "scratch", sources).unpack(["absent"], tmp_path / "tree")
    assert "\n" not in str(caught.value)


def test_a_spoilt_package_is_not_unpacked(tmp_path, sources):
    spoilt = tmp_path / "offer" / "tiny-lib_1.0_all.deb"
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"!")
    with pytest.raises(EnvironmentIncomplete, match="apt could not fetch"):
        apt.Fetcher(tmp_path / "scratch", sources).unpack(["tiny-lib"], tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
