"""`gridgeo calendar`, `limits`, `events`: at the door."""

import json

import pytest

from gridgeo import cli
from gridgeo.events import acting
from gridgeo.events.model import Action
from gridgeo.events.watching import notices
from tests.events import routed
from tests.events.routed import LAMP, LIGHTS, at
from tests.events.test_watching import CLERK
from tests.events.test_watching_killed import opened


@pytest.fixture
def said(settings, monkeypatch, capsys):
    """Runs a command on a database of the test's own; returns its status and what it printed."""
    monkeypatch.setenv("GRIDGEO_HOME", str(settings.home))
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", settings.database_url)

    def run(*argv: str) -> tuple[int, str]:
        status = cli.main(list(argv))
        out = capsys.readouterr()
        return status, out.out + out.err

    return run


def test_a_calendar_is_loaded_shown_and_reckoned_in(said, tmp_path):
    assert said("calendar", "add", "2026-02-13T17:30", "2", "hour") == (0, "2026-02-14 10:30\n")
    assert "调休上班" in said("calendar", "show", "2026")[1] and "Not announced yet" in said("calendar", "show", "2027")[1]
    file = tmp_path / "rescue.csv"
    file.write_text("日期,上班,名称\n2027-02-05,放假,除夕\n", encoding="utf-8")
    asked = ("calendar", "load", str(file), "--calendar", "rescue", "--hours", "00:00-24:00", "--weekdays", "1,2,3,4,5,6,7")
    assert "Dry run" in said(*asked)[1]
    assert said(*asked, "--commit")[0] == 0
    assert "00:00-24:00" in said("calendar", "list")[1]
    assert said("calendar", "add", "2027-02-04T23:00", "2", "hour", "--calendar", "rescue")[1] == "2027-02-06 01:00\n"
    file.write_text("日期,上班,名称\n5.2.,放假,除夕\n", encoding="utf-8")
    status, told = said(*asked, "--commit")
    assert status == 1 and "bad-day" in told and "Nothing was stored" in told


def test_limits_are_loaded_listed_and_asked(said, settings, tmp_path):
    with opened(settings.database_url) as conn:
        routed.ground(conn)
    assert "no limit yet" in said("limits", "list")[1]
    assert "Dry run" in said("limits", "load")[1]
    assert said("limits", "load", "--commit")[0] == 0
    assert said("limits", "list")[1].count("\n") == 29
    told = said("limits", "due", LAMP, "--from", "2026-11-20T17:30")[1]
    assert "2026-11-27 18:00" in told and "no limit" not in told
    file = tmp_path / "limits.csv"
    file.write_text("环节,时限,单位\n处置,0,天\n", encoding="utf-8")
    status, told = said("limits", "load", str(file), "--commit")
    assert status == 1 and "bad-amount" in told


def test_a_day_and_what_is_late_are_told(said, settings):
    with opened(settings.database_url) as conn:
        routed.ground(conn)
        event = routed.event(conn)
        acting.act(conn, event.event_id, Action.DISPATCH, CLERK, {"department_code": LIGHTS})
        with conn.cursor() as cur:
            cur.execute("UPDATE event SET due_at = %s", (at("2026-11-16T15:00"),))
            cur.execute("SELECT gridgeo.count_events(%s, 1)", ([event.event_id],))
        notices.find(conn, at("2026-11-16T16:00"))
    made = json.loads(said("events", "digest", "--day", "2026-11-16", "--json")[1])
    assert [(line["code"], line["reported"], line["filed"], line["open"], line["overdue"]) for line in made["lines"]] == [
        (routed.COMMUNITY, 1, 1, 1, 1),
        (routed.OTHER_COMMUNITY, 0, 0, 0, 0),
    ]
    assert [one["event_code"] for one in made["late"]] == [event.event_code]
    told = said("events", "digest", "--unit", routed.STREET, "--level", "street", "--day", "2026-11-16")[1]
    assert event.event_code in told and "照明处" in told
    assert event.event_code in said("events", "notices")[1]
    assert said("events", "digest", "--unit", "0000")[0] == 1


def test_a_department_s_system_is_added_listed_and_removed(said, settings):
    with opened(settings.database_url) as conn:
        routed.ground(conn)
    assert "whsec_" in said("events", "receiver", "add", LIGHTS, "http://lights.example/tasks")[1]
    assert LIGHTS in said("events", "receiver", "list")[1]
    assert said("events", "receiver", "retry", LIGHTS) == (0, "0 letters wait again; `gridgeo work` sends them.\n")
    assert said("events", "receiver", "remove", LIGHTS)[0] == 0
    assert said("events", "receiver", "remove", LIGHTS)[0] == 1
