"""Addresses and the five codes on the page: the committed sample behind the API, in a real browser without a network."""

import csv
import io
import re
from contextlib import closing
from types import SimpleNamespace

import pytest

from gridgeo.addresses.washing import pinyin
from gridgeo.db import connection
from gridgeo.settings import Settings
from maps import page as pages
from tests.api import callers

from . import town
from .conftest import topology
from .test_page import at, city

pytestmark = pytest.mark.browser

#: What the browser itself says of an answer that refuses.
REFUSED, GONE = ("status of 401",), ("status of 410",)


@pytest.fixture(scope="module")
def served(server, template, tmp_path_factory):
    """The API over the sample: open to read, and links for who has a key."""
    name, folder = server.create(template), tmp_path_factory.mktemp("town")
    url = server.url_of(name)
    settings = Settings(home=folder, database_url=url, port=0, per_minute=0)
    town.load(url, settings, folder)
    keys = SimpleNamespace(link=callers.key(url, "read", "link"), read=callers.key(url, "read"))
    with town.served(settings) as address:
        yield SimpleNamespace(address=address, url=url, folder=folder, keys=keys)
    server.drop(name)


@pytest.fixture
def shut(served):
    """The same where everybody needs a key."""
    with town.served(Settings(home=served.folder, database_url=served.url, port=0, anonymous=("none",))) as address:
        yield address


@pytest.fixture
def bare(database_url, tmp_path):
    """Grids, and no addresses."""
    with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
        town.grids(conn)
    with town.served(Settings(home=tmp_path, database_url=database_url, port=0)) as address:
        yield address


@pytest.fixture(scope="module")
def estate():
    return town.estate()


@pytest.fixture
def at_house(visit, served, estate):
    """Open the page at a house of the estate that has links."""
    linked = {row["place"] for row in town.rows("persons")}
    code = next(house["house_code"] for house in estate.houses if house["house_code"] in linked)

    def open_(*args, **more):
        page = visit(f"{served.address}#place={code}", *args, **more)
        page.locator("#card .parts").wait_for()
        return page, code

    return open_


def options(page, text):
    """Type into the search box; return the options once the places have answered."""
    page.fill("#search", text)
    page.locator("#found .asking").wait_for(state="detached")
    return page.locator("#found [role=option]")


def card(page):
    """The card, once it is drawn."""
    page.locator("#card .parts").wait_for()
    return page.locator("#card")


def give(page, key):
    """Give a key in the dialog."""
    page.locator("[data-opens=key]").first.click()
    page.fill("#key-text", key)
    page.keyboard.press("Enter")


def wash(page, *texts):
    """Wash texts, return the rows."""
    page.click("#wash-open")
    page.evaluate(
        """text => {
            const field = document.querySelector("#wash-text");
            field.value = text;
            field.dispatchEvent(new Event("input"));
        }""",
        "\n".join(texts),  # at once: five thousand lines are long to type
    )
    page.click("#wash-start")
    page.locator("#wash[data-phase=washed]").wait_for()
    return page.locator("#washed-rows .rows [role=row]")


# --- searching ------------------------------------------------------------------------------------------------


def test_a_compound_is_found_by_name_and_sound_and_lists_its_buildings(visit, served, estate):
    name = estate.row["compound"]
    page = visit(served.address)
    for asked in (name, pinyin.joined(name), pinyin.initials(name)):
        found = options(page, asked).filter(has_text=name).first
        assert "小区" in found.inner_text()
    assert "同音" in found.inner_text()
    found.click()
    page.locator("#card .listed button").filter(has_text=f"{estate.row['block']}栋").first.click()
    assert card(page).locator(".code code").first.inner_text() == estate.code


@pytest.mark.parametrize("asked", [town.FORMER, town.NICKNAME])
def test_a_building_is_found_by_what_it_was_and_is_called(visit, served, estate, asked):
    page = visit(served.address)
    found = options(page, asked).first
    assert "楼栋" in found.inner_text() and "别名" in found.inner_text()
    page.keyboard.press("Enter")
    told = card(page).inner_text()
    assert estate.code in told and f"曾用名\n{town.FORMER}" in told and "2001-01-01 – 2010-01-01" in told


