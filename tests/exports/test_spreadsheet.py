"""What a spreadsheet program opened and saved again is loaded as it was: codes with every digit, zeros in front, Chinese to the letter."""

from __future__ import annotations

import csv
import subprocess
from contextlib import closing

import pytest

from gridgeo.addresses.washing.text import number_key
from gridgeo.db import connection
from gridgeo.exports import collected
from gridgeo.exports.collected import Layer
from gridgeo.exports.model import Format
from gridgeo.features.collections import COLLECTIONS
from gridgeo.ingest import addresses, objects
from tests import apart
from tests.features.conftest import city  # noqa: F401

#: Rooms and plates that a spreadsheet takes for numbers, shares, days and times.
_TAKEN = ("0101", "3/4", "2010-3", "1E5", "5%", "12:30", "007", "㙟2")
_LIKE_NUMBERS = """
INSERT INTO gridgeo.house (zone, house_code, building_code, status, room, room_key, valid_from)
SELECT '440306001001', '4403060010010100001' || lpad((900 + n)::text, 6, '0'), '4403060010010100001', 'in_use', room, key, '2020-01-01'
  FROM unnest(%(taken)s, %(keys)s) WITH ORDINALITY AS given (room, key, n);
INSERT INTO gridgeo.building_address (zone, building_code, address_no, road, road_key, plate, plate_key, valid_from)
SELECT '440306001001', '44030600100102' || lpad((20 + n)::text, 5, '0'), 1, '㙟岗路', '㙟岗路', plate, key, '2011-01-01'
  FROM unnest(%(taken)s, %(keys)s) WITH ORDINALITY AS given (plate, key, n);
UPDATE gridgeo.object SET name = '㙟岗路 3/4', attributes = '{}';
"""


@pytest.fixture(scope="module")
def base(city):  # noqa: F811
    """A connection to the city with rooms and plates that look like numbers."""
    with closing(connection.connect(city.url)) as conn:
        with conn, conn.cursor() as cur:
            cur.execute(_LIKE_NUMBERS, {"taken": list(_TAKEN), "keys": [*map(number_key, _TAKEN)]})
        yield conn


@pytest.fixture
def saved(base, tmp_path):
    """Export a collection, let the spreadsheet open it as by a double click and save it; the file it made."""
    program = apart.program("ssconvert")

    def save(name: str, kind: Format, ending: str, coded: bool = True):
        given, made = tmp_path / f"given{kind.ending}", tmp_path / f"saved.{ending}"
        with base:
            collected.write(base, given, [Layer(COLLECTIONS[name])], kind, coded=coded)
        subprocess.run([program, given, made], capture_output=True, check=True, timeout=60)
        return made

    return save


def told(conn, name, path):
    """How many rows of a file are new, changed and as before."""
    try:
        if name == "objects":
            plan = objects.plan(conn, [path], datum="cgcs2000")
            assert not plan.errors(), plan.issues
            stored = objects.tried(conn, plan)
            return stored.new, stored.changed, stored.same
        plan = addresses.plan(conn, name, [path], datum="cgcs2000")
        assert not plan.errors(), plan.issues
        return plan.new, plan.changed, plan.same
    finally:
        conn.rollback()


@pytest.mark.parametrize(
    ("name", "kind", "ending"),
    [
        *((name, kind, kind.ending[1:]) for name in ("buildings", "objects") for kind in (Format.CSV, Format.XLSX)),
        *(("houses", Format.CSV, ending) for ending in ("csv", "xlsx")),
        ("houses", Format.XLSX, "csv"),
    ],
)
def test_what_was_saved_again_changes_nothing(base, saved, name, kind, ending):
    new, changed, same = told(base, name, saved(name, kind, ending))
    assert (new, changed) == (0, 0) and same >= 4


def test_codes_that_were_not_text_by_choice_are_lost_and_refused(base, saved):
    """The program does take them for numbers: of 25 digits none is left that could be stored, and rooms lose their zeros."""
    path = saved("houses", Format.CSV, "csv", coded=False)
    rooms = {row["room"] for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())}
    assert not rooms & {"0101", "3/4", "1E5"}
    plan = addresses.plan(base, "houses", [path], datum="cgcs2000")
    base.rollback()
    assert {issue.code for issue in plan.errors()} == {"code-as-number"} and plan.rows == 0
