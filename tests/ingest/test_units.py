"""From a table to units."""

import numpy as np
import pytest

from gridgeo.errors import InvalidInput
from gridgeo.geo.shapes import Shapes
from gridgeo.hierarchy.model import Level
from gridgeo.ingest import units
from gridgeo.ingest.model import Instructions, Table
from gridgeo.ingest.notes import Notes

LEVELS = (
    Level("district", 0, "区", "District", 6),
    Level("street", 1, "街道", "Street", 9),
    Level("community", 2, "社区", "Community", 12),
    Level("micro", 3, "微网格", "Micro-grid", 14),
)
ZONES = (Level("zone", 0, "交通小区", "Traffic zone"),)


def understood(columns: dict, levels=LEVELS, name: str = "a.csv", known: dict | None = None, **instructions):
    notes = Notes(name)
    rows, _ = units.rows(Table(name, columns), Instructions(**instructions), levels, notes, known or {})
    return rows, [(issue.code, issue.row) for issue in notes.issues if issue.code not in {"unused-columns", "level-guessed"}], notes.issues


class TestLevel:
    """Of what level the units of a table are."""

    @pytest.mark.parametrize(
        "columns, name, levels",
        [
            ({"code": ["440306", "440306001", "440306001001", "44030600100101"]}, "a.csv", ["district", "street", "community", "micro"]),
            ({"code": ["440306001000"]}, "a.csv", ["street"]),
            ({"level": ["街道", "micro"], "code": ["440306001", "44030600100101"]}, "a.csv", ["street", "micro"]),
            ({"QCODE": ["440306"], "JDCODE": ["440306001"], "JDMC": ["新安"]}, "a.csv", ["street"]),
            ({"区": ["宝安区"], "街道": ["新安街道"], "name": ["灶下"]}, "a.csv", ["community"]),
            ({"name": ["新安街道"]}, "宝安街道.zip/街道.shp", ["street"]),
            ({"name": ["x"]}, "2024_micro-grids.geojson:微网格", ["micro"]),
            ({"code": ["440306001"], "streetCode": ["440306001"]}, "a.csv", ["street"]),
        ],
    )
    def test_is_found_out_and_said(self, columns: dict, name: str, levels: list[str]):
        rows, _, issues = understood(columns, name=name)
        assert rows["level"].tolist() == levels
        assert ("level-guessed" in {issue.code for issue in issues}) == ("level" not in columns)

    def test_is_what_the_user_says(self):
        rows, issues, _ = understood({"code": ["440306001"], "name": ["新安街道"]}, level="street")
        assert rows["level"].tolist() == ["street"] and issues == []

    def test_of_the_user_must_be_the_schemes(self):
        with pytest.raises(InvalidInput, match="district, street"):
            understood({"code": ["440306001"]}, level="zone")

    def test_is_no_matter_where_there_is_one(self):
        rows, issues, _ = understood({"code": ["17"], "name": ["x"]}, ZONES)
        assert rows["level"].tolist() == ["zone"] and issues == []

    def test_unknown_is_an_error(self):
        rows, issues, _ = understood({"name": ["x", "y"]})
        assert len(rows) == 0 and issues == [("unknown-level", None)]
        rows, issues, _ = understood({"level": ["街道", "州"], "name": ["x", "y"]})
        assert len(rows) == 1 and issues[0] == ("unknown-level", 2)


class TestCodes:
    """What may be a code."""

    def test_are_normalised(self):
        rows, issues, _ = understood({"code": [" ４４０３０６００１ ", "440306002.0"], "name": ["a", "b"]}, level="street")
        assert rows["code"].tolist() == ["440306001", "440306002"] and issues == []

    @pytest.mark.parametrize(
        "code, issue",
        [
            ("4.40306E+13", "code-as-number"),
            ("4.40306001001010E+13", "code-as-number"),
            ("440300", "city-code"),
            ("44030600", "bad-code"),
            ("440306001001", "bad-code"),
            ("990306001", "bad-code"),
            ("44030600A", "bad-code"),
            ("44030６000", "bad-code"),
            ("'; DROP TABLE x", "bad-code"),
        ],
    )
    def test_that_are_none_refuse_their_row(self, code: str, issue: str):
        rows, issues, _ = understood({"code": ["440306001", code], "name": ["a", "b"]}, level="street")
        assert rows["code"].tolist() == ["440306001"] and issues == [(issue, 2)]

    def test_of_other_schemes_are_free(self):
        rows, issues, _ = understood({"code": ["t-1", "T1", "440306001H001", "x" * 33], "name": list("abcd")}, ZONES)
        assert rows["code"].tolist() == ["T1", "440306001H001"] and issues == [("bad-code", 1), ("bad-code", 4)]


