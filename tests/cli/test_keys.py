"""The commands on API keys: what they print, what is kept, and how they refuse."""

import json
from contextlib import closing

import pytest

from gridgeo import cli
from gridgeo.access import keys, store
from gridgeo.db import connection
from tests.access import making
from tests.api.world import DISTRICT, A


@pytest.fixture(scope="module")
def template(laid, template) -> str:
    """A database with the drawn city."""
    return laid(template, making.city)


@pytest.fixture
def run(settings, monkeypatch, capsys):
    """Run a command on that database; return status, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def call(*argv):
        try:
            status = cli.main(["keys", *argv])
        except SystemExit as stopped:
            status = stopped.code
        return status, *capsys.readouterr()

    return call


def kept(settings) -> list:
    with closing(connection.connect(settings.database_url)) as conn:
        return store.keys(conn)


def test_a_key_is_shown_once_and_only_its_digest_is_kept(run, settings):
    status, out, err = run("add", "--name", "消防大队", "--scope", "read,link")
    text = out.splitlines()[0]
    (key,) = kept(settings)
    assert (status, err) == (0, "")
    assert (key.key_id, key.digest, key.name) == (keys.key_id(text), keys.digest(text), "消防大队")
    assert (key.scopes, key.area, key.per_minute, key.expires_at) == (frozenset({"read", "link"}), None, None, None)
    assert text not in run("list")[1] and text.rpartition("_")[2] not in run("list", "--json")[1]


def test_a_key_may_be_for_a_part_of_the_city_and_for_a_time(run, settings):
    args = ("--scope", "read", "--scope", "link", "--area", f"{DISTRICT},{A}", "--expires", "2099-01-01", "--per-minute", "60")
    status, out, _ = run("add", "--name", "x", *args)
    assert status == 0 and f"link, read; {DISTRICT}宝安区 {A}甲格; until 2099-01-01; 60 requests a minute." in out
    (key,) = kept(settings)
    assert len(key.area) == 2 and key.per_minute == 60 and key.expires_at.isoformat() == "2098-12-31T16:00:00+00:00"


def test_list_tells_who_may_what(run):
    assert run("list")[:2] == (0, "No key yet: `gridgeo keys add --name NAME --scope read`.\n")
    run("add", "--name", "一号", "--scope", "read", "--area", A)
    run("add", "--name", "二号", "--scope", "admin,read")
    header, first, second = run("list")[1].splitlines()
    assert header.split()[:5] == ["id", "name", "state", "scopes", "area"]
    assert first.split()[1:5] == ["一号", "valid", "read", f"{A}甲格"]
    assert second.split()[1:6] == ["二号", "valid", "admin,read", "全市", "whole"]
    told = json.loads(run("list", "--json")[1])
    assert [(each["name"], each["area"]) for each in told] == [("一号", [{"code": A, "name_zh": "甲格"}]), ("二号", None)]


def test_revoke_ends_a_key_by_its_id_or_its_beginning(run, settings):
    for form in ("{}", "gg_{}", "gg_{}_" + "0" * 64):
        key_id = json.loads(run("add", "--name", "x", "--scope", "read", "--json")[1])["key_id"]
        status, out, _ = run("revoke", form.format(key_id))
        assert status == 0 and out.startswith(f"Key {key_id} of x is revoked")
    assert {key.revoked_at is None for key in kept(settings)} == {False}
    assert "revoked" in run("list")[1]


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("add", "--name", "x", "--scope", "raed"), 2, "scope 'raed': is not one of read, write, link, unmask, admin"),
        (("add", "--name", " ", "--scope", "read"), 2, "--name"),
        (("add", "--name", "a\nb", "--scope", "read"), 2, "--name"),
        (("add", "--name", "x", "--scope", "read", "--area", "440399"), 2, "area '440399': is no code of the edition"),
        (("add", "--name", "x", "--scope", "read", "--expires", "2020-01-01"), 2, "is not in the future"),
        (("add", "--name", "x", "--scope", "read", "--expires", "soon"), 2, "--expires"),
        (("add", "--name", "x", "--scope", "read", "--per-minute", "0"), 2, "--per-minute"),
        (("add", "--name", "x", "--scope", "read,handle"), 2, "--department"),
        (("add", "--name", "x", "--scope", "read,handle", "--department", "ZZ9999999"), 2, "no department has this code"),
        (("add", "--name", "x"), 2, "--scope"),
        (("revoke", "aaaaaaaa"), 1, "no key 'aaaaaaaa'"),
    ],
)
def test_refusals_are_one_line_and_nothing_is_kept(run, settings, args, status, said):
    done, out, err = run(*args)
    assert (done, out) == (status, "") and said in err.splitlines()[-1]
    assert kept(settings) == []
