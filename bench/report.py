"""Figures as tables: on the terminal, in `bench/results/`, and in the documentation."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gridgeo import __version__

from .figures import Figure, Result

_PACKAGES = ("numpy", "shapely", "geopandas", "pyogrio", "duckdb", "fastapi", "uvicorn", "psycopg2-binary", "folium")
_PREFACE = (
    "Written by `python3 -m gridgeo bench --write-docs`. Read ratios, not seconds: what is compared was measured in one run on one\n"
    "machine, and each section says when."
)
_NAME = re.compile("^`([a-z]+)`", re.MULTILINE)
_OF_A_RUN = ("date", "other work")
_COLUMNS = ("what", "measured", "against ours", "note")


def machine(server: str, load: float) -> dict[str, str]:
    """Return what the figures were measured on.

    Parameters
    ----------
    server
        What PostgreSQL and PostGIS say of themselves.
    load
        Load average of the machine before the run: what else was going on.
    """
    models = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    packages = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES if _version(name))
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "other work": f"load average {load:.1f} before the run",
        "gridgeo": f"{__version__} on Python {platform.python_version()} ({platform.python_compiler()}, {platform.python_build()[1]})",
        "server": server,
        "packages": packages,
    }


def text(result: Result) -> str:
    """Return a result as a table for a terminal, its goals below."""
    rows = [_COLUMNS, *map(_row, result.figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    lines = ["  ".join((str.ljust, str.rjust, str.rjust, str.ljust)[i](cell, widths[i]) for i, cell in enumerate(row)) for row in rows]
    goals = [f"goal {'met   ' if goal.met else 'MISSED'} {goal.text}: {goal.measured}" for goal in result.goals]
    return "\n".join([f"\n{result.name}: {result.title}", *(line.rstrip() for line in lines), *goals])


def markdown(results: Iterable[Result], facts: dict[str, str], before: str = "", order: Iterable[str] = ()) -> str:
    """Return results as a page of the documentation.

    Parameters
    ----------
    before
        The page as it is: sections of what was not measured now are kept.
    order
        Names of benchmarks as they follow each other on the page.
    """
    sections = {_NAME.search(section)[1]: section.strip() for section in before.split("\n## ")[1:] if _NAME.search(section)}
    sections |= {result.name: _section(result, facts) for result in results}
    head = ["# Benchmarks", "", _PREFACE, "", *(f"- {name}: {fact}" for name, fact in facts.items() if name not in _OF_A_RUN)]
    placed = {name: place for place, name in enumerate(order)}
    inside = [sections[name] for name in sorted(sections, key=lambda name: placed.get(name, len(placed)))]
    return "\n".join(["\n".join(head), *(f"\n## {section}" for section in inside)]) + "\n"


def _section(result: Result, facts: dict[str, str]) -> str:
    lines = [result.title, "", f"`{result.name}` · {facts['date']}, {facts['other work']}"]
    lines += ["", f"| {' | '.join(_COLUMNS)} |", "|---|---:|---:|---|"]
    lines += [f"| {' | '.join(_row(figure))} |" for figure in result.figures]
    for goal in result.goals:
        lines += ["", f"Goal {'met' if goal.met else '**missed**'}: {goal.text}; measured {goal.measured}."]
    return "\n".join(lines)


def write(results: list[Result], facts: dict[str, str], folder: Path) -> list[Path]:
    """Write results as JSON and Markdown, named by their date; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / facts["date"].replace(" UTC", "").replace(" ", "_").replace(":", "")
    document = {"machine": facts, "results": [asdict(result) for result in results]}
    stem.with_suffix(".json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    stem.with_suffix(".md").write_text(markdown(results, facts), encoding="utf-8")
    return [stem.with_suffix(".json"), stem.with_suffix(".md")]


def _row(figure: Figure) -> tuple[str, str, str, str]:
    measured = "–" if figure.value is None else f"{_three(figure.value)} {figure.unit}"
    return figure.what, measured, f"{_three(figure.ratio)} ×" if figure.ratio is not None else "", figure.note


def _three(value: float) -> str:
    """Three figures that count; whole above a thousand."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
