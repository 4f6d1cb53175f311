"""The line of an expert's consultations and how to come in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.referral.tables import practice


async def of(db: AsyncConnection, expert_id: UUID) -> tuple[str, str]:
    """Both, empty when nothing was said."""
    row = (await db.execute(select(practice).where(practice.c.expert_id == expert_id))).first()
    return (row.line, row.access) if row else ("", "")


async def keep(db: AsyncConnection, expert_id: UUID, line: str, access: str, now: datetime) -> None:
    said = {"line": line, "access": access, "changed_at": now}
    new = insert(practice).values(expert_id=expert_id, **said)
    await db.execute(new.on_conflict_do_update(index_elements=["expert_id"], set_=said))
