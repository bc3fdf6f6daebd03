"""Cuts through land: winding or straight lines that part a piece in two, for many pieces at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

#: wave lengths of a winding cut as shares of its reach, and the share of the swing each carries
_LENGTHS = np.array([1.1, 0.47, 0.19])
_SWINGS = np.array([0.6, 0.3, 0.14])


@dataclass
class Cuts:
    """One cut for each of n pieces.

    A cut runs through ``centre`` (n, 2) moved by ``offset`` along the normal at ``angle`` radians, and swings by
    ``swing`` metres to either side, with three waves of ``phases`` (n, 3) as long as the piece is wide (``reach``).
    """

    centre: np.ndarray
    angle: np.ndarray
    reach: np.ndarray
    swing: np.ndarray
    phases: np.ndarray
    offset: np.ndarray

    def across(self, xy: np.ndarray, piece: np.ndarray) -> np.ndarray:
        """Return how far points lie beyond the line through the centre, metres; ``piece`` is the cut of each point."""
        x, y = (xy - self.centre[piece]).T
        cos, sin = np.cos(self.angle)[piece], np.sin(self.angle)[piece]
        return x * cos + y * sin - self._sway(y * cos - x * sin, piece)

    def _sway(self, along: np.ndarray, piece: np.ndarray) -> np.ndarray:
        total = np.zeros(along.shape)
        for wave, (length, share) in enumerate(zip(_LENGTHS, _SWINGS, strict=True)):
            turn = 2 * np.pi / (length * self.reach[piece])
            total += share * np.sin(along * turn + self.phases[piece, wave])
        return total * self.swing[piece]

    def blades(self, bends: int) -> np.ndarray:
        """Return the area on the near side of each cut, as far as its piece can reach; its edge has `bends` vertices."""
        piece = np.repeat(np.arange(len(self.angle)), bends)
        along = np.tile(np.linspace(-1, 1, bends), len(self.angle)) * self.reach[piece]
        beyond = self.offset[piece] + self._sway(along, piece)
        normal = np.stack([np.cos(self.angle), np.sin(self.angle)], axis=1)
        tangent = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
        edge = self.centre[piece] + normal[piece] * beyond[:, None] + tangent[piece] * along[:, None]
        edge = edge.reshape(-1, bends, 2)
        back = (normal * -3 * self.reach[:, None])[:, None]
        corners = np.concatenate([edge, edge[:, -1:] + back, edge[:, :1] + back], axis=1)
        return shapely.polygons(corners)


def part(pieces: np.ndarray, blades: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each piece's near and far side, both in one part, and where a bit had to change sides for that.

    A line through a bent piece may cut off several bits. The largest bit of either side stays what it is; the others
    join the other side, which they touch. The two sides together are the piece.
    """
    near = shapely.intersection(pieces, blades)
    far = shapely.difference(pieces, blades)
    broken = (shapely.get_type_id(near) != 3) | (shapely.get_type_id(far) != 3)
    for i in np.flatnonzero(broken):
        near[i] = largest(near[i])
        far[i] = largest(pieces[i].difference(near[i]))
        near[i] = largest(pieces[i].difference(far[i]))
    return near, far, broken


def largest(geometry):
    """Return the largest polygon in a geometry."""
    polygons = [bit for bit in shapely.get_parts(geometry) if bit.geom_type == "Polygon"]
    return max(polygons, key=shapely.area)
