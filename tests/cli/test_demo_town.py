"""The demo's town, stage by stage, and the key that shows who is linked to its houses."""

from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from gridgeo.access import keys, store
from gridgeo.cli import demo_key, demo_town
from gridgeo.db import connection
from gridgeo.errors import InvalidInput
from gridgeo.linkage import keys as vaults

TABLES = ("edition", "building", "house", "address_name", "linkage.link")


def fill(settings, houses=40):
    stages = []

    def timed(stage):
        stages.append(stage)
        return nullcontext()

    demo_town.fill(settings.database_url, "small", houses, settings, timed)
    return stages


def run(url, *statements):
    with closing(connection.connect(url)) as conn, conn, conn.cursor() as cur:
        for statement in statements:
            cur.execute(statement)


def counted(url):
    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        cur.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in TABLES)}")
        return dict(zip(TABLES, cur.fetchone(), strict=True))


@pytest.fixture
def keyed(settings):
    """Settings of a server of somebody else whose linkage room has keys."""
    settings.home.mkdir()
    (settings.home / "gridgeo.lock").touch()
    with closing(connection.connect(settings.database_url)) as conn, conn:
        vaults.init(conn, settings)
    return settings


def test_what_an_interrupted_demo_left_out_is_loaded_by_the_next_one(keyed):
    url = keyed.database_url
    fill(keyed, houses=0)
    assert counted(url)["building"] == 0 < counted(url)["edition"]
    assert fill(keyed) == ["sample", "load", "load"]
    whole = counted(url)
    assert all(whole.values())
    run(url, "TRUNCATE linkage.link CASCADE")
    assert fill(keyed) == ["load"] and counted(url) == whole
    assert fill(keyed) == [] and counted(url) == whole


def test_nothing_is_added_to_a_district_of_the_user(keyed):
    url = keyed.database_url
    fill(keyed, houses=0)
    run(url, "UPDATE edition SET source = 'survey'")
    assert fill(keyed) == [] and counted(url)["building"] == 0


def test_nobody_is_linked_where_there_is_a_building_of_the_user(keyed):
    url = keyed.database_url
    fill(keyed)
    run(url, "TRUNCATE linkage.link CASCADE")
    made = keyed.home / "sample/small/buildings.csv"
    made.write_text("".join(made.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert fill(keyed) == [] and not demo_town.linked(url)


def state(url, text):
    with closing(connection.connect(url)) as conn:
        return store.key(conn, keys.key_id(text)).state(datetime.now(UTC) + timedelta(milliseconds=1))


def test_the_key_of_a_demo_ends_with_it_and_in_a_day(database_url):
    with demo_key.lent(database_url) as text:
        assert state(database_url, text) == "valid"
        with closing(connection.connect(database_url)) as conn:
            key = store.key(conn, keys.key_id(text))
        assert (key.name, key.scopes) == ("demo", {"read", "link"}) and key.state(key.created_at + timedelta(days=1)) == "expired"
    assert state(database_url, text) == "revoked"


def test_a_demo_revokes_the_key_of_one_that_was_killed_but_none_of_the_user(database_url):
    killed, own = demo_key._made(database_url), keys.make()
    with closing(connection.connect(database_url)) as conn, conn:
        store.add_key(conn, own.key_id, own.digest, "demo", ["read", "link"])
    with demo_key.lent(database_url) as text:
        assert [state(database_url, each) for each in (killed.text, own.text, text)] == ["revoked", "valid", "valid"]


def test_a_demo_goes_on_where_it_may_make_no_key(database_url, capsys):
    with demo_key.lent(psycopg2.extensions.make_dsn(database_url, options="-c default_transaction_read_only=on")) as text:
        assert text == ""
    assert "no key for this demo" in capsys.readouterr().err


@pytest.mark.parametrize("wanted", [-1, 5, 8_001])
def test_a_town_has_no_more_houses_than_its_district(wanted, settings):
    with pytest.raises(InvalidInput, match="8,000"):
        demo_town.fill("", "small", wanted, settings, None)


def test_a_town_without_houses_has_no_address_to_show(settings, tmp_path):
    assert demo_town.example(replace(settings, home=tmp_path), "small") is None
