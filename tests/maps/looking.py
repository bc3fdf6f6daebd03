"""Looking at the page: where things are on it, which colours they have, what is drawn once it rests."""

from __future__ import annotations

from playwright.sync_api import Page

#: Until nothing of a layer is asked for, due or moving, in three frames one after the other: what moves begins in a frame of its own.
_RESTS = """async ([name, most]) => {
    const { map } = gridgeo.shown, { layer } = gridgeo.shown[name], end = performance.now() + most;
    const rests = () => layer.drawn.count > 0 && layer._made && !layer._due && !layer._asking && !layer._waiting
        && !map._animatingZoom && !(map._panAnim && map._panAnim._inProgress);
    for (let frames = 0; frames < 3; frames = rests() ? frames + 1 : 0) {
        if (performance.now() > end) throw new Error(`${name} does not rest`);
        await new Promise((next) => requestAnimationFrame(next));
    }
}"""
_MOST = 60_000  # ms

_MADE = """name => {
    const { clusters, dots } = gridgeo.shown[name].layer._made;
    return {
        n: clusters.reduce((sum, one) => sum + one.n, 0) + dots.length,
        clusters: clusters.map(({ x, y, r, n, parts }) => ({ x, y, r, n, parts })),
        dots: dots.map(({ id, x, y, r, status }) => ({ id, x, y, r, status })),
    };
}"""


def rested(page: Page, layer: str = "things") -> dict:
    """Wait until every tile that is wanted is drawn, and return what is: how many things, in circles (`clusters`) and alone (`dots`)."""
    page.evaluate(_RESTS, [layer, _MOST])
    return page.evaluate(_MADE, layer)


def at(page: Page, *where: float | str) -> list[float]:
    """Return where on the page a point of the ground is, by longitude and latitude; or the label of a unit, by its code."""
    return page.evaluate(
        """where => {
            const { topology, map } = gridgeo.shown, [lon, lat] = where.length === 2 ? where : topology.byId.get(where[0]).facts.label;
            const point = map.latLngToContainerPoint([lat, lon]), box = map.getContainer().getBoundingClientRect();
            return [box.left + point.x, box.top + point.y];
        }""",
        where,
    )


def on_page(page: Page, one: dict) -> list[float]:
    """Return where on the page something drawn is."""
    return page.evaluate(
        """({ x, y }) => {
            const { layer } = gridgeo.shown.things, { map } = gridgeo.shown, box = map.getContainer().getBoundingClientRect();
            const point = map.layerPointToContainerPoint(layer._bounds.min.add([x, y]));
            return [box.left + point.x, box.top + point.y];
        }""",
        one,
    )


def colour(page: Page, code: str) -> str:
    """Return the colour in the middle of a unit, a little beside its name, as #rrggbb."""
    return page.evaluate(
        """code => {
            const { topology, layer } = gridgeo.shown, { _frame: f, _base: base } = layer;
            const { box } = topology.byId.get(code);
            const [x, y] = [((box[0] * 4 + box[2]) / 5) * f.scale - f.x, ((box[1] * 4 + box[3]) / 5) * f.scale - f.y];
            const [r, g, b] = base.getContext('2d').getImageData(x * f.ratio, y * f.ratio, 1, 1).data;
            return '#' + [r, g, b].map(v => v.toString(16).padStart(2, '0')).join('');
        }""",
        code,
    )


def painted(page: Page, one: dict) -> list[str]:
    """Return the colours of the pixels of something drawn, as #rrggbb, most frequent first."""
    return page.evaluate(
        """({ x, y, r }) => {
            const { _base: canvas, _frame: frame } = gridgeo.shown.things.layer, k = frame.ratio, side = Math.ceil(2 * r * k);
            const { data } = canvas.getContext('2d').getImageData((x - r) * k, (y - r) * k, side, side), found = new Map();
            for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] < 250) continue;
                const colour = '#' + [0, 1, 2].map((c) => data[i + c].toString(16).padStart(2, '0')).join('');
                found.set(colour, (found.get(colour) || 0) + 1);
            }
            return [...found].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
        }""",
        one,
    )


def later(page: Page, ms: int) -> None:
    """Wait in the page's own time: what was to happen there by then has happened, however busy the machine is."""
    page.evaluate("ms => new Promise((done) => setTimeout(done, ms))", ms)


def state(page: Page, *names: str) -> list:
    """Return what the page's state has under some names, once its address is written: units by their ids."""
    later(page, 200)
    return page.evaluate("names => { const s = gridgeo.shown.store.get(); return names.map(n => s[n] && s[n].id || s[n]); }", list(names))


def tool(page: Page, key: str):
    """Open a tool of the toolbar; return its sheet."""
    page.click(f"#toolbar [data-tool={key}]")
    return page.locator("#tool")


def saved(page: Page, press) -> tuple[str, bytes]:
    """Press a button that saves a file; return its name and bytes."""
    with page.expect_download() as waiting:
        press()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def card(page: Page):
    """Return the card of a building or a house, once it is drawn."""
    page.locator("#card .parts").wait_for()
    return page.locator("#card")


def wash(page: Page, *texts: str):
    """Wash texts; return the rows."""
    page.click("#wash-open")
    page.evaluate(
        """text => {
            const field = document.querySelector("#wash-text");
            field.value = text;
            field.dispatchEvent(new Event("input"));
        }""",
        "\n".join(texts),  # at once: five thousand lines are long to type
    )
    page.click("#wash-start")
    page.locator("#wash[data-phase=washed]").wait_for()
    return page.locator("#washed-rows .rows [role=row]")


def tiles(page: Page) -> list[str]:
    """Return the addresses of tiles that are asked for from now on, as they are."""
    asked = []
    page.on("request", lambda request: "/tiles/" in request.url and asked.append(request.url))
    return asked
