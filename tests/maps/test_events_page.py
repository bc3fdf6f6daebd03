"""Events on the page: the API over a drawn city, in a real browser without a network."""

import re
from types import SimpleNamespace

import pytest

from gridgeo.settings import Settings
from tests.api import callers

from . import happenings, looking, town
from .looking import at, later

pytestmark = pytest.mark.browser

FAR, NEAR = "#at=22.88,113.03,13&events=all&layers=none", f"#at={happenings.LATE[1]},{happenings.LATE[0]},18&events=all&layers=none"
ALL = sum(happenings.told().values())
#: In the order in which circles tell them.
STATES = ("open", "due-soon", "overdue", "closed")


@pytest.fixture(scope="module")
def served(server, template, tmp_path_factory):
    """The API over the city with its events."""
    name = server.create(template)
    url = server.url_of(name)
    loaded = happenings.load(url)
    with town.served(Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0, per_minute=0)) as address:
        yield SimpleNamespace(address=address, url=url, **vars(loaded))
    server.drop(name)


@pytest.fixture
def there(visit, served):
    """Open the page at some state, and wait until its events are drawn."""

    def open_(rest="", *args, **more):
        page = visit(f"{served.address}{rest}", *args, **more)
        rested(page)
        return page

    return open_


def rested(page):
    """Wait until every tile that is wanted is drawn, and return how many events there are by state, and in all."""
    made = looking.rested(page, "events")
    of = {state: sum(one["status"] == state for one in made["dots"]) for state in STATES}
    for order, state in enumerate(STATES):
        of[state] += sum(one["parts"][order] for one in made["clusters"])
    return {"of": of, "n": made["n"]}


def counts(page):
    """Return what the panel says of each state, once it is counted."""
    page.wait_for_function("() => /\\d/.test(document.querySelector('#events-states .count')?.textContent)")
    return [int(text) for text in page.locator("#events-states .count").all_inner_texts()]


def test_circles_hold_exactly_what_may_be_seen_by_state_and_the_panel_says_the_same(there):
    page = there(FAR)
    drawn = rested(page)
    assert drawn["of"] == happenings.told() and drawn["n"] == ALL
    assert counts(page) == list(happenings.told().values())
    with page.expect_request(lambda request: "/tiles/" in request.url and "state=open,due-soon,overdue" in request.url):
        page.click("[data-choice='state closed']")
    assert rested(page)["of"] == happenings.told(closed=0)
    page.wait_for_function("() => location.hash.includes('events=open.due-soon.overdue')")
    page.click("#events-on")
    page.wait_for_function("() => !location.hash.includes('events=')")
    assert rested(page)["n"] == 0 and page.locator("#events-body").is_hidden()


def test_an_event_opens_its_card_with_facts_its_link_opens_it_again_and_its_words_are_for_those_who_work_on_it(there, served):
    page = there(NEAR)
    page.mouse.move(*at(page, *happenings.LATE))
    assert re.search(r"路灯不亮[\s\S]*超期", page.locator("#tip").inner_text())
    page.mouse.click(*at(page, *happenings.LATE))
    card = page.locator("#card")
    card.locator(".timeline").wait_for()
    text = card.inner_text()
    assert card.locator(".code code").inner_text() == served.late.event_code
    assert "公用设施 › 照明 › 路灯不亮" in text and "已派遣" in text and "照明处" in text and "已超 1 天" in text
    assert [one.split("\n")[0] for one in card.locator(".timeline li b").all_inner_texts()] == ["派遣", "立案", "上报"]
    assert happenings.WORDS not in page.content()
    page.wait_for_function(f"() => location.hash.includes('event={served.late.event_id}')")
    again = there(f"#event={served.late.event_id}&lang=en")
    again.locator("#card .timeline").wait_for()
    assert "Dispatched" in again.locator("#card").inner_text() and again.locator("#events-on").is_checked()
    again.evaluate("key => sessionStorage.setItem('gridgeo-key', key)", callers.key(served.url, "read", "accept"))
    again.reload()
    again.locator("#card .told", has_text=happenings.WORDS).wait_for()
    assert again.locator(f"#card a[href$='/events/{served.late.event_id}/pictures']").count() == 1 and "/pictures" not in page.content()
    again.keyboard.press("Escape")
    again.locator("#card").wait_for(state="hidden")


def test_events_on_one_another_are_listed_with_their_states_the_graver_first(there):
    page = there(f"#at={happenings.TOGETHER[1]},{happenings.TOGETHER[0]},18&events=all&layers=none")
    page.mouse.click(*at(page, *happenings.TOGETHER))
    rows = page.locator("#card .together button")
    assert rows.count() == 2 and "燃气泄漏" in rows.first.inner_text() and "燃气泄漏" in page.locator("#tip").inner_text()
    rows.filter(has_text="燃气泄漏").click()
    page.locator("#card .timeline").wait_for()
    assert "燃气泄漏" in page.locator("#card h2").inner_text() and "Ⅰ 级" in page.locator("#card").inner_text()


