"""The page ours is compared with works, with nothing from abroad; and what is measured of a page is really of it."""

import pytest

from bench import browser, page
from tests.districts import district

pytestmark = pytest.mark.browser


#: Takes 60 ms for each move of the pointer and for each frame.
SLOW = """<script>
    const busy = () => { for (const end = performance.now() + 60; performance.now() < end;); };
    const frame = () => { busy(); requestAnimationFrame(frame); };
    addEventListener("mousemove", busy);
    requestAnimationFrame(frame);
</script>"""


@pytest.fixture
def plain():
    grids = district("AABB ACCB DDEE")
    return page.plain(grids.loc[grids["level"] == "micro", ["code", "name_zh", "geometry"]])


def test_the_plain_page_draws_every_micro_grid_and_asks_nobody_else(plain, chromium):
    html, name = plain
    with page.lent(html) as address, browser.started(chromium) as started, browser.opened(started, address) as visit:
        count = f"(() => {{ let n = 0; {name}.eachLayer(one => n += Boolean(one.feature)); return n; }})()"
        assert visit.page.evaluate(count) == 5
        assert visit.page.locator("canvas").count() == 1
        sizes = visit.sizes()
    assert set(sizes) == {address, f"{address}leaflet.js", f"{address}leaflet.css"}
    assert min(sizes.values()) > 1000


def test_what_a_page_costs_is_measured(plain, chromium):
    html, _ = plain
    slow = html.replace("</html>", f"{SLOW}</html>")
    with page.lent(slow) as address, browser.started(chromium) as started, browser.opened(started, address) as visit:
        assert visit.first_map_ms() >= 60
        assert visit.hover_ms("canvas", moves=10) >= 60
        assert visit.longest_task_ms(["1 + 1"]) >= 60
        assert visit.frames_a_second() <= 1000 / 60


def test_a_page_with_an_error_is_not_measured(plain, chromium):
    broken = plain[0].replace("</html>", "<script>nothing.at.all</script></html>")
    with page.lent(broken) as address, browser.started(chromium) as started:
        refused = pytest.raises(RuntimeError, match="nothing is not defined")
        with refused, browser.opened(started, address):
            pass


def test_the_longest_task_is_that_of_what_the_page_was_told_to_do(plain, chromium):
    html, _ = plain
    with page.lent(html) as address, browser.started(chromium) as started, browser.opened(started, address) as visit:
        visit.page.evaluate("window.busy = ms => { for (const end = performance.now() + ms; performance.now() < end;); }")
        assert visit.longest_task_ms(["busy(120)", "busy(300)", "busy(60)"]) >= 300


def test_a_page_answers_when_its_last_long_task_has_ended(plain, chromium):
    html, _ = plain
    busy = "<script>setTimeout(() => { for (const end = performance.now() + 150; performance.now() < end;); }, 500)</script>"
    busied = html.replace("</html>", f"{busy}</html>")
    with page.lent(busied) as address, browser.started(chromium) as started, browser.opened(started, address) as visit:
        visit.page.wait_for_timeout(700)
        assert visit.interactive_ms() >= max(650, visit.first_map_ms())
