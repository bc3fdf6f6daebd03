"""The API over HTTP: one process, a client that speaks as little HTTP as it needs to."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import numpy as np
import orjson

from gridgeo.cli import serving

from .figures import Result
from .ground import Ground, Loaded, say

_CONNECTIONS, _BATCH, _BATCH_CONNECTIONS = 16, 10_000, 4


def http(ground: Ground, quick: bool) -> Result:
    """Requests a second: one point, one unit, ten thousand points."""
    loaded, seconds = ground.loaded("baoan"), 2.0 if quick else 10.0
    result = Result("http", f"the API with {len(loaded.leaves):,} micro-grids, one process; client and server on one machine")
    lon, lat = loaded.points(_BATCH)
    ones = [_get(f"/grids/at?lon={x:.7f}&lat={y:.7f}") for x, y in zip(lon[:2000].tolist(), lat[:2000].tolist(), strict=True)]
    units = [_get(f"/grids/{unit.ref}") for unit in loaded.snapshot.units[:2000]]
    body = orjson.dumps({"points": np.column_stack([lon, lat]).tolist()})
    with served(ground, loaded) as address:
        for what, requests, connections in (
            (f"GET /grids/at, {_CONNECTIONS} connections", ones, _CONNECTIONS),
            (f"GET /grids/{{code}}, {_CONNECTIONS} connections", units, _CONNECTIONS),
            (f"POST /grids/at of {_BATCH:,} points, {_BATCH_CONNECTIONS} connections", [_post("/grids/at", body)], _BATCH_CONNECTIONS),
        ):
            say(f"http: {what}")
            load = asyncio.run(_load(address, requests, connections, seconds))
            note = f"median {np.percentile(load.ms, 50):.1f} ms, 99 % {np.percentile(load.ms, 99):.1f} ms"
            if what.startswith("POST"):
                note += f"; {len(load.ms) / load.seconds * _BATCH / 1e3:,.0f} k points/s"
            result.add(what, len(load.ms) / load.seconds, "req/s", note=note)
    return result


@dataclass(frozen=True)
class _Load:
    """Milliseconds of every answered request, and how long all of it took."""

    ms: np.ndarray
    seconds: float


@contextmanager
def served(ground: Ground, loaded: Loaded, processes: int = 1) -> Iterator[SplitResult]:
    """Serve a district while the block runs; lend the address."""
    with process(ground, loaded, processes) as (address, _):
        yield address


@contextmanager
def process(ground: Ground, loaded: Loaded, processes: int = 1) -> Iterator[tuple[SplitResult, int]]:
    """The same; lend the number of the process, too, or of the one above several."""
    settings = serving.free_port(replace(ground.settings, port=0, workers=processes, per_minute=0))
    with tempfile.TemporaryDirectory() as folder:
        started = serving.start(settings, loaded.url, Path(folder) / "log")
        try:
            serving.wait(started, settings)
            yield urlsplit(serving.address(settings)), started.pid
        finally:
            serving.end(started)


async def _load(address, requests: list[bytes], connections: int, seconds: float) -> _Load:
    taken: list[float] = []
    start = time.perf_counter()
    await asyncio.gather(*(_client(address, requests, n, start + seconds, taken) for n in range(connections)))
    return _Load(np.array(taken), time.perf_counter() - start)


async def _client(address, requests: list[bytes], place: int, until: float, taken: list[float]) -> None:
    """One connection that asks again as soon as it is answered."""
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    while (start := time.perf_counter()) < until:
        writer.write(requests[place % len(requests)])
        place += _CONNECTIONS + 1
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
        length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
        taken.append((time.perf_counter() - start) * 1000)
    writer.close()
    await writer.wait_closed()


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def _post(path: str, body: bytes) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
