"""Address text is read to its fields: what is written is found, what is not written stays empty."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.addresses.washing.lexicon import Lexicon
from gridgeo.addresses.washing.parse import FIELDS, parse, parse_all
from gridgeo.addresses.washing.scoring import score
from gridgeo.addresses.washing.text import LIMIT
from tests.real import data

CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*.csv"))


def fields(text: str, **more) -> dict[str, str]:
    parsed = parse(text, **more)
    return {name: value for name, value in parsed.values().items() if name not in ("province", "city")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前进一路1006-2号", {"road": "前进一路", "plate": "1006-2"}),
        ("前进一路三巷5号", {"road": "前进一路三巷", "plate": "5"}),
        ("宝安区固戍村三巷12号", {"district": "宝安区", "road": "三巷", "plate": "12", "compound": "固戍村"}),
        ("107国道", {"road": "107国道"}),
        ("深南东路4002鸿隆世纪广场", {"road": "深南东路", "plate": "4002", "compound": "鸿隆世纪广场"}),
        (
            "科技园科苑路15号科兴科学园A4-507",
            {"area": "科技园", "road": "科苑路", "plate": "15", "compound": "科兴科学园", "block": "A4", "room": "507"},
        ),
        ("国人通信大厦1304", {"compound": "国人通信大厦", "room": "1304"}),
        ("天安数码城3栋B座904E", {"compound": "天安数码城", "block": "3-B", "room": "904E"}),
        ("碧海富通城3-2-501", {"compound": "碧海富通城", "block": "3", "unit": "2", "room": "501"}),
        ("怀德村翠岗六区12栋", {"area": "怀德村", "compound": "翠岗六区", "block": "12"}),
        ("聚福花园翠景阁12D", {"compound": "聚福花园", "block": "翠景阁", "room": "12D"}),
        ("宝安35区安华工业区", {"district": "宝安区", "area": "35区", "compound": "安华工业区"}),
        ("宝安大道5010号", {"road": "宝安大道", "plate": "5010"}),
        ("福田国际创新中心A座", {"compound": "福田国际创新中心", "block": "A"}),
        ("大厦国际中心地下一层", {"compound": "大厦国际中心", "floor": "-1"}),
        ("建昇大厦A1110", {"compound": "建升大厦", "room": "A1110"}),
        ("芒果网大厦15F03", {"compound": "芒果网大厦", "floor": "15", "room": "03"}),
        ("投资大厦2楼03B区", {"compound": "投资大厦", "floor": "2", "room": "03B"}),
        ("寰宇大厦裙楼3楼", {"compound": "寰宇大厦", "block": "裙楼", "floor": "3"}),
        ("新源工业园2号厂房三楼", {"compound": "新源工业园", "block": "2", "floor": "3"}),
        ("天宝工业园宿舍3栋405", {"compound": "天宝工业园", "block": "宿舍3", "room": "405"}),
        ("香蜜湖一号花园2栋", {"compound": "香蜜湖一号花园", "block": "2"}),
        ("白石龙一区白龙路2号", {"area": "白石龙一区", "road": "白龙路", "plate": "2"}),
        ("乐群村乐群二巷", {"compound": "乐群村", "road": "二巷"}),
    ],
)
def test_each_part_is_found_where_it_is_written(text, expected):
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("翠岗六区3栋2单元1601至1602室", "room", "1601-1602"),
        ("财富大厦23E-F", "room", "23E-F"),
        ("万融大厦A座2层、3层", "floor", "2,3"),
        ("航盛大厦51楼BCD", "room", "BCD"),
        ("前进一路12号之三2楼", "plate", "12-3"),
        ("上合村二坊三巷15号601", "road", "二坊三巷"),
        ("碧海富通城3栋五零一", "room", "501"),
    ],
)
def test_ranges_lists_and_joined_parts_are_kept(text, field, value):
    assert fields(text)[field] == value


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("北环路与深云路交汇处智慧广场A栋16楼", "与深云路交汇处"),
        ("华富路1006号中航中心11楼，航都大厦对面", "航都大厦对面"),
        ("深圳市福田区金田路4036号荣超大厦11层（关山月美术馆对面）", "关山月美术馆对面"),
        ("布龙路南侧", "南侧"),
        ("深圳市宝安区前进一路1006号 张先生 15400001234", "张先生 15400001234"),
        ("前进一路100号自编12号", "自编12号"),
    ],
)
def test_what_is_no_part_is_left_over(text, rest):
    assert parse(text).rest == rest


@pytest.mark.parametrize(
    ("text", "district", "street", "community"),
    [
        ("宝安西乡固戍航城大道66号", "宝安区", "西乡街道", "固戍社区"),
        ("龙华区龙华人民路4094号", "龙华区", "龙华街道", None),
        ("宝安区沙井镇衙边工业区", "宝安区", "沙井镇", None),
        ("光明新区公明办事处田寮社区", "光明新区", "公明办事处", "田寮社区"),
        ("西乡街道办事处固戍社区居委会", None, "西乡街道", "固戍社区"),
        ("深圳市西香街道前近一路", None, "西香街道", None),
        ("宝安区深圳市龙华新区大浪办事处", "龙华新区", "大浪办事处", None),
    ],
)
def test_divisions_are_completed_and_former_ones_stay(text, district, street, community):
    found = fields(text)
    assert [found.get(name) for name in ("district", "street", "community")] == [district, street, community]


@pytest.mark.parametrize(
    "text", ["前进一路1006号", "国人通信大厦1304", "南山大道1088号", "龙华汽车站", "罗湖商务中心3101", "深圳红岭中路1012号"]
)
def test_no_district_is_invented(text):
    assert parse(text).district is None


def test_no_floor_is_made_of_a_room():
    assert parse("国人通信大厦1304").floor is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("宝安县福永镇", "former-division"),
        ("宝安区龙华街道", "former-division"),
        ("南山区西乡街道", "street-not-in-district"),
        ("福永街道黄田社区", "community-not-in-street"),
        ("深圳市南山区大新路19号；深圳市福田区金田路1号", "two-addresses"),
        ("福田区中航中心1102-1107", "range-of-rooms"),
        ("上海徐汇区天钥桥路408号北楼703", "elsewhere"),
        ("深圳市" + "宝" * LIMIT, "too-long"),
    ],
)
def test_faults_are_named(text, fault):
    assert fault in parse(text).faults


@pytest.mark.parametrize("text", ["宝安区西乡街道固戍社区", "龙华区龙华街道", "大鹏新区葵涌街道", "龙岗区葵涌街道"])
def test_divisions_of_today_have_no_fault(text):
    assert parse(text).faults == ()


def test_the_first_address_here_is_read_and_the_others_left():
    parsed = parse("北京市东城区朝内南小街甲一号 深圳市福田区黄槐道3号A座二楼")
    assert parsed.values() == {"city": "深圳市", "district": "福田区", "road": "黄槐道", "plate": "3", "block": "A", "floor": "2"}
    assert parsed.rest.startswith("北京市东城区")


@pytest.mark.parametrize("text", ["", None, "深圳前海惠德金融信息服务有限公司", "asdfghjkl", "15400001234", "🏠🏠", "\x00", "。。。", "ﷺ"])
def test_what_is_no_address_has_no_fields(text):
    assert parse(text).values() == {}


def test_what_the_base_knows_by_name_is_read_as_one():
    known = Lexicon.build(roads=["固戍南昌路"], compounds=["半里花海", "东方"])
    assert fields("宝安区固戍南昌路55号半里花海", lexicon=known) == {
        "district": "宝安区",
        "road": "固戍南昌路",
        "plate": "55",
        "compound": "半里花海",
    }
    assert fields("东方科技大厦", lexicon=known) == {"compound": "东方科技大厦"}


def test_lanes_the_base_knows_do_not_take_a_named_lane_apart():
    known = Lexicon.build(roads=["十二巷", "三巷"], compounds=["固戍村"])
    assert fields("马安堂村石背十二巷3号", lexicon=known) == {"area": "马安堂村", "road": "石背十二巷", "plate": "3"}
    assert fields("固戍村三巷5号", lexicon=known) == {"compound": "固戍村", "road": "三巷", "plate": "5"}


def test_each_part_has_its_key_and_its_place():
    parsed = parse("前進一路０３６９號")
    assert (parsed.road.key, parsed.plate.key) == ("前进1路", "369")
    assert [parsed.text[part.start : part.end] for part in (parsed.road, parsed.plate)] == ["前进一路", "0369号"]


def test_the_changes_made_on_the_way_are_told():
    assert [edit.after for edit in parse("前進一路").edits] == ["进"]


@given(
    st.text()
    | st.text("深圳市宝安区西乡街道固戍社区村前进一路巷12号碧海富通城栋A座单元楼室、，-()（）；;旁对面自编公司电话之至", max_size=40)
)
def test_any_text_is_read(text):
    parsed = parse(text)
    for name in FIELDS:
        part = getattr(parsed, name)
        assert part is None or (part.value and part.key and 0 <= part.start < part.end <= len(parsed.text))


@pytest.mark.skipif(not CORPUS, reason="the labelled corpus is not here")
def test_fields_of_the_labelled_corpus_are_found():
    rows = [row for path in CORPUS for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(keepends=True))]
    result = score(rows)
    assert result.total.f1 >= 0.97
    assert (
        min(tally.f1 for name, tally in result.fields.items() if name in ("district", "street", "road", "plate", "block", "room")) >= 0.95
    )


@pytest.mark.real
def test_real_addresses_are_read():
    with data("addresses/business_addresses.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row["原始地址"] for row in csv.DictReader(file) if "深圳" in row["原始地址"]]
    parsed = [parse(text) for text in rows]
    assert len(rows) == 1101
    assert sum(one.district is not None for one in parsed) >= 990
    inner = [one for text, one in zip(rows, parsed, strict=True) if "室" in text or "楼" in text]
    assert sum(one.room is not None or one.floor is not None for one in inner) >= 0.93 * len(inner)


def test_many_texts_are_read_as_each_alone():
    texts = [
        "宝安区固戍村三巷12号",
        None,
        "",
        "张三 深圳市宝安区翠岗六区12栋",
        "北京市朝阳区建国路1号",
        "一" * (LIMIT + 1),
        "宝安区固戍村三巷12号",
    ]
    assert parse_all(texts) == [parse(text) for text in texts]
