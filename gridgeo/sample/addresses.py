"""The invented address base: buildings, houses, their names and successors, as files to load.

Codes follow SZDB/Z 281-2017. The base is made to be hard in the ways real ones are: see :mod:`.places`, :mod:`.buildings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd

from ..errors import InvalidInput
from . import buildings, columns, houses, plates
from .places import Places, micro_grids
from .profiles import PROFILES, Progress
from .profiles import make as make_units

#: buildings and houses of a profile
SIZES = {"small": (700, 8_000), "baoan": (100_000, 2_000_000), "city": (600_000, 11_000_000)}

BUILDING_COLUMNS = ["building_code", "road", "plate", "compound", "block", "short_name", "building_use", "status", "floors", "lon", "lat"]
#: share of buildings whose written-out names are kept
_WRITTEN_OUT = 0.05
_SOURCE = "gridgeo sample"


@dataclass
class Base:
    """An address base: the micro-grids it lies in, its places, buildings, houses, names (a frame) and successors (a frame)."""

    grids: pd.DataFrame
    places: Places
    buildings: buildings.Buildings
    houses: houses.Houses
    names: pd.DataFrame
    successors: pd.DataFrame

    def full(self) -> pd.DataFrame:
        """Return every house with everything its address consists of, the parts as categories, missing where there is nothing.

        house_code, building_code, province, city, district, street, community (those of today's grid), road, plate,
        compound, block, unit, floor, room, short_name, kind, status, successor. A row for each address: ``main`` is
        False for a second or former one, ``ended`` True for a former one.
        """
        return full(self)


def make(
    profile: str = "baoan",
    seed: int = 1,
    houses_wanted: int | None = None,
    progress: Progress | None = None,
    units: geopandas.GeoDataFrame | None = None,
) -> Base:
    """Return the address base of a sample.

    Parameters
    ----------
    profile
        Of :data:`gridgeo.sample.PROFILES`: the units the buildings stand in.
    houses_wanted
        How many houses, instead of the profile's number; buildings are fewer or more by the same factor.
    units
        The units of the profile and the seed, where they are made already.

    Raises
    ------
    InvalidInput
        No such profile, or no house.
    """
    if profile not in SIZES:
        raise InvalidInput("profile", profile, f"there are {', '.join(PROFILES)}")
    if houses_wanted is not None and houses_wanted < 10:
        raise InvalidInput("houses", houses_wanted, "at least 10")
    say = progress or (lambda _: None)
    building_count, house_count = SIZES[profile]
    if houses_wanted:
        building_count, house_count = max(1, round(building_count * houses_wanted / house_count)), houses_wanted
    grids = micro_grids(make_units(profile, seed) if units is None else units)
    rng = np.random.default_rng([seed, house_count, *profile.encode(), 3])
    say("places with names")
    places = Places(grids, rng)
    say("buildings")
    built = buildings.make(places, building_count, rng)
    say("houses")
    lived = houses.make(built, house_count, rng)
    successors = pd.concat([built.successors, lived.successors], ignore_index=True)
    return Base(grids, places, built, lived, _names(built, places, grids, rng), successors)


def write(base: Base, folder: Path) -> list[Path]:
    """Write buildings.csv, houses.csv, names.csv, addresses.csv and successors.csv, and return the files.

    A building's main address stands with it; ``addresses.csv`` has the others: on the other road of a corner, and former ones.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "buildings": columns.from_frame(building_rows(base.buildings)),
        "houses": base.houses.columns,
        "names": columns.from_frame(base.names),
        "addresses": columns.from_frame(address_rows(base.buildings)),
        "successors": columns.from_frame(base.successors),
    }
    return [columns.write(table, folder / f"{name}.csv") for name, table in tables.items()]


def building_rows(built: buildings.Buildings) -> pd.DataFrame:
    """Return the buildings as the file has them, text in every cell."""
    rows = built.table[[*BUILDING_COLUMNS, "valid_from", "valid_to"]].astype(object)
    for name in ("lon", "lat"):
        rows[name] = [f"{value:.7f}" for value in rows[name]]
    rows["floors"] = [str(floors) for floors in rows["floors"]]
    return rows.where(rows.notna(), None)


def address_rows(built: buildings.Buildings) -> pd.DataFrame:
    """Return the addresses of buildings besides the main ones, as the file has them."""
    code = built.table["building_code"].to_numpy()[built.addresses["row"].to_numpy(int)]
    rows = pd.DataFrame({"building_code": code}, dtype=object).join(built.addresses[[*plates.ADDRESS, "valid_from", "valid_to"]])
    return rows.astype(object).where(rows.notna(), None)


