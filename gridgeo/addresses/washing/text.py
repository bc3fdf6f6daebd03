"""Address text brought to one form, step by step, each step named, switchable and told.

`normalise` is idempotent, never raises whatever it is given, and reads at most `LIMIT` characters. `key` and `number_key` (of
`comparable`) say what names and numbered parts are compared by.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto

from . import glyphs, numerals
from .comparable import key, keys, number_key, number_keys
from .parts import COUNTING, HAN, INTRODUCING, PHASE

__all__ = ["ALL", "LIMIT", "Edit", "Normalised", "Step", "key", "keys", "normalise", "number_key", "number_keys"]

#: characters of a text that are read
LIMIT = 500


class Step(Flag):
    """What is done to a text, in this order."""

    LENGTH = auto()  # cut at LIMIT; cannot be switched off
    WIDTH = auto()  # full to half width, compatibility forms, no invisible signs
    SCRIPT = auto()  # traditional to simplified
    CASE = auto()  # capitals
    NOISE = auto()  # introducing words: 地址：
    ORDER = auto()  # lowest part first: 501室, 3栋, 宝安区, 深圳市
    SEPARATORS = auto()  # blanks and punctuation that part nothing; brackets around what belongs to a name
    SPELLING = auto()  # slips in the words after numbers: 3单园, 2搂
    NUMERALS = auto()  # Chinese numerals of numbered parts: 三栋
    SYNONYMS = auto()  # one word for each part: 幢 and 号楼 are 栋, 层 is 楼
    DOUBLED = auto()  # divisions written twice


ALL = ~Step(0)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: `before` stood at position `at` of the text as the step found it."""

    step: Step
    before: str
    after: str
    at: int


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in its one form, and how it came to it."""

    text: str
    edits: tuple[Edit, ...] = ()


_NUMERAL = f"[{numerals.SIGNS}]"
_COUNT = f"[0-9A-Z{COUNTING}]"
_ANY_HAN = f"{HAN}〇\U00020000-\U000323af"
_NUMBERED = "(?<=[0-9A-Z室楼层号栋座房铺幢元])"
_LISTED = f"(?:{_NUMBERED}|(?<={_NUMERAL}))"

_PLAIN = re.compile(f"[0-9A-Z{HAN}]*")
_UNUSUAL = re.compile("[^\x20-\x7e一-鿿]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_LOWER = re.compile("[a-z]+")
_TRADITIONAL = re.compile("[" + "".join(map(chr, glyphs.SIMPLIFIED)) + "]+")
_INTRODUCED = re.compile(f"(?:^|(?<=[;\r\n ]))[ ,:]*{INTRODUCING}(?:\\([^()]*\\))?[ :是为]*")
_MAY_INTRODUCE = frozenset("址点所D于在住部厂司")
_DIVISION = re.compile("(?:广东|深圳|中国|[一-鿿]{2,3}区$)")
_LOWEST_FIRST = re.compile("[^;；,，、 |]+(?:[,，、|] *[^;；,，、|]+)+|[^;；,，、 |]+(?: +[^;；,，、 |]+)+")
_HIGHEST_LAST = re.compile("[,，、| ](?:中国|广东省?|深圳市?|[一-鿿]{2,3}区) *$", re.S)

_SEPARATORS: tuple[tuple[re.Pattern, str], ...] = (
    (re.compile("[【〔〖\\[{﹙]"), "("),
    (re.compile("[】〕〗\\]}﹚]"), ")"),
    (re.compile("[;；。!！?？|]+(?=.)|//+"), ";"),
    (re.compile("[·・•\"'“”‘’`*^$%=\\\\《》<>«»「」『』]+|(?<=[0-9])/(?=F(?![0-9A-Z]))"), ""),
    (re.compile("(?<=[0-9]{4})\\.(?=[0-9]{4})"), ","),
    (re.compile("(?<=[0-9])\\.(?=[0-9])"), "-"),
    (re.compile(f"{_LISTED}\\s*[~〜～∼—–−‐‑‒―─﹣﹘_-]+\\s*(?={_COUNT}|[之负])"), "-"),
    (re.compile(f"{_LISTED}\\s*[、,/&+]\\s*(?={_COUNT})"), ","),
    (re.compile(f"\\s+(?=[{_ANY_HAN}(),;#])|(?<=[{_ANY_HAN}(),;#])\\s+|^\\s+|\\s+$"), ""),
    (re.compile(f"[^0-9A-Za-z{_ANY_HAN}(),;# -]+|(?<![0-9A-Z号室楼层房铺栋座幢元{numerals.SIGNS}])-|-(?!{_COUNT}|[之负])"), ","),
    (re.compile(f"\\(({PHASE}+|[A-Z]?[0-9]{{1,4}}[栋座楼室])\\)|^\\(([^()]*)\\)$"), "\\1\\2"),
    (re.compile("\\([ ,;]*\\)|^[ ;,)]+|[ ;,(]+$"), ""),
    (re.compile("[ ,]*;[ ,;]*"), ";"),
    (re.compile(" *,[ ,]*"), ","),
    (re.compile("  +"), " "),
    (re.compile("(?<=[A-Z]{2}) (?=[A-Z]{2})"), ""),
)
_SPACED = re.compile("(?:(?<!\\S)\\S\\s){5,}\\S(?!\\S)")
_UNPAIRED = re.compile("\\(([^()]*)\\)|[()]")

#: signs one of which must be there, the pattern, what it becomes
Change = tuple[str, re.Pattern, str]

_SPELLING: tuple[Change, ...] = (
    ("搂喽缕", re.compile("(?<=[0-9])[搂喽缕](?![0-9]*号)"), "楼"),
    ("是事式适", re.compile("(?<=[0-9]{3})[是事式适](?=$|[,(;])"), "室"),
    ("懂冻拣东动洞", re.compile("(?<=[0-9A-Z])[懂冻拣](?=[0-9]|$)|(?<=[0-9])[东动洞](?=[0-9]{3,4}(?![0-9]))"), "栋"),
    ("单丹但", re.compile("(?<=[0-9A-Z])(?:单[园员远圆原]|[丹但]元)(?=[0-9]|$)"), "单元"),
)
_NUMERALS = frozenset(numerals.SIGNS + "第")
_PARTS = "号楼|栋|幢|座|楼|层|单元|梯|号|室|房|铺"
_SIGNS = _PARTS.replace("|", "")
_WRITTEN = re.compile(
    f"(?:第|(?<![第{numerals.SIGNS}]))({_NUMERAL}+)(?=(?:[{_SIGNS}]*[-,](?:{_NUMERAL}+|[0-9]+))*(?:{_PARTS})(?!路|线|街|巷|桥|花园|公馆|交易))"
    f"|(?<=[-,])({_NUMERAL}+)(?![{HAN}])|(?<=之)({_NUMERAL}{{1,2}}?)(?=[号室0-9,(]|$)|第(?=[0-9]+(?:[-,][0-9]+)*(?:{_PARTS}))"
    f"|(?<=[号栋座元楼梯室])({_NUMERAL}{{3,4}})(?=$|[(,; ])"
)
_SYNONYMS: tuple[Change, ...] = (
    ("#", re.compile("(?<=[路街道巷坊里排村围])([0-9]{1,5}[A-Z]?)#"), "\\1号"),
    ("#号栋幢", re.compile("(?<=[0-9A-Z])(?:号楼|#楼|#栋|#座|号栋|栋楼|幢|#)(?!#)"), "栋"),
    ("层F", re.compile("(?<=[0-9A-DG])(?:楼层|层楼|层)|(?<=[0-9])(?:/F|F(?![A-Z0-9]|[/,、][0-9]+[A-EG-Z]))|(?<=[首顶下夹])层"), "楼"),
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
_DOUBLED: tuple[Change, ...] = (
    ("市", re.compile("^(?:中国)?(?:广东省?)?(?:深圳市?)?([一-鿿]{2,3}区)(?=广东省?深圳市\\1)"), ""),
    ("市", re.compile("^(?:中国)?(广东省?)?(?:深圳市?)?([一-鿿]{2,3}区)(?=深圳市\\2)"), "\\1"),
    ("东市", re.compile("^(?:中国)?(?:(?:广东省?)?深圳市?(?=广东省?深圳)|广东省?(?=广东))"), ""),
    ("市", re.compile("^(?:中国)?(广东省?)?深圳市?(?=深圳市)"), "\\1"),
    ("区道市省", re.compile("(?<![一-鿿])([一-鿿]{2,4}(?:区|街道|社区|省|市))\\1"), "\\1"),
    ("市", re.compile("(?<=深圳市)([一-鿿]{2,3}区)\\1"), "\\1"),
)
_ROUNDS = 8


def normalise(text: str | None, steps: Step = ALL) -> Normalised:
    """Return a text in its one form, with every change made on the way.

    Parameters
    ----------
    text
        Anything; None is the empty text.
    steps
        The steps to take; the length is always kept in bounds.
    """
    given = text or ""
    edits: list[Edit] = []
    if len(given) > LIMIT:
        edits.append(Edit(Step.LENGTH, given[LIMIT:], "", LIMIT))
        given = given[:LIMIT]
    changes = [change for step, change in _STEPS if step in steps] if steps is not ALL else _CHANGES
    for _ in range(_ROUNDS):
        before = given
        for change in changes:
            given = change(given, edits)
        if given == before:
            break
    return Normalised(given, tuple(edits))


def _sub(step: Step, pattern: re.Pattern, to: str | Callable[[re.Match], str], text: str, edits: list[Edit]) -> str:
    if not pattern.search(text):
        return text

    def told(found: re.Match) -> str:
        after = to(found) if callable(to) else found.expand(to)
        if after != found[0]:
            edits.append(Edit(step, found[0], after, found.start()))
        return after

    return pattern.sub(told, text)


def _width(text: str, edits: list[Edit]) -> str:
    if not _UNUSUAL.search(text):
        return text
    text = _sub(Step.WIDTH, _INVISIBLE, "", text, edits)
    plain = unicodedata.normalize("NFKC", text)[:LIMIT]
    if plain != text:
        edits.append(Edit(Step.WIDTH, text, plain, 0))
    return plain


def _script(text: str, edits: list[Edit]) -> str:
    return _sub(Step.SCRIPT, _TRADITIONAL, lambda found: found[0].translate(glyphs.SIMPLIFIED), text, edits)


def _case(text: str, edits: list[Edit]) -> str:
    return _sub(Step.CASE, _LOWER, lambda found: found[0].upper(), text, edits)


def _noise(text: str, edits: list[Edit]) -> str:
    if not _MAY_INTRODUCE.intersection(text):
        return text
    return _sub(Step.NOISE, _INTRODUCED, "", text, edits)


def _order(text: str, edits: list[Edit]) -> str:
    if not _HIGHEST_LAST.search(text) or _DIVISION.match(text) or not _LOWEST_FIRST.fullmatch(text):
        return text
    pieces = re.split("[,，、|]" if re.search("[,，、|]", text) else " +", text)
    turned = ",".join(piece.strip() for piece in reversed(pieces) if piece.strip())
    edits.append(Edit(Step.ORDER, text, turned, 0))
    return turned


def _separators(text: str, edits: list[Edit]) -> str:
    if _PLAIN.fullmatch(text):
        return text
    text = _sub(Step.SEPARATORS, _SPACED, lambda found: "".join(found[0].split()), text, edits)
    for pattern, to in _SEPARATORS:
        text = _sub(Step.SEPARATORS, pattern, to, text, edits)
    return _sub(Step.SEPARATORS, _UNPAIRED, lambda found: "" if found[1] is None else found[0], text, edits)


def _numerals(text: str, edits: list[Edit]) -> str:
    if _NUMERALS.isdisjoint(text):
        return text

    def digits(found: re.Match) -> str:
        written = next(filter(None, found.groups()), "")
        number = numerals.value(written) if written else ""
        apart = "," if found.string[found.end() : found.end() + 1].isdigit() and written else ""
        return found[0] if number is None else f"{number}{apart}"

    return _sub(Step.NUMERALS, _WRITTEN, digits, text, edits)[:LIMIT]


def _each(step: Step, changes: tuple[Change, ...]) -> Callable[[str, list[Edit]], str]:
    signs = frozenset("".join(needed for needed, _, _ in changes))

    def change(text: str, edits: list[Edit]) -> str:
        there = signs.intersection(text)
        if there:
            for needed, pattern, to in changes:
                if not there.isdisjoint(needed):
                    text = _sub(step, pattern, to, text, edits)
        return text

    return change


_STEPS = (
    (Step.WIDTH, _width),
    (Step.SCRIPT, _script),
    (Step.CASE, _case),
    (Step.NOISE, _noise),
    (Step.ORDER, _order),
    (Step.SEPARATORS, _separators),
    (Step.SPELLING, _each(Step.SPELLING, _SPELLING)),
    (Step.NUMERALS, _numerals),
    (Step.SYNONYMS, _each(Step.SYNONYMS, _SYNONYMS)),
    (Step.DOUBLED, _each(Step.DOUBLED, _DOUBLED)),
)
_CHANGES = [change for _, change in _STEPS]
