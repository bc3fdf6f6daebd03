"""The project file: layers in groups, the system of coordinates, where the map opens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gridgeo.geo import crs

from .. import palette
from . import layers, symbols
from .layers import Asked, Layer

MEDIA_TYPE = "application/x-qgis-project"
NAME = "gridgeo.qgs"

#: The version of QGIS whose files these are; newer ones read them.
_VERSION = "3.22.16-Białowieża"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
#: In a zip a time must stand; the same project is the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MERCATOR, _WGS84 = 3857, 4326


def written(asked: Asked, title: str, bounds: Sequence[float] | None = None) -> bytes:
    """Return a project (.qgz) that opens the service.

    Parameters
    ----------
    asked
        What it is made for.
    bounds
        West, south, east, north in degrees (EPSG:4490) of what is shown first, where they are known.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(NAME, _EPOCH), document(asked, title, bounds), zipfile.ZIP_DEFLATED)
    return held.getvalue()


def document(asked: Asked, title: str, bounds: Sequence[float] | None = None) -> str:
    """Return the project as the XML that is in its file."""
    project = Element("qgis", {"projectname": title, "version": _VERSION})
    SubElement(project, "title").text = title
    SubElement(project, "projectCrs").append(_system(crs.STORAGE))
    drawn, features = layers.drawn(asked), layers.features(asked)
    tree = SubElement(project, "layer-tree-group")
    over, under = drawn[:-1], drawn[-1:]
    _group(tree, "矢量瓦片 Vector tiles", over)
    _group(tree, "要素 Features (OGC API)", features)
    _group(tree, "底图 Ground", under)
    project.append(_canvas(bounds))
    held = SubElement(project, "projectlayers")
    held.extend(_layer(each) for each in (*over, *features, *under))
    order = SubElement(project, "layerorder")
    for each in (*over, *features, *under):
        SubElement(order, "layer", {"id": each.id})
    project.append(_properties())
    indent(project)
    return _DOCTYPE + tostring(project, encoding="unicode")


def _system(epsg: int) -> Element:
    """A system of coordinates: by its number, and in words for a QGIS whose list does not have it."""
    name, wkt, degrees = crs.described(epsg)
    made = Element("spatialrefsys", {"nativeFormat": "Wkt"})
    facts = {
        "wkt": wkt,
        "srid": str(epsg),
        "authid": f"EPSG:{epsg}",
        "description": name,
        "geographicflag": str(degrees).lower(),
    }
    for key, text in facts.items():
        SubElement(made, key).text = text
    return made


def _group(tree: Element, name: str, held: Sequence[Layer]) -> None:
    group = SubElement(tree, "layer-tree-group", {"name": name, "checked": "Qt::Checked", "expanded": "1"})
    for each in held:
        facts = {"id": each.id, "name": each.name, "source": each.source, "providerKey": each.provider, "expanded": "0"}
        SubElement(group, "layer-tree-layer", {**facts, "checked": "Qt::Checked" if each.shown else "Qt::Unchecked"})


def _canvas(bounds: Sequence[float] | None) -> Element:
    canvas = Element("mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    SubElement(canvas, "units").text = "degrees"
    _extent(canvas, bounds or crs.REGION)
    SubElement(canvas, "rotation").text = "0"
    SubElement(canvas, "destinationsrs").append(_system(crs.STORAGE))
    return canvas


def _extent(of: Element, bounds: Sequence[float]) -> None:
    extent = SubElement(of, "extent")
    for name, number in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        SubElement(extent, name).text = repr(round(float(number), 6))


def _layer(of: Layer) -> Element:
    facts = {"type": "vector" if of.shape else "vector-tile", "autoRefreshEnabled": "0", "refreshOnNotifyEnabled": "0"}
    if of.shape:
        facts |= {"geometry": of.shape[0], "wkbType": of.shape[1]}
    scaled = {"hasScaleBasedVisibilityFlag": str(int(of.farthest > 0)), "minScale": str(of.farthest or 100_000_000), "maxScale": "0"}
    made = Element("maplayer", {**facts, **scaled})
    for name, text in {"id": of.id, "datasource": of.source, "layername": of.name}.items():
        SubElement(made, name).text = text
    SubElement(made, "srs").append(_system(_WGS84 if of.shape else _MERCATOR))
    if of.provider:
        SubElement(made, "provider", {"encoding": "UTF-8"}).text = of.provider
    made.append(of.renderer)
    if of.labels is not None:
        made.append(of.labels)
    if of.shape:
        _name_fields(made, of.aliases)
    for name in ("blendMode", "layerOpacity", "featureBlendMode"):
        SubElement(made, name).text = "1" if name == "layerOpacity" else "0"
    return made


def _name_fields(of: Element, aliases: Sequence[tuple[str, str]]) -> None:
    held = SubElement(of, "aliases")
    for number, (field, name) in enumerate(aliases):
        SubElement(held, "alias", {"field": field, "index": str(number), "name": name})


def _properties() -> Element:
    """That the project has a system of its own, without which QGIS reads none, and the colour of the ground."""
    made = Element("properties")
    SubElement(SubElement(made, "SpatialRefSys"), "ProjectionsEnabled", {"type": "int"}).text = "1"
    gui = SubElement(made, "Gui")
    for name, number in zip(("Red", "Green", "Blue"), symbols.colour(palette.SEA).split(","), strict=False):
        SubElement(gui, f"CanvasColor{name}Part", {"type": "int"}).text = number
    return made
