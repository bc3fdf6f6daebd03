"""What many ask for at once is done together, and each is answered for itself."""

from __future__ import annotations

import asyncio
import threading

import pytest

from api import gathering
from api.gathering import Gathering
from api.problems import Busy
from gridgeo.errors import Conflict


class Doer:
    """Doubles numbers and refuses those below zero, once it may begin; remembers what it did together."""

    def __init__(self) -> None:
        self.together: list[list[int]] = []
        self.may = threading.Event()

    def __call__(self, numbers):
        self.together.append(sorted(numbers))
        assert self.may.wait(60)
        return [2 * number if number >= 0 else Conflict("below zero") for number in numbers]


def done(doer: Doer, *asked: tuple[int, object]) -> list:
    """What became of numbers that come while the first is being done, each with its key."""

    async def run():
        gather = Gathering(doer)
        first = asyncio.create_task(gather.done(*asked[0]))
        while not doer.together:
            await asyncio.sleep(0)
        rest = [asyncio.create_task(gather.done(*one)) for one in asked[1:]]
        await asyncio.sleep(0)
        doer.may.set()
        return await asyncio.gather(first, *rest, return_exceptions=True)

    return asyncio.run(run())


def test_what_comes_meanwhile_is_done_together_and_answered_each_for_itself():
    doer = Doer()
    answers = done(doer, (1, "a"), (2, "b"), (-3, "c"), (4, "d"))
    assert doer.together == [[1], [-3, 2, 4]]
    assert [answers[n] for n in (0, 1, 3)] == [2, 4, 8] and isinstance(answers[2], Conflict)


def test_two_with_one_key_are_never_done_at_once():
    doer = Doer()
    assert done(doer, (1, "a"), (2, "b"), (3, "b"), (4, "c")) == [2, 4, 6, 8]
    assert doer.together == [[1], [2, 4], [3]]


def test_what_goes_wrong_is_told_to_all_it_befell_and_the_next_are_done():
    def broken(numbers):
        if 1 in numbers:
            raise RuntimeError
        return numbers

    async def run():
        gather = Gathering(broken)
        first = await asyncio.gather(gather.done(1, 1), gather.done(2, 2), return_exceptions=True)
        return first, await gather.done(3, 3)

    (one, two), three = asyncio.run(run())
    assert isinstance(one, RuntimeError) and isinstance(two, RuntimeError) and three == 3


def test_no_more_wait_than_can_be_answered(monkeypatch):
    monkeypatch.setattr(gathering, "WAITING", 2)
    answers = done(Doer(), *((n, n) for n in range(5)))
    assert answers[:3] == [0, 2, 4] and all(isinstance(one, Busy) for one in answers[3:])


def test_who_has_gone_is_not_waited_for():
    doer = Doer()

    async def run():
        gather = Gathering(doer)
        gone = asyncio.create_task(gather.done(1, "a"))
        while not doer.together:
            await asyncio.sleep(0)
        gone.cancel()
        doer.may.set()
        return await gather.done(2, "b"), await asyncio.gather(gone, return_exceptions=True)

    two, (one,) = asyncio.run(run())
    assert two == 4 and isinstance(one, asyncio.CancelledError)


@pytest.mark.parametrize("count", [gathering.MOST + 1, 3 * gathering.MOST])
def test_so_many_at_most_are_done_at_once(count):
    doer = Doer()
    assert done(doer, *((n, n) for n in range(count))) == [2 * n for n in range(count)]
    assert max(map(len, doer.together)) == gathering.MOST
