"""What leaves when a professional may not, or cannot, hold an appointment: word to them, another hour to the person."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AppointmentClashes, AppointmentKept, OtherHourWanted, ProfessionalBeside
from contracts.words import Channel
from kit.clock import now
from services.reminders.domain.plan import Planned, State, for_account
from services.reminders.domain.texts import Notice
from services.reminders.store import appointments, contacts, plan


async def appointment_clashes(db: AsyncConnection, event: AppointmentClashes) -> None:
    """Another calendar of theirs has something at that hour: told once, in the hours of the day, nothing is changed."""
    known = await appointments.find(db, event.appointment_id)
    if known is None or known.state is not State.BOOKED or known.starts_at != event.starts_at:
        return
    chosen = await contacts.account_wishes(db, event.expert_id)
    rows = for_account(Notice.CLASH, event.expert_id, chosen.channels, now=now(), about=known, wishes=chosen)
    await plan.put(db, rows, again=())


async def other_hour_wanted(db: AsyncConnection, event: OtherHourWanted) -> None:
    """One message per channel that the person chose, in their own hours and before the hour it is about."""
    known = await appointments.find(db, event.appointment_id)
    wishes = await contacts.wishes(db, event.case_id)
    if known is None or known.state is not State.BOOKED or known.starts_at != event.starts_at or wishes is None:
        return
    instant = now()
    if instant >= event.starts_at:
        return
    rows = [
        Planned(
            kind=Notice.OTHER_HOUR.value,
            channel=channel,
            recipient_id=event.case_id,
            due_at=instant,
            expires_at=event.starts_at,
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


async def appointment_kept(db: AsyncConnection, event: AppointmentKept) -> None:
    """It stands after all, given back or said missed: the link to choose another hour does not leave any more."""
    known = await appointments.find(db, event.appointment_id)
    if known is not None and known.state is State.MISSED:
        await appointments.keep(db, replace(known, version=event.version, state=State.BOOKED), now=now())
    await plan.drop_kind(db, event.appointment_id, Notice.OTHER_HOUR)


async def professional_beside(db: AsyncConnection, event: ProfessionalBeside) -> None:
    """Another professional gives the same hour: told as of one of their own, behind their login."""
    known = await appointments.find(db, event.appointment_id)
    if known is None or known.state is not State.BOOKED or known.starts_at != event.starts_at:
        return
    chosen = await contacts.account_wishes(db, event.expert_id)
    rows = for_account(Notice.BOOKED, event.expert_id, chosen.channels, now=now(), about=known, wishes=chosen)
    await plan.put(db, rows, again=())
