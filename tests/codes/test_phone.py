import pytest

from gridgeo.codes import phone
from gridgeo.codes.model import Reason

#: As written, its form, as kept.
WRITTEN = [
    ("13800138000", "mobile", "+8613800138000"),
    ("+86 138-0013-8000", "mobile", "+8613800138000"),
    ("0086 13800138000", "mobile", "+8613800138000"),
    ("8613800138000", "mobile", "+8613800138000"),
    ("１３８００１３８０００", "mobile", "+8613800138000"),
    ("13800138000.0", "mobile", "+8613800138000"),
    ("电话：13800138000", "mobile", "+8613800138000"),
    ("0755-88888888", "landline", "+8675588888888"),
    ("(0755)88888888", "landline", "+8675588888888"),
    ("+86 755 8888 8888", "landline", "+8675588888888"),
    ("+86(0755)88888888", "landline", "+8675588888888"),
    ("010-88888888", "landline", "+861088888888"),
    ("0660-3333333", "landline", "+866603333333"),
    ("0755-88888888转801", "landline", "+8675588888888;ext=801"),
    ("0755-88888888 ext. 801", "landline", "+8675588888888;ext=801"),
    ("400-888-8888", "service", "+864008888888"),
    ("1410000000000", "iot", "+861410000000000"),
    ("10646 0000 0000", "iot", "+861064600000000"),
    ("110", "short", "110"),
    ("12345", "short", "12345"),
    ("95588", "short", "95588"),
    ("+852 2345 6789", "hong_kong", "+85223456789"),
    ("+853 2888 8888", "macao", "+85328888888"),
    ("+886 2 2345 6789", "taiwan", "+886223456789"),
    ("+1 415 555 0123", "abroad", "+14155550123"),
]


@pytest.mark.parametrize(("text", "form", "kept"), WRITTEN, ids=[text for text, _, _ in WRITTEN])
def test_a_number_is_read_as_people_write_it(text, form, kept):
    code = phone.FAMILY.parse(text)
    assert (code.form, code.value) == (form, kept)
    if form != "short":
        assert phone.FAMILY.parse(kept.partition(";")[0]).value == kept.partition(";")[0]


@pytest.mark.parametrize(
    "text",
    [
        "1380013800",
        "138001380001",
        "12800138000",
        "0755-8888888",
        "0755-08888888",
        "88888888",
        "+8612345678901",
        "+8521234567",
        "+861",
        "+0123456789",
        "14000000000000",
    ],
)
def test_what_has_no_known_form_is_refused(text):
    assert phone.FAMILY.judge(text).reasons == (Reason.UNKNOWN_NUMBER,)


@pytest.mark.parametrize("text", ["1380013800A", "138+0138000", "无", "13800138000,13900139000", "+86+13800138000"])
def test_what_is_no_number_is_refused(text):
    assert phone.FAMILY.judge(text).outcome == "invalid"


def test_two_numbers_in_one_cell_are_not_one():
    assert phone.FAMILY.judge("13800138000/13900139000").outcome == "invalid"


def test_a_number_a_spreadsheet_rounded_is_said():
    assert phone.FAMILY.judge("1.38001E+10").reasons == (Reason.SPREADSHEET_NUMBER,)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86*******8000"),
        ("0755-88888888转801", "075*****8888"),
        ("12345", "12345"),
        ("400-888-8888", "4008888888"),
        ("1380013800", "**********"),
    ],
)
def test_of_a_number_three_and_four_are_shown(text, shown):
    assert phone.FAMILY.judge(text).masked == shown
