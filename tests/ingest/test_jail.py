"""What a reading process cannot do, tried from inside it."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gridgeo.ingest import jail

BEGIN = "import sys; from gridgeo.ingest import jail; jail.leave_network(); jail.enter(sys.argv[1]);"
LIMITED = (
    "import sys; from gridgeo.ingest import jail;"
    "jail.enter(sys.argv[1], jail.Limits(memory_bytes=1 << 29, processor_s=1, written_bytes=1 << 20, open_files=16));"
)


def inside(code: str, *arguments: str, begin: str = BEGIN) -> subprocess.CompletedProcess:
    command = [*jail.command("gridgeo")[:-2], "-c", begin + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=jail.environment(), timeout=60)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir(mode=0o700)
    (made / "input").write_text("the file")
    return made


def test_every_wall_holds_on_this_machine():
    assert jail.probe() == {"network": True, "files": True, "rights": True}


def test_reads_and_writes_in_its_directory(directory: Path):
    done = inside("d = sys.argv[1]; print(open(d + '/input').read()); open(d + '/new', 'w').write('x')", str(directory))
    assert (done.returncode, done.stdout.strip()) == (0, "the file"), done.stderr


def test_reads_no_other_file(directory: Path, tmp_path: Path):
    canary = tmp_path / "canary"
    canary.write_text("secret")
    os.chmod(canary, 0o644)
    for path in (canary, "/etc/passwd", "/proc/self/environ", Path.home()):
        done = inside(
            "import os; print(os.listdir(sys.argv[2]) if os.path.isdir(sys.argv[2]) else open(sys.argv[2]).read())",
            str(directory),
            str(path),
        )
        assert done.returncode != 0 and "PermissionError" in done.stderr, path


def test_follows_no_link_out_of_its_directory(directory: Path):
    (directory / "link").symlink_to("/etc/passwd")
    done = inside("print(open(sys.argv[1] + '/link').read())", str(directory))
    assert "PermissionError" in done.stderr


def test_writes_nothing_elsewhere(directory: Path, tmp_path: Path):
    done = inside("open(sys.argv[2], 'w')", str(directory), str(tmp_path / "new"))
    assert "PermissionError" in done.stderr and not (tmp_path / "new").exists()


def test_reaches_no_network(directory: Path):
    reached = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = threading.Thread(target=lambda: (server.accept()[0].close(), reached.set()), daemon=True)
        listener.start()
        port = server.getsockname()[1]
        code = "import socket; socket.create_connection(('127.0.0.1', int(sys.argv[2])), timeout=5)"
        done = inside(code, str(directory), str(port))
        assert done.returncode != 0 and not reached.is_set()
        socket.create_connection(("127.0.0.1", port)).close()
        listener.join(5)
        assert reached.is_set()


def test_starts_no_other_program(directory: Path):
    done = inside("import os; os.execv('/bin/true', ['true'])", str(directory))
    assert "PermissionError" in done.stderr


@pytest.mark.parametrize(
    "code, sign",
    [
        ("x = bytearray(1 << 30)", "MemoryError"),
        ("open(sys.argv[1] + '/big', 'wb').write(bytes(4 << 20))", "File too large"),
        ("[open(sys.argv[1] + '/input') for _ in range(99)]", "Too many open files"),
    ],
)
def test_uses_no_more_than_its_share(directory: Path, code: str, sign: str):
    assert sign in inside("k = [];" + code, str(directory), begin=LIMITED).stderr


def test_computes_no_longer_than_its_share(directory: Path):
    assert inside("\nwhile True: pass", str(directory), begin=LIMITED).returncode < 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_root_keeps_none_of_its_powers(directory: Path, tmp_path: Path):
    done = inside("import os; os.setgroups([0])", str(directory))
    assert "PermissionError" in done.stderr
    foreign = directory / "foreign"
    foreign.write_text("x")
    assert inside("import os; os.chown(sys.argv[1] + '/foreign', 1, 1)", str(directory)).returncode != 0


def test_nothing_of_our_environment_is_handed_on(monkeypatch):
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", "postgresql://secret")
    assert not any("secret" in value for value in jail.environment().values())
    assert "PATH" not in jail.environment() and sys.executable == jail.command("x")[0]
