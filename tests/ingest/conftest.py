"""What loads are given."""

from pathlib import Path

import pytest

from tests.ingest import addresses_making


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A base of addresses, by kind."""
    return addresses_making.written(tmp_path)
