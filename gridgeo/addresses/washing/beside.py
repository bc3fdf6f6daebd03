"""The patterns of what stands in an address and is no part of it: persons, telephones, firms, what is only near, another address."""

from __future__ import annotations

import re

from .parts import COUNTING, HAN, NEARBY, either

_MOBILE = "1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
_CITIES = "北京|上海|天津|重庆|广州|东莞|惠州|佛山|珠海|香港|杭州|成都|武汉|南京|苏州|长沙|厦门"
_FIRM = "公司|集团|事务所|经营部|服务部|商行|便利店|专卖店|分店|门店|超市|工作室"

#: the most common surnames. Source: the public security ministry's list of the hundred most common, 2020
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)

#: a person, a telephone number or a postal code; the group is what is left over, without the word before it
CONTACT = re.compile(
    either(
        "(?:联系)?(?:电话|手机号?码?|TEL|热线|座机|传真|QQ|微信)[:, ]*(?P<number>[0-9A-Z][0-9 -]{5,18})",
        "(?:邮政编码|邮编)[:, ]*(?P<post>[0-9]{6})",
        f"(?:联系人|收件人)[:, ]*(?P<person>[{HAN}]{{2,4}}?)(?=电话|手机|[,;( 0-9]|$)",
        "(?P<bare>"
        + either(
            f"{_MOBILE}(?![0-9])|0[0-9]{{2,3}}-[0-9]{{7,8}}|518[0-9]{{3}}(?![0-9号室栋])",
            f"[{HAN}](?:先生|女士|小姐)(?:收|转)?|[{HAN}]{{2,3}}(?=[, 收转]*{_MOBILE}(?![0-9]))[, 收转]*",
        )
        + ")",
    )
)
#: whom it is for, before an address and apart from it: 张三 ...
ADDRESSEE = re.compile(f"\\s*(?P<name>[{_SURNAMES}][{HAN}]{{1,2}})(?:收|先生|女士|小姐)?[\\s,，、:：;；]+")
REMARK = re.compile("\\(([^()]*)\\)")
OCCUPANT = re.compile(f"[^;(,]*?(?:{_FIRM})[^;(,]*")
NEAR = re.compile(f"(?:{NEARBY})")
#: the gate of a place, the exit of a station
GATE = re.compile("(?:[东西南北正大后]?门口?|[A-Z0-9]{1,2}号?出?口)(?=$|[,;(])")
TRANSIT = re.compile(f"近?地铁[0-9{COUNTING}]+号?线[^,;(]*|[近距离邻][^,;(0-9]{{2,12}}(?=$|[,;(])")
#: another address begins
RESTART = re.compile(f"(?:广东省)?深圳市(?=[{HAN}]{{2,}})|[{HAN}]{{2,3}}市[{HAN}]{{2,3}}[区县市]|(?:{_CITIES})[{HAN}]{{2,3}}新?区")

#: one search that tells whether any of these may be there
_WORDS = f"{_FIRM}|店|先生|女士|小姐|电话|手机|TEL|热线|座机|传真|QQ|微信|联系|收件|邮|地铁|近|距|离|邻|市|县|{NEARBY}|{_CITIES}"
ANY = re.compile(
    f"(?=[0-9门口{''.join({word[0] for word in _WORDS.split('|')})}])"
    + either(_WORDS, "[0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|0[0-9]{2,3}-|518[0-9]{3}", "[门口](?=$|[,;(])")
)

_COMPANY = re.compile(f"[{HAN}A-Z(),]*(?:公司|集团)[{HAN}()]{{0,8}}")
_PLACED = re.compile("[0-9]|街道|社区|大道|[路村巷]|大厦|工业|科技园|广场")


def is_company(text: str) -> bool:
    """Return whether a text is but the name of a firm."""
    return bool(_COMPANY.fullmatch(text)) and not _PLACED.search(text)
