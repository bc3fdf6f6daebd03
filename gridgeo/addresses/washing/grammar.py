"""The patterns names and numbered parts are told by, in a normalised text."""

from __future__ import annotations

import re

from .parts import COUNTING, GENERIC, HAN, LANE, NAMED_BLOCK, NEARBY, NUMBERED_BLOCK, ORDINAL, PHASE, ROAD, STRONG, VILLAGE, WEAK, ZONE

_NUMBERED_NAME = "[0-9]+号(?=花园|广场|公馆|公寓|交易|大厦|码头|仓|院子|豪|名)"
_SIGN = f"(?:[{HAN}A-Z]|{_NUMBERED_NAME}|[0-9]+(?![0-9栋座号楼室铺塔,-]|单元|[A-Z]{{0,2}}(?:栋|座|-|$)))"
_NO_ROAD = f"(?!{ORDINAL}?(?:大道|大街|公路|路|街(?![0-9])|径))"
_HAS_NUMBER = f"[A-Z]{{0,2}}[0-9]|[A-Z]{{1,3}}(?:[栋座室楼,-]|单元|[ ;(]|$)|[东西南北中主副甲乙丙丁][座栋塔楼]|{NAMED_BLOCK}|地下|负[0-9]|[首顶]楼|[东西南北]翼"
_ENDS = f"(?=$|[(;,]| |{_HAS_NUMBER}|{NEARBY}|自编|第[0-9]|[东西南北正大]?门口?(?:$|[,;(]))"

LANES = re.compile(f"(?:{ORDINAL}{LANE})+")
VILLAGE_LANES = re.compile(f"(?:{ORDINAL}(?:{LANE}|街))+")
LIKE_VILLAGE = re.compile(f".*(?:村|围|屋|墟|区|坊|寮|{ORDINAL}期)$")
PHASES = re.compile(f"{PHASE}+")
NUMBERED_AREA = re.compile(f"(?:宝安|宝城|新城)?(?:[0-9]{{1,3}}|[{COUNTING}]{{1,3}})区(?!域)")

NAME = re.compile(
    f"{_SIGN}{{1,14}}?(?:"
    f"(?P<road>{ROAD})(?!交汇|交界|交叉|{ROAD}|[口站])(?!(?<=[巷径])(?:{STRONG}))"
    f"|(?P<zone>{ZONE})(?=[{COUNTING}]+路)"
    f"|(?P<village>{VILLAGE})(?!{ORDINAL}?(?:大道|公路|路|径)|民|庄|镇|口|委|(?:{WEAK})(?!$|[0-9])|(?!新村|中心[围村屋])(?:{STRONG}))"
    f"|(?P<numbered>{ORDINAL}[区村])(?:(?={ORDINAL}{LANE})|{_ENDS})"
    f"|(?P<strong>{STRONG}){_NO_ROAD}(?!{STRONG}|(?:城(?!市)|[园苑楼馆区村围屋])(?![0-9]))"
    f"|(?P<weak>{WEAK})(?:{PHASE})*{_ENDS}"
    f")(?:{PHASE})*"
)
BARE_NAME = re.compile(f"{_SIGN}{{2,12}}?(?={_HAS_NUMBER})")
LAST_NAME = re.compile(f"[{HAN}A-Z0-9]{{2,12}}(?=$|[(;])")
#: a block with a name of its own inside a named estate: 信义假日名城 + 嘉园阁
INNER = re.compile(
    "(?P<outer>.{2,}(?:花园|家园|名城|城|园|苑|山庄|豪庭|新村|小区|世家|湾|府|邸|大厦|大学|学院|医院))(?P<inner>.{2,3}[阁轩楼苑居堂斋])"
)

