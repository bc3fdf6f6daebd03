"""The invented managed objects: lamps along roads, lids in front of houses, trees in the green, as many as asked, as files to load.

They stand as a city's do: along the borders of micro-grids, which are roads; around buildings; in parks. Their categories are those
of ``categories.csv``, a few of them very many, most of them few. Lines and areas are few and in a file of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from ..errors import InvalidInput
from ..geo import crs
from . import buildings, columns
from .columns import Column, Columns, Words
from .places import micro_grids
from .profiles import Progress, apportion
from .profiles import make as make_units
from .terrain import facts

#: objects of a profile
SIZES = {"small": 4_000, "baoan": 1_600_000, "city": 10_000_000}

#: what there is more of than of other things, by a word in its name, and how many times as many
_FREQUENT = {
    **{"行道树": 60, "树": 30, "雨水": 40, "路灯": 40, "污水井盖": 30, "井盖": 16, "电力": 6, "通信": 6, "标志": 12, "路名牌": 6},
    **{"垃圾": 10, "果皮箱": 10, "监控": 8, "摄像": 8, "消火栓": 5, "护栏": 8, "电杆": 8, "变压器": 2, "配电": 4, "交接箱": 5, "护树": 8},
    **{"门牌": 12, "信号灯": 3, "停车": 4, "井": 3, "灯": 3},
}
#: shares of what stands along roads, around buildings and in the green, by a word in the names of its classes
_WHERE = {"园林": (0.55, 0.1, 0.35), "绿化": (0.55, 0.1, 0.35), "房屋": (0.05, 0.95, 0.0), "门牌": (0.1, 0.9, 0.0), "": (0.72, 0.25, 0.03)}
_STATUS = {"in_use": 0.93, "damaged": 0.03, "out_of_service": 0.015, "removed": 0.012, "missing": 0.007, "planned": 0.006}
#: of all objects these are lines or areas, where there are categories of them
_DRAWN = 0.004
_PARK = 0.02
#: what numbers of a unit go up by
_STEPS = {"m": 0.5, "m2": 25, "mm": 100, "cm": 15, "W": 50, "kW": 7, "kV": 10, "t": 5, "l": 120, "a": 20}
_FIRST_DAY, _LAST_DAY = np.datetime64("2015-01-01"), np.datetime64("2025-06-30")
_DISTRICT = "440306"
_SOURCE = "gridgeo sample"


@dataclass
class Objects:
    """Managed objects as columns of a file (`points`), and those that are lines or areas, EPSG:4490 (`drawn`)."""

    points: Columns
    drawn: geopandas.GeoDataFrame


def make(
    profile: str = "baoan",
    seed: int = 1,
    count: int | None = None,
    progress: Progress | None = None,
    units: geopandas.GeoDataFrame | None = None,
) -> Objects:
    """Return the managed objects of a sample.

    Parameters
    ----------
    count
        How many, instead of the profile's number.
    units
        The units of the profile and the seed, where they are made already.

    Raises
    ------
    InvalidInput
        No such profile, or no object.
    """
    if profile not in SIZES:
        raise InvalidInput("profile", profile, f"there are {', '.join(SIZES)}")
    if count is not None and count < 1:
        raise InvalidInput("objects", count, "at least 1")
    wanted = count or SIZES[profile]
    (progress or (lambda _: None))("managed objects")
    rng = np.random.default_rng([seed, wanted, *profile.encode(), 5])
    ground = _Ground(micro_grids(make_units(profile, seed) if units is None else units), wanted)
    tree = pd.DataFrame(categories())
    category = np.repeat(np.arange(len(tree)), _amounts(tree, wanted))
    xy, heading = ground.places(_modes(tree, category, rng), rng)
    lonlat = crs.to_storage(xy, crs.METRIC_PLANE).round(7)
    table = _columns(tree, category, lonlat, rng)
    kind = tree["geometry_kind"].to_numpy()[category]
    drawn = np.flatnonzero(kind != "point")
    return Objects({name: column[kind == "point"] for name, column in table.items()}, _drawn(table, drawn, kind, xy, heading, rng))


def write(made: Objects, folder: Path) -> list[Path]:
    """Write objects.csv, objects_drawn.csv (WKT; where there are any) and categories.csv, and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = [columns.write(made.points, folder / "objects.csv")]
    if len(made.drawn):
        files.append(folder / "objects_drawn.csv")
        wkt = shapely.to_wkt(made.drawn.geometry.to_numpy(), rounding_precision=7)
        made.drawn.drop(columns="geometry").assign(geometry=wkt).to_csv(files[-1], index=False, encoding="utf-8-sig", lineterminator="\r\n")
    files.append(folder / "categories.csv")
    files[-1].write_bytes(Path(__file__).with_name("categories.csv").read_bytes())
    return files


