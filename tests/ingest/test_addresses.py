"""Buildings, houses and names out of files: what is stored of them, and what is left as it was."""

from contextlib import closing
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from gridgeo import cli
from gridgeo.addresses import lifecycle, store
from gridgeo.addresses.model import NameKind, Status
from gridgeo.db import connection
from gridgeo.errors import Conflict
from gridgeo.ingest import addresses, kinds
from gridgeo.settings import Settings
from tests.addresses.making import CODES, building, counted, edition, house
from tests.ingest.addresses_making import BUILDINGS, HOUSES, ONE, TWO, codes, load, loaded, plan, write


def test_a_base_comes_in_as_the_files_say(conn, files):
    edition(conn)
    loaded(conn, files)
    one, within = store.building(conn, ONE), store.houses(conn, ONE)
    assert (one.use, one.status, one.floors, one.valid_from) == ("residential", Status.IN_USE, 7, date(2010, 1, 1))
    assert (one.address.road, one.address.plate, one.address.compound, one.address.block) == ("前进一路", "12", "东山新村", "3")
    assert [(home.room, home.floor, home.area_m2, home.use) for home in within] == [("501", 5, 88.5, "residential"), ("502", 5, None, None)]
    assert store.grid_of(conn, TWO).chain[-1].code == CODES["B"]
    named = {name.kind: name.name for name in store.names(conn, ONE)}
    assert (named[NameKind.SHORT], named[NameKind.COLLOQUIAL]) == ("村委楼", "老村委")
    with conn.cursor() as cur:
        cur.execute("SELECT road_key, block_key FROM building_address ORDER BY building_code")
        assert cur.fetchall() == [("前进1路", "3"), (None, "A")]
        cur.execute("SELECT unit_key, room_key FROM house ORDER BY house_code")
        assert cur.fetchall() == [("1", "501"), ("1", "502"), (None, "1203")]


@pytest.mark.parametrize("kind", ["buildings", "houses", "names"])
def test_a_plan_stores_nothing(conn, files, kind):
    loaded(conn, files, *["buildings", "houses", "names"][: ["buildings", "houses", "names"].index(kind)])
    before = [counted(conn, table) for table in ("building", "house", "address_name")]
    plan(conn, kind, files[kind])
    assert [counted(conn, table) for table in ("building", "house", "address_name")] == before


def test_the_same_files_again_change_nothing_and_say_so(conn, files):
    edition(conn)
    loaded(conn, files)
    assert load(conn, "buildings", files["buildings"]) == addresses.Stored(0, 0, 2, 0)
    assert load(conn, "houses", files["houses"]) == addresses.Stored(0, 0, 3, 0)
    assert load(conn, "names", files["names"]) == addresses.Stored(0, 0, 2, 0)
    assert [counted(conn, t) for t in ("building", "building_address", "building_grid", "house", "address_name")] == [2, 2, 2, 3, 3]


def test_what_changed_is_changed_and_the_rest_left(conn, files, tmp_path):
    loaded(conn, files)
    again = write(tmp_path / "again.csv", HOUSES.replace("502,,在用,,", "502,,在用,45.25,"))
    made = plan(conn, "houses", again)
    assert (made.new, made.changed, made.same) == (0, 1, 2)
    addresses.commit(conn, made)
    assert store.house(conn, f"{ONE}000002").area_m2 == 45.25


def test_a_column_that_is_not_there_leaves_what_is_stored_an_empty_cell_takes_it_away(conn, files, tmp_path):
    loaded(conn, files)
    load(conn, "houses", write(tmp_path / "part.csv", f"house_code,area_m2\n{ONE}000001,\n"))
    home = store.house(conn, f"{ONE}000001")
    assert (home.area_m2, home.room, home.use, home.valid_from) == (None, "501", "residential", date(2010, 1, 1))
    load(conn, "buildings", write(tmp_path / "b.csv", f"楼栋编码,层数\n{ONE},8\n"), datum="")
    one = store.building(conn, ONE)
    assert (one.floors, one.address.road, round(one.lon, 3)) == (8, "前进一路", 113.005)


def test_another_address_ends_the_one_before_which_is_not_lost(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    made = plan(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("前进一路,12", "前进二路,8")))
    assert codes(made, "info") == ["other-address"] and made.changed == 1
    addresses.commit(conn, made)
    now, before = store.addresses(conn, ONE)
    assert (now.road, now.valid_to, before.road, before.valid_to) == ("前进二路", None, "前进一路", store.today(conn))
    load(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("前进一路,12", "前进三路,9")))
    assert [one.road for one in store.addresses(conn, ONE)] == ["前进三路", "前进一路"], "one that began today was never valid otherwise"


