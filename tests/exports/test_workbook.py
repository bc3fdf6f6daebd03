"""Workbooks that come to no end leave nothing open."""

import gc
import sys

import pytest

from gridgeo.exports.bulk import workbook


def test_a_workbook_that_fails_midway_leaves_nothing_to_be_collected(monkeypatch):
    unheard = []
    monkeypatch.setattr(sys, "unraisablehook", unheard.append)
    with pytest.raises(ZeroDivisionError), workbook.begun() as book:
        book.create_sheet("a").append([1])
        book.create_sheet("b").append([1 / 0])
    del book
    gc.collect()
    assert unheard == []
