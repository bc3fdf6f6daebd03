"""Lists of grid workers: read, checked, stored, the same twice; what is wrong names its row and nobody."""

from contextlib import closing

import pytest

from gridgeo.cli import __main__ as command
from gridgeo.db import connection
from gridgeo.errors import Conflict, InvalidInput, NotFound, UnreadableFile
from gridgeo.hierarchy import editions, workers
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import workers as loading
from tests.districts import district

MICRO, OTHER = "99990100100101", "99990100200101"
HEADER = "网格编码,职务,姓名,值班电话,上岗日期,离岗日期"


def loaded(conn):
    edition = editions.stage(conn, GOVERNANCE, district("AAD"), name="drawn")[0]
    editions.activate(conn, edition.edition_id)


@pytest.fixture
def city(conn):
    """A connection to a loaded district of two micro-grids."""
    loaded(conn)
    return conn


def table(tmp_path, *rows, header=HEADER, name="网格员.csv"):
    path = tmp_path / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="gbk")
    return path


def plan(conn, *paths, **how):
    return loading.plan(conn, paths, GOVERNANCE, **how)


def said(made):
    return [(issue.code, issue.row, str(issue.severity)) for issue in made.issues if issue.code not in ("vacant-units", "encoding-guessed")]


def test_a_list_is_stored_and_the_same_again_changes_nothing(city, tmp_path):
    path = table(tmp_path, f"{MICRO},网格员,网格员甲,179 0000 0001,2024-01-01,", f"{MICRO},网格长,网格长乙,0755-91234567,,", ",,,,,")
    made = plan(city, path)
    assert (said(made), loading.commit(city, made).new) == ([], 2)
    found = [(one.role, one.name, one.phone) for one in workers.of_unit(city, GOVERNANCE, MICRO)]
    assert found == [("head", "网格长乙", "+8675591234567"), ("worker", "网格员甲", "+8617900000001")]
    assert plan(city, path).compared.same == 2


def test_vacant_units_are_counted(city, tmp_path):
    (note,) = [issue for issue in plan(city, table(tmp_path, f"{MICRO},,网格员甲,,,")).issues if issue.code == "vacant-units"]
    assert note.severity == "info" and "of 2 units" in note.message and note.message.endswith("in charge of 1")


@pytest.mark.parametrize(
    "row, code",
    [
        ("99990100100199,网格员,网格员甲,,,", "unknown-unit"),
        (",网格员,网格员甲,,,", "no-code"),
        (f"{MICRO},网格员,,,,", "no-name"),
        (f"{MICRO},保安,网格员甲,,,", "unknown-value"),
        (f"{MICRO},网格员,网格员甲,1234567,,", "bad-phone"),
        (f"{MICRO},网格员,网格员甲,,昨天,", "bad-date"),
        (f"{MICRO},网格员,网格员甲,,2024-01-01,2024-01-01", "period-reversed"),
        (f"{MICRO},网格员,449999199002300012,,,", "code-in-text"),
    ],
)
def test_a_faulty_row_is_an_error_that_names_its_place_and_nobody(city, tmp_path, row, code):
    good = f"{OTHER},网格员,网格员乙,,,"
    made = plan(city, table(tmp_path, good, row))
    assert said(made) == [(code, 2, "error")]
    told = repr(made.issues)
    assert not any(word in told for word in ("甲", "乙", "449999", "1234567"))
    with pytest.raises(Conflict, match=code):
        loading.commit(city, made)
    assert loading.commit(city, made, [code]).new == 1, "accepted, the row is left out"


def test_a_row_twice_is_left_out(city, tmp_path):
    row = f"{MICRO},网格员,网格员甲,,2024-01-01,"
    made = plan(city, table(tmp_path, row, row))
    assert said(made) == [("duplicate-worker", 2, "warning")] and loading.commit(city, made).new == 1


def test_a_table_without_units_or_names_is_refused(city, tmp_path):
    with pytest.raises(InvalidInput, match="--field name=COLUMN"):
        plan(city, table(tmp_path, MICRO, header="网格编码"))
    with pytest.raises(UnreadableFile):
        plan(city, table(tmp_path))


def test_columns_may_be_named(city, tmp_path):
    path = table(tmp_path, f"{MICRO},网格员甲", header="格,人")
    assert plan(city, path, given={"code": "格", "name": "人"}).compared.new == 1


def test_nothing_loaded_is_said(conn, tmp_path):
    with pytest.raises(NotFound):
        plan(conn, table(tmp_path, f"{MICRO},网格员,网格员甲,,,"))


def test_the_command_stores_only_when_told(database_url, tmp_path, monkeypatch, capsys):
    with closing(connection.connect(database_url)) as conn, conn:
        loaded(conn)
    monkeypatch.setenv("DATABASE_URL", database_url)
    path = str(table(tmp_path, f"{MICRO},网格员,网格员甲,17900000001,,", f"{MICRO},网格员,网格员乙,,,"))
    assert command.main(["load", "workers", path]) == 0
    assert "2 new" in (dry := capsys.readouterr().out) and "Dry run" in dry and "甲" not in dry
    assert command.main(["load", "workers", path, "--commit", "--since", "2024-01-01"]) == 0
    assert "Stored: 2 new" in capsys.readouterr().out
    path = str(table(tmp_path, f"{MICRO},网格员,网格员甲,17900000001,,", name="later.csv"))
    assert command.main(["load", "workers", path, "--commit", "--whole"]) == 0
    assert "Ended: 1 " in capsys.readouterr().out
