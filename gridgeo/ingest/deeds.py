"""What somebody may ask to be done to a building or a house, as data: command and API offer it alike.

Values are read by the rules a load has (:mod:`.words`): what a file may not say, nobody may say by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..addresses import lifecycle, places, rules, store
from ..addresses.model import Address, Reason, Status
from ..errors import Conflict, InvalidInput
from ..geo import gate
from ..linkage import counts
from . import fields, words
from .words import Word

#: of what a deed is done to, or what it makes
BUILDING, HOUSE = "building", "house"


@dataclass(frozen=True)
class Field:
    """A value of a deed. `read` returns what was meant, None for nothing, and raises ValueError with the rule that is broken."""

    name: str
    told: str
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Deed:
    """One thing that is done.

    Parameters
    ----------
    name, kind
        The word for it, and what the code it begins with is of; None where it begins with none.
    told
        What it is, for help and documentation.
    do
        do(conn, code, **values) does it and returns the code that is meant from now on.
    required, optional
        Names of its fields.
    makes, ends
        Whether a new code is given (and of what), and whether the old one is no more.
    """

    name: str
    kind: str | None
    told: str
    do: Callable[..., str]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    makes: str | None = None
    ends: bool = False

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a caller's values mean; raises InvalidInput, which does not repeat them, for what is missing or breaks a rule."""
        found = {}
        for name in (*self.required, *self.optional):
            try:
                value = None if given.get(name) is None else FIELDS[name].read(given[name])
            except ValueError as error:
                raise InvalidInput(name, None, str(error)) from None
            if value is None and name in self.required:
                raise InvalidInput(name, None, "is missing; it is required")
            if value is not None:
                found[name] = value
        return found


def carry_out(conn, deed: Deed, code: str | None, values: Mapping[str, Any], *, count: bool = True) -> str:
    """Do it, let follow what is made of the address base, and return the code that is meant from now on.

    What follows: the names people look for, and the counts (where `count`) of the grids that were touched. Raises as the deed does.
    """
    touched = [*([code] if code else []), *_named(values)]
    units = counts.units_of(conn, touched) if count else set()
    made = deed.do(conn, code, **values)
    places.follow(conn, [one for one in {*touched, made} if rules.is_building(one)])
    if count:
        counts.recount(conn, units | counts.units_of(conn, [*touched, made]))
    return made


def _named(values: Mapping[str, Any]) -> list[str]:
    """The buildings and houses some values name besides."""
    one = [values[name] for name in ("building", "follower") if name in values]
    return [*one, *(code for name in ("into", "successors") for code in values.get(name, ()))]


def _written(reader: Callable[[str], Word], make: Callable[[Word], Any] = lambda word: word.value) -> Callable[[Any], Any]:
    def read(given: Any) -> Any:
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise ValueError("is neither a text nor a number")
        word = reader(str(given))
        if word.fault:
            raise ValueError(word.rule)
        return make(word)

    return read


def _number(word: Word) -> float | None:
    return word.number


def _whole(word: Word) -> int | None:
    return None if word.number is None else int(word.number)


def _day(word: Word) -> date:
    return date.fromisoformat(_said(word))


def _status(word: Word) -> Status:
    return Status(_said(word))


def _said(word: Word) -> str:
    """What stands there: nothing is not as if it had been left out."""
    if not word.value:
        raise ValueError("is empty: leave it out")
    return word.value


