"""The waiting list as referral knows it: it asks booking's list, and hears what a person of the desk must do."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.orientations import OrientationKind
from contracts.waiting import (
    ModalityChanged,
    ReferralWaitlisted,
    SlotOfferClosed,
    SlotToTell,
    WaitingUnanswered,
)
from kit import outbox
from kit.clock import now
from services.referral.deliver import asking
from services.referral.domain import referrals as rules
from services.referral.domain import tasks
from services.referral.domain.appointments import Appointment, Standing, reconciled
from services.referral.domain.referrals import Referral
from services.referral.store import offers, referrals
from services.referral.store import tasks as task_store

WAITS: Final = timedelta(days=60)
UNANSWERED_WITHIN: Final = timedelta(hours=24)


async def wait(db: AsyncConnection, referral: Referral, *, now: datetime) -> None:
    """Care that nobody is free for waits in booking's list, which is the only one; with all that a permit says."""
    if referral.kind != OrientationKind.CARE:
        return
    sheet = await referrals.codes_of_need(db, referral.need_id)
    permit = rules.book_permit(referral, sheet, unwanted=await offers.excluded(db, referral.case_id))
    told = ReferralWaitlisted(referral.id, referral.version, permit, tuple(sheet.help), now + WAITS)
    await outbox.tell(db, told)


async def slot_to_tell(db: AsyncConnection, event: SlotToTell) -> None:
    """An hour came free for someone whom no message reaches in time: a person says it."""
    instant = now()
    if event.expires_at <= instant:
        return
    referral = await referrals.find(db, event.referral_id)
    await asking.ask(db, "slot_to_tell", referral, now=instant, case_id=event.case_id, due_at=instant)


async def slot_offer_closed(db: AsyncConnection, event: SlotOfferClosed) -> None:
    """Whatever became of the hour, there is nothing left to say of it."""
    if await task_store.close_of_case(db, event.case_id, "slot_to_tell", now=now()):
        await outbox.nudge(db, "desk")


async def waiting_unanswered(db: AsyncConnection, event: WaitingUnanswered) -> None:
    """Three hours were offered and nothing was said: somebody looks at it, instead of silence."""
    instant = now()
    referral = await referrals.find(db, event.referral_id)
    within = tasks.WITHIN if referral is not None and referral.level >= tasks.TO_FOLLOW else UNANSWERED_WITHIN
    due_at = instant + within
    await asking.ask(db, "waiting_unanswered", referral, now=instant, case_id=event.case_id, due_at=due_at)


async def modality_changed(db: AsyncConnection, event: ModalityChanged) -> None:
    """The hour stays; how they meet is shown as it is now."""
    referral = await referrals.find(db, event.referral_id, to_change=True)
    heard = Appointment(
        id=event.appointment_id,
        version=event.version,
        expert_id=event.expert_id,
        standing=Standing.BOOKED,
        starts_at=event.starts_at,
        modality=event.modality,
    )
    known = await referrals.learn(db, heard, referral_id=event.referral_id, case_id=event.case_id)
    if not known or referral is None:
        return
    appointments = await referrals.appointments_of(db, event.referral_id)
    changed, steps = reconciled(referral, appointments, heard=heard.id, now=now())
    if changed != referral:
        await referrals.save(db, changed, steps, actor="booking", now=now())
    await outbox.nudge(db, f"referral:{event.referral_id}")