def test_a_building_code_answers_with_the_building_and_its_houses(visit, served, estate):
    page = visit(served.address)
    kinds = [text.split("\n")[1].split(" ")[0] for text in options(page, estate.code).all_inner_texts()]
    assert kinds[0] == "楼栋" and set(kinds[1:]) == {"房屋"}


def test_units_come_at_once_and_places_below_them_in_one_list(visit, served, estate):
    page = visit(served.address)
    community = page.evaluate("gridgeo.shown.topology.levels[2].units[0].facts.name_zh")
    page.fill("#search", community)
    assert page.locator("#found [role=option]").first.locator(".name").inner_text().startswith(community)
    options(page, estate.row["compound"][:2])
    items = page.locator("#found > li")
    roles = [items.nth(i).get_attribute("class") or "option" for i in range(items.count())]
    assert "heading" in roles and roles[-1] == "option"


def test_whoever_is_quicker_than_the_answer_gets_there_all_the_same(visit, served, estate):
    page = visit(served.address)
    page.keyboard.press("/")
    page.keyboard.type(estate.code)
    page.keyboard.press("Enter")
    assert card(page).locator(".code code").first.inner_text() == estate.code


def test_of_two_questions_the_later_is_answered(visit, served, estate):
    page = visit(served.address)
    asked = []
    page.on("request", lambda request: "/addresses?" in request.url and asked.append(request.url))
    page.evaluate(
        """text => {
            const box = document.querySelector("#search");
            for (let i = 1; i <= text.length; i++) {
                box.value = text.slice(0, i);
                box.dispatchEvent(new Event("input"));
            }
        }""",
        estate.row["compound"],
    )
    found = page.locator("#found [role=option]", has_text=estate.row["compound"]).first
    found.wait_for()
    assert len(asked) == 1  # what is typed without a pause is asked once
    options(page, estate.row["compound"])
    page.wait_for_timeout(250)
    assert len(asked) == 1 and found.is_visible()  # and the same text not again


# --- buildings and houses -------------------------------------------------------------------------------------


def test_the_floor_grid_is_the_building_from_the_top_down(visit, served, estate):
    page = visit(f"{served.address}#place={estate.code}")
    card(page)
    floors = [int(text) for text in page.locator(".floors th[scope=row]").all_inner_texts()]
    assert floors == sorted(floors, reverse=True) and floors[0] == max(int(house["floor"]) for house in estate.houses)
    drawn = page.locator(".floors td button")
    living = [house for house in estate.houses if house["status"] in ("in_use", "under_investigation")]
    assert drawn.count() >= len(living)
    assert {house["room"] for house in living} <= set(drawn.all_inner_texts())
    drawn.first.hover()
    assert re.search(r"室 · ", page.locator(".floors .said").inner_text())


def test_rooms_are_walked_with_the_arrows_and_lead_to_their_house(visit, served, estate):
    page = visit(f"{served.address}#place={estate.code}")
    card(page)
    page.locator(".floors td button").first.focus()
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.textContent")
    assert int(below) == int(first) - 100
    page.keyboard.press("Enter")
    page.locator("#card h2").filter(has_text=f"{below}室").wait_for()
    page.locator("#card .within button").click()
    assert card(page).locator(".code code").first.inner_text() == estate.code


def test_a_large_building_is_drawn_unit_by_unit_when_asked_for(visit, served, estate):
    page = visit(served.address)
    drawn = page.evaluate(
        """() => {
            const numbers = (count) => Array.from({ length: count }, (_, at) => at + 1);
            const houses = numbers(4).flatMap((unit) => numbers(50).flatMap((floor) => numbers(25).map((room) =>
                ({ code: "", unit: `${unit}`, floor, room: `${floor}${room + 10}`, use: null, status: "in_use" }))));
            const node = gridgeo.floors.draw(houses, "residential", () => {});
            const said = node.textContent.includes("只画出前");
            return [node.querySelectorAll("details").length, node.querySelectorAll("td button").length, said];
        }"""
    )
    assert drawn == [4, 1000, True]


