"""The figure: Folium's files swapped for ours, and nothing foreign let in."""

import re

import folium
import pytest
from folium import plugins

from gridgeo.errors import InvalidInput
from maps import bundle, page
from maps.figure import PlannerFigure, policy

CONTENT = {"title": "t", "config": "{}"}


def plain_map(inline=False):
    figure = PlannerFigure(CONTENT, inline)
    return folium.Map(tiles=None).add_to(figure), figure


def test_a_plain_folium_map_becomes_a_page_of_our_files_alone():
    _, figure = plain_map()
    html = figure.render()
    assert not re.search(r"(src|href)=[\"'](https?:)?//", html)
    assert re.findall(r"(?:src|href)=\"assets/([^?\"]+)", html) == ["leaflet.js", "leaflet.css", "planner.css", "icon.svg", "planner.js"]


@pytest.mark.parametrize("foreign", [plugins.MarkerCluster(), plugins.Draw(), plugins.HeatMap([[22, 114]])])
def test_an_unknown_foreign_file_is_refused_by_name(foreign):
    planner, figure = plain_map()
    foreign.add_to(planner)
    with pytest.raises(InvalidInput, match=r"https://.*no file of ours takes its place"):
        figure.render()


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="https://example.org/a.png">',
        "<img src='//example.org/a.png'>",
        "<script src=http://example.org/a.js></script>",
        '<p style="background: url(https://example.org/a.png)">',
        '<form action="https://example.org/">',
    ],
)
def test_foreign_markup_is_refused_too(markup):
    _, figure = plain_map()
    figure.html.add_child(folium.Element(markup))
    with pytest.raises(InvalidInput, match="foreign host"):
        figure.render()


def test_the_leaflet_served_is_the_one_folium_is_written_for():
    (address,) = [address for name, address in folium.Map.default_js if name == "leaflet"]
    assert f"leaflet@{bundle.leaflet_version()}/" in address


def test_every_file_folium_would_load_is_swapped_or_dropped_on_purpose():
    from maps.figure import DROPPED, SWAPPED

    assert {name for name, _ in folium.Map.default_js + folium.Map.default_css} == set(SWAPPED) | DROPPED


def test_the_policy_names_no_host_and_allows_no_inline_script_but_by_hash():
    made = page.render("data/x/grids.topojson")
    rules = dict(rule.split(" ", 1) for rule in made.policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'self' 'sha256-[A-Za-z0-9+/=]+'", rules["script-src"])
    assert rules["style-src"] == "'self'" and rules["connect-src"] == "'self'"
    assert "unsafe" not in made.policy and "http" not in made.policy


def test_the_page_is_the_same_at_each_rendering_and_small():
    first, second = page.render("data/x/grids.topojson"), page.render("data/x/grids.topojson")
    assert first == second
    assert len(first.html.encode()) < 50_000


def test_all_scripts_together_keep_to_their_budget():
    assert sum(len(asset.body) for asset in bundle.files().values() if asset.name.endswith(".js")) < 1_200_000


def test_every_script_is_in_the_bundle():
    assert {path.name for path in bundle.ASSETS.glob("*.js")} == set(bundle.SCRIPTS)


def test_what_a_file_says_cannot_end_the_element_it_lies_in():
    made = page.one_file(b'{"name": "</script><script>alert(1)</script>"}')
    assert "</script><script>alert(1)" not in made.html
    assert policy(made.html, inline=True) == made.policy


def test_licences_of_what_is_in_the_page_are_told_in_full():
    html = page.render(None).html
    assert "Leaflet 1.9" in html and "Redistributions in binary form must reproduce" in html
    assert "folium" in html


@pytest.mark.parametrize("there", [True, False])
def test_of_events_there_is_something_only_where_a_class_of_them_is_in_use(there):
    html = page.render(None, access=page.Access({"read"}, {}, addresses=False, events=there)).html
    assert (' id="events"' in html) is (' id="event-time"' in html) is there
