"""Workers are killed at every step, and several work at once: what they do is done once, and departments are told at least once."""

from __future__ import annotations

from contextlib import closing, contextmanager

import pytest

from gridgeo.db import connection
from gridgeo.events import acting, store
from gridgeo.events.model import Action, Stage
from gridgeo.events.watching import dispatching, letters, notices, receivers, worker
from gridgeo.events.watching.delivery import AREA, ROLE, Courier
from gridgeo.events.watching.worker import Watcher, turn
from gridgeo.letters import rules
from gridgeo.letters.seals import Seal
from gridgeo.letters.sending import Sender
from tests.changes.receiving import receiving
from tests.events import routed
from tests.events.killing import killed_at
from tests.events.routed import GAS, GASWORKS, LAMP, LIGHTS, OFFICE, STREET, at
from tests.events.test_watching import CLERK, rows

NOW = at("2026-11-16T18:00")
TURNS = (
    dispatching.dispatch,
    letters.write,
    lambda conn: sum(notices.find(conn, NOW).values()),
    lambda conn: notices.escalate(conn, NOW),
)

#: What has become of events from one number on: when it was done aside.
STATE = (
    "SELECT event_id - %(first)s, stage, department_code, version FROM event WHERE event_id >= %(first)s ORDER BY 1",
    "SELECT event_id - %(first)s, step_no, action, stage FROM event_step WHERE event_id >= %(first)s ORDER BY 1, 2",
    "SELECT event_id - %(first)s, task_no, part, department_code, stage FROM event_task WHERE event_id >= %(first)s ORDER BY 1, 2",
    "SELECT event_id - %(first)s, kind, due_at, department_code FROM event_notice WHERE event_id >= %(first)s ORDER BY 1, 2, 3",
    "SELECT event_id - %(first)s, task_no, kind, state FROM event_letter WHERE event_id >= %(first)s ORDER BY 1, 2, 3",
)


@contextmanager
def opened(url: str):
    with closing(connection.connect(url)) as conn, conn:
        yield conn


@pytest.fixture
def city(database_url, settings):
    """Filed, dispatched and overdue events; the lights' department has a system, at a host where nobody is."""
    with opened(database_url) as conn:
        routed.ground(conn)
        routed.give(conn, routed.row(LAMP, LIGHTS), routed.row(GAS, GASWORKS), routed.row("", OFFICE, STREET))
        with conn.cursor() as cur:
            cur.execute("INSERT INTO webhook_origin (origin) VALUES ('http://127.0.0.1:9')")
        receivers.add(conn, Seal(settings), LIGHTS, "http://127.0.0.1:9/tasks")
    return database_url


def events(url: str, number: int = 3) -> list[int]:
    with opened(url) as conn:
        late = {"stage": "dispatched", "department_code": LIGHTS, "due_at": at("2026-11-16T12:00")}
        made = [routed.event(conn, **given) for given in [{}] * number + [{"path": GAS, "grade": 1}, late]]
    return [one.event_id for one in made]


def state(url: str, first: int = 1) -> list[list[tuple]]:
    with opened(url) as conn, conn.cursor() as cur:
        found = []
        for statement in STATE:
            cur.execute(statement, {"first": first})
            found.append(cur.fetchall())
        return found


def work(conn) -> None:
    """One round, and another that finds nothing to do."""
    for one in (*TURNS, *TURNS):
        turn(conn, one)


def test_a_worker_killed_at_any_step_leaves_nothing_half_done(city, request):
    """Before its first statement, its second, … each time another goes on; at the end all is as if nobody had been killed."""
    whole, killed, step, died = None, 0, 10_000, True
    while died or killed == 0:
        first = events(city, 1)[0]
        died = killed_at(city, step, work)
        with closing(connection.connect(city, ROLE, **AREA)) as conn:
            work(conn)
        whole = whole or state(city, first)
        assert state(city, first) == whole, f"killed before statement {step}"
        killed, step = killed + died, 0 if step == 10_000 else step + (1 if request.config.getoption("--long") else 6)
    assert killed >= 6
    assert [event[1] for event in whole[0]] == [Stage.DISPATCHED] * 3
    assert {notice[1] for notice in whole[3]} == {"overdue", "escalated-1", "escalated-2", "escalated-3"}
    assert len(whole[4]) == 1


def test_a_worker_that_committed_in_between_would_be_caught(city):
    """The test above is able to fail: somewhere in the middle its work is half done."""

    def hasty(conn) -> None:
        conn.autocommit = True
        dispatching.dispatch(conn)

    found = []
    for step in (10_000, *range(14, 22)):
        first = events(city, 1)[0]
        killed_at(city, step, hasty)
        with closing(connection.connect(city, ROLE, **AREA)) as conn:
            turn(conn, dispatching.dispatch)
        found.append(state(city, first)[:3])
        if found[-1] != found[0]:
            return
    pytest.fail("it was nowhere half done")


