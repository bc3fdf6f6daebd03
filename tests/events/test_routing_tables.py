"""The matrix as tables write it, and the sample's; `gridgeo routing` from a file to what is in force."""

import csv
import re
from pathlib import Path

import pytest

from gridgeo import cli, sample
from gridgeo.cli import main
from gridgeo.db import connection
from gridgeo.events.model import Part
from gridgeo.events.routing import matrix, matrix_rows, reading, rulesets
from gridgeo.events.routing.matrix_rows import Known
from gridgeo.events.routing.model import EVERY, prefixes
from gridgeo.objects.model import Department
from gridgeo.sample import routing as sample_routing
from tests.events import routed
from tests.events.routed import FIRE, GAS, GASWORKS, LAMP, LIGHTS, NAMES, PARKS, POLICE, STREET

PATHS = {prefix for path in (LAMP, GAS) for prefix in prefixes(path)}
KNOWN = Known(PATHS, {STREET}, {code: Department(code, name, name) for code, name in zip(routed.CODES, NAMES, strict=True)})


def meant(*rows, known=KNOWN):
    read = matrix_rows.read(rows, known, "table")
    return [(row.class_path, row.unit_key, row.part, row.department_code, row.criteria) for row in read.rows], read


def test_each_row_says_a_part_or_columns_do():
    long, _ = meant(
        {"类别": LAMP, "区域": STREET, "责任": "主责单位", "部门": LIGHTS.lower()},
        {"大类": "公用设施", "小类": "照明", "责任": "协办", "部门": "园林处"},
        {"class": "全部", "part": "转办", "department": POLICE, "条件": "涉及治安"},
        {"class": "", "part": "", "department": ""},
    )
    assert long == [
        (LAMP, STREET, Part.LEAD, LIGHTS, ""),
        ("公用设施/照明", EVERY, Part.ASSIST, PARKS, ""),
        (EVERY, EVERY, Part.REFER, POLICE, "涉及治安"),
    ]
    wide, _ = meant({"类别": GAS, "主责单位": "燃气处", "协办单位": f"消防大队、{POLICE[:8]}-{POLICE[8]}"})
    assert wide == [(GAS, EVERY, Part.LEAD, GASWORKS, ""), (GAS, EVERY, Part.ASSIST, FIRE, ""), (GAS, EVERY, Part.ASSIST, POLICE, "")]


def test_a_department_is_introduced_by_its_code_and_name():
    introduced = {"class": LAMP, "part": "lead", "department_code": "ZZ0000010", "department_zh": "新处"}
    found, read = meant(introduced, {"class": GAS, "lead": "新处"})
    assert [row[3] for row in found] == ["ZZ0000010"] * 2
    assert read.departments == [Department("ZZ0000010", "新处", "新处")]


@pytest.mark.parametrize(
    "row, code, field",
    [
        ({"class": "照明", "lead": LIGHTS}, "unknown-class", "class"),
        ({"class": LAMP, "unit": "9", "lead": LIGHTS}, "unknown-unit", "unit"),
        ({"class": LAMP, "lead": "某处"}, "unknown-department", "lead"),
        ({"class": LAMP}, "no-department", "department"),
        ({"class": LAMP, "part": "看", "department": LIGHTS}, "bad-responsibility", "part"),
        ({"class": LAMP, "part": "lead", "department": "ZZ0000011", "department_zh": "x"}, "bad-responsibility", "department"),
        ({"class": LAMP, "lead": LIGHTS, "valid_from": "someday"}, "bad-responsibility", "valid_from"),
        ({"class": LAMP, "lead": LIGHTS, "valid_from": "2026-02-01", "valid_to": "2026/01/01"}, "bad-responsibility", "valid_to"),
    ],
)
def test_rows_that_name_what_there_is_not_are_told_by_number(row, code, field):
    found, read = meant({"class": GAS, "lead": GASWORKS}, row)
    assert len(found) == 1
    assert [(issue.code, issue.field, issue.row) for issue in read.issues] == [(code, field, 2)]


