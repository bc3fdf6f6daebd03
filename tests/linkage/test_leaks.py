"""No identity of a loaded sample stands anywhere but in the key's reach: not in the database's files, dump or log, not in ours,
not in pages, answers, errors or exports. PostgreSQL logs everything it can here; a planted leak is found each time.
"""

from __future__ import annotations

import io
import logging
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg2
import pytest

from api import server as api_server
from gridgeo import cli
from gridgeo.db import cluster, connection, migrate
from gridgeo.events.watching import delivery, letters, notices
from gridgeo.linkage import keys
from gridgeo.moments import CHINA
from gridgeo.settings import Settings
from tests.access import making as city
from tests.api import callers
from tests.api.asking import AT_A
from tests.api.world import A
from tests.events import life
from tests.events.making_media import png
from tests.linkage import making
from tests.linkage.making import row

HOUSE = city.HOUSE[A]
PERSONS = [making.person_code(number) for number in range(120)]
PHONES = [making.phone(number) for number in range(80)]
COMPANIES = [making.company_code(number) for number in range(30)]
EVENTS = [f"SZ-CASE-{number:05}" for number in range(1000, 1030)]

#: What may stand nowhere: whole codes, and of an ID number what its mask hides.
HIDDEN = {*PERSONS, *(code[3:14] for code in PERSONS), *PHONES, *EVENTS}
#: Not even in the database; credit codes are public, but who is linked where is not.
SEALED = HIDDEN | set(COMPANIES)

#: Everything a server may be asked to log.
_LOUD = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_min_error_statement": "debug5",
    "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
    "log_connections": "on",
}
_LEAST = 11
_RUN = re.compile(rb"[0-9A-Z-]{11,}")


@dataclass
class Scene:
    """What was written while the room was in use, by where."""

    server: cluster.Cluster
    settings: Settings
    said: dict[str, bytes] = field(default_factory=dict)

    def keep(self, where: str, *texts: str | bytes) -> None:
        kept = b"\n".join(text if isinstance(text, bytes) else text.encode() for text in texts)
        self.said[where] = self.said.get(where, b"") + b"\n" + kept


def leaks(data: bytes, secrets: Iterable[str]) -> set[str]:
    """Which of some codes (of at least eleven signs) stand in bytes, also amid other signs."""
    heads: dict[bytes, list[bytes]] = {}
    for secret in secrets:
        heads.setdefault(secret[:_LEAST].encode(), []).append(secret.encode())
    found = set()
    for run in _RUN.finditer(data):
        for at in range(run.start(), run.end() - _LEAST + 1):
            known = heads.get(data[at : at + _LEAST], ())
            found |= {secret.decode() for secret in known if data.startswith(secret, at)}
    return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Iterator[Scene]:
    """A server that logs everything, links loaded by the command, every kind of question and refusal asked once."""
    home = tmp_path_factory.mktemp("home")
    given = Settings.from_env()
    with cluster.throwaway(given.pg_bin, engine_home=given.home) as server:
        url = server.url_of("postgres")
        with closing(psycopg2.connect(url)) as conn:
            conn.autocommit = True
            for name, value in _LOUD.items():
                conn.cursor().execute(f"ALTER SYSTEM SET {name} = '{value}'")
            conn.cursor().execute("SELECT pg_reload_conf()")
        settings = Settings(home=home, database_url=url, port=0, per_minute=0)
        scene = Scene(server, settings)
        with closing(connection.connect(url)) as conn:
            migrate.migrate(conn)
        city.loaded(url)
        city.sealed(url, settings)
        with closing(connection.connect(url)) as conn, conn:
            life.words(conn)
        with _listening(scene):
            _use_commands(scene, tmp_path_factory.mktemp("files"))
            _use_api(scene)
            _use_sql(scene)
        _collect(scene)
        yield scene


