"""Messages that are due, for tests of the way out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.words import Channel, MessageMoment
from tests.reminders.conftest import House, soon
from tests.reminders.make import booked

NOW = MessageMoment.NOW
DAY_AND_NIGHT: dict[str, Any] = {
    "from_hour": datetime.min.time().replace(hour=7),
    "to_hour": datetime.min.time().replace(hour=7),
}


async def one_due(house: House, *moments: MessageMoment, channels: tuple[Channel, ...] = (Channel.SMS,)) -> UUID:
    """A case with a booked appointment in three days and its messages due now."""
    event = booked(soon(days=3))
    await house.contact(event.case_id, *(moments or (NOW,)), channels=channels, **DAY_AND_NIGHT)
    await house.hear(event)
    await house.due_now()
    return event.case_id


async def the_row(house: House) -> Any:
    [row] = await house.sql("SELECT * FROM message")
    return row


async def expire_leases(house: House) -> None:
    await house.sql("UPDATE message SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL")
