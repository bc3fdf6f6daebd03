"""The page in a real browser without a network."""

import re

import pytest

from gridgeo.hierarchy import model
from tests.districts import district

from .conftest import topology
from .drawn import city
from .looking import at, colour, later, state

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(site):
    return site.put("city", topology(city()))


def test_hover_tells_name_value_and_code(visit, address):
    page = visit(f"{address}#level=micro&measure=households")
    page.mouse.move(*at(page, "99990100100101"))
    tip = page.locator("#tip")
    assert tip.is_visible()
    assert tip.inner_text().split("\n") == ["灶下社区01微网格", "310 户", "99990100100101"]
    page.mouse.move(*[v + 0 for v in (400, 20)])
    assert tip.is_hidden()


def test_click_opens_the_card_and_the_address_remembers(visit, address):
    page = visit(f"{address}#level=street")
    page.mouse.click(*at(page, "999901001"))
    card = page.locator("#card")
    assert card.locator("h2").inner_text().startswith("新安街道")
    assert card.locator(".code code").inner_text() == "999901001"
    facts = card.inner_text()
    assert re.search(r"户数 Households\s+1,000 户 下级合计", facts)
    assert re.search(r"微网格数 Micro-grids\s+4 个", facts)
    assert "城市网格 2" in facts and "2025-01-01 – 今 now" in facts
    assert card.get_by_text("接口条目").locator("xpath=ancestor::a").get_attribute("href") == "../grids/999901001"
    later(page, 200)
    assert "unit=999901001" in page.url and "level=street" in page.url
    again = visit(page.url)
    assert again.locator("#card h2").inner_text().startswith("新安街道")


def test_a_link_to_a_unit_shows_what_it_is_made_of_beside_the_card(visit, address):
    page = visit(f"{address}#unit=999901001")
    later(page, 600)
    shown, right, card, large = page.evaluate(
        """() => {
            const { topology, map, store } = gridgeo.shown, { box } = topology.byId.get('999901001');
            const corner = (x, y) => map.latLngToContainerPoint(map.unproject([x, y], 0)), size = map.getSize();
            const from = corner(box[0], box[1]), to = corner(box[2], box[3]), side = Math.sqrt((to.x - from.x) * (to.y - from.y));
            const card = document.querySelector('#card').offsetLeft;
            return [topology.levels[store.get().shown].key, to.x, card, side / Math.min(size.x, size.y)];
        }"""
    )
    assert shown == "community"
    assert right <= card
    assert large > 0.3, "a street of few micro-grids is no speck on the map"


def test_a_sum_that_lacks_a_part_says_so(visit, address):
    page = visit(f"{address}#level=street&unit=999901002")
    assert "下级合计（有缺）" in page.locator("#card").inner_text()


def test_back_undoes_a_selection(visit, address):
    page = visit(f"{address}#level=street")
    page.mouse.click(*at(page, "999901002"))
    later(page, 300)
    page.mouse.click(*at(page, "999901001"))
    assert state(page, "selected") == ["999901001"]
    page.go_back()
    later(page, 200)
    assert state(page, "selected") == ["999901002"]


def test_what_is_clicked_does_not_stay_under_the_card(visit, address):
    page = visit(f"{address}#level=micro", 1000, 560)
    code = "99990100200202"
    page.mouse.click(*at(page, code))
    later(page, 600)
    card = page.locator("#card").bounding_box()
    x, y = at(page, code)
    assert x < card["x"] or y > card["y"] + card["height"]


def test_double_click_goes_down_escape_goes_up(visit, address):
    page = visit(address)
    page.mouse.dblclick(*at(page, "999901001"))
    later(page, 600)
    selected, shown = state(page, "selected", "shown")
    for _ in range(3):
        if shown == 3:
            break
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        later(page, 600)
        selected, shown = state(page, "selected", "shown")
    assert shown == 3
    lengths = [len(selected)]
    while selected:
        page.keyboard.press("Escape")
        later(page, 500)
        (selected,) = state(page, "selected")
        lengths.append(len(selected or ""))
    assert lengths == sorted(lengths, reverse=True) and lengths[-2:] == [6, 0]


def test_zoom_switches_levels_by_itself_and_a_chosen_level_stays(visit, address):
    page = visit(address)
    zooms = page.evaluate(
        """() => {
            const { map, store } = gridgeo.shown, seen = [];
            for (let zoom = 7; zoom <= 14; zoom += 0.5) {
                map.setZoom(zoom, { animate: false });
                seen.push(store.get().shown);
            }
            return seen;
        }"""
    )
    assert zooms == sorted(zooms) and set(zooms) == {0, 1, 2, 3}
    page.get_by_label("街道").check(force=True)
    page.evaluate("() => { gridgeo.shown.map.setZoom(13, { animate: false }); }")
    assert state(page, "level", "shown") == ["street", 1]


