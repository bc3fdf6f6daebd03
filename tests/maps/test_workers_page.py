"""Who is in charge on the card of a unit: for callers with a key, in a real browser."""

from contextlib import closing
from types import SimpleNamespace

import pytest

from gridgeo.db import connection
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import workers
from gridgeo.settings import Settings
from tests.api import callers

from . import town

pytestmark = pytest.mark.browser

STAFF = town.rows("workers")
DISTRICT = STAFF[0]["code"]


def micro(vacant: bool) -> str:
    """A micro-grid nobody is in charge of, or one where somebody is."""
    manned = {row["code"] for row in STAFF if not row["valid_to"]}
    codes = {row["code"] for row in town.rows("microgrids")}
    return min(codes - manned if vacant else codes & manned)


@pytest.fixture(scope="module")
def served(server, template, tmp_path_factory):
    """The API over the sample's grids and workers, open to read, and a key."""
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, connection.transaction(conn):
        town.grids(conn)
        workers.commit(conn, workers.plan(conn, [town.SAMPLE / "workers.csv"], GOVERNANCE))
    with town.served(Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0, per_minute=0)) as address:
        yield SimpleNamespace(address=address, key=callers.key(url, "read"))
    server.drop(name)


def in_charge(page):
    return page.locator("#card .in-charge")


def give(page, key):
    in_charge(page).locator("[data-opens=key]").click()
    page.fill("#key-text", key)
    page.keyboard.press("Enter")


def test_without_a_key_nobody_is_named_and_one_is_asked_for(visit, served):
    page = visit(f"{served.address}#unit={micro(False)}")
    assert "需要密钥" in in_charge(page).inner_text() and "网格员" not in in_charge(page).inner_text()


def test_with_a_key_the_worker_and_the_duty_phone_stand_on_the_card_at_once(visit, served):
    code = micro(False)
    page = visit(f"{served.address}#unit={code}")
    give(page, served.key)
    one = next(row for row in STAFF if row["code"] == code and not row["valid_to"])
    line = in_charge(page).locator("li")
    line.wait_for()
    assert line.locator("b").inner_text() == one["name"]
    assert line.locator("a").inner_text().replace(" ", "") == one["phone"]
    assert line.locator("a").get_attribute("href") == f"tel:+86{one['phone']}"
    assert one["name"] not in page.url


def test_a_vacant_unit_says_so_and_one_above_how_many_there_are(visit, served):
    page = visit(f"{served.address}#unit={micro(True)}")
    give(page, served.key)
    in_charge(page).get_by_text("暂无").wait_for()
    vacant = {row["code"] for row in town.rows("microgrids")} - {row["code"] for row in STAFF if not row["valid_to"]}
    page.evaluate("code => { const { view, topology } = gridgeo.shown; view.enter(topology.byId.get(code)); }", DISTRICT)
    note = in_charge(page).locator(".note")
    note.wait_for()
    assert f"微网格 {len(vacant)}/{len(town.rows('microgrids'))}" in note.inner_text()
