"""Files made ahead as the API hands them out: whole, in parts, not again, and to whom."""

from __future__ import annotations

import base64
import hashlib
from types import SimpleNamespace

import geopandas
import httpx
import pytest

from api import server as api_server
from gridgeo import cli
from gridgeo.exports.downloads import Folder
from gridgeo.settings import Settings
from tests.access import making
from tests.api.world import A
from tests.features.making import grown


@pytest.fixture(scope="module")
def shop(city, tmp_path_factory):
    """The service with files made ahead by the command, and its home."""
    home = tmp_path_factory.mktemp("home")
    given = Settings(home=home, database_url=city.url, port=0, per_minute=0, authority="某区政数局")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", city.url)
        patch.setenv("GRIDGEO_HOME", str(home))
        names = [word for name in ("microgrids", "buildings", "objects") for word in ("--collection", name)]
        assert cli.main(["downloads", "make", *names, "--format", "gpkg", "--format", "csv"]) == 0
    with api_server.background(given) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield SimpleNamespace(client=client, home=home, address=address)


@pytest.fixture
def client(shop):
    return shop.client


def told(client, **headers):
    return {each["name"]: each for each in client.get("/downloads", headers=headers).json()["downloads"]}


def test_the_list_says_what_each_file_is(client):
    found = told(client)
    assert set(found) == {f"{name}.{kind}" for name in ("microgrids", "buildings", "objects") for kind in ("gpkg", "csv")}
    for each in found.values():
        answer = client.get(each["href"])
        assert (len(answer.content), hashlib.sha256(answer.content).hexdigest()) == (each["size"], each["sha256"])
        assert answer.headers["content-type"] == each["media_type"]
        assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(each['sha256'])).decode()}:"
        assert answer.headers["content-disposition"] == f'attachment; filename="{each["name"]}"'


def test_a_file_holds_the_collection_and_nothing_else(client, tmp_path):
    """The columns are those the collection shows, and none of its buildings is left out."""
    file = tmp_path / "buildings.gpkg"
    file.write_bytes(client.get("/downloads/buildings.gpkg").content)
    held = geopandas.read_file(file, layer="buildings")
    shown = client.get("/collections/buildings/schema").json()["properties"]
    assert set(held.columns) <= {*shown, "id"} and making.BUILDING[A] in set(held["building_code"])
    assert (
        len(held)
        == told(client)["buildings.gpkg"]["features"]
        == client.get("/collections/buildings/items?limit=100").json()["numberReturned"]
    )
    assert grown(10) in set(held["building_code"])


def test_a_download_that_was_broken_off_goes_on_and_is_whole_in_the_end(client):
    first = client.get("/downloads/buildings.gpkg", headers={"Range": "bytes=0-9999"})
    assert first.status_code == 206 and len(first.content) == 10_000
    rest = client.get("/downloads/buildings.gpkg", headers={"Range": "bytes=10000-", "If-Range": first.headers["etag"]})
    assert rest.status_code == 206
    assert hashlib.sha256(first.content + rest.content).hexdigest() == told(client)["buildings.gpkg"]["sha256"]


@pytest.mark.parametrize(
    "headers, status, size",
    [
        ({"Range": "bytes=-100"}, 206, 100),
        ({"Range": "bytes=100-199", "If-Range": '"of another version"'}, 200, None),
        ({"Range": "bytes=999999999-"}, 416, None),
        ({"Range": "lines=1-2"}, 400, None),
    ],
)
def test_parts_are_as_they_are_asked_for(client, headers, status, size):
    answer = client.get("/downloads/buildings.gpkg", headers=headers)
    assert answer.status_code == status and (size is None or len(answer.content) == size)


def test_what_a_caller_has_already_is_not_sent_again(client):
    etag = client.get("/downloads/objects.csv").headers["etag"]
    assert client.get("/downloads/objects.csv", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/downloads/objects.csv", headers={"If-None-Match": '"another"'}).status_code == 200


def test_it_is_sent_as_it_lies_there_to_who_takes_it_packed_too(client):
    """Packed on the way it would have another length, and no parts."""
    plain = client.head("/downloads/buildings.gpkg", headers={"Accept-Encoding": "gzip"})
    assert int(plain.headers["content-length"]) == told(client)["buildings.gpkg"]["size"] and plain.content == b""
    assert "content-encoding" not in client.get("/downloads/buildings.gpkg", headers={"Accept-Encoding": "gzip"}).headers


def test_who_may_see_a_part_of_the_city_gets_the_grids_alone(client, of_d):
    """The files hold the whole city: of those the list is silent, and they are as if they were not."""
    assert set(told(client, **of_d)) == {"microgrids.gpkg", "microgrids.csv"}
    assert client.get("/downloads/microgrids.gpkg", headers=of_d).status_code == 200
    for name in ("buildings.gpkg", "objects.csv"):
        hidden, unknown = (client.get(f"/downloads/{each}", headers=of_d) for each in (name, "nothing.gpkg"))
        same = [{key: value for key, value in each.json().items() if key not in ("instance", "detail")} for each in (hidden, unknown)]
        assert hidden.status_code == unknown.status_code == 404 and same[0] == same[1]
        part = client.get(f"/downloads/{name}", headers={**of_d, "Range": "bytes=0-99"})
        assert part.status_code == 404


def test_a_collection_leads_to_its_files_and_only_to_those_a_caller_may_have(client, of_d):
    """As OGC API has it: rel enclosure, with type, title and length; the page of the collection shows the same."""

    def enclosed(name, **headers):
        links = client.get(f"/collections/{name}", headers=headers).json()["links"]
        return {link["href"].rpartition("/")[2]: link for link in links if link["rel"] == "enclosure"}

    files, found = told(client), enclosed("buildings")
    assert set(found) == {"buildings.gpkg", "buildings.csv"} and not enclosed("houses")
    for name, link in found.items():
        assert (link["href"], link["length"]) == (files[name]["href"], files[name]["size"]) and "楼栋" in link["title"]
        assert files[name]["media_type"].startswith(link["type"])
        assert link["href"] in client.get("/collections/buildings?f=html").text
    assert not enclosed("buildings", **of_d) and set(enclosed("microgrids", **of_d)) == {"microgrids.gpkg", "microgrids.csv"}


@pytest.mark.parametrize("name", ["index.json", ".lock", "..%2Findex.json", "%2e%2e/index.json", "buildings.gpkg%00", "0"])
def test_nothing_else_in_the_folder_is_handed_out(client, name):
    assert client.get(f"/downloads/{name}").status_code in (400, 404)


def test_a_file_that_was_taken_away_is_not_there(shop):
    folder = Folder.under(shop.home)
    gone = folder.file(folder.find("objects.gpkg"))
    held = gone.read_bytes()
    gone.unlink()
    try:
        assert shop.client.get("/downloads/objects.gpkg").status_code == 404
    finally:
        gone.write_bytes(held)


def test_the_command_lists_them(shop, monkeypatch, capsys):
    monkeypatch.setenv("GRIDGEO_HOME", str(shop.home))
    assert cli.main(["downloads", "list"]) == 0
    assert "buildings.gpkg" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [("--collection", "people"), ("--format", "pdf")])
def test_the_command_refuses_what_there_is_not(shop, city, monkeypatch, wrong):
    monkeypatch.setenv("DATABASE_URL", city.url)
    monkeypatch.setenv("GRIDGEO_HOME", str(shop.home))
    assert cli.main(["downloads", "make", *wrong]) in (1, 2)
    assert len(Folder.under(shop.home).listed()) == 6
