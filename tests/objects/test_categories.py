"""Trees of categories: read, staged, made valid, compared."""

import csv
from datetime import timedelta
from importlib import resources

import pytest

from gridgeo.codes import credit
from gridgeo.errors import Conflict, InvalidInput, NotFound
from gridgeo.hierarchy import store as hierarchy
from gridgeo.objects import categories, rules, store, writing
from gridgeo.objects.model import Attribute, GeometryKind, ValueKind
from tests.objects import making
from tests.objects.making import COVER, LAMP, TREE, row


def codes(rows) -> list[tuple]:
    return [(issue.row, issue.code, issue.field) for issue in rules.read(rows)[1]]


def test_the_sample_tree_has_153_sound_categories():
    text = (resources.files("gridgeo.sample") / "categories.csv").read_text(encoding="utf-8")
    entries, issues = rules.read(csv.DictReader(text.splitlines()))
    found = [entry.category for entry in entries]
    assert issues == [] and len(found) == 153
    assert list(dict.fromkeys(one.major for one in found)) == ["公用设施", "道路交通", "市容环境", "园林绿化", "房屋土地", "其他设施"]
    assert sum(bool(one.attributes) for one in found) >= 30
    assert {one.geometry_kind for one in found} == set(GeometryKind) and {one.accuracy for one in found} == set("ABC")
    assert all(one.inspection_days for one in found)
    of_minor = {(one.major, one.minor, one.colour) for one in found}
    assert len(of_minor) == len({(one.major, one.minor) for one in found}), "one shade a minor class"


def test_departments_of_the_sample_were_never_issued():
    """Z is in no organisation code of today's."""
    text = (resources.files("gridgeo.sample") / "categories.csv").read_text(encoding="utf-8")
    found = {entry.department.code for entry in rules.read(csv.DictReader(text.splitlines()))[0]}
    assert len(found) > 5 and all(code.startswith("ZZ") and rules.department(code) for code in found)
    assert "Z" not in credit.ALPHABET


def test_a_tree_is_valid_from_a_moment_on_and_the_one_before_ends_there(conn):
    with pytest.raises(NotFound):
        categories.tree(conn)
    first = categories.stage(conn, TREE, "2025")
    with pytest.raises(NotFound):
        categories.tree(conn)
    began = hierarchy.now(conn) - timedelta(days=2)
    categories.activate(conn, first, began)
    second = categories.activate(conn, categories.stage(conn, TREE[:2], "2026"))
    assert categories.tree(conn).tree_id == second.tree_id != first
    assert categories.tree(conn, began + timedelta(days=1)).tree_id == first
    assert [(one.valid_from, one.valid_to) for one in categories.trees(conn)] == [(began, second.valid_from), (second.valid_from, None)]


def test_the_same_table_is_the_same_tree(conn):
    first = categories.stage(conn, TREE, "2026")
    assert categories.stage(conn, TREE, "again") == first
    made = categories.activate(conn, first)
    assert categories.activate(conn, categories.stage(conn, TREE, "again")) == made
    assert len(categories.trees(conn)) == 1


def test_what_has_ended_does_not_come_back_but_by_loading_it_again(conn):
    first = categories.activate(conn, categories.stage(conn, TREE, "2025"), hierarchy.now(conn) - timedelta(days=1))
    categories.activate(conn, categories.stage(conn, TREE[:1], "2026"))
    with pytest.raises(Conflict):
        categories.activate(conn, first.tree_id)
    again = categories.stage(conn, TREE, "back")
    assert again != first.tree_id
    with pytest.raises(Conflict):
        categories.activate(conn, again, hierarchy.now(conn) - timedelta(days=9))


def test_a_category_is_the_same_in_every_tree_by_its_path(conn):
    before = making.tree(conn)
    other = making.tree(conn, [row("路灯", minor="新小类"), TREE[1] | {"colour": "#000000"}])
    assert other[COVER] == before[COVER] and "公用设施/新小类/路灯" in other
    known = categories.known(conn)
    assert known[before[COVER]].colour == "#000000"
    assert [one.path for one in known.values() if one.gone] == [LAMP, making.FENCE, making.LAWN]


def test_objects_keep_a_category_that_is_gone(conn):
    making.city(conn)
    kinds = making.tree(conn)
    code = making.lamps(conn, making.IN_A)[0]
    making.tree(conn, TREE[1:])
    assert store.find(conn, code).category_id == kinds[LAMP] and categories.known(conn)[kinds[LAMP]].gone
    assert writing.put(conn, [making.lamp(kinds[LAMP], 1, name="灯")]).changed == 1, "the file says what is known already"
    (issue,) = writing.add(conn, [making.lamp(kinds[LAMP], 2)]).issues
    assert issue.code == "unknown-category", "nothing new is of it"


def test_two_trees_are_compared_by_path(conn):
    before = categories.by_id(conn, categories.stage(conn, TREE, "a"))
    after = categories.by_id(conn, categories.stage(conn, [TREE[0] | {"accuracy": "B", "attributes": ""}, row("邮筒"), *TREE[2:]], "b"))
    assert rules.differences(before, after) == [
        rules.Difference("added", "公用设施/照明/邮筒"),
        rules.Difference("changed", LAMP, ("accuracy", "attributes")),
        rules.Difference("gone", COVER),
    ]
    assert rules.differences(after, after) == []


