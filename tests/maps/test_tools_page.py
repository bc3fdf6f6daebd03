"""The planner's tools in a real browser without a network: language, measuring, selecting an area."""

import base64
import csv
import io
import json
import re
import struct

import numpy as np
import pyproj
import pytest
import shapely

from maps import page as pages

from .conftest import topology
from .drawn import city
from .looking import at, colour, later, saved, state, tool

pytestmark = pytest.mark.browser

#: The ellipsoid of CGCS2000 is GRS 80.
GROUND = pyproj.Geod(ellps="GRS80")


@pytest.fixture(scope="module")
def address(site):
    return site.put("tools", topology(city()))


def drawn(page, shift=0):
    """Return the map's middle and points about it, on the page."""
    box = page.locator("#planner_map").bounding_box()
    return box["x"] + box["width"] / 2 + shift, box["y"] + box["height"] / 2 + shift


def test_only_tools_that_can_work_are_in_the_bar_and_each_has_a_name(visit, address):
    page = visit(address)
    shown = page.locator("#toolbar button:visible")
    keys = [shown.nth(i).get_attribute("data-tool") for i in range(shown.count())]
    assert "compare" not in keys and "time" not in keys and "basemap" not in keys and {"select", "ruler", "language"} <= set(keys)
    page.keyboard.press("Escape")
    page.locator("#toolbar [data-tool=select]").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.tool") == "ruler"
    assert page.locator("#toolbar [data-tool=ruler] .both").is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#tool").is_visible()
    assert page.evaluate("document.querySelector('#tool').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert page.locator("#tool").is_hidden()
    assert page.evaluate("document.activeElement.dataset.tool") == "ruler"


def test_english_comes_first_where_it_is_asked_for_and_stays(visit, address):
    page = visit(f"{address}#unit=999901001")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("#card h2").inner_text().split("\n")[0] == "新安街道"
    page.click("#toolbar [data-tool=language]")
    assert page.locator("html").get_attribute("lang") == "en"
    heading = page.locator("#card h2")
    assert heading.inner_text().split()[0] == "Xin'an"
    assert heading.locator("small").get_attribute("lang") == "zh-CN"
    assert page.locator("#crumbs").inner_text().split("\n")[-1] == "Xin'an Subdistrict"
    assert page.locator("#legend h2 .both").inner_text().startswith("Households per km²")
    assert page.locator("#legend .unit").inner_text() == "per km²" and "households" in page.locator("#card .figures").inner_text()
    assert page.locator("#card .close").get_attribute("aria-label") == "Close 关闭"
    assert page.locator("#search").get_attribute("placeholder") == "Names, codes, pinyin"
    state(page)
    assert "lang=en" in page.url
    page.reload()
    page.wait_for_selector("body[data-state=ready]")
    assert page.locator("#card h2").inner_text().startswith("Xin'an")
    page.click("#toolbar [data-tool=language]")
    assert page.locator("#card h2").inner_text().startswith("新安街道")
    assert page.locator("#card .close").get_attribute("aria-label") == "关闭 Close"
    assert page.locator("html").get_attribute("lang") == "zh-CN" and "lang" not in ((state(page) and page.url) or page.url)


def test_lengths_and_areas_are_those_of_the_ellipsoid(visit, address):
    page = visit(address)
    random = np.random.default_rng(3)
    start = np.column_stack([random.uniform(113, 115, 40), random.uniform(22, 23, 40)])
    turn, metres = random.uniform(-180, 180, 40), 10 ** random.uniform(0, 5.5, 40)
    lon, lat, _ = GROUND.fwd(*start.T, turn, metres)
    ends = page.evaluate(
        "ps => ps.map(([p, t, m]) => gridgeo.geodesy.destination(p, m, t))", [*zip(start.tolist(), turn, metres, strict=True)]
    )
    assert np.abs(np.array(ends) - np.column_stack([lon, lat])).max() < 1e-8
    lengths = page.evaluate(
        "ps => ps.map(([a, b]) => gridgeo.geodesy.distance(a, b))", [*zip(start.tolist(), zip(lon, lat, strict=True), strict=True)]
    )
    assert np.abs(np.array(lengths) - metres).max() < 1e-3
    assert page.evaluate("gridgeo.geodesy.distance([114, 22], [114, 22])") == 0
    for size in (0.0005, 0.01, 0.1):
        ring = shapely.Point(113.9, 22.6).buffer(size, quad_segs=3).exterior.coords[:-1]
        expected, _ = GROUND.polygon_area_perimeter(*zip(*ring, strict=True))
        assert page.evaluate("ring => gridgeo.geodesy.area(ring)", ring) == pytest.approx(abs(expected), rel=1e-6)


def test_the_ruler_tells_each_segment_and_the_whole_and_escape_ends_it(visit, address):
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    sheet = tool(page, "ruler")
    corners = [drawn(page), drawn(page, 90)]
    ground = page.evaluate(
        "ps => ps.map(([x, y]) => { const { map } = gridgeo.shown, b = map.getContainer().getBoundingClientRect();"
        " const p = map.containerPointToLatLng([x - b.left, y - b.top]); return [p.lng, p.lat]; })",
        corners,
    )
    page.mouse.click(*corners[0])
    page.mouse.move(*corners[1])
    assert page.locator(".length").count() == 1
    page.mouse.dblclick(*corners[1])
    _, _, metres = GROUND.inv(*ground[0], *ground[1])
    assert sheet.locator(".measured b").inner_text() == f"{metres:.0f} m"
    assert page.locator(".length").inner_text() == f"{metres:.0f} m"
    sheet.get_by_role("button", name="复制").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"总长 {metres:.0f} m"
    assert state(page, "selected") == [None]
    sheet.get_by_label("面积").check(force=True)
    page.locator("#planner_map").focus()
    for key in ("Space", "ArrowRight", "Space", "ArrowDown", "Space", "Enter"):
        page.keyboard.press(key)
    assert sheet.locator(".measured b").count() == 2 and page.locator(".length").count() == 3
    page.keyboard.press("Escape")
    assert sheet.is_hidden() and page.locator(".length, .leaflet-sketch-pane path").count() == 0


def test_a_circle_that_is_dragged_tells_what_is_in_it_and_a_link_shows_the_same(visit, address):
    page = visit(f"{address}#level=micro")
    tool(page, "select")
    page.mouse.move(*at(page, "99990100100102"))
    page.mouse.down()
    x, y = at(page, "99990100100102")
    page.mouse.move(x + 200, y + 30, steps=3)
    page.mouse.up()
    card = page.locator("#card")
    card.locator("h2").wait_for()
    assert page.locator("#tool").is_hidden() and state(page, "selected") == [None]
    assert "面积 Area" in card.inner_text() and "圈选" in card.inner_text()
    again = visit(page.url)
    assert again.locator("#card .figures").inner_text() == card.locator(".figures").inner_text()
    page.keyboard.press("Escape")
    assert card.is_hidden() and "area=" not in (state(page) or page.url)


def test_what_is_in_an_area_agrees_with_the_shapes_themselves(visit, address):
    frame = city()
    circle = "c,113.02,22.88,1400"
    page = visit(f"{address}#level=micro&area={circle}")
    ring = shapely.Polygon(page.evaluate("gridgeo.area.ring(gridgeo.shown.store.get().area)"))
    row = page.locator("#card .figures div", has_text="微网格").inner_text()
    micro = frame[frame["level"] == "micro"]
    whole = int(ring.covers(micro.geometry).sum()) if hasattr(ring, "covers") else 0
    meets = int(shapely.intersection(ring, micro.geometry.to_numpy()).astype(object).size)
    inside = [ring.covers(shape) for shape in micro.geometry]
    touched = [shapely.area(shapely.intersection(ring, shape)) > 1e-12 for shape in micro.geometry]
    assert f"{sum(inside)} 整 · {sum(touched) - sum(inside)} 部分" in row and meets and whole >= 0
    name, body = saved(page, lambda: page.locator("#card .taken").get_by_role("button", name="GeoJSON").click())
    features = json.loads(body)["features"]
    assert name == "micro-selected.geojson" and len(features) == sum(touched)
    for feature in features:
        shape = micro.geometry[micro["code"] == feature["properties"]["code"]].iloc[0]
        assert shapely.area(shapely.symmetric_difference(shapely.geometry.shape(feature["geometry"]), shape)) < 1e-8
    name, body = saved(page, lambda: page.locator("#card .taken").get_by_role("button", name="CSV").click())
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert {row["within"] for row in rows} <= {"whole", "part"} and len(rows) == sum(touched)


def test_a_circle_by_keyboard_round_the_chosen_unit_with_typed_metres(visit, address):
    page = visit(f"{address}#level=micro&unit=99990100100102")
    page.locator("#toolbar [data-tool=select]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "radius"
    page.keyboard.type("500")
    page.keyboard.press("Enter")
    area = page.evaluate("gridgeo.shown.store.get().area")
    label = page.evaluate("gridgeo.shown.topology.byId.get('99990100100102').facts.label")
    assert [area["lon"], area["lat"]] == pytest.approx(label, abs=1e-6) and area["metres"] == 500
    assert page.locator("#card h2").inner_text().startswith("半径 500 米")
    assert "0.785 km²" in page.locator("#card .figures").inner_text()


def test_a_polygon_is_closed_by_its_first_point_and_one_that_crosses_itself_is_refused(visit, address):
    page = visit(address)
    sheet = tool(page, "select")
    sheet.get_by_label("多边形").check(force=True)
    x, y = drawn(page)
    for point in [(x, y), (x + 150, y + 120), (x + 150, y), (x, y + 120), (x, y)]:
        page.mouse.click(*point)
    assert "边线相交" in sheet.inner_text()
    for point in [(x, y), (x + 150, y), (x + 150, y + 120), (x, y)]:
        page.mouse.click(*point)
        later(page, 250)
    assert page.locator("#card h2").inner_text().startswith("3 边形")


@pytest.mark.parametrize(
    "text", ["c,1,2", "c,113,22,-5", "p,113,22,114", "p,113,22,114,23", "c,113,22,9e9", "x,1,2,3", "p," + "1," * 500 + "1"]
)
def test_an_address_that_holds_no_area_shows_none(visit, address, text):
    page = visit(f"{address}#area={text}")
    assert page.locator("#card").is_hidden()


def test_one_file_has_the_tools_that_need_no_service(visit, tmp_path):
    (tmp_path / "map.html").write_text(pages.one_file(topology(city())).html, encoding="utf-8")
    page = visit(f"file://{tmp_path}/map.html#level=micro&area=c,113.02,22.88,1400")
    shown = page.locator("#toolbar button:visible")
    keys = {shown.nth(i).get_attribute("data-tool") for i in range(shown.count())}
    assert {"select", "ruler", "language"} <= keys and not keys & {"compare", "time", "basemap"}
    assert page.locator("#card .taken").inner_text().count("GeoJSON") == 1 and page.locator("#card h3").all_inner_texts() == ["导出 Export"]


def test_on_a_phone_tools_fit_and_answer_to_a_finger(visit, address):
    page = visit(f"{address}#level=micro", 390, 844, has_touch=True, is_mobile=True)
    page.tap("#toolbar [data-tool=ruler]")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    sheet = page.locator("#tool").bounding_box()
    bar, panel = page.locator("#toolbar").bounding_box(), page.locator("#panel").bounding_box()
    assert bar["y"] + bar["height"] <= sheet["y"] and bar["x"] + bar["width"] < 390
    assert sheet["x"] + sheet["width"] <= 390 and sheet["y"] + sheet["height"] < panel["y"]
    for x, y in ((120, 500), (220, 560)):
        page.touchscreen.tap(x, y)
        later(page, 350)
    assert page.locator("#tool .measured b").count() == 1


def test_a_picture_has_the_map_as_it_is_and_what_stands_about_it(visit, address):
    page = visit(f"{address}#level=micro&measure=households&area=c,113.02,22.88,1400")
    seen, size = colour(page, "99990100100201"), page.evaluate("[gridgeo.shown.map.getSize().x, gridgeo.shown.map.getSize().y]")
    name, body = saved(page, lambda: page.click("#toolbar [data-tool=picture]"))
    assert re.fullmatch(r"district01网格图-户数-\d{4}-\d\d-\d\d\.png", name)
    width, height = struct.unpack(">II", body[16:24])
    assert width == (size[0] + 48) * 2 and height > (size[1] + 100) * 2
    x, y = page.evaluate(
        """code => {
            const { topology, layer, map } = gridgeo.shown, { box } = topology.byId.get(code);
            const p = map.latLngToContainerPoint(map.unproject([(box[0] * 4 + box[2]) / 5, (box[1] * 4 + box[3]) / 5], 0));
            return [(24 + p.x) * 2, (62 + p.y) * 2];
        }""",
        "99990100100201",
    )
    pixel = page.evaluate(
        """async ([picture, x, y]) => {
            const image = new Image();
            image.src = `data:image/png;base64,${picture}`;
            await image.decode();
            const context = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height }).getContext("2d");
            context.drawImage(image, 0, 0);
            return '#' + [...context.getImageData(x, y, 1, 1).data.slice(0, 3)].map(v => v.toString(16).padStart(2, '0')).join('');
        }""",
        [base64.b64encode(body).decode(), x, y],
    )
    assert pixel == seen
    assert page.evaluate("gridgeo.shown.layer._sharpness") is None
