"""What is written of objects, and what it was before."""

from datetime import date

import pytest
import shapely

from gridgeo.errors import InvalidInput, NotFound
from gridgeo.hierarchy.model import Outcome
from gridgeo.objects import counts, store, writing
from gridgeo.objects.model import Status, Where
from tests.objects import making
from tests.objects.making import COVER, FENCE, IN_A, IN_B, LAMP, LAWN, NOWHERE, ON_A_B


@pytest.fixture
def city(conn):
    edition_id, units = making.city(conn)
    return edition_id, units, making.tree(conn)


def sound(conn, edition_id) -> bool:
    return counts.difference(conn, edition_id) == []


def codes(made) -> list[tuple]:
    return [(issue.row, issue.code) for issue in made.issues]


def test_an_object_is_found_by_its_number_and_by_its_code(conn, city):
    code = making.lamps(conn, IN_A)[0]
    found = store.find(conn, code)
    assert found == store.find(conn, found.object_id) == store.find(conn, str(found.object_id)) == store.find(conn, f" {code.lower()} ")
    assert (found.lon, found.lat) == IN_A and found.attributes == {"height_m": 8} and found.since == date(2026, 1, 1)
    assert (found.unit_id, found.outcome) == (city[1]["99990100100101"], Outcome.INSIDE)


def test_a_number_as_long_as_a_code_is_found_too(conn, city):
    code = making.lamps(conn, IN_A)[0]
    with conn.cursor() as cur:
        cur.execute("ALTER TABLE object ALTER object_id RESTART WITH 12345678901")
    far = f"{making.LIGHTS}2"
    writing.add(conn, [making.lamp(city[2][LAMP], 2)])
    assert store.find(conn, "12345678901").element_code == far and store.find(conn, code.lower()).element_code == code


@pytest.mark.parametrize("q", ["Riverside", "Underground", "灯", "ZZ0000"])
def test_what_begins_as_no_department_does_is_a_part_of_a_name(q):
    assert store.of_name(q) and not store.of_name(f"{making.LIGHTS}1") and not store.of_name(None)


@pytest.mark.parametrize("ref", [99, "99", "ZZ0000018NOTHING", "", "' OR 1=1", "9" * 40])
def test_an_object_that_is_not_there_is_not_found(conn, city, ref):
    with pytest.raises(NotFound):
        store.find(conn, ref)


def test_what_was_before_is_kept(conn, city):
    code = making.lamps(conn, IN_A)[0]
    number = store.find(conn, code).object_id
    writing.change(conn, [{"element_code": code, "status": "damaged", "since": "2026-03-01", "source": "patrol"}])
    writing.change(conn, [{"object_id": number, "lon": IN_B[0], "lat": IN_B[1], "since": "2026-05-01"}])
    writing.change(conn, [{"object_id": number, "category_id": city[2][COVER], "attributes": {}, "since": "2026-06-01"}])
    told = [(one.status, one.category_id, one.lon, one.valid_from, one.valid_to) for one in store.history(conn, number)]
    lamp, cover = city[2][LAMP], city[2][COVER]
    assert told == [
        (Status.IN_USE, lamp, IN_A[0], date(2026, 1, 1), date(2026, 3, 1)),
        (Status.DAMAGED, lamp, IN_A[0], date(2026, 3, 1), date(2026, 5, 1)),
        (Status.DAMAGED, lamp, IN_B[0], date(2026, 5, 1), date(2026, 6, 1)),
        (Status.DAMAGED, cover, IN_B[0], date(2026, 6, 1), None),
    ]
    believed = [(one.recorded_from, one.recorded_to) for one in store.history(conn, number)]
    assert [end for _, end in believed] == [*(begin for begin, _ in believed[1:]), None]
    assert store.as_of(conn, number, date(2025, 1, 1)) is None
    assert store.as_of(conn, number, date(2026, 2, 1)).status is Status.IN_USE
    assert store.as_of(conn, number, date(2026, 3, 1)).status is Status.DAMAGED
    assert store.as_of(conn, number, date(2026, 5, 31)).lon == IN_B[0]
    assert sound(conn, city[0])


def test_what_was_corrected_never_was(conn, city):
    """Thought to be damaged since March; it turned out to be gone since February."""
    number = store.find(conn, making.lamps(conn, IN_A)[0]).object_id
    writing.change(conn, [{"object_id": number, "status": "damaged", "since": "2026-03-01"}])
    writing.change(conn, [{"object_id": number, "status": "missing", "since": "2026-02-01"}])
    assert [store.as_of(conn, number, date(2026, month, 15)).status for month in (1, 2, 3)] == ["in_use", "missing", "missing"]
    assert len(store.history(conn, number)) == 3, "what was believed is kept"


