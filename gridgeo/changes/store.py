"""Reading the change feed: what changed between two transactions, and what was there at one.

Both are the same whenever they are asked, for what was is kept and what is follows from it: a reader may go on in another transaction of
the database, on another day, where it left off.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2 import sql

from ..db import copying, queries
from ..errors import NotFound
from . import rules
from .model import ENTITIES, Bounds, Entity, Event, Lag, Page, Position, Transaction

SQL = queries.load(__package__)

#: Things told of in a page, about.
PAGE = 2000

#: Lines of an extract that are told at a time, and seconds whoever reads it may pause.
_LINES, _PAUSE_S = 500, 60.0

# The state of one thing and that it did not change since are of one snapshot: they are asked in one statement. LIMIT keeps the planner,
# which does not know how few there are, from reading the whole table for one of them. OFFSET has what the key says worked out before:
# within the condition it would be a function that is not leakproof, and row-level security lets none of these use an index.
_EVENTS = """
SELECT p.number, p.change_id, p.operation, p.key, p.had, (CASE WHEN p.settled THEN p.state ELSE present.state END)::text
  FROM gridgeo.changes_of(%(entity)s, %(number)s, %(change_id)s, %(until)s, %(most)s) AS p
 CROSS JOIN LATERAL (SELECT {parts} OFFSET 0) AS k
  LEFT JOIN LATERAL (
    SELECT gridgeo.state_of(t) AS state
      FROM gridgeo.{table} AS t
     WHERE NOT p.settled AND {by_key} AND gridgeo.key_of(t) = p.key AND {published}
     LIMIT 1
  ) AS present ON true
 ORDER BY p.number, p.change_id, p.place
"""

# What is as it was is read by several processes of the database where it pays: OFFSET lets it be planned by itself.
_EXTRACT = """
SELECT line
  FROM (
    SELECT '{{"key":' || to_json(gridgeo.key_of(t)) || ',"state":' || gridgeo.state_of(t) || '}}' AS line
      FROM gridgeo.{table} AS t
     WHERE {published}
       AND gridgeo.key_of(t) NOT IN (SELECT c.key FROM gridgeo.changed_since(%(entity)s, %(number)s) AS c)
    OFFSET 0
  ) AS same
 UNION ALL
SELECT '{{"key":' || to_json(c.key) || ',"state":' || c.state || '}}'
  FROM gridgeo.changed_since(%(entity)s, %(number)s) AS c
 WHERE c.state IS NOT NULL
"""


def entity(name: str) -> Entity:
    """Return the entity of a name; raises NotFound."""
    if name not in ENTITIES:
        raise NotFound("entity of the change feed", name)
    return ENTITIES[name]


def bounds(conn) -> Bounds:
    """Return the numbers the caller may ask for."""
    with conn.cursor() as cur:
        cur.execute(SQL["bounds"])
        return Bounds(*cur.fetchone())


def lag(conn) -> Lag:
    """Return how far numbering lags behind what was committed."""
    with conn.cursor() as cur:
        cur.execute(SQL["lag"])
        return Lag(*cur.fetchone())


def transactions(conn, first: int, last: int, most: int = 1000) -> list[Transaction]:
    """Return the transactions of some numbers, both included, `most` at most."""
    with conn.cursor() as cur:
        cur.execute(SQL["transactions"], {"first": first, "last": last, "most": most})
        return [Transaction(*row) for row in cur.fetchall()]


def page(conn, of: Entity, after: Position, until: int, most: int = PAGE) -> Page:
    """Return the next events of an entity as the caller sees them, of transactions up to a number (included).

    Begin with ``Position(number of the first transaction)``. A load's events come by the thousand, so there may be some more than `most`;
    and none in a page that goes on, where the caller may see none of them.
    """
    asked = {"entity": of.name, **after._asdict(), "until": until, "most": most}
    with conn.cursor() as cur:
        cur.execute(_composed(_EVENTS, of), asked)
        found = cur.fetchall()
    if not found:
        return Page((), None)
    seen = [
        Event(number, told, key, None if told == "delete" else state)
        for number, _, operation, key, had, state in found
        if (told := rules.seen_as(operation, had, state is not None))
    ]
    return Page(tuple(seen), Position(*found[-1][:2]))


def extract(conn, of: Entity, number: int) -> Iterator[list[bytes]]:
    """Yield all things of an entity the caller sees, as they were at a number, some at a time: each a line of JSON with `key` and `state`.

    One statement, whose lines the database writes, at flat memory: the connection stays in its transaction until the end. While lines are
    used the next ones are fetched. Raises TimeoutError where nobody used them for a minute.
    """
    given = {"entity": of.name, "number": number}
    return copying.rows(conn, _composed(_EXTRACT, of), given, copying.AS_JSON, _LINES, pause_s=_PAUSE_S)


def _composed(statement: str, of: Entity) -> sql.Composed:
    parts = sql.SQL(", ").join(sql.SQL(f"{said} AS {column}") for column, said in of.by_key.items())
    by_key = sql.SQL(" AND ").join(sql.SQL(f"t.{column} = k.{column}") for column in of.by_key)
    return sql.SQL(statement).format(table=sql.Identifier(of.table), parts=parts, by_key=by_key, published=sql.SQL(of.published))