class _Kept(logging.Handler):
    """Keeps whatever anybody logs, tracebacks too."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(logging.DEBUG)
        self._scene = scene

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("http"):  # the client of this test says what it asks
            self._scene.keep("our log", logging.Formatter().format(record))


@contextmanager
def _listening(scene: Scene) -> Iterator[None]:
    """While it lasts every logger says everything to the scene."""
    handler, level = _Kept(scene), logging.root.level
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logging.root.removeHandler(handler)
        logging.root.setLevel(level)


def _run(scene: Scene, *arguments: object, given: str = "") -> int:
    """Run a command as somebody types it."""
    told, status = io.StringIO(), -1
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(told), redirect_stderr(told), suppress(SystemExit):
        patched.setenv("GRIDGEO_HOME", str(scene.settings.home))
        patched.setenv("GRIDGEO_DATABASE_URL", scene.settings.database_url)
        patched.setattr("sys.stdin", io.StringIO(given))
        status = cli.main([*map(str, arguments)])
    scene.keep("commands", told.getvalue())
    return status


def _use_commands(scene: Scene, folder: Path) -> None:
    persons = making.file(folder / "persons.csv", [row(code, HOUSE, method="visit") for code in PERSONS])
    phones = making.file(folder / "phones.csv", [row(code, HOUSE, "contact") for code in PHONES])
    companies = making.file(folder / "companies.csv", [row(code, HOUSE, "registered") for code in COMPANIES])
    events = making.file(folder / "events.csv", [row(code, HOUSE, "place") for code in EVENTS])
    for path, kind in ((persons, "person"), (phones, "phone"), (companies, "credit"), (events, "event")):
        assert _run(scene, "load", "links", path, "--kind", kind) == 0
        assert _run(scene, "load", "links", path, "--kind", kind, "--commit") == 0
    mixed = [row(PERSONS[0], PERSONS[1], PHONES[1], PERSONS[2], source=PHONES[2], evidence=PERSONS[3], method=PERSONS[4])]
    mixed += [row(PERSONS[0][:-1] + "?", HOUSE), row(PERSONS[0], HOUSE, evidence=f"见{PHONES[3]}"), (PERSONS[5],)]
    wrong = making.file(folder / "wrong.csv", mixed)
    assert _run(scene, "load", "links", wrong, "--kind", "person", "--commit", "--report", folder / "report.csv") == 1
    scene.keep("reports", (folder / "report.csv").read_bytes())
    bare = making.file(folder / "bare.csv", [(PERSONS[7], HOUSE)], (PERSONS[6], HOUSE))
    assert _run(scene, "load", "links", bare, "--kind", "person") == 2
    (folder / "open.csv").write_text(f'code,place\n"{PERSONS[8]},{HOUSE}\n')
    assert _run(scene, "load", "links", folder / "open.csv", "--kind", "person") == 2
    for kind, codes in (("person", PERSONS[:5]), ("phone", PHONES[:5]), ("person", [PERSONS[0][:-1] + "?", PHONES[0]])):
        assert _run(scene, "linkage", "resolve", "--kind", kind, "--purpose", "verification", given="\n".join(codes)) == 0
    assert _run(scene, "linkage", "resolve", "--kind", "person", "--purpose", PERSONS[9], given=PERSONS[9]) == 2
    assert _run(scene, "linkage", "resolve", "--kind", "person", "--purpose", "service", "--unmask", given=PERSONS[9]) == 2
    assert _run(scene, "linkage", "rotate") == 0
    assert _run(scene, "linkage", "rotate", "--index") == 0
    assert _run(scene, "linkage", "status") == 0
    assert _run(scene, "audit", "show") == _run(scene, "audit", "verify") == 0
    _use_list(scene, folder)
    assert _run(scene, "export", folder / "grids.csv") == _run(scene, "export", folder / "grids.geojson") == 0
    scene.keep("exports", *(path.read_bytes() for path in folder.glob("grids.*")))


def _use_list(scene: Scene, folder: Path) -> None:
    """Another system's list of events with codes in every cell that takes words, and in some that do not; what comes of it is printed."""
    assert _run(scene, "events", "receiver", "add", life.LIGHTS, "http://127.0.0.1:9/tasks") == 0
    head = "事件编号,受理时间,渠道,问题类型,问题描述,事发地址,立案时间,派遣时间,处置部门,退回部门,办理状态,不予受理原因,办结时间"
    words = f"灯不亮 请联系{PHONES[30]} 或{PERSONS[30]},前进一路11号 电话{PHONES[31]}"
    told = [
        f"LIST-1,2025-03-03 09:00,热线,{life.LAMP},{words},2025-03-03 09:30,2025-03-03 10:00,照明处,道路处,,,2025-03-04 10:00",
        f"LIST-2,2025-03-03 09:00,热线,{life.LAMP},{words},,,,,不予立案,已回复{PHONES[32]},2025-03-04 10:00",
        f"LIST-3,2025-03-03 09:00,热线,找{PERSONS[31]},{words},2025-03-03 09:30,2025-03-03 10:00,{PERSONS[32]},{PHONES[33]},,,",
        f"{PHONES[34]},2025-03-03 09:00,热线,{life.LAMP},{words},,,,,,,",
        f"LIST-4,{PERSONS[33]},{PHONES[35]},{life.LAMP},{words},,,,,,,{PHONES[36]}",
    ]
    (folder / "list.csv").write_text("\n".join([head, *told]) + "\n", encoding="utf-8")
    load = ("load", "events", folder / "list.csv", "--source", "old", "--commit", "--report", folder / "issues")
    assert _run(scene, *load) == 1
    assert _run(scene, *load, "--accept", "bad-original,bad-time,unknown-channel,no-reported-time") == 0
    scene.keep("reports", *(path.read_bytes() for path in (folder / "issues").rglob("*") if path.is_file()))
    assert _run(scene, *load[:4], PHONES[37], "--commit") == 2
    assert _run(scene, "export", "events", folder / "listed.csv", "--all-classes") == 0
    scene.keep("exports", (folder / "listed.csv").read_bytes())


