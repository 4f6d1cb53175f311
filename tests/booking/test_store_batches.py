"""Bookings that come at once go in one transaction, and none of them is the worse for it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.permits import BookPermit
from kit.clock import now
from kit.errors import Refusal
from services.booking import invariants
from services.booking.store import booking
from services.booking.store.batches import MOST, Batches
from services.booking.store.lines import Lines
from tests.booking.make import FIRST_VIDEO, a_permit, an_agenda, local_noon, put
from tests.cluster import Address, Cluster


class Desk:
    """Books at noon in three days unless told otherwise."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.batches = Batches(lines)

    async def book(
        self, expert_id: UUID, permit: BookPermit | None = None, *, starts_at: datetime | None = None, key: str = ""
    ) -> str:
        try:
            _, replayed = await booking.book(
                self.batches.book,
                booking.Wanted(expert_id, FIRST_VIDEO.id, starts_at or local_noon(3)),
                permit or a_permit(),
                booking.Asker(UUID(int=1), "psychologist", key=key or None, request_hash=key.encode()),
                appointment_id=uuid4(),
                privacy="neutral",
                hold_id=None,
                now=now(),
            )
        except Refusal as refusal:
            return refusal.code
        return "replayed" if replayed else "booked"

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        return await self.lines.fetch(sql, *arguments)

    async def transactions(self, experts: list[UUID]) -> list[int]:
        """How many appointments each transaction wrote."""
        sql = "SELECT count(*) FROM appointment WHERE expert_id = ANY($1) GROUP BY xmin::text ORDER BY 1 DESC"
        return [row[0] for row in await self.rows(sql, experts)]


@pytest.fixture
async def desk(lines: Lines) -> Desk:
    return Desk(lines)


@pytest.fixture
async def experts(booking_address: Address) -> list[UUID]:
    agendas = [an_agenda() for _ in range(5)]
    for agenda in agendas:
        await put(booking_address.app, agenda)
    return [agenda.expert.id for agenda in agendas]


@pytest.fixture
async def someone(booking_address: Address) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else."""
    connection = await asyncpg.connect(booking_address.app)
    yield connection
    await connection.close()


async def test_those_who_book_at_once_share_a_transaction_and_all_agendas_are_right(
    desk: Desk, experts: list[UUID], someone: asyncpg.Connection
) -> None:
    assert await asyncio.gather(*(desk.book(one) for one in experts)) == ["booked"] * 5
    assert await desk.transactions(experts) == [5]
    assert await invariants.check(someone, now(), agendas=set(experts)) == []


async def test_one_hour_is_had_once_and_two_hours_of_one_agenda_never_go_together(
    desk: Desk, experts: list[UUID], someone: asyncpg.Connection
) -> None:
    one, other = experts[:2]
    said = list(await asyncio.gather(*(desk.book(expert) for expert in (one, one, other, one))))
    assert said == ["booked", "slot-taken", "booked", "slot-taken"]
    assert await desk.transactions([one, other]) == [2]
    later = [desk.book(one, starts_at=local_noon(3, hour=hour)) for hour in (14, 15, 16)]
    assert await asyncio.gather(*later) == ["booked"] * 3
    assert await desk.transactions([one]) == [1, 1, 1, 1]
    assert await invariants.check(someone, now(), agendas={one, other}) == []


async def test_an_agenda_that_someone_changes_keeps_nobody_else_waiting(
    desk: Desk, experts: list[UUID], someone: asyncpg.Connection
) -> None:
    changed, *others = experts
    async with asyncio.timeout(120), someone.transaction():
        await someone.execute("SELECT agenda_lock($1)", changed)
        patient = asyncio.create_task(desk.book(changed))
        assert await asyncio.gather(*(desk.book(one) for one in others)) == ["booked"] * 4
        assert await desk.book(others[0]) == "slot-taken"  # only that one person waits
        assert not patient.done()
    assert await patient == "booked"


async def test_who_is_refused_after_something_was_written_takes_nothing_from_the_others(
    desk: Desk, experts: list[UUID]
) -> None:
    permit = a_permit()
    said = await asyncio.gather(*(desk.book(one, permit if one in experts[1:3] else None) for one in experts))
    assert sorted(said) == ["booked"] * 4 + ["case-overlap"]
    assert "case-overlap" in said[1:3]


async def test_the_same_request_twice_at_once_is_answered_once_and_repeated(desk: Desk, experts: list[UUID]) -> None:
    permit, key = a_permit(), uuid4().hex
    said = list(await asyncio.gather(*(desk.book(experts[0], permit, key=key) for _ in range(3))))
    assert said == ["booked", "replayed", "replayed"]


async def test_whoever_left_before_their_turn_is_not_booked(desk: Desk, experts: list[UUID]) -> None:
    at_work = asyncio.create_task(desk.book(experts[0]))
    await asyncio.sleep(0)
    left, stayed = (asyncio.create_task(desk.book(experts[number], starts_at=local_noon(4))) for number in (1, 2))
    await asyncio.sleep(0)
    left.cancel()
    assert [await at_work, await stayed] == ["booked", "booked"]
    assert await desk.rows("SELECT FROM appointment WHERE expert_id = $1", experts[1]) == []


async def test_more_than_go_together_are_all_served_in_their_turn(desk: Desk, experts: list[UUID]) -> None:
    hours = [local_noon(3, hour=hour) for hour in range(8, 18)]
    said = await asyncio.gather(*(desk.book(one, starts_at=hour) for hour in hours for one in experts))
    assert len(said) > 3 * MOST
    assert set(said) == {"booked"}


async def test_transactions_side_by_side_never_wait_for_each_other_in_a_circle(
    cluster: Cluster, lines: Lines, experts: list[UUID], someone: asyncpg.Connection
) -> None:
    one, other = Desk(lines), Desk(lines)
    waiting = """
        SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE NOT granted AND locktype = 'advisory' AND datname = current_database()
        """
    async with asyncio.timeout(120):
        async with someone.transaction():  # both are brought to a halt in the middle of the same agendas
            await someone.execute("SELECT pg_advisory_xact_lock(uuid_hash_extended($1, 1))", sorted(experts)[2])
            forth = [one.book(each, starts_at=local_noon(3)) for each in sorted(experts)]
            back = [other.book(each, starts_at=local_noon(4)) for each in sorted(experts, reverse=True)]
            said = asyncio.gather(*forth, *back)
            while await someone.fetchval(waiting) < 2:
                await asyncio.sleep(0.02)
        assert await said == ["booked"] * 10
    assert "deadlock" not in cluster.log()


async def test_what_the_database_cannot_say_is_told_to_everyone_and_the_next_are_served(
    desk: Desk, experts: list[UUID], someone: asyncpg.Connection
) -> None:
    await someone.execute("BEGIN")
    await someone.execute("LOCK TABLE appointment IN ACCESS EXCLUSIVE MODE")
    waiting = [asyncio.create_task(desk.book(one)) for one in experts]
    sql = """
        SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE NOT granted AND relation = 'appointment'::regclass AND datname = current_database()
        """
    async with asyncio.timeout(120):
        while not await someone.fetch(sql):
            await asyncio.sleep(0.02)
        said = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)) for one in said), said
    await someone.execute("ROLLBACK")
    assert await asyncio.gather(*(desk.book(one) for one in experts)) == ["booked"] * 5
