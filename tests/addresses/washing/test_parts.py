"""Word lists of the grammar: a word that begins another must not hide it."""

import re

import pytest

from gridgeo.addresses.washing import parts
from gridgeo.addresses.washing.grammar import NAME

LISTS = ("ZONE", "STRONG", "WEAK", "NAMED_BLOCK", "NEARBY")


@pytest.mark.parametrize("name", LISTS)
def test_longer_words_come_before_those_they_begin_with(name):
    words = [word for word in getattr(parts, name).split("|") if re.fullmatch("[一-鿿]+", word)]
    hidden = [(first, later) for place, first in enumerate(words) for later in words[place + 1 :] if later.startswith(first)]
    assert hidden == []


def test_either_is_the_first_that_fits():
    assert re.match(parts.either("大厦", "大"), "大厦")[0] == "大厦"


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("中心四路1号", "中心四路", "road"),
        ("工业园路12号", "工业园路", "road"),
        ("东方科技大厦1702", "东方科技大厦", "strong"),
        ("深圳湾科技生态园一区2栋", "深圳湾科技生态园一区", "strong"),
        ("固戍村三巷", "固戍村", "village"),
        ("洋涌工业区八路9号", "洋涌工业区", "zone"),
        ("丽晶国际1栋", "丽晶国际", "weak"),
        ("海城路", "海城路", "road"),
    ],
)
def test_a_name_ends_at_the_word_that_makes_it_one(text, name, kind):
    found = NAME.match(text)
    assert (found[0], found.lastgroup) == (name, kind)
