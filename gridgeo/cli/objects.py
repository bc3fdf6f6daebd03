"""Managed objects: the categories there are, one object and what it was, how many there are, and which lie nowhere."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import date, datetime
from functools import partial

from ..errors import InvalidInput, NotFound
from ..settings import Settings
from . import doings, load_objects

HELP = "managed objects: categories, one object, its history, counts by unit, those that lie in no unit, rejected rows"

_SHOWN = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    add = doings.of(parser)
    shown = partial(add, json_too=True)
    tree = shown("categories", _categories, "the tree of categories valid now, with how many objects stand of each")
    tree.add_argument("--trees", action="store_true", help="the versions of the tree there are, instead")
    tree.add_argument("--diff", nargs=2, type=int, metavar=("BEFORE", "AFTER"), help="what changed from one version to another, instead")
    show = shown("show", _show, "an object under our number of it, or its element code")
    show.add_argument("ref", metavar="REF")
    history = shown("history", _history, "what an object was, and is: status, category and place")
    history.add_argument("ref", metavar="REF")
    history.add_argument("--on", metavar="DATE", help="only what it was on this day, as far as we know now")
    counted = shown("counts", _counts, "how many objects stand in a unit, by category or status, or in each unit of a level")
    counted.add_argument("--unit", metavar="CODE", help="only in this unit (default: everywhere)")
    counted.add_argument("--by", choices=("category", "status"), default="category", help="what is counted (default: category)")
    counted.add_argument("--level", help="count in each unit of this level instead: district, street, community, micro")
    unplaced = shown("unplaced", _unplaced, "objects that lie in no unit, on a border, or in several units")
    unplaced.add_argument("--outcome", choices=("none", "boundary", "several"), help="only these")
    unplaced.add_argument("--limit", type=int, default=_SHOWN, help=f"so many at most (default: {_SHOWN})")
    add("recount", _recount, "place what has no place yet and count everything anew: what `gridgeo check` may ask for")
    load_objects.rejected_arguments(add("rejected", None, "rows a load put aside: to be corrected and loaded again"))


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked; 0."""
    from contextlib import closing

    from ..db import connection
    from . import database

    if args.what == "rejected":
        return load_objects.rejected(args, settings)
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        return args.doing(conn, args)


def _categories(conn, args: argparse.Namespace) -> int:
    from ..objects import categories, counts

    if args.trees:
        return _trees(conn, args)
    if args.diff:
        return _differences(conn, args)
    known = categories.known(conn)
    edition = _edition(conn)
    standing = counts.of_units(conn, edition.edition_id, _leaves(conn, edition), by=("category",)) if edition else {}
    found = sorted(known.values(), key=lambda one: (one.gone, one.position))
    if args.json:
        return _print([asdict(one) | {"objects": standing.get((one.category_id,), 0)} for one in found])
    rows = [
        (one.category_id, one.path, one.name_en, one.geometry_kind, standing.get((one.category_id,), 0), "不在现行类别树 gone" * one.gone)
        for one in found
    ]
    return _table(("id", "category", "in English", "drawn as", "objects", ""), rows, "No category yet: `gridgeo load categories FILE`.")


def _trees(conn, args: argparse.Namespace) -> int:
    from ..moments import shown
    from ..objects import categories

    found = categories.trees(conn)
    if args.json:
        return _print([{key: value for key, value in asdict(one).items() if key not in ("categories", "departments")} for one in found])
    rows = [(one.tree_id, one.name, shown(one.valid_from) or "draft", shown(one.valid_to), one.source) for one in found]
    return _table(("tree", "name", "from", "to", "source"), rows, "No tree yet: `gridgeo load categories FILE`.")


def _differences(conn, args: argparse.Namespace) -> int:
    from ..objects import categories, rules

    found = rules.differences(*(categories.by_id(conn, tree_id) for tree_id in args.diff))
    if args.json:
        return _print([asdict(one) for one in found])
    return _table(("change", "category", "fields"), [(one.what, one.path, ", ".join(one.fields)) for one in found], "Nothing changed.")


def _show(conn, args: argparse.Namespace) -> int:
    from ..objects import categories, store

    one = store.find(conn, args.ref)
    category = categories.known(conn)[one.category_id]
    if args.json:
        shape = None if one.shape is None else one.shape.__geo_interface__
        return _print(asdict(one) | {"shape": shape, "category": category.path, "gone_category": category.gone})
    _, name_zh, name_en = store.statuses(conn)[one.status]
    print(f"{one.element_code}  {category.path}{' (不在现行类别树 no longer in the tree)' * category.gone}  {one.name or ''}".rstrip())
    print(f"  {name_zh} {name_en} since {one.since}" + (f", inspected {one.inspected_on}" if one.inspected_on else ""))
    print(f"  {one.lon:.7f} {one.lat:.7f}  {_where(conn, one)}")
    if one.place:
        print(f"  at {one.place}" + (f", floor {one.floor}" if one.floor else ""))
    for name, value in one.attributes.items():
        print(f"  {name}: {value}")
    print(f"  object {one.object_id}, source {one.source or '–'}, recorded {one.recorded_at:%Y-%m-%d %H:%M}")
    return 0


