"""Links from files: all or nothing, the same again changes nothing, what is corrected is kept; no code in any issue."""

import re
from datetime import date

import openpyxl
import pytest

from gridgeo.errors import Conflict, InvalidInput, UnreadableFile
from gridgeo.ingest import link_rows, links
from gridgeo.ingest.link_rows import Defaults
from gridgeo.issues import Severity
from gridgeo.linkage import loading, store
from tests.access import making as city
from tests.api.world import A
from tests.linkage import making
from tests.linkage.making import BUILDING, HOUSE, NEXT, RETIRED, file, person_code, phone, row


@pytest.fixture
def plan(conn, vault, tmp_path):
    """Read rows without storing them."""

    def read(rows, kind="person", **how):
        found = links.plan(conn, vault, [file(tmp_path / "given.csv", rows)], kind, **how)
        making.forget(conn)
        return found

    return read


def stored(conn):
    """Links as they are believed now, the tokens left out."""
    with conn.cursor() as cur:
        cur.execute(
            "SELECT kind, place, role, lower(valid), upper(valid), method, source, evidence, confidence::numeric(3, 2)::float"
            "  FROM linkage.link WHERE upper_inf(recorded) ORDER BY kind DESC, place DESC, role, lower(valid), source"
        )
        return cur.fetchall()


def count(conn, table):
    with conn.cursor() as cur:
        cur.execute(f"SELECT count(*) FROM {table}")
        return cur.fetchone()[0]


def said(plan):
    return [(issue.code, issue.row) for issue in plan.issues]


def test_rows_become_links_at_houses_buildings_and_outdoors(conn, load):
    city.city(conn)
    assert not load([row(person_code(1)), row(person_code(1), BUILDING, "worker", "20210630", evidence="工牌")]).issues
    assert not load([row("SZ-1", A, "发生地", "2024-05-01", "2024-05-02")], "event").issues
    assert [link for link in stored(conn) if link[5] == "register"] == [
        ("person", HOUSE, "resident", date(2020, 1, 1), None, "register", "", "", 0.95),
        ("person", BUILDING + "*" * 6, "worker", date(2021, 6, 30), None, "register", "", "工牌", 0.95),
        ("event", A + "*" * 11, "place", date(2024, 5, 1), date(2024, 5, 2), "register", "", "", 0.95),
    ]


def test_the_same_again_changes_nothing(conn, load):
    rows = [row(person_code(number), source="公安") for number in range(30)]
    load(rows)
    before = stored(conn)
    again = load(rows)
    assert (again.counts.new, again.counts.same, again.counts.corrected, again.counts.codes) == (0, 30, 0, 0)
    assert stored(conn) == before and count(conn, "linkage.link") == 30


def test_an_old_number_and_its_new_form_are_one_person(conn, load):
    load([row("110105491231002")])
    again = load([row("11010519491231002X")])
    assert again.counts.same == 1 and count(conn, "linkage.identity") == 1


def test_what_is_said_otherwise_corrects_and_keeps_what_was_believed(conn, vault, load):
    load([row(person_code(1), method="inferred")])
    ended = load([row(person_code(1), valid_to="2025-01-01", method="visit")])
    assert (ended.counts.new, ended.counts.corrected) == (0, 1)
    assert [line[3:6] for line in stored(conn)] == [(date(2020, 1, 1), date(2025, 1, 1), "visit")]
    assert count(conn, "linkage.link") == 2, "the inferred one is kept"


def test_another_period_or_source_is_another_link(conn, load):
    load([row(person_code(1), valid_to="2021-01-01")])
    more = load([row(person_code(1), valid_from="2022-01-01"), row(person_code(1), valid_to="2021-01-01", source="物业")])
    assert more.counts.new == 2 and len(stored(conn)) == 3


def test_rows_without_a_day_hold_since_nobody_knows_when(conn, load):
    rows = [row(phone(1), role="contact", valid_from="")]
    load(rows, "phone")
    assert load(rows, "phone").counts.same == 1
    assert stored(conn)[0][3:5] == (None, None)


def test_a_dry_run_stores_nothing(conn, plan):
    found = plan([row(person_code(1)), row(person_code(2), NEXT)])
    assert (found.counts.new, found.counts.codes, found.errors()) == (2, 2, [])
    assert count(conn, "linkage.link") == count(conn, "linkage.identity") == 0


