"""A tree, its text and its JSON say the same."""

from __future__ import annotations

import orjson
from hypothesis import given, settings

from gridgeo.cql2 import json, text
from tests.cql2.making import ASKED, trees


@settings(deadline=None, max_examples=300)
@given(trees)
def test_text_and_json_of_a_tree_read_as_the_tree(tree):
    written = text.write(tree)
    assert text.parse(written, ASKED) == tree
    document = json.write(text.parse(written, ASKED))
    assert json.parse(document, ASKED) == tree
    assert json.parse(orjson.dumps(document), ASKED) == tree
    assert tree.names <= set(ASKED)
