"""Bookings that come at once are one statement: a round trip, a commit and one write to each index for several people.

With one who books nothing is different (docs/decisions/bookings-in-one-transaction.md has the figures).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from services.booking.store.lines import Lines

MOST = 16
ARGUMENTS = 21
KEY, EXPERT, STARTS, CASE = 4, 7, 9, 11
LISTS = (14, 15, 16)
BUSY = "agenda-busy"
AWAY = ("08", "53", "57")
"""Classes of SQLSTATE that say nothing about what was asked: no connection, no room, stopped."""


class _Wish(NamedTuple):
    arguments: Sequence[Any]
    answer: asyncio.Future[Any]


_BOOK = f"SELECT * FROM book({','.join(f'${number}' for number in range(1, ARGUMENTS + 2))})"


def _columns(several: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The arguments of several as one array for each; a list among them as the text of one."""
    columns = [list(column) for column in zip(*several, strict=True)]
    for number in LISTS:
        columns[number] = [f"{{{','.join(map(str, each))}}}" for each in columns[number]]
    return columns


async def alone(lines: Lines, arguments: Sequence[Any]) -> Any:
    """The row of `book` for one, in a transaction of its own, waiting for the agenda if someone changes it."""
    return await lines.fetchrow(_BOOK, *_columns([arguments]), True)


class Batches:
    """Whoever books while a transaction is at work goes with the next, at most `MOST` in each.

    One at a time: two side by side were smaller, and cost PostgreSQL a fifth more for each booking.

    Of one agenda only one hour goes with it, wanted by however many, and they go in the order of their agendas, so that
    two transactions never wait for each other. An agenda that someone changes at this moment holds up nobody else: who
    wants it is booked alone. So is everyone of a transaction that was undone for one of them.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._busy = False
        self._waiting: deque[_Wish] = deque()
        self._at_work: set[asyncio.Task[None]] = set()

    async def book(self, arguments: Sequence[Any]) -> Any:
        """The row of `book` for these arguments; raises what the driver raises."""
        wish = _Wish(arguments, asyncio.get_running_loop().create_future())
        self._waiting.append(wish)
        if not self._busy:
            self._busy = True
            self._start(self._work())
        return await wish.answer

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _work(self) -> None:
        try:
            while batch := self._next():
                await self._go(batch)
        finally:
            self._busy = False

    def _next(self) -> list[_Wish]:
        """Those who wait longest, one of each case and key; whoever has left meanwhile is not booked."""
        batch: list[_Wish] = []
        later, seen, hours = [], set[Any](), dict[Any, Any]()
        while self._waiting and len(batch) < MOST:
            wish = self._waiting.popleft()
            if wish.answer.done():
                continue
            mine = {wish.arguments[KEY], wish.arguments[CASE]} - {None}
            agenda, hour = wish.arguments[EXPERT], wish.arguments[STARTS]
            if seen.isdisjoint(mine) and hours.get(agenda, hour) == hour:
                seen |= mine
                hours[agenda] = hour
                batch.append(wish)
            else:
                later.append(wish)
        self._waiting.extendleft(reversed(later))
        return sorted(batch, key=lambda wish: wish.arguments[EXPERT])

    async def _go(self, batch: list[_Wish]) -> None:
        try:
            rows = await self._lines.fetch(_BOOK, *_columns([wish.arguments for wish in batch]), False)
        except Exception as error:
            told = isinstance(error, asyncpg.PostgresError) and (error.sqlstate or "")[:2] not in AWAY
            if len(batch) > 1 and (told or isinstance(error, ValueError)):
                for wish in batch:
                    self._start(self._alone(wish))
                return
            for wish in batch:
                _fail(wish, error)
            return
        for wish, row in zip(batch, rows, strict=True):
            if row["code"] == BUSY:
                self._start(self._alone(wish))
            elif not wish.answer.done():
                wish.answer.set_result(row)

    async def _alone(self, wish: _Wish) -> None:
        if wish.answer.done():
            return
        try:
            row = await alone(self._lines, wish.arguments)
        except Exception as error:
            _fail(wish, error)
        else:
            if not wish.answer.done():
                wish.answer.set_result(row)


def _fail(wish: _Wish, error: Exception) -> None:
    if not wish.answer.done():
        wish.answer.set_exception(error)
