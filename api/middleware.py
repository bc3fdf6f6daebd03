"""The door every request comes through: its number, its line in the log, HEAD, the headers of all answers, the last resort."""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import codings, problems, rooted

LOG = logging.getLogger("gridgeo.request")

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_FAILED = "something went wrong here; it is in the log under this number"
_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class Metrics:
    """Counts of answers, and seconds they took, by method, route and status."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str, int]] = Counter()
        self.seconds: Counter[tuple[str, str, int]] = Counter()

    def add(self, key: tuple[str, str, int], seconds: float) -> None:
        """Count one answer."""
        self.answers[key] += 1
        self.seconds[key] += seconds

    def text(self) -> str:
        """Return all counts in the text format of Prometheus."""
        lines = []
        for name, counts in (("gridgeo_requests_total", self.answers), ("gridgeo_request_seconds_total", self.seconds)):
            lines.append(f"# TYPE {name} counter")
            for (method, route, status), count in sorted(counts.items()):
                lines.append(f'{name}{{method="{method}",route="{route}",status="{status}"}} {count:.6g}')
        return "\n".join(lines) + "\n"


class Door:
    """Outermost middleware of ours.

    Logs one line a request: method, route pattern, status, milliseconds, bytes, number. Never the address as
    given: what stands in a path or a query may be about a person.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, root_path: str = "") -> None:
        self.app, self.metrics, self.root_path = app, metrics, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        rooted.enter(self.root_path)
        start = time.perf_counter()
        method, request_id = scope["method"], _request_id(scope["headers"])
        head = method == "HEAD"
        inner = {**scope, "method": "GET" if head else method, "head": head, "request_id": request_id, "root_path": self.root_path}
        status, sent, shut = 0, 0, False

        async def answer(message: Message) -> None:
            nonlocal shut
            if message["type"] == "http.response.start" and message["status"] < 400 and "endpoint" in inner and "admitted" not in inner:
                LOG.error("request %s was answered by a route that lets nobody in; the answer is held back", request_id)
                shut = True
                await problems.of_status(500, _FAILED, request_id)(inner, receive, deliver)
            elif not shut:
                await deliver(message)

        async def deliver(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                admitted = inner.get("admitted")
                message["headers"] = _headers(message["headers"] if admitted is None else admitted.told(message["headers"]), request_id)
            elif message["type"] == "http.response.body":
                if head:
                    message["body"] = b""
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(inner, receive, answer)
        except Exception:
            LOG.exception("request %s failed", request_id)
            if status:
                raise  # half an answer is out: the server cuts the connection
            await problems.of_status(500, _FAILED, request_id)(inner, receive, answer)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(inner.get("route"), "path", "-")
            self.metrics.add((method if method in _METHODS else "-", route, status), seconds)
            facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1), "bytes": sent, "id": request_id}
            LOG.info("%(method)s %(route)s %(status)d %(ms).1f ms %(bytes)d B %(id)s", facts)


def _request_id(headers: list[tuple[bytes, bytes]]) -> str:
    """The number a caller gave the request, where it is a UUID; else a new one."""
    for name, value in headers:
        if name == b"x-request-id" and len(value) == 36:
            try:
                return str(uuid.UUID(value.decode("ascii")))
            except ValueError:
                break
    return str(uuid.uuid4())


_UNPACKED = (b"content-encoding", b"identity")


def _headers(given: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """All headers of an answer. A compressed body is another representation, so its strong tag is another.

    What must not be packed on its way says that its coding is `identity`; here it has got through, and no answer tells of that one.
    """
    given = [header for header in given if header != _UNPACKED]
    names = {name for name, _ in given}
    headers = [*given, *(header for header in _ALWAYS if header[0] not in names), (b"x-request-id", request_id.encode())]
    headers = _one_vary(headers)
    for coding in (value.decode() for name, value in given if name == b"content-encoding"):
        headers = [(name, codings.coded(value.decode(), coding).encode() if name == b"etag" else value) for name, value in headers]
    return headers


def _one_vary(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Each part of the service adds what it looks at: told in one header, each name once."""
    given = tuple(value for name, value in headers if name == b"vary")
    if not given:
        return headers
    return [*(header for header in headers if header[0] != b"vary"), (b"vary", _together(given))]


@lru_cache(maxsize=256)
def _together(vary: tuple[bytes, ...]) -> bytes:
    """Names of headers, each once as it was written first: the same few lists again and again."""
    given = [part.strip() for value in vary for part in value.split(b",")]
    once = {name.lower(): name for name in reversed(given)}
    return b", ".join(once[name] for name in dict.fromkeys(name.lower() for name in given))
