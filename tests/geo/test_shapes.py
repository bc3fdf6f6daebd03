"""Areas as plain numbers."""

import numpy as np
import pytest

from gridgeo.geo.shapes import Malformed, Shapes, from_geojson

RING = np.array([[0, 0], [1, 0], [1, 1], [0, 0]], dtype=float)


def test_counts_follow_the_features():
    made = Shapes.of([[[RING, RING], [RING]], [], [[RING]]])
    assert len(made) == 3 and made.features.tolist() == [0, 2, 2, 3]
    assert made.feature_of_ring.tolist() == [0, 0, 0, 2]
    assert made.feature_of_vertex.tolist() == [0] * 12 + [2] * 4


def test_what_is_taken_out_stays_as_an_empty_feature():
    made = Shapes.of([[[RING + 1]], [[RING + 2], [RING + 3]], [[RING + 4]]]).only(np.array([True, False, True]))
    assert made.consistent() and made.features.tolist() == [0, 1, 1, 2]
    assert np.unique(made.coords[:, 0]).tolist() == [1, 2, 4, 5]


@pytest.mark.parametrize(
    "broken",
    [
        Shapes(RING, np.array([0, 4]), np.array([0, 1]), np.array([0, 2])),
        Shapes(RING, np.array([0, 3]), np.array([0, 1]), np.array([0, 1])),
        Shapes(RING, np.array([0, 5, 4]), np.array([0, 2]), np.array([0, 1])),
        Shapes(RING, np.array([1, 4]), np.array([0, 1]), np.array([0, 1])),
        Shapes(RING, np.array([]), np.array([0, 1]), np.array([0, 1])),
        Shapes(RING.ravel(), np.array([0, 8]), np.array([0, 1]), np.array([0, 1])),
    ],
)
def test_arrays_that_do_not_fit_are_told(broken: Shapes):
    assert not broken.consistent()


def test_heights_are_left_out_only_where_asked():
    high = {"type": "Polygon", "coordinates": [[[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]]}
    rings, dropped = from_geojson(high, heights=True)
    assert dropped and rings[0][0].tolist() == RING.tolist()
    with pytest.raises(Malformed, match="3 numbers"):
        from_geojson(high)
