"""Editions: staged as drafts, activated at a moment, never two at once."""

from datetime import UTC, datetime, timedelta

import psycopg2.errors
import pytest
import shapely

from gridgeo.errors import Conflict, InvalidInput, NotFound
from gridgeo.hierarchy import editions, model, store
from gridgeo.hierarchy.model import Status
from gridgeo.issues import Issue, Severity
from tests.districts import district

SPRING, SUMMER, AUTUMN = (datetime(2024, month, 1, tzinfo=UTC) for month in (3, 6, 9))


def stage(conn, frame, name="first", **more):
    return editions.stage(conn, "governance", frame, name=name, **more)[0]


def test_a_draft_is_not_valid_at_any_time(conn, two_streets):
    draft = stage(conn, two_streets)
    assert draft.status(SPRING) is Status.DRAFT
    assert store.edition_at(conn, "governance", SPRING) is None


def test_what_was_staged_is_read_back(conn, two_streets):
    draft = stage(conn, two_streets)
    stored = store.frame(conn, draft.edition_id).set_index("code")
    given = two_streets.set_index("code")
    assert set(stored.index) == set(given.index)
    for column in ("level", "name_zh", "parent", "kind"):
        assert stored[column].to_dict() == given[column].to_dict()
    assert shapely.equals(stored.geometry.loc[given.index].to_numpy(), given.geometry.to_numpy()).all()
    assert stored["leaf"].sum() == 4
    assert stored.loc["99990100100101", "area_m2"] == pytest.approx(2 * 2 * 1026.5 * 1107.6, rel=0.01)


def test_activation_ends_the_edition_before(conn, two_streets):
    first = editions.activate(conn, stage(conn, two_streets).edition_id, SPRING)
    changed = two_streets.assign(name_zh="改名")
    second = editions.activate(conn, stage(conn, changed, "second").edition_id, SUMMER)
    assert store.edition(conn, first.edition_id).valid_to == SUMMER
    assert store.edition_at(conn, "governance", SUMMER - timedelta(seconds=1)).edition_id == first.edition_id
    assert store.edition_at(conn, "governance", SUMMER).edition_id == second.edition_id
    assert store.edition(conn, first.edition_id).status(AUTUMN) is Status.RETIRED


def test_a_unit_keeps_its_identity_through_editions(conn, two_streets):
    first = stage(conn, two_streets)
    editions.activate(conn, first.edition_id, SPRING)
    second = stage(conn, two_streets.assign(name_zh="改名"), "second")
    identity = [store.frame(conn, e.edition_id).set_index("code")["unit_id"] for e in (first, second)]
    assert identity[0].equals(identity[1])


def test_a_unit_without_a_code_keeps_its_identity_by_name(conn):
    nameless = model.frame(
        [{"level": "district", "code": None, "name_zh": "大鹏新区", "kind": "functional", "geometry": shapely.box(114, 22, 115, 23)}]
    )
    first = stage(conn, nameless)
    second = stage(conn, nameless.assign(household_count=7), "second")
    assert store.frame(conn, first.edition_id)["unit_id"].tolist() == store.frame(conn, second.edition_id)["unit_id"].tolist()


def test_the_same_content_is_stored_once(conn, two_streets):
    first, new = editions.stage(conn, "governance", two_streets, name="first")
    assert new
    again, new = editions.stage(conn, "governance", two_streets.sample(frac=1, random_state=1).reset_index(drop=True), name="again")
    assert (again, new) == (first, False)
    editions.activate(conn, first.edition_id, SPRING)
    assert editions.stage(conn, "governance", two_streets, name="again")[1] is False


def test_going_back_to_an_older_content_is_a_new_edition(conn, two_streets):
    editions.activate(conn, stage(conn, two_streets).edition_id, SPRING)
    editions.activate(conn, stage(conn, two_streets.assign(name_zh="改名"), "second").edition_id, SUMMER)
    assert editions.stage(conn, "governance", two_streets, name="back")[1] is True


def test_only_a_draft_can_be_activated(conn, two_streets):
    first = editions.activate(conn, stage(conn, two_streets).edition_id, SPRING)
    with pytest.raises(Conflict, match="only a draft"):
        editions.activate(conn, first.edition_id, SUMMER)


def test_an_edition_cannot_begin_before_the_open_one(conn, two_streets):
    editions.activate(conn, stage(conn, two_streets).edition_id, SUMMER)
    later = stage(conn, two_streets.assign(name_zh="改名"), "second")
    with pytest.raises(Conflict, match="choose a later moment"):
        editions.activate(conn, later.edition_id, SPRING)


def test_a_scheduled_edition_can_be_withdrawn_and_the_one_before_goes_on(conn, two_streets):
    first = editions.activate(conn, stage(conn, two_streets).edition_id, SPRING)
    planned = datetime.now(UTC) + timedelta(days=30)
    second = editions.activate(conn, stage(conn, two_streets.assign(name_zh="改名"), "second").edition_id, planned)
    assert store.next_change(conn) == planned
    assert editions.withdraw(conn, second.edition_id).status(planned) is Status.DRAFT
    assert store.edition(conn, first.edition_id).valid_to is None
    with pytest.raises(Conflict):
        editions.withdraw(conn, first.edition_id)


