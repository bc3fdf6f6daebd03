"""The collections there are, as data: what features are made of, and how the parts of a question are said of them in SQL."""

from __future__ import annotations

from ..addresses.model import NameKind
from ..addresses.model import Status as AddressStatus
from ..cql2.model import Type
from ..errors import NotFound
from ..events.model import Kind as EventKind
from ..events.model import Stage
from ..events.rules import SOON
from ..objects.model import Status as ObjectStatus
from .model import Beside, Collection, Property

_TEXT, _NUMBER, _DAY, _MOMENT = Type.TEXT, Type.NUMBER, Type.DATE, Type.TIMESTAMP

_BEGINS, _ENDS = "primary-interval-start", "primary-interval-end"
_FROM = Property("valid_from", _DAY, "启用日期", "First day", role=_BEGINS)
_TO = Property("valid_to", _DAY, "停用日期", "First day it is no more", role=_ENDS)
_GRID = Property("grid", _TEXT, "所在微网格", "Code of the micro-grid it lies in today")
_RECORDED = Property("recorded_at", _MOMENT, "登记时间", "When it was recorded")
_STATUS = Property("status", _TEXT, "状态", "Status", values=tuple(map(str, AddressStatus)))
_WRITTEN = (
    Property("road", _TEXT, "道路", "Road or lane"),
    Property("plate", _TEXT, "门牌", "Number, without 号"),
    Property("compound", _TEXT, "小区/村/园区", "Estate, village, park or named building"),
    Property("block", _TEXT, "楼栋号", "Block"),
)

_UNIT = (
    Property("code", _TEXT, "编码", "Code"),
    Property("name_zh", _TEXT, "名称", "Name"),
    Property("name_en", _TEXT, "英文名称", "English name"),
    Property("level", _TEXT, "层级", "Level"),
    Property("parent", _TEXT, "上级", "Unit above"),
    Property("kind", _TEXT, "类别", "Kind", values=("administrative", "functional")),
    Property("grid_type", _TEXT, "网格类型", "Type of grid"),
    Property("household_count", _NUMBER, "户数", "Households"),
    Property("area_m2", _NUMBER, "面积", "Area", unit="m2", whole=False),
    Property("edition", _TEXT, "版本", "Edition", sortable=False),
    Property("valid_from", _MOMENT, "生效时间", "When its edition became valid", sortable=False, role=_BEGINS),
    Property("valid_to", _MOMENT, "失效时间", "When its edition ended", sortable=False, role=_ENDS),
)
_BUILDING = (
    Property("building_code", _TEXT, "楼栋编码", "Building code (SZDB/Z 281)"),
    Property("building_use", _TEXT, "用途", "Use"),
    _STATUS,
    Property("floors", _NUMBER, "地上层数", "Floors above ground"),
    Property("floors_below", _NUMBER, "地下层数", "Floors below ground"),
    *_WRITTEN,
    *(_GRID, _FROM, _TO, _RECORDED),
)
_HOUSE = (
    Property("house_code", _TEXT, "房屋编码", "House code (SZDB/Z 281)"),
    Property("building_code", _TEXT, "楼栋编码", "Building it is in today"),
    Property("unit", _TEXT, "单元", "Unit"),
    Property("floor", _NUMBER, "楼层", "Floor"),
    Property("room", _TEXT, "房号", "Room"),
    Property("house_use", _TEXT, "用途", "Use"),
    _STATUS,
    Property("area_m2", _NUMBER, "面积", "Area", unit="m2", whole=False),
    *(_GRID, _FROM, _TO),
)
_NAME = (
    Property("code", _TEXT, "编码", "Building (19) or house (25) that is called so"),
    Property("building_code", _TEXT, "楼栋编码", "Building it is in today"),
    Property("kind", _TEXT, "名称种类", "Kind of name", values=tuple(map(str, NameKind))),
    Property("name", _TEXT, "名称", "Name"),
    *(_FROM, _TO),
    Property("source", _TEXT, "来源", "Source", sortable=False),
)
_OBJECT = (
    Property("object_id", _NUMBER, "序号", "Our number of it"),
    Property("element_code", _TEXT, "部件标识码", "Element code (SZDB/Z 281)"),
    Property("name", _TEXT, "名称", "Name"),
    Property("status", _TEXT, "状态", "Status", values=tuple(map(str, ObjectStatus))),
    Property("category_id", _NUMBER, "类别序号", "Number of the category"),
    Property("category", _TEXT, "类别", "Category: major/minor/name"),
    Property("major", _TEXT, "大类", "Major class"),
    Property("department", _TEXT, "责任部门", "Organisation code of the department"),
    Property("floor", _NUMBER, "楼层", "Floor"),
    Property("place", _TEXT, "所属房屋", "Building or house it belongs to"),
    Property("inspected_on", _DAY, "检查日期", "Last inspected"),
    Property("since", _DAY, "起始日期", "As it is since", role=_BEGINS),
    Property("until", _DAY, "变更日期", "First day it was otherwise", sortable=False, role=_ENDS),
    Property("attributes", Type.ARRAY, "属性", "What its category asks of it"),
    *(_GRID, _RECORDED),
)

