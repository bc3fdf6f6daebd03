"""What is said of rows of buildings, houses and names that are at fault, what stops a load, and what is never repeated."""

from datetime import date

import pytest

from gridgeo.addresses import lifecycle, store
from gridgeo.errors import Conflict, Gone
from gridgeo.ingest import addresses
from tests.addresses.making import CODES, counted
from tests.ingest.addresses_making import HOUSES, NAMES, ONE, TWO, codes, found, load, loaded, plan, write


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("4403990010010100001,1,5,501,,,,", "bad-code"),
        (f"{ONE}00000X,1,5,501,,,,", "bad-code"),
        (f"{ONE}000000,1,5,501,,,,", "bad-code"),
        ("4.40399001001010E+24,1,5,501,,,,", "code-as-number"),
        (",1,5,501,,,,", "no-code"),
        (f"{CODES['C']}00009000001,1,5,501,,,,", "unknown-building"),
        (f"{ONE}000001,1,5,501,,,,\n{ONE}000001,1,5,502,,,,", "duplicate-code"),
        (f"{ONE}000003,1,abc,501,,,,", "bad-number"),
        (f"{ONE}000003,1,999,501,,,,", "bad-number"),
        (f"{ONE}000003,1,5,501,城堡,,,", "unknown-value"),
        (f"{ONE}000003,1,5,501,,消失,,", "unknown-value"),
        (f"{ONE}000003,1,5,501,,,-3,", "bad-number"),
        (f"{ONE}000003,1,5,501,,,,2010-02-30", "bad-date"),
        (f"{ONE}000003,1,5,5\u202e01,,,,", "bad-text"),
    ],
)
def test_an_error_stops_the_whole_load(conn, files, tmp_path, row, code):
    loaded(conn, files, "buildings")
    path = write(tmp_path / "h.csv", HOUSES.replace(f"{ONE}000001", f"{ONE}000008") + row + "\n")
    made = plan(conn, "houses", path)
    assert codes(made) == [code] and made.totals[code] == 1
    assert found(made, code)[0].row >= 4 and found(made, code)[0].source == "h.csv"
    with pytest.raises(Conflict, match=f"--accept {code}"):
        addresses.commit(conn, made)
    assert counted(conn, "house") == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"{ONE}000003,1,9,901,,,,", "floor-beyond-building"),
        (f"{ONE}000003,1,3,501,,,,", "room-on-other-floor"),
    ],
)
def test_what_is_implausible_is_said_and_stored(conn, files, tmp_path, row, code):
    loaded(conn, files, "buildings")
    made = plan(conn, "houses", write(tmp_path / "h.csv", HOUSES + row + "\n"))
    assert codes(made, "warning") == [code] and codes(made) == []
    assert addresses.commit(conn, made).new == 4


