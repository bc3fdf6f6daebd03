"""Strings without a right answer: garbage, other cities, houses and rooms that do not exist."""

from __future__ import annotations

import numpy as np

from .draft import Draft, drafted
from .places import words
from .town import Town

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


def leading_nowhere(town: Town, rng, usable: np.ndarray) -> tuple | None:
    """Return a string without a right answer, as a row of :func:`gridgeo.sample.noise.make`; None where the try failed."""
    draft = drafted(town, int(rng.choice(usable)), rng)
    kind = str(rng.choice(list(_NOWHERE), p=list(_NOWHERE.values())))
    if kind == "garbage":
        return _garbage(rng), None, kind, None
    if kind == "other-city":
        elsewhere = _ELSEWHERE[int(rng.integers(len(_ELSEWHERE)))]
        draft.address |= dict(zip(("province", "city", "district", "street"), elsewhere, strict=True), community="")
        return draft.text(), None, kind, None
    if not spoil(draft, kind, town, rng) or town.fitting(draft.meant):
        return None
    return draft.text(), None, kind, None


def _garbage(rng) -> str:
    if rng.random() < 0.5:
        return str(rng.choice(_GARBAGE))
    if rng.random() < 0.3:
        return f"179{rng.integers(10**8):08}"
    signs = [*words("estate"), *"abcXYZ0123456789?!，。@#", *words("firm"), *words("trade")]
    return "".join(rng.choice(signs, int(rng.integers(2, 7))))


def spoil(draft: Draft, kind: str, town: Town, rng) -> bool:
    """Change a part into one that is not there, and return whether that could be."""
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