def _where(conn, one) -> str:
    """The units an object lies in, from the top."""
    edition = _edition(conn)
    if edition is None or one.unit_id is None:
        return "in no unit" if one.outcome else "not placed: no edition is valid now"
    snapshot = _snapshot(conn, edition)
    chain = snapshot.chain(snapshot.units[snapshot.position[one.unit_id]])
    named = " > ".join(f"{unit.name_zh} {unit.code or ''}".strip() for unit in chain)
    return named if one.outcome == "inside" else f"{named} ({one.outcome})"


def _history(conn, args: argparse.Namespace) -> int:
    from ..objects import categories, store

    one = store.find(conn, args.ref)
    on = None if args.on is None else _day(args.on)
    found = store.history(conn, one.object_id) if on is None else [store.as_of(conn, one.object_id, on)]
    if found == [None]:
        raise NotFound(f"object on {on}:", args.ref)
    if args.json:
        return _print([asdict(change) for change in found])
    known = categories.known(conn)
    rows = [
        (
            *(str(one.valid_from or "corrected"), str(one.valid_to or ""), str(one.status), known[one.category_id].path),
            *(f"{one.lon:.7f} {one.lat:.7f}", f"{one.recorded_from:%Y-%m-%d %H:%M}", one.source),
        )
        for one in found
    ]
    return _table(("from", "to", "status", "category", "place", "known since", "source"), rows, "")


def _counts(conn, args: argparse.Namespace) -> int:
    from ..objects import categories, counts
    from ..objects.model import NOWHERE

    edition = _edition(conn)
    if edition is None:
        raise NotFound("edition of grids valid at", "now")
    within = _leaves(conn, edition, args.unit)
    if args.level:
        return _by_unit(conn, args, edition, within)
    units = within if args.unit else [*within, NOWHERE]
    found = counts.of_units(conn, edition.edition_id, units, by=(args.by,))
    told = {one.category_id: one.path for one in categories.known(conn).values()} if args.by == "category" else {}
    rows = sorted(((told.get(key, str(key)), n) for (key,), n in found.items()), key=lambda row: -row[1])
    if args.json:
        return _print([{args.by: key, "n": n} for (key,), n in found.items()])
    return _table((args.by, "objects"), [*rows, ("total", sum(found.values()))], "")


def _by_unit(conn, args: argparse.Namespace, edition, within: list[int]) -> int:
    from ..objects import counts

    snapshot = _snapshot(conn, edition)
    if args.level not in {unit.level for unit in snapshot.units}:
        raise InvalidInput("--level", args.level, f"there are {', '.join(dict.fromkeys(unit.level for unit in snapshot.units))}")
    found = counts.by_unit(conn, edition.edition_id, snapshot.above(args.level, within))
    units = {unit_id: snapshot.units[snapshot.position[unit_id]] for unit_id in found}
    rows = [(units[unit_id].code or "", units[unit_id].name_zh, n) for unit_id, n in found.items()]
    if args.json:
        return _print([{"unit_id": unit_id, "code": units[unit_id].code, "n": n} for unit_id, n in found.items()])
    return _table(("code", "name", "objects"), sorted(rows), "No unit of that level.")


def _unplaced(conn, args: argparse.Namespace) -> int:
    from ..hierarchy.model import Outcome
    from ..objects import categories, store

    outcomes = [Outcome(args.outcome)] if args.outcome else store.UNCLEAR
    found = store.unplaced(conn, outcomes, limit=args.limit)
    if args.json:
        keys = ("object_id", "element_code", "category_id", "status", "name", "lon", "lat", "unit_id", "outcome")
        return _print([{key: getattr(one, key) for key in keys} for one in found])
    known = categories.known(conn)
    rows = [(one.outcome, one.element_code, known[one.category_id].path, f"{one.lon:.7f} {one.lat:.7f}") for one in found]
    return _table(("outcome", "element code", "category", "place"), rows, "Every object lies in one unit.")


def _recount(conn, args: argparse.Namespace) -> int:
    from ..objects import assignment, counts

    for edition_id in assignment.editions(conn):
        counts.lock(conn)
        wrong = len(counts.difference(conn, edition_id))
        placed = assignment.assign(conn, edition_id)
        print(f"edition {edition_id}: {placed:,} objects placed, {wrong:,} counts were wrong")
    return 0


def _edition(conn):
    """The edition of governance valid now, or None."""
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE

    return store.edition_at(conn, GOVERNANCE)


def _snapshot(conn, edition):
    from ..hierarchy import store
    from ..hierarchy.locate import Snapshot

    return Snapshot(store.scheme(conn, edition.scheme), edition, store.frame(conn, edition.edition_id))


def _leaves(conn, edition, code: str | None = None) -> list[int]:
    """The lowest units of an edition; those of one unit where its code is given."""
    snapshot = _snapshot(conn, edition)
    return snapshot.lowest(None if code is None else [snapshot.unit(code).unit_id])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("--on", text, "give a date: 2024-01-31") from None


def _table(header: tuple[str, ...], rows: list[tuple], otherwise: str) -> int:
    from .given import table

    print("\n".join(table(header, rows)) if rows else otherwise)
    return 0


def _print(value) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))
    return 0


def _plain(value):
    return value.isoformat() if isinstance(value, date | datetime) else dict(value)
