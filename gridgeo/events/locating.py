"""Where an event is: at a point, at a house that was named or that an address was washed to, or somewhere in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..addresses.washing import base as washing
from ..addresses.washing import batch
from ..addresses.washing.model import Washed
from ..codes import naming
from ..db import queries
from ..issues import Issue
from . import faults
from .model import Given, Located

SQL = queries.load(__package__, "locating.sql")


@dataclass(frozen=True)
class Spot:
    """Where an event is: degrees, EPSG:4490, or None; `place` is a building's code or a house's, `address` what was written, masked."""

    located: Located = Located.NONE
    lon: float | None = None
    lat: float | None = None
    place: str | None = None
    address: str | None = None


def locate(conn, given: Sequence[Given], lexicon: washing.Base | None = None, default_area: str = "") -> tuple[list[Spot], list[Issue]]:
    """Return where each report is, and which name a unit or a place that is not known.

    A point that is given holds; an address is washed all the same, for the house it means. One that means no one place leads nowhere:
    `located` is none until somebody amends it.

    Parameters
    ----------
    lexicon
        What washing knows by name; read from the database where it is not given and needed.
    default_area
        What an address without upper levels is of.
    """
    units = _points(conn, "units", codes=[one.unit for one in given if one.unit is not None])
    places = [one.place for one in given if one.place is not None]
    places = _points(conn, "places", codes=places, zones=sorted({code[:12] for code in places}))
    washed = _washed(conn, given, lexicon, default_area)
    issues = [faults.issue("unknown-unit", n, one.unit) for n, one in enumerate(given, 1) if one.unit is not None and one.unit not in units]
    issues += [faults.issue("unknown-place", n) for n, one in enumerate(given, 1) if one.place is not None and one.place not in places]
    return [_spot(one, units, places, washed.get(n)) for n, one in enumerate(given)], issues


def _washed(conn, given: Sequence[Given], lexicon: washing.Base | None, default_area: str) -> dict[int, Washed]:
    """What the addresses mean, by the report's place in the list; each different text is washed once."""
    at = [n for n, one in enumerate(given) if one.address and one.place is None and one.unit is None]
    if not at:
        return {}
    texts = list(dict.fromkeys(given[n].address for n in at))
    found = dict(zip(texts, batch.washed(conn, texts, lexicon or washing.read(conn), default_area), strict=True))
    return {n: found[given[n].address] for n in at}


def _spot(given: Given, units: dict, places: dict, washed: Washed | None) -> Spot:
    address = None if given.address is None else naming.masked(given.address)
    result = washed.result if washed else None
    code = result.code if result and result.building else None
    if given.lon is not None:
        return Spot(Located.POINT, given.lon, given.lat, code, address)
    if given.place in places:
        return Spot(Located.ADDRESS, *places[given.place], given.place, address)
    if given.unit in units:
        return Spot(Located.GRID, *units[given.unit], None, address)
    if result is None or result.lon is None:
        return Spot(address=address)
    return Spot(Located.ADDRESS, result.lon, result.lat, code, address)


def _points(conn, query: str, **parameters) -> dict[str, tuple[float, float]]:
    if not parameters["codes"]:
        return {}
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return {code: (lon, lat) for code, lon, lat in cur.fetchall()}
