"""Buildings and houses on the page, and how they are found: the committed sample behind the API, in a real browser without a network."""

import re
from contextlib import closing

import pytest

from gridgeo.addresses.washing import pinyin
from gridgeo.db import connection
from gridgeo.settings import Settings
from maps import page as pages

from . import town
from .conftest import topology
from .drawn import city
from .looking import at, card, later, wash

pytestmark = pytest.mark.browser

#: What the browser itself says of what is no more.
GONE = ("status of 410",)


@pytest.fixture
def bare(database_url, tmp_path):
    """Grids, and no addresses."""
    with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
        town.grids(conn)
    with town.served(Settings(home=tmp_path, database_url=database_url, port=0)) as address:
        yield address


def options(page, text):
    """Type into the search box; return the options once the places have answered."""
    page.fill("#search", text)
    page.locator("#found .asking").wait_for(state="detached")
    return page.locator("#found [role=option]")


def test_a_compound_is_found_by_name_and_sound_and_lists_its_buildings(visit, inhabited, estate):
    name = estate.row["compound"]
    page = visit(inhabited.address)
    for asked in (name, pinyin.joined(name), pinyin.initials(name)):
        found = options(page, asked).filter(has_text=name).first
        assert "小区" in found.inner_text()
    assert "同音" in found.inner_text()
    found.click()
    page.locator("#card .listed button").filter(has_text=f"{estate.row['block']}栋").first.click()
    assert card(page).locator(".code code").first.inner_text() == estate.code


@pytest.mark.parametrize("asked", [town.FORMER, town.NICKNAME])
def test_a_building_is_found_by_what_it_was_and_is_called(visit, inhabited, estate, asked):
    page = visit(inhabited.address)
    found = options(page, asked).first
    assert "楼栋" in found.inner_text() and "别名" in found.inner_text()
    page.keyboard.press("Enter")
    told = card(page).inner_text()
    assert estate.code in told and f"曾用名\n{town.FORMER}" in told and "2001-01-01 – 2010-01-01" in told


def test_a_building_code_answers_with_the_building_and_its_houses(visit, inhabited, estate):
    page = visit(inhabited.address)
    kinds = [text.split("\n")[1].split(" ")[0] for text in options(page, estate.code).all_inner_texts()]
    assert kinds[0] == "楼栋" and set(kinds[1:]) == {"房屋"}


def test_units_come_at_once_and_places_below_them_in_one_list(visit, inhabited, estate):
    page = visit(inhabited.address)
    community = page.evaluate("gridgeo.shown.topology.levels[2].units[0].facts.name_zh")
    page.fill("#search", community)
    assert page.locator("#found [role=option]").first.locator(".name").inner_text().startswith(community)
    options(page, estate.row["compound"][:2])
    items = page.locator("#found > li")
    roles = [items.nth(i).get_attribute("class") or "option" for i in range(items.count())]
    assert "heading" in roles and roles[-1] == "option"


def test_whoever_is_quicker_than_the_answer_gets_there_all_the_same(visit, inhabited, estate):
    page = visit(inhabited.address)
    page.keyboard.press("/")
    page.keyboard.type(estate.code)
    page.keyboard.press("Enter")
    assert card(page).locator(".code code").first.inner_text() == estate.code


def test_of_two_questions_the_later_is_answered(visit, inhabited, estate):
    page = visit(inhabited.address)
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
    later(page, 250)
    assert len(asked) == 1 and found.is_visible()  # and the same text not again


def test_the_floor_grid_is_the_building_from_the_top_down(visit, inhabited, estate):
    page = visit(f"{inhabited.address}#place={estate.code}")
    card(page)
    floors = [int(text) for text in page.locator(".floors th[scope=row]").all_inner_texts()]
    assert floors == sorted(floors, reverse=True) and floors[0] == max(int(house["floor"]) for house in estate.houses)
    drawn = page.locator(".floors td button")
    living = [house for house in estate.houses if house["status"] in ("in_use", "under_investigation")]
    assert drawn.count() >= len(living)
    assert {house["room"] for house in living} <= set(drawn.all_inner_texts())
    drawn.first.hover()
    assert re.search(r"室 · ", page.locator(".floors .said").inner_text())


def test_rooms_are_walked_with_the_arrows_and_lead_to_their_house(visit, inhabited, estate):
    page = visit(f"{inhabited.address}#place={estate.code}")
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


def test_a_large_building_is_drawn_unit_by_unit_when_asked_for(visit, inhabited, estate):
    page = visit(inhabited.address)
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


def test_rooms_of_one_line_stand_above_each_other_though_a_floor_lacks_one(visit, inhabited):
    page = visit(inhabited.address)
    floors = page.evaluate(
        """gridgeo.floors.arrange(["101", "102", "202", "1001", "1002"].map((room) => ({ unit: null, floor: +room.slice(0, -2), room })))[0]
            .floors.map(({ floor, cells }) => [floor, cells.map((cell) => cell && cell.room)])"""
    )
    assert floors == [[10, ["1001", "1002"]], [2, [None, "202"]], [1, ["101", "102"]]]


