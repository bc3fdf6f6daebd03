"""A drawn city: a district of two streets, four communities and eight micro-grids."""

from __future__ import annotations

from geopandas import GeoDataFrame

from tests.districts import district

CITY = {
    **{"A": "99990100100101", "B": "99990100100102", "C": "99990100100201", "D": "99990100200101", "E": "99990100200102"},
    **{"F": "99990100200201", "G": "99990100200202", "H": "99990100100202"},
}
PICTURE = "AABBFF AABBFF CCHHGG DDEEGG"
TYPES = ["urban", "village", "enterprise", "urban", "urban", "urban", "village", None]
HOUSEHOLDS = [310, 290, 400, 0, 350, None, 330, 370]


def city() -> GeoDataFrame:
    """Return a district of eight micro-grids, one without a household, one without a count, one without a type."""
    frame = district(PICTURE, CITY)
    micro = frame["level"] == "micro"
    frame.loc[micro, "grid_type"] = TYPES
    frame.loc[micro, "household_count"] = HOUSEHOLDS
    frame.loc[~micro, "household_count"] = None
    frame.loc[frame["code"] == "999901001", ["name_zh", "name_en"]] = ["新安街道", "Xin'an Subdistrict"]
    frame.loc[frame["code"] == "99990100100101", "name_zh"] = "灶下社区01微网格"
    return frame
