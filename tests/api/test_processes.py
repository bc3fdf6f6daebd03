"""OGC API - Processes, Part 1 (OGC 18-062r2): a test for each requirement, named by its id, and what is ours beside them."""

from __future__ import annotations

import base64
import csv
import io
import threading
from collections import Counter
from types import SimpleNamespace

import httpx
import pytest

from api import execution, jobs
from api import server as api_server
from gridgeo.jobs import rules
from gridgeo.processes.catalogue import PROCESSES
from gridgeo.settings import Settings
from tests.access import making
from tests.api import callers, things
from tests.api.world import A, D
from tests.jobs.making import until

ASYNC = {"Prefer": "respond-async"}
RESULTS, EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/results", "http://www.opengis.net/def/rel/ogc/1.0/execute"
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
BUILDINGS = {"collection": "buildings", "format": "csv"}
WRITTEN = {unit: f"宝安区{''.join(making.ADDRESS[unit])}号" for unit in (A, D)}


@pytest.fixture(scope="module")
def served(server, template, tmp_path_factory):
    """The API over a city with buildings in A and in D."""
    name = server.create(template)
    url, home = server.url_of(name), tmp_path_factory.mktemp("home")
    units = making.loaded(url)
    things.add(url, units)
    keys = {"mine": callers.key(url, "read"), "other": callers.key(url, "read"), "admin": callers.key(url, "read", "admin")}
    keys |= {"of d": callers.key(url, "read", area=[units[D]]), "nowhere": callers.key(url, "read", area=[])}
    with api_server.background(Settings(home=home, database_url=url, port=0, per_minute=0)) as address:
        yield SimpleNamespace(address=address, url=url, home=home, headers={name: callers.bearer(key) for name, key in keys.items()})
    server.drop(name)


@pytest.fixture(scope="module")
def as_(served):
    """Clients of some callers."""
    held = {
        name: httpx.Client(base_url=served.address, trust_env=False, timeout=40, headers=headers)
        for name, headers in served.headers.items()
    }
    held[""] = httpx.Client(base_url=served.address, trust_env=False, timeout=40)
    yield held
    for each in held.values():
        each.close()


@pytest.fixture(scope="module")
def client(as_):
    return as_["mine"]


def execute(client, process, inputs, headers=None, **more):
    return client.post(f"/processes/{process}/execution", json={"inputs": inputs, **more}, headers=headers)


