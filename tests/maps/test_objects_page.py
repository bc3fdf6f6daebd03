"""Managed objects on the page: the API over a drawn city, in a real browser without a network."""

import base64
import re
import struct
from contextlib import closing
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest

from api.routes import objects
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model
from gridgeo.moments import CHINA
from gridgeo.settings import Settings
from maps import classes

from . import furniture, town
from .conftest import topology
from .test_page import at as place_of
from .test_page import city

pytestmark = pytest.mark.browser

DAY = "2026-10-01"
NEAR = f"#at={furniture.NAMED[1]},{furniture.NAMED[0]},18"


@pytest.fixture(scope="module")
def served(server, template, tmp_path_factory):
    """The API over the city with its objects."""
    name = server.create(template)
    url = server.url_of(name)
    of = furniture.load(url)
    with town.served(Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0, per_minute=0)) as address:
        yield SimpleNamespace(address=address, of=of, url=url)
    server.drop(name)


@pytest.fixture
def there(visit, served):
    """Open the page at some state, and wait until its objects are drawn."""

    def open_(rest="", *args, **more):
        page = visit(f"{served.address}{rest}", *args, **more)
        rested(page)
        return page

    return open_


def rested(page):
    """Wait until every tile that is wanted is drawn, and return what is drawn."""
    page.wait_for_function(
        """() => {
            const { layer, map } = { ...gridgeo.shown, ...gridgeo.shown.things };
            return layer.drawn.count > 0 && layer._made && !layer._due && !layer._waiting && !map._animatingZoom;
        }"""
    )
    page.wait_for_timeout(250)
    return page.evaluate(
        """() => {
            const { clusters, dots } = gridgeo.shown.things.layer._made;
            return { n: clusters.reduce((sum, one) => sum + one.n, 0) + dots.length,
                     clusters: clusters.map(({ x, y, r, n }) => ({ x, y, r, n })), dots: dots.map(({ id, x, y, r }) => ({ id, x, y, r })) };
        }"""
    )


def on_page(page, one):
    """Return where on the page something drawn is."""
    return page.evaluate(
        """({ x, y }) => {
            const { layer } = gridgeo.shown.things, { map } = gridgeo.shown, box = map.getContainer().getBoundingClientRect();
            const point = map.layerPointToContainerPoint(layer._bounds.min.add([x, y]));
            return [box.left + point.x, box.top + point.y];
        }""",
        one,
    )


def at(page, lon, lat):
    """Return where on the page a point of the ground is."""
    return page.evaluate(
        """([lon, lat]) => {
            const { map } = gridgeo.shown, box = map.getContainer().getBoundingClientRect(), point = map.latLngToContainerPoint([lat, lon]);
            return [box.left + point.x, box.top + point.y];
        }""",
        [lon, lat],
    )


def painted(page, one):
    """Return the colours of the pixels of something drawn, as #rrggbb, most frequent first."""
    return page.evaluate(
        """({ x, y, r }) => {
            const { _base: canvas, _frame: frame } = gridgeo.shown.things.layer, k = frame.ratio, side = Math.ceil(2 * r * k);
            const { data } = canvas.getContext('2d').getImageData((x - r) * k, (y - r) * k, side, side), found = new Map();
            for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] < 250) continue;
                const colour = '#' + [0, 1, 2].map((c) => data[i + c].toString(16).padStart(2, '0')).join('');
                found.set(colour, (found.get(colour) || 0) + 1);
            }
            return [...found].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
        }""",
        one,
    )


def item(page, name):
    """Return the row of the tree with a name."""
    return page.locator(f"#layers-tree [data-key$='{name}']")


def tiles(page):
    """Listen to what tiles are asked for."""
    asked = []
    page.on("request", lambda request: "/tiles/" in request.url and asked.append(request.url))
    return asked


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
        """() => {
            const { layer, things } = gridgeo.shown, { box } = layer._named[0], { frame, clusters } = things.layer._made;
            const right = layer._frame.x - frame.x, down = layer._frame.y - frame.y;
            clusters.push({ x: (box[0] + box[2]) / 2 + right, y: (box[1] + box[3]) / 2 + down, r: 14, n: 9 });
            layer.giveWay(clusters, frame);
        }"""
    )
    before, after, within, standing = page.evaluate(_COVERED)
    assert before > 0 == after and within and standing
    page.evaluate("() => { const { layer, things } = gridgeo.shown; layer.giveWay([], things.layer._made.frame); }")
    assert page.evaluate("gridgeo.shown.layer._standing.length === gridgeo.shown.layer._named.length")


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


