"""Grids of an edition, or features of any collection, from the database into a file for analysts."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..settings import Settings
from . import export_features
from .given import chosen_edition, edition_id

HELP = "write grids, buildings, houses, addresses or objects to a file: GeoPackage, Shapefile, CSV, XLSX and more"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to write, and how."""
    what = "grids of an edition (default), or collections: buildings, or streets,buildings,objects into one GeoPackage"
    parser.add_argument("what", nargs="?", default="grids", help=what)
    parser.add_argument("file", type=Path, metavar="FILE", help="its ending names the format; a directory: the file gets a name of its own")
    parser.add_argument(
        "--level", action="append", default=[], metavar="LEVEL", help="a level; may be given again (default: all with units)"
    )
    parser.add_argument("--scheme", default="", help="scheme of the units (default: governance)")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--edition", type=edition_id, metavar="ID", help="an edition, a draft too (default: the one valid now)")
    when.add_argument("--datetime", metavar="DATE", help="what was or will be valid then")
    datums = "wgs84, cgcs2000, gcj02, bd09 or EPSG:n (default: wgs84 in GeoJSON, else cgcs2000)"
    parser.add_argument("--crs", default="", metavar="CRS", help=datums)
    parser.add_argument("--format", default="", help="default: by the file's ending; gpkg in a directory")
    export_features.arguments(parser.add_argument_group("collections"))
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the file and say what is in it."""
    if args.what != "grids":
        return export_features.run(args, settings)
    export_features.refuse(args, export_features.OF_FEATURES, "is of collections: gridgeo export buildings FILE")
    from contextlib import closing

    from ..db import connection
    from ..exports import files, rules
    from ..exports.model import Order, Source
    from ..geo import crs
    from ..hierarchy import store
    from . import database

    into_folder = args.file.is_dir()
    kind = rules.format_named(args.format or ("gpkg" if into_folder else args.file.name))
    datum = crs.parse(args.crs) if args.crs else rules.usual_datum(kind)
    with database.opened(settings) as url, closing(connection.connect(url)) as conn:
        edition = chosen_edition(conn, args)
        scheme = store.scheme(conn, edition.scheme)
        source = Source(scheme, edition, store.frame(conn, edition.edition_id), settings.authority)
    order = Order(kind, datum, rules.levels(scheme, source.frame, args.level))
    path = args.file / rules.file_names(source, order)[1] if into_folder else args.file
    files.export(path, source, order, args.overwrite)
    count = int(source.frame["level"].isin(order.levels).sum())
    print(f"{path}: {count:,} units of edition {edition.edition_id} ({edition.name}), {datum.name}, {path.stat().st_size / 1e6:,.1f} MB")
    return 0
