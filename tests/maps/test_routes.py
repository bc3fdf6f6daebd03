"""The map as the API serves it, from a database, with its editions and schemes."""

import json
import re
from contextlib import closing
from datetime import datetime
from types import SimpleNamespace

import httpx
import orjson
import psycopg2
import pytest

from api import server as api_server
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model, store
from gridgeo.moments import CHINA
from gridgeo.settings import Settings
from tests.districts import district
from tests.drawing import draw

from .drawn import city
from .looking import at, later


@pytest.fixture(scope="module")
def world(server, template):
    """Two editions of governance, traffic zones, and a scheme without areas."""
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        first, _ = editions.stage(conn, model.GOVERNANCE, district("AABB AABB"), name="旧版", authority="区政法委")
        editions.activate(conn, first.edition_id, datetime(2024, 1, 1, tzinfo=CHINA))
        second, _ = editions.stage(conn, model.GOVERNANCE, city(), name="新版", authority="区政法委")
        editions.activate(conn, second.edition_id, datetime(2025, 1, 1, tzinfo=CHINA))
        draft, _ = editions.stage(conn, model.GOVERNANCE, district("AB"), name="草案")
        for scheme, kind, zh, geometry in (("traffic", "drawn", "交通小区", draw("Z")["Z"]), ("statistics", "listed", "统计", None)):
            store.add_scheme(
                conn, model.Scheme(scheme, model.SchemeKind(kind), zh, scheme.title(), (model.Level("zone", 0, "小区", "Zone"),))
            )
            made, _ = editions.stage(
                conn, scheme, model.frame([{"level": "zone", "code": "1", "name_zh": "一", "geometry": geometry}]), name=zh
            )
            editions.activate(conn, made.edition_id, datetime(2025, 1, 1, tzinfo=CHINA))
    yield SimpleNamespace(url=url, first=first, second=second, draft=draft)
    server.drop(name)


@pytest.fixture(scope="module")
def root(world, tmp_path_factory):
    with api_server.background(Settings(home=tmp_path_factory.mktemp("home"), database_url=world.url, port=0)) as address:
        yield address


@pytest.fixture(scope="module")
def client(root):
    with httpx.Client(base_url=root, headers={"Accept-Encoding": "identity"}, trust_env=False) as client:
        yield client


def data_of(html):
    return json.loads(re.search(r'id="config">(.*?)</script>', html)[1])["data"]


def test_the_page_shows_what_is_valid_now(client):
    page = client.get("/maps/")
    assert page.status_code == 200 and len(page.content) < 50_000
    text = orjson.loads(client.get(f"/maps/{data_of(page.text)}").content)
    assert text["gridgeo"]["edition"]["name"] == "新版"
    assert len(text["objects"]["micro"]["geometries"]) == 8


def test_the_page_carries_its_policy(client):
    policy = client.get("/maps/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-") and "unsafe" not in policy


def test_the_address_without_its_slash_leads_to_the_page(client):
    assert client.get("/maps").next_request.url.path == "/maps/"


def test_an_older_edition_is_shown_by_its_moment(client):
    page = client.get("/maps/", params={"datetime": "2024-06-01T00:00:00Z"})
    text = orjson.loads(client.get(f"/maps/{data_of(page.text)}").content)
    assert text["gridgeo"]["edition"] | {"id": 0} == {
        **{"id": 0, "name": "旧版", "source": "", "authority": "区政法委"},
        **{"from": "2024-01-01", "to": "2025-01-01"},
    }


def test_editions_and_schemes_with_areas_can_be_chosen_drafts_and_lists_not(client):
    html = client.get("/maps/").text
    assert re.findall(r"<option[^>]*>([^<]+)</option>", html) == [
        *("综合治理 Governance", "交通小区 Traffic"),
        *("新版（2025-01-01 – …） ", "旧版（2024-01-01 – 2025-01-01） "),
    ]
    (older,) = re.findall(r'value="([^"]+)">旧版', html)
    assert data_of(client.get("/maps/" + older.replace("&amp;", "&")).text) != data_of(html)


def test_another_scheme_is_shown_by_its_name(client):
    page = client.get("/maps/", params={"scheme": "traffic"})
    assert orjson.loads(client.get(f"/maps/{data_of(page.text)}").content)["gridgeo"]["scheme"]["zh"] == "交通小区"


@pytest.mark.browser
def test_a_scheme_without_boundaries_says_so_and_leads_back(visit, root):
    page = visit(f"{root}/maps/?scheme=statistics", state="empty")
    said = page.locator("[data-for=empty]").inner_text()
    assert "只有代码和名称" in said and "gridgeo load" not in said
    assert page.locator("[data-goes=scheme] option:checked").text_content() == "统计 Statistics"
    page.locator("[data-goes=scheme]").select_option(label="综合治理 Governance")
    page.wait_for_selector("body[data-state=ready]")


@pytest.mark.parametrize(
    "query, status", [("?schem=x", 400), ("?scheme=nowhere", 404), ("?datetime=yesterday", 400), ("?datetime=1999-01-01", 404)]
)
def test_what_cannot_be_shown_is_said(client, query, status):
    assert client.get(f"/maps/{query}").status_code == status


