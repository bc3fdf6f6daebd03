"""Managed objects on the map: the API over a drawn city, in a real browser without a network."""

import base64
import struct
from contextlib import closing

import pytest

from gridgeo.db import connection
from gridgeo.settings import Settings

from . import furniture, town
from .conftest import topology
from .drawn import city
from .furniture import NEAR
from .looking import later, on_page, painted, rested, tiles

pytestmark = pytest.mark.browser

DAY = "2026-10-01"


def test_circles_hold_exactly_what_stands_and_are_drawn_in_the_colours_of_their_classes(there):
    page = there("#at=22.88,113.03,13")
    drawn = rested(page)
    assert drawn["n"] == furniture.standing() and len(drawn["clusters"]) > 4
    largest = max(drawn["clusters"], key=lambda one: one["n"])
    colours = painted(page, largest)
    assert colours[0] == "#ffffff" and "#4477aa" in colours and "#4f8a2c" in colours


def test_a_circle_gives_way_to_names_within_its_cell(there):
    """A cell is 112 px wide; the circle's own place is its middle. Over a name it stays only where no place of the cell is free."""
    found = there("#at=22.88,113.03,13").evaluate(
        """() => {
            const { categories, symbols, layer } = gridgeo.shown.things, scene = gridgeo.scene(categories, symbols);
            const frame = { scale: 1, x: 0, y: 0, width: 112, height: 112, ratio: 1 };
            const content = { clusters: [{ n: 50, parts: [50], x: 56, y: 56 }], points: [], shapes: [] };
            const pieces = [{ content, box: [0, 0, 112, 112], whole: true }], context = layer._base.getContext('2d');
            const named = ([west, north, east, south]) => ({ west, north, east, south });
            const circle = (...names) => scene.arrange(context, pieces, frame, 0, names.map(named)).clusters[0];
            const two = circle([10, 40, 102, 58], [10, 62, 102, 76]);
            return [circle(), circle([10, 50, 102, 66]), two, circle([50, 10, 64, 112]), circle([0, 0, 112, 112])];
        }"""
    )
    own, below, above_both, aside, nowhere = ((one["x"], one["y"]) for one in found)
    r = found[0]["r"]
    assert own == nowhere == (56, 56)
    assert below[0] == 56 and abs(abs(below[1] - 58) - (8 + r)) <= 1
    assert above_both[0] == 56 and (above_both[1] <= 41 - r or above_both[1] >= 75 + r)
    assert aside[1] == 56 and (aside[0] <= 51 - r or aside[0] >= 63 + r)


_COVERED = """() => {
    const { layer, things, topology } = gridgeo.shown, { frame, clusters } = things.layer._made, { scale } = layer._frame;
    const circles = clusters.map(({ x, y, r }) => ({ x: x + frame.x - layer._frame.x, y: y + frame.y - layer._frame.y, r: r - 4 }));
    const away = (at, from, to) => at - Math.max(from, Math.min(to, at));
    const far = (box, { x, y }) => Math.hypot(away(x, box[0], box[2]), away(y, box[1], box[3]));
    const under = ({ box }) => circles.some((circle) => far(box, circle) < circle.r);
    const world = ({ x, y }) => [(x + layer._frame.x) / scale, (y + layer._frame.y) / scale];
    const within = (one) => gridgeo.topology.contains(topology.arcs, one.unit, ...world(one));
    const { _named: named, _standing: standing } = layer;
    return [named.filter(under).length, standing.filter(under).length, standing.every(within), standing.length];
}"""


def test_a_name_under_a_circle_goes_beside_it_within_its_unit(there):
    """Of the circles here one cannot go anywhere else."""
    page = there("#at=22.88,113.03,13")
    page.evaluate(
        """async () => {
            const { layer, things } = gridgeo.shown, { box } = layer._named[0], { frame, clusters } = things.layer._made;
            const right = layer._frame.x - frame.x, down = layer._frame.y - frame.y;
            clusters.push({ x: (box[0] + box[2]) / 2 + right, y: (box[1] + box[3]) / 2 + down, r: 14, n: 9 });
            layer.giveWay(clusters, frame);
            await new Promise((written) => requestAnimationFrame(written));
        }"""
    )
    before, after, within, standing = page.evaluate(_COVERED)
    assert before > 0 == after and within and standing
    page.evaluate("() => { const { layer, things } = gridgeo.shown; layer.giveWay([], things.layer._made.frame); }")
    page.wait_for_function("() => gridgeo.shown.layer._standing.length === gridgeo.shown.layer._named.length")


