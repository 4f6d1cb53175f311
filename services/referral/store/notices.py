"""What the coordination writes to members, read behind their login."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.network import Notice
from services.referral.tables import notice, notice_to


async def post(
    db: AsyncConnection, text: str, recipients: Sequence[UUID], *, filters: Any, by: UUID, now: datetime
) -> UUID:
    """Keep a message and whom it is for."""
    notice_id = uuid4()
    await db.execute(insert(notice).values(id=notice_id, at=now, by=by, text=text, filters=filters))
    if recipients:
        rows = [{"notice_id": notice_id, "expert_id": expert_id} for expert_id in recipients]
        await db.execute(insert(notice_to), rows)
    return notice_id


async def of_expert(db: AsyncConnection, expert_id: UUID, *, most: int = 20) -> list[Notice]:
    """The latest first."""
    query = select(notice.c.id, notice.c.at, notice.c.text, notice_to.c.read_at)
    query = query.join(notice_to, notice_to.c.notice_id == notice.c.id).where(notice_to.c.expert_id == expert_id)
    rows = await db.execute(query.order_by(notice.c.at.desc()).limit(most))
    return [Notice(row.id, row.at, row.text, row.read_at) for row in rows]


async def read(db: AsyncConnection, notice_id: UUID, expert_id: UUID, *, now: datetime) -> None:
    """It was read; reading it again changes nothing."""
    mine = (notice_to.c.notice_id == notice_id) & (notice_to.c.expert_id == expert_id)
    await db.execute(update(notice_to).where(mine, notice_to.c.read_at.is_(None)).values(read_at=now))
