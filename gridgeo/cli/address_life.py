"""`gridgeo addresses mint`, `retire` and what lies between: deeds done to one building or house, dry first."""

from __future__ import annotations

import argparse

from ..errors import Gone, InvalidInput
from ..settings import Settings

_MINT = "give a new building (--at) or a new house (--in its building) the next code, for life"

#: What each word does: help, and the options besides its code; None takes no code.
DOINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "mint": (_MINT, ("use", "address", "label", "status", "floors", "floors_below", "area_m2", "on", "source")),
    "renumber": ("give a building another address; the one before goes on leading to it", ("address", "on", "source")),
    "relocate": ("correct where a building is; an outline it had is dropped", ("at",)),
    "relabel": ("give a house another unit, floor or room; what it was called becomes a former name", ("label", "on")),
    "move": ("give a house a new code in the building it belongs to; the old one names it", ("building", "on")),
    "merge": ("end a building or house: another takes its place, houses keep their codes", ("follower", "on")),
    "split": ("end a building or house: several take its place", ("into", "houses", "on")),
    "retire": ("end a building or house; its code is never given again", ("successors", "reason", "status", "on")),
}
_OPTIONS = {"address": ("road", "plate", "compound", "block"), "label": ("unit", "floor", "room")}
_HELP = {
    "use": "what it is used for: residential, 住宅, office …",
    "status": "planned, in_use, under_investigation; of one that ends retired or demolished",
    "on": "the day it holds from (default: today)",
    "source": "who says so",
    "reason": "why they follow: moved, renumbered, merged, split, replaced, duplicate",
    "plate": "number at the road, without 号",
    "area_m2": "floor area, square metres",
}


def arguments(doings) -> None:
    """One word for each deed."""
    for name, (told, options) in DOINGS.items():
        doing = doings.add_parser(name, help=told, description=f"{told}; a dry run, unless --commit")
        if name == "mint":
            where = doing.add_mutually_exclusive_group(required=True)
            _add_at(where)
            where.add_argument("--in", dest="code", metavar="BUILDING", help="code of the building the house is in")
        else:
            doing.add_argument("code", metavar="CODE")
        for option in (one for some in options for one in _OPTIONS.get(some, (some,))):
            _add(doing, option)
        doing.add_argument("--no-count", action="store_true", help="do not count the grids anew: more is to be done")
        doing.add_argument("--commit", action="store_true", help="do it")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked and say what was made; keep it with --commit, else say what would be."""
    from contextlib import closing

    from ..db import connection
    from ..ingest import deeds
    from . import database

    code = _code(args.code)
    kind = None if code is None else deeds.BUILDING if len(code) == 19 else deeds.HOUSE
    deed = deeds.of(args.what, kind)
    values = deed.values(_given(args, deed))
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        made = deeds.carry_out(conn, deed, code, values, count=args.commit and not args.no_count)
        print(_told(conn, deed, code, made))
        if not args.commit:
            print("Dry run: nothing was stored. Add --commit to store it.")
            conn.rollback()
    return 0


def _add_at(parser) -> None:
    parser.add_argument("--at", nargs=2, metavar=("LON", "LAT"), help="where it is, EPSG:4490 degrees")


def _add(parser: argparse.ArgumentParser, option: str) -> None:
    if option == "at":
        _add_at(parser)
    elif option == "houses":
        parser.add_argument("--house", dest="houses", action="append", metavar="HOUSE=BUILDING", help="to which part a house belongs")
    elif option in ("into", "successors"):
        parser.add_argument(f"--{option}", nargs="+", metavar="CODE", help="those that follow it")
    elif option == "follower":
        parser.add_argument("--into", dest="follower", required=True, metavar="CODE", help="what takes its place")
    else:
        parser.add_argument(f"--{option.replace('_', '-')}", metavar=option.upper(), help=_HELP.get(option))


def _code(text: str | None) -> str | None:
    from ..addresses import rules

    return None if text is None else rules.code(text)


def _given(args: argparse.Namespace, deed) -> dict:
    """The options that were given, as values of a deed; raises InvalidInput for one it does not take."""
    given = {name: value for name, value in vars(args).items() if value is not None and name in _names()}
    if args.__dict__.get("at"):
        given |= dict(zip(("lon", "lat"), args.at, strict=True))
    if "houses" in given:
        given["houses"] = dict(_pair(text) for text in given["houses"])
    strange = sorted(given.keys() - {*deed.required, *deed.optional})
    if strange:
        raise InvalidInput(f"--{strange[0].replace('_', '-')}", None, f"does not go with {deed.name} of a {deed.kind or 'building'}")
    return given


def _names() -> frozenset[str]:
    from ..ingest import deeds

    return frozenset(deeds.FIELDS)


def _pair(text: str) -> tuple[str, str]:
    house, sign, to = text.partition("=")
    if not sign:
        raise InvalidInput("--house", None, "give HOUSE=BUILDING, two codes")
    return house, to


def _told(conn, deed, code: str | None, made: str) -> str:
    from ..addresses import rules, store
    from ..addresses.model import NameKind

    kind, read = ("Building", store.building) if rules.is_building(made) else ("House", store.house)
    try:
        read(conn, made)
    except Gone as gone:
        follow = f"; followed by {', '.join(gone.successors)}" if gone.successors else ""
        return f"{kind} {made} ended on {gone.since}{follow}. Its code is never given again."
    written = rules.compose(NameKind.FULL, store.parts(conn, made))
    new = " is new" if deed.makes else ""
    return f"{kind} {made}{new}: {written or 'without an address'}." + (f" It follows {code}." if deed.name == "move" else "")
