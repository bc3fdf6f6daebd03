"""A browser without a network, whose every visit is watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

#: What the browser says of the tests' own reading of pixels.
OURS = ("willReadFrequently",)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium that resolves no name. A module's own: while it is open, no other event loop may run in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address and wait for the map. At the end: nothing was asked of another host, nothing was complained of."""
    contexts, complaints = [], []

    def open_(address: str, width: int = 1440, height: int = 900, state: str = "ready", allowed: tuple[str, ...] = (), **options) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        opened = context.new_page()
        own, quiet = address.partition("#")[0].split("/maps/")[0], (*allowed, *OURS)
        opened.on("request", lambda request: request.url.startswith((own, "data:", "blob:")) or complaints.append(f"asked {request.url}"))
        opened.on("console", lambda said: any(word in said.text for word in quiet) or complaints.append(f"{said.type}: {said.text}"))
        opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        opened.goto(address)
        opened.wait_for_selector(f"body[data-state={state}]")
        return opened

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