def test_what_is_no_more_says_since_when_and_who_follows(visit, inhabited, estate):
    page = visit(f"{inhabited.address}#place={town.lost().code}", allowed=GONE)
    told = card(page).inner_text()
    assert "自 2024-05-01 起不再存在" in told and town.lost().row["compound"] in told
    page.locator("#card .no-more button").click()
    page.locator("#card h2").filter(has_text=estate.row["compound"]).wait_for()


def test_a_footprint_is_drawn_where_there_is_one(visit, inhabited):
    code = town.buildings()[0].code
    with closing(connection.connect(inhabited.settings.database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE building SET footprint = ST_Multi(ST_Expand(point, 0.0002)) WHERE building_code = %s", (code,))
    page = visit(f"{inhabited.address}#place={code}")
    card(page)
    assert page.locator(".leaflet-overlay-pane path").count() == 1 and page.locator(".pin").count() == 1


def test_the_address_keeps_the_place_and_back_undoes_it_but_nothing_that_was_typed(visit, inhabited, estate):
    page = visit(inhabited.address)
    options(page, estate.row["compound"]).first.click()
    page.locator("#card .listed").wait_for()
    later(page, 250)
    assert "place=" not in page.url
    page.evaluate("code => gridgeo.shown.store.change({ place: { kind: 'building', code } })", estate.code)
    card(page)
    later(page, 250)
    assert f"place={estate.code}" in page.url
    again = visit(page.url)
    assert card(again).locator(".code code").first.inner_text() == estate.code
    page.go_back()
    later(page, 250)
    assert page.locator("#card").is_hidden()


def test_escape_closes_the_place_and_a_click_on_the_map_chooses_a_unit(visit, inhabited, estate):
    page = visit(f"{inhabited.address}#place={estate.code}")
    card(page)
    page.locator("#planner_map").focus()
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden() and page.locator(".pin").count() == 0
    page.mouse.click(500, 400)
    later(page, 250)
    assert "place=" not in page.url and page.evaluate("gridgeo.shown.store.get().selected !== null")


def test_on_a_phone_cards_and_washing_fit_the_width(visit, inhabited, estate):
    page = visit(f"{inhabited.address}#place={estate.code}", 390, 844, has_touch=True, is_mobile=True)
    card(page)
    assert page.locator("#card").bounding_box()["width"] == 390
    pin = page.locator(".pin").bounding_box()
    assert pin["y"] + pin["height"] < page.locator("#card").bounding_box()["y"]
    page.tap("#card .close")
    page.tap("#handle")
    later(page, 400)
    rows = wash(page, estate.row["compound"] + estate.row["block"] + "栋")
    rows.first.tap()
    page.locator("#washed-detail button").first.tap()
    assert card(page).is_visible() and page.locator("#wash").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_every_control_has_a_name(at_house, inhabited):
    page, _ = at_house()
    page.click("#wash-open")
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select, textarea, a[href]')].filter(e => e.checkVisibility()"
        " && !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert nameless == []


def test_a_page_visited_again_still_runs(visit, inhabited):
    page = visit(inhabited.address)
    for _ in range(2):
        page.reload()
        page.wait_for_selector("body[data-state=ready]")


def test_without_an_address_base_there_is_nothing_of_it(bare, visit):
    page = visit(f"{bare}#place={town.estate().code}")
    assert page.locator("#card").is_hidden() and page.locator("#wash-open, #wash, #pin-icon").count() == 0
    page.fill("#search", "社区")
    later(page, 300)
    assert page.locator("#found .heading").count() == 0 and page.locator("#found [role=option]").count() > 0
    page.keyboard.press("Enter")
    assert page.locator("#card h2").is_visible() and page.locator("#card .block").count() == 0


def test_one_file_has_no_addresses_and_no_key(visit, tmp_path):
    (tmp_path / "map.html").write_text(pages.one_file(topology(city())).html, encoding="utf-8")
    page = visit(f"file://{tmp_path}/map.html#level=street")
    page.mouse.click(*at(page, "999901001"))
    assert page.locator("#card h2").is_visible()
    assert page.locator("#key, #key-open, #wash, #card .block, #card .linked").count() == 0


def test_a_drawn_area_tells_how_many_buildings_are_in_its_whole_units(visit, inhabited, estate):
    page = visit(f"{inhabited.address}#area=c,{estate.row['lon']},{estate.row['lat']},20000")
    section = page.locator("#card section", has_text="楼栋 Buildings")
    section.locator("b").wait_for()
    assert int(section.locator("b").inner_text().replace(",", "")) > 10
