"""Pages of events in a real browser: whole without a script, with a key by one, on a phone, and legible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.api import eventful, happenings
from tests.api.happenings import WORDS
from tests.api.world import A
from tests.events import life
from tests.events.making_media import png

pytestmark = pytest.mark.browser

BOARD = f"/events/board?department={life.LIGHTS}"
PAGES = (BOARD, "/events/departments", "/events/mine", "/events/community", f"/events/community/{A}", "/events/receipt")

#: Every text whose contrast to what is behind it is less than 4.5, or less than 3 where it is large.
FAINT = """() => {
  const channels = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => {
    const v = c[i] / 255;
    return sum + part * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const c = channels(getComputedStyle(at).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const faint = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const ink = channels(element.closest("svg") ? style.fill : style.color);
    const [high, low] = [light(ink), light(behind(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < (large ? 3 : 4.5)) faint.push([walker.currentNode.data.trim(), ratio]);
  }
  return faint;
}"""


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The drawn city with some events, and the API over it."""
    with eventful.served(server, template, tmp_path_factory, happenings.CALLERS, fill=happenings.fill) as city:
        yield city


@pytest.fixture
def browse(browser: Browser, place) -> Iterator[Callable[..., Page]]:
    """Open a page of the service. At the end: nothing was asked of another host, nothing was complained of."""
    contexts, complaints = [], []

    def open_(path: str, width: int = 1280, **options) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 844}, **options))
        opened = contexts[-1].new_page()
        opened.set_default_timeout(120_000)
        opened.on(
            "request",
            lambda request: request.url.removeprefix("blob:").startswith(place.where) or complaints.append(f"asked {request.url}"),
        )
        opened.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        opened.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        opened.goto(place.where + path)
        return opened

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_legible_and_fit_without_a_script(browse, width):
    page = browse(PAGES[0], width, java_script_enabled=False)
    for path in PAGES:
        page.goto(page.url.partition("/events/")[0] + path)
        assert page.locator("h1").is_visible() and not page.locator("#key").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(FAINT) == [], path


def test_with_a_key_more_is_told_and_it_stands_in_no_address(browse, place):
    page = browse(BOARD)
    assert WORDS not in page.content()
    page.get_by_text("密钥 Key").click()
    page.get_by_label("密钥只保存").fill(place.keys["clerk"])
    page.keyboard.press("Enter")
    page.get_by_text(WORDS).wait_for()
    page.get_by_role("link", name="超期").click()
    page.wait_for_url(re.compile("/events/board.*show=overdue"))
    page.locator("[data-chosen] strong").get_by_text("1", exact=True).wait_for()
    page.get_by_role("navigation", name="页面").get_by_role("link", name="我的网格").click()
    page.wait_for_url("**/events/mine")
    page.get_by_text(WORDS).wait_for()
    page.reload()
    page.get_by_text(WORDS).wait_for()
    assert place.keys["clerk"] not in page.url and place.keys["clerk"] not in page.content()
    page.go_back()
    page.locator("[data-chosen] strong").get_by_text("1", exact=True).wait_for()
    page.locator("#key summary").click()
    page.get_by_role("button", name="忘记").click()
    page.locator("#key:not([data-on])").wait_for()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_receipt_is_rated_by_the_keyboard_alone(browse, place):
    page = browse("/events/receipt", 390)
    page.locator("input:focus").wait_for()
    page.keyboard.type(place.made["asked"].secret)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="结案").wait_for()
    page.get_by_role("radio", name="5 非常满意").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("已收到评价").wait_for()
    assert page.get_by_text("★★★★☆").is_visible() and page.url == f"{place.where}/events/receipt"
    assert page.evaluate(FAINT) == []


def test_a_picture_is_sent_by_a_form_with_a_key_and_seen(browse, place):
    """In the tab the key is kept in; the page of a receipt takes one without any script."""
    where = f"/events/{place.made['soon'].event_id}/pictures"
    page = browse(BOARD, 390)
    page.evaluate("key => sessionStorage.setItem('gridgeo-key', key)", place.keys["clerk"])
    page.reload()
    page.locator(f"a[href='{where}']").click()
    page.get_by_label("选择一个文件").set_input_files({"name": "lamp.png", "mimeType": "image/png", "buffer": png()})
    page.get_by_role("button", name="发送").click()
    page.get_by_role("status").get_by_text("已收到文件").wait_for()
    assert page.locator(".pictures img[src^=blob]").evaluate("image => image.decode().then(() => image.naturalWidth)") == 8
    with page.expect_download() as saved:
        page.get_by_role("link", name="照片 1").click()
    assert saved.value.suggested_filename == f"{place.made['soon'].event_code}-1.png"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and page.evaluate(FAINT) == []
