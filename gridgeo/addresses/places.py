"""The places people type the names of, made from the address base: streets, compounds, buildings by each of their names."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache

from ..access import store as access
from ..db import queries
from . import store
from .washing import pinyin
from .washing.text import key

SQL = queries.load(__package__, "places.sql")

_DIGITS = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_SPOKEN = {ord(str(digit)): sound for digit, sound in enumerate(_DIGITS)}
_SPOKEN_INITIALS = {digit: sound[0] for digit, sound in _SPOKEN.items()}


def refresh(conn) -> int:
    """Make the places people type anew from the address base, and tell serving processes; return how many there are.

    To be called after buildings, addresses or names were changed, in the same transaction.
    """
    with conn.cursor() as cur:
        _remake(cur, {"keys": None, "heads": None})
        cur.execute(SQL["count_places"])
        return cur.fetchone()[0]


def follow(conn, buildings: Iterable[str]) -> None:
    """Make anew what :func:`refresh` makes where some buildings (codes) have a part in it: of the names each has or had.

    To be called as that after few buildings were changed. What is there afterwards is the same.
    """
    with store.writing(conn), access.regardless(conn), conn.cursor() as cur:
        cur.execute(SQL["keys_of"], {"buildings": sorted(set(buildings))})
        keys = [name_key for (name_key,) in cur.fetchall()]
        if keys:
            _remake(cur, {"keys": keys, "heads": sorted({name[:end] for name in keys for end in range(1, len(name) + 1)})})


def _remake(cur, which: dict[str, list[str] | None]) -> None:
    """Make places anew: all of them, or those of some keys."""
    cur.execute(SQL["lock_places"])
    cur.execute(SQL["place_names"], which)
    names = [name for (name,) in cur.fetchall()]
    cur.execute("DROP TABLE IF EXISTS place_reading")
    cur.execute(SQL["make_readings"])
    cur.copy_expert(SQL["copy_readings"], io.StringIO("".join(_copied(name) for name in names)))
    for step in ("analyze_readings", "clear_places", "add_streets", "add_named", "tell"):
        cur.execute(SQL[step], which)


@lru_cache(maxsize=65536)
def reading(name: str) -> tuple[str, str]:
    """Return how a name sounds, in pinyin without tones and blanks, and its initials; digits sound as they are read.

    >>> reading("前进一路")
    ('qianjinyilu', 'qjyl')
    """
    plain = key(name) or ""
    return pinyin.joined(plain).translate(_SPOKEN), pinyin.initials(plain).translate(_SPOKEN_INITIALS)


def _copied(name: str) -> str:
    quoted = name.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return "\t".join((quoted, *reading(name))) + "\n"
