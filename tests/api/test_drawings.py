"""What the map draws is made before anybody looks."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime

from api.app import create_app
from api.drawings import Drawings
from gridgeo.errors import DatabaseUnavailable
from gridgeo.hierarchy.live import Live
from tests.api.test_live import load, until
from tests.api.world import frame


def drawn(app, edition) -> bool:
    """Whether the application holds an edition, and its drawing."""
    return any(one.edition == edition and app.state.drawings.held(one) for one in app.state.live.current)


def drawing() -> int:
    """How many threads draw ahead; other servers of this run may have theirs."""
    return sum(thread.name == "gridgeo-drawings" for thread in threading.enumerate())


def test_an_edition_is_drawn_at_the_start_and_after_each_activation(settings, database_url):
    app, others = create_app(settings), drawing()
    first = load(database_url, frame(True), "first", datetime(2024, 1, 1, tzinfo=UTC))

    async def serve():
        async with app.router.lifespan_context(app):
            await asyncio.to_thread(until, lambda: drawn(app, first))
            second = await asyncio.to_thread(load, database_url, frame(False), "second")
            await asyncio.to_thread(until, lambda: drawn(app, second))
            assert drawing() == others + 1

    asyncio.run(serve())
    assert drawing() == others


def test_what_could_not_be_drawn_ahead_is_drawn_when_asked_for(database_url, caplog):
    load(database_url, frame(True), "first")
    away = threading.Event()
    away.set()

    def grid_types():
        if away.is_set():
            raise DatabaseUnavailable("away")
        return {}

    live = Live(database_url, "gridgeo_reader")
    drawings = Drawings(grid_types)
    live.start()
    drawings.follow(live)
    try:
        until(lambda: "is not drawn ahead (DatabaseUnavailable)" in caplog.text)
        (snapshot,) = live.current
        assert not drawings.held(snapshot)
        away.clear()
        assert drawings.of(snapshot) is drawings.of(snapshot)
        assert drawings.held(snapshot)
    finally:
        drawings.stop()
        live.stop()


def test_two_who_ask_at_once_wait_for_one_drawing(database_url):
    load(database_url, frame(True), "first")
    asked = []

    def grid_types():
        asked.append(threading.current_thread())
        time.sleep(0.1)
        return {}

    live = Live(database_url, "gridgeo_reader").start()
    live.stop()
    drawings, (snapshot,) = Drawings(grid_types), live.current
    both = [threading.Thread(target=drawings.of, args=(snapshot,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(asked) == 1
