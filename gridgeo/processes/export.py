"""Features of a collection as a file, in any format and system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import shapely

from ..cql2 import json as cql2_json
from ..cql2 import text as cql2_text
from ..events.model import Duty
from ..exports import collected, rules
from ..exports.collected import Layer
from ..exports.model import Format
from ..features import systems
from ..features.collections import COLLECTIONS
from ..features.question import Filter, Period, Question, filtered
from ..geo import crs
from ..jobs.work import Work
from ..moments import CHINA
from .model import Input, Means, Output, Process
from .rules import one_of, text

_LONGEST_FILTER = 100_000
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?", re.ASCII)


def _crs(given: Any) -> crs.Datum:
    word = text(100)(given)
    if word in crs.OFFERED:
        return crs.OFFERED[word]
    try:
        return systems.named(word).datum
    except ValueError:
        raise ValueError(f"is not one of {', '.join(crs.OFFERED)}, nor a URI of one of them") from None


def _bbox(given: Any) -> shapely.Geometry:
    if isinstance(given, dict) and "bbox" in given and given.keys() <= {"bbox", "crs"}:
        if given.get("crs", systems.CRS84.uri) != systems.CRS84.uri:
            raise ValueError("is in another system than CRS84")
        given = given["bbox"]
    if not (isinstance(given, list) and len(given) == 4 and all(type(each) in (int, float) for each in given)):
        raise ValueError("is no list of four numbers: west, south, east, north in degrees")
    return systems.box(given, systems.CRS84)


def _moment(given: Any) -> Period:
    written = text(40)(given)
    try:
        at = datetime.fromisoformat(written) if _INSTANT.fullmatch(written) else None
    except ValueError:
        at = None
    if at is None:
        raise ValueError("is no day, and no instant with its zone, such as 2024-01-09T08:00:00+08:00")
    at = at if at.tzinfo else at.replace(tzinfo=CHINA)
    return Period(at, at)


def _filter(given: Any) -> str | dict:
    return given if isinstance(given, dict) else text(_LONGEST_FILTER)(given)


def _only(given: SimpleNamespace) -> Filter | None:
    """The filter as a condition; raises ValueError."""
    if given.filter is None:
        return None
    collection = COLLECTIONS[given.collection]
    parse = cql2_json.parse if isinstance(given.filter, dict) else cql2_text.parse
    return filtered(collection, parse(given.filter, collection.queryables))


def _check(given: SimpleNamespace) -> Iterator[tuple[str, str]]:
    kind = Format(given.format)
    if kind in collected.WORLDWIDE and given.crs is not None and given.crs.epsg not in (crs.WGS84.epsg, crs.CGCS2000.epsg):
        yield "crs", f"{kind} is WGS 84 by its standard: choose gpkg or geojson for other systems"
    try:
        _only(given)
    except ValueError as error:
        yield "filter", str(error)


def run(work: Work, given: SimpleNamespace, means: Means) -> str:
    """Write the file as of one snapshot of the database."""
    collection, kind = COLLECTIONS[given.collection], Format(given.format)
    datum = given.crs or rules.usual_datum(kind)
    name = f"{collection.id}_{rules.datum_label(datum)}{kind.ending}"
    with work.transaction() as conn:
        only = _only(given)
        area = only.reach if given.bbox is None and only is not None else given.bbox
        anywhere = collection.within is None or (collection.of_departments and work.department_code is not None)
        units = None if anywhere else work.units(conn)
        asked = Question(period=given.datetime, area=area, units=units, only=only, public=not work.may(Duty))
        layers = [Layer(collection, asked)]
        collected.write(conn, work.folder / name, layers, kind, datum, authority=means.authority, progress=lambda _, *far: work.step(*far))
    return name


PROCESS = Process(
    id="export",
    title="导出",
    title_en="Export",
    description="把一个数据集（可筛选）写成文件。Writes a collection, or what a filter lets through, into a file, as of one moment.",
    inputs={
        "collection": Input(
            "数据集 Collection",
            f"One of {', '.join(COLLECTIONS)}.",
            {"type": "string", "enum": list(COLLECTIONS)},
            one_of(COLLECTIONS),
            required=True,
        ),
        "filter": Input(
            "筛选 Filter",
            'CQL2 as text, or as JSON in {"value": …}; /collections/{collectionId}/queryables says what may be asked of.',
            {"oneOf": [{"type": "string", "maxLength": _LONGEST_FILTER}, {"type": "object"}]},
            _filter,
        ),
        "bbox": Input(
            "范围 Box",
            "Only what meets this box: west, south, east, north in degrees.",
            {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
            _bbox,
        ),
        "datetime": Input(
            "时间 Time",
            "Only what is valid then: an instant with its zone, or a day (its first moment in Beijing time). Now, when absent.",
            {"type": "string"},
            _moment,
        ),
        "crs": Input(
            "坐标系 System",
            f"System of the file: {', '.join(crs.OFFERED)}; always x (longitude, easting) first. The usual one of the format when absent.",
            {"type": "string"},
            _crs,
        ),
    },
    output=Output("file", "文件 File", "The file.", {str(kind): kind.media_type for kind in Format}),
    run=run,
    example={"collection": "buildings", "format": "csv"},
    check=_check,
)
