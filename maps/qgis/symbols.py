"""How things are drawn in QGIS: symbols, renderers and labels as its project files have them.

Sizes are millimetres on the screen. Source: what QGIS 3.22 writes (`QgsSymbolLayerUtils`, `QgsVectorTileBasicRenderer`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from .. import palette

#: How a geometry is numbered.
POINT, LINE, POLYGON = "0", "1", "2"


@dataclass(frozen=True)
class Look:
    """How one thing is drawn: a marker where it has a size, else an area with an edge.

    `fill` None leaves an area empty; `swelling` is an expression for the size of a marker, in its stead.
    """

    fill: str | None
    edge: str = "#ffffff"
    width: float = 0.2
    size: float | None = None
    swelling: str = ""
    opacity: float = 1.0

    def symbol(self, name: str) -> Element:
        """Return the symbol under a name."""
        kind, shape, facts = ("marker", "SimpleMarker", self._marker()) if self.size else ("fill", "SimpleFill", self._area())
        made = Element("symbol", {"type": kind, "name": name, "alpha": str(self.opacity), "clip_to_extent": "1", "force_rhr": "0"})
        layer = SubElement(made, "layer", {"class": shape, "enabled": "1", "locked": "0", "pass": "0"})
        layer.append(option({**facts, "outline_color": colour(self.edge), "outline_style": "solid", "outline_width": str(self.width)}))
        if self.swelling:
            size = {"active": True, "expression": self.swelling, "type": 3}
            SubElement(layer, "data_defined_properties").append(option({"name": "", "properties": {"size": size}, "type": "collection"}))
        return made

    def _marker(self) -> dict[str, str]:
        return {"name": "circle", "color": colour(self.fill), "size": str(self.size), "size_unit": "MM", "outline_width_unit": "MM"}

    def _area(self) -> dict[str, str]:
        style = "no" if self.fill is None else "solid"
        return {"color": colour(self.fill or "#ffffff"), "style": style, "outline_width_unit": "MM", "joinstyle": "round"}


def colour(text: str) -> str:
    """Return a colour #rrggbb as QGIS writes it."""
    return ",".join(str(int(text[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def option(value: Any, name: str | None = None) -> Element:
    """Return a value as an element Option, mappings with what is in them."""
    named = {} if name is None else {"name": name}
    if isinstance(value, Mapping):
        made = Element("Option", {"type": "Map", **named})
        made.extend(option(each, key) for key, each in value.items())
        return made
    kind = {bool: "bool", int: "int"}.get(type(value), "QString")
    return Element("Option", {"type": kind, "value": str(value).lower() if kind == "bool" else str(value), **named})


def single(look: Look) -> Element:
    """Return the renderer that draws all features alike."""
    made = Element("renderer-v2", {"type": "singleSymbol", "enableorderby": "0", "symbollevels": "0", "forceraster": "0"})
    SubElement(made, "symbols").append(look.symbol("0"))
    return made


def by_value(attribute: str, looks: Iterable[tuple[str, str, Look]]) -> Element:
    """Return the renderer that draws features by the value of an attribute: (value, label, look) each; "" is for all other values."""
    facts = {"type": "categorizedSymbol", "attr": attribute, "enableorderby": "0", "symbollevels": "0", "forceraster": "0"}
    made = Element("renderer-v2", facts)
    categories, symbols = SubElement(made, "categories"), SubElement(made, "symbols")
    for number, (value, label, look) in enumerate(looks):
        kind = "string" if value else "NULL"
        SubElement(categories, "category", {"value": value, "label": label, "symbol": str(number), "render": "true", "type": kind})
        symbols.append(look.symbol(str(number)))
    return made


@dataclass(frozen=True)
class TileStyle:
    """How what lies in a layer of vector tiles is drawn: that for which an expression holds, from a zoom on."""

    name: str
    layer: str
    geometry: str
    look: Look
    expression: str = ""
    zoom_from: int = -1


def tiles(styles: Iterable[TileStyle]) -> Element:
    """Return the renderer of a layer of vector tiles; what comes first lies lowest."""
    made = Element("renderer", {"type": "basic"})
    held = SubElement(made, "styles")
    for each in styles:
        facts = {"name": each.name, "layer": each.layer, "geometry": each.geometry, "expression": each.expression, "enabled": "1"}
        style = SubElement(held, "style", {**facts, "min-zoom": str(each.zoom_from), "max-zoom": "-1"})
        SubElement(style, "symbols").append(each.look.symbol("0"))
    return made


def labels(expression: str, size: float, bold: bool = False) -> Element:
    """Return labels of features: dark with a pale edge, at a point on the area; in QGIS's own font, which each machine has."""
    made = Element("labeling", {"type": "simple"})
    made.append(_settings(expression, size, bold))
    return made


def _settings(expression: str, size: float, bold: bool) -> Element:
    made = Element("settings", {"calloutType": "simple"})
    text = SubElement(
        made,
        "text-style",
        {
            **{"fieldName": expression, "isExpression": "1", "fontSize": str(size), "fontSizeUnit": "Point"},
            **{"fontWeight": "75" if bold else "50", "namedStyle": "Bold" if bold else "Regular", "textColor": colour(palette.INK)},
        },
    )
    buffer = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": colour("#ffffff"), "bufferOpacity": "0.9"}
    SubElement(text, "text-buffer", buffer)
    SubElement(made, "placement", {"placement": "0", "centroidWhole": "0", "centroidInside": "1", "priority": "5"})
    SubElement(made, "rendering", {"drawLabels": "1", "obstacle": "0", "scaleVisibility": "0"})
    return made
