"""Which of the candidates is meant, and what category comes of it: named rules, no scores, no database.

A building with a contradiction can only be a candidate of an unsure answer, except for the slips named in :func:`tolerable`.
Candidates (:mod:`.comparing`) are ranked by kind (:func:`rank`), never by a sum. Those of the best kind must lead to one live place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .comparing import WRONG, Candidate, House, Written, is_lane
from .model import Category, Fault

#: how many candidates an unsure answer names
MOST_CANDIDATES = 10

#: what the unit of a building that has but one may be called
_ONLY_UNIT = ("1", "A")
_WRONG_DIVISIONS = frozenset((Fault.WRONG_DISTRICT, Fault.WRONG_STREET, Fault.WRONG_COMMUNITY))
_REPAIRS = frozenset((Fault.FORMER_DIVISION, Fault.FORMER_NAME, Fault.FORMER_ADDRESS, Fault.HOMOPHONE, Fault.TYPO))


def rank(candidate: Candidate) -> int:
    """Return the kind of a candidate, the best first: agrees, repaired, wrong division, slip of the number of a sure place, no."""
    if candidate.contradictions:
        return 3 if tolerable(candidate) else 4
    if not candidate.anchored:
        return 4
    if candidate.faults & _WRONG_DIVISIONS:
        return 2
    return 1 if candidate.faults & _REPAIRS else 0


def tolerable(candidate: Candidate) -> bool:
    """Return whether one contradiction is a slip: another road or plate, of a block of a compound named, in a division that agrees."""
    named = bool(candidate.agreed & {"compound", "name"}) and "block" in candidate.agreed
    sure = bool(candidate.agreed & {"community", "street", "district"}) and not candidate.faults & _WRONG_DIVISIONS
    if Fault.UNCONFIRMED in candidate.faults or not sure:
        return False
    return len(candidate.contradictions) == 1 and bool(candidate.contradictions & {Fault.WRONG_ROAD, Fault.WRONG_PLATE}) and named


def best(candidates: Iterable[Candidate]) -> tuple[int, list[Candidate]]:
    """Return the best kind there is among candidates, and those of it, each building once; live ones where there are any."""
    found: dict[int, dict[str, Candidate]] = {}
    for candidate in candidates:
        of_kind = found.setdefault(rank(candidate), {})
        held = of_kind.get(candidate.building.code)
        if held is None or len(candidate.faults) < len(held.faults):
            of_kind[candidate.building.code] = candidate
    if not found:
        return 4, []
    kind = min(found)
    chosen = list(found[kind].values())
    live = [candidate for candidate in chosen if candidate.building.live]
    return kind, live or chosen


def corroborated(candidate: Candidate) -> bool:
    """Return whether a repaired name is borne out: a long name, or something else that is named agrees."""
    if not candidate.repaired:
        return True
    parts = {part for part, *_, why in candidate.repaired if why is Fault.TYPO}
    if not parts:
        return True
    others = (candidate.agreed & {"road", "compound", "name", "community", "street", "area"}) - parts
    return bool(others) or all(len(candidate.written.said.get(part, "")) >= 5 for part in parts)


def misplaced(candidate: Candidate, elsewhere: Callable[[str, str], bool]) -> bool:
    """Return whether the divisions written and the place found contradict each other too much.

    Road, plate and compound together are sure whatever the division. A wrong street or community is a slip, but not both, nor
    with a repaired name, nor where there is a road or compound of the name in the very division that was written: then that
    one is meant. A wrong district is a slip only where a street or community agrees.

    Parameters
    ----------
    elsewhere
        Whether what is written stands in a division of a level and name, or whether that lies so far off that nobody mistakes it.
    """
    wrong = candidate.faults & _WRONG_DIVISIONS
    by_road = {"road", "plate"} <= candidate.agreed and not is_lane(candidate.building.road_key)
    if not wrong or (by_road and candidate.agreed & {"compound", "name"}):
        return False
    if candidate.faults & {Fault.TYPO, Fault.HOMOPHONE} or {Fault.WRONG_STREET, Fault.WRONG_COMMUNITY} <= wrong:
        return True
    if Fault.WRONG_DISTRICT in wrong:
        return not candidate.agreed & {"street", "community"}
    if "community" in candidate.agreed:
        return False
    return any(elsewhere(level, name) for level, name in candidate.written.divisions if WRONG[level] in wrong)


def beyond(candidate: Candidate, communities: Iterable[int], here: Iterable[int], several: bool) -> bool:
    """Return whether another place may be meant that whoever asks may not see.

    Parameters
    ----------
    communities
        Those the road or compound written is known in, and that agree with the divisions written.
    here
        The units the place found lies in.
    several
        Whether the compound written has more buildings than one: then a plate or block must say which.
    """
    unsaid = several and not candidate.agreed & {"plate", "block"}
    return unsaid or bool(candidate.faults & _WRONG_DIVISIONS) or not set(communities) <= set(here)


def piled_up(candidate: Candidate, faults: frozenset[Fault]) -> bool:
    """Return whether one slip stands on another: a road or plate that contradicts, and something repaired or unconfirmed besides."""
    return bool(candidate.contradictions) and bool((candidate.faults | faults) & {Fault.TYPO, Fault.HOMOPHONE, Fault.UNCONFIRMED})


def carried_over(candidate: Candidate) -> tuple[list[House], frozenset[Fault]]:
    """Return the houses of what follows a retired building that are meant, and why it stands for that one.

    Houses keep their codes when buildings are merged or split: those that were issued in the retired one are surely meant.
    Without any, a building that took the place of a demolished one has other houses under the same numbers, and of the parts
    of a split one only one would be right.
    """
    kept = [house for house in candidate.houses if candidate.issued and house.code.startswith(candidate.issued)]
    return (kept, candidate.followed - {Fault.REBUILT}) if kept else (candidate.houses, candidate.followed)


def fitting(written: Written, houses: Iterable[House]) -> tuple[list[House], frozenset[Fault]]:
    """Return the houses of a room that agree with the unit and floor written, and what is at fault where none does."""
    found = list(houses)
    faults: set[Fault] = set()
    if written.unit and found:
        same = [house for house in found if house.unit_key == written.unit]
        if not same:
            same = [house for house in found if house.unit_key is None and written.unit in _ONLY_UNIT]
            faults.add(Fault.UNCONFIRMED if same else Fault.WRONG_UNIT)
        found = same
    if written.floor is not None and written.room and found:
        same = [house for house in found if house.floor in (None, written.floor)]
        if not same:
            faults.add(Fault.WRONG_FLOOR)
        found = same
    return found, frozenset(faults)


def exact(faults: Iterable[Fault]) -> bool:
    """A: nothing is at fault."""
    return not set(faults)


def category(faults: Iterable[Fault]) -> tuple[Category, str]:
    """Return the category of a text that leads to one live place, and the rule's name."""
    return (Category.EXACT, "exact") if exact(faults) else (Category.SAFE, "safe")
