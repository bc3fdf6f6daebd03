"""A real PostGIS for the tests (first simple version; the cluster manager takes over)."""
import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from gridgeo.db import connection, migrate
from gridgeo.settings import Settings


@pytest.fixture(scope="session")
def server():
    given = os.environ.get("GRIDGEO_TEST_DATABASE_URL")
    if given:
        yield given.rstrip("/")
        return
    bindir = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
    home = Path(tempfile.mkdtemp(prefix="gridgeo-pg-"))
    shutil.chown(home, "postgres")
    home.chmod(0o755)

    def run(*command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home, user="postgres", group="postgres", extra_groups=[])

    run(bindir / "initdb", "-D", home / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
    run(bindir / "pg_ctl", "-D", home / "data", "-w", "-o", f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -c jit=off", "-l", home / "log", "start")
    try:
        yield f"host={home} user=postgres"
    finally:
        run(bindir / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")
        shutil.rmtree(home)


def _admin(server):
    conn = connection.connect(f"{server} dbname=postgres")
    conn.autocommit = True
    return conn


@pytest.fixture(scope="session")
def template(server):
    admin = _admin(server)
    name = f"template_{uuid.uuid4().hex[:8]}"
    admin.cursor().execute(f"CREATE DATABASE {name}")
    conn = connection.connect(f"{server} dbname={name}")
    migrate.migrate(conn)
    conn.close()
    yield admin, name
    admin.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def _clone(server, template):
    admin, source = template
    name = f"clone_{uuid.uuid4().hex[:8]}"
    admin.cursor().execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    return name, f"{server} dbname={name}"


@pytest.fixture(scope="session")
def _shared(server, template):
    name, url = _clone(server, template)
    conn = connection.connect(url)
    yield conn
    conn.close()


@pytest.fixture
def conn(_shared):
    """A connection whose work is rolled back after the test."""
    yield _shared
    _shared.rollback()


@pytest.fixture
def database_url(server, template):
    """A database of the test's own, for what commits."""
    name, url = _clone(server, template)
    yield url
    template[0].cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url, tmp_path):
    return Settings(home=tmp_path, database_url=database_url)
