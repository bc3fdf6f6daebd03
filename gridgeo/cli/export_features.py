"""Features of collections from the database into a file: `gridgeo export buildings FILE`."""

from __future__ import annotations

import argparse

from ..settings import Settings

#: Options that mean something to an edition's grids alone, and to collections alone.
OF_GRIDS = ("level", "scheme", "edition")
OF_FEATURES = ("unit", "category", "status", "filter", "bbox", "q", "properties", "text_codes", "all_classes")


def arguments(parser: argparse._ArgumentGroup) -> None:
    """Which features, and how."""
    parser.add_argument(
        "--filter", default="", metavar="CQL2", help="only what it lets through: \"floors > 9 AND grid LIKE '440306001%%'\""
    )
    parser.add_argument("--bbox", default="", metavar="W,S,E,N", help="only what meets this box, EPSG:4490 degrees")
    parser.add_argument("--unit", default="", metavar="CODE", help="only in this unit of today's grids (a code, or u and a unit_id)")
    parser.add_argument("--q", default="", metavar="TEXT", help="only what has it in its name or code")
    parser.add_argument("--properties", default="", metavar="A,B", help="only these properties")
    parser.add_argument("--category", type=int, action="append", metavar="ID", help="objects of this category; may be given again")
    parser.add_argument("--status", action="append", metavar="STATUS", help="objects of this status, or all (default: what is out there)")
    parser.add_argument("--all-classes", action="store_true", help="events also of classes that not everybody may see")
    parser.add_argument("--text-codes", action="store_true", help='CSV: codes as ="…", so that a double click keeps their digits')


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the file and say what is in it."""
    from contextlib import closing

    from ..db import connection
    from ..exports import collected, rules
    from ..geo import crs
    from . import database
    from .progress import Progress

    refuse(args, OF_GRIDS, "is of grids as an edition has them: gridgeo export FILE")
    held = _collections(args.what)
    into_folder = args.file.is_dir()
    kind = rules.format_named(args.format or ("gpkg" if into_folder else args.file.name))
    datum = crs.parse(args.crs) if args.crs else rules.usual_datum(kind)
    collected.fits([collected.Layer(each) for each in held], kind, datum)
    path = args.file / f"{'、'.join(each.title for each in held)}_{rules.datum_label(datum)}{kind.ending}" if into_folder else args.file
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, Progress() as progress:
        layers = [collected.Layer(each, _question(conn, each, args)) for each in held]
        n = collected.write(
            conn, path, layers, kind, datum,
            authority=settings.authority, said=_said(args), coded=args.text_codes, overwrite=args.overwrite, progress=progress.show,
        )  # fmt: skip
    noun = args.what if len(held) == 1 else f"features of {len(held)} collections"
    print(f"{path}: {n:,} {noun}, {datum.name}, {path.stat().st_size / 1e6:,.1f} MB")
    return 0


def refuse(args: argparse.Namespace, options: tuple[str, ...], rule: str) -> None:
    """Raise InvalidInput where one of some options is given."""
    from ..errors import InvalidInput

    for option in options:
        if getattr(args, option):
            raise InvalidInput(f"--{option.replace('_', '-')}", None, rule)


def _collections(names: str) -> list:
    from ..errors import InvalidInput
    from ..features.collections import COLLECTIONS

    for name in names.split(","):
        if name not in COLLECTIONS:
            raise InvalidInput("what", name, f"there are {', '.join(COLLECTIONS)}")
    return [COLLECTIONS[name] for name in dict.fromkeys(names.split(","))]


def _question(conn, collection, args: argparse.Namespace):
    """What the options mean for a collection."""
    from ..errors import InvalidInput
    from ..features.question import Period, Question
    from .given import moment

    at = moment("--datetime", args.datetime)
    unknown = [name for name in args.properties.split(",") if name and name not in collection.by_name]
    if unknown:
        raise InvalidInput("--properties", unknown[0], f"{collection.id} have {', '.join(collection.by_name)}")
    if args.all_classes and collection.id != "events":
        raise InvalidInput("--all-classes", None, "is of events")
    return Question(
        period=at and Period(at, at),
        area=_box(args.bbox),
        units=_units(conn, collection, args.unit),
        only=_filter(collection, args),
        q=args.q or None,
        properties=tuple(args.properties.split(",")) if args.properties else None,
        public=not args.all_classes,
    )


def _box(text: str):
    import shapely

    from ..errors import InvalidInput

    if not text:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise InvalidInput("--bbox", text, "give west,south,east,north in degrees") from None
    return shapely.box(west, south, east, north)


def _units(conn, collection, ref: str) -> list[int] | None:
    """The lowest units below a unit of today."""
    from ..errors import InvalidInput, NotFound
    from ..hierarchy import store
    from ..hierarchy.locate import Snapshot
    from ..hierarchy.model import GOVERNANCE

    if not ref:
        return None
    if collection.within is None:
        raise InvalidInput("--unit", ref, f"{collection.id} are units themselves: use --filter \"parent = '…'\"")
    edition = store.edition_at(conn, GOVERNANCE, None)
    if edition is None:
        raise NotFound("edition valid now of scheme", GOVERNANCE)
    today = Snapshot(store.scheme(conn, GOVERNANCE), edition, store.frame(conn, edition.edition_id))
    unit = today.unit(ref)
    return [each.unit_id for each in (unit, *today.descendants(unit)) if each.leaf]


def _filter(collection, args: argparse.Namespace):
    from ..cql2 import text
    from ..errors import InvalidInput
    from ..features.question import filtered

    said = [f"({args.filter})"] if args.filter else []
    if (args.category or args.status) and collection.id != "objects":
        raise InvalidInput("--category" if args.category else "--status", None, "is of objects; use --filter")
    if args.category:
        said.append(f"category_id IN ({', '.join(map(str, args.category))})")
    if args.status:
        known = collection.by_name["status"].values
        wanted = known if "all" in args.status else args.status
        for word in wanted:
            if word not in known:
                raise InvalidInput("--status", word, f"is not one of {', '.join(known)}, all")
        said.append(f"status IN ({', '.join(map(repr, wanted))})")
    try:
        return filtered(collection, text.parse(" AND ".join(said), collection.queryables)) if said else None
    except ValueError as error:
        raise InvalidInput("--filter", args.filter, str(error)) from None


def _said(args: argparse.Namespace) -> dict[str, str]:
    """What was asked, for the file's passport."""
    asked = {"filter": args.filter, "bbox": args.bbox, "unit": args.unit, "q": args.q, "datetime": args.datetime or ""}
    asked |= {"category": ",".join(map(str, args.category or ())), "status": ",".join(args.status or ())}
    return {name: value for name, value in asked.items() if value}
