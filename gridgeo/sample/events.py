"""A year of events and requests of an invented district, as the list another system hands over, and the year before.

They come as they do in a city: by day at the hours people are about, fewer at weekends, with the seasons and after storms; again and
again at the same places; by 158 channels of which a few bring most. Most are closed in time and rated well; some are returned, some
handled jointly, rejected or merged; a few are open still (:mod:`.dealing`). A list is made some days after its year, or within it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import geopandas
import numpy as np

from ..errors import InvalidInput
from ..events import channels, classes, tables
from ..moments import CHINA
from . import buildings, dealing
from .dealing import Dealt, Reported
from .places import micro_grids
from .profiles import Progress
from .profiles import make as make_units
from .terrain import facts

#: events of a year, by profile, and how many the year before had for each. Source: the report of a real district, 89,430 after 51,527
SIZES = {"small": 900, "baoan": 89_430, "city": 400_000}
BEFORE = 51_527 / 89_430

#: the year where nobody says, and the moment its list was made
YEAR_END, MADE = datetime(2025, 12, 31, 23, 59, 59, tzinfo=CHINA), datetime(2026, 1, 12, 8, tzinfo=CHINA)

COLUMNS = (
    *("事件编号", "受理时间", "渠道", "事项性质", "问题类型", "等级", "问题描述", "事发地址", "经度", "纬度", "立案时间"),
    *("派遣时间", "签收时间", "处置部门", "协办部门", "退回部门", "退回次数", "处置完成时间", "办结时间", "截止时间"),
    *("办理状态", "主事件编号", "满意度"),
)

_DAYS, _DAY = 365, 86_400

#: shares of the day's hours of what is seen in the street, and of what people ask for
_HOURS = {
    "event": (1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 12, 9, 6, 8, 12, 13, 12, 10, 8, 7, 6, 4, 2, 1),
    "request": (2, 1, 1, 1, 1, 1, 3, 6, 11, 13, 12, 9, 7, 9, 12, 12, 11, 9, 9, 10, 10, 8, 5, 3),
}
_WEEK = (1.12, 1.08, 1.05, 1.04, 1.06, 0.72, 0.62)
_MONTHS = (0.86, 0.72, 0.98, 1.02, 1.06, 1.14, 1.12, 1.16, 1.08, 0.98, 0.96, 0.92)
_STORMS, _WET = 9, ("天气灾害", "水环境", "管网事故", "井盖", "供水")
_HOT, _AT_HOT = 40, 0.22
_WAYS = {
    "event": {"inspector": 60, "sensor": 12, "platform": 14, "message": 8, "hotline": 6},
    "request": {"hotline": 56, "message": 22, "web": 10, "enterprise": 6, "platform": 6},
}
_TOLD = (
    "{where}{what}, 影响通行和生活, 请安排处理。",
    "巡查发现{where}{what}, 已拍照留存。",
    "居民反映{where}{what}, 希望尽快解决。",
    "{where}又出现{what}, 此前反映过, 请跟进。",
    "{where}{what}, 情况属实, 请相关部门到场核实。",
    "来电反映{where}{what}, 请依规处理并回复。",
)


@dataclass(frozen=True)
class Spot:
    """A place things happen at: how it is written, degrees (EPSG:4490)."""

    address: str
    lon: float
    lat: float


def make(
    profile: str = "baoan",
    seed: int = 1,
    count: int | None = None,
    last: datetime | None = None,
    places: Sequence[Spot] = (),
    progress: Progress | None = None,
    units: geopandas.GeoDataFrame | None = None,
    before: bool = False,
) -> list[tuple[str, ...]]:
    """Return the rows of a year's list, in :data:`COLUMNS`, in the order they were reported.

    Parameters
    ----------
    count
        How many, instead of the profile's number.
    last
        The moment the list was made (timezone-aware), with which its year ends: what comes later has not been done. When None the year
        ends with :data:`YEAR_END`, and the list was made at :data:`MADE`.
    places
        Houses some of them happen at; anywhere among the buildings when there are none.
    units
        The units of the profile and the seed, where they are made already.
    before
        Whether to return the year before instead, at the same places, when there were fewer.

    Raises
    ------
    InvalidInput
        No such profile, or no event.
    """
    if profile not in SIZES:
        raise InvalidInput("profile", profile, f"there are {', '.join(SIZES)}")
    if count is not None and count < 1:
        raise InvalidInput("events", count, "at least 1")
    (progress or (lambda _: None))("events")
    wanted = count or SIZES[profile]
    key = [seed, wanted, *profile.encode(), 29]
    ground = micro_grids(make_units(profile, seed) if units is None else units)
    spots = _spots(np.random.default_rng(key), ground, wanted, places)
    end, made = (last, last) if last else (YEAR_END, MADE)
    rng = np.random.default_rng([*key, int(before)])
    if before:
        return list(_Year(rng, max(1, round(wanted * BEFORE)), end - timedelta(days=_DAYS), spots).rows(made, left=0))
    return list(_Year(rng, wanted, end, spots).rows(made))


def write(rows: Sequence[Sequence[str]], before: Sequence[Sequence[str]], folder: Path) -> list[Path]:
    """Write event_list.csv, event_list_before.csv and responsibility.csv (who leads what), and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in ("event_list.csv", "event_list_before.csv", "responsibility.csv")]
    for file, of in zip(files, (rows, before), strict=False):
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(COLUMNS)
        table.writerows(of)
        file.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    files[-1].write_bytes(Path(__file__).with_name("events_responsibility.csv").read_bytes())
    return files


