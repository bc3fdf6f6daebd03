"""Two sources about the same houses, compared by grid in both directions."""

from __future__ import annotations

from datetime import date

import pytest

from gridgeo.errors import InvalidInput
from gridgeo.linkage import reconcile
from gridgeo.linkage.disclosure import EXACT, Control, Told
from gridgeo.linkage.reconcile import Source, Tolerance
from tests.linkage.counting import A, B, D, build, found_district, link

TODAY = date(2025, 6, 1)
RULE = Control()


@pytest.fixture
def homes(conn):
    edition = found_district(conn)
    return {micro: build(conn, edition, micro, houses=30) for micro in (A, B, D)}


def by_code(found):
    return {one.unit.code: one for one in found.differences}


def test_counts_and_houses_are_compared_in_both_directions(conn, homes):
    a = Source("police", {homes[A][0]: 3, homes[A][1]: 2, homes[A][2]: 4})
    b = Source("grid", {homes[A][1]: 2, homes[A][2]: 1, homes[A][3]: 5, homes[A][4]: 1})
    found = by_code(reconcile.compare(conn, a, b, EXACT))[A]
    assert (found.a.count, found.b.count, found.apart) == (9, 9, 0)
    assert (found.only_a.count, found.only_b.count, found.differing.count) == (1, 2, 1)


def test_every_unit_of_a_level_is_compared_and_larger_ones_add_up(conn, homes):
    a = Source("a", dict.fromkeys(homes[A][:20] + homes[D][:8], 2))
    b = Source("b", dict.fromkeys(homes[A][:20], 1))
    micro = by_code(reconcile.compare(conn, a, b, EXACT))
    assert {code: one.apart for code, one in micro.items() if one.apart} == {A: 20, D: 16}
    assert len(micro) == 5
    (district,) = reconcile.compare(conn, a, b, EXACT, "district").differences
    assert (district.a.count, district.b.count, district.only_a.count) == (56, 20, 8)
    assert list(by_code(reconcile.compare(conn, a, b, EXACT, within="999901002"))) == [D, "99990100200102"]


def test_outside_the_room_people_are_told_by_the_rule(conn, homes):
    a = Source("a", dict.fromkeys(homes[A][:13] + homes[B][:7], 1))
    b = Source("b", dict.fromkeys(homes[A][:6], 1))
    (district,) = reconcile.compare(conn, a, b, RULE, "district").differences
    assert district.a == Told(15, 4, 13, 17 + 4 * 9)
    assert district.b.count is district.only_a.count is district.apart is None


def test_what_lies_further_apart_than_tolerated_is_flagged(conn, homes):
    a = Source("a", {homes[A][0]: 100, homes[B][0]: 100, homes[D][0]: 9})
    b = Source("b", {homes[A][0]: 89, homes[B][0]: 90})
    flagged = [one.unit.code for one in reconcile.compare(conn, a, b, EXACT).differences if one.flagged]
    assert flagged == [A]
    wide = reconcile.compare(conn, a, b, EXACT, tolerance=Tolerance(least=0, share=0.2))
    assert [one.unit.code for one in wide.differences if one.flagged] == [D]


def test_houses_nobody_knows_are_counted_apart(conn, homes):
    a = Source("a", {f"{A}00001009999": 5, homes[A][0]: 1})
    b = Source("b", {f"{A}99999000001": 5, f"{A}99999000002": 5})
    found = reconcile.compare(conn, a, b, EXACT)
    assert found.unplaced == (1, 2)
    assert by_code(found)[A].a.count == 1


def test_a_house_counts_where_its_building_is_today(conn, homes):
    with conn.cursor() as cur:
        cur.execute("UPDATE house SET building_code = %s WHERE house_code = %s", (homes[D][0][:19], homes[A][0]))
    found = by_code(reconcile.compare(conn, Source("a", {homes[A][0]: 7}), Source("b", {}), EXACT))
    assert (found[A].a.count, found[D].a.count) == (0, 7)


def test_a_table_is_read_as_people_write_it_and_says_what_it_leaves_out(homes):
    house = homes[A][0]
    source, issues = reconcile.from_table(
        "table", [f" {house} ", house, homes[A][1], homes[A][2], "1234", None], ["2", "3", "0", "many", "4", "1"]
    )
    assert source.counts == {house: 5}
    assert [(issue.code, issue.row) for issue in issues] == [("bad-count", 4), ("bad-code", 5), ("bad-code", 6)]


def test_a_source_of_links_counts_each_code_once_a_house(conn, homes):
    link(conn, "person", "resident", [("li", homes[A][0]), ("wu", homes[A][0]), ("li", homes[A][1])])
    link(conn, "person", "owner", [("li", homes[A][0])])
    link(conn, "person", "owner", [("li", homes[B][0])], valid="[2010-01-01,2011-01-01)")
    link(conn, "person", "owner", [("li", f"{A}00001******")])
    with conn.cursor() as cur:
        cur.execute("UPDATE linkage.link SET source = '入户'")
    assert reconcile.from_links(conn, "person", "入户", as_of=TODAY).counts == {homes[A][0]: 2, homes[A][1]: 1}
    assert reconcile.from_links(conn, "person", "入户", "owner", TODAY).counts == {homes[A][0]: 1}
    with pytest.raises(InvalidInput):
        reconcile.from_links(conn, "person", "别处", as_of=TODAY)


def test_houses_that_differ_are_listed_with_what_each_says():
    a, b = Source("a", {"1": 2, "2": 3, "3": 1}), Source("b", {"2": 3, "3": 2, "4": 1})
    assert list(reconcile.houses(a, b)) == [("1", 2, None), ("3", 1, 2), ("4", None, 1)]
