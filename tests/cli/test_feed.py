"""`gridgeo feed` and `gridgeo replicate`: how the feed stands, numbering, and what stops a copy."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from gridgeo import cli
from gridgeo.db import connection
from tests.changes.receiving import receiving
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
    assert "last transaction: 1" in told and "kept from: 1 (" in told and "waiting for a number: 0\n" in told
    assert "numbering: nobody does" in told and told.endswith("webhooks: 0, of which 0 fail now; 0 transactions left out\n")


def test_a_service_is_told_by_command_and_what_it_refused_is_told_again(run, database_url):
    """Its secret is shown once; a part of the city by the codes of its units."""
    run("feed", "stamp", "--once")
    with closing(connection.connect(database_url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT min(code) FROM grid_unit_version WHERE leaf")
        (code,) = cur.fetchone()
    with receiving() as told:
        status, said = run("feed", "webhook", "add", told.url, "--entities", "unit,object", "--area", code)
        assert status == 0 and said.startswith("whsec_") and "It is told of unit, object from transaction 2 on." in said
        status, said = run("feed", "webhook", "list")
        assert told.url in said and code in said and "whsec_" not in said
        (one,) = json.loads(run("feed", "webhook", "list", "--json")[1])
        assert (one["told"], one["behind"], one["dead"], one["area"]) == (1, 0, 0, [code])
        number = str(one["id"])
        assert run("feed", "webhook", "test", number) == (0, "test letter: taken\n")
        assert run("feed", "webhook", "dead") == (0, "Nothing was left out.\n")
        with closing(connection.connect(database_url)) as conn, conn, conn.cursor() as cur:
            cur.execute("INSERT INTO webhook_dead (webhook_id, number, failure) VALUES (%s, 1, 'answered 422')", (number,))
        assert "answered 422" in run("feed", "webhook", "dead", number)[1]
        told.answer = lambda letter: 500
        assert run("feed", "webhook", "retry", number) == (1, "transaction 1: answered 500\n")
        told.answer = lambda letter: 200
        assert run("feed", "webhook", "retry", number, "1") == (0, "transaction 1: taken\n")
        assert run("feed", "webhook", "retry", number, "1")[0] == 1
        assert run("feed", "webhook", "remove", number) == (0, f"Webhook {number} is told no more.\n")
        assert run("feed", "webhook", "list")[1].startswith("Nobody is told yet")
        assert run("feed", "webhook", "host")[1].startswith("http://127.0.0.1:")


def test_what_is_no_webhook_is_said_in_one_line(run):
    for words, status in {
        ("add", "file:///etc/passwd"): 2,
        ("add", "http://copy.example/", "--entities", "person"): 2,
        ("add", "http://copy.example/", "--area", "999"): 2,
        ("host", "copy.example"): 2,
        ("test", "7"): 1,
        ("dead", "7"): 1,
        ("remove", "7"): 1,
    }.items():
        got, told = run("feed", "webhook", *words)
        assert got == status and told.startswith("gridgeo: ") and told.count("\n") == 1, words


def test_a_service_that_is_not_there_is_said_in_one_line(run, tmp_path):
    status, told = run("replicate", "http://127.0.0.1:9", "--to", str(tmp_path / "copy.gpkg"))
    assert status == 1 and told.count("\n") == 1 and "refused" in told.lower()
