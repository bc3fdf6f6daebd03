"""Filters: what a text says, what is refused and where, and that the database lets through the same objects as plain parameters do."""

from __future__ import annotations

import operator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.objects import categories, store, writing
from gridgeo.objects.filters import DEEPEST, LONGEST, MOST_VALUES, PROPERTIES, Comparison, Filter, Joined, Not, parse
from gridgeo.objects.model import ManagedObject, Status, Where
from tests.objects import making
from tests.objects.making import COVER, LAMP, LIGHTS, PARKS

# --- what a text says -----------------------------------------------------------------------------------------


def test_and_binds_tighter_than_or():
    found = parse("floor = 1 OR floor = 2 AND category = 3")
    assert found == Joined("OR", (Comparison("floor", "=", (1,)), Joined("AND", (parse("floor = 2"), parse("category = 3")))))
    assert found == parse("floor = 1 OR (floor = 2 AND category = 3)") != parse("(floor = 1 OR floor = 2) AND category = 3")


def test_not_turns_one_condition_or_what_stands_in_parentheses():
    assert parse("NOT floor = 1 AND floor = 2") == Joined("AND", (Not(parse("floor = 1")), parse("floor = 2")))
    assert parse("NOT (floor = 1 OR NOT floor = 2)") == Not(Joined("OR", (parse("floor = 1"), Not(parse("floor = 2")))))


@pytest.mark.parametrize(
    "text, sign, values",
    [
        ("floor = -1", "=", (-1,)),
        ("floor<>+2", "<>", (2,)),
        ("category <= 3.0", "<=", (3,)),
        ("floor IN (1,2, -3)", "IN", (1, 2, -3)),
        ("since between date('2024-02-29') and DATE('2025-01-01')", "BETWEEN", (date(2024, 2, 29), date(2025, 1, 1))),
        ("inspected_on is null", "NULL", ()),
        ("\"status\" = 'in_use'", "=", ("in_use",)),
        ("major = '公用''设施'", "=", ("公用'设施",)),
        ("department LIKE '0075%'", "LIKE", ("0075%",)),
    ],
)
def test_a_property_is_compared_with_literals(text, sign, values):
    found = parse(text)
    assert (found.sign, found.values) == (sign, values)


@pytest.mark.parametrize("sign", ["IN (1, 2)", "BETWEEN 1 AND 2", "IS NULL"])
def test_not_may_stand_before_the_sign(sign):
    turned = sign.replace("IS ", "IS NOT ") if sign.startswith("IS") else f"NOT {sign}"
    assert parse(f"floor {turned}") == Not(parse(f"floor {sign}"))


def test_a_filter_names_the_properties_it_speaks_of():
    assert parse("NOT (floor = 1 OR status = 'in_use') AND since > DATE('2025-01-01')").names == {"floor", "status", "since"}


# --- what is refused ------------------------------------------------------------------------------------------

