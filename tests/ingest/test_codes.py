"""What other systems call our units: read, checked, stored, asked."""

import pytest

from gridgeo.errors import InvalidInput, NotFound
from gridgeo.hierarchy import editions, store
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import codes
from tests.districts import district

STREETS = ("999901001", "999901002")


@pytest.fixture
def unit(conn):
    """The unit_id of each street of a loaded district, by its code."""
    edition = editions.stage(conn, GOVERNANCE, district("AAD"), name="drawn")[0]
    editions.activate(conn, edition.edition_id)
    frame = store.frame(conn, edition.edition_id).set_index("code")
    return {code: int(frame.loc[code, "unit_id"]) for code in STREETS}


def table(tmp_path, *rows, columns="code,统计代码", encoding="utf-8"):
    path = tmp_path / "codes.csv"
    path.write_text("\n".join([columns, *rows]) + "\n", encoding=encoding)
    return path


def plan(conn, *paths, system="statistics", vintage="2023", **given):
    return codes.plan(conn, paths, system, vintage, GOVERNANCE, given or None)


def test_codes_are_recorded_by_system_and_vintage(conn, unit, tmp_path):
    made = plan(conn, table(tmp_path, "999901001,440309003", "９９９９０１００２, 440309004 "))
    assert made.issues == ()
    assert store.put_codes(conn, made.system, made.vintage, made.code_of) == 2
    assert store.put_codes(conn, made.system, made.vintage, made.code_of) == 0, "the same again changes nothing"
    assert store.other_codes(conn, unit["999901002"]) == [("statistics", "2023", "440309004")]


def test_columns_may_be_named(conn, unit, tmp_path):
    path = table(tmp_path, "999901001,440311007", columns="街道,那边", encoding="gbk")
    assert plan(conn, path, code="街道", other_code="那边").code_of == {unit["999901001"]: "440311007"}


@pytest.mark.parametrize(
    "rows, code, row",
    [
        (["999901001,440309003", "999901009,440309004"], "unknown-unit", 2),
        (["999901001,44-03"], "bad-code", 1),
        (["999901001,"], "bad-code", 1),
        (["999901001,1", "999901001,2"], "duplicate-code", 2),
    ],
)
def test_faulty_rows_are_errors_with_their_place(conn, unit, tmp_path, rows, code, row):
    made = plan(conn, table(tmp_path, *rows))
    assert [(issue.code, issue.row, issue.severity) for issue in made.issues] == [(code, row, "error")]


@pytest.mark.parametrize("system, vintage", [("Statistics", "2023"), ("statistics", "23"), ("statistics", "2023-6"), ("", "2023")])
def test_a_system_and_a_vintage_are_of_a_form(conn, unit, tmp_path, system, vintage):
    with pytest.raises(InvalidInput):
        plan(conn, table(tmp_path, "999901001,1"), system=system, vintage=vintage)


def test_a_table_without_their_column_is_refused(conn, unit, tmp_path):
    with pytest.raises(InvalidInput, match="--field other_code=COLUMN"):
        plan(conn, table(tmp_path, "999901001", columns="code"))


def test_nothing_loaded_is_said(conn, tmp_path):
    with pytest.raises(NotFound):
        plan(conn, table(tmp_path, "999901001,1"))
