"""Base maps: the setting, the policy, and tiles drawn in GCJ-02 that come to lie where things are."""

import base64
import json
import struct
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from gridgeo.errors import ConfigError
from gridgeo.geo import crs
from maps import basemaps, page

from .conftest import topology
from .drawn import city
from .looking import later, state, tool

SECRET = "0123456789abcdef"


def one(**given):
    """Return the base map of an entry."""
    return basemaps.parse(json.dumps([given]))[0]


def test_without_a_setting_there_is_none_and_the_policy_names_no_host():
    assert basemaps.parse("") == () == basemaps.parse("[]")
    assert "http" not in page.render("data/x").policy


def test_the_policy_allows_images_of_the_very_hosts_and_of_no_others():
    tianditu = one(name="天地图", kind="tianditu", key=SECRET)
    local = one(name="局内", url="/tiles/{z}/{x}/{y}.png")
    rules = dict(rule.split(" ", 1) for rule in page.render("data/x", basemaps=[tianditu, local]).policy.split("; "))
    assert rules["img-src"] == "'self' data: " + " ".join(f"https://t{n}.tianditu.gov.cn" for n in range(8))
    assert all("tianditu" not in sources for name, sources in rules.items() if name != "img-src")
    assert len(tianditu.urls) == 2 and all(f"tk={SECRET}" in url for url in tianditu.urls)


def test_amap_is_drawn_in_gcj02_unless_something_else_is_said_and_wmts_words_are_understood():
    assert one(name="高德", kind="amap").datum == "gcj02"
    assert one(name="x", url="/{z}/{x}/{y}").datum == one(name="x", url="/{z}/{x}/{y}", datum="CGCS2000").datum == "wgs84"
    wmts = one(name="w", kind="wmts", url="https://maps.example/w/{TileMatrix}/{TileRow}/{TileCol}")
    assert wmts.urls == ("https://maps.example/w/{z}/{y}/{x}",) and wmts.origins() == {"https://maps.example"}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"name": "x"}',
        '["x"]',
        '[{"url": "/{z}/{x}/{y}"}]',
        '[{"name": "x"}]',
        '[{"name": "x", "url": "/{z}/{x}"}]',
        '[{"name": "x", "url": "ftp://a/{z}/{x}/{y}"}]',
        '[{"name": "x", "url": "https://a; script-src */{z}/{x}/{y}"}]',
        '[{"name": "x", "url": "https://a\'/{z}/{x}/{y}"}]',
        '[{"name": "x", "url": "https://{s}.a/{z}/{x}/{y}"}]',
        '[{"name": "x", "url": "https://{s}.a/{z}/{x}/{y}", "subdomains": "a;b"}]',
        '[{"name": "x", "url": "/{z}/{x}/{y}", "datum": "bd09"}]',
        '[{"name": "x", "url": "/{z}/{x}/{y}", "token": "1"}]',
        '[{"name": "x", "url": "/{z}/{x}/{y}?k={key}"}]',
        '[{"name": "x", "kind": "tms", "url": "/{z}/{x}/{y}"}]',
        '[{"name": "x", "kind": "tianditu", "key": "1", "layer": "../x"}]',
        '[{"name": "x", "url": "/{z}/{x}/{y}", "max_zoom": 99}]',
    ],
)
def test_what_is_no_base_map_is_refused_by_name(text):
    with pytest.raises(ConfigError, match="GRIDGEO_BASEMAPS"):
        basemaps.parse(text)


def test_a_refusal_does_not_repeat_the_key():
    with pytest.raises(ConfigError) as refused:
        basemaps.parse(json.dumps([{"name": "x", "kind": "tianditu", "key": SECRET, "datum": "none"}]))
    assert SECRET not in str(refused.value)