REFUSED = {
    "": 1,
    "1=1": 1,
    "TRUE": 1,
    "name = 'x'": 1,
    "STATUS = 'in_use'": 1,
    "object.status = 'in_use'": 7,
    "status": 7,
    "status = ": 10,
    "status = in_use": 10,
    "status = 'IN_USE'": 10,
    "status = 'in_use": 10,
    "status = 'in_use''": 18,
    "status = 'in_use' --": 19,
    "status = 'in_use'; DROP TABLE object": 18,
    "status = 'in_use' OR 1=1": 22,
    "status LIKE '%'": 8,
    "status < 'z'": 8,
    "status IS NULL": 11,
    "category = 'x'": 12,
    "category = 1.5": 12,
    "category = 2147483648": 12,
    "category = 1e3": 13,
    "category = 0x1": 13,
    "category = １": 12,
    "category = category": 12,
    "category = 1 + 1": 14,
    "category = (SELECT 1)": 12,
    "category = NULL": 12,
    "category IN ()": 14,
    "category IN (1,)": 16,
    "category IN 1": 13,
    "category IN (SELECT category_id FROM category)": 14,
    "category BETWEEN 1": 19,
    "category BETWEEN 1 OR 2": 20,
    "category NOT = 1": 14,
    "5 < floor": 1,
    "floor = 1 floor = 2": 11,
    "(floor = 1": 11,
    "floor = 1)": 10,
    "NOT": 4,
    "CAST(floor AS text) = '1'": 1,
    "floor::text = '1'": 6,
    "upper(major) = 'X'": 1,
    "major = upper('x')": 9,
    "CASEI(major) = 'x'": 1,
    "S_INTERSECTS(point, POINT(113 22))": 1,
    "since = '2026-01-01'": 9,
    "since = DATE('2026-02-30')": 14,
    "since = DATE('2026-W01-1')": 14,
    "since = DATE('infinity')": 14,
    "since = DATE(now())": 14,
    "since = TIMESTAMP('2026-01-01T00:00:00Z')": 9,
    "department LIKE 'x\\'": 17,
    f"department LIKE '{'%' * 100}'": 17,
    "major = 'a\\": 9,
    "floor\t= 1": 6,
    "floor = 1\x00": 10,
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_filter_is_refused_at_its_place(text):
    with pytest.raises(ValueError) as told:
        parse(text)
    assert str(told.value).startswith(f"at character {REFUSED[text]}: "), str(told.value)


@pytest.mark.parametrize("word", ["NOT ", "NOT(", "("])
def test_depth_is_bounded(word):
    def deep(n: int) -> str:
        return word * n + "floor = 1" + ")" * (n if "(" in word else 0)

    fits = DEEPEST // 2 if word == "NOT(" else DEEPEST
    parse(deep(fits))
    for n in (fits + 1, 160):
        with pytest.raises(ValueError, match="deeper than"):
            parse(deep(n))


@pytest.mark.parametrize("text", ["(" * 3000 + "floor = 1", "NOT " * 1000 + "floor = 1", f"floor IN ({'1,' * 9999}1)", "'" * 5000])
def test_length_is_bounded(text):
    with pytest.raises(ValueError, match=f"longer than {LONGEST}"):
        parse(text)


def test_values_are_counted_over_the_whole_filter():
    half = f"floor IN ({','.join(['1'] * (MOST_VALUES // 2))})"
    parse(f"{half} OR {half}")
    with pytest.raises(ValueError, match=f"more than {MOST_VALUES} values"):
        parse(f"{half} OR {half} OR floor = 1")


_WORDS = [
    *("(", ")", "NOT", "AND", "OR", "=", "<>", "<", "IN", ",", "BETWEEN", "IS", "NULL", "LIKE", "DATE"),
    *("'x'", "'", '"', "1", "-", *PROPERTIES),
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=60).map(" ".join) | st.text(max_size=80))
def test_any_text_is_a_filter_or_refused(text):
    try:
        assert parse(text).names <= set(PROPERTIES)
    except ValueError as told:
        assert "character" in str(told)


# --- what is let through --------------------------------------------------------------------------------------


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
    sign = draw(st.sampled_from(sorted(PROPERTIES[name].signs - {"LIKE"})))
    value, turned = (lambda: draw(_VALUES[name])), draw(st.sampled_from(["", "NOT "]))
    if sign == "NULL":
        return f"{name} IS {turned}NULL"
    if sign == "IN":
        return f"{name} {turned}IN ({', '.join(value() for _ in range(draw(st.integers(1, 3))))})"
    return f"{name} {turned}BETWEEN {value()} AND {value()}" if sign == "BETWEEN" else f"{name} {sign} {value()}"


texts = st.recursive(
    comparisons(),
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(" ".join) | inner.map(lambda text: f"NOT ({text})"),
    max_leaves=6,
)

_SIGNS = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def lets(asked: Filter, of: ManagedObject, major: str) -> bool | None:
    """Whether a filter lets an object through; None where that is not known. Source: SQL's three-valued logic."""
    if isinstance(asked, Not):
        inner = lets(asked.part, of, major)
        return None if inner is None else not inner
    if isinstance(asked, Joined):
        found = [lets(part, of, major) for part in asked.parts]
        decides = asked.word == "OR"
        return decides if decides in found else None if None in found else not decides
    known = {"category": of.category_id, "major": major, "department": of.element_code[:9]}
    value = known[asked.name] if asked.name in known else getattr(of, asked.name)
    if asked.sign == "NULL":
        return value is None
    if value is None:
        return None
    if asked.sign == "IN":
        return value in asked.values
    return asked.values[0] <= value <= asked.values[1] if asked.sign == "BETWEEN" else _SIGNS[asked.sign](value, asked.values[0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=texts)
def test_the_database_lets_through_what_the_filter_says(conn, kinds, text):
    text = text.replace("LAMP", str(kinds[LAMP])).replace("COVER", str(kinds[COVER]))
    known = categories.known(conn)
    every = store.listed(conn, Where(), limit=1000)
    assert let_through(conn, text) == [one.element_code for one in every if lets(parse(text), one, known[one.category_id].major)]
