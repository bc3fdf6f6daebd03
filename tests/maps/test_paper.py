"""On paper, and as one file."""

import re

import pytest

from gridgeo import sample
from gridgeo.errors import NotFound
from maps import page as pages

from .conftest import topology
from .drawn import city
from .looking import at, colour, later

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(site):
    return site.put("paper", topology(city()))


@pytest.mark.parametrize("paper, millimetres", [("a4", (297, 210)), ("a3", (420, 297))])
def test_a_print_is_one_page_of_its_paper(visit, address, paper, millimetres):
    page = visit(address)
    page.evaluate("paper => document.documentElement.classList.toggle('a3', paper === 'a3')", paper)
    made = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", made)
    assert len(boxes) == 1
    assert [round(float(points) / 72 * 25.4) for points in boxes[0]] == list(millimetres)


def test_a_print_has_title_legend_scale_north_date_source_edition_and_no_panel(visit, address):
    page = visit(f"{address}#level=micro&measure=households&unit=999901001")
    before = page.evaluate("[gridgeo.shown.map.getZoom(), gridgeo.shown.map.getSize().x]")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert "网格图" in page.locator("#print-title").inner_text()
    legend = page.locator("#print-legend").inner_text()
    assert "户数 Households" in legend and "等量分级 Quantiles" in legend and "零 Zero" in legend
    assert re.fullmatch(r"\d+ k?m", page.locator("#print-scale").inner_text())
    foot = page.locator("#print-foot").inner_text()
    for part in ("试用版（2025-01-01 – 今 now）", "测试局", "测试图", "999901001", "CGCS2000"):
        assert part in foot
    assert re.search(r"制图 Printed\s+\d{4}-\d\d-\d\d", foot)
    assert page.locator("#north").is_visible()
    for hidden in ("#panel", "#card", ".leaflet-control-zoom"):
        assert page.locator(hidden).is_hidden()
    assert colour(page, "99990100100201") == "#1c5271"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("[gridgeo.shown.map.getZoom(), gridgeo.shown.map.getSize().x]") == before
    assert page.locator("#panel").is_visible()


def test_the_scale_bar_is_as_long_as_it_says(visit, address):
    page = visit(address)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    bar = page.locator("#print-scale i").bounding_box()["width"]
    metres = page.evaluate(
        "bar => { const { map } = gridgeo.shown, m = map.getSize().divideBy(2);"
        " return map.distance(map.containerPointToLatLng(m), map.containerPointToLatLng(m.add([bar, 0]))); }",
        bar,
    )
    length, unit = page.locator("#print-scale").inner_text().split()
    assert metres == pytest.approx(float(length) * (1000 if unit == "km" else 1), rel=0.02)


def test_one_file_opens_from_disk_and_does_all_the_same(visit, tmp_path):
    made = pages.one_file(topology(city()))
    (tmp_path / "map.html").write_text(made.html, encoding="utf-8")
    page = visit(f"file://{tmp_path}/map.html#level=street")
    page.mouse.click(*at(page, "999901001"))
    assert page.locator("#card h2").inner_text().startswith("新安街道")
    assert page.locator("#card .links").count() == 0
    later(page, 300)
    assert "unit=999901001" in page.url
    page.select_option("#measure", "type")
    later(page, 100)
    assert colour(page, "99990100100201") == "#dcae57"


def test_one_file_of_a_whole_district_is_small_enough_to_send():
    assert len(pages.one_file(topology(sample.make("baoan", 1))).html.encode()) < 5_000_000


def test_one_file_allows_nothing_but_what_lies_in_it(visit, tmp_path):
    made = pages.one_file(topology(city()))
    assert "connect-src 'none'" in made.policy and "'self'" not in made.policy
    planted = made.html.replace("</body>", "<script>document.title = 'planted'</script></body>")
    (tmp_path / "map.html").write_text(planted, encoding="utf-8")
    page = visit(f"file://{tmp_path}/map.html", allowed=("Content Security Policy", "violates"))
    assert page.title() != "planted"


def test_the_map_command_writes_the_file_and_says_its_size(settings, tmp_path, capsys, visit):
    import argparse
    from contextlib import closing

    from gridgeo.cli import map as command
    from gridgeo.db import connection
    from gridgeo.hierarchy import editions

    parser = argparse.ArgumentParser()
    command.arguments(parser)
    target = tmp_path / "map.html"
    args = parser.parse_args([str(target)])
    with pytest.raises(NotFound, match="governance"):
        command.run(args, settings)
    assert not target.exists()
    with closing(connection.connect(settings.database_url)) as conn:
        edition, _ = editions.stage(conn, "governance", city(), name="第一版")
        editions.activate(conn, edition.edition_id)
        conn.commit()
    assert command.run(args, settings) == 0
    assert re.search(r"map\.html: \d+ units of '第一版', [\d.]+ MB", capsys.readouterr().out)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != "") == ["map.html"]
    page = visit(f"file://{target}")
    assert page.locator("#edition").inner_text().startswith("第一版")