def test_a_major_class_that_has_another_place_is_told():
    classes = [row("路灯", major=major, major_en=major) for major in "甲乙丙"]
    before, after = ({one.category.path: one.category for one in rules.read(rows)[0]} for rows in (classes, classes[1::-1] + classes[2:]))
    told = [rules.Difference("moved", "乙", ("2 → 1",)), rules.Difference("moved", "甲", ("1 → 2",))]
    assert rules.between(before, after) == told and rules.between(before, before) == []


def test_departments_and_attributes_are_kept(conn):
    made = categories.by_id(conn, categories.stage(conn, TREE, "a"))
    assert made.departments[making.LIGHTS].name_en == "Lights" and made.by_path[LAMP].department_code == making.LIGHTS
    assert made.by_path[LAMP].attributes == (Attribute("height_m", ValueKind.NUMBER, "高度", "Height", True, "m"),)
    assert made.by_path[COVER].attributes[0].choices == ("铸铁", "复合")


WRONG = {
    "major": "",
    "minor": "照/明",
    "name": "路\u200b灯",
    "geometry_kind": "circle",
    "accuracy": "D",
    "symbol": "Dot!",
    "colour": "red",
    "inspection_days": "0",
    "department_code": "ZZ0000010" if making.LIGHTS != "ZZ0000010" else "ZZ0000011",
    "department_zh": "",
    "name_en": "x" * 65,
}


@pytest.mark.parametrize("column", WRONG)
def test_a_cell_that_is_not_what_it_should_be_is_told(conn, column):
    rows = [TREE[0], row("井盖") | {column: WRONG[column]}]
    assert codes(rows) == [(2, "bad-category", column)]
    with pytest.raises(InvalidInput):
        categories.stage(conn, rows, "bad")


ATTRIBUTES = [
    "{",
    "{}",
    "[1]",
    '[{"name":"A","kind":"text","name_zh":"甲","name_en":"a"}]',
    '[{"name":"a","kind":"colour","name_zh":"甲","name_en":"a"}]',
    '[{"name":"a","kind":"text","name_zh":"甲"}]',
    '[{"name":"a","kind":"choice","name_zh":"甲","name_en":"a"}]',
    '[{"name":"a","kind":"text","name_zh":"甲","name_en":"a","choices":["b"]}]',
    '[{"name":"a","kind":"text","name_zh":"甲","name_en":"a","required":"yes"}]',
    '[{"name":"a","kind":"text","name_zh":"甲","name_en":"a","more":1}]',
    '[{"name":"a","kind":"text","name_zh":"甲","name_en":"a"},{"name":"a","kind":"text","name_zh":"甲","name_en":"a"}]',
]


@pytest.mark.parametrize("written", ATTRIBUTES)
def test_attributes_that_say_nothing_clear_are_told(written):
    assert codes([row("路灯", attributes=written)]) == [(1, "bad-category", "attributes")]


def test_tables_that_cannot_be_trees_are_told():
    assert codes([]) == [(None, "no-category", "")]
    assert codes([{"major": "a"}]) == [(None, "missing-column", "")]
    assert codes([TREE[0], TREE[0]]) == [(None, "duplicate-category", "name")]
    assert codes([TREE[0], row("井盖", department_zh="别的")]) == [(None, "other-department", "department_code")]
    assert codes([TREE[0]] * 5001) == [(None, "too-many-categories", "")]


JUDGED = [
    ({"height_m": 8.5}, []),
    ({"height_m": 8, "wet": None}, [("unknown-attribute", "wet")]),
    ({"height_m": True}, [("bad-attribute", "height_m")]),
    ({"height_m": None}, [("missing-attribute", "height_m")]),
    ({"height_m": 1, "count": 1.5}, [("bad-attribute", "count")]),
    ({"height_m": 1, "count": 3, "on": "2024-02-30"}, [("bad-attribute", "on")]),
    ({"height_m": 1, "on": "2024-02-29", "note": "a\nb"}, [("bad-attribute", "note")]),
    ({"height_m": 1, "made_of": "wood"}, [("bad-attribute", "made_of")]),
]


@pytest.mark.parametrize("given, faults", JUDGED)
def test_attributes_are_what_the_category_says(given, faults):
    said = (
        '[{"name":"height_m","kind":"number","name_zh":"高","name_en":"h","required":true},'
        '{"name":"count","kind":"integer","name_zh":"数","name_en":"n"},{"name":"on","kind":"date","name_zh":"日","name_en":"d"},'
        '{"name":"note","kind":"text","name_zh":"注","name_en":"t"},'
        '{"name":"made_of","kind":"choice","choices":["steel"],"name_zh":"材","name_en":"m"}]'
    )
    (entry,), _ = rules.read([row("路灯", attributes=said)])
    assert [fault[:2] for fault in rules.judge(entry.category, given)] == faults
