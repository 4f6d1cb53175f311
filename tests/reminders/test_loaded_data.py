"""Bulk loading gives what one by one would have given, and the invariants find what is broken."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from contracts.reminders import AccountChannels, ContactDetails
from contracts.words import Channel, MessageMoment
from kit.clock import now
from services.reminders.domain.contacts import ContactInvalid
from services.reminders.invariants import QUESTIONS, check
from services.reminders.store import bulk, contacts
from tests.reminders.conftest import MAIL, PHONE, House, soon
from tests.reminders.make import an_appointment, booked

DETAILS = ContactDetails(phone="06 12 34 56 78", channels=[Channel.SMS], moments=list(MessageMoment))


@pytest.fixture
async def owner(house: House) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(house.address.owner)
    yield connection
    await connection.close()


async def test_what_is_loaded_holds_and_can_be_opened(house: House, owner: Any) -> None:
    appointments = [an_appointment(soon(days=days)) for days in range(2, 7)]
    expert = bulk.KnownAccount(uuid4(), AccountChannels(mail=MAIL, channels=[Channel.MAIL]))
    duty = bulk.KnownAccount(uuid4(), AccountChannels(), duty=True)
    planned = await bulk.load(
        owner,
        house.vault,
        now=now(),
        accounts=[expert, duty],
        contacts=[(one.case_id, DETAILS) for one in appointments[:2]],
        appointments=appointments,
    )
    assert planned == 4 == len(await house.rows())
    assert await check(owner) == []
    async with house.worker.database.transaction() as db:
        reach = await contacts.find(db, house.vault, appointments[0].case_id)
        told = await contacts.find_account(db, house.vault, expert.id)
    assert reach is not None and reach.phone == PHONE
    assert told is not None and told.mail == MAIL


async def test_a_bad_number_is_refused_in_bulk_too(house: House, owner: Any) -> None:
    with pytest.raises(ContactInvalid):
        await bulk.load(owner, house.vault, now=now(), contacts=[(uuid4(), ContactDetails(phone="12"))])


async def test_a_lived_in_house_holds(house: House, owner: Any) -> None:
    event = booked(soon(days=3))
    await house.contact(event.case_id)
    await house.account(event.expert_id)
    await house.hear(event)
    await house.send(now() + timedelta(minutes=1))
    assert await check(owner) == []


BREAKS = {
    "planned at or after the start": "UPDATE appointment SET starts_at = now() - interval '1 day'",
    "does not stand": "UPDATE appointment SET state = 'cancelled'",
    "older version": "UPDATE appointment SET version = 7",
    "without a known appointment": "DELETE FROM appointment",
    "silent appointment": "UPDATE appointment SET privacy = 'silent'",
    "nobody chose": "DELETE FROM contact",
    "left after the start": "UPDATE message SET status = 'sent', sent_at = expires_at + interval '1 hour'",
    "more than twice": "UPDATE message SET possible_repeat = 3",
    "kept of an erased case": "INSERT INTO ended (id, what) SELECT case_id, 'case' FROM contact",
    "without its key": "UPDATE account SET wrapped_key = NULL",
    "planned twice": "ALTER TABLE message DROP CONSTRAINT message_once;"
    " UPDATE message SET kind = 'day_before', channel = 'sms' WHERE case_id IS NOT NULL",
}


@pytest.mark.parametrize("named", BREAKS)
async def test_each_broken_promise_is_found(house: House, owner: Any, named: str) -> None:
    event = booked(soon(days=3))
    await house.contact(event.case_id)
    await house.account(event.expert_id)
    await house.hear(event)
    broken = owner.transaction()
    await broken.start()
    try:
        await owner.execute(BREAKS[named])
        assert any(named in sentence for sentence in await check(owner))
    finally:
        await broken.rollback()
    assert len(QUESTIONS) == len(BREAKS)
