"""Key files and the keys in the database: made once, refused where they are not what they should be, changed without loss."""

import stat
from contextlib import closing
from dataclasses import replace

import pytest

from gridgeo.db import connection
from gridgeo.errors import Conflict, EnvironmentIncomplete
from gridgeo.linkage import keys, rotation
from gridgeo.settings import Settings
from tests.linkage import making


@pytest.fixture
def private(tmp_path):
    """Settings of an installation with a cluster of its own."""
    return Settings(home=tmp_path / "home")


def test_the_private_database_makes_its_keys_when_they_are_first_needed(conn, private):
    vault = keys.unlock(conn, private)
    path = keys.master_path(private)
    assert path == private.home / "keys" / "master.key" and len(path.read_bytes()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    again = keys.unlock(conn, private)
    assert again.current == vault.current and again.token("phone", "110") == vault.token("phone", "110")


def test_a_server_of_somebody_else_gets_its_keys_from_the_operator(conn, private):
    foreign = replace(private, database_url="postgresql://elsewhere")
    with pytest.raises(Conflict, match="gridgeo linkage init"):
        keys.unlock(conn, foreign)
    assert not keys.master_path(private).exists()
    keys.init(conn, foreign)
    keys.unlock(conn, foreign)
    with pytest.raises(Conflict, match="has its keys already"):
        keys.init(conn, foreign)


def test_the_key_file_may_lie_anywhere(conn, private, tmp_path):
    elsewhere = replace(private, key_file=str(tmp_path / "safe" / "a.key"))
    keys.unlock(conn, elsewhere)
    assert (tmp_path / "safe" / "a.key").exists() and not (private.home / "keys").exists()


def test_no_key_in_the_clear_lies_in_the_database(conn, private):
    vault = keys.unlock(conn, private)
    with conn.cursor() as cur:
        cur.execute("SELECT string_agg(encode(wrapped, 'hex') || master, '') FROM linkage.data_key")
        held = cur.fetchone()[0]
    master = keys.master_path(private).read_bytes()
    assert not [key for key in (master, vault._index, vault._audit, *vault._keys.values()) if key.hex() in held]


def test_a_key_that_was_exchanged_in_the_database_is_refused(conn, private):
    keys.unlock(conn, private)
    with conn.cursor() as cur:
        cur.execute(
            "UPDATE linkage.data_key SET wrapped = (SELECT wrapped FROM linkage.data_key WHERE purpose = 'audit') WHERE purpose = 'seal'"
        )
    with pytest.raises(Conflict, match="the key for seal in the database was changed"):
        keys.unlock(conn, private)


@pytest.mark.parametrize(
    "spoil, told",
    [
        (lambda path: path.unlink(), "there is no key file"),
        (lambda path: path.chmod(0o640), "others may read the key file"),
        (lambda path: path.chmod(0o604), "others may read the key file"),
        (lambda path: path.write_bytes(b"k" * 31), "holds 31 bytes"),
        (lambda path: path.write_bytes(b"k" * 32), "is not the key of this database"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read"),
    ],
    ids=["missing", "group", "others", "short", "wrong", "directory"],
)
def test_a_key_file_that_is_not_right_is_one_clear_error(conn, private, spoil, told):
    """And never a new key: what the old one sealed would be lost."""
    keys.unlock(conn, private)
    path = keys.master_path(private)
    spoil(path)
    with pytest.raises(EnvironmentIncomplete, match=told):
        keys.unlock(conn, private)
    assert not path.is_file() or path.read_bytes()[:1] in (b"k", path.read_bytes()[:1])


def test_a_key_file_is_never_overwritten(tmp_path):
    made = keys.make_master(tmp_path / "a.key")
    with pytest.raises(EnvironmentIncomplete, match="is there already"):
        keys.make_master(tmp_path / "a.key")
    assert keys.read_master(tmp_path / "a.key") == made
    assert made.key.hex() not in repr(made) and str(made.key) not in repr(made)


def test_a_kept_vault_knows_when_its_keys_are_no_longer_in_use(conn, private):
    vault = keys.unlock(conn, private)
    assert keys.is_current(conn, vault)
    keys.replace(conn, private, "seal")
    assert not keys.is_current(conn, vault)


def test_two_that_start_at_once_make_keys_once(database_url, private):
    import threading

    found = []

    def unlock():
        with closing(connection.connect(database_url)) as conn, conn:
            found.append(keys.unlock(conn, private).token("phone", "110"))

    threads = [threading.Thread(target=unlock) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(found) == 4 and len(set(found)) == 1


# --- new keys -------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(conn, private):
    """A room of twelve linked persons and three numbers."""
    making.base(conn)
    vault = keys.unlock(conn, private)
    folder = private.home
    making.load(conn, vault, folder, [making.row(making.person_code(number)) for number in range(12)])
    making.load(conn, vault, folder, [making.row(making.phone(number), role="contact") for number in range(3)], "phone")
    return vault


def codes(conn, vault):
    with conn.cursor() as cur:
        cur.execute("SELECT kind, token, key_id, sealed FROM linkage.identity")
        rows = cur.fetchall()
    return sorted(vault.open_many(rows)), {row[2] for row in rows}


def test_a_new_seal_key_reseals_in_steps_while_both_are_readable(conn, private, filled):
    before, _ = codes(conn, filled)
    vault = rotation.begin(conn, private, filled)
    after, count = rotation.step(conn, vault, most=5)
    assert count == 5 and after is not None
    both, used = codes(conn, vault)
    assert both == before and used == {filled.seal_key_id, vault.seal_key_id}
    again = rotation.begin(conn, private, keys.unlock(conn, private))
    assert again.seal_key_id == vault.seal_key_id, "broken off, it goes on with the same key"
    done, at = 0, b""
    while at is not None:
        at, count = rotation.step(conn, again, at, most=5)
        done += count
    assert done == 10
    assert codes(conn, again) == (before, {vault.seal_key_id})
    assert rotation.begin(conn, private, again).seal_key_id != again.seal_key_id, "finished, it begins anew"


def test_a_new_index_key_changes_every_token_and_keeps_every_link(conn, private, filled):
    def links():
        with conn.cursor() as cur:
            cur.execute(
                "SELECT link_id, kind, place, role, valid, recorded, method, source, evidence, confidence FROM linkage.link ORDER BY 1"
            )
            return cur.fetchall()

    before, held = links(), codes(conn, filled)[0]
    old = filled.token("person", making.person_code(1))
    vault, count = rotation.reindex(conn, private, filled)
    assert count == 15 and links() == before and codes(conn, vault)[0] == held
    with conn.cursor() as cur:
        cur.execute("SELECT token FROM linkage.link UNION SELECT token FROM linkage.identity")
        tokens = {bytes(token) for (token,) in cur.fetchall()}
    assert old not in tokens and vault.token("person", making.person_code(1)) in tokens


def test_a_new_master_key_wraps_anew_and_changes_nothing_else(conn, private, filled):
    path, before = keys.master_path(private), codes(conn, filled)
    old = path.read_bytes()
    new, count = rotation.rewrap(conn, private)
    assert count == 3 and path.read_bytes() == old
    assert codes(conn, keys.unlock(conn, private)) == before, "broken off here, the key beside is found"
    rotation.settle(new, path)
    assert path.read_bytes() == new.key != old and not keys.successor_path(path).exists()
    assert codes(conn, keys.unlock(conn, private)) == before
    (kept,) = [one for one in path.parent.iterdir() if one != path]
    assert kept.read_bytes() == old


def test_a_change_of_the_master_key_that_broke_off_is_finished_by_the_next(conn, private, filled):
    path = keys.master_path(private)
    rotation.rewrap(conn, private)
    new, _ = rotation.rewrap(conn, private)
    rotation.settle(new, path)
    assert path.read_bytes() == new.key
    assert codes(conn, keys.unlock(conn, private))[0]
