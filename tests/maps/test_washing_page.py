"""Washing lists of addresses: the committed sample behind the API, in a real browser without a network."""

import csv
import io

import pytest

from .looking import card, wash

pytestmark = pytest.mark.browser


def test_a_pasted_list_is_washed_shown_and_led_to_the_map(visit, inhabited, estate):
    row = estate.row
    whole = f"宝安区{row['road']}{row['plate']}号{row['compound']}{row['block']}栋"
    page = visit(inhabited.address)
    rows = wash(page, whole, f"{row['compound']}{row['block']}栋", "hello world", "", "=1+1")
    assert rows.count() == 4  # an empty line is no address
    assert [rows.nth(i).locator(".badge").inner_text() for i in range(3)] == ["A", "B", "无"]
    assert estate.code in rows.nth(0).inner_text() and "缺少行政区" in rows.nth(1).inner_text()
    rows.nth(1).click()
    assert card(page).locator(".code code").first.inner_text() == estate.code
    assert "修改" in page.locator("#washed-detail").inner_text()
    pin, drawer = page.locator(".pin").bounding_box(), page.locator("#wash").bounding_box()
    assert pin["y"] + pin["height"] <= drawer["y"]
    page.locator("#washed-filters button[data-category=none]").click()
    assert rows.count() == 2 and "hello world" in rows.nth(0).inner_text()


def test_the_washed_table_is_downloaded_with_codes_as_text_and_no_formula(visit, inhabited, estate):
    page = visit(inhabited.address)
    wash(page, f"{estate.row['compound']}{estate.row['block']}栋", "=HYPERLINK(1)")
    with page.expect_download() as download:
        page.click("#wash-download")
    written = download.value.path().read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    head, first, second = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert first[head.index("编码")] == f"\t{estate.code}" and second[head.index("原文")] == "'=HYPERLINK(1)"


def test_a_table_gives_its_address_column_in_whatever_encoding(visit, inhabited, estate, tmp_path):
    name = estate.row["compound"]
    (tmp_path / "list.csv").write_bytes(f'编号,地址\r\n1,"{name}{estate.row["block"]}栋, 南门"\r\n2,{name}\r\n'.encode("gb18030"))
    page = visit(inhabited.address)
    page.click("#wash-open")
    page.set_input_files("#wash-file", tmp_path / "list.csv")
    page.locator("#wash-start:enabled").wait_for()
    assert page.input_value("#wash-text").split("\n") == [f"{name}{estate.row['block']}栋, 南门", name]


def test_five_thousand_rows_are_washed_in_pieces_and_few_are_in_the_page(visit, inhabited, estate):
    page = visit(inhabited.address)
    rows = wash(page, *[f"{estate.row['compound']}{number}栋" for number in range(5_001)])
    assert page.locator("#washed-filters button[data-category='']").inner_text().replace("\n", "").endswith("5,000")
    assert rows.count() < 60
    page.locator("#washed-rows").focus()
    page.keyboard.press("End")
    page.locator("#washed-rows [aria-selected=true]").filter(has_text="4999栋").wait_for()
