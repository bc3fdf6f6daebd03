"""Who and what is linked to the invented houses: persons, companies, numbers and cases that cannot be.

Every house with people has about two; companies stand where work is done, many at one door only at cluster addresses
(集群注册场所). Roles and methods are those of the linkage room.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import columns, impossible
from .addresses import Base
from .columns import Columns, Words

#: persons, companies, numbers and cases for each house
PERSONS, COMPANIES, NUMBERS, EVENTS = 2.2, 0.1, 2.5, 0.05

_OF_AGE = 2000  # born before: old enough to stand for a company
_TODAY = np.datetime64("2025-10-01").astype(int)
_EARLIEST = np.datetime64("1985-01-01").astype(int)
_DAYS = [str(day) for day in np.arange(np.datetime64("1985-01-01"), np.datetime64("2026-01-01"))] + [""]

_LIVED_IN = ["residential", "dormitory", "mixed"]
_WORKED_IN = ["commercial", "office", "industrial", "warehouse", "public"]
#: How the source of every invented link begins: by it they are told from real ones.
INVENTED = "示例·"

#: what a link rests on: the register it comes from, and its share
_METHODS = {
    "visit": (INVENTED + "网格入户", 0.5),
    "register": (INVENTED + "业务登记", 0.25),
    "address": (INVENTED + "地址清洗", 0.1),
    "reported": (INVENTED + "自主申报", 0.1),
    "inferred": (INVENTED + "推断", 0.05),
}
_CONFIDENCE = ["", "0.5", "0.7", "0.8", "0.9"]


@dataclass
class People:
    """Links as columns of the files, and who is behind them.

    ``companies`` (n, 18) bytes, ``registered`` the house of each (its place), ``heads`` (n, 18) the ID number of its
    legal representative; ``homes`` the place of the house of each row of ``persons``, ascending; ``clusters`` are places
    of houses where many companies may be registered.
    """

    persons: Columns
    organisations: Columns
    phones: Columns
    events: Columns
    companies: np.ndarray
    registered: np.ndarray
    heads: np.ndarray
    homes: np.ndarray
    clusters: np.ndarray
    cluster_table: Columns


def make(base: Base, seed: int = 1) -> People:
    """Return the links of an address base."""
    rng = np.random.default_rng([seed, len(base.houses.building), 11])
    house = base.houses
    use = _uses(base)
    live = np.isin(house.columns["status"].index, [0, 1])
    lived, worked = np.flatnonzero(live & np.isin(use, _LIVED_IN)), np.flatnonzero(live & np.isin(use, _WORKED_IN))
    worked = worked if len(worked) else lived
    count = len(house.building)
    codes = impossible.persons(round(count * PERSONS), seed)
    clusters = np.sort(rng.choice(worked, max(1, round(count * COMPANIES / 4000)), replace=False))
    companies = impossible.companies(round(count * COMPANIES), seed)
    registered = _offices(len(companies), worked, clusters, rng)
    grown = np.flatnonzero(columns.number(codes[:, 6:10]) < _OF_AGE)
    heads = codes[rng.choice(grown, len(companies))]
    persons, homes = _persons(base, codes, lived, worked, heads, registered, rng)
    return People(
        persons,
        _organisations(base, companies, registered, worked, rng),
        _phones(base, np.concatenate([lived, worked]), rng, seed),
        _events(base, lived, rng, seed),
        companies,
        registered,
        heads,
        homes,
        clusters,
        _cluster_table(base, clusters),
    )


def write(people: People, folder: Path) -> list[Path]:
    """Write persons.csv, organisations.csv, phones.csv, events.csv and clusters.csv, and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names = ("persons", "organisations", "phones", "events")
    files = [columns.write(getattr(people, name), folder / f"{name}.csv") for name in names]
    return [*files, columns.write(people.cluster_table, folder / "clusters.csv")]


def _uses(base: Base) -> np.ndarray:
    """What each house is used for: its own use, or its building's."""
    own, of_building = base.houses.columns["house_use"], base.buildings.table["building_use"].to_numpy()
    return np.where(own.index > 0, own.words[1], of_building[base.houses.building])


