"""What the cells of a table of links mean; what is wrong with them is said without repeating anybody's number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ..codes import house, registry
from ..codes.model import Kind, reasons_of
from ..errors import InvalidInput
from ..issues import Issue, Severity
from ..linkage import rules
from ..linkage.loading import Rows
from ..linkage.model import Method, Role
from . import fields
from .words import IN_TEXT, repeatable

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
    fields.look_at_header(name, header)
    wanted = {**FIELDS, "code": (*registry.family(kind).columns, *FIELDS["code"])}
    for role, column in given.items():
        if role not in wanted:
            raise InvalidInput("--field", rules.repeated(role), f"the fields are {', '.join(wanted)}")
        if column not in header:
            raise InvalidInput("--field", rules.repeated(column), f"no such column; the columns are {_listed(header, wanted)}")
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
            raise InvalidInput(
                "file", name, f"has no column for {role}: say which with --field {role}=COLUMN; it has {_listed(header, wanted)}"
            )
    return found


@dataclass(frozen=True)
class Reader:
    """Understands the rows of one table, column by column: of most there are few different cells. It is sent to other processes."""

    name: str
    kind: Kind
    width: int
    positions: Mapping[str, int]
    words: Words
    defaults: Defaults = field(default_factory=Defaults)

    def read(self, first: int, given: Sequence[Sequence[str]]) -> tuple[Rows, list[Issue]]:
        """Return the rows that are in order, and what is wrong with the others; `first` is the number of the first row.

        Notes
        -----
        Errors: `ragged-row`, `bad-code`, `bad-place`, `unknown-role`, `unknown-method`, `bad-date`, `bad-period`,
        `bad-confidence`, `code-in-text`, `text-too-long`. Warnings: `doubtful-code`.
        """
        block = _Block(self, first, given)
        codes, places = block.cells("code"), block.cells("place")
        forms, bits = rules.normal_forms(self.kind, codes)
        block.judge(codes, bits)
        found = rules.places_of(places)
        if None in found:
            told = _Wrong("bad-place", "is no code of a house (25), a building (19) or a basic grid (14)")
            block.tell("place", places, [told if place is None else place for place in found])
        methods = block.column("method", self._method, self.defaults.method)
        rows = Rows(
            numbers=block.numbers,
            forms=forms,
            places=found,
            roles=block.column("role", self._role, self.defaults.role),
            periods=block.periods(),
            methods=[method[0] for method in methods],
            sources=block.texts("source", codes, self.defaults.source),
            evidences=block.texts("evidence", codes),
            confidences=[
                method[1] if own is None else own for method, own in zip(methods, block.column("confidence", _confidence), strict=True)
            ],
        )
        return rows.without(block.wrong), sorted(block.issues, key=lambda issue: issue.row)

    def _role(self, given: str) -> str | _Wrong:
        role = self.words.roles.get(_plain(given))
        if role:
            return role
        told = "is none of" if given else "is not said; give --role, one of"
        return _Wrong("unknown-role", f"{told} {', '.join(sorted(set(self.words.roles.values())))}")

    def _method(self, given: str) -> tuple[str, float] | _Wrong:
        found = self.words.methods.get(_plain(given))
        return found or _Wrong("unknown-method", f"is none of {', '.join(sorted({name for name, _ in self.words.methods.values()}))}")


class _Wrong(tuple):
    """What is wrong with a cell: the issue's code, and the rule in words. In the place of a value."""

    def __new__(cls, code: str, rule: str) -> _Wrong:
        """Make it."""
        return super().__new__(cls, (code, rule))


