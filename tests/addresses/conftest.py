"""A town with an address base, for each test as if it were its own."""

import pytest

from tests.addresses import town as town_of


@pytest.fixture(scope="module")
def standing(server, template):
    with town_of.standing(server, template) as lent:
        yield lent


@pytest.fixture
def town(standing):
    with standing() as lent:
        yield lent
