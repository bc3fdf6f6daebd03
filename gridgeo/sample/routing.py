"""Who answers for which events in the invented district: departments that do not exist, with codes never issued.

The departments of managed objects (``categories.csv``) are among them, others besides; each street has its own office, which answers for
all classes there that no department leads. The rules that go with the matrix are ``routing_rules.csv``.
"""

from __future__ import annotations

import csv
from importlib import resources

import geopandas

from ..codes import credit

#: Offices of streets are numbered from here.
_OFFICES = 100


def matrix(units: geopandas.GeoDataFrame) -> list[dict[str, str]]:
    """Return the rows of a matrix for a district: classes for the whole city, and each street that has a code for its own ground."""
    streets = units[(units["level"] == "street") & units["code"].notna()].sort_values("code")
    named = zip(streets["code"], streets["name_zh"], streets["name_en"], strict=True)
    return [*_rows("responsibilities.csv"), *(_office(n, *street) for n, street in enumerate(named, _OFFICES))]


def rules() -> list[dict[str, str]]:
    """Return the rules that go before it."""
    return _rows("routing_rules.csv")


def _office(number: int, code: str, name_zh: str, name_en: str | None) -> dict[str, str]:
    body = f"ZZ{number:06}"
    department = {"department_code": body + credit.organisation_check(body), "department_zh": f"{name_zh}办事处"}
    department["department_en"] = f"{name_en or code} Office"
    return {"class": "", "unit": code, "part": "lead", **department, "criteria": "", "valid_from": "2024-01-01"}


def _rows(name: str) -> list[dict[str, str]]:
    with (resources.files(__package__) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
