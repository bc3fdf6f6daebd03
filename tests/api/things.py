"""Managed objects in the drawn city: a small tree of categories, and a few objects whose places are known."""

from __future__ import annotations

from contextlib import closing

from gridgeo.db import connection
from gridgeo.objects import counts
from tests.api.world import A, D

#: Category ids are given by the database in this order.
LAMP, COVER, PIPE, GREEN = range(1, 5)
_DEPARTMENT = "MB0000011"
_CATEGORIES = (
    ("公用设施", "照明设施", "路灯", "Public utilities", "Lighting", "Street lamp", "point", "#aa5500"),
    ("公用设施", "井盖", "污水井盖", "Public utilities", "Covers", "Sewer cover", "point", "#aa5500"),
    ("公用设施", "管线", "给水管", "Public utilities", "Pipes", "Water pipe", "line", "#aa5500"),
    ("园林绿化", "绿地", "公共绿地", "Landscaping", "Green", "Public green", "polygon", "#228833"),
)
#: An object in A and in D, by the letter of the micro-grid it lies in.
CODE = {A: f"{_DEPARTMENT}LAMP1", D: f"{_DEPARTMENT}LAMP2"}
NAME = {A: "=海滨路灯", D: "劳动路灯"}
REMOVED, DAMAGED, NOWHERE = f"{_DEPARTMENT}LAMP3", f"{_DEPARTMENT}COVER1", f"{_DEPARTMENT}PIPE1"

#: (element code, category, status, name, lon, lat, code of the unit or None)
_OBJECTS = (
    (CODE[A], LAMP, "in_use", NAME[A], 113.005, 22.895, A),
    (CODE[D], LAMP, "in_use", NAME[D], 113.035, 22.875, D),
    (REMOVED, LAMP, "removed", None, 113.006, 22.895, A),
    (DAMAGED, COVER, "damaged", None, 113.007, 22.894, A),
    (NOWHERE, PIPE, "in_use", None, 113.102, 22.895, None),
)


def add(url: str, units: dict[str, int]) -> dict[str, int]:
    """Load the tree and the objects into a database of the drawn city; return object ids by element code."""
    with closing(connection.connect(url)) as conn, conn, conn.cursor() as cur:
        cur.execute("INSERT INTO gridgeo.department VALUES (%s, '城管局', 'Urban management')", (_DEPARTMENT,))
        cur.execute(
            "INSERT INTO gridgeo.category_tree (name, digest, valid, activated_at) "
            "VALUES ('标准', 'd', tstzrange(now() - interval '1 day', NULL), now()) RETURNING tree_id"
        )
        (tree_id,) = cur.fetchone()
        for position, row in enumerate(_CATEGORIES, 1):
            _add_category(cur, tree_id, position, row)
        made = {row[0]: put(cur, row, units) for row in _OBJECTS}
        cur.execute("SELECT gridgeo.edition_now()")
        counts.refresh(conn, cur.fetchone()[0])
        return made


def _add_category(cur, tree_id, position, row):
    major, minor, name, major_en, minor_en, name_en, kind, colour = row
    cur.execute("INSERT INTO gridgeo.category (major, minor, name) VALUES (%s, %s, %s) RETURNING category_id", (major, minor, name))
    values = (tree_id, cur.fetchone()[0], position, major_en, minor_en, name_en, kind, _DEPARTMENT, colour)
    cur.execute(
        "INSERT INTO gridgeo.category_version (tree_id, category_id, position, major_en, minor_en, name_en, geometry_kind, "
        "department_code, accuracy, inspection_days, symbol, colour) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'A', 30, 'lamp', %s)",
        values,
    )


def put(cur, row, units):
    """Store an object (code, category, status, name, lon, lat, code of its unit or None), not counted; return its number."""
    code, category, status, name, lon, lat, unit = row
    cur.execute(
        "INSERT INTO gridgeo.object (element_code, category_id, status, name, point, since, attributes) "
        "VALUES (%s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4490), '2020-01-01', '{\"height\": 8}') RETURNING object_id",
        (code, category, status, name, lon, lat),
    )
    (object_id,) = cur.fetchone()
    there = (object_id, units.get(unit), "inside" if unit else "none")
    cur.execute("INSERT INTO gridgeo.object_grid VALUES (%s, gridgeo.edition_now(), %s, %s)", there)
    return object_id
