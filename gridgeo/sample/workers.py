"""Grid workers and heads who cannot be: named 网格员甲, 网格员乙 …, with numbers of a range never issued."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import geopandas
import numpy as np

from . import impossible

COLUMNS = ("code", "role", "name", "phone", "valid_from", "valid_to")

#: Of the micro-grids so many have nobody, so many had somebody else before.
_VACANT, _FOLLOWED = 0.03, 0.1
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BEGAN, _CHANGED = "2023-01-01", "2024-09-01"


def make(units: geopandas.GeoDataFrame, seed: int = 1) -> list[tuple[str, ...]]:
    """Return rows of :data:`COLUMNS` for the units of a district that have a code: a head for each above the lowest, a worker for these."""
    rng = np.random.default_rng([seed, len(units), 17])
    coded = units[units["code"].notna()]
    micro = coded[coded["level"] == "micro"]["code"].tolist()
    above = coded[coded["level"] != "micro"]["code"].tolist()
    fate = rng.random(len(micro))
    posts = [(code, "网格长", _BEGAN, "") for code in above]
    for code, drawn in zip(micro, fate, strict=True):
        if drawn >= 1 - _FOLLOWED:
            posts.append((code, "网格员", _BEGAN, _CHANGED))
        if drawn >= _VACANT:
            posts.append((code, "网格员", _CHANGED if drawn >= 1 - _FOLLOWED else _BEGAN, ""))
    numbers = [bytes(number).rstrip(b"\0").decode() for number in impossible.mobiles(len(posts), seed + 17)]
    return [
        (code, role, f"{role}{_stems(n)}", number, begins, ends)
        for n, ((code, role, begins, ends), number) in enumerate(zip(posts, numbers, strict=True))
    ]


def write(units: geopandas.GeoDataFrame, folder: Path, seed: int = 1) -> Path:
    """Write workers.csv and return the file."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([COLUMNS, *make(units, seed)])
    (folder / "workers.csv").write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return folder / "workers.csv"


def _stems(number: int) -> str:
    """A number in the ten heavenly stems, as names that nobody bears."""
    return "".join(_STEMS[int(digit)] for digit in str(number))
