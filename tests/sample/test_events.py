"""The invented year of events: what a list of another system looks like, in all stages, the same for the same seed; the demo has it."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, nullcontext
from datetime import datetime

import pytest

from gridgeo import sample
from gridgeo.cli import demo_events, demo_town
from gridgeo.db import connection
from gridgeo.errors import InvalidInput
from gridgeo.events import channels, classes, counts, tables
from gridgeo.ingest.events_rows import moment
from gridgeo.moments import CHINA
from gridgeo.sample import events
from tests.addresses.making import counted


@pytest.fixture(scope="module")
def units():
    return sample.make("small", 1)


@pytest.fixture(scope="module")
def made(units):
    return [dict(zip(events.COLUMNS, row, strict=True)) for row in events.make("small", 1, 3000, units=units)]


def test_the_same_seed_makes_the_same_year(units):
    first, again, other = (events.make("small", seed, 50, units=units) for seed in (1, 1, 2))
    assert first == again != other
    with pytest.raises(InvalidInput):
        events.make("small", 1, 0)
    with pytest.raises(InvalidInput):
        events.make("nowhere")


def test_each_class_and_channel_is_one_there_is_and_each_class_has_a_lead(made):
    known = {"/".join(one[part] for part in ("major", "minor", "name")) for one in tables.ours(classes.OURS)}
    ways = {one["name_zh"] for one in tables.ours(channels.OURS)}
    assert {row["问题类型"] for row in made} <= known and {row["渠道"] for row in made} <= ways
    assert len({row["渠道"] for row in made}) > 100
    assert all(len(events._of(path)["lead"]) == 1 for path in known)


def test_days_weeks_and_places_have_their_rhythm(made):
    at = [moment(row["受理时间"]) for row in made]
    hours, days = Counter(one.hour for one in at), Counter(one.weekday() for one in at)
    assert sum(hours[hour] for hour in range(8, 20)) > 3 * sum(hours[hour] for hour in (*range(6), 22, 23))
    assert days[0] > 1.2 * days[6]
    places = Counter((row["经度"], row["纬度"]) for row in made)
    assert sum(n for _, n in places.most_common(40)) > 0.15 * len(made)
    assert at == sorted(at)


def test_all_that_may_become_of_an_event_happens(made):
    closed = [row for row in made if row["满意度"] or (row["办结时间"] and not row["办理状态"])]
    assert 0.85 * len(made) < len(closed) < len(made)
    assert {row["办理状态"] for row in made} == {"", "不予立案", "已并案"}
    assert all(row["主事件编号"] for row in made if row["办理状态"] == "已并案")
    for told in ("退回部门", "协办部门", "满意度"):
        assert any(row[told] for row in made)
    late = [row for row in closed if row["办结时间"] > row["截止时间"] > ""]
    assert 0 < len(late) < 0.25 * len(closed)
    stars = [int(row["满意度"]) for row in made if row["满意度"]]
    assert 4.4 < sum(stars) / len(stars) < 4.75
    waiting = [row for row in made if row["处置部门"] and not row["办结时间"]]
    assert waiting and any(row["截止时间"] < "2025-12-31" for row in waiting)


def test_a_year_is_like_that_of_a_real_district(units):
    """Its shares at a tenth: 99.78 % closed of what was due, 4.59 stars, 158 channels, 73.56 % more than the year before."""
    year, before = (
        [dict(zip(events.COLUMNS, row, strict=True)) for row in events.make("small", 1, 8943, units=units, before=before)]
        for before in (False, True)
    )
    assert (len(year), len(before)) == (8943, 5153)
    assert {row["受理时间"][:4] for row in year} == {"2025"} and {row["受理时间"][:4] for row in before} == {"2024"}
    assert len({row["渠道"] for row in year}) == 158
    due = [row for row in (*year, *before) if "2025" <= row["截止时间"] < "2026"]
    closed = [row for row in due if row["办结时间"]]
    assert abs(len(closed) / len(due) - 0.9978) < 0.0003
    assert sum(not row["办结时间"] for row in year) == round(0.0022 * 8943) and all(row["办结时间"] for row in before)
    stars = [int(row["满意度"]) for row in year if row["满意度"]]
    assert abs(sum(stars) / len(stars) - 4.59) < 0.005
    assert 0.9 < sum(row["办结时间"] <= row["截止时间"] for row in closed) / len(due) < 0.97


def test_nothing_was_done_after_the_list_was_made(units):
    last = datetime(2026, 5, 4, 12, tzinfo=CHINA)
    for row in events.make("small", 1, 400, last, units=units):
        told = dict(zip(events.COLUMNS, row, strict=True))
        assert all(moment(told[name]) <= last for name in events.COLUMNS if name.endswith("时间") and name != "截止时间" and told[name])


def test_the_demo_has_its_year_once(settings):
    stages = []

    def timed(stage):
        stages.append(stage)
        return nullcontext()

    demo_town.fill(settings.database_url, "small", 0, settings, timed)
    for _ in range(2):
        stages.clear()
        demo_events.fill(settings.database_url, "small", 200, settings, timed)
        with closing(connection.connect(settings.database_url)) as conn:
            assert counted(conn, "event") > 150
            assert counts.difference(conn, 1) == ([], [])
            with conn.cursor() as cur:
                cur.execute("SELECT count(DISTINCT stage), count(*) FILTER (WHERE due_at IS NULL AND stage = 'closed') FROM event")
                stages_told, undated = cur.fetchone()
                assert stages_told >= 3 and undated == 0
    assert stages == []
    with pytest.raises(InvalidInput):
        demo_events.wanted("small", 5000)
    assert demo_events.wanted("baoan", None) == 8943
