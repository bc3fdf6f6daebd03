"""The page looks as it did: views of the committed sample against pictures that are kept, in `golden/`.

A picture that has changed on purpose is made anew with `--make-golden` and looked at before it is committed.
"""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from PIL import Image

from . import likeness, town
from .looking import later

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parent / "golden"
PHONE = {"width": 390, "height": 844, "device_scale_factor": 2, "has_touch": True}
AT_REST = """() => {
    const { map, things } = gridgeo.shown, layer = things && things.layer;
    return !map._animatingZoom && (!layer || (layer._made && !layer._due && !layer._waiting)) && document.fonts.status === 'loaded';
}"""

#: By name: what stands behind the `#`, what is waited for, how the page is opened. `{…}` is what `served` found.
VIEWS = {
    "first": ("", "#layers-total", {}),
    "units": ("layers=none&level=micro&measure=households", "body", {}),
    "community": ("unit={community}", "#card:visible", {}),
    "object": ("at={lat},{lon},18&object={object}", "#card .timeline", {}),
    "building": ("layers=none&place={building}", "#card .parts", {}),
    "area": ("layers=none&at={lat},{lon},15&area=c,{lon},{lat},600", "#card:visible", {}),
    "english": ("lang=en&unit={street}", "#card:visible", {}),
    "phone": ("unit={community}", "#card:visible", PHONE),
    "paper": ("unit={street}", "#card:visible", {}),
}


@pytest.fixture(scope="module")
def served(server, sampled):
    """The API over the sample with its objects, and what of it is looked at."""
    name = server.create(sampled.name)
    settings = replace(sampled.settings, database_url=server.url_of(name))
    town.furnish(settings.database_url)
    with town.served(settings) as address:
        yield SimpleNamespace(address=address, shown=_shown(address.removesuffix("/maps/"), town.estate()))
    server.drop(name)


def _shown(root, building):
    lon, lat = building.row["lon"], building.row["lat"]

    def ask(path):
        return httpx.get(f"{root}{path}").raise_for_status().json()

    units = {unit["level"]: unit["code"] for unit in ask(f"/grids/at?lon={lon}&lat={lat}")["chain"]}
    thing = ask(f"/objects?unit={units['micro']}&limit=1&f=json")["objects"][0]
    return {"lon": lon, "lat": lat, "building": building.code, "object": thing["object_id"], **units}


@pytest.fixture
def taken(visit, served):
    """Open a view and return its screenshot."""

    def take(name):
        state, wait, options = VIEWS[name]
        page = visit(f"{served.address}#{state.format(**served.shown)}", reduced_motion="reduce", **options)
        page.locator(wait).first.wait_for()
        page.wait_for_function(AT_REST)
        if name == "paper":
            page.emulate_media(media="print")
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
        later(page, 600)  # what fades has faded
        return page.screenshot()

    return take


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_as_it_did(taken, name, request, tmp_path):
    seen, path = likeness.kept(taken(name)), GOLDEN / f"{name}.png"
    if request.config.getoption("--make-golden"):
        likeness.save(seen, path)
    others = likeness.others(Image.open(path), seen)
    if others.mean() > likeness.TOLERATED:
        likeness.save(seen, tmp_path / f"{name}.png")
        likeness.marked(seen, others).save(tmp_path / f"{name}-others.png")
        pytest.fail(f"{name}: {others.mean():.1%} of the picture is another; it is in {tmp_path}. If it is meant: --make-golden")


def test_a_view_without_its_card_or_in_other_colours_is_another(visit, served, taken):
    golden = Image.open(GOLDEN / "units.png")
    page = visit(f"{served.address}#layers=none&level=micro&measure=area", reduced_motion="reduce")
    page.wait_for_function(AT_REST)
    later(page, 600)
    assert likeness.others(golden, likeness.kept(page.screenshot())).mean() > 5 * likeness.TOLERATED
    first, community = likeness.kept(taken("first")), Image.open(GOLDEN / "community.png")
    assert likeness.others(first, community).mean() > 5 * likeness.TOLERATED


def test_letters_a_pixel_aside_make_no_other_picture():
    golden = Image.open(GOLDEN / "community.png").convert("RGB")
    aside = Image.new("RGB", golden.size, "white")
    aside.paste(golden, (0, 0))
    width, height = golden.size
    aside.paste(golden.crop((0, 0, width // 4 - 1, height)), (1, 0))
    assert likeness.others(golden, aside).mean() < 2 * likeness.TOLERATED
