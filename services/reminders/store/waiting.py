"""What is heard of the waiting list: an hour to offer by message, or by a person when no message can reach them."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.waiting import ModalityChanged, SlotOfferClosed, SlotOffered, SlotToTell
from contracts.words import Channel
from kit import outbox
from kit.clock import now
from services.reminders.domain import plan as rules
from services.reminders.domain.hours import nearest
from services.reminders.domain.plan import Planned
from services.reminders.domain.texts import Notice
from services.reminders.store import appointments, contacts, plan

IN_TIME = timedelta(minutes=30)
"""An offer that could only be said later than this before its end is said by a person."""


async def slot_offered(db: AsyncConnection, event: SlotOffered) -> None:
    """One message per channel that the person chose, inside their hours; without a channel the desk is asked."""
    await contacts.lock(db, event.case_id)
    if await appointments.is_over(db, event.offer_id, event.case_id, event.referral_id):
        return
    wishes, instant = await contacts.wishes(db, event.case_id), now()
    channels = [one for one in Channel if wishes is not None and one in wishes.channels]
    hours = wishes.hours(event.person_zone) if wishes is not None else None
    first = max(instant, event.say_at or instant)
    due = nearest(hours, first, after=first, before=event.expires_at - IN_TIME) if hours is not None else None
    if due is None or not channels:
        told = SlotToTell(
            offer_id=event.offer_id,
            case_id=event.case_id,
            referral_id=event.referral_id,
            starts_at=event.starts_at,
            expires_at=event.expires_at,
            why="no_channel",
        )
        await outbox.tell(db, told)
        return
    rows = [
        Planned(
            kind=Notice.HOUR_OFFERED.value,
            channel=channel,
            recipient_id=event.case_id,
            due_at=due,
            expires_at=event.expires_at,
            thing_id=event.offer_id,
            version=event.version,
            case_id=event.case_id,
            starts_at=event.starts_at,
            time_zone=event.person_zone,
        )
        for channel in channels
    ]
    await plan.put(db, rows, again=())


async def slot_offer_closed(db: AsyncConnection, event: SlotOfferClosed) -> None:
    """Nothing more is sent of it, in whatever order this is heard."""
    await appointments.end(db, "offer", event.offer_id)
    await plan.drop_thing(db, event.offer_id)


async def modality_changed(db: AsyncConnection, event: ModalityChanged) -> None:
    """The professional hears that they meet otherwise, unless it was they who said so."""
    if event.by == "expert" or await appointments.is_over(db, event.case_id, event.appointment_id):
        return
    known = await appointments.find(db, event.appointment_id)
    if known is None or known.state is not rules.State.BOOKED:
        return
    chosen = await contacts.account_wishes(db, event.expert_id)
    rows = rules.for_account(Notice.OTHERWISE, event.expert_id, chosen.channels, now=now(), about=known, wishes=chosen)
    await plan.put(db, rows, again=())
