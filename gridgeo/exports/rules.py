"""What is in an export and what it is called; nothing here reads a database or writes a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

import geopandas
import orjson

from .. import __version__
from ..errors import InvalidInput
from ..geo import crs
from ..hierarchy.model import Scheme
from ..moments import CHINA, day
from .model import OF_EDITIONS, Format, Order, Source

#: What makes a spreadsheet take a cell for a formula; the full-width forms too, which some of them fold.
FORMULA = tuple("=+-@\t\r＝＋－＠")


def levels(scheme: Scheme, frame: geopandas.GeoDataFrame, wanted: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the wanted levels of a scheme from the top; when none is named, those that have units in the frame.

    Raises InvalidInput for a level the scheme does not have.
    """
    known = [level.level for level in sorted(scheme.levels, key=lambda level: level.rank)]
    wanted = set(wanted) or set(frame["level"]) or set(known)
    for level in sorted(wanted - set(known)):
        raise InvalidInput("level", level, f"scheme {scheme.scheme} has the levels {', '.join(known)}")
    return tuple(level for level in known if level in wanted)


def chosen(frame: geopandas.GeoDataFrame, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of the wanted units in order, each once. Raises InvalidInput for one that no unit of the frame has."""
    codes = tuple(sorted(set(wanted)))
    known = set(frame["code"])
    for code in codes:
        if code not in known:
            raise InvalidInput("codes", code, "no unit of this edition has it")
    return codes


def format_named(name: str) -> Format:
    """Return the format of a name (``gpkg``) or of a file's ending (``x.gpkg``, ``x.shp.zip``, ``x.zip``). Raises InvalidInput."""
    ending = name.lower().rsplit(".", 1)[-1]
    try:
        return Format({"zip": "shp", "json": "geojson", "geojsons": "geojsonseq", "geojsonl": "geojsonseq"}.get(ending, ending))
    except ValueError:
        raise InvalidInput("format", name, f"give one of {', '.join(Format)}") from None


def usual_datum(kind: Format) -> crs.Datum:
    """Return the coordinates of a format where none are asked for: WGS 84 is what GeoJSON is, CGCS2000 what is stored."""
    return crs.WGS84 if kind in (Format.GEOJSON, Format.GEOJSONSEQ, Format.KML) else crs.CGCS2000


def fits(source: Source, order: Order) -> None:
    """Raise InvalidInput where a format cannot hold what is wanted, as a scheme without geometry a Shapefile or FlatGeobuf."""
    if order.format not in OF_EDITIONS:
        raise InvalidInput("format", str(order.format), f"an edition is written as {', '.join(OF_EDITIONS)}; choose a level for others")
    if order.format in (Format.SHP, Format.FGB) and not source.frame.geometry.notna().any():
        rule = f"scheme {source.scheme.scheme} has codes and names only; choose csv, gpkg or geojson"
        raise InvalidInput("format", str(order.format), rule)


def about(source: Source, order: Order) -> dict[str, str]:
    """Return the passport that goes into every file: what it is, whose, of which edition, valid when, in which coordinates.

    It holds nothing of the moment of writing, so that the same edition gives the same bytes.
    """
    edition, scheme = source.edition, source.scheme
    named = [scheme.level(level) for level in order.levels]
    return {
        "title": f"{scheme.name_zh} {'、'.join(level.name_zh for level in named)}",
        "title_en": f"{scheme.name_en}: {', '.join(level.name_en for level in named)}",
        "authority": edition.authority or source.authority,
        "scheme": scheme.scheme,
        "levels": " ".join(order.levels),
        "edition": str(edition.edition_id),
        "edition_name": edition.name,
        "source": edition.source,
        "valid_from": _moment(edition.valid_from),
        "valid_to": _moment(edition.valid_to),
        "loaded_at": _moment(edition.created_at),
        "digest": edition.digest,
        "crs": order.datum.name,
        "crs_definition": crs.definition(order.datum),
        "axis_order": "x y (longitude or east first)",
        "made_by": f"gridgeo {__version__}",
        **({"units": f"{len(order.codes)} chosen by code"} if order.codes else {}),
    }


def fingerprint(source: Source, order: Order) -> str:
    """Return what tells the bytes of two exports apart, before either is written."""
    return hashlib.sha256(orjson.dumps([order.format, about(source, order), *order.codes])).hexdigest()[:32]


def file_names(source: Source, order: Order) -> tuple[str, str]:
    """Return the name of an export's file in ASCII and in Chinese; both name the coordinates."""
    scheme, edition = source.scheme, source.edition
    whole = order.levels == levels(scheme, source.frame)
    ascii_levels = "all" if whole else "-".join(order.levels)
    zh_levels = "全部层级" if whole else "-".join(scheme.level(level).name_zh for level in order.levels)
    if order.codes:
        ascii_levels, zh_levels = f"{ascii_levels}_selected", f"{zh_levels}_所选"
    since = day(edition.valid_from) if edition.valid_from else f"draft{edition.edition_id}"
    tail = f"{since}_{datum_label(order.datum)}{order.format.ending}"
    return f"{scheme.scheme}_{ascii_levels}_{tail}", f"{scheme.name_zh}_{zh_levels}_{tail}"


def datum_label(datum: crs.Datum) -> str:
    """Return the name of a datum as it stands in file names."""
    return datum.name.replace(":", "")


def says_datum(name: str, datum: crs.Datum) -> None:
    """Raise InvalidInput where coordinates of a map service's shift would go into a file whose name does not say so.

    Such a file looks like any other and lies 500 m off: its name is the only thing everybody reads.
    """
    label = datum_label(datum)
    if datum.epsg is None and label.replace("-", "").lower() not in name.replace("-", "").replace("_", "").lower():
        raise InvalidInput("file", name, f"holds {datum.name} coordinates, so its name has to hold {label}")


def neutral(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe stands before a text that could be.

    >>> neutral("=1+1"), neutral("新安街道"), neutral(-1)
    ("'=1+1", '新安街道', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).isoformat(timespec="seconds") if moment else ""
