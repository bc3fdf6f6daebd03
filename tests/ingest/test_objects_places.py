"""Lines of very many objects as one array: each is where the middle of its longest part is, and no other's vertex makes it wrong."""

import numpy as np
import shapely

from gridgeo.geo import crs
from gridgeo.ingest import objects_places
from gridgeo.ingest.objects_faults import Faults


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, float).reshape(-1, 2)


def drawn(given: dict[int, list[np.ndarray]], rows: int) -> tuple[objects_places.Located, list[int]]:
    located, faults = objects_places.Located(np.full((rows, 2), np.nan), {}, np.zeros(rows, np.uint8)), Faults()
    objects_places._lines(located, given, crs.CGCS2000, faults, 0)
    return located, np.flatnonzero(faults.mask(rows, "bad-line")).tolist()


def test_a_line_is_in_the_middle_of_its_longest_part():
    short, long = line((113.1, 22.5), (113.2, 22.5)), line((113.4, 22.5), (113.6, 22.5), (113.8, 22.5))
    located, wrong = drawn({1: [short], 3: [short, long], 4: [long]}, 4)
    assert wrong == [] and located.kind.tolist() == [objects_places.LINE, objects_places.POINT, *[objects_places.LINE] * 2]
    assert np.allclose(located.lonlat[[0, 2, 3]], [(113.15, 22.5), (113.6, 22.5), (113.6, 22.5)])
    assert [located.shapes[row].geom_type for row in (0, 2, 3)] == ["LineString", "MultiLineString", "LineString"]
    assert located.shapes[2].equals(shapely.MultiLineString([short, long])) and np.isnan(located.lonlat[1]).all()


def test_what_is_no_line_is_wrong_alone():
    sound = line((113.1, 22.5), (113.2, 22.5))
    faulty = [
        line((113.1, 22.5), (113.1, 22.5)),
        line((113.1, 22.5)),
        line(),
        line((113.1, 22.5), (np.nan, 22.5)),
        line((113.1, 22.5), (10, 10)),
    ]
    located, wrong = drawn({1: [sound], **{2 + at: [sound, each] for at, each in enumerate(faulty)}, 7: [sound]}, 7)
    assert wrong == [1, 2, 3, 4, 5] and sorted(located.shapes) == [0, 6]


def test_of_none_but_faulty_lines_nothing_is_drawn():
    located, wrong = drawn({1: [line()], 2: [line((113.1, 22.5))]}, 2)
    assert wrong == [0, 1] and not located.shapes and not located.kind.any()
