"""The topology check of an edition as it is stored."""

from __future__ import annotations

from types import SimpleNamespace

from ..errors import NotFound
from ..exports import tables
from ..hierarchy import store, topology
from ..hierarchy.model import GOVERNANCE
from ..jobs.work import Work
from .model import Input, Means, Output, Process
from .rules import number, whole


def run(work: Work, given: SimpleNamespace, means: Means) -> str:
    """Check an edition; raises NotFound for one there is not."""
    with work.transaction() as conn:
        edition = store.edition_at(conn, GOVERNANCE) if given.edition is None else store.edition(conn, given.edition)
        if edition is None:
            raise NotFound("edition", "now")
        frame, scheme = store.frame(conn, edition.edition_id), store.scheme(conn, edition.scheme)
    levels = [level.level for level in sorted(scheme.levels, key=lambda level: level.rank)]
    found = topology.check(frame, given.tolerance_m2, work.step, levels)
    name = f"findings.{given.format}"
    tables.write(work.folder / name, tables.of_findings(found))
    return name


PROCESS = Process(
    id="topology-check",
    title="拓扑检查",
    title_en="Topology check",
    description="检查一个版本的网格：重叠、缝隙、越界、缺上级。Looks for overlaps, gaps, units outside of the one above, missing parents "
    "and the like in an edition as it is stored.",
    inputs={
        "edition": Input(
            "版本 Edition",
            "Number of the edition; the one of governance valid now when absent.",
            {"type": "integer", "minimum": 1, "maximum": 2**53},
            whole(2**53),
        ),
        "tolerance_m2": Input(
            "容差 Tolerance",
            "A place must be larger than this to be told, in square metres.",
            {"type": "number", "minimum": 0, "maximum": 1e6, "default": topology.TOLERANCE_M2},
            number(0, 1e6),
            default=topology.TOLERANCE_M2,
        ),
    },
    output=Output(
        "findings",
        "检查结果 Findings",
        "What was found, a row each, with its place where it has one (EPSG:4490, longitude first).",
        {"geojson": "application/geo+json", "csv": "text/csv; charset=utf-8"},
    ),
    run=run,
    example={"tolerance_m2": 1},
)
