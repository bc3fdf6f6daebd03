"""Pages of events, as browsers and programs get them: boards, communities, one's own grids, receipts; the digest and notices."""

from __future__ import annotations

import logging
import re
from contextlib import closing
from html.parser import HTMLParser
from itertools import pairwise

import anyio
import httpx
import pytest

from api import access, schemas_event_digest
from api.app import create_app
from api.routes import event_pages as routes
from gridgeo.db import connection
from gridgeo.events.watching import digest
from gridgeo.settings import Settings
from tests.api import callers, canaries, eventful, happenings
from tests.api.happenings import TODAY, WORDS
from tests.api.world import A, D
from tests.events import life
from tests.events.making_media import png

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The drawn city with some events, and the API over it; callers of several kinds."""
    with eventful.served(server, template, tmp_path_factory, happenings.CALLERS, fill=happenings.fill) as city:
        yield city


def code(place, what: str) -> str:
    return place.made[what].event_code


def page(place, path, who="clerk", status=200, **params) -> str:
    answer = place.client.get(path, params=params or None, headers=place.of[who] | HTML)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def named(place, text: str) -> list[str]:
    """The events of a page's lists, in its order."""
    of = {str(event.event_id): what for what, event in place.made.items()}
    return [of[number] for number in re.findall(r'data-event="([0-9]+)"', text)]


def board(place, who="clerk", **params) -> list[str]:
    return named(place, page(place, "/events/board", who, department=life.LIGHTS, **params))


def figures(text: str) -> list[str]:
    return re.findall(r"<strong>([^<]*)</strong>", text)


def test_a_board_has_the_soonest_due_first(place):
    assert board(place) == ["late", "soon", "noise", "later", "there"]
    assert [board(place, show=show) for show in ("overdue", "soon", "back")] == [["late"], ["soon", "noise"], ["back"]]
    assert figures(page(place, "/events/board", department=life.LIGHTS)) == ["5", "1", "2", "1"]
    assert named(place, page(place, "/events/board", "lights of D")) == ["late", "soon", "noise", "later", "there"], "wherever they lie"


def test_a_board_is_filtered_by_class_and_grade(place):
    assert board(place, major="住房") == ["noise"] and board(place, grade="2") == ["later"] and board(place, major="住房", grade="2") == []
    for wrong in ({"major": "x"}, {"grade": "5"}, {"show": "x"}, {"cursor": "A" * 24}, {"zzz": "1"}):
        assert place.client.get("/events/board", params={"department": life.LIGHTS, **wrong}).status_code == 400, wrong


def test_a_board_goes_on_page_by_page(place, monkeypatch):
    monkeypatch.setattr(routes, "_LINES", 2)
    seen, address = [], f"/events/board?department={life.LIGHTS}"
    while address:
        text = page(place, address)
        seen.append(named(place, text))
        address = next((found.replace("&amp;", "&") for found in re.findall(r'<a href="([^"]*)" rel="next"', text)), None)
    assert seen == [["late", "soon"], ["noise", "later"], ["there"]]


def test_a_department_has_its_own_board_and_the_others_are_listed(place):
    assert named(place, page(place, "/events/board", "lights of D")) == board(place)
    listed = page(place, "/events/departments", "lights")
    assert listed.index(life.LIGHTS) < listed.index(life.ROADS), "those with most overdue come first"
    page(place, "/events/board", status=404, department=life.department(9))


def test_who_works_on_no_event_is_told_of_public_classes_and_no_words(place):
    for who in ("reader", "nobody"):
        assert board(place, who) == ["late", "soon", "later", "there"]
        for path in (f"/events/board?department={life.LIGHTS}", "/events/mine", "/events/community", f"/events/community/{A}"):
            text = page(place, path, who)
            assert WORDS not in text and "路灯不亮" in text and not re.search("<p class=.told", text)
    assert WORDS in page(place, "/events/board", department=life.LIGHTS) and WORDS in page(place, "/events/mine")


def test_a_workers_own_grids_are_those_of_the_key(place):
    text = page(place, "/events/mine", "worker of D")
    assert named(place, text) == ["there"] and figures(text)[:3] == ["1", "0", "0"]
    page(place, "/events/mine", "worker of D", 404, unit=A)
    whole = page(place, "/events/mine")
    assert named(place, whole)[0] == "late" and "closed" in named(place, whole)[5:], "what was done today comes after what is open"
    assert set(named(place, page(place, "/events/mine", unit=D))) == {"there"}


