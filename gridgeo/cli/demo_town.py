"""The invented town of the demo: its grids, its houses and who is linked to them, made and loaded as a user loads files."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from datetime import date
from pathlib import Path

from ..errors import Conflict, InvalidInput
from ..settings import Settings

SEED = 1

#: Houses of a first start that nobody has to wait for; other buildings of the district are left out.
_HOUSES, _SHARE = 10_000, 8

#: What the files of links hold.
_LINKS = {"persons": "person", "organisations": "credit", "phones": "phone", "events": "event"}

#: Counts the time of a block to a stage: "sample" or "load".
Timed = Callable[[str], AbstractContextManager]


def fill(url: str, profile: str, houses: int | None, settings: Settings, timed: Timed) -> None:
    """Make and load a town, unless there is an edition already.

    Parameters
    ----------
    houses
        How many, 0 for none; None: a few thousand, in part of the district.

    Raises
    ------
    InvalidInput
        More houses than the district has, or less than none.
    """
    from ..db import connection
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE
    from . import database

    wanted = _houses(profile, houses)
    with closing(connection.connect(url)) as conn:
        if store.edition_open(conn, GOVERNANCE) is not None:
            return
        conn.rollback()
        with timed("sample"), database.cluster(settings).locked():
            files = _made(profile, wanted, settings.home / "sample" / profile)
        with timed("load"):
            _load_grids(conn, files["grids"], profile, settings)
            if wanted:
                _load_addresses(conn, files["addresses"])
                _load_links(conn, files["links"], settings)


def all_invented(url: str) -> bool:
    """Return whether there are links and every one was invented: then anybody may look at them."""
    from ..db import connection
    from ..linkage import store
    from ..sample.people import INVENTED

    with closing(connection.connect(url)) as conn:
        return store.all_from(conn, INVENTED)


def example(settings: Settings, profile: str) -> tuple[str, str] | None:
    """Return an address as somebody may write it and the code of the house it means; None where the town was made without houses."""
    folder = settings.home / "sample" / profile
    if not (folder / "names.csv").exists():
        return None
    full = {row["code"]: row["name"] for row in _rows(folder / "names.csv") if row["kind"] == "full"}
    for house in _rows(folder / "houses.csv"):
        building = house["house_code"][:19]
        if house["room"] and house["status"] == "in_use" and building in full:
            unit = f"{house['unit']}单元" if house["unit"] else ""
            return f"{full[building].removeprefix('广东省')}{unit}{house['room']}", house["house_code"]
    return None


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def _houses(profile: str, houses: int | None) -> int:
    from ..sample.addresses import SIZES

    most = SIZES[profile][1]
    if houses is None:
        return min(_HOUSES, most // _SHARE)
    if not (houses == 0 or 10 <= houses <= most):
        raise InvalidInput("--houses", houses, f"0, or 10 to {most:,} for {profile}")
    return houses


def _made(profile: str, houses: int, folder: Path) -> dict[str, list[Path]]:
    from .. import sample

    return sample.write_all(profile, SEED, folder, houses) if houses else {"grids": sample.write(profile, SEED, folder)}


def _load_grids(conn, files: list[Path], profile: str, settings: Settings) -> None:
    from ..db import connection
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE
    from ..ingest import loading
    from ..ingest.model import Instructions

    with connection.transaction(conn):
        plan = loading.plan(conn, files, store.scheme(conn, GOVERNANCE), Instructions(datum="cgcs2000"))
        edition, _ = loading.commit(conn, plan, name=f"示例 {profile}", source="invented by gridgeo", authority=settings.authority)
        loading.activate(conn, edition)


def _load_addresses(conn, files: list[Path]) -> None:
    from ..db import connection
    from ..ingest import addresses

    by_name = {file.stem: file for file in files}
    for kind in addresses.KINDS:
        with connection.transaction(conn):
            datum = "cgcs2000" if kind == "buildings" else ""
            addresses.commit(conn, addresses.plan(conn, kind, [by_name[kind]], datum=datum, storing=True))


def _load_links(conn, files: list[Path], settings: Settings) -> None:
    """Link persons, companies, numbers and cases; not on a server of somebody else without keys, who is told so."""
    from ..db import connection
    from ..ingest import links
    from ..linkage import audit, counts, keys, known, loading

    by_name = {file.stem: file for file in files}
    try:
        with connection.transaction(conn):
            vault = keys.unlock(conn, settings)
    except Conflict as missing:
        print(f"gridgeo: nobody is linked to the houses: {missing}", file=sys.stderr)
        return
    for name, kind in _LINKS.items():
        with connection.transaction(conn):
            plan = links.plan(conn, vault, [by_name[name]], kind)
            head = links.commit(conn, vault, plan, actor="demo")
            loading.analyze(conn)
        audit.anchor(settings, head)
    with connection.transaction(conn):
        for row in _rows(by_name["clusters"]):
            known.put_cluster(conn, row["place"], row["name"], date.fromisoformat(row["valid_from"]), source=row["source"])
        counts.refresh(conn)
