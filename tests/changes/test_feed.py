"""What the feed tells: everything that is written, to whoever may see it, and nothing else."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from gridgeo.access import store as access
from gridgeo.addresses import lifecycle
from gridgeo.addresses.model import Address
from gridgeo.changes import rules, stamping, store
from gridgeo.changes.model import ENTITIES, Position
from gridgeo.db import connection
from gridgeo.events import intake
from gridgeo.hierarchy import editions, model
from gridgeo.ingest import activation
from gridgeo.objects import writing
from tests import districts
from tests.addresses import making as town
from tests.changes.making import events, follow, stamped, tables, there
from tests.events import life
from tests.objects import making as things

OBJECT, BUILDING, HOUSE, NAME, UNIT = (ENTITIES[name] for name in ("object", "building", "house", "name", "unit"))


_NUMBERS = count(1)


@pytest.fixture(scope="module")
def _shared(server, template):
    name = server.create(template)
    with closing(connection.connect(server.url_of(name))) as conn:
        with conn:
            town.edition(conn)
            things.tree(conn)
            life.words(conn)
        yield conn
    server.drop(name)


@pytest.fixture
def feed(_shared):
    """A connection that commits, to a city in which the tests before have left their things; everything is numbered."""
    stamped(_shared)
    yield _shared
    _shared.rollback()


def lamp(conn, at=(113.005, 22.895)) -> int:
    """Add a lamp; return its number."""
    row = things.lamp(_kind(conn), next(_NUMBERS), at)
    with conn:
        assert writing.add(conn, [row]).added == 1
        with conn.cursor() as cur:
            cur.execute("SELECT object_id FROM object WHERE element_code = %s", (row["element_code"],))
            return cur.fetchone()[0]


def _kind(conn) -> int:
    with conn, conn.cursor() as cur:
        cur.execute("SELECT category_id FROM category WHERE path = %s", (things.LAMP,))
        return cur.fetchone()[0]


def told(conn, of, after):
    return [(event.operation, event.key) for event in events(conn, of, after, stamped(conn))]


def test_what_is_written_is_told_in_its_order(feed):
    before = stamped(feed)
    number = lamp(feed)
    with feed:
        writing.change(feed, [{"object_id": number, "status": "damaged"}])
    with feed:
        writing.change(feed, [{"object_id": number, "lon": 113.006, "lat": 22.895}])
    found = events(feed, OBJECT, before, stamped(feed))
    assert [event.operation for event in found] == ["insert", "update", "update"]
    states = [follow({}, found[: n + 1])[str(number)] for n in range(3)]
    assert [(state["status"], state["lon"]) for state in states] == [("in_use", 113.005), ("damaged", 113.005), ("damaged", 113.006)]


def test_what_is_rolled_back_is_not_told_and_leaves_no_gap(feed):
    before = stamped(feed)
    kind = _kind(feed)
    with pytest.raises(ZeroDivisionError), feed:
        writing.add(feed, [things.lamp(kind, next(_NUMBERS))])
        raise ZeroDivisionError
    lamp(feed)
    assert stamped(feed) == before + 1
    assert [operation for operation, _ in told(feed, OBJECT, before)] == ["insert"]


def test_a_statement_that_finds_nothing_is_no_change(feed):
    before = stamped(feed)
    with feed, feed.cursor() as cur:
        cur.execute("UPDATE object SET floor = 1 WHERE object_id = 0; DELETE FROM object WHERE object_id = 0")
    assert stamped(feed) == before


def test_what_is_written_again_as_it_was_is_told_as_it_is(feed):
    number = lamp(feed)
    before = stamped(feed)
    with feed, feed.cursor() as cur:
        cur.execute("UPDATE object SET recorded_at = now() WHERE object_id = %s", (number,))
    [event] = events(feed, OBJECT, before, stamped(feed))
    assert event.operation == "update" and follow(there(feed, OBJECT, before), [event]) == there(feed, OBJECT, before)


def test_whoever_writes_is_caught(feed):
    """Statements of nobody's code too, deletes of the owner among them."""
    number = lamp(feed)
    before = stamped(feed)
    with feed, feed.cursor() as cur:
        cur.execute("UPDATE object SET name = 'x' WHERE object_id = %s", (number,))
    with feed, feed.cursor() as cur:
        cur.execute("DELETE FROM object_grid; DELETE FROM object_history; DELETE FROM object")
    assert [one for one in told(feed, OBJECT, before) if one[1] == str(number)] == [("update", str(number)), ("delete", str(number))]


def test_what_a_savepoint_takes_back_is_not_told(feed):
    before = stamped(feed)
    kind = _kind(feed)
    with feed:
        with feed.cursor() as cur:
            cur.execute("SAVEPOINT here")
        writing.add(feed, [things.lamp(kind, next(_NUMBERS))])
        with feed.cursor() as cur:
            cur.execute("ROLLBACK TO here")
        writing.add(feed, [things.lamp(kind, next(_NUMBERS))])
    found = events(feed, OBJECT, before, stamped(feed))
    assert [event.operation for event in found] == ["insert"]
    assert follow(there(feed, OBJECT, before), found) == there(feed, OBJECT, stamped(feed))