def test_a_communitys_page_tells_what_the_statistics_tell(place):
    told = place.client.get("/events/stats", params={"unit": A, "period": TODAY[:7]}).json()["total"]
    for who in ("nobody", "clerk"):
        text = page(place, f"/events/community/{A}", who)
        assert figures(text)[:3] == [str(told[name]) for name in ("open", "overdue", "ended")] == ["4", "1", "1"]
        assert "噪音" not in text, "nothing of classes that are not public, whoever asks"
    assert f"/events/community/{A[:9]}" in page(place, f"/events/community/{A[:6]}")
    page(place, "/events/community/44039999", status=404)
    page(place, f"/events/community/{A}", "worker of D", 404)


def test_what_is_kept_for_a_while_is_told_to_callers_of_the_same_area_alone(place):
    whole, part, again = (figures(page(place, "/events/community", who))[0] for who in ("clerk", "worker of D", "nobody"))
    assert whole == again and part == "1" and int(whole) >= 5


def test_browsers_are_asked_for_a_key_and_programs_are_told_of_a_problem(place):
    wrong = callers.bearer("gg_00000000_" + "x" * 43)
    for path in ("/events/board", "/events/mine", "/events/community"):
        shown = place.client.get(path, headers=wrong | HTML)
        assert shown.status_code == 401 and 'id="key-text"' in shown.text and shown.headers["www-authenticate"].startswith("Bearer")
        assert shown.headers["cache-control"] == "no-store"
        assert place.client.get(path, headers=wrong).headers["content-type"] == "application/problem+json"


def test_pages_may_do_no_more_than_they_need(place):
    answer = place.client.get("/events/board", headers=HTML)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "connect-src 'self'" in policy and "http" not in policy
    assert place.client.get("/events/board", headers=HTML | {"If-None-Match": answer.headers["etag"]}).status_code in (200, 304)
    bare = place.client.get("/events/receipt", headers=HTML)
    assert "script" not in bare.headers["content-security-policy"] and "<script" not in bare.text


# --- receipts ----------------------------------------------------------------------------------------------------


def posted(place, status=200, **fields) -> httpx.Response:
    answer = place.client.post("/events/receipt", data=fields, headers=HTML)
    assert answer.status_code == status, answer.text[-3000:]
    assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "no-referrer"
    return answer


def test_a_receipt_tells_how_far_it_is_takes_stars_once_and_is_opened_again(place):
    secret = place.made["asked"].secret
    text = posted(place, secret=secret).text
    assert all(word in text for word in ("收到上报", "立案", "部门处置", "照明处", "结案", code(place, "asked")))
    assert "换了灯泡" not in text and "key:" not in text, "neither notes nor who it was"
    assert "请选择" in posted(place, 400, secret=secret, action="rate").text
    assert "请选择" in posted(place, 400, secret=secret, action="rate", stars="6").text
    rated = posted(place, secret=secret, action="rate", stars="4").text
    assert "已收到评价" in rated and "★★★★☆" in rated and 'name="stars"' not in rated
    assert "现在不能" in posted(place, 409, secret=secret, action="rate", stars="1").text
    assert "原因" in posted(place, 400, secret=secret, action="reopen").text
    opened = posted(place, secret=secret, action="reopen", reason="又不亮了").text
    assert "已重新打开" in opened and "又不亮了" not in opened and "重新打开" in opened
    assert "已收到文件" in pictured(place, secret=secret).text and "照片" in posted(place, secret=secret).text
    assert "不收这种文件" in pictured(place, 415, b"GIF89a", secret=secret).text
    assert "文件不完整" in pictured(place, 400, png()[:-20], secret=secret).text
    assert "没有这张回执" in pictured(place, 404, secret="x" * 32).text
    assert "报告人" in page(place, f"/events/{place.made['asked'].event_id}/pictures")


def test_a_receipt_tells_why_a_report_was_refused(place):
    text = posted(place, secret=place.made["refused"].secret).text
    assert "不予立案" in text and "不属本市管辖，请向铁路部门反映" in text and "key:" not in text


def pictured(place, status=200, data=None, **fields) -> httpx.Response:
    files = {"picture": ('a"b.png', data or png())}
    answer = place.client.post("/events/receipt", data=fields, files=files, headers=HTML)
    assert answer.status_code == status and answer.headers["cache-control"] == "no-store", answer.text[:500]
    return answer


