"""Webhooks: every transaction told at least once and in order, signed, to hosts that were entered; who is slow holds nobody up."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import psycopg2
import pytest

from gridgeo.changes import stamping
from gridgeo.changes.webhooks import delivery, letters, store
from gridgeo.db import connection
from gridgeo.errors import Conflict, EnvironmentIncomplete, InvalidInput, NotFound
from gridgeo.letters import couriers, rules, sending
from gridgeo.letters.seals import Seal, key_path
from gridgeo.objects import writing
from gridgeo.settings import Settings
from tests.access import making as areas
from tests.api import things
from tests.api.world import A, D
from tests.changes.making import stamped
from tests.changes.receiving import receiving
from tests.installation import CHECKOUT, environment


@pytest.fixture(scope="module")
def city(server, template, tmp_path_factory):
    """The drawn city with an object in each unit; its home."""
    name = server.create(template)
    url = server.url_of(name)
    units = areas.loaded(url)
    things.add(url, units)
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    with closing(connection.connect(url)) as conn:
        stamped(conn)
        yield SimpleNamespace(url=url, units=units, conn=conn, settings=settings, seal=Seal(settings))
    server.drop(name)


@pytest.fixture
def told(city):
    """A service that was entered, and may be added; nobody else is told."""
    with receiving() as receiver:
        with city.conn, city.conn.cursor() as cur:
            cur.execute("DELETE FROM webhook; DELETE FROM webhook_origin")
            store.enter(city.conn, receiver.url)
        yield receiver


@pytest.fixture
def telling(city, monkeypatch):
    """Somebody who tells, and tries again at once."""
    monkeypatch.setattr(rules, "wait_s", lambda tries, chance: 0.0)
    monkeypatch.setattr(couriers, "_LOOK_S", 0.02)
    monkeypatch.setattr(couriers, "_AWAY_S", 0.1)
    deliverer = delivery.Deliverer(city.url, city.settings, patience_s=1.0).start()
    yield deliverer
    deliverer.stop()


def added(city, url: str, **more):
    with city.conn:
        return store.add(city.conn, city.seal, url, **more)


def write(city, unit=A, **values) -> int:
    """Change an object; return the number of the transaction."""
    with city.conn:
        assert writing.change(city.conn, [{"element_code": things.CODE[unit], **values}]).changed == 1
    return stamped(city.conn)


def listed(city) -> list:
    with city.conn:
        return store.listed(city.conn)


def test_each_transaction_is_told_once_and_in_order_and_signed(city, told, telling):
    webhook, secret = added(city, told.url)
    numbers = [write(city, name=f"灯{n}") for n in range(5)]
    assert told.soon(lambda: len(told.numbers) == 5)
    assert told.numbers == numbers
    path, headers, body = told.came[0]
    assert path == "/hook?of=copy" and headers["content-type"] == "application/json"
    assert (headers["webhook-id"], headers["idempotency-key"]) == (f"{webhook.webhook_id}-{numbers[0]}", str(numbers[0]))
    assert rules.is_genuine(headers, body, secret, time.time())
    event = told.letters[0]["events"][0]
    assert (event["number"], event["entity"], event["operation"], event["state"]["name"]) == (numbers[0], "object", "update", "灯0")
    assert told.soon(lambda: listed(city)[0].told == numbers[-1])


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"{}"},
        {"secret": "whsec_AAAA"},
        {"headers": {"webhook-id": "1-2"}},
        {"headers": {"webhook-timestamp": "99"}},
        {"headers": {"webhook-timestamp": "x"}},
        {"headers": {"webhook-signature": "v1,AAAA"}},
        {"headers": {"webhook-signature": ""}},
        {"headers": {"webhook-signature": "v1,é"}},
        {"now": 100 + rules.WINDOW_S + 1},
    ],
)
def test_what_is_not_genuine_is_seen(change):
    secret = rules.new_secret()
    headers, body = rules.signed(secret, "1-1", "1", 100, b'{"number":1}'), b'{"number":1}'
    assert rules.is_genuine(headers, body, secret, 100 + rules.WINDOW_S)
    changed = {"headers": headers | change.get("headers", {}), **{name: value for name, value in change.items() if name != "headers"}}
    assert not rules.is_genuine(**{"body": body, "secret": secret, "now": 100, **changed})


def test_a_signature_is_that_of_the_standard():
    """Source: the example of Standard Webhooks 1.0.0."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert rules.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_one_for_a_part_of_the_city_is_told_what_is_its(city, told, telling):
    added(city, told.url, area=[city.units[A]], entities=["object"])
    write(city, D, name="不告")
    mine = write(city, A, name="告")
    assert told.soon(lambda: told.numbers == [mine])
    assert told.soon(lambda: listed(city)[0].told == mine)
    assert b"\xe4\xb8\x8d\xe5\x91\x8a" not in told.came[0][2]


