"""Where units came from, what became of them, and codes of one edition in another."""

import csv
import io

import pytest

from api import schemas_lineage as told
from tests.api.world import DISTRICT, RETIRED, A, B


def shares(units):
    return {unit.code: (unit.reason, round(unit.area, 3)) for unit in units}


def test_a_unit_says_what_it_was_made_of(client, world):
    """A has taken RETIRED in, which lay on its right half."""
    answer = told.Lineage.model_validate(client.get(f"/grids/{A}/lineage").json())
    assert (answer.unit.code, answer.edition.edition_id, answer.became) == (A, world.second, None)
    assert answer.came_from.edition.edition_id == world.first
    assert shares(answer.came_from.units) == {A: ("merge", 0.5), RETIRED: ("merge", 0.5)}
    assert (answer.came_from.households_by, answer.came_from.slivers.pieces) == ("area", 0)


def test_a_retired_unit_says_what_became_of_it(client, world):
    answer = told.Lineage.model_validate(client.get(f"/grids/{RETIRED}/lineage").json())
    assert (answer.edition.edition_id, answer.came_from) == (world.first, None)
    assert shares(answer.became.units) == {A: ("merge", 1.0)}
    before = client.get(client.get(f"/grids/{A}/lineage").json()["came_from"]["units"][0]["href"]).json()
    assert before["edition"]["edition_id"] == world.first and [unit["code"] for unit in before["became"]["units"]] == [A]
    assert client.get(f"/grids/{RETIRED}/lineage", params={"datetime": "2025-06-01"}).status_code == 404


def test_a_unit_without_code_has_a_lineage(client, world):
    answer = told.Lineage.model_validate(client.get(f"/grids/u{world.uncoded}/lineage").json())
    assert answer.unit.code is None and shares(answer.came_from.units) == {f"u{world.uncoded}": ("unchanged", 1.0)}


@pytest.mark.parametrize("of", ["2024-06-01", "2024-06-01T00:00:00Z", "number"])
def test_a_code_is_translated_from_an_edition_or_a_day(client, world, of):
    asked = {"code": RETIRED, "from": str(world.first) if of == "number" else of}
    answer = told.Translations.model_validate(client.get("/grids/translate", params=asked).json())
    assert (answer.before.edition_id, answer.after.edition_id) == (world.first, world.second)
    assert [(one.code, one.known, shares(one.units)) for one in answer.codes] == [(RETIRED, True, {A: ("merge", 1.0)})]


def test_backwards_too(client, world):
    asked = {"code": A, "from": "2025-06-01", "to": "2024-06-01"}
    answer = told.Translations.model_validate(client.get("/grids/translate", params=asked).json())
    assert shares(answer.codes[0].units) == {A: ("split", 0.5), RETIRED: ("split", 0.5)}


def test_many_codes_come_back_in_their_order_known_or_not(client, world):
    codes = [B, "440399", RETIRED, B]
    asked = {"params": {"from": str(world.first), "to": str(world.second)}, "json": {"codes": codes}}
    answer = told.Translations.model_validate(client.post("/grids/translate", **asked).json())
    assert [one.code for one in answer.codes] == codes and [one.known for one in answer.codes] == [True, False, True, True]
    asked["params"]["f"] = "csv"
    table = list(csv.reader(io.StringIO(client.post("/grids/translate", **asked).content.decode("utf-8-sig"))))
    assert [row[:2] for row in table[1:]] == [[B, B], ["440399", ""], [RETIRED, A], [B, B]]
    assert table[0] == ["code", "to_code", "to_name", "reason", "area_m2", "area", "households"] and table[2][3] == "unknown"


@pytest.mark.parametrize(
    "asked, status",
    [
        ({"code": DISTRICT}, 400),
        ({"from": "2024-06-01"}, 400),
        ({"code": "x", "from": "2024-06-01"}, 400),
        ({"code": DISTRICT, "from": "now"}, 400),
        ({"code": DISTRICT, "from": "2024-06-01/2025-01-01"}, 400),
        ({"code": "440399", "from": "2024-06-01"}, 404),
        ({"code": DISTRICT, "from": "2019-01-01"}, 404),
        ({"code": DISTRICT, "from": "999"}, 404),
        ({"code": DISTRICT, "from": "2024-06-01", "scheme": "none"}, 404),
    ],
)
def test_what_cannot_be_translated_is_refused(client, asked, status):
    assert client.get("/grids/translate", params=asked).status_code == status


def test_editions_of_two_schemes_are_not_compared(client, world):
    answer = client.get("/grids/translate", params={"code": DISTRICT, "from": str(world.first), "to": str(world.fire)})
    assert answer.status_code == 400 and "scheme" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"codes": "440306"}, {"codes": [440306]}, {"codes": ["u0"]}, {"codes": [], "x": 1}, {"codes": ["1"] * 10_001}]
)
def test_a_body_that_holds_no_codes_is_refused(client, body):
    assert client.post("/grids/translate", params={"from": "2024-06-01"}, json=body).status_code == 400
