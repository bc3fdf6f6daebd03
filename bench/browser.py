"""A page in Chromium, and what it costs there: until it is seen, while the pointer moves, zooms and drags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

WIDTH, HEIGHT = 1440, 900

#: No host but this machine's is found.
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_TASKS = """
    window.tasks = [];
    new PerformanceObserver(list => list.getEntries().forEach(e => tasks.push(e.duration))).observe({ type: 'longtask' });
"""

# One event every 40 ms: Leaflet's own canvas looks at no more than one in 32.
_HOVER = """async ([selector, moves]) => {
    const map = document.querySelector(selector), box = map.getBoundingClientRect(), took = [];
    for (let i = 0; i < moves; i++) {
        const at = { clientX: box.left + 400 + ((i * 37) % 600), clientY: box.top + 100 + ((i * 53) % 650), bubbles: true };
        const began = performance.now();
        map.dispatchEvent(new MouseEvent('mousemove', at));
        took.push(performance.now() - began);
        await new Promise(resolve => setTimeout(resolve, 40));
    }
    return took.sort((a, b) => a - b)[Math.floor(0.95 * moves)];
}"""

_FRAMES = """() => {
    window.frames_seen = [];
    const step = now => { frames_seen.push(now); requestAnimationFrame(step); };
    requestAnimationFrame(step);
}"""

#: Tasks are told a little after they ended; those from before somebody asks are kept for him.
_INTERACTIVE = """first => new Promise(resolve => {
    let last = first;
    new PerformanceObserver(list => list.getEntries().forEach(e => { last = Math.max(last, e.startTime + e.duration); }))
        .observe({ type: 'longtask', buffered: true });
    setTimeout(() => resolve(last), 1000);
})"""

_BYTES = """() => {
    const read = kind => performance.getEntriesByType(kind).map(entry => [entry.name, entry.encodedBodySize]);
    return [...read('navigation'), ...read('resource')];
}"""


@contextmanager
def started(program: str) -> Iterator[Browser]:
    """Lend Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Visit]:
    """Open an address with nothing kept from before, and lend it once its map is seen. Raises RuntimeError for a script's error."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.wait_for_function("() => performance.getEntriesByName('first-map').length", timeout=60_000)
        yield Visit(page)
        if errors:
            raise RuntimeError(f"{address}: {errors[0]}")
    finally:
        context.close()


class Visit:
    """One opened page that sets the mark `first-map` when its map is drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def first_map_ms(self) -> float:
        """Milliseconds from the address to the map."""
        return self.page.evaluate("performance.getEntriesByName('first-map')[0].startTime")

    def sizes(self) -> dict[str, int]:
        """Bytes of each file that came, as it came, by its address."""
        return dict(self.page.evaluate(_BYTES))

    def hover_ms(self, selector: str, moves: int = 100) -> float:
        """Milliseconds within which the page has dealt with 95 % of moves of the pointer over what the selector finds."""
        return self.page.evaluate(_HOVER, [selector, moves])

    def interactive_ms(self) -> float:
        """Milliseconds from the address to the end of the last task that made the page deaf for 50 ms, at least to the map."""
        return self.page.evaluate(_INTERACTIVE, self.first_map_ms())

    def watch_tasks(self) -> None:
        """Note from now on how long each task of 50 ms or more takes, in `tasks` of the page."""
        self.page.evaluate(_TASKS)

    def longest_task_ms(self, steps: Iterable[str]) -> float:
        """Milliseconds the page was deaf at most while it took steps (scripts), one after the other: 0 where it was never for 50 ms."""
        self.watch_tasks()
        for step in steps:  # each in a task of the page's own: what is evaluated from outside counts as none
            self.page.evaluate(f"() => {{ setTimeout(() => {{ {step} }}); }}")
            self.page.wait_for_timeout(400)
        return self.page.evaluate("Math.max(0, ...tasks)")

    def frames_a_second(self, drags: int = 1) -> float:
        """Frames a second while the map is dragged, again and again the same way: more than once brings what was not in view."""
        self.page.evaluate(_FRAMES)
        self.page.mouse.move(700, 400)
        self.page.evaluate("frames_seen.length = 0")
        for _ in range(drags):
            self.page.mouse.move(700, 400)
            self.page.mouse.down()
            for i in range(50):
                self.page.mouse.move(700 + 4 * i, 400 + 2 * i)
                self.page.wait_for_timeout(12)
            if drags > 1:
                self.page.mouse.up()
        frames, ms = self.page.evaluate("[frames_seen.length, frames_seen.at(-1) - frames_seen[0]]")
        self.page.mouse.up()
        return (frames - 1) / ms * 1000
