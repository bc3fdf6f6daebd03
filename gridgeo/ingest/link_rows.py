"""What the cells of a table of links mean; what is wrong with them is said without repeating anybody's number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from ..codes import house, registry
from ..codes.model import Kind, reasons_of
from ..errors import InvalidInput
from ..issues import Issue, Severity
from ..linkage import rules
from ..linkage.loading import Row
from ..linkage.model import Method, Role

#: The fields of a link, and what their columns are called in files; `code` goes by the names of its kind.
FIELDS: dict[str, tuple[str, ...]] = {
    "code": ("code", "编码", "号码"),
    "place": ("place", "地点", "地址编码", "房屋地址编码", *house.HOUSE.columns, *house.BUILDING.columns),
    "role": ("role", "角色", "关系", "居住类型"),
    "valid_from": ("valid_from", "开始日期", "起始日期", "登记日期", "入住日期"),
    "valid_to": ("valid_to", "结束日期", "截止日期", "迁出日期"),
    "method": ("method", "方式", "采集方式", "关联方式"),
    "source": ("source", "来源", "数据来源"),
    "evidence": ("evidence", "依据", "凭证"),
    "confidence": ("confidence", "置信度", "可信度"),
}
_LONGEST = 200
_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_HEADER_DIGITS = 11


@dataclass(frozen=True)
class Words:
    """The room's lists as files may write them: our word, the Chinese one, the English one."""

    roles: Mapping[str, str]
    methods: Mapping[str, tuple[str, float]]

    @classmethod
    def of(cls, kind: Kind, roles: Iterable[Role], methods: Iterable[Method]) -> Words:
        """Return the words for one kind of codes."""
        named = {_plain(word): role.name for role in roles if role.kind is kind for word in (role.name, role.name_zh, role.name_en)}
        known = {_plain(word): (one.name, one.confidence) for one in methods for word in (one.name, one.name_zh, one.name_en)}
        return cls(named, known)


@dataclass(frozen=True)
class Defaults:
    """What rows say that say nothing themselves."""

    role: str = ""
    method: str = "register"
    source: str = ""


def positions(name: str, kind: Kind, header: Sequence[str], given: Mapping[str, str]) -> dict[str, int]:
    """Return where the fields stand in a table.

    Parameters
    ----------
    given
        Columns by field, which go before all guesses.

    Raises
    ------
    InvalidInput
        Where code or place has no column, two columns mean one field, or the first row holds no names but somebody's numbers.
    """
    if any(sum(sign.isdigit() for sign in column) >= _HEADER_DIGITS for column in header):
        raise InvalidInput("file", name, "its first row holds numbers where the names of columns belong; give it a header")
    wanted = {**FIELDS, "code": (*registry.family(kind).columns, *FIELDS["code"])}
    for role, column in given.items():
        if role not in wanted:
            raise InvalidInput("--field", rules.repeated(role), f"the fields are {', '.join(wanted)}")
        if column not in header:
            raise InvalidInput("--field", rules.repeated(column), f"no such column; the columns are {', '.join(header)}")
    plain = [_plain(column) for column in header]
    found = {role: header.index(column) for role, column in given.items()}
    for role, names in wanted.items():
        if role not in found:
            fitting = [at for at, column in enumerate(plain) if column in {_plain(one) for one in names} and at not in found.values()]
            if len(fitting) > 1:
                raise InvalidInput("file", name, f"two columns mean {role}: say which with --field {role}=COLUMN")
            if fitting:
                found[role] = fitting[0]
    for role in ("code", "place"):
        if role not in found:
            raise InvalidInput("file", name, f"has no column for {role}: say which with --field {role}=COLUMN; it has {', '.join(header)}")
    return found


@dataclass(frozen=True)
class Reader:
    """Understands the rows of one table; it is sent to other processes."""

    name: str
    kind: Kind
    width: int
    positions: Mapping[str, int]
    words: Words
    defaults: Defaults = field(default_factory=Defaults)

    def read(self, first: int, rows: Sequence[Sequence[str]]) -> tuple[list[Row], list[Issue]]:
        """Return the rows that are in order, and what is wrong with the others; `first` is the number of the first row.

        Notes
        -----
        Errors: `ragged-row`, `bad-code`, `bad-place`, `unknown-role`, `unknown-method`, `bad-date`, `bad-period`,
        `bad-confidence`, `code-in-text`, `text-too-long`. Warnings: `doubtful-code`.
        """
        block = _Block(self, first)
        whole = [(number, row) for number, row in enumerate(rows, first) if block.is_whole(number, row)]
        codes, places = self._column(whole, "code"), self._column(whole, "place")
        forms, bits = rules.normal_forms(self.kind, codes)
        for (number, row), code, form, bit, text, place in zip(
            whole, codes, forms, bits.tolist(), places, rules.places_of(places), strict=True
        ):
            if bit:
                block.doubt(number, code, bit)
            if place is None:
                block.say("bad-place", number, "place", text, "is no code of a house (25), a building (19) or a basic grid (14)")
            block.take(number, row, code, form, place)
        return block.rows, block.issues

    def _column(self, rows: Sequence[tuple[int, Sequence[str]]], role: str) -> list[str]:
        at = self.positions[role]
        return [row[at].strip() for _, row in rows]


