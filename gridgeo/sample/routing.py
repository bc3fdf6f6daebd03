"""Who answers for which events in the invented district: departments that do not exist, with codes never issued.

Who leads and who assists is ``events_responsibility.csv``, to whom events may be referred ``referrals.csv``; each street has an office
of its own, which answers for all classes there that no department leads. The rules that go before are ``routing_rules.csv``.
"""

from __future__ import annotations

import geopandas

from ..codes import credit
from .terrain import facts

#: Offices of streets are numbered from here.
_OFFICES = 100

#: From when on all of it holds.
_BEGAN = {"unit": "", "valid_from": "2024-01-01"}


def matrix(units: geopandas.GeoDataFrame) -> list[dict[str, str]]:
    """Return the rows of a matrix for a district: classes for the whole of it, and each street that has a code for its own ground."""
    streets = units[(units["level"] == "street") & units["code"].notna()].sort_values("code")
    named = zip(streets["code"], streets["name_zh"], streets["name_en"], strict=True)
    rows = [*facts("events_responsibility.csv"), *({**row, "part": "refer"} for row in facts("referrals.csv"))]
    return [*({**_BEGAN, **row} for row in rows), *(_office(n, *street) for n, street in enumerate(named, _OFFICES))]


def rules() -> list[dict[str, str]]:
    """Return the rules that go before it."""
    return facts("routing_rules.csv")


def _office(number: int, code: str, name_zh: str, name_en: str | None) -> dict[str, str]:
    body = f"ZZ{number:06}"
    department = {"department_code": body + credit.organisation_check(body), "department_zh": f"{name_zh}办事处"}
    return {**_BEGAN, "class": "", "unit": code, "part": "lead", **department, "department_en": f"{name_en or code} Office"}
