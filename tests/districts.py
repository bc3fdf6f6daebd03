"""Frames of units drawn as text: each letter is a micro-grid, its code tells where it belongs."""

import shapely

from gridgeo.hierarchy import model
from tests.drawing import draw

#: What the letters of a drawing are, unless a test says otherwise: codes of micro-grids in district 999901, which was never issued.
CODES = {
    "A": "99990100100101",
    "B": "99990100100102",
    "C": "99990100100201",
    "D": "99990100200101",
    "E": "99990100200102",
}


def district(picture: str, codes: dict[str, str] | None = None, **drawing) -> "model.geopandas.GeoDataFrame":
    """Return a frame of one district with its streets, communities and micro-grids.

    The levels above are unions of the micro-grids whose codes begin alike; that the prefix is the parent holds
    for these drawings, not in life.
    """
    codes = {**CODES, **(codes or {})}
    areas = {codes[letter]: area for letter, area in draw(picture, **drawing).items()}
    rows = []
    for level, length, above in (("district", 6, 0), ("street", 9, 6), ("community", 12, 9), ("micro", 14, 12)):
        for code in sorted({micro[:length] for micro in areas}):
            shape = shapely.union_all([area for micro, area in areas.items() if micro.startswith(code)])
            rows.append(
                {
                    "level": level,
                    "code": code,
                    "name_zh": f"{level}{code[-2:]}",
                    "parent": code[:above] or None,
                    "household_count": 300,
                    "geometry": shape,
                }
            )
    return model.frame(rows)
