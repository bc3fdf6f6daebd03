"""The sample that is kept with the code, loaded and served, with files made ahead: what the guides are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from api import server as api_server
from gridgeo import cli
from gridgeo.settings import Settings

ROOT = Path(cli.__file__).parents[2]
_SAMPLE = ROOT / "sample_data"

#: What is loaded, in order; each is stored.
_LOADS = (
    ("grids", *(f"{level}.geojson" for level in ("districts", "streets", "communities", "microgrids")), "--activate", "2024-01-01"),
    ("buildings", "buildings.csv", "--datum", "cgcs2000"),
    ("houses", "houses.csv"),
    ("names", "names.csv"),
    ("categories", "categories.csv"),
    ("objects", "objects.csv", "--datum", "cgcs2000"),
)


@pytest.fixture(scope="session")
def sample(server, template, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Where the sample is served, its database and its home."""
    name, home = server.create(template), tmp_path_factory.mktemp("home")
    url = server.url_of(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("GRIDGEO_HOME", str(home))
        for what, *words in _LOADS:
            given = [str(_SAMPLE / word) if (_SAMPLE / word).is_file() else word for word in words]
            assert cli.main(["load", what, *given, "--commit"]) == 0, what
        names = [word for name in ("microgrids", "buildings") for word in ("--collection", name)]
        assert cli.main(["downloads", "make", *names, "--format", "gpkg"]) == 0
    with api_server.background(Settings(home=home, database_url=url, port=0, per_minute=0)) as address:
        yield SimpleNamespace(address=address, url=url, home=home)
    server.drop(name)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """QGIS is a large thing to have: it is asked with --long."""
    return True if collection_path.name == "test_qgis_opens.py" and not config.getoption("--long") else None
