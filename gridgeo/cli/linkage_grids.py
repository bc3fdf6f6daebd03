"""`gridgeo linkage block`, `completeness` and `reconcile`: what is known of grids, and how two sources differ on them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ..errors import Conflict, InvalidInput
from ..settings import Settings

_LEVELS = ("district", "street", "community", "micro")
_SHOWN = 40


def arguments(add: Callable) -> None:
    """Which grids, which sources, and where the answers go."""
    block = add("block", _block, "all about a grid unit, a building or a house: counts, never a list of people")
    block.add_argument("code", metavar="CODE", help="of a grid unit, a building (19) or a house (25)")
    complete = add("completeness", _complete, "the share of houses with persons, organisations, numbers and events, by grid")
    reconcile = add(
        "reconcile",
        _reconcile,
        "two sources about the same houses compared by grid, each a table or one source of links",
    )
    reconcile.add_argument("a", metavar="A", help="a CSV or XLSX file with house_code and count, or person:SOURCE, credit:SOURCE …")
    reconcile.add_argument("b", metavar="B", help="the same")
    reconcile.add_argument("--least", type=int, default=10, metavar="N", help="a grid is flagged where they differ by more (default: 10)")
    reconcile.add_argument("--share", type=float, default=0.05, help="… and by more than this share of the larger one (default: 0.05)")
    reconcile.add_argument("--houses", type=Path, metavar="FILE.csv", help="write every house of which the two do not say the same")
    for doing in (complete, reconcile):
        doing.add_argument("--level", choices=_LEVELS, default="street")
        doing.add_argument("--within", metavar="CODE", help="only below this unit")
        doing.add_argument("--out", type=Path, metavar="FILE.csv", help="write a line for each unit")
    for doing in (block, complete, reconcile):
        doing.add_argument("--exact", action="store_true", help="counts of people as they are: not to leave the room")


def _record(args: argparse.Namespace, settings: Settings, conn, vault) -> None:
    """Counts of people as they are, and lists of houses, are shown to somebody who is kept in the audit."""
    from ..linkage import audit
    from . import room

    if args.exact or getattr(args, "houses", None):
        room.done(conn, settings, lambda: (None, audit.record(conn, vault, actor=room.actor(), action=f"{args.what} exact")))


def _control(args: argparse.Namespace, settings: Settings):
    from ..linkage.disclosure import EXACT, Control

    return EXACT if args.exact else Control.of(settings)


def _shown(count) -> str:
    """A count as people read it: what is not told is said so."""
    if isinstance(count, int):
        return f"{count:,}"
    if count.count is None:
        return "<" if count.hidden else "0"
    return f"{count.count:,}" + (f" + {count.hidden} <" if count.hidden else "")


def _block(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import blocks
    from . import room

    of = {19: blocks.of_building, 25: blocks.of_house}.get(len(args.code), blocks.of_unit)
    with room.entered(settings) as (conn, vault):
        _record(args, settings, conn, vault)
        found, words = of(conn, args.code, _control(args, settings)), blocks.words(conn)
    print(f"{found.kind} {found.ref}: {' > '.join(unit.name_zh for unit in found.chain)}")
    if found.own:
        print(f"  {found.own.address} · {words.uses[found.own.use][0]} · {words.statuses[found.own.status][0]} · {found.own.houses:,} 房屋")
    contents = found.contents
    print(f"  {contents.micro_grids:,} 微网格, counted for {found.counted.as_of}")
    for title, stock in (("楼栋 buildings", contents.buildings), ("房屋 houses", contents.houses)):
        print(f"  {title}: " + ", ".join(f"{words.uses[one.use][0]}·{words.statuses[one.status][0]} {one.count:,}" for one in stock))
    print("  层数 floors: " + ", ".join(f"{band} {count:,}" for band, count in contents.storeys.items()))
    for (kind, role), count in contents.linked.items():
        print(f"  {kind} {role} {words.roles[kind, role][0]}: {_shown(count)}")
    print(_note(args, settings))
    return 0


def _note(args: argparse.Namespace, settings: Settings) -> str:
    if args.exact:
        return "Counts of people are as they are: not to leave the room."
    rule = _control(args, settings)
    return f"< is a micro-grid with fewer than {rule.suppress_under}, which is not told; counts of people are rounded to {rule.round_to}."


def _complete(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import completeness
    from ..linkage.model import KINDS
    from . import room

    with room.entered(settings) as (conn, vault):
        _record(args, settings, conn, vault)
        found, counted = completeness.by_level(conn, args.level, _control(args, settings), args.within)
    header = ("code", "name", "houses", *(word for kind in KINDS for word in (str(kind), "share")))
    rows = [
        (one.unit.ref, one.unit.name_zh, one.houses, *(cell for kind in KINDS for cell in (_shown(one.covered[kind]), one.share(kind))))
        for one in found
    ]
    _put(args, header, rows)
    print(f"counted for {counted.as_of}. {_note(args, settings)}")
    return 0


def _reconcile(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import reconcile
    from . import room

    with room.entered(settings) as (conn, vault):
        _record(args, settings, conn, vault)
        a, b = (_source(conn, text) for text in (args.a, args.b))
        tolerance = reconcile.Tolerance(args.least, args.share)
        found = reconcile.compare(conn, a, b, _control(args, settings), args.level, tolerance, args.within)
        conn.rollback()
    header = ("code", "name", "a", "b", "a - b", "only in a", "only in b", "differing", "flagged")
    rows = [
        (
            *(one.unit.ref, one.unit.name_zh, _shown(one.a), _shown(one.b), one.apart),
            *(_shown(one.only_a), _shown(one.only_b), _shown(one.differing), "yes" if one.flagged else ""),
        )
        for one in found.differences
    ]
    _put(args, header, rows)
    print(f"a: {a.name}, b: {b.name}; houses not in the base or in no grid: {found.unplaced[0]:,} and {found.unplaced[1]:,}")
    print(_note(args, settings))
    if args.houses:
        _write(args.houses, ("house_code", "a", "b"), reconcile.houses(a, b))
        print(f"{args.houses}: written; what stands in it is not to leave the room")
    return 0


def _source(conn, text: str):
    """A table of a file, or the links of one source; says what it leaves out."""
    from ..ingest import report, rows
    from ..linkage import reconcile
    from ..linkage.model import KINDS

    kind, colon, source = text.partition(":")
    if colon and kind in set(map(str, KINDS)):
        return reconcile.from_links(conn, kind, source)
    given = rows.source(Path(text))
    columns = {column.strip().lower(): place for place, column in enumerate(given.columns)}
    code = next((columns[name] for name in ("house_code", "房屋编码", "房屋代码", "fwbm") if name in columns), None)
    count = next((columns[name] for name in ("count", "数量", "人数", "户数", "n") if name in columns), None)
    if code is None or count is None:
        raise InvalidInput("file", given.name, "has no columns house_code (房屋编码) and count (数量)")
    table = list(given.rows())
    found, issues = reconcile.from_table(given.name, [row[code] for row in table], [row[count] for row in table])
    for line in report.found(issues, set()) if issues else ():
        print(line)
    return found


def _put(args: argparse.Namespace, header: Sequence[str], rows: list[tuple]) -> None:
    from .given import table

    if args.out:
        _write(args.out, header, rows)
        print(f"{args.out}: {len(rows):,} lines")
        return
    print("\n".join(table(header, rows[:_SHOWN])))
    if len(rows) > _SHOWN:
        print(f"… and {len(rows) - _SHOWN:,} more: --out FILE.csv")


def _write(path: Path, header: Sequence[str], rows: Iterable[tuple]) -> None:
    import csv

    from ..exports.rules import neutral

    if path.exists():
        raise Conflict(f"{path} is there already")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(["" if cell is None else neutral(cell) for cell in row] for row in rows)
