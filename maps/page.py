"""The planner's page: one Folium map of an edition's grids, and the same as one file that opens from disk."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import folium
from folium.template import Template

import gridgeo

from . import licences, palette
from .basemaps import Basemap, origins
from .figure import PlannerFigure, policy

TITLE_ZH, TITLE_EN = "网格一张图", "Grids on one map"

KEYS = (
    ("/", "搜索", "search"),
    ("← ↑ → ↓", "相邻单元", "neighbours"),
    ("Enter", "进入下级", "go down"),
    ("Esc", "返回上级", "go up"),
    ("+ − 0", "缩放、全图", "zoom, everything"),
)

#: What keys do while an area or a length is drawn.
DRAWING_KEYS = (
    ("← ↑ → ↓", "移动地图，十字不动", "move the map under the cross"),
    ("Space", "在十字处加点", "set a point at the cross"),
    ("Enter", "完成", "end"),
    ("Backspace", "撤回一点", "take the last point back"),
    ("Esc", "放弃", "give up"),
)

#: Tools on the map: key, names, icon as a path in 20 x 20 (the language's is a letter). A page shows those that can work in it.
TOOLS = (
    ("select", "圈选", "Select an area", "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM10 8v4M8 10h4"),
    ("ruler", "测量", "Measure", "M3 13.5 13.5 3 17 6.5 6.5 17zM6 10.5l1.6 1.6M8.7 7.8l2.3 2.3M11.4 5.1l1.6 1.6"),
    ("compare", "对比版本", "Compare editions", "M3 4.5h14v11H3zM10 2.5v15M5.5 8h2.5M12 8h2.5M12 11h2.5"),
    ("time", "时间", "Time", "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM10 6v4l3 2"),
    ("events", "事件时段", "Events over time", "M2.5 16.5h15M5 14V9.5M8.3 14V5M11.7 14V8M15 14v-3.5"),
    ("basemap", "底图", "Base map", "M10 3 17.5 7 10 11 2.5 7zM4.2 10.2 2.5 11.2 10 15.2 17.5 11.2 15.8 10.2"),
    ("picture", "存为图片", "Save a picture", "M3 4.5h14v11H3zM3.5 14l4-4.5 3 3 2.5-2.5 3.5 4M13.2 7.6a.9.9 0 1 0 .1 0"),
    ("language", "English", "中文", ""),
)

#: Where a page without anything on it looks: the Pearl River's mouth.
NOWHERE = (22.6, 113.9)


class Page(NamedTuple):
    """A page and the Content-Security-Policy it is to be served with."""

    html: str
    policy: str


@dataclass(frozen=True)
class Choice:
    """A scheme or an edition that can be shown instead: its names, its address, whether it is the one shown."""

    name_zh: str
    name_en: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class EditionChoice(Choice):
    """An edition that can be shown instead, or beside: its number and name, its period, where its grids are.

    Parameters
    ----------
    begins, ends
        First day, and the day it is no longer valid; None while it is.
    data
        Address of its TopoJSON, relative to the page.
    """

    edition: int
    name: str
    begins: str
    ends: str | None
    data: str

    def told(self) -> dict:
        """Return what the page needs to show it, or to compare with it."""
        return {"id": self.edition, "name": self.name, "from": self.begins, "to": self.ends, "data": self.data}


@dataclass(frozen=True)
class Access:
    """What the page may ask of the API: it asks nothing that is sure to be refused.

    Parameters
    ----------
    may
        Scopes of a caller without a key.
    needs
        The scope each of `addresses`, `wash`, `blocks`, `links`, `objects` and `events` needs.
    addresses
        Whether there is an address base to ask.
    objects
        Whether there are managed objects: a tree of their categories is valid.
    events
        Whether there are events: some class of them is in use.
    """

    may: Collection[str]
    needs: Mapping[str, str]
    addresses: bool
    objects: bool = False
    events: bool = False


class PlannerMap(folium.Map):
    """Folium's map without a base map and without what only its markers need; our scripts find it as `planner_map`."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }} tabindex="0" role="application"
                 aria-label="网格地图 Map of grids" aria-describedby="keys"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, figure: PlannerFigure) -> None:
        super().__init__(
            location=NOWHERE,
            zoom_start=11,
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            double_click_zoom=False,
            keyboard=False,
            box_zoom=False,
            zoom_snap=0.25,
            zoom_delta=1,
            wheel_px_per_zoom_level=100,
            wheel_debounce_time=30,
            min_zoom=7,
            max_zoom=19,
            max_bounds_viscosity=0.6,
        )
        self.add_to(figure)

    def get_name(self) -> str:
        """Return the name of the script's variable and of the element: always the same, so that the page is."""
        return "planner_map"