class TestNames:
    """What may be a name, and what stands for a missing one."""

    def test_of_districts_are_completed_from_facts(self):
        rows, issues, _ = understood({"qh": ["罗湖", "大鹏", "宝安区", "虚构区"]}, level="district")
        assert rows["name_zh"].tolist() == ["罗湖区", "大鹏新区", "宝安区", "虚构区"]
        assert rows["code"].tolist() == ["440303", None, "440306", None]
        assert rows["kind"].tolist() == [None, "functional", None, None]
        assert issues == [("code-by-name", 1), ("no-code", 2), ("code-by-name", 3)]

    def test_that_contradict_a_code_stay_as_they_are(self):
        rows, issues, _ = understood({"code": ["440306"], "name": ["新宝安"]})
        assert rows["name_zh"].tolist() == ["新宝安"] and issues == []

    def test_missing_are_taken_from_the_active_edition(self):
        rows, issues, _ = understood({"code": ["440306001"]}, known={"440306001": "新安街道"})
        assert rows["name_zh"].tolist() == ["新安街道"] and issues == []

    def test_missing_are_replaced_by_the_code(self):
        rows, issues, _ = understood({"code": ["440306001", "440306002"]})
        assert rows["name_zh"].tolist() == ["440306001", "440306002"] and issues == [("name-is-code", None)]

    def test_missing_with_the_code_is_an_error(self):
        rows, issues, _ = understood({"code": ["440306001", None], "name": ["a", None]}, level="street")
        assert len(rows) == 1 and ("nameless", 2) in issues

    @pytest.mark.parametrize("name", ["新\u202e安", "新\u0000安", "新\u200b安", "新\n安"])
    def test_hold_no_invisible_signs(self, name: str):
        rows, issues, found = understood({"code": ["440306001"], "name": [name]})
        assert rows["name_zh"].tolist() == ["新安"] and issues == [("bad-text", 1)]
        assert found[-1].value.isascii()

    def test_are_not_endless(self):
        rows, issues, _ = understood({"code": ["440306001"], "name": ["新" * 10_000]})
        assert len(rows["name_zh"].iloc[0]) == 200 and issues == [("text-too-long", 1)]

    def test_tell_what_the_list_is(self):
        names = ["甲社区居委会", "乙社区居民委员会", "丙社区居委", "丁虚拟社区", "甲社区居民委员会"]
        _, issues, found = understood({"code": [f"44030600100{n}" for n in range(1, 6)], "name": names}, level="community")
        assert issues == [("committee-names", None), ("name-truncated", 3), ("virtual-community", 4), ("same-name", None)]
        assert "3 names" in found[-4].message and "rows 1, 5" in found[-1].message


class TestValues:
    """Types, kinds and counts."""

    def test_are_understood_in_chinese(self):
        columns = {"code": ["440306001", "440306002"], "网格类型": ["企业网格", "村居"], "户数": ["３１２", None], "性质": ["功能区", None]}
        rows, issues, _ = understood(columns | {"name": ["a", "b"]})
        assert rows["grid_type"].tolist() == ["enterprise", "village"]
        assert rows["household_count"].tolist()[0] == 312 and rows["kind"].tolist() == ["functional", None]
        assert issues == []

    @pytest.mark.parametrize("count", ["-1", "1.5", "三百", "1e3", "9" * 10, "٣١٢", "3 12"])
    def test_a_count_is_a_whole_number(self, count: str):
        _, issues, _ = understood({"code": ["440306001"], "name": ["a"], "户数": [count]})
        assert issues == [("bad-number", 1)]

    def test_an_unknown_word_is_an_error(self):
        _, issues, _ = understood({"code": ["440306001"], "name": ["a"], "类型": ["火星"]})
        assert issues == [("unknown-value", 1)]

    def test_functional_zones_are_known_by_their_number(self):
        rows, issues, _ = understood({"code": ["440306400", "440306001"], "name": ["机场", "新安街道"]})
        assert rows["kind"].tolist() == ["functional", None] and issues == [("functional-zone", 1)]

    def test_what_the_table_does_not_speak_of_is_told(self):
        notes = Notes("a")
        _, lacking = units.rows(Table("a.csv", {"code": ["440306001"], "户数": ["1"]}), Instructions(), LEVELS, notes, {})
        assert lacking == ["name_en", "kind", "grid_type"]


class TestFileName:
    """A file of one shape is named by its code."""

    def bare(self, name: str):
        notes = Notes(name)
        shapes = Shapes.of([[[np.zeros((4, 2))]]])
        rows, _ = units.rows(Table(name, {}, shapes), Instructions(), LEVELS, notes, {})
        return rows, [issue.code for issue in notes.issues]

    def test_is_the_code(self):
        rows, issues = self.bare("440306.geojson")
        assert rows[["level", "code", "name_zh"]].iloc[0].tolist() == ["district", "440306", "宝安区"]
        assert issues == ["level-guessed", "code-by-filename", "name-by-code"]

    def test_of_a_city_is_refused(self):
        rows, issues = self.bare("440300.geojson")
        assert len(rows) == 0 and "city-code" in issues

    def test_of_no_code_says_nothing(self):
        rows, issues = self.bare("boundary.geojson")
        assert len(rows) == 0 and issues == ["unknown-level"]


def test_the_unit_above_is_taken_from_the_nearest_level():
    columns = {"QCODE": ["440306"], "JDCODE": ["440306001"], "SQCODE": ["440306001001"], "SQMC": ["灶下"]}
    rows, _, _ = understood(columns)
    assert rows[["level", "upper_level", "upper_code"]].iloc[0].tolist() == ["community", "street", "440306001"]


def test_a_parent_column_goes_first():
    rows, _, _ = understood({"code": ["440306001001"], "name": ["灶下"], "上级": ["新安街道"], "streetCode": ["440306002"]})
    assert rows[["upper_level", "upper_code", "upper_name"]].iloc[0].tolist() == [None, "新安街道", "新安街道"]
