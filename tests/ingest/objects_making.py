"""A small tree of categories, and files of managed objects."""

from datetime import UTC, datetime
from pathlib import Path

from gridgeo.codes import credit
from gridgeo.ingest import objects
from gridgeo.objects import categories
from tests.addresses.making import at

DEPARTMENT = "99999999" + credit.organisation_check("99999999")
HEADER = "部件编码,大类,小类,部件名称,状态,经度,纬度,最近巡检日期,高度,材质"

_HEIGHT = '{"name":"height_m","kind":"number","name_zh":"高度","name_en":"Height","unit":"m"}'
_DEMANDED = _HEIGHT.replace('"unit"', '"required":true,"unit"')
_MATERIAL = '{"name":"material","kind":"choice","name_zh":"材质","name_en":"Material","choices":["铸铁","混凝土"]}'
_TREE = [
    ("公用设施", "水", "雨水井盖", "point", f"[{_HEIGHT},{_MATERIAL}]"),
    ("公用设施", "水", "检查井", "point", "[]"),
    ("公用设施", "电", "检查井", "point", "[]"),
    ("道路交通", "灯", "路灯", "point", f"[{_DEMANDED}]"),
    ("道路交通", "护栏", "护栏", "line", "[]"),
    ("园林绿化", "树木", "行道树", "point", f"[{_HEIGHT}]"),
    ("园林绿化", "绿地", "绿地", "polygon", "[]"),
]


def CODE(number: int) -> str:
    return f"{DEPARTMENT}{number:020}"


def tree(conn, without: str = "") -> None:
    rows = [
        {
            **{"major": major, "major_en": "M", "minor": minor, "minor_en": "m", "name": name, "name_en": "n", "geometry_kind": kind},
            **{"accuracy": "A", "symbol": "dot", "colour": "#336699", "attributes": attributes, "inspection_days": "30"},
            **{"department_code": DEPARTMENT, "department_zh": "示例部门", "department_en": "Example"},
        }
        for major, minor, name, kind, attributes in _TREE
        if name != without
    ]
    begins = datetime(2025, 1, 1 + len(categories.trees(conn)), tzinfo=UTC)
    categories.activate(conn, categories.stage(conn, rows, "示例", "test"), begins)


def line(
    number: int,
    column: float = 0.5,
    row: float = 0.5,
    category: str = "公用设施,水,雨水井盖",
    status: str = "完好",
    code: str | None = None,
    inspected: str = "2025-05-06",
    attributes: str = "0.7,铸铁",
    lon: str | None = None,
    lat: str | None = None,
) -> str:
    x, y = at(column, row)
    code = CODE(number) if code is None else code
    return f"{code},{category},{status},{x if lon is None else lon},{y if lat is None else lat},{inspected},{attributes}"


def write(path: Path, rows: list[str], header: str = HEADER, encoding: str = "utf-8-sig") -> Path:
    path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return path


def plan(conn, *paths: Path, **how) -> objects.Plan:
    return objects.plan(conn, paths, **({"datum": "cgcs2000"} | how))


def load(conn, *paths: Path, take_sound: bool = False, **how) -> objects.Stored:
    return objects.commit(conn, plan(conn, *paths, storing=True, **how), take_sound=take_sound)


def codes(made: objects.Plan) -> list[str]:
    return sorted({issue.code for issue in made.issues if issue.severity == "error"})


def issues(made: objects.Plan) -> set[str]:
    return {issue.code for issue in made.issues}


def found(made: objects.Plan, code: str):
    return [issue for issue in made.issues if issue.code == code]


def rejected(conn) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute("SELECT load_id, file, row_no, fields, issues FROM object_rejected ORDER BY load_id, file, row_no")
        return cur.fetchall()