def _png(grey: np.ndarray) -> bytes:
    """Return a picture of bytes of grey. Source: PNG Specification (Third Edition)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", *grey.shape[::-1], 8, 0, 0, 0, 0)
    rows = np.pad(grey, ((0, 0), (1, 0))).tobytes()  # each row begins with the number of its filter: none
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Tiles:
    """A server of tiles with a black cross where one point lies in the tiles' own datum."""

    def __init__(self, lon: float, lat: float, read_by: str = "") -> None:
        self.asked: list[str] = []
        self.read_by = read_by
        self.point = lon, lat
        handler = type("Handler", (_Handler,), {"tiles": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def draw(self, z: int, x: int, y: int) -> bytes:
        """Return a white tile, with the cross where it reaches into it."""
        lon, lat = np.radians(self.point)
        px = (lon / np.pi + 1) / 2 * 256 * 2**z - 256 * x
        py = (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * 256 * 2**z - 256 * y
        rows, columns = np.mgrid[0:256, 0:256] + 0.5
        ink = (np.abs(rows - py) < 6) & (np.abs(columns - px) < 6)
        return _png(np.where(ink, 0, 255).astype(np.uint8))

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    tiles: Tiles

    def do_GET(self):
        self.tiles.asked.append(self.path)
        z, x, y = map(int, self.path.strip("/").split("/"))
        body = self.tiles.draw(z, x, y)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        if self.tiles.read_by:
            self.send_header("Access-Control-Allow-Origin", self.tiles.read_by)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.browser
def test_the_shift_of_the_page_is_that_of_the_data(visit, site):
    page = visit(site.put("shift", topology(city())))
    points = np.random.default_rng(5).uniform((73, 18), (135, 53), (200, 2))
    there = page.evaluate("ps => ps.map(p => gridgeo.gcj02.forward(...p))", points.tolist())
    assert np.abs(there - crs.from_storage(points, crs.GCJ02)).max() < 1e-11
    back = page.evaluate("ps => ps.map(p => gridgeo.gcj02.inverse(...p))", there)
    assert np.abs(np.array(back) - points).max() < 1e-9
    assert page.evaluate("gridgeo.gcj02.forward(10, 50)") == [10, 50]


@pytest.mark.browser
def test_a_thing_drawn_in_gcj02_lies_where_it_is_and_without_a_choice_nothing_is_asked(browser, site):
    real = 113.0311, 22.8823
    tiles = Tiles(*crs.from_storage([real], crs.GCJ02)[0])
    site.basemaps["shifted"] = [
        one(name="偏移图", url=f"{tiles.root}/{{z}}/{{x}}/{{y}}", datum="gcj02", attribution="测试 GS(2026)0001"),
        one(name="原样", url=f"{tiles.root}/{{z}}/{{x}}/{{y}}"),
    ]
    opened = browser.new_page(viewport={"width": 1200, "height": 800})
    said, hosts = [], set()
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    opened.goto(site.put("shifted", topology(city())))
    opened.wait_for_selector("body[data-state=ready]")
    assert not tiles.asked
    sheet = tool(opened, "basemap")
    assert sheet.get_by_label("无底图").is_checked()
    sheet.get_by_label("偏移图").check()
    assert "GS(2026)0001" in opened.locator("#attribution").inner_text()
    for zoom in (12, 15, 17.5):
        off = _off(opened, real, zoom)
        metres_a_pixel = 40075016 / 256 / 2**zoom * np.cos(np.radians(real[1]))
        assert off * metres_a_pixel < max(3, 1.5 * metres_a_pixel), (zoom, off)
    state(opened)
    assert "base=%E5%81%8F" in opened.url
    sheet.get_by_label("原样").check()
    assert _off(opened, real, 15) * 40075016 / 256 / 2**15 > 300
    sheet.get_by_label("无底图").check()
    assert opened.locator(".leaflet-tile").count() == 0
    assert hosts == {site.root[7:], tiles.root[7:]} and said == []
    opened.close()
    tiles.close()


@pytest.mark.browser
@pytest.mark.parametrize("read_by, there", [("*", True), ("", False)])
def test_a_picture_holds_the_base_map_where_its_server_lets_pages_read_tiles_and_else_says_that_it_does_not(browser, site, read_by, there):
    at = 113.0311, 22.8823
    tiles = Tiles(*at, read_by=read_by)
    site.basemaps["drawn"] = [one(name="测绘图", url=f"{tiles.root}/{{z}}/{{x}}/{{y}}", attribution="测试 GS(2026)0002")]
    opened = browser.new_page(viewport={"width": 1200, "height": 800})
    opened.goto(site.put("drawn", topology(city())))
    opened.wait_for_selector("body[data-state=ready]")
    opened.evaluate("([lon, lat]) => { gridgeo.shown.map.setView([lat, lon], 15, { animate: false }); }", [*at])
    before = _lightness(opened, at)
    tool(opened, "basemap").get_by_label("测绘图").check()
    opened.wait_for_function("() => document.querySelectorAll('img.leaflet-tile-loaded').length > 8")
    assert (_lightness(opened, at) < before - 40) is there
    assert opened.locator("#toast").is_visible() is not there
    opened.close()
    tiles.close()


def _lightness(page, at):
    """Return how light a place is in the picture the page saves, 0 to 255."""
    with page.expect_download() as waiting:
        page.click("#toolbar [data-tool=picture]")
    shot = base64.b64encode(waiting.value.path().read_bytes()).decode()
    return page.evaluate(
        """async ([shot, [lon, lat]]) => {
            const image = new Image();
            image.src = `data:image/png;base64,${shot}`;
            await image.decode();
            const context = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height }).getContext("2d");
            context.drawImage(image, 0, 0);
            const { x, y } = gridgeo.shown.map.latLngToContainerPoint([lat, lon]);
            const [red, green, blue] = context.getImageData((24 + x) * 2 + 4, (62 + y) * 2 + 4, 1, 1).data;
            return (red + green + blue) / 3;
        }""",
        [shot, [*at]],
    )


def _off(page, real, zoom):
    """Return how many pixels off the cross lies from where it is, when the map is centred a little beside it."""
    look = "([lon, lat, zoom]) => { gridgeo.shown.map.setView([lat + 0.0004, lon - 0.0006], zoom, { animate: false }); }"
    page.evaluate(look, [*real, zoom])
    page.evaluate("document.querySelector('.grid-layer').style.visibility = 'hidden'")
    page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('.leaflet-tile')];"
        " return all.length && all.every(t => t.complete && t.naturalWidth); }"
    )
    later(page, 400)
    stage = page.locator("#planner_map").bounding_box()
    shot = base64.b64encode(page.screenshot(clip=stage)).decode()
    # Dark pixels beside the tools and the scale: their middle.
    found = page.evaluate(
        """async shot => {
            const image = new Image();
            image.src = `data:image/png;base64,${shot}`;
            await image.decode();
            const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const { data } = context.getImageData(0, 0, image.width, image.height);
            let n = 0, x = 0, y = 0;
            for (let row = 70; row < image.height - 150; row++)
                for (let column = 380; column < image.width - 60; column++)
                    if (data[4 * (row * image.width + column)] < 40) [n, x, y] = [n + 1, x + column + 0.5, y + row + 0.5];
            return n ? [x / n, y / n] : null;
        }""",
        shot,
    )
    expected = page.evaluate(
        "([lon, lat]) => { const p = gridgeo.shown.map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }", [*real]
    )
    return float(np.hypot(found[0] - expected[0], found[1] - expected[1])) if found else np.inf
