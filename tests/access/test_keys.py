"""API keys: made, kept, recognised; and the words of settings."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.access import keys, rules, store
from gridgeo.access.model import Principal
from gridgeo.errors import ConfigError, InvalidInput, NotFound, Unauthenticated
from tests.access import making
from tests.api.world import DISTRICT, A

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def made():
    return keys.make()


def kept(conn, made, **more):
    return store.add_key(conn, made.key_id, made.digest, "test", ["read"], **more)


def test_a_key_is_random_and_names_its_id(made):
    assert re.fullmatch(rf"gg_{made.key_id}_[0-9a-f]{{64}}", made.text)
    assert keys.key_id(made.text) == made.key_id
    assert len({keys.make().text for _ in range(100)}) == 100


def test_of_a_key_only_the_digest_is_kept(conn, made):
    kept(conn, made)
    with conn.cursor() as cur:
        cur.execute("SELECT k::text FROM gridgeo.api_key AS k")
        (row,) = cur.fetchone()
    assert made.text not in row and made.text.rpartition("_")[2] not in row


def test_a_key_stands_for_its_caller(conn, made):
    found = kept(conn, made, area=[1, 2], per_minute=5)
    caller = keys.recognised(made.text, store.key(conn, made.key_id), NOW)
    assert caller == Principal("test", made.key_id, frozenset({"read"}), (1, 2), 5)
    assert (caller.known, caller.actor, caller.may("read"), caller.may("link")) == (True, f"key:{made.key_id}", True, False)
    assert found == store.key(conn, made.key_id)


def test_an_area_of_nothing_is_not_the_whole_city(conn, made):
    assert kept(conn, made, area=[]).area == ()


@pytest.mark.parametrize(
    "text", ["", "gg_", "gg_abc", "gg_abcdefgh_" + "0" * 63, "gg_abcdefgh_" + "G" * 64, "gg_ABCDEFGH_" + "0" * 64, "x" * 76]
)
def test_what_has_not_the_form_of_a_key_is_refused_unseen(text):
    with pytest.raises(Unauthenticated):
        keys.key_id(text)


def test_another_secret_under_the_same_id_is_not_known(conn, made):
    kept(conn, made)
    other = made.text[:-1] + ("1" if made.text[-1] != "1" else "2")
    with pytest.raises(Unauthenticated, match="not known"):
        keys.recognised(other, store.key(conn, made.key_id), NOW)
    with pytest.raises(Unauthenticated, match="not known"):
        keys.recognised(made.text, None, NOW)


def test_a_key_ends_when_it_expires_and_when_it_is_revoked(conn, made):
    expiring = kept(conn, made, expires_at=NOW)
    assert keys.recognised(made.text, expiring, NOW - timedelta(seconds=1)).known
    with pytest.raises(Unauthenticated, match="has expired"):
        keys.recognised(made.text, expiring, NOW)
    revoked = store.revoke_key(conn, made.key_id)
    with pytest.raises(Unauthenticated, match="was revoked"):
        keys.recognised(made.text, revoked, revoked.revoked_at)
    assert store.revoke_key(conn, made.key_id) == revoked, "the moment of the first time stays"


def test_whether_a_key_has_ended_is_told_only_to_whoever_has_it(conn, made):
    kept(conn, made)
    revoked = store.revoke_key(conn, made.key_id)
    with pytest.raises(Unauthenticated, match="not known"):
        keys.recognised(made.text[:-1] + ("1" if made.text[-1] != "1" else "2"), revoked, revoked.revoked_at)


def test_an_id_is_given_once(conn, made):
    assert kept(conn, made) and kept(conn, made) is None


def test_an_unknown_key_cannot_be_revoked(conn):
    with pytest.raises(NotFound):
        store.revoke_key(conn, "aaaaaaaa")


def test_codes_are_units_of_today(conn):
    units = making.city(conn)
    assert store.units_of_codes(conn, [A, DISTRICT, A]) == [units[A], units[DISTRICT]]
    assert store.names_of_units(conn, [units[DISTRICT]]) == {units[DISTRICT]: (DISTRICT, "宝安区")}
    with pytest.raises(InvalidInput, match="no code of the edition"):
        store.units_of_codes(conn, [A, "440399"])


@given(st.sets(st.integers(1, 50)))
def test_an_area_is_written_twice_and_says_the_same(units):
    singly, ranges = (part.strip("{}") for part in rules.written(units).split(" "))
    assert [int(unit) for unit in singly.split(",") if unit] == sorted(units)
    ends = [tuple(map(int, ends)) for ends in re.findall(r"\[(\d+),(\d+)\)", ranges)]
    assert [unit for start, end in ends for unit in range(start, end)] == sorted(units)
    assert all(before < after for (_, before), (after, _) in pairwise(ends)), "neighbours are one range"


def test_scopes_are_words_we_know():
    assert rules.scopes(["read,link", "read unmask"]) == {"read", "link", "unmask"}
    with pytest.raises(InvalidInput, match="is not one of read, write, link, unmask, admin"):
        rules.scopes(["READ"])


def test_who_says_nothing_has_the_scopes_of_the_setting():
    assert rules.anonymous(("read", "link")) == Principal(scopes=frozenset({"read", "link"}))
    assert rules.anonymous(("none",)) == Principal()
    assert not rules.anonymous(("read",)).known and rules.anonymous(("read",)).actor == "anonymous"


@pytest.mark.parametrize("words", [("raed",), ("none", "read"), ("unmask",), ("read", "admin"), ("*",)])
def test_a_misspelt_or_dangerous_setting_is_refused(words):
    with pytest.raises(ConfigError, match="GRIDGEO_ANONYMOUS"):
        rules.anonymous(words)
