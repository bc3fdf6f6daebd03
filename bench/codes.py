"""Codes by the million, against the same rules one code at a time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import numpy as np

from gridgeo.codes import credit, dates, person, registry
from gridgeo.codes.model import PROVINCES, Kind, outcome, reasons_of

from .figures import Result, fastest, one_core
from .ground import SEED, Ground, say

_MANY, _MANY_QUICK = 1_000_000, 100_000
#: One code at a time is measured on so many of them.
_ALONE = 50_000
#: One in so many is mistyped.
_WRONG = 50


def codes(ground: Ground, quick: bool) -> Result:
    """Every kind that comes in millions: as arrays, and in a loop that finds the same; for two also the shortest loop for yes or no."""
    n, times = (_MANY_QUICK, 2) if quick else (_MANY, 5)
    result = Result("codes", f"{n:,} codes of each kind, one core")
    least = float("inf")
    with one_core():
        for kind, make in MAKERS.items():
            say(f"codes: {kind}")
            given, family = spoilt(make(np.random.default_rng(SEED), n)), registry.family(kind)
            ours, bits = fastest(lambda given=given, family=family: family.judge_many(given), times)
            result.add(f"{kind}: judge_many, texts", ours / n * 1e9, "ns a code", note=f"{n / ours / 1e6:.1f} M a second")
            packed = np.array(given, dtype="S")
            found, _ = fastest(lambda packed=packed, family=family: family.judge_many(packed), times)
            result.add(f"{kind}: judge_many, bytes", found / n * 1e9, "ns a code", note=f"{n / found / 1e6:.1f} M a second")
            ratio = _loop(
                result, f"{kind}: loop of judge", lambda code, family=family: family.judge(code).outcome != "invalid", given, bits, ours
            )
            least = min(least, ratio)
            if kind in SHORTEST:
                _loop(result, f"{kind}: shortest loop, yes or no", SHORTEST[kind], given, bits, ours)
    result.goal("texts of every kind at least 20 times as fast as a loop of judge", f"{least:.0f} times", least >= 20)
    return result


def _loop(result: Result, what: str, sound: Callable[[str], bool], given: list[str], bits: np.ndarray, ours: float) -> float:
    """Measure a loop over some of the codes, compare its answers with ours, and return how many times as long it takes a code."""
    some = given[:_ALONE]
    seconds, found = fastest(lambda: [sound(code) for code in some], 2)
    valid = {each: outcome(reasons_of(each)) != "invalid" for each in np.unique(bits).tolist()}
    differ = sum(valid[each] != one for each, one in zip(bits.tolist(), found, strict=False))
    ratio = seconds / len(some) / (ours / len(given))
    result.add(what, seconds / len(some) * 1e9, "ns a code", ratio, f"{differ:,} other answers" if differ else "the same answers")
    return ratio


def spoilt(given: list[str]) -> list[str]:
    """The codes, of which some have another character in the middle."""
    for place in range(0, len(given), _WRONG):
        code = given[place]
        given[place] = f"{code[:7]}{'1' if code[7] != '1' else '2'}{code[8:]}"
    return given


def _texts(rng: np.random.Generator, n: int, least: int, most: int) -> list[str]:
    return list(map(str, rng.integers(least, most, n).tolist()))


def _persons(rng: np.random.Generator, n: int) -> list[str]:
    """Numbers of divisions that were never issued."""
    days = (np.datetime64("1930-01-01") + rng.integers(0, 30_000, n)).astype(str).tolist()
    bodies = [
        f"4499{number[1:3]}{day.replace('-', '')}{number[3:]}" for number, day in zip(_texts(rng, n, 100_001, 199_998), days, strict=True)
    ]
    return [body + person.check_character(body) for body in bodies]


def _credits(rng: np.random.Generator, n: int) -> list[str]:
    inner = [f"MA{number}" for number in _texts(rng, n, 100_000, 999_999)]
    bodies = [f"91449900{code}{credit.organisation_check(code)}" for code in inner]
    return [body + credit.check_character(body) for body in bodies]


def _buildings(rng: np.random.Generator, n: int) -> list[str]:
    return [f"449901001001{number}" for number in _texts(rng, n, 1_000_001, 9_999_999)]


def _houses(rng: np.random.Generator, n: int) -> list[str]:
    return [f"{building}{number}" for building, number in zip(_buildings(rng, n), _texts(rng, n, 100_000, 999_999), strict=True)]


def _phones(rng: np.random.Generator, n: int) -> list[str]:
    return _texts(rng, n, 13_000_000_000, 19_999_999_999)


def _grids(rng: np.random.Generator, n: int) -> list[str]:
    parts = (_texts(rng, n, 100, 999), _texts(rng, n, 100, 999), _texts(rng, n, 10, 99))
    return [f"449901{street}{community}{micro}" for street, community, micro in zip(*parts, strict=True)]


MAKERS: dict[Kind, Callable[[np.random.Generator, int], list[str]]] = {
    Kind.PERSON: _persons,
    Kind.CREDIT: _credits,
    Kind.BUILDING: _buildings,
    Kind.HOUSE: _houses,
    Kind.PHONE: _phones,
    Kind.GRID: _grids,
}

_PERSON = re.compile(r"([0-9]{2})[0-9]{4}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
_CREDIT = re.compile("[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_VALUES = {sign: value for value, sign in enumerate(credit.ALPHABET)}
_CREDIT_WEIGHTS = [*(pow(3, place, 31) for place in range(17)), 1]


def _is_person(code: str) -> bool:
    """The new form alone: its shape, day and check; nothing told apart, nothing said of what is wrong."""
    match = _PERSON.fullmatch(code)
    if not match or match[1] not in PROVINCES:
        return False
    try:
        born = datetime.date(int(match[2]), int(match[3]), int(match[4]))
    except ValueError:
        return False
    check = 10 if code[17] == "X" else int(code[17])
    return born.year >= dates.EARLIEST_BIRTH and (2 * int(code[:17], 13) + check) % 11 == 1


def _is_credit(code: str) -> bool:
    return (
        bool(_CREDIT.fullmatch(code)) and sum(_VALUES[sign] * weight for sign, weight in zip(code, _CREDIT_WEIGHTS, strict=True)) % 31 == 0
    )


SHORTEST: dict[Kind, Callable[[str], bool]] = {Kind.PERSON: _is_person, Kind.CREDIT: _is_credit}
