"""The tree of categories as versioned data: staged as a draft, activated at a moment, compared with another.

A category is the same in every tree by its path. One that is in the next tree no more keeps its objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import psycopg2.extras

from ..db import queries
from ..errors import Conflict, InvalidInput, NotFound
from ..issues import errors
from ..moments import shown
from . import rules
from .model import Category, Department, GeometryKind, Tree
from .rules import Entry

SQL = queries.load(__package__, "categories.sql")


def tree(conn, moment: datetime | None = None) -> Tree:
    """Return the tree valid at a moment (timezone-aware; now when None); raises NotFound where none is."""
    found = SQL.rows(conn, "tree_at", moment=moment)
    if not found:
        raise NotFound("category tree valid at", moment or "now")
    return by_id(conn, found[0][0])


def by_id(conn, tree_id: int) -> Tree:
    """Return a tree, a draft too; raises NotFound."""
    for made in trees(conn):
        if made.tree_id == tree_id:
            of = departments(conn)
            found = tuple(_category(row) for row in SQL.rows(conn, "categories", tree_id=tree_id))
            used = {category.department_code for category in found}
            return replace(made, categories=found, departments={code: one for code, one in of.items() if code in used})
    raise NotFound("category tree", tree_id)


def trees(conn) -> list[Tree]:
    """Return all trees without their categories, oldest first; drafts too."""
    return [Tree(*row) for row in SQL.rows(conn, "trees")]


def known(conn) -> dict[int, Category]:
    """Return every category there ever was by its number, as it was said last; those of no tree valid now are `gone`."""
    return {category.category_id: category for category in map(_category, SQL.rows(conn, "known"))}


def departments(conn) -> dict[str, Department]:
    """Return every department by its code."""
    return {code: Department(code, *names) for code, *names in SQL.rows(conn, "departments")}


def stage(conn, rows: Iterable[Mapping[str, str]], name: str, source: str = "") -> int:
    """Store a table of categories (:data:`.rules.COLUMNS`) as a draft and return its number.

    Where the draft of the same content, or the tree that has no end, is there already, that one is meant and nothing is stored.
    Raises InvalidInput with the first fault.
    """
    entries, issues = rules.read(rows)
    for one in errors(issues):
        raise InvalidInput(one.field or "categories", one.value or None, f"{one.message}{f' (row {one.row})' if one.row else ''}")
    digest = rules.digest(entries)
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        for made in reversed(trees(conn)):
            if made.digest == digest and (made.valid_from is None or made.valid_to is None):
                return made.tree_id
        _put(cur, entries)
        cur.execute(SQL["add_tree"], {"name": name, "source": source, "digest": digest})
        tree_id = cur.fetchone()[0]
        _add_versions(cur, tree_id, [one.category for one in entries])
    return tree_id


def activate(conn, tree_id: int, when: datetime | None = None) -> Tree:
    """Make a draft valid from a moment on (timezone-aware; now when None); the tree valid until then ends there.

    Nothing is done where it is the tree that has no end. Raises Conflict for one that has ended, and for a moment that does not lie
    after the beginning of the tree before.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        cur.execute(SQL["now"])
        begins = when or cur.fetchone()[0]
        draft = by_id(conn, tree_id)
        if draft.valid_from is not None:
            if draft.valid_to is None:
                return draft
            raise Conflict(f"category tree {tree_id} was valid until {shown(draft.valid_to)}; load it again to make it valid")
        for before in trees(conn):
            if before.valid_from is not None and before.valid_to is None and begins <= before.valid_from:
                raise Conflict(f"category tree {before.tree_id} is valid from {shown(before.valid_from)}; another begins after that")
        cur.execute(SQL["end_valid"], {"when": begins})
        cur.execute(SQL["set_valid"], {"when": begins, "tree_id": tree_id})
        cur.execute(SQL["tell"])
    return by_id(conn, tree_id)


def _put(cur, entries: Sequence[Entry]) -> None:
    departments = {one.department.code: one.department for one in entries if one.department}
    rows = [(each.code, each.name_zh, each.name_en) for _, each in sorted(departments.items())]
    if rows:
        psycopg2.extras.execute_values(cur, SQL["put_department"], rows)
    paths = [(one.category.major, one.category.minor, one.category.name) for one in entries]
    psycopg2.extras.execute_values(cur, SQL["put_category"], paths, page_size=1000)


def _add_versions(cur, tree_id: int, categories: Sequence[Category]) -> None:
    cur.execute(SQL["ids"], {"paths": [one.path for one in categories]})
    ids = dict(cur.fetchall())
    rows = [
        (
            *(tree_id, ids[one.path], one.position, one.major_en, one.minor_en, one.name_en, one.geometry_kind, one.department_code),
            *(one.accuracy, one.inspection_days, one.symbol, one.colour, psycopg2.extras.Json(rules.written(one.attributes))),
        )
        for one in categories
    ]
    psycopg2.extras.execute_values(cur, SQL["add_version"], rows, page_size=1000)


def _category(row: tuple) -> Category:
    *facts, attributes, gone = row
    made = Category(*facts, rules.attributes(attributes), gone)
    return replace(made, geometry_kind=GeometryKind(made.geometry_kind))
