"""Past needs as codes: what a change of the weights is tried on."""

from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.referral import Sheet
from services.referral.tables import need


async def latest(db: AsyncConnection, *, most: int) -> list[tuple[UUID, Sheet]]:
    """The codes of the latest needs and their cases; nothing that people typed is opened."""
    newest = select(need.c.case_id, need.c.codes).order_by(need.c.at.desc()).limit(most)
    return [(row.case_id, msgspec.convert(row.codes, Sheet)) for row in await db.execute(newest)]
