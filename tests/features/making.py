"""More buildings in the drawn city, and what is read of features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

#: Buildings 10 to 49 of zone 440306001001 stand in A, a row of ten every 0.001 degrees; each fifth has no floors, 49 was torn down.
ZONE, FIRST, LAST = "440306001001", 10, 49
_GROWN = """
WITH made AS (
  INSERT INTO gridgeo.building (zone, building_code, building_use, status, floors, point, valid_from, valid_to)
  SELECT %(zone)s, %(zone)s || '02' || lpad(n::text, 5, '0'), CASE WHEN n %% 2 = 0 THEN 'office' ELSE 'industrial' END,
         CASE WHEN n = %(last)s THEN 'demolished' ELSE 'in_use' END, nullif(n %% 5, 0),
         ST_SetSRID(ST_MakePoint(113.001 + 0.001 * (n %% 10), 22.891 + 0.001 * (n / 10)), 4490),
         DATE '2010-01-01' + n, CASE WHEN n = %(last)s THEN DATE '2023-06-01' END
    FROM generate_series(%(first)s, %(last)s) AS n
  RETURNING zone, building_code
)
INSERT INTO gridgeo.building_grid (zone, building_code, edition_id, unit_id, outcome)
SELECT zone, building_code, gridgeo.edition_now(), %(unit)s, 'inside' FROM made
"""


def grow(conn, unit_id: int) -> None:
    """Add the buildings."""
    with conn.cursor() as cur:
        cur.execute(_GROWN, {"zone": ZONE, "first": FIRST, "last": LAST, "unit": unit_id})


def grown(n: int) -> str:
    """The code of a building that was added."""
    return f"{ZONE}02{n:05d}"


def pages(client: httpx.Client, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Each page of a list, by its links."""
    answer = client.get(path, params=asked)
    while True:
        assert answer.status_code == 200, answer.text
        told = answer.json()
        yield told
        on = [link["href"] for link in told["links"] if link["rel"] == "next"]
        if not on:
            return
        answer = client.get(on[0])


def ids(client: httpx.Client, path: str, **asked: Any) -> list:
    """The ids of all features of a list, page after page."""
    return [feature["id"] for told in pages(client, path, **asked) for feature in told["features"]]
