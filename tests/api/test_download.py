"""The download hands out the file an export would write: named, tagged, cached, in parts."""

import json
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import unquote

import pyogrio
import pytest

from gridgeo.db import connection
from gridgeo.hierarchy import editions, model, store
from tests.api import grounds
from tests.districts import district

SPRING, AUTUMN = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(server, template):
    """The URL of a database with an edition valid from spring, one that follows in autumn, and a scheme of codes alone."""
    with grounds.database(server, template) as url:
        with closing(connection.connect(url)) as conn, conn:
            for title, picture, when in (("春", "AB", SPRING), ("秋", "ABC", AUTUMN)):
                activate(conn, "governance", district(picture), title, when)
            level = model.Level("street", 0, "街道", "Street")
            store.add_scheme(conn, model.Scheme("stats", model.SchemeKind.LISTED, "统计", "Statistics", (level,)))
            activate(conn, "stats", model.frame([{"level": "street", "code": "440306001", "name_zh": "新安街道"}]), "2023", SPRING)
        yield url


def activate(conn, scheme, frame, name, when):
    draft, _ = editions.stage(conn, scheme, frame, name=name)
    editions.activate(conn, draft.edition_id, when)


@pytest.fixture(scope="module")
def client(world, tmp_path_factory):
    """A client of the API on that database."""
    with grounds.service(world, tmp_path_factory, authority="某区政数局") as lent:
        yield lent.client


def get(client, status=200, headers=None, **query):
    answer = client.get("/collections/grids/download", params={"datetime": "2026-04-01", **query}, headers=headers)
    assert answer.status_code == status, answer.text[:500]
    return answer


def test_units_named_by_code_come_alone_and_their_file_says_so(client, tmp_path):
    whole = get(client, f="geojson", level="micro").json()["features"]
    code = whole[0]["properties"]["code"]
    answer = get(client, f="geojson", codes=code)
    assert [one["properties"] for one in answer.json()["features"]] == [whole[0]["properties"]]
    assert "_selected_" in answer.headers["content-disposition"] and answer.headers["etag"] != get(client, level="micro").headers["etag"]
    path = tmp_path / "x.gpkg"
    path.write_bytes(get(client, f="gpkg", codes=code).content)
    assert list(pyogrio.read_dataframe(path)["code"]) == [code]
    assert "no unit of this edition" in get(client, 400, codes=f"{code},999").text
    get(client, 400, codes=",".join(["1"] * 501))


@pytest.mark.parametrize(
    ("f", "media_type", "ending"),
    [
        ("geojson", "application/geo+json", "geojson"),
        ("gpkg", "application/geopackage+sqlite3", "gpkg"),
        ("shp", "application/zip", "shp.zip"),
        ("csv", "text/csv; charset=utf-8", "csv"),
        ("fgb", "application/flatgeobuf", "fgb"),
    ],
)
def test_each_format_comes_as_a_named_file_gdal_opens(client, tmp_path, f, media_type, ending):
    answer = get(client, f=f, level="micro", crs="gcj02")
    assert answer.headers["content-type"] == media_type
    plain, chinese = answer.headers["content-disposition"].removeprefix("attachment; ").split("; ")
    assert plain == f'filename="governance_micro_2026-03-01_GCJ-02.{ending}"'
    assert unquote(chinese) == f"filename*=UTF-8''综合治理_微网格_2026-03-01_GCJ-02.{ending}"
    path = tmp_path / f"x.{ending}"
    path.write_bytes(answer.content)
    assert len(pyogrio.read_dataframe(f"/vsizip/{path}" if f == "shp" else path)) == 2


def test_geojson_of_all_levels_in_wgs84_is_the_default(client):
    got = get(client).json()
    assert got["crs"]["properties"]["name"] == "urn:ogc:def:crs:OGC:1.3:CRS84"
    assert got["gridgeo"]["authority"] == "某区政数局"
    assert [feature["properties"]["level"] for feature in got["features"]] == ["district", "street", "community", "micro", "micro"]


def test_levels_are_named_with_commas_between(client):
    levels = [feature["properties"]["level"] for feature in get(client, level="micro,district").json()["features"]]
    assert sorted(set(levels)) == ["district", "micro"]


def test_datetime_chooses_the_edition(client):
    assert len(get(client, level="micro", datetime="2026-10-01").json()["features"]) == 3


def test_a_tag_saves_the_second_download(client):
    first = get(client, f="gpkg")
    assert get(client, 304, {"If-None-Match": first.headers["etag"]}, f="gpkg").content == b""
    assert get(client, f="gpkg").content == first.content
    assert get(client, f="gpkg", level="micro").headers["etag"] != first.headers["etag"]


def test_compressed_it_is_the_same_file_under_another_tag(client):
    plain = get(client, headers={"Accept-Encoding": "identity"})
    packed = get(client, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert get(client, 304, {"If-None-Match": packed.headers["etag"]}).content == b""


def test_a_part_is_handed_out_on_request(client):
    whole = get(client, f="gpkg", headers={"Accept-Encoding": "identity"})
    part = get(client, 206, {"Range": "bytes=100-199", "If-Range": whole.headers["etag"]}, f="gpkg")
    assert part.content == whole.content[100:200]


def test_head_tells_size_and_tag_without_the_file(client):
    query = {"f": "shp", "datetime": "2026-04-01"}
    answer = client.head("/collections/grids/download", params=query, headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 1000


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"f": "dwg"}, "geojson, gpkg, shp, csv, fgb"),
        ({"f": "gpgk"}, "did you mean gpkg"),
        ({"crs": "EPSG:2414"}, "EPSG:4547"),
        ({"level": "house"}, "district, street, community, micro"),
        ({"level": "micro,"}, "community,micro"),
        ({"levels": "micro"}, "did you mean level"),
        ({"datetime": "2026-01-01/2026-12-31"}, "one moment"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_rule(client, query, said):
    problem = get(client, 400, **query)
    assert problem.headers["content-type"] == "application/problem+json"
    assert said in json.dumps(problem.json())


def test_a_time_before_the_first_edition_has_nothing(client):
    assert get(client, 404, datetime="2020-01-01").json()["code"] == "no-edition"


def test_a_scheme_of_codes_alone_is_refused_as_a_shapefile(client):
    assert "choose csv" in get(client, 400, scheme="stats", f="shp").json()["detail"]
    assert len(get(client, scheme="stats", f="csv").text.splitlines()) == 2
