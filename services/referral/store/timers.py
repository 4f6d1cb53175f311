"""Timers: set with what they are about, claimed by a tick, gone once they were looked at."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.referral.domain.timers import Timer, TimerKind
from services.referral.tables import timer

BATCH = 40
PATIENCE = timedelta(minutes=1)


async def put(db: AsyncConnection, *new: Timer) -> None:
    """Set timers."""
    if not new:
        return
    rows = [
        {
            "kind": one.kind.value,
            "due_at": one.due_at,
            "referral_id": one.referral_id,
            "thing_id": one.thing_id,
            "cycle": one.cycle,
            "tries": one.tries,
        }
        for one in new
    ]
    await db.execute(insert(timer), rows)


async def claim(db: AsyncConnection, *, now: datetime, limit: int = BATCH) -> Sequence[Timer]:
    """Take what is due, in the order of its referrals: any number of ticks may, none waits for another."""
    due = select(timer.c.id).where(timer.c.due_at <= now).order_by(timer.c.due_at).limit(limit)
    taken = delete(timer).where(timer.c.id.in_(due.with_for_update(skip_locked=True))).returning(timer)
    found = [
        Timer(
            kind=TimerKind(row.kind),
            due_at=row.due_at,
            referral_id=row.referral_id,
            thing_id=row.thing_id,
            cycle=row.cycle,
            id=row.id,
            tries=row.tries,
        )
        for row in await db.execute(taken)
    ]
    return sorted(found, key=lambda one: (str(one.referral_id), one.due_at, one.id))
