"""The patterns of what `text.normalise` changes, and what into."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import glyphs, numerals
from .parts import COUNTING, HAN, INTRODUCING, PHASE

_NUMERAL = f"[{numerals.SIGNS}]"
_COUNT = f"[0-9A-Z{COUNTING}]"
_ANY_HAN = f"{HAN}〇\U00020000-\U000323af"
_NUMBERED = "(?<=[0-9A-Z室楼层号栋座房铺幢元])"
_LISTED = f"(?:{_NUMBERED}|(?<={_NUMERAL}))"

_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))

_SIMPLE = "".join(sign for sign in map(chr, (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))) if ord(sign) not in glyphs.SIMPLIFIED)
#: a text of simplified characters, digits and capitals; hyphens between numbers alone
SIMPLE = re.compile(f"[0-9A-Z{_SIMPLE}]*(?:(?<=[0-9A-Z])-[0-9A-Z][0-9A-Z{_SIMPLE}]*)*")
UNUSUAL = re.compile("[^\x20-\x7e一-鿿]")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
LOWER = re.compile("[a-z]+")
TRADITIONAL = re.compile("[" + "".join(map(chr, glyphs.SIMPLIFIED)) + "]+")
INTRODUCED = re.compile(f"(?:^|(?<=[;\r\n ]))[ ,:]*{INTRODUCING}(?:\\([^()]*\\))?[ :是为]*")
MAY_INTRODUCE = re.compile("[址点所D于在住部厂司]")
DIVISION = re.compile("(?:广东|深圳|中国|[一-鿿]{2,3}区$)")
LOWEST_FIRST = re.compile("[^;；,，、 |]+(?:[,，、|] *[^;；,，、|]+)+|[^;；,，、 |]+(?: +[^;；,，、 |]+)+")
HIGHEST_LAST = re.compile("[,，、| ](?:中国|广东省?|深圳市?|[一-鿿]{2,3}区) *$", re.S)

#: signs one of which must be there (none: whatever is there), the pattern, what it becomes
Change = tuple[frozenset[str], re.Pattern, str | Callable[[re.Match], str]]


def _changes(*given: tuple[str, re.Pattern, str | Callable[[re.Match], str]]) -> tuple[Change, ...]:
    return tuple((frozenset(signs), pattern, to) for signs, pattern, to in given)


SEPARATORS = _changes(
    (_BLANKS, re.compile("(?:(?<!\\S)\\S\\s){5,}\\S(?!\\S)"), lambda found: "".join(found[0].split())),
    ("【〔〖[{﹙", re.compile("[【〔〖\\[{﹙]"), "("),
    ("】〕〗]}﹚", re.compile("[】〕〗\\]}﹚]"), ")"),
    (";；。!！?？|/", re.compile("[;；。!！?？|]+(?=.)|//+"), ";"),
    ("·・•\"'“”‘’`*^$%=\\《》<>«»「」『』/", re.compile("[·・•\"'“”‘’`*^$%=\\\\《》<>«»「」『』]+|(?<=[0-9])/(?=F(?![0-9A-Z]))"), ""),
    (".", re.compile("(?<=[0-9]{4})\\.(?=[0-9]{4})"), ","),
    (".", re.compile("(?<=[0-9])\\.(?=[0-9])"), "-"),
    ("~〜～∼—–−‐‑‒―─﹣﹘_-", re.compile(f"{_LISTED}\\s*[~〜～∼—–−‐‑‒―─﹣﹘_-]+\\s*(?={_COUNT}|[之负])"), "-"),
    ("、,/&+", re.compile(f"{_LISTED}\\s*[、,/&+]\\s*(?={_COUNT})"), ","),
    (_BLANKS, re.compile(f"\\s+(?=[{_ANY_HAN}(),;#])|(?<=[{_ANY_HAN}(),;#])\\s+|^\\s+|\\s+$"), ""),
    ("", re.compile(f"[^0-9A-Za-z{_ANY_HAN}(),;# -]+|(?<![0-9A-Z号室楼层房铺栋座幢元{numerals.SIGNS}])-|-(?!{_COUNT}|[之负])"), ","),
    ("(", re.compile(f"\\(({PHASE}+|[A-Z]?[0-9]{{1,4}}[栋座楼室])\\)|^\\(([^()]*)\\)$"), "\\1\\2"),
    (";,()" + _BLANKS, re.compile("\\([ ,;]*\\)|^[ ;,)]+|[ ;,(]+$"), ""),
    (";", re.compile("[ ,]*;[ ,;]*"), ";"),
    (",", re.compile(" *,[ ,]*"), ","),
    (" ", re.compile("  +"), " "),
    (" ", re.compile("(?<=[A-Z]{2}) (?=[A-Z]{2})"), ""),
    ("()", re.compile("\\(([^()]*)\\)|[()]"), lambda found: "" if found[1] is None else found[0]),
)
SPELLING = _changes(
    ("搂喽缕", re.compile("(?<=[0-9])[搂喽缕](?![0-9]*号)"), "楼"),
    ("是事式适", re.compile("(?<=[0-9]{3})[是事式适](?=$|[,(;])"), "室"),
    ("懂冻拣东动洞", re.compile("(?<=[0-9A-Z])[懂冻拣](?=[0-9]|$)|(?<=[0-9])[东动洞](?=[0-9]{3,4}(?![0-9]))"), "栋"),
    ("单丹但", re.compile("(?<=[0-9A-Z])(?:单[园员远圆原]|[丹但]元)(?=[0-9]|$)"), "单元"),
)
_PARTS = "号楼|栋|幢|座|楼|层|单元|梯|号|室|房|铺|#"
_SIGNS = _PARTS.replace("|", "")
WRITTEN = re.compile(
    f"(?:第|(?<![第{numerals.SIGNS}]))({_NUMERAL}+)(?=(?:[{_SIGNS}]*[-,](?:{_NUMERAL}+|[0-9]+))*(?:{_PARTS})(?!路|线|街|巷|桥|花园|公馆|交易))"
    f"|(?<=[-,])({_NUMERAL}+)(?![{HAN}])|(?<=之)({_NUMERAL}{{1,2}}?)(?=[号室0-9,(]|$)|第(?=[0-9]+(?:[-,][0-9]+)*(?:{_PARTS}))"
    f"|(?<=[号栋座元楼梯室#])({_NUMERAL}{{3,4}})(?=$|[(,; ])"
)
SYNONYMS = _changes(
    ("#", re.compile("(?<=[路街道巷坊里排村围])([0-9]{1,5}[A-Z]?)#"), "\\1号"),
    ("#号栋幢", re.compile("(?<=[0-9A-Z])(?:号楼|#楼|#栋|#座|号栋|栋楼|幢|#)(?!#)"), "栋"),
    ("层F", re.compile("(?<=[0-9A-DG])(?:楼层|层楼|层)|(?<=[0-9])(?:/F|F(?![A-Z0-9室]|[/,、][0-9]+[A-EG-Z]))|(?<=[首顶下夹])层"), "楼"),
    ("室房M", re.compile("(?<=[0-9A-Z])(?:号房间?|号室|房间|房(?!产)|ROOM|RM)"), "室"),
    ("M", re.compile("(?:ROOM|RM) *(?=[A-Z]?[0-9])"), ""),
    ("之", re.compile("(?<=[0-9])之([0-9]{1,3})(号|室)"), "-\\1\\2"),
    ("之", re.compile("(?<=[0-9])(号|室)之([0-9]{1,3})"), "-\\2\\1"),
    ("之", re.compile("(?<=[0-9])之(?=[0-9]{1,3}(?![0-9]))"), "-"),
    (
        "至到一",
        re.compile(f"{_NUMBERED}[至到](?={_COUNT})|(?<=[{COUNTING}])至(?=[0-9{COUNTING}]+[楼层栋号])|(?<=[0-9])一(?=[0-9])"),
        "-",
    ),
    ("和及", re.compile(f"{_NUMBERED}[和及](?=[0-9A-Z])"), ","),
)
DOUBLED = _changes(
    ("市", re.compile("^(?:中国)?(?:广东省?)?(?:深圳市?)?([一-鿿]{2,3}区)(?=广东省?深圳市\\1)"), ""),
    ("市", re.compile("^(?:中国)?(广东省?)?(?:深圳市?)?([一-鿿]{2,3}区)(?=深圳市\\2)"), "\\1"),
    ("东市", re.compile("^(?:中国)?(?:(?:广东省?)?深圳市?(?=广东省?深圳)|广东省?(?=广东))"), ""),
    ("市", re.compile("^(?:中国)?(广东省?)?深圳市?(?=深圳市)"), "\\1"),
    ("区道市省", re.compile("(?<![一-鿿])([一-鿿]{2,4}(?:区|街道|社区|省|市))\\1"), "\\1"),
    ("市", re.compile("(?<=深圳市)([一-鿿]{2,3}区)\\1"), "\\1"),
)

#: what a step needs to find anything to do, told coarsely and found quickly; whoever adds a change above says here how to tell
MAY_MISSPELL = re.compile("[0-9A-Z](?:[搂喽缕是事式适懂冻拣丹但]|[东动洞][0-9]|单[园员远圆原])")
MAY_COUNT = re.compile(f"{_NUMERAL}[{_SIGNS},-]|[-,之]{_NUMERAL}|第[0-9]|[号栋座元楼梯室#]{_NUMERAL}{{3}}")
MAY_DIFFER = re.compile(
    "[0-9A-Z](?:号[楼栋房室之]|楼?层|/?F|栋楼|室之|[幢房之#]|一[0-9])|[首顶下夹]层|R(?:OO)?M"
    f"|[0-9A-Z{COUNTING}室楼层号栋座房铺幢元](?:[至到]|[和及][0-9A-Z])"
)
MAY_DOUBLE = re.compile(
    "深圳市?(?:广东|深圳)|广东省?广东|区(?:广东省?)?深圳市|深圳市(?P<district>[一-鿿]{2,3}区)(?P=district)"
    "|(?:^|[^一-鿿])(?P<unit>[一-鿿]{2,4}[区道市省])(?P=unit)"
)

BEGINS_WITH_NOISE = re.compile(INTRODUCING)
MAY_CHANGE = re.compile("|".join(may.pattern for may in (MAY_MISSPELL, MAY_COUNT, MAY_DIFFER, MAY_DOUBLE)))