def _offices(count: int, worked: np.ndarray, clusters: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where companies are registered: a twelfth at cluster addresses, the others spread, never twenty at one door."""
    at = worked[rng.permutation(np.arange(count) % len(worked))]
    shared = rng.random(count) < 1 / 12
    at[shared] = rng.choice(clusters, int(shared.sum()))
    return at


def _persons(base: Base, codes, lived, worked, heads, registered, rng) -> tuple[Columns, np.ndarray]:
    """Everyone once; some own a house elsewhere, lived elsewhere before, or work somewhere; and who stands for a company."""
    home = np.sort(rng.choice(lived, len(codes)))
    village = (base.buildings.table["kind"] == "village").to_numpy()[base.houses.building[home]]
    draw = rng.random(len(codes))
    limits = np.where(village[:, None], [[0.2, 0.9, 0.96]], [[0.45, 0.75, 0.9]])
    role = (draw[:, None] > limits).sum(axis=1)
    parts = [(np.arange(len(codes)), home, role, np.zeros(len(codes), bool))]
    for share, place, which, over in ((0.06, lived, 2, False), (0.04, lived, 1, True), (0.04, worked, 4, False)):
        who = np.flatnonzero(rng.random(len(codes)) < share)
        parts.append((who, rng.choice(place, len(who)), np.full(len(who), which), np.full(len(who), over)))
    who, place, role, over = (np.concatenate(one) for one in zip(*parts, strict=True))
    code = np.concatenate([codes[who], heads])
    place, over = np.concatenate([place, registered]), np.concatenate([over, np.zeros(len(heads), bool)])
    role = Words(
        np.concatenate([role, np.full(len(heads), 5)]), ["resident", "tenant", "owner", "registered", "worker", "legal_representative"]
    )
    return _links(base, code, place, role, over | (rng.random(len(place)) < 0.03), rng), np.sort(place)


def _organisations(base: Base, companies, registered, worked, rng) -> Columns:
    """Registered once each; a third also work somewhere else, a few own the house or look after it."""
    parts = [(np.arange(len(companies)), registered, 0)]
    for share, role in ((0.3, 1), (0.02, 2), (0.01, 3)):
        who = np.flatnonzero(rng.random(len(companies)) < share)
        parts.append((who, rng.choice(worked, len(who)), role))
    code = np.concatenate([companies[who] for who, _, _ in parts])
    role = np.concatenate([np.full(len(who), role) for who, _, role in parts])
    place = np.concatenate([place for _, place, _ in parts])
    over = (role == 1) & (rng.random(len(place)) < 0.15)
    return _links(base, code, place, Words(role, ["registered", "operating", "owner", "manager"]), over, rng)


def _phones(base: Base, houses: np.ndarray, rng: np.random.Generator, seed: int) -> Columns:
    """Three in four mobile; a few numbers are given for two houses."""
    count = round(len(base.houses.building) * NUMBERS)
    shares = np.array([round(count * 0.75), round(count * 0.1)])
    made = [impossible.mobiles(shares[0], seed), impossible.landlines(shares[1], seed), impossible.devices(count - shares.sum(), seed)]
    code = np.concatenate([np.pad(one, ((0, 0), (0, 13 - one.shape[1]))) for one in made])
    role = np.repeat([0, 1, 2], [len(one) for one in made])
    again = np.flatnonzero((rng.random(count) < 0.04) & (role == 0))
    row = np.concatenate([np.arange(count), again])
    place = rng.choice(houses, len(row))
    return _links(base, code[row], place, Words(role[row], ["contact", "landline", "device"]), rng.random(len(row)) < 0.05, rng)


def _events(base: Base, lived: np.ndarray, rng: np.random.Generator, seed: int) -> Columns:
    """Where each case happened; of some, where the reporter lives."""
    count = max(1, round(len(base.houses.building) * EVENTS))
    code, day = impossible.events(count, "2022-01-01", "2025-10-01", seed)
    told = np.flatnonzero(rng.random(count) < 0.3)
    row = np.concatenate([np.arange(count), told])
    role = Words(np.repeat([0, 1], [count, len(told)]), ["place", "reporter"])
    links = _links(base, code[row], rng.choice(lived, len(row)), role, np.zeros(len(row), bool), rng, in_building=0.4, since=day[row])
    outdoors = (links["role"].index == 0) & (rng.random(len(row)) < 0.2)
    links["place"][outdoors] = _grids_of(base, links["place"][outdoors])
    return links


def _grids_of(base: Base, place: np.ndarray) -> np.ndarray:
    """Codes of basic grids that are there today, for the places of what happened outdoors."""
    known = base.grids["code"].to_numpy()
    out = np.zeros_like(place)
    out[:, :14] = columns.byte_matrix(known.tolist())[columns.number(place[:, 5:14]) % len(known)]
    return out


def _links(base: Base, code, place, role: Words, over, rng, in_building: float = 0.01, since: np.ndarray | None = None) -> Columns:
    """Columns of links in the order of their houses, since a day the house was there, those that are `over` until a later one."""
    order = np.argsort(place, kind="stable")
    code, place, role, over = code[order], place[order], role[order], over[order]
    count = len(place)
    where = base.houses.columns["house_code"][place]
    where[rng.random(count) < in_building, 19:] = 0
    start = since[order] if since is not None else _started(base, place, rng)
    end = start + 30 + (rng.random(count) * np.maximum(_TODAY - start - 30, 1)).astype(np.int64)
    method = rng.choice(len(_METHODS), count, p=[share for _, share in _METHODS.values()])
    doubt = np.where(rng.random(count) < 0.06, rng.integers(1, len(_CONFIDENCE), count), 0)
    return {
        "code": code,
        "place": where,
        "role": role,
        "valid_from": Words(start - _EARLIEST, _DAYS),
        "valid_to": Words(np.where(over, np.minimum(end, _TODAY + 60) - _EARLIEST, len(_DAYS) - 1), _DAYS),
        "method": Words(method, list(_METHODS)),
        "source": Words(method, [source for source, _ in _METHODS.values()]),
        "evidence": Words(np.where(method == 0, (start - _EARLIEST) % 400, 400), [f"入户单{number:03}" for number in range(400)] + [""]),
        "confidence": Words(doubt, _CONFIDENCE),
    }


def _started(base: Base, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A day between the house's first and today, more likely a late one."""
    first = base.houses.columns["valid_from"]
    began = np.array(first.words, "datetime64[D]").astype(np.int64)[first.index[place]]
    return began + ((_TODAY - 60 - began) * np.sqrt(rng.random(len(place)))).astype(np.int64)


def _cluster_table(base: Base, clusters: np.ndarray) -> Columns:
    count = len(clusters)
    return {
        "place": base.houses.columns["house_code"][clusters],
        "name": columns.of([f"示例集群注册场所{number}" for number in range(1, count + 1)]),
        "valid_from": columns.same("2014-01-01", count),
        "valid_to": columns.same("", count),
        "source": columns.same("gridgeo sample", count),
    }