def test_what_was_not_asked_for_is_not_told(city, told, telling):
    added(city, told.url, entities=["building"])
    number = write(city, name="灯")
    assert told.soon(lambda: listed(city)[0].told == number)
    assert told.came == []


def test_of_a_large_transaction_it_is_said_where_to_read_it(city, told, telling, monkeypatch):
    monkeypatch.setattr(letters, "_CHANGES", 0)
    added(city, told.url, entities=["object"])
    number = write(city, name="多")
    assert told.soon(lambda: told.numbers == [number])
    assert (told.letters[0]["events"], told.letters[0]["follow"]) == (None, [f"/changes/events/object?from={number}&to={number}"])


def test_one_that_fails_is_tried_again_and_nothing_is_left_out_for_it(city, told, telling):
    broken = iter([503, 500, 429])
    told.answer = lambda letter: next(broken, 204)
    added(city, told.url)
    numbers = [write(city, name=f"再{n}") for n in range(2)]
    assert told.soon(lambda: told.numbers[-1:] == numbers[-1:])
    assert told.numbers == [numbers[0]] * 4 + [numbers[1]]
    assert told.soon(lambda: listed(city)[0].failing_since is None)


def test_what_is_refused_time_and_again_is_left_out_seen_and_told_again(city, told, telling):
    added(city, told.url)
    bad = write(city, name="坏")
    told.answer = lambda letter: 422 if letter["number"] == bad else 200
    good = write(city, name="好")
    assert told.soon(lambda: good in told.numbers)
    assert told.numbers == [bad] * rules.REFUSALS + [good]
    (webhook,) = listed(city)
    assert webhook.dead == 1
    with city.conn:
        (one,) = store.dead(city.conn)
        assert (one.number, one.failure) == (bad, "answered 422")
        letter = letters.of(city.conn, webhook, bad)
    assert letter.body == told.came[0][2], "the same as when it was first told"
    for status, left in ((500, 1), (200, 0)):
        told.answer = lambda letter, status=status: status
        outcome = delivery.sent(city.seal, webhook, letter)
        with city.conn:
            store.settle_dead(city.conn, one, outcome)
            assert len(store.dead(city.conn)) == left
    with city.conn, pytest.raises(NotFound):
        store.one_dead(city.conn, webhook.webhook_id, bad)


def test_a_host_that_is_away_is_waited_for(city, told, telling):
    """However often: nothing is left out on account of it."""
    with receiving() as gone:
        url = gone.url
    with city.conn:
        store.enter(city.conn, url)
    added(city, url)
    write(city, name="等")
    assert told.soon(lambda: listed(city)[0].tries > rules.REFUSALS)
    (webhook,) = listed(city)
    assert (webhook.refusals, webhook.dead) == (0, 0) and "cannot be reached" in webhook.failure


def test_redirects_are_not_followed(city, told, telling):
    with receiving() as elsewhere:
        told.headers = {"Location": elsewhere.url}
        told.answer = lambda letter: 307
        added(city, told.url)
        write(city, name="转")
        assert told.soon(lambda: listed(city)[0].refusals > 2)
        assert "redirects are not followed" in listed(city)[0].failure
        assert elsewhere.came == []