def test_history_is_not_read_through_for_each_object_that_changes(conn, city):
    """Where it was empty when it was last analysed, reading it through seems to cost nothing."""
    rows = [making.lamp(city[2][LAMP], number) for number in range(20)]
    writing.put(conn, rows)
    with conn.cursor() as cur:
        cur.execute("ANALYZE object_history")
        read = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'object_history'"
        cur.execute(read)
        before = cur.fetchone()
        assert writing.put(conn, [one | {"status": "damaged", "since": "2026-04-01"} for one in rows]).changed == 20
        cur.execute(read)
        assert cur.fetchone() == before


def test_a_name_is_changed_without_a_new_day(conn, city):
    code = making.lamps(conn, IN_A)[0]
    before = store.find(conn, code)
    made = writing.change(conn, [{"element_code": code, "name": "灯 1"}])
    after = store.find(conn, code)
    assert (made.changed, after.name, after.since, after.recorded_at) == (1, "灯 1", before.since, before.recorded_at)
    assert len(store.history(conn, after.object_id)) == 1


def test_the_same_again_changes_nothing(conn, city):
    rows = [making.lamp(city[2][LAMP], number) for number in range(5)]
    assert writing.put(conn, rows) == writing.Written(5, 0, 0)
    assert writing.put(conn, rows) == writing.Written(0, 0, 5)
    rows[2] |= {"status": "removed", "since": "2026-04-01"}
    assert writing.put(conn, rows) == writing.Written(0, 1, 4)


def test_a_moved_object_lies_where_it_is_now(conn, city):
    code = making.lamps(conn, IN_A)[0]
    for at, outcome, unit in ((ON_A_B, "boundary", "99990100100101"), (IN_B, "inside", "99990100100102"), (NOWHERE, "none", None)):
        writing.change(conn, [{"element_code": code, "lon": at[0], "lat": at[1]}])
        found = store.find(conn, code)
        assert (found.outcome, found.unit_id) == (outcome, city[1].get(unit))
        assert sound(conn, city[0])
    assert [one.element_code for one in store.unplaced(conn)] == [code]


def test_removed_objects_stay_and_stand_no_more(conn, city):
    edition_id, units, kinds = city
    code = making.lamps(conn, IN_A, IN_A)[0]
    number = store.find(conn, code).object_id
    assert writing.change(conn, [{"object_id": number, "status": "removed", "since": date(2026, 9, 1)}]).changed == 1
    assert store.find(conn, number).status is Status.REMOVED
    a = [units["99990100100101"]]
    assert counts.of_units(conn, edition_id, a, by=("category",)) == {(kinds[LAMP],): 1}
    assert counts.of_units(conn, edition_id, a) == {(kinds[LAMP], "in_use"): 1, (kinds[LAMP], "removed"): 1}


def test_a_line_has_its_middle_and_a_lawn_a_point_on_it(conn, city):
    fence = shapely.LineString([(113.0, 22.895), (113.02, 22.895)])
    ring = shapely.Polygon([(113.0, 22.88), (113.009, 22.88), (113.009, 22.889), (113.0, 22.889)])
    base = {"status": "in_use", "lon": None, "lat": None}
    rows = [
        {"element_code": f"{making.LIGHTS}F1", "category_id": city[2][FENCE], "shape": fence, **base},
        {"element_code": f"{making.PARKS}G1", "category_id": city[2][LAWN], "shape": ring, **base},
    ]
    assert writing.add(conn, rows).issues == ()
    found = [store.find(conn, one["element_code"]) for one in rows]
    assert (found[0].lon, found[0].lat) == pytest.approx((113.01, 22.895))
    assert found[0].shape == fence and found[1].shape.contains(shapely.Point(found[1].lon, found[1].lat))


WRONG = {
    "bad-code": {"element_code": "LAMP 1"},
    "unknown-category": {"category_id": 999999},
    "unknown-status": {"status": "gone"},
    "bad-point": {"lon": 22.9, "lat": 113.0},
    "other-geometry": {"shape": shapely.LineString([(113, 22), (113.1, 22)])},
    "bad-floor": {"floor": 0},
    "since-ahead": {"since": date(2199, 1, 1)},
    "bad-place": {"place": "4403"},
    "unknown-attribute": {"attributes": {"height_m": 8, "depth_m": 1}},
    "missing-attribute": {"attributes": {}},
    "bad-attribute": {"attributes": {"height_m": "high"}},
}