def _names(built: buildings.Buildings, places: Places, grids: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Names of the places for each of their buildings, and written-out names of some buildings."""
    table, rows = built.table, []
    code, began = table["building_code"].to_numpy(), table["valid_from"].to_numpy()
    for row, site in enumerate(table["site"]):
        for kind, name, since, until in places.sites[site].aliases if site >= 0 else ():
            rows.append((code[row], kind, name, since, until or None))
    rows += [
        (f"{code[row]}000001", "colloquial", f"{places.sites[site].name}管理处", began[row], None)
        for row, site in zip(*_first_of_estates(table), strict=True)
    ]
    for at, row in enumerate(plates.some(table["status"] == "in_use", _WRITTEN_OUT, rng)):
        kind = ("full", "administrative", "geographic")[at % 3]
        rows.append((code[row], kind, _written(table.iloc[row], grids.iloc[table["grid"].iat[row]], kind), began[row], None))
    names = pd.DataFrame(rows, columns=["code", "kind", "name", "valid_from", "valid_to"], dtype=object)
    names["source"] = pd.Series([_SOURCE] * len(names), dtype=object)
    return names.sort_values(["code", "kind", "name"], ignore_index=True)


def _first_of_estates(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The first live building of every fourth estate or park, and its place."""
    live = table[(table["status"] == "in_use") & table["kind"].isin(["estate", "park"]) & (table["site"] % 4 == 0)]
    first = live.drop_duplicates("site")
    return first.index.to_numpy(), first["site"].to_numpy()


def _written(building: pd.Series, grid: pd.Series, kind: str) -> str:
    """A building's name of one of the standard's three written-out kinds. Source: SZDB/Z 281-2017."""
    divisions = f"广东省深圳市{grid['district_name']}"
    below = f"{grid['street_name']}{grid['community_name']}"
    road = f"{building['road'] or ''}{building['plate']}号" if building["plate"] else ""
    inner = (building["compound"] or "") + block_name(building["block"])
    village = building["kind"] == "village"
    door = (building["compound"] or "") + road + block_name(building["block"]) if village else road + inner
    return {"full": divisions + below + door, "administrative": divisions + below + (inner or door), "geographic": divisions + door}[kind]


def block_name(block: str | None) -> str:
    """Return a block as it is called: 3栋, A座, 东座, 研发大楼."""
    if not block:
        return ""
    if block[0].isdigit():
        return f"{block}栋"
    return block if block[-1] in "楼堂" else f"{block}座"


def full(base: Base) -> pd.DataFrame:
    """See :meth:`Base.full`."""
    table, lived = base.buildings.table, base.houses
    main = table[plates.ADDRESS].assign(row=np.arange(len(table)), main=True, ended=False)
    other = base.buildings.addresses.assign(main=False, ended=base.buildings.addresses["valid_to"].notna())
    address = pd.concat([main, other], ignore_index=True).sort_values(["row", "main"], ascending=[True, False], ignore_index=True)
    size = np.bincount(lived.building, minlength=len(table))[address["row"]]
    start = np.searchsorted(lived.building, address["row"])
    at = np.repeat(np.arange(len(address)), size)
    house = np.arange(len(at)) - np.repeat(np.cumsum(size) - size, size) + start[at]
    return pd.DataFrame({**_parts(base, address, at), **_doors(base, house)})


def _parts(base: Base, address: pd.DataFrame, at: np.ndarray) -> dict[str, pd.Series]:
    """What the houses of an address have in common, as categories."""
    table = base.buildings.table.iloc[address["row"]]
    grid = base.grids.iloc[table["grid"]]
    common = {
        "building_code": table["building_code"],
        "province": pd.Series(["广东省"] * len(address)),
        "city": pd.Series(["深圳市"] * len(address)),
        **{part: grid[f"{part}_name"] for part in ("district", "street", "community")},
        **{part: address[part] for part in plates.ADDRESS},
        "short_name": table["short_name"],
        "kind": table["kind"],
    }
    flags = {name: pd.Series(address[name].to_numpy(bool)[at]) for name in ("main", "ended")}
    return {name: _categories(*pd.factorize(values.to_numpy()), at) for name, values in common.items()} | flags


def _doors(base: Base, house: np.ndarray) -> dict[str, pd.Series]:
    """What a house has for itself, and the house that follows it."""
    lived = base.houses.columns
    code = columns.texts(lived["house_code"])
    followed = base.houses.successors
    heir = pd.Series(np.full(len(code), None, object), index=code)
    heir[followed["code"]] = followed["successor"].to_numpy()
    doors = {}
    for name in ("unit", "floor", "room", "status"):
        words = np.array(lived[name].words, object)
        doors[name] = _categories(np.where(words == "", -1, np.cumsum(words != "") - 1)[lived[name].index], words[words != ""], house)
    return {"house_code": pd.Series(code[house], dtype=object), **doors, "successor": pd.Series(heir.to_numpy()[house], dtype=object)}


def _categories(index: np.ndarray, words: np.ndarray, rows: np.ndarray) -> pd.Series:
    return pd.Series(pd.Categorical.from_codes(index[rows], pd.Index(words, dtype=object)))
