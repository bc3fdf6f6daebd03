"""Before anything is loaded there are collections with nothing in them."""

from __future__ import annotations

import httpx
import pytest

from api import server as api_server
from gridgeo.features.collections import COLLECTIONS
from gridgeo.settings import Settings


@pytest.fixture
def empty(database_url, tmp_path):
    given = Settings(home=tmp_path, database_url=database_url, port=0)
    with api_server.background(given) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def test_collections_are_there_and_hold_nothing(empty):
    for form in ("json", "html"):
        assert empty.get("/collections", params={"f": form}).status_code == 200
        for name in COLLECTIONS:
            assert empty.get(f"/collections/{name}", params={"f": form}).status_code == 200
            assert empty.get(f"/collections/{name}/items", params={"f": form}).status_code == 200
    assert "spatial" not in empty.get("/collections/buildings").json()["extent"]
    assert empty.get("/collections/houses/items", params={"bbox": "113,22,114,23"}).json()["features"] == []
    assert empty.get("/collections/grids/items/440306").status_code == 404
