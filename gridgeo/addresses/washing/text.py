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
from .parts import INTRODUCING, PHASE, SPELLINGS

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
    SEPARATORS = auto()  # blanks and punctuation that part nothing; brackets around what belongs to a name
    SPELLING = auto()  # slips in the words for parts: 单园, 大夏
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


_PLAIN = re.compile("[0-9A-Z一-鿿]*")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff]+"
)
_LOWER = re.compile("[a-z]+")
_NOT_ASCII_OR_HAN = re.compile("[^\x20-\x7e一-鿿]")
_TRADITIONAL = re.compile("[" + "".join(map(chr, glyphs.SIMPLIFIED)) + "]+")

_HAN = "㐀-鿿〇\U00020000-\U000323af"
_COUNT = f"[0-9A-Z{numerals.SIGNS}]"
_AFTER = "(?<=[0-9A-Z室楼层号栋座房铺幢元])"

_SEPARATORS: tuple[tuple[re.Pattern, str | Callable[[re.Match], str]], ...] = (
    (re.compile("[【〔〖\\[{<《「『﹙]"), "("),
    (re.compile("[】〕〗\\]}>》」』﹚]"), ")"),
    (re.compile("[;；。!！?？|\r\n]+(?=.)|//+"), ";"),
    (re.compile("(?<=[0-9])/(?=F(?![0-9A-Z]))|[·・•\"'“”‘’`*^…$%=\\\\]+"), ""),
    (re.compile(f"{_AFTER}\\s*[~〜～∼—–−‐‑‒―─﹣﹘_-]+\\s*(?={_COUNT}|[之负])"), "-"),
    (re.compile(f"{_AFTER}(?:至|到)(?={_COUNT})"), "-"),
    (re.compile(f"(?<={_COUNT})一(?=[0-9])"), "-"),
    (
        re.compile(
            "(?<=[0-9]号)之(?=[0-9一二三四五六七八九十])|(?<=[0-9])之(?=[0-9一二三四五六七八九十])|(?<=[0-9]室)之(?=[0-9一二三四五六七八九十])"
        ),
        "-",
    ),
    (re.compile(f"{_AFTER}\\s*[、,/&+和及]\\s*(?={_COUNT})"), ","),
    (re.compile(f"\\s+(?=[{_HAN}()#;])|(?<=[{_HAN}()#;])\\s+|^\\s+|\\s+$"), ""),
    (
        re.compile(f"[^0-9A-Za-z{_HAN}(),;# -]+|(?<![0-9A-Z号室楼层栋座元房铺]),|,(?!{_COUNT})|(?<![0-9A-Z号室楼层房铺])-|-(?!{_COUNT})"),
        " ",
    ),
    (re.compile(f"\\(({PHASE}+|[A-Z]?[0-9]{{1,4}}[栋座楼室])\\)"), "\\1"),
    (re.compile("\\([ ;]*\\)|^[ ;,)]+|[ ;,(]+$"), ""),
    (re.compile("[ ,]*;[ ,;]*"), ";"),
    (re.compile("  +"), " "),
)
_UNPAIRED = re.compile("\\(([^()]*)\\)|[()]")

