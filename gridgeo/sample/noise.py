"""Addresses as people write them, made of houses that are known: for each string the one right answer, or that there is none.

A string is kept only if :class:`~gridgeo.sample.town.Town` finds that exactly one live house fits what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from .addresses import block_name
from .places import numeral, words
from .terrain import facts
from .town import Meant, Town

_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_BLOCK_WORDS = ("幢", "座", "号楼", "#", "幢", "号楼", "#", "号")
_REMARKS = ("（近地铁口）", "(便利店旁)", "（旧址）", "【自提点】", "(白天有人)", "（原地址作废）")

#: What was once of another street: the streets of today that were split off it.
_SPLIT_OFF = {"航城街道": "西乡", "福海街道": "福永", "新桥街道": "沙井", "燕罗街道": "松岗"}
_TOWNS = ("西乡", "福永", "沙井", "松岗", "石岩")


@dataclass
class Draft:
    """A string in the making: what is written of each part, what of it leads to the house, and how it is put together."""

    row: int
    kind: str
    address: dict[str, str]
    meant: Meant
    words: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    before: str = ""
    after: str = ""
    dashed: bool = False
    late: list[tuple[str, Callable[[str], str]]] = field(default_factory=list)

    def write(self, part: str, text: str | None, meant: set[str] | None = None) -> None:
        """Write a part otherwise, or not at all; what is `meant` by it, None: it says nothing of the house."""
        self.address[part] = text or ""
        if meant is None:
            self.meant.pop(part, None)
        else:
            self.meant[part] = meant

    def text(self) -> str:
        """Return the string; of the changes of the whole, those that changed anything are counted."""
        divisions = "".join(self.address[part] for part in ("province", "city", "district", "street", "community"))
        text = self.before + divisions + self._place() + self._door() + self.after
        for kind, change in self.late:
            before, text = text, change(text)
            self.kinds += [kind] if text != before else []
        return text

    def _place(self) -> str:
        plate = self.address["plate"] + ("号" if self.address["plate"] else "")
        road, compound = self.address["road"] + plate, self.address["compound"]
        return compound + road if self.kind == "village" else road + compound

    def _door(self) -> str:
        block, unit, room = (self.address[part] for part in ("block", "unit", "room"))
        if self.dashed:
            return "-".join(part for part in (block, unit, room) if part)
        parts = [self._named(block), unit + (self.words.get("unit", "单元") if unit else "")]
        floor = self.address["floor"] + self.words.get("floor", "楼") if self.address["floor"] else ""
        return "".join(parts) + floor + room + (self.words.get("room", "") if room else "")

    def _named(self, block: str) -> str:
        word = self.words.get("block")
        named = block_name(block)
        return f"{block}{word}" if word and named[-1:] in ("栋", "座") else self.words.get("named", named) if block else ""


def make(houses: pd.DataFrame, names: pd.DataFrame, count: int, seed: int = 1, negatives: float = 0.12) -> pd.DataFrame:
    """Return `count` strings: text, truth (a house's code; None: there is no right answer), kinds (of noise, with spaces), written.

    Parameters
    ----------
    houses
        As of :meth:`gridgeo.sample.addresses.Base.full`.
    names
        code, kind, name: see :attr:`gridgeo.sample.addresses.Base.names`.
    negatives
        Share of strings that lead nowhere: garbage, other cities, houses and rooms that do not exist.
    """
    rng, town = np.random.default_rng([seed, count]), Town(houses, names)
    usable = np.flatnonzero(town.live & ((town.houses["room"].notna() | town.houses["floor"].notna()).to_numpy()))
    retired = np.flatnonzero(~town.live & town.houses["status"].eq("retired").to_numpy())
    rows = []
    while len(rows) < count:
        leads_nowhere = rng.random() < negatives
        one = _nowhere(town, rng, usable) if leads_nowhere else _somewhere(town, rng, usable, retired)
        if one is not None:
            rows.append(one)
    return pd.DataFrame(rows, columns=["text", "truth", "kinds", "written"], dtype=object)


def _somewhere(town: Town, rng, usable: np.ndarray, retired: np.ndarray) -> tuple | None:
    if len(retired) and rng.random() < 0.03:
        return _of_retired(town, rng, int(rng.choice(retired)))
    row = int(rng.choice(usable))
    draft = _draft(town, row, rng)
    for change in _chosen(rng):
        change(draft, town, rng)
    if town.fitting(draft.meant) != [row]:
        return None
    made = _row(draft, town, town.houses["house_code"].iat[row])
    return made if draft.kinds else None


def written(town: Town, row: int, rng, noisy: bool = True) -> str | None:
    """Return an address for one house, with noise or without; None where no string that leads to it alone was found."""
    for _ in range(20 if noisy else 1):
        draft = _draft(town, row, rng)
        for change in _chosen(rng) if noisy else ():
            change(draft, town, rng)
        if town.fitting(draft.meant) == [row]:
            return draft.text()
    return None


def plain(town: Town, row: int, rng) -> str:
    """Return the address of a house in full, be it there or not."""
    return _draft(town, row, rng).text()


def beyond(town: Town, row: int, rng) -> str | None:
    """Return the address of a room its building does not have."""
    draft = _draft(town, row, rng)
    return draft.text() if _spoilt(draft, "no-such-room", town, rng) and not town.fitting(draft.meant) else None


def other_name(town: Town, row: int, rng) -> str | None:
    """Return the address of a house with another name, plate or division than today's, None where it has none."""
    draft = _draft(town, row, rng)
    for change in (_alias, _other_address):
        change(draft, town, rng)
    if not draft.kinds:
        _former_division(draft, town, rng)
    return draft.text() if draft.kinds and town.fitting(draft.meant) == [row] else None


def _of_retired(town: Town, rng, row: int) -> tuple | None:
    """A house that is no more: whoever follows it, or nobody."""
    draft = _draft(town, row, rng)
    draft.kinds.append("retired-house")
    heir = town.houses["successor"].iat[row]
    fitting = {town.houses["house_code"].iat[one] for one in town.fitting(draft.meant)}
    if fitting - {heir}:
        return None
    return _row(draft, town, heir)


def _row(draft: Draft, town: Town, truth: str | None) -> tuple[str, str | None, str, str]:
    text = draft.text()
    return text, truth, " ".join(draft.kinds), town.houses["house_code"].iat[draft.row]


def _draft(town: Town, row: int, rng) -> Draft:
    """The house's address in full, without any noise; some write the word for a room, some do not."""
    house = town.houses.iloc[row]
    parts = ("province", "city", "district", "street", "community", "road", "plate", "compound", "block", "unit", "floor", "room")
    address = {part: house[part] if isinstance(house[part], str) else "" for part in parts}
    meant = {part: {address[part]} for part in parts[3:] if address[part]}
    if address["room"]:
        meant.pop("floor", None)
        address["floor"] = ""
    draft = Draft(row, house["kind"], address, meant)
    draft.words["room"] = "" if rng.random() < 0.5 or "-" in address["room"] else "室"
    return draft


def _chosen(rng) -> list[Callable]:
    """One to four kinds of noise, each at most once, changes of parts before changes of the whole."""
    count = rng.choice([1, 2, 3, 4], p=[0.3, 0.35, 0.22, 0.13])
    weight = np.array([weight for _, weight in _NOISE], float)
    return [_NOISE[place][0] for place in sorted(rng.choice(len(_NOISE), count, replace=False, p=weight / weight.sum()))]


def _drop(part: str, *more: str) -> Callable:
    """Leave a part out; what is left must still lead to one house."""

    def dropped(draft: Draft, town: Town, rng) -> None:
        if any(draft.address[one] for one in (part, *more)):
            for one in (part, *more):
                draft.write(one, None)
            draft.kinds.append(f"dropped-{part}")

    return dropped


def _drop_compound(draft: Draft, town: Town, rng) -> None:
    if draft.address["road"] and draft.address["plate"]:
        _drop("compound")(draft, town, rng)


def _drop_road(draft: Draft, town: Town, rng) -> None:
    if draft.address["compound"] and draft.kind != "village":
        _drop("road", "plate")(draft, town, rng)


def _alias(draft: Draft, town: Town, rng) -> None:
    """Another name for the place: short, former, colloquial."""
    known = town.aliases.get(int(town.building[draft.row]))
    if known and draft.address["compound"]:
        kind, name = known[int(rng.integers(len(known)))]
        alike = {other for other in town.by_name if other.startswith(name)} if kind in ("short", "colloquial") else {name}
        draft.write("compound", name, alike)
        draft.kinds.append(f"{kind}-name")


def _other_address(draft: Draft, town: Town, rng) -> None:
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


def _wrong_street(draft: Draft, town: Town, rng) -> None:
    """Another street or community than the house lies in today: it leads nowhere."""
    part = "street" if rng.random() < 0.5 else "community"
    others = town.houses[part].cat.categories
    other = str(others[rng.integers(len(others))])
    if draft.address[part] and other != draft.address[part]:
        draft.write(part, other)
        draft.meant.pop("street", None)
        draft.meant.pop("community", None)
        draft.kinds.append(f"wrong-{part}")


def _former_division(draft: Draft, town: Town, rng) -> None:
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


def _misspelt(how: str) -> Callable:
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


def _lost(draft: Draft, town: Town, rng) -> None:
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


def _block_word(draft: Draft, town: Town, rng) -> None:
    block = draft.address["block"]
    if block and not draft.dashed and block_name(block)[-1] in "栋座":
        usable = _BLOCK_WORDS if block.isdigit() and draft.address["compound"] else _BLOCK_WORDS[:3]
        draft.words["block"] = str(rng.choice(usable))
        draft.kinds.append("block-word")


def _room_word(draft: Draft, town: Town, rng) -> None:
    if draft.address["room"] and "-" not in draft.address["room"]:
        draft.words["room"] = str(rng.choice(["房", "号房", "号", ""]))
        draft.kinds.append("room-word" if draft.words["room"] else "room-bare")


def _unit_word(draft: Draft, town: Town, rng) -> None:
    if draft.address["unit"]:
        draft.words["unit"] = "梯"
        draft.kinds.append("unit-word")


def _floor(draft: Draft, town: Town, rng) -> None:
    """The floor beside the room, or a whole floor otherwise."""
    house = town.houses.iloc[draft.row]
    if draft.address["room"] and house["room"].startswith(str(house["floor"])):
        draft.address["floor"] = house["floor"]
        draft.kinds.append("floor-beside-room")
    draft.words["floor"] = str(rng.choice(["楼", "层", "F"]))
    if draft.address["floor"] and not draft.address["room"]:
        draft.kinds.append("floor-word")


def _dashes(draft: Draft, town: Town, rng) -> None:
    block, room = draft.address["block"], draft.address["room"]
    if block and room and draft.address["compound"] and block_name(block)[-1] in "栋座" and block.isascii() and "-" not in room:
        draft.dashed, draft.address["floor"] = True, ""
        draft.kinds.append("dashes")


def _numerals(draft: Draft, town: Town, rng) -> None:
    """Chinese numerals for digits, digits for Chinese numerals."""
    done = False
    for part in ("block", "unit", "room", "plate"):
        if draft.address[part].isdigit() and rng.random() < 0.6 and not draft.dashed:
            small = part != "room" and 0 < int(draft.address[part]) < 100
            draft.address[part] = numeral(int(draft.address[part])) if small else draft.address[part].translate(_NUMERALS)
            done = True
    digits = _in_digits(draft.address["road"])
    if digits != draft.address["road"] and rng.random() < 0.6:
        draft.address["road"], done = digits, True
    if done:
        draft.words.setdefault("named", f"{draft.address['block']}栋" if draft.address["block"] else "")
        draft.kinds.append("numerals")


def _in_digits(road: str) -> str:
    """前进1路 for 前进一路, 3巷 for 三巷."""
    for number in range(99, 0, -1):
        for tail in ("路", "巷"):
            if road.endswith(numeral(number) + tail):
                return road.removesuffix(numeral(number) + tail) + f"{number}{tail}"
    return road


def _doubled(draft: Draft, town: Town, rng) -> None:
    draft.before = str(rng.choice(["深圳市", "广东省深圳市", "深圳市宝安区", "广东深圳"]))
    draft.kinds.append("doubled-prefix")


def _bare_divisions(draft: Draft, town: Town, rng) -> None:
    """深圳宝安 for 深圳市宝安区."""
    if draft.address["city"] and draft.address["district"]:
        for part, tail in (("province", "省"), ("city", "市"), ("district", "区")):
            draft.address[part] = draft.address[part].removesuffix(tail)
        draft.kinds.append("bare-divisions")


def _remark(draft: Draft, town: Town, rng) -> None:
    draft.after += str(rng.choice(_REMARKS))
    draft.kinds.append("remark")


def _phone(draft: Draft, town: Town, rng) -> None:
    number = f"179{rng.integers(10**8):08}"
    draft.after += str(rng.choice([f" {number}", f"电话{number}", f"，联系电话：{number}", f"（{number}）"]))
    draft.kinds.append("phone")


def _late(kind: str, change: Callable[[str, np.random.Generator], str]) -> Callable:
    """A change of the whole string."""

    def changed(draft: Draft, town: Town, rng) -> None:
        draft.late.append((kind, lambda text: change(text, rng)))

    return changed


@cache
def _converter():
    from opencc import OpenCC

    return OpenCC("s2t")


def _spaced(text: str, rng) -> str:
    """Blanks after some of the suffixes."""
    return "".join(sign + (" " if sign in "省市区道号栋座元" and rng.random() < 0.5 else "") for sign in text).strip()


def _punctuated(text: str, rng) -> str:
    mark = str(rng.choice(["，", ",", "、", "/", "·"]))
    out = "".join(sign + (mark if sign in "省市区" and rng.random() < 0.6 else "") for sign in text)
    return str(rng.choice(["", "地址：", "住址:"])) + out


#: Every kind of noise and how often it comes; those that change parts before those that change how parts are written.
_NOISE: list[tuple[Callable, float]] = [
    (_drop("province"), 10),
    (_drop("city", "province"), 9),
    (_drop("district", "city", "province"), 8),
    (_drop("street"), 8),
    (_drop("community"), 8),
    (_drop_road, 9),
    (_drop_compound, 7),
    (_drop("unit"), 2),
    (_drop("block"), 2),
    (_alias, 9),
    (_other_address, 6),
    (_wrong_street, 4),
    (_former_division, 5),
    (_misspelt("sound"), 6),
    (_misspelt("look"), 5),
    (_lost, 3),
    (_dashes, 3),
    (_block_word, 7),
    (_room_word, 7),
    (_unit_word, 2),
    (_floor, 4),
    (_numerals, 6),
    (_bare_divisions, 4),
    (_doubled, 4),
    (_remark, 4),
    (_phone, 4),
    (_late("spaces", _spaced), 5),
    (_late("punctuation", _punctuated), 4),
    (_late("lower-case", lambda text, rng: text.lower()), 2),
    (_late("full-width", lambda text, rng: text.translate(_WIDE)), 4),
    (_late("traditional", lambda text, rng: _converter().convert(text)), 4),
]

_ELSEWHERE = (
    ("广东省", "广州市", "天河区", "石牌街道"),
    ("广东省", "东莞市", "", "长安镇"),
    ("广东省", "惠州市", "惠阳区", "淡水街道"),
    ("浙江省", "杭州市", "西湖区", "文新街道"),
    ("", "上海市", "浦东新区", "花木街道"),
    ("", "北京市", "朝阳区", "望京街道"),
)
_GARBAGE = "无 测试 同上 1 。。。 不详 深圳 宝安区 asdf 111111 见附件 地址保密 家 楼上 - 广东省深圳市".split()  # noqa: SIM905
_NOWHERE = {"garbage": 0.2, "other-city": 0.2, "no-such-room": 0.2, "no-such-plate": 0.15, "no-such-place": 0.15, "no-room": 0.1}


def _nowhere(town: Town, rng, usable: np.ndarray) -> tuple | None:
    """A string without a right answer."""
    draft = _draft(town, int(rng.choice(usable)), rng)
    kind = str(rng.choice(list(_NOWHERE), p=list(_NOWHERE.values())))
    if kind == "garbage":
        return _garbage(rng), None, kind, None
    if kind == "other-city":
        elsewhere = _ELSEWHERE[int(rng.integers(len(_ELSEWHERE)))]
        draft.address |= dict(zip(("province", "city", "district", "street"), elsewhere, strict=True), community="")
        return draft.text(), None, kind, None
    if not _spoilt(draft, kind, town, rng) or town.fitting(draft.meant):
        return None
    return draft.text(), None, kind, None


def _garbage(rng) -> str:
    if rng.random() < 0.5:
        return str(rng.choice(_GARBAGE))
    if rng.random() < 0.3:
        return f"179{rng.integers(10**8):08}"
    signs = [*words("estate"), *"abcXYZ0123456789?!，。@#", *words("firm"), *words("trade")]
    return "".join(rng.choice(signs, int(rng.integers(2, 7))))


def _spoilt(draft: Draft, kind: str, town: Town, rng) -> bool:
    """Change a part into one that is not there; False where that cannot be."""
    if kind == "no-such-room":
        floor = rng.integers(60, 99) if rng.random() < 0.5 else rng.integers(1, 9)
        room = f"{floor}{rng.integers(66, 99)}"
        draft.write("room", room, {room})
        return True
    if kind == "no-such-plate":
        plate = str(rng.integers(15000, 20000))
        if draft.address["road"]:
            draft.write("compound", None)
            draft.write("plate", plate, {plate})
        return bool(draft.address["road"])
    if kind == "no-such-place":
        name = f"{rng.choice(words('firm'))}{rng.choice(['花园', '新村', '大厦', '工业园'])}"
        draft.write("road", None)
        draft.write("plate", None)
        draft.write("compound", name, {name})
        return not town.near(name, "compound")
    draft.write("room", None)
    draft.write("floor", None, {"none"})
    return bool(draft.address["block"] or draft.address["plate"]) and town.size(draft.row) > 1
