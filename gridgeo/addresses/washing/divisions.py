"""Divisions of a city: what they are called today, what they were called, and what lay in what at which time.

The facts beside this module are Shenzhen's.
Source: `divisions.csv` from the statistics bureau's lists of 2010, 2017, 2018, 2021 and 2023 (public facts; `first` and `last` are the
lists a division stands in, 2010 and 2023 meaning "or before" and "still"); its communities are residents' committees, which are not
everywhere the communities a city governs by. `former.csv`: towns, counties and new areas that were, from the public record of
changes; the years are those of the change, or the nearest known ("usual name" in the note).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROVINCE, CITY = "广东省", "深圳市"
#: the latest list: what stands in it is of today
LATEST = 2023
LEVELS = ("district", "street", "community")

_HERE = Path(__file__).parent
_SUFFIXES = {"district": ("新区", "区", "县", "市"), "street": ("街道", "镇", "乡"), "community": ("社区", "村")}


@dataclass(frozen=True, slots=True)
class Division:
    """A district, street or community.

    Parameters
    ----------
    level
        district, street or community.
    name
        As it is called, with suffix: 宝安区, 西乡街道, 固戍社区, 福永镇.
    street, district
        What it lies in; empty where it does not matter.
    became
        Names of what took its place; empty for what is of today.
    ids
        Whatever the caller knows it by.
    """

    level: str
    name: str
    street: str = ""
    district: str = ""
    became: tuple[str, ...] = ()
    ids: tuple = ()
    former: bool = False

    @property
    def bare(self) -> str:
        """The name without its suffix: 宝安, 西乡, 固戍; as it is where hardly anything would be left (梅村)."""
        suffix = next((s for s in _SUFFIXES[self.level] if self.name.endswith(s)), "")
        kept = self.name[: len(self.name) - len(suffix)]
        return kept if len(kept) >= 2 else self.name


@cache
def shenzhen() -> tuple[Division, ...]:
    """Return the public divisions of Shenzhen of all vintages known."""
    return (*_listed(), *_former())


def _listed() -> Iterable[Division]:
    for row in _rows("divisions.csv"):
        yield Division(row["level"], row["name"], row["street"], row["district"], former=int(row["last"]) < LATEST)


def _former() -> Iterable[Division]:
    for row in _rows("former.csv"):
        yield Division(row["level"], row["name"], became=tuple(row["became"].split("|")), former=True)


def places(kind: str) -> list[str]:
    """Return well known places of Shenzhen of a kind: road, area (a named part of town) or compound.

    Source: `places.csv`, names in everyday use.
    """
    return [row["name"] for row in _rows("places.csv") if row["kind"] == kind]


def elsewhere(level: str) -> dict[str, str]:
    """Return the full names of the provinces, municipalities or cities of China but Shenzhen, by their bare names."""
    return {row["bare"]: row["name"] for row in _rows("cities.csv") if row["level"] == level}


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


_OFFICE = re.compile("(?:街道)?(?:办事处|办)$|街[到倒]$")


def of_office(name: str) -> str:
    """Return a street for the office that runs it: 公明办事处 and 公明街道办 are 公明街道."""
    return name if name.endswith("街道") else _OFFICE.sub("街道", name)
