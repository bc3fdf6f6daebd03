"""What a code is, and what may be said of one: the same for every family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from ..issues import Severity

#: The first two digits of the divisions of GB/T 2260.
PROVINCES = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82))
)


class Kind(StrEnum):
    """The families of codes."""

    PERSON = "person"  # 公民身份号码, residence permits, foreigners' permanent residence
    CREDIT = "credit"  # 统一社会信用代码
    ORGANISATION = "organisation"  # 组织机构代码
    BUILDING = "building"  # 楼栋编码
    HOUSE = "house"  # 房屋编码
    PHONE = "phone"  # 通讯号码
    EVENT = "event"  # 事件编码
    ELEMENT = "element"  # 要素编码
    PLACED_ELEMENT = "placed_element"  # 基于地址的要素编码
    DATE = "date"  # 日期, its unknown parts starred
    GRID = "grid"  # 区划与网格编码
    WORK_GRID = "work_grid"  # 工作网格编码


class Reason(Enum):
    """Why a code is refused (error), doubted (warning), or merely remarked on (info).

    The order is that of the bits in arrays of verdicts: new ones are added at the end.
    """

    EMPTY = Severity.ERROR, "is empty", "为空"
    SPREADSHEET_NUMBER = (
        Severity.ERROR,
        "became a number in a spreadsheet, its last digits are lost; keep the column as text",
        "被表格软件转成数值, 末几位已丢失, 请按文本保存",
    )
    WRONG_LENGTH = Severity.ERROR, "has too many or too few characters", "位数不符"
    WRONG_CHARACTER = Severity.ERROR, "has a character that may not stand there", "含有不允许的字符"
    CHECK_CHARACTER = Severity.ERROR, "has a check character that does not fit: something was mistyped", "校验码不符, 录入有误"
    NO_SUCH_DATE = Severity.ERROR, "holds a date that cannot be", "日期不存在"
    FUTURE_DATE = Severity.ERROR, "holds a date of birth in the future", "出生日期晚于今天"
    AMBIGUOUS_CENTURY = (
        Severity.ERROR,
        "has a sequence of 996 to 999, kept for centenarians: the century is not known",
        "顺序码 996 至 999 为百岁老人专用, 世纪不明, 不能升位",
    )
    UNKNOWN_REGION = Severity.WARNING, "names a region nobody knows", "地区码未知"
    UNVERIFIED = (
        Severity.WARNING,
        "has the right form; the rule of its check is not public, so it is not verified",
        "格式相符; 校验规则未公开, 未校验",
    )
    OLD_FORM = Severity.INFO, "is of the old form with 15 digits; it is kept with 18", "旧的 15 位号码, 已升为 18 位"
    ORGANISATION_CHECK = (
        Severity.WARNING,
        "holds an organisation code whose own check does not fit",
        "其中组织机构代码的校验码不符",
    )
    NO_PROVINCE = Severity.ERROR, "begins with no province (11 to 82)", "省级代码不存在"
    PADDED = Severity.ERROR, "is filled up with zeros; leave them out", "末尾补零, 请去掉"
    ZERO_GROUP = Severity.ERROR, "has a number of zeros only; numbers begin with 1", "有全零的分段, 编号从 1 开始"
    ISSUING_GRID = Severity.WARNING, "begins with what can be no basic grid's code", "前 14 位不是基础网格编码"
    STARS = Severity.ERROR, "has stars where none may stand, or too few", "星号位置不对"
    UNKNOWN_NUMBER = Severity.ERROR, "is no number of a known form", "不是已知形式的号码"
    FOREIGN_NUMBER = Severity.WARNING, "is of another country; only its length was looked at", "境外号码, 只看了位数"
    PATTERN = Severity.ERROR, "does not follow the pattern of its source", "不符合来源的编码规则"

    def __init__(self, severity: Severity, rule: str, rule_zh: str) -> None:
        self.severity, self.rule, self.rule_zh = severity, rule, rule_zh
        self.bit = 1 << len(type(self).__members__)

    @property
    def code(self) -> str:
        """The stable name, in kebab-case."""
        return self.name.lower().replace("_", "-")


def reasons_of(bits: int) -> tuple[Reason, ...]:
    """Return the reasons that an element of an array of verdicts holds."""
    return tuple(reason for reason in Reason if bits & reason.bit)


def outcome(reasons: tuple[Reason, ...]) -> str:
    """Return `invalid` where a reason is an error, `warning` where one is, else `valid`."""
    if not reasons:
        return "valid"
    severities = {reason.severity for reason in reasons}
    return "invalid" if Severity.ERROR in severities else "warning" if Severity.WARNING in severities else "valid"


@dataclass(frozen=True, repr=False)
class Code:
    """A code that breaks no rule.

    A personal one shows itself masked wherever it is printed; `value` is the code itself.

    Parameters
    ----------
    kind, form
        The family, and which of its forms.
    value
        The code in the one form it is kept and compared in.
    parts
        What the code says, by name; as hidden as the code.
    masked
        What may be shown to anyone.
    """

    kind: Kind
    form: str
    value: str
    masked: str
    personal: bool
    parts: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.masked if self.personal else self.value

    def __repr__(self) -> str:
        return f"<{self.kind} {self.form} {self}>"


@dataclass(frozen=True)
class Reading:
    """What the rules of a family find in one normalised text; the value where it differs from that text."""

    reasons: tuple[Reason, ...] = ()
    form: str = ""
    parts: Mapping[str, str] = field(default_factory=dict, repr=False)
    value: str = field(default="", repr=False)


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a code that was given. It never holds the text of a faulty one, only its masked form."""

    kind: Kind
    reasons: tuple[Reason, ...]
    masked: str
    code: Code | None = None

    @property
    def outcome(self) -> str:
        """`valid`, `warning` or `invalid`."""
        return outcome(self.reasons)

    @property
    def bits(self) -> int:
        """The reasons as they stand in an array of verdicts."""
        return sum(reason.bit for reason in self.reasons)
