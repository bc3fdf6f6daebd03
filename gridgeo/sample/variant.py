"""What may happen to a district between two editions, and police beats made of its micro-grids."""

from __future__ import annotations

import geopandas
import numpy as np
import shapely

from ..geo import crs
from .profiles import levels_together, united

#: Metres a corner of two micro-grids moves.
_MOVE_M = 25.0


def changed(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the next edition of a sample: a split, a merger, a moved border, a rename, new counts, a community of another street.

    All of it happens by rule, so that the same sample changes the same way.
    """
    levels = {level: frame[frame["level"] == level].reset_index(drop=True) for level in ("district", "street", "community", "micro")}
    micro, community = levels["micro"], levels["community"]
    micro = _split(micro, int(np.argmax(shapely.area(micro.geometry.to_numpy()))))
    micro = _merge(micro)
    _move(micro)
    micro.loc[micro.index[:3], "household_count"] += 12
    community.loc[community.index[-1], "name_zh"] = "新名社区"
    community.loc[community.index[-1], "name_en"] = "Xinming Community"
    _transfer(community)
    made = [micro]
    for level in ("community", "street", "district"):
        made.insert(0, united(made[0], levels[level].drop(columns=["geometry", "household_count"]).to_dict("records")))
    return levels_together(made)


def police(frame: geopandas.GeoDataFrame, size: int = 5) -> list[dict[str, str]]:
    """Return police beats as rows of code, name and the codes of their micro-grids: `size` neighbours of one community each.

    Codes are work grid codes: street (9 digits), a letter, and a number (SZDB/Z 281).
    """
    micro = frame[frame["level"] == "micro"]
    street_of = frame[frame["level"] == "community"].set_index("code")["parent"]
    count: dict[str, int] = {}
    rows = []
    for community, codes in micro.groupby("parent", sort=True)["code"]:
        street = street_of[community]
        for start in range(0, len(codes), size):
            count[street] = count.get(street, 0) + 1
            code = f"{street}H{count[street]:03d}"
            rows.append({"code": code, "name_zh": f"{count[street]}号警格", "members": " ".join(sorted(codes)[start : start + size])})
    return sorted(rows, key=lambda row: row["code"])


def _split(micro: geopandas.GeoDataFrame, place: int) -> geopandas.GeoDataFrame:
    """Part a micro-grid from corner to corner; the second half takes the community's next number."""
    whole = micro.loc[place]
    halves = _halves(shapely.get_parts(whole.geometry)[0])
    micro = micro.copy()
    micro.loc[place, "household_count"] = int(whole["household_count"]) // 2
    number = int(micro.loc[micro["parent"] == whole["parent"], "code"].str[-2:].max()) + 1
    other = whole.copy()
    other["code"] = f"{whole['parent']}{number:02d}"
    other["name_zh"] = f"{whole['name_zh'].removesuffix('微网格')[:-2]}{number:02d}微网格"
    other["household_count"] = int(whole["household_count"]) - int(whole["household_count"]) // 2
    micro.loc[len(micro)] = other
    micro.geometry = [*micro.geometry.iloc[:place], halves[0], *micro.geometry.iloc[place + 1 : -1], halves[1]]
    return micro


def _halves(polygon: shapely.Polygon) -> list[shapely.MultiPolygon]:
    """The two parts on either side of the chord between two corners that halves a polygon best."""
    ring = shapely.get_coordinates(polygon.exterior)[:-1]
    best, found = np.inf, []
    for a in range(len(ring)):
        for b in range(a + 2, len(ring) - (a == 0)):
            chord = shapely.linestrings([ring[a], ring[b]])
            if not shapely.covers(polygon, chord) or shapely.length(shapely.intersection(chord, polygon.exterior)) > 0:
                continue
            parts = [shapely.Polygon(ring[a : b + 1]), shapely.Polygon(np.concatenate([ring[b:], ring[: a + 1]]))]
            uneven = abs(parts[0].area - parts[1].area)
            if uneven < best:
                best, found = uneven, parts
    return [shapely.MultiPolygon([part]) for part in found]


def _merge(micro: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Join the first two micro-grids of one community that share a border into the one with the lower code."""
    shapes = micro.geometry.to_numpy()
    for a in range(len(micro)):
        for b in range(a + 1, len(micro)):
            if micro["parent"].iloc[a] == micro["parent"].iloc[b] and _shares_border(shapes[a], shapes[b]):
                union = shapely.coverage_union(shapes[a], shapes[b])
                merged = micro.copy()
                merged.geometry = [shapely.MultiPolygon([*shapely.get_parts(union)]) if i == a else shape for i, shape in enumerate(shapes)]
                merged.loc[a, "household_count"] = int(micro["household_count"].iloc[a] + micro["household_count"].iloc[b])
                return merged.drop(index=b).reset_index(drop=True)
    return micro


def _shares_border(one, other) -> bool:
    return shapely.touches(one, other) and shapely.length(shapely.intersection(one, other)) > 0


def _move(micro: geopandas.GeoDataFrame) -> None:
    """Move a corner that exactly two micro-grids of one community share; all stay valid and tile as before."""
    shapes = micro.geometry.to_numpy()
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    vertices, which = np.unique(coordinates, axis=0, return_inverse=True)
    for vertex in range(len(vertices)):
        at = np.unique(owner[which == vertex])
        if len(at) != 2 or micro["parent"].iloc[at[0]] != micro["parent"].iloc[at[1]] or not _is_inner(vertices[vertex], shapes[at]):
            continue
        moved = shapely.transform(shapes[at], lambda xy, old=vertices[vertex]: np.where((xy == old).all(axis=1)[:, None], _moved(old), xy))
        if shapely.is_valid(moved).all() and shapely.coverage_is_valid(moved):
            micro.geometry = [dict(zip(at, moved, strict=True)).get(i, shape) for i, shape in enumerate(shapes)]
            return


def _is_inner(vertex: np.ndarray, shapes: np.ndarray) -> bool:
    """Whether a vertex lies inside the union of its two owners: moved, it moves nobody else's border."""
    return shapely.contains_xy(shapely.coverage_union_all(shapes), *vertex)


def _moved(vertex: np.ndarray) -> np.ndarray:
    plane = crs.from_storage(vertex, crs.METRIC_PLANE)
    return crs.to_storage(plane + _MOVE_M, crs.METRIC_PLANE).round(7)[0]


def _transfer(community: geopandas.GeoDataFrame) -> None:
    """Give a community to a neighbouring street; it keeps its code, which is why a prefix is no parent."""
    shapes, parent = community.geometry.to_numpy(), community["parent"].to_numpy()
    for a in range(len(community)):
        for b in range(len(community)):
            if parent[a] != parent[b] and (parent == parent[a]).sum() > 2 and _shares_border(shapes[a], shapes[b]):
                community.loc[a, "parent"] = parent[b]
                return