def test_who_works_on_an_event_sends_pictures_by_a_form(place):
    where, files = f"/events/{place.made['later'].event_id}/pictures", {"picture": ("灯.png", png())}
    assert where in page(place, "/events/board", department=life.LIGHTS) and where not in page(place, "/events/mine", "reader")
    assert "还没有" in page(place, where) and page(place, where, "reader", 403) and page(place, where, "worker of D", 404)
    sent = place.client.post(where, files=files, headers=place.of["clerk"] | HTML)
    assert sent.status_code == 200 and "已收到文件" in sent.text and "办理人员" in sent.text
    assert f'data-src="/events/{place.made["later"].event_id}/media/1"' in sent.text
    assert place.client.post(where, files=files, headers=place.of["worker of D"]).status_code == 404
    assert place.client.post(where, files=files | {"other": ("x", b"x")}, headers=place.of["clerk"]).status_code == 400
    assert place.client.post(where, data={"picture": "x"}, headers=place.of["clerk"]).status_code == 415


def test_a_secret_stands_in_no_address(place):
    assert place.client.get("/events/receipt", params={"secret": place.made["asked"].secret}).status_code == 400
    assert 'method="post"' in page(place, "/events/receipt") and "secret=" not in page(place, "/events/receipt")


def test_a_secret_nobody_has_is_not_found_and_not_repeated(place):
    for secret in ("x" * 32, "' or 1=1--", "\u202e", "x" * 201, "", "449999199001010016"):
        answer = posted(place, 404, secret=secret)
        assert "没有这张回执" in answer.text and (not secret or secret not in answer.text)
    for wrong in ({"secret": "x", "zzz": "1"}, {"secret": ["x", "y"]}):
        assert place.client.post("/events/receipt", data=wrong).json()["code"] == "invalid-request"
    assert place.client.post("/events/receipt", json={"secret": "x"}).status_code == 415
    assert place.client.post("/events/receipt", data={"secret": "x", "reason": "x" * 40_000}).status_code == 413


@pytest.mark.parametrize("canary", canaries.CANARIES)
def test_a_personal_code_is_never_repeated_by_a_page(place, caplog, canary):
    with caplog.at_level(logging.DEBUG, "gridgeo"):
        fields = ({"secret": canary}, {"secret": "x", canary: "1"}, {"secret": place.made["asked"].secret, "action": canary})
        answers = [place.client.post("/events/receipt", data=given, headers=HTML) for given in fields]
        for path, name in (("board", "major"), ("board", "department"), ("mine", "unit"), ("digest", "day"), ("notices", "department")):
            answers.append(place.client.get(f"/events/{path}", params={name: canary}, headers=place.of["clerk"] | HTML))
        answers.append(place.client.get(f"/events/community/{canary}", headers=HTML))
    assert all(answer.status_code < 500 for answer in answers)
    text = "".join(answer.text + str(answer.headers) for answer in answers)
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records if record.name.startswith("gridgeo"))
    assert "/events/receipt" in logged and not canaries.leaked(canary, text + logged)


def test_secrets_are_not_tried_out(monkeypatch):
    """After so many wrong ones from an address it is not even looked whether one is right."""
    monkeypatch.setattr(access, "WRONG_PER_MINUTE", 3)

    async def tried() -> list[int]:
        transport = httpx.ASGITransport(create_app(Settings(per_minute=0)))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=HTML) as client:
            return [(await client.post("/events/receipt", data={"secret": " "})).status_code for _ in range(5)]

    assert anyio.run(tried)[:4] == [404, 404, 404, 429]


# --- the digest and notices --------------------------------------------------------------------------------------


def digested(place, who="clerk", status=200, **asked) -> httpx.Response:
    answer = place.client.get("/events/digest", params={"day": TODAY, **asked}, headers=place.of[who])
    assert answer.status_code == status, asked
    return answer


def test_a_digest_is_told_as_json_csv_and_the_text_of_the_command(place):
    told = schemas_event_digest.Digest.model_validate(digested(place, level="street").json())
    line = next(line for line in told.lines if line.code == A[:9])
    assert (line.reported, line.filed, line.closed, line.overdue) == (6, 6, 1, 1)
    assert [one.event_code for one in told.late] == [code(place, "late")]
    assert digested(place, level="street", f="csv").text.splitlines()[1].startswith(f"{A[:9]},新安街道,6,6,1,")
    with closing(connection.connect(place.url)) as conn:
        made = digest.of_day(conn, told.day, told.at, "street")
    assert digested(place, level="street", f="text").text.splitlines()[1:] == digest.written(made).splitlines()[1:]