class _Block:
    """The rows of one block, and what is said of them."""

    def __init__(self, reader: Reader, first: int) -> None:
        self._reader, self._family = reader, registry.family(reader.kind)
        self.rows: list[Row] = []
        self.issues: list[Issue] = []

    def say(self, code: str, number: int, role: str, value: str, message: str, severity: Severity = Severity.ERROR) -> None:
        self.issues.append(Issue(code, severity, message, self._reader.name, number, role, rules.repeated(value) if value else ""))

    def is_whole(self, number: int, row: Sequence[str]) -> bool:
        if len(row) != self._reader.width:
            self.say("ragged-row", number, "", "", f"has {len(row)} cells, the header has {self._reader.width}")
        return len(row) == self._reader.width

    def doubt(self, number: int, code: str, bits: int) -> None:
        """Say what there is to say of a code, of which only the masked form is shown."""
        reasons = reasons_of(bits)
        severities = {reason.severity for reason in reasons}
        for word, severity in (("bad-code", Severity.ERROR), ("doubtful-code", Severity.WARNING)):
            if severity in severities:
                told = "; ".join(reason.rule for reason in reasons if reason.severity is severity)
                self.issues.append(Issue(word, severity, told, self._reader.name, number, "code", self._family.shown(code, reasons)))
                return

    def take(self, number: int, row: Sequence[str], code: str, form: str | None, place: str | None) -> None:
        """Take a row unless something is wrong with it."""
        before = len(self.issues)
        role = self._role(number, row)
        method, confidence = self._method(number, row)
        valid = self._period(number, row)
        source, evidence = (self._text(number, row, name, code) for name in ("source", "evidence"))
        confidence = self._confidence(number, row, confidence)
        if form is not None and place is not None and len(self.issues) == before:
            self.rows.append(Row(number, form, place, role, valid, method, source, evidence, confidence))

    def _cell(self, row: Sequence[str], role: str, otherwise: str = "") -> str:
        at = self._reader.positions.get(role)
        return (row[at].strip() if at is not None else "") or otherwise

    def _role(self, number: int, row: Sequence[str]) -> str:
        given = self._cell(row, "role", self._reader.defaults.role)
        role = self._reader.words.roles.get(given) or self._reader.words.roles.get(_plain(given), "")
        if not role:
            known = ", ".join(sorted(set(self._reader.words.roles.values())))
            told = "is none of" if given else "is not said; give --role, one of"
            self.say("unknown-role", number, "role", given, f"{told} {known}")
        return role

    def _method(self, number: int, row: Sequence[str]) -> tuple[str, float]:
        given = self._cell(row, "method", self._reader.defaults.method)
        found = self._reader.words.methods.get(given) or self._reader.words.methods.get(_plain(given))
        if found is None:
            known = ", ".join(sorted({name for name, _ in self._reader.words.methods.values()}))
            self.say("unknown-method", number, "method", given, f"is none of {known}")
            return "", 0.0
        return found

    def _period(self, number: int, row: Sequence[str]) -> str:
        ends = []
        for role in ("valid_from", "valid_to"):
            given = self._cell(row, role)
            day = _day(given) if given else ""
            if day is None:
                self.say("bad-date", number, role, given, "is no day: 2024-01-31, 20240131")
                return ""
            ends.append(day)
        if all(ends) and ends[1] <= ends[0]:
            self.say("bad-period", number, "valid_to", ends[1], "must lie after valid_from: it is the first day it no longer holds")
        return f"[{ends[0]},{ends[1]})"

    def _text(self, number: int, row: Sequence[str], role: str, code: str) -> str:
        given = self._cell(row, role, self._reader.defaults.source if role == "source" else "")
        if not given:
            return ""
        if len(given) > _LONGEST:
            self.say("text-too-long", number, role, "", f"has {len(given)} signs, {_LONGEST} is the most")
        if _names_somebody(given) or code in given:
            self.say("code-in-text", number, role, "", "holds what looks like somebody's number, and is kept in the clear: take it out")
        return given

    def _confidence(self, number: int, row: Sequence[str], otherwise: float) -> float:
        given = self._cell(row, "confidence")
        try:
            value = float(given) if given else otherwise
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            self.say("bad-confidence", number, "confidence", given, "a number from 0 to 1")
        return value


@lru_cache(maxsize=1 << 16)
def _day(text: str) -> str | None:
    """A day as PostgreSQL has it; None for what is none."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


_names_somebody = lru_cache(maxsize=1 << 12)(rules.names_somebody)


def _plain(word: str) -> str:
    """A word as it is compared: half width, small letters, no blanks, underlines or hyphens."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", word).casefold() if sign not in " _-")
