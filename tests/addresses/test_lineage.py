"""Households of grids that were cut anew are where houses are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gridgeo.addresses import assignment, lineage
from gridgeo.errors import InvalidInput
from gridgeo.hierarchy import editions, model, store
from tests.access import making
from tests.api import world
from tests.api.world import RETIRED, A, D


@pytest.fixture
def pair(conn):
    """The drawn city in two editions: RETIRED, the right half of A in the first, is in A in the second; a house in each half of A."""
    first, _ = editions.stage(conn, model.GOVERNANCE, world.frame(True), name="2024")
    editions.activate(conn, first.edition_id, datetime(2024, 1, 1, tzinfo=UTC))
    making.city(conn)
    second = store.edition_at(conn, model.GOVERNANCE)
    with conn.cursor() as cur:
        for n, lon in ((2, 113.012), (3, 113.015)):
            code = f"{making.BUILDING[A][:-1]}{n}"
            cur.execute(
                "INSERT INTO gridgeo.building (zone, building_code, building_use, status, point, valid_from) "
                "VALUES (left(%s, 12), %s, 'residential', 'in_use', ST_SetSRID(ST_MakePoint(%s, 22.895), 4490), '2020-01-01')",
                (code, code, lon),
            )
            cur.executemany(
                "INSERT INTO gridgeo.house (zone, house_code, building_code, status, house_use, valid_from) "
                "VALUES (left(%s, 12), %s, %s, %s, %s, '2020-01-01')",
                [
                    (code, f"{code}000101", code, "in_use", None),
                    (code, f"{code}000102", code, "in_use", "office"),
                    (code, f"{code}000103", code, "demolished", None),
                ],
            )
    return store.edition(conn, first.edition_id), second


def test_households_are_counted_where_houses_that_are_lived_in_are(conn, pair):
    for edition in pair:
        assignment.assign(conn, edition.edition_id)
    made = lineage.between(conn, pair[1], pair[0])
    told = {row.after: (row.reason, row.houses, row.to_households) for row in made.followers[A]}
    assert told == {A: ("split", 1, pytest.approx(1 / 3, abs=1e-9)), RETIRED: ("split", 2, pytest.approx(2 / 3, abs=1e-9))}
    assert [(row.houses, row.to_households) for row in made.followers[D]] == [(1, 1.0)]


def test_where_buildings_are_not_placed_in_both_households_are_spread_evenly(conn, pair):
    made = lineage.between(conn, pair[1], pair[0])
    assert {row.houses for row in made.rows} == {None}
    assert [row.to_households for row in made.followers[A]] == [row.to_area for row in made.followers[A]]


def test_editions_of_two_schemes_have_no_lineage(conn, pair):
    store.add_scheme(conn, model.Scheme("fire", model.SchemeKind.DRAWN, "消防", "Fire", (model.Level("post", 0, "站", "Post"),)))
    other, _ = editions.stage(conn, "fire", model.frame([{"level": "post", "code": "1", "name_zh": "一"}]), name="posts")
    with pytest.raises(InvalidInput):
        lineage.between(conn, pair[0], other)
