"""What the base and the links know of the places that a list of claims is about, looked up by a few statements a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..addresses import rules as address_rules
from ..addresses import store as addresses
from ..addresses.model import Status
from ..db import queries
from ..errors import InvalidInput
from . import rules
from .claims import Standing

SQL = queries.load(__package__, "checks.sql")

#: How far a chain of successors is followed.
_LONGEST = 16


class Ground:
    """Houses and buildings as they stand on a day, and who follows those that are gone."""

    def __init__(self, conn, day: date) -> None:
        self._conn, self._day = conn, day
        self._worked_in = {use: worked_in for use, (*_, worked_in) in addresses.uses(conn).items()}
        self._next: dict[str, list[str]] = defaultdict(list)
        self._standing: dict[str, Standing] = {}
        self._asked: set[str] = set()

    def learn(self, codes: Iterable[str]) -> None:
        """Look houses (25) and buildings (19) up, and those that follow them."""
        wave = set(codes) - self._asked
        for _ in range(_LONGEST):
            if not wave:
                break
            self._asked |= wave
            self._read(wave)
            following = SQL.rows(self._conn, "followers", **_keys(wave))
            for code, successor in following:
                self._next[code].append(successor)
            wave = {successor for _, successor in following} - self._asked

    def at(self, code: str | None) -> Standing | None:
        """Return the house or building of a code that was looked up, None where there is none such."""
        return self._standing.get(code) if code else None

    def ends(self, code: str | None) -> tuple[str, ...]:
        """Return the live houses or buildings that follow one, directly or in the end."""
        ends, seen, wave = [], {code}, [code]
        while wave:
            wave = sorted({follower for one in wave for follower in self._next.get(one, ())} - seen)
            seen.update(wave)
            ends += [one for one in wave if one in self._standing and self._standing[one].live]
        return tuple(ends)

    def is_in(self, code: str, building: str) -> bool:
        """Return whether a house or building is, or was followed by, a building or a house in it."""
        at = self.at(code)
        return (at.building if at else code[:19]) == building or any(self._standing[end].building == building for end in self.ends(code))

    def others(self, place: Standing | None, places: Iterable[str]) -> tuple[str, ...]:
        """Return those of some places (25 characters) that are neither a house, nor its building, nor what it followed."""
        if place is None:
            return ()
        same = {place.code, place.building}
        return tuple(sorted(at for at in places if rules.code_of(at) not in same and not same & set(self.ends(rules.code_of(at)))))

    def _read(self, codes: set[str]) -> None:
        houses = SQL.rows(self._conn, "houses", as_of=self._day, **_keys(code for code in codes if not address_rules.is_building(code)))
        wanted = {code for code in codes if address_rules.is_building(code)} | {building for _, building, *_ in houses}
        buildings = {row[0]: row for row in SQL.rows(self._conn, "buildings", as_of=self._day, **_keys(wanted))}
        for code, status, over, valid_to, use, floors in buildings.values():
            self._stand(code, code, Status(status), over, valid_to, use, None, floors)
        for code, building, status, over, valid_to, use, floor in houses:
            _, of_status, of_over, of_valid_to, of_use, floors = buildings.get(building, (None, status, over, valid_to, use, None))
            if Status(status).live and not over:  # a house is there no longer than its building
                status, over, valid_to = of_status, of_over, of_valid_to
            self._stand(code, building, Status(status), over, valid_to, use or of_use, floor, floors)

    def _stand(self, code: str, building: str, status: Status, over: bool, valid_to: date | None, use: str, floor, floors) -> None:
        worked_in = self._worked_in.get(use, True)  # what nobody knows the use of is not held against it
        self._standing[code] = Standing(code, building, status, status.gone or over, use, worked_in, floor, floors, valid_to)


@dataclass(frozen=True)
class Linked:
    """Links of codes by token: the place, the role, and whether it is so on the day asked about."""

    by_token: Mapping[bytes, Sequence[tuple[str, str, bool]]]

    def now(self, token: bytes | None, role: str | None = None) -> set[str]:
        """Return the places a code is linked to, in a role where one is given."""
        return {place for place, has, valid in self.by_token.get(token, ()) if valid and role in (None, has)}

    def ever(self, token: bytes | None) -> set[str]:
        """Return the places a code is, was or will be linked to."""
        return {place for place, *_ in self.by_token.get(token, ())}


class Crowd:
    """Who else says to be at a place or gives the same number, in the base and in the list itself.

    Parameters
    ----------
    claims
        The place, the token of the company and that of its number, None where there is none.
    """

    def __init__(self, conn, claims: Sequence[tuple[Standing | None, bytes | None, bytes | None]], day: date) -> None:
        here = {_starred(code) for place, *_ in claims if place for code in (place.code, place.building)}
        tokens = list({credit for _, credit, _ in claims if credit})
        self._others = dict(SQL.rows(conn, "companies_at", tokens=tokens, as_of=day, **_keys(here, "places")))
        self._clusters = dict(SQL.rows(conn, "clusters", as_of=day, **_keys(here, "places")))
        self._listed: dict[str, set[bytes]] = defaultdict(set)
        self._claims: dict[bytes, set[str]] = defaultdict(set)
        self._giving: dict[bytes, set[object]] = defaultdict(set)
        for at, (place, credit, phone) in enumerate(claims):
            if place and credit:
                self._listed[place.code].add(credit)
                self._claims[credit].add(_starred(place.code))
            if phone:
                self._giving[phone].add(credit or at)

    def companies(self, place: Standing | None) -> int:
        """Return how many companies are registered at a house, the list's included; 0 for a building, where many may be."""
        if place is None or address_rules.is_building(place.code):
            return 0
        return self._others.get(place.code, 0) + len(self._listed[place.code])

    def cluster(self, place: Standing | None) -> str:
        """Return the name of the cluster address a place is or lies in; empty where there is none."""
        if place is None:
            return ""
        return self._clusters.get(_starred(place.code)) or self._clusters.get(_starred(place.building)) or ""

    def claimed(self, credit: bytes | None) -> set[str]:
        """Return every place the list says a company is at."""
        return self._claims.get(credit, set())

    def giving(self, phone: bytes | None) -> int:
        """Return how many companies of the list give a number."""
        return len(self._giving.get(phone, ()))


def links_of(conn, tokens: Iterable[bytes], day: date) -> Linked:
    """Return the links of codes as they are believed now."""
    found: dict[bytes, list[tuple[str, str, bool]]] = defaultdict(list)
    for token, *link in SQL.rows(conn, "links_of", tokens=list(dict.fromkeys(tokens)), as_of=day):
        found[bytes(token)].append(tuple(link))
    return Linked(found)


def put_cluster(conn, place: str, name: str, valid_from: date | None = None, valid_to: date | None = None, source: str = "") -> None:
    """Declare a cluster address (集群注册场所): a house or a building where many companies may be registered at once.

    Raises InvalidCode, and InvalidInput for what is neither.
    """
    code = rules.place_of(place)
    if rules.form_of(code) == "outdoors":
        raise InvalidInput("place", code, "a cluster address is a house or a building")
    values = {"place": code, "name": name, "valid_from": valid_from, "valid_to": valid_to, "source": source}
    with conn.cursor() as cur:
        cur.execute(SQL["put_cluster"], values)


def _starred(code: str) -> str:
    return code.ljust(25, "*")


def _keys(codes: Iterable[str], name: str = "codes") -> dict[str, list[str]]:
    codes = list(codes)
    return {name: codes, "zones": sorted({rules.zone_of(code) for code in codes})}
