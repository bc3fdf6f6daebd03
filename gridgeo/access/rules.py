"""What must hold of callers: which words are scopes, and how the part of the city a caller is for is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby

from ..errors import ConfigError, InvalidInput
from .model import Principal, Scope

#: What `GRIDGEO_ANONYMOUS` says when everybody needs a key.
NOBODY = "none"

#: So many units are looked for one by one; more, as ranges: a statement with thousands of them takes longer to plan than to answer.
FEW = 100

#: Never without a name: the audit says who it was, and so do the steps of events.
_NAMED = {Scope.UNMASK, Scope.ADMIN, Scope.ACCEPT, Scope.DISPATCH, Scope.HANDLE, Scope.VERIFY}


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
    >>> written([])
    '{} {}'
    """
    held = sorted(set(units))
    return f"{{{','.join(map(str, held))}}} {ranges(held)}"


def ranges(units: Iterable[int]) -> str:
    """Return units as the database writes ranges of them.

    >>> ranges([3, 1, 2, 3, 7])
    '{[1,4),[7,8)}'
    """
    # What follows one another is as far off.
    runs = [list(run) for _, run in groupby(enumerate(sorted(set(units))), lambda each: each[1] - each[0])]
    return f"{{{','.join(f'[{run[0][1]},{run[-1][1] + 1})' for run in runs)}}}"


def sought(units: Collection[int] | None) -> dict[str, list[int] | str | None]:
    """Return units as queries look for them: `units` one by one, or `ranges` of many; None are all.

    >>> sought([3, 1])
    {'units': [3, 1], 'ranges': None}
    >>> sought(range(1, 200))
    {'units': None, 'ranges': '{[1,200)}'}
    """
    few = units is None or len(units) <= FEW
    return {"units": list(units) if few and units is not None else None, "ranges": None if few else ranges(units)}
