"""Running the server as a process: one or several, one line for what is wrong, and a clean end."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from api import server as api_server
from api.app import create_app, settle
from gridgeo.errors import DatabaseUnavailable, EnvironmentIncomplete
from gridgeo.settings import Settings, inherited_environment
from tests.api import canaries


@pytest.fixture
def started(database_url, tmp_path):
    """Start `python -m api.server` with settings; lend the process and its address."""
    running = []

    def start(**settings):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        given = {"GRIDGEO_DATABASE_URL": database_url, "GRIDGEO_PORT": str(port), "GRIDGEO_HOME": str(tmp_path)}
        environment = {**inherited_environment(), **given, **{f"GRIDGEO_{name.upper()}": value for name, value in settings.items()}}
        process = subprocess.Popen([sys.executable, "-m", "api.server"], env=environment, stderr=subprocess.PIPE, text=True)
        running.append(process)
        address = f"http://127.0.0.1:{port}"
        for _ in range(2400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        return process, address

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stderr.close()


def said_by(process, wait_s: int = 30) -> str:
    """What a process said that is told to end."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=wait_s)[1]


def sent(address: str) -> None:
    """Ask with codes of persons wherever somebody might put them."""
    with httpx.Client(base_url=address, trust_env=False) as client:
        for canary in canaries.CANARIES:
            canaries.send(client, canary)


def told_of_nobody(said: str) -> bool:
    return said.count("/codes/validate") > len(canaries.CANARIES) and not any(canaries.leaked(each, said) for each in canaries.CANARIES)


def test_it_ends_when_told_and_has_logged_each_request_and_no_personal_code(started):
    process, address = started(log_json="0")
    httpx.get(f"{address}/grids/440306", trust_env=False)
    sent(address)
    said = said_by(process)
    assert process.returncode in (0, -signal.SIGTERM)
    assert re.search(r"INFO gridgeo.request: GET /grids/\{code\} 404 \d+\.\d ms \d+ B [0-9a-f-]{36}", said)
    assert "440306" not in said and "Traceback" not in said and told_of_nobody(said)


def test_several_workers_share_the_port_and_the_settings_and_say_no_personal_code(started):
    process, address = started(workers="2", log_json="1")
    numbers = [httpx.get(f"{address}/healthz", trust_env=False).headers["x-request-id"] for _ in range(20)]
    sent(address)
    said = said_by(process)
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert set(numbers) <= {line.get("id") for line in lines}
    assert "Traceback" not in said and told_of_nobody(said)


def test_a_port_that_is_taken_is_said_in_one_line(database_url):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(database_url=database_url, port=taken.getsockname()[1])
        with pytest.raises(EnvironmentIncomplete, match="GRIDGEO_PORT"):
            api_server.run(settings)


def test_no_database_to_begin_with_is_said_in_one_line():
    with pytest.raises(DatabaseUnavailable):
        api_server.run(Settings(database_url="postgresql:///none?host=/nonexistent", port=0))
    with pytest.raises(DatabaseUnavailable), api_server.background(Settings(database_url="postgresql:///none?host=/nonexistent", port=0)):
        pass


def test_the_command_ends_with_one_line(tmp_path):
    environment = {**inherited_environment(), "GRIDGEO_DATABASE_URL": "postgresql:///none?host=/nonexistent", "GRIDGEO_HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-m", "api.server"], env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("gridgeo: ") and len(ended.stderr.splitlines()) == 1


def test_streams_do_not_keep_it_from_ending(started, request):
    """Each comes to its end as one that has told all it had: whoever heard it comes back. In all processes, with `--long`."""
    process, address = started(workers="2" if request.config.getoption("--long") else "1")
    client = httpx.Client(base_url=address, trust_env=False, timeout=30)
    streams = client.stream("GET", "/changes/stream"), client.stream("GET", "/changes/stream?entity=object")
    with client, streams[0] as one, streams[1] as other:
        told = one.iter_text(), other.iter_text()
        assert all("retry" in next(text) for text in told)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert ["".join(text) for text in told] == ["", ""], "and do not break off"
        said = process.communicate(timeout=20)[1]
    assert time.monotonic() - began < api_server._GRACE_S - 2
    assert "Traceback" not in said and "Cancel" not in said


def test_what_a_server_begins_with_is_not_looked_through_for_garbage(database_url, tmp_path):
    app = create_app(Settings(home=tmp_path, database_url=database_url), settle)

    async def begun() -> int:
        async with app.router.lifespan_context(app):
            return gc.get_freeze_count()

    try:
        assert asyncio.run(begun()) > 10_000
    finally:
        gc.unfreeze()
