"""A service that is told of transactions, and answers as a test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """What was sent to it, in order: path, headers by small letters, body; `answer(letter)` is the status of each."""

    def __init__(self) -> None:
        self.url, self.came = "", []
        self.answer: Callable[[dict], int] = lambda letter: 200
        self.headers: dict[str, str] = {}

    @property
    def letters(self) -> list[dict]:
        """What was said."""
        return [json.loads(body) for _, _, body in self.came]

    @property
    def numbers(self) -> list[int]:
        """Of the transactions that were told."""
        return [one["number"] for one in self.letters if one["type"] == "transaction"]

    def soon(self, holds: Callable[[], bool], within_s: float = 60) -> bool:
        """Whether something holds before long."""
        until = time.monotonic() + within_s
        while not holds() and time.monotonic() < until:
            time.sleep(0.02)
        return holds()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Lend a service that listens on this machine."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.came.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            try:
                self.send_response(told.answer(json.loads(body)))
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                pass  # who asked is gone

        def do_GET(self) -> None:
            told.came.append((self.path, {}, b'{"type": "GET"}'))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/hook?of=copy"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
