"""The project for QGIS: well formed, and every layer's address answers. With --long QGIS itself opens and draws it."""

from __future__ import annotations

import io
import re
import zipfile
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

from api import server as api_server
from gridgeo.features.collections import COLLECTIONS
from gridgeo.settings import Settings
from gridgeo.tiles.model import column, row
from maps import palette
from maps.qgis import layers, project
from tests.access import making
from tests.api.world import A


def opened(client, **asked):
    answer = client.get("/qgis/project.qgz", params=asked)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return ElementTree.fromstring(archive.read(project.NAME).decode())


@pytest.fixture(scope="module")
def read(client):
    return opened(client)


def sources(read):
    return {each.findtext("id"): each.findtext("datasource") for each in read.iter("maplayer")}


def facts(source):
    return dict(re.findall(r"(\w+)='([^']*)'", source))


def test_there_is_a_layer_for_every_collection_with_a_chinese_and_an_english_name(read):
    held = {facts(source)["typename"] for source in sources(read).values() if "typename" in source}
    assert held == set(COLLECTIONS)
    names = {each.findtext("layername") for each in read.iter("maplayer") if each.get("type") == "vector"}
    assert names == {f"{each.title} {each.title_en}" for each in COLLECTIONS.values()}


def test_every_layer_of_the_tree_is_one_that_is_there(read):
    told = [(each.get("id"), each.get("source")) for each in read.iter("layer-tree-layer")]
    assert dict(told) == sources(read) and len(told) == len(sources(read)) == 13
    assert [each.get("id") for each in read.find("layerorder")] == [each for each, _ in told]


def test_every_layer_asks_the_service_where_it_was_asked_for_and_is_answered(client, read):
    """Features with the pages and the box QGIS asks for; the tile that lies around A."""
    lon, lat = making.POINT[A]
    at = {"z": "16", "x": str(column(lon, 16)), "y": str(row(lat, 16))}
    for name, source in sources(read).items():
        if "typename" in source:
            asked = facts(source)
            assert asked["url"] == str(client.base_url).rstrip("/") + "/"
            box = ",".join(map(str, (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)))
            answer = client.get(f"{asked['url']}collections/{asked['typename']}/items", params={"limit": asked["pageSize"], "bbox": box})
            assert answer.json()["type"] == "FeatureCollection", name
        else:
            where = parse_qs(source)["url"][0]
            answer = client.get(re.sub(r"\{(.)\}", lambda match: at[match[1]], where))
            assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile", name
        assert answer.status_code == 200 and len(answer.content) > 20, name


def test_it_is_drawn_in_degrees_of_cgcs2000_and_opens_where_the_grids_are(client, read):
    assert read.findtext("projectCrs/spatialrefsys/authid") == "EPSG:4490"
    canvas = [float(read.findtext(f"mapcanvas/extent/{name}")) for name in ("xmin", "ymin", "xmax", "ymax")]
    extent = client.get("/collections/grids").json()["extent"]["spatial"]["bbox"][0]
    assert canvas == pytest.approx(extent, abs=1e-5)


def test_fields_have_chinese_names(read):
    buildings = next(each for each in read.iter("maplayer") if each.findtext("id") == "gridgeo_buildings")
    assert {each.get("field"): each.get("name") for each in buildings.iter("alias")}["building_code"] == "楼栋编码"


def test_grids_have_the_colours_of_the_page(read):
    grids = next(each for each in read.iter("maplayer") if each.findtext("id") == "gridgeo_microgrids")
    values = {each.get("value"): each.get("symbol") for each in grids.iter("category")}
    fills = {each.get("name"): each.find("layer/Option/Option[@name='color']").get("value") for each in grids.iter("symbol")}
    assert fills[values["village"]] == layers.symbols.colour(palette.CATEGORIES["village"])


def test_objects_have_the_colours_of_their_classes_in_tiles_and_as_features(client, read):
    colours = {each["colour"] for each in client.get("/categories").json()["majors"]}
    drawn = {each.findtext("id"): each for each in read.iter("maplayer")}
    for name in ("gridgeo_objects", "gridgeo_tiles_objects"):
        held = {each.get("value") for each in drawn[name].findall(".//symbol/layer/Option/Option[@name='color']")}
        assert {layers.symbols.colour(each) for each in colours} <= held, name


def test_an_authentication_of_the_users_is_in_every_layer(client):
    held = sources(opened(client, authcfg="grid007"))
    assert all("authcfg='grid007'" in source or "authcfg=grid007&" in source for source in held.values())


@pytest.mark.parametrize("authcfg", ["", "seven", "grid'07", "eightten"])
def test_what_is_no_authentication_of_qgis_is_refused(client, authcfg):
    assert client.get("/qgis/project.qgz", params={"authcfg": authcfg}).status_code == 400


def test_the_same_project_is_the_same_bytes(client):
    first = client.get("/qgis/project.qgz")
    again = client.get("/qgis/project.qgz", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and 'filename="gridgeo.qgz"' in first.headers["content-disposition"]


def test_a_quote_in_the_name_of_the_host_stays_in_its_address(client):
    """The data source of a layer is text with quotes round its parts."""
    answer = client.get("/qgis/project.qgz", headers={"Host": "x'typename='houses"})
    if answer.status_code == 200:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            text = archive.read(project.NAME).decode()
        assert "x'typename" not in text


def test_before_there_are_grids_it_opens_all_the_same(settings):
    import httpx

    given = Settings(home=settings.home, database_url=settings.database_url, port=0)
    with api_server.background(given) as address, httpx.Client(base_url=address, trust_env=False) as client:
        read = opened(client)
    assert len(sources(read)) == 13 and float(read.findtext("mapcanvas/extent/xmin")) == 73.0