def test_a_house_in_another_building_than_its_code_begins_with_is_said(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    made = plan(conn, "houses", write(tmp_path / "h.csv", f"房屋编码,楼栋编码,房号\n{ONE}000001,{TWO},1\n"))
    assert codes(made, "warning") == ["other-building"]
    addresses.commit(conn, made)
    assert store.house(conn, f"{ONE}000001").building_code == TWO
    load(conn, "houses", write(tmp_path / "h2.csv", f"房屋编码,房号\n{ONE}000001,2\n"))
    assert store.house(conn, f"{ONE}000001").building_code == TWO


def test_accepted_errors_leave_out_the_row_or_the_value(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    rows = f"{ONE}000001,1,5,502,,,,\n{ONE}000003,1,abc,503,,,,\nnonsense,,,,,,,\n"
    made = plan(conn, "houses", write(tmp_path / "h.csv", HOUSES + rows))
    stored = addresses.commit(conn, made, ["duplicate-code", "bad-number", "bad-code"])
    assert (stored.new, stored.left_out) == (4, 1)
    assert (store.house(conn, f"{ONE}000001").room, store.house(conn, f"{ONE}000003").floor) == ("501", None)


def test_a_retired_code_is_not_given_again(conn, files):
    loaded(conn, files)
    lifecycle.retire(conn, f"{ONE}000001", date(2020, 1, 1))
    made = plan(conn, "houses", files["houses"])
    assert codes(made) == ["retired-code"]
    lifecycle.retire(conn, TWO, date(2020, 1, 1))
    assert codes(plan(conn, "houses", files["houses"])) == ["building-gone", "retired-code"]
    assert codes(plan(conn, "buildings", files["buildings"])) == ["retired-code"]
    with pytest.raises(Gone):
        store.building(conn, TWO)


def test_what_was_pulled_down_may_be_loaded_as_such(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    load(conn, "buildings", write(tmp_path / "b.csv", f"楼栋编码,状态,拆除日期\n{TWO},已拆除,2021年5月6日\n"), datum="")
    with pytest.raises(Gone) as gone:
        store.building(conn, TWO)
    assert gone.value.since == date(2021, 5, 6)


def test_a_building_without_address_or_with_an_impossible_grid_is_said(conn, tmp_path):
    made = plan(conn, "buildings", write(tmp_path / "b.csv", "building_code,plate,lon,lat\n0003990010010100001,3,113.005,22.895\n"))
    assert codes(made, "warning") == ["issuing-grid", "no-address"]
    addresses.commit(conn, made)
    assert counted(conn, "building_address") == 0


@pytest.mark.parametrize(
    ("row", "severity", "code"),
    [
        (f"{CODES['C']}00007,俗称,a,,,", "error", "unknown-code"),
        (f"{ONE},外号,a,,,", "error", "unknown-value"),
        (f"{ONE},,a,,,", "error", "no-kind"),
        (f"{ONE},俗称,,,,", "error", "no-name"),
        (f"{ONE},俗称,———,,,", "error", "no-name"),
        (f"{ONE},俗称,a,2020-01-01,2019-01-01,", "error", "period-reversed"),
        (f"{ONE},俗称,老村委,2011-01-01,,", "warning", "duplicate-name"),
        ("440399,俗称,a,,,", "error", "bad-code"),
    ],
)
def test_names_at_fault_are_said(conn, files, tmp_path, row, severity, code):
    loaded(conn, files, "buildings", "houses")
    made = plan(conn, "names", write(tmp_path / "n.csv", NAMES + row + "\n"))
    assert code in codes(made, severity)
    if severity == "warning":
        assert addresses.commit(conn, made) == addresses.Stored(2, 0, 0, 1)


def test_only_so_many_rows_of_a_fault_are_told_and_all_are_counted(conn, files, tmp_path, monkeypatch):
    monkeypatch.setattr(addresses, "MOST_TOLD", 5)
    made = plan(conn, "houses", write(tmp_path / "h.csv", "house_code\n" + "".join(f"{ONE}{n:06}\n" for n in range(1, 20))))
    assert (len(found(made, "unknown-building")), made.totals["unknown-building"]) == (5, 19)


#: nobody's: no region is 449999
PERSON, MOBILE = "449999193801089274", "13800138000"


@pytest.mark.parametrize("number", [PERSON, MOBILE])
@pytest.mark.parametrize("kind, columns", [
    ("buildings", ["building_code", "building_use", "status", "floors", "valid_from", "lon", "lat", "road", "plate", "short_name"]),
    ("houses", ["house_code", "building_code", "status", "area_m2", "floor", "room", "unit", "valid_to", "source"]),
    ("names", ["code", "kind", "name", "valid_from"]),
])  # fmt: skip
def test_no_number_of_anybody_is_repeated(conn, tmp_path, kind, columns, number):
    code = ONE if kind != "houses" else f"{ONE}000001"
    rows = [[number if at == wrong else code if at == 0 else "" for at in range(len(columns))] for wrong in range(len(columns))]
    text = "\n".join(",".join(row) for row in [columns, *rows]) + "\n"
    for path in (write(tmp_path / "x.csv", text), write(tmp_path / "y.csv", text.replace(columns[-1], f"甲{number}", 1))):
        made = plan(conn, kind, path)
        assert len(codes(made)) > 1 and number not in repr(made.issues) and number[:8] not in repr(made.issues)
    assert "it has" in found(made, "bad-code")[0].message


@pytest.mark.parametrize("text", [f"张三{PERSON}", MOBILE, "电话１３８００１３８０００"])
@pytest.mark.parametrize(("kind", "column"), [("buildings", "road"), ("buildings", "short_name"), ("houses", "source"), ("names", "name"),
                                              ("addresses", "compound")])  # fmt: skip
def test_nobodys_number_is_kept_in_the_clear(conn, files, tmp_path, kind, column, text):
    loaded(conn, files, "buildings")
    name = {"buildings": "building_code", "houses": "house_code", "names": "code", "addresses": "building_code"}[kind]
    code = f"{ONE}000001" if kind == "houses" else ONE
    made = plan(conn, kind, write(tmp_path / "x.csv", f"{name},{column}\n{code},{text}\n"), datum="")
    assert [(issue.field, issue.value) for issue in found(made, "code-in-text")] == [(column, "(not repeated)")]
