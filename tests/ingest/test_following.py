"""A building's other addresses, and who follows what is gone, out of files."""

from pathlib import Path

import pytest

from gridgeo.addresses import store
from gridgeo.errors import Conflict, Gone
from gridgeo.ingest import addresses

ONE, TWO, THREE = "4403060170010100001", "4403060170010100002", "4403060170010100003"
BUILDINGS = f"""building_code,road,plate,compound,status,lon,lat,valid_from,valid_to
{ONE},前进一路,12,,在用,113.005,22.895,2010-01-01,
{TWO},,,东山新村,在用,113.006,22.895,2012-05-06,
{THREE},,,东山旧村,已拆除,113.007,22.895,1990-05-06,2012-05-06
"""
OTHER = f"building_code,road,plate,valid_from,valid_to\n{ONE},107国道,8,2010-01-01,2015-01-01\n{ONE},中心路,3,,\n"
FOLLOWED = f"原编码,承接编码,原因,日期\n{THREE},{TWO},重建,2012-05-06\n"


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / f"{abs(hash(text))}.csv"
        path.write_text(text, encoding="utf-8-sig")
        return path

    return write


@pytest.fixture
def base(conn, written):
    """A connection to a base of three buildings, one of them gone."""
    addresses.commit(conn, addresses.plan(conn, "buildings", [written(BUILDINGS)], datum="cgcs2000", storing=True))
    return conn


def load(conn, kind, path):
    return addresses.commit(conn, addresses.plan(conn, kind, [path], storing=True))


def codes(plan):
    return {issue.code: str(issue.severity) for issue in plan.issues}


def test_other_addresses_stand_beside_the_main_one(base, written):
    assert load(base, "addresses", written(OTHER)).new == 2
    told = [(one.road, one.plate, one.main, one.valid_to is not None) for one in store.addresses(base, ONE)]
    assert sorted(told) == [("107国道", "8", False, True), ("中心路", "3", False, False), ("前进一路", "12", True, False)]


def test_the_same_again_changes_nothing_and_an_end_is_learnt(base, written):
    load(base, "addresses", written(OTHER))
    again = addresses.plan(base, "addresses", [written(OTHER)])
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    ended = load(base, "addresses", written(f"building_code,road,plate,valid_from,valid_to\n{ONE},中心路,3,2010-01-01,2020-01-01\n"))
    assert (ended.new, ended.changed) == (0, 1)


def test_who_follows_is_told_of_what_is_gone(base, written):
    assert load(base, "successors", written(FOLLOWED)).new == 1
    with pytest.raises(Gone) as gone:
        store.building(base, THREE)
    assert TWO in str(gone.value.successors)
    assert addresses.plan(base, "successors", [written(FOLLOWED)]).same == 1


@pytest.mark.parametrize(
    "row, code, severity",
    [
        (f"{THREE},{ONE[:-1]}9,重建", "unknown-successor", "error"),
        (f"{ONE[:-1]}9,{ONE},重建", "unknown-code", "error"),
        (f"{THREE},{THREE},重建", "follows-itself", "error"),
        (f"{THREE},{TWO},没有理由", "unknown-value", "error"),
        (f"{ONE},{TWO},合并", "still-there", "warning"),
        (f"{THREE},{TWO},重建\n{THREE},{TWO},重建", "duplicate-successor", "warning"),
    ],
)
def test_successors_at_fault_are_said(base, written, row, code, severity):
    plan = addresses.plan(base, "successors", [written(f"code,successor,reason\n{row}\n")])
    assert codes(plan).get(code) == severity


def test_two_that_follow_each_other_are_refused(base, written):
    circle = addresses.plan(base, "successors", [written(f"code,successor\n{THREE},{TWO}\n{TWO},{THREE}\n")], storing=True)
    assert codes(circle)["follows-itself"] == "error"
    with pytest.raises(Conflict):
        addresses.commit(base, circle)


@pytest.mark.parametrize(
    "row, code",
    [
        (f"{ONE[:-1]}9,中心路,3,2010-01-01,", "unknown-building"),
        (f"{ONE},,3,2010-01-01,", "nothing-written"),
        (f"{ONE},中心路,3,2010-01-01,2009-01-01", "period-reversed"),
        (f"{ONE},中心路,3,2010-01-01,\n{ONE},中心路,3,2010-01-01,", "duplicate-address"),
    ],
)
def test_addresses_at_fault_are_said(base, written, row, code):
    plan = addresses.plan(base, "addresses", [written(f"building_code,road,plate,valid_from,valid_to\n{row}\n")])
    assert code in codes(plan)
