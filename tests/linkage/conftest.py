"""A room with keys and houses to link to."""

from __future__ import annotations

import pytest

from tests.linkage import making


@pytest.fixture
def vault(conn, tmp_path):
    """The vault of a room without links; beside it one building with its houses."""
    making.base(conn)
    return making.vault(conn, tmp_path)


@pytest.fixture
def load(conn, vault, tmp_path):
    """Load rows into the room."""
    return lambda rows, kind="person", **how: making.load(conn, vault, tmp_path, rows, kind, **how)
