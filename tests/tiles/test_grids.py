"""Grids in tiles: what shares a border shares it at every zoom."""

from __future__ import annotations

from itertools import combinations, pairwise

import geopandas
import numpy as np
import pytest
import shapely

from gridgeo.errors import NotFound
from gridgeo.hierarchy import editions, model, store
from gridgeo.tiles import grids, shapes
from gridgeo.tiles.model import EXTENT, GRIDS_DEEPEST, WORLD_BITS, Tile, column, row
from tests.districts import CODES
from tests.tiles.reading import layers

LEVELS = ["district", "street", "community", "micro"]


def wiggly(columns: int = 12, seed: int = 7) -> geopandas.GeoDataFrame:
    """A district of micro-grids with wiggly borders that all neighbours share; one micro-grid is missing, the district covers its place.

    As a frame that was read from an edition.
    """
    random = np.random.default_rng(seed)
    step, bends = 0.004, 9
    corner = {(i, j): (113 + i * step, 22.6 + j * step) for i in range(columns + 1) for j in range(columns + 1)}

    def side(a, b):
        (x0, y0), (x1, y1) = corner[a], corner[b]
        t = np.linspace(0, 1, bends)[:, None]
        line = np.array([[x0, y0]]) + t * np.array([[x1 - x0, y1 - y0]])
        line[1:-1] += random.uniform(-step / 20, step / 20, (bends - 2, 2))
        return line

    flat = {(i, j): side((i, j), (i + 1, j)) for i in range(columns) for j in range(columns + 1)}
    tall = {(i, j): side((i, j), (i, j + 1)) for i in range(columns + 1) for j in range(columns)}

    def cell(i, j):
        ring = [flat[i, j][:-1], tall[i + 1, j][:-1], flat[i, j + 1][::-1][:-1], tall[i, j][::-1]]
        return shapely.MultiPolygon([shapely.Polygon(np.concatenate(ring))])

    micro = {(i, j): cell(i, j) for i in range(columns) for j in range(columns)}
    rows = [("district", "999901", None, shapely.union_all(list(micro.values())))]
    for street in range(2):
        mine = {at: area for at, area in micro.items() if at[0] // (columns // 2) == street}
        rows.append(("street", f"99990100{street}", "999901", shapely.union_all(list(mine.values()))))
        for community in range(2):
            part = {at: area for at, area in mine.items() if at[1] // (columns // 2) == community}
            code = f"99990100{street}00{community}"
            rows.append(("community", code, f"99990100{street}", shapely.union_all(list(part.values()))))
            rows += [("micro", f"{code}{n:02}", code, area) for n, (at, area) in enumerate(part.items()) if at != (3, 3)]
    return model.frame([{"level": a, "code": b, "name_zh": b, "parent": c, "geometry": _multi(d)} for a, b, c, d in rows])


def _multi(area):
    return area if area.geom_type == "MultiPolygon" else shapely.MultiPolygon([area])


@pytest.fixture(scope="module")
def district():
    return wiggly()


@pytest.fixture
def edition(conn, district):
    draft, _ = editions.stage(conn, model.GOVERNANCE, district, name="wiggly")
    return editions.activate(conn, draft.edition_id).edition_id


@pytest.fixture
def drawn(conn, edition):
    return grids.prepare(conn, edition)


def kept(conn, edition, zoom):
    """Level, code, parent and area of what is kept of a zoom."""
    with conn.cursor() as cur:
        cur.execute(
            "SELECT level, code, parent, ST_AsBinary(shape) FROM tile_grid WHERE edition_id = %s AND zoom = %s ORDER BY code",
            (edition, zoom),
        )
        return [(level, code, parent, shapely.from_wkb(bytes(wkb))) for level, code, parent, wkb in cur.fetchall()]


def test_neighbours_share_their_border_at_every_zoom(conn, edition, drawn):
    """No sliver lies between units of a level and none overlap: what they are together has the area they have one by one."""
    for zoom in range(GRIDS_DEEPEST + 1):
        found = kept(conn, edition, zoom)
        assert all(shapely.is_valid(area) for *_, area in found)
        for level in LEVELS:
            areas = [area for name, _, _, area in found if name == level]
            together = shapely.union_all(areas)
            assert shapely.area(together) == sum(map(shapely.area, areas)), (zoom, level)
            holes = [hole for part in shapely.get_parts(together) for hole in part.interiors]
            assert len(holes) <= (level == "micro"), (zoom, level)


def test_the_border_of_a_parent_is_that_of_its_children(conn, edition, drawn):
    for zoom in range(GRIDS_DEEPEST + 1):
        found = kept(conn, edition, zoom)
        for level, below in pairwise(LEVELS[:3]):
            for code, area in [(code, area) for name, code, _, area in found if name == level]:
                children = [child for name, _, parent, child in found if name == below and parent == code]
                if children:
                    assert shapely.equals(shapely.union_all(children), area), (zoom, code)


def test_where_no_micro_grid_is_the_community_still_is(conn, edition, drawn):
    found = kept(conn, edition, 16)
    community = next(area for level, code, _, area in found if code == "999901000000")
    micro = shapely.union_all([area for level, _, parent, area in found if level == "micro" and parent == "999901000000"])
    left = shapely.difference(community, micro)
    assert shapely.is_valid(left) and shapely.area(left) > 0.9 * shapely.area(micro) / 35


def test_simplifying_each_alone_would_open_slivers(district):
    """The control: the tests above are able to fail."""
    world = shapes.to_world(district.geometry.to_numpy())[(district["level"] == "micro").to_numpy()]
    unit = 2 ** (WORLD_BITS - 12) / EXTENT
    alone = shapely.simplify(shapely.normalize(world), 7 * unit)
    assert shapely.area(shapely.union_all(alone)) != pytest.approx(shapely.area(alone).sum(), rel=1e-9)


def test_levels_appear_when_they_are_large_enough_to_be_seen(drawn):
    assert [level for level, _ in drawn] == LEVELS and drawn[0][1] == 0
    zooms = [zoom for _, zoom in drawn]
    assert zooms == sorted(zooms) and 9 <= zooms[-1] <= 13


def test_neighbours_share_their_corners_in_a_tile(conn, edition, drawn):
    zoom = 14
    at = Tile(zoom, column(113.02, zoom), row(22.62, zoom))
    found = layers(grids.tile(conn, edition, at, drawn))
    assert set(found) == {"districts", "streets", "communities", "microgrids"}
    rings = {feature["id"]: {xy for part in feature["parts"] for xy in part} for feature in found["microgrids"]}
    areas = {feature["id"]: shapely.make_valid(shapely.Polygon(feature["parts"][0])) for feature in found["microgrids"]}
    touching = 0
    for a, b in combinations(rings, 2):
        assert shapely.area(shapely.intersection(areas[a], areas[b])) == 0
        touching += len(rings[a] & rings[b]) >= 2
    assert touching > len(rings)


def test_features_say_who_they_are(conn, edition, drawn):
    at = Tile(14, column(113.02, 14), row(22.62, 14))
    frame = store.frame(conn, edition)
    code_of = dict(zip(frame["unit_id"], frame["code"], strict=True))
    for feature in layers(grids.tile(conn, edition, at, drawn))["microgrids"]:
        told = feature["properties"]
        assert told == {"code": code_of[feature["id"]], "name": told["code"], "parent": told["code"][:12]}
        assert feature["kind"] == 3


def test_rings_turn_as_the_specification_says(conn, edition, drawn):
    """The outer ring has a positive area in the coordinates of the tile (y to the south)."""
    at = Tile(13, column(113.02, 13), row(22.62, 13))
    for layer in layers(grids.tile(conn, edition, at, drawn)).values():
        for feature in layer:
            xy = np.array(feature["parts"][0], dtype=float)
            assert np.sum(xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]) > 0


def test_beyond_the_deepest_zoom_grids_are_drawn_larger(conn, edition, drawn):
    at = Tile(20, column(113.02, 20), row(22.62, 20))
    found = layers(grids.tile(conn, edition, at, drawn))
    assert len(found["microgrids"]) >= 1
    for feature in found["microgrids"]:
        assert all(-64 <= value <= EXTENT + 64 for part in feature["parts"] for xy in part for value in xy)


def test_an_edition_is_simplified_once(conn, edition, drawn):
    with conn.cursor() as cur:
        cur.execute("SELECT sum(xmin::text::bigint), count(*) FROM tile_grid")
        before = cur.fetchone()
        assert grids.prepare(conn, edition) == drawn
        cur.execute("SELECT sum(xmin::text::bigint), count(*) FROM tile_grid")
        assert cur.fetchone() == before


def test_a_scheme_without_areas_has_no_tiles(conn):
    store.add_scheme(conn, model.Scheme("listed", model.SchemeKind.LISTED, "表", "List", (model.Level("post", 0, "站", "Post"),)))
    draft, _ = editions.stage(conn, "listed", model.frame([{"level": "post", "code": "1", "name_zh": "一"}]), name="x")
    with pytest.raises(NotFound):
        grids.prepare(conn, draft.edition_id)


def test_units_without_a_code_are_named_by_their_number(conn):
    rows = [
        {
            "level": "district",
            "code": CODES["A"][:6],
            "name_zh": "区",
            "geometry": shapely.MultiPolygon([shapely.box(113, 22.6, 113.1, 22.7)]),
        }
    ]
    rows += [
        {"level": "street", "code": None, "name_zh": "街", "parent": CODES["A"][:6], "geometry": rows[0]["geometry"]},
    ]
    draft, _ = editions.stage(conn, model.GOVERNANCE, model.frame(rows), name="bare")
    grids.prepare(conn, draft.edition_id)
    codes = {code for _, code, _, _ in kept(conn, draft.edition_id, 14)}
    assert CODES["A"][:6] in codes and any(code.startswith("u") for code in codes)
