"""An edition with everything that makes exports hard: a hole, two parts, no code, a rare character, a formula for a name."""

from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from gridgeo.exports.model import Source
from gridgeo.hierarchy import editions, model, store
from tests.drawing import draw

#: b lies in a hole of a, c in two parts; the second district has no code.
PICTURE = """
    aaacc
    abadd
    aaacc
"""
MICRO = {
    "a": ("44030600100101", "=cmd|' /C calc'!A0"),
    "b": ("44030600100102", "㙟岗微网格"),
    "c": ("44030700100101", '甲,"乙"'),
    "d": (None, "无码"),
}


@pytest.fixture
def frame():
    """1 district with a code and 1 without, a street and a community each, four micro-grids between them."""
    # Not on a lattice of short decimals, as real vertices are not.
    areas = {letter: shapely.transform(area, lambda xy: xy + np.array([1 / 3e3, 1 / 7e3])) for letter, area in draw(PICTURE).items()}
    rows = []
    for (district, name), (code, kept), letters in (
        (("440306", "宝安区"), ("440306", "administrative"), "ab"),
        ((None, "大鹏新区"), ("440307", "functional"), "cd"),
    ):
        whole = shapely.union_all([areas[letter] for letter in letters])
        above = district or f"district:{name}"
        rows += [
            {"level": "district", "code": district, "name_zh": name, "name_en": "Bao'an", "kind": kept, "geometry": whole},
            {"level": "street", "code": f"{code}001", "name_zh": f"{name}街道", "parent": above, "geometry": whole},
            {"level": "community", "code": f"{code}001001", "name_zh": "社区", "parent": f"{code}001", "geometry": whole},
        ]
        rows += [
            {
                "level": "micro",
                "code": MICRO[letter][0],
                "name_zh": MICRO[letter][1],
                "parent": f"{code}001001",
                "grid_type": "urban" if letter == "a" else None,
                "household_count": 350 if letter == "a" else None,
                "geometry": areas[letter],
            }
            for letter in letters
        ]
    return model.frame(rows)


@pytest.fixture
def source(conn, frame):
    """That edition, staged and valid, as exports get it."""
    draft, _ = editions.stage(conn, "governance", frame, name="2026 年版", source="测绘")
    edition = editions.activate(conn, draft.edition_id, datetime(2026, 1, 1, tzinfo=UTC))
    return Source(store.scheme(conn, "governance"), edition, store.frame(conn, edition.edition_id), "宝安区政数局")
