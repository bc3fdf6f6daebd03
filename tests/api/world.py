"""A small drawn city: one district, two streets, three communities, six micro-grids."""

import shapely

from gridgeo.hierarchy import model
from tests.drawing import draw

#: Each character is 0.01 degrees square, the upper left corner lies at 113.00 E, 22.90 N.
MICRO = """
    AABB
    AABB
    CCDD
    E..F
"""

DISTRICT, STREET_1, STREET_2 = "440306", "440306001", "440306002"
A, B, C, D, F = "44030600100101", "44030600100102", "44030600200101", "44030600200102", "44030600200202"
RETIRED = "44030600100199"

#: Inside A; on the border of A and B; in the corner of A, B, C and D; in the district only; outside everything.
IN_A, ON_AB, CORNER, HOLE, OUTSIDE = (113.005, 22.895), (113.02, 22.895), (113.02, 22.88), (113.02, 22.865), (113.10, 22.895)


def frame(with_retired: bool):
    """The city: A is two grids in the first edition, one of which is retired in the second."""
    parts = draw(MICRO)
    whole = draw("XXXX XXXX XXXX XXXX")["X"]
    left, right = draw("LR LR"), parts["A"]
    micro = {A: (right, "甲格"), B: (parts["B"], "乙格"), C: (parts["C"], "丙格"), D: (parts["D"], "丁格"), F: (parts["F"], "己格")}
    if with_retired:
        micro |= {A: (left["L"], "甲格"), RETIRED: (left["R"], "旧格")}
    rows = [
        {"level": "district", "code": DISTRICT, "name_zh": "宝安区", "name_en": "Bao'an", "geometry": whole},
        _union("street", STREET_1, "新安街道", DISTRICT, parts, "AB"),
        _union("street", STREET_2, "西乡街道", DISTRICT, parts, "CDEF"),
        _union("community", "440306001001", "海滨社区", STREET_1, parts, "AB"),
        _union("community", "440306002001", "劳动社区", STREET_2, parts, "CD"),
        _union("community", "440306002002", "固戍社区", STREET_2, parts, "EF"),
        {"level": "micro", "code": None, "name_zh": "=无码格", "parent": "440306002002", "geometry": parts["E"]},
    ]
    rows += [
        {
            "level": "micro",
            "code": code,
            "name_zh": name,
            "parent": code[:12],
            "grid_type": "urban",
            "household_count": 300,
            "geometry": area,
        }
        for code, (area, name) in micro.items()
    ]
    return model.frame(rows)


def _union(level, code, name, parent, parts, letters):
    return {
        "level": level,
        "code": code,
        "name_zh": name,
        "parent": parent,
        "geometry": shapely.union_all([parts[letter] for letter in letters]),
    }
