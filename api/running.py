"""What the service has while it runs: pools and threads, opened in their order and closed in the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI

from gridgeo.addresses.washing.live import Live as Addresses
from gridgeo.hierarchy import store
from gridgeo.hierarchy.live import Live
from gridgeo.jobs.worker import Worker
from gridgeo.processes import catalogue
from gridgeo.processes.model import Means
from gridgeo.tiles.live import Live as Tiles

from . import depends
from .drawings import Drawings, drawable
from .feed import Feed
from .gathering import Gathering
from .kept import Kept
from .pools import READER, Pools
from .routes import event_reports
from .streams import ENDING


@asynccontextmanager
async def opened(started: Callable[[], None], app: FastAPI) -> AsyncIterator[dict]:
    """Open all of it, call `started`, and close it when the service ends; yield what every request's state has."""
    settings = app.state.settings
    _limit(app)
    with ExitStack() as ends:
        app.state.pools = await anyio.to_thread.run_sync(Pools, settings)
        ends.callback(app.state.pools.close)
        app.state.pool = app.state.pools.reader
        app.state.drawings = Drawings(lambda: depends.read_from(app.state.pool, store.grid_types))
        app.state.tiles = Tiles(settings.database_url, lambda: _drawn(app.state.live))
        look = app.state.drawings.look, app.state.tiles.look
        app.state.live = await anyio.to_thread.run_sync(Live(settings.database_url, READER, lambda: [each() for each in look]).start)
        ends.callback(app.state.live.stop)
        app.state.drawings.follow(app.state.live)
        ends.callback(app.state.drawings.stop)
        app.state.addresses = await anyio.to_thread.run_sync(Addresses(settings.database_url, READER).start)
        ends.callback(app.state.addresses.stop)
        app.state.tiles.start()
        ends.callback(app.state.tiles.stop)
        app.state.kept = Kept(settings.database_url).start()
        ends.callback(app.state.kept.stop)
        app.state.feed = Feed(settings).start()
        ends.callback(app.state.feed.stop)
        app.state.reports = Gathering(event_reports.take_in)
        app.state.worker = _worker(app).start()
        ends.callback(app.state.worker.stop)
        started()
        yield {ENDING: app.state.feed.end}


def _limit(app: FastAPI) -> None:
    """Say how much of what is slow is done at a time, so that other questions find a thread and a connection."""
    connections = app.state.settings.pool_size
    # As many threads as connections: more would only wait for them, and slow the rest down.
    anyio.to_thread.current_default_thread_limiter().total_tokens = connections
    app.state.washing = anyio.CapacityLimiter(max(1, connections // 2))
    # A file takes a connection for seconds, and so may an area with thousands of corners.
    app.state.downloads = anyio.CapacityLimiter(max(1, connections // 4))
    app.state.areas = anyio.CapacityLimiter(max(1, connections // 2))
    # Where media are kept may be far away and slow; who waits for it keeps no thread from others.
    app.state.media = anyio.CapacityLimiter(connections)


def _worker(app: FastAPI) -> Worker:
    """What does jobs beside the requests."""
    settings = app.state.settings
    means = Means(lambda: app.state.addresses.base, settings.default_area, settings.authority)
    return Worker(settings.database_url, app.state.jobs_folder, catalogue.does(means))


def _drawn(live: Live) -> list[int]:
    """The editions valid now that have areas."""
    return [snapshot.edition.edition_id for snapshot in live.current if drawable(snapshot.scheme)]
