"""Which column means what."""

import json
from pathlib import Path

import pytest

from gridgeo.errors import GridgeoError, InvalidInput
from gridgeo.ingest import fields, mapping
from gridgeo.ingest.model import Instructions


@pytest.mark.parametrize(
    "columns, roles, levels",
    [
        (["编码", "名称", "户数"], {"code": "编码", "name_zh": "名称", "household_count": "户数"}, {}),
        (["QCODE", "QMC"], {}, {"district": {"code": "QCODE", "name_zh": "QMC"}}),
        (["jd_code", "JDMC", "qcode"], {}, {"street": {"code": "jd_code", "name_zh": "JDMC"}, "district": {"code": "qcode"}}),
        (["ＧＲＩＤＣＯＤＥ", "MC", "SQCODE"], {"name_zh": "MC"}, {"micro": {"code": "ＧＲＩＤＣＯＤＥ"}, "community": {"code": "SQCODE"}}),
        (
            ["code", "name", "streetCode", "areaCode"],
            {"code": "code", "name_zh": "name"},
            {"street": {"code": "streetCode"}, "district": {"code": "areaCode"}},
        ),
        (
            ["区", "街道", "社区"],
            {},
            {level: {"name_zh": name} for level, name in (("district", "区"), ("street", "街道"), ("community", "社区"))},
        ),
        (["qh"], {}, {"district": {"name_zh": "qh"}}),
    ],
)
def test_the_usual_names_are_known(columns: list[str], roles: dict, levels: dict):
    found = fields.recognise(columns)
    assert (found.roles, found.levels, found.unused) == (roles, levels, ())


def test_what_the_user_says_goes_first():
    found = fields.recognise(["TAZID", "code", "name"], {"code": "TAZID", "name_zh": ""})
    assert found.roles == {"code": "TAZID"} and found.unused == ("code", "name")


def test_a_column_may_be_given_for_the_level_above():
    found = fields.recognise(["a", "b"], {"code": "a", "street.code": "b"})
    assert found.own("micro", "code") == "a" and found.levels == {"street": {"code": "b"}}


@pytest.mark.parametrize(
    "columns, given, said",
    [
        (["code", "编码"], {}, "means code too"),
        (["a"], {"code": "b"}, "the columns are a"),
        (["a"], {"colour": "a"}, "no such field"),
        (["4403060010010100001", "前进一路"], {"code": "编码"}, "^file: its first row holds numbers"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(columns: list[str], given: dict, said: str):
    with pytest.raises(InvalidInput, match=said):
        fields.recognise(columns, given)


def test_no_usual_name_means_two_things():
    names = [(name, role) for role, known in fields.roles().items() for name in known]
    assert len({name for name, _ in names}) == len(names)


@pytest.mark.parametrize(
    "kind, text, value",
    [("level", "街道", "street"), ("grid_type", "城中村", "village"), ("kind", "功能区", "functional"), ("level", "市", None)],
)
def test_words_for_values(kind: str, text: str, value: str | None):
    assert fields.value(kind, text) == value


class TestMapping:
    """Instructions on the command line and in a file."""

    def test_json_and_toml_say_the_same(self, tmp_path: Path):
        (tmp_path / "a.json").write_text(json.dumps({"level": "street", "datum": "gcj02", "fields": {"code": "X"}}))
        (tmp_path / "a.toml").write_text('level = "street"\ndatum = "gcj02"\n[fields]\ncode = "X"\n')
        assert mapping.read(tmp_path / "a.json") == mapping.read(tmp_path / "a.toml") == Instructions("street", "gcj02", {"code": "X"})

    def test_the_command_line_goes_before_the_file(self):
        merged = mapping.merge(Instructions("street", "gcj02", {"code": "X", "name_zh": "Y"}), "", "wgs84", ["code=Z=1"], True)
        assert merged == Instructions("street", "wgs84", {"code": "Z=1", "name_zh": "Y"}, True)

    @pytest.mark.parametrize(
        "content", ["", "[1]", '{"fields": []}', '{"colour": 1}', '{"level": 1}', "{" * 100_000, '{"fields": {"code": 1}}']
    )
    def test_a_bad_file_is_one_line(self, tmp_path: Path, content: str):
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(GridgeoError) as raised:
            mapping.read(tmp_path / "a.json")
        assert "\n" not in str(raised.value)

    def test_a_field_without_column_is_said(self):
        with pytest.raises(InvalidInput, match="FIELD=COLUMN"):
            mapping.merge(mapping.NONE, "", "", ["code"], False)
