"""Words an address is made of: what roads, places, blocks, floors and rooms are called.

Lists of words, longest first where one begins another, as text of regular expressions. Source: SZDB/Z 281-2017 for the parts of a
full name; the rest is how addresses are written in Shenzhen.
"""

from __future__ import annotations

#: numerals, compass points and the like before the word for a lane, an area or a phase: 三, 东二, 12, A
ORDINAL = "(?:[东西南北中上下正新老旧前后左右]?(?:第?[一二三四五六七八九十]{1,3}|[0-9]{1,3}|[A-Z])|[东西南北中上下正新老前后])"
#: what belongs to the name before it: 二期, 南区, A区, 六区, I期
PHASE = f"(?:(?:{ORDINAL}|[IVX]{{1,3}})(?:区|期|分园|园区)(?!域|间))"

LANE = "(?:横巷|横街|支巷|巷|坊|里|弄|排|横)"
ROAD = "(?:大道|大街|公路|国道|省道|高速|环路|快速|步行街|路|街|径|道|胡同|弄|巷|里)"

#: words names of places end in; a name may go on after them only by another of these words
STRONG = (
    "工业开发区|工业区|工业城|工业园区|工业园|工业村|工业厂区|工业大厦|科技园区|科技园|科技城|科学园|软件园|产业园区|产业园|产业城|产业基地|"
    "创意园|创新园|创业园|文化园|物流园|物流中心|动漫园|生态园|留学生创业园|智造园|孵化园|孵化基地|高新区|保税区|开发区|合作区|自贸区|大工业区|"
    "大学城|数码城|花园城|中心城|中心区|商业城|购物中心|购物广场|购物公园|步行街区|"
    "大厦|广场|中心|花园|花苑|家园|公寓|大楼|公馆|豪庭|豪苑|山庄|别墅|新村|新邨|小区|名苑|雅苑|名庭|雅居|名居|居苑|华庭|华府|豪园|半岛|"
    "厂区|工厂|新天地|大院|宿舍区|员工村|生活区|住宅区|度假村|农贸市场|批发市场|市场|商场|百货|酒店|大酒店|宾馆|旅馆|医院|学校|小学|中学|大学|学院|"
    "幼儿园|研究院|银行|体育馆|体育场|图书馆|博物馆|美术馆|文化馆|艺术馆|派出所|交易所|法院|检察院|公园|汽车站|火车站|机场|码头|电影院|"
    "交易中心|创新中心|创业中心|基地|总部|庙|寺|祠堂|教堂|加油站|停车场|食品厂|制衣厂|电子厂|玩具厂|五金厂|塑胶厂|厂"
)
#: words only taken for the end of a name when a number, a block or nothing follows
WEAK = "城|园|苑|庭|轩|居|阁|府|湾|谷|港|汇|堡|邸|岸|湖|楼|馆|院|堂|站|里|世家|国际|街区|商城|时代|名门|公社|世界|之窗|天地|廊|店|都|会|家|岛|峰|山|台|门|塔"

#: named blocks
NAMED_BLOCK = (
    "研发大楼|研发中心|研发楼|综合大楼|综合楼|办公大楼|办公楼|宿舍楼|写字楼|行政楼|科研楼|商务楼|商业楼|教学楼|实验楼|配套楼|门诊楼|住院楼|住院部|"
    "裙楼|主楼|副楼|附楼|辅楼|塔楼|前楼|后楼|东楼|西楼|南楼|北楼|中楼|厂房|宿舍"
)

#: what says that a place is only near the one meant
NEARBY = "斜对面|正对面|对面|对过|隔壁|旁边|旁|附近|后面|后边|背后|前面|楼上|楼下|[东西南北]侧|[东西南北]邻|边上"

#: words that introduce an address and say nothing of it
INTRODUCING = (
    "(?:(?:公司|单位|企业|办公|工作|总部|工厂|厂房|联系|详细|具体|注册|经营|收货|通讯|通信|通讯联系|家庭|居住|现住|店铺|上班|面试|深圳|上海|公司总部)*"
    "(?:地址|住址|地点|住所|场所)|ADD(?:RESS)?|位于|坐落于|坐落)"
)

#: slips in the words for parts; where the first stands for the second
SPELLINGS = {
    "大夏": "大厦",
    "大度": "大厦",
    "单园": "单元",
    "单员": "单元",
    "街到": "街道",
    "杜区": "社区",
    "广厂": "广场",
}

#: words that say what kind of place it is and name none
GENERIC = (
    "国际|国家|商务|商业|贸易|世界|工业|科技|高新|高科技|创业|创新|创意|文化|产业|电子|软件|信息|数码|数字|金融|汽车|珠宝|服装|家居|家具|物流|"
    "保税|综合|时代|新时代|中央|中心|城市|人民|市民|区政府|第[一二三四五六七八九十]+|体育|妇幼|保健|中医|实验|外国语|技术|客运|地铁|花园|假日|大学|海滨|东方"
)