def test_a_draft_can_be_discarded_and_history_cannot(conn, two_streets):
    finding = Issue("gap", Severity.WARNING, "a hole", geometry=shapely.box(113, 22, 113.1, 22.1), area_m2=5.0)
    draft = stage(conn, two_streets, findings=[finding])
    editions.discard(conn, draft.edition_id)
    with pytest.raises(NotFound):
        store.edition(conn, draft.edition_id)
    active = editions.activate(conn, stage(conn, two_streets).edition_id, SPRING)
    with pytest.raises(Conflict, match="stays"):
        editions.discard(conn, active.edition_id)


def test_findings_are_kept_with_the_edition(conn, two_streets):
    finding = Issue("overlap", Severity.ERROR, "两格重叠", units=("A", "B"), geometry=shapely.box(113, 22, 113.1, 22.1), area_m2=5.0)
    draft = stage(conn, two_streets, findings=[finding])
    (kept,) = store.findings(conn, draft.edition_id)
    assert (kept.code, kept.severity, kept.units, kept.area_m2) == ("overlap", "error", ("A", "B"), 5.0)
    assert kept.geometry.equals(finding.geometry)


def one(level="district", code="999901", name="区", parent=None):
    return {"level": level, "code": code, "name_zh": name, "parent": parent, "geometry": shapely.box(113, 22, 114, 23)}


@pytest.mark.parametrize(
    "rows, field",
    [
        ([one(), one()], "code"),
        ([one(level="village")], "level"),
        ([one(name=None)], "name_zh"),
        ([one(parent="999902")], "parent"),
        ([one(), one("street", "999901001", parent="999901001")], "parent"),
        ([one(parent="999901001"), one("street", "999901001", parent="999901")], "parent"),
    ],
)
def test_what_is_no_tree_is_refused(conn, rows, field):
    with pytest.raises(InvalidInput) as refused:
        stage(conn, model.frame(rows))
    assert refused.value.field == field


def test_an_unknown_scheme_is_refused(conn, two_streets):
    with pytest.raises(NotFound):
        editions.stage(conn, "police", two_streets, name="x")


@pytest.mark.parametrize(
    "geometry",
    [
        "POLYGON((113 22, 114 23, 114 22, 113 23, 113 22))",
        "POLYGON EMPTY",
        "POLYGON((113 22, 114 22, 114 NaN, 113 22))",
        "POLYGON((22 113, 23 113, 23 114, 22 113))",
        "POLYGON((0 0, 1 0, 1 1, 0 0))",
    ],
)
def test_the_database_itself_refuses_unsound_geometry(conn, two_streets, geometry):
    draft = stage(conn, two_streets)
    with conn.cursor() as cur, pytest.raises(psycopg2.Error):
        cur.execute(
            "UPDATE grid_unit_version SET geom = ST_Multi(ST_GeomFromText(%s, 4490)) WHERE edition_id = %s", (geometry, draft.edition_id)
        )


def test_the_database_itself_refuses_two_live_versions_and_two_live_codes(conn, two_streets):
    first = stage(conn, two_streets)
    editions.activate(conn, first.edition_id, SPRING)
    second = stage(conn, two_streets.assign(name_zh="改名"), "second")
    with conn.cursor() as cur, pytest.raises(psycopg2.errors.ExclusionViolation):
        cur.execute(
            "UPDATE edition SET valid = tstzrange('2024-04-01', NULL), activated_at = now() WHERE edition_id = %s", (second.edition_id,)
        )


def test_the_database_itself_refuses_to_change_an_identity(conn, two_streets):
    stage(conn, two_streets)
    with conn.cursor() as cur, pytest.raises(psycopg2.errors.GeneratedAlways):
        cur.execute("UPDATE grid_unit SET unit_id = 1")


def test_another_scheme_may_use_the_same_code(conn):
    store.add_scheme(conn, model.Scheme("police", model.SchemeKind.DRAWN, "警务", "Police", (model.Level("beat", 0, "警格", "Beat"),)))
    frame = district("A")
    editions.activate(conn, stage(conn, frame).edition_id, SPRING)
    beat = frame[frame["level"] == "micro"].assign(level="beat", parent=None).reset_index(drop=True)
    editions.activate(conn, editions.stage(conn, "police", beat, name="first")[0].edition_id, SPRING)
    assert store.edition_at(conn, "police", SUMMER) is not None
    with pytest.raises(Conflict):
        store.add_scheme(conn, store.scheme(conn, "police"))


def test_codes_of_other_systems_are_kept_by_vintage(conn, two_streets):
    draft = stage(conn, two_streets)
    unit_id = int(store.frame(conn, draft.edition_id)["unit_id"].iloc[0])
    assert store.put_codes(conn, "statistics", "2023", {unit_id: "440309003"}) == 1
    assert store.put_codes(conn, "gridoffice", "2018", {unit_id: "440311007"}) == 1
    assert store.put_codes(conn, "statistics", "2023", {unit_id: "440309004"}) == 1
    assert store.put_codes(conn, "statistics", "2023", {unit_id: "440309004"}) == 0
    assert store.other_codes(conn, unit_id) == [("gridoffice", "2018", "440311007"), ("statistics", "2023", "440309004")]
