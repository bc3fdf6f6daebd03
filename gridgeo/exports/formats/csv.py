"""CSV for spreadsheets and scripts: UTF-8 with a byte order mark, geometry as WKT in the last column.

Text is quoted and numbers are not, so that whoever reads types off the quotes keeps codes as text. A table has no
place for a passport: what a reader must know of its origin stands in each row.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import shapely

from ..model import Sheet
from ..rules import neutral

_STAMPED = ("edition", "authority", "valid_from", "valid_to", "crs")


def write(path: Path, sheets: list[Sheet], about: dict[str, str]) -> None:
    """Write sheets as one table; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    tables = [_table(sheet, about) for sheet in sheets]
    pd.concat(tables).to_csv(path, index=False, encoding="utf-8-sig", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")


def _table(sheet: Sheet, about: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(sheet.table.drop(columns="geometry"))
    for column in sheet.text_columns:
        table[column] = table[column].map(neutral)
    for name in _STAMPED:
        table[name] = neutral(about[name])
    table["wkt"] = shapely.to_wkt(sheet.table.geometry.to_numpy(), rounding_precision=-1)
    return table
