"""A year of events and requests of an invented district, as the list another system hands over.

They come as they do in a city: by day at the hours people are about, fewer at weekends, with the seasons and after storms; again and
again at the same places; by 158 channels of which a few bring most. Most are closed in time and rated well; some are returned, some
handled jointly, rejected or merged; of the last days many are open still, and a few have been for long.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import geopandas
import numpy as np

from ..errors import InvalidInput
from ..events import channels, classes, tables
from ..moments import CHINA
from . import buildings
from .places import micro_grids
from .profiles import Progress
from .profiles import make as make_units
from .terrain import facts

#: events of a year, by profile
SIZES = {"small": 900, "baoan": 89_430, "city": 400_000}

#: the last day of the year where nobody says
LAST_DAY = date(2025, 12, 31)

COLUMNS = (
    *("事件编号", "受理时间", "渠道", "事项性质", "问题类型", "等级", "问题描述", "事发地址", "经度", "纬度", "立案时间"),
    *("派遣时间", "签收时间", "处置部门", "协办部门", "退回部门", "退回次数", "处置完成时间", "办结时间", "截止时间"),
    *("办理状态", "主事件编号", "满意度"),
)

_STATUS = COLUMNS.index("办理状态")

#: shares of the day's hours of what is seen in the street, and of what people ask for
_HOURS = {
    "event": (1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 12, 9, 6, 8, 12, 13, 12, 10, 8, 7, 6, 4, 2, 1),
    "request": (2, 1, 1, 1, 1, 1, 3, 6, 11, 13, 12, 9, 7, 9, 12, 12, 11, 9, 9, 10, 10, 8, 5, 3),
}
_WEEK = (1.12, 1.08, 1.05, 1.04, 1.06, 0.72, 0.62)
_MONTHS = (0.86, 0.72, 0.98, 1.02, 1.06, 1.14, 1.12, 1.16, 1.08, 0.98, 0.96, 0.92)
_STORMS, _WET = 9, ("天气灾害", "水环境", "管网事故", "井盖", "供水")
_HOT, _AT_HOT = 40, 0.22
#: so many are sent in again, of the last so many
_AGAIN, _RECENT = 0.03, 60
_REJECTED, _RETURNED, _JOINT, _RATED = 0.021, 0.041, 0.03, {"event": 0.08, "request": 0.45}
_NEVER = 0.0012
#: how often each number of stars is given: 4.59 on average
_STARS = (0.02, 0.02, 0.05, 0.17, 0.74)
#: by grade: hours a case may take, and how many most take
_LIMIT_H, _USUAL_H = (24, 48, 120, 168), (5, 15, 38, 60)
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
) -> list[tuple[str, ...]]:
    """Return the rows of a year's list, in :data:`COLUMNS`, in the order they were reported.

    Parameters
    ----------
    count
        How many, instead of the profile's number.
    last
        The moment the list was made (timezone-aware): what comes later has not been done; the end of :data:`LAST_DAY` when None.
    places
        Houses some of them happen at; anywhere among the buildings when there are none.
    units
        The units of the profile and the seed, where they are made already.

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
    rng = np.random.default_rng([seed, wanted, *profile.encode(), 29])
    ground = micro_grids(make_units(profile, seed) if units is None else units)
    return list(_Year(rng, wanted, last or _end(LAST_DAY), _spots(rng, ground, wanted, places)).rows())