@cache
def categories() -> list[dict[str, str]]:
    """Return the rows of ``categories.csv``."""
    return facts("categories.csv")


class _Ground:
    """Where things may stand, in the metric plane: along the rings of micro-grids, around buildings, in parks."""

    def __init__(self, grids: pd.DataFrame, count: int) -> None:
        grid, lon, lat = buildings.spots(grids, max(20, count // 16))
        self.houses = crs.from_storage(np.column_stack([lon, lat]), crs.METRIC_PLANE)
        parts = shapely.get_geometry(crs.to_metric(grids["geometry"].to_numpy()), 0)
        rings = shapely.get_exterior_ring(shapely.orient_polygons(parts))
        self._corners, ring = shapely.get_coordinates(rings, return_index=True)
        step = np.hypot(*np.diff(self._corners, axis=0).T)
        step[np.diff(ring) > 0] = 0
        self._way = np.concatenate([[0], np.cumsum(step)])  # how far each corner is from the first of all, rings end to end
        self._begin = self._way[np.searchsorted(ring, np.arange(len(rings)))]
        self._length = shapely.length(rings)
        self._busy = np.sqrt(np.bincount(grid, minlength=len(rings)) + 1.0) * np.sqrt(self._length)

    def places(self, mode: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return a place (n, 2) for each object by what it stands at (0 road, 1 building, 2 green), and the direction of its road."""
        xy, heading = np.empty((len(mode), 2)), rng.normal(size=(len(mode), 2))
        road, house, green = (np.flatnonzero(mode == which) for which in range(3))
        xy[road], heading[road] = self._along(len(road), rng)
        xy[house] = self.houses[rng.integers(0, len(self.houses), len(house))] + rng.normal(0, 9, (len(house), 2))
        parks = self.houses[rng.integers(0, len(self.houses), max(1, int(len(self.houses) * _PARK)))]
        xy[green] = parks[rng.integers(0, len(parks), len(green))] + rng.normal(0, 45, (len(green), 2))
        return xy, heading / np.hypot(*heading.T)[:, None]

    def _along(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Places some metres inside of a ring, mostly at even distances along it, and the direction of the ring there."""
        ring = rng.choice(len(self._begin), count, p=self._busy / self._busy.sum())
        metres = rng.random(count) * self._length[ring]
        metres = np.where(rng.random(count) < 0.6, metres // 12 * 12, metres) + rng.normal(0, 0.4, count)
        at = self._begin[ring] + np.clip(metres, 0.01, self._length[ring] - 0.01)
        before = np.searchsorted(self._way, at, "right") - 1
        side = self._corners[before + 1] - self._corners[before]
        long = np.maximum(np.hypot(*side.T), 1e-9)[:, None]
        ahead = side / long
        inward = np.column_stack([-ahead[:, 1], ahead[:, 0]])
        aside = rng.choice([1.5, 3.0, 6.0], count) + np.abs(rng.normal(0, 0.5, count))
        return self._corners[before] + ahead * (at - self._way[before])[:, None] + inward * aside[:, None], ahead


def _amounts(tree: pd.DataFrame, count: int) -> np.ndarray:
    """How many objects each category has: by rank in an order that means nothing, more of what there is everywhere."""
    rank = np.random.default_rng(len(tree)).permutation(len(tree)) + 1
    many = np.array([next((times for word, times in _FREQUENT.items() if word in name), 1) for name in tree["name"]])
    weight, drawn = many / rank**0.6, (tree["geometry_kind"] != "point").to_numpy()
    if drawn.any() and not drawn.all():
        weight[drawn] *= _DRAWN * weight[~drawn].sum() / weight[drawn].sum()
    return (
        apportion(weight, count)
        if count >= len(tree)
        else np.bincount(np.argsort(-weight)[np.arange(count) % len(tree)], minlength=len(tree))
    )


def _modes(tree: pd.DataFrame, category: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    words = tree["major"] + "/" + tree["minor"] + "/" + tree["name"]
    shares = np.array([next(share for word, share in _WHERE.items() if word in text) for text in words])
    return (rng.random(len(category))[:, None] > np.cumsum(shares, axis=1)[category][:, :2]).sum(axis=1)


def _columns(tree: pd.DataFrame, category: np.ndarray, lonlat: np.ndarray, rng: np.random.Generator) -> dict[str, Column]:
    count = len(category)
    status = rng.choice(len(_STATUS), count, p=list(_STATUS.values()))
    since = rng.integers(0, (_LAST_DAY - _FIRST_DAY).astype(int) - 400, count)
    ago = rng.random(count) * pd.to_numeric(tree["inspection_days"]).fillna(365).to_numpy()[category] * np.where(status == 0, 1.05, 2)
    looked = np.maximum((_LAST_DAY - _FIRST_DAY).astype(int) - ago.astype(int), since)
    path = (tree["major"] + "/" + tree["minor"] + "/" + tree["name"]).tolist()
    return {
        "element_code": _codes(tree, category),
        "category": Words(category, path),
        "status": Words(status, list(_STATUS)),
        "lon": _degrees(lonlat[:, 0]),
        "lat": _degrees(lonlat[:, 1]),
        "inspected_on": columns.of_numbers(looked // 7 * 7, _day),
        "since": columns.of_numbers(since // 30 * 30, _day),
        "source": columns.same(_SOURCE, count),
        **_attributes(tree, category, rng),
    }


def _codes(tree: pd.DataFrame, category: np.ndarray) -> np.ndarray:
    """The department's organisation code, three digits of the category, the district, and a number within the category."""
    first = np.searchsorted(category, np.arange(len(tree)))
    number = np.arange(len(category)) - first[category] + 1
    department = columns.byte_matrix(tree["department_code"].tolist())[category]
    district = np.broadcast_to(np.frombuffer(_DISTRICT.encode(), np.uint8), (len(category), len(_DISTRICT)))
    return np.concatenate([department, columns.digits(category + 1, 3), district, columns.digits(number, 11)], axis=1)


def _degrees(values: np.ndarray) -> np.ndarray:
    """Degrees with seven places, as a matrix of bytes."""
    whole = np.rint(values * 1e7).astype(np.int64)
    signs = columns.digits(whole, len(str(int(whole.max(initial=1)))))
    point = np.full((len(values), 1), ord("."), np.uint8)
    return np.concatenate([signs[:, :-7], point, signs[:, -7:]], axis=1)


def _attributes(tree: pd.DataFrame, category: np.ndarray, rng: np.random.Generator) -> dict[str, Words]:
    """A column for each attribute that some category has; most rows of it are empty."""
    schemas = [orjson.loads(text) if text else [] for text in tree["attributes"]]
    names = dict.fromkeys(one["name"] for schema in schemas for one in schema)
    begin = np.searchsorted(category, np.arange(len(tree) + 1))
    made = {}
    for name in names:
        index, words = np.zeros(len(category), np.int16), {"": 0}
        for place, schema in enumerate(schemas):
            for one in schema:
                if one["name"] == name and begin[place + 1] > begin[place]:
                    values = [words.setdefault(value, len(words)) for value in _values(one)]
                    rows = slice(begin[place], begin[place + 1])
                    index[rows] = rng.choice(values, begin[place + 1] - begin[place])
                    if not one.get("required"):
                        index[rows][rng.random(rows.stop - rows.start) < 0.15] = 0
        made[name] = Words(index, list(words))
    return made


def _values(attribute: dict) -> list[str]:
    """What an attribute may be here: a handful of values."""
    if attribute["kind"] == "choice":
        return [*attribute["choices"], attribute["choices"][0], attribute["choices"][0]]
    if attribute["kind"] in ("number", "integer"):
        step = _STEPS.get(attribute.get("unit", ""), 1)
        return [f"{value * step:g}" for value in range(1, 13)]
    if attribute["kind"] == "date":
        return [_day(int(value)) for value in range(0, 3600, 30)]
    return [f"{attribute['name_zh']}{place}" for place in "甲乙丙丁"]


def _drawn(table: dict[str, Column], rows: np.ndarray, kind: np.ndarray, xy: np.ndarray, heading: np.ndarray, rng: np.random.Generator):
    """Lines of some tens of metres in the direction of their road, areas with some corners round their middle."""
    ahead, middle, size = heading[rows], xy[rows], rng.uniform(6, 40, len(rows))[:, None]
    aside = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * rng.uniform(-2, 2, (len(rows), 1))
    line = np.stack([middle - ahead * size, middle + aside, middle + ahead * size], axis=1)
    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    round_ = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ring = middle[:, None] + round_ * (size * rng.uniform(0.5, 1.0, (len(rows), 8)))[:, :, None]
    shapes = np.full(len(rows), None, dtype=object)
    lines, areas = kind[rows] == "line", kind[rows] == "polygon"
    shapes[lines] = shapely.linestrings(_rounded(line[lines]))
    shapes[areas] = shapely.polygons(_rounded(ring[areas]))
    cells = columns.frame({name: column[rows] for name, column in table.items() if name not in ("lon", "lat")})
    return geopandas.GeoDataFrame(cells, geometry=shapes, crs=crs.STORAGE)


def _rounded(corners: np.ndarray) -> np.ndarray:
    return crs.to_storage(corners.reshape(-1, 2), crs.METRIC_PLANE).round(7).reshape(corners.shape)


def _day(number: int) -> str:
    return str(_FIRST_DAY + np.timedelta64(number, "D"))