def _use_api(scene: Scene) -> None:
    url = scene.settings.database_url
    caller = callers.bearer(callers.key(url, "read", "link"))
    works = callers.bearer(callers.key(url, "read", "report", "accept", "dispatch", "link", "unmask"))
    with api_server.background(scene.settings) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        client.headers.update(caller)
        answers = list(_asked(client))
        client.headers.update(works)
        answers += list(_reported(client))
        number, done = _done(client, callers.bearer(callers.key(url, "read", "handle", department_code=life.LIGHTS)))
        _tell_departments(scene)
        shown = list(_shown(client, number))
        assert {answer.status_code for answer in shown} == {200}, [answer.url.path for answer in shown if answer.status_code != 200]
        answers += [*done, *shown]
    assert {200, 400, 403, 404} <= {answer.status_code for answer in answers}
    assert not [answer for answer in answers if answer.status_code >= 500]
    scene.keep("answers", *(f"{answer.headers}".encode() + answer.content for answer in answers))


def _asked(client: httpx.Client) -> Iterator[httpx.Response]:
    def resolve(*codes, purpose="verification", **more):
        body = {"purpose": purpose, "codes": [{"kind": kind, "code": code} for kind, code in codes], **more}
        return client.post("/linkage/resolve", json=body)

    known = resolve(*(("person", code) for code in PERSONS[:20]), *(("phone", code) for code in PHONES[:20]), ("event", EVENTS[0]))
    yield known
    token = known.json()["answers"][0]["token"]
    for path in (f"/linkage/tokens/{token}", f"/houses/{HOUSE}/links", "/maps", "/metrics", "/api", "/api.html", "/", f"/houses/{HOUSE}"):
        yield client.get(path)
    yield resolve(("person", PERSONS[0]), purpose="law", unmask=True)
    yield resolve(("person", PERSONS[0]), purpose=PERSONS[0])
    yield resolve((PERSONS[0], PERSONS[0]))
    yield resolve(("person", PERSONS[0] * 20))
    yield resolve(("person", int(PERSONS[0][:17])))
    yield resolve(("phone", PHONES[0]), datetime=PERSONS[0])
    broken = f'{{"purpose":"law","codes":["{PERSONS[0]}'.encode()
    yield client.post("/linkage/resolve", content=broken, headers={"Content-Type": "application/json"})
    yield client.post("/linkage/resolve", content=broken, headers={"Content-Type": PERSONS[0]})
    yield client.post(f"/linkage/resolve?code={PERSONS[0]}", json={})
    yield client.post("/codes/validate", json={"kind": "person", "codes": PERSONS})
    for path in ("/linkage/tokens/{}", "/houses/{}/links", f"/houses/{HOUSE}/links?purpose={{}}", "/{}"):
        yield from (client.get(path.format(code)) for code in (PERSONS[0], PHONES[0]))


