"""The buildings of the invented city: where they stand, what they are, how they are written, what became of some."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from . import plates
from .places import MIX, Places
from .profiles import apportion

#: how many buildings a micro-grid of each kind has, one to another
_DENSITY = {"village": 40.0, "urban": 14.0, "enterprise": 20.0}
#: fewer buildings than this for each grid are not spread over all of them, but stand in some as densely as usual
_SPARSE, _USUAL = 6, 15
_USES = {
    "estate": {"residential": 0.86, "mixed": 0.14},
    "street": {"mixed": 0.6, "residential": 0.25, "commercial": 0.15},
    "village": {"residential": 0.72, "mixed": 0.28},
    "park": {"industrial": 0.62, "dormitory": 0.22, "warehouse": 0.06, "office": 0.1},
    "tower": {"office": 0.75, "commercial": 0.25},
    "public": {"public": 1.0},
}
_STATUS = {"in_use": 0.962, "under_investigation": 0.014, "planned": 0.004, "demolished": 0.01, "retired": 0.01}

#: shares of buildings: with a code issued in another grid, with letters in it
_ELSEWHERE, _LETTERED = 0.03, 0.003


@dataclass
class Buildings:
    """Buildings, a row each, and what else is known of them.

    ``table`` has building_code, grid (place of the micro-grid it lies in), site (-1: none), kind, road … block,
    short_name, building_use, status, floors, lon, lat, valid_from, valid_to. ``addresses`` are further addresses (row:
    place of the building; road … block, valid_from, valid_to). ``model`` is the building whose houses a retired one
    had (-1: its own). ``successors``: code, successor, reason, since.
    """

    table: pd.DataFrame
    addresses: pd.DataFrame
    model: np.ndarray
    successors: pd.DataFrame


def make(places: Places, count: int, rng: np.random.Generator) -> Buildings:
    """Return `count` buildings over the micro-grids of the places."""
    grid = _grids(places.grids, count)
    kind = _kinds(places.grids["grid_type"].to_numpy()[grid], rng)
    table = pd.DataFrame({"grid": grid, "kind": kind})
    table["lon"], table["lat"] = _points(places.grids["geometry"].to_numpy(), grid)
    table["site"] = _sites(places, grid, kind)
    table["building_use"] = _drawn_by(kind, _USES, rng)
    table["status"] = rng.choice(list(_STATUS), count, p=list(_STATUS.values()))
    table["building_code"] = _codes(places.grids, grid, rng)
    started = rng.integers(np.datetime64("1988-01-01").astype(int), np.datetime64("2022-01-01").astype(int), count)
    ended = np.maximum(started + 400, rng.integers(np.datetime64("2012-01-01").astype(int), np.datetime64("2025-06-01").astype(int), count))
    table["valid_from"], gone = plates.days(started), table["status"].isin(["demolished", "retired"])
    table["valid_to"] = pd.Series(np.where(gone, plates.days(ended), None), dtype=object)
    road = plates.put(table, places, rng)
    model, successors = _succession(table, rng)
    road = np.where(model >= 0, road[model], road)
    return Buildings(table, plates.further(table, places, road, rng), model, successors)


def spots(grids: pd.DataFrame, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where `count` buildings stand: the place of their micro-grid, lon, lat; the same as :func:`make` puts them."""
    grid = _grids(grids, count)
    return grid, *_points(grids["geometry"].to_numpy(), grid)


