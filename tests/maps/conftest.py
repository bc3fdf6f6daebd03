"""What pages are served by: a plain server for those that need no database, and the API over a drawn city and over the sample."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from gridgeo.hierarchy import model
from gridgeo.moments import CHINA
from gridgeo.settings import Settings
from maps import bundle, layers, page
from tests.api import callers

from . import furniture, looking, town

GOVERNANCE = model.Scheme(
    "governance",
    model.SchemeKind.DRAWN,
    "综合治理",
    "Governance",
    (
        model.Level("district", 0, "区", "District", 6),
        model.Level("street", 1, "街道", "Street", 9),
        model.Level("community", 2, "社区", "Community", 12),
        model.Level("micro", 3, "微网格", "Micro-grid", 14),
    ),
)
EDITION = model.Edition(
    7, "governance", "试用版", "测试图", "测试局", "d", datetime(2025, 1, 1, tzinfo=CHINA), None, datetime(2025, 1, 1, tzinfo=CHINA)
)


def topology(frame, scheme: model.Scheme = GOVERNANCE, edition: model.Edition = EDITION) -> bytes:
    """Return a frame as the map's file."""
    return layers.topology(frame, scheme, edition)


class Site:
    """A server of pages as the API serves them: same policy, same addresses."""

    def __init__(self) -> None:
        self.data: dict[str, bytes | None] = {}
        self.basemaps: dict[str, list] = {}
        self.asked: list[str] = []
        handler = type("Handler", (_Handler,), {"site": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def put(self, name: str, text: bytes | None) -> str:
        """Serve a map under a name and return its page's address; None is data that fails to come."""
        self.data[name] = None if text is None else gzip.compress(text, 1)
        return f"{self.root}/maps/?{name}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.site.asked.append(self.path)
        if path == "/maps/":
            data = f"data/{query}/grids.topojson" if query in self.site.data else None
            made = page.render(data, basemaps=self.site.basemaps.get(query, ()))
            return self._send(made.html.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": made.policy})
        if path.startswith("/maps/assets/") and path[13:] in bundle.files():
            asset = bundle.files()[path[13:]]
            return self._send(asset.body, asset.media_type)
        body = self.site.data.get(path.split("/")[3]) if path.startswith("/maps/data/") else None
        if body is not None:
            return self._send(body, "application/json", {"Content-Encoding": "gzip"})
        return self._send(b"", "text/plain", status=503 if path.startswith("/maps/data/") else 404)

    def _send(self, body, media_type, headers=None, status=200):
        self.send_response(status)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The server of this run."""
    served = Site()
    yield served
    served.close()


@pytest.fixture(scope="session")
def furnished(server, template, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """The API over the drawn city with its objects, for those who only look; and the categories' numbers by name."""
    name = server.create(template)
    url = server.url_of(name)
    of = furniture.load(url)
    with town.served(Settings(home=tmp_path_factory.mktemp("furnished"), database_url=url, port=0, per_minute=0)) as address:
        yield SimpleNamespace(address=address, of=of)
    server.drop(name)


@pytest.fixture
def there(visit, furnished):
    """Open the page over the city's objects at some state, and wait until they are drawn."""

    def open_(rest="", *args, **more):
        page = visit(f"{furnished.address}{rest}", *args, **more)
        looking.rested(page)
        return page

    return open_


@pytest.fixture(scope="session")
def sampled(server, template, tmp_path_factory) -> SimpleNamespace:
    """A database with the committed sample, which others are copied from (nobody stays connected to it), and the home of its keys."""
    name, folder = server.create(template), tmp_path_factory.mktemp("town")
    settings = Settings(home=folder, database_url=server.url_of(name), port=0, per_minute=0)
    town.load(settings.database_url, settings, folder)
    return SimpleNamespace(name=name, settings=settings)


@pytest.fixture(scope="session")
def inhabited(server, sampled) -> Iterator[SimpleNamespace]:
    """The API over the sample: open to read, and links for who has a key."""
    name = server.create(sampled.name)
    url = server.url_of(name)
    settings = replace(sampled.settings, database_url=url)
    keys = SimpleNamespace(link=callers.key(url, "read", "link"), read=callers.key(url, "read"))
    with town.served(settings) as address:
        yield SimpleNamespace(address=address, settings=settings, keys=keys)
    server.drop(name)


@pytest.fixture(scope="session")
def estate() -> town.Building:
    """The building of several units that is looked at."""
    return town.estate()


@pytest.fixture
def at_house(visit, inhabited, estate):
    """Open the page at a house of the estate that has links."""
    linked = {row["place"] for row in town.rows("persons")}
    code = next(house["house_code"] for house in estate.houses if house["house_code"] in linked)

    def open_(*args, **more):
        page = visit(f"{inhabited.address}#place={code}", *args, **more)
        looking.card(page)
        return page, code

    return open_