def render(
    data: str | None,
    schemes: Sequence[Choice] = (),
    editions: Sequence[Choice] = (),
    api: str | None = "..",
    query: str = "",
    listed: bool = False,
    access: Access | None = None,
    basemaps: Sequence[Basemap] = (),
) -> Page:
    """Return the page the API serves.

    Parameters
    ----------
    data
        Address of the edition's TopoJSON, relative to the page; None when there is nothing to draw.
    schemes, editions
        What else can be shown; nothing is offered where there is only one.
    api
        Address of the API relative to the page, for links to items and exports; None for no links.
    query
        What those links ask besides, where another edition than today's is shown.
    listed
        There is nothing to draw because the scheme has codes and names only, not because nothing is loaded yet.
    access
        What of the API the page asks by itself; None: nothing but `data`.
    basemaps
        What may lie under the grids; the page's policy allows the hosts of these.
    """
    asked = (
        {}
        if access is None
        else {
            "may": sorted(access.may),
            "needs": dict(access.needs),
            **{name: getattr(access, name) for name in ("addresses", "objects", "events")},
        }
    )
    dated = [one.told() for one in reversed(editions) if isinstance(one, EditionChoice)]
    more = {**({"editions": dated} if len(dated) > 1 else {}), **({"basemaps": [one.told() for one in basemaps]} if basemaps else {})}
    return _page({"data": data, "api": api, "query": query, **asked, **more}, schemes, editions, None, listed, origins(basemaps))


def one_file(topology: bytes) -> Page:
    """Return the page with its scripts, styles and an edition's TopoJSON in it: one file that opens from disk."""
    return _page({"data": None, "api": None, "query": ""}, (), (), topology)


def _page(
    config: dict,
    schemes: Sequence[Choice],
    editions: Sequence[Choice],
    topology: bytes | None,
    listed: bool = False,
    images: Sequence[str] = (),
) -> Page:
    inline = topology is not None
    look = {
        "ramps": [palette.ramp(classes) for classes in range(palette.MOST + 1)],
        "zero": palette.ZERO,
        "noData": palette.NO_DATA,
        "hatch": palette.HATCH,
        "faded": palette.FADED,
        "sea": palette.SEA,
        "ink": palette.INK,
        "accent": palette.ACCENT,
        "events": palette.EVENTS,
        "heat": palette.HEAT,
    }
    figure = PlannerFigure(
        {
            "title": f"{TITLE_ZH} · {TITLE_EN}",
            "title_zh": TITLE_ZH,
            "title_en": TITLE_EN,
            "config": _json(json.dumps({**config, "look": look}, ensure_ascii=False)),
            "keys": KEYS,
            "drawing_keys": DRAWING_KEYS,
            "tools": TOOLS,
            "licences": licences.works(),
            "version": gridgeo.__version__,
            "preload": config["data"] if "read" in config.get("may", ("read",)) else None,
            "keyed": "may" in config,
            "addresses": config.get("addresses", False),
            "objects": config.get("objects", False),
            "events": config.get("events", False),
            "topology": _json(topology.decode("utf-8")) if topology is not None else None,
            "schemes": schemes if len(schemes) > 1 else (),
            "editions": editions if len(editions) > 1 else (),
            "listed": listed,
        },
        inline=inline,
    )
    PlannerMap(figure)
    html = figure.render()
    rules = policy(html, inline, images)
    if inline:
        html = html.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{rules}">', 1)
    return Page(html, rules)


def _json(text: str) -> str:
    """Return JSON that can lie in a page: no character sequence in it ends the element it is in."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
