"""Noise in how an address is written: other words for its parts, numerals, remarks, spaces, scripts. Each kind is a change of a draft."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from .addresses import block_name
from .draft import Draft
from .places import numeral
from .town import Town

_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_BLOCK_WORDS = ("幢", "座", "号楼", "#", "幢", "号楼", "#", "号")
_REMARKS = ("（近地铁口）", "(便利店旁)", "（旧址）", "【自提点】", "(白天有人)", "（原地址作废）")


def block_word(draft: Draft, town: Town, rng) -> None:
    """Another word for the block: 幢, 座, 号楼, #."""
    block = draft.address["block"]
    if block and not draft.dashed and block_name(block)[-1] in "栋座":
        usable = _BLOCK_WORDS if block.isdigit() and draft.address["compound"] else _BLOCK_WORDS[:3]
        draft.words["block"] = str(rng.choice(usable))
        draft.kinds.append("block-word")


def room_word(draft: Draft, town: Town, rng) -> None:
    """Another word for the room, or none."""
    if draft.address["room"] and "-" not in draft.address["room"]:
        draft.words["room"] = str(rng.choice(["房", "号房", "号", ""]))
        draft.kinds.append("room-word" if draft.words["room"] else "room-bare")


def unit_word(draft: Draft, town: Town, rng) -> None:
    """梯 for 单元."""
    if draft.address["unit"]:
        draft.words["unit"] = "梯"
        draft.kinds.append("unit-word")


def floor(draft: Draft, town: Town, rng) -> None:
    """The floor beside the room, or a whole floor otherwise."""
    house = town.houses.iloc[draft.row]
    if draft.address["room"] and house["room"].startswith(str(house["floor"])):
        draft.address["floor"] = house["floor"]
        draft.kinds.append("floor-beside-room")
    draft.words["floor"] = str(rng.choice(["楼", "层", "F"]))
    if draft.address["floor"] and not draft.address["room"]:
        draft.kinds.append("floor-word")


def dashes(draft: Draft, town: Town, rng) -> None:
    """3-1-101 for 3栋1单元101."""
    block, room = draft.address["block"], draft.address["room"]
    if block and room and draft.address["compound"] and block_name(block)[-1] in "栋座" and block.isascii() and "-" not in room:
        draft.dashed, draft.address["floor"] = True, ""
        draft.kinds.append("dashes")


def numerals(draft: Draft, town: Town, rng) -> None:
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


def doubled(draft: Draft, town: Town, rng) -> None:
    """The upper divisions once more before the address."""
    draft.before = str(rng.choice(["深圳市", "广东省深圳市", "深圳市宝安区", "广东深圳"]))
    draft.kinds.append("doubled-prefix")


def bare_divisions(draft: Draft, town: Town, rng) -> None:
    """深圳宝安 for 深圳市宝安区."""
    if draft.address["city"] and draft.address["district"]:
        for part, tail in (("province", "省"), ("city", "市"), ("district", "区")):
            draft.address[part] = draft.address[part].removesuffix(tail)
        draft.kinds.append("bare-divisions")


def remark(draft: Draft, town: Town, rng) -> None:
    """A remark in brackets after the address."""
    draft.after += str(rng.choice(_REMARKS))
    draft.kinds.append("remark")


def phone(draft: Draft, town: Town, rng) -> None:
    """A number after the address, which cannot be anybody's."""
    number = f"179{rng.integers(10**8):08}"
    draft.after += str(rng.choice([f" {number}", f"电话{number}", f"，联系电话：{number}", f"（{number}）"]))
    draft.kinds.append("phone")


def late(kind: str, change: Callable[[str, np.random.Generator], str]) -> Callable:
    """A change of the whole string."""

    def changed(draft: Draft, town: Town, rng) -> None:
        draft.late.append((kind, lambda text: change(text, rng)))

    return changed


def lower_case(text: str, rng) -> str:
    """Return the text in small letters."""
    return text.lower()


def full_width(text: str, rng) -> str:
    """Return the text with wide digits, letters and signs."""
    return text.translate(_WIDE)


def traditional(text: str, rng) -> str:
    """Return the text in traditional characters."""
    return _converter().convert(text)


@cache
def _converter():
    from opencc import OpenCC

    return OpenCC("s2t")


def spaced(text: str, rng) -> str:
    """Return the text with blanks after some of the suffixes."""
    return "".join(sign + (" " if sign in "省市区道号栋座元" and rng.random() < 0.5 else "") for sign in text).strip()


def punctuated(text: str, rng) -> str:
    """Return the text with marks between its divisions, and a word before it."""
    mark = str(rng.choice(["，", ",", "、", "/", "·"]))
    out = "".join(sign + (mark if sign in "省市区" and rng.random() < 0.6 else "") for sign in text)
    return str(rng.choice(["", "地址：", "住址:"])) + out