def _grids(grids: pd.DataFrame, count: int) -> np.ndarray:
    """The micro-grid of each building, in order; where they are too few for all grids, neighbours have them all."""
    weight = grids["grid_type"].map(_DENSITY).to_numpy() * np.sqrt(grids["household_count"].to_numpy() + 1.0)
    built = np.arange(len(weight)) if count >= _SPARSE * len(weight) else _neighbours(grids, max(min(count, 5), count // _USUAL))
    return np.repeat(built, apportion(weight[built], count))


def _neighbours(grids: pd.DataFrame, count: int) -> np.ndarray:
    """So many micro-grids that follow each other, of as many kinds as can be."""
    kinds = pd.get_dummies(grids["grid_type"]).to_numpy(int)
    seen = np.concatenate([np.zeros((1, kinds.shape[1]), int), np.cumsum(kinds, axis=0)])
    variety = ((seen[count:] - seen[:-count]) > 0).sum(axis=1)
    return np.arange(count) + int(np.argmax(variety))


def _kinds(grid_type: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _drawn_by(grid_type, MIX, rng)


def _drawn_by(group: np.ndarray, shares: dict[str, dict[str, float]], rng: np.random.Generator) -> np.ndarray:
    """For each row one of the words of its group, drawn by their shares."""
    out, draw = np.empty(len(group), object), rng.random(len(group))
    for name, share in shares.items():
        rows = group == name
        limits = np.cumsum(list(share.values()))
        out[rows] = np.array(list(share), object)[np.minimum(np.searchsorted(limits, draw[rows]), len(share) - 1)]
    return out


def _points(shapes: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point inside its micro-grid for each building, evenly spread: every grid has the same sequence, stretched to it."""
    shapely.prepare(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = np.empty(len(grid)), np.empty(len(grid))
    missing, step = np.arange(len(grid)), np.zeros(len(grid), int)
    first = np.searchsorted(grid, grid)
    step[:] = np.arange(len(grid)) - first
    size = np.bincount(grid, minlength=len(shapes))
    while len(missing):
        unit = grid[missing]
        x = west[unit] + (0.5 + step[missing] * 0.7548776662466927) % 1 * (east - west)[unit]
        y = south[unit] + (0.5 + step[missing] * 0.5698402909980532) % 1 * (north - south)[unit]
        x, y = x.round(7), y.round(7)
        inside = shapely.contains_xy(shapes[unit], x, y)
        lon[missing[inside]], lat[missing[inside]] = x[inside], y[inside]
        missing = missing[~inside]
        step[missing] += np.maximum(size[grid[missing]], 1)
    return lon, lat


def _sites(places: Places, grid: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """The place with a name each building belongs to; towers and public buildings have one each, houses on a street none."""
    site = np.where(kind == "street", -1, places.main[grid])
    community = places.grids["community"].to_numpy()
    for row in np.flatnonzero((kind == "tower") | (kind == "public")):
        site[row] = places.single(kind[row], int(community[grid[row]]))
    return site


def _codes(grids: pd.DataFrame, grid: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Codes for life: most begin with the grid of today, some with one that was, a few hold letters."""
    code, count = grids["code"].to_numpy().astype("U14"), len(grid)
    number = np.arange(count) - np.searchsorted(grid, grid) + 1
    elsewhere = rng.random(count) < _ELSEWHERE
    issued = np.where(elsewhere, (grid + rng.integers(1, max(2, min(60, len(grids))), count)) % len(grids), grid)
    number = np.where(elsewhere, 60000 + np.arange(count) % 39999, number)
    prefix = code[issued].astype(object)
    older = elsewhere & (rng.random(count) < 0.3)
    prefix[older] = [f"{text[:6]}0{90 + int(text[8]) % 9}{text[9:]}" for text in prefix[older]]
    tail = np.char.zfill(number.astype("U5"), 5).astype(object)
    lettered = rng.random(count) < _LETTERED
    tail[lettered] = [f"T{text[1:]}" for text in tail[lettered]]
    return prefix + tail


def _succession(table: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, pd.DataFrame]:
    """Who follows the retired: live buildings of the same grid. A duplicate had its heir's very address and houses."""
    status, code, until = (table[name].to_numpy() for name in ("status", "building_code", "valid_to"))
    live = np.isin(status, ["in_use", "under_investigation"])
    model, rows = np.full(len(table), -1), []
    for row in np.flatnonzero(np.isin(status, ["retired", "demolished"])):
        heirs, draw = _heirs(table["grid"].to_numpy(), live, row), rng.random()
        if not len(heirs) or draw < 0.15:
            continue
        if status[row] == "demolished":
            rows.append((code[row], code[heirs[0]], "replaced", until[row]))
        elif draw < 0.75:
            model[row] = heirs[0]
            rows.append((code[row], code[heirs[0]], "duplicate", until[row]))
        else:
            rows += [(code[row], code[heir], "split", until[row]) for heir in heirs]
    same, columns = np.flatnonzero(model >= 0), [*plates.ADDRESS, "short_name", "building_use", "site", "kind"]
    for name in columns:
        values = table[name].to_numpy(copy=True)
        values[same] = values[model[same]]
        table[name] = pd.Series(values, dtype=table[name].dtype)
    return model, pd.DataFrame(rows, columns=["code", "successor", "reason", "since"], dtype=object)


def _heirs(grid: np.ndarray, live: np.ndarray, row: int) -> np.ndarray:
    """The two live buildings of the same grid that stand next in order."""
    near = np.arange(max(0, row - 20), min(len(grid), row + 20))
    near = near[live[near] & (grid[near] == grid[row])]
    return near[np.argsort(np.abs(near - row), kind="stable")][:2]
