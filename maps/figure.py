"""The frame around a Folium map: every file ours, nothing from a foreign host, no inline script without its hash.

A Folium map names its scripts and styles by foreign addresses. This figure swaps each for the file we serve, drops
what the page does not use, and refuses what it does not know, so that nothing slips in.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from branca.element import CssLink, Element, Figure, JavascriptLink
from jinja2 import Template

from gridgeo.errors import InvalidInput

from . import bundle

#: What Folium calls a file of its own, and the file of ours that takes its place.
SWAPPED = {"leaflet": "leaflet.js", "leaflet_css": "leaflet.css"}

#: What Folium brings along and the page does without: popups and icons of its markers.
DROPPED = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "glyphicons_css",
        "awesome_markers",
        "awesome_markers_font_css",
        "awesome_markers_css",
        "awesome_rotate_css",
    }
)

_FOREIGN = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?\s*(?:[a-z][a-z0-9+.-]*:)?//[^"'\s>]*|url\(\s*["']?(?:https?:)?//[^)]*""", re.IGNORECASE
)
_INLINE = re.compile(r"<(script|style)(?![^>]*\bsrc=)([^>]*)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)


class PlannerFigure(Figure):
    """A figure whose every file is served by us, or lies in the page itself.

    Parameters
    ----------
    content
        What the page's template needs: see `assets/page.html`.
    inline
        Whether scripts and styles lie in the page (one file that opens from disk) instead of being linked.
    """

    def __init__(self, content: dict, inline: bool = False) -> None:
        super().__init__(title=content["title"])
        self._template = _template()
        self.content, self.inline = content, inline

    def render(self, **kwargs) -> str:
        """Return the page; raises InvalidInput when something in it would come from a foreign host."""
        for child in list(self._children.values()):
            child.render(**kwargs)
        for name, link in list(self.header._children.items()):
            if isinstance(link, JavascriptLink | CssLink):
                self._take(name, link)
        html = self._template.render(this=self, kwargs=kwargs, include=self.include, **self.content)
        foreign = _FOREIGN.search(html if not self.inline else _INLINE.sub("", html))
        if foreign:
            raise InvalidInput("asset", foreign.group(), "comes from a foreign host; the page may use only files of its own")
        return html

    def include(self, name: str) -> str:
        """Return the element that brings in one of our files: a link with its hash, or the file itself."""
        asset = bundle.files()[name]
        script = name.endswith(".js")
        if self.inline:
            tag = "script" if script else "style"
            body = asset.text.replace("</script", "<\\/script") if script else re.sub(r"url\([^)]*\)", "none", asset.text)
            return f"<{tag}>{body}</{tag}>"
        address = f"assets/{name}?v={asset.digest}"
        return f'<script src="{address}"></script>' if script else f'<link rel="stylesheet" href="{address}">'

    def _take(self, name: str, link: JavascriptLink | CssLink) -> None:
        if name in DROPPED:
            del self.header._children[name]
        elif name in SWAPPED:
            self.header._children[name] = _Literal(self.include(SWAPPED[name]))
        else:
            raise InvalidInput("asset", link.url, f"{name} comes from a foreign host and no file of ours takes its place")


class _Literal(Element):
    """Text that goes into the page as it is, not through a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs) -> str:
        return self.text


def policy(html: str, inline: bool = False, images: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy under which a page runs, and nothing else does.

    What lies in the page is allowed by its hash; elsewhere only our own host, and the origins of `images`: tiles of base maps that
    are configured. Source: W3C Content Security Policy Level 3.
    """
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for tag, attributes, body in _INLINE.findall(html.replace("\r\n", "\n")):  # as a browser reads it
        if 'type="application/json"' not in attributes:
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            hashes[tag.lower()].append(f"'sha256-{digest}'")
    own = [] if inline else ["'self'"]
    rules = {
        "default-src": ["'none'"],
        "script-src": own + hashes["script"],
        "style-src": own + hashes["style"],
        "img-src": [*own, "data:", *images],
        "connect-src": own or ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        **({} if inline else {"frame-ancestors": ["'self'"]}),
    }
    return "; ".join(" ".join([rule, *(sources or ["'none'"])]) for rule, sources in rules.items())


@cache
def _template() -> Template:
    return Template((Path(__file__).parent / "assets" / "page.html").read_text("utf-8"), autoescape=True)