def test_one_thing_opens_its_card_and_the_address_and_back_know_it(there):
    page = there(NEAR)
    page.mouse.move(*at(page, *furniture.NAMED))
    assert furniture.NAME in page.locator("#tip").inner_text() and "破损" in page.locator("#tip").inner_text()
    tip, (x, y) = page.locator("#tip").bounding_box(), at(page, *furniture.NAMED)
    assert abs(tip["x"] - x) < 40 and 0 < y - tip["y"] - tip["height"] < 40
    page.mouse.click(*at(page, *furniture.NAMED))
    card = page.locator("#card")
    card.locator(".timeline").wait_for()
    text = card.inner_text()
    assert card.locator("h2").inner_text() == furniture.NAME
    assert card.locator(".code code").inner_text() == furniture.CODE
    assert "公用设施 › 照明 › 路灯" in text and "照明处" in text and "2026-02-01" in text and re.search(r"高度 Height\s+8 m", text)
    assert [one.split("\n")[0] for one in card.locator(".timeline li").all_inner_texts()] == ["破损", "完好"]
    assert card.locator(".chain button").count() == 4
    page.wait_for_timeout(300)
    assert re.search(r"object=\d+", page.url)
    page.mouse.click(*at(page, furniture.NAMED[0] + 0.0004, furniture.NAMED[1] + 0.0004))
    page.wait_for_timeout(300)
    page.go_back()
    card.locator(".timeline").wait_for()
    assert card.locator("h2").inner_text() == furniture.NAME


def test_a_link_to_a_thing_shows_it(there, served):
    page = there(NEAR)
    page.mouse.click(*at(page, *furniture.NAMED))
    page.locator("#card .timeline").wait_for()
    page.wait_for_timeout(300)
    again = there(page.url.partition("/maps/")[2])
    again.locator("#card .timeline").wait_for()
    assert again.locator("#card h2").inner_text() == furniture.NAME


def test_chosen_things_stand_alone_from_the_zoom_the_tiles_tell(there, served):
    page = there(f"#at=22.88,113.03,15&layers={served.of['路灯']}")
    told = page.evaluate("fetch('../collections/objects/tiles/WebMercatorQuad').then((answer) => answer.json())")
    asked = tiles(page)
    page.evaluate("zoom => gridgeo.shown.map.setView([22.88, 113.03], zoom, { animate: false })", told["points_from"])
    page.wait_for_timeout(300)
    drawn = rested(page)
    assert drawn["dots"] and not drawn["clusters"]
    assert all(f"/{told['points_from']}/" in url for url in asked)


def test_in_english_nothing_of_objects_is_left_in_chinese_alone(there):
    page = there(f"{NEAR}&lang=en&level=street")
    page.mouse.move(*at(page, *furniture.NAMED))
    assert "Damaged" in page.locator("#tip").inner_text() and "Street lamp" in page.locator("#tip").inner_text()
    page.mouse.click(*at(page, *furniture.NAMED))
    page.locator("#card .timeline").wait_for()
    card = page.locator("#card").inner_text()
    assert "Public utilities › Lighting › Street lamp" in card and "since 2026-03-01" in card and "起" not in card
    assert "everywhere" in page.locator("#layers-total").inner_text()
    page.click("#toolbar [data-tool=language]")
    page.wait_for_timeout(100)
    assert "起" in page.locator("#card").inner_text() and "全部" in page.locator("#layers-total").inner_text()


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


def test_a_picture_has_the_shapes_of_the_classes_that_are_shown(there, served):
    heights = []
    for layers in ("", "&layers=none"):
        page = there(f"#at=22.88,113.03,13{layers}")
        with page.expect_download() as download:
            page.click("#toolbar [data-tool=picture]")
        heights.append(struct.unpack(">II", download.value.path().read_bytes()[16:24])[1])
        assert page.evaluate("gridgeo.shown.things.layer._sharpness") is None
    assert heights[0] > heights[1]


def test_where_there_are_categories_and_no_objects_the_page_says_what_to_do(visit, database_url, tmp_path):
    with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
        furniture.bare(conn)
    with town.served(Settings(home=tmp_path, database_url=database_url, port=0)) as address:
        page = visit(address)
        page.locator("#layers-empty").wait_for()
        assert "gridgeo load objects" in page.locator("#layers-empty").inner_text()
        assert page.locator("#layers-tree").is_hidden() and page.locator("#objects-note").is_hidden()


def test_objects_are_said_to_be_of_today_where_grids_of_the_past_lie_under_them(visit, database_url, tmp_path):
    with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
        furniture.bare(conn)
        renamed = city()
        renamed.loc[0, "name_zh"] += "新"
        edition, _ = editions.stage(conn, model.GOVERNANCE, renamed, name="再版", authority="测试局")
        editions.activate(conn, edition.edition_id, datetime(2026, 1, 1, tzinfo=CHINA))
    with town.served(Settings(home=tmp_path, database_url=database_url, port=0)) as address:
        page = visit(f"{address}#measure=objects")
        assert page.locator("#layers-today").is_hidden()
        page = visit(f"{address}?scheme=governance&datetime=2025-06-01#measure=objects")
        assert "今日部件" in page.locator("#layers-today").inner_text()
        page.locator("#legend .note", has_text="今日").wait_for()