def test_the_whole_way_by_keyboard(visit, address):
    page = visit(address)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("99990100100201")
    assert page.locator("#found [role=option]").count() == 1
    page.keyboard.press("Enter")
    later(page, 600)
    assert state(page, "selected", "shown") == ["99990100100201", 3]
    assert page.evaluate("document.activeElement.id") == "planner_map"
    page.keyboard.press("ArrowRight")
    assert state(page, "selected") == ["99990100100202"]
    page.keyboard.press("ArrowUp")
    assert state(page, "selected") == ["99990100100102"]
    page.keyboard.press("ArrowLeft")
    assert state(page, "selected") == ["99990100100101"]
    assert "灶下社区01微网格" in page.locator("#said").inner_text()
    page.keyboard.press("Escape")
    later(page, 500)
    assert state(page, "selected") == ["999901001001"]


@pytest.mark.parametrize("asked", ["新安", "xajd", "XAJD", "xin'an", "Xinan sub", "９９９９０１００１"])
def test_search_knows_names_codes_initials_and_english(visit, address, asked):
    page = visit(address)
    page.fill("#search", asked)
    assert page.locator("#found [role=option]").first.locator("code").inner_text() == "999901001"


def test_search_says_when_there_is_nothing(visit, address):
    page = visit(address)
    page.fill("#search", "不存在的地方")
    assert "没有找到" in page.locator("#found").inner_text()


def test_another_measure_recolours_without_another_request(visit, address, site):
    page = visit(f"{address}#level=micro&measure=households")
    before, fetched = colour(page, "99990100100201"), [asked for asked in site.asked if "/data/" in asked]
    page.select_option("#measure", "type")
    later(page, 100)
    assert colour(page, "99990100100201") == "#dcae57" != before
    assert [asked for asked in site.asked if "/data/" in asked] == fetched


def test_zero_and_missing_values_look_different_from_any_class_and_each_other(visit, address):
    page = visit(f"{address}#level=micro&measure=households")
    rows = page.locator("#legend .class").all_inner_texts()
    assert [row.split("\n")[0] for row in rows[-2:]] == ["零 Zero", "无数据 No data"]
    assert [row.split("\n")[-1] for row in rows[-2:]] == ["1", "1"]
    assert colour(page, "99990100100202") == "#dfdcd6"
    assert page.locator("#legend .swatch.hatched").count() == 1


def test_a_measure_without_values_at_this_level_is_painted_where_it_has_some(visit, address):
    page = visit(f"{address}#level=street&measure=type")
    assert "微网格 Micro-grid · 8" in page.locator("#legend .note").inner_text()
    assert colour(page, "99990100100201") == "#dcae57"


def test_counts_in_the_legend_add_up_and_switch_classes_off(visit, address):
    page = visit(f"{address}#level=micro&measure=households")
    counts = [int(text) for text in page.locator("#legend .count").all_inner_texts()]
    assert sum(counts) == 8
    before = colour(page, "99990100100201")
    last = page.locator("#legend button.class").nth(len(counts) - 3)
    last.click()
    assert last.get_attribute("aria-pressed") == "false"
    assert colour(page, "99990100100201") == "#f3f2ee" != before
    later(page, 200)
    assert "hide=" in page.url
    page.get_by_role("button", name="全部显示").click()
    assert colour(page, "99990100100201") == before


def test_natural_breaks_can_be_chosen(visit, address):
    page = visit(f"{address}#level=micro&measure=households")
    page.locator("#legend").get_by_label("自然断点").check(force=True)
    assert state(page, "method") == ["natural"]
    later(page, 200)
    assert "method=natural" in page.url


