"""`gridgeo pictures`: the views of the documentation. Making them takes a demo; here it is seen that they are the pages' own."""

from __future__ import annotations

import re
from pathlib import Path

from gridgeo import cli
from gridgeo.cli.pictures import VIEWS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tour_shows_every_view_and_no_other():
    shown = re.findall(r"\]\(([a-z-]+)\.png\)", (DOCS / "tour.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(view.name for view in VIEWS) == sorted(path.stem for path in DOCS.glob("*.png"))


def test_no_picture_is_large():
    assert [path.name for path in DOCS.glob("*.png") if path.stat().st_size > 350_000] == []


def test_an_unknown_picture_is_one_line(capsys):
    assert cli.main(["pictures", "nothing"]) == 2
    assert "there are map, map-objects" in capsys.readouterr().err
