"""A small tree of categories, a drawn district, and objects in it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

from gridgeo.codes import credit
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model, store
from gridgeo.objects import categories, writing
from tests.districts import district

#: Two micro-grids of one community and one of another; nothing lies to the east.
PICTURE = """
AABBCC..
AABBCC..
"""
#: The same ground, cut otherwise: B has become smaller.
CUT = """
AAABCC..
AAABCC..
"""
CORNER = {"west": 113.0, "north": 22.9, "step": 0.01}

#: Departments nobody has: codes of a row that was never issued.
LIGHTS = "ZZ000001" + credit.organisation_check("ZZ000001")
PARKS = "ZZ000002" + credit.organisation_check("ZZ000002")

HEIGHT = '[{"name":"height_m","kind":"number","unit":"m","name_zh":"高度","name_en":"Height","required":true}]'
MATERIAL = '[{"name":"material","kind":"choice","choices":["铸铁","复合"],"name_zh":"材质","name_en":"Material"}]'


def row(name: str, **given: str) -> dict[str, str]:
    """Return a row of a table of categories."""
    return {
        **{"major": "公用设施", "major_en": "Public utilities", "minor": "照明", "minor_en": "Lighting"},
        **{"name": name, "name_en": name, "geometry_kind": "point", "accuracy": "A", "symbol": "dot", "colour": "#4477aa"},
        **{"department_code": LIGHTS, "department_zh": "照明处", "department_en": "Lights"},
        **{"inspection_days": "30", "attributes": ""},
        **given,
    }


OF_PARKS = {"department_code": PARKS, "department_zh": "园林处", "department_en": "Parks"}
TREE = [
    row("路灯", attributes=HEIGHT),
    row("井盖", attributes=MATERIAL, minor="井", minor_en="Covers"),
    row("护栏", geometry_kind="line", minor="交通", minor_en="Traffic"),
    row(
        "绿地",
        geometry_kind="polygon",
        minor="绿化",
        minor_en="Green",
        department_code=PARKS,
        department_zh="园林处",
        department_en="Parks",
    ),
]
LAMP, COVER, FENCE, LAWN = (f"公用设施/{one['minor']}/{one['name']}" for one in TREE)

IN_A, IN_B, IN_C, NOWHERE = (113.005, 22.895), (113.035, 22.895), (113.045, 22.895), (113.075, 22.895)
ON_A_B = (113.02, 22.895)


def tree(conn, rows=TREE) -> dict[str, int]:
    """Make a tree valid; return the numbers of its categories by path."""
    begins = datetime(2025, 1, 1 + len(categories.trees(conn)), tzinfo=UTC)
    made = categories.activate(conn, categories.stage(conn, rows, "2026"), begins)
    return {one.path: one.category_id for one in made.categories}


def units(conn, edition_id: int) -> dict[str, int]:
    """Return the units of an edition by code."""
    table = store.frame(conn, edition_id)
    return {code: int(unit_id) for code, unit_id in zip(table["code"], table["unit_id"], strict=True)}


def draft(conn, picture: str = PICTURE) -> int:
    """Stage a drawn district; return the edition."""
    return editions.stage(conn, model.GOVERNANCE, district(picture, **CORNER), name="drawn")[0].edition_id


def city(conn) -> tuple[int, dict[str, int]]:
    """Make the drawn district valid since 2025; return the edition and its units by code."""
    edition_id = draft(conn)
    editions.activate(conn, edition_id, datetime(2025, 1, 1, tzinfo=UTC))
    return edition_id, units(conn, edition_id)


def lamp(category_id: int, number: int | str, at: tuple[float, float] = IN_A, **given) -> dict:
    """Return a row that says what a lamp is."""
    return {
        **{"element_code": f"{LIGHTS}{number}", "category_id": category_id, "status": "in_use", "lon": at[0], "lat": at[1]},
        **{"attributes": {"height_m": 8}, "since": "2026-01-01", "source": "survey"},
        **given,
    }


def lamps(conn, *points: tuple[float, float]) -> list[str]:
    """Add a lamp at each point of a city that has the tree; return their element codes."""
    kind = categories.tree(conn).by_path[LAMP].category_id
    rows = [lamp(kind, number, at) for number, at in enumerate(points, 1)]
    made = writing.add(conn, rows)
    assert (made.added, made.issues) == (len(rows), ())
    return [one["element_code"] for one in rows]


def loaded(url: str, *points: tuple[float, float]) -> tuple[int, dict[str, int], list[str]]:
    """Commit a city, its tree and lamps; return edition, units by code and element codes."""
    with closing(connection.connect(url)) as conn, conn:
        edition_id, by_code = city(conn)
        tree(conn)
        return edition_id, by_code, lamps(conn, *points)
