"""What must hold of callers: which words are scopes, and how the part of the city a caller is for is written."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import ConfigError, InvalidInput
from .model import Principal, Scope

#: What `GRIDGEO_ANONYMOUS` says when everybody needs a key.
NOBODY = "none"

#: Never without a name: the audit says who it was.
_NAMED = {Scope.UNMASK, Scope.ADMIN}


def scopes(words: Iterable[str]) -> frozenset[str]:
    """Return the scopes of some words; raises InvalidInput for another word."""
    given = [word for part in words for word in part.replace(",", " ").split()]
    for word in given:
        if word not in set(Scope):
            raise InvalidInput("scope", word, f"is not one of {', '.join(Scope)}")
    return frozenset(map(str, given))


def anonymous(words: Iterable[str], per_minute: int | None = None) -> Principal:
    """Return the caller that says nothing about itself, by the words of the setting; raises ConfigError."""
    words = tuple(words)
    if words == (NOBODY,):
        return Principal(per_minute=per_minute)
    try:
        given = scopes(words)
    except InvalidInput as error:
        raise ConfigError(f"GRIDGEO_ANONYMOUS: {error.value!r} {error.rule}, and not {NOBODY} alone") from None
    if given & _NAMED:
        raise ConfigError(f"GRIDGEO_ANONYMOUS: {min(given & _NAMED)} is for callers with a name: give keys for it")
    return Principal(scopes=given, per_minute=per_minute)


def written(units: Iterable[int]) -> str:
    """Return units as the setting `gridgeo.area` takes them: one by one, and as ranges.

    >>> written([3, 1, 2, 3, 7])
    '{1,2,3,7} {[1,4),[7,8)}'
    """
    held = sorted(set(units))
    first = [unit for unit, before in zip(held, [None, *held], strict=False) if before is None or unit > before + 1]
    last = [unit for unit, after in zip(held, [*held[1:], None], strict=True) if after is None or after > unit + 1]
    ranges = (f"[{start},{end + 1})" for start, end in zip(first, last, strict=True))
    return f"{{{','.join(map(str, held))}}} {{{','.join(ranges)}}}"