def test_a_digest_tells_each_caller_what_is_theirs(place):
    def lines(who, **more):
        return {line["code"]: line["reported"] for line in digested(place, who, level="micro", **more).json()["lines"]}

    assert lines("clerk")[A] == 6 and lines("reader")[A] == 5 and lines("worker of D") == {D: 1}
    assert lines("clerk", unit=A[:9]).keys() < lines("clerk").keys()
    for wrong in ({"day": "2026-02-30"}, {"day": "9999-12-31"}, {"day": "1"}, {"level": "village"}, {"level": ""}, {"f": "xml"}):
        digested(place, status=400, **wrong)
    digested(place, "worker of D", 404, unit=A)
    late = {who: [one["event_code"] for one in digested(place, who).json()["late"]] for who in ("worker of D", "lights of D")}
    assert late == {"worker of D": [], "lights of D": [code(place, "late")]}, "a department hears of what it has to do wherever that lies"
    assert digested(place, "lights of D", level="micro", unit=D).json()["late"] == []


def test_notices_are_for_those_who_work_on_events(place):
    assert place.client.get("/events/notices", headers=place.of["reader"]).status_code == 403
    told = schemas_event_digest.Notices.model_validate(place.client.get("/events/notices", headers=place.of["clerk"]).json())
    assert [(one.event_code, one.kind, one.department.code) for one in told.notices] == [(code(place, "late"), "overdue", life.LIGHTS)]
    for who, more in {"clerk": {"department": life.ROADS}, "worker of D": {}, "lights": {"since": "2100-01-01"}}.items():
        assert place.client.get("/events/notices", params=more, headers=place.of[who]).json()["numberReturned"] == 0


def test_notices_go_on_page_by_page(place):
    late = place.made["late"].event_id
    with closing(connection.connect(place.url)) as conn, conn, conn.cursor() as cur:
        cur.execute(
            "INSERT INTO gridgeo.event_notice (event_id, kind, due_at, found_at)"
            " SELECT e.event_id, k.kind, e.due_at, '2020-01-01' FROM gridgeo.event AS e, unnest(%s) AS k (kind) WHERE e.event_id = %s",
            ([f"escalated-{rung}" for rung in (1, 2, 3)], late),
        )
    seen, address = [], "/events/notices?limit=2"
    while address:
        told = place.client.get(address, headers=place.of["clerk"]).json()
        seen.append([one["kind"] for one in told["notices"]])
        address = next((link["href"] for link in told["links"] if link["rel"] == "next"), None)
    assert seen == [["overdue", "escalated-3"], ["escalated-2", "escalated-1"]]
    for cursor in ("A" * 24, "x"):
        assert place.client.get("/events/notices", params={"cursor": cursor}, headers=place.of["clerk"]).status_code == 400


# --- for everybody -----------------------------------------------------------------------------------------------

PAGES = (
    "/events/board",
    f"/events/board?department={life.LIGHTS}",
    "/events/departments",
    "/events/mine",
    "/events/community",
    "/events/receipt",
    "/events/1/pictures",
)


class Outline(HTMLParser):
    """What a page is made of, as a reader of screens goes by it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict]:
        return [attrs for tag, attrs in self.tags if tag in names]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_its_language_and_has_one_heading_landmarks_and_labels(place, path):
    text = page(place, path)
    outline = Outline(text)
    assert (
        outline.all("html")[0]["lang"] == "zh-CN" and len(outline.all("h1")) == len(outline.all("main")) == len(outline.all("title")) == 1
    )
    assert all("aria-label" in nav for nav in outline.all("nav")) and outline.all("a")[0]["href"] == "#content"
    labelled = {label.get("for") for label in outline.all("label")}
    asked = [field for field in outline.all("input", "textarea", "select") if field.get("type") not in ("hidden", "radio")]
    assert all(field["id"] in labelled for field in asked)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), "no level of headings is left out"
    identities = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(identities) == len(set(identities))
    assert all(pointed in identities for _, attrs in outline.tags for pointed in [attrs.get("aria-labelledby")] if pointed)
    assert "<script src" not in text and not re.search(r'(?:href|src|action)="(?:https?:)?//', text)
