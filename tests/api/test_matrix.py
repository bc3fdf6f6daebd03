"""Who may ask what: every route by every kind of caller, each cell as the table of policies says. A new route is in it by itself."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import access, app, policies, problems
from api import server as api_server
from api.direct import Direct
from gridgeo.access.model import Scope
from gridgeo.settings import Settings
from tests.access import making
from tests.api import callers, things
from tests.api.asking import OPEN311, ask, operation, routes
from tests.api.callers import bearer
from tests.api.world import A, D

#: Callers with nothing wrong, and the scopes they have; `anonymous` has those of the setting.
SCOPES = {
    "anonymous": None,
    **{f"key of {scope}": {scope} for scope in Scope},
    "key of everything": set(Scope),
    "key of another area": set(Scope),
    "key of no area": set(Scope),
    "token of read": {"read"},
    "token of link": {"link"},
    "token of nothing we know": set(),
}
#: Callers that are refused wherever they need be anybody.
REFUSED = ("expired key", "revoked key", "wrong key", "foreign audience", "expired token", "future token", "unsigned token", "public key")
REFUSED += ("stranger's token",)


@pytest.fixture(scope="module")
def city(server, template, tmp_path_factory):
    """A database with buildings in A and in D, the keys of its locked room made."""
    name = server.create(template)
    url, key_file = server.url_of(name), str(tmp_path_factory.mktemp("keys") / "master.key")
    units = making.loaded(url)
    things.add(url, units)
    making.sealed(url, Settings(key_file=key_file, database_url=url))
    yield SimpleNamespace(url=url, units=units, key_file=key_file)
    server.drop(name)


@pytest.fixture(scope="module")
def headers(city):
    """What each caller sends."""
    everything = [str(scope) for scope in Scope]
    keys = {f"key of {scope}": callers.key(city.url, scope) for scope in Scope}
    keys |= {
        "key of everything": callers.key(city.url, *everything),
        "key of another area": callers.key(city.url, *everything, area=[city.units[D]]),
        "key of no area": callers.key(city.url, *everything, area=[]),
        "expired key": callers.key(city.url, *everything, expires_at=callers.hour(-1)),
        "revoked key": callers.key(city.url, *everything, revoked=True),
    }
    keys["wrong key"] = keys["key of everything"][:-1] + ("0" if keys["key of everything"][-1] != "0" else "1")
    tokens = {
        "token of read": callers.token(),
        "token of link": callers.token("ec", scope="link openid"),
        "token of nothing we know": callers.token("ed", scope="openid profile READ"),
        "foreign audience": callers.token(aud="another"),
        "expired token": callers.token(exp=callers.hour(-1)),
        "future token": callers.token(nbf=callers.hour(1)),
        "unsigned token": callers.unsigned(),
        "public key": callers.signed_with_the_public_key(),
        "stranger's token": callers.token(key=callers.STRANGER),
    }
    return {"anonymous": {}, **{name: bearer(text) for name, text in {**keys, **tokens}.items()}}


@pytest.fixture(scope="module", params=["read", "none"])
def served(request, city, tmp_path_factory):
    """The API, open to read and closed."""
    home = tmp_path_factory.mktemp("home")
    given = Settings(
        home=home,
        database_url=city.url,
        key_file=city.key_file,
        port=0,
        per_minute=0,
        anonymous=(request.param,),
        jwt_issuer=callers.ISSUER,
        jwt_audience=callers.AUDIENCE,
        jwt_keys=str(callers.written(home)),
    )
    access.WRONG_PER_MINUTE, before = 10_000, access.WRONG_PER_MINUTE
    with api_server.background(given) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield SimpleNamespace(client=client, anonymous={request.param} & set(Scope))
    access.WRONG_PER_MINUTE = before


def unknown(path: str) -> str:
    """What is answered to who is nobody: Open311 has one status for all that is wrong with a key."""
    return "403" if path.startswith(OPEN311) else "401"


def expected(path: str, policy: str, scopes: set[str] | None, anonymous: set[str], named: bool = False) -> str:
    """One cell, by nothing but the policy and what the caller has; `named` is for callers who say who they are."""
    if policy == policies.PUBLIC:
        return "let in"
    if scopes is None:
        return "let in" if anonymous & set(policy.split()) and not named else unknown(path)
    return "let in" if scopes & set(policy.split()) else "403"


def seen(answer: httpx.Response) -> str:
    if answer.status_code in (401, 403):
        return str(answer.status_code)
    return "let in" if answer.status_code < 500 and answer.status_code != 429 else answer.text


@pytest.mark.parametrize("caller", SCOPES)
def test_every_route_lets_in_whom_its_policy_names_and_nobody_else(served, headers, caller):
    cells = {(method, path): seen(ask(served.client, method, path, headers[caller])) for method, path in routes()}
    assert cells == {
        route: expected(route[1], policies.of(*route), SCOPES[caller], served.anonymous, route in policies.NAMED) for route in routes()
    }


@pytest.mark.parametrize("caller", REFUSED)
def test_who_says_something_wrong_is_refused_where_anybody_need_be_somebody(served, headers, caller):
    """Even where a caller that says nothing is let in."""
    cells = {route: seen(ask(served.client, *route, headers[caller])) for route in routes()}
    assert cells == {route: "let in" if policies.of(*route) == policies.PUBLIC else unknown(route[1]) for route in routes()}


def test_refusals_say_how_to_be_let_in(served, headers):
    for method, path in routes():
        policy = policies.of(method, path)
        if policy == policies.PUBLIC:
            continue
        wrong = ask(served.client, method, path, headers["wrong key"])
        assert wrong.headers["www-authenticate"] == 'Bearer realm="gridgeo", error="invalid_token"'
        lower = ask(served.client, method, path, headers["token of nothing we know"])
        told = lower.json()[0]["description"] if path.startswith(OPEN311) else lower.json()["detail"]
        assert lower.status_code == 403 and (path.startswith(OPEN311) or lower.json()["code"] == "forbidden")
        assert f"the scope {policy.replace(' ', ' or ')}," in told
        assert lower.headers["www-authenticate"] == f'Bearer realm="gridgeo", error="insufficient_scope", scope="{policy}"'


def told_of_a(served, headers) -> set[tuple[str, str]]:
    """Routes that name the building, the house or the object of A in an answer to a caller."""
    codes = (making.BUILDING[A], making.HOUSE[A], things.CODE[A])
    asked = [route for route in routes() if policies.of(*route) != policies.PUBLIC]
    return {route for route in asked if any(code in ask(served.client, *route, headers).text for code in codes)}


def test_what_lies_beyond_ones_area_is_as_if_it_were_not(served, headers):
    """Each route is asked about A. Of the units a caller is told all the same: grids are the same for everybody."""
    assert told_of_a(served, headers["key of another area"]) == told_of_a(served, headers["key of no area"]) == set()
    assert told_of_a(served, headers["key of everything"]) >= {
        ("GET", "/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}"),
        ("GET", "/buildings/{code}"),
        ("GET", "/buildings/{code}/houses"),
        ("GET", "/houses/{code}"),
        ("GET", "/houses/{code}/links"),
        ("GET", "/addresses/{code}/history"),
        ("GET", "/addresses"),
        ("GET", "/addresses/autocomplete"),
        ("GET", "/addresses/reverse"),
        ("GET", "/addresses/wash"),
        ("POST", "/addresses/wash"),
        ("POST", "/addresses/search"),
        ("GET", "/objects"),
        ("GET", "/objects/{ref}"),
        ("GET", "/objects/{ref}/history"),
        ("POST", "/objects/within"),
        ("POST", "/objects/download"),
        ("GET", "/collections/objects/download"),
        ("GET", "/collections/{collectionId}/items"),
        ("GET", "/collections/{collectionId}/download"),
        ("GET", "/collections/{collectionId}/items/{id}"),
        ("POST", "/processes/{processID}/execution"),
    }


def test_forbidden_and_unknown_look_the_same(served, headers):
    """Of every route whose path names a building or a house."""
    asked = 0
    for method, path in routes():
        there = {"houses": making.HOUSE[A], "buildings": making.BUILDING[A], "addresses": making.HOUSE[A]}.get(path.split("/")[1])
        if method != "GET" or "{code}" not in path or there is None:
            continue
        mine = served.client.get(path.format(code=there), headers=headers["key of everything"])
        assert mine.status_code == 200, mine.text
        codes = (there, there[:-1] + "9")
        answers = [served.client.get(path.format(code=code), headers=headers["key of another area"]) for code in codes]
        told = [{name: value for name, value in answer.json().items() if name != "instance"} for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404], path
        assert told[0] == told[1]
        asked += 1
    assert asked


# --- the table ------------------------------------------------------------------------------------------------


def test_every_route_has_a_policy_and_every_policy_a_route():
    assert set(policies.POLICIES) == set(routes())
    assert set(policies.POLICIES.values()) <= {policies.PUBLIC, policies.DUTY, policies.SENDING, *Scope}
    assert set(policies.NAMED) <= set(policies.POLICIES)


def test_public_routes_are_those_we_think():
    public = {path for (_, path), policy in policies.POLICIES.items() if policy == policies.PUBLIC}
    kinds = {"/tileMatrixSets", "/tileMatrixSets/{tileMatrixSet}", "/maps", "/maps/", "/maps/assets/{name}", "/events/receipt"}
    assert public == {"/", "/api", "/api.html", "/conformance", "/healthz", "/readyz", "/open311/v2/discovery.{form}"} | kinds


def test_every_route_passes_the_gate():
    """Only routes of FastAPI ask what the application depends on, and the direct way to some of them: a mounted application would not."""
    made = app.create_app(Settings())
    assert all(isinstance(route, APIRoute) for route in made.state.routes)
    direct, *resources = made.routes
    assert type(direct) is Direct and all(route in made.state.routes for route in direct.routes)
    assert len(resources) == len(app._RESOURCES)


def planted(settings: Settings) -> FastAPI:
    made = app.create_app(settings)

    @made.get("/planted")
    async def _planted() -> dict:
        return {"secret": 1}

    async def bare(request):
        return problems.Response(b"secret")

    made.router.add_route("/bare", bare)
    return made


@pytest.mark.parametrize("path", ["/planted", "/bare"])
def test_a_route_without_a_policy_is_open_to_nobody(settings, path):
    import anyio

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(planted(settings), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get(path)

    answer = anyio.run(asked)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json") and "secret" not in answer.text


def test_the_document_says_what_the_table_says():
    for method, path in routes():
        described, policy = operation(method, path), policies.of(method, path)
        if not described:
            continue  # left out of the document
        anybody = [] if policy == policies.PUBLIC else [{"bearer": []}, {"key": []}]
        open_to_all = policy == Scope.READ and (method, path) not in policies.NAMED
        assert described["security"] == ([{}, *anybody] if open_to_all else anybody), path
        assert (f"Needs the scope {policy.replace(' ', ' or ')}." in described["description"]) == (policy != policies.PUBLIC), path