_EVENT = (
    Property("event_id", _NUMBER, "序号", "Our number of it"),
    Property("event_code", _TEXT, "事件编码", "Event code (SZDB/Z 281)"),
    Property("kind", _TEXT, "种类", "Event or request", values=tuple(map(str, EventKind))),
    Property("class_id", _NUMBER, "类别序号", "Number of the class"),
    Property("class", _TEXT, "类别", "Class: major/minor/name"),
    Property("major", _TEXT, "大类", "Major class"),
    Property("grade", _NUMBER, "等级", "Grade, 1 the gravest to 4"),
    Property("stage", _TEXT, "阶段", "Stage", values=tuple(map(str, Stage))),
    Property("state", _TEXT, "办理状态", "How it stands to its limit", values=("open", "due-soon", "overdue", "closed")),
    Property("channel_kind", _TEXT, "渠道种类", "Kind of channel it came by"),
    Property("department", _TEXT, "主责部门", "Organisation code of the department that leads"),
    Property("department_name", _TEXT, "主责部门名称", "Name of that department"),
    _GRID,
    Property("happened_at", _MOMENT, "发生时间", "When it happened"),
    Property("reported_at", _MOMENT, "上报时间", "When it was reported", role="primary-instant"),
    Property("filed_at", _MOMENT, "立案时间", "When it was filed"),
    Property("dispatched_at", _MOMENT, "派遣时间", "When it was sent to a department"),
    Property("responded_at", _MOMENT, "响应时间", "When a department first accepted it"),
    Property("handled_at", _MOMENT, "处置时间", "When it was handled"),
    Property("verified_at", _MOMENT, "核查时间", "When that was verified"),
    Property("closed_at", _MOMENT, "结案时间", "When it was closed"),
    Property("due_at", _MOMENT, "办结期限", "When it is to be closed"),
    Property("paused_at", _MOMENT, "暂停时间", "Since when its clock stands still"),
    Property("bounces", _NUMBER, "退回次数", "How often it was returned"),
    Property("reopened", _NUMBER, "重开次数", "How often it was opened again"),
    Property("stars", _NUMBER, "满意度", "Stars, 1 to 5"),
)

_LEVELS = (
    ("districts", "district", "区", "Districts", "各区"),
    ("streets", "street", "街道", "Streets", "各街道"),
    ("communities", "community", "社区", "Communities", "各社区"),
    ("microgrids", "micro", "微网格", "Micro-grids", "各微网格"),
    ("grids", None, "网格", "Grids of all levels", "区、街道、社区、微网格"),
)

#: Which buildings, and which names, there are in a place: found through the spatial index, and never more than a few.
_HOUSES_IN = "f.building_code = ANY (ARRAY({buildings}))"
_NAMES_IN = (
    "(f.zone, f.code) IN (SELECT left(c, 12), c FROM unnest(ARRAY({buildings} UNION ALL "
    "SELECT l.house_code FROM house AS l WHERE l.building_code = ANY (ARRAY({buildings})))) AS c)"
)
#: Names are looked for as they are compared: by their key, which has an index of its parts.
_CALLED = "(f.zone, {}) IN (SELECT n.zone, n.code FROM address_name AS n WHERE n.name_key LIKE {{q}})"
#: Who was around here once is looked for in what was; all others where they are.
_WAS_NEAR = (
    "(f.point_now && {area} OR f.shape_now && {area} OR f.object_id = ANY (ARRAY(SELECT h.object_id FROM object_history AS h "
    "WHERE h.lon BETWEEN ST_XMin({area}) AND ST_XMax({area}) AND h.lat BETWEEN ST_YMin({area}) AND ST_YMax({area})))) "
    "AND ST_Intersects(f.geom, {area})"
)


def _grids(name: str, level: str | None, title: str, title_en: str, zh: str) -> Collection:
    return Collection(
        id=name,
        title=title,
        title_en=title_en,
        description=f"{zh}，按有效版本。{title_en} of the edition valid at a time; now, where none is asked for.",
        relation="grids",
        geometry="multipolygon",
        properties=_UNIT,
        key=("unit_id",),
        named="(f.code = ANY ({ids}) OR f.unit_id = ANY ({numbers}::bigint[]))",
        searched="(f.name_zh ILIKE {q} OR f.name_en ILIKE {q} OR f.code LIKE {q})",
        given={"level": level},
        believed=True,
    )


