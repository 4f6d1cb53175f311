"""Reading an urgent action once it is over: who asked, why, and which second person allowed it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.urgent import Glass
from services.referral.domain.urgent_ends import GLASS_OPEN
from services.referral.tables import glass


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


async def asked(db: AsyncConnection, action_id: UUID, *, reader: UUID, now: datetime) -> list[Glass]:
    """What was asked and is neither refused by time nor over."""
    recent = (glass.c.urgent_action_id == action_id) & (glass.c.asked_at > now - 2 * GLASS_OPEN)
    rows = await db.execute(select(glass).where(recent).order_by(glass.c.asked_at.desc()).limit(20))
    return [_glass(row, reader) for row in rows]


def _glass(row: Any, reader: UUID) -> Glass:
    return Glass(row.id, row.urgent_action_id, row.reason, row.asked_at, row.asked_by == reader, row.allowed_at)
