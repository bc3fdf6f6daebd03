"""`pytest tests/changes --long`: the anomaly test with about a million changes, before a release."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """What only these tests know; they have to be named for it."""
    parser.addoption("--long", action="store_true", help="tests of the change feed: for minutes instead of seconds")
