"""`gridgeo load links`, `linkage` and `audit`: what is stored, what is said, and that none of it names anybody."""

import io
from contextlib import closing

import pytest

from gridgeo import cli
from gridgeo.db import connection
from tests.linkage import making
from tests.linkage.making import HOUSE, file, person_code, phone, row

SECRETS = [part for number in range(6) for part in (person_code(number)[3:14], phone(number))]


@pytest.fixture
def run(settings, monkeypatch, capsys):
    """Run a command; return its status and what it said, in which nobody is named."""
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(settings.home))

    def command(*arguments, given=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        status = cli.main([*map(str, arguments)])
        said = capsys.readouterr()
        if "--unmask" not in arguments:
            assert not [secret for secret in SECRETS if secret in said.out + said.err]
        return status, said.out + said.err

    return command


@pytest.fixture
def room(settings, run):
    """A room with keys, beside houses to link to."""
    with closing(connection.connect(settings.database_url)) as conn, conn:
        making.base(conn)
    assert run("linkage", "init")[0] == 0
    return settings


@pytest.fixture
def persons(tmp_path):
    return file(tmp_path / "persons.csv", [row(person_code(number)) for number in range(3)])


def execute(settings, statement):
    with closing(connection.connect(settings.database_url)) as conn, conn, conn.cursor() as cur:
        cur.execute(statement)


def token_of(said):
    return next(word for word in said.split() if len(word) == 32 and set(word) <= set("0123456789abcdef"))


def test_a_foreign_server_is_given_its_keys_by_a_command(run, settings, persons):
    status, said = run("load", "links", persons, "--kind", "person")
    assert (status, "run `gridgeo linkage init`" in said) == (1, True)
    status, said = run("linkage", "init")
    assert status == 0 and str(settings.home / "keys" / "master.key") in said
    assert run("linkage", "init")[0] == 1


def test_a_dry_run_stores_nothing_and_a_commit_once(run, room, persons):
    status, said = run("load", "links", persons, "--kind", "person")
    assert status == 0 and "3 new, 0 correct what is stored, 0 as stored" in said and "Dry run: nothing was stored" in said
    assert "Stored: 3 new links" in run("load", "links", persons, "--kind", "person", "--commit")[1]
    assert "Stored: 0 new links, 0 corrected; 3 as before." in run("load", "links", persons, "--kind", "person", "--commit")[1]


def test_errors_stop_a_load_and_say_how_to_go_on(run, room, tmp_path):
    path = file(tmp_path / "mixed.csv", [row(person_code(0)), row(person_code(1)[:-1] + "?"), row(person_code(2), evidence=phone(2))])
    report = tmp_path / "report.csv"
    status, said = run("load", "links", path, "--kind", "person", "--commit", "--report", report)
    assert status == 1 and "Nothing was stored: mend the files, or leave these rows out: --accept bad-code,code-in-text" in said
    assert len(report.read_text("utf-8-sig").splitlines()) == 3
    status, said = run("load", "links", path, "--kind", "person", "--commit", "--accept", "bad-code,code-in-text")
    assert status == 0 and "Stored: 1 new links" in said


def test_codes_are_asked_from_standard_input(run, room, persons):
    run("load", "links", persons, "--kind", "person", "--commit")
    asked = ("linkage", "resolve", "--kind", "person")
    status, said = run(*asked, "--purpose", "verification", given=f"{person_code(0)}\n\n{person_code(5)}\nwrong\n")
    assert status == 0 and f"at {HOUSE}" in said and "linked to nothing" in said and "too many or too few characters" in said
    assert person_code(0) in run(*asked, "--purpose", "law", "--unmask", given=person_code(0))[1]
    status, said = run(*asked, "--purpose", "service", "--unmask", given=person_code(0))
    assert (status, "does not allow codes to be shown whole" in said) == (2, True)
    assert run(*asked, "--purpose", person_code(0), given=person_code(0))[0] == 2
    rows = run("audit", "show", "--action", "resolve")[1]
    assert [rows.count(word) for word in ("done", "refused")] == [2, 2]


def test_of_a_crowded_house_it_is_said_how_many_are_listed_and_all_are_when_asked_for(run, room, tmp_path):
    crowd = file(tmp_path / "crowd.csv", [row(making.company_code(number), role="registered") for number in range(130)])
    run("load", "links", crowd, "--kind", "credit", "--commit")
    asked = ("linkage", "resolve", "--kind", "house", "--purpose", "service")
    said = run(*asked, given=HOUSE)[1]
    assert f"at {HOUSE}: 100 of 130 links (credit 130); --all lists the rest" in said
    assert said.count("registered") == 100 and run(*asked, "--all", given=HOUSE)[1].count("registered") == 130


def test_a_link_is_ended_and_corrected_and_its_history_kept(run, room, persons):
    run("load", "links", persons, "--kind", "person", "--commit")
    token = token_of(run("linkage", "resolve", "--kind", "person", "--purpose", "correction", given=person_code(0))[1])
    link = next(line.split()[1] for line in run("linkage", "history", token)[1].splitlines() if line.startswith(HOUSE))
    status, said = run("linkage", "correct", token, link, "--role", "tenant")
    assert status == 0 and f"Link {link} is kept as it was believed" in said
    new = said.split("; link ")[1].split()[0]
    assert run("linkage", "end", token, new, "--on", "2025-01-01")[0] == 0
    assert run("linkage", "end", token, link, "--on", "2025-01-01")[0] == 1
    assert run("linkage", "correct", token, new, "--role", "king")[0] in (1, 2)
    history = run("linkage", "history", token)[1].splitlines()
    assert [("tenant" in line, "2025-01-01" in line) for line in history[1:]] == [(False, False), (True, False), (True, True)]


def test_keys_are_changed_and_everything_is_found_again(run, room, persons):
    run("load", "links", persons, "--kind", "person", "--commit")
    for which in ((), ("--index",), ("--master",)):
        assert run("linkage", "rotate", *which)[0] == 0
        assert f"at {HOUSE}" in run("linkage", "resolve", "--kind", "person", "--purpose", "law", given=person_code(1))[1]
    said = run("linkage", "status")[1]
    assert "AES-256-GCM" in said and "resident" in said and "Verification of records" in said
    assert run("audit", "verify")[0] == 0


def test_a_key_file_others_may_read_stops_every_command(run, room, persons):
    (room.home / "keys" / "master.key").chmod(0o644)
    for command in (("linkage", "status"), ("audit", "verify"), ("load", "links", persons, "--kind", "person")):
        status, said = run(*command)
        assert status == 1 and said.count("\n") == 1 and "chmod 600" in said


@pytest.mark.parametrize("lines", [None, 0, 1])
def test_an_audit_whose_heads_are_gone_is_not_said_to_be_whole(run, room, settings, persons, lines):
    run("load", "links", persons, "--kind", "person", "--commit")
    run("linkage", "resolve", "--kind", "person", "--purpose", "law", given=person_code(1))
    path = settings.home / "audit" / "head"
    written = path.read_text().splitlines(keepends=True)
    path.unlink() if lines is None else path.write_text("".join(written[:lines]))
    status, said = run("audit", "verify")
    assert status == 1 and f"heads written outside the database reach only to row {lines or 0} of 2" in said and "not whole" in said


def test_a_falsified_audit_is_told(run, room, persons):
    run("load", "links", persons, "--kind", "person", "--commit")
    run("linkage", "resolve", "--kind", "person", "--purpose", "law", given=person_code(1))
    status, said = run("audit", "verify")
    assert status == 0 and "2 rows; heads written to" in said and "No row was changed" in said
    execute(room, "DELETE FROM linkage.audit WHERE seq = 2")
    status, said = run("audit", "verify")
    assert status == 1 and "row 2 is missing at the end" in said
    execute(room, "UPDATE linkage.audit SET actor = 'nobody' WHERE seq = 1")
    assert "row 1 was changed, moved or put in" in run("audit", "verify")[1]


def test_grids_are_counted_after_a_load(run, room, persons):
    assert run("load", "links", persons, "--kind", "person", "--commit", "--no-count")[0] == 0
    assert "grids were counted" in run("linkage", "count")[1]