def test_the_slider_shows_objects_as_of_a_day_near_and_says_so_everywhere(there, served):
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


def test_beside_a_tool_the_card_stays_in_sight_on_a_narrow_window(there):
    page = there("#level=street&unit=999901001", 900, 800)
    page.click("#toolbar [data-tool=ruler]")
    card, tool = page.locator("#card").bounding_box(), page.locator("#tool").bounding_box()
    assert page.locator("#card").is_visible() and tool["y"] + tool["height"] <= card["y"]
    assert card["y"] + card["height"] <= 800


def test_things_on_one_another_are_listed(there):
    page = there(f"#at={furniture.TOGETHER[1]},{furniture.TOGETHER[0]},19")
    page.mouse.click(*at(page, *furniture.TOGETHER))
    rows = page.locator("#card .together button")
    assert rows.count() == 2
    rows.filter(has_text="标志牌").click()
    page.locator("#card .timeline").wait_for()
    assert "标志牌" in page.locator("#card h2").inner_text()


def test_what_is_ticked_is_asked_for_and_stands_in_the_address(there, served):
    page = there("#at=22.88,113.03,13")
    asked = tiles(page)
    assert item(page, "公用设施").get_attribute("aria-checked") == "true"
    page.wait_for_function("() => /\\d/.test(document.querySelector('#layers-tree .count').textContent)")
    counts = [int(text.replace(",", "")) for text in page.locator("#layers-tree .count").all_inner_texts()]
    assert sum(counts) == furniture.standing()
    item(page, "公用设施").locator(".tick").click()
    page.wait_for_timeout(400)
    left = rested(page)
    assert left["n"] == sum(counts[1:])
    of = [served.of[name] for name in ("标志牌", "行道树", "古树名木")]
    assert asked and all(f"category={','.join(map(str, sorted(of)))}" in url for url in asked)
    assert f"layers={min(of)}-{max(of)}" in page.url
    again = there(page.url.partition("/maps/")[2])
    assert item(again, "公用设施").get_attribute("aria-checked") == "false"
    assert rested(again)["n"] == left["n"]
    again.locator("#layers-buttons [data-all=yes]").click()
    again.wait_for_timeout(400)
    assert rested(again)["n"] == furniture.standing() and "layers=" not in again.url


def test_nothing_ticked_asks_nothing_and_shows_nothing(there):
    page = there("#layers=none")
    asked = tiles(page)
    page.evaluate("gridgeo.shown.map.setView([22.88, 113.03], 14, { animate: false })")
    page.wait_for_timeout(400)
    assert asked == [] and rested(page)["n"] == 0 and page.locator("#objects-note").is_hidden()


def test_the_tree_goes_by_keys(there):
    page = there("#at=22.88,113.03,13")
    first = page.locator("#layers-tree [role=treeitem]").first
    first.focus()
    focus = lambda: page.evaluate("document.activeElement.dataset.key")  # noqa: E731
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert focus() == "公用设施/照明/路灯"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "false"
    assert item(page, "照明").get_attribute("aria-checked") == "false" and item(page, "公用设施").get_attribute("aria-checked") == "mixed"
    page.keyboard.press("Enter")
    assert page.evaluate("gridgeo.shown.store.get().chosen.length") == 1
    page.keyboard.press("ArrowLeft")
    assert focus() == "公用设施/照明"
    page.keyboard.press("ArrowLeft")
    assert item(page, "路灯").count() == 0
    page.keyboard.press("End")
    assert focus() == "园林绿化"


def test_the_tree_is_searched(there):
    page = there("#at=22.88,113.03,13")
    page.fill("#layers-search", "古树")
    assert page.locator("#layers-tree [role=treeitem]").count() == 3
    assert item(page, "古树名木").locator(".count").inner_text() == "0"
    page.fill("#layers-search", "zzz")
    assert "没有这样的类别" in page.locator("#layers-tree").inner_text()


def test_units_are_coloured_by_their_objects(there, served):
    page = there("#level=micro&measure=objects")
    page.wait_for_function("() => gridgeo.shown.store.get().painting.measure.key === 'objects'")
    values = page.evaluate("gridgeo.shown.store.get().painting.values")
    assert sum(values) == furniture.standing()
    classes = [int(text) for text in page.locator("#legend .classes .count").all_inner_texts()]
    assert sum(classes) == len(values) == 8 and "部件数" in page.locator("#legend h2").inner_text()
    page.locator("#measure").select_option("object_density")
    page.wait_for_timeout(200)
    assert "km²" in page.locator("#legend h2").inner_text()
    page.evaluate("id => gridgeo.shown.store.change({ chosen: [id] })", served.of["行道树"])
    page.wait_for_function("() => gridgeo.shown.store.get().painting.measure.zh.startsWith('行道树')")
    trees = page.evaluate("gridgeo.shown.store.get().painting.values")
    assert 0 < sum(trees) < sum(values)


