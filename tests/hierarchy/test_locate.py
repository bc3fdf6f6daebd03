"""Which unit is here: the rule, from memory and in SQL."""

import numpy as np
import pytest
import shapely

from gridgeo.errors import InvalidInput, NotFound
from gridgeo.geo.lattice import Hit
from gridgeo.hierarchy import editions, model, store
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import Outcome
from tests.districts import CODES, district

#: The corner of a drawing, and half a character of it.
WEST, NORTH, HALF = 113.0, 22.9, 0.005


def here(column: float, row: float) -> tuple[float, float]:
    """The point of a drawing so many characters to the right and down."""
    return round(WEST + column * 2 * HALF, 9), round(NORTH - row * 2 * HALF, 9)


@pytest.fixture
def load(conn):
    def snapshot(frame, scheme="governance"):
        edition = editions.stage(conn, scheme, frame, name="drawn")[0]
        return Snapshot(store.scheme(conn, scheme), edition, store.frame(conn, edition.edition_id))

    return snapshot


def codes(units):
    return [unit.code for unit in units]


def test_inside_gives_the_whole_chain(load, two_streets):
    place = load(two_streets).at(*here(0.5, 0.5))
    assert place.outcome is Outcome.INSIDE
    assert codes(place.chain) == ["999901", "999901001", "999901001001", "99990100100101"]


def test_shared_edge_goes_to_the_lower_code_and_names_the_other(load, two_streets):
    place = load(two_streets).at(*here(4, 0.5))
    assert (place.outcome, place.chain[-1].code, codes(place.others)) == (Outcome.BOUNDARY, CODES["B"], [CODES["C"]])


def test_shared_corner_goes_to_the_lowest_code(load, two_streets):
    place = load(two_streets).at(*here(4, 2))
    assert (place.outcome, place.chain[-1].code, codes(place.others)) == (Outcome.BOUNDARY, CODES["B"], [CODES["C"], CODES["D"]])


def test_outer_edge_is_on_a_boundary_of_one(load, two_streets):
    place = load(two_streets).at(*here(0, 1))
    assert (place.outcome, place.chain[-1].code, place.others) == (Outcome.BOUNDARY, CODES["A"], ())


def test_overlap_is_several_with_the_lower_code_chosen(load, two_streets):
    wide = shapely.box(*here(0, 2), *here(4, 0))
    frame = two_streets.copy()
    frame.loc[frame["code"] == CODES["A"], "geometry"] = shapely.MultiPolygon([wide])
    place = load(frame).at(*here(3, 1))
    assert (place.outcome, place.chain[-1].code, codes(place.others)) == (Outcome.SEVERAL, CODES["A"], [CODES["B"]])


def test_outside_names_the_nearest_and_its_metres(load, two_streets):
    place = load(two_streets).at(*here(-1, 0.5))
    assert (place.outcome, place.chain, place.nearest.code) == (Outcome.NONE, (), CODES["A"])
    assert place.metres == pytest.approx(0.01 * 111_320 * np.cos(np.radians(22.895)), rel=2e-3)


def test_a_hole_among_micro_grids_keeps_the_chain_down_to_the_community(load):
    frame = district("AAA\nAAA\nAAA")
    micro = frame["level"] == "micro"
    hole = shapely.difference(frame.geometry[micro].iloc[0], shapely.box(*here(1, 2), *here(2, 1)))
    frame.loc[micro, "geometry"] = shapely.MultiPolygon([hole])
    place = load(frame).at(*here(1.5, 1.5))
    assert (place.outcome, codes(place.chain)) == (Outcome.NONE, ["999901", "999901001", "999901001001"])
    assert place.nearest.code == CODES["A"]


def test_units_without_units_below_them_answer_at_any_level(load):
    frame = district("AAD")
    bare_street = frame[~frame["code"].str.startswith("999901002") | (frame["level"] == "street")].reset_index(drop=True)
    place = load(bare_street).at(*here(2.5, 0.5))
    assert (place.outcome, codes(place.chain)) == (Outcome.INSIDE, ["999901", "999901002"])


