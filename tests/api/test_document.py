"""The landing page, the OpenAPI document and the pages made of it."""

from __future__ import annotations

import html.parser
import re

import pytest

from api import openapi, schemas
from tests.api.asking import OPEN311

_METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(client):
    answer = client.get("/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    return answer.json()


def test_the_document_is_of_version_3_0(document):
    assert document["openapi"] == "3.0.3"
    assert set(document) <= {"openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"}
    assert document["info"]["title"] and document["info"]["version"]


def test_schemas_use_only_words_of_3_0(document):
    """Source: OpenAPI 3.0.3, Schema Object. The words of JSON Schema 2020 that 3.1 allows are not among them."""
    for place, schema in schemas_of(document):
        assert not set(schema) & {"const", "examples", "prefixItems", "$defs", "patternProperties", "if", "contains", "propertyNames"}, (
            place
        )
        assert isinstance(schema.get("type", ""), str), place
        assert schema.get("type", "object") in {"string", "number", "integer", "boolean", "array", "object"}, place
        assert ("items" in schema) == (schema.get("type") == "array"), place
        assert isinstance(schema.get("exclusiveMinimum", True), bool), place
        assert set(schema) == {"$ref"} if "$ref" in schema else True, place


def test_every_reference_leads_somewhere(document):
    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_every_operation_is_described(document):
    seen = set()
    for path, item in document["paths"].items():
        assert set(item) <= _METHODS
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["summary"] and operation["description"], where
            assert operation["operationId"] not in seen, where
            seen.add(operation["operationId"])
            assert "4XX" in operation["responses"] and set(operation["responses"]) & {"200", "201", "204"}, where
            assert "422" not in operation["responses"], where
            refusals = dict(operation["responses"]["4XX"]["content"])
            if "text/html" in operation["responses"].get("200", {}).get("content", {}):  # a page may refuse by a page
                refusals.pop("text/html", None)
            if not path.startswith(OPEN311):  # which has another form of them
                assert refusals == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_parameter_is_described_once_with_its_schema(document):
    for path, item in document["paths"].items():
        for operation in item.values():
            parameters = operation.get("parameters", [])
            names = [each["name"] for each in parameters]
            assert len(names) == len(set(names)), path
            assert {each["name"] for each in parameters if each["in"] == "path"} == set(re.findall(r"\{(\w+)\}", path)), path
            for each in parameters:
                assert each["description"].endswith("."), (path, each["name"])
                assert each["schema"]["type"], (path, each["name"])
                assert each["required"] is True or each["in"] in ("query", "header")


def test_constraints_are_declared(document):
    assert document["components"]["schemas"]["Points"]["properties"]["points"]["maxItems"] == 10_000
    at = {each["name"]: each for each in document["paths"]["/grids/at"]["get"]["parameters"]}
    assert at["lon"]["required"] and at["lon"]["schema"]["type"] == "number"
    assert at["scheme"]["schema"]["default"] == "governance"
    unit = {each["name"]: each for each in document["paths"]["/grids/{code}"]["get"]["parameters"]}
    assert unit["f"]["schema"]["enum"] == ["json", "geojson"]


def test_words_of_3_1_become_those_of_3_0():
    newer = {
        "anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}],
        "title": "A",
    }
    assert openapi._older(newer) == {"title": "A", "type": "string", "maxLength": 3, "nullable": True}
    assert openapi._older({"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}) == {"allOf": [{"$ref": "#/x"}], "nullable": True}
    assert openapi._older({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}) == {
        "anyOf": [{"type": "string"}, {"type": "integer"}],
        "nullable": True,
    }
    assert openapi._older({"const": 5}) == {"enum": [5]}
    assert openapi._older({"exclusiveMinimum": 0}) == {"minimum": 0, "exclusiveMinimum": True}
    assert openapi._older({"type": ["string", "null"]}) == {"type": "string", "nullable": True}


def test_the_landing_page_links_to_what_is_there(client):
    landing = schemas.Landing.model_validate(client.get("/").json())
    assert {"service-desc", "service-doc", "map"} <= {link.rel for link in landing.links}
    for link in landing.links:
        assert client.get(link.href).status_code == 200, link


@pytest.mark.parametrize("path", ["/api.html", "/?f=html"])
def test_pages_hold_nothing_foreign_and_every_link_leads_somewhere(client, path):
    answer = client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert not {"script", "iframe", "img", "link"} & page.tags
    for href in page.links:
        assert not re.match(r"(https?:)?//", href), href
        target, _, fragment = href.partition("#")
        if fragment and not target:
            assert fragment in page.ids, href
        else:
            assert client.get(target).status_code == 200, href


def test_a_browser_gets_the_page_and_a_program_the_links(client):
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = client.get("/", headers=browser)
    assert page.headers["content-type"].startswith("text/html")
    assert re.search(r'微网格 <span class="en">Micro-grid</span></td>\s*<td class="figure">6</td>', page.text)
    assert client.get("/", headers={"Accept": "*/*"}).headers["content-type"] == "application/json"


def test_a_problems_type_is_explained_on_the_page(client):
    page = Page(client.get("/api.html").text)
    for path in ("/grids/440399", "/grids/at", "/nothing"):
        assert client.get(path).json()["type"].removeprefix("/api.html#") in page.ids


class Page(html.parser.HTMLParser):
    """The tags, ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.ids, self.links = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.add(tag)
        self.ids.add(given.get("id"))
        if "href" in given:
            self.links.append(given["href"])


def schemas_of(node, place="", inside=False):
    """Every schema object of a document with its place."""
    if isinstance(node, list):
        for i, each in enumerate(node):
            yield from schemas_of(each, f"{place}/{i}", inside)
    elif isinstance(node, dict):
        if inside:
            yield place, node
        for name, each in node.items():
            if name in ("example", "default", "enum"):
                continue
            if name == "properties" or (place == "/components" and name == "schemas"):
                for field, schema in each.items():
                    yield from schemas_of(schema, f"{place}/{name}/{field}", True)
            elif name in ("schema", "items", "anyOf", "oneOf", "allOf", "additionalProperties"):
                yield from schemas_of(each, f"{place}/{name}", True)
            elif not inside:
                yield from schemas_of(each, f"{place}/{name}")


def references(node):
    """Every $ref of a document."""
    if isinstance(node, dict):
        yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)
