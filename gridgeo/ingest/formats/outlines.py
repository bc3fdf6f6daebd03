"""The areas of a file's features, and what those that have none are instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...geo.shapes import Lines, Malformed, Rings, Shapes
from ...issues import Issue
from .refused import heights_dropped, note

#: features that are points, by row
Points = dict[int, tuple[float, float]]


def read(geometries: Iterable[Any], rings_of: Callable[[Any], tuple[Rings, bool]]) -> tuple[Shapes, list[Issue], Points, dict[int, Lines]]:
    """Return the areas of geometries in their order, and by row (from 1) what is wrong with them, which are points, and which are lines.

    `rings_of` returns the rings of one and whether it has heights, which are left out, or raises Malformed. None has no area.
    """
    areas: list[Rings] = []
    points: Points = {}
    lines: dict[int, Lines] = {}
    faults: list[Issue] = []
    flattened = 0
    for row, geometry in enumerate(geometries, 1):
        try:
            rings, high = rings_of(geometry) if geometry is not None else ([], False)
            flattened += high
        except Malformed as fault:
            rings = []
            faults.append(note(fault.code, str(fault), row=row, field="geometry"))
            if fault.point is not None:
                points[row] = fault.point
            if fault.lines:
                lines[row] = fault.lines
        areas.append(rings)
    return Shapes.of(areas), [*faults, *heights_dropped(flattened)], points, lines