def test_two_workers_send_each_event_on_once(city):
    """One has three of them under way when the other comes: it takes the others, and waits for nobody."""
    made = events(city, 6)
    with opened(city) as conn, opened(city) as other:
        assert dispatching.dispatch(conn, 3) == 3
        assert dispatching.dispatch(other, 50) == 4
    with opened(city) as conn:
        assert [store.find(conn, event_id).stage for event_id in made] == [Stage.DISPATCHED] * 8
        assert rows(conn, "SELECT max(n) FROM (SELECT count(*) AS n FROM event_task GROUP BY event_id) AS t") == [(1,)]


def test_two_workers_find_each_thing_once(city):
    events(city)
    with opened(city) as conn, opened(city) as other:
        assert notices.find(conn, NOW) == {"overdue": 1}
        assert notices.find(other, NOW) == {}
    with opened(city) as conn:
        assert notices.find(conn, NOW) == {}


@contextmanager
def listening(url: str, settings, department: str = LIGHTS):
    """A city one of whose departments listens."""
    with receiving() as told:
        with opened(url) as conn:
            with conn.cursor() as cur:
                cur.execute("INSERT INTO webhook_origin (origin) VALUES (%s)", (rules.address(told.url)[0],))
            told.secret = receivers.add(conn, Seal(settings), department, told.url)
        yield told


def test_a_gas_leak_is_with_its_department_as_soon_as_it_is_filed(city, settings, monkeypatch):
    """The story: of grade I. No worker looks at the clock within the hour, so that it is who files it that tells them."""
    for interval in ("_LOOK_S", "_CLOCK_S"):
        monkeypatch.setattr(worker, interval, 3600.0)
    with listening(city, settings, GASWORKS) as told:
        watchers = [Watcher(city, settings).start() for _ in range(2)]
        try:
            with opened(city) as conn:
                leak = routed.event(conn, GAS, stage="reported", grade=1, filed_at=None)
            with opened(city) as conn:
                acting.act(conn, leak.event_id, Action.FILE, CLERK, {})
            assert told.soon(lambda: bool(told.letters))
        finally:
            for watcher in watchers:
                watcher.stop()
    with opened(city) as conn:
        sent = store.find(conn, leak.event_id)
        assert [(step.action, step.actor) for step in store.timeline(conn, leak.event_id)][-1] == (Action.DISPATCH, "system")
    assert (sent.stage, sent.department_code) == (Stage.DISPATCHED, GASWORKS)
    assert [letter["event_code"] for letter in told.letters] == [leak.event_code]
    _, headers, body = told.came[0]
    assert rules.is_genuine(headers, body, told.secret, int(headers["webhook-timestamp"]))


def test_a_letter_that_was_sent_and_not_written_down_comes_again_under_the_same_key(city, settings):
    """The worker is killed between the answer and its own commit: that the host answered nobody knows."""
    with listening(city, settings) as told:
        with opened(city) as conn:
            acting.act(conn, routed.event(conn).event_id, Action.DISPATCH, CLERK, {"department_code": LIGHTS})
            letters.write(conn)
            assert receivers.take(conn, "killed") == [LIGHTS]
            letter = letters.following(conn, LIGHTS)
        with opened(city) as conn:
            held = receivers.hold(conn, LIGHTS, "killed")
        with closing(_sender(held, settings)) as sender:
            assert sender.send(letter.key, letter.key, letter.body).failure is None
        with opened(city) as conn, conn.cursor() as cur:  # a minute later
            cur.execute("UPDATE event_receiver SET held_until = now() - interval '1 second'")
        courier = Courier(city, settings).start()
        assert told.soon(lambda: len(told.came) == 2)
        assert told.soon(lambda: state(city)[4][0][3] == "taken")
        courier.stop()
    assert {headers["idempotency-key"] for _, headers, _ in told.came} == {letter.key}


def _sender(held, settings):
    return Sender(held.url, Seal(settings).open(held.url, held.secret))


def test_many_couriers_tell_each_letter_once(city, settings):
    with listening(city, settings) as told:
        with opened(city) as conn:
            for _ in range(10):
                acting.act(conn, routed.event(conn).event_id, Action.DISPATCH, CLERK, {"department_code": LIGHTS})
            letters.write(conn)
        couriers = [Courier(city, settings).start() for _ in range(3)]
        assert told.soon(lambda: len(told.came) >= 10 and not any(row[3] == "waiting" for row in state(city)[4]))
        for courier in couriers:
            courier.stop()
    keys = [headers["idempotency-key"] for _, headers, _ in told.came]
    assert len(keys) == len(set(keys)) == 10
