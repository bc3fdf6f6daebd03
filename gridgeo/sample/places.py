"""Places of the invented city that have a name: roads, estates, villages, industrial parks, towers, public buildings.

Their names are made to be mixed up, as real ones are: one estate's name in two communities, popular roads in every
street, 前进一路 beside 前进二路, nicknames, names and roads that were called otherwise before a certain day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import geopandas
import numpy as np
import pandas as pd

from ..hierarchy import model
from .terrain import facts

#: kinds of buildings in each kind of micro-grid, and their shares
MIX = {
    "urban": {"estate": 0.78, "street": 0.13, "tower": 0.06, "public": 0.03},
    "village": {"village": 0.93, "street": 0.05, "public": 0.02},
    "enterprise": {"park": 0.82, "tower": 0.10, "street": 0.06, "public": 0.02},
}
_MAIN = {"urban": "estate", "village": "village", "enterprise": "park"}
_NUMERALS = "一二三四五六七八九"


@dataclass
class Road:
    """A road as the houses along it know it: its name, its street (None: it runs through the district), what it was called."""

    name: str
    street: int | None
    former: str = ""
    renamed: str = ""


@dataclass
class Site:
    """A named place with one or more buildings: ``road`` is the place of its road, ``aliases`` are (kind, name, from, to)."""

    kind: str
    style: str
    name: str
    road: int
    community: int
    short: str = ""
    aliases: list[tuple[str, str, str, str]] = field(default_factory=list)


@cache
def words(use: str) -> list[str]:
    """Return the words of the vocabulary for a use."""
    return [row["word"] for row in facts("vocabulary.csv") if row["use"] == use]


def numeral(number: int) -> str:
    """Return 1 to 99 as it is written: 一, 十二, 二十三."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _NUMERALS[tens - 1] + "十") + (_NUMERALS[ones - 1] if ones else "")


