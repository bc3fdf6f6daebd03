"""A copy of what is published, kept by the feed alone, and what the tables say."""

from __future__ import annotations

import json

from gridgeo.changes import store
from gridgeo.changes.model import ENTITIES, Entity, Position


def stamped(conn) -> int:
    """Number what was committed; return the last number."""
    from gridgeo.changes import stamping

    with conn:
        stamping.stamp(conn)
    with conn:
        return stamping.state(conn).latest


def there(conn, of: Entity, number: int) -> dict[str, dict]:
    """What was there of an entity at a number, by key; each once."""
    told = [json.loads(line) for some in store.extract(conn, of, number) for line in some]
    found = {one["key"]: one["state"] for one in told}
    assert len(found) == len(told)
    return found


def events(conn, of: Entity, after: int, until: int, most: int = store.PAGE) -> list:
    """The events of transactions after a number, up to another, page by page."""
    found, position = [], Position(after + 1)
    while position is not None:
        page = store.page(conn, of, position, until, most)
        found += page.events
        position = page.after
    return found


def follow(copy: dict[str, dict], told: list) -> dict[str, dict]:
    """A copy after some events, each of which must be possible."""
    copy = dict(copy)
    for event in told:
        assert (event.key in copy) == (event.operation != "insert"), event
        if event.operation == "delete":
            del copy[event.key]
        else:
            copy[event.key] = json.loads(event.state)
    return copy


def tables(conn) -> dict[str, dict[str, dict]]:
    """What the tables say now, by entity and key, asked without the feed."""
    found = {}
    with conn.cursor() as cur:
        for one in ENTITIES.values():
            cur.execute(f"SELECT gridgeo.key_of(t), gridgeo.state_of(t) FROM gridgeo.{one.table} AS t WHERE {one.published}")
            found[one.name] = dict(cur.fetchall())
    return found
