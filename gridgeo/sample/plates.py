"""How the invented buildings are written: road and plate, compound and block, other addresses and former ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .places import Places, numeral, words

#: Shares of buildings on a corner, and with a plate that was changed.
_CORNER, _RENUMBERED = 0.003, 0.03

_LONG_AGO = "1985-01-01"

ADDRESS = ["road", "plate", "compound", "block"]


def put(table: pd.DataFrame, places: Places, rng: np.random.Generator) -> np.ndarray:
    """Add road, plate, compound, block and short name to the table, and return the road each is entered on (-1: none)."""
    site, kind = table["site"].to_numpy(), table["kind"].to_numpy()
    sites = places.sites
    road = np.array([sites[place].road if place >= 0 else -1 for place in site])
    community = places.grids["community"].to_numpy()[table["grid"].to_numpy()]
    alone = np.flatnonzero(kind == "street")
    road[alone] = [places.any_road(int(community[row])) for row in alone]
    order = _order(site)
    parts = [_in_site(sites[place], rank) if place >= 0 else {} for place, rank in zip(site, order, strict=True)]
    for name in ADDRESS:
        table[name] = pd.Series([part.get(name) for part in parts], dtype=object)
    table["short_name"] = pd.Series([sites[place].short or None if place >= 0 else None for place in site], dtype=object)
    lane = table["road"].notna().to_numpy() | ((kind == "village") & table["plate"].notna().to_numpy())
    hidden = (kind == "village") & np.array([place >= 0 and sites[place].style == "block" for place in site])
    road[lane | hidden] = -1
    doors = _doors(road, site, kind, rng)
    entered = road >= 0
    table.loc[entered, "road"] = [places.roads[place].name for place in road[entered]]
    table.loc[entered, "plate"] = doors[entered]
    bare = entered & (kind == "estate") & (rng.random(len(table)) < 0.03)
    table.loc[bare, ["road", "plate"]] = None
    return np.where(bare, -1, road)


def _order(site: np.ndarray) -> np.ndarray:
    """The how-manieth building of its place each one is, from 0."""
    return pd.Series(site).groupby(site).cumcount().to_numpy()


def _in_site(site, rank: int) -> dict[str, str]:
    """How the building of a place is told from the others there."""
    if site.kind == "estate":
        wings = ("东", "西", "南", "北")
        labels = {"number": str(rank + 1), "letter": _letter(rank), "wing": wings[rank] if rank < 4 else str(rank + 1)}
        return {"compound": site.name, "block": labels[site.style]}
    if site.kind == "park":
        named = words("named block")
        label = named[rank // 7 % len(named)] if rank % 7 == 6 and rank // 7 < len(named) else None
        return {"compound": site.name, "block": label or (str(rank + 1) if site.style == "number" else _letter(rank))}
    if site.kind == "village":
        return {"compound": site.name, **_in_village(site.style, rank)}
    return {"compound": site.name}


def _in_village(style: str, rank: int) -> dict[str, str]:
    if style == "lane":
        side = ("", "东", "西")[rank // 120 % 3]
        return {"road": f"{side}{numeral(rank % 120 // 12 + 1)}巷", "plate": str(rank % 12 + 1) if rank % 12 != 5 else f"{rank % 12}-1"}
    if style == "rows":
        return {"road": f"{numeral(rank // 40 + 1)}坊{numeral(rank % 40 // 10 + 1)}巷", "plate": str(rank % 10 + 1)}
    if style == "ward":
        return {"plate": str(rank + 1)}
    if style == "block":
        return {"block": str(rank + 1)}
    return {}


def _letter(rank: int) -> str:
    return chr(65 + rank % 26) + (str(rank // 26 + 1) if rank >= 26 else "")


def _doors(road: np.ndarray, site: np.ndarray, kind: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The plate of each building: a place has one for all its buildings, others one each; no plate twice on a road."""
    shared = (site >= 0) & np.isin(kind, ["estate", "park"])
    door, of_door = np.unique(np.where(shared, site, -2 - np.arange(len(site))), return_inverse=True)
    first = np.full(len(door), -1)
    first[of_door[::-1]] = np.arange(len(site))[::-1]
    order = np.lexsort((first, road[first]))
    on = road[first][order]
    start = np.append(True, on[1:] != on[:-1])
    ahead = np.where(start, rng.integers(1, 9, len(on)), rng.choice([0, 1, 2, 3], len(on), p=[0.05, 0.35, 0.4, 0.2]))
    number, branch = _numbers(ahead, start)
    plate = np.array([f"{n}-{b}" if b else str(n) for n, b in zip(number, branch, strict=True)], object)
    out = np.empty(len(door), object)
    out[order] = plate
    return out[of_door]


def _numbers(ahead: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers along roads, and which branch of its number a door is: one that comes no further is the next branch."""
    total = np.cumsum(ahead)
    group = np.cumsum(start) - 1
    number = total - (total[start] - ahead[start])[group]
    again = (ahead == 0) & ~start
    count = np.cumsum(again)
    base = np.maximum.accumulate(np.where(again, 0, count))
    return number, count - base


def further(table: pd.DataFrame, places: Places, road: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return the addresses besides the main ones: on the other road of a corner, with the former plate, with the road's former name."""
    entered, told = road >= 0, table[[*ADDRESS, "valid_from"]].assign(row=np.arange(len(table)), on=road, valid_to=None)
    corner = told.iloc[some(entered & np.isin(table["kind"], ["street", "tower", "public"]), _CORNER, rng)]
    community = places.grids["community"].to_numpy()[table["grid"].to_numpy()[corner["row"]]]
    corner = corner.assign(on=[places.any_road(int(one)) for one in community])
    corner = corner[corner["on"] != road[corner["row"]]].assign(road=lambda rows: [places.roads[one].name for one in rows["on"]])
    changed = told.iloc[some(entered, _RENUMBERED, rng)]
    until = np.maximum(changed["valid_from"], days(rng.integers(11000, 18000, len(changed))))
    changed = changed.assign(valid_from=_LONG_AGO, valid_to=until)
    unused = pd.concat([corner, changed], ignore_index=True)
    unused["plate"] = _unused(unused["on"].to_numpy(), table["plate"].to_numpy(), road)
    once = told.iloc[np.flatnonzero(entered & np.array([place >= 0 and bool(places.roads[place].former) for place in road]))]
    former = [places.roads[place] for place in once["on"]]
    once = once.assign(road=[one.former for one in former], valid_from=_LONG_AGO, valid_to=[one.renamed for one in former])
    return pd.concat([unused, once], ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def _unused(on: np.ndarray, plate: np.ndarray, road: np.ndarray) -> np.ndarray:
    """Plates on roads, of which none is one of today's: beyond the last."""
    number = [int(text.split("-")[0]) if place >= 0 else 0 for text, place in zip(plate, road, strict=True)]
    last = pd.Series(number).groupby(road).max().reindex(on).fillna(0).to_numpy(int)
    return (last + 2 * (pd.Series(on).groupby(on).cumcount().to_numpy() + 1)).astype(str).astype(object)


def some(rows: np.ndarray | pd.Series, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a share of all rows, at least one, of those marked."""
    marked = np.flatnonzero(np.asarray(rows))
    return np.sort(rng.choice(marked, min(len(marked), max(1, round(share * len(rows)))), replace=False))


def days(numbers: np.ndarray) -> np.ndarray:
    """Return days since 1970 as text, an array of objects."""
    return np.asarray(numbers).astype("datetime64[D]").astype(str).astype(object)