class Places:
    """The named places of a district.

    Parameters
    ----------
    grids
        Micro-grids in the order of their codes, with ``community``, ``street`` (places of the units above), ``base``
        (the community's name without its suffix) and ``grid_type``.

    Attributes
    ----------
    roads, sites
        Every road and every place with a name.
    roads_of
        Places of the roads that run through each community.
    main
        For each micro-grid, the place of the estate, village or park that fills it.
    """

    def __init__(self, grids: pd.DataFrame, rng: np.random.Generator) -> None:
        self.grids, self.rng = grids, rng
        self.roads: list[Road] = []
        self.sites: list[Site] = []
        self._estates, self._towers = self._estate_names(), self._tower_names()
        self._times: Counter[str] = Counter()
        self.base = grids.drop_duplicates("community").set_index("community")["base"].to_dict()
        self.roads_of = self._lay_roads()
        self.main = self._fill()

    def single(self, kind: str, community: int) -> int:
        """Make a tower or a public building with a name of its own, and return its place."""
        if kind == "tower":
            name = next(self._towers)
            site = Site(kind, "", name, self.any_road(community), community)
            site.short = name[:2] if self.rng.random() < 0.2 else ""
            self._nickname(site)
        else:
            name = f"{self.base[community]}{self._pick('public tail')}"
            self._times[name] += 1
            order = self._times[name]
            name = name if order == 1 else f"{name[:2]}第{numeral(order)}{name[2:]}"
            site = Site(kind, "", name, self.any_road(community), community)
        return self._added(site)

    def any_road(self, community: int) -> int:
        """Return one of the roads of a community."""
        return int(self.rng.choice(self.roads_of[community]))

    def _added(self, site: Site) -> int:
        self.sites.append(site)
        return len(self.sites) - 1

    def _pick(self, use: str) -> str:
        return str(self.rng.choice(words(use)))

    def _lay_roads(self) -> dict[int, list[int]]:
        """Roads through the district, through a street, in a community; popular names come again in other streets."""
        above = self.grids.drop_duplicates("community")
        names = self._road_names()
        out: dict[int, list[int]] = {int(community): [] for community in above["community"]}
        crossing = [self._road(name, None) for name in ("107国道", f"{next(names)}大道", f"{next(names)}大道")]
        for street, communities in above.groupby("street")["community"]:
            wide = [crossing[i] for i in self.rng.choice(3, 2, replace=False)]
            wide += [self._road(f"{next(names)}大道", street)]
            series = self._pick("series road")
            wide += [self._road(f"{series}{_NUMERALS[i]}路", street) for i in range(int(self.rng.integers(2, 4)))]
            wide += [self._road(str(name), street) for name in self.rng.choice(words("popular road"), 3, replace=False)]
            for community in communities:
                local = [self._road(f"{next(names)}{self._pick('road tail')}", street) for _ in range(int(self.rng.integers(3, 6)))]
                local += [self._road(f"{self.base[community]}路", street)]
                out[int(community)] = [int(road) for road in self.rng.permutation(wide)[:4]] + local
        return out

    def _road(self, name: str, street: int | None) -> int:
        road = Road(name, street)
        if self.rng.random() < 0.05 and "国道" not in name:
            tail = name[-2:] if name.endswith("大道") else name[-1]
            road.former = f"{self._two_signs('first', 'second sign')}{tail}"
            road.renamed = _day(self.rng, 2004, 2021)
        self.roads.append(road)
        return len(self.roads) - 1

    def _road_names(self) -> Iterator[str]:
        """Names of two signs; now and then one that sounds like the one before it."""
        signs = [row["character"] for row in facts("characters.csv") if row["place"] == "first"]
        pairs = [a + b for a in signs for b in signs if a != b]
        alike = {one: other for row in facts("alike.csv") if row["how"] == "sound" for one, other in [(row["one"], row["other"])]}
        for place in self.rng.permutation(len(pairs)):
            name = pairs[place]
            yield name
            if name[1] in alike and self.rng.random() < 0.3:
                yield name[0] + alike[name[1]]

    def _two_signs(self, first: str, second: str) -> str:
        signs = [row["character"] for row in facts("characters.csv") if row["place"] == first]
        return f"{self.rng.choice(signs)}{self._pick(second)}"

    def _estate_names(self) -> Iterator[tuple[str, str]]:
        """Heads and tails of estates; no two together twice in a district."""
        signs = [row["character"] for row in facts("characters.csv") if row["place"] == "first"]
        heads = words("estate") + [a + b for a in signs for b in words("second sign")]
        pairs = [(head, tail) for head in heads for tail in dict.fromkeys(words("estate tail"))]
        return self._shuffled(pairs)

    def _tower_names(self) -> Iterator[str]:
        signs = [row["character"] for row in facts("characters.csv") if row["place"] == "first"]
        heads = [a + b for a in signs for b in signs if a != b]
        pairs = [head + tail for head in heads for tail in dict.fromkeys(words("tower tail"))]
        return self._shuffled(pairs)

    def _shuffled(self, names: list) -> Iterator:
        """All of them in a random order; and again, for a city has more places than there are good names."""
        while True:
            for place in self.rng.permutation(len(names)):
                yield names[place]

    def _fill(self) -> np.ndarray:
        """Give every micro-grid the place that fills it: now and then the one its neighbour has."""
        out = np.empty(len(self.grids), np.int64)
        last: dict[tuple[int, str], int] = {}
        for place, (community, kind) in enumerate(zip(self.grids["community"], self.grids["grid_type"], strict=True)):
            key = (int(community), _MAIN[kind])
            if key in last and self.rng.random() < 0.25:
                out[place] = last[key]
                continue
            out[place] = last[key] = getattr(self, f"_{key[1]}")(key[0])
        return out

    def _estate(self, community: int) -> int:
        estates = [site for site in self.sites if site.kind == "estate"] if self.rng.random() < 0.04 else []
        elsewhere = [site.name for site in estates if site.community != community]
        if elsewhere:
            return self._added(Site("estate", "number", str(self.rng.choice(elsewhere)), self.any_road(community), community))
        head, tail = next(self._estates)
        phase = f"{numeral(int(self.rng.integers(1, 4)))}期" if self.rng.random() < 0.08 else ""
        style = str(self.rng.choice(["number", "letter", "wing"], p=[0.72, 0.24, 0.04]))
        site = Site("estate", style, f"{head}{tail}{phase}", self.any_road(community), community)
        site.short = head if self.rng.random() < 0.4 else ""
        self._nickname(site)
        if self.rng.random() < 0.08:
            former = "".join(next(self._estates))
            site.aliases.append(("former", former, _day(self.rng, 1992, 2002), _day(self.rng, 2004, 2020)))
        return self._added(site)

    def _village(self, community: int) -> int:
        """A village or a ward of it, no name twice in the district."""
        style = str(self.rng.choice(["lane", "rows", "ward", "block", "road"], p=[0.5, 0.14, 0.16, 0.12, 0.08]))
        base = self.base[community] if self.rng.random() < 0.5 else self._two_signs("first", "second sign")
        tail = "区" if style == "ward" else self._pick("village tail")
        name, order = f"{base}{numeral(1)}区" if style == "ward" else f"{base}{tail}", 1
        while self._times[name]:
            order += 1
            name = f"{base}{numeral(order)}{tail}"
        self._times[name] += 1
        site = Site("village", style, name, self.any_road(community), community)
        if tail in ("旧村", "村") and self.rng.random() < 0.2:
            site.aliases.append(("colloquial", f"老{name.removesuffix(tail)}村", "2005-01-01", ""))
        if self.rng.random() < 0.08:
            site.aliases.append(("former", f"{base}{self._pick('second sign')}村", "1985-01-01", _day(self.rng, 1998, 2015)))
        return self._added(site)

    def _park(self, community: int) -> int:
        base = self.base[community] if self.rng.random() < 0.5 else self._two_signs("first", "second sign")
        name = f"{base}{self._pick('park tail')}"
        self._times[name] += 1
        if self._times[name] > 1:
            name = f"{base}{self._two_signs('first', 'second sign')}{name[len(base) :]}"
        style = str(self.rng.choice(["number", "letter"], p=[0.6, 0.4]))
        site = Site("park", style, name, self.any_road(community), community)
        if "第" in name:
            site.short = name.replace("第", "").replace("工业区", "工")
        if self.rng.random() < 0.1:
            former = f"{self._two_signs('first', 'second sign')}{self._pick('park tail')}"
            site.aliases.append(("former", former, _day(self.rng, 1990, 1999), _day(self.rng, 2003, 2019)))
        return self._added(site)

    def _nickname(self, site: Site) -> None:
        """What people call a place: the old one, the big one, or something else altogether."""
        if self.rng.random() < 0.12:
            head = site.name[:2]
            name = str(self.rng.choice([f"大{head}", f"老{head}", f"{head}小区", f"{self._two_signs('first', 'second sign')}那边"]))
            if name != site.name:
                site.aliases.append(("colloquial", name.removesuffix("那边"), "2010-01-01", ""))
        if self.rng.random() < 0.04:
            site.aliases.append(("other", f"{site.name[:2]}·{self._two_signs('first', 'second sign')}", _day(self.rng, 2008, 2022), ""))


