"""The service behind a proxy, below a path: every address it names leads back to it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from api import policies
from api import server as api_server
from gridgeo.errors import ConfigError
from gridgeo.settings import Settings
from tests.access import making
from tests.api import grounds
from tests.api.asking import ask, routes

ROOT = "/gridgeo"


@pytest.fixture(scope="module")
def city(server, template):
    with grounds.database(server, template) as url:
        making.loaded(url)
        yield url


@pytest.fixture(scope="module")
def address(city, tmp_path_factory):
    with grounds.service(city, tmp_path_factory, root_path=ROOT, per_minute=0) as lent:
        yield lent.where


@pytest.fixture(scope="module", params=[ROOT, ""], ids=["kept", "taken off"])
def client(request, address):
    """Asks as a proxy does that leaves the root in the path, or takes it off."""
    with httpx.Client(base_url=address + request.param, trust_env=False) as client:
        yield client


def addresses(told) -> list[str]:
    """Every href in an answer."""
    if isinstance(told, list):
        return [href for one in told for href in addresses(one)]
    if not isinstance(told, dict):
        return []
    own = [told["href"]] if isinstance(told.get("href"), str) else []
    return own + [href for value in told.values() for href in addresses(value)]


def test_every_address_in_an_answer_begins_at_the_root(client):
    seen = 0
    for method, path in routes():
        if policies.of(method, path) not in (policies.PUBLIC, "read") or path.startswith("/maps/"):
            continue
        answer = ask(client, method, path)
        kind = answer.headers.get("content-type", "")
        named = addresses(answer.json()) if "json" in kind and "ndjson" not in kind else []
        named += [link["url"] for link in answer.links.values()]
        assert [href for href in named if not urlsplit(href).path.startswith(f"{ROOT}/")] == [], path
        seen += len(named)
    assert seen > 50


def test_an_address_leads_on(address, client):
    links = client.get("/grids/summary").json()["links"]
    with httpx.Client(base_url=address, trust_env=False) as outside:
        assert {outside.get(link["href"]).status_code for link in links} == {200}


def test_problems_and_refused_methods_know_the_root(client):
    missing = client.get("/buildings/4403060010010199999")
    assert missing.json()["type"] == f"{ROOT}/api.html#not-found"
    assert client.post("/grids/summary").headers["allow"] == "GET, HEAD"


def test_the_document_says_where_it_is_served(client):
    assert client.get("/api").json()["servers"] == [{"url": ROOT}]


def test_pages_name_what_lies_beside_them(client):
    for path in ("/", "/api.html", "/maps/"):
        page = client.get(path, headers={"Accept": "text/html"}).text
        assert 'href="/' not in page and 'src="/' not in page, path
    assert client.get("/maps").headers["location"] == "maps/"
    assert client.get("/maps/assets/planner.js").status_code == 200


def test_without_a_setting_addresses_begin_at_the_host(city, tmp_path):
    settings = Settings(home=tmp_path, database_url=city, port=0)
    with api_server.background(settings) as where, httpx.Client(base_url=where, trust_env=False) as client:
        assert client.get("/grids/summary").json()["links"][0]["href"] == "/grids/summary"
        assert client.get(f"{ROOT}/grids/summary").status_code == 404
        assert "servers" not in client.get("/api").json()


@pytest.mark.parametrize("wrong", ["gridgeo", "/gridgeo/", "/", "//", "/a b", "/a/../b?", "https://x/gridgeo"])
def test_a_root_is_a_path(wrong):
    with pytest.raises(ConfigError, match="ROOT_PATH"):
        Settings.from_env({"GRIDGEO_ROOT_PATH": wrong})
    assert replace(Settings.from_env({"GRIDGEO_ROOT_PATH": "/a/b"})).root_path == "/a/b"
