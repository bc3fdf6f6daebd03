"""Grids drawn as text, so that a test shows the map it is about."""

from shapely import MultiPolygon, box, union_all


def draw(picture: str, step: float = 0.01, west: float = 113.0, north: float = 22.9) -> dict[str, MultiPolygon]:
    """Return the area of each letter in EPSG:4490, lon/lat. One character is `step` degrees square; '.' is nothing."""
    cells: dict[str, list] = {}
    for row, line in enumerate(picture.split()):
        for column, letter in enumerate(line):
            if letter != ".":
                x, y = round(west + column * step, 9), round(north - row * step, 9)
                cells.setdefault(letter, []).append(box(x, round(y - step, 9), round(x + step, 9), y))
    areas = {letter: union_all(boxes) for letter, boxes in cells.items()}
    return {letter: MultiPolygon([area]) if area.geom_type == "Polygon" else area for letter, area in areas.items()}
