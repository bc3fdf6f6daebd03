"""Base maps an installation may lay under its grids: tiles of Tianditu, Amap, or any XYZ or WMTS server in Web Mercator.

None by default: the map asks no foreign host. One that is configured is allowed by its very hosts, and nothing else.
Tiles drawn in GCJ-02 are moved under the grids by the page, tile by tile; the data stay where they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from gridgeo.errors import ConfigError

_SETTING = "GRIDGEO_BASEMAPS"
_KINDS = ("xyz", "wmts", "tianditu", "amap")
_DATUMS = {"wgs84": "wgs84", "cgcs2000": "wgs84", "gcj02": "gcj02", "gcj-02": "gcj02"}
_FIELDS = frozenset({"name", "kind", "url", "key", "datum", "attribution", "subdomains", "max_zoom", "layer"})
_URL = re.compile(r"(?P<origin>https?://[A-Za-z0-9.-]*(?:\{s\})?[A-Za-z0-9.-]+(?::[0-9]{1,5})?)?/[^\s\"'<>\\]*")
#: What WMTS calls the parts of a tile's address, and what the map does.
_WMTS = {"{TileMatrix}": "{z}", "{TileRow}": "{y}", "{TileCol}": "{x}"}

_TIANDITU = (
    "https://t{s}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
#: Tianditu's layers, each with the layer of its names.
_TIANDITU_NAMES = {"vec": "cva", "img": "cia", "ter": "cta"}
_AMAP = "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"


@dataclass(frozen=True)
class Basemap:
    """Layers of tiles, the lower first.

    Parameters
    ----------
    urls
        Addresses of tiles with {z}, {x}, {y} and {s}, one a layer; rows counted from the north.
    datum
        What the tiles are drawn in: `wgs84` (CGCS2000 is the same to a pixel) or `gcj02`.
    subdomains
        What stands for {s}.
    most
        The deepest zoom there are tiles for; nearer than that they are enlarged.
    """

    name: str
    urls: tuple[str, ...]
    datum: str
    attribution: str
    subdomains: tuple[str, ...]
    most: int

    def origins(self) -> set[str]:
        """Return the origins its tiles come from; none where they come from our own host."""
        found = [_URL.fullmatch(url)["origin"] for url in self.urls]
        return {origin.replace("{s}", sub).lower() for origin in found if origin for sub in self.subdomains or ("",)}

    def told(self) -> dict:
        """Return what the page needs to know of it."""
        return {
            "name": self.name,
            "urls": self.urls,
            "datum": self.datum,
            "attribution": self.attribution,
            "subdomains": self.subdomains,
            "most": self.most,
        }


def parse(text: str) -> tuple[Basemap, ...]:
    """Return the base maps a setting lists; an empty text lists none.

    Raises
    ------
    ConfigError
        For what is no JSON list of such objects. Keys of map services are not repeated in it.
    """
    if not text.strip():
        return ()
    try:
        given = json.loads(text)
    except ValueError:
        raise ConfigError(f"{_SETTING} is no JSON") from None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ConfigError(f"{_SETTING} is no JSON list of objects")
    return tuple(_basemap(place, one) for place, one in enumerate(given, 1))


def origins(basemaps: Iterable[Basemap]) -> list[str]:
    """Return the origins of all tiles, in order."""
    return sorted({origin for each in basemaps for origin in each.origins()})


def _basemap(place: int, given: dict) -> Basemap:
    def wrong(what: str) -> ConfigError:
        return ConfigError(f"{_SETTING}, entry {place}: {what}")

    unknown = sorted(set(given) - _FIELDS)
    if unknown:
        raise wrong(f"{unknown[0]} is none of {', '.join(sorted(_FIELDS))}")
    kind, key, most = given.get("kind", "xyz"), given.get("key", ""), given.get("max_zoom", 18)
    texts = [given.get(name, "") for name in ("name", "url", "datum", "attribution", "subdomains", "layer")]
    if not all(isinstance(value, str) for value in (kind, key, *texts)) or not isinstance(most, int) or not 1 <= most <= 24:
        raise wrong("texts are to be texts, max_zoom a whole number from 1 to 24")
    name, url, datum, attribution, subdomains, layer = texts
    if not name:
        raise wrong("has no name")
    if kind not in _KINDS:
        raise wrong(f"kind is none of {', '.join(_KINDS)}")
    datum = _DATUMS.get(datum.lower() or ("gcj02" if kind == "amap" else "wgs84"))
    if datum is None:
        raise wrong(f"datum is none of {', '.join(_DATUMS)}")
    if kind == "tianditu" and layer and layer not in _TIANDITU_NAMES:
        raise wrong(f"layer is none of {', '.join(_TIANDITU_NAMES)}")
    templates, usual = _templates(kind, url, layer or "vec")
    urls = tuple(template.replace("{key}", quote(key, safe="")) for template in templates)
    if not all(_URL.fullmatch(one) and all(part in one for part in ("{z}", "{x}", "{y}")) for one in urls):
        raise wrong("url is no address of tiles with {z}, {x} and {y}")
    if any("{s}" in one for one in urls) and not (subdomains or usual):
        raise wrong("url has {s}, and there are no subdomains")
    if any("{key}" in template for template in templates) and not key:
        raise wrong("has no key")
    hosts = tuple(part for part in re.split(r"[,\s]+", subdomains) if part) or tuple(usual)
    if not all(re.fullmatch(r"[A-Za-z0-9-]+", host) for host in hosts):
        raise wrong("subdomains are letters and digits, with commas between")
    return Basemap(name, urls, datum, attribution, hosts, most)


def _templates(kind: str, url: str, layer: str) -> tuple[list[str], str]:
    """Return the templates of a kind and its usual subdomains."""
    if kind == "tianditu":
        return ([url] if url else [_TIANDITU.replace("{layer}", one) for one in (layer, _TIANDITU_NAMES[layer])]), "01234567"
    if kind == "amap":
        return [url or _AMAP], "1234"
    for name, ours in _WMTS.items() if kind == "wmts" else ():
        url = url.replace(name, ours)
    return [url], ""