def places(folder: Path) -> list[Spot]:
    """Return the buildings of a folder's buildings.csv with their full addresses of names.csv; none where there are no such files."""
    if not all((folder / f"{name}.csv").exists() for name in ("buildings", "names")):
        return []
    full = {row["code"]: row["name"] for row in _table(folder / "names.csv") if row["kind"] == "full"}
    rows = [row for row in _table(folder / "buildings.csv") if row["building_code"] in full and row["lon"]]
    return [Spot(full[row["building_code"]], float(row["lon"]), float(row["lat"])) for row in rows]


@cache
def responsibility() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return who leads and who assists, by class or the beginning of its path: names of departments."""
    made: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in facts("events_responsibility.csv"):
        parts = made.setdefault(row["class"], {"lead": (), "assist": ()})
        parts[row["part"]] += (row["department_zh"],)
    return made


def _of(path: str) -> dict[str, tuple[str, ...]]:
    major, minor, _ = path.split("/")
    known = responsibility()
    return next(known[part] for part in (path, f"{major}/{minor}", major) if part in known)


class _Year:
    """Everything that happens in a year, drawn once for all rows."""

    def __init__(self, rng: np.random.Generator, count: int, end: datetime, spots: list[Spot]) -> None:
        self._rng, self._count, self._spots = rng, count, spots
        self._midnight = (end - timedelta(days=_DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
        self._classes = classes.read(tables.ours(classes.OURS))[0]
        self._paths = ["/".join(one[part] for part in ("major", "minor", "name")) for one in self._classes]
        self._offices = sorted({name for parts in responsibility().values() for name in parts["lead"]})
        storms = rng.choice(np.arange(120, 300), _STORMS, replace=False)
        day = self._days(storms)
        kind = self._draw_classes(day, storms)
        at = day * _DAY + self._hours(kind) * 3600 + rng.integers(0, 3600, count)
        at = np.where(at > self._seconds(end), at - _DAY, at)
        order = np.argsort(at, kind="stable")
        self._at, self._kind = at[order], kind[order]
        self._rejected, self._same = dealing.again(rng, count)
        place = self._places()
        twice = self._same >= 0
        self._kind[twice], place[twice] = self._kind[self._same[twice]], place[self._same[twice]]
        self._place = place

    def rows(self, made: datetime, left: float = dealing.OPEN) -> Iterator[tuple[str, ...]]:
        """Yield them in the order they were reported, as they stood when the list was made; `left` as :func:`.dealing.deal` has it."""
        sorts = np.array([one["kind"] for one in self._classes])[self._kind]
        grades = np.array([one["grade"] - 1 for one in self._classes])[self._kind]
        until = self._seconds(made)
        dealt = dealing.deal(self._rng, Reported(self._at, grades, sorts), self._rejected, self._same, until, left)
        written = {name: self._written(getattr(dealt, name), until) for name in ("filed", "sent", "taken", "handled", "closed")}
        written |= {"at": self._written(self._at), "due": self._written(dealt.due)}
        codes = [f"{at[:10].replace('-', '')}{n:07}" for n, at in enumerate(written["at"], 1)]
        ways, wordings = self._by_way(sorts), self._rng.integers(0, len(_TOLD), self._count)
        for n, code in enumerate(codes):
            row = self._reported(n, code, written["at"][n], ways[n], _TOLD[wordings[n]])
            times = {name: each[n] for name, each in written.items()}
            yield tuple((row | self._dealt(n, codes, dealt, times)).values())

    def _reported(self, n: int, code: str, at: str, way: str, told: str) -> dict[str, str]:
        of, path, spot = self._classes[self._kind[n]], self._paths[self._kind[n]], self._spots[self._place[n]]
        where = spot.address.removeprefix("广东省深圳市") if spot.address else "路边"
        row = dict.fromkeys(COLUMNS, "")
        row |= {"事件编号": code, "受理时间": at, "渠道": way, "问题类型": path, "问题描述": told.format(where=where, what=of["name"])}
        row |= {"事项性质": "事件" if of["kind"] == "event" else "民生诉求", "等级": ("I", "II", "III", "IV")[of["grade"] - 1]}
        return row | {"事发地址": spot.address, "经度": f"{spot.lon:.7f}", "纬度": f"{spot.lat:.7f}"}

    def _dealt(self, n: int, codes: list[str], dealt: Dealt, times: dict[str, str]) -> dict[str, str]:
        """What was done, as far as it was when the list was made."""
        if not times["filed"]:
            return {}
        if dealt.rejected[n]:
            return {"办理状态": "不予立案", "办结时间": times["filed"]}
        if dealt.same[n] >= 0:
            return {"办理状态": "已并案", "主事件编号": codes[dealt.same[n]], "办结时间": times["filed"]}
        made = {"立案时间": times["filed"], "截止时间": times["due"]}
        if not times["sent"]:
            return made
        parts, bounced = _of(self._paths[self._kind[n]]), int(dealt.bounces[n])
        back = self._returned_by(parts["lead"], bounced)
        assists = [name for name in dict.fromkeys((*parts["assist"], *back[:2])) if name not in parts["lead"]] if dealt.joint[n] else []
        made |= {"派遣时间": times["sent"], "处置部门": parts["lead"][0], "协办部门": "、".join(assists), "退回部门": "、".join(back)}
        made |= {"退回次数": str(bounced) if bounced else "", "签收时间": times["taken"], "处置完成时间": times["handled"]}
        return made | {"办结时间": times["closed"], "满意度": str(dealt.stars[n]) if dealt.stars[n] else ""}

    def _returned_by(self, lead: Sequence[str], bounced: int) -> list[str]:
        if not bounced:
            return []
        return [str(name) for name in self._rng.choice([one for one in self._offices if one not in lead], bounced, replace=False)]

    def _days(self, storms: np.ndarray) -> np.ndarray:
        days = [self._midnight + timedelta(days=n) for n in range(_DAYS)]
        rate = np.array([_WEEK[day.weekday()] * _MONTHS[day.month - 1] for day in days]) * np.linspace(0.9, 1.1, _DAYS)
        rate[storms] *= 1.7
        return self._rng.choice(_DAYS, self._count, p=rate / rate.sum())

    def _draw_classes(self, day: np.ndarray, storms: np.ndarray) -> np.ndarray:
        rank = np.random.default_rng(len(self._classes)).permutation(len(self._classes)) + 1
        usual = (np.array([1, 4, 9, 22])[[one["grade"] - 1 for one in self._classes]]) / rank**0.75
        wet = np.array([any(word in path for word in _WET) for path in self._paths])
        after = np.where(wet, usual * 6, usual)
        made = self._rng.choice(len(usual), len(day), p=usual / usual.sum())
        stormy = np.flatnonzero(np.isin(day, storms))
        made[stormy] = self._rng.choice(len(usual), len(stormy), p=after / after.sum())
        return made

    def _hours(self, kind: np.ndarray) -> np.ndarray:
        hour, sorts = np.empty(self._count, np.int64), np.array([one["kind"] for one in self._classes])[kind]
        for sort, shares in _HOURS.items():
            of = np.flatnonzero(sorts == sort)
            hour[of] = self._rng.choice(24, len(of), p=np.array(shares) / sum(shares))
        return hour

    def _places(self) -> np.ndarray:
        """One of the hot places often, most of all the first of them; any other once in a while."""
        most = min(_HOT, len(self._spots)) - 1
        hot = np.minimum(self._rng.geometric(0.09, self._count) - 1, most)
        return np.where(self._rng.random(self._count) < _AT_HOT, hot, self._rng.integers(0, len(self._spots), self._count))

    def _by_way(self, sorts: np.ndarray) -> list[str]:
        """By which channel each came."""
        found = np.empty(self._count, object)
        for sort in _WAYS:
            of = np.flatnonzero(sorts == sort)
            names, shares = _ways(sort)
            found[of] = self._rng.choice(np.array(names, object), len(of), p=shares)
        return found.tolist()

    def _seconds(self, moment: datetime) -> int:
        return int((moment - self._midnight).total_seconds())

    def _written(self, times: np.ndarray, until: int | None = None) -> list[str]:
        """Moments as lists have them; nothing for those that had not come."""
        begin = np.datetime64(self._midnight.replace(tzinfo=None), "s")
        known = np.ones(len(times), bool) if until is None else times < until
        return np.where(known, np.char.replace((begin + np.where(known, times, 0)).astype(str), "T", " "), "").tolist()


def _ways(kind: str) -> tuple[list[str], np.ndarray]:
    """Channels by which events of a kind come, and their shares: of each sort a few bring most."""
    names, shares = [], []
    for sort, share in _WAYS[kind].items():
        of = [row["name_zh"] for row in tables.ours(channels.OURS) if row["kind"] == sort]
        own = 1 / np.arange(1, len(of) + 1) ** 1.2
        names += of
        shares += (share * own / own.sum()).tolist()
    return names, np.array(shares) / sum(shares)


def _spots(rng: np.random.Generator, ground, count: int, places: Sequence[Spot]) -> list[Spot]:
    """Where things happen: near buildings; of houses that are known so many that a third of all events are at one."""
    _, lon, lat = buildings.spots(ground, max(50, count // 4))
    near = rng.permutation(len(lon))
    jitter = rng.normal(0, 1.5e-4, (len(lon), 2))
    anywhere = [Spot("", float(lon[n] + jitter[n, 0]), float(lat[n] + jitter[n, 1])) for n in near]
    known = [places[n] for n in rng.permutation(len(places))[: max(1, len(anywhere) // 2)].tolist()] if places else []
    made = [*anywhere, *known]
    return [made[n] for n in rng.permutation(len(made)).tolist()]


def _table(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)
