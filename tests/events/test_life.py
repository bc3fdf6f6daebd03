"""The life of an event, told as it goes."""

from gridgeo.events import rules, soundness, store
from gridgeo.events.model import Located, Stage
from tests.events.life import (
    CLOSED,
    LIGHTS,
    REPORTER,
    ground,
    report,
    steps,
)


def test_a_lamp_is_reported_filed_dispatched_handled_verified_closed_rated(conn):
    units = ground(conn)
    taken = report(conn, receipt=True)
    event = store.find(conn, taken.event_code)
    assert (event.stage, event.grade, event.located, event.unit_id) == (Stage.REPORTED, 4, Located.POINT, units["99990100100101"])
    event = steps(conn, taken, *CLOSED, (REPORTER, "rate", {"stars": 5}))
    assert (event.stage, event.stars, event.department_code, event.version) == (Stage.CLOSED, 5, LIGHTS, 8)
    assert (
        event.reported_at
        < event.filed_at
        < event.dispatched_at
        < event.responded_at
        < event.handled_at
        < event.verified_at
        < event.closed_at
    )
    line = store.timeline(conn, taken.event_id)
    assert [step.action for step in line] == ["report", "file", "dispatch", "accept", "handle", "verify", "close", "rate"]
    assert rules.fold(line) == rules.state(event)
    assert soundness.differing(conn) == []
