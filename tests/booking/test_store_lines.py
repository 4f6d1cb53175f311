"""The raw connections of the hot paths are handed out in turn, and none is lost."""

import asyncio

import asyncpg
import pytest

from services.booking.store.lines import Lines
from tests.booking.conftest import Address

SLOWLY = "SELECT pg_sleep(0.02)"


@pytest.fixture
async def one_line(booking_address: Address) -> Lines:
    return Lines(booking_address.app, size=1)


async def test_whoever_waits_longest_is_next_and_a_newcomer_does_not_slip_in(one_line: Lines) -> None:
    served: list[str] = []

    async def ask(name: str, again: int = 0) -> None:
        await one_line.fetch(SLOWLY)
        served.append(name)
        if again:
            await ask(f"{name}'", again - 1)  # back at once, before the one that was woken runs

    await asyncio.gather(ask("a", again=3), ask("b"), ask("c"), ask("d"))
    assert served == ["a", "b", "c", "d", "a'", "a''", "a'''"]
    await one_line.close()


async def test_a_turn_given_up_goes_to_the_next(one_line: Lines) -> None:
    first = asyncio.create_task(one_line.fetch(SLOWLY))
    await asyncio.sleep(0.01)
    tired = asyncio.create_task(one_line.fetch("SELECT 1"))
    patient = asyncio.create_task(one_line.fetch("SELECT 2 AS two"))
    await asyncio.sleep(0)
    first.add_done_callback(lambda _: tired.cancel())  # in the very moment in which the line is theirs
    async with asyncio.timeout(120):
        assert (await patient)[0]["two"] == 2
    assert tired.cancelled()
    await one_line.close()


async def test_a_broken_line_is_replaced_and_those_who_wait_are_served(one_line: Lines) -> None:
    broken = asyncio.create_task(one_line.fetch("SELECT pg_terminate_backend(pg_backend_pid())"))
    waiting = [asyncio.create_task(one_line.fetch("SELECT 1")) for _ in range(3)]
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await broken
    async with asyncio.timeout(120):
        assert len(await asyncio.gather(*waiting)) == 3
    await one_line.close()
