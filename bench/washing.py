"""Washing: noisy addresses of known houses led back to them, by kind of noise; how fast; searching as one types."""

from __future__ import annotations

import os
import tempfile
import time
import tracemalloc
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

from gridgeo.addresses import places, search
from gridgeo.addresses.washing import base as known
from gridgeo.addresses.washing.base import Base
from gridgeo.addresses.washing.model import Category, Level, Washed
from gridgeo.addresses.washing.wash import wash
from gridgeo.db import connection
from gridgeo.ingest import addresses as loads
from gridgeo.sample import addresses as invented
from gridgeo.sample import noise

from .figures import Result, fastest, one_core
from .ground import SEED, Ground, alone, say

_HOUSES, _HOUSES_QUICK = 2_000_000, 100_000
_TEXTS, _TEXTS_QUICK = 50_000, 4_000
_BLOCK = 5_000
_SINGLES = 2_000


def washing(ground: Ground, quick: bool) -> Result:
    """Precision and recall by kind of noise, a text alone and by the thousand, memory, search as one types."""
    houses, texts = (_HOUSES_QUICK, _TEXTS_QUICK) if quick else (_HOUSES, _TEXTS)
    result = Result("washing", f"noisy addresses washed against {houses:,} houses, one core")
    town = invented.make("baoan", SEED, houses, units=ground.frame("baoan"))
    url = _loaded(ground, town)
    say("washing: making noise")
    strings = noise.make(town.full(), town.names, texts, SEED)
    del town
    with closing(connection.connect(url)) as conn:
        seconds, base = fastest(lambda: known.read(conn), 1)
        result.add("names and units read into memory", seconds, "s", note=f"{len(base.lexicon.entries):,} names")
        result.add("memory they take", _memory(conn), "MB")
        with one_core():
            answers = _many(result, conn, base, strings["text"].tolist())
            _one(result, conn, base, strings["text"].tolist()[:_SINGLES])
            _typing(result, conn, base, strings["text"].tolist())
        _correctness(result, strings, answers)
    return result


def _loaded(ground: Ground, town: invented.Base) -> str:
    url = ground.database("washing")
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder, closing(connection.connect(url)) as conn:
        files = {path.stem: path for path in invented.write(town, Path(folder))}
        with conn:
            ground.active(conn)
        for kind in loads.KINDS:
            say(f"washing: loading {kind}")
            with conn:
                datum = "cgcs2000" if kind == "buildings" else ""
                loads.commit(conn, loads.plan(conn, kind, [files[kind]], datum=datum, storing=True))
        alone(conn, "VACUUM ANALYZE")
    return url


