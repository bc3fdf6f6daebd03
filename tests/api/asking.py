"""How each route is asked by the tests that walk over all of them: what stands in the path, the query and the body.

That is the examples of the OpenAPI document, so that a new route is asked without a line here; what an example cannot
say stands in :data:`GIVEN`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx
import orjson

from api.app import create_app
from gridgeo.settings import Settings
from gridgeo.tiles.model import column, row
from tests.access import making
from tests.api import things
from tests.api.world import A
from tests.events.making_media import png

_LON, _LAT = making.POINT[A]
WRITTEN = f"宝安区新安街道{''.join(making.ADDRESS[A])}号"
AROUND_A = {
    "type": "Polygon",
    "coordinates": [[[_LON + x / 1e3, _LAT + y / 1e3] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]],
}

#: Each is asked of what is there, and none changes it: where it lies, when it is to end, or what follows it cannot be.
_EARLY = "2019-01-01"
_NOTHING_DONE: dict[str, dict[str, Any]] = {
    "/buildings": {"lon": 0, "lat": 0, "use": "residential", "road": "前进一路"},
    "/buildings/{code}/houses": {"use": "residential", "status": "retired"},
    "/buildings/{code}/renumber": {"road": "前进一路", "on": _EARLY},
    "/buildings/{code}/relocate": {"lon": 0, "lat": 0},
    "/buildings/{code}/merge": {"follower": making.BUILDING[A]},
    "/buildings/{code}/split": {"into": [making.BUILDING[A]]},
    "/buildings/{code}/retire": {"on": _EARLY},
    "/houses/{code}/relabel": {"room": "5A", "on": _EARLY},
    "/houses/{code}/move": {"building": making.BUILDING[A], "on": _EARLY},
    "/houses/{code}/merge": {"follower": making.HOUSE[A]},
    "/houses/{code}/split": {"into": [making.HOUSE[A]]},
    "/houses/{code}/retire": {"on": _EARLY},
}

#: The tile of zoom 18 around A.
AT_A = {"z": 18, "x": column(_LON, 18), "y": row(_LAT, 18)}

#: (method, path template) -> what is given otherwise than by the examples: `path`, `params`, `json`.
GIVEN: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/maps/data/{version}/grids.topojson"): {"path": {"version": "1-000000000000"}},
    ("GET", "/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}"): {"path": AT_A},
    ("GET", "/collections/objects/tiles/WebMercatorQuad/{z}/{y}/{x}"): {"path": AT_A},
    ("GET", "/collections/events/tiles/WebMercatorQuad/{z}/{y}/{x}"): {"path": AT_A},
    ("GET", "/collections/{collectionId}/items"): {"path": {"collectionId": "buildings"}},
    ("GET", "/collections/{collectionId}/download"): {"path": {"collectionId": "buildings"}, "params": {"f": "geojson"}},
    ("GET", "/collections/{collectionId}/items/{id}"): {"path": {"collectionId": "buildings", "id": making.BUILDING[A]}},
    ("GET", "/downloads/{name}"): {"path": {"name": "microgrids.gpkg"}},
    **{
        (method, f"/jobs/{{jobID}}{rest}"): {"path": {"jobID": "0" * 32}}
        for method, rest in (("GET", ""), ("DELETE", ""), ("GET", "/results"), ("GET", "/results/{output}"))
    },
    ("GET", "/grids/translate"): {"params": {"code": A, "from": "2025-06-01"}},
    ("POST", "/grids/translate"): {"params": {"from": "2025-06-01"}, "json": {"codes": [A]}},
    ("GET", "/collections/{collectionId}/items/{id}/versions"): {"path": {"collectionId": "buildings", "id": making.BUILDING[A]}},
    ("OPTIONS", "/collections/{collectionId}/items"): {"path": {"collectionId": "objects"}},
    ("OPTIONS", "/collections/{collectionId}/items/{id}"): {"path": {"collectionId": "objects", "id": "1"}},
    ("POST", "/collections/objects/items"): {"json": {"type": "Feature", "geometry": None, "properties": {}}},
    ("GET", "/buildings/{code}"): {"path": {"code": making.BUILDING[A]}},
    ("GET", "/buildings/{code}/houses"): {"path": {"code": making.BUILDING[A]}},
    ("GET", "/houses/{code}"): {"path": {"code": making.HOUSE[A]}},
    ("GET", "/houses/{code}/links"): {"path": {"code": making.HOUSE[A]}},
    ("GET", "/addresses/{code}/history"): {"path": {"code": making.HOUSE[A]}},
    ("GET", "/addresses"): {"params": {"q": WRITTEN}},
    ("GET", "/addresses/autocomplete"): {"params": {"q": making.NAME[A]}},
    ("GET", "/addresses/reverse"): {"params": dict(zip(("lon", "lat"), making.POINT[A], strict=True))},
    ("GET", "/addresses/wash"): {"params": {"q": WRITTEN}},
    ("POST", "/addresses/wash"): {"json": {"texts": [making.NAME[A], f"{WRITTEN}101"]}},
    ("POST", "/addresses/search"): {"json": {"polygon": AROUND_A}},
    ("GET", "/objects/{ref}"): {"path": {"ref": things.CODE[A]}},
    ("GET", "/objects/{ref}/history"): {"path": {"ref": things.CODE[A]}},
    ("POST", "/objects/within"): {"json": {"polygon": AROUND_A}},
    ("POST", "/objects/download"): {"json": {"polygon": AROUND_A}},
    ("POST", "/events/{ref}/media"): {"content": png()},
    ("POST", "/events/{ref}/pictures"): {"files": {"picture": ("lamp.png", png())}},
    ("POST", "/open311/v2/requests.{form}"): {"data": {"service_code": "1", "lat": "22.895", "long": "113.005"}},
    **{
        ("POST", path): {"path": {"code": (making.HOUSE if path.startswith("/houses") else making.BUILDING)[A]}, "json": body}
        for path, body in _NOTHING_DONE.items()
    },
}


#: Where another standard than ours says how a refusal looks, and that it is 403 to be nobody.
OPEN311 = "/open311/v2/"


def is_refusal(answer: httpx.Response) -> bool:
    """Whether an answer has the form of refusals of its address."""
    kind = answer.headers.get("content-type", "")
    if OPEN311 in answer.request.url.path and kind.partition(";")[0] in ("text/xml", "application/json"):
        return b"<errors>" in answer.content or answer.content.startswith(b'[{"code":')
    return kind == "application/problem+json"


@cache
def _described() -> tuple[list[tuple[str, str]], dict[str, Any]]:
    app = create_app(Settings())
    return [(method, route.path_format) for route in app.state.routes for method in sorted(route.methods)], orjson.loads(app.state.document)


def routes() -> list[tuple[str, str]]:
    """Every route: method and path template."""
    return _described()[0]


def operation(method: str, template: str) -> dict[str, Any]:
    """What the OpenAPI document says of a route; nothing of one it leaves out."""
    return _described()[1]["paths"].get(template, {}).get(method.lower(), {})


def query(method: str, template: str) -> dict[str, Any]:
    """The examples of a route's query."""
    parameters = operation(method, template).get("parameters", ())
    return {each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each}


def ask(client: httpx.Client, method: str, template: str, headers: dict[str, str] | None = None, **other: Any) -> httpx.Response:
    """Ask a route with its examples; `other` goes to httpx instead of what they say."""
    described, given = operation(method, template), GIVEN.get((method, template), {})
    asked: dict[str, Any] = {"params": query(method, template)}
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    if body is not None:
        asked["json"] = body
    asked |= {name: value for name, value in given.items() if name != "path"} | other
    if "content" in other:
        asked.pop("json", None)
        asked.pop("data", None)
        asked.pop("files", None)
    return client.request(method, filled(method, template), headers=headers, **asked)


def filled(method: str, template: str) -> str:
    """Return the path of a route with its examples."""
    parameters, given = operation(method, template).get("parameters", ()), GIVEN.get((method, template), {})
    path = {each["name"]: each.get("example", "1") for each in parameters if each["in"] == "path"}
    return template.format(**path | given.get("path", {}))
