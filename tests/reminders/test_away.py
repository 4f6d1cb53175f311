"""Their professional cannot hold it: a day, an hour and a link (care.md 11), while it is still to come and stands."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.events import AppointmentClashes, OtherHourWanted, ProfessionalBeside
from contracts.words import Channel, MessageMoment
from kit.clock import now
from services.reminders.domain.texts import Notice
from tests.reminders.conftest import House, soon
from tests.reminders.make import booked, moved


async def test_care_11_the_person_is_sent_the_hour_and_a_link_once(house: House) -> None:
    event = booked(soon(days=2))
    await house.contact(event.case_id, MessageMoment.DAY_BEFORE, channels=(Channel.SMS,))
    wanted = OtherHourWanted(event.appointment_id, 2, event.case_id, event.starts_at)
    await house.hear(event, wanted, wanted)
    sql = "SELECT kind, expires_at FROM message WHERE case_id = $1 AND kind = 'person_other_hour'"
    (row,) = await house.sql(sql, event.case_id)
    assert row["expires_at"] == event.starts_at
    noon = now().replace(hour=12) if now().hour < 12 else now().replace(hour=12) + timedelta(days=1)
    await house.send(noon)
    text = house.sms.letters[-1].text
    assert "/l#" in text and "empêch" not in text


async def test_nothing_is_sent_of_what_was_moved_or_of_whom_nothing_is_known(house: House) -> None:
    event = booked(soon(days=2))
    await house.contact(event.case_id, MessageMoment.DAY_BEFORE)
    wanted = OtherHourWanted(event.appointment_id, 2, event.case_id, event.starts_at)
    await house.hear(event, moved(event, event.starts_at + timedelta(days=1), version=3), wanted)
    stranger = booked(soon(days=2))
    await house.hear(stranger, OtherHourWanted(stranger.appointment_id, 2, stranger.case_id, stranger.starts_at))
    sql = "SELECT 1 FROM message WHERE kind = 'person_other_hour' AND case_id = ANY($1)"
    assert await house.sql(sql, [event.case_id, stranger.case_id]) == []


async def told(house: House, account: UUID, kind: str) -> list[Any]:
    sql = "SELECT appointment_id, channel, starts_at FROM message WHERE recipient_id = $1 AND kind = $2"
    return [tuple(row.values()) for row in await house.sql(sql, account, kind)]


async def test_a_professional_hears_once_of_a_clash_and_not_of_an_hour_that_has_moved(house: House) -> None:
    event, other = booked(soon(days=2)), booked(soon(days=3))
    for one in (event, other):
        await house.account(one.expert_id, Channel.MAIL)
    clash = AppointmentClashes(event.appointment_id, 1, event.expert_id, event.starts_at)
    late = AppointmentClashes(other.appointment_id, 1, other.expert_id, other.starts_at)
    await house.hear(event, clash, clash, other, moved(other, other.starts_at + timedelta(days=1), version=2), late)
    assert await told(house, event.expert_id, Notice.CLASH) == [(event.appointment_id, "mail", event.starts_at)]
    assert await told(house, other.expert_id, Notice.CLASH) == []


async def test_the_third_professional_is_told_as_of_an_hour_of_their_own(house: House) -> None:
    event, third = booked(soon(days=2)), uuid4()
    await house.account(third, Channel.MAIL)
    beside = ProfessionalBeside(event.appointment_id, 1, third, event.starts_at)
    await house.hear(event, beside, beside)
    assert await told(house, third, Notice.BOOKED) == [(event.appointment_id, "mail", event.starts_at)]