def test_a_level_can_be_asked_for(load, two_streets):
    snapshot = load(two_streets)
    assert codes(snapshot.at(*here(4, 0.5), level="community").chain) == ["999901", "999901001", "999901001001"]
    assert snapshot.at(*here(4, 0.5), level="street").outcome is Outcome.INSIDE
    with pytest.raises(InvalidInput, match="district, street, community, micro"):
        snapshot.at(*here(4, 0.5), level="village")


def test_a_code_that_is_missing_yields_to_one_that_is_there(load):
    areas = [shapely.box(113, 22, 113.1, 22.1), shapely.box(113.1, 22, 113.2, 22.1)]
    frame = model.frame(
        [
            {"level": "district", "code": None, "name_zh": "无码区", "geometry": areas[0]},
            {"level": "district", "code": "999902", "name_zh": "有码区", "geometry": areas[1]},
        ]
    )
    place = load(frame).at(113.1, 22.05)
    assert (place.chain[0].name_zh, place.others[0].name_zh) == ("有码区", "无码区")


def test_the_parent_is_the_stored_one_never_the_prefix(load):
    frame = district("AAD")
    frame.loc[frame["code"] == "999901002001", "parent"] = "999901001"
    merged = frame[frame["code"] != "999901002"].reset_index(drop=True)
    assert codes(load(merged).at(*here(2.5, 0.5)).chain) == ["999901", "999901001", "999901002001", CODES["D"]]


def test_a_unit_is_found_by_code_and_by_id(load, two_streets):
    snapshot = load(two_streets)
    unit = snapshot.unit("999901001")
    assert snapshot.unit(f"u{unit.unit_id}") is unit
    assert codes(snapshot.children(unit)) == ["999901001001", "999901001002"]
    assert codes(snapshot.children(None)) == ["999901"]
    assert codes(snapshot.descendants(unit)) == ["999901001001", "999901001002", CODES["A"], CODES["B"], CODES["C"]]
    with pytest.raises(NotFound):
        snapshot.unit("999999")


def test_neighbours_share_a_border_not_just_a_corner(load):
    snapshot = load(district("AB\nDC"))
    assert codes(snapshot.neighbours(snapshot.unit(CODES["A"]))) == [CODES["B"], CODES["D"]]


def test_a_listed_scheme_has_no_place(load, conn):
    store.add_scheme(
        conn, model.Scheme("statistics", model.SchemeKind.LISTED, "统计", "Statistics", (model.Level("street", 0, "街道", "Street"),))
    )
    snapshot = load(model.frame([{"level": "street", "code": "440306001", "name_zh": "西乡街道"}]), "statistics")
    place = snapshot.at(113.8, 22.6)
    assert (place.outcome, place.chain, place.nearest) == (Outcome.NONE, (), None)


@pytest.mark.parametrize("lon, lat", [(float("nan"), 22.0), (1e308, 22.0), (float("inf"), float("inf")), (-1000.0, 22.0)])
def test_points_that_are_nowhere_are_in_no_unit(load, two_streets, lon, lat):
    assert load(two_streets).at(lon, lat).outcome is Outcome.NONE


def test_memory_and_sql_agree_on_points_with_edges_and_corners(load, conn, request):
    """Random points, vertices, points along edges, and points a last digit beside edges; with a gap and an overlap among the units.

    Of the million there is a tenth without --long: of each kind tens of thousands.
    """
    rng = np.random.default_rng(11)
    frame = wiggly(rng)
    snapshot = load(frame)
    lon, lat = probes(frame, rng, 1_000_000 if request.config.getoption("--long") else 100_000)
    many = snapshot.at_many(lon, lat, nearest=False)
    ids = np.array([unit.unit_id for unit in snapshot.units] + [-1])
    with conn.cursor() as cur:
        cur.execute("ANALYZE grid_unit_version")
    wrong = []
    for start in range(0, len(lon), 100_000):
        part = slice(start, start + 100_000)
        rows = store.at(conn, snapshot.edition.edition_id, lon[part], lat[part], nearest=False)
        in_sql = np.array([unit_id or -1 for _, unit_id, _, _ in rows])
        outcome = np.array([Hit[row[0].name] for row in rows])
        hit = many.hit[part]
        memory = np.where(hit == Hit.NONE, -1, ids[many.unit[part]])
        wrong += np.flatnonzero((in_sql != memory) | (outcome != hit)).tolist()
    assert wrong == []
    assert set(np.unique(many.hit)) == set(Hit), "the probes must meet every outcome"


