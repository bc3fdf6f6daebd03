"""Pages for people, nothing foreign in them: how they are written, and the documentation made from the OpenAPI document."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gridgeo.access.model import Scope

from . import conditional, policies


def asset(name: str) -> str:
    """Return a file of `pages/` as text."""
    return (resources.files(__package__) / "pages" / name).read_text(encoding="utf-8")


def policy(style: str, script: str = "", images: str = "") -> str:
    """Return what a page may do: look as it does, and with a script run that and ask this service; its pictures come from
    `images`. The hashes are those of its own.
    """
    runs = f"script-src {_hash(script)}; connect-src 'self'; " if script else ""
    shows = f"img-src {images}; " if images else ""
    return f"default-src 'none'; style-src {_hash(style)}; {shows}{runs}form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


STYLE = asset("style.css")

#: What a page may do that has no style but this and no script.
POLICY = policy(STYLE)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def render(name: str, style: str = STYLE, **facts: Any) -> bytes:
    """Return a page of `pages/`."""
    return _environment().get_template(name).render(style=Markup(style), **facts).encode()


def reference(document: dict[str, Any], problems: Iterable[tuple[int, str, str]]) -> bytes:
    """Return the documentation of an OpenAPI document, and of the problems there are: status, code, title."""
    groups = {tag["name"]: {**tag, "operations": []} for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            shown = {"method": method.upper(), "path": path, "try": _example(method.upper(), path, operation), **operation}
            groups[operation["tags"][0]]["operations"].append(shown)
    used = [group for group in groups.values() if group["operations"]]
    return render("reference.html", document=document, groups=used, problems=list(problems))


def _example(method: str, path: str, operation: dict[str, Any]) -> str | None:
    """An address to try an operation with, of its parameters' examples; None where a required one has none, or a key is needed."""
    parameters = operation.get("parameters", [])
    if policies.of(method, path) not in (policies.PUBLIC, Scope.READ) or (method, path) in policies.NAMED:
        return None
    if any(each["required"] and "example" not in each for each in parameters):
        return None
    query = {each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each}
    place = path.format(**{each["name"]: each["example"] for each in parameters if each["in"] == "path"})
    return f"{place}?{urlencode(query)}" if query else place


def response(request: Request, body: bytes) -> Response:
    """Return a page."""
    return conditional.send(request, body, conditional.HTML, Content_Security_Policy=POLICY)
