"""Every door of a town, to see how many live houses fit what somebody wrote: the judge of the noisy strings.

It compares values with the frame of houses and nothing else; no parser has a say.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

_LIVE = ["in_use", "under_investigation"]
_PARTS = ["road", "plate", "compound", "block", "street", "community"]

#: What was written, by part: the values that may be meant. A part that is missing, or misled, is not there.
Meant = dict[str, set[str]]


@dataclass(frozen=True)
class Address:
    """One of a building's addresses: its parts as text, None where there is nothing."""

    building: int
    road: str | None
    plate: str | None
    compound: str | None
    block: str | None
    street: str
    community: str


class Town:
    """Houses (a frame as of :meth:`gridgeo.sample.addresses.Base.full`) and names (code, kind, name), found by what is written.

    Attributes
    ----------
    houses
        The main row of each house; a building's houses stand together.
    aliases
        For each building the names (kind, name) it may be called by besides its compound.
    """

    def __init__(self, houses: pd.DataFrame, names: pd.DataFrame) -> None:
        self.houses = houses[houses["main"]].reset_index(drop=True)
        self.building, code = pd.factorize(self.houses["building_code"])
        assert (np.diff(self.building) >= 0).all(), "the houses of a building stand together"
        self.code = np.asarray(code, dtype=object)
        self.start = np.searchsorted(self.building, np.arange(len(self.code) + 1))
        self.live = self.houses["status"].isin(_LIVE).to_numpy()
        self._columns = {name: _texts(self.houses[name]) for name in ("unit", "room", "floor")}
        self.addresses = self._addresses(houses)
        self.by_door, self.by_name = defaultdict(list), defaultdict(set)
        for place, address in enumerate(self.addresses):
            self.by_door[address.road, address.plate].append(place)
            if address.compound:
                self.by_name[address.compound].add(address.building)
        self.of_building = defaultdict(list)
        for place, address in enumerate(self.addresses):
            self.of_building[address.building].append(place)
        self.aliases = self._aliases(names)

    def fitting(self, meant: Meant) -> list[int]:
        """Return the rows of live houses that fit everything that was written."""
        found: set[int] = set()
        for place in self._candidates(meant):
            if all(part not in meant or getattr(self.addresses[place], part) in meant[part] for part in ("block", "street", "community")):
                found.update(self._doors(self.addresses[place].building, meant))
        return sorted(found)

    def size(self, row: int) -> int:
        """Return how many houses the building of a house has."""
        return int(np.diff(self.start[self.building[row] :][:2])[0])

    def near(self, name: str, part: str) -> set[str]:
        """Return the names of roads or compounds that are the same but for one character, or for one that is missing."""
        known = self._near_roads if part == "road" else self._near_names
        return {other for hole in _holes(name) for other in known.get(hole, ())}

    @cached_property
    def roads(self) -> set[str]:
        """Every name of a road there is or was."""
        return {address.road for address in self.addresses if address.road}

    @cached_property
    def _near_roads(self) -> dict[str, list[str]]:
        return _by_hole(self.roads)

    @cached_property
    def _near_names(self) -> dict[str, list[str]]:
        return _by_hole(self.by_name)

    def _candidates(self, meant: Meant) -> list[int]:
        roads, plates = meant.get("road"), meant.get("plate")
        if "compound" in meant:
            buildings = set().union(*(self.by_name.get(name, ()) for name in meant["compound"]))
            places = [place for building in buildings for place in self.of_building[building]]
            return [place for place in places if self._at(place, roads, plates)]
        return [place for road in roads or () for plate in plates or () for place in self.by_door.get((road, plate), ())]

    def _at(self, place: int, roads: set[str] | None, plates: set[str] | None) -> bool:
        address = self.addresses[place]
        return (roads is None or address.road in roads) and (plates is None or address.plate in plates)

    def _doors(self, building: int, meant: Meant) -> list[int]:
        rows = np.arange(self.start[building], self.start[building + 1])
        fits = self.live[rows]
        asked = "room" if "room" in meant else "floor"
        for part in ("unit", asked):
            if part in meant:
                fits = fits & np.isin(self._columns[part][rows], list(meant[part]))
        if asked == "floor":
            fits = fits & (self._columns["room"][rows] == "")
        return rows[fits].tolist()

    def _addresses(self, houses: pd.DataFrame) -> list[Address]:
        distinct = houses.drop_duplicates(["building_code", *_PARTS])
        building = pd.Index(self.code).get_indexer(distinct["building_code"])
        parts = [[text or None for text in _texts(distinct[name])] for name in _PARTS]
        return [Address(*one) for one in zip(building.tolist(), *parts, strict=True)]

    def _aliases(self, names: pd.DataFrame) -> dict[int, list[tuple[str, str]]]:
        place = {code: at for at, code in enumerate(self.code)}
        short = self.houses.loc[self.start[:-1], "short_name"]
        told = [(at, "short", name) for at, name in enumerate(short) if isinstance(name, str)]
        used = names[names["kind"].isin(["colloquial", "short", "other", "former"]) & names["code"].isin(place)]
        told += [(place[code], kind, name) for code, kind, name in zip(used["code"], used["kind"], used["name"], strict=True)]
        out = defaultdict(list)
        for building, kind, name in told:
            out[building].append((kind, name))
            self.by_name[name].add(building)
        return out


def _texts(column: pd.Series) -> np.ndarray:
    return column.astype(object).fillna("").to_numpy(object)


def _holes(name: str) -> set[str]:
    """The name with a hole for each of its characters, and with one between any two."""
    return {name[:at] + "_" + name[at + 1 :] for at in range(len(name))} | {name[:at] + "_" + name[at:] for at in range(len(name) + 1)}


def _by_hole(names) -> dict[str, list[str]]:
    out = defaultdict(list)
    for name in names:
        for hole in _holes(name):
            out[hole].append(name)
    return out