LEADING = re.compile(
    f"[东西南北中前后上下]?(?:[{COUNTING}]+|[0-9]+)?(?:大道|大街|公路|路|街)|[东西南北中]?道|[{COUNTING}0-9]+号(?:花园|广场|公馆)"
    f"|步行街|区(?!域)|[{HAN}](?:大道|路|街)|{ORDINAL}村|[新旧老]?村|[新老旧]?[围墟]|[仔山]|(?:社区)?(?:党群|健康|卫生|工作站)|"
    f"(?:{GENERIC})*(?:(?:{ORDINAL})?(?:大道|路|街)|(?:{STRONG}){_NO_ROAD}|(?:{WEAK})(?![{HAN}])|仓库区)"
)
GENERIC_NAME = re.compile(f"(?:{GENERIC})*")

NEAR = re.compile(f"(?:{NEARBY})")
STRETCH = re.compile(
    f"[东西南北中上下]段|[{HAN}]{{2}}段(?=[0-9(;]|$)|[东西南北]{{1,2}}[侧面边]|路?口(?:旁边?|边)?|旁边?|边(?=$)|沿线|内(?=$)|段(?=[0-9]|$)"
)
CROSSING = re.compile(
    "(?:与|和|跟|近|靠|交|-|,| )?[^;()0-9]{1,14}?"
    "(?:交汇处?|交界处?|交叉口|交叉处|交接处|交口|汇合处|相交处|十字路口|路口)(?:[东西南北]{1,2}(?:侧|角|面|边|口))?"
)
REMARK = re.compile("\\(([^()]*)\\)")
OCCUPANT = re.compile("[^;(,]*?(?:公司|集团|事务所|经营部|服务部|商行|便利店|专卖店|分店|门店|超市|工作室)[^;(,]*")
SELF_PLATE = re.compile("自编号?[0-9]{1,5}号")
SELF_NUMBERED = re.compile("自编号?")
CONTACT = re.compile(
    "(?:联系)?(?:电话|手机号?码?|TEL|热线|座机|传真|QQ|微信)[:, ]*(?P<number>[0-9A-Z][0-9 -]{5,18})"
    "|(?:邮政编码|邮编)[:, ]*(?P<post>[0-9]{6})"
    f"|(?:联系人|收件人)[:, ]*(?P<person>[{HAN}]{{2,4}})"
    "|(?P<bare>1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])|0[0-9]{2,3}-[0-9]{7,8}|518[0-9]{3}(?![0-9号室栋])"
    f"|[{HAN}](?:先生|女士|小姐)(?:收|转)?|[{HAN}]{{2,3}}(?=[,收转]*1[3-9][0-9]{{9}}))"
)
#: what a place is only told by: its gate, the station near it
GATE = re.compile("(?:[东西南北正大后]?门口?|[A-Z0-9]{1,2}号?出?口)(?=$|[,;(])")
TRANSIT = re.compile("近?(?:地铁)[0-9一二三四五六七八九十]+号?线[^,;(]*|[近距离邻][^,;(0-9]{2,12}(?=$|[,;(])")
COMPANY = re.compile(f"[{HAN}A-Z(),]*(?:有限公司|责任公司|公司|集团)[{HAN}()]{{0,8}}")
_PLACED = re.compile("[0-9]|街道|社区|大道|[路村巷]|大厦|工业|科技园|广场")
#: something that tells of what is no part of an address
EXTRAS = re.compile(
    f"深圳市|[市县]|公司|集团|事务所|经营部|服务部|商行|便利|店|超市|工作室|先生|女士|小姐|电话|手机|TEL|热线|座机|传真|QQ|微信|联系|收件|邮|[0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}"
    f"|0[0-9]{{2,3}}-|518[0-9]{{3}}|地铁|[近距邻]|[门口](?=$|[,;(])|{NEARBY}"
)
RESTART = re.compile(f"(?:广东省)?深圳市(?=[{HAN}]{{2,}})|[{HAN}]{{2,3}}市[{HAN}]{{2,3}}[区县市]")

