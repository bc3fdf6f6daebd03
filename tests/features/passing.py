"""What a client asks of the service, and gets: everything goes through here on its way."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson


@dataclass(frozen=True)
class Asked:
    """One request: its path, what stood in the query, the status of the answer, and how many bytes and features it had."""

    path: str
    query: dict[str, str]
    status: int
    size: int
    features: int


@contextmanager
def passing(address: str) -> Iterator[tuple[str, list[Asked]]]:
    """Lend an address that hands everything on to a service, and the list of what was asked there."""
    log: list[Asked] = []

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            there = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
            there.request("GET", self.path, headers={name: value for name, value in self.headers.items() if name != "Accept-Encoding"})
            answer = there.getresponse()
            body = answer.read()
            there.close()
            parts = urlsplit(self.path)
            log.append(Asked(parts.path, dict(parse_qsl(parts.query)), answer.status, len(body), _features(answer, body)))
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "connection", "date", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: it is in the list."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", log
        finally:
            server.shutdown()
            thread.join()


def _features(answer: http.client.HTTPResponse, body: bytes) -> int:
    return len(orjson.loads(body).get("features", ())) if answer.getheader("Content-Type") == "application/geo+json" else 0
