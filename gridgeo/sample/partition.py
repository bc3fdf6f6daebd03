"""Parting land into streets, communities and micro-grids: cut in two, again and again, until every unit is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon

from .cuts import Cuts, part
from .terrain import Ground

#: a piece of at most so many micro-grids is one quarter: built in one way, its roads running one way
QUARTER = 9
#: how far cuts swing, as a share of the piece's reach
SWING = {"urban": 0.006, "enterprise": 0.0, "village": 0.07}


@dataclass
class Pieces:
    """Pieces of land: ``polygons``, the piece of a level above each lies in (``parent``), the piece of each person (``owner``)."""

    polygons: np.ndarray
    parent: np.ndarray
    owner: np.ndarray

    def population(self) -> np.ndarray:
        """Return how many people live in each piece."""
        return np.bincount(self.owner, minlength=len(self.polygons))


def separate(piece: Polygon, groups: list[np.ndarray], rng: np.random.Generator) -> list[Polygon]:
    """Return one polygon for each group of places (n, 2), in their order: winding cuts through the widest gaps between them."""
    if len(groups) == 1:
        return [piece]
    angle, near = _widest_gap(groups)
    cut = _cut(np.array([piece]), np.array([angle]), np.array([0.035]), rng)
    reached = [cut.across(group, np.zeros(len(group), dtype=int)) for group in groups]
    last = max(reached[i].max() for i in near)
    first = min(reached[i].min() for i in range(len(groups)) if i not in near)
    cut.offset[:] = (last + first) / 2
    sides = part(np.array([piece]), cut.blades(49))
    chosen = (sorted(near), [i for i in range(len(groups)) if i not in near])
    out: dict[int, Polygon] = {}
    for side, members in zip(sides[:2], chosen, strict=True):
        out.update(zip(members, separate(side[0], [groups[i] for i in members], rng), strict=True))
    return [out[i] for i in range(len(groups))]


def _widest_gap(groups: list[np.ndarray]) -> tuple[float, set[int]]:
    """Return the normal of the line that parts the groups best, and who is on its near side: a wide gap, equal sides."""
    best = (-np.inf, 0.0, set())
    for angle in np.linspace(0, np.pi, 24, endpoint=False):
        normal = np.array([np.cos(angle), np.sin(angle)])
        spans = [((group @ normal).min(), (group @ normal).max()) for group in groups]
        order = sorted(range(len(groups)), key=lambda i: sum(spans[i]))
        for k in range(1, len(order)):
            gap = min(spans[i][0] for i in order[k:]) - max(spans[i][1] for i in order[:k])
            balance = min(k, len(order) - k) / len(order)
            worth = gap * balance if gap > 0 else gap
            if worth > best[0]:
                best = (worth, angle, set(order[:k]))
    return best[1], best[2]


def divide_winding(pieces: np.ndarray, counts: np.ndarray, people: np.ndarray, owner: np.ndarray, ground: Ground) -> Pieces:
    """Part each piece into ``counts`` units of about equal population along winding lines, as communities are."""

    def style(centres: np.ndarray, left: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        turn = ground.rng.normal(0, 0.3, len(centres))
        return ground.road_angle(centres) + turn, np.full(len(centres), 0.05)

    return _divide(pieces, counts, people, owner, ground.rng, style, bends=33)


def divide_built(pieces: np.ndarray, counts: np.ndarray, people: np.ndarray, owner: np.ndarray, ground: Ground) -> Pieces:
    """Part each piece into ``counts`` units of about equal population as it is built: blocks along roads, or winding lanes."""

    def style(centres: np.ndarray, left: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        turn = ground.rng.normal(0, 0.16, len(centres))
        angle = np.where(np.isnan(before), ground.road_angle(centres) + turn, before)
        fabric = ground.fabric(centres)
        village = fabric == "village"
        angle = np.where(village & (left <= QUARTER), angle + ground.rng.normal(0, 0.4, len(centres)), angle)
        swing = np.select([village, fabric == "enterprise"], [SWING["village"], SWING["enterprise"]], SWING["urban"])
        return angle, np.where(left > QUARTER, 0.03, swing)

    return _divide(pieces, counts, people, owner, ground.rng, style, bends=17, quarter=QUARTER)


Style = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def _divide(
    pieces: np.ndarray,
    counts: np.ndarray,
    people: np.ndarray,
    owner: np.ndarray,
    rng: np.random.Generator,
    style: Style,
    bends: int,
    quarter: int = 0,
) -> Pieces:
    polygons, left, parent = np.array(pieces, dtype=object), np.array(counts), np.arange(len(pieces))
    owner, angle = owner.copy(), np.full(len(pieces), np.nan)
    while (left > 1).any():
        active = np.flatnonzero(left > 1)
        who = np.flatnonzero(left[owner] > 1)
        piece = np.searchsorted(active, owner[who])
        bounds = shapely.bounds(polygons[active])
        wanted, swing = style((bounds[:, :2] + bounds[:, 2:]) / 2, left[active], angle[active])
        angle[active] = np.where(left[active] <= quarter, wanted, np.nan)
        cut = _cut(polygons[active], _along_longer(polygons[active], wanted), swing, rng)
        beyond = cut.across(people[who], piece)
        less = _share(left[active], rng)
        cut.offset[:] = _quantile(beyond, piece, less / left[active])
        near, far, broken = part(polygons[active], cut.blades(bends))
        crossed = beyond > cut.offset[piece]
        if broken.any():
            crossed, less = _recount(near, broken, people[who], piece, crossed, less, left[active])
        polygons = np.concatenate([polygons, far])
        polygons[active] = near
        fresh = len(left) + np.arange(len(active))
        owner[who[crossed]] = fresh[piece[crossed]]
        parent, angle = np.concatenate([parent, parent[active]]), np.concatenate([angle, angle[active]])
        left = np.concatenate([left, left[active] - less])
        left[active] = less
    return Pieces(polygons, parent, owner)


def _cut(pieces: np.ndarray, angle: np.ndarray, swing: np.ndarray, rng: np.random.Generator) -> Cuts:
    bounds = shapely.bounds(pieces)
    size = bounds[:, 2:] - bounds[:, :2]
    reach = 0.6 * np.hypot(*size.T)
    phases = rng.uniform(0, 2 * np.pi, (len(pieces), 3))
    return Cuts((bounds[:, :2] + bounds[:, 2:]) / 2, angle, reach, swing * reach, phases, np.zeros(len(pieces)))


def _along_longer(pieces: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Return the normals of cuts across each piece's longer side, in its own frame turned by ``angle``."""
    xy, owner = shapely.get_coordinates(pieces, return_index=True)
    first = np.searchsorted(owner, np.arange(len(pieces)))
    cos, sin = np.cos(angle)[owner], np.sin(angle)[owner]
    extent = []
    for value in (xy[:, 0] * cos + xy[:, 1] * sin, xy[:, 1] * cos - xy[:, 0] * sin):
        extent.append(np.maximum.reduceat(value, first) - np.minimum.reduceat(value, first))
    return np.where(extent[0] >= extent[1], angle, angle + np.pi / 2)


