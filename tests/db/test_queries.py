"""Every named query is valid against the schema, and is used."""

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
    pytest.param(file.parent, name, id=f"{file.parent.name}-{name}")
    for file in sorted(ROOT.rglob("queries.sql"))
    for name in queries.load(package(file.parent))
]


def is_utility(sql: str) -> bool:
    """Statements that EXPLAIN does not take: they are run, and rolled back."""
    return not re.match(r"(?s)(\s*--[^\n]*\n)*\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b", sql)


@pytest.mark.parametrize("folder, name", CASES)
def test_query_is_valid(conn, folder, name):
    found = queries.load(package(folder))
    sql = found[name]
    with conn.cursor() as cur:
        for other in found.values():
            if other != sql and is_utility(other):
                cur.execute(other, defaultdict(lambda: None))  # the temporary tables it may need
        if is_utility(sql):
            cur.execute(sql, defaultdict(lambda: None))
        elif "VALUES %s" in sql:
            columns = sql.split("(", 1)[1].split(")", 1)[0].count(",") + 1
            cur.execute("EXPLAIN " + sql.replace("%s", f"({', '.join(['NULL'] * columns)})"))
        else:
            cur.execute("EXPLAIN " + sql, defaultdict(lambda: None))


@pytest.mark.parametrize("folder, name", CASES)
def test_query_is_used(folder, name):
    used = re.compile(rf'"{name}"')
    assert any(used.search(file.read_text(encoding="utf-8")) for file in folder.glob("*.py")), f"no code in {folder.name} uses {name}"