def _server_s(conn) -> float:
    """Seconds the server's process for this connection has worked."""
    fields = Path(f"/proc/{conn.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(conn) -> float:
    tracemalloc.start()
    base = known.read(conn)
    base.sounding("前进路")
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return held / 1e6


def _many(result: Result, conn, base: Base, texts: list[str]) -> list[Washed]:
    say("washing: by the thousand")
    wash(conn, texts[:_BLOCK], base)
    answers: list[Washed] = []
    wall, own, server = time.perf_counter(), time.process_time(), _server_s(conn)
    for start in range(0, len(texts), _BLOCK):
        answers += wash(conn, texts[start : start + _BLOCK], base)
    wall, own, server = time.perf_counter() - wall, time.process_time() - own, _server_s(conn) - server
    rate = len(texts) / (own + server)
    result.add(f"batch of {_BLOCK:,}, by the clock", len(texts) / wall, "addresses/s", note="whatever else the machine does")
    note = f"{own / len(texts) * 1e6:.0f} µs each here, {server / len(texts) * 1e6:.0f} µs in the server"
    result.add(f"batch of {_BLOCK:,}, a second of one core", rate, "addresses", note=note)
    result.goal("a second of one core, ours and the server's, washes 5,000 addresses", f"{rate:,.0f}", rate >= 5_000)
    return answers


def _one(result: Result, conn, base: Base, texts: list[str]) -> None:
    say("washing: one by one")
    taken = []
    for text in texts:
        start = time.perf_counter()
        wash(conn, [text], base)
        taken.append(time.perf_counter() - start)
    half, most = np.percentile(taken, [50, 99]) * 1000
    result.add("one text, median", half, "ms")
    result.add("one text, 99 %", most, "ms")
    result.goal("one text takes 2 ms at the median", f"{half:.2f} ms", half <= 2)


def _typing(result: Result, conn, base: Base, texts: list[str]) -> None:
    """Names typed character by character: Chinese, pinyin, initials."""
    say("washing: typing")
    names = sorted({entry.name for entry in base.lexicon.entries.values()})
    rng = np.random.default_rng(SEED)
    typed = []
    for name in rng.choice(names, 60):
        sound, initials = places.reading(str(name))
        typed += [whole[:end] for whole in (str(name), sound, initials) for end in range(2, len(whole) + 1, 2)]
    for what, ask in (("search", search.search), ("completion", search.complete)):
        taken = []
        for q in [*typed, *(texts[:200] if what == "search" else ())]:
            start = time.perf_counter()
            ask(conn, q, base)
            taken.append(time.perf_counter() - start)
        half, most = np.percentile(taken, [50, 95]) * 1000
        result.add(f"{what} as one types, median", half, "ms", note=f"{len(taken):,} questions")
        result.add(f"{what} as one types, 95 %", most, "ms")
        result.goal(f"{what} answers within 50 ms in 95 %", f"{most:.1f} ms", most <= 50)
    points = [(answer.lon, answer.lat) for answer in _some_points(conn, base)]
    taken = []
    for lon, lat in points:
        start = time.perf_counter()
        search.reverse(conn, lon + 0.0003, lat, base)
        taken.append(time.perf_counter() - start)
    result.add("the building nearest to a point, 95 %", float(np.percentile(taken, 95)) * 1000, "ms", note=f"{len(points)} points")


def _some_points(conn, base: Base) -> list:
    unit = base.units.of_level("street")[0][1].code
    return search.search(conn, "", base, search.Where(unit=unit or ""), limit=200)


def _correctness(result: Result, strings: pd.DataFrame, answers: list[Washed]) -> None:
    """Of strings that mean one known house: how many are led to it, and of all led to a house how many to the right one."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    whole: Counter[str] = Counter()
    categories = Counter(str(one.category) for one in answers)
    for truth, told, answer in zip(strings["truth"], strings["kinds"], answers, strict=True):
        verdict = _verdict(truth, answer)
        whole[verdict] += 1
        for kind in told.split():
            kinds[kind][verdict] += 1
    for category in Category:
        result.add(f"category {category}", categories[str(category)], "texts")
    for kind, counts in sorted(kinds.items()):
        meant = counts["right"] + counts["missed"] + counts["wrong"]
        note = f"{counts['wrong']} wrong, {counts['missed']} missed, {counts['rejected']} rightly refused"
        result.add(f"noise {kind}: led home", 100 * counts["right"] / meant if meant else None, "%", note=note)
    right, wrong = whole["right"], whole["wrong"]
    precision = right / max(right + wrong, 1)
    astray = sum(isinstance(truth, str) and _verdict(truth, one) == "wrong" for truth, one in zip(strings["truth"], answers, strict=True))
    recall = right / max(right + whole["missed"] + astray, 1)
    result.goal("A and B lead to the right house in 99.9 %", f"{precision:.3%} ({wrong} of {right + wrong:,} wrong)", precision >= 0.999)
    result.goal("97 % of the strings that mean a house are led to it", f"{recall:.2%}", recall >= 0.97)


def _verdict(truth: str | None, answer: Washed) -> str:
    sure = answer.category in (Category.EXACT, Category.SAFE) and answer.level is Level.HOUSE
    if not isinstance(truth, str):
        return "wrong" if sure else "rejected"
    if not sure:
        return "missed"
    return "right" if answer.result.code == truth else "wrong"