def _share(count: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how many of the units go to the near side: about half."""
    return np.clip(np.round(count * rng.uniform(0.37, 0.63, len(count))).astype(int), 1, count - 1)


def _quantile(value: np.ndarray, piece: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return for each piece the value below which ``share`` of its values lie; 0 where it has fewer than two."""
    order = np.lexsort((value, piece))
    start = np.searchsorted(piece[order], np.arange(len(share) + 1))
    many = np.diff(start)
    rank = start[:-1] + np.clip(np.round(many * share).astype(int), 1, np.maximum(many - 1, 1))
    rank = np.minimum(rank, len(value) - 1)
    middle = (value[order[rank - 1]] + value[order[rank]]) / 2
    return np.where(many > 1, middle, 0.0)


def _recount(near, broken, people, piece, crossed, less, left):
    """Find anew, where bits changed sides, who lives on which, and share the units by that."""
    moved = np.flatnonzero(broken[piece])
    shapely.prepare(near[broken])
    crossed = crossed.copy()
    crossed[moved] = ~shapely.contains_xy(near[piece[moved]], people[moved])
    total = np.bincount(piece, minlength=len(left))
    stayed = np.bincount(piece, weights=~crossed, minlength=len(left))
    fair = np.clip(np.round(left * stayed / np.maximum(total, 1)).astype(int), 1, left - 1)
    return crossed, np.where(broken, fair, less)