def test_memory_and_sql_agree_on_the_nearest(load, conn):
    rng = np.random.default_rng(5)
    frame = wiggly(rng, side=6)
    snapshot = load(frame)
    west, south, east, north = frame.total_bounds
    lon, lat = rng.uniform(west - 0.05, east + 0.05, 300), rng.uniform(south - 0.05, north + 0.05, 300)
    places = snapshot.at_many(lon, lat)
    for i, (outcome, _, nearest, metres) in enumerate(store.at(conn, snapshot.edition.edition_id, lon, lat)):
        if outcome is Outcome.NONE:
            assert snapshot.units[places.nearest[i]].unit_id == nearest
            assert places.metres[i] == pytest.approx(metres, abs=1e-3)


def test_one_and_many_agree(load):
    rng = np.random.default_rng(3)
    frame = wiggly(rng, side=6)
    snapshot = load(frame)
    lon, lat = probes(frame, rng, 3000)
    places = snapshot.at_many(lon, lat)
    for i, point in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        place = snapshot.at(*point)
        assert Hit(places.hit[i]).name == place.outcome.name
        deepest = snapshot.chains[places.unit[i]] if places.unit[i] >= 0 else ()
        assert place.chain == deepest


def wiggly(rng, side=12):
    """A district of side x side micro-grids with slanted shared borders, one gap and one overlap."""
    x, y = np.meshgrid(np.linspace(113.8, 113.9, side + 1), np.linspace(22.5, 22.6, side + 1))
    corners = np.stack([x, y], axis=-1) + rng.uniform(-0.002, 0.002, (side + 1, side + 1, 2))
    cells = [
        shapely.Polygon([corners[r, c], corners[r, c + 1], corners[r + 1, c + 1], corners[r + 1, c]])
        for r in range(side)
        for c in range(side)
    ]
    cells[side + 1] = shapely.Polygon(shapely.buffer(cells[side + 1], 0.001, join_style="mitre").exterior)
    del cells[2 * side + 2]
    whole = shapely.union_all(cells)
    rows = [{"level": "district", "code": "999901", "name_zh": "区", "geometry": whole}]
    rows += [
        {"level": "micro", "code": f"999901001001{i:02d}" if i < 90 else None, "name_zh": f"格{i}", "parent": "999901", "geometry": cell}
        for i, cell in enumerate(cells)
    ]
    return model.frame(rows)


def probes(frame, rng, n):
    """Points where answers are hard: a tenth on vertices, a third on or a hair beside edges, the rest anywhere around."""
    coordinates, part = shapely.get_coordinates(frame.geometry.to_numpy()[1:], return_index=True)
    same = np.flatnonzero(part[1:] == part[:-1])
    pick = rng.choice(same, n // 3)
    along = rng.uniform(0, 1, (len(pick), 1))
    edge = coordinates[pick] + along * (coordinates[pick + 1] - coordinates[pick])
    edge[::3] = np.nextafter(edge[::3], rng.choice([-1e3, 1e3], edge[::3].shape))
    west, south, east, north = frame.total_bounds
    anywhere = rng.uniform((west - 0.01, south - 0.01), (east + 0.01, north + 0.01), (n - n // 10 - len(edge), 2))
    points = np.concatenate([coordinates[rng.integers(0, len(coordinates), n // 10)], edge, anywhere])
    return points[:, 0].copy(), points[:, 1].copy()