@pytest.mark.parametrize("code", WRONG)
def test_a_faulty_row_is_told_and_left_out(conn, city, code):
    filled = {"shape": None, "floor": None, "place": None, "since": None}
    rows = [making.lamp(city[2][LAMP], 1, **filled), making.lamp(city[2][LAMP], 2, **filled) | WRONG[code]]
    made = writing.add(conn, rows)
    assert codes(made) == [(2, code)] and made.added == 1
    assert sum(counts.of_units(conn, city[0], [*city[1].values(), 0]).values()) == 1


@pytest.mark.parametrize("personal", ["449999199001010011", "44999919900101001X", "449999900101001"])
def test_what_looks_like_an_id_number_is_no_element_code_and_is_not_repeated(conn, city, personal):
    rows = [making.lamp(city[2][LAMP], number, element_code=personal) for number in (1, 2)]
    made = writing.add(conn, rows)
    assert made.added == 0 and {code for _, code in codes(made)} == {"bad-code", "duplicate-code"}
    assert personal not in str(made.issues)
    assert personal not in str(writing.change(conn, [{"element_code": personal, "status": "missing"}]).issues)


def test_a_point_that_is_no_number_is_a_bad_point(conn, city):
    rows = [making.lamp(city[2][LAMP], n, at) for n, at in enumerate([(float("nan"), 22.9), (float("inf"), 22.9), (None, None)], 1)]
    assert codes(writing.add(conn, rows)) == [(1, "bad-point"), (2, "bad-point"), (3, "bad-point")]


def test_codes_are_added_once_and_changed_only_where_they_are_known(conn, city):
    rows = [making.lamp(city[2][LAMP], number) for number in (1, 2, 2)]
    made = writing.add(conn, rows)
    assert codes(made) == [(3, "duplicate-code")] and made.added == 2
    assert codes(writing.add(conn, rows[:1])) == [(1, "known-code")]
    assert codes(writing.change(conn, [{"element_code": f"{making.LIGHTS}9", "status": "missing"}])) == [(1, "unknown-object")]
    assert codes(writing.change(conn, [{"object_id": 999, "status": "missing"}])) == [(1, "unknown-object")]


def test_what_may_be_odd_is_told_and_kept(conn, city):
    odd = making.LIGHTS[:8] + ("0" if making.LIGHTS[8] != "0" else "1")
    rows = [making.lamp(city[2][LAMP], 1, element_code=f"{odd}1", place="4499990010010100001")]
    made = writing.add(conn, rows)
    assert sorted(codes(made)) == [(1, "odd-department"), (1, "unknown-place")] and made.added == 1


def test_a_new_category_wants_its_own_attributes(conn, city):
    code = making.lamps(conn, IN_A)[0]
    assert codes(writing.change(conn, [{"element_code": code, "category_id": city[2][COVER]}])) == [(1, "unknown-attribute")]
    assert writing.change(conn, [{"element_code": code, "category_id": city[2][COVER], "attributes": {"material": "铸铁"}}]).changed == 1
    assert sound(conn, city[0])


@pytest.mark.parametrize("rows", [[{"element_code": "X", "colour": "red"}], [{"element_code": "X", "name": "a"}, {"element_code": "Y"}]])
def test_rows_say_what_they_give(conn, city, rows):
    with pytest.raises(InvalidInput):
        writing.change(conn, rows)


def test_nothing_given_is_nothing_done(conn, city):
    assert writing.add(conn, []) == writing.change(conn, []) == writing.Written(0, 0, 0)


def test_what_is_meant_is_listed_and_counted(conn, city):
    _, units, kinds = city
    first, second, third = making.lamps(conn, IN_A, IN_B, NOWHERE)
    writing.change(conn, [{"element_code": second, "name": "前进路 50% 灯"}])
    asked = {
        Where(): [first, second, third],
        Where(units=(units["99990100100102"],)): [second],
        Where(units=()): [],
        Where(polygon=shapely.box(113.0, 22.8, 113.04, 23)): [first, second],
        Where(polygon=shapely.box(113.03, 22.8, 113.08, 23)): [second, third],
        Where(categories=(kinds[COVER],)): [],
        Where(statuses=("in_use",), polygon=shapely.box(113.07, 22.8, 113.08, 23)): [third],
        Where(q=first.lower()): [first],
        Where(q="50%"): [second],
        Where(q="5_"): [],
    }
    for where, expected in asked.items():
        assert [one.element_code for one in store.listed(conn, where)] == expected, where
        assert sum(store.within(conn, where).values()) == len(expected), where
    page = store.listed(conn, Where(), limit=2)
    assert [one.element_code for one in store.listed(conn, Where(), after=page[-1].object_id)] == [third]