@pytest.fixture(scope="module")
def ours():
    """The sample's matrix and its units."""
    units = sample.make("small", 1)
    return sample_routing.matrix(units), units


def test_the_sample_s_matrix_leads_every_class_once(ours, conn):
    from gridgeo.events import classes

    table, units = ours
    paths = {prefix for row in classes.read(*_ours(classes))[0] for prefix in prefixes("/".join((row["major"], row["minor"], row["name"])))}
    found = matrix_rows.read(table, Known(paths, set(units["code"].dropna()), {}))
    assert found.issues == [] and {row.part for row in found.rows} == {Part.LEAD, Part.ASSIST, Part.REFER}
    leads = [(row.class_path, row.unit_key) for row in found.rows if row.part is Part.LEAD]
    assert len(leads) == len(set(leads))
    covered = {path for path, unit in leads if not unit and path}
    assert [path for path in paths if path.count("/") == 2 and not covered & set(prefixes(path))] == []
    written, issues = reading.rules(sample_routing.rules())
    assert issues == [] and {rule.class_path for rule in written} <= paths
    named = {code for rule in written for code in (rule.lead, *rule.assist) if code}
    assert named <= {one.code for one in found.departments}


def _ours(classes):
    from gridgeo.events import tables

    return tables.ours(classes.OURS), classes.OURS


def test_from_files_to_what_is_in_force(settings, database_url, tmp_path, monkeypatch, capsys):
    """The story of a planner: the matrix is loaded and checked, a draft of rules tested and put in force, an event explained."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(settings.home))
    with connection.transaction(conn := connection.connect(database_url)):
        routed.ground(conn)
        code = routed.event(conn, GAS, grade=1).event_code
    conn.close()
    table, rules = tmp_path / "权责清单.csv", tmp_path / "规则.csv"
    leads = [["类别", "主责单位", "协办单位"], [LAMP, "照明处", "园林处"], [GAS, "燃气处", ""], ["水域", "水务处", ""]]
    named = [["规则名称", "类别", "等级", "主责部门", "协办部门"], ["一级燃气", GAS, "I", GASWORKS, f"{FIRE} {POLICE}"]]
    for path, rows, encoding in ((table, leads, "gb18030"), (rules, named, "utf-8-sig")):
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)

    def asked(*words, status=0):
        assert main(["routing", *map(str, words)]) == status
        return capsys.readouterr().out

    assert "unknown-class" in asked("load", table, "--commit", status=1)
    assert "Dry run" in asked("load", table, "--accept", "unknown-class")
    assert "Stored: 3 new" in asked("load", table, "--accept", "unknown-class", "--since", "2026-01-01", "--commit")
    assert "class-without-lead" in asked("check", status=1)
    assert "Rule set 1 (一级) is draft" in asked("load", rules, "--rules", "一级", "--commit")
    main(["routing", "activate", "1"])
    assert "was not tested" in capsys.readouterr().err
    asked("test", 1, "--days", 3650)
    assert "is in force" in asked("activate", 1)
    assert "active" in asked("sets")
    told = asked("explain", code)
    assert "→ 主责 燃气处；协办 消防大队、公安分局" in told and "规则1优先于清单" in told
    with connection.transaction(conn := connection.connect(database_url)):
        assert len(matrix.listed(conn)) == 3 and rulesets.find(conn, 1).tested["events"] == 1
    conn.close()


def test_every_issue_of_the_matrix_stands_in_the_guide():
    guide = (Path(cli.__file__).parents[2] / "docs/howto/routing.md").read_text("utf-8")
    room = Path(matrix.__file__).parent
    codes = {code for file in room.glob("*.py") for code in re.findall(r'(?:Issue|_Unknown)\(\s*"([a-z-]+)"', file.read_text("utf-8"))}
    assert len(codes) >= 9 and [code for code in sorted(codes) if f"`{code}`" not in guide] == []
