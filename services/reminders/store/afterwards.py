"""What is heard after a call or a consultation: a number to forget, and news to ask for."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import CallBackCancelled, FollowUpDue, OpeningsAsked
from contracts.words import Channel
from kit.clock import now
from services.reminders.domain.plan import Planned, about_a_thing
from services.reminders.domain.texts import Notice
from services.reminders.store import appointments, contacts, plan
from services.reminders.tables import contact

NEWS_LAST = timedelta(days=7)
"""How long one may still be asked, and how long the link of that message opens."""


async def call_back_cancelled(db: AsyncConnection, event: CallBackCancelled) -> None:
    """The number is forgotten, unless an appointment needs it or it was given again since."""
    await contacts.lock(db, event.case_id)
    if await appointments.booked_of_case(db, event.case_id):
        return
    before = (contact.c.case_id == event.case_id) & (contact.c.given_at <= event.at)
    await db.execute(delete(contact).where(before))


async def follow_up_due(db: AsyncConnection, event: FollowUpDue) -> None:
    """One message per channel that the person chose, in their own hours; without a channel, none."""
    known = await appointments.find(db, event.appointment_id)
    wishes = await contacts.wishes(db, event.case_id)
    if known is None or known.starts_at is None or wishes is None:
        return
    instant = now()
    rows = [
        Planned(
            kind=Notice.NEWS.value,
            channel=channel,
            recipient_id=event.case_id,
            due_at=instant,
            expires_at=instant + NEWS_LAST,
            appointment_id=known.id,
            version=known.version,
            case_id=event.case_id,
            starts_at=known.starts_at,
            time_zone=known.person_zone,
        )
        for channel in Channel
        if channel in wishes.channels
    ]
    await plan.put(db, rows, again=())


async def openings_asked(db: AsyncConnection, event: OpeningsAsked) -> None:
    """One link to hours that they could give, in the hours of their day."""
    chosen = await contacts.account_wishes(db, event.expert_id)
    rows = about_a_thing(
        Notice.OPENINGS,
        event.expert_id,
        chosen.channels[:1],
        wishes=chosen,
        thing_id=event.ask_id,
        version=event.version,
        now=now(),
        expires_at=event.expires_at,
        zone=event.time_zone,
    )
    await plan.put(db, rows, again=())
