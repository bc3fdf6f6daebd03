"""An extract at any number, and what was told since, is what the tables say: for whatever was written."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import hypothesis
import hypothesis.strategies as st
import pytest

from gridgeo.addresses import lifecycle
from gridgeo.addresses.model import Address, Status
from gridgeo.changes.model import ENTITIES
from gridgeo.db import connection
from gridgeo.errors import GridgeoError
from gridgeo.events import acting, intake
from gridgeo.events.model import Action
from gridgeo.hierarchy import editions, model
from gridgeo.ingest import activation
from gridgeo.objects import categories, writing
from tests import districts
from tests.addresses import making as town
from tests.changes.making import events, follow, stamped, tables, there
from tests.events import life
from tests.objects import making as things

PLACES = [(113.005, 22.895), (113.035, 22.895), (113.055, 22.895), (113.015, 22.875), (113.2, 22.895)]

STANDING = "building WHERE status = 'in_use'"


class City:
    """A city in which things happen, some of which are refused."""

    def __init__(self, conn) -> None:
        self.conn, self.day, self.made = conn, date(2016, 1, 1), 0
        with conn:
            town.edition(conn)
            self.kinds = things.tree(conn)
            life.words(conn)

    def next_day(self) -> date:
        self.day += timedelta(days=1)
        return self.day

    def some(self, table: str, column: str, which: int) -> str | None:
        """A thing that is there, whichever."""
        with self.conn.cursor() as cur:
            cur.execute(f"SELECT {column} FROM {table} ORDER BY {column}")
            found = [value for (value,) in cur.fetchall()]
        return found[which % len(found)] if found else None

    def add_lamp(self, which: int) -> None:
        self.made += 1
        writing.add(self.conn, [things.lamp(self.kinds[things.LAMP], self.made, PLACES[which % len(PLACES)])])

    def change_lamp(self, which: int) -> None:
        one = self.some("object", "object_id", which)
        lon, lat = PLACES[which % len(PLACES)]
        given = ({"lon": lon, "lat": lat}, {"status": "damaged"}, {"name": f"灯{which}"}, {"attributes": {"height_m": which}})[which % 4]
        if one is not None:
            writing.change(self.conn, [{"object_id": one, **given}])

    def add_building(self, which: int) -> None:
        of = town.building(self.conn, 0.5 + which % 5, 0.5 + which % 2)
        town.house(self.conn, of)

    def relocate(self, which: int) -> None:
        code = self.some(STANDING, "building_code", which)
        if code:
            lifecycle.relocate(self.conn, code, *town.at(0.5 + which % 6, 0.5))

    def renumber(self, which: int) -> None:
        code = self.some(STANDING, "building_code", which)
        if code:
            lifecycle.renumber(self.conn, code, Address("前进一路", str(which)), self.next_day())

    def relabel(self, which: int) -> None:
        code = self.some("house", "house_code", which)
        if code:
            lifecycle.relabel(self.conn, code, floor=1, room=str(which), on=self.next_day())

    def merge(self, which: int) -> None:
        one, other = (
            self.some(STANDING, "building_code", which),
            self.some(STANDING, "building_code", which + 1),
        )
        if one != other:
            lifecycle.merge(self.conn, [one], other, self.next_day())

    def demolish(self, which: int) -> None:
        code = self.some(STANDING, "building_code", which)
        if code:
            lifecycle.retire(self.conn, code, self.next_day(), status=Status.DEMOLISHED)

    def plan(self, which: int) -> None:
        draft, _ = editions.stage(self.conn, model.GOVERNANCE, districts.district("AB AB", town.CODES), name=f"{which}")
        activation.activate(self.conn, draft.edition_id, datetime.now(UTC) + timedelta(days=1 + which))

    def withdraw(self, which: int) -> None:
        planned = [one for one in _editions(self.conn) if one.valid_from and one.valid_from > datetime.now(UTC)]
        if planned:
            activation.withdraw(self.conn, planned[-1].edition_id)

    def report(self, which: int) -> None:
        lon, lat = PLACES[which % len(PLACES)]
        intake.take_in(self.conn, [life.given(lon=lon, lat=lat)], life.WORKER)

    def act(self, which: int) -> None:
        one = self.some("event", "event_id", which)
        if one is not None:
            acting.act(
                self.conn,
                one,
                (Action.FILE, Action.REJECT, Action.AMEND)[which % 3],
                life.CLERK,
                {"reason": "看过", "grade": 1 + which % 4},
            )

    def count(self, which: int) -> None:
        categories.stage(self.conn, [*things.TREE, things.row(f"灯{which}")], "next")


def _editions(conn):
    from gridgeo.hierarchy import store

    return store.editions(conn, model.GOVERNANCE)


DEEDS = (
    *("add_lamp", "change_lamp", "add_building", "relocate", "renumber", "relabel", "merge", "demolish", "plan", "withdraw", "count"),
    *("report", "act"),
)
STEP = st.tuples(st.sampled_from(DEEDS), st.integers(0, 12))
#: Transactions, each of some deeds; one in a while is rolled back.
STORY = st.lists(st.tuples(st.lists(STEP, min_size=1, max_size=3), st.integers(0, 7).map(bool)), min_size=4, max_size=12)


@pytest.fixture(scope="module")
def city(server, template):
    """A city that grows from one story to the next."""
    name = server.create(template)
    with closing(connection.connect(server.url_of(name))) as conn:
        yield City(conn)
    server.drop(name)


#: A story in which everything happens.
EVERYTHING = [
    *([("add_building", 0), ("add_building", 2)], [("add_lamp", 0)], [("change_lamp", 1)], [("relocate", 3)], [("renumber", 7)]),
    *([("relabel", 0)], [("merge", 0)], [("plan", 1)], [("withdraw", 0)], [("count", 0)]),
    *([("report", 0)], [("act", 0)]),
]


@hypothesis.example([(deeds, True) for deeds in EVERYTHING])
@hypothesis.given(STORY)
@hypothesis.settings(max_examples=6, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_an_extract_and_what_was_told_since_is_what_the_tables_say(city, story):
    numbers = [stamped(city.conn)]
    said = {numbers[0]: tables(city.conn)}
    for deeds, kept in story:
        try:
            with city.conn:
                for deed, which in deeds:
                    getattr(city, deed)(which)
                if not kept:
                    raise KeyError
        except (GridgeoError, KeyError):
            pass
        number = stamped(city.conn)
        numbers.append(number)
        said[number] = tables(city.conn)
    last = numbers[-1]
    for entity in ENTITIES.values():
        for number, tables_then in said.items():
            assert there(city.conn, entity, number) == tables_then[entity.name], (entity.name, number)
            assert follow(tables_then[entity.name], events(city.conn, entity, number, last)) == said[last][entity.name]
    city.conn.rollback()


def test_the_stories_were_of_everything(city):
    """Or the test above would show little."""
    last = stamped(city.conn)
    found = {(name, event.operation) for name, of in ENTITIES.items() for event in events(city.conn, of, 0, last)}
    city.conn.rollback()
    assert {name for name, operation in found if operation == "insert"} == set(ENTITIES)
    assert {name for name, operation in found if operation == "update"} >= {"edition", "building", "address", "house", "object", "event"}
    assert {name for name, operation in found if operation == "delete"} == {"edition", "unit"}
