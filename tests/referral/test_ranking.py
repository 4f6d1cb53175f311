"""The ranked list over HTTP: it follows the sheet and the network, and asks the database little."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import event, text

from contracts.referral import Sheet
from contracts.words import Modality
from kit.clock import now
from services.referral.domain.experts import Fee
from services.referral.domain.matching.ranking import ranked
from services.referral.domain.matching.wanted import wanted
from services.referral.store import bulk, experts
from services.referral.tables import expert_standing
from tests.referral.conftest import Desk, booked
from tests.referral.make import a_standing, an_expert


async def test_candidates_follow_the_sheet(desk: Desk) -> None:
    contact = await desk.call(level=2, motives=["anxiety"])
    speaks = await desk.expert(languages=frozenset({"fr", "ar"}))
    await desk.expert()
    path = f"/contacts/{contact['id']}/candidates"
    assert (await desk.get(path)).json()["matching"] == 2
    await desk.type(contact["id"], languages=["ar"])
    found = (await desk.get(path)).json()
    assert [one["expert_id"] for one in found["candidates"]] == [str(speaks.id)] and found["network"] == 2
    await desk.type(contact["id"], not_experts=[str(speaks.id)])
    assert (await desk.get(path)).json()["candidates"] == []


async def test_a_ceiling_and_a_wheelchair_are_hard_wishes_when_they_are_said(desk: Desk) -> None:
    fits = await desk.expert(fee=Fee(4000), accessibility=frozenset({"wheelchair"}))
    await desk.expert(fee=Fee(9000), accessibility=frozenset({"wheelchair"}))
    await desk.expert(fee=Fee(4000))
    contact = await desk.call(level=2)
    path = f"/contacts/{contact['id']}/candidates"
    assert (await desk.get(path)).json()["matching"] == 3
    assert (await desk.type(contact["id"], fee_ceiling=5000, accessibility=["wheelchair"])).status_code == 200
    assert [one["expert_id"] for one in (await desk.get(path)).json()["candidates"]] == [str(fits.id)]
    assert (await desk.type(contact["id"], accessibility=["lift"])).status_code == 422


async def test_the_memory_of_experts_follows_every_change(desk: Desk) -> None:
    contact = await desk.call(level=2)
    expert = await desk.expert()
    path = f"/contacts/{contact['id']}/candidates"
    assert (await desk.get(path)).json()["matching"] == 1
    async with desk.listening.database.transaction() as db:
        await experts.save(db, replace(expert, capacity=0, version=2))
    assert (await desk.get(path)).json()["matching"] == 0


async def test_the_memory_misses_no_change_of_a_transaction_that_was_still_open(desk: Desk) -> None:
    contact = await desk.call(level=2)
    first, second = await desk.expert(), await desk.expert()
    path = f"/contacts/{contact['id']}/candidates"
    async with desk.listening.database.transaction() as slow:
        await slow.execute(text("UPDATE expert SET capacity = 0 WHERE id = :id"), {"id": first.id})
        async with desk.listening.database.transaction() as quick:
            await quick.execute(text("UPDATE expert SET name = 'B' WHERE id = :id"), {"id": second.id})
        assert (await desk.get(path)).json()["matching"] == 2  # the later transaction was seen first
    assert (await desk.get(path)).json()["matching"] == 1


async def test_the_memory_takes_back_what_was_read_by_a_transaction_that_was_undone(desk: Desk) -> None:
    expert, known = await desk.expert(), experts.KnownExperts()

    async def matching(db: Any) -> list[int]:
        network = await known.network(db, now=now())
        found = ranked(network, wanted(Sheet(level=2), case_id=uuid4()), now=now(), limit=5)
        return [found.matching, *sorted(network.taken.values())]

    with suppress(RuntimeError):
        async with desk.listening.database.transaction() as db:
            await experts.save(db, replace(expert, capacity=0, version=2))
            await experts.save(db, an_expert(capacity=3))
            late = expert_standing.update().where(expert_standing.c.expert_id == expert.id)
            await db.execute(late.values(full_until=now().date()))
            assert await matching(db) == [1, 10_000]
            raise RuntimeError
    async with desk.listening.database.transaction() as db:
        assert await matching(db) == [1]
    async with desk.listening.database.transaction() as db:
        await experts.save(db, replace(expert, capacity=0, version=2))
        assert (await matching(db))[0] == 0
    async with desk.listening.database.transaction() as db:
        assert (await matching(db))[0] == 0


async def test_an_expert_full_for_the_week_is_not_proposed(desk: Desk) -> None:
    contact, expert = await desk.call(level=2), await desk.expert(capacity=1)
    await desk.hears(booked(await desk.referral(), expert))
    assert (await desk.get(f"/contacts/{contact['id']}/candidates")).json()["matching"] == 0


async def test_someone_met_before_is_known(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    await desk.hears(booked(referral, expert))
    found = (await desk.get(f"/contacts/{referral['contact_id']}/candidates")).json()
    assert [one["known"] for one in found["candidates"]] == [True]


async def test_the_limit_is_bounded(desk: Desk) -> None:
    contact = await desk.call()
    for limit in ("0", "201", "many"):
        answer = await desk.get(f"/contacts/{contact['id']}/candidates?limit={limit}")
        assert answer.status_code == 422


@pytest.fixture
def a_thousand() -> Any:
    """A thousand experts and where they stand."""
    made = [an_expert(name=f"N{n}", specialties={"anxiety": (n % 10) / 10}, capacity=1 + n % 5) for n in range(1000)]
    return [(one, a_standing(one, hours=n % 300, now=now(), stride_pass=(n % 17) / 3)) for n, one in enumerate(made)]


async def test_a_thousand_experts_are_ranked_with_few_questions_to_the_database(desk: Desk, a_thousand: Any) -> None:
    connection = await asyncpg.connect(desk.address.app)
    await bulk.add_experts(connection, a_thousand)
    await connection.close()
    contact = await desk.call(level=2, motives=["anxiety", "exhaustion"], modalities=[Modality.VIDEO])
    path = f"/contacts/{contact['id']}/candidates"
    await desk.get(path)
    everything: list[tuple[Any, str]] = []
    engine = desk.house.database.engine.sync_engine

    def count(*told: Any) -> None:
        everything.append((told[0], told[2]))

    event.listen(engine, "before_cursor_execute", count)
    try:
        started = time.perf_counter()
        found = (await desk.get(path)).json()
        print(f"ranked in {(time.perf_counter() - started) * 1000:.1f} ms")
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert found["matching"] == 1000 and len(found["candidates"]) in (20, 21)
    # The ticks of the house ask on connections of their own meanwhile; and whatever else writes in this PostgreSQL,
    # another test's database too, may make the changed rows be read again.
    [ours] = [connection for connection, one in everything if "pg_snapshot_xmin" in one]
    asked = [one for connection, one in everything if connection is ours]
    once_more = [one for one in asked if "changed >=" in one and "EXISTS" not in one]
    assert len(asked) - len(once_more) <= 8 and len(once_more) <= 2
