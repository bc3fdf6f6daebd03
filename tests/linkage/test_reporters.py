"""Who reported events: sealed, found by who has the code, and kept through a change of keys."""

from contextlib import closing

import pytest

from gridgeo.db import connection
from gridgeo.errors import InvalidCode, InvalidInput, NotFound
from gridgeo.linkage import keys, reporters, rotation

PHONE = "13800138000"


def test_a_reporter_is_a_token_and_the_words_are_sealed(settings):
    with closing(connection.connect(settings.database_url)) as conn, conn:
        keys.init(conn, settings)
        vault = keys.unlock(conn, settings)
        reporters.keep(conn, vault, 1, 1, "phone", "138 0013 8000")
        reporters.keep_text(conn, vault, 1, 1, f"请回电{PHONE}")
        assert reporters.tokens(conn, 1) == [vault.token("phone", PHONE)]
        with conn.cursor() as cur:
            cur.execute("SELECT string_agg(o::text, ' ') FROM linkage.event_original AS o")
            assert PHONE.encode().hex() not in cur.fetchone()[0]
        with pytest.raises(InvalidInput):
            reporters.keep(conn, vault, 1, 1, "event", "x")
        with pytest.raises(InvalidCode):
            reporters.keep(conn, vault, 1, 1, "phone", "1")
        with pytest.raises(NotFound):
            reporters.text(conn, vault, 1, 2)


def test_new_keys_leave_nobody_behind(settings):
    with closing(connection.connect(settings.database_url)) as conn, conn:
        keys.init(conn, settings)
        vault = keys.unlock(conn, settings)
        reporters.keep(conn, vault, 1, 1, "phone", PHONE)
        reporters.keep_text(conn, vault, 1, 1, "原话")
        vault = rotation.begin(conn, settings, vault)
        assert (reporters.reseal(conn, vault), reporters.reseal(conn, vault)) == (1, 0)
        assert reporters.text(conn, vault, 1, 1) == "原话"
        before = reporters.tokens(conn, 1)
        anew, _ = rotation.reindex(conn, settings, vault)
        assert reporters.tokens(conn, 1) == [anew.token("phone", PHONE)] != before
