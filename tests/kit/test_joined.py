"""Shared reads: nobody gets what was read before they asked, and nobody pays for another who leaves."""

import asyncio

import pytest

from kit.joined import Joined


class Book:
    """What is read; each read takes until it is let through."""

    def __init__(self) -> None:
        self.page = 0
        self.reads = 0
        self.gate = asyncio.Event()

    async def read(self) -> int:
        self.reads += 1
        seen = self.page  # the read happens here, its answer takes time
        await self.gate.wait()
        return seen

    async def let_through(self) -> None:
        self.gate.set()
        await asyncio.sleep(0)
        self.gate = asyncio.Event()
        await _settled()


async def _settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_asks_after_a_change_never_gets_what_was_read_before_it() -> None:
    book, joined = Book(), Joined[int]()
    first = asyncio.create_task(joined.read("page", book.read))
    await _settled()
    book.page = 1
    later = [asyncio.create_task(joined.read("page", book.read)) for _ in range(30)]
    await _settled()
    assert book.reads == 1  # thirty wait for the one that has not begun
    book.page = 2
    await book.let_through()
    assert await first == 0
    assert book.reads == 2
    book.page = 3
    last = asyncio.create_task(joined.read("page", book.read))
    await _settled()
    await book.let_through()
    assert await asyncio.gather(*later) == [2] * 30
    await book.let_through()
    assert await last == 3


async def test_different_questions_do_not_wait_for_each_other() -> None:
    book, joined = Book(), Joined[int]()
    asked = [asyncio.create_task(joined.read(number, book.read)) for number in range(5)]
    await _settled()
    assert book.reads == 5
    await book.let_through()
    assert await asyncio.gather(*asked) == [0] * 5


async def test_one_who_leaves_or_a_read_that_fails_leaves_nothing_behind() -> None:
    book, joined = Book(), Joined[int]()
    first = asyncio.create_task(joined.read("page", book.read))
    await _settled()
    leaving, staying = (asyncio.create_task(joined.read("page", book.read)) for _ in range(2))
    await _settled()
    leaving.cancel()
    await book.let_through()
    await book.let_through()
    assert await first == await staying == 0

    async def fail() -> int:
        raise OSError

    with pytest.raises(OSError):
        await joined.read("page", fail)
    again = asyncio.create_task(joined.read("page", book.read))
    await _settled()
    await book.let_through()
    assert await again == 0
