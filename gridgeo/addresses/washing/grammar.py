"""The patterns names of roads, lanes and places are told by, in a normalised text."""

from __future__ import annotations

import re

from .parts import COUNTING, GENERIC, HAN, LANE, NAMED_BLOCK, NEARBY, ORDINAL, PHASE, ROAD, STRONG, VILLAGE, WEAK, ZONE, either

_NUMBERED_NAME = "[0-9]+号(?=花园|广场|公馆|公寓|交易|大厦|码头|仓|院子|豪|名)"
_BEGINS_BLOCK = "[A-Z]{0,2}(?:栋|座|-|$)"
_SIGN = either(f"[{HAN}A-Z]", _NUMBERED_NAME, f"[0-9]+(?![0-9栋座号楼室铺塔,-]|单元|{_BEGINS_BLOCK})")
_NO_ROAD = f"(?!{ORDINAL}?(?:大道|大街|公路|路|街(?![0-9])|径))"
_HAS_NUMBER = either(
    "[A-Z]{0,2}[0-9]",
    "[A-Z]{1,3}(?:[栋座室楼,-]|单元|[ ;(]|$)",
    "[东西南北中主副甲乙丙丁][座栋塔楼]",
    NAMED_BLOCK,
    "地下|负[0-9]|[首顶]楼|[东西南北]翼",
)
_ENDS = f"(?=$|[(;, ]|{_HAS_NUMBER}|{NEARBY}|自编|第[0-9]|[东西南北正大]?门口?(?:$|[,;(])|[A-Z0-9]{{1,2}}号?出?口)"

LANES = re.compile(f"(?:{ORDINAL}{LANE}|横[巷街])+")
VILLAGE_LANES = re.compile(f"(?:{ORDINAL}(?:{LANE}|街)|横[巷街])+")
LIKE_VILLAGE = re.compile(f".*(?:村|围|屋|墟|区|坊|寮|{ORDINAL}期)$")
PHASES = re.compile(f"{PHASE}+")
NUMBERED_AREA = re.compile(f"(?:宝安|宝城|新城)?(?:[0-9]{{1,3}}|[{COUNTING}]{{1,3}})区(?!域)")

#: a name by the word it ends in: the first word that is not the beginning of a longer name
NAME = re.compile(
    f"{_SIGN}{{1,14}}?"
    + either(
        f"(?P<road>{ROAD})(?!交汇|交界|交叉|{ROAD}|[口站])(?!(?<=[巷径])(?:{STRONG}))",
        f"(?P<zone>{ZONE})(?=[{COUNTING}]+路)",
        f"(?P<village>{VILLAGE})(?!{ORDINAL}?(?:大道|公路|路|径)|[民庄镇口委]|(?:幼儿园|[小中大]学|学校|[^0-9]?医院)(?!路)|(?!新村|中心[围村屋])(?:{STRONG}))",
        f"(?P<numbered>{ORDINAL}[区村])(?:(?={ORDINAL}{LANE})|(?=[{HAN}]{{2,4}}路[0-9])|{_ENDS})",
        f"(?P<strong>{STRONG}){_NO_ROAD}(?!{STRONG}|(?:城(?!市)|[园苑楼馆区村围屋])(?![0-9]))",
        f"(?P<weak>{WEAK})(?:{PHASE})*{_ENDS}",
    )
    + f"(?:{PHASE})*"
)
#: a name that ends in no such word, before a number or at the end
BARE_NAME = re.compile(f"{_SIGN}{{2,12}}?(?={_HAS_NUMBER})")
LAST_NAME = re.compile(f"[{HAN}A-Z0-9]{{2,12}}(?=$|[(;])")
#: a block with a name of its own inside a named estate: 信义假日名城 and 嘉园阁
INNER = re.compile(
    "(?P<outer>.{2,}(?:花园|家园|名城|城|园|苑|山庄|豪庭|新村|小区|世家|湾|府|邸|大厦|大学|学院|医院))(?P<inner>.{2,3}[阁轩楼苑居堂斋])"
)

#: what follows a name that only begins a longer one
LEADING = re.compile(
    either(
        f"[东西南北中前后上下]?(?:[{COUNTING}]+|[0-9]+)?(?:大道|大街|公路|路|街)",
        f"[东西南北中]?道|[{HAN}](?:大道|路|街)|步行街",
        f"[{COUNTING}0-9]+号(?:花园|广场|公馆)",
        f"{ORDINAL}[村区]|[新旧老]?村|[新老旧]?[围墟]|[仔山]|区(?!域)",
        "(?:社区)?(?:党群|健康|卫生|工作站)",
        f"(?:{GENERIC})*(?:{ORDINAL}?(?:大道|路|街)|(?:{STRONG}){_NO_ROAD}|(?:{WEAK})(?![{HAN}])|仓库区)",
    )
)
GENERIC_NAME = re.compile(f"(?:{GENERIC})*")
#: what follows a road's name
STRETCH = re.compile(
    either(
        f"[东西南北中上下]段|[{HAN}]{{2}}段(?=[0-9(;]|$)|段(?=[0-9]|$)",
        "中?[东西南北]{1,2}[侧面边]|路?口(?:旁边?|边)?|旁边?|边(?=$)|沿线|内(?=$)",
    )
)
CROSSING = re.compile(
    "(?:与|和|跟|近|靠|交|-|,| )?[^;()0-9]{1,14}?"
    "(?:交汇处?|交界处?|交叉口|交叉处|交接处|交口|汇合处|相交处|十字路口|路口)(?:[东西南北]{1,2}[侧角面边口])?"
)
