"""The houses of the invented buildings: units, floors, rooms as doors have them, millions in one sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .buildings import Buildings
from .columns import Columns, Words, byte_matrix, digits, of_numbers
from .plates import days

#: How doors are numbered: 101 · 12A · 3A08 (no floor 4, 13, 14) · A801 (block before) · the whole floor · 1601-1602.
_PLAIN, _LETTER, _NO_FOUR, _BLOCK, _FLOOR, _JOINT = range(6)
_SCHEMES = {
    "estate": (0.80, 0.12, 0.08, 0.0, 0.0, 0.0),
    "street": (0.95, 0.05, 0.0, 0.0, 0.0, 0.0),
    "village": (0.97, 0.03, 0.0, 0.0, 0.0, 0.0),
    "park": (0.45, 0.0, 0.0, 0.15, 0.40, 0.0),
    "tower": (0.55, 0.10, 0.05, 0.0, 0.05, 0.25),
    "public": (0.3, 0.0, 0.0, 0.0, 0.7, 0.0),
}
_RELABELLED = {4: "3A", 13: "12A", 14: "12B", 24: "23A", 34: "33A"}
#: floors of buildings (lowest, highest), houses on a floor, area in m2 (lowest, highest)
_FLOORS = {"estate": (6, 8), "street": (3, 9), "village": (5, 9), "park": (3, 7), "tower": (9, 33), "public": (1, 6)}
_A_FLOOR = {"estate": 3.0, "street": 2.6, "village": 2.4, "park": 1.0, "tower": 4.0, "public": 1.0}
_AREAS = {"estate": (45, 145), "street": (30, 110), "village": (15, 60), "park": (200, 2500), "tower": (40, 400), "public": (60, 900)}
_HIGH_RISE, _MERGED, _INVESTIGATED = 0.13, 0.003, 0.004
_RADIX = 64  # houses of a floor, letters: fewer


@dataclass
class Layout:
    """How the houses of each building lie: ``units`` staircases, floors ``first`` to ``last``, ``across`` doors, ``scheme``, letter."""

    units: np.ndarray
    first: np.ndarray
    last: np.ndarray
    across: np.ndarray
    scheme: np.ndarray
    letter: np.ndarray

    def sizes(self) -> np.ndarray:
        """Return how many houses each building has room for."""
        return self.units * (self.last - self.first + 1) * self.across

    def like(self, model: np.ndarray) -> None:
        """Let buildings with a model be laid out as it is."""
        rows = np.flatnonzero(model >= 0)
        for column in (self.units, self.first, self.last, self.across, self.scheme, self.letter):
            column[rows] = column[model[rows]]


@dataclass
class Houses:
    """Houses as columns of the file, and ``building``: the place of the building of each, in order; ``successors`` as of buildings."""

    columns: Columns
    building: np.ndarray
    successors: pd.DataFrame


def make(buildings: Buildings, count: int, rng: np.random.Generator) -> Houses:
    """Return `count` houses, and write into the buildings how many floors they have."""
    table = buildings.table
    layout, sizes = _lay_out(buildings, count, rng)
    table["floors"] = layout.last
    building = np.repeat(np.arange(len(table), dtype=np.int32), sizes)
    rank = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    floors = layout.last - layout.first + 1
    within = rank % (floors * layout.across)[building]
    floor = within // layout.across[building] + layout.first[building]
    door = within % layout.across[building] + 1
    unit = np.where(layout.units[building] > 1, rank // (floors * layout.across)[building] + 1, 0)
    code = np.concatenate([byte_matrix(table["building_code"].tolist())[building], digits(rank + 1, 6)], axis=1)
    status, retired = _status(table, building, rank, rng)
    columns = {
        "house_code": code,
        "unit": of_numbers(unit, lambda number: str(number) if number else ""),
        "floor": of_numbers(floor),
        "room": _rooms(layout, building, floor, door),
        "house_use": Words(((floor == 1) & (table["building_use"] == "mixed").to_numpy()[building]).astype(np.int8), ["", "commercial"]),
        "status": status,
        "area_m2": _areas(table["kind"].to_numpy(), building, rng),
        "valid_from": _first_days(table, building),
    }
    return Houses(columns, building, _succession(buildings, code, building, sizes, retired))


def _lay_out(buildings: Buildings, count: int, rng: np.random.Generator) -> tuple[Layout, np.ndarray]:
    """Fit the doors on a floor so that there are `count` houses in all; the few too many are left out on top."""
    kind = buildings.table["kind"].to_numpy()
    draw = rng.random((4, len(kind)))
    layout = _shapes(kind, buildings.table["block"].to_numpy(), draw)
    usual = np.array([_A_FLOOR[one] for one in kind]) * (0.6 + 0.8 * draw[3])
    usual *= np.where(layout.last > 10, 2.0, 1.0)
    low, high = 0.0, 40.0
    for _ in range(40):
        middle = (low + high) / 2
        layout.across = np.clip((usual * middle).round(), 1, _RADIX // 2).astype(np.int64)
        layout.across[layout.scheme == _FLOOR] = 1
        layout.across[layout.scheme == _LETTER] = np.minimum(layout.across, 20)[layout.scheme == _LETTER]
        layout.like(buildings.model)
        low, high = (middle, high) if layout.sizes().sum() < count else (low, middle)
    layout.across = np.where(layout.scheme == _FLOOR, 1, np.clip((usual * high).round(), 1, 20)).astype(np.int64)
    layout.like(buildings.model)
    return layout, _trimmed(layout.sizes(), count)


def _shapes(kind: np.ndarray, block: np.ndarray, draw: np.ndarray) -> Layout:
    low, high = (np.array([_FLOORS[one][end] for one in kind]) for end in (0, 1))
    tall = (kind == "estate") & (draw[0] < _HIGH_RISE)
    low, high = np.where(tall, 11, low), np.where(tall, 33, high)
    last = low + (draw[1] * (high - low + 1)).astype(np.int64)
    first = np.where((kind == "village") & (draw[0] < 0.5), 2, 1)
    units = np.where((kind == "estate") & ~tall & (draw[0] < 0.5), 2 + (draw[3] < 0.4), 1)
    limits = np.cumsum([_SCHEMES[one] for one in kind], axis=1)
    scheme = (draw[2][:, None] > limits).sum(axis=1).clip(0, _JOINT)
    single = np.array([isinstance(label, str) and len(label) == 1 and label.isalpha() and label.isascii() for label in block])
    scheme = np.where((scheme == _BLOCK) & ~single, _PLAIN, scheme)
    letter = np.array([ord(label) - 64 if one else 0 for label, one in zip(block, single, strict=True)])
    return Layout(units, first, last, np.ones(len(kind), np.int64), scheme, letter)


def _trimmed(sizes: np.ndarray, count: int) -> np.ndarray:
    """Sizes that add up: taken from, or given to, the buildings with most houses, in turn."""
    sizes = sizes.copy()
    while (excess := int(sizes.sum()) - count) != 0:
        rows = np.argsort(-sizes, kind="stable")[: max(1, len(sizes) // 2)][: abs(excess)]
        sizes[rows] -= np.sign(excess)
    return sizes


def _rooms(layout: Layout, building: np.ndarray, floor: np.ndarray, door: np.ndarray) -> Words:
    letter = np.where(layout.scheme == _BLOCK, layout.letter, 0)[building]
    # Of the joint ones every fifth pair of doors is one house.
    key = ((layout.scheme[building] * _RADIX + letter) * 256 + floor) * _RADIX + door
    return of_numbers(key, _room)


def _room(key: int) -> str:
    rest, door = divmod(key, _RADIX)
    rest, floor = divmod(rest, 256)
    scheme, letter = divmod(rest, _RADIX)
    if scheme == _FLOOR:
        return ""
    if scheme == _LETTER:
        return f"{floor}{chr(64 + door)}"
    if scheme == _NO_FOUR:
        return f"{_RELABELLED.get(floor, floor)}{door:02}"
    if scheme == _JOINT:
        first = f"{floor}{2 * door - 1:02}"
        return f"{first}-{floor}{2 * door:02}" if (floor + door) % 5 == 0 else first
    return f"{chr(64 + letter) if letter else ''}{floor}{door:02}"


def _areas(kind: np.ndarray, building: np.ndarray, rng: np.random.Generator) -> Words:
    low, high = (np.array([_AREAS[one][end] for one in kind]) * 10 for end in (0, 1))
    tenths = (low + (high - low) * rng.random(len(kind)))[building] * rng.choice(np.linspace(0.6, 1.4, 9), len(building))
    return of_numbers(tenths.astype(np.int32), lambda value: f"{value / 10:g}")


def _first_days(table: pd.DataFrame, building: np.ndarray) -> Words:
    index, found = pd.factorize(table["valid_from"])
    return Words(index.astype(np.int32)[building], found.tolist())


def _status(table: pd.DataFrame, building: np.ndarray, rank: np.ndarray, rng: np.random.Generator) -> tuple[Words, np.ndarray]:
    """As the building; in a live one a few are under investigation, a few were joined with the one before."""
    names = ["in_use", "under_investigation", "planned", "demolished", "retired"]
    status = pd.Categorical(table["status"], categories=names).codes[building]
    draw, live = rng.random(len(building)), (table["status"] == "in_use").to_numpy()[building]
    retired = live & (draw < _MERGED) & (rank > 0)
    retired[1:] &= ~retired[:-1]
    status = np.select([retired, live & (draw > 1 - _INVESTIGATED)], [4, 1], status)
    return Words(status, names), np.flatnonzero(retired)


def _succession(buildings: Buildings, code: np.ndarray, building: np.ndarray, sizes: np.ndarray, merged: np.ndarray) -> pd.DataFrame:
    """House by house: of duplicates the same door of the live building, of joined ones the one before."""
    start = np.cumsum(sizes) - sizes
    rows = np.flatnonzero(buildings.model[building] >= 0)
    heir = buildings.model[building[rows]]
    rank = rows - start[building[rows]]
    kept = rank < sizes[heir]
    rows, heirs = rows[kept], (start[heir] + rank)[kept]
    text = np.ascontiguousarray(code).view(f"S{code.shape[1]}").ravel()
    since = buildings.table["valid_to"].to_numpy()[building[rows]]
    joined = days(np.full(len(merged), 16000) + merged % 3000)
    return pd.DataFrame(
        {
            "code": text[np.concatenate([rows, merged])].astype(str).astype(object),
            "successor": text[np.concatenate([heirs, merged - 1])].astype(str).astype(object),
            "reason": ["duplicate"] * len(rows) + ["merged"] * len(merged),
            "since": np.concatenate([since, joined]),
        },
        dtype=object,
    )