def write(rows: Sequence[Sequence[str]], folder: Path) -> list[Path]:
    """Write event_list.csv and responsibility.csv (who leads what), and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows(rows)
    files = [folder / "event_list.csv", folder / "responsibility.csv"]
    files[0].write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    files[1].write_bytes(Path(__file__).with_name("events_responsibility.csv").read_bytes())
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

    def __init__(self, rng: np.random.Generator, count: int, last: datetime, spots: list[Spot]) -> None:
        self._rng, self._last, self._spots = rng, last, spots
        self._begin = last - timedelta(days=365)
        self._classes = classes.read(tables.ours(classes.OURS))[0]
        self._paths = ["/".join(one[part] for part in ("major", "minor", "name")) for one in self._classes]
        self._ways = {kind: _ways(kind) for kind in _HOURS}
        self._offices = sorted({name for parts in responsibility().values() for name in parts["lead"]})
        storms = rng.choice(np.arange(120, 300), _STORMS, replace=False)
        day = self._days(count, storms)
        self._kind = self._draw_classes(day, set(storms.tolist()))
        hour = np.empty(count, np.int64)
        for kind, shares in _HOURS.items():
            of = np.flatnonzero([self._classes[n]["kind"] == kind for n in self._kind])
            hour[of] = rng.choice(24, len(of), p=np.array(shares) / sum(shares))
        order = np.argsort(day * 86_400 + hour * 3600, kind="stable")
        self._seconds = (day * 86_400 + hour * 3600 + rng.integers(0, 3600, count))[order]
        self._kind = self._kind[order]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield them in the order they were reported."""
        recent: deque[tuple[int, int, str]] = deque(maxlen=_RECENT)
        for n in np.argsort(self._seconds, kind="stable").tolist():
            kind, at = int(self._kind[n]), self._midnight + timedelta(seconds=int(self._seconds[n]))
            if at > self._last:
                continue
            code, place, same = f"{at:%Y%m%d}{n + 1:07}", self._place(), None
            if recent and self._rng.random() < _AGAIN:
                kind, place, same = recent[int(self._rng.integers(0, len(recent)))]
            row = self._row(code, kind, place, at, same)
            if not row[_STATUS]:
                recent.append((kind, place, code))
            yield row

    @property
    def _midnight(self) -> datetime:
        return self._begin.replace(hour=0, minute=0, second=0, microsecond=0)

    def _days(self, count: int, storms: np.ndarray) -> np.ndarray:
        first = self._midnight.date()
        days = [first + timedelta(days=n) for n in range(366)]
        rate = np.array([_WEEK[day.weekday()] * _MONTHS[day.month - 1] for day in days]) * np.linspace(0.9, 1.1, 366)
        rate[storms] *= 1.7
        return self._rng.choice(366, count, p=rate / rate.sum())

    def _draw_classes(self, day: np.ndarray, storms: set[int]) -> np.ndarray:
        rank = np.random.default_rng(len(self._classes)).permutation(len(self._classes)) + 1
        usual = (np.array([1, 4, 9, 22])[[one["grade"] - 1 for one in self._classes]]) / rank**0.75
        wet = np.array([any(word in path for word in _WET) for path in self._paths])
        after = np.where(wet, usual * 6, usual)
        made = self._rng.choice(len(usual), len(day), p=usual / usual.sum())
        stormy = np.flatnonzero(np.isin(day, list(storms)))
        made[stormy] = self._rng.choice(len(usual), len(stormy), p=after / after.sum())
        return made

    def _place(self) -> int:
        """One of the hot places often, most of all the first of them; any other once in a while."""
        if self._rng.random() < _AT_HOT:
            return int(min(self._rng.geometric(0.09) - 1, _HOT - 1, len(self._spots) - 1))
        return int(self._rng.integers(0, len(self._spots)))

    def _row(self, code: str, kind: int, place: int, at: datetime, same: str | None) -> tuple[str, ...]:
        rng, of, spot, path = self._rng, self._classes[kind], self._spots[place], self._paths[kind]
        where = spot.address.removeprefix("广东省深圳市") if spot.address else "路边"
        told = _TOLD[int(rng.integers(0, len(_TOLD)))].format(where=where, what=of["name"])
        row = dict.fromkeys(COLUMNS, "")
        row |= {"事件编号": code, "受理时间": _written(at), "渠道": self._way(of["kind"]), "问题类型": path, "问题描述": told}
        row |= {"事项性质": "事件" if of["kind"] == "event" else "民生诉求", "等级": ("I", "II", "III", "IV")[of["grade"] - 1]}
        row |= {"事发地址": spot.address, "经度": f"{spot.lon:.7f}", "纬度": f"{spot.lat:.7f}"}
        filed = self._then(at, 0.08 if of["grade"] == 1 else 0.8)
        if rng.random() < _REJECTED:
            row |= {"办理状态": "不予立案", "办结时间": self._until(filed)} if filed < self._last else {}
        elif same is not None:
            row |= {"办理状态": "已并案", "主事件编号": same, "办结时间": self._until(filed)} if filed < self._last else {}
        elif filed < self._last:
            row |= {"立案时间": _written(filed), "截止时间": _written(filed + timedelta(hours=_LIMIT_H[of["grade"] - 1]))}
            row |= self._handled(filed, of, path)
        return tuple(row.values())

    def _handled(self, filed: datetime, of: dict, path: str) -> dict[str, str]:
        """What departments did, as far as it was done when the list was made."""
        rng, grade = self._rng, of["grade"]
        parts = _of(path)
        bounced = min(int(rng.geometric(0.72)), 7) if rng.random() < _RETURNED else 0
        back = [str(name) for name in rng.choice([one for one in self._offices if one not in parts["lead"]], bounced, replace=False)]
        joint = bounced > 1 or rng.random() < _JOINT
        sent = self._then(filed, (0.05 if grade == 1 else 0.6) + 7 * bounced)
        taken = self._then(sent, 0.2 if grade == 1 else 2.5)
        done = self._then(taken, _USUAL_H[grade - 1] * (1.6 if joint else 1) * (40 if rng.random() < _NEVER else 1))
        closed = self._then(done, 3.0)
        if sent >= self._last:
            return {}
        assists = [name for name in dict.fromkeys((*parts["assist"], *back[:2])) if name not in parts["lead"]] if joint else []
        made = {"派遣时间": _written(sent), "处置部门": parts["lead"][0], "协办部门": "、".join(assists), "退回部门": "、".join(back)}
        made |= {"退回次数": str(bounced) if bounced else "", "签收时间": self._until(taken), "处置完成时间": self._until(done)}
        made["办结时间"] = self._until(closed)
        if made["办结时间"] and rng.random() < _RATED[of["kind"]]:
            made["满意度"] = str(int(rng.choice(5, p=_STARS)) + 1)
        return made

    def _then(self, at: datetime, hours: float) -> datetime:
        """A moment about so many hours later, rarely much later, at an hour people work."""
        then = at + timedelta(hours=float(self._rng.lognormal(np.log(hours), 0.75)))
        if hours > 0.5 and then.hour < 8:
            then = then.replace(hour=8) + timedelta(minutes=int(self._rng.integers(0, 120)))
        return max(then, at + timedelta(minutes=1)).replace(second=0, microsecond=0) + timedelta(seconds=int(self._rng.integers(0, 60)))

    def _until(self, then: datetime) -> str:
        return _written(then) if then < self._last else ""

    def _way(self, kind: str) -> str:
        names, shares = self._ways[kind]
        return names[int(np.searchsorted(shares, self._rng.random()))]


def _ways(kind: str) -> tuple[list[str], np.ndarray]:
    """Channels by which events of a kind come, and the shares of them added up: of each sort a few bring most."""
    names, shares = [], []
    for sort, share in _WAYS[kind].items():
        of = [row["name_zh"] for row in tables.ours(channels.OURS) if row["kind"] == sort]
        own = 1 / np.arange(1, len(of) + 1) ** 1.2
        names += of
        shares += (share * own / own.sum()).tolist()
    return names, np.cumsum(np.array(shares) / sum(shares))


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


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _end(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=CHINA)
