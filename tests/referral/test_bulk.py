"""Filling in bulk: through the same rules, and sound afterwards."""

import time
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.events import AvailabilityChanged
from contracts.referral import Sheet
from contracts.words import Modality
from kit.clock import now
from kit.db import Database
from kit.vault import Vault
from services.referral import invariants
from services.referral.domain.appointments import Appointment, Standing
from services.referral.store import bulk, contacts
from services.referral.store.bulk import PastCall
from tests.cluster import Address, Cluster
from tests.referral.conftest import Desk
from tests.referral.make import a_standing, an_expert

VAULT = Vault(bytes(range(32)))


@pytest.fixture(scope="module")
def fresh(cluster: Cluster) -> Address:
    return cluster.database("referral")


def _calls(number: int, experts: list[UUID]) -> list[PastCall]:
    random, today = Random(3), now()
    calls = []
    for n in range(number):
        at = today - timedelta(days=60) + timedelta(minutes=12 * n)
        level = random.choice([None, 1, 2, 2, 3, 4])
        expert, appointment, start = random.choice(experts), uuid4(), at + timedelta(days=2)
        told = [Appointment(appointment, 1, expert, Standing.BOOKED, start, Modality.VIDEO)]
        handed, told_of = level is not None and random.random() < 0.69, random.random() < 0.8
        standing = random.choice([None, Standing.ATTENDED, Standing.CANCELLED, Standing.MISSED])
        if standing is not None:
            by = "person" if standing is Standing.CANCELLED else None
            told.append(Appointment(appointment, 2, expert, standing, start, Modality.VIDEO, by))
        met = standing is Standing.ATTENDED and told_of
        left = level == 4 and (not told_of or standing is Standing.CANCELLED)  # nobody waits for sixty days
        decision = "outcome" if met else "withdrawn_by_caller" if left else None
        calls.append(
            PastCall(
                contact_id=uuid4(),
                case_id=uuid4(),
                listener_id=uuid4(),
                started_at=at,
                ended_at=at + timedelta(minutes=29),
                sheet=Sheet(level=level, motives=["anxiety"], department="72", notes="un mot" if n % 50 == 0 else None),
                referral_id=uuid4() if handed else None,
                appointments=tuple(told) if told_of else (),
                decision=decision if handed else None,
            )
        )
    return calls


async def test_a_thousand_experts_and_seven_thousand_calls_come_in_and_are_sound(fresh: Address) -> None:
    experts = [an_expert(specialties={"anxiety": 1.0}) for _ in range(1000)]
    calls = _calls(7000, [one.id for one in experts])
    started = time.perf_counter()
    connection = await asyncpg.connect(fresh.app)
    try:
        told = await bulk.add_experts(connection, [(one, a_standing(one)) for one in experts])
        await bulk.add_calls(connection, calls, vault=VAULT)
    finally:
        await connection.close()
    print(f"filled in {time.perf_counter() - started:.2f} s")
    assert len(told) == 1000 and told[0].active
    assert await _broken(fresh) == []
    noted = next(call for call in calls if call.sheet.notes)
    database = Database(fresh.app, size=1)
    try:
        async with database.transaction() as db:
            assert (await contacts.load(db, VAULT, noted.contact_id)).sheet == noted.sheet
    finally:
        await database.stop()


async def _broken(fresh: Address) -> list[str]:
    connection = await asyncpg.connect(fresh.owner)
    try:
        return await invariants.check(connection)
    finally:
        await connection.close()


async def test_what_breaks_a_rule_is_found(fresh: Address) -> None:
    connection = await asyncpg.connect(fresh.owner)
    try:
        assert await invariants.check(connection) == []
        await connection.execute("UPDATE referral SET status = 'ready' WHERE status = 'booked'")
        assert any("the log ends where the referral stands" in rule for rule in await invariants.check(connection))
    finally:
        await connection.close()


async def test_first_free_slots_announced_in_bulk_are_known_at_once(desk: Desk) -> None:
    expert, unlucky = an_expert(), an_expert()
    connection = await asyncpg.connect(desk.address.app)
    await bulk.add_experts(
        connection, [(one, a_standing(one, hours=None, announced=False)) for one in (expert, unlucky)]
    )
    soon = now() + timedelta(hours=3)
    told = [AvailabilityChanged(expert.id, 1, {Modality.VIDEO: soon}), AvailabilityChanged(unlucky.id, 1, {})]
    await bulk.announce(connection, told, closed={unlucky.id: now()})
    await connection.close()
    contact = await desk.call(level=2, modalities=["video"])
    found = (await desk.get(f"/contacts/{contact['id']}/candidates")).json()["candidates"]
    words = {one["expert_id"]: one["why"] for one in found}
    assert "visio dans 3 h" in words[str(expert.id)] and "aucun créneau ouvert" in words[str(unlucky.id)]
