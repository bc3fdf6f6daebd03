"""Departments as answers tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from gridgeo.objects.model import Department


def told_as(code: str | None, departments: Mapping[str, Department]) -> dict[str, str] | None:
    """Return a department with its names; None for nobody."""
    return asdict(departments.get(code) or Department(code, code, code)) if code is not None else None
