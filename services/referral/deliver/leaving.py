"""An expert leaves the network: whoever was to meet them, or was offered to them, is not left without an answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.referral.deliver import asking, offering
from services.referral.domain import offers as rules
from services.referral.domain import tasks
from services.referral.domain.timers import Timer, TimerKind
from services.referral.store import offers, referrals, timers


async def left(db: AsyncConnection, expert_id: UUID, *, now: datetime) -> None:
    """Their open offers end and the next are asked; each appointment to come becomes somebody's task."""
    for waiting in await offers.open_of_target(db, expert_id):
        referral = await referrals.load(db, waiting.referral_id, to_change=True)
        before = await offers.load(db, waiting.id)
        if before.status not in rules.OPEN:
            continue
        after = rules.withdrawn(before, now=now, why="gone")
        await offers.save(db, before, after, "withdrawn", actor=offering.SYSTEM, now=now)
        await offering.close(db, after)
        others = await offers.of_referral(db, referral.id, cycle=referral.cycle)
        if not any(one.standing for one in others):
            await timers.put(db, Timer(TimerKind.NEXT_WAVE, now, referral.id, cycle=referral.cycle))
    for appointment_id, referral_id in await referrals.to_come_with(db, expert_id, now=now):
        found = await referrals.find(db, referral_id)
        if found is not None:
            due = tasks.follow_up_due("expert_away", level=found.level, by="expert", now=now)
            await asking.ask(db, "expert_away", found, now=now, appointment_id=appointment_id, due_at=due)