def test_a_long_name_is_shortened_by_the_word_all_of_its_level_end_with(there):
    page = there("#at=22.88,113.03,13&lang=en")
    told = page.evaluate(
        """() => {
            const { layer, topology } = gridgeo.shown, context = document.createElement("canvas").getContext("2d");
            const { units } = topology.levels[2], [unit] = units, frame = { ...layer._frame, scale: layer._frame.scale / 50 };
            units.forEach(({ facts }, at) => (facts.name_en = `No ${at} Community`));
            const [x, y] = gridgeo.topology.label(unit).map((world, axis) => world * frame.scale - [frame.x, frame.y][axis]);
            const one = { text: unit.facts.name_en, unit, x, y, font: "12px serif", fill: null, box: [x - 60, y - 10, x + 60, y + 10] };
            const standing = gridgeo.labels.yielding(context, topology, frame, [one], [{ x: x + 70, y, r: 30 }]);
            return [one.text, standing.map(({ text }) => text)];
        }"""
    )
    whole, (short,) = told
    assert whole == f"{short} Community"


def test_the_map_says_where_its_names_are(there):
    named, boxes = there("#at=22.88,113.03,13").evaluate(
        "() => [gridgeo.shown.layer._named.length, gridgeo.shown.layer.names(gridgeo.shown.things.layer._frame).length]"
    )
    assert named == boxes > 0


def test_a_circle_leads_nearer_until_things_stand_alone(there):
    page = there("#at=22.88,113.03,13")
    before = rested(page)
    page.mouse.click(*on_page(page, max(before["clusters"], key=lambda one: one["n"])))
    page.wait_for_function("() => gridgeo.shown.map.getZoom() >= 15")
    rested(page)
    page.evaluate("gridgeo.shown.map.setView([22.88, 113.03], 17, { animate: false })")
    assert rested(page)["dots"]


def test_chosen_things_stand_alone_from_the_zoom_the_tiles_tell(there, furnished):
    page = there(f"#at=22.88,113.03,15&layers={furnished.of['路灯']}")
    told = page.evaluate("fetch('../collections/objects/tiles/WebMercatorQuad').then((answer) => answer.json())")
    asked = tiles(page)
    page.evaluate("zoom => gridgeo.shown.map.setView([22.88, 113.03], zoom, { animate: false })", told["points_from"])
    later(page, 300)
    drawn = rested(page)
    assert drawn["dots"] and not drawn["clusters"]
    assert all(f"/{told['points_from']}/" in url for url in asked)


def test_printing_waits_for_what_is_in_view(there):
    page = there("#at=22.88,113.03,13")
    page.evaluate("window.printed = 0; window.print = () => (window.printed = gridgeo.shown.things.layer._asking === 0 ? 1 : 2)")
    page.click("[data-paper=a4]")
    page.wait_for_function("() => window.printed === 1")
    assert "公用设施" in page.locator("#print-legend").text_content()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("gridgeo.shown.things.layer._sharpness") is None


def test_on_paper_no_number_stands_that_would_change(there):
    page = there("#at=22.88,113.03,13")
    page.route("**/tiles/WebMercatorQuad/*/*/*", lambda route: None)
    drawn = page.evaluate(
        """() => {
            const { map, things } = gridgeo.shown, drawn = () => things.layer._made.clusters.length;
            map.setView([22.88, 113.03], 15, { animate: false });
            const screen = drawn();
            dispatchEvent(new Event('beforeprint'));
            const paper = drawn();
            dispatchEvent(new Event('afterprint'));
            return [screen, paper];
        }"""
    )
    assert drawn[0] > 0 and drawn[1] == 0


def test_a_picture_has_the_shapes_of_the_classes_that_are_shown(there, furnished):
    heights = []
    for layers in ("", "&layers=none"):
        page = there(f"#at=22.88,113.03,13{layers}")
        with page.expect_download() as download:
            page.click("#toolbar [data-tool=picture]")
        heights.append(struct.unpack(">II", download.value.path().read_bytes()[16:24])[1])
        assert page.evaluate("gridgeo.shown.things.layer._sharpness") is None
    assert heights[0] > heights[1]