def _day(rng: np.random.Generator, first: int, last: int) -> str:
    return f"{rng.integers(first, last + 1)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"


def micro_grids(frame: geopandas.GeoDataFrame) -> pd.DataFrame:
    """Return the micro-grids of a sample with what they belong to: names and places of the units above, in order of codes."""
    level = {name: units.reset_index(drop=True) for name, units in frame.groupby("level")}
    micro, community, street = level["micro"].sort_values("code"), level["community"], level["street"]
    of_community = pd.Series(community.index, index=community["code"])
    of_street = pd.Series(street.index, index=street["code"])
    above = of_community[micro["parent"]].to_numpy()
    beyond = of_street[community["parent"].to_numpy()[above]].to_numpy()
    return pd.DataFrame(
        {
            "code": micro["code"].to_numpy(),
            "grid_type": micro["grid_type"].to_numpy(),
            "household_count": micro["household_count"].to_numpy(int),
            "geometry": micro.geometry.to_numpy(),
            "community": above,
            "street": beyond,
            "community_name": community["name_zh"].to_numpy()[above],
            "street_name": street["name_zh"].to_numpy()[beyond],
            "district_name": pd.Series(level["district"]["name_zh"].to_numpy(), index=model.keys(level["district"]))[
                street["parent"].to_numpy()[beyond]
            ].to_numpy(),
            "base": community["name_zh"].str.removesuffix("社区").to_numpy()[above],
        }
    )
