"""Editions beside each other and along time, in a real browser over the API."""

from contextlib import closing
from datetime import datetime
from types import SimpleNamespace

import pytest
import shapely

from api import server as api_server
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model
from gridgeo.moments import CHINA
from gridgeo.settings import Settings

from .drawn import city
from .looking import at, colour, later, state, tool

pytestmark = pytest.mark.browser


def versions():
    """Return three editions: the second loses a micro-grid to its neighbour, the third renames a street."""
    first = city()
    second = first.copy()
    taker, taken = second["code"] == "99990100100101", second["code"] == "99990100100102"
    second.loc[taker, "geometry"] = shapely.multipolygons([second.geometry[taker | taken].union_all()])
    second = second[~taken].reset_index(drop=True)
    third = second.copy()
    third.loc[third["code"] == "999901002", "name_zh"] = "福海街道"
    return [first, second, third]


@pytest.fixture(scope="module")
def world(server, template, tmp_path_factory):
    """The API over three editions."""
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        made = []
        for year, frame in zip((2023, 2024, 2025), versions(), strict=True):
            edition, _ = editions.stage(conn, model.GOVERNANCE, frame, name=f"{year}版", authority="测试局")
            editions.activate(conn, edition.edition_id, datetime(year, 1, 1, tzinfo=CHINA))
            made.append(edition.edition_id)
    with api_server.background(Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0)) as address:
        yield SimpleNamespace(address=f"{address}/maps/", editions=made)
    server.drop(name)


def settled(page):
    page.wait_for_function("() => !document.querySelector('.waits, #tool .waiting')")
    later(page, 200)


def test_the_slider_shows_the_map_as_of_a_date_without_loading_the_page_again(visit, world):
    page = visit(f"{world.address}#level=micro&measure=households&unit=999901001")
    page.evaluate("window.same = true")
    page.click("#toolbar [data-tool=time]")
    line = page.locator("#timeline")
    assert line.locator(".periods i").count() == 3 and "2025版" in line.locator(".when").inner_text()
    line.locator("input").focus()
    page.keyboard.press("ArrowLeft")
    settled(page)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => gridgeo.shown.topology.about.edition.name === '2023版'")
    settled(page)
    assert page.evaluate("window.same") and "datetime=2023-01-01" in page.url and "unit=999901001" in page.url
    assert page.locator("#edition").inner_text().startswith("2023版")
    assert page.locator("#card .source").inner_text().startswith("2023版")
    assert "datetime=2023-01-01" in page.locator("#card .links a").first.get_attribute("href")
    assert page.evaluate("gridgeo.shown.topology.byId.has('99990100100102')")
    assert page.locator("select[data-goes=edition]").evaluate("s => s.selectedOptions[0].textContent").startswith("2023版")
    page.mouse.click(*at(page, "99990100100102"))
    assert page.locator("#card .code code").inner_text() == "99990100100102"
    page.fill("#search", "99990100100102")
    assert page.locator("#found [role=option]").count() == 1
    page.locator("#search").press("Escape")
    page.reload()
    page.wait_for_selector("body[data-state=ready]")
    assert page.locator("#edition").inner_text().startswith("2023版")


def test_playing_goes_through_the_editions_and_stops_at_the_last(visit, world):
    page = visit(f"{world.address}?datetime=2023-06-01")
    page.click("#toolbar [data-tool=time]")
    assert "2023版" in page.locator("#timeline .when").inner_text()
    page.click("#timeline .play")
    assert page.locator("#timeline .play").get_attribute("aria-pressed") == "true"
    page.wait_for_function("() => gridgeo.shown.topology.about.edition.name === '2025版'", timeout=60000)
    page.wait_for_selector("#timeline .play[aria-pressed=false]")
    page.keyboard.press("Escape")
    assert page.locator("#timeline").is_hidden()


def test_changes_are_coloured_listed_and_lead_there_and_a_link_keeps_them(visit, world):
    page = visit(world.address)
    sheet = tool(page, "compare")
    settled(page)
    assert "2024版 → 2025版" in sheet.inner_text() and "福海街道" in sheet.locator(".changes").inner_text()
    sheet.locator("select").first.select_option(str(world.editions[0]))
    settled(page)
    assert {kind.split()[0] for kind in sheet.locator(".kinds .chip").all_inner_texts()} >= {"撤销", "调界"}
    listed = sheet.locator(".changes").inner_text()
    assert "99990100100102" in listed and "99990100100101" in listed and "m²" in listed
    page.evaluate("() => { gridgeo.shown.map.setView([22.7, 113.4], 11, { animate: false }); }")
    sheet.locator(".changes button", has_text="99990100100102").click()
    later(page, 600)
    assert page.evaluate("gridgeo.shown.map.getZoom()") > 12
    assert page.evaluate(
        "() => { const c = document.querySelector('.leaflet-changes-pane canvas');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v); }"
    )
    sheet.locator(".kinds .chip", has_text="撤销").click()
    assert "99990100100102" not in sheet.locator(".changes").inner_text()
    state(page)
    assert f"compare={world.editions[0]}.changes" in page.url
    again = visit(page.url)
    settled(again)
    assert "99990100100102" in again.locator("#tool .changes").inner_text()
    again.keyboard.press("Escape")
    assert again.locator("#tool").is_hidden() and "compare" not in (state(again) and again.url)


def test_swiping_shows_the_earlier_left_and_the_later_right_and_answers_to_keys(visit, world):
    page = visit(f"{world.address}#level=micro&measure=households&compare={world.editions[0]}.swipe")
    divider = page.locator(".divider")
    divider.wait_for()
    assert page.locator(".side").all_inner_texts()[0].startswith("2023版") and page.locator(".side").all_inner_texts()[1].startswith(
        "2025版"
    )
    clips = "() => ['compared', 'overlayPane'].map(p => parseFloat(gridgeo.shown.map.getPane(p).style.clipPath.match(/, ([-\\d.]+)px/)[1]))"
    early, _ = page.evaluate(clips)
    divider.focus()
    page.keyboard.press("ArrowRight")
    moved, _ = page.evaluate(clips)
    width = page.locator("#planner_map").bounding_box()["width"]
    assert moved - early == pytest.approx(width * 0.02, abs=1)
    assert divider.get_attribute("aria-valuenow") == "52"
    box = divider.bounding_box()
    page.mouse.move(box["x"] + 14, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] - 150, box["y"] + 300, steps=3)
    page.mouse.up()
    assert int(divider.get_attribute("aria-valuenow")) < 45
    state(page)
    assert f"compare={world.editions[0]}.swipe.{divider.get_attribute('aria-valuenow')}" in page.url
    assert colour(page, "99990100100201") != "#000000"
    page.keyboard.press("Escape")
    assert divider.is_hidden() and page.evaluate("gridgeo.shown.map.getPane('overlayPane').style.clipPath") == ""


def test_where_there_is_one_edition_nothing_of_it_is_offered(visit, site):
    from .conftest import topology

    page = visit(site.put("one", topology(city())) + "#compare=1.swipe.50")
    assert page.locator("#toolbar [data-tool=compare], #toolbar [data-tool=time]").locator("visible=true").count() == 0
    assert page.locator("#tool").is_hidden()
