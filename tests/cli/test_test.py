"""`gridgeo test`: when the suite is spread over processes."""

from __future__ import annotations

import os

import pytest

from gridgeo.cli.test import spread


@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})


def test_the_whole_suite_runs_on_all_cores_whole_files_together(four_cores):
    assert spread(["-q"])[:5] == ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]


def test_what_fails_beside_others_is_run_once_more_and_told(four_cores):
    assert spread([])[5:] == ["--reruns", "1", "-rR"]


@pytest.mark.parametrize("rest", [["tests/hierarchy"], ["-q", "-k", "edge"], ["--pdb"], ["-n0"], ["-m", "not browser"]])
def test_a_part_of_it_or_one_stepped_through_runs_in_one(four_cores, rest):
    assert spread(rest) == []


def test_one_core_is_one_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert spread([]) == []


def test_two_cores_have_a_third_process_for_while_others_wait(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    assert spread([])[:2] == ["-n", "3"]
