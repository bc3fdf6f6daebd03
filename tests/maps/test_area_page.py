"""What is in a drawn area where objects are served: counts by class, files of them."""

import csv
import io
import zipfile

import pytest
import shapely

from . import furniture
from .looking import saved

pytestmark = pytest.mark.browser

CIRCLE = "c,113.02,22.88,1400"


def test_objects_in_an_area_are_counted_by_class_and_can_be_taken_along(visit, furnished):
    page = visit(f"{furnished.address}#area={CIRCLE}")
    section = page.locator("#card section", has_text="部件 Objects").first
    section.locator("b").wait_for()
    counted = int(section.locator("b").first.inner_text().replace(",", ""))
    classes = [int(text) for text in section.locator(".stock .count").all_inner_texts()]
    assert 0 < counted <= furniture.standing() + 1 and sum(classes) == counted and classes == sorted(classes, reverse=True)
    _, body = saved(page, lambda: page.locator("#card .taken .buttons", has_text="部件").get_by_role("button", name="CSV").click())
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    ring = shapely.Polygon(page.evaluate("gridgeo.area.ring(gridgeo.shown.store.get().area)")).buffer(0.0001)
    assert abs(len(rows) - counted) <= 1 and all(ring.covers(shapely.Point(float(row["lon"]), float(row["lat"]))) for row in rows)
    name, body = saved(page, lambda: page.locator("#card .taken .buttons", has_text="部件").get_by_role("button", name="GPKG").click())
    assert name.endswith(".gpkg") and body[:15] == b"SQLite format 3"
    for kind, ending, more in (("XLSX", ".xlsx", "部件"), ("Shapefile", ".shp.zip", "部件"), ("Shapefile", ".shp.zip", "微网格")):
        row = page.locator("#card .taken .buttons", has_text=more)
        if not row.get_by_role("button", name=kind).is_visible():
            row.get_by_text("更多格式").click()
        name, body = saved(page, row.get_by_role("button", name=kind).click)
        assert name.endswith(ending) and zipfile.is_zipfile(io.BytesIO(body))


def test_a_service_that_refuses_is_said_and_can_be_asked_again(visit, furnished):
    page = visit(furnished.address, allowed=("Failed to load", "ERR_"))
    page.context.set_offline(True)
    page.evaluate("text => gridgeo.shown.store.change({ area: gridgeo.area.parse(text) })", CIRCLE)
    section = page.locator("#card section", has_text="部件 Objects").first
    section.get_by_text("服务没有应答").wait_for()
    page.context.set_offline(False)
    section.get_by_role("button", name="重试").click()
    section.locator("b").wait_for()