def test_rooms_of_one_line_stand_above_each_other_though_a_floor_lacks_one(visit, served):
    page = visit(served.address)
    floors = page.evaluate(
        """gridgeo.floors.arrange(["101", "102", "202", "1001", "1002"].map((room) => ({ unit: null, floor: +room.slice(0, -2), room })))[0]
            .floors.map(({ floor, cells }) => [floor, cells.map((cell) => cell && cell.room)])"""
    )
    assert floors == [[10, ["1001", "1002"]], [2, [None, "202"]], [1, ["101", "102"]]]


def test_what_is_no_more_says_since_when_and_who_follows(visit, served, estate):
    page = visit(f"{served.address}#place={town.lost().code}", allowed=GONE)
    told = card(page).inner_text()
    assert "自 2024-05-01 起不再存在" in told and town.lost().row["compound"] in told
    page.locator("#card .no-more button").click()
    page.locator("#card h2").filter(has_text=estate.row["compound"]).wait_for()


def test_a_footprint_is_drawn_where_there_is_one(visit, served):
    code = town.buildings()[0].code
    with closing(connection.connect(served.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE building SET footprint = ST_Multi(ST_Expand(point, 0.0002)) WHERE building_code = %s", (code,))
    page = visit(f"{served.address}#place={code}")
    card(page)
    assert page.locator(".leaflet-overlay-pane path").count() == 1 and page.locator(".pin").count() == 1


def test_the_address_keeps_the_place_and_back_undoes_it_but_nothing_that_was_typed(visit, served, estate):
    page = visit(served.address)
    options(page, estate.row["compound"]).first.click()
    page.locator("#card .listed").wait_for()
    page.wait_for_timeout(250)
    assert "place=" not in page.url
    page.evaluate("code => gridgeo.shown.store.change({ place: { kind: 'building', code } })", estate.code)
    card(page)
    page.wait_for_timeout(250)
    assert f"place={estate.code}" in page.url
    again = visit(page.url)
    assert card(again).locator(".code code").first.inner_text() == estate.code
    page.go_back()
    page.wait_for_timeout(250)
    assert page.locator("#card").is_hidden()


def test_escape_closes_the_place_and_a_click_on_the_map_chooses_a_unit(visit, served, estate):
    page = visit(f"{served.address}#place={estate.code}")
    card(page)
    page.locator("#planner_map").focus()
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden() and page.locator(".pin").count() == 0
    page.mouse.click(500, 400)
    page.wait_for_timeout(250)
    assert "place=" not in page.url and page.evaluate("gridgeo.shown.store.get().selected !== null")


# --- links and the key ----------------------------------------------------------------------------------------


def test_without_the_right_links_are_not_asked_for_and_the_card_says_what_is_needed(at_house):
    asked = []
    page, _ = at_house()
    page.on("request", lambda request: "/links" in request.url and asked.append(request.url))
    page.reload()
    told = card(page).locator(".linked")
    assert "查看关联需要密钥" in told.inner_text() and not asked
    told.get_by_role("button", name="输入密钥").click()
    assert page.locator("#key").is_visible()


def test_with_a_key_links_are_shown_masked_by_kind(at_house, served):
    page, code = at_house()
    give(page, served.keys.link)
    page.locator("#key-forget").wait_for()
    assert "test" in page.locator("#key-said").inner_text() and "关联 Links" in page.locator("#key-said").inner_text()
    page.click("#key-close")
    page.locator("#card .linked .group").first.wait_for()
    told = page.locator("#card .linked").inner_text()
    persons = [row["code"] for row in town.rows("persons") if row["place"] == code]
    assert "人员 Persons" in told and f"{persons[0][:3]}***********{persons[0][-4:]}" in told
    assert not any(code in page.content() for code in persons)
    assert re.search(r"(居住|业主|承租|户籍).*\n?.*%", told)


def test_of_many_links_a_page_is_listed_with_their_number_and_the_rest_when_asked_for(at_house, served):
    """Pages of one link here; a hundred otherwise."""
    page, _ = at_house()
    page.route(re.compile("/links$"), lambda route: route.continue_(url=f"{route.request.url}?limit=1"))
    there = page.locator("#card .linked")
    give(page, served.keys.link)
    page.locator("#key-forget").wait_for()
    page.click("#key-close")
    there.get_by_text("已列 1 条").wait_for()
    whole = sum(int(count) for count in there.locator("h4 .count").all_inner_texts())
    assert whole >= 2
    for listed in range(1, whole):
        there.get_by_text(f"共 {whole} 条，已列 {listed} 条").wait_for()
        assert there.locator("li").count() == listed
        there.get_by_role("button", name="再列一些").click()
    there.locator(f"li >> nth={whole - 1}").wait_for()
    assert there.locator("li").count() == whole and there.locator(".rest").count() == 0


def test_a_key_stays_in_the_tab_and_nowhere_else(at_house, served):
    page, _ = at_house()
    give(page, served.keys.link)
    page.locator("#key-forget").wait_for()
    assert page.evaluate("[JSON.stringify(localStorage), document.cookie, location.href].some(text => text.includes('gg_'))") is False
    page.reload()
    page.locator("#card .linked .group").first.wait_for()
    page.click("#key-open")
    page.click("#key-forget")
    assert page.evaluate("sessionStorage.length") == 0
    page.click("#key-close")
    page.get_by_text("查看关联需要密钥").wait_for()


def test_a_key_that_is_not_taken_is_refused_and_not_kept(visit, served):
    page = visit(served.address, allowed=REFUSED)
    give(page, served.keys.link[:-4] + "0000")
    page.locator("#key-said .refused").wait_for()
    assert page.evaluate("sessionStorage.length") == 0 and page.locator("#key-forget").is_hidden()


def test_a_key_without_the_scope_opens_no_links(at_house, served):
    page, _ = at_house()
    give(page, served.keys.read)
    page.locator("#key-forget").wait_for()
    assert "查看关联需要密钥" in card(page).inner_text()


def test_where_nobody_may_look_without_a_key_the_map_asks_for_one(shut, visit, served):
    page = visit(shut, state="failed", allowed=(*REFUSED, "Refusal"))
    page.get_by_role("button", name="输入密钥").click()
    page.fill("#key-text", served.keys.read)
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=ready]")


# --- block data -----------------------------------------------------------------------------------------------


def test_block_data_are_counts_and_small_ones_are_not_told(visit, served, estate):
    page = visit(f"{served.address}#unit={estate.row['building_code'][:9]}")
    page.locator("#card .block .stock").first.wait_for()
    told = page.locator("#card .block").inner_text()
    assert "楼栋 Buildings" in told and "住宅" in told and "小于 10 不显示" in told
    assert re.search(r"≈\d+", told) and "<10" in told
    assert not re.search(r"\d{3}\*+", told)  # nobody's code, not even masked


def test_a_micro_grid_with_few_people_shows_no_number_of_them(visit, served):
    page = visit(served.address)
    quiet = page.evaluate("gridgeo.shown.topology.levels[3].units.at(-1).ref")
    page.evaluate("ref => gridgeo.shown.view.select(gridgeo.shown.topology.byId.get(ref))", quiet)
    page.locator("#card .block .stock").first.wait_for()
    shown = page.locator("#card .block .told dd").all_inner_texts()
    assert shown and all(text == "<10" or text.startswith("≈") or text.isdigit() for text in shown)


# --- washing --------------------------------------------------------------------------------------------------


def test_a_pasted_list_is_washed_shown_and_led_to_the_map(visit, served, estate):
    row = estate.row
    whole = f"宝安区{row['road']}{row['plate']}号{row['compound']}{row['block']}栋"
    page = visit(served.address)
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


def test_the_washed_table_is_downloaded_with_codes_as_text_and_no_formula(visit, served, estate):
    page = visit(served.address)
    wash(page, f"{estate.row['compound']}{estate.row['block']}栋", "=HYPERLINK(1)")
    with page.expect_download() as download:
        page.click("#wash-download")
    written = download.value.path().read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    head, first, second = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert first[head.index("编码")] == f"\t{estate.code}" and second[head.index("原文")] == "'=HYPERLINK(1)"


def test_a_table_gives_its_address_column_in_whatever_encoding(visit, served, estate, tmp_path):
    name = estate.row["compound"]
    (tmp_path / "list.csv").write_bytes(f'编号,地址\r\n1,"{name}{estate.row["block"]}栋, 南门"\r\n2,{name}\r\n'.encode("gb18030"))
    page = visit(served.address)
    page.click("#wash-open")
    page.set_input_files("#wash-file", tmp_path / "list.csv")
    page.locator("#wash-start:enabled").wait_for()
    assert page.input_value("#wash-text").split("\n") == [f"{name}{estate.row['block']}栋, 南门", name]


def test_five_thousand_rows_are_washed_in_pieces_and_few_are_in_the_page(visit, served, estate):
    page = visit(served.address)
    rows = wash(page, *[f"{estate.row['compound']}{number}栋" for number in range(5_001)])
    assert page.locator("#washed-filters button[data-category='']").inner_text().replace("\n", "").endswith("5,000")
    assert rows.count() < 60
    page.locator("#washed-rows").focus()
    page.keyboard.press("End")
    page.locator("#washed-rows [aria-selected=true]").filter(has_text="4999栋").wait_for()


# --- everywhere -----------------------------------------------------------------------------------------------


def test_on_a_phone_cards_and_washing_fit_the_width(visit, served, estate):
    page = visit(f"{served.address}#place={estate.code}", 390, 844, has_touch=True, is_mobile=True)
    card(page)
    assert page.locator("#card").bounding_box()["width"] == 390
    pin = page.locator(".pin").bounding_box()
    assert pin["y"] + pin["height"] < page.locator("#card").bounding_box()["y"]
    page.tap("#card .close")
    page.tap("#handle")
    page.wait_for_timeout(400)
    rows = wash(page, estate.row["compound"] + estate.row["block"] + "栋")
    rows.first.tap()
    page.locator("#washed-detail button").first.tap()
    assert card(page).is_visible() and page.locator("#wash").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_every_control_has_a_name(at_house, served):
    page, _ = at_house()
    page.click("#wash-open")
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select, textarea, a[href]')].filter(e => e.checkVisibility()"
        " && !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert nameless == []


def test_a_page_visited_again_still_runs(visit, served):
    page = visit(served.address)
    for _ in range(2):
        page.reload()
        page.wait_for_selector("body[data-state=ready]")


def test_without_an_address_base_there_is_nothing_of_it(bare, visit):
    page = visit(f"{bare}#place={town.estate().code}")
    assert page.locator("#card").is_hidden() and page.locator("#wash-open, #wash, #pin-icon").count() == 0
    page.fill("#search", "社区")
    page.wait_for_timeout(300)
    assert page.locator("#found .heading").count() == 0 and page.locator("#found [role=option]").count() > 0
    page.keyboard.press("Enter")
    assert page.locator("#card h2").is_visible() and page.locator("#card .block").count() == 0


def test_one_file_has_no_addresses_and_no_key(visit, tmp_path):
    (tmp_path / "map.html").write_text(pages.one_file(topology(city())).html, encoding="utf-8")
    page = visit(f"file://{tmp_path}/map.html#level=street")
    page.mouse.click(*at(page, "999901001"))
    assert page.locator("#card h2").is_visible()
    assert page.locator("#key, #key-open, #wash, #card .block, #card .linked").count() == 0


def test_a_drawn_area_tells_how_many_buildings_are_in_its_whole_units(visit, served, estate):
    page = visit(f"{served.address}#area=c,{estate.row['lon']},{estate.row['lat']},20000")
    section = page.locator("#card section", has_text="楼栋 Buildings")
    section.locator("b").wait_for()
    assert int(section.locator("b").inner_text().replace(",", "")) > 10