def _reported(client: httpx.Client) -> Iterator[httpx.Response]:
    """An event with codes in every word of it, and in a picture; what was written is opened, and that answer alone may tell."""
    words = f"找{PERSONS[20]} 电话{PHONES[20]}"
    body = {"channel": "hotline", "told": words, "address": f"前进一路11号 {PHONES[21]}", "class_path": life.LAMP}
    once = {"Idempotency-Key": "leaks"}
    taken = client.post("/events", json={**body, "reporter": {"kind": "phone", "code": PHONES[22]}}, headers=once)
    yield taken
    here = f"/events/{taken.json()['event_id']}"
    yield client.post(
        "/events", json={**body, "reporter": {"kind": "person", "code": PERSONS[23][:-1] + "?"}}, headers={"Idempotency-Key": "no"}
    )
    yield client.post("/events/similar", json={"told": words, "lon": city.POINT[A][0], "lat": city.POINT[A][1]})
    yield client.post("/events/receipts", json={"secret": PERSONS[24]})
    yield client.post(f"{here}/actions", json={"action": "reject", "reason": f"已联系{PHONES[23]}"}, headers={"If-Match": "*"})
    yield client.post(f"{here}/media", content=png(PERSONS[25]))
    yield client.post(f"{here}/media", content=PERSONS[26].encode(), headers={"Receipt": PERSONS[27]})
    opened = client.get(f"{here}/original", params={"purpose": "callback"})
    assert PERSONS[20] in opened.text and PHONES[21] in opened.text
    yield client.get(f"{here}/original", params={"purpose": PERSONS[20]})
    for rest in ("", "/timeline", "/tasks", "/reports", "/similar", "/media", "/media/1"):
        yield client.get(here + rest)
    for path in ("/events", "/events?f=geojson", "/collections/events/items", "/changes/extracts/event", f"/events/{PERSONS[20]}"):
        yield client.get(path)


def _done(client: httpx.Client, of_lights: dict[str, str]) -> tuple[int, list[httpx.Response]]:
    """An event that is sent to a department, returned and sent again, with codes in all that anybody says; its number."""
    lon, lat = city.POINT[A]
    body = {"channel": "hotline", "told": f"灯不亮 {PHONES[40]}", "class_path": life.LAMP, "lon": lon, "lat": lat}
    taken = client.post("/events", json=body, headers={"Idempotency-Key": "done"})
    number = taken.json()["event_id"]
    sent = {"action": "dispatch", "department_code": life.LIGHTS, "note": f"联系人 {PHONES[41]}"}
    doings = [({"action": "file"}, {}), (sent, {})]
    doings += [({"action": "return", "reason": f"不属我处 {PHONES[42]}"}, of_lights), (sent, {})]
    answers = [client.post(f"/events/{number}/actions", json=said, headers={"If-Match": "*"} | more) for said, more in doings]
    assert [answer.status_code for answer in answers] == [200] * 4, answers[-1].text
    return number, [taken, *answers]


def _shown(client: httpx.Client, number: int) -> Iterator[httpx.Response]:
    """All that shows events: pages, maps, numbers, lists, files, another city's way of asking."""
    pages = ("departments", "mine", "community", f"community/{A}", "digest", "digest?f=csv", "notices", "stats", "counts")
    tile = "/collections/events/tiles/WebMercatorQuad/{z}/{y}/{x}".format(**AT_A)
    yield from (client.get(f"/events/{page}", headers={"Accept": "text/html"}) for page in pages)
    yield client.get("/events/board", params={"department": life.LIGHTS}, headers={"Accept": "text/html"})
    yield from (client.get(f"/events/{number}{rest}") for rest in ("", "/timeline", "/tasks", "/limits", "/reports"))
    lists = ("/collections/events/download?f=csv", "/changes/extracts/event", "/open311/v2/requests.json", "/open311/v2/requests.xml")
    yield from (client.get(path) for path in (tile, *lists))


def _tell_departments(scene: Scene) -> None:
    """Workers write a department's letters and find what is late; commands tell of a day, and of what is due."""
    with closing(connection.connect(scene.settings.database_url, delivery.ROLE, **delivery.AREA)) as conn, conn:
        assert letters.write(conn) > 0
        notices.find(conn, datetime.now(UTC) + timedelta(days=60))
    assert _run(scene, "events", "digest", "--day", f"{datetime.now(CHINA):%Y-%m-%d}") == _run(scene, "events", "notices") == 0