class _Block:
    """The rows of one block that have as many cells as the header, and what is said of them."""

    def __init__(self, reader: Reader, first: int, given: Sequence[Sequence[str]]) -> None:
        self._reader = reader
        self.issues: list[Issue] = []
        self.wrong: set[int] = set()
        self.numbers = list(range(first, first + len(given)))
        if set(map(len, given)) - {reader.width}:
            given = self._whole(given)
        self._columns = list(zip(*given, strict=True))

    def _whole(self, given: Sequence[Sequence[str]]) -> list[Sequence[str]]:
        ragged = {number for number, row in zip(self.numbers, given, strict=True) if len(row) != self._reader.width}
        rule = f"has more or fewer cells than the header, which has {self._reader.width}"
        self.issues += [Issue("ragged-row", Severity.ERROR, rule, self._reader.name, number) for number in sorted(ragged)]
        kept = [row for number, row in zip(self.numbers, given, strict=True) if number not in ragged]
        self.numbers = [number for number in self.numbers if number not in ragged]
        return kept

    def cells(self, role: str, otherwise: str = "") -> list[str]:
        """Return a column's cells; `otherwise` for what is empty, and where there is no such column."""
        at = self._reader.positions.get(role)
        if at is None or not self._columns:
            return [otherwise] * len(self.numbers)
        return [cell.strip() or otherwise for cell in self._columns[at]]

    def column(self, role: str, read: Callable, otherwise: str = "") -> list:
        """Return what a column's cells mean; each different cell is read once."""
        cells = self.cells(role, otherwise)
        known = {cell: read(cell) for cell in set(cells)}
        return self.tell(role, cells, [known[cell] for cell in cells], any(type(value) is _Wrong for value in known.values()))

    def periods(self) -> list[str]:
        """Return the periods as PostgreSQL has them."""
        days = [self.column(role, _read_day) for role in ("valid_from", "valid_to")]
        known = {pair: _period(*pair) for pair in set(zip(*days, strict=True))}
        periods = [known[pair] for pair in zip(*days, strict=True)]
        return self.tell("valid_to", self.cells("valid_to"), periods, any(type(value) is _Wrong for value in known.values()))

    def texts(self, role: str, codes: Sequence[str], otherwise: str = "") -> list[str]:
        """Return free texts, in which nobody's number stands."""
        texts = self.column(role, _text, otherwise)
        own = [_IN_TEXT if text and code and type(text) is str and code in text else text for text, code in zip(texts, codes, strict=True)]
        return self.tell(role, texts, own, _IN_TEXT in own)

    def tell(self, role: str, cells: Sequence[str], values: list, look: bool = True) -> list:
        """Say what is wrong with the cells that have no value, and return the values."""
        for at, value in enumerate(values) if look else ():
            if type(value) is _Wrong and at not in self.wrong:
                code, rule = value
                hidden = code in ("code-in-text", "text-too-long")
                shown = "" if hidden or not cells[at] else rules.repeated(str(cells[at]))
                self.issues.append(Issue(code, Severity.ERROR, rule, self._reader.name, self.numbers[at], role, shown))
                self.wrong.add(at)
        return values

    def judge(self, codes: Sequence[str], bits: np.ndarray) -> None:
        """Say what there is to say of codes, of which only the masked form is shown."""
        family = registry.family(self._reader.kind)
        for at in np.flatnonzero(bits).tolist():
            reasons = reasons_of(int(bits[at]))
            for word, severity in (("bad-code", Severity.ERROR), ("doubtful-code", Severity.WARNING)):
                told = "; ".join(reason.rule for reason in reasons if reason.severity is severity)
                if told:
                    shown = family.shown(codes[at], reasons)
                    self.issues.append(Issue(word, severity, told, self._reader.name, self.numbers[at], "code", shown))
                    break
        self.wrong.update(np.flatnonzero(rules.is_faulty(bits)).tolist())


_IN_TEXT = _Wrong(*IN_TEXT)


def _listed(header: Sequence[str], known: Mapping[str, Sequence[str]]) -> str:
    """A header as it may be repeated: without one known name in it, it may be somebody's row."""
    names = {_plain(name) for names in known.values() for name in names}
    return ", ".join(map(repeatable, header)) if any(_plain(column) in names for column in header) else rules.UNSAID


def _text(given: str) -> str | _Wrong:
    if len(given) > _LONGEST:
        return _Wrong("text-too-long", f"has {len(given)} signs, {_LONGEST} is the most")
    return _IN_TEXT if rules.names_somebody(given) else given


def _confidence(given: str) -> float | _Wrong | None:
    try:
        value = float(given) if given else None
    except ValueError:
        value = -1.0
    return value if value is None or 0 <= value <= 1 else _Wrong("bad-confidence", "a number from 0 to 1")


def _read_day(given: str) -> str | _Wrong:
    day = _day(given) if given else ""
    return _Wrong("bad-date", "is no day: 2024-01-31, 20240131") if day is None else day


def _period(start: str | _Wrong, end: str | _Wrong) -> str | _Wrong:
    for day in (start, end):
        if type(day) is _Wrong:
            return day
    if start and end and end <= start:
        return _Wrong("bad-period", "must lie after valid_from: it is the first day it no longer holds")
    return f"[{start},{end})"


def _day(text: str) -> str | None:
    """A day as PostgreSQL has it; None for what is none."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def _plain(word: str) -> str:
    """A word as it is compared: half width, small letters, no blanks, underlines or hyphens."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", word).casefold() if sign not in " _-")
