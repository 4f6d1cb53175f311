"""Reading an urgent action once it is over: who asked, why, and which second person allowed it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.urgent import Glass, GlassReading
from services.referral.domain.urgent_ends import GLASS_OPEN, REVIEW_WITHIN, TELL_AGAIN, review_by
from services.referral.tables import colleague, glass


async def ask(db: AsyncConnection, action_id: UUID, *, by: UUID, reason: str, now: datetime) -> UUID:
    """Write that someone asks."""
    row = {"id": uuid4(), "urgent_action_id": action_id, "asked_by": by, "reason": reason, "asked_at": now}
    await db.execute(insert(glass).values(row))
    return UUID(str(row["id"]))


async def allow(db: AsyncConnection, action_id: UUID, glass_id: UUID, *, by: UUID, now: datetime) -> bool:
    """A second person allows it; False when there is nothing that they may allow."""
    mine = (glass.c.id == glass_id) & (glass.c.urgent_action_id == action_id) & glass.c.allowed_at.is_(None)
    allowed = update(glass).where(mine, glass.c.asked_by != by).values(allowed_by=by, allowed_at=now)
    return (await db.execute(allowed.returning(glass.c.id))).first() is not None


async def broken_at(db: AsyncConnection, action_id: UUID, *, by: UUID) -> datetime | None:
    """When this person was last allowed to read it."""
    mine = (glass.c.urgent_action_id == action_id) & (glass.c.asked_by == by)
    latest = select(glass.c.allowed_at).where(mine, glass.c.allowed_at.is_not(None))
    found: datetime | None = (await db.execute(latest.order_by(glass.c.allowed_at.desc()).limit(1))).scalar()
    return found


async def read(db: AsyncConnection, action_id: UUID, *, by: UUID, now: datetime) -> None:
    """It was read behind the broken glass once more."""
    open_ = glass.c.allowed_at > now - GLASS_OPEN
    mine = (glass.c.urgent_action_id == action_id) & (glass.c.asked_by == by) & open_
    await db.execute(update(glass).where(mine).values(reads=glass.c.reads + 1))


async def to_review(db: AsyncConnection, *, limit: int = 200) -> list[GlassReading]:
    """Every reading that was allowed and that nobody has looked at since, the oldest first."""
    asker, second = colleague.alias("asker"), colleague.alias("second")
    named = glass.outerjoin(asker, asker.c.id == glass.c.asked_by).outerjoin(second, second.c.id == glass.c.allowed_by)
    columns = (glass, asker.c.display_name.label("asked_name"), second.c.display_name.label("allowed_name"))
    waiting = glass.c.reviewed_at.is_(None) & glass.c.allowed_at.is_not(None)
    query = select(*columns).select_from(named).where(waiting).order_by(glass.c.allowed_at).limit(limit)
    rows = await db.execute(query)
    return [
        GlassReading(
            id=row.id,
            urgent_action_id=row.urgent_action_id,
            reason=row.reason,
            asked_by=row.asked_name or "",
            allowed_by=row.allowed_name or "",
            allowed_at=row.allowed_at,
            reads=row.reads,
            review_by=review_by(row.allowed_at),
        )
        for row in rows
    ]


async def review(db: AsyncConnection, glass_id: UUID, verdict: str, *, by: UUID, now: datetime) -> bool:
    """Somebody else has looked at it; False when there is nothing that they may look at."""
    mine = (glass.c.id == glass_id) & glass.c.allowed_at.is_not(None) & glass.c.reviewed_at.is_(None)
    told = {"verdict": verdict, "reviewed_by": by, "reviewed_at": now}
    seen = update(glass).where(mine, glass.c.asked_by != by, glass.c.allowed_by != by).values(**told)
    return (await db.execute(seen.returning(glass.c.id))).first() is not None


async def told(db: AsyncConnection, glass_id: UUID, *, now: datetime) -> None:
    """The privacy officer has been told of it."""
    await db.execute(update(glass).where(glass.c.id == glass_id).values(told_at=now))


async def unreviewed(db: AsyncConnection, *, now: datetime) -> list[UUID]:
    """Readings whose review is late, and of which nobody was told for half a day."""
    late = glass.c.reviewed_at.is_(None) & (glass.c.allowed_at < now - REVIEW_WITHIN)
    silent = glass.c.told_at.is_(None) | (glass.c.told_at < now - TELL_AGAIN)
    query = select(glass.c.id).where(late, silent).order_by(glass.c.allowed_at).limit(20)
    return list((await db.execute(query.with_for_update(skip_locked=True))).scalars())


async def asked(db: AsyncConnection, action_id: UUID, *, reader: UUID, now: datetime) -> list[Glass]:
    """What was asked and is neither refused by time nor over."""
    recent = (glass.c.urgent_action_id == action_id) & (glass.c.asked_at > now - 2 * GLASS_OPEN)
    rows = await db.execute(select(glass).where(recent).order_by(glass.c.asked_at.desc()).limit(20))
    return [_glass(row, reader) for row in rows]


def _glass(row: Any, reader: UUID) -> Glass:
    return Glass(row.id, row.urgent_action_id, row.reason, row.asked_at, row.asked_by == reader, row.allowed_at)
