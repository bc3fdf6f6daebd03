"""The committed sample in a database, as a user loads it: grids, addresses, links; and the API serving its map."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api import server
from gridgeo.addresses import lifecycle
from gridgeo.db import connection
from gridgeo.hierarchy import store
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import addresses, links, loading, objects
from gridgeo.ingest.model import Instructions
from gridgeo.linkage import counts, keys
from gridgeo.objects import categories
from gridgeo.settings import Settings
from gridgeo.tiles import cells

SAMPLE = Path(__file__).parents[2] / "sample_data"
GRIDS = [SAMPLE / f"{level}.geojson" for level in ("districts", "streets", "communities", "microgrids")]
LINKS = {"persons": "person", "organisations": "credit", "phones": "phone", "events": "event"}

#: A name one building of the town had before, and what people call it.
FORMER, NICKNAME = "望海旧苑", "老榕树楼"


@dataclass(frozen=True)
class Building:
    """A building of the sample, and its houses: code, unit, floor, room."""

    row: dict[str, str]
    houses: list[dict[str, str]]

    @property
    def code(self) -> str:
        """Its code."""
        return self.row["building_code"]


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of the sample."""
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def buildings() -> list[Building]:
    """Return the live buildings of the sample."""
    houses = rows("houses")
    live = [row for row in rows("buildings") if row["status"] == "in_use" and not row["valid_to"]]
    return [Building(row, [one for one in houses if one["house_code"].startswith(row["building_code"])]) for row in live]


def estate() -> Building:
    """Return a building of several units with numbered rooms."""
    return next(one for one in buildings() if len({house["unit"] for house in one.houses}) > 1 and one.row["compound"])


def lost() -> Building:
    """Return a building that is torn down in the course of :func:`load`; :func:`estate` follows it."""
    return next(one for one in reversed(buildings()) if one.code != estate().code)


def grids(conn) -> None:
    """Load the grids and make them valid."""
    plan = loading.plan(conn, GRIDS, store.scheme(conn, GOVERNANCE), Instructions(datum="cgcs2000"))
    edition, _ = loading.commit(conn, plan, name="示例", source="sample", authority="测试局")
    loading.activate(conn, edition)


def load(url: str, settings: Settings, folder: Path) -> None:
    """Load all of it, each file in a transaction of its own as the commands do."""
    with closing(connection.connect(url)) as conn:
        with connection.transaction(conn):
            grids(conn)
        files = {"buildings": SAMPLE / "buildings.csv", "houses": SAMPLE / "houses.csv", "names": _names(folder / "names.csv")}
        for kind, path in files.items():
            with connection.transaction(conn):
                plan = addresses.plan(conn, kind, [path], datum="cgcs2000" if kind == "buildings" else "", storing=True)
                addresses.commit(conn, plan, {issue.code for issue in plan.errors()})
        with connection.transaction(conn):
            lifecycle.retire(conn, lost().code, date(2024, 5, 1), successors=[estate().code])
            keys.init(conn, settings)
        for name, kind in LINKS.items():
            with connection.transaction(conn):
                vault = keys.unlock(conn, settings)
                plan = links.plan(conn, vault, [SAMPLE / f"{name}.csv"], kind)
                links.commit(conn, vault, plan, actor="test", accepted={issue.code for issue in plan.errors()})
        with connection.transaction(conn):
            counts.refresh(conn)


def furnish(url: str) -> None:
    """Load the managed objects of the sample and their categories."""
    with closing(connection.connect(url)) as conn, connection.transaction(conn):
        categories.activate(conn, categories.stage(conn, rows("categories"), "示例"))
        objects.commit(conn, objects.plan(conn, [SAMPLE / "objects.csv"], datum="cgcs2000", storing=True))
        cells.drain(conn)


def _names(path: Path) -> Path:
    code = estate().code
    path.write_text(
        f"code,kind,name,valid_from,valid_to\n{code},former,{FORMER},2001-01-01,2010-01-01\n{code},colloquial,{NICKNAME},2012-01-01,\n"
    )
    return path


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve the API; lend the address of its map."""
    with server.background(settings) as address:
        yield f"{address}/maps/"