def test_the_address_base_is_told(feed):
    before = stamped(feed)
    with feed:
        of = town.building(feed)
        room = town.house(feed, of)
    with feed:
        lifecycle.renumber(feed, of.code, Address("前进一路", "14"), date(2020, 1, 1))
        lifecycle.relabel(feed, room.code, floor=5, room="502", on=date(2020, 1, 1))
        lifecycle.retire(feed, of.code, date(2021, 1, 1))
    last = stamped(feed)
    assert last == before + 2
    for name in ("building", "address", "house", "name"):
        found = events(feed, ENTITIES[name], before, last)
        assert found and follow(there(feed, ENTITIES[name], before), found) == tables(feed)[name]


def test_an_edition_is_told_when_it_is_made_valid_and_when_it_is_withdrawn(feed):
    before = stamped(feed)
    with feed:
        draft, _ = editions.stage(feed, model.GOVERNANCE, districts.district("AB AB", town.CODES), name="next")
    assert stamped(feed) == before, "a draft is nobody's business"
    with feed:
        activation.activate(feed, draft.edition_id, datetime.now(UTC) + timedelta(days=1))
    middle = stamped(feed)
    with feed:
        activation.withdraw(feed, draft.edition_id)
    last = stamped(feed)
    assert [operation for operation, _ in told(feed, ENTITIES["edition"], before)] == ["update", "insert", "delete", "update"]
    assert there(feed, UNIT, last) == there(feed, UNIT, before) == tables(feed)["unit"]
    added = there(feed, UNIT, middle).keys() - there(feed, UNIT, before).keys()
    assert added and all(key.startswith(f"{draft.edition_id}/") for key in added)


def test_pages_go_on_where_they_ended(feed):
    before = stamped(feed)
    for _ in range(7):
        lamp(feed)
    last = stamped(feed)
    whole = events(feed, OBJECT, before, last)
    assert events(feed, OBJECT, before, last, most=2) == whole
    assert len(whole) == 7
    assert store.page(feed, OBJECT, Position(last + 1), last).after is None


def test_what_was_numbered_long_ago_is_let_go_and_the_numbers_go_on(feed):
    lamp(feed)
    last = stamped(feed)
    with feed:
        first = store.bounds(feed).first
        assert stamping.forget(feed) == 0
        assert stamping.forget(feed, datetime.now(UTC) + timedelta(days=1)) == last - first
    bounds = store.bounds(feed)
    assert (bounds.first, bounds.latest, bounds.base) == (last, last, last - 1)
    lamp(feed)
    assert stamped(feed) == last + 1


# Who sees what


@pytest.fixture
def seeing(feed):
    """Return what a caller of some units sees of an entity after a number: events, and the extracts before and after."""
    with feed, feed.cursor() as cur:
        cur.execute("SELECT code, unit_id FROM grid_unit_version WHERE leaf")
        by_code = dict(cur.fetchall())
    units = {letter: by_code[code] for letter, code in town.CODES.items() if code in by_code}

    def see(letters: str, of, after: int):
        last = stamped(feed)
        with feed:
            with feed.cursor() as cur:
                cur.execute("SET LOCAL ROLE gridgeo_reader")
            access.see(feed, "{" + ",".join(str(units[letter]) for letter in letters) + "}")
            return there(feed, of, after), events(feed, of, after, last), there(feed, of, last)

    return see


def test_a_thing_that_moves_over_the_border_comes_to_one_and_goes_from_the_other(feed, seeing):
    number = lamp(feed)
    before = stamped(feed)
    with feed:
        writing.change(feed, [{"object_id": number, "lon": 113.035, "lat": 22.895}])
    with feed:
        writing.change(feed, [{"object_id": number, "status": "damaged"}])
    for letters, operations in (("A", ["delete"]), ("B", ["insert", "update"]), ("AB", ["update", "update"]), ("C", [])):
        first, seen, last = seeing(letters, OBJECT, before)
        assert [event.operation for event in seen] == operations, letters
        assert follow(first, seen) == last
    _, seen, _ = seeing("A", OBJECT, before)
    assert seen[0].state is None, "where it went is not told"


def test_houses_and_names_go_with_their_building(feed, seeing):
    with feed:
        of = town.building(feed)
        room = town.house(feed, of)
        lifecycle.relabel(feed, room.code, floor=5, room="502", on=date(2020, 1, 1))
    before = stamped(feed)
    with feed:
        lifecycle.relocate(feed, of.code, *town.at(2.5, 0.5))
    for entity in (BUILDING, ENTITIES["address"], HOUSE, NAME):
        for letters, operation in (("A", {"delete"}), ("B", {"insert"}), ("AB", {"update"})):
            first, seen, last = seeing(letters, entity, before)
            assert {event.operation for event in seen} == operation, (entity.name, letters)
            assert follow(first, seen) == last