_SLIPS = re.compile("|".join(SPELLINGS) + "|(?<=[0-9])[搂喽](?![0-9]*号)|(?<=[0-9A-Z])[懂冻拣]")
_NUMERAL = f"[{numerals.SIGNS}]"
_WORDS = "号楼|栋|幢|座|楼|层|单元|梯|号|室|房|铺"
_WRITTEN = re.compile(
    f"第?(?<!{_NUMERAL})(?<!第)({_NUMERAL}+)(?=(?:[{_WORDS.replace('|', '')}]*[-,](?:{_NUMERAL}+|[0-9]+))*(?:{_WORDS})(?![路线街巷道桥公国]))"
    f"|(?<=[-,])({_NUMERAL}+)(?![{_HAN}])|第(?=[0-9]+(?:[-,][0-9]+)*(?:{_WORDS}))"
)
_SYNONYMS: tuple[tuple[re.Pattern, str], ...] = (
    (
        re.compile(
            "(?<=[路街道巷坊里排村围][0-9])#|(?<=[路街道巷坊里排村围][0-9]{2})#|(?<=[路街道巷坊里排村围][0-9]{3})#|(?<=[路街道巷坊里排村围][0-9]{4})#"
        ),
        "号",
    ),
    (re.compile("(?<=[0-9A-Z])(?:号楼|#楼|#栋|#座|幢|棟|号栋|栋楼|#(?=[^0-9]|$)|#(?=[0-9]))"), "栋"),
    (re.compile("(?<=[0-9])(?:楼层|层楼|/F|层|F(?![A-Z0-9]))"), "楼"),
    (re.compile("(?<=[0-9A-Z])(?:号房间?|号室|房间|房)"), "室"),
)
_DOUBLED: tuple[tuple[re.Pattern, str], ...] = (
    (re.compile("^(?:中国)?(?:广东省?)?(?:深圳市?)?([一-鿿]{2,3}区)?(?=(?:中国)?(?:广东省?)?深圳市\\1)(?=.)"), ""),
    (re.compile("(?<![一-鿿])([一-鿿]{2,4}(?:区|街道|社区|省|市))\\1"), "\\1"),
    (re.compile("(深圳市[一-鿿]{2,3}区)\\1"), "\\1"),
)
_INTRODUCED = re.compile(f"(?:^|(?<=;))[ ;:]*{INTRODUCING}(?:\\([^()]*\\))?[ :：是为]*")


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
    for _ in range(_ROUNDS):
        before = given
        for step, change in _STEPS:
            if step in steps:
                given = change(given, edits)
        if given == before:
            break
    return Normalised(given, tuple(edits))


_ROUNDS = 8


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
    text = _sub(Step.WIDTH, _INVISIBLE, "", text, edits)
    if not _NOT_ASCII_OR_HAN.search(text):
        return text
    plain = unicodedata.normalize("NFKC", text)[:LIMIT]
    if plain != text:
        edits.append(Edit(Step.WIDTH, text, plain, 0))
    return plain


def _script(text: str, edits: list[Edit]) -> str:
    return _sub(Step.SCRIPT, _TRADITIONAL, lambda found: found[0].translate(glyphs.SIMPLIFIED), text, edits)


def _case(text: str, edits: list[Edit]) -> str:
    return _sub(Step.CASE, _LOWER, lambda found: found[0].upper(), text, edits)


def _noise(text: str, edits: list[Edit]) -> str:
    return _sub(Step.NOISE, _INTRODUCED, "", text, edits)


def _separators(text: str, edits: list[Edit]) -> str:
    if _PLAIN.fullmatch(text):
        return text
    for pattern, to in _SEPARATORS:
        text = _sub(Step.SEPARATORS, pattern, to, text, edits)
    return _sub(Step.SEPARATORS, _UNPAIRED, lambda found: "" if found[1] is None else found[0], text, edits)


def _spelling(text: str, edits: list[Edit]) -> str:
    return _sub(Step.SPELLING, _SLIPS, lambda found: SPELLINGS.get(found[0], "楼" if found[0] in "搂喽" else "栋"), text, edits)


def _numerals(text: str, edits: list[Edit]) -> str:
    def digits(found: re.Match) -> str:
        written = found[1] or found[2] or ""
        number = numerals.value(written) if written else ""
        return found[0] if number is None else str(number)

    return _sub(Step.NUMERALS, _WRITTEN, digits, text, edits)[:LIMIT]


def _synonyms(text: str, edits: list[Edit]) -> str:
    for pattern, to in _SYNONYMS:
        text = _sub(Step.SYNONYMS, pattern, to, text, edits)
    return text


def _doubled(text: str, edits: list[Edit]) -> str:
    for pattern, to in _DOUBLED:
        text = _sub(Step.DOUBLED, pattern, to, text, edits)
    return text


_STEPS = (
    (Step.WIDTH, _width),
    (Step.SCRIPT, _script),
    (Step.CASE, _case),
    (Step.NOISE, _noise),
    (Step.SEPARATORS, _separators),
    (Step.SPELLING, _spelling),
    (Step.NUMERALS, _numerals),
    (Step.SYNONYMS, _synonyms),
    (Step.DOUBLED, _doubled),
)
