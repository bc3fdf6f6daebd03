"""Words an address is made of: what roads, places, blocks, floors and rooms are called.

Alternatives of regular expressions; where one word begins another the longer comes first. Source: SZDB/Z 281-2017 for the parts of
a full name; the words themselves are those in use in Shenzhen.
"""

from __future__ import annotations

HAN = "一-鿿㐀-䶿"
COUNTING = "一二三四五六七八九十"

#: what stands before the word for a lane, an area or a phase: 三, 东二, 12, A
ORDINAL = f"(?:[东西南北中上下正新老旧前后左右]?(?:第?[{COUNTING}]{{1,3}}|[0-9]{{1,3}}|[A-Z])|[东西南北中上下正新老前后])"
#: what belongs to the name before it: 二期, 南区, A区, 六区, II期
PHASE = f"(?:(?:{ORDINAL}|[A-Z][0-9]{{1,2}}(?=区)|[IVX]{{1,3}})(?:区|期|分园|园区|片区)(?!域|间))"

LANE = "(?:横巷|横街|支巷|巷|坊|里|弄|排|横)"
ROAD = "(?:大道|大到|大街|公路|国道|省道|高速|环路|快速路|步行街|路|街(?!市)|径(?!村|围|社区|新村|[头口尾])|道|胡同|巷|排(?=[0-9]))"

#: zones, which have roads of their own: 工业区三路
ZONE = (
    "工业开发区|工业园区|工业厂区|工业区|工业园|工业城|工业村|科技园区|科技园|科技城|科学园|软件园|产业园区|产业园|产业区|产业城|产业基地|创意园|创新园|"
    "创业园|工贸园|文化园|物流园|动漫园|生态园|智造园|孵化园|高新区|保税区|开发区|合作区|自贸区"
)
#: words names of places end in, wherever they stand
STRONG = (
    f"{ZONE}|孵化基地|基地|大学城|数码城|花园城|中心城|中心区|商业城|购物中心|购物广场|购物公园|"
    "大厦|广场|中心|花园|花苑|家园|公寓|大楼|公馆|豪庭|豪苑|山庄|别墅|新村|小区|名苑|雅苑|名庭|雅居|名居|居苑|华庭|华府|豪园|半岛|"
    "厂区|工厂|新天地|大院|宿舍区|员工村|生活区|住宅区|度假村|农贸市场|批发市场|市场|商场|百货|大酒店|酒店|宾馆|旅馆|"
    "大夏|广厂|花圆|花元|工业圆|工业员|科技圆|公圆|体育馆|体育场|图书馆|博物馆|美术馆|文化馆|艺术馆|派出所|公园|汽车站|火车站|机场|码头|电影院|加油站|停车场|厂(?!房|区|部)"
)
#: words that end a name only where a number, a block or nothing follows
WEAK = (
    "幼儿园|研究院|学校|小学|中学|大学|学院|医院|银行|法院|检察院|交易所|祠堂|教堂|总部|城|园|苑|庭|轩|居|阁|府|湾|谷|港|汇|堡|邸|岸|湖|楼|馆|院|"
    "堂|站|世家|国际|街区|商城|时代|名门|公社|世界|之窗|天地|廊|岛|峰|台|塔|寺|庙|宫|村|屋|墟|围"
)
VILLAGE = "(?:新村|老村|旧村|村)(?:委会|委)?|(?:老|旧|新)围"

#: words that say what kind of place it is and name none
GENERIC = (
    "国际|国家|商住|办公|写字|保险|证券|银行|商务|商业|贸易|世界|世纪|工业|科技|高新|高科技|技术|创业|创新|创意|文化|产业|电子|软件|信息|数码|数字|金融|投资|汽车|珠宝|服装|"
    "家居|家具|农产品|农贸|建材|电器|物流|保税|仓库|综合|时代|新时代|中央|中心|城市|人民|市民|区政府|体育|妇幼|保健|中医|实验|外国语|客运|地铁|假日|大学|海滨|经济|"
    "总部|第[一二三四五六七八九十]+"
)

#: named blocks
NAMED_BLOCK = (
    "研发大楼|研发中心|研发楼|综合大楼|综合楼|办公大楼|办公楼|宿舍楼|写字楼|行政楼|科研楼|商务楼|商业楼|教学楼|实验楼|配套楼|门诊楼|门诊部|"
    "住院楼|住院部|裙楼|主楼|副楼|附楼|辅楼|塔楼|[东西南北中前后]楼|厂房|宿舍"
)
#: factory buildings and the like, numbered: 2号厂房
NUMBERED_BLOCK = "(?:工业)?厂房|宿舍楼?|写字楼|办公楼|研发楼|研发中心|综合楼|仓库|商务楼|科研楼|车间"

#: what says that a place is only near the one meant
NEARBY = "斜对面|正对面|对面|对过|隔壁|旁边|旁|附近|后面|后边|背后|前面|楼上|楼下|边上"

#: words that introduce an address and say nothing of it
INTRODUCING = (
    "(?:(?:公司|单位|企业|办公|工作|总部|工厂|厂房|联系|详细|具体|注册|经营|收货|收件|通讯|通信|家庭|居住|现住|现|项目|店铺|上班|面试|户籍|深圳)*"
    "(?:地址|住址|地点|住所|场所)|ADD(?:RESS)?|(?:位于|坐落于|坐落|住在|家住|现住)|(?:总部|工厂|分部|公司)(?=[:：]))"
)


def either(*patterns: str) -> str:
    """Return a pattern that is one of some, the first that fits."""
    return f"(?:{'|'.join(patterns)})"