_ROOM = "(?:[A-Z]{0,2}[0-9]{1,5}[A-Z]{0,5}[0-9]{0,3}|[A-Z]-[0-9]{1,2})"
_FLOOR = "(?:(?:负|地下|-|L)?[0-9]{1,3}[A-Z]?|B[1-4])"
PLATE = re.compile(
    f"(?P<value>[0-9]{{1,5}}[A-Z]?(?:号?[-,][0-9]{{1,5}}[A-Z]?)*)号(?:院|大院)?(?!(?:{NUMBERED_BLOCK})(?![A-Z0-9]+[栋座])|花园|广场|公馆|公寓|交易|铺|商铺)"
    "(?P<sub>-[0-9]{1,3}(?![0-9A-Z栋座楼室号,-]))?"
)
BARE_PLATE = re.compile("(?P<value>[0-9]{1,5}[A-Z]?(?:-[0-9]{1,4})?)(?![0-9A-Z栋座楼室铺-]|单元|号)")
BLOCK = re.compile(
    "(?P<kind>厂房|宿舍楼?)?"
    "(?P<value>(?:[东西南北中前后]?[A-Z]{0,2}[0-9]{1,4}[A-Z]{0,2}|[东西南北中]?[A-Z]{1,4}|[东西南北中主副前后甲乙丙丁戊]|[一-鿿](?=[栋座][0-9])|[东西南北](?=[0-9]{3,4}室?(?:$|[(;,])))"
    "(?:栋?[-,][A-Z0-9]{1,4})*)"
    f"(?:(?<=[东西南北])(?=[0-9])|(?<=[A-Z][0-9])楼|(?<=[A-Z][0-9]{2})楼|(?:栋+|座|塔楼?|航站楼)(?P<after>{NUMBERED_BLOCK})?|号(?P<of>{NUMBERED_BLOCK})(?![A-Z0-9]+[栋座])| (?=[0-9]{{3,4}}(?![0-9])))"
)
NAMED = re.compile(f"(?:{NAMED_BLOCK}|[东西南北]翼)(?![{HAN}]{{0,6}}(?:大厦|广场))")
UNIT = re.compile("(?P<value>[0-9A-Z东西]{1,3}(?:[-,][0-9A-Z]{1,3})*)(?:单元|梯)")
FLOOR = re.compile(
    f"(?P<value>{_FLOOR}(?:楼?[-,]{_FLOOR})*)楼|(?P<word>首楼|顶楼|地下楼|地下室|夹楼)|F(?P<f>[0-9]{{1,2}})(?![0-9A-Z])|(?P<g>[0-9]{{1,2}})F(?=[A-Z]?[0-9]{{1,3}})"
)
BASEMENT = re.compile("(?:B[1-4]|[LF][0-9]{1,2})楼")
FLOOR_WORDS = {"首楼": "1", "顶楼": "顶", "地下楼": "-1", "地下室": "-1", "夹楼": "夹"}
ROOM = re.compile(
    f"#?(?:商铺|店铺|铺位|档口|铺)?(?P<value>{_ROOM}(?:(?:室|号|铺)?[-,][A-Z0-9]{{1,6}})*)(?:号商铺|号铺|号档口?|商铺|铺位|档口?|室|铺|号(?!线|交易|花园|广场|公馆|公寓)|市(?=$)|单元|区(?=$|[0-9(;, ])|(?!号))"
    "|(?P<letters>[A-Z]{1,5}(?:,[A-Z]{1,3})*)(?:室|区|单元|座)?(?=$|[;(, ])"
)
BLOCK_UNIT_ROOM = re.compile("([0-9]{1,3}|[A-Z][0-9]{0,2})-([0-9]{1,2})-([0-9]{3,4}[A-Z]?)室?(?![0-9])")
BLOCK_ROOM = re.compile("([0-9]{1,2}|[A-Z][0-9]{0,2})-([0-9]{3,4}[A-Z]?)室?(?![0-9-])")


def is_company(text: str) -> bool:
    """Return whether a text is but the name of a firm."""
    return bool(COMPANY.fullmatch(text)) and not _PLACED.search(text)
