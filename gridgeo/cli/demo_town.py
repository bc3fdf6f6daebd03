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

#: Of all other things there are, what a first start loads.
_TENTH = 10

#: By it and its name an edition is known as the demo's own.
_SOURCE = "invented by gridgeo"

#: What the files of links hold.
_LINKS = {"persons": "person", "organisations": "credit", "phones": "phone", "events": "event"}

#: Counts the time of a block to a stage: "sample" or "load".
Timed = Callable[[str], AbstractContextManager]


def fill(url: str, profile: str, houses: int | None, settings: Settings, timed: Timed) -> None:
    """Make and load what a town still lacks: its grids, its houses, its links, each whole or not at all.

    A district that is not of this profile's sample is left alone, and so are buildings and links that are there.

    Parameters
    ----------
    houses
        How many, 0 for none; None: a few thousand, in part of the district.

    Raises
    ------
    InvalidInput
        More houses than the district has, or less than none.
    """
    from ..addresses import store as addresses
    from ..db import connection
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE

    wanted = _houses(profile, houses)
    folder = settings.home / "sample" / profile
    with closing(connection.connect(url)) as conn:
        edition = store.edition_open(conn, GOVERNANCE)
        if edition is not None and (edition.name, edition.source) != (_name(profile), _SOURCE):
            return
        lacking = bool(wanted) and not addresses.building_codes(conn)
        conn.rollback()
        if edition is None or lacking:
            files = _made(profile, wanted, folder, settings, timed)
            with timed("load"):
                if edition is None:
                    _load_grids(conn, files["grids"], profile, settings)
                if lacking:
                    _load_addresses(conn, files["addresses"])
        if wanted and _awaits_links(conn, folder):
            with timed("load"):
                _load_links(conn, folder, settings)


def own(conn, profile: str) -> bool:
    """Return whether the district is the one of this profile's sample."""
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE

    edition = store.edition_open(conn, GOVERNANCE)
    return edition is not None and (edition.name, edition.source) == (_name(profile), _SOURCE)


def part(option: str, given: int | None, most: int, profile: str) -> int:
    """Return how many of a profile's things to make: a tenth, which nobody has to wait for, where nobody says.

    Raises InvalidInput for more than there are, or less than none.
    """
    if given is None:
        return most // _TENTH
    if not 0 <= given <= most:
        raise InvalidInput(option, given, f"0 to {most:,} for {profile}")
    return given


def linked(url: str) -> bool:
    """Return whether anything is linked to the houses."""
    from ..db import connection
    from ..linkage import store

    with closing(connection.connect(url)) as conn:
        return store.linked(conn)


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


def _name(profile: str) -> str:
    return f"示例 {profile}"


def _made(profile: str, houses: int, folder: Path, settings: Settings, timed: Timed) -> dict[str, list[Path]]:
    from .. import sample
    from . import database

    with timed("sample"), database.cluster(settings).locked():
        return sample.write_all(profile, SEED, folder, houses) if houses else {"grids": sample.write(profile, SEED, folder)}


def _awaits_links(conn, folder: Path) -> bool:
    """Whether nothing is linked, and the buildings are those of the files and no others."""
    from ..addresses import store as addresses
    from ..linkage import store

    file = folder / "buildings.csv"
    try:
        if store.linked(conn) or not file.exists():
            return False
        return addresses.building_codes(conn) == {row["building_code"] for row in _rows(file)}
    finally:
        conn.rollback()


def _load_grids(conn, files: list[Path], profile: str, settings: Settings) -> None:
    from ..db import connection
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE
    from ..ingest import loading
    from ..ingest.model import Instructions

    with connection.transaction(conn):
        plan = loading.plan(conn, files, store.scheme(conn, GOVERNANCE), Instructions(datum="cgcs2000"))
        edition, _ = loading.commit(conn, plan, name=_name(profile), source=_SOURCE, authority=settings.authority)
        loading.activate(conn, edition)


def _load_addresses(conn, files: list[Path]) -> None:
    from ..db import connection
    from ..ingest import addresses

    by_name = {file.stem: file for file in files}
    with connection.transaction(conn):
        for kind in addresses.KINDS:
            if next(_rows(by_name[kind]), None) is None:  # a small town may have no successors
                continue
            datum = "cgcs2000" if kind == "buildings" else ""
            addresses.commit(conn, addresses.plan(conn, kind, [by_name[kind]], datum=datum, storing=True))


def _load_links(conn, folder: Path, settings: Settings) -> None:
    """Link persons, companies, numbers and cases; not on a server of somebody else without keys, who is told so."""
    from ..db import connection
    from ..ingest import links
    from ..linkage import audit, counts, keys, known, loading

    try:
        with connection.transaction(conn):
            vault = keys.unlock(conn, settings)
    except Conflict as missing:
        print(f"gridgeo: nobody is linked to the houses: {missing}", file=sys.stderr)
        return
    with connection.transaction(conn):
        for name, kind in _LINKS.items():
            plan = links.plan(conn, vault, [folder / f"{name}.csv"], kind)
            head = links.commit(conn, vault, plan, actor="demo")
            loading.analyze(conn)
        for row in _rows(folder / "clusters.csv"):
            known.put_cluster(conn, row["place"], row["name"], date.fromisoformat(row["valid_from"]), source=row["source"])
        counts.refresh(conn)
    audit.anchor(settings, head)
