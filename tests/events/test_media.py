"""Media are kept under their digests: announced first, whole or not there, one however often they are sent, and nobody's are removed."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from contextlib import closing
from datetime import timedelta

import pytest

from gridgeo.db import connection
from gridgeo.db.check import State
from gridgeo.errors import Conflict, Damaged, NotFound, StoreUnavailable
from gridgeo.events import intake
from gridgeo.events.media import care, places, rules, store
from gridgeo.events.media.model import Form
from gridgeo.events.model import Medium
from gridgeo.settings import Settings
from tests.events import life
from tests.events.making_media import png

NOW = timedelta(seconds=-1)


def paper(number: int = 0) -> bytes:
    return b"%%PDF-1.7\n%d\n%%%%EOF\n" % number


@pytest.fixture
def event(conn):
    life.ground(conn)
    return life.report(conn).event_id


@pytest.fixture
def folder(tmp_path):
    return places.Folder(tmp_path / "media")


def kept(conn, place, event_id, data, actor="key:clerk000", **more):
    """What a request does, in one transaction."""
    given = store.received(data)
    if store.announce(conn, given):
        place.put(given.name, given.data)
    return store.attach(conn, event_id, given, actor, **more)


def test_sent_twice_is_one(conn, event, folder):
    first, new = kept(conn, folder, event, png())
    again, anew = kept(conn, folder, event, png())
    assert (first, new, anew) == (again, True, False)
    assert (first.media_no, first.media_type, first.step_no, first.actor) == (1, Form.PNG, 1, "key:clerk000")
    assert first.digest == hashlib.sha256(png()).digest() != first.kept, "where it was taken is not in what is kept"
    path = places.sound(folder, first.kept.hex())
    assert b"Zhang Nobody" in png() and b"Zhang Nobody" not in path.read_bytes() and path.stat().st_size == first.bytes


def test_what_a_report_named_by_its_digest_is_there_once_it_is_sent(conn, folder):
    life.ground(conn)
    named = Medium(hashlib.sha256(png()).digest(), "image/png", len(png()))
    event = intake.take_in(conn, [life.given(media=(named,))], life.WORKER)[0].event_id
    (before,) = store.listed(conn, event)
    assert (before.kept, before.bytes, before.actor) == (None, len(png()), None)
    held, new = kept(conn, folder, event, png())
    assert new and held.media_no == 1 and held.kept is not None and store.listed(conn, event) == [held]


def test_two_events_may_have_the_same(conn, event, folder):
    other = life.report(conn).event_id
    assert kept(conn, folder, event, paper())[0].kept == kept(conn, folder, other, paper())[0].kept
    with pytest.raises(NotFound):
        store.find(conn, other, 2)


def test_an_event_has_so_many_and_of_a_receipt_fewer(conn, event, folder):
    for number in range(rules.OF_RECEIPT):
        kept(conn, folder, event, paper(number), "receipt", by_receipt=True)
    with pytest.raises(Conflict, match="20 media"):
        kept(conn, folder, event, paper(99), "receipt", by_receipt=True)
    assert kept(conn, folder, event, paper(0), "receipt", by_receipt=True)[1] is False
    assert kept(conn, folder, event, paper(99))[1], "who works on it may send more"


def test_what_was_announced_and_became_nobodys_is_removed_and_nothing_else(conn, event, folder, tmp_path):
    held = kept(conn, folder, event, png())[0]
    lost, same = store.received(paper(1)), store.received(paper(2))
    for given in (lost, same):
        store.announce(conn, given)
        folder.put(given.name, given.data)
    kept(conn, folder, event, paper(2))
    assert care.sweep(conn, folder) == 0, "for a day it may still become somebody's"
    assert care.sweep(conn, folder, NOW) == 1
    assert {path.name for path in (tmp_path / "media").rglob("*") if path.is_file()} == {held.kept.hex(), same.name}
    with pytest.raises(Conflict, match="send it again"):
        store.attach(conn, event, lost, "key:clerk000")


def test_the_same_picture_from_two_telephones_is_removed_with_the_last_of_them(conn, folder):
    one, other = (store.received(png(owner)) for owner in ("Zhang Nobody", "Li Nobody"))
    assert one.kept == other.kept and one.digest != other.digest
    for given in (one, other):
        store.announce(conn, given)
        folder.put(given.name, given.data)
    with conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.media_file SET announced_at = now() - interval '2 days' WHERE digest = %s", (one.digest,))
    assert care.sweep(conn, folder) == 0 and places.sound(folder, one.name)
    assert care.sweep(conn, folder, NOW) == 1
    with pytest.raises(Damaged):
        folder.fetch(one.name)


def test_who_announces_waits_for_who_removes(database_url, folder):
    """Else bytes could go between it being said that they are there and the event having them."""
    with closing(connection.connect(database_url)) as removes, closing(connection.connect(database_url)) as announces:
        care.sweep(removes, folder)
        with announces.cursor() as cur:
            cur.execute("SET lock_timeout = '50ms'")
        with pytest.raises(connection.psycopg2.errors.LockNotAvailable):
            store.announce(announces, store.received(paper()))


def test_files_are_whole_and_nobody_elses(folder, tmp_path, monkeypatch):
    given = store.received(png())

    def broken(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(StoreUnavailable, match="No space left"):
        patched.setattr(os, "replace", broken)
        folder.put(given.name, given.data)
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()], "nothing is half there"
    folder.put(given.name, given.data)
    path = folder.fetch(given.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE((tmp_path / "media").stat().st_mode) == 0o700


def test_what_is_damaged_is_not_given_and_mended_by_sending_it_again(folder):
    given = store.received(png())
    folder.put(given.name, given.data)
    path = folder.fetch(given.name)
    path.chmod(0o600)
    path.write_bytes(given.data[:-1] + b"x")
    with pytest.raises(Damaged, match="not those that were kept"):
        places.sound(folder, given.name)
    folder.put(given.name, given.data)
    assert places.sound(folder, given.name).read_bytes() == given.data


def test_what_was_begun_a_day_ago_is_tidied_away(folder, tmp_path):
    folder.tidy()
    coming = tmp_path / "media" / "coming"
    coming.mkdir(parents=True)
    for name, hours in (("old", 25), ("new", 1)):
        (coming / name).touch()
        os.utime(coming / name, (time.time() - hours * 3600,) * 2)
    folder.tidy()
    assert [path.name for path in coming.iterdir()] == ["new"]


def test_the_check_finds_what_is_damaged_or_lost(conn, event, tmp_path):
    settings = Settings(home=tmp_path)
    assert care.examine(conn, settings) == []
    held = kept(conn, places.of(settings), event, png())[0]
    assert [found.state for found in care.examine(conn, settings)] == [State.OK]
    places.of(settings).remove(held.kept.hex())
    (found,) = care.examine(conn, settings)
    assert found.state is State.ERROR and "1 are damaged or lost" in found.seen


def test_who_only_names_a_digest_gets_nothing_that_others_sent(conn, event, folder):
    kept(conn, folder, event, png())
    named = Medium(hashlib.sha256(png()).digest(), "image/png", len(png()))
    other = intake.take_in(conn, [life.given(media=(named,))], life.WORKER)[0].event_id
    assert store.listed(conn, other)[0].kept is None
    assert kept(conn, folder, other, png())[0].kept is not None


def test_workers_look_after_them(database_url, tmp_path):
    settings = Settings(home=tmp_path, database_url=database_url)
    given, place = store.received(paper()), places.of(settings)
    with closing(connection.connect(database_url)) as conn, conn, conn.cursor() as cur:
        store.announce(conn, given)
        cur.execute("UPDATE gridgeo.media_file SET announced_at = now() - interval '2 days'")
    place.put(given.name, given.data)
    caretaker = care.Caretaker(database_url, settings).start()
    until = time.monotonic() + 60
    while (tmp_path / "media" / given.name[:2] / given.name).exists() and time.monotonic() < until:
        time.sleep(0.02)
    caretaker.stop()
    with pytest.raises(Damaged):
        place.fetch(given.name)
