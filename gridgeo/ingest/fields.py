"""Which column means what: by what the user says, else by the names usual here (``field_names.json``)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import orjson

from ..errors import InvalidInput

#: digits the name of a column does not have, but a code or somebody's number does; that of one of addresses, but a telephone number does
_DIGITS_OF_A_CODE, _DIGITS_OF_A_NUMBER = 11, 7

#: what a column of addresses is called
_ADDRESSES = ("地址", "详细地址", "住址", "原始地址", "注册地址", "经营地址", "标准地址", "address", "text", "addr", "dz")


@lru_cache(maxsize=1)
def known() -> dict:
    """Return the usual names of columns and values, as the file has them."""
    return orjson.loads((resources.files(__package__) / "field_names.json").read_bytes())


@dataclass(frozen=True)
class Mapping:
    """Columns by what they mean.

    `roles` are about the row's own unit; `levels` name units by their level (``JDCODE``: a street): of the row itself
    when it is of that level, else of what lies above it.
    """

    roles: dict[str, str]
    levels: dict[str, dict[str, str]]
    unused: tuple[str, ...]

    def own(self, level: str, role: str) -> str | None:
        """Return the column with the code or name of a unit of a level itself."""
        return self.roles.get(role) or self.levels.get(level, {}).get(role)


def recognise(columns: Iterable[str], given: dict[str, str] | None = None, kind: str = "") -> Mapping:
    """Return what columns mean.

    Parameters
    ----------
    kind
        What the rows are: ``buildings``, ``houses``, ``names``; units of grids when empty.
    given
        Columns by role (``code``, ``name_zh``, ``parent`` …, or ``street.code``), which go before all guesses;
        an empty column says the file has none.

    Raises
    ------
    InvalidInput
        For a role or column that does not exist, and when two columns bear names of one role.
    """
    columns, given = list(columns), given or {}
    for role, column in given.items():
        if role not in roles(kind):
            raise InvalidInput("--field", role, f"no such field; the fields are {', '.join(roles(kind))}")
        if column and column not in columns:
            look_at_header(None, columns)
            raise InvalidInput("--field", column, f"no such column; the columns are {', '.join(columns)}")
    found = {role: column for role, column in given.items() if column}
    free = [column for column in columns if column not in found.values()]
    for role, names in roles(kind).items():
        if role not in given:
            fitting = [column for column in free if plain(column) in names]
            if len(fitting) > 1:  # a column that bears another field's very name stands back
                fitting = [column for column in fitting if plain(column) not in _fields() - {plain(role)}] or fitting
            if len(fitting) > 1:
                raise InvalidInput("column", fitting[1], f"{fitting[0]!r} means {role} too: say which with --field {role}=COLUMN")
            if fitting:
                found[role] = fitting[0]
    levels = {level: {} for level in known()["levels"]}
    for role, column in found.items():
        if "." in role:
            levels[role.split(".")[0]][role.split(".")[1]] = column
    used = set(found.values())
    return Mapping(
        {role: column for role, column in found.items() if "." not in role},
        {level: columns for level, columns in levels.items() if columns},
        tuple(column for column in columns if column not in used),
    )


def look_at_header(name: str | None, columns: Iterable[str], digits: int = _DIGITS_OF_A_CODE) -> None:
    """Raise InvalidInput for a file whose first row is one of values: somebody's address or number, which is not repeated."""
    if any(sum(sign.isdigit() for sign in column) >= digits for column in columns):
        raise InvalidInput("file", name, "its first row holds numbers where the names of columns belong; give it a header")


def of_addresses(name: str | None, columns: Sequence[str], wanted: str | None = None) -> int:
    """Return the place of the column that holds addresses: the one wanted, else by its name. Raises InvalidInput."""
    look_at_header(name, columns, _DIGITS_OF_A_NUMBER)
    if wanted is not None:
        if wanted not in columns:
            raise InvalidInput("--column", wanted, f"is not in {name}, which has {', '.join(columns)}")
        return columns.index(wanted)
    named = [place for called in _ADDRESSES for place, column in enumerate(columns) if column.strip().lower() == called]
    if not named:
        raise InvalidInput("file", name, f"no column is called as addresses are; give --column, one of {', '.join(columns)}")
    return named[0]


@lru_cache(maxsize=8)
def roles(kind: str = "") -> dict[str, frozenset[str]]:
    """Return the usual names of each role of a kind of rows, plain; roles of a level are written ``street.code``."""
    if kind:
        return {role: frozenset(map(plain, names)) for role, names in known()["addresses"][kind].items()}
    found = dict(known()["roles"])
    for level, parts in known()["levels"].items():
        found |= {f"{level}.{role}": names for role, names in parts.items()}
    return {role: frozenset(map(plain, names)) for role, names in found.items()}


@lru_cache(maxsize=1)
def _fields() -> frozenset[str]:
    """The fields of all kinds, plain."""
    return frozenset(plain(role) for kind in ("", *known()["addresses"]) for role in roles(kind))


def value(kind: str, text: str) -> str | None:
    """Return the value a text means as a `level`, `grid_type` or `kind`; None when it means none."""
    return _values(kind).get(plain(text))


@lru_cache(maxsize=8)
def _values(kind: str) -> dict[str, str]:
    return {plain(name): value for value, names in known()["values"][kind].items() for name in (value, *names)}


def plain(name: str) -> str:
    """Return a name as it is compared: half width, small letters, no blanks, underlines or hyphens."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign not in " _-")
