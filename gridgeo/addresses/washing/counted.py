"""The patterns numbered parts are told by, in a normalised text: plates, blocks, units, floors, rooms."""

from __future__ import annotations

import re

from .parts import HAN, NAMED_BLOCK, NUMBERED_BLOCK, either

_NAMES = "交易|花园|广场|公馆|公寓"
_ROOM = "(?:[A-Z]{0,2}[0-9]{1,5}[A-Z]{0,5}[0-9]{0,3}|[A-Z]-[0-9]{1,2})"
_FLOOR = "(?:(?:负|地下|-|L)?[0-9]{1,3}[A-Z]?|B[1-4]|[LU]G)"

PLATE = re.compile(
    "(?P<value>[0-9]{1,5}[A-Z]?(?:号?[-,][0-9]{1,5}[A-Z]?)*)号(?:院|大院)?"
    f"(?!(?:{NUMBERED_BLOCK})(?![A-Z0-9]+[栋座])|商?铺)"
    "(?P<sub>-[0-9]{1,3}(?![0-9A-Z栋座楼室号,-]))?"
)
#: a name that begins with a number: 1号交易广场
NAMED_NUMBER = re.compile(f"[0-9]{{1,2}}号(?:{_NAMES})")
BARE_PLATE = re.compile("(?P<value>[0-9]{1,5}[A-Z]?(?:-[0-9]{1,4})?)(?![0-9A-Z栋座楼室铺号-]|单元)")
SELF_PLATE = re.compile("自编号?[0-9]{1,5}号")
SELF_NUMBERED = re.compile("自编号?")

_BLOCK = either(
    "[东西南北中前后]?[A-Z]{0,2}[0-9]{1,4}[A-Z]{0,2}",
    "[东西南北中]?[A-Z]{1,4}",
    "[东西南北中主副前后甲乙丙丁戊]",
    f"[{HAN}](?=[栋座][0-9])",
    "[东西南北](?=[0-9]{3,4}室?(?:$|[(;,]))",
)
BLOCK = re.compile(
    f"(?:厂房|(?:员工)?宿舍楼?)?(?P<value>(?![0-9]{{4}},){_BLOCK}(?:栋?[-,][A-Z0-9]{{1,4}})*)"
    + either(
        f"(?:栋+|座|塔楼?|航站楼)(?:{NUMBERED_BLOCK})?",
        f"号(?:{NUMBERED_BLOCK})(?![A-Z0-9]+[栋座])",
        "(?<=[A-Z][0-9])楼|(?<=[A-Z][0-9]{2})楼",
        "(?<=[东西南北])(?=[0-9])",
        " (?=[0-9]{3,4}(?![0-9]))",
    )
)
#: a block that may stand after a floor: 12楼B座
SEAT = re.compile("[A-Z0-9东西南北中]{1,3}[座栋](?![楼])")
BASEMENT = re.compile("(?:B[1-4]|[LF][0-9]{1,2})楼")
NAMED = re.compile(f"(?:{NAMED_BLOCK}|[东西南北]翼)(?![{HAN}]{{0,6}}(?:大厦|广场))")
UNIT = re.compile("(?P<value>[0-9A-Z东西]{1,3}(?:[-,][0-9A-Z]{1,3})*)(?:单元|梯)")
FLOOR = re.compile(
    either(
        f"(?P<value>{_FLOOR}(?:楼?[-,]{_FLOOR})*)楼",
        "(?P<word>首楼|顶楼|地下楼|地下室|夹楼)",
        "F(?P<after>[0-9]{1,2})(?![0-9A-Z])",
        "(?P<before>[0-9]{1,2})F(?=[A-Z]?[0-9]{1,3})",
    )
)
FLOOR_WORDS = {"首楼": "1", "顶楼": "顶", "地下楼": "-1", "地下室": "-1", "夹楼": "夹"}

_ROOM_WORD = f"号商铺|号铺|号档口?|号?柜|商铺|[铺摊档]位|档口?|室|铺|号(?!线|{_NAMES})|市(?=$)|单元|区(?=$|[0-9(;, ])|(?![0-9号栋座])"
ROOM = re.compile(
    either(
        f"#?(?:商铺|店铺|铺位|档口|铺)?(?P<value>{_ROOM}(?:(?:室|号|铺)?[-,][A-Z0-9]{{1,6}}(?![A-Z0-9]*[栋座]))*)(?:{_ROOM_WORD})",
        "(?P<letters>[A-Z]{1,5}(?:[-,][A-Z]{1,3})*)(?:室|区|单元|座)?(?=$|[;(, ])",
    )
)
BLOCK_UNIT_ROOM = re.compile("([0-9]{1,3}|[A-Z][0-9]{0,2})-([0-9]{1,2})-([0-9]{3,4}[A-Z]?)室?(?![0-9])")
BLOCK_ROOM = re.compile(
    "([0-9]{1,2}|[A-Z][0-9]{0,2})-(?!0[0-9]{2}(?![0-9]))([0-9]{3,4}[A-Z]?|(?<=[A-Z]-)[0-9]{1,2}[A-Z](?![A-Z]))室?(?![0-9-]|号?商?铺|号?档)"
)
