"""What `gridgeo check` says of the hierarchy: whether somebody is in charge of each unit."""

from __future__ import annotations

from ..db.check import Finding, State
from . import workers


def examine(conn) -> list[Finding]:
    """Return what there is to say of who is in charge, nothing where nobody was ever named; nothing is changed."""
    return [_manned(scheme, levels) for scheme, levels in workers.vacancies_by_scheme(conn).items()]


def _manned(scheme: str, levels: list[workers.Vacancy]) -> Finding:
    """Of each level for which workers were loaded: how many of its units are vacant."""
    subject = f"grid workers of {scheme}"
    vacant = ", ".join(f"{level.vacant:,} of {level.units:,} ({level.name_zh} {level.level})" for level in levels if level.vacant)
    if not vacant:
        return Finding(subject, State.OK, "somebody is in charge of each unit")
    return Finding(subject, State.WARNING, f"nobody is in charge of {vacant}", "name them in a file for `gridgeo load workers`")
