"""QGIS opens a project, says of each layer whether it is valid, and draws it: `python3 qgis_opens.py PROJECT SERVICE PICTURE BOX`.

For the Python QGIS brings; what it says is one line of JSON. QT_QPA_PLATFORM=offscreen does without a screen.
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize


def said(layer) -> dict:
    told = {"name": layer.name(), "valid": layer.isValid(), "crs": layer.crs().authid(), "error": layer.error().message()}
    if isinstance(layer, QgsVectorLayer):
        first = next(layer.getFeatures(QgsFeatureRequest().setLimit(1)), None)
        place = first and first.geometry().centroid().asPoint()
        told |= {"fields": [field.displayName() for field in layer.fields()], "place": place and [place.x(), place.y()]}
        told["drawn_by"] = layer.renderer().type()
    else:
        told["drawn_by"] = [style.styleName() for style in layer.renderer().styles()]
    return told


def drawn(project: QgsProject, box: QgsRectangle, picture: str, size: QSize) -> None:
    settings = QgsMapSettings()
    root = project.layerTreeRoot()
    layers = [layer for layer in root.layerOrder() if root.findLayer(layer.id()).isVisible()]
    settings.setLayers(layers)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4490"))
    settings.setBackgroundColor(project.backgroundColor())
    settings.setOutputSize(size)
    settings.setExtent(box)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture)


def main() -> None:
    path, picture, box = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    read = project.read(path)
    layers = {layer.id(): said(layer) for layer in project.mapLayers().values()}
    drawn(project, QgsRectangle(*map(float, box.split(","))), picture, QSize(900, 700))
    print(json.dumps({"read": read, "crs": project.crs().authid(), "title": project.title(), "layers": layers}))
    sys.stdout.flush()
    project.clear()
    application.exitQgis()


main()
