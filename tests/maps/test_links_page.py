"""What is linked to houses and counted of units, and the key it needs: the committed sample behind the API, in a real browser."""

import re
from dataclasses import replace

import pytest

from . import town
from .looking import card

pytestmark = pytest.mark.browser

#: What the browser itself says of an answer that refuses.
REFUSED = ("status of 401",)


@pytest.fixture
def shut(inhabited):
    """The same where everybody needs a key."""
    with town.served(replace(inhabited.settings, anonymous=("none",))) as address:
        yield address


def give(page, key):
    """Give a key in the dialog."""
    page.locator("[data-opens=key]").first.click()
    page.fill("#key-text", key)
    page.keyboard.press("Enter")


def test_without_the_right_links_are_not_asked_for_and_the_card_says_what_is_needed(at_house):
    asked = []
    page, _ = at_house()
    page.on("request", lambda request: "/links" in request.url and asked.append(request.url))
    page.reload()
    told = card(page).locator(".linked")
    assert "查看关联需要密钥" in told.inner_text() and not asked
    told.get_by_role("button", name="输入密钥").click()
    assert page.locator("#key").is_visible()


def test_with_a_key_links_are_shown_masked_by_kind(at_house, inhabited):
    page, code = at_house()
    give(page, inhabited.keys.link)
    page.locator("#key-forget").wait_for()
    assert "test" in page.locator("#key-said").inner_text() and "关联 Links" in page.locator("#key-said").inner_text()
    page.click("#key-close")
    page.locator("#card .linked .group").first.wait_for()
    told = page.locator("#card .linked").inner_text()
    persons = [row["code"] for row in town.rows("persons") if row["place"] == code]
    assert "人员 Persons" in told and f"{persons[0][:3]}***********{persons[0][-4:]}" in told
    assert not any(code in page.content() for code in persons)
    assert re.search(r"(居住|业主|承租|户籍).*\n?.*%", told)


def test_of_many_links_a_page_is_listed_with_their_number_and_the_rest_when_asked_for(at_house, inhabited):
    """Pages of one link here; a hundred otherwise."""
    page, _ = at_house()
    page.route(re.compile("/links$"), lambda route: route.continue_(url=f"{route.request.url}?limit=1"))
    there = page.locator("#card .linked")
    give(page, inhabited.keys.link)
    page.locator("#key-forget").wait_for()
    page.click("#key-close")
    there.get_by_text("已列 1 条").wait_for()
    whole = sum(int(count) for count in there.locator("h4 .count").all_inner_texts())
    assert whole >= 2
    for listed in range(1, whole):
        there.get_by_text(f"共 {whole} 条，已列 {listed} 条").wait_for()
        assert there.locator("li").count() == listed
        there.get_by_role("button", name="再列一些").click()
    there.locator(f"li >> nth={whole - 1}").wait_for()
    assert there.locator("li").count() == whole and there.locator(".rest").count() == 0


def test_a_key_stays_in_the_tab_and_nowhere_else(at_house, inhabited):
    page, _ = at_house()
    give(page, inhabited.keys.link)
    page.locator("#key-forget").wait_for()
    assert page.evaluate("[JSON.stringify(localStorage), document.cookie, location.href].some(text => text.includes('gg_'))") is False
    page.reload()
    page.locator("#card .linked .group").first.wait_for()
    page.click("#key-open")
    page.click("#key-forget")
    assert page.evaluate("sessionStorage.length") == 0
    page.click("#key-close")
    page.get_by_text("查看关联需要密钥").wait_for()


def test_a_key_that_is_not_taken_is_refused_and_not_kept(visit, inhabited):
    page = visit(inhabited.address, allowed=REFUSED)
    give(page, inhabited.keys.link[:-4] + "0000")
    page.locator("#key-said .refused").wait_for()
    assert page.evaluate("sessionStorage.length") == 0 and page.locator("#key-forget").is_hidden()


def test_a_key_without_the_scope_opens_no_links(at_house, inhabited):
    page, _ = at_house()
    give(page, inhabited.keys.read)
    page.locator("#key-forget").wait_for()
    assert "查看关联需要密钥" in card(page).inner_text()


def test_where_nobody_may_look_without_a_key_the_map_asks_for_one(shut, visit, inhabited):
    page = visit(shut, state="failed", allowed=(*REFUSED, "Refusal"))
    page.get_by_role("button", name="输入密钥").click()
    page.fill("#key-text", inhabited.keys.read)
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=ready]")


def test_block_data_are_counts_and_small_ones_are_not_told(visit, inhabited, estate):
    page = visit(f"{inhabited.address}#unit={estate.row['building_code'][:9]}")
    page.locator("#card .block .stock").first.wait_for()
    told = page.locator("#card .block").inner_text()
    assert "楼栋 Buildings" in told and "住宅" in told and "小于 10 不显示" in told
    assert re.search(r"≈\d+", told) and "<10" in told
    assert not re.search(r"\d{3}\*+", told)  # nobody's code, not even masked


def test_a_micro_grid_with_few_people_shows_no_number_of_them(visit, inhabited):
    page = visit(inhabited.address)
    quiet = page.evaluate("gridgeo.shown.topology.levels[3].units.at(-1).ref")
    page.evaluate("ref => gridgeo.shown.view.select(gridgeo.shown.topology.byId.get(ref))", quiet)
    page.locator("#card .block .stock").first.wait_for()
    shown = page.locator("#card .block .told dd").all_inner_texts()
    assert shown and all(text == "<10" or text.startswith("≈") or text.isdigit() for text in shown)
