"""Noise in what an address says: parts left out, other names and divisions, names misspelt. Each kind is a change of a draft."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from .draft import Draft
from .terrain import facts
from .town import Town

#: What was once of another street: the streets of today that were split off it.
_SPLIT_OFF = {"航城街道": "西乡", "福海街道": "福永", "新桥街道": "沙井", "燕罗街道": "松岗"}
_TOWNS = ("西乡", "福永", "沙井", "松岗", "石岩")


def drop(part: str, *more: str) -> Callable:
    """Leave a part out; what is left must still lead to one house."""

    def dropped(draft: Draft, town: Town, rng) -> None:
        if any(draft.address[one] for one in (part, *more)):
            for one in (part, *more):
                draft.write(one, None)
            draft.kinds.append(f"dropped-{part}")

    return dropped


def drop_compound(draft: Draft, town: Town, rng) -> None:
    """Leave out the estate or village where road and plate are there."""
    if draft.address["road"] and draft.address["plate"]:
        drop("compound")(draft, town, rng)


def drop_road(draft: Draft, town: Town, rng) -> None:
    """Leave out road and plate where the estate is named."""
    if draft.address["compound"] and draft.kind != "village":
        drop("road", "plate")(draft, town, rng)


def alias(draft: Draft, town: Town, rng) -> None:
    """Another name for the place: short, former, colloquial."""
    known = town.aliases.get(int(town.building[draft.row]))
    if known and draft.address["compound"]:
        kind, name = known[int(rng.integers(len(known)))]
        alike = {other for other in town.by_name if other.startswith(name)} if kind in ("short", "colloquial") else {name}
        draft.write("compound", name, alike)
        draft.kinds.append(f"{kind}-name")


def other_address(draft: Draft, town: Town, rng) -> None:
    """The address on the other road, the former plate, the road's former name."""
    building = int(town.building[draft.row])
    main = town.addresses[town.of_building[building][0]]
    others = [town.addresses[place] for place in town.of_building[building][1:]]
    others = [other for other in others if other.road and (other.road, other.plate) != (main.road, main.plate)]
    if others and draft.address["road"]:
        other = others[int(rng.integers(len(others)))]
        draft.write("road", other.road, {other.road})
        draft.write("plate", other.plate, {other.plate} if other.plate else None)
        draft.kinds.append("other-road" if other.road != main.road else "other-plate")


def wrong_street(draft: Draft, town: Town, rng) -> None:
    """Another street or community than the house lies in today: it leads nowhere."""
    part = "street" if rng.random() < 0.5 else "community"
    others = town.houses[part].cat.categories
    other = str(others[rng.integers(len(others))])
    if draft.address[part] and other != draft.address[part]:
        draft.write(part, other)
        draft.meant.pop("street", None)
        draft.meant.pop("community", None)
        draft.kinds.append(f"wrong-{part}")


def former_division(draft: Draft, town: Town, rng) -> None:
    """A district, street or town as it was called once."""
    street = draft.address["street"]
    head = _SPLIT_OFF.get(street, street.removesuffix("街道"))
    towns = [f"{head}镇", f"{head}街道办事处"] if head in _TOWNS else []
    split = [f"{head}街道"] if street in _SPLIT_OFF else []
    written = [*towns, *split]
    if written and rng.random() < 0.7:
        draft.write("street", written[int(rng.integers(len(written)))])
        draft.kinds.append("former-division")
    elif draft.address["district"] == "宝安区":
        draft.write("district", "宝安县")
        draft.kinds.append("former-division")


def misspelt(how: str) -> Callable:
    """One character of a name for another that sounds or looks like it; the names that might be meant are all near ones."""

    def misspelt(draft: Draft, town: Town, rng) -> None:
        part = "compound" if draft.address["compound"] and rng.random() < 0.6 else "road"
        name = draft.address[part]
        places = [at for at, sign in enumerate(name) if sign in _alike(how)]
        if len(name) < 3 or not places or _misled(draft, part):
            return
        at = int(rng.choice(places))
        others = _alike(how)[name[at]]
        other = name[:at] + others[int(rng.integers(len(others)))] + name[at + 1 :]
        if other not in town.by_name and other not in town.roads:
            draft.write(part, other, town.near(other, part) | draft.meant[part])
            draft.kinds.append("homophone" if how == "sound" else "typo")

    return misspelt


def _misled(draft: Draft, part: str) -> bool:
    """Whether a part leads nowhere already, or something is misspelt: one slip a string is enough."""
    return part not in draft.meant or not {"homophone", "typo"}.isdisjoint(draft.kinds)


def lost(draft: Draft, town: Town, rng) -> None:
    """A name without one of its characters, or with two of them the wrong way round."""
    part = "compound" if draft.address["compound"] else "road"
    name = draft.address[part]
    if len(name) < 4 or _misled(draft, part):
        return
    at = int(rng.integers(1, len(name) - 2))
    other = name[:at] + name[at + 1 :] if rng.random() < 0.6 else name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if other != name and other not in town.by_name and other not in town.roads:
        draft.write(part, other, town.near(other, part) | draft.meant[part])
        draft.kinds.append("typo")


@cache
def _alike(how: str) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for row in facts("alike.csv"):
        if row["how"] == how:
            out.setdefault(row["one"], []).append(row["other"])
    return out
