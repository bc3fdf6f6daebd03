"""A drawn city with managed objects in it, behind the API: three major classes, some hundreds of things, two at one place."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

import numpy as np

from gridgeo.db import connection
from gridgeo.hierarchy import editions, model
from gridgeo.moments import CHINA
from gridgeo.objects import categories, writing
from gridgeo.tiles import cells
from tests.objects.making import LIGHTS, PARKS, row

from .drawn import city

#: Where the lamp with a name stands, and where two things stand on one another; the city lies from 113.00 E 22.86 N on.
NAMED, TOGETHER = (113.0112, 22.8931), (113.0312, 22.8931)
NAME, CODE = "前进路灯01", f"{LIGHTS}90001"
SEED, MANY = 7, 600
#: The page near the lamp with a name.
NEAR = f"#at={NAMED[1]},{NAMED[0]},18"

_GREEN = {"department_code": PARKS, "department_zh": "园林处", "department_en": "Parks"}
_SIGNS = {"major": "交通设施", "major_en": "Traffic", "minor": "标志", "minor_en": "Signs", "colour": "#8c5aa8"}
_TREES = {"major": "园林绿化", "major_en": "Landscaping", "minor": "树木", "minor_en": "Trees", "colour": "#4f8a2c", **_GREEN}
TREE = [
    row("路灯", name_en="Street lamp", attributes='[{"name":"height_m","kind":"number","unit":"m","name_zh":"高度","name_en":"Height"}]'),
    row("雨水井盖", name_en="Storm cover", minor="井盖", minor_en="Covers"),
    row("标志牌", name_en="Traffic sign", **_SIGNS),
    row("行道树", name_en="Street tree", **_TREES),
    row("古树名木", name_en="Old tree", **_TREES),
]
#: So many of each category, in the order of TREE; of old trees there are none.
SHARES = (0.4, 0.2, 0.15, 0.25, 0.0)


def standing() -> int:
    """Return how many things stand in the city."""
    return MANY + 3


def bare(conn):
    """Put the city and the categories into a database, and nothing of any; return the tree."""
    edition, _ = editions.stage(conn, model.GOVERNANCE, city(), name="新版", authority="测试局")
    editions.activate(conn, edition.edition_id, datetime(2025, 1, 1, tzinfo=CHINA))
    return categories.activate(conn, categories.stage(conn, TREE, "2026"))


def light(conn, category_id: int, number: int) -> None:
    """Put up one street light more, some metres beside the one before."""
    lon, lat = NAMED
    row = {"element_code": f"{LIGHTS}{number}", "category_id": category_id, "lon": lon + number * 1e-4, "lat": lat, "status": "in_use"}
    made = writing.add(conn, [{**row, "since": "2026-01-01", "source": "普查"}])
    assert not made.issues, made.issues
    cells.drain(conn)


def load(url: str) -> dict[str, int]:
    """Put it all into a database; return the categories' numbers by name."""
    with closing(connection.connect(url)) as conn, connection.transaction(conn):
        tree = bare(conn)
        of = {one.name: one.category_id for one in tree.categories}
        made = writing.add(conn, _rows(of))
        assert not [one for one in made.issues if one.severity == "error"], made.issues
        changed = writing.change(conn, [{"element_code": CODE, "status": "damaged", "since": "2026-03-01", "source": "巡查"}])
        assert changed.changed == 1, changed
        cells.drain(conn)
    return of


def _rows(of: dict[str, int]) -> list[dict]:
    rng = np.random.default_rng(SEED)
    kinds = rng.choice([one["name"] for one in TREE], MANY, p=SHARES)
    lon, lat = rng.uniform(113.0002, 113.0598, MANY), rng.uniform(22.8602, 22.8998, MANY)
    given = {"status": "in_use", "since": "2026-01-01", "source": "普查", "name": None, "inspected_on": None, "attributes": {}}
    rows = [
        {"element_code": f"{LIGHTS}{at}", "category_id": of[kind], "lon": float(x), "lat": float(y), **given}
        for at, (kind, x, y) in enumerate(zip(kinds, lon, lat, strict=True), 1)
    ]
    lamp = {"name": NAME, "attributes": {"height_m": 8}, "inspected_on": "2026-02-01"}
    special = [(90001, "路灯", NAMED, lamp), (90002, "路灯", TOGETHER, {}), (90003, "标志牌", TOGETHER, {})]
    rows += [
        {"element_code": f"{LIGHTS}{at}", "category_id": of[kind], "lon": x, "lat": y, **given, **more}
        for at, kind, (x, y), more in special
    ]
    gone = {**given, "status": "removed"}
    return [*rows, {"element_code": f"{LIGHTS}90004", "category_id": of["路灯"], "lon": 113.02, "lat": 22.88, **gone}]