def test_one_error_stops_all_unless_its_rows_are_left_out(conn, vault, tmp_path, load):
    rows = [row(person_code(1)), row(person_code(2), f"{BUILDING}000077"), row("wrong")]
    found = links.plan(conn, vault, [file(tmp_path / "x.csv", rows)], "person")
    with pytest.raises(Conflict, match=r"nothing was stored: bad-code \(1\), unknown-place \(1\); .*--accept bad-code,unknown-place"):
        links.commit(conn, vault, found, actor="test")
    making.forget(conn)
    assert count(conn, "linkage.link") == 0
    load(rows, accepted=["bad-code", "unknown-place"])
    assert len(stored(conn)) == 1


def test_a_load_that_leaves_no_row_is_refused(conn, vault, tmp_path):
    found = links.plan(conn, vault, [file(tmp_path / "x.csv", [row("wrong")])], "person")
    with pytest.raises(Conflict, match="no row is left"):
        links.commit(conn, vault, found, actor="test", accepted=["bad-code"])


WRONG = {
    "bad-code": row(person_code(1)[:-1] + "?"),
    "bad-place": row(person_code(1), person_code(2)),
    "unknown-role": row(person_code(1), role=person_code(3)),
    "unknown-method": row(person_code(1), method=f"访{person_code(3)}"),
    "bad-date": row(person_code(1), valid_from=person_code(3)),
    "bad-period": row(person_code(1), valid_to="2020-01-01"),
    "bad-confidence": row(person_code(1), confidence=person_code(3)),
    "code-in-text": row(person_code(1), evidence=f"证 {person_code(3)}"),
    "text-too-long": row(person_code(1), source="长" * 201),
    "ragged-row": row(person_code(1))[:-1],
    "unknown-place": row(person_code(1), f"{BUILDING}000077"),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_with_a_row_is_said_without_a_number(plan, code):
    """Even where columns are mixed up, and a number stands where no number belongs."""
    found = plan([row(person_code(9)), WRONG[code]])
    assert said(found) == [(code, 2)]
    assert found.issues[0].severity is Severity.ERROR and found.counts.given == (2 if code == "unknown-place" else 1)
    assert not re.search(r"\d{11}", f"{found.issues[0].value} {found.issues[0].message}".replace(BUILDING, ""))


def test_a_retired_house_is_a_warning_that_names_who_follows(plan):
    (issue,) = plan([row(person_code(1), RETIRED)]).issues
    assert (issue.code, issue.severity) == ("retired-place", Severity.WARNING) and making.FOLLOWS in issue.message
    assert not plan([row(person_code(1), RETIRED, valid_to="2023-01-01")]).issues, "then it was there"


def test_rows_given_twice_are_stored_once(conn, plan, load):
    once = row(person_code(1))
    assert said(plan([once, row(person_code(2)), once])) == [("duplicate-row", 3)]
    assert load([once, once]).counts.given == 1 and len(stored(conn)) == 1


def test_rows_of_the_same_time_are_kept_side_by_side_with_a_warning(conn, plan, load):
    """Somebody may stand for two companies at one door; loaded again, neither corrects the other."""
    two = [row(person_code(1), evidence="甲公司"), row(person_code(1), valid_from="2021-01-01", evidence="乙公司")]
    assert said(load(two)) == [("overlapping-row", 2)]
    assert load(two).counts.same == 2 and len(stored(conn)) == 2
    more = load([two[0], row(person_code(1), valid_from="2021-01-01", valid_to="2022-01-01", evidence="乙公司")])
    assert (more.counts.same, more.counts.corrected) == (1, 1)
    assert [(link[4], link[7]) for link in stored(conn)] == [(None, "甲公司"), (date(2022, 1, 1), "乙公司")]


def test_overlaps_are_found_behind_shorter_periods(plan):
    periods = (("2000-01-01", "2020-01-01"), ("2001-01-01", "2002-01-01"), ("2005-01-01", "2006-01-01"), ("2020-01-01", ""))
    rows = [row(person_code(1), valid_from=start, valid_to=end) for start, end in periods]
    assert said(plan(rows)) == [("overlapping-row", 2), ("overlapping-row", 3)]


def test_many_faults_are_counted_and_not_all_told(plan, monkeypatch):
    monkeypatch.setattr(loading, "MOST_TOLD", 3)
    found = plan([row("wrong")] * 10)
    assert [issue.message for issue in found.issues][3:] == ["7 rows more like these"] and len(found.issues) == 4


def test_words_may_be_chinese_and_rows_may_say_less(conn, vault, tmp_path):
    header = ("姓名", "证件号码", "房屋编码", "居住类型", "采集方式", "登记日期")
    rows = [("甲", person_code(1), HOUSE, "居住", "入户核实", "2020年1月2日"), ("乙", person_code(2), HOUSE, "", "", "")]
    path = file(tmp_path / "people.csv", rows, header, "gb18030")
    found = links.plan(conn, vault, [path], "person", defaults=Defaults("tenant", "reported", "街道"))
    links.commit(conn, vault, found, actor="test")
    assert stored(conn) == [
        ("person", HOUSE, "resident", date(2020, 1, 2), None, "visit", "街道", "", 0.99),
        ("person", HOUSE, "tenant", None, None, "reported", "街道", "", 0.6),
    ]


def test_a_workbook_is_read_in_the_jail(conn, vault, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["联系电话", "房屋编码", "角色"])
    book.active.append([phone(1), HOUSE, "联系电话"])
    book.save(tmp_path / "phones.xlsx")
    found = links.plan(conn, vault, [tmp_path / "phones.xlsx"], "phone")
    assert (found.counts.new, found.issues) == (1, ())


def test_columns_are_said_where_names_do_not_say_them(plan, conn, vault, tmp_path):
    path = file(tmp_path / "x.csv", [(person_code(1), HOUSE, "resident")], ("A", "B", "role"))
    with pytest.raises(InvalidInput, match="has no column for code"):
        links.plan(conn, vault, [path], "person")
    making.forget(conn)
    assert links.plan(conn, vault, [path], "person", given={"code": "A", "place": "B"}).counts.new == 1


@pytest.mark.parametrize(
    "content, told",
    [
        (b"", "is empty"),
        (b"code,place\n\xff\xff\xff\n", "neither in UTF-8 nor in GBK"),
        (b"code,place\n\0\n", "NUL"),
        (b'code,place\n"' + person_code(1).encode() + b"\n", "no proper CSV at line"),
        (b"code,code,place\n", "has the column 'code' twice"),
        (f"{person_code(1)},{HOUSE}\n".encode(), "give it a header"),
        ("张三丰,G12345678,0755-8888\n".encode(), r"has no column for code.*it has \(not repeated\)$"),
        ("编码,G12345678,张三丰\n".encode(), r"has no column for place.*it has 编码, \(not repeated\), 张三丰$"),
    ],
)
def test_a_file_that_is_no_table_of_links_is_refused_in_one_line(conn, vault, tmp_path, content, told):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises((UnreadableFile, InvalidInput), match=told) as refused:
        links.plan(conn, vault, [tmp_path / "x.csv"], "person")
    assert person_code(1)[3:14] not in str(refused.value)


def test_large_files_are_sealed_by_processes_of_their_own_and_come_out_the_same(conn, vault, tmp_path, monkeypatch):
    monkeypatch.setattr(links, "_MANY_BYTES", 100)
    monkeypatch.setattr(links, "_ROWS", 50)
    path = file(tmp_path / "x.csv", [row(person_code(number)) for number in range(320)] + [row("wrong")])
    found = links.plan(conn, vault, [path], "person", accepted=["bad-code"])
    assert (found.rows, found.counts.new, said(found)) == (321, 320, [("bad-code", 321)])
    links.commit(conn, vault, found, actor="test", accepted=["bad-code"])
    token = vault.token("person", person_code(319))
    assert store.history(conn, vault, token)[0].place == HOUSE


def test_an_interruption_between_blocks_leaves_nothing(conn, vault, tmp_path, monkeypatch):
    monkeypatch.setattr(links, "_ROWS", 2)
    path = file(tmp_path / "x.csv", [row(person_code(number)) for number in range(10)])
    taken = []

    def interrupted(conn, copied):
        taken.append(copied)
        if len(taken) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(loading, "take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        links.plan(conn, vault, [path], "person")
    assert count(conn, "linkage.link") == 0


@pytest.mark.parametrize(
    "text, day",
    [
        ("2024-01-31", "2024-01-31"),
        ("20240131", "2024-01-31"),
        ("2024/1/31", "2024-01-31"),
        ("2024年1月31日", "2024-01-31"),
        ("2024-01-31 00:00:00", "2024-01-31"),
        ("2024-02-30", None),
        ("31.1.2024", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(text, day):
    assert link_rows._day(text) == day


def test_links_of_a_place_lie_together_whatever_the_order_of_the_file(conn, load):
    """A look-up reads as many pages of the table as the links of a place fill, not one for each link."""
    load([row(person_code(n), (HOUSE, NEXT, BUILDING)[n % 3], "tenant") for n in range(300)])
    with conn.cursor() as cur:
        cur.execute("SELECT place FROM linkage.link ORDER BY ctid")
        places = [place for (place,) in cur.fetchall()]
    assert places == sorted(places) and len(set(places)) == 3