def begun(client, process, inputs, **more) -> dict:
    answer = execute(client, process, inputs, ASYNC, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def over(client, job) -> dict:
    until(lambda: client.get(f"/jobs/{job['jobID']}").json()["status"] not in ("accepted", "running"))
    return client.get(f"/jobs/{job['jobID']}").json()


def rows(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def relations(told) -> set[str]:
    return {link["rel"] for link in told["links"]}


# --- core: what may be done -----------------------------------------------------------------------------------


def test_req_core_landingpage_success(client):
    links = {link["rel"]: link["href"] for link in client.get("/").json()["links"]}
    for rel, path in (("processes", "/processes"), ("job-list", "/jobs")):
        assert links[f"http://www.opengis.net/def/rel/ogc/1.0/{rel}"].endswith(path)


def test_req_core_conformance_success(client):
    told = client.get("/conformance").json()["conformsTo"]
    names = {each.rsplit("/", 1)[1] for each in told if "ogcapi-processes-1" in each}
    assert names == {"core", "ogc-process-description", "json", "oas30", "job-list", "dismiss"}


def test_req_core_process_list_success(client):
    told = client.get("/processes").json()
    assert [each["id"] for each in told["processes"]] == list(PROCESSES) and "self" in relations(told)
    for each in told["processes"]:
        assert set(each["jobControlOptions"]) == {"sync-execute", "async-execute", "dismiss"}
        assert set(each["outputTransmission"]) == {"value", "reference"} and each["version"]


def test_req_core_pl_limit_response(client):
    assert len(client.get("/processes", params={"limit": 2}).json()["processes"]) == 2
    assert client.get("/processes", params={"limit": 10**6}).status_code == 200
    assert {client.get("/processes", params={"limit": text}).status_code for text in ("0", "-1", "x", "")} == {400}


@pytest.mark.parametrize("name", PROCESSES)
def test_req_ogc_process_description_json_encoding(client, name):
    told = client.get(f"/processes/{name}").json()
    assert {"id", "version", "jobControlOptions", "outputTransmission", "inputs", "outputs", "links"} <= told.keys()
    assert EXECUTE in relations(told)
    for each in told["inputs"].values():
        assert each["schema"].keys() & {"type", "oneOf"} and each["title"] and each["minOccurs"] in (0, 1) and each["maxOccurs"] == 1
    for each in told["outputs"].values():
        assert all("contentMediaType" in kind for kind in each["schema"].get("oneOf", [each["schema"]]))


@pytest.mark.parametrize("path, kind", [("/processes/x", "process"), ("/jobs/" + "0" * 32, "job"), ("/jobs/x", "job")])
def test_req_core_no_such_thing(client, path, kind):
    for answer in (client.get(path), client.post(f"{path}/execution", json={}) if kind == "process" else client.delete(path)):
        assert answer.status_code == 404 and answer.json()["type"] == f"{EXCEPTIONS}/no-such-{kind}"


def test_each_has_a_page_in_chinese_and_english(client):
    """A browser gets it unasked; what may be run is shown, nothing runs in it."""
    as_a_browser = {"Accept": "text/html,*/*;q=0.8"}
    for path in ("/processes", *(f"/processes/{name}" for name in PROCESSES)):
        page = client.get(path, headers=as_a_browser)
        assert page.headers["content-type"] == "text/html; charset=utf-8" and "<script" not in page.text
        assert [link["type"] for link in client.get(path).json()["links"] if link["rel"] == "alternate"] == ["text/html"]
    assert (
        all(name in page.text for name in PROCESSES["topology-check"].inputs) and "拓扑检查" in page.text and "Topology check" in page.text
    )


# --- core: letting it be done ---------------------------------------------------------------------------------


def test_req_core_process_execute_sync_raw_value_one(client):
    """Without a word on it the result is waited for, and it is the file itself."""
    answer = execute(client, "export", BUILDINGS)
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert {row["building_code"] for row in rows(answer.text)} == set(making.BUILDING.values())


def test_req_core_process_execute_sync_document(client):
    inputs = {"collection": "buildings", "format": "geojson"}
    told = execute(client, "export", inputs, response="document").json()["file"]
    assert told["mediaType"] == "application/geo+json" and len(told["value"]["features"]) == 2
    told = execute(client, "wash", {"texts": [WRITTEN[A]]}, response="document").json()["washed"]
    assert rows(told["value"])[0]["wash_building_code"] == making.BUILDING[A]
    told = execute(client, "export", {"collection": "objects", "format": "xlsx"}, response="document").json()["file"]
    assert base64.b64decode(told["value"]).startswith(b"PK") and told["encoding"] == "base64"


def test_req_core_process_execute_sync_raw_ref(client):
    answer = execute(client, "export", BUILDINGS, outputs={"file": {"transmissionMode": "reference"}})
    assert answer.status_code == 204 and answer.content == b""
    href = answer.headers["link"].partition(">")[0].removeprefix("<")
    assert len(rows(client.get(href).text)) == 2
    part = client.get(href, headers={"Range": "bytes=3-5", "Accept-Encoding": "identity"})
    assert part.status_code == 206 and len(part.content) == 3


def test_req_core_process_execute_output_format(client):
    """The media type asked for of an output is the form it has."""
    wanted = {"file": {"format": {"mediaType": "application/geo+json"}}}
    answer = execute(client, "export", {"collection": "objects"}, outputs=wanted)
    assert answer.headers["content-type"] == "application/geo+json" and answer.json()["features"]


def test_req_core_process_execute_success_async(client):
    answer = execute(client, "export", BUILDINGS, ASYNC)
    told = answer.json()
    assert answer.status_code == 201 and answer.headers["preference-applied"] == "respond-async"
    assert answer.headers["location"].endswith(f"/jobs/{told['jobID']}")
    assert told["status"] in ("accepted", "running") and told["type"] == "process" and told["processID"] == "export"
    told = over(client, told)
    assert told["status"] == "successful" and told["progress"] == 100 and RESULTS in relations(told)
    assert told["created"] <= told["started"] <= told["finished"] <= told["updated"]
    href = next(link["href"] for link in told["links"] if link["rel"] == RESULTS)
    for _ in range(2):
        assert len(rows(client.get(href).text)) == 2


def test_req_core_job_results_async_document(client):
    job = begun(client, "export", BUILDINGS, response="document", outputs={"file": {"transmissionMode": "reference"}})
    over(client, job)
    told = client.get(f"/jobs/{job['jobID']}/results").json()["file"]
    assert told["type"] == "text/csv; charset=utf-8" and len(rows(client.get(told["href"]).text)) == 2


def test_req_core_job_results_failed(client):
    """The answer is the problem, with its status."""
    job = over(client, begun(client, "topology-check", {"edition": 999}))
    assert job["status"] == "failed" and job["message"]
    answer = client.get(f"/jobs/{job['jobID']}/results")
    assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == job["message"]
    assert execute(client, "topology-check", {"edition": 999}).status_code == 404


_UNFIT = (
    ("export", {}, "/inputs/collection"),
    ("export", {"collection": "x"}, "/inputs/collection"),
    ("export", {"collection": "objects", "format": "docx"}, "/inputs/format"),
    ("export", {"collection": "objects", "filter": "foo = 1"}, "/inputs/filter"),
    ("export", {"collection": "objects", "filter": {"value": {"op": "=", "args": []}}}, "/inputs/filter"),
    ("export", {"collection": "objects", "bbox": [1, 2, 3]}, "/inputs/bbox"),
    ("export", {"collection": "objects", "bbox": [0, 50, 1, 40]}, "/inputs/bbox"),
    ("export", {"collection": "objects", "datetime": "gestern"}, "/inputs/datetime"),
    ("export", {"collection": "objects", "crs": "EPSG:2000"}, "/inputs/crs"),
    ("export", {"collection": "objects", "format": "kml", "crs": "EPSG:4547"}, "/inputs/crs"),
    ("export", {"collection": "objects", "fromat": "csv"}, "/inputs"),
    ("wash", {}, "/inputs/texts"),
    ("wash", {"texts": []}, "/inputs/texts"),
    ("wash", {"texts": [1]}, "/inputs/texts"),
    ("wash", {"texts": ["甲\0乙"]}, "/inputs/texts"),
    ("wash", {"texts": ["长" * 501]}, "/inputs/texts"),
    ("wash", {"texts": ["甲"], "table": "地址\n甲\n"}, "/inputs/texts"),
    ("wash", {"texts": ["甲"], "column": "地址"}, "/inputs/column"),
    ("wash", {"table": {"href": "http://10.0.0.1/secret"}}, "/inputs/table"),
    ("topology-check", {"edition": "1"}, "/inputs/edition"),
    ("topology-check", {"tolerance_m2": -1}, "/inputs/tolerance_m2"),
)


@pytest.mark.parametrize("process, inputs, place", _UNFIT)
def test_inputs_that_are_unfit_are_refused_by_place_and_not_repeated(client, process, inputs, place):
    answer = execute(client, process, inputs)
    assert answer.status_code == 400, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [place]
    assert "secret" not in answer.text and "gestern" not in answer.text


@pytest.mark.parametrize(
    "body, place",
    [
        ({"inputs": []}, "/inputs"),
        ({"inputs": BUILDINGS, "response": "x"}, "/response"),
        ({"inputs": BUILDINGS, "subscriber": {"successUri": "http://10.0.0.1"}}, ""),
        ({"inputs": BUILDINGS, "outputs": {"other": {}}}, "/outputs"),
        ({"inputs": BUILDINGS, "outputs": []}, "/outputs"),
        ({"inputs": BUILDINGS, "outputs": {"file": []}}, "/outputs/file"),
        ({"inputs": BUILDINGS, "outputs": {"file": {"transmissionMode": "x"}}}, "/outputs/file/transmissionMode"),
        ({"inputs": BUILDINGS, "outputs": {"file": {"format": {"mediaType": "x/y"}}}}, "/outputs/file/format/mediaType"),
    ],
)
def test_bodies_that_are_unfit_are_refused_by_place(client, body, place):
    answer = client.post("/processes/export/execution", json=body)
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == place


def test_a_body_beyond_its_size_is_refused(client, monkeypatch):
    monkeypatch.setattr(execution, "MOST_BYTES", 1000)
    assert execute(client, "wash", {"table": "地址\n" + "甲" * 2000}).status_code == 413


# --- each process ---------------------------------------------------------------------------------------------


def test_export_asks_as_items_do(client):
    """What a filter, a box or a time lets through, in the system asked for."""
    answer = execute(client, "export", {**BUILDINGS, "filter": f"building_code = '{making.BUILDING[A]}'"})
    assert [row["building_code"] for row in rows(answer.text)] == [making.BUILDING[A]]
    answer = execute(client, "export", {**BUILDINGS, "bbox": {"bbox": [113.03, 22.87, 113.04, 22.88]}})
    assert [row["building_code"] for row in rows(answer.text)] == [making.BUILDING[D]]
    assert rows(execute(client, "export", {**BUILDINGS, "datetime": "2019-12-31"}).text) == []
    answer = execute(client, "export", {"collection": "buildings", "format": "geojson", "crs": "EPSG:4547"})
    assert "4547" in str(answer.json()["crs"]) and answer.json()["features"][0]["geometry"]["coordinates"][0] > 1e5


def test_wash_gives_the_rows_of_a_table_back_with_answers_beside_them(client):
    table = f"编号,地址\n01,{WRITTEN[A]}\n02,\n03,=cmd\n"
    answer = execute(client, "wash", {"table": table})
    told = rows(answer.text)
    assert [row["编号"] for row in told] == ["01", "02", "03"]
    assert told[0]["wash_building_code"] == making.BUILDING[A] and told[1]["wash_category"] == "none" and told[2]["地址"] == "'=cmd"
    assert execute(client, "wash", {"table": "a,b\n1,2\n"}).status_code == 400
    assert execute(client, "wash", {"table": table, "column": "编号"}).status_code == 200


def test_topology_check_finds_what_lies_wrong(client):
    """The drawn city has a hole in its second street, which is stored as it is."""
    told = execute(client, "topology-check", {}).json()
    assert told["type"] == "FeatureCollection"
    found = Counter(each["properties"]["code"] for each in told["features"])
    assert found and set(rows(execute(client, "topology-check", {"format": "csv"}).text)[0]) >= {"severity", "code", "message"}
    assert execute(client, "topology-check", {"tolerance_m2": 1e6}).json()["features"] is not None


# --- jobs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def held(monkeypatch):
    """Washing goes no further until it is let."""
    import gridgeo.processes.wash as wash

    free, real = threading.Event(), wash.batch.washed

    def slow(*args):
        while not free.wait(0.02):
            pass
        return real(*args)

    monkeypatch.setattr(wash.batch, "washed", slow)
    yield free
    free.set()


def reached(client, job, status):
    until(lambda: client.get(f"/jobs/{job['jobID']}").json()["status"] == status)


def test_req_core_job_results_not_ready(client, held):
    job = begun(client, "wash", {"texts": ["甲"]})
    answer = client.get(f"/jobs/{job['jobID']}/results")
    assert answer.status_code == 404 and answer.json()["type"] == f"{EXCEPTIONS}/result-not-ready"
    client.delete(f"/jobs/{job['jobID']}")


def test_req_dismiss_job_dismiss_success(client, held, served):
    """At once in what is told; the file of one that was over is gone with it."""
    job = begun(client, "wash", {"texts": ["甲"]})
    reached(client, job, "running")
    assert client.delete(f"/jobs/{job['jobID']}").json()["status"] == "dismissed"
    held.set()
    assert over(client, job)["status"] == "dismissed" and client.get(f"/jobs/{job['jobID']}/results").status_code == 410
    assert client.delete(f"/jobs/{job['jobID']}").status_code == 410
    done = over(client, begun(client, "wash", {"texts": ["甲"]}))
    (folder,) = (served.home / "jobs").glob(f"{done['jobID']}.*")
    assert client.delete(f"/jobs/{done['jobID']}").json()["status"] == "dismissed" and not folder.exists()


def test_req_job_list_is_of_the_caller_and_filtered(as_):
    job = over(as_["other"], begun(as_["other"], "export", BUILDINGS))
    failed = over(as_["other"], begun(as_["other"], "topology-check", {"edition": 999}))
    newest_first = [failed["jobID"], job["jobID"]]

    def listed(client, **params):
        answer = client.get("/jobs", params=params)
        assert answer.status_code == 200, answer.text
        return [each["jobID"] for each in answer.json()["jobs"]]

    other = as_["other"]
    assert listed(other) == listed(other, type="process", datetime="2020-01-01/..", minDuration=0, maxDuration=1e6) == newest_first
    assert listed(other, processID="export") == listed(other, status="successful,dismissed") == [job["jobID"]]
    assert listed(other, minDuration=1e6) == listed(other, datetime="../2020-01-01") == []
    assert job["jobID"] not in listed(as_["mine"]) and listed(as_[""]) == [] and set(newest_first) <= set(listed(as_["admin"]))
    first = other.get("/jobs", params={"limit": 1}).json()
    (on,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    assert [each["jobID"] for each in other.get(on).json()["jobs"]] == [job["jobID"]]
    for wrong in ({"status": "x"}, {"processID": "x"}, {"type": "x"}, {"limit": "0"}, {"cursor": "x"}, {"minDuration": "x"}):
        assert other.get("/jobs", params=wrong).status_code == 400, wrong


def test_the_page_of_a_job_asks_again_until_it_is_over_and_has_its_file(as_, held):
    """The administrator sees the page and no file; the list leads there, form and all."""
    job = begun(as_["mine"], "wash", {"texts": [WRITTEN[A]]})
    here, html = f"/jobs/{job['jobID']}", {"f": "html"}
    reached(as_["mine"], job, "running")
    page = as_["mine"].get(here, params=html)
    assert 'http-equiv="refresh"' in page.text and "进行中" in page.text and page.headers["cache-control"] == "no-store"
    held.set()
    over(as_["mine"], job)
    page = as_["mine"].get(here, params=html)
    assert "http-equiv" not in page.text and f"{here}/results/washed" in page.text and "完成" in page.text
    assert "完成" in (seen := as_["admin"].get(here, params=html).text) and "/results/" not in seen
    listing = as_["mine"].get("/jobs", params={"f": "html", "limit": 1, "processID": "wash"}).text
    assert f"{here}?f=html" in listing and "没有密钥" in as_[""].get("/jobs", params=html).text
    assert as_["other"].get(here, params=html).status_code == 404
    (json,) = [link for link in as_["mine"].get("/jobs").json()["links"] if link["rel"] == "alternate"]
    assert as_["mine"].get(json["href"]).headers["content-type"].startswith("text/html")


def test_a_job_is_its_callers_alone(as_):
    """The administrator sees how far it is and may end it, and does not see what it made."""
    job = over(as_["mine"], begun(as_["mine"], "wash", {"texts": [WRITTEN[A]]}))
    here = f"/jobs/{job['jobID']}"
    for name in ("other", "of d", ""):
        assert {as_[name].get(here + more).status_code for more in ("", "/results", "/results/washed")} == {404}, name
        assert as_[name].delete(here).status_code == 404
    assert (as_["admin"].get(here).status_code, as_["admin"].get(f"{here}/results").status_code) == (200, 404)
    assert as_["mine"].get(f"{here}/results").status_code == 200
    assert as_["admin"].delete(here).status_code == 200 and as_["mine"].get(f"{here}/results").status_code == 410


@pytest.mark.parametrize("caller, buildings", [("mine", [A, D]), ("of d", [D]), ("nowhere", []), ("", [A, D])])
def test_a_job_sees_what_its_caller_sees(as_, caller, buildings):
    found = {row["building_code"] for row in rows(execute(as_[caller], "export", BUILDINGS).text)}
    assert found == {making.BUILDING[unit] for unit in buildings}
    washed = rows(execute(as_[caller], "wash", {"texts": [WRITTEN[A], WRITTEN[D]]}).text)
    assert [bool(row["wash_building_code"]) for row in washed] == [A in buildings, D in buildings]


def test_who_waits_for_too_long_is_told_to_come_again(client, held, monkeypatch):
    monkeypatch.setattr(execution, "WAITED_S", 0.1)
    answer = execute(client, "wash", {"texts": ["甲"]})
    assert answer.status_code == 413 and "respond-async" in answer.json()["detail"]
    assert client.get("/jobs", params={"status": "accepted,running"}).json()["jobs"] == []


def test_what_was_waited_for_is_kept_nowhere(client, served):
    before = {path.name for path in (served.home / "jobs").iterdir()}
    execute(client, "wash", {"texts": [WRITTEN[A]]})
    until(lambda: {path.name for path in (served.home / "jobs").iterdir()} <= before)


def test_a_caller_has_so_many_jobs_at_most(as_, held):
    made = [begun(as_["of d"], "wash", {"texts": ["甲"]}) for _ in range(rules.MOST_OPEN)]
    answer = execute(as_["of d"], "wash", {"texts": ["甲"]}, ASYNC)
    assert (answer.status_code, answer.json()["code"], "retry-after" in answer.headers) == (429, "too-many", True)
    for job in made:
        as_["of d"].delete(f"/jobs/{job['jobID']}")


def test_a_result_that_is_too_large_for_a_document_is_told_so(client, monkeypatch):
    monkeypatch.setattr(jobs, "_LARGEST_VALUE", 10)
    assert execute(client, "export", BUILDINGS, response="document").status_code == 413