def test_the_card_of_a_unit_counts_its_objects_and_shows_one_kind(there, served):
    page = there("#level=street&unit=999901001")
    section = page.locator("#card .objects-of")
    section.locator("details").first.wait_for()
    total = int(section.locator(".total b").inner_text().replace(",", ""))
    parts = [int(text.replace(",", "")) for text in section.locator("summary .count").all_inner_texts()]
    assert total == sum(parts) and 0 < total < furniture.standing()
    section.locator("summary").first.click()
    section.locator("button.row", has_text="路灯").click()
    page.wait_for_timeout(400)
    assert f"layers={served.of['路灯']}" in page.url


def test_the_search_box_finds_things_by_code_and_name(there):
    page = there("")
    for text in (furniture.CODE, furniture.NAME):
        page.fill("#search", text)
        page.locator("#found .asking").wait_for(state="detached")
        option = page.locator("#found [role=option]", has_text=furniture.CODE)
        assert option.count() == 1
    page.keyboard.press("Enter")
    page.locator("#card .timeline").wait_for()
    rested(page)
    assert page.evaluate("gridgeo.shown.map.getZoom()") >= 18


def test_a_short_part_of_a_name_is_looked_for_in_view_where_there_are_too_many_objects(there, monkeypatch):
    monkeypatch.setattr(objects, "_NAMES_EVERYWHERE", -2)
    page = there("#at=22.88,113.03,13", allowed=("status of 400",))

    def options(text):
        page.fill("#search", text)
        page.locator("#found .asking").wait_for(state="detached")
        return page.locator("#found [role=option]", has_text=furniture.CODE).count()

    assert options("路灯") == 0
    assert "放大地图" in page.locator("#found").inner_text()
    assert options(furniture.CODE) == options(furniture.NAME) == 1
    page.evaluate("([lon, lat]) => { gridgeo.shown.map.setView([lat, lon], 16, { animate: false }); }", [*furniture.NAMED])
    assert options("路灯") == 1


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
    page.wait_for_timeout(600)
    assert rested(page)["n"] == furniture.standing() and note.is_hidden()


def test_tiles_that_fail_are_told_and_asked_for_again(visit, served):
    page = visit(served.address, allowed=("Failed to load resource",))
    page.route("**/tiles/WebMercatorQuad/*/*/*", lambda route: route.abort())
    page.evaluate("gridgeo.shown.map.setView([22.88, 113.03], 17, { animate: false })")
    note = page.locator("#objects-note")
    note.locator("button").wait_for()
    assert "部件未能取到" in note.inner_text()
    page.unroute("**/tiles/WebMercatorQuad/*/*/*")
    note.locator("button").click()
    note.wait_for(state="hidden")
    assert rested(page)["n"] > 0


def test_a_phone_has_it_all(there):
    page = there(NEAR, 390, 844, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*at(page, *furniture.NAMED))
    page.locator("#card .timeline").wait_for()
    box = page.locator("#card").bounding_box()
    assert box["width"] == 390 and box["y"] > 200
    page.wait_for_timeout(500)
    assert 0 < at(page, *furniture.NAMED)[1] < box["y"]
    page.locator("#card .close").click()
    page.locator("#handle").click()
    first = page.locator("#layers-tree [role=treeitem]").first
    first.scroll_into_view_if_needed()
    assert first.bounding_box()["height"] >= 44


def test_a_page_without_objects_shows_none_of_it(visit, site):
    page = visit(site.put("no-objects", topology(city())))
    assert page.locator("#layers, #objects-note").count() == 0
    assert "objects" not in page.locator("#measure").inner_html()
    page.mouse.click(*place_of(page, "999901001"))
    assert page.locator("#card .objects-of").count() == 0


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


def test_values_that_come_later_are_classed_as_those_that_came_with_the_map(visit, site):
    page = visit(site.put("breaks", topology(city())))
    rng = np.random.default_rng(3)
    few, many = rng.integers(0, 40, 60), rng.lognormal(4, 1, 1500).round()
    for values in (few, many, np.array([0, 0, 5]), np.array([7, 7, 7]), np.array([0])):
        told = page.evaluate(
            "values => [gridgeo.breaks.quantile(values), gridgeo.breaks.natural(values)]", [float(value) for value in values]
        )
        assert told == [classes.quantile(values), classes.natural(values)]
