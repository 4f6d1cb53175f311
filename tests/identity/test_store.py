"""What the database itself promises, races included, and the invariants that can fail."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from contracts.caller import Grant
from contracts.events import LISTENERS, CaseLastAppointment
from contracts.words import LinkPurpose, Role
from kit.clock import now
from services.identity import listeners
from services.identity.domain.secrets import hashed
from services.identity.invariants import check
from services.identity.store import accounts, sessions
from services.identity.worker import SERVICE
from tests.cluster import Cluster
from tests.identity.conftest import Door
from tests.identity.test_links import a_link, open_link


async def test_a_one_time_code_opens_once_even_twice_at_once(door: Door) -> None:
    account_id, _ = await door.account()
    async with door.database.transaction() as db:
        await db.exec_driver_sql(
            "INSERT INTO factor (account_id, factor, place, kept, data_key) VALUES ($1, 'totp', 2, '', '')",
            (account_id,),
        )

    async def use() -> bool:
        async with door.database.transaction() as db:
            return await accounts.use_step(db, account_id, 58_000_000)

    assert sorted(await asyncio.gather(use(), use())) == [False, True]


async def test_of_two_first_devices_at_once_one_is_asked_for_a_proof(door: Door) -> None:
    link = await a_link(door, uuid4())
    answers = await asyncio.gather(*(open_link(door, link) for _ in range(2)))
    assert sorted(one.status_code for one in answers) == [200, 403]


async def test_being_seen_never_goes_backwards(door: Door) -> None:
    session, _ = await door.session()
    later = now() + timedelta(minutes=1)
    async with door.database.transaction() as db:
        await sessions.seen(db, session.id, later)
        await sessions.seen(db, session.id, later - timedelta(seconds=30))
    rows = await door.sql("SELECT seen_at FROM session WHERE id = $1", session.id)
    assert rows[0]["seen_at"] == later


async def test_sessions_that_ended_are_forgotten_after_a_day(door: Door) -> None:
    (ended, secret), (kept, _) = await door.session(), await door.session()
    await door.post("/logout", {"credential": secret})
    await door.sql("UPDATE session SET ended_at = ended_at - interval '25 hours' WHERE id = $1", ended.id)
    async with door.database.transaction() as db:
        assert await sessions.forget(db, now()) >= 1
    rows = await door.sql("SELECT id FROM session WHERE id = ANY($1::uuid[])", [ended.id, kept.id])
    assert [row["id"] for row in rows] == [kept.id]


async def test_the_application_may_not_rewrite_the_audit(door: Door) -> None:
    connection: Any = await asyncpg.connect(door.address.app)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE audit SET why = 'other'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM audit")
    await connection.close()


async def test_identity_hears_what_the_choreography_says() -> None:
    assert set(SERVICE.listeners) == {kind for kind, services in LISTENERS.items() if "identity" in services}


@pytest.fixture(scope="module")
def fresh(cluster: Cluster) -> str:
    """A database of its own: these tests break it."""
    return cluster.database("identity").owner


async def test_the_invariants_hold_on_a_seeded_house_and_name_what_does_not(fresh: str, door: Door) -> None:
    owner: Any = await asyncpg.connect(fresh)
    account_id, case_id = uuid4(), uuid4()
    await owner.execute(
        "INSERT INTO account (id, identifier, display_name, grants, opened_at)"
        " VALUES ($1, 'ecoute', 'Inès R.', $2, now())",
        account_id,
        msgspec.json.encode([Grant(Role.PSYCHOLOGIST)]).decode(),
    )
    await owner.execute("INSERT INTO factor VALUES ($1, 'password', 1, $2)", account_id, door.password.encode())
    assert await check(owner) == []

    await owner.execute("INSERT INTO case_access (case_id, erased_at) VALUES ($1, now())", case_id)
    await owner.execute(
        "INSERT INTO link (link_hash, purpose, target_id, made_at) VALUES ($1, $2, $3, now())",
        hashed("x"),
        LinkPurpose.CASE.value,
        case_id,
    )
    await owner.execute("UPDATE factor SET kept = '$2b$12$weaker'")
    await owner.execute('UPDATE account SET grants = \'[{"role": "person"}]\'')
    assert len(await check(owner)) == 3
    await owner.execute("DELETE FROM factor")
    await owner.execute("UPDATE account SET identifier = 'ÉCOUTE'")
    assert any("aucun facteur" in sentence for sentence in await check(owner))
    await owner.close()


async def test_the_last_appointments_of_many_cases_are_kept_at_once_and_the_newest_word_stays(door: Door) -> None:
    case_id, other, soon, past = uuid4(), uuid4(), now() + timedelta(hours=3), now() - timedelta(minutes=1)
    words = [(case_id, 1, past), (other, 2, soon), (other, 1, past)]
    for told in (words[1:], [(case_id, 2, soon), *words], words):
        async with door.database.transaction() as db:
            await listeners.case_last_appointments(db, [CaseLastAppointment(*one) for one in told])
    kept = await door.sql("SELECT version, opens_until FROM case_access WHERE case_id IN ($1, $2)", case_id, other)
    assert [tuple(row.values()) for row in kept] == [(2, soon)] * 2
