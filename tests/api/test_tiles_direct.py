"""The direct way to tiles: whoever is answered by it gets what the long way would have said, and nobody passes the gate by it."""

from __future__ import annotations

import logging
import time

import pytest
from starlette.routing import Match

from api import direct
from gridgeo.access.model import Scope
from gridgeo.tiles.model import Tile, column, row
from tests.api import callers
from tests.api.world import IN_A

AT = Tile(14, column(IN_A[0], 14), row(IN_A[1], 14))
GRIDS, OBJECTS, BUILDINGS, EVENTS = (
    f"/collections/{name}/tiles/WebMercatorQuad/{AT.z}/{AT.y}/{AT.x}" for name in ("grids", "objects", "buildings", "events")
)

#: Of answers that differ from one to the next.
_PASSING = {"x-request-id", "date", "ratelimit", "ratelimit-policy"}


@pytest.fixture
def long_way(monkeypatch):
    """A switch: from then on nothing is answered directly."""
    return lambda: monkeypatch.setattr(direct.Direct, "matches", lambda self, scope: (Match.NONE, {}))


def told(client, caplog, method: str, path: str, headers: dict[str, str]) -> tuple:
    """An answer: status, headers, body, and what is logged of it."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "gridgeo.request"):
        answer = client.request(method, path, headers=headers)
        for _ in range(500):  # the line follows the answer
            if caplog.records:
                break
            time.sleep(0.01)
    body = answer.text.replace(answer.headers["x-request-id"], "its number")
    logged = [(each.args["method"], each.args["route"], each.args["status"], each.args["bytes"]) for each in caplog.records if each.args]
    return answer.status_code, {name: text for name, text in answer.headers.items() if name not in _PASSING}, body, logged


@pytest.mark.parametrize("path", [GRIDS, OBJECTS, BUILDINGS, EVENTS])
def test_both_ways_say_the_same(client, caplog, long_way, path):
    tag = client.get(path).headers["etag"]
    unknown = "Bearer gg_00000000_" + "a" * 43
    asked = [
        *((method, path, {}) for method in ("GET", "HEAD", "POST", "DELETE")),
        *(("GET", path, {"If-None-Match": each}) for each in (tag, f"W/{tag}", '"other"', "*")),
        *(("GET", path, {"Accept-Encoding": each}) for each in ("identity", "gzip;q=0", "br, gzip")),
        *(("GET", path, {"Authorization": each}) for each in (unknown, "Bearer x", "Basic abc")),
        ("GET", path, {"Origin": "https://map.example"}),
        *(("GET", path + more, {}) for more in ("/", "?", "?x=1", "?api_key=1", "?datetime=no")),
        *(("GET", path.rsplit("/", 1)[0] + f"/{x}", {}) for x in ("-1", "01", "99999", "99999999999", "x", "%31", "1.5")),
    ]
    directly = [told(client, caplog, *each) for each in asked]
    long_way()
    for question, answer in zip(asked, directly, strict=True):
        assert told(client, caplog, *question) == answer, question
    assert {status for status, *_ in directly} >= {200, 304, 400, 401, 404, 405}


def test_a_caller_without_the_scope_is_refused_both_ways(client, world, caplog, long_way):
    headers = callers.bearer(callers.key(world.url, str(Scope.WRITE)))
    directly = told(client, caplog, "GET", OBJECTS, headers)
    long_way()
    assert told(client, caplog, "GET", OBJECTS, headers) == directly and directly[0] == 403


def test_what_was_not_let_in_is_held_back(client, monkeypatch):
    """The control: tiles do come this way, and the door sees whether the gate was asked."""

    async def nobody_asked(request) -> None:
        return None

    monkeypatch.setattr(direct.access, "admit", nobody_asked)
    answer = client.get(GRIDS)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
