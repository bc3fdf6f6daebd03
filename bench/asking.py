"""Asking servers over HTTP: several connections at once, each asking again as soon as it is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from itertools import takewhile
from urllib.parse import SplitResult

import uvloop


def rate(address: SplitResult, paths: Iterator[str], connections: int, coding: str = "gzip") -> tuple[float, list[float]]:
    """Return the answers a second of a server that is asked for some paths by several connections, and the milliseconds each took.

    Raises RuntimeError for an answer that is none of 200 and 204.
    """
    taken: list[float] = []
    start = time.perf_counter()
    uvloop.run(_all(address, paths, taken, connections, coding))
    return len(taken) / (time.perf_counter() - start), taken


def until(paths: Iterable[str], seconds: float) -> Iterator[str]:
    """Yield paths as long as there is time."""
    end = time.perf_counter() + seconds
    yield from takewhile(lambda _: time.perf_counter() < end, paths)


async def _all(address: SplitResult, paths: Iterator[str], taken: list[float], connections: int, coding: str) -> None:
    await asyncio.gather(*(_client(address, paths, taken, coding) for _ in range(connections)))


async def _client(address: SplitResult, paths: Iterator[str], taken: list[float], coding: str) -> None:
    """One connection; a server that closes it is asked by another."""
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for path in paths:
        start = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: {coding}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = head.split(b" ", 2)[1]
        if status not in (b"200", b"204"):
            raise RuntimeError(f"{path}: {head.splitlines()[0].decode()}")
        if b"transfer-encoding: chunked" in head:
            while (size := int(await reader.readuntil(b"\r\n"), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readuntil(b"\r\n")
        elif status == b"200":
            await reader.readexactly(int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
        taken.append((time.perf_counter() - start) * 1000)
        if b"connection: close" in head or status == b"204":  # pygeoapi says nothing's length wrongly
            writer.close()
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.close()
    await writer.wait_closed()
