"""Others that serve tables in PostGIS as tiles and features: tipg and pygeoapi, each in an environment of its own, over our database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

import psycopg2.extensions

from api.server import listening
from gridgeo.db import connection
from gridgeo.tiles.model import Collection, Tile

from .ground import Ground, Loaded, say

#: What they serve, by what we call it: schema, table, key. The grids are those of the lowest level, in a table of their own.
_TABLES = {Collection.GRIDS: ("public", "micro_grid", "unit_id"), Collection.OBJECTS: ("gridgeo", "object", "object_id")}


@dataclass(frozen=True)
class Peer:
    """Somebody who serves tables: how its server is started, and where it has them."""

    name: str
    packages: str
    serve: Callable[[Ground, Loaded, Path], AbstractContextManager[SplitResult]]
    path: Callable[[Collection, Tile], str]

    @contextmanager
    def served(self, ground: Ground, loaded: Loaded) -> Iterator[SplitResult]:
        """Serve while the block runs; lend the address. Raises RuntimeError, OSError or SubprocessError where it does not come up."""
        home = ground.settings.home / f"bench-{self.name}"
        python = home / "bin" / "python"
        if not python.exists():
            say(f"installing {self.name}")
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "-r", Path(__file__).with_name(self.packages)], check=True)
        _table(loaded)
        with self.serve(ground, loaded, python) as address:
            yield address


@contextmanager
def _tipg(ground: Ground, loaded: Loaded, python: Path) -> Iterator[SplitResult]:
    given = psycopg2.extensions.parse_dsn(loaded.url)
    told = {
        # A socket's folder is no host to it unless it is percent-encoded.
        "DATABASE_URL": f"postgresql://{given['user']}@{quote(given['host'], safe='')}:{given.get('port', '5432')}/{given['dbname']}",
        **{"TIPG_DB_SCHEMAS": '["public","gridgeo"]', "TIPG_DB_SPATIAL_EXTENT": "false", "TIPG_DB_DATETIME_EXTENT": "false"},
    }
    with _started(ground, python, "tipg.main:app", told) as address:
        yield address


@contextmanager
def _pygeoapi(ground: Ground, loaded: Loaded, python: Path) -> Iterator[SplitResult]:
    folder = python.parent.parent
    settings, described = folder / "config.json", folder / "openapi.json"
    settings.write_text(json.dumps(_configured(psycopg2.extensions.parse_dsn(loaded.url))))
    told = {"PYGEOAPI_CONFIG": str(settings), "PYGEOAPI_OPENAPI": str(described)}
    command = [python.parent / "pygeoapi", "openapi", "generate", settings, "--output-file", described, "--format", "json"]
    subprocess.run(command, check=True, env={**os.environ, **told}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with _started(ground, python, "pygeoapi.starlette_app:APP", told) as address:
        yield address


def _configured(given: dict[str, str]) -> dict:
    about = {"title": {"en": "tiles"}, "description": {"en": "tiles"}, "keywords": {"en": ["tiles"]}}
    who = {"name": "bench", "url": "http://localhost"}
    tables = {collection: _resource(given, about, *table) for collection, table in _TABLES.items()}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 80},
            **{"url": "http://localhost", "mimetype": "application/json", "encoding": "utf-8", "language": "en-US", "gzip": True},
            **{"map": {"url": "http://localhost", "attribution": ""}, "limits": {"default_items": 10, "max_items": 10_000}},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**about, "keywords_type": "theme", "terms_of_service": "", "url": "http://localhost"},
            **{"license": who, "provider": who, "contact": {"name": "bench", "email": "nobody@example.com"}},
        },
        "resources": {str(collection): resource for collection, resource in tables.items()},
    }


def _resource(given: dict[str, str], about: dict, schema: str, table: str, key: str) -> dict:
    data = {"host": given["host"], "port": int(given.get("port", 5432)), "dbname": given["dbname"], "user": given["user"]}
    source = {
        **{"data": {**data, "password": "", "search_path": [schema, "public"]}, "id_field": key, "table": table},
        **{"geom_field": "geom" if key == "unit_id" else "point", "storage_crs": "http://www.opengis.net/def/crs/EPSG/0/4490"},
    }
    listed = {**source, "type": "feature", "name": "PostgreSQL", "crs": [source["storage_crs"]]}
    tiled = {
        **{**source, "type": "tile", "name": "MVT-postgresql", "options": {"zoom": {"min": 0, "max": 22}}},
        "format": {"name": "pbf", "mimetype": "application/vnd.mapbox-vector-tile"},
    }
    links = [{"type": "text/html", "rel": "about", "href": "http://localhost"}]
    return {
        **{"type": "collection", **about, "links": links, "extents": {"spatial": {"bbox": [113, 22, 115, 23]}}},
        "providers": [listed, tiled],
    }


@contextmanager
def _started(ground: Ground, python: Path, app: str, told: dict[str, str]) -> Iterator[SplitResult]:
    with listening(replace(ground.settings, port=0)) as listener:
        port = listener.getsockname()[1]
    command = [python, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, env={**os.environ, **told}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield urlsplit(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _table(loaded: Loaded) -> None:
    with closing(connection.connect(loaded.url)) as conn, connection.transaction(conn), conn.cursor() as cur:
        cur.execute("SELECT to_regclass('public.micro_grid') IS NULL")
        if cur.fetchone()[0]:
            cur.execute("CREATE TABLE public.micro_grid AS SELECT unit_id, code, name_zh, geom FROM grid_unit_version WHERE leaf")
            cur.execute("ALTER TABLE public.micro_grid ADD PRIMARY KEY (unit_id)")
            cur.execute("CREATE INDEX ON public.micro_grid USING gist (geom)")


def _wait(process: subprocess.Popen, port: int, most_s: float = 90.0) -> None:
    until = time.monotonic() + most_s
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("it did not start")


#: tipg's tiles hold 10,000 features at most, pygeoapi's all. Of tipg the column comes before the row.
PEERS = (
    Peer("tipg", "tipg.txt", _tipg, lambda of, at: f"/collections/{'.'.join(_TABLES[of][:2])}/tiles/WebMercatorQuad/{at.z}/{at.x}/{at.y}"),
    Peer("pygeoapi", "pygeoapi.txt", _pygeoapi, lambda of, at: f"/collections/{of}/tiles/WebMercatorQuad/{at.z}/{at.y}/{at.x}?f=pbf"),
)
