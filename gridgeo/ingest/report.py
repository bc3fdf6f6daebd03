"""A load's report: counts and first examples for the one at the terminal, tables and maps for everybody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import geopandas
import pandas as pd

from ..geo import crs
from ..hierarchy import difference
from ..issues import Issue, Severity
from .loading import Plan

ISSUE_COLUMNS = ("severity", "code", "source", "row", "field", "value", "message", "units", "area_m2")
_GRAVEST_FIRST = list(Severity)
_EXAMPLES = 3


def lines(plan: Plan, accepted: Iterable[str] = ()) -> Iterator[str]:
    """Yield what to print: units by level, changes, issues by code with the first of each, and whether it may be stored."""
    yield f"{', '.join(plan.files)} → scheme {plan.scheme.scheme} ({plan.scheme.name_zh} {plan.scheme.name_en})"
    yield from _levels(plan)
    yield from _changes(plan)
    yield from found(plan.issues, set(accepted))


def issues(plan: Plan) -> geopandas.GeoDataFrame:
    """Return everything found as a table of :data:`ISSUE_COLUMNS` and geometry, EPSG:4490 lon/lat; `units` with a space between."""
    table = pd.DataFrame([_row(issue) for issue in plan.issues], columns=ISSUE_COLUMNS, dtype=object)
    return geopandas.GeoDataFrame(table, geometry=[issue.geometry for issue in plan.issues], crs=crs.STORAGE)


def _levels(plan: Plan) -> Iterator[str]:
    counted = plan.frame["level"].value_counts()
    for level in plan.scheme.levels:
        total, found = int(counted.get(level.level, 0)), plan.found.get(level.level, 0)
        if total or found:
            carried = f", {total - found:,} carried over" if total > found else ""
            yield f"  {level.level:<12}{total:>8,}  {level.name_zh}  ({found:,} in the files{carried})"


def _changes(plan: Plan) -> Iterator[str]:
    if plan.unchanged:
        yield f"The same as edition {plan.before.edition_id} ({plan.before.name}): nothing changes."
        return
    against = f"edition {plan.before.edition_id} ({plan.before.name})" if plan.before else "nothing loaded so far"
    yield f"Compared with {against}:"
    if not len(plan.changes):
        yield "  no change"
    for (change, level), rows in difference.by_level(plan.changes, plan.scheme):
        hectares = rows["moved_m2"].sum() / 1e4
        area = f", {hectares:,.2f} ha" if hectares else ""
        named = "、".join(str(name) for name in rows["name_after"].fillna(rows["name_before"]).head(_EXAMPLES))
        yield f"  {change:<12}{level:<12}{len(rows):>8,}  {named}{' …' if len(rows) > _EXAMPLES else ''}{area}"


def found(issues: Iterable[Issue], accepted: set[str] = frozenset(), totals: Mapping[str, int] | None = None) -> Iterator[str]:
    """Yield what to print of issues: by code, the gravest first, with the first of each; `totals` where not all are among them."""
    groups: dict[tuple[int, str], list[Issue]] = defaultdict(list)
    for issue in issues:
        groups[_GRAVEST_FIRST.index(issue.severity), issue.code].append(issue)
    yield "Found:" if groups else "Nothing to remark."
    for (rank, code), alike in sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1]), group[0][1])):
        severity = _GRAVEST_FIRST[rank]
        area = sum(issue.area_m2 or 0 for issue in alike)
        total = (totals or {}).get(code, len(alike))
        mark = " (accepted)" if severity is Severity.ERROR and code in accepted else ""
        yield f"  {severity:<8}{code:<22}{total:>7,}{f'  {area:,.0f} m2' if area else ''}{mark}"
        for issue in alike[:_EXAMPLES]:
            yield f"          {_place(issue)}{issue.message}"
        if total > _EXAMPLES:
            yield f"          … and {total - min(_EXAMPLES, len(alike)):,} more"


def _place(issue: Issue) -> str:
    where = f"{issue.source} row {issue.row}" if issue.row else issue.source
    value = f"{issue.field} {issue.value!r}" if issue.row and issue.value else ""
    told = ", ".join(filter(None, [where, value]))
    return f"{told}: " if told else ""


def _row(issue: Issue) -> dict[str, object]:
    cells = {column: getattr(issue, column) for column in ISSUE_COLUMNS}
    return cells | {"severity": str(issue.severity), "units": " ".join(issue.units)}
