"""The OpenAPI document, in version 3.0: what OGC's suite and many tools read. FastAPI writes 3.1.

Source: OpenAPI Specification 3.0.3; its differences to 3.1 are those of JSON Schema.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from gridgeo.access.model import Principal

from . import policies, schemas, schemas_changes, schemas_lineage

VERSION = "3.0.3"
#: Schemas named by reference only.
_NAMED = (
    *(schemas_changes.Change, schemas_changes.ExtractLine, schemas_lineage.Codes),
    *(schemas.Points, schemas.Feature, schemas.FeatureCollection, schemas.Problem),
)
#: The two ways to say who one is. Which scope an operation needs its description says: in 3.0 only OAuth names scopes.
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key (gg_…), or a token (JWT) of this installation's issuer."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key (gg_…)."},
}
MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.0"

#: Documents by who nobody is and where they lie. All applications of a process have the same routes, and to write of them takes a second.
_WRITTEN: dict[tuple[Principal, str], dict[str, Any]] = {}


def document(app: FastAPI, anonymous: Principal, root: str = "") -> dict[str, Any]:
    """Return the application's OpenAPI document; `anonymous` is a caller that says nothing of itself, `root` the path it lies under."""
    if (anonymous, root) not in _WRITTEN:
        _WRITTEN[anonymous, root] = _write(app, anonymous, root)
    return _WRITTEN[anonymous, root]


def _write(app: FastAPI, anonymous: Principal, root: str) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
        servers=[{"url": root}] if root else None,
    )
    made["openapi"] = VERSION
    for path, method, operation in ((path, method, each) for path, item in made["paths"].items() for method, each in item.items()):
        nobody = Principal() if (method.upper(), path) in policies.NAMED else anonymous
        _guard(operation, policies.of(method.upper(), path), nobody)
        # A parameter in a function's signature is known to FastAPI by its name only: what we say of it comes after.
        by_name = {(each["in"], each["name"]): each for each in operation.get("parameters", ())}
        operation["parameters"] = list(by_name.values())
    _, bodies = models_json_schema([(model, "validation") for model in _NAMED], ref_template="#/components/schemas/{model}")
    made["components"]["schemas"].update(bodies["$defs"])
    made["components"]["securitySchemes"] = _SCHEMES
    return _older(made)


def _guard(operation: dict[str, Any], policy: str | None, anonymous: Principal) -> None:
    """Say of an operation who may ask it; {} is a caller that says nothing of itself."""
    if policy == policies.PUBLIC:
        operation["security"] = []
        return
    operation["security"] = [*([{}] if policy and anonymous.may(policy) else []), {"bearer": []}, {"key": []}]
    operation["description"] = f"{operation.get('description', '')}\n\nNeeds the scope {(policy or '').replace(' ', ' or ')}.".strip()


def _older(node: Any) -> Any:
    """Return a part of a 3.1 document as 3.0 says it."""
    if isinstance(node, list):
        return [_older(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: _older(value) for name, value in node.items()}
    for of in ("anyOf", "oneOf"):
        if isinstance(made.get(of), list) and {"type": "null"} in made[of]:
            _nullable(made, of)
    if isinstance(made.get("type"), list):
        kinds = [kind for kind in made["type"] if kind != "null"]
        made.update({"type": kinds[0], "nullable": "null" in node["type"]})
    if "const" in made:
        made["enum"] = [made.pop("const")]
    for bound, old in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(made.get(bound), int | float) and not isinstance(made[bound], bool):
            made[old], made[bound] = made[bound], True
    if "prefixItems" in made:
        kinds = made.pop("prefixItems")
        made["items"] = kinds[0] if all(kind == kinds[0] for kind in kinds) else {}
    return made


def _nullable(schema: dict[str, Any], of: str) -> None:
    """Say `null` among the kinds of a schema as 3.0 does."""
    kinds = [kind for kind in schema.pop(of) if kind != {"type": "null"}]
    schema["nullable"] = True
    if len(kinds) == 1 and "$ref" not in kinds[0]:
        schema.update({**kinds[0], **schema})
    elif len(kinds) == 1:
        schema["allOf"] = kinds  # beside a $ref 3.0 ignores everything
    else:
        schema[of] = kinds
