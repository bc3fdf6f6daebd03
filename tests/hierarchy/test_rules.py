"""What tells the content of two editions apart."""

import pandas as pd
import shapely

from gridgeo.hierarchy.rules import digest
from tests.districts import CODES, district


def test_order_of_rows_rings_and_vertices_does_not_count():
    frame = district("AABB\nAACC")
    other = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    other.geometry = shapely.reverse(other.geometry.to_numpy())
    assert digest(other) == digest(frame)


def test_every_field_and_every_vertex_counts():
    frame = district("AB")
    changed = [frame.assign(**{column: "x"}) for column in ("level", "name_zh", "name_en", "parent", "kind", "grid_type")]
    changed.append(frame.assign(household_count=pd.array([1] * len(frame), dtype="Int64")))
    moved = frame.copy()
    moved.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy + 1e-9)
    seen = {digest(frame), digest(moved), *map(digest, changed)}
    assert len(seen) == len(changed) + 2


def test_members_count():
    frame = district("AB")
    first = pd.DataFrame({"unit": ["x"], "member": [CODES["A"]]})
    assert len({digest(frame), digest(frame, first), digest(frame, first.assign(member=CODES["B"]))}) == 3
