"""`gridgeo addresses mint … retire`: dry first, then done and told."""

from contextlib import closing

import pytest

from gridgeo import cli
from gridgeo.addresses import store
from gridgeo.addresses.model import Reason
from gridgeo.db import connection
from tests.addresses import making

FIRST = f"{making.CODES['A']}00001"
AT = [str(value) for value in making.at(0.5, 0.5)]
MINT = ["mint", "--at", *AT, "--use", "住宅", "--road", "前进一路", "--plate", "12", "--floors", "7", "--on", "2015-06-01"]


@pytest.fixture(scope="module")
def template(laid, template) -> str:
    """A database with an edition."""
    return laid(template, making.edition)


@pytest.fixture
def run(database_url, monkeypatch, capsys):
    """Run a command; returns status, output, errors."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*argv):
        try:
            status = cli.main(["addresses", *argv])
        except SystemExit as stopped:
            status = stopped.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def base(database_url):
    with closing(connection.connect(database_url)) as conn:
        conn.autocommit = True
        yield conn


def done(run, *argv) -> str:
    status, out, err = run(*argv, "--no-count", "--commit")
    assert status == 0, err
    return out


def test_without_commit_nothing_is_stored(run, base):
    status, out, _ = run(*MINT)
    assert status == 0 and FIRST in out and "Dry run" in out
    assert making.counted(base, "building") == 0


def test_a_life(run, base):
    assert done(run, *MINT).startswith(f"Building {FIRST} is new: 广东省深圳市")
    assert "house" not in done(run, "mint", "--in", FIRST, "--room", "501", "--unit", "1", "--floor", "5", "--on", "2015-06-01")
    home = f"{FIRST}000001"
    done(run, "relabel", home, "--room", "5A", "--on", "2016-01-01")
    assert (store.house(base, home).unit, store.house(base, home).room) == ("1", "5A")
    done(run, "renumber", FIRST, "--road", "前进二路", "--plate", "1", "--on", "2016-01-01")
    done(run, "relocate", FIRST, "--at", *map(str, making.at(0.6, 0.6)))
    second, third = (FIRST[:-1] + n for n in "23")
    for plate in ("21", "22"):
        done(run, "mint", "--at", *AT, "--use", "office", "--road", "甲路", "--plate", plate, "--on", "2015-06-01")
    assert f"It follows {home}" in done(run, "move", home, "--building", second, "--on", "2017-01-01")
    assert f"ended on 2018-01-01; followed by {second}" in done(run, "merge", FIRST, "--into", second, "--on", "2018-01-01")
    moved = f"{second}000001"
    done(run, "split", second, "--into", third, "--house", f"{moved}={third}", "--on", "2019-01-01")
    assert store.house(base, moved).building_code == third
    done(run, "retire", moved, "--status", "demolished", "--on", "2020-01-01")
    assert "ended on 2020-02-02" in done(run, "retire", third, "--reason", "replaced", "--on", "2020-02-02")
    assert store.successors(base, second)[0].reason is Reason.SPLIT


def test_a_new_building_is_found_by_its_road(run):
    done(run, *MINT)
    assert FIRST in run("search", "前进一路12号")[1] and "前进一路" in run("search", "前进一")[1]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["mint", "--use", "office"], "one of the arguments --at --in is required"),
        (["mint", "--at", "x", "22", "--use", "office", "--road", "甲路"], "lon: is no number of degrees"),
        (["mint", "--at", *AT, "--road", "甲路"], "use: is missing"),
        (["mint", "--at", *AT, "--use", "office"], "a road or a compound is wanted"),
        (["mint", "--at", *AT, "--use", "office", "--road", "甲路", "--room", "1"], "--room: does not go with mint of a building"),
        (["mint", "--in", FIRST, "--room", "1"], f"no building '{FIRST}'"),
        (["relabel", FIRST, "--room", "1"], "to relabel is for a house"),
        (["renumber", "44"], "code"),
        (["retire", FIRST, "--reason", "bored"], "reason: is none of moved"),
        (["split", FIRST, "--into", FIRST, "--house", "1"], "HOUSE=BUILDING"),
    ],
)
def test_a_mistake_is_one_line(run, argv, said):
    status, out, err = run(*argv)
    assert status in (1, 2) and said in err and "Traceback" not in err and not out


def test_what_is_there_already_is_named(run):
    done(run, *MINT)
    status, _, err = run(*MINT, "--commit")
    assert status == 1 and f"building {FIRST} stands there already" in err
