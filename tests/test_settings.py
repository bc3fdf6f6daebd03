"""Settings: read once, and refused by name where they are no good."""

import pytest

from gridgeo.errors import ConfigError
from gridgeo.settings import Settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "99999", "GRIDGEO_PORT=99999 is not from 0 to 65535"),
        ("PORT", "-1", "is not a whole number"),
        ("WORKERS", "0", "GRIDGEO_WORKERS=0 is not from 1 to 256"),
        ("POOL_SIZE", "0", "GRIDGEO_POOL_SIZE=0 is not from 1 to 1000"),
        ("ROUND_TO", "0", "GRIDGEO_ROUND_TO=0 is not from 1"),
        ("LOG_JSON", "maybe", "is neither 1 nor 0"),
        ("PROT", "1", "GRIDGEO_PROT is not a setting"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value, said):
    with pytest.raises(ConfigError, match=said):
        Settings.from_env({f"GRIDGEO_{name}": value})


def test_numbers_at_their_ends_are_taken():
    given = {"GRIDGEO_PORT": "65535", "GRIDGEO_WORKERS": "1", "GRIDGEO_POOL_SIZE": "1", "GRIDGEO_PER_MINUTE": "0"}
    read = Settings.from_env(given)
    assert (read.port, read.workers, read.pool_size, read.per_minute) == (65535, 1, 1, 0)
    assert Settings.from_env({"GRIDGEO_PORT": "0"}).port == 0


def test_scopes_of_callers_without_a_key():
    assert Settings.from_env({}).anonymous == ("read",)
    assert Settings.from_env({"GRIDGEO_ANONYMOUS": "none"}).anonymous == ("none",)
    assert Settings.from_env({"GRIDGEO_ANONYMOUS": "read, link"}).anonymous == ("read", "link")
