"""Putting an edition together: the units of the files, those carried over, what lies above what, and the checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..codes import grid
from ..errors import InvalidInput
from ..hierarchy import composed, model, topology
from ..hierarchy.model import Scheme, SchemeKind, keys
from ..issues import Issue
from . import datums, parents, units
from .model import Instructions, Table
from .notes import ERROR, INFO, Notes

#: called with what is being done, how much of it is, and of how much
Progress = Callable[[str, int, int], None]

_PARENT_TOLD = {"unknown-parent", "ambiguous-parent"}
_BETWEEN = re.compile(r"[\s,;，；、|]+")


class Assembly:
    """One load on its way from tables to a checked frame: :meth:`understand`, :meth:`compose`, :meth:`put_together`, :meth:`check`.

    Afterwards `frame`, `members`, `found` and `issues` stand; `located` says whether every datum was known.
    """

    def __init__(self, scheme: Scheme, tables: list[Table], instructions: Instructions, part: bool, active, progress: Progress) -> None:
        self.scheme, self.tables, self.instructions, self.part = scheme, tables, instructions, part
        self.active, self.progress = active, progress
        self.issues: list[Issue] = []
        self.members: pd.DataFrame | None = None
        self.located = True
        self.shapeless: set[str] = set()
        known = model.frame([]) if active is None else active
        kept = ("name_zh", *units.KEPT_COLUMNS, "geometry")
        self.known = {column: dict(zip(keys(known), known[column].astype(object), strict=True)) for column in kept}

    def understand(self) -> None:
        """Turn every table into rows and areas."""
        found = [self._table(table) for table in self.tables]
        self.rows = pd.concat(found, ignore_index=True)
        if self.scheme.kind is SchemeKind.COMPOSED:
            self._spread_members()
        self._drop_doubles()

    def compose(self, basis: geopandas.GeoDataFrame) -> None:
        """Give the units of a composed scheme the union of their members."""
        frame, faults = composed.unite(model.frame(self.rows), self.members, basis)
        at_fault = [issue for issue in faults if issue.code in {"unknown-member", "unknown-unit", "member-twice"}]
        if at_fault:
            wrong = {issue.row - 1 for issue in at_fault}
            self.members = self.members.drop(index=wrong).reset_index(drop=True)
        self.rows["geometry"] = frame.geometry.to_numpy()
        self.issues += faults

    def put_together(self) -> None:
        """Make the frame of the whole edition: the files' units, those carried over, and what lies above what."""
        self.found = self.rows["level"].value_counts().to_dict()
        frame = model.frame(self.rows)
        if self.scheme.kind is SchemeKind.DRAWN:
            frame = self._keep_areas(frame)
        self.issues += datums.shift(frame, self.active, _named(self.tables))
        if self.active is not None:
            replaced = keys(self.active).isin(keys(frame)) if self.part else self.active["level"].isin(list(self.found))
            frame = model.frame(pd.concat([pd.DataFrame(frame), pd.DataFrame(self.active[~replaced])], ignore_index=True))
        if len(frame) and self.located:
            above, said = parents.resolve(frame, self.rows, self.scheme.levels, self.active, self.instructions.parent_from_prefix)
            frame["parent"] = pd.Series(above, frame.index, dtype=object)
            self.issues += said
        self.frame = frame

    def check(self, tolerance_m2: float) -> list[Issue]:
        """Check the hierarchy as a whole; what was said of a row already is not said again of its unit."""
        told = self.shapeless | {unit for issue in self.issues if issue.code in _PARENT_TOLD for unit in issue.units}
        levels = [level.level for level in self.scheme.levels]
        checked = topology.check(self.frame, tolerance_m2, lambda done, total: self.progress("checking", done, total), levels)
        silent = {"missing-parent": told, "empty-geometry": self.shapeless}
        checked = [issue for issue in checked if not set(issue.units) <= silent.get(issue.code, set()) or not issue.units]
        self.issues += checked
        return checked

    def _table(self, table: Table) -> pd.DataFrame:
        notes = Notes(table.name)
        notes.issues += [replace(note, source=table.name) for note in table.notes]
        rows, lacking = units.rows(table, self.instructions, self.scheme.levels, notes, self.known["name_zh"])
        for column in lacking:
            kept = [self.known[column].get(key) for key in keys(rows)]
            rows[column] = rows[column].where(rows[column].notna(), pd.Series(kept, rows.index, dtype=object))
        shapes = np.full(len(table), None, dtype=object)
        if table.shapes is not None and self.scheme.kind is SchemeKind.DRAWN:
            datum = datums.settle(table, self.instructions.datum, notes)
            self.located &= datum is not None
            if datum is not None:
                shapes = datums.geometries(table, datum, notes, lambda done, total: self.progress(f"looking at {table.name}", done, total))
        elif table.shapes is not None:
            notes.table(
                "geometry-left-out", INFO, f"a {self.scheme.kind} scheme has no boundaries of its own: those in the file are left out"
            )
        self.issues += notes.issues
        refused = {issue.row for issue in notes.issues if issue.field == "geometry" and issue.row}
        return rows.assign(geometry=shapes[rows.index], drawn=table.shapes is not None, refused=rows["row"].isin(refused))

    def _drop_doubles(self) -> None:
        """A code (a level and name, where there is none) stands for one unit: the first row that bears it."""
        key = keys(self.rows)
        first = dict(zip(key[::-1], self.rows.index[::-1], strict=True))
        for at in np.flatnonzero(key.duplicated()):
            row, other = self.rows.iloc[at], self.rows.loc[first[key[at]]]
            there = f"row {other['row']} of {other['source']} bears it already"
            if row["code"]:
                code, field, text = "duplicate-code", "code", f"{there} ({other['name_zh']}): one code is one unit"
            else:
                code, field, text = "duplicate-name", "name_zh", f"{there}: without codes one name is one {row['level']}"
            self.issues.append(Issue(code, ERROR, text, row["source"], int(row["row"]), field, row[field], units=(key[at],)))
        self.rows = self.rows[~key.duplicated().to_numpy()].reset_index(drop=True)

    def _spread_members(self) -> None:
        """Take the list of micro-grids of each row, and one unit of the rows that share a key."""
        if self.rows["members"].isna().all():
            raise InvalidInput("column", "members", "a composed scheme needs the codes of its micro-grids: --field members=COLUMN")
        listed = self.rows["members"].fillna("").map(lambda text: [grid.normalise(code) for code in _BETWEEN.split(text) if code.strip()])
        self.members = pd.DataFrame({"unit": keys(self.rows), "member": listed}).explode("member").dropna().reset_index(drop=True)
        self.rows = self.rows[~keys(self.rows).duplicated().to_numpy()].reset_index(drop=True)

    def _keep_areas(self, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
        """Rows of a table without areas keep the area their unit has now."""
        without = ~self.rows["drawn"].to_numpy(bool)
        key, shapes = keys(frame).to_numpy(object), frame.geometry.to_numpy()
        for source, rows in self.rows[without].groupby("source", sort=False):
            kept = [at for at in rows.index if self.known["geometry"].get(key[at]) is not None]
            shapes[kept] = [self.known["geometry"][key[at]] for at in kept]
            if kept:
                self.issues.append(Issue("geometry-kept", INFO, f"no boundaries in the table: {len(kept):,} units keep theirs", source))
            for at in rows.index.difference(kept):
                text = "the table has no boundaries, and the active edition none of this unit: give a file that draws it"
                self.issues.append(Issue("no-geometry", ERROR, text, source, int(rows.at[at, "row"]), "geometry", units=(key[at],)))
        self.shapeless = set(key[shapely.is_missing(shapes) & (without | self.rows["refused"].to_numpy(bool))])
        frame.geometry = shapes
        return frame


def _named(tables: list[Table], most: int = 3) -> str:
    return ", ".join(table.name for table in tables[:most]) + (" …" if len(tables) > most else "")