def test_data_is_compressed_once_kept_for_ever_and_not_sent_twice(client):
    address = f"/maps/{data_of(client.get('/maps/').text)}"
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "immutable" in packed.headers["cache-control"]
    for answer in (plain, packed):
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", ["/maps/", "/?f=html"])
def test_a_page_not_sent_again_keeps_its_policy(client, address):
    page = client.get(address)
    again = client.get(address, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]


@pytest.mark.parametrize("named", ["1", "1-000000000000", "x-000000000000", "999-000000000000", "..%2f..%2fetc"])
def test_data_of_another_name_is_not_there(client, named):
    assert client.get(f"/maps/data/{named}/grids.topojson").status_code == 404


def test_a_draft_is_not_on_the_map(client, world):
    from api.routes.maps import version_of

    assert client.get(f"/maps/data/{version_of(world.draft)}/grids.topojson").status_code == 404


def test_files_are_kept_for_ever_by_their_digest_only(client):
    html = client.get("/maps/").text
    addresses = re.findall(r'(?:src|href)="(assets/[^"]+\?v=[^"]+)"', html)
    assert len(addresses) == 4
    for address in addresses:
        answer = client.get(f"/maps/{address}")
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
        assert "immutable" not in client.get(f"/maps/{address.partition('?')[0]}").headers["cache-control"]


@pytest.mark.parametrize("name", ["nothing.js", "../page.py", "%2e%2e/page.py", "page.html", ""])
def test_no_other_file_is_given_out(client, name):
    assert client.get(f"/maps/assets/{name}").status_code == 404


def test_an_empty_database_gives_the_page_that_says_how_to_load(database_url, tmp_path):
    with api_server.background(Settings(home=tmp_path, database_url=database_url, port=0)) as root:
        page = httpx.get(f"{root}/maps/", trust_env=False)
    assert page.status_code == 200 and data_of(page.text) is None


def test_what_is_activated_while_serving_is_on_the_next_page(database_url, tmp_path):
    from time import monotonic, sleep

    with api_server.background(Settings(home=tmp_path, database_url=database_url, port=0)) as root:
        with closing(connection.connect(database_url)) as conn, conn:
            made, _ = editions.stage(conn, model.GOVERNANCE, district("AB"), name="第一版")
            editions.activate(conn, made.edition_id)
        deadline = monotonic() + 10
        while data_of(httpx.get(f"{root}/maps/", trust_env=False).text) is None and monotonic() < deadline:
            sleep(0.1)
        data = data_of(httpx.get(f"{root}/maps/", trust_env=False).text)
        assert orjson.loads(httpx.get(f"{root}/maps/{data}", trust_env=False).content)["gridgeo"]["edition"]["name"] == "第一版"


@pytest.mark.browser
def test_a_planner_opens_the_map_picks_a_street_and_follows_it_into_the_api(visit, root):
    page = visit(f"{root}/maps/#level=street")
    page.mouse.click(*at(page, "999901001"))
    item = page.locator("#card .links a")
    hrefs = [item.nth(i).get_attribute("href") for i in range(3)]
    assert hrefs == ["../grids/999901001", "../grids/999901001?f=geojson", "../grids/999901001/children"]
    for href in hrefs:
        answer = httpx.get(f"{root}/{href[3:]}", trust_env=False)
        assert answer.status_code == 200
    loaded = page.evaluate("performance.getEntriesByType('resource').map(r => r.name)")
    assert all(name.startswith(root) for name in loaded)
    assert sum("topojson" in name for name in loaded) == 1, loaded


@pytest.mark.browser
def test_an_older_edition_links_to_the_older_api(visit, root):
    page = visit(f"{root}/maps/?datetime=2024-06-01T00:00:00Z#unit=999901001")
    href = page.locator("#card .links a").nth(1).get_attribute("href")
    assert href == "../grids/999901001?f=geojson&datetime=2024-06-01T00:00:00Z"
    feature = httpx.get(f"{root}/{href[3:]}", trust_env=False).json()
    assert feature["properties"]["edition"]["name"] == "旧版"


@pytest.mark.browser
def test_choosing_another_edition_goes_there_and_keeps_the_place(visit, root):
    page = visit(f"{root}/maps/#unit=999901")
    later(page, 300)
    page.locator("select[data-goes=edition]").select_option(label="旧版（2024-01-01 – 2025-01-01） ")
    page.wait_for_url("**datetime=2024**")
    page.wait_for_selector("body[data-state=ready]")
    assert page.locator("#edition").inner_text().startswith("旧版")
    assert page.locator("#card").is_visible()


def test_the_map_stays_when_connections_are_cut(client, world):
    address = f"/maps/{data_of(client.get('/maps/').text)}"
    before = client.get(address).content
    with closing(psycopg2.connect(world.url)) as conn, conn.cursor() as cur:
        conn.autocommit = True
        cur.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert client.get("/maps/").status_code == 200
    assert client.get(address).content == before
