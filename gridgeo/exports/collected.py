"""Features of collections as a file, in every format: what :mod:`gridgeo.features` answers to a question, all of it, at flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from psycopg2 import sql

from .. import __version__
from ..errors import InvalidInput
from ..features import reading, statements
from ..features.model import Collection
from ..features.question import Question
from ..geo import crs
from ..moments import CHINA
from . import rules
from .bulk import columns, copying, spelling
from .bulk.batches import Batch, Lines
from .bulk.columns import Column, Kind
from .bulk.drawing import Drawing
from .files import whole
from .model import Format

#: Called with what is being written, how many features are, and of about how many.
Progress = Callable[[str, int, int], None]

#: Reads features from their beginning.
Reader = Callable[[], Iterator[Batch | Lines]]

#: Formats that are text, which the database writes.
_SPELT = (Format.GEOJSON, Format.GEOJSONSEQ, Format.CSV)
#: Formats whose files hold several layers; those that know WGS 84 alone; those that hold one kind of geometry in a layer.
LAYERED = (Format.GPKG, Format.SHP, Format.XLSX)
WORLDWIDE = (Format.GEOJSONSEQ, Format.KML)
_ALIKE = (Format.GPKG, Format.SHP)
#: What formats have no values for, and is told as text.
_WRITTEN = {
    **dict.fromkeys((Format.GEOJSON, Format.GEOJSONSEQ, Format.CSV, Format.SHP), (Kind.MOMENT,)),
    Format.KML: (Kind.MOMENT, Kind.DAY),
}

#: The writer of each format; it is loaded when it is needed.
_WRITERS = {
    Format.GEOJSON: ("text", "geojson"),
    Format.GEOJSONSEQ: ("text", "sequence"),
    Format.CSV: ("text", "table"),
    Format.XLSX: ("workbook", "write"),
    Format.GPKG: ("package", "write"),
    Format.SHP: ("shapefile", "write"),
    Format.FGB: ("gdal", "flatgeobuf"),
    Format.KML: ("gdal", "kml"),
    Format.PARQUET: ("parquet", "write"),
}
_GEOMETRIES = {"point": "Point", "polygon": "MultiPolygon", "multipolygon": "MultiPolygon", "any": "Unknown"}
#: What a collection of every kind of geometry becomes where a layer holds one: name, title and geometry by dimension.
_BY_DIMENSION = (("{}", "{}", "Point"), ("{}_lines", "线状{}", "MultiLineString"), ("{}_areas", "面状{}", "MultiPolygon"))
_WHERE = {"MultiLineString": "ST_Multi(f.geom)", "MultiPolygon": "ST_Multi(f.geom)"}


@dataclass(frozen=True)
class Layer:
    """Features of a collection that are wanted. Of the question its limit and order count too, its coordinate system does not."""

    collection: Collection
    question: Question = field(default_factory=Question)


def write(
    conn,
    path: Path,
    layers: Sequence[Layer],
    kind: Format,
    datum: crs.Datum | None = None,
    *,
    authority: str = "",
    said: Mapping[str, str] | None = None,
    coded: bool = False,
    overwrite: bool = False,
    progress: Progress = lambda *_: None,
) -> int:
    """Write features of collections into a file and return how many there are; it appears whole or not at all.

    The connection's transaction sees what it may see, and so does the file. It is held until the file is written.

    Parameters
    ----------
    datum
        Of the coordinates in the file, x first; what is usual in the format when None.
    authority, said
        Who answers for the data, and what was asked: both go into the file's passport.
    coded
        Of CSV: write codes as ="…", which spreadsheets keep as text.

    Raises
    ------
    InvalidInput
        The format cannot hold it, or the file's name does not say what must be said (:func:`.rules.says_datum`).
    Conflict, NotFound
        As :func:`.files.whole`.
    """
    datum = datum or rules.usual_datum(kind)
    fits(layers, kind, datum)
    rules.says_datum(path.name, datum)
    making = _Making(conn, kind, datum, coded, progress)
    drawings = [drawing for layer in layers for drawing in _drawings(making, layer)]
    module, name = _WRITERS[kind]
    writer = getattr(import_module(f"{__package__}.bulk.{module}"), name)
    passport = about(layers, datum, authority, said or {})
    return whole(path, f"{layers[0].collection.id}{kind.ending}", lambda made: writer(made, drawings, passport), overwrite)


def fits(layers: Sequence[Layer], kind: Format, datum: crs.Datum) -> None:
    """Raise InvalidInput where a format cannot hold several layers, or other coordinates than WGS 84."""
    if len(layers) != 1 and kind not in LAYERED:
        raise InvalidInput("format", str(kind), f"holds one collection; {', '.join(LAYERED)} hold several")
    if kind in WORLDWIDE and datum.epsg not in (crs.WGS84.epsg, crs.CGCS2000.epsg):
        raise InvalidInput("format", str(kind), f"is WGS 84 by its standard and cannot say {datum.name}: choose gpkg or geojson")


def about(layers: Sequence[Layer], datum: crs.Datum, authority: str, said: Mapping[str, str]) -> dict[str, str]:
    """Return the passport of a file: what it is, whose, made when, in which coordinates, and what was asked for."""
    held = [layer.collection for layer in layers]
    return {
        "title": "、".join(each.title for each in held),
        "title_en": ", ".join(each.title_en for each in held),
        "collections": " ".join(each.id for each in held),
        "authority": authority,
        **said,
        "made_at": datetime.now(CHINA).isoformat(timespec="seconds"),
        "crs": datum.name,
        "crs_definition": crs.definition(datum),
        "axis_order": "x y (longitude or east first)",
        "made_by": f"gridgeo {__version__}",
    }


@dataclass(frozen=True)
class _Making:
    """What a file is made with, whatever the layer."""

    conn: Any
    kind: Format
    datum: crs.Datum
    coded: bool
    progress: Progress


def _drawings(making: _Making, layer: Layer) -> Iterator[Drawing]:
    """The layers a collection becomes."""
    conn, collection = making.conn, layer.collection
    layer = replace(layer, question=reading.placed(conn, collection, replace(layer.question, after=None)))
    if collection.geometry != "any" or making.kind not in _ALIKE:
        yield _drawing(making, layer)
        return
    there = [part for part in range(3) if part == 0 or _any(conn, collection, layer.question, _of(part))]
    for part in there:
        name, title, geometry = _BY_DIMENSION[part]
        made = _drawing(making, layer, _of(part), geometry)
        yield replace(made, name=name.format(collection.id), title=title.format(collection.title))


def _drawing(making: _Making, layer: Layer, also: Sequence[sql.Composable] = (), geometry: str = "") -> Drawing:
    collection = layer.collection
    geometry = geometry or _GEOMETRIES[collection.geometry]
    told = tuple(columns.of(collection, layer.question.properties, _WRITTEN.get(making.kind, ())))
    wkb = f"ST_AsBinary({_WHERE.get(geometry, 'f.geom')}, 'NDR')"
    read = partial(_read, making, layer, (_spelt if making.kind in _SPELT else _columns)(making, layer, told, wkb, also))
    return Drawing(collection.id, collection.title, collection.id, geometry, told, making.datum, read)


def _columns(making: _Making, layer: Layer, told: tuple[Column, ...], wkb: str, also: Sequence[sql.Composable]) -> Reader:
    """Features as columns."""
    wanted = [*(sql.SQL(each.told) for each in told), sql.SQL(wkb)]
    kinds = [*(each.kind for each in told), Kind.BYTES]
    found = statements.selected(layer.collection, layer.question, wanted, *also)
    return lambda: (Batch(tuple(each[:-1]), each[-1]) for each in copying.batches(making.conn, *found, kinds))


def _spelt(making: _Making, layer: Layer, told: tuple[Column, ...], wkb: str, also: Sequence[sql.Composable]) -> Reader:
    """Features as lines the database writes."""
    spelt = spelling.cells(told, making.coded) if making.kind is Format.CSV else spelling.objects(told)
    wanted = [sql.SQL(f"encode({wkb}, 'hex')"), *spelt.told]
    found = statements.selected(layer.collection, layer.question, wanted, *also)
    return lambda: copying.lines(making.conn, *found, spelt)


def _read(making: _Making, layer: Layer, reader: Reader) -> Iterator[Batch | Lines]:
    done, expected = 0, reading.estimate(making.conn, layer.collection, layer.question)
    for batch in reader():
        done += len(batch)
        making.progress(f"{layer.collection.id} written, of about", done, max(expected, done))
        yield batch


def _of(dimension: int) -> tuple[sql.Composable]:
    return (sql.SQL("ST_Dimension(f.geom) = {}").format(sql.Literal(dimension)),)


def _any(conn, collection: Collection, question: Question, also: Sequence[sql.Composable]) -> bool:
    statement, given = statements.selected(collection, replace(question, order=(), limit=1), [sql.SQL("1")], *also)
    with conn.cursor() as cur:
        cur.execute(statement, given)
        return cur.fetchone() is not None
