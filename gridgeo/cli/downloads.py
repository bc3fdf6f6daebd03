"""`gridgeo downloads`: whole collections as files, made ahead for who comes for them."""

from __future__ import annotations

import argparse

from ..settings import Settings

HELP = "whole collections as files made ahead, one version of the data each; the API hands them out under /downloads"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be done."""
    what = parser.add_subparsers(dest="what", required=True, metavar="make|list")
    make = what.add_parser("make", help="make those whose data changed since; remove those of before, and all that are not asked for")
    make.add_argument("--collection", action="append", metavar="NAME", help="only of this one; may be given again (default: all but grids)")
    make.add_argument("--format", action="append", metavar="FORMAT", help="may be given again (default: gpkg, parquet and csv)")
    make.add_argument("--again", action="store_true", help="make them even where nothing changed")
    make.set_defaults(do=_make)
    listed = what.add_parser("list", help="the files there are")
    listed.set_defaults(do=_list)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it on a connection of the administrator's, who sees the whole city."""
    from ..exports.downloads import Folder

    return args.do(args, settings, Folder.under(settings.home))


def _make(args: argparse.Namespace, settings: Settings, folder) -> int:
    from contextlib import closing

    from ..db import connection
    from ..exports import downloads, rules
    from ..features.collections import find
    from . import database

    collections = [find(name).id for name in args.collection or downloads.COMMON]
    formats = [rules.format_named(name) for name in args.format or downloads.USUAL]

    def told(of, made: bool) -> None:
        print(f"{of.name}: {f'{of.features:,} features, {of.size / 1e6:,.1f} MB' if made else 'as it was'}", flush=True)

    with database.opened(settings) as url, closing(connection.connect(url)) as conn:
        held = downloads.make(conn, folder, downloads.writer(settings.authority), collections, formats, args.again, told)
    print(f"{len(held)} files, {sum(each.size for each in held) / 1e6:,.1f} MB in {folder.path}")
    return 0


def _list(args: argparse.Namespace, settings: Settings, folder) -> int:
    from .given import table

    rows = [
        (each.name, f"{each.features:,}", f"{each.size / 1e6:,.1f}", each.version, each.made_at[:16].replace("T", " "), each.sha256[:16])
        for each in folder.listed()
        if folder.whole(each)
    ]
    print("\n".join(table(("file", "features", "MB", "version", "made (UTC)", "sha256"), rows)) if rows else "no downloads are made")
    return 0