def test_a_moved_building_lies_in_another_unit_and_is_no_other(conn, files, tmp_path):
    edition(conn)
    loaded(conn, files, "buildings")
    load(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("113.005,22.895", "113.045,22.895")))
    assert store.grid_of(conn, ONE).chain[-1].code == CODES["C"]
    assert counted(conn, "building") == 2


def test_a_name_without_a_day_is_as_old_as_what_it_is_of(conn, files, tmp_path):
    loaded(conn, files, "buildings", "houses")
    load(conn, "names", write(tmp_path / "n.csv", f"code,kind,name\n{ONE},其他,第三栋\n"))
    (name,) = [name for name in store.names(conn, ONE) if name.name == "第三栋"]
    assert (name.kind, name.valid_from) == (NameKind.OTHER, date(2010, 1, 1))


def test_what_is_loaded_goes_on_in_sequence_and_is_written_by_the_writer(conn, files):
    loaded(conn, files, "buildings")
    assert lifecycle.mint_house(conn, ONE, room="1").code == f"{ONE}000001"
    with conn.cursor() as cur:
        cur.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'staged_buildings'")
        assert cur.fetchall() == [("gridgeo_writer",)]


def test_rows_in_any_order_are_stored_by_code(conn, tmp_path):
    building(conn)
    numbers = np.random.default_rng(1).permutation(3000) + 1
    rows = pd.DataFrame({"house_code": [f"{ONE}{number:06}" for number in numbers], "room": numbers.astype(str)})
    rows.to_csv(tmp_path / "h.csv", index=False)
    assert load(conn, "houses", tmp_path / "h.csv").new == 3000
    with conn.cursor() as cur:
        cur.execute(
            "SELECT bool_and(house_code > before) FROM (SELECT house_code, lag(house_code) OVER (ORDER BY ctid) AS before FROM house) AS h"
        )
        stored = [code for (code,) in cur.fetchall()]
    assert stored == sorted(stored)


def test_no_row_is_compared_with_a_list_one_by_one(conn):
    """Millions of rows against some hundred thousand parts of codes: once it was tried so, it did not end."""
    for kind in kinds.KINDS.values():
        with conn.cursor() as cur:
            cur.execute(kind.sql["make"])
            cur.execute("EXPLAIN " + kind.sql["odd"])
            assert not [line for (line,) in cur.fetchall() if "SubPlan" in line], kind.name


@pytest.fixture
def run(database_url, monkeypatch, capsys):
    settings = Settings(database_url=database_url)
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls: settings))
    with closing(connection.connect(database_url)) as conn, conn:
        edition(conn, when=datetime(2024, 1, 1, tzinfo=UTC))

    def run(*arguments) -> tuple[int, str]:
        status = cli.main(["load", *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def test_the_command_tries_stores_and_says_when_there_is_nothing_to_do(run, files, database_url, tmp_path):
    status, said = run("buildings", files["buildings"], "--datum", "wgs84")
    assert status == 0 and "2 new, 0 changed, 0 as before" in said and "Dry run: nothing was stored" in said
    status, said = run("buildings", files["buildings"])
    assert status == 1 and "datum-undeclared" in said and "say the --datum" in said
    status, said = run("buildings", files["buildings"], "--datum", "wgs84", "--commit")
    assert status == 0 and "Stored: 2 new, 0 changed, 0 as before." in said
    status, said = run("buildings", files["buildings"], "--datum", "wgs84", "--commit")
    assert status == 0 and "All 2 are stored already: nothing was changed." in said
    status, said = run("houses", files["houses"], "--commit", "--report", tmp_path / "report")
    assert status == 0 and {path.name for path in (tmp_path / "report").iterdir()} == {"issues.csv", "issues.geojson"}
    with closing(connection.connect(database_url)) as conn:
        assert len(store.houses(conn, ONE)) == 2
        with pytest.raises(Conflict):
            lifecycle.retire(conn, ONE, date(2000, 1, 1))


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("houses", "{houses}", "--since", "soon"), 2, "give a date"),
        (("houses", "{houses}", "--field", "room"), 2, "FIELD=COLUMN"),
        (("houses", "nowhere.csv"), 1, "no such file"),
        (("buildings", "{buildings}", "--datum", "mars"), 2, "give wgs84"),
        (("houses", "{houses}"), 1, "unknown-building"),
    ],
)
def test_a_mistake_is_told_in_a_line(run, files, arguments, status, said):
    got, printed = run(*(argument.format(**files) for argument in arguments))
    assert (got, said in printed, "Traceback" in printed) == (status, True, False)


def test_a_house_of_a_building_that_was_minted_is_known(conn, tmp_path):
    one = building(conn)
    home = house(conn, one)
    made = plan(conn, "houses", write(tmp_path / "h.csv", f"house_code,room\n{home.code},501\n"))
    assert (made.new, made.changed, made.same) == (0, 0, 1)
