"""The commands on grids and business addresses: what they print and write, and what they keep in the audit."""

from __future__ import annotations

import csv
from contextlib import closing

import openpyxl
import pytest

from gridgeo import cli
from gridgeo.db import connection
from gridgeo.linkage import audit, counts, keys
from gridgeo.settings import Settings
from tests.linkage import making
from tests.linkage.counting import A, B, build, found_district, link, people

FIRM, HEAD, PHONE = making.company_code(21), making.person_code(21), making.phone(21)


@pytest.fixture(scope="module")
def world(server, template, tmp_path_factory):
    """A small district: an office in A whose tenant is known, 12 residents and 9 in two dwellings of B."""
    name, home = server.create(template), tmp_path_factory.mktemp("home")
    settings = Settings(home=home, database_url=server.url_of(name))
    with closing(connection.connect(settings.database_url)) as conn, conn:
        edition = found_district(conn)
        build(conn, edition, A, use="office", floors=6, houses=3)
        homes = build(conn, edition, B, houses=2)
        people(conn, "resident", {homes[0]: 12, homes[1]: 9})
        link(conn, "phone", "contact", [("number", homes[0])])
        keys.init(conn, settings)
        making.load(conn, keys.unlock(conn, settings), home, [making.row(HEAD, f"{A}00001000001", "tenant")])
        counts.refresh(conn)
    yield settings
    server.drop(name)


@pytest.fixture
def run(world, monkeypatch, capsys):
    """Run a command on the district; return status, output and errors."""
    monkeypatch.setenv("DATABASE_URL", world.database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(world.home))

    def call(*argv):
        status = cli.main(["linkage", *map(str, argv)])
        return status, *capsys.readouterr()

    return call


