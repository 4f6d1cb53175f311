"""Three days after a consultation both sides are asked for news; two days later what is missing is somebody's task."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import FollowUpDue
from kit import outbox
from kit.clock import now
from services.referral.domain.tasks import TO_FOLLOW, WITHIN, NewTask
from services.referral.store import follow_ups, referrals, tasks

SECONDS = 60.0


async def ask_for_news(db: AsyncConnection) -> None:
    """Claims the follow-ups that fell due, and those whose answer is missing."""
    instant = now()
    for one in await follow_ups.take_due(db, now=instant):
        if one.may_ask:
            await outbox.tell(db, FollowUpDue(one.appointment_id, 1, one.case_id, one.expert_id))
        await outbox.nudge(db, f"agenda:{one.expert_id}")
    for one in await follow_ups.take_missing(db, now=instant):
        await take_up(db, "follow_up_missing", one.referral_id, one.appointment_id, instant)


async def take_up(db: AsyncConnection, kind: str, referral_id: UUID, appointment_id: UUID, instant: datetime) -> None:
    """A task at the desk; from level 3 it has the name of whoever follows the orientation."""
    known = await referrals.find(db, referral_id)
    if known is None:
        return
    level = known.level or 0
    new = NewTask(
        kind=kind,
        case_id=known.case_id,
        due_at=instant + WITHIN if level >= TO_FOLLOW else instant + 24 * WITHIN,
        created_at=instant,
        referral_id=referral_id,
        contact_id=known.contact_id,
        appointment_id=appointment_id,
        owner_id=known.owner_id if level >= TO_FOLLOW else None,
        level=level,
    )
    if await tasks.add(db, new):
        await outbox.nudge(db, "desk")
