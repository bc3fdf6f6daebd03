"""How layers are drawn: the table `layer_styles`, by which QGIS opens a GeoPackage in colours, with codes and names as labels.

Source: what QGIS 3.22 writes into that table ("Save style to database").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from .drawing import Drawing

_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
_CONTENT = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ('layer_styles', 'attributes', ?, '', 0)"
)
_STYLE = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, useAsDefault)"
    " VALUES ('', '', ?, 'geom', ?, ?, 1)"
)
_SYMBOLS = {"Point": ("marker", "SimpleMarker"), "MultiLineString": ("line", "SimpleLine"), "MultiPolygon": ("fill", "SimpleFill")}


@dataclass(frozen=True)
class Look:
    """Colours (#rrggbb), width of the edge in millimetres, and the property that stands on a feature; no fill leaves areas empty."""

    edge: str
    fill: str = ""
    width: float = 0.2
    label: str = ""


_LOOKS = {
    "districts": Look("#1f2d3d", width=0.9, label="name_zh"),
    "streets": Look("#33475b", width=0.6, label="name_zh"),
    "communities": Look("#5b7083", width=0.4, label="name_zh"),
    "microgrids": Look("#8a9bab", width=0.25, label="code"),
    "grids": Look("#5b7083", width=0.3, label="name_zh"),
    "buildings": Look("#ffffff", "#2f6f9f", label="building_code"),
    "houses": Look("#ffffff", "#7aa6c2"),
    "addresses": Look("#ffffff", "#b08d57", label="name"),
    "objects": Look("#ffffff", "#c4573a", label="name"),
    "events": Look("#ffffff", "#8e3b63"),
}


def put(package: sqlite3.Connection, drawings: Iterable[Drawing]) -> None:
    """Put a style for each layer into a GeoPackage that has none."""
    package.execute(_TABLE)
    package.execute(_CONTENT, ("layer_styles",))
    styled = [drawing for drawing in drawings if drawing.geometry in _SYMBOLS]
    package.executemany(_STYLE, [(drawing.name, drawing.name[:30], _qml(drawing)) for drawing in styled])


def _qml(drawing: Drawing) -> str:
    look, (kind, shape) = _LOOKS[drawing.collection], _SYMBOLS[drawing.geometry]
    made = Element("qgis", {"version": "3.22", "styleCategories": "Symbology|Labeling", "labelsEnabled": "1" if look.label else "0"})
    renderer = SubElement(made, "renderer-v2", {"type": "singleSymbol", "enableorderby": "0", "symbollevels": "0", "forceraster": "0"})
    symbol = SubElement(SubElement(renderer, "symbols"), "symbol", {"type": kind, "name": "0", "alpha": "1", "clip_to_extent": "1"})
    layer = SubElement(symbol, "layer", {"class": shape, "enabled": "1", "locked": "0", "pass": "0"})
    layer.append(_options(_facts(kind, look)))
    if look.label:
        _labels(made, look.label)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(made, encoding="unicode")


def _facts(kind: str, look: Look) -> dict[str, str]:
    if kind == "line":
        return {"line_color": _colour(look.fill or look.edge), "line_width": "0.5", "line_width_unit": "MM"}
    edge = {"outline_color": _colour(look.edge), "outline_width": str(look.width), "outline_width_unit": "MM", "outline_style": "solid"}
    if kind == "marker":
        return edge | {"name": "circle", "color": _colour(look.fill), "size": "1.8", "size_unit": "MM"}
    return edge | {"color": _colour(look.fill or "#ffffff"), "style": "solid" if look.fill else "no", "joinstyle": "round"}


def _labels(made: Element, of: str) -> None:
    settings = SubElement(SubElement(made, "labeling", {"type": "simple"}), "settings", {"calloutType": "simple"})
    text = {"fieldName": of, "isExpression": "0", "fontSize": "8", "fontSizeUnit": "Point", "textColor": _colour("#1f2d3d")}
    style = SubElement(settings, "text-style", text)
    SubElement(style, "text-buffer", {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": _colour("#ffffff")})
    SubElement(settings, "rendering", {"drawLabels": "1", "scaleVisibility": "1", "scaleMax": "500", "scaleMin": "25000"})


def _options(facts: dict[str, str]) -> Element:
    made = Element("Option", {"type": "Map"})
    made.extend(Element("Option", {"type": "QString", "name": name, "value": value}) for name, value in facts.items())
    return made


def _colour(text: str) -> str:
    return ",".join(str(int(text[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
