"""What is heard of seats in groups: a seat is an hour of its case like any other, held by nobody that is told."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import MessageFailed, SeatEnded, SeatTaken
from contracts.words import Channel
from kit import outbox
from kit.clock import now
from services.reminders.domain import plan as rules
from services.reminders.domain.plan import Appointment, State
from services.reminders.store import appointments, contacts, plan


async def seat_taken(db: AsyncConnection, event: SeatTaken) -> None:
    """The messages that the person chose, at the hour of the group; at a new hour those of the former are replaced."""
    await contacts.lock(db, event.case_id)
    if await appointments.is_over(db, event.case_id, event.place_id):
        return
    seat = Appointment(
        id=event.place_id,
        version=event.version,
        case_id=event.case_id,
        referral_id=event.group_id,  # of no orientation, and of no account: nobody but the person is told of a seat
        expert_id=event.group_id,
        state=State.BOOKED,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        person_zone=event.time_zone,
        expert_zone=event.time_zone,
    )
    instant = now()
    if not await appointments.keep(db, seat, now=instant):
        return
    await contacts.keep_until(db, event.case_id)
    await plan.drop(db, appointment_ids=[event.place_id], below=event.version)
    awake = event.by == "person" or await contacts.on_the_line(db, event.case_id, instant)
    await plan.follow(db, seat, now=instant, awake=awake)


async def seat_ended(db: AsyncConnection, event: SeatEnded) -> None:
    """Nothing is sent of it any more; when it is the group that ends, the person hears, or somebody tells them."""
    await contacts.lock(db, event.case_id)
    if await appointments.is_over(db, event.case_id, event.place_id):
        return
    known, instant = await appointments.find(db, event.place_id), now()
    gone = Appointment(
        id=event.place_id,
        version=event.version,
        case_id=event.case_id,
        referral_id=event.place_id,
        expert_id=event.place_id,
        state=State.CANCELLED,
        starts_at=event.starts_at,
        ends_at=None,
    )
    if known is not None:
        gone = replace(known, version=event.version, state=State.CANCELLED)
    await appointments.keep(db, gone, now=instant)
    await appointments.end(db, "appointment", event.place_id)
    await plan.drop(db, appointment_ids=[event.place_id])
    if event.by != "group" or instant >= event.starts_at:
        return
    rows = rules.of_the_end(gone, await contacts.wishes(db, event.case_id), now=instant)
    if rows:
        await plan.put(db, rows)
    else:
        await outbox.tell(db, MessageFailed(event.case_id, None, Channel.SMS, None))