def test_the_slider_shows_objects_as_of_a_day_near_and_says_so_everywhere(there, furnished):
    """The city's objects are of 2026: before that there were none."""
    page = there(f"?scheme=governance&datetime=2025-06-01{NEAR}")
    note = page.locator("#objects-note")
    assert rested(page)["dots"] == [] and "2025-06-01 此处没有部件" in note.inner_text()
    assert "今日部件" in page.locator("#layers-today").inner_text()
    with page.expect_request(lambda request: "/tiles/" in request.url and f"datetime={DAY}" in request.url):
        page.evaluate("day => gridgeo.shown.store.change({ day })", DAY)
    assert rested(page)["dots"] and DAY in note.inner_text()
    with page.expect_request(lambda request: "/tiles/" in request.url and "datetime" not in request.url):
        page.evaluate("gridgeo.shown.map.setZoom(13, { animate: false })")
    assert rested(page)["n"] and "今日部件" in note.inner_text()
    note.locator("button").click()
    page.wait_for_function("() => gridgeo.shown.map.getZoom() === 15 && !gridgeo.shown.map._animatingZoom")
    assert rested(page)["n"] and "情况" in note.inner_text()
    page.evaluate("gridgeo.shown.store.change({ day: null })")
    rested(page)
    assert note.is_hidden() and page.locator("#layers-today").is_hidden()


def test_what_others_add_is_seen_by_whoever_looks(visit, database_url, tmp_path):
    with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
        lamp = furniture.bare(conn).categories[0].category_id
        furniture.light(conn, lamp, 1)
    with town.served(Settings(home=tmp_path, database_url=database_url, port=0)) as address:
        page = visit(f"{address}{NEAR}")
        assert rested(page)["n"] == 1
        with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
            furniture.light(conn, lamp, 2)
        page.evaluate(
            """() => {
                const begun = Date.now();
                Date.now = () => begun + 61_000;
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
        page.wait_for_function("() => gridgeo.shown.things.layer._made.dots.length === 2")
        page.wait_for_function("() => document.querySelector('#layers-total').textContent.startsWith('2')")


def test_where_nothing_stands_the_page_says_so_and_knows_the_way_back(there):
    page = there("#at=22.7,113.3,16")
    note = page.locator("#objects-note")
    assert "此处没有部件" in note.inner_text()
    note.locator("button").click()
    later(page, 600)
    assert rested(page)["n"] == furniture.standing() and note.is_hidden()


def test_tiles_that_fail_are_told_and_asked_for_again(visit, furnished):
    page = visit(furnished.address, allowed=("Failed to load resource",))
    page.route("**/tiles/WebMercatorQuad/*/*/*", lambda route: route.abort())
    page.evaluate("gridgeo.shown.map.setView([22.88, 113.03], 17, { animate: false })")
    note = page.locator("#objects-note")
    note.locator("button").wait_for()
    assert "部件未能取到" in note.inner_text()
    page.unroute("**/tiles/WebMercatorQuad/*/*/*")
    note.locator("button").click()
    note.wait_for(state="hidden")
    assert rested(page)["n"] > 0


def test_a_tile_of_postgis_is_read_as_it_was_written(visit, site, conn):
    with conn.cursor() as cur:
        cur.execute(
            """SELECT ST_AsMVT(q, 'things', 4096, 'geom', 'id') FROM (
                 SELECT 9007199254740991 AS id, '路灯' AS name, 7 AS n, -3 AS low, 1.5::float8 AS half, true AS lit,
                   ST_MakePoint(10, 4000) AS geom
                 UNION ALL SELECT 2, 'line', NULL, NULL, NULL, NULL, ST_GeomFromText('LINESTRING(0 0, 100 50, 90 4095)')
                 UNION ALL SELECT 3, NULL, NULL, NULL, NULL, false,
                   ST_GeomFromText('POLYGON((0 0, 0 400, 400 400, 400 0, 0 0), (100 100, 200 100, 200 200, 100 200, 100 100))')) AS q"""
        )
        body = bytes(cur.fetchone()[0])
    page = visit(site.put("mvt", topology(city())))
    layers = page.evaluate(
        "text => gridgeo.mvt.decode(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer)", base64.b64encode(body).decode()
    )
    point, line, polygon = layers["things"]["features"]
    assert (point["id"], point["kind"], point["parts"]) == (9007199254740991, 1, [[10, 4000]])
    assert point["props"] == {"name": "路灯", "n": 7, "low": -3, "half": 1.5, "lit": True}
    assert (line["kind"], line["parts"]) == (2, [[0, 0, 100, 50, 90, 4095]])
    assert polygon["kind"] == 3 and [len(part) for part in polygon["parts"]] == [8, 8] and polygon["props"] == {"lit": False}
