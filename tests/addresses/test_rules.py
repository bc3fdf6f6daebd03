"""What codes and names of the address base must be."""

from datetime import date

import pytest

from gridgeo.addresses import rules
from gridgeo.addresses.model import NameKind, Parts
from gridgeo.errors import Conflict, InvalidCode, InvalidInput

#: the standard's own example, SZDB/Z 281-2017
EXAMPLE = Parts(
    city="深圳市", district="福田区", street="华富街道", community="新田社区", road="深南大道", plate="1006", compound="福田国际创新中心"
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (NameKind.FULL, "深圳市福田区华富街道新田社区深南大道1006号福田国际创新中心"),
        (NameKind.ADMINISTRATIVE, "深圳市福田区华富街道新田社区福田国际创新中心"),
        (NameKind.GEOGRAPHIC, "深圳市福田区深南大道1006号福田国际创新中心"),
    ],
)
def test_names_are_composed_as_the_standard_does(kind, name):
    assert rules.compose(kind, EXAMPLE) == name


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        ({"block": "3", "unit": "2", "floor": 5, "room": "501"}, "东山新村3栋2单元501"),
        ({"block": "A"}, "东山新村A栋"),
        ({"block": "东"}, "东山新村东座"),
        ({"block": "研发大楼", "floor": 3}, "东山新村研发大楼3层"),
        ({"floor": -1}, "东山新村负1层"),
        ({"road": "三巷", "plate": "12A"}, "东山新村三巷12A号"),
    ],
)
def test_numbers_get_their_suffix_and_names_none(parts, written):
    assert rules.compose(NameKind.GEOGRAPHIC, Parts(compound="东山新村", **parts)) == written


def test_a_name_of_divisions_alone_is_no_name():
    assert rules.compose(NameKind.FULL, Parts(city="深圳市", district="福田区", street="华富街道")) == ""
    assert rules.compose(NameKind.ADMINISTRATIVE, Parts(district="福田区", road="深南大道")) == ""


def test_codes_come_in_any_writing_and_are_kept_in_one():
    assert rules.code(" ４４0306００960102t0117 ") == "44030600960102T0117"
    assert rules.code("4403040010010100001000001") == "4403040010010100001000001"
    with pytest.raises(InvalidCode):
        rules.code("440304001001")
    with pytest.raises(InvalidCode):
        rules.house_code("4403040010010100001")


def test_numbers_go_on_and_come_to_an_end():
    assert rules.next_building("44030400100101", 0) == "4403040010010100001"
    assert rules.next_house("44030600960102T0117", 41) == "44030600960102T0117000042"
    with pytest.raises(Conflict, match="issue in another one"):
        rules.next_building("44030400100101", 99_999)
    with pytest.raises(Conflict, match="999,999"):
        rules.next_house("4403040010010100001", 999_999)


def test_a_period_has_at_least_a_day_and_an_end_has_come():
    with pytest.raises(Conflict, match="give a later day"):
        rules.later("X", date(2024, 1, 1), date(2024, 1, 1))
    with pytest.raises(Conflict, match="still to come"):
        rules.come("X", date(2024, 1, 2), date(2024, 1, 1))


def test_an_address_has_a_road_or_a_compound():
    rules.located(None, "东山新村")
    with pytest.raises(InvalidInput):
        rules.located("", None)


def test_the_issuing_city_is_known_the_others_are_not_guessed():
    assert rules.city("4403040010010100001") == ("广东省", "深圳市")
    assert rules.city("1101010010010100001") == (None, None)
