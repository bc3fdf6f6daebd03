"""`gridgeo feed` and `gridgeo replicate`: how the feed stands, numbering, and what stops a copy."""

from __future__ import annotations

from contextlib import closing

import pytest

from gridgeo import cli
from gridgeo.db import connection
from tests.objects import making


@pytest.fixture
def run(database_url, monkeypatch, tmp_path, capsys):
    """Run a command on a database in which a district was made valid, and a tree of categories, in one transaction."""
    with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
        making.city(conn)
        making.tree(conn)
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", database_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(tmp_path / "home"))

    def command(*words: str) -> tuple[int, str]:
        status = cli.main([*words])
        told = capsys.readouterr()
        return status, told.out + told.err

    return command


def test_what_waits_is_said_and_numbered(run):
    status, told = run("feed", "status")
    assert status == 0 and "last transaction: 0" in told and "waiting for a number: 1, since" in told
    assert run("feed", "stamp", "--once") == (0, "1 transactions numbered; the last is 1\n")
    told = run("feed", "status")[1]
    assert "last transaction: 1" in told and "kept from: 1 (" in told and told.endswith("waiting for a number: 0\n")


def test_a_service_that_is_not_there_is_said_in_one_line(run, tmp_path):
    status, told = run("replicate", "http://127.0.0.1:9", "--to", str(tmp_path / "copy.gpkg"))
    assert status == 1 and told.count("\n") == 1 and "refused" in told.lower()
