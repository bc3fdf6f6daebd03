"""Reports taken in: each an event of its own with a code, a place and a first step, however many come and however often."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from gridgeo.codes import event as codes
from gridgeo.codes import naming
from gridgeo.db import connection
from gridgeo.errors import Conflict, KeyReused, Unfit
from gridgeo.events import assignment, counts, intake, numbering, soundness, store
from gridgeo.events.model import Actor, Located, Medium, Once
from tests.events.life import GAS, LAMP, NOISE, WORKER, given, ground, report
from tests.objects.making import IN_A, IN_B, NOWHERE, ON_A_B

LONG_AGO = datetime(2025, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def city(conn):
    """The drawn city with classes, channels and departments."""
    return ground(conn)


def faults(conn, *reports):
    with pytest.raises(Unfit) as refused:
        intake.take_in(conn, list(reports), WORKER)
    assert {(issue.row, issue.code) for issue in refused.value.issues} == {
        (issue.row, issue.code) for issue in intake.check(conn, list(reports))
    }
    return [(issue.row, issue.code) for issue in refused.value.issues]


def test_many_are_what_each_would_be_alone(conn, city):
    """By statements over all of them, or one by one: the same units, grades and states."""
    points = [IN_A, IN_B, ON_A_B, NOWHERE, (None, None)]
    many = [given(lon=lon, lat=lat, told=f"第{n}盏", reported_at=LONG_AGO) for n in range(15) for lon, lat in points]
    alone = [store.find(conn, report(conn, lon=lon, lat=lat, reported_at=LONG_AGO).event_id) for lon, lat in points]
    taken = intake.take_in(conn, many, WORKER)
    events = [store.find(conn, one.event_id) for one in taken]
    facts = [(one.unit_id, one.outcome, one.grade, one.stage, one.located, one.due_at, one.stage_due_at) for one in events[:5]]
    assert facts == [(one.unit_id, one.outcome, one.grade, one.stage, one.located, one.due_at, one.stage_due_at) for one in alone]
    assert [one.told for one in events] == [one.told for one in many]
    assert len({one.event_code for one in taken}) == 75
    assert soundness.differing(conn) == []
    edition_id = assignment.placing.editions_to_come(conn, "governance")[0]
    assert counts.difference(conn, edition_id) == ([], [])


def test_codes_are_ours_and_of_the_day_of_the_report(conn, city):
    taken = report(conn, reported_at=datetime(2025, 2, 28, 16, 30, tzinfo=UTC))
    code = codes.parse(taken.event_code, codes.OURS)
    assert (code.parts["organisation"], code.parts["date"], code.parts["number"]) == (numbering.NOBODY, "20250301", "000001")


def test_a_day_has_ten_counters_and_is_full_at_last(conn):
    day = LONG_AGO.date()
    assert numbering.number(conn, numbering.NOBODY, [day])[0][-6:] == "000001"
    with conn.cursor() as cur:
        cur.execute("UPDATE event_number SET last = 99998 WHERE counter = 0")
    assert [code[-6:] for code in numbering.number(conn, numbering.NOBODY, [day] * 2)] == ["100001", "100002"]
    assert numbering.number(conn, numbering.NOBODY, [day])[0][-6:] == "099999"
    with conn.cursor() as cur:
        cur.execute("UPDATE event_number SET last = 99998")
    assert [code[-6:] for code in numbering.number(conn, numbering.NOBODY, [day] * 2)] == ["099999", "199999"]
    with conn.cursor() as cur:
        cur.execute("UPDATE event_number SET last = 99999")
    with pytest.raises(Conflict, match="2025-03-01"):
        numbering.number(conn, numbering.NOBODY, [day])


def test_two_at_once_number_events_without_waiting_for_each_other(database_url):
    day = LONG_AGO.date()
    with closing(connection.connect(database_url)) as one, closing(connection.connect(database_url)) as other:
        with one, one.cursor() as cur:
            numbering.number(one, numbering.NOBODY, [day])
            cur.execute("SELECT 1")
        first = numbering.number(one, numbering.NOBODY, [day])
        with other.cursor() as cur:
            cur.execute("SET LOCAL lock_timeout = '1s'")
        assert numbering.number(other, numbering.NOBODY, [day]) != first


def test_a_source_names_an_event_once(conn, city):
    first, second = intake.take_in(conn, [given(source="12345", original=" SZ-1 "), given(source="12345", original="SZ-1")], WORKER)
    assert (first.known, second.known, second.event_id) == (False, True, first.event_id)
    again, other = intake.take_in(conn, [given(source="12345", original="SZ-1"), given(source="police", original="SZ-1")], WORKER)
    assert (again.event_id, again.known, other.known) == (first.event_id, True, False)


def test_the_same_request_is_answered_the_same_and_another_under_its_key_is_refused(conn, city):
    once = Once("key:portal00", "k-1", b"d" * 32)
    (first,) = intake.take_in(conn, [given(receipt=True)], WORKER, key=once)
    (again,) = intake.take_in(conn, [given(receipt=True)], WORKER, key=once)
    assert (again.event_id, again.secret, again.known) == (first.event_id, first.secret, True)
    assert store.of_receipt(conn, again.secret) == first.event_id
    with pytest.raises(KeyReused):
        intake.take_in(conn, [given(told="别的")], WORKER, key=Once("key:portal00", "k-1", b"e" * 32))
    (other,) = intake.take_in(conn, [given(receipt=True)], WORKER, key=Once("key:another0", "k-1", b"d" * 32))
    assert other.event_id != first.event_id and other.secret != first.secret


def test_what_dies_in_the_middle_was_never_sent(database_url):
    """The key and the event are of one transaction."""
    once = Once("key:portal00", "k-2", b"d" * 32)
    with closing(connection.connect(database_url)) as conn:
        with conn:
            ground(conn)
        intake.take_in(conn, [given()], WORKER, key=once)
        conn.rollback()
        with conn:
            (taken,) = intake.take_in(conn, [given()], WORKER, key=once)
        assert not taken.known
        assert intake.take_in(conn, [given()], WORKER, key=once)[0].known


def test_many_that_send_the_same_at_once_make_one(database_url):
    with closing(connection.connect(database_url)) as conn, conn:
        ground(conn)

    def send(number: int) -> int:
        with closing(connection.connect(database_url)) as conn, conn:
            return intake.take_in(conn, [given()], WORKER, key=Once("key:portal00", f"k-{number % 2}", b"d" * 32))[0].event_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(8)))) == 2


def test_faults_are_told_by_row_and_none_is_taken_in(conn, city):
    ahead = datetime.now(UTC) + timedelta(hours=1)
    told = faults(
        conn,
        given(told=" "),
        given(channel="pigeon"),
        given(class_path="没有/这样/的类"),
        given(class_path=NOISE),
        given(grade=5),
        given(lon=float("nan")),
        given(lat=None),
        given(unit="99990100100101"),
        given(lon=None, lat=None, unit="nowhere"),
        given(lon=None, lat=None, place="4403060010010100001"),
        given(reported_at=ahead),
        given(reported_at=LONG_AGO, happened_at=LONG_AGO + timedelta(days=1)),
        given(original="SZ-1"),
        given(told="\0"),
        given(),
    )
    names = ["no-text", "unknown-channel", "unknown-class", "unknown-class", "bad-grade", "bad-point", "bad-point", "several-places"]
    names += ["unknown-unit", "unknown-place", "reported-ahead", "happened-later", "bad-original", "bad-text"]
    assert sorted(told) == list(enumerate(names, 1))
    with conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM event")
        assert cur.fetchone()[0] == 0


def test_the_grade_is_that_of_the_class_unless_one_is_said(conn, city):
    assert [
        store.find(conn, report(conn, class_path=path, grade=grade).event_id).grade for path, grade in ((GAS, None), (GAS, 3), (LAMP, None))
    ] == [1, 3, 4]


def test_media_are_kept_by_their_digest(conn, city):
    taken = report(conn, media=(Medium(b"a" * 32, "image/jpeg", 12345),))
    (kept,) = store.media(conn, taken.event_id)
    assert (kept.media_no, kept.medium, kept.step_no) == (1, Medium(b"a" * 32, "image/jpeg", 12345), 1)


def test_an_event_in_a_grid_lies_on_it(conn, city):
    event = store.find(conn, report(conn, lon=None, lat=None, unit="99990100100102").event_id)
    assert (event.located, event.unit_id) == (Located.GRID, city["99990100100102"])


@pytest.mark.parametrize(
    "told, kept",
    [
        ("请回电 138 0013 8000", "请回电 *************"),
        ("１３８００１３８０００", "***********"),
        ("电话：27788888", "电话：********"),
        ("0755-88888888转1", "*************转1"),
        ("身份证440524188001010014", "身份证******************"),
        ("身份证 449999 19880101 0014", "身份证 ********************"),
        ("+852 9123 4567", "**************"),
        ("1-3-8-0-0-1-3-8-0-0-0", "*********************"),
        ("sfz44999919880101001X", "sfz******************"),
        ("449999\n1988 0101\n0014", "*********************"),
        ("138\n0013，8000", "*************"),
        ("电话一三八零零一三八零零零", "电话***********"),
        ("张三13800138000", "张三***********"),
        ("幺叁8〇〇壹三八000回电", "***********回电"),
        ("१३८००१३८०००", "***********"),
        ("0086-755-2788 8888", "******************"),
        ("请打27788888", "请打********"),
    ],
)
def test_numbers_of_persons_are_masked_however_they_are_written(told, kept):
    assert naming.masked(told) == kept and naming.names_somebody(told)


@pytest.mark.parametrize(
    "told",
    [
        *("楼栋4403060010010000001", "编号 012345678", "2024-01-05 08:30:15", "统一代码914403001922038216", "2024.01.05-2024.01.08"),
        *(
            "MA5AB123420260301000017",
            "网格440306001001001",
            "3栋13、14、15、16层",
            "二零二六年三月一日",
            "113.883456，22.555123",
            "1,380,013元",
        ),
    ],
)
def test_other_numbers_stay(told):
    assert naming.masked(told) == told and not naming.names_somebody(told)


@pytest.mark.parametrize("told", ["路灯\u3000不亮", "@网格员\u2005路灯不亮", "👨\u200d👩\u200d👧 走失", "\U0001fae8 摇晃", "一\n二"])
def test_what_people_write_is_text(conn, city, told):
    assert store.find(conn, report(conn, told=told).event_id).told == told


def test_what_is_refused_is_looked_for_nowhere(conn, city):
    sent = [intake.Sent(given(source="a\0b", original="1"), WORKER), intake.Sent(given(), WORKER)]
    refused, taken = intake.take_in_each(conn, sent)
    assert [issue.code for issue in refused.issues] == ["bad-original"] and taken.event_id


def test_what_many_send_together_is_answered_each_for_itself(conn, city):
    """A fault is told to whom it is of, the others are taken in; what was sent before is answered as before."""
    desk = Actor("key:desk0000", WORKER.duties)
    keys = [Once("key:portal00", f"together-{n}", b"d" * 32) for n in range(6)]
    (before,) = intake.take_in(conn, [given(receipt=True)], WORKER, key=keys[0])
    named = given(source="12345", original="SZ-9")
    sent = [
        intake.Sent(given(receipt=True), WORKER, keys[0]),
        intake.Sent(given(told=" "), WORKER, keys[1]),
        intake.Sent(given(told="别的"), WORKER, Once("key:portal00", "together-0", b"e" * 32)),
        intake.Sent(given(told="第四", receipt=True), desk, keys[3]),
        intake.Sent(named, WORKER, keys[4]),
        intake.Sent(named, desk, keys[5]),
        intake.Sent(given(lon=None, lat=None, unit="nowhere"), desk),
    ]
    again, faulty, *_ = intake.take_in_each(conn, sent[:2])
    reused, fourth, first, same, nowhere = intake.take_in_each(conn, sent[2:])
    assert (again.event_id, again.secret, again.known) == (before.event_id, before.secret, True)
    assert isinstance(reused, KeyReused)
    assert [(issue.row, issue.code) for one in (faulty, nowhere) for issue in one.issues] == [(1, "no-text"), (1, "unknown-unit")]
    assert (same.event_id, first.known, same.known) == (first.event_id, False, True)
    assert intake.take_in_each(conn, sent[3:4])[0].secret == fourth.secret
    assert [one.actor for one in store.timeline(conn, fourth.event_id)] == ["key:desk0000"]
    assert store.reports(conn, first.event_id)[0].actor == WORKER.name
