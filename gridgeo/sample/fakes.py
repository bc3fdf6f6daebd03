"""Business registrations of the invented town, some of them with an address that is a lie, and which these are.

The honest ones are made hard: addresses as people write them, old names, the code of a house that was given another
since, offices where hundreds are registered by right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from . import columns, impossible, noise
from .addresses import Base
from .people import People
from .places import words
from .town import Town

COLUMNS = ["credit_code", "name", "address", "house_code", "legal_person", "phone", "kind", "truth"]

#: How often each kind of honest registration and each kind of fake comes.
HONEST = {"plain": 0.45, "noisy": 0.22, "no-code": 0.1, "cluster": 0.08, "old-name": 0.1, "recoded": 0.05}
FAKES = ("house-missing", "house-retired", "wrong-use", "room-beyond", "stranger", "elsewhere", "disagrees", "too-many", "phone-shared")

#: Companies a fake office or a fake number is used for.
_CROWD, _SHARED = 25, 12

#: One company in so many is among the registrations of a file, and how many there are at least and at most.
_CHECKED, _LEAST, _MOST = 4, 200, 2_000


@dataclass
class _Desk:
    """What registrations are made of."""

    base: Base
    people: People
    town: Town
    rng: np.random.Generator
    fresh: Iterator[np.ndarray]
    numbers: Iterator[np.ndarray]

    def __post_init__(self) -> None:
        codes = columns.texts(self.base.houses.columns["house_code"])
        use = self.base.buildings.table["building_use"].to_numpy()[self.base.houses.building]
        own = self.base.houses.columns["house_use"].index > 0
        self.codes, self.known, live = codes, set(codes), self.town.live
        self.dwellings = np.flatnonzero(live & np.isin(use, ["residential", "dormitory"]) & ~own)
        self.offices = np.setdiff1d(self.people.registered, self.people.clusters)
        followed = set(self.base.successors["code"])
        status = self.town.houses["status"]
        gone = np.flatnonzero(status.isin(["retired", "demolished"]).to_numpy())
        self.gone = np.array([row for row in gone if codes[row] not in followed], dtype=np.int64)
        duplicates = self.base.houses.successors
        duplicates = duplicates[duplicates["reason"] == "duplicate"]
        self.former_code = dict(zip(duplicates["successor"], duplicates["code"], strict=True))

    def near(self, row: int) -> str:
        """Return somebody who is linked to a house, or to its building; to neither where nobody is."""
        building = self.base.houses.building
        around = np.searchsorted(building, [building[row], building[row] + 1])
        for first, end in ((row, row + 1), around):
            low, high = np.searchsorted(self.people.homes, [first, end])
            if high > low:
                return _text(self.people.persons["code"][int(self.rng.integers(low, high))])
        return self.anybody()

    def anybody(self) -> str:
        """Return somebody of the town."""
        return _text(self.people.persons["code"][int(self.rng.integers(len(self.people.homes)))])

    def credit(self, company: int) -> str:
        """Return the code of a company."""
        return _text(self.people.companies[company])

    def head(self, company: int) -> str:
        """Return who stands for a company."""
        return _text(self.people.heads[company])

    def row(self, kind: str, credit: str, address: str | None, house: int | str | None, person: str, phone: str = "") -> list:
        """Return one registration; `house` is a place or a code."""
        firm = f"深圳市{self.rng.choice(words('firm'))}{self.rng.choice(words('second sign'))}{self.rng.choice(words('trade'))}有限公司"
        code = self.codes[house] if isinstance(house, int | np.integer) else house
        return [credit, firm, address or "", code or "", person, phone or _text(next(self.numbers)), kind, kind in FAKES]


def make(base: Base, people: People, count: int, seed: int = 1, fakes: float = 0.3) -> pd.DataFrame:
    """Return `count` registrations, in no order.

    credit_code, name, address (text), house_code (sometimes empty), legal_person (ID number), phone; ``kind`` says what
    it is (see :data:`HONEST`, :data:`FAKES`), ``truth`` whether it is a fake.

    Parameters
    ----------
    fakes
        Share of fakes; every kind comes about equally often.
    """
    rng = np.random.default_rng([seed, count, 17])
    more = impossible.companies(len(people.companies) + 2 * count + 1000, seed)[len(people.companies) :]
    numbers = impossible.mobiles(len(people.homes) + count + 100, seed)[-count - 100 :]
    desk = _Desk(base, people, Town(base.full(), base.names), rng, iter(more), iter(numbers))
    each = max(1, round(count * fakes / len(FAKES)))
    lies = [row for kind in FAKES for row in _fakes(desk, kind, each)]
    taken = {code for row in lies for code in (row[0], row[3])}
    truths = _honest(desk, max(0, count - len(lies)), taken)
    rows = pd.DataFrame(lies + truths, columns=COLUMNS, dtype=object).astype({"truth": bool})
    return rows.iloc[rng.permutation(len(rows))].reset_index(drop=True)


def write(base: Base, people: People, folder: Path, seed: int = 1) -> Path:
    """Write registrations to be checked as CSV, one company in :data:`_CHECKED` of the town; `kind` and `truth` say which are fakes."""
    rows = make(base, people, min(_MOST, max(_LEAST, len(people.companies) // _CHECKED)), seed)
    path = folder / "registrations.csv"
    rows.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return path


def _fakes(desk: _Desk, kind: str, count: int) -> list[list]:
    if kind == "too-many":
        return [row for size in _groups(count, _CROWD) for row in _crowd(desk, size)]
    if kind == "phone-shared":
        return [row for size in _groups(count, _SHARED) for row in _sharing(desk, size)]
    rows: list[list] = []
    for _ in range(count * 20):
        row = _fake(desk, kind) if len(rows) < count else None
        rows += [row] if row else []
    return rows


def _fake(desk: _Desk, kind: str) -> list | None:
    rng, town = desk.rng, desk.town
    new, office = _text(next(desk.fresh)) if kind not in ("elsewhere", "disagrees") else "", int(rng.choice(desk.offices))
    if kind == "house-missing":
        street = town.houses["street"].iat[office]
        name = f"{rng.choice(words('firm'))}{rng.choice(words('second sign'))}大厦"
        address = f"深圳市宝安区{street}{name}{rng.integers(2, 30)}{rng.integers(1, 12):02}"
        code = f"{desk.codes[office][:14]}{rng.integers(99000, 99999)}{rng.integers(1, 300):06}"
        if code in desk.known:
            return None
        return desk.row(kind, new, address if rng.random() < 0.7 else None, code, desk.anybody())
    if kind == "house-retired":
        if not len(desk.gone):
            return None
        row = int(rng.choice(desk.gone))
        return desk.row(kind, new, noise.plain(town, row, rng), row, desk.near(row))
    if kind == "wrong-use":
        if not len(desk.dwellings):
            return None
        row = int(rng.choice(desk.dwellings))
        return desk.row(kind, new, noise.written(town, row, rng, noisy=False), row, desk.near(row))
    if kind == "room-beyond":
        address = noise.beyond(town, office, rng)
        return desk.row(kind, new, address, None, desk.near(office)) if address else None
    if kind == "stranger":
        return desk.row(kind, new, noise.written(town, office, rng, noisy=False), office, desk.anybody())
    return _misplaced(desk, kind, office)


def _misplaced(desk: _Desk, kind: str, office: int) -> list | None:
    """A company that is registered at one place, and says to be at another."""
    building = desk.base.houses.building
    company = int(desk.rng.choice(_usual(desk)))
    home = int(desk.people.registered[company])
    credit = desk.credit(company)
    address = noise.written(desk.town, office, desk.rng, noisy=False)
    if building[home] == building[office] or not address:
        return None
    if kind == "elsewhere":
        return desk.row(kind, credit, address, office, desk.near(office))
    return desk.row(kind, credit, address, home, desk.head(company))


def _groups(count: int, size: int) -> list[int]:
    """Groups that are large enough to be found, about `count` rows together, at least one."""
    return [size] * max(1, round(count / size))


def _crowd(desk: _Desk, size: int) -> list[list]:
    """Many new companies at one office that is no cluster address."""
    office = int(desk.rng.choice(desk.offices))
    address = noise.plain(desk.town, office, desk.rng)
    return [desk.row("too-many", _text(next(desk.fresh)), address, office, desk.near(office)) for _ in range(size)]


def _sharing(desk: _Desk, size: int) -> list[list]:
    """Companies all over the town that give one number; otherwise all is as it should be."""
    phone, usual = _text(next(desk.numbers)), _usual(desk)
    rows = []
    for company in desk.rng.choice(usual, min(size, len(usual)), replace=False):
        office = int(desk.people.registered[company])
        address = noise.plain(desk.town, office, desk.rng)
        rows.append(desk.row("phone-shared", desk.credit(company), address, office, desk.head(company), phone))
    return rows


def _usual(desk: _Desk) -> np.ndarray:
    """Companies that are not registered at a cluster address."""
    return np.flatnonzero(~np.isin(desk.people.registered, desk.people.clusters))


def _honest(desk: _Desk, count: int, taken: set[str]) -> list[list]:
    """Companies that are where they say, none twice, none that is in a fake nor at an office of one."""
    people, waiting = desk.people, {}
    order = [
        int(one)
        for one in desk.rng.permutation(len(people.companies))
        if not taken & {desk.credit(one), desk.codes[people.registered[one]]}
    ]
    in_cluster = np.isin(people.registered, people.clusters)
    followed = np.array([desk.codes[house] in desk.former_code for house in people.registered])
    waiting["cluster"] = iter([one for one in order if in_cluster[one]])
    waiting["recoded"] = iter([one for one in order if followed[one] and not in_cluster[one]])
    spread = iter([one for one in order if not followed[one] and not in_cluster[one]])
    rows: list[list] = []
    while len(rows) < count:
        kind = str(desk.rng.choice(list(HONEST), p=list(HONEST.values())))
        company = next(waiting.get(kind, spread), None)
        if company is None and kind not in waiting:
            break
        row = _true(desk, kind, company) if company is not None else None
        rows += [row] if row else []
    return rows


def _true(desk: _Desk, kind: str, company: int) -> list | None:
    """One honest registration; one whose place never had another name is a plain one."""
    office = int(desk.people.registered[company])
    credit, head = desk.credit(company), desk.head(company)
    code: str | None = desk.codes[office]
    address = noise.written(desk.town, office, desk.rng, noisy=kind == "noisy")
    if kind == "old-name":
        other = noise.other_name(desk.town, office, desk.rng)
        address, kind = (other, kind) if other else (address, "plain")
    if kind == "recoded":
        code = desk.former_code[code]
    if kind == "no-code":
        code = None
    return desk.row(kind, credit, address, code, head) if address else None


def _text(code: np.ndarray) -> str:
    return code.tobytes().rstrip(b"\0").decode()
