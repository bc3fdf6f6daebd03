"""Filters of objects: what may be asked of, what is refused and where, and that they answer as plain parameters do."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.cql2.model import Type
from gridgeo.objects import categories, store, writing
from gridgeo.objects.filters import LONGEST, PROPERTIES, parse
from gridgeo.objects.model import Status, Where
from tests.cql2.judging import lets
from tests.objects import making
from tests.objects.making import COVER, LAMP, LIGHTS, PARKS


def test_a_filter_names_the_properties_it_speaks_of():
    assert parse("NOT (floor = 1 OR status = 'in_use') AND since > DATE('2025-01-01')").names == {"floor", "status", "since"}


REFUSED = {
    "": "at character 1: expected a property (category, major, status, inspected_on, since, floor, department)",
    "1=1": "at character 1: expected category, major, status",
    "name = 'x'": "at character 1: name is no property; there are category",
    "STATUS = 'in_use'": f"at character 1: STATUS is no property; there are {', '.join(PROPERTIES)}; did you mean status?",
    "status = 'IN_USE'": "at character 10: expected 'planned' or 'in_use'",
    "status IN ('in_use', 'x')": "at character 22: expected 'planned'",
    "status = 'in_use' --": "at character 19: arithmetic",
    "status = 'in_use'; DROP TABLE object": "at character 18: what no filter has",
    "status = 'in_use' OR 1=1": "at character 22: expected category",
    "status = 1": "at character 10: status (text) is compared with a number",
    "category = 'x'": "at character 12: category (number) is compared with a text",
    "category = (SELECT 1)": "at character 12: expected a property",
    "category IN (SELECT category_id FROM category)": "at character 14: SELECT is no property",
    "CAST(floor AS text) = '1'": "at character 1: there is no function CAST",
    "major = department": "at character 1: major is compared with values alone",
    "since = '2026-01-01'": "at character 9: since (date) is compared with a text",
    "S_INTERSECTS(point, POINT(113 22))": "at character 14: point is no property",
    f"department LIKE '{'%' * 100}'": "at character 17: a pattern",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_filter_of_objects_is_refused_at_its_place(text):
    with pytest.raises(ValueError) as told:
        parse(text)
    assert str(told.value).startswith(REFUSED[text]), str(told.value)


def test_length_is_bounded():
    with pytest.raises(ValueError, match=f"longer than {LONGEST}"):
        parse(f"floor IN ({'1,' * 9999}1)")


@pytest.fixture
def kinds(conn):
    """A district with sixty objects of two categories and departments; the numbers of the categories by path."""
    making.city(conn)
    ids = making.tree(conn)
    statuses = list(Status)
    rows = [
        {
            "element_code": f"{LIGHTS if n % 3 else PARKS}{n:04}",
            "category_id": ids[LAMP if n % 2 else COVER],
            "attributes": {"height_m": 8} if n % 2 else {},
            "status": str(statuses[n // 2 % len(statuses)]),
            "lon": making.IN_A[0] + n * 1e-5,
            "lat": making.IN_A[1],
            "floor": None if n % 5 == 0 else n % 7 - 8,
            "inspected_on": None if n % 4 == 0 else f"2026-01-{n % 28 + 1:02}",
            "since": f"2025-{n % 12 + 1:02}-01",
        }
        for n in range(60)
    ]
    assert not writing.add(conn, rows).issues
    return ids


def let_through(conn, text: str) -> list[str]:
    return [one.element_code for one in store.listed(conn, Where(only=parse(text)), limit=1000)]


def plain(conn, **asked) -> list[str]:
    return [one.element_code for one in store.listed(conn, Where(**asked), limit=1000)]


def test_a_filter_answers_as_plain_parameters_do(conn, kinds):
    lamp, cover = kinds[LAMP], kinds[COVER]
    assert let_through(conn, f"category = {lamp}") == plain(conn, categories=[lamp]) != []
    assert let_through(conn, f"category IN ({lamp}, {cover})") == plain(conn, categories=[lamp, cover]) == plain(conn)
    assert let_through(conn, "status = 'removed'") == plain(conn, statuses=["removed"]) != []
    both = let_through(conn, f"category = {cover} AND status IN ('in_use', 'removed')")
    assert both == plain(conn, categories=[cover], statuses=["in_use", "removed"]) != []
    assert let_through(conn, f"department = '{LIGHTS}'") == plain(conn, q=LIGHTS) != []
    assert let_through(conn, "major = '公用设施'") == plain(conn) and let_through(conn, "major <> '公用设施'") == []
    assert let_through(conn, "major IN ('公用设施', '%s', ''' OR true --')") == plain(conn)


def test_a_filter_counts_what_it_lists(conn, kinds):
    only = parse("floor < 0 AND NOT status = 'removed'")
    assert sum(store.within(conn, Where(only=only)).values()) == len(store.listed(conn, Where(only=only), limit=1000)) > 0


def test_what_is_not_known_is_let_through_by_is_null_alone(conn, kinds):
    every, unknown = plain(conn), let_through(conn, "floor IS NULL")
    assert let_through(conn, "floor = -2") and unknown
    assert sorted([*let_through(conn, "floor < -3"), *let_through(conn, "NOT floor < -3"), *unknown]) == sorted(every)


def test_a_value_is_never_a_part_of_the_statement(conn, kinds):
    for value in ("'' OR true --", "%s", "%(units)s", "\\", "'') OR (''''=''"):
        assert let_through(conn, f"major = '{value}'") == [] == let_through(conn, f"department = '{value}'")


_VALUES = {
    "category": st.sampled_from(["LAMP", "COVER", "0"]),
    "major": st.sampled_from(["'公用设施'", "'其它'"]),
    "status": st.sampled_from([f"'{each}'" for each in Status]),
    "inspected_on": st.dates(date(2026, 1, 1), date(2026, 1, 31)).map(lambda day: f"DATE('{day}')"),
    "since": st.dates(date(2025, 1, 1), date(2025, 12, 31)).map(lambda day: f"DATE('{day}')"),
    "floor": st.integers(-9, 1).map(str),
    "department": st.sampled_from([f"'{LIGHTS}'", f"'{PARKS}'", "'X'"]),
}


@st.composite
def comparisons(draw) -> str:
    name = draw(st.sampled_from(sorted(PROPERTIES)))
    sign = draw(st.sampled_from(["=", "<>", "IN", "NULL", "<", ">=", "BETWEEN"]))
    value, turned = (lambda: draw(_VALUES[name])), draw(st.sampled_from(["", "NOT "]))
    if sign == "NULL":
        return f"{name} IS {turned}NULL"
    if sign == "IN":
        return f"{name} {turned}IN ({', '.join(value() for _ in range(draw(st.integers(1, 3))))})"
    return f"{name} {turned}BETWEEN {value()} AND {value()}" if sign == "BETWEEN" else f"{name} {sign} {value()}"


functions = st.sampled_from(
    [
        "T_BEFORE(since, inspected_on)",
        "T_DURING(since, INTERVAL('2025-03-01', '..'))",
        "since > inspected_on",
        "CASEI(department) LIKE CASEI('zz%')",
        "floor = category",
        "TRUE",
    ]
)
texts = st.recursive(
    comparisons() | functions,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(" ".join) | inner.map(lambda text: f"NOT ({text})"),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=texts)
def test_the_database_lets_through_what_the_filter_says(conn, kinds, text):
    text = text.replace("LAMP", str(kinds[LAMP])).replace("COVER", str(kinds[COVER]))
    known, asked = categories.known(conn), parse(text)
    expected = []
    for one in store.listed(conn, Where(), limit=1000):
        row = {"category": one.category_id, "major": known[one.category_id].major, "department": one.element_code[:9]}
        row |= {name: getattr(one, name) for name in PROPERTIES if name not in row}
        expected += [one.element_code] if lets(asked, row) else []
    assert let_through(conn, text) == expected


def test_every_property_may_be_asked_of(conn, kinds):
    every = plain(conn)
    for name, each in PROPERTIES.items():
        assert sorted(let_through(conn, f"{name} IS NULL") + let_through(conn, f"NOT {name} IS NULL")) == sorted(every)
        assert each.type in Type
