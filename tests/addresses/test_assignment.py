"""Where buildings lie: the same answers as the hierarchy gives for their points, for every edition that counts."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.addresses import assignment, lifecycle, store
from gridgeo.errors import Conflict, NotFound
from gridgeo.hierarchy import editions
from gridgeo.hierarchy import store as hierarchy
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE, Level, Outcome, Scheme, SchemeKind
from gridgeo.ingest import activation
from tests.addresses.making import CODES, at, building, counted, edition
from tests.districts import district

THEN, NOW, LATER = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2024, 2099))


def put(conn, points: list[tuple[float, float]]) -> list[str]:
    """Buildings at points (EPSG:4490), without a word on where they lie."""
    zone = CODES["A"][:12]
    codes = [f"{CODES['A']}{number:05}" for number in range(1, len(points) + 1)]
    lons, lats = zip(*points, strict=True)
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO building (zone, building_code, building_use, status, point, valid_from)"
            " SELECT %s, code, 'other', 'in_use', ST_SetSRID(ST_MakePoint(lon, lat), 4490), '2000-01-01'"
            " FROM unnest(%s::text[], %s::float8[], %s::float8[]) AS p (code, lon, lat)",
            (zone, codes, list(lons), list(lats)),
        )
    return codes


def lying(conn, edition_id: int) -> list[tuple[str, int | None]]:
    with conn.cursor() as cur:
        cur.execute("SELECT outcome, unit_id FROM building_grid WHERE edition_id = %s ORDER BY building_code", (edition_id,))
        return cur.fetchall()


NEAR = st.tuples(
    st.integers(-1, 7), st.integers(-1, 4), st.sampled_from([0, 1e-12, -1e-12, 1e-9, 0.5, 0.3]), st.sampled_from([0, -1e-12, 0.5])
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(NEAR, min_size=1, max_size=60))
def test_the_answers_are_the_hierarchys(conn, places):
    """On corners, on borders, a billionth beside them, in the middle, in a gap and outside."""
    points = [(column_lon + dx * 0.01, row_lat + dy * 0.01) for column, row, dx, dy in places for column_lon, row_lat in [at(column, row)]]
    try:
        found = edition(conn, "AABBCC\nAABBCC\nDDD.EE")
        put(conn, points)
        assignment.assign(conn, found.edition_id)
        here = lying(conn, found.edition_id)
        assert here == [(o, unit) for o, unit, *_ in hierarchy.at(conn, found.edition_id, *zip(*points, strict=True), nearest=False)]
        snapshot = Snapshot(hierarchy.scheme(conn, GOVERNANCE), found, hierarchy.frame(conn, found.edition_id))
        chains = [snapshot.at(lon, lat) for lon, lat in points]
        assert here == [(p.outcome, None if p.outcome is Outcome.NONE else p.chain[-1].unit_id) for p in chains]
    finally:
        conn.rollback()


def test_where_units_overlap_the_lower_code_is_chosen(conn):
    frame = district("AABB", CODES)
    frame.loc[frame["code"] == CODES["A"], "geometry"] = [district("AAAB", CODES).set_index("code").geometry[CODES["A"]]]
    draft, _ = editions.stage(conn, GOVERNANCE, frame, name="overlap")
    made = activation.activate(conn, draft.edition_id, NOW)
    points = [at(2.5, 0.5), at(2, 0.5), at(0.5, 0.5), at(3, 0.5)]
    put(conn, points)
    assignment.assign(conn, made.edition_id)
    found = lying(conn, made.edition_id)
    assert [outcome for outcome, _ in found] == ["several", "inside", "inside", "inside"]
    assert found == [(o, unit) for o, unit, *_ in hierarchy.at(conn, made.edition_id, *zip(*points, strict=True), nearest=False)]


def test_an_activation_says_where_everything_lies(conn):
    codes = put(conn, [at(0.5, 0.5), at(2.5, 0.5), at(9, 9)])
    made = edition(conn)
    assert [outcome for outcome, _ in lying(conn, made.edition_id)] == ["inside", "inside", "none"]
    assert store.grid_of(conn, codes[2]).chain == ()


def test_a_new_building_lies_somewhere_in_the_edition_of_now_and_in_the_planned_one(conn):
    past, now = edition(conn, when=THEN), edition(conn, "AAAACC\nAABBCC\nDDDEEE", NOW)
    planned = edition(conn, "BBBBCC\nAABBCC\nDDDEEE", LATER)
    one = building(conn)
    assert [len(lying(conn, each.edition_id)) for each in (past, now, planned)] == [0, 1, 1]
    assert store.grid_of(conn, one.code).chain[-1].code == CODES["A"]
    assert store.grid_of(conn, one.code, datetime(2100, 1, 1, tzinfo=UTC)).chain[-1].code == CODES["B"]


def test_a_withdrawn_edition_says_nothing_any_more_and_can_be_discarded(conn):
    building(conn)
    edition(conn, when=NOW)
    planned = edition(conn, "BBBBCC\nAABBCC\nDDDEEE", LATER)
    assert len(lying(conn, planned.edition_id)) == 1
    activation.withdraw(conn, planned.edition_id)
    assert lying(conn, planned.edition_id) == []
    activation.discard(conn, planned.edition_id)
    with pytest.raises(NotFound):
        hierarchy.edition(conn, planned.edition_id)


def test_what_was_activated_is_not_discarded_and_keeps_what_it_says(conn):
    building(conn)
    made = edition(conn)
    with pytest.raises(Conflict):
        activation.discard(conn, made.edition_id)
    assert len(lying(conn, made.edition_id)) == 1


def test_nothing_is_said_twice(conn):
    made = edition(conn)
    building(conn)
    assert assignment.assign(conn, made.edition_id) == 0
    assert counted(conn, "building_grid") == 1


def test_a_corrected_point_changes_now_and_not_the_past(conn):
    past = edition(conn, when=THEN)
    one = building(conn)
    edition(conn, "AAAACC\nAABBCC\nDDDEEE", NOW)
    lifecycle.relocate(conn, one.code, *at(4.5, 0.5))
    assert store.grid_of(conn, one.code).chain[-1].code == CODES["C"]
    assert store.grid_of(conn, one.code, datetime(2021, 1, 1, tzinfo=UTC)).edition_id == past.edition_id
    assert store.grid_of(conn, one.code, datetime(2021, 1, 1, tzinfo=UTC)).chain[-1].code == CODES["A"]


def test_other_schemes_leave_buildings_alone(conn):
    building(conn)
    levels = (Level("beat", 0, "警务区", "Beat"),)
    hierarchy.add_scheme(conn, Scheme("beats", SchemeKind.DRAWN, "警务", "Police", levels))
    drawn = district("AB", CODES).query("level == 'micro'").assign(level="beat", parent=None).reset_index(drop=True)
    draft, _ = editions.stage(conn, "beats", drawn, name="beats")
    activation.activate(conn, draft.edition_id, NOW)
    assert counted(conn, "building_grid") == 0
