"""Jobs are done once, by whoever lives; they end when nobody wants them, and stay over a restart."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter

import psycopg2
import pytest

from gridgeo.errors import InvalidInput, NotFound, TooMany
from gridgeo.jobs import rules, store
from gridgeo.jobs.folder import Folder
from gridgeo.jobs.model import Status
from tests.access import making as city
from tests.api import callers
from tests.api.world import D
from tests.events import life
from tests.jobs.making import ME, OTHER, given, opened, reached, seen, until, working


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder.under(tmp_path)


def write(work):
    """Write what was given."""
    (work.folder / "text.txt").write_text(work.job.inputs.get("text", ""), encoding="utf-8")
    (work.folder / "beside.txt").write_text("not asked for", encoding="utf-8")
    return {"text": ("text.txt", "text/plain")}


def wait(work):
    """Go on until nobody wants it."""
    while True:
        work.step(1, 3)
        work.ended.wait(0.01)


def sleep(work):
    """Ask the database for something that takes long."""
    with work.transaction() as conn, conn.cursor() as cur:
        cur.execute("SELECT pg_sleep(60)")


def test_a_job_is_done_and_its_file_is_there(database_url, folder, tmp_path):
    with working(database_url, folder, write):
        job = reached(database_url, given(database_url, text="甲"))
    assert (job.status, job.progress) == (Status.SUCCESSFUL, 100)
    assert folder.file(job, job.files["text"]).read_text(encoding="utf-8") == "甲"
    assert job.files["text"].size == 3 and job.created_at <= job.started_at <= job.finished_at
    assert [path.name for path in (tmp_path / "jobs" / job.folder).iterdir()] == ["text.txt"]
    assert inputs(database_url) == [None], "what was given is let go of"


def inputs(url):
    with opened(url) as conn, conn.cursor() as cur:
        cur.execute("SELECT inputs FROM job ORDER BY created_at")
        return [row[0] for row in cur.fetchall()]


def test_each_job_is_done_once_however_many_work(database_url, folder):
    done, lock = Counter(), threading.Lock()

    def count(work):
        with lock:
            done[work.job.job_id] += 1
        return {}

    numbers = [given(database_url, owner=f"jwt:{n}") for n in range(10)]
    with working(database_url, folder, count, threads=3), working(database_url, folder, count, threads=3):
        for number in numbers:
            reached(database_url, number)
    assert done == Counter(numbers)


@pytest.mark.parametrize("does", [wait, sleep])
def test_a_dismissed_job_ends_within_moments(database_url, folder, does, tmp_path):
    with working(database_url, folder, does) as worker:
        number = given(database_url)
        reached(database_url, number, Status.RUNNING)
        with opened(database_url, store.ROLE) as conn:
            assert store.dismiss(conn, number, ME).status is Status.DISMISSED
        until(lambda: not worker._under_way, 5)
    assert seen(database_url, number).status is Status.DISMISSED
    assert not list((tmp_path / "jobs").iterdir()) and inputs(database_url) == [None]


def test_progress_is_told(database_url, folder):
    with working(database_url, folder, wait):
        number = given(database_url)
        until(lambda: seen(database_url, number).progress == 33)


def test_a_stopped_worker_gives_back_what_another_does(database_url, folder):
    with working(database_url, folder, wait):
        number = given(database_url)
        reached(database_url, number, Status.RUNNING)
    assert seen(database_url, number).status is Status.ACCEPTED
    with working(database_url, folder, write):
        assert reached(database_url, number).status is Status.SUCCESSFUL


_KILLED = """
import sys, time
from pathlib import Path
from gridgeo.jobs.folder import Folder
from gridgeo.jobs.worker import Worker
Worker(sys.argv[1], Folder(Path(sys.argv[2])), lambda work: time.sleep(60), held_s=1.0).start()
time.sleep(60)
"""


def test_what_a_killed_worker_was_at_is_done_by_another(database_url, folder, tmp_path):
    number = given(database_url, text="甲")
    process = subprocess.Popen([sys.executable, "-c", _KILLED, database_url, str(tmp_path / "jobs")])
    reached(database_url, number, Status.RUNNING)
    process.kill()
    process.wait()
    with working(database_url, folder, write, held_s=1.0):
        job = reached(database_url, number)
    assert job.status is Status.SUCCESSFUL and job.folder == f"{number}.2"


def test_a_job_whose_workers_die_again_and_again_fails(database_url, folder):
    number = given(database_url)
    for n in range(rules.MOST_TRIES):
        with opened(database_url, store.ROLE) as conn:
            assert store.claim(conn, -1).tries == n + 1
    with working(database_url, folder, write):
        job = reached(database_url, number)
    assert (job.status, job.problem["code"]) == (Status.FAILED, "gave-up")


def test_who_was_taken_for_dead_writes_no_more(database_url, folder):
    number = given(database_url)
    with opened(database_url, store.ROLE) as conn:
        late, now = store.claim(conn, -1), store.claim(conn, 30)
        assert not store.hold(conn, late, 30, 5) and not store.succeed(conn, late, {}) and not store.fail(conn, late, {})
        assert store.hold(conn, now, 30, 5)
    assert seen(database_url, number).progress == 5


def test_what_goes_wrong_is_told_without_what_was_given(database_url, folder, caplog):
    def foreseen(work):
        raise InvalidInput("texts", work.job.inputs["text"], "is not washable")

    def unforeseen(work):
        raise ValueError(work.job.inputs["text"])

    for does, code in ((foreseen, "invalid-input"), (unforeseen, "internal-server-error")):
        with working(database_url, folder, does):
            job = reached(database_url, given(database_url, text="某某路12号"))
        assert (job.status, job.problem["code"]) == (Status.FAILED, code)
        assert "某某路" not in str(job.problem) + caplog.text
    assert "ValueError" in caplog.text


def test_a_job_sees_what_its_caller_may(database_url, folder):
    units = city.loaded(database_url)
    found = {}

    def look(work):
        with work.transaction() as conn, conn.cursor() as cur:
            cur.execute("SELECT building_code FROM building ORDER BY 1")
            found[work.job.owner] = [code for (code,) in cur.fetchall()]
        return {}

    with opened(database_url, store.ROLE) as conn:
        street = [units["440306002"]]
        numbers = [store.add(conn, "look", f"jwt:{area}", area, {}).job_id for area in (None, street, [])]
    with working(database_url, folder, look):
        for number in numbers:
            assert reached(database_url, number).status is Status.SUCCESSFUL
    assert found == {"jwt:None": sorted(city.BUILDING.values()), f"jwt:{street}": [city.BUILDING[D]], "jwt:[]": []}


def test_a_job_of_a_department_s_key_sees_what_the_department_may(database_url, folder):
    with opened(database_url) as conn:
        life.words(conn)
    owner = callers.key(database_url, "read", department_code=life.LIGHTS).split("_")[1]
    found = []

    def look(work):
        with work.transaction() as conn, conn.cursor() as cur:
            cur.execute("SELECT current_setting('gridgeo.department')")
            found.append((work.department_code, *cur.fetchone()))
        return {}

    with working(database_url, folder, look):
        reached(database_url, given(database_url, owner=f"key:{owner}"))
    assert found == [(life.LIGHTS, life.LIGHTS)]


@pytest.mark.parametrize("revoked", [False, True])
def test_a_job_of_a_key_that_was_revoked_is_not_done(database_url, folder, revoked):
    key_id = callers.key(database_url, "read", revoked=revoked).split("_")[1]

    def look(work):
        with work.transaction():
            return {}

    with working(database_url, folder, look):
        job = reached(database_url, given(database_url, owner=f"key:{key_id}"))
    assert job.status is (Status.FAILED if revoked else Status.SUCCESSFUL)


def test_a_caller_has_so_many_jobs_at_most_and_sees_no_others(conn):
    for _ in range(rules.MOST_OPEN):
        mine = store.add(conn, "write", ME, None, {})
    with pytest.raises(TooMany):
        store.add(conn, "write", ME, None, {})
    other = store.add(conn, "write", OTHER, None, {})
    assert [job.job_id for job in store.listed(conn, store.Asked(OTHER))] == [other.job_id]
    assert len(store.listed(conn, store.Asked(None))) == rules.MOST_OPEN + 1
    for ask in (store.find, store.dismiss):
        with pytest.raises(NotFound):
            ask(conn, mine.job_id, OTHER)


def test_who_has_the_fewest_running_is_next(conn):
    for owner in (ME, ME, ME, OTHER):
        store.add(conn, "write", owner, None, {})
    assert [store.claim(conn, 30).owner for _ in range(4)] == [ME, OTHER, ME, ME]


def test_what_is_old_is_forgotten_with_its_files(database_url, folder, tmp_path):
    with working(database_url, folder, write):
        old, new = (reached(database_url, given(database_url)) for _ in range(2))
    with opened(database_url) as conn, conn.cursor() as cur:
        cur.execute("UPDATE job SET finished_at = now() - interval '4 days' WHERE job_id = %s", (old.job_id,))
    (tmp_path / "jobs" / "left.1").mkdir()
    with working(database_url, folder, write):
        until(lambda: [path.name for path in (tmp_path / "jobs").iterdir()] == [new.folder])
        with pytest.raises(NotFound):
            seen(database_url, old.job_id)


@pytest.mark.parametrize("role", ["gridgeo_reader", "gridgeo_city", "gridgeo_writer", "gridgeo_linkage", "gridgeo_tiles"])
def test_no_other_role_reads_what_was_given(conn, role):
    with conn.cursor() as cur:
        cur.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("SELECT inputs FROM gridgeo.job")
