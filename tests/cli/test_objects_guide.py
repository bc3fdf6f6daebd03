"""The commands that the guide to managed objects begins with run on the sample as they stand there."""

import shlex
from pathlib import Path

import pytest

from gridgeo import cli

ROOT = Path(cli.__file__).parents[2]


def _commands() -> list[list[str]]:
    block = (ROOT / "docs/howto/objects.md").read_text("utf-8").split("```")[1]
    return [shlex.split(line, comments=True)[1:] for line in block.strip().splitlines()]


@pytest.fixture
def sample(database_url, settings, monkeypatch):
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(settings.home))
    monkeypatch.chdir(ROOT)
    grids = [f"sample_data/{level}.geojson" for level in ("districts", "streets", "communities", "microgrids")]
    assert cli.main(["load", "grids", *grids, "--commit", "--activate", "2024-01-01"]) == 0


def test_every_command_runs_and_tells_something(sample, capsys):
    commands = _commands()
    assert [words[1] for words in commands if words[0] == "load"] == ["categories", "objects"] and len(commands) > 5
    for words in commands:
        assert cli.main(words) == 0, words
        out, err = capsys.readouterr()
        assert out.strip() and not err, words
