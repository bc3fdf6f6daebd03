"""Small districts for the hierarchy's tests."""

import pytest

from tests.districts import district


@pytest.fixture
def two_streets():
    """One district; street 001 with communities of two micro-grids and one, street 002 with one of each."""
    return district(
        """
        AABBCC
        AABBCC
        DDDDDD
        """
    )
