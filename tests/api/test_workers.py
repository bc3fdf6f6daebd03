"""Who is in charge of a unit, told to callers who say who they are, of units that are theirs."""

from contextlib import closing
from datetime import date

import pytest

from api import schemas
from gridgeo.db import connection
from gridgeo.hierarchy import workers
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.hierarchy.workers import Role, Worker
from tests.api import callers
from tests.api.world import DISTRICT, STREET_1, STREET_2, A, B

PHONE = "+8617900000001"


@pytest.fixture(scope="module")
def key(world):
    """A key of the whole city; A has a worker and had another, the first street has a head."""
    people = [
        Worker(A, Role.WORKER, "网格员甲", PHONE, date(2025, 6, 1)),
        Worker(A, Role.WORKER, "网格员乙", None, date(2025, 1, 1), date(2025, 6, 1)),
        Worker(STREET_1, Role.HEAD, "网格长丙", None, date(2025, 1, 1)),
    ]
    with closing(connection.connect(world.url)) as conn, conn:
        workers.stage(conn, GOVERNANCE, people, None, False, True)
        workers.put(conn, GOVERNANCE, None, False, True)
    return callers.key(world.url, "read")


def ask(client, text, code=A, **params):
    return client.get(f"/grids/{code}/workers", params=params, headers=callers.bearer(text) if text else {})


def told(answer):
    assert answer.status_code == 200, answer.text
    return schemas.Workers.model_validate(answer.json())


def test_who_is_in_charge_is_told_with_name_and_duty_phone(client, key):
    answer = ask(client, key)
    assert [(one.role, one.name, one.phone) for one in told(answer).workers] == [("worker", "网格员甲", PHONE)]
    assert answer.headers["cache-control"] == "no-store"


def test_who_was_in_charge_is_told_of_another_day(client, key):
    assert [one.name for one in told(ask(client, key, datetime="2025-05-31")).workers] == ["网格员乙"]


def test_vacant_units_are_counted_by_level(client, key):
    below = told(ask(client, key, DISTRICT)).below
    assert [(one.level, one.units, one.vacant) for one in below] == [("street", 2, 1), ("community", 3, 3), ("micro", 6, 5)]
    assert told(ask(client, key, A)).below == []


def test_a_caller_without_a_name_is_told_nobody(client, key):
    answer = ask(client, "")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert "甲" not in answer.text


def test_units_of_others_are_as_if_they_were_not(client, key, world):
    with closing(connection.connect(world.url)) as conn:
        ids = {code: client.get(f"/grids/{code}").json()["unit_id"] for code in (STREET_1, A)}
        conn.rollback()
    street, micro = (callers.key(world.url, "read", area=[ids[code]]) for code in (STREET_1, A))
    assert [one.name for one in told(ask(client, street, STREET_1)).workers] == ["网格长丙"]
    assert told(ask(client, street, STREET_1)).below[-1].units == 2
    assert {ask(client, street, code).status_code for code in (DISTRICT, STREET_2)} == {404}
    assert [ask(client, micro, code).status_code for code in (A, B, STREET_1)] == [200, 404, 404]


def test_names_stand_in_no_other_answer(client, key):
    """Those of the unit, its children, its tile and its file."""
    for path in (f"/grids/{A}", f"/grids/{STREET_1}/children", f"/grids/{A}?f=geojson", "/collections/grids/download?f=geojson"):
        answer = client.get(path, headers=callers.bearer(key))
        assert answer.status_code == 200 and "网格员甲" not in answer.text and PHONE not in answer.text
