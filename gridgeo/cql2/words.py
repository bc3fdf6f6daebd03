"""The words of the language: which there are, and what each is called in JSON."""

from __future__ import annotations

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
SPATIAL = ("S_INTERSECTS", "S_DISJOINT", "S_EQUALS", "S_WITHIN", "S_CONTAINS", "S_TOUCHES", "S_OVERLAPS", "S_CROSSES")
_TEMPORAL = ("t_before", "t_after", "t_during", "t_contains", "t_intersects", "t_disjoint", "t_equals", "t_meets", "t_metBy", "t_overlaps")
_TEMPORAL += ("t_overlappedBy", "t_starts", "t_startedBy", "t_finishes", "t_finishedBy")
_ARRAYS = ("a_equals", "a_contains", "a_containedBy", "a_overlaps")
TEMPORAL, ARRAYS = tuple(map(str.upper, _TEMPORAL)), tuple(map(str.upper, _ARRAYS))

#: Predicates that are written as functions of two operands.
FUNCTIONS = frozenset((*SPATIAL, *TEMPORAL, *ARRAYS))
FOLDS = ("CASEI", "ACCENTI")

#: How JSON calls the predicates.
IN_JSON = {
    **{word: word for word in COMPARISONS},
    **{"LIKE": "like", "BETWEEN": "between", "IN": "in", "NULL": "isNull"},
    **{word: word.lower() for word in SPATIAL},
    **{name.upper(): name for name in (*_TEMPORAL, *_ARRAYS)},
}

#: How GeoJSON calls geometries, and how deep their positions lie in it.
GEOMETRIES = {
    "POINT": ("Point", 0),
    "MULTIPOINT": ("MultiPoint", 1),
    "LINESTRING": ("LineString", 1),
    "MULTILINESTRING": ("MultiLineString", 2),
    "POLYGON": ("Polygon", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
}
COLLECTION, BBOX = "GEOMETRYCOLLECTION", "BBOX"

#: What is no property unless it stands in double quotes.
RESERVED = frozenset(("AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "NULL", "TRUE", "FALSE"))