def test_names_go_with_a_house_that_belongs_to_another_building(feed, seeing):
    with feed:
        one, other = town.building(feed), town.building(feed, 2.5, 0.5, grid=town.CODES["B"])
        room = town.house(feed, one)
        lifecycle.relabel(feed, room.code, floor=5, room="502", on=date(2020, 1, 1))
    before = stamped(feed)
    with feed:
        lifecycle.merge(feed, [one.code], other.code, date(2021, 1, 1))
    for entity in (HOUSE, NAME):
        first, seen, last = seeing("A", entity, before)
        assert {event.operation for event in seen} == {"delete"} and follow(first, seen) == last
        first, seen, last = seeing("B", entity, before)
        assert {event.operation for event in seen} == {"insert"} and follow(first, seen) == last


def test_nobody_reads_or_writes_the_feed_but_through_its_doors(feed):
    for role in ("gridgeo_reader", "gridgeo_city", "gridgeo_linkage", "gridgeo_writer"):
        for statement in ("SELECT was FROM change", "INSERT INTO change_transaction DEFAULT VALUES", "UPDATE change SET key = ''"):
            with pytest.raises(Exception, match="permission denied"), feed, feed.cursor() as cur:
                cur.execute(f"SET LOCAL ROLE {role}")
                cur.execute(statement)


@pytest.mark.parametrize(
    "operation, had, has, seen",
    [
        ("insert", False, True, "insert"),
        ("insert", False, False, None),
        ("update", True, True, "update"),
        ("update", True, False, "delete"),
        ("update", False, True, "insert"),
        ("update", False, False, None),
        ("delete", True, False, "delete"),
        ("delete", False, False, None),
    ],
)
def test_a_change_at_the_border_comes_or_goes(operation, had, has, seen):
    assert rules.seen_as(operation, had, has) == seen


def test_what_is_published_has_the_fields_that_are_described(feed):
    lamp(feed)
    with feed:
        of = town.building(feed)
        room = town.house(feed, of)
        lifecycle.relabel(feed, room.code, floor=5, room="502", on=date(2020, 1, 1))
        other = town.building(feed, 2.5, 0.5, grid=town.CODES["B"])
        lifecycle.merge(feed, [of.code], other.code, date(2021, 1, 1))
        intake.take_in(feed, [life.given()], life.WORKER)
    for name, rows in tables(feed).items():
        assert rows, name
        assert {frozenset(row) for row in rows.values()} == {frozenset(ENTITIES[name].fields)}, name


@pytest.mark.parametrize(
    ("said", "tells"),
    [({}, True), ({"class_path": life.NOISE, "kind": "request"}, False), ({"class_path": None}, False)],
)
def test_of_an_event_whose_class_is_not_public_neither_what_nor_where_is_told(feed, said, tells):
    with feed:
        [taken] = intake.take_in(feed, [life.given(**said)], life.WORKER)
    state = there(feed, ENTITIES["event"], stamped(feed))[str(taken.event_id)]
    assert state["event_code"] == taken.event_code
    assert [state[name] is not None for name in ("class_id", "located", "lon", "lat")] == [tells] * 4


def planned(feed, statement, of):
    """How a statement is done by those whom row-level security holds, where a table is read whole only if there is no other way."""
    with feed.cursor() as cur:
        cur.execute(f"SET LOCAL ROLE {stamping.ROLE}; SET LOCAL enable_seqscan = off")
        access.see(feed, access.WHOLE)
        asked = {"entity": of.name, "number": 1, "change_id": 0, "until": 1, "most": 10}
        cur.execute(b"EXPLAIN " + cur.mogrify(store._composed(statement, of), asked))
        return "\n".join(line for (line,) in cur.fetchall())


@pytest.mark.parametrize("name", ENTITIES)
def test_what_a_thing_is_now_is_found_by_an_index_whoever_asks(feed, name):
    """A function that is not leakproof may use none under row-level security, not even a cast of what the key says."""
    of = ENTITIES[name]
    assert f"Seq Scan on {of.table} t" not in planned(feed, store._EVENTS, of)


def test_a_key_that_is_worked_out_within_the_condition_would_read_the_whole_table(feed):
    """Else the test before would see nothing."""
    assert "Seq Scan on object t" in planned(feed, store._EVENTS.replace(" OFFSET 0", ""), OBJECT)


def test_a_caller_of_a_part_begins_anew_with_each_edition(feed):
    lamp(feed)
    stamped(feed)
    with feed:
        town.edition(feed, "AAABCC AAABCC DDDEEE", datetime(2025, 6, 1, tzinfo=UTC))
    last = stamped(feed)
    with feed:
        access.see(feed, "{1}")
        assert store.bounds(feed).since == last
    with feed:
        access.see(feed, access.WHOLE)
        assert store.bounds(feed).since == 0
    lamp(feed)
    with feed:
        access.see(feed, "{1}")
        assert store.bounds(feed).since == last
