"""What many ask for at the same time, done together: one transaction for all that waits costs little more than one for each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

from starlette.concurrency import run_in_threadpool

from .problems import Busy

T, R = TypeVar("T"), TypeVar("R")

#: So many are done at once, and so many may wait.
MOST, WAITING = 50, 1000


class _Waiting(NamedTuple):
    one: object
    key: Hashable
    answer: asyncio.Future


class Gathering(Generic[T, R]):
    """Does what is asked for. Whatever comes alone is done at once; what comes while something is done waits, and is then done together.

    Parameters
    ----------
    do
        Does some things, in a thread, and returns for each what became of it, or the error it is refused with.
    """

    def __init__(self, do: Callable[[Sequence[T]], Sequence[R | Exception]]) -> None:
        self._do = do
        self._waiting: list[_Waiting] = []
        self._doing: asyncio.Task | None = None

    async def done(self, one: T, key: Hashable) -> R:
        """Return what became of a thing, or raise what it is refused with; two with the same key are never done at once. Raises Busy."""
        if len(self._waiting) >= WAITING:
            raise Busy("too many reports are waiting; try again soon")
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(one, key, answer))
        if self._doing is None or self._doing.done():
            self._doing = asyncio.create_task(self._all())
        return await answer

    async def _all(self) -> None:
        while some := self._next():
            try:
                found = await run_in_threadpool(self._do, [each.one for each in some])
            except Exception as error:
                found = [error] * len(some)
            for each, became in zip(some, found, strict=True):
                _tell(each.answer, became)

    def _next(self) -> list[_Waiting]:
        """Those that come next: none whose key another of them has."""
        chosen: dict[Hashable, _Waiting] = {}
        left = []
        for each in self._waiting:
            if len(chosen) < MOST and each.key not in chosen:
                chosen[each.key] = each
            else:
                left.append(each)
        self._waiting = left
        return list(chosen.values())


def _tell(answer: asyncio.Future, became: object) -> None:
    if answer.done():  # nobody waits for it any more
        return
    if isinstance(became, Exception):
        answer.set_exception(became)
    else:
        answer.set_result(became)