def table(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def claims(tmp_path):
    header = ("名称", "统一社会信用代码", "房屋编码", "法定代表人证件号", "联系电话")
    honest = ("甲公司", FIRM, f"{A}00001000001", HEAD, PHONE)
    fake = ("=乙公司", making.company_code(22), f"{B}00001000001", HEAD, "")
    return table(tmp_path / "claims.csv", [header, honest, fake])


def test_check_prints_what_is_wrong_and_nobodys_code(run, claims):
    status, out, err = run("check", claims)
    assert (status, err) == (0, "")
    assert "2 rows, 1 suspicious" in out and "use-forbidden" in out and "房屋用途不得登记经营" in out
    assert not [code for code in (FIRM, HEAD, PHONE) if code in out]


def test_check_writes_the_same_rows_with_the_answers_beside_them(run, claims, tmp_path):
    out = tmp_path / "checked.csv"
    assert run("check", claims, "--out", out)[0] == 0
    first, second = read(out)
    assert (first["统一社会信用代码"], first["suspicious"], first["核验结果"], first["rules"]) == (FIRM, "no", "正常", "")
    assert (second["名称"], second["核验结果"]) == ("'=乙公司", "可疑")
    assert second["rules"].split() == ["use-forbidden", "stranger"] and second["place"] == f"{B}00001000001"
    assert "use residential" in second["evidence"]
    assert run("check", claims, "--out", out)[0] == 1, "a file that is there is not replaced"


def test_check_writes_workbooks_too(run, claims, tmp_path):
    out = tmp_path / "checked.xlsx"
    assert run("check", claims, "--out", out)[0] == 0
    rows = list(openpyxl.load_workbook(out).active.values)
    assert rows[1][1] == FIRM and rows[2][6] == "可疑"


def test_check_is_kept_in_the_audit_with_its_purpose(run, claims, world):
    run("check", claims, "--purpose", "law")
    with closing(connection.connect(world.database_url)) as conn:
        (entry,) = audit.show(conn, 1)
    assert (entry.action, entry.purpose, entry.subjects) == ("check", "law", 2)


def test_check_says_which_columns_it_wants(run, tmp_path):
    path = table(tmp_path / "other.csv", [("x", "y"), (FIRM, "1")])
    status, _, err = run("check", path)
    assert status == 2 and "--field address=COLUMN" in err and FIRM not in err
    assert run("check", path, "--field", "credit=x", "--field", "house=y")[1].startswith(f"{path}: 1 rows, 1 suspicious")
    assert run("check", path, "--field", "firm=x")[0] == 2


def test_clusters_are_kept_in_the_audit(run, world, tmp_path):
    run("clusters", table(tmp_path / "clusters.csv", [("place", "name"), (f"{A}00001", "甲"), (f"{A}00001000001", "乙")]))
    assert run("clusters", table(tmp_path / "wrong.csv", [("place", "name"), ("123", "x")]))[0] == 2
    with closing(connection.connect(world.database_url)) as conn:
        (entry,) = audit.show(conn, 1)
    assert (entry.action, entry.subjects, entry.detail) == ("clusters", 2, "clusters.csv")


def test_clusters_are_declared_from_a_file(run, tmp_path):
    clusters = table(tmp_path / "clusters.csv", [("place", "name", "valid_from"), (f"{B}00001", "示例孵化器", "2014-01-01")])
    assert run("clusters", clusters)[1] == "clusters.csv: 1 cluster addresses declared\n"
    there = table(tmp_path / "there.csv", [("credit_code", "house_code"), (FIRM, f"{B}00001000002")])
    assert "cluster-address" in run("check", there)[1]
    wrong = table(tmp_path / "wrong.csv", [("place", "name"), ("123", "x")])
    status, _, err = run("clusters", wrong)
    assert status == 2 and "row 1" in err


def test_a_block_is_told_without_small_counts_unless_asked_for_and_kept(run, world):
    out = run("block", B)[1]
    assert "person resident 居住: 20" in out and "phone contact 联系电话: <" in out
    out = run("block", B, "--exact")[1]
    assert "person resident 居住: 21" in out and "phone contact 联系电话: 1" in out
    with closing(connection.connect(world.database_url)) as conn:
        assert audit.show(conn, 1)[0].action == "block exact"
    assert "试验路1号101" in run("block", f"{A}00001000001")[1]


def test_completeness_is_a_table_by_grid(run, tmp_path):
    out = tmp_path / "complete.csv"
    assert run("completeness", "--level", "micro", "--exact", "--out", out)[0] == 0
    rows = {row["code"]: row for row in read(out)}
    assert (rows[B]["houses"], rows[B]["person"], rows[B]["share"]) == ("2", "2", "0.0")
    assert len(rows) == 5
    assert "<" in run("completeness")[1]


def test_two_sources_are_reconciled_by_grid_and_by_house(run, tmp_path):
    register = table(tmp_path / "register.csv", [("房屋编码", "人数"), (f"{B}00001000001", "30"), (f"{A}00001000002", "4"), ("x", "1")])
    visits = table(tmp_path / "visits.csv", [("house_code", "count"), (f"{B}00001000001", "12")])
    houses = tmp_path / "houses.csv"
    status, out, err = run("reconcile", register, visits, "--level", "micro", "--exact", "--houses", houses)
    assert (status, err) == (0, "")
    assert "bad-code" in out
    line = next(line for line in out.splitlines() if line.startswith(B))
    assert line.split()[2:] == ["30", "12", "18", "0", "0", "1", "yes"]
    assert [tuple(row.values()) for row in read(houses)] == [(f"{A}00001000002", "4", ""), (f"{B}00001000001", "30", "12")]
    told = run("reconcile", register, visits, "--level", "micro")[1]
    assert next(line for line in told.splitlines() if line.startswith(A)).split()[2:] == ["<", "<", "<", "<", "<"]


def test_links_of_one_source_are_reconciled_with_a_file(run, tmp_path, world):
    with closing(connection.connect(world.database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE linkage.link SET source = '网格入户' WHERE role = 'resident'")
    register = table(tmp_path / "register.csv", [("house_code", "count"), (f"{B}00001000001", "12")])
    out = run("reconcile", "person:网格入户", register, "--level", "micro", "--exact")[1]
    assert next(line for line in out.splitlines() if line.startswith(B)).split()[2:7] == ["21", "12", "9", "1", "0"]
    assert run("reconcile", "person:别处", register)[0] == 2
