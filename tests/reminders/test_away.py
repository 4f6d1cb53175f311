"""Their professional cannot hold it: a day, an hour and a link (care.md 11), while it is still to come and stands."""

from datetime import timedelta

from contracts.events import OtherHourWanted
from contracts.words import Channel, MessageMoment
from kit.clock import now
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
