"""How an answer is sent: in the form asked for, with an entity tag, or as `304 Not Modified`.

Source: RFC 9110, sections 8.8 (validators), 12.5 (content negotiation), 13.1 (conditional requests).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from . import codings

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
NDJSON = "application/x-ndjson"
TEXT = "text/plain; charset=utf-8"

#: The forms of an answer by the word of `f=`.
MEDIA_TYPES = {"json": JSON, "geojson": GEOJSON, "html": HTML, "csv": CSV, "ndjson": NDJSON, "text": TEXT}

#: Answers may be kept, and must be asked about before they are used again: an edition may be activated at any time.
_REVALIDATE = "no-cache"


def chosen(request: Request, forms: Iterable[str], given: str | None = None) -> str:
    """Return the form to answer in: the one given by `f=`, else the one the Accept header likes best, else the first."""
    forms = tuple(forms)
    if given is not None:
        return given
    accept = request.headers.get("accept", "")
    if not accept or accept == "*/*":
        return forms[0]
    liked = _liked(accept)
    best = max(forms, key=lambda form: (_quality(MEDIA_TYPES[form], liked), -forms.index(form)))
    return best if _quality(MEDIA_TYPES[best], liked) > 0 else forms[0]


def tag(*parts: object) -> str:
    """Return a strong entity tag made of what decides an answer."""
    return f'"{hashlib.blake2b(repr(parts).encode(), digest_size=9).hexdigest()}"'


def tag_of(body: bytes) -> str:
    """Return a strong entity tag of a body."""
    return f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'


def unchanged(request: Request, etag: str) -> Response | None:
    """Return the `304 Not Modified` for a caller that has the answer of this tag already, else None."""
    given = request.headers.get("if-none-match")
    if given is None:
        return None
    for known in (part.strip().removeprefix("W/") for part in given.split(",")):
        if known in (*codings.tags(etag), "*"):
            return Response(None, 304, _headers(etag if known == "*" else known))
    return None


def send(
    request: Request, body: bytes, media_type: str, etag: str | None = None, links: Iterable[Mapping[str, str]] = (), **headers: str
) -> Response:
    """Return a body with its tag, or that it has not changed.

    Parameters
    ----------
    etag
        Of what decides the answer; of the body when None.
    links
        For the Link header: href, rel, and where known type and title.
    """
    etag = etag or tag_of(body)
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    not_modified = unchanged(request, etag)
    if not_modified is not None:
        not_modified.headers.update(own)  # a browser takes them over into what it kept: a page's policy must be its own
        return not_modified
    given = _headers(etag)
    if links:
        given["Link"] = linked(links)
    return Response(body, 200, given | own, media_type)


def linked(links: Iterable[Mapping[str, str]]) -> str:
    """Return links as the header Link has them. Source: RFC 8288; RFC 7089, 2.2.4 (datetime)."""
    return ", ".join(_link(link) for link in links)


def _headers(etag: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": _REVALIDATE, "Vary": "Accept, Accept-Encoding"}


def _link(link: Mapping[str, str]) -> str:
    told = f'<{link["href"]}>; rel="{link["rel"]}"'
    if "type" in link:
        told += f'; type="{link["type"]}"'
    return f'{told}; datetime="{link["datetime"]}"' if "datetime" in link else told


def _liked(accept: str) -> dict[str, float]:
    liked = {}
    for part in accept[:1000].split(","):
        kind, *options = (piece.strip().lower() for piece in part.split(";"))
        weight = next((option[2:] for option in options if option.startswith("q=")), "1")
        try:
            liked[kind] = min(max(float(weight), 0.0), 1.0)
        except ValueError:
            liked[kind] = 0.0
    return liked


def _quality(media_type: str, liked: Mapping[str, float]) -> float:
    kind = media_type.partition(";")[0]
    family = f"{kind.partition('/')[0]}/*"
    return next((liked[range_] for range_ in (kind, family, "*/*") if range_ in liked), 0.0)
