"""SQL stays parametrised: what would be code somewhere is put into every parameter of every route, and is never more than a text.

Routes, parameters and bodies are those of the OpenAPI document: a new one is tried by itself. Each is given some of the texts, another
some to each next; with `--long` all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from itertools import chain
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.questions import TAKEN
from gridgeo.db import connection
from tests.api.asking import GIVEN, is_refusal, operation, query, routes
from tests.api.whole import served

#: In each text; no answer repeats it where it refuses.
MARK = "zqxj"
TEXTS = {
    "quote": f"{MARK}'",
    "or": f"' OR '1'='1' --{MARK}",
    "stacked": f"1; DROP TABLE gridgeo.building CASCADE; --{MARK}",
    "closed and stacked": f"x'); DELETE FROM gridgeo.object; --{MARK}",
    "sleep": f"' || pg_sleep(30) || '{MARK}",
    "sleep of a number": f"(SELECT pg_sleep(30))::text--{MARK}",
    "union": f"' UNION SELECT digest FROM gridgeo.api_key /*{MARK}",
    "case": f"CASE WHEN (SELECT current_user) = 'postgres' THEN 1 ELSE 2 END /*{MARK}*/",
    "dollar quotes": f"$${MARK}$$; SELECT 1",
    "backslash": f"\\'; SELECT version(); --{MARK}",
    "setting": f"'; SET gridgeo.area = 'all'; --{MARK}",
    "identifier": f'"{MARK}"; --',
    "comment": f"/*{MARK}",
    "psycopg2": f"%s%(area)s%%{MARK}%",
    "format": f"{{}}{{0.__class__}}{{area}}{MARK}",
    "template": f"{{{{7*7}}}}${{7*7}}{MARK}",
    "NUL": f"{MARK}\0",
    "line break": f"{MARK}\r\nSet-Cookie: a=b",
    "other quotes": f"ʼ OR 1=1 --＇’{MARK}",
    "script": f'"><script>alert("{MARK}")</script>',
    "path": f"../../../etc/passwd{MARK}",
    "long": "x" * 2000 + MARK,
    "pattern": f"%_%{MARK}\\",
    "nothing": "",
}
#: So many of the texts each parameter is given, where it is not all of them.
SOME = 2
#: A collection of each kind there is.
RELATIONS = ("grids", "buildings", "houses", "addresses", "objects")
#: Headers that are read by somebody on the way.
HEADERS = (
    *("Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "If-None-Match", "If-Match", "Idempotency-Key", "Origin"),
    *(
        "Authorization",
        "X-API-Key",
        "X-Request-Id",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Prefix",
        "Range",
        "Cookie",
        "Prefer",
    ),
)
#: Routes whose answer is made of what was asked: a text as it was understood.
REPEATS = {("GET", "/addresses/wash"), ("POST", "/addresses/wash"), ("GET", "/addresses/normalize"), ("POST", "/codes/validate")}
#: Tables that hold what was asked of the locked room; nothing else may change by asking.
_WRITTEN = {("linkage", "audit")}

Asked = tuple[str, str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def city(server, template, tmp_path_factory):
    with served(server, template, tmp_path_factory.mktemp("injection")) as city:
        yield city


def digests(url: str) -> dict[tuple[str, str], str]:
    """What each table holds, as a digest."""
    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('gridgeo', 'linkage', 'public')")
        tables = [table for table in cur.fetchall() if table not in _WRITTEN]
        found = {}
        for schema, table in tables:
            cur.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{schema}"."{table}" AS t')
            found[schema, table] = cur.fetchone()[0]
        return found


def told(method: str, template: str) -> tuple[dict[str, str], dict[str, Any], Any]:
    """How a route is asked when nothing is wrong: path, query and body."""
    described, given = operation(method, template), GIVEN.get((method, template), {})
    parameters = described.get("parameters", ())
    path = {each["name"]: each.get("example", "1") for each in parameters if each["in"] == "path"}
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    path = {name: str(value) for name, value in (path | given.get("path", {})).items()}
    return path, given.get("params", query(method, template)), given.get("json", body)


def places(node: Any, steps: tuple = ()) -> Iterator[tuple]:
    """The way to every value of a body."""
    inner = node.items() if isinstance(node, dict) else enumerate(node[:2]) if isinstance(node, list) else ()
    yield from chain.from_iterable(places(each, (*steps, step)) for step, each in inner)
    if steps:
        yield steps


def put(body: Any, steps: tuple, text: str) -> Any:
    """A body with a text at a place."""
    made = deepcopy(body)
    node = made
    for step in steps[:-1]:
        node = node[step]
    node[steps[-1]] = text
    return made


def asked() -> Iterator[Asked]:
    """Each parameter of each route: method, address, what is looked at, and how httpx is told to ask with a text `T` there."""
    for method, template in routes():
        path, params, body = told(method, template)
        plain = {"path": path, "params": params, **({"json": body} if body is not None else {})}
        for name in path:
            yield method, template, name, {**plain, "place": name}
        names = {each["name"] for each in operation(method, template).get("parameters", ()) if each["in"] == "query"}
        if template.endswith("/items"):
            yield from (
                (method, template, parameter.name, {**plain, "path": {"collectionId": collection}, "query": parameter.name})
                for collection in RELATIONS
                for parameter in TAKEN[collection].parameters
                if parameter.place == "query"
            )
            continue
        for name in sorted(names | {"unheard-of"}):
            yield method, template, name, {**plain, "query": name}
        for steps in places(body):
            yield method, template, "/".join(map(str, steps)), {**plain, "steps": steps}


def ask(client: httpx.Client, method: str, template: str, how: dict[str, Any], text: str) -> httpx.Response:
    """Ask with a text at the place meant."""
    path, params, more = dict(how["path"]), dict(how["params"]), {}
    if "place" in how:
        path[how["place"]] = text
    if "query" in how:
        params[how["query"]] = text
    if "json" in how:
        more["json"] = put(how["json"], how["steps"], text) if "steps" in how else how["json"]
    return client.request(method, template.format(**{name: quote(each, safe="") for name, each in path.items()}), params=params, **more)


def sound(answer: httpx.Response, route: tuple[str, str]) -> bool:
    """Answered or refused; what was given stands in no refusal, and on no page as it was given."""
    if answer.status_code >= 500:
        return False
    if answer.status_code >= 400:
        return MARK not in answer.text and is_refusal(answer)
    page = answer.headers.get("content-type", "").startswith("text/html")
    return not (page and "<script>alert" in answer.text) and (route in REPEATS or "set-cookie" not in answer.headers)


def test_what_is_given_is_never_run_nor_repeated(city, request):
    """A statement that slept would be ended by the server, and answered 503."""
    texts, before, wrong, number = list(TEXTS.values()), digests(city.url), [], 0
    some = len(texts) if request.config.getoption("--long") else SOME
    for method, template, name, how in asked():
        for i in range(some):
            text = texts[(number + i) % len(texts)]
            answer = ask(city.client, method, template, how, text)
            if not sound(answer, (method, template)):
                wrong.append((method, template, name, text[:60], answer.status_code, answer.text[:200]))
        number += some
    assert wrong == [], len(wrong)
    assert digests(city.url) == before


@pytest.mark.parametrize("name", HEADERS)
def test_headers_are_texts(city, name):
    for text in TEXTS.values():
        value = text.translate({0: None, 10: None, 13: None}).encode()
        answer = city.client.get("/collections/buildings/items", headers={name: value})
        assert answer.status_code < 500 and MARK not in answer.text, (name, text, answer.text)
        assert not any(MARK in given for key, given in answer.headers.items() if key != "access-control-allow-origin"), (name, text)


def test_a_statement_made_of_what_is_given_would_be_seen(city):
    """The digests tell a change, and the server a statement that sleeps."""
    before = digests(city.url)
    with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.object SET name = name || 'x' WHERE object_id = 1")
    assert digests(city.url) != before