def test_one_that_is_slow_holds_nobody_up_and_is_not_waited_for_for_ever(city, told, telling):
    with receiving() as slow:
        slow.answer = lambda letter: time.sleep(30) or 200
        with city.conn:
            store.enter(city.conn, slow.url)
        for _ in range(4):
            added(city, slow.url)
        webhook, _ = added(city, told.url)
        began = time.monotonic()
        number = write(city, name="快")
        assert told.soon(lambda: told.numbers == [number])
        assert time.monotonic() - began < 5
        assert told.soon(lambda: all(one.refusals for one in listed(city) if one.webhook_id != webhook.webhook_id))
        assert "gave no answer" in listed(city)[0].failure


def test_two_who_tell_do_not_tell_the_same(city, told, telling):
    other = delivery.Deliverer(city.url, city.settings).start()
    added(city, told.url)
    numbers = [write(city, name=f"二{n}") for n in range(12)]
    assert told.soon(lambda: len(told.numbers) >= 12)
    other.stop()
    assert told.numbers == numbers


def test_what_is_forgotten_is_said(city, told, telling):
    telling.stop()
    added(city, told.url, entities=["object"])
    for n in range(3):
        last = write(city, name=f"忘{n}")
    with city.conn:
        stamping.forget(city.conn, datetime.now(UTC) + timedelta(days=1))
    after = delivery.Deliverer(city.url, city.settings).start()
    assert told.soon(lambda: told.numbers == [last])
    after.stop()
    assert told.letters[0] == {"type": "forgotten", "number": last - 1, "follow": [f"/changes/extracts/object?at={last - 1}"]}
    assert told.came[0][1]["idempotency-key"] == f"forgotten-{last - 1}"


def test_a_database_that_breaks_off_is_come_back_to(city, told, telling):
    added(city, told.url)
    numbers = []
    for n in range(5):
        numbers.append(write(city, name=f"断{n}"))
        with city.conn, city.conn.cursor() as cur:
            cur.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gridgeo webhooks'")
    assert told.soon(lambda: numbers[-1] in told.numbers, 40)
    assert sorted(set(told.numbers)) == numbers and set(firsts(told.numbers)) == set(numbers)
    assert firsts(told.numbers) == numbers, "what comes again comes after it came first"


def firsts(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


def test_who_tells_may_be_killed_at_any_moment(city, told, request):
    """What was told may be told again, with the same number; nothing is missing and nothing comes before its turn."""
    command = [sys.executable, "-m", "gridgeo.cli", "feed", "deliver"]
    given = {**environment(), "GRIDGEO_DATABASE_URL": city.url, "GRIDGEO_HOME": str(city.settings.home)}
    added(city, told.url)
    numbers = []
    for life in range(12 if request.config.getoption("--long") else 2):
        with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, env=given) as teller:
            numbers += [write(city, name=f"杀{life}{n}") for n in range(4)]
            until = numbers[-4 + life % 4]
            assert told.soon(lambda until=until: told.numbers[-1:] >= [until])
            teller.send_signal(signal.SIGKILL)
        with city.conn, city.conn.cursor() as cur:
            cur.execute("UPDATE webhook SET held_until = '-infinity'")  # as if its time were over
    last = delivery.Deliverer(city.url, city.settings).start()
    assert told.soon(lambda: told.numbers[-1] == numbers[-1])
    last.stop()
    assert firsts(told.numbers) == numbers
    assert all(one["idempotency-key"] == str(number) for (_, one, _), number in zip(told.came, told.numbers, strict=True))


# Who is told