def _use_sql(scene: Scene) -> None:
    """Statements over the room that fail, take long, or break off amid a COPY."""
    with closing(connection.connect(scene.settings.database_url)) as conn:
        vault = keys.unlock(conn, scene.settings)
        token = vault.token("person", PERSONS[0])
        for statement, values in (
            ("SELECT pg_sleep(0.05), * FROM linkage.link JOIN linkage.identity USING (token) WHERE token = %s", (token,)),
            ("SELECT 1 / (link_id - link_id) FROM linkage.link WHERE token = %s", (token,)),
            ("INSERT INTO linkage.identity SELECT * FROM linkage.identity WHERE token = %s", (token,)),
            ("INSERT INTO linkage.audit (seq, actor) VALUES (1, %s)", (token.hex(),)),
        ):
            with conn.cursor() as cur:
                try:
                    cur.execute(statement, values)
                except psycopg2.Error as error:
                    scene.keep("errors of the database", str(error))
                conn.rollback()


def _collect(scene: Scene) -> None:
    environment = scene.server.engine.environment()
    scene.keep("log of the database", scene.server.log.read_bytes())
    dump = subprocess.run(
        [scene.server.engine.program("pg_dump"), scene.settings.database_url], capture_output=True, env=environment, check=True
    )
    scene.keep("dump", dump.stdout, dump.stderr)
    held = [path for path in scene.server.data.rglob("*") if path.is_file() and path.parent.name not in ("pg_xact", "pg_notify")]
    with closing(psycopg2.connect(scene.settings.database_url)) as conn:
        conn.autocommit = True
        conn.cursor().execute("CHECKPOINT")
    scene.keep("files of the database", *(path.read_bytes() for path in held if path.exists()))
    scene.keep("home", *(path.read_bytes() for path in scene.settings.home.rglob("*") if path.is_file()))


SEEN_BY_ALL = ["commands", "reports", "exports", "our log", "answers", "errors of the database"]
OF_THE_SERVER = ["log of the database", "dump", "files of the database", "home"]


@pytest.mark.parametrize("where", SEEN_BY_ALL)
def test_nobody_is_named_where_anybody_may_look(scene, where):
    assert len(scene.said[where]) > 100
    assert leaks(scene.said[where], HIDDEN) == set()


@pytest.mark.parametrize("where", OF_THE_SERVER)
def test_nothing_of_anybody_lies_in_the_clear_on_the_server(scene, where):
    assert len(scene.said[where]) > 100
    assert leaks(scene.said[where], SEALED) == set()


def test_what_was_looked_through_holds_what_it_should(scene):
    """Else nothing found would prove nothing."""
    with closing(connection.connect(scene.settings.database_url)) as conn:
        token = keys.unlock(conn, scene.settings).token("person", PERSONS[0])
    assert token.hex().encode() in scene.said["dump"] and token.hex().encode() in scene.said["log of the database"]
    assert token in scene.said["files of the database"]
    assert b"duration:" in scene.said["log of the database"] and b"STATEMENT:" in scene.said["log of the database"]
    assert b"division by zero" in scene.said["log of the database"] and b"COPY link_given" in scene.said["log of the database"]
    assert b"/linkage/resolve" in scene.said["our log"]
    assert PERSONS[0][:3].encode() + b"*" * 11 in scene.said["answers"] and PERSONS[0][:3].encode() + b"*" * 11 in scene.said["commands"]
    assert b"code-in-text" in scene.said["reports"] and b"unknown-department" in scene.said["reports"]
    assert "灯不亮 请联系***".encode() in scene.said["dump"] and "不属我处 ***".encode() in scene.said["answers"]


def test_a_planted_leak_is_found(scene):
    """In each place once: in the log, the dump and the files; and where the mask is one sign too short."""
    with closing(connection.connect(scene.settings.database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute("SELECT %s", (PERSONS[10],))
        cur.execute("CREATE TABLE public.planted AS SELECT %s AS code", (PHONES[10],))
    planted = Scene(scene.server, scene.settings)
    _collect(planted)
    assert PERSONS[10] in leaks(planted.said["log of the database"], SEALED)
    assert PHONES[10] in leaks(planted.said["dump"], SEALED) and PHONES[10] in leaks(planted.said["files of the database"], SEALED)
    assert leaks(f"x{PERSONS[11][3:14]}***".encode(), HIDDEN)
