"""Cards of managed objects, and how they are found: the API over a drawn city, in a real browser without a network."""

import re

import pytest

from api.routes import objects

from . import furniture
from .conftest import topology
from .drawn import city
from .furniture import NEAR
from .looking import at, later, rested

pytestmark = pytest.mark.browser


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
    later(page, 300)
    assert re.search(r"object=\d+", page.url)
    page.mouse.click(*at(page, furniture.NAMED[0] + 0.0004, furniture.NAMED[1] + 0.0004))
    later(page, 300)
    page.go_back()
    card.locator(".timeline").wait_for()
    assert card.locator("h2").inner_text() == furniture.NAME


def test_a_link_to_a_thing_shows_it(there, furnished):
    page = there(NEAR)
    page.mouse.click(*at(page, *furniture.NAMED))
    page.locator("#card .timeline").wait_for()
    later(page, 300)
    again = there(page.url.partition("/maps/")[2])
    again.locator("#card .timeline").wait_for()
    assert again.locator("#card h2").inner_text() == furniture.NAME


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
    later(page, 100)
    assert "起" in page.locator("#card").inner_text() and "全部" in page.locator("#layers-total").inner_text()


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


def test_the_card_of_a_unit_counts_its_objects_and_shows_one_kind(there, furnished):
    page = there("#level=street&unit=999901001")
    section = page.locator("#card .objects-of")
    section.locator("details").first.wait_for()
    total = int(section.locator(".total b").inner_text().replace(",", ""))
    parts = [int(text.replace(",", "")) for text in section.locator("summary .count").all_inner_texts()]
    assert total == sum(parts) and 0 < total < furniture.standing()
    section.locator("summary").first.click()
    section.locator("button.row", has_text="路灯").click()
    later(page, 400)
    assert f"layers={furnished.of['路灯']}" in page.url


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


def test_a_phone_has_it_all(there):
    page = there(NEAR, 390, 844, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*at(page, *furniture.NAMED))
    page.locator("#card .timeline").wait_for()
    box = page.locator("#card").bounding_box()
    assert box["width"] == 390 and box["y"] > 200
    later(page, 500)
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
    page.mouse.click(*at(page, "999901001"))
    assert page.locator("#card .objects-of").count() == 0
