"""How a written address is compared with a building as it is or was written: what agrees, and what is at fault. No database.

What of the text a building contradicts falls into four kinds (:mod:`.model`, `Fault`):

- *contradictions* (another road, plate, compound or block);
- *wrong divisions*: real addresses contradict today's lists in one case of eight, so these are faults, no contradictions;
- *repairs*: former names and addresses, homophones, typing errors;
- what is *unconfirmed*: written, and not known to the base.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..units import Agreement
from .model import Fault, Level

_CONTRADICTIONS = frozenset((Fault.WRONG_ROAD, Fault.WRONG_PLATE, Fault.WRONG_COMPOUND, Fault.WRONG_BLOCK))
_LANE = re.compile("(?:[东西南北中上下新老正]?[0-9]*(?:横巷|横街|支巷|巷|坊|里|弄|横|队|排))+")
WRONG = {"district": Fault.WRONG_DISTRICT, "street": Fault.WRONG_STREET, "community": Fault.WRONG_COMMUNITY}


class Building(NamedTuple):
    """A building as it is or was written; `gone`: found under a name no longer in use."""

    zone: str
    code: str
    main: bool
    road: str | None
    plate: str | None
    compound: str | None
    block: str | None
    road_key: str | None
    plate_key: str | None
    compound_key: str | None
    block_key: str | None
    past: bool
    live: bool
    floors: int | None
    lon: float
    lat: float
    gone: bool
    unit_id: int | None


class House(NamedTuple):
    """A house under the room it was found by."""

    building: str
    room_key: str | None
    code: str
    unit: str | None
    floor: int | None
    room: str | None
    unit_key: str | None
    live: bool


@dataclass(slots=True)
class Written:
    """What a text says, by part: the keys names and numbers are compared by, and the divisions as written."""

    text: str
    district: str = ""
    street: str = ""
    community: str = ""
    road: str | None = None
    plate: str | None = None
    compound: str | None = None
    area: str | None = None
    block: str | None = None
    unit: str | None = None
    floor: int | None = None
    room: str | None = None
    rest: str = ""
    said: dict[str, str] = field(default_factory=dict)

    @property
    def divisions(self) -> list[tuple[str, str]]:
        """The levels and names of divisions written."""
        found = (("district", self.district), ("street", self.street), ("community", self.community))
        return [(level, name) for level, name in found if name]

    @property
    def deepest(self) -> Level:
        """The deepest level written."""
        if self.room or (self.floor is not None and self.unit):
            return Level.HOUSE
        if self.block or self.plate:
            return Level.BUILDING
        if self.compound:
            return Level.COMPOUND
        if self.road:
            return Level.ROAD
        return next((Level(level) for level, _ in reversed(self.divisions)), Level.NONE)


@dataclass(slots=True)
class Candidate:
    """A building that may be meant, what of the text it agrees with and what is at fault, and the houses in it.

    `followed` says why it stands for another one, `issued` is the code of that other one where it is a building.
    `named`: it was found by the name of its one house. `several`: the houses are those of several rooms written.
    """

    building: Building
    written: Written
    agreed: frozenset[str]
    faults: frozenset[Fault]
    repaired: tuple[tuple[str, str, str, Fault], ...] = ()
    houses: list[House] = field(default_factory=list)
    followed: frozenset[Fault] = frozenset()
    issued: str = ""
    named: bool = False
    several: bool = False

    @property
    def contradictions(self) -> frozenset[Fault]:
        """What of road, plate, compound and block it contradicts."""
        return self.faults & _CONTRADICTIONS

    @property
    def anchored(self) -> bool:
        """Whether something that tells buildings apart agrees, not a name alone; where only a room is written, its house tells."""
        named = "compound" in self.agreed or "name" in self.agreed
        told = bool(self.agreed & {"block", "plate", "alone"}) or (
            bool(self.written.room) and not self.written.block and not self.written.plate
        )
        return ("road" in self.agreed and "plate" in self.agreed) or (named and told)


Alike = Callable[[str, str], Fault | None]


def compare(w: Written, row: Building, agreement, known: Callable[[str], bool], alike: Alike, name: str | None, alone: bool) -> Candidate:
    """Return a building as a candidate.

    Parameters
    ----------
    agreement
        :meth:`gridgeo.addresses.units.Units.agreement`.
    known
        Whether a key is that of a compound of the base.
    alike
        How one key is a slip for another, if it is.
    name
        The other name it was found under, which the compound written then is; None where it was found by its address.
    alone
        Whether it is the only building of the compound written.
    """
    agreed: set[str] = set()
    faults: set[Fault] = set()
    repaired: list[tuple[str, str, str, Fault]] = []
    _road(w, row, alike, agreed, faults, repaired)
    _number(w.plate, row.plate_key, "plate", Fault.WRONG_PLATE, agreed, faults)
    _compound(w, row, name, known, alike, agreed, faults, repaired)
    _block(w, row, name, agreed, faults)
    if alone and "plate" not in agreed and "block" not in agreed:
        agreed.add("alone")
    for level, division in w.divisions:
        found = agreement(level, division, row.unit_id)
        if found is Agreement.WRONG:
            faults.add(WRONG[level])
        else:
            agreed.add(level)
            if found is Agreement.FORMER:
                faults.add(Fault.FORMER_DIVISION)
    if row.past:
        faults.add(Fault.FORMER_ADDRESS)
    if w.area:
        _area(w, row, agreement, agreed, faults)
    return Candidate(row, w, frozenset(agreed), frozenset(faults), tuple(repaired))


def _road(written: Written, row: Building, alike: Alike, agreed: set, faults: set, repaired: list) -> None:
    if not written.road:
        return
    if written.road == row.road_key:
        agreed.add("road")
    elif not row.road_key:
        faults.add(Fault.UNCONFIRMED)
    elif slip := alike(written.road, row.road_key):
        agreed.add("road")
        faults.add(slip)
        repaired.append(("road", written.said.get("road", written.road), row.road or "", slip))
    else:
        faults.add(Fault.WRONG_ROAD)


def _number(own: str | None, its: str | None, part: str, wrong: Fault, agreed: set, faults: set) -> None:
    if own:
        if own == its:
            agreed.add(part)
        else:
            faults.add(wrong if its else Fault.UNCONFIRMED)


def _compound(w: Written, row: Building, name: str | None, known, alike: Alike, agreed: set, faults: set, repaired: list) -> None:
    own, its = w.compound, row.compound_key
    if not own:
        return
    said = w.said.get("compound", own)
    if own == its:
        agreed.add("compound")
    elif name:
        agreed.add("name")
        slip = None if name.startswith(own) else alike(own, name)
        why = slip or (Fault.FORMER_NAME if row.gone else Fault.OTHER_NAME)
        faults.update({why, Fault.FORMER_NAME} if row.gone else {why})
        repaired.append(("compound", said, row.compound or "", why))
    elif its and (slip := alike(own, its)):
        agreed.add("compound")
        faults.add(slip)
        repaired.append(("compound", said, row.compound or "", slip))
    else:
        another = known(own) or (its and (is_lane(row.road_key) or w.block))
        faults.add(Fault.WRONG_COMPOUND if another else Fault.UNCONFIRMED)


def is_lane(road_key: str | None) -> bool:
    """Return whether a road is a lane, which repeats in every village and says nothing without its village: 1巷, 2坊3巷, 东2巷."""
    return bool(road_key) and bool(_LANE.fullmatch(road_key))


def _block(written: Written, row: Building, name: str | None, agreed: set, faults: set) -> None:
    if written.block:
        if written.block == row.block_key or (name and name.endswith(written.block) and name != written.compound):
            agreed.add("block")
        else:
            faults.add(Fault.WRONG_BLOCK)
    elif row.block_key and not name:
        faults.add(Fault.MISSING_BLOCK)


def _area(written: Written, row: Building, agreement, agreed: set, faults: set) -> None:
    """An outer place is a community's or a village's name, or the compound's once more; else the base does not know it."""
    own = written.area
    inside = own in (row.compound_key, row.road_key) or agreement("community", own, row.unit_id) is not Agreement.WRONG
    if inside or agreement("street", own, row.unit_id) is not Agreement.WRONG:
        agreed.add("area")
    else:
        faults.add(Fault.UNCONFIRMED)


def variants(w: Written) -> list[Written]:
    """Return other ways to read a text whose parts lead nowhere as they were read: a number may belong to another part.

    >>> [one.block for one in variants(Written("", compound="荔轩公寓", road="石屋路", plate="8,1", room="401"))]
    ['1', None]
    """
    found = []
    if w.plate and ("," in w.plate or "-" in w.plate):
        first, _, last = w.plate.replace("-", ",").rpartition(",")
        first = first.replace(",", "-")
        found += [replace(w, plate=first, block=last)] if w.compound and not w.block and "," in w.plate else []
        found += [replace(w, plate=first, room=last)] if not w.room else []
    if w.compound and w.plate and not w.block and not w.road:
        found += [replace(w, plate=None, block=w.plate)]
        found += [replace(w, plate=None, room=w.plate)] if not w.room else []
    if w.block and not w.room and len(w.block) >= 3 and w.block[0].isdigit():
        found += [replace(w, block=None, room=w.block)]
    if w.area and w.compound:
        found += [replace(one, compound=w.area + w.compound, area=None) for one in (w, *found)]
    if w.area and not w.compound:
        found += [replace(w, compound=w.area, area=None)]
    return found
