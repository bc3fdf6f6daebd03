"""What kinds of managed objects are shown, counted and coloured by: the API over a drawn city, in a real browser without a network."""

from contextlib import closing
from datetime import datetime

import numpy as np
import pytest

from gridgeo.db import connection
from gridgeo.hierarchy import editions, model
from gridgeo.moments import CHINA
from gridgeo.settings import Settings
from maps import classes

from . import furniture, town
from .conftest import topology
from .drawn import city
from .looking import later, rested, tiles

pytestmark = pytest.mark.browser


def item(page, name):
    """Return the row of the tree with a name."""
    return page.locator(f"#layers-tree [data-key$='{name}']")


def test_what_is_ticked_is_asked_for_and_stands_in_the_address(there, furnished):
    page = there("#at=22.88,113.03,13")
    asked = tiles(page)
    assert item(page, "公用设施").get_attribute("aria-checked") == "true"
    page.wait_for_function("() => /\\d/.test(document.querySelector('#layers-tree .count').textContent)")
    counts = [int(text.replace(",", "")) for text in page.locator("#layers-tree .count").all_inner_texts()]
    assert sum(counts) == furniture.standing()
    item(page, "公用设施").locator(".tick").click()
    later(page, 400)
    left = rested(page)
    assert left["n"] == sum(counts[1:])
    of = [furnished.of[name] for name in ("标志牌", "行道树", "古树名木")]
    assert asked and all(f"category={','.join(map(str, sorted(of)))}" in url for url in asked)
    assert f"layers={min(of)}-{max(of)}" in page.url
    again = there(page.url.partition("/maps/")[2])
    assert item(again, "公用设施").get_attribute("aria-checked") == "false"
    assert rested(again)["n"] == left["n"]
    again.locator("#layers-buttons [data-all=yes]").click()
    later(again, 400)
    assert rested(again)["n"] == furniture.standing() and "layers=" not in again.url


def test_nothing_ticked_asks_nothing_and_shows_nothing(there):
    page = there("#layers=none")
    asked = tiles(page)
    page.evaluate("gridgeo.shown.map.setView([22.88, 113.03], 14, { animate: false })")
    later(page, 400)
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


def test_units_are_coloured_by_their_objects(there, furnished):
    page = there("#level=micro&measure=objects")
    page.wait_for_function("() => gridgeo.shown.store.get().painting.measure.key === 'objects'")
    values = page.evaluate("gridgeo.shown.store.get().painting.values")
    assert sum(values) == furniture.standing()
    classes = [int(text) for text in page.locator("#legend .classes .count").all_inner_texts()]
    assert sum(classes) == len(values) == 8 and "部件数" in page.locator("#legend h2").inner_text()
    page.locator("#measure").select_option("object_density")
    later(page, 200)
    assert "km²" in page.locator("#legend h2").inner_text()
    page.evaluate("id => gridgeo.shown.store.change({ chosen: [id] })", furnished.of["行道树"])
    page.wait_for_function("() => gridgeo.shown.store.get().painting.measure.zh.startsWith('行道树')")
    trees = page.evaluate("gridgeo.shown.store.get().painting.values")
    assert 0 < sum(trees) < sum(values)


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


def test_values_that_come_later_are_classed_as_those_that_came_with_the_map(visit, site):
    page = visit(site.put("breaks", topology(city())))
    rng = np.random.default_rng(3)
    few, many = rng.integers(0, 40, 60), rng.lognormal(4, 1, 1500).round()
    for values in (few, many, np.array([0, 0, 5]), np.array([7, 7, 7]), np.array([0])):
        told = page.evaluate(
            "values => [gridgeo.breaks.quantile(values), gridgeo.breaks.natural(values)]", [float(value) for value in values]
        )
        assert told == [classes.quantile(values), classes.natural(values)]
