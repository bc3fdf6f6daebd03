"""What filters of tests are about: a table with a column of each type, and filters of it by the thousand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from gridgeo.cql2.model import Array, Folded, Geometry, Interval, Joined, Literal, Not, Predicate, Property, Queryable, Truth, Type, by_name
from gridgeo.cql2.words import ARRAYS, COMPARISONS, SPATIAL, TEMPORAL

ASKED = by_name(
    [
        Queryable("floor", Type.NUMBER, "floor"),
        Queryable("height", Type.NUMBER, "height"),
        Queryable("name", Type.TEXT, "name"),
        Queryable("道路", Type.TEXT, "road"),
        Queryable("stands", Type.BOOLEAN, "stands"),
        Queryable("since", Type.DATE, "since"),
        Queryable("until", Type.DATE, "until"),
        Queryable("seen_at", Type.TIMESTAMP, "seen_at"),
        Queryable("left_at", Type.TIMESTAMP, "left_at"),
        Queryable("geometry", Type.GEOMETRY, "geom"),
        Queryable("tags", Type.ARRAY, "tags"),
        Queryable("marks", Type.ARRAY, "marks", items=Type.NUMBER),
        Queryable("kind", Type.TEXT, "kind", among="kind_id IN (SELECT kind_id FROM kind WHERE {})"),
    ]
)

TEXTS = ["a", "A", "b", "ab", "aB", "é", "e", "É", "%", "_", "a%", "a_b", "'", "\\", "宝安", "前进一路"]
DAYS = [date(2026, 1, n) for n in range(1, 7)]
MOMENTS = [datetime(2026, 1, n, hour, tzinfo=UTC) for n in range(1, 6) for hour in (0, 15, 16, 20)]
PATTERNS = [*TEXTS[:-3], "%b", "a%", "_", "__", "%", "\\%", "a\\_b", "%一%", ""]

_numbers = st.integers(-2, 4) | st.sampled_from([0.5, 1.5, -1.25])
_literals = {
    Type.NUMBER: _numbers.map(Literal),
    Type.TEXT: st.sampled_from(TEXTS).map(Literal),
    Type.BOOLEAN: st.booleans().map(Literal),
    Type.DATE: st.sampled_from(DAYS).map(Literal),
    Type.TIMESTAMP: st.sampled_from(MOMENTS).map(Literal),
}
_properties = {
    kind: st.sampled_from([Property(each.name) for each in ASKED.values() if each.type is kind and not each.among])
    for kind in Type
    if any(each.type is kind for each in ASKED.values())
}


def _folds(of):
    return st.sampled_from(["CASEI", "ACCENTI"]).flatmap(lambda word: of.map(lambda each: Folded(word, each)))


def _scalars(kind: Type):
    plain = _properties[kind] | _literals[kind]
    return plain | _folds(plain) if kind is Type.TEXT else plain


def _speaks(predicate: Predicate) -> bool:
    return bool(predicate.names)


@st.composite
def _comparisons(draw) -> Predicate:
    kind = draw(st.sampled_from(sorted(_literals)))
    signs = [*COMPARISONS, "BETWEEN", "IN"] if kind is not Type.BOOLEAN else ["=", "<>", "IN"]
    word = draw(st.sampled_from(signs))
    count = {"BETWEEN": 3, "IN": draw(st.integers(2, 4))}.get(word, 2)
    return Predicate(word, tuple(draw(_scalars(kind)) for _ in range(count)))


_patterns = st.sampled_from(PATTERNS).filter(lambda text: not text.replace("\\\\", "").endswith("\\")).map(Literal)
_likes = st.builds(lambda of, pattern: Predicate("LIKE", (of, pattern)), _scalars(Type.TEXT), _patterns | _folds(_patterns))
_nulls = st.sampled_from(list(ASKED)).map(lambda name: Predicate("NULL", (Property(name),)))

_coordinates = st.integers(0, 4).map(float)
_positions = st.tuples(_coordinates, _coordinates)


@st.composite
def _boxes(draw, kind: str = "BBOX") -> Geometry:
    west, south = draw(_coordinates), draw(_coordinates)
    east, north = west + draw(st.integers(1, 3)), south + draw(st.integers(1, 3))
    if kind == "BBOX":
        return Geometry(kind, (west, south, east, north))
    ring = (west, south), (east, south), (east, north), (west, north), (west, south)
    return Geometry(kind, (ring,) if kind == "POLYGON" else ((ring,),))


_lines = st.lists(_positions, min_size=2, max_size=4, unique=True).map(tuple)
simple = (
    _positions.map(lambda each: Geometry("POINT", each))
    | st.lists(_positions, min_size=1, max_size=3, unique=True).map(lambda each: Geometry("MULTIPOINT", tuple(each)))
    | _lines.map(lambda each: Geometry("LINESTRING", each))
    | st.lists(_lines, min_size=1, max_size=2).map(lambda each: Geometry("MULTILINESTRING", tuple(each)))
    | _boxes()
    | _boxes("POLYGON")
    | _boxes("MULTIPOLYGON")
)
_collections = st.lists(simple.filter(lambda each: each.kind != "BBOX"), min_size=1, max_size=3).map(
    lambda each: Geometry("GEOMETRYCOLLECTION", tuple(each))
)


@st.composite
def _spatial(draw) -> Predicate:
    word = draw(st.sampled_from(SPATIAL))
    literal = draw(simple | _collections if word in ("S_INTERSECTS", "S_DISJOINT") else simple)
    operands = [Property("geometry"), literal]
    return Predicate(word, tuple(draw(st.permutations(operands))))


@st.composite
def _intervals(draw) -> Interval:
    kind = draw(st.sampled_from([Type.DATE, Type.TIMESTAMP]))
    ends = sorted(draw(st.lists(_literals[kind], min_size=2, max_size=2)), key=lambda each: each.value)
    start, end = (draw(st.sampled_from([literal, None]) | _properties[kind]) for literal in ends)
    return Interval(start, end)


_instants = st.sampled_from([Type.DATE, Type.TIMESTAMP]).flatmap(lambda kind: _properties[kind] | _literals[kind])
_temporal = st.builds(
    lambda word, a, b: Predicate(word, (a, b)), st.sampled_from(TEMPORAL), _instants | _intervals(), _instants | _intervals()
)


@st.composite
def _arrays(draw) -> Predicate:
    name, items = draw(st.sampled_from([("tags", st.sampled_from("abc")), ("marks", st.integers(1, 3) | st.just(1.5))]))
    of = lambda: Array(tuple(map(Literal, draw(st.lists(items, max_size=3)))))  # noqa: E731
    operands = [Property(name), (draw(st.booleans()) and Property(name)) or of()]
    return Predicate(draw(st.sampled_from(ARRAYS)), tuple(draw(st.permutations(operands))))


_kinds = st.sampled_from(["=", "<>", "LIKE"]).flatmap(
    lambda word: st.sampled_from(["x", "y", "z"]).map(lambda value: Predicate(word, (Property("kind"), Literal(value))))
)

predicates = _comparisons().filter(_speaks) | _likes.filter(_speaks) | _nulls | _spatial() | _temporal | _arrays() | _kinds

trees = st.recursive(
    predicates | st.booleans().map(Truth),
    lambda inner: (
        inner.map(Not)
        | st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda made: Joined(made[0], tuple(made[1]))
        )
    ),
    max_leaves=6,
)