def test_the_code_is_copied(visit, address):
    page = visit(f"{address}#unit=999901001", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制").click()
    page.get_by_role("button", name="已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "999901001"


def test_markup_in_names_is_text(visit, site):
    frame = city()
    frame.loc[frame["level"] == "district", "name_zh"] = "<img src=x onerror=alert(1)>"
    page = visit(site.put("markup", topology(frame)) + "#unit=999901")
    assert page.locator("#card h2").inner_text().startswith("<img src=x")
    assert page.locator("#card img, #panel img").count() == 0


def test_units_without_a_code_are_found_again_by_their_id(visit, site):
    frame = model.frame([{"level": "district", "name_zh": "无码区", "kind": "functional", "geometry": city().geometry.iloc[0]}])
    frame["unit_id"] = [42]
    page = visit(site.put("codeless", topology(frame)) + "#unit=u42")
    text = page.locator("#card").inner_text()
    assert "无代码" in text and "功能区" in text
    assert page.locator("#card .links a").first.get_attribute("href") == "../grids/u42"


def test_where_grids_overlap_the_lower_code_is_told(visit, site):
    shapes = {"999901001": (114.0, 22.5, 114.2, 22.7), "999901002": (114.1, 22.5, 114.3, 22.7)}
    from shapely import box

    frame = model.frame([{"level": "street", "code": code, "name_zh": code, "geometry": box(*b)} for code, b in reversed(shapes.items())])
    page = visit(site.put("overlap", topology(frame)))
    found = page.evaluate(
        "() => { const { topology: t } = gridgeo.shown, { worldX: x, worldY: y } = gridgeo.topology;"
        " return [114.05, 114.15, 114.25, 114.4].map(lon => (gridgeo.topology.at(t, t.levels[0], x(lon), y(22.6)) || {}).id); }"
    )
    assert found == ["999901001", "999901001", "999901002", None]


def test_a_hole_is_outside(visit, site):
    page = visit(site.put("hole", topology(district("AAA A.A AAA"))) + "#level=micro")
    assert (
        page.evaluate(
            "() => { const { topology: t } = gridgeo.shown, { worldX: x, worldY: y } = gridgeo.topology;"
            " return gridgeo.topology.at(t, t.levels[3], x(113.015), y(22.885)); }"
        )
        is None
    )


def test_failing_data_is_said_and_can_be_asked_for_again(visit, site):
    page = visit(site.put("away", None), state="failed", allowed=("503", "HTTP 503"))
    assert "没有取到地图数据" in page.locator("[data-for=failed]").inner_text()
    site.put("away", topology(city()))
    page.get_by_role("button", name="重试").click()
    page.wait_for_selector("body[data-state=ready]")


def test_nothing_loaded_yet_says_how_to_load(visit, site):
    page = visit(f"{site.root}/maps/?nothing", state="empty")
    said = page.locator("[data-for=empty]").inner_text()
    assert "还没有边界数据" in said and "gridgeo load grids" in said
    assert page.locator("#search").is_hidden()


def test_the_about_dialog_lists_keys_and_licences(visit, address):
    page = visit(address)
    page.get_by_role("button", name="关于").click()
    assert "Leaflet" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("dialog").is_hidden()
    assert state(page, "selected") == [None]


@pytest.mark.parametrize("width, height", [(390, 844), (768, 1024), (1280, 720), (1920, 1080)])
def test_nothing_sticks_out_at_any_width_and_the_whole_district_is_seen(visit, address, width, height):
    page = visit(address, width, height)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    free = page.evaluate(
        """() => {
            const { topology, map } = gridgeo.shown, corners = [[0, 1], [2, 3]];
            const [[west, north], [east, south]] = corners.map(([x, y]) => {
                const p = map.latLngToContainerPoint(map.unproject([topology.box[x], topology.box[y]], 0));
                const box = map.getContainer().getBoundingClientRect();
                return [p.x + box.left, p.y + box.top];
            });
            const panel = document.querySelector('#panel').getBoundingClientRect(), narrow = innerWidth < 720;
            return [west - (narrow ? 0 : panel.right), north, innerWidth - east, (narrow ? panel.top : innerHeight) - south];
        }"""
    )
    assert min(free) >= 0


def test_on_a_phone_the_panel_is_a_sheet_and_what_is_tapped_stays_in_view(visit, address):
    page = visit(f"{address}#level=micro", 390, 844, has_touch=True, is_mobile=True)
    low = page.locator("#panel").bounding_box()["height"]
    page.tap("#handle")
    later(page, 400)
    assert page.locator("#panel").bounding_box()["height"] > low + 100
    page.tap("#handle")
    later(page, 400)
    page.touchscreen.tap(*at(page, "99990100200102"))
    later(page, 700)
    card = page.locator("#card").bounding_box()
    assert card["width"] == 390 and at(page, "99990100200102")[1] < card["y"]


@pytest.mark.parametrize("lon, lat, code", [(113.005, 22.895, "99990100100101"), (113.035, 22.875, "99990100100202"), (114.5, 22.5, None)])
def test_locating_goes_to_the_grid_one_stands_in(visit, address, lon, lat, code):
    page = visit(address, permissions=["geolocation"], geolocation={"longitude": lon, "latitude": lat})
    page.get_by_label("我在哪个网格").click()
    later(page, 800)
    assert state(page, "selected") == [code]
    assert page.locator("#toast").is_visible() == (code is None)


def test_with_less_motion_nothing_fades_or_flies(visit, address):
    page = visit(address, reduced_motion="reduce")
    page.mouse.dblclick(*at(page, "999901001"))
    zoom = page.evaluate("gridgeo.shown.map.getZoom()")
    later(page, 500)
    assert page.evaluate("gridgeo.shown.map.getZoom()") == zoom
    assert page.evaluate("getComputedStyle(document.querySelector('.ghost')).opacity") == "0"


def test_every_control_has_a_name_and_focus_is_seen(visit, address):
    page = visit(f"{address}#unit=999901001")
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select, a[href]')].filter(e => e.checkVisibility()"
        " && !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert nameless == []
    outlines = []
    for _ in range(14):
        page.keyboard.press("Tab")
        outlines.append(
            page.evaluate(
                """() => [document.activeElement, document.activeElement.nextElementSibling]
                    .map(e => e && getComputedStyle(e)).some(s => s && (s.outlineStyle !== 'none' || s.boxShadow !== 'none'))"""
            )
        )
    assert all(outlines)