@pytest.mark.parametrize(
    "url",
    [
        *("", "copy.example/hook", "ftp://copy.example/", "file:///etc/passwd", "http://", "http:///hook", "https://a:b@copy.example/"),
        *(
            "https://@copy.example/",
            "https://copy.example/#x",
            "http://copy.example:99999/",
            "http://copy.example/\r\nHost: x",
            "http://站/",
        ),
        *("http://copy.example/a b", "http://[::1/", "http://copy.example/" + "x" * 2000, "http://a\\@b/", "gopher://copy.example"),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url):
    with pytest.raises(InvalidInput) as refused:
        rules.address(url)
    assert refused.value.value is None


@pytest.mark.parametrize(
    "url, origin",
    [
        ("http://Copy.Example", "http://copy.example:80"),
        ("https://copy.example/x", "https://copy.example:443"),
        ("http://[::1]:81/", "http://[::1]:81"),
        ("http://10.0.0.7:8080/?a=b", "http://10.0.0.7:8080"),
    ],
)
def test_the_host_is_scheme_name_and_port(url, origin):
    assert rules.address(url)[0] == origin


def test_a_host_that_was_not_entered_is_not_told(city, told):
    for url in ("http://169.254.169.254/", told.url.replace("http:", "https:"), told.url.replace(":", ":1", 2)):
        with pytest.raises((Conflict, InvalidInput)):
            added(city, url)
    with closing(connection.connect(city.url, "gridgeo_writer")) as writer, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        store.enter(writer, "http://10.0.0.7/")
    with pytest.raises(InvalidInput):
        added(city, told.url, entities=["person"])


def test_there_are_no_more_than_can_be_told(city, told, monkeypatch):
    monkeypatch.setattr(store, "MOST", 1)
    added(city, told.url)
    with pytest.raises(Conflict, match="there are 1"):
        added(city, told.url)


def test_callers_do_not_read_who_is_told(city, told):
    added(city, told.url)
    for role in ("gridgeo_reader", "gridgeo_city", "gridgeo_linkage"):
        for table in ("webhook", "webhook_dead", "webhook_origin"):
            refused = pytest.raises(psycopg2.errors.InsufficientPrivilege)
            with closing(connection.connect(city.url, role)) as conn, conn.cursor() as cur, refused:
                cur.execute(f"SELECT * FROM gridgeo.{table}")


def test_a_secret_is_not_in_the_database(city, told):
    webhook, secret = added(city, told.url)
    assert secret.encode() not in webhook.secret and "secret" not in repr(webhook)
    assert city.seal.open(webhook.url, webhook.secret) == secret
    with pytest.raises(Conflict, match="sealed with another key"):
        city.seal.open(webhook.url + "x", webhook.secret)
    assert key_path(city.settings).stat().st_mode & 0o077 == 0


def test_without_the_key_it_is_said_what_to_do(city, told, tmp_path):
    webhook, _ = added(city, told.url)
    with pytest.raises(EnvironmentIncomplete, match="there is no key file"):
        Seal(Settings(home=tmp_path)).open(webhook.url, webhook.secret)
    lost = delivery.Deliverer(city.url, Settings(home=tmp_path)).start()
    write(city, name="匙")
    assert told.soon(lambda: listed(city)[0].failure is not None)
    lost.stop()
    assert "there is no key file" in listed(city)[0].failure and told.came == []


def test_an_answer_that_trickles_is_cut_off(city, told):
    """Each byte comes in time, the whole never would."""
    _, secret = added(city, told.url)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def trickle() -> None:
            peer, _ = server.accept()
            with peer:
                try:
                    for byte in b"HTTP/1.1 200 " + b"O" * 1000:
                        peer.send(bytes([byte]))
                        time.sleep(0.05)
                except OSError:
                    pass

        threading.Thread(target=trickle, daemon=True).start()
        sender = sending.Sender(f"http://127.0.0.1:{port}/", secret, patience_s=0.5)
        with city.conn:
            letter = letters.test(city.conn)
        began = time.monotonic()
        outcome = sender.send(letter.key, letter.key, letter.body)
        assert outcome.refused and "gave no answer" in outcome.failure
        assert time.monotonic() - began < 5


def test_what_the_guide_says_to_receivers_is_so():
    """Its ten lines of Python take what is ours, and nothing else."""
    guide = (CHECKOUT / "docs" / "howto" / "changes.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import base64.*?)```", guide, re.DOTALL)
    given: dict = {}
    exec(code, given)
    secret, body = rules.new_secret(), b'{"number":1}'
    headers = rules.signed(secret, "1-1", "1", int(time.time()), body)
    assert given["genuine"](headers, body, secret)
    assert not given["genuine"](headers, body + b" ", secret)
    assert not given["genuine"](rules.signed(secret, "1-1", "1", int(time.time()) - rules.WINDOW_S - 2, body), body, secret)
    assert set(headers) == set(re.findall(r"^\| `([a-z-]+)` \|", guide, re.MULTILINE))
