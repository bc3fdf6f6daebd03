"""Every file the page is made of, by name, with the hash that lets a browser keep it for ever.

Leaflet comes from the XStatic-Leaflet wheel, the rest from `maps/assets`. Our scripts are plain files, joined into one
in the order of SCRIPTS, and styles likewise: no build step, and one request.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xstatic.pkg import leaflet

ASSETS = Path(__file__).parent / "assets"
LEAFLET = Path(leaflet.BASE_DIR)

SCRIPTS = (
    "dom.js",
    "language.js",
    "store.js",
    "fresh.js",
    "geodesy.js",
    "area.js",
    "inside.js",
    "gcj02.js",
    "words.js",
    "code.js",
    "asked.js",
    "meanwhile.js",
    "telling.js",
    "address.js",
    "topology.js",
    "measures.js",
    "drawing.js",
    "labels.js",
    "layer.js",
    "view.js",
    "mvt.js",
    "categories.js",
    "tiles.js",
    "stamps.js",
    "symbols.js",
    "scene.js",
    "objectlayer.js",
    "pointing.js",
    "things.js",
    "objects.js",
    "breaks.js",
    "objectcounts.js",
    "objectmeasures.js",
    "objectsection.js",
    "tree.js",
    "layertree.js",
    "crowd.js",
    "sought.js",
    "eventwords.js",
    "eventsymbols.js",
    "events.js",
    "eventcounts.js",
    "eventmeasures.js",
    "eventpanel.js",
    "eventsection.js",
    "finder.js",
    "search.js",
    "legend.js",
    "block.js",
    "workers.js",
    "card.js",
    "unitcard.js",
    "places.js",
    "mark.js",
    "floors.js",
    "linked.js",
    "placecard.js",
    "thingcard.js",
    "objectcard.js",
    "eventcard.js",
    "lines.js",
    "washed.js",
    "washing.js",
    "key.js",
    "panel.js",
    "locate.js",
    "keyboard.js",
    "sheet.js",
    "captions.js",
    "printing.js",
    "tools.js",
    "sketch.js",
    "ruler.js",
    "selecting.js",
    "exporting.js",
    "areacard.js",
    "editions.js",
    "player.js",
    "timeline.js",
    "eventtime.js",
    "happenings.js",
    "changes.js",
    "swipe.js",
    "compare.js",
    "basemaps.js",
    "backdrop.js",
    "picture.js",
    "toolbox.js",
    "main.js",
)

STYLES = ("planner.css", "events.css")

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    name: str
    body: bytes
    media_type: str
    digest: str

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@cache
def files() -> dict[str, Asset]:
    """Return all assets by name."""
    bodies = {f"images/{path.name}": path.read_bytes() for path in sorted((LEAFLET / "images").iterdir())}
    bodies["leaflet.css"] = (LEAFLET / "leaflet.css").read_bytes()
    bodies["leaflet.js"] = _without_map((LEAFLET / "leaflet.js").read_bytes())
    bodies["planner.css"] = _joined(STYLES)
    bodies["planner.js"] = _joined(SCRIPTS)
    bodies["icon.svg"] = (ASSETS / "icon.svg").read_bytes()
    return {name: _asset(name, body) for name, body in bodies.items()}


def leaflet_version() -> str:
    """Return the version of the Leaflet that is served, as its own file states it."""
    return re.search(r"Leaflet (\d+\.\d+\.\d+)", files()["leaflet.js"].text).group(1)


def _joined(names: tuple[str, ...]) -> bytes:
    return b"\n".join((ASSETS / name).read_bytes() for name in names)


def _asset(name: str, body: bytes) -> Asset:
    return Asset(name, body, TYPES[Path(name).suffix], hashlib.sha256(body).hexdigest()[:16])


def _without_map(script: bytes) -> bytes:
    """Drop the pointer to a source map, which is not served."""
    return re.sub(rb"\n//# sourceMappingURL=\S+\s*$", b"\n", script)