def test_the_finder_knows_an_event_by_its_code(there, served):
    page = there(FAR)
    page.fill("#search", served.late.event_code)
    page.locator("#found [role=option]", has_text="路灯不亮").wait_for()
    page.keyboard.press("Enter")
    page.locator("#card .timeline").wait_for()
    assert served.late.event_code in page.locator("#card").inner_text()


def test_the_tree_of_classes_is_walked_by_keys_and_shows_one_class_only(there, served):
    page = there(FAR)
    counts(page)
    page.locator("#events-tree [role=treeitem]").first.focus()
    page.keyboard.press("ArrowDown")
    row = page.locator("#events-tree [role=treeitem]:focus")
    assert "突发事件" in row.get_attribute("aria-label") and "超期" in row.get_attribute("aria-label")
    with page.expect_request(lambda request: "/tiles/" in request.url and f"class={served.of['燃气泄漏']}" in request.url):
        page.keyboard.press("Enter")
    left = rested(page)["n"]
    assert 0 < left < ALL and left == sum(counts(page))
    later(page, 300)
    assert f"classes={served.of['燃气泄漏']}" in page.url


def test_units_are_coloured_by_events_and_say_of_when(there):
    page = there("#measure=event_rate&level=micro&layers=none")
    page.wait_for_function("() => gridgeo.shown.store.get().painting.measure.key === 'event_rate'")
    shown = page.evaluate(
        """() => {
            const { topology, store } = gridgeo.shown, { values } = store.get().painting, { measures } = topology.about;
            const [n, homes] = ["events", "households"].map((key) => measures.find((one) => one.key === key).levels.micro.values);
            const fits = (one, at) => (homes[at] ? Math.abs(values[at] - (1000 * one) / homes[at]) < 0.1 : values[at] === null);
            return { total: n.reduce((a, b) => a + b), right: n.every(fits) };
        }"""
    )
    assert shown == {"total": ALL, "right": True}
    assert "近 30 天" in page.locator("#legend").inner_text()
    page.select_option("#measure", "event_heat")
    page.locator("#legend [data-class=no]").wait_for()
    assert "泊松" in page.locator("#legend").inner_text()


def test_a_window_of_time_goes_on_by_steps_and_stands_in_the_address(there):
    page = there(FAR)
    page.click("#toolbar [data-tool=events]")
    page.locator("#event-time").wait_for()
    page.wait_for_function("() => location.hash.includes('period=')")
    page.wait_for_function("() => [...document.querySelectorAll('#event-time .columns i')].some((one) => one.style.height === '100%')")
    with page.expect_request(lambda request: "/tiles/" in request.url and "datetime=" in request.url):
        page.locator("#event-time input[type=range]").press("ArrowLeft")
    rested(page)
    page.locator("#event-time label", has_text="月").click()
    page.wait_for_function("() => document.querySelectorAll('#event-time .columns i').length === 13")
    before = page.evaluate("gridgeo.shown.store.get().sought.period.from")
    page.locator("#event-time .play").click()
    page.wait_for_function("before => gridgeo.shown.store.get().sought.period.from !== before", arg=before)
    page.locator("#event-time .play").click()
    page.locator("#event-time .plain.link").click()
    page.wait_for_function("() => !location.hash.includes('period=')")
    assert rested(page)["n"] == ALL


def test_events_stand_beside_the_circles_of_objects(there):
    """A crowd: who comes later goes beside; who is alone stays."""
    page = there(FAR)
    found = page.evaluate(
        """() => {
            const { layer } = gridgeo.shown.events, context = layer._base.getContext('2d');
            const frame = { scale: 1, x: 0, y: 0, width: 300, height: 300, ratio: 1 };
            const crowd = gridgeo.crowd({ names: () => [], giveWay: () => {}, expect: () => {}, on: () => {} });
            const [objects, events] = [crowd.member(), crowd.member()];
            const content = { clusters: [{ n: 50, parts: [50, 0, 0, 0], x: 56, y: 56 }], points: [], shapes: [] };
            const pieces = [{ content, box: [0, 0, 112, 112], whole: true }];
            const place = () => layer._scene.arrange(context, pieces, frame, 0, events.names(frame)).clusters[0];
            const alone = place();
            objects.giveWay([{ x: 56, y: 56, r: 40 }], frame);
            return [alone, place()];
        }"""
    )
    alone, crowded = found
    assert (alone["x"], alone["y"]) == (56, 56)
    assert max(abs(crowded["x"] - 56), abs(crowded["y"] - 56)) >= 40 + crowded["r"]


def test_names_are_told_of_all_circles_once_though_the_last_layer_has_single_events_only(there):
    told = there(FAR).evaluate(
        """() => {
            const told = [], frame = { scale: 1, x: 0, y: 0, width: 300, height: 300, ratio: 1 };
            const giveWay = (circles) => told.push(circles.length);
            const crowd = gridgeo.crowd({ names: () => [], giveWay, expect: () => {}, on: () => {} });
            const [objects, events] = [crowd.member(), crowd.member()];
            objects.giveWay([{ x: 56, y: 56, r: 40 }, { x: 9, y: 9, r: 4 }], frame);
            events.giveWay([], frame);
            return told;
        }"""
    )
    assert told == [2]