_ALL = (
    *(_grids(*level) for level in _LEVELS),
    Collection(
        id="buildings",
        title="楼栋",
        title_en="Buildings",
        description="楼栋及其主要地址。Buildings, where they stand, with their main address.",
        relation="buildings",
        geometry="point",
        properties=_BUILDING,
        key=("zone", "building_code"),
        named="f.zone = ANY ({zones}) AND f.building_code = ANY ({ids})",
        searched=_CALLED.format("f.building_code"),
        within="f.unit_id = ANY ({units})",
        located=("building", "point"),
        dated=("building", "valid_from"),
        keeps_past=True,
    ),
    Collection(
        id="houses",
        title="房屋",
        title_en="Houses",
        description="房屋，位于所在楼栋。Dwellings, shops, offices and workshops, where their building stands.",
        relation="houses",
        geometry="point",
        properties=_HOUSE,
        key=("zone", "house_code"),
        named="f.zone = ANY ({zones}) AND f.house_code = ANY ({ids})",
        searched=_CALLED.format("f.house_code"),
        within="f.unit_id = ANY ({units})",
        through=_HOUSES_IN,
        located=("building", "point"),
        dated=("house", "valid_from"),
        keeps_past=True,
    ),
    Collection(
        id="addresses",
        title="地址名称",
        title_en="Addresses",
        description="楼栋和房屋的七种名称。Names of buildings and houses, of seven kinds, where the building stands.",
        relation="addresses",
        geometry="point",
        properties=_NAME,
        key=("zone", "code", "kind", "name", "valid_from"),
        named="f.zone = ANY ({zones}) AND f.code = ANY ({codes}) AND f.id = ANY ({ids})",
        searched="(f.zone, f.code, f.name) IN (SELECT n.zone, n.code, n.name FROM address_name AS n WHERE n.name_key LIKE {q})",
        within="f.unit_id = ANY ({units})",
        through=_NAMES_IN,
        located=("building", "point"),
        dated=("address_name", "valid_from"),
    ),
    Collection(
        id="objects",
        title="部件",
        title_en="Managed objects",
        description="城市管理部件。Managed objects of the city: lamps, covers, trees, pipes, greens.",
        relation="objects",
        geometry="any",
        properties=_OBJECT,
        key=("object_id",),
        named="f.object_id = ANY ({numbers}::bigint[])",
        searched="(f.name ILIKE {q} OR f.element_code LIKE {q})",
        beside=(Beside("categories", "category_id", ("category", "major")), Beside("grids_of_objects", "object_id", ("unit_id", "grid"))),
        near="(f.point && {area} OR f.shape && {area}) AND ST_Intersects(f.geom, {area})",
        within="f.unit_id = ANY ({units})",
        located=("object", "point"),
        dated=("object", "since"),
        keeps_past=True,
        past_by_id=True,
        then="objects_then",
        near_then=_WAS_NEAR,
        believed=True,
    ),
    Collection(
        id="events",
        title="事件",
        title_en="Events",
        description="事件和民生诉求的办理情况，不含文字和报告人；datetime 指上报时间。"
        "Events and requests and how they stand, no word anybody wrote and nobody who reported; datetime is when they were reported.",
        relation="events",
        geometry="point",
        properties=_EVENT,
        key=("reported_at", "event_id"),
        named="f.event_id = ANY ({numbers}::bigint[])",
        searched="(f.event_code LIKE {q} OR f.class_id IN (SELECT k.class_id FROM event_class AS k WHERE k.path ILIKE {q}))",
        beside=(
            Beside("classes_of_events", "class_id", ("class", "major")),
            Beside("channels", "channel", ("channel_kind",)),
            Beside("departments", "department", ("department_name",)),
            Beside("grids_of_events", "event_id", ("unit_id", "grid")),
        ),
        within="f.unit_id = ANY ({units})",
        given={"soon": SOON},
        located=("event", "point"),
        dated=("event", "reported_at"),
        of_departments=True,
        guarded=True,
    ),
)

#: All collections by id, in the order they are listed.
COLLECTIONS = {each.id: each for each in _ALL}


def find(name: str) -> Collection:
    """Return a collection by its id; raises NotFound."""
    found = COLLECTIONS.get(name)
    if found is None:
        raise NotFound("collection", name)
    return found