def _degrees(given: Any) -> float:
    try:
        return float(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else float("x")
    except ValueError:
        raise ValueError("is no number of degrees") from None


def _reason(given: Any) -> Reason:
    try:
        return Reason(given)
    except ValueError:
        raise ValueError(f"is none of {', '.join(Reason)}") from None


def _code(given: Any) -> str:
    return _judged(rules.code, given)


def _building_code(given: Any) -> str:
    return _judged(rules.building_code, given)


def _judged(judge: Callable[[object], str], given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError("is no text; a number loses its last digits")
    try:
        return judge(given)
    except InvalidInput as error:
        raise ValueError(error.rule) from None


def _codes(given: Any) -> list[str]:
    if not isinstance(given, list) or not 0 < len(given) <= _MOST:
        raise ValueError(f"is no list of 1 to {_MOST} codes")
    return [_code(one) for one in given]


def _houses(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > _HOUSES:
        raise ValueError(f"does not say of at most {_HOUSES:,} houses to which building each belongs")
    return {_judged(rules.house_code, house): _building_code(to) for house, to in given.items()}


_MOST, _HOUSES = 100, 10_000
_TEXT = {"type": "string", "maxLength": 200}
_CODE = {"type": "string", "pattern": "^[0-9]{14}[0-9A-Z]{5}([0-9]{6})?$"}


def _one_of(kind: str) -> dict[str, Any]:
    return {"type": "string", "enum": sorted(set(fields.known()["values"][kind]))}


FIELDS = {
    one.name: one
    for one in (
        Field("lon", "longitude, EPSG:4490 degrees", _degrees, {"type": "number"}),
        Field("lat", "latitude, EPSG:4490 degrees", _degrees, {"type": "number"}),
        Field("footprint", "its outline: GeoJSON, longitude and latitude", gate.geojson, {"type": "object"}),
        Field("use", "what it is used for", _written(words.meaning("building_use")), _one_of("building_use")),
        Field("status", "planned, in_use or under_investigation; of one that ends retired or demolished",
              _written(words.meaning("status"), _status), _one_of("status")),
        Field("road", "road or lane", _written(words.name), _TEXT),
        Field("plate", "number at the road, without 号", _written(words.label), _TEXT),
        Field("compound", "estate, village, park or named building", _written(words.name), _TEXT),
        Field("block", "number or letter of the block in it", _written(words.label), _TEXT),
        Field("floors", "floors above ground", _written(words.storeys, _whole), {"type": "integer", "minimum": 1, "maximum": 200}),
        Field("floors_below", "floors below ground", _written(words.basements, _whole), {"type": "integer", "minimum": 0, "maximum": 20}),
        Field("unit", "unit or staircase", _written(words.label), _TEXT),
        Field("floor", "floor, -1 for the first below ground", _written(words.floor, _whole),
              {"type": "integer", "minimum": -20, "maximum": 200}),
        Field("room", "room number", _written(words.label), _TEXT),
        Field("area_m2", "floor area, square metres", _written(words.area, _number), {"type": "number"}),
        Field("on", "the day it holds from; today when absent", _written(words.day, _day), {"type": "string", "format": "date"}),
        Field("source", "who says so", _written(words.plain), _TEXT),
        Field("building", "code of the building it is in from now on", _building_code, _CODE),
        Field("follower", "code of what takes its place", _code, _CODE),
        Field("into", "codes of those that take its place", _codes, {"type": "array", "items": _CODE, "minItems": 1, "maxItems": _MOST}),
        Field("successors", "codes of those that follow it", _codes, {"type": "array", "items": _CODE, "minItems": 1, "maxItems": _MOST}),
        Field("reason", "why they follow", _reason, {"type": "string", "enum": list(Reason)}),
        Field("houses", "to which of those each of its houses belongs from now on", _houses, {"type": "object"}),
    )
}  # fmt: skip


def _mint_building(conn, code: None, *, lon: float, lat: float, use: str, **given: Any) -> str:
    address, on, rest = _parted(given)
    twin = lifecycle.twin_of_building(conn, lon, lat, address)
    if twin:
        raise Conflict(f"building {twin} stands there already, written alike: nothing was made")
    return lifecycle.mint_building(conn, None, lon=lon, lat=lat, use=use, address=address, on=on, **rest).code


def _mint_house(conn, code: str, **given: Any) -> str:
    twin = lifecycle.twin_of_house(conn, code, given.get("unit"), given.get("floor"), given.get("room"))
    if twin:
        raise Conflict(f"house {twin} is that room already: nothing was made")
    return lifecycle.mint_house(conn, code, **given).code


def _renumber(conn, code: str, **given: Any) -> str:
    address, on, rest = _parted(given)
    return lifecycle.renumber(conn, code, address, on, **rest).code


def _relocate(conn, code: str, *, lon: float, lat: float, footprint: Any = None) -> str:
    return lifecycle.relocate(conn, code, lon, lat, footprint).code


def _relabel(conn, code: str, **given: Any) -> str:
    one = store.house(conn, code)
    return lifecycle.relabel(conn, code, **{part: getattr(one, part) for part in _LABEL} | given).code


def _move(conn, code: str, *, building: str, on: date | None = None) -> str:
    return lifecycle.move(conn, code, building, on).code


def _retire(conn, code: str, **given: Any) -> str:
    lifecycle.retire(conn, code, **given)
    return code


def _merge(conn, code: str, *, follower: str, on: date | None = None) -> str:
    lifecycle.merge(conn, [code], follower, on)
    return code


def _split(conn, code: str, **given: Any) -> str:
    lifecycle.split(conn, code, **given)
    return code


def _parted(given: dict[str, Any]) -> tuple[Address, date | None, dict[str, Any]]:
    """The address among some values, the day, and the rest."""
    parts = {part: given.pop(part, None) for part in _ADDRESS}
    return Address(**parts), given.pop("on", None), given


_ADDRESS, _LABEL = ("road", "plate", "compound", "block"), ("unit", "floor", "room")
_END = ("successors", "reason", "status", "on")

#: In the order of a life. Mint is there twice: of a building, and of a house in one.
DEEDS = (
    Deed("mint", None, "give a new building the next code of the grid it lies in", _mint_building, ("lon", "lat", "use"),
         (*_ADDRESS, "status", "floors", "floors_below", "footprint", "on", "source"), makes=BUILDING),
    Deed("mint", BUILDING, "give a new house the next code of its building", _mint_house, (),
         (*_LABEL, "use", "status", "area_m2", "on", "source"), makes=HOUSE),
    Deed("renumber", BUILDING, "give it another address; the one before goes on leading to it", _renumber, (), (*_ADDRESS, "on", "source")),
    Deed("relocate", BUILDING, "correct where it is; the outline goes unless one is given", _relocate, ("lon", "lat"), ("footprint",)),
    Deed("relabel", HOUSE, "give it another unit, floor or room, what is not said stays; what it was called becomes a former name",
         _relabel, (), (*_LABEL, "on")),
    Deed("move", HOUSE, "give it a new code in the building it belongs to; the old one ends and names it", _move, ("building",), ("on",),
         makes=HOUSE),
    *(Deed("merge", kind, "end it: another takes its place, and a building's houses keep their codes", _merge, ("follower",), ("on",),
           ends=True) for kind in (BUILDING, HOUSE)),
    Deed("split", BUILDING, "end it: several take its place, and each of its houses belongs to one of them", _split, ("into",),
         ("houses", "on"), ends=True),
    Deed("split", HOUSE, "end it: several take its place", _split, ("into",), ("on",), ends=True),
    *(Deed("retire", kind, "end it; its code is never given again, and says who follows", _retire, (), _END, ends=True)
      for kind in (BUILDING, HOUSE)),
)  # fmt: skip


def of(name: str, kind: str | None) -> Deed:
    """Return the deed of a name, done to a building, to a house, or to nothing that is there; raises InvalidInput."""
    found = next((deed for deed in DEEDS if (deed.name, deed.kind) == (name, kind)), None)
    if found is None:
        raise InvalidInput("code", None, f"to {name} is for a {HOUSE if kind == BUILDING else BUILDING}: this is a {kind}'s code")
    return found
