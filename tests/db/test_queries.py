"""Every named query is valid against the schema, and is used."""

import io
import re
from collections import defaultdict
from pathlib import Path

import pytest

import gridgeo
from gridgeo.db import queries

ROOT = Path(gridgeo.__file__).parent


def package(folder: Path) -> str:
    return ".".join(("gridgeo", *folder.relative_to(ROOT).parts))


CASES = [
    pytest.param(file, name, id=f"{file.parent.name}-{file.stem}-{name}")
    for file in sorted(ROOT.rglob("*.sql"))
    if file.parent.name not in {"migrations", "functions"}
    for name in queries.load(package(file.parent), file.name)
]


#: Temporary tables that several rooms or files use.
SHARED = queries.load("gridgeo.hierarchy", "assignment.sql") | queries.load("gridgeo.ingest", "base.sql")


def is_utility(sql: str) -> bool:
    """Statements that EXPLAIN does not take: they are run, and rolled back."""
    return not re.match(r"(?s)(\s*--[^\n]*\n)*\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b", sql)


def run(cur, sql: str) -> None:
    if sql.split("\n")[-1].startswith("COPY "):
        cur.copy_expert(sql, io.BytesIO())
    else:
        cur.execute(sql, defaultdict(lambda: None))


@pytest.mark.parametrize("file, name", CASES)
def test_query_is_valid(conn, file, name):
    found = queries.load(package(file.parent), file.name)
    sql = found[name]
    with conn.cursor() as cur:
        for other in (*SHARED.values(), *found.values()):
            if other == sql and is_utility(sql):
                break
            if is_utility(other):
                run(cur, other)  # the temporary tables it may need
        if is_utility(sql):
            run(cur, sql)
        elif "VALUES %s" in sql:
            columns = sql.split("(", 1)[1].split(")", 1)[0].count(",") + 1
            cur.execute("EXPLAIN " + sql.replace("%s", f"({', '.join(['NULL'] * columns)})"))
        else:
            cur.execute("EXPLAIN " + sql, defaultdict(lambda: None))


@pytest.mark.parametrize("file, name", CASES)
def test_query_is_used(file, name):
    used = re.compile(rf'"{name}"')
    code = file.parent.glob("*.py")
    assert any(used.search(module.read_text(encoding="utf-8")) for module in code), f"no code in {file.parent.name} uses {name}"
