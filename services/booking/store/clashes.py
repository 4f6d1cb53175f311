"""Other calendars' time over an appointment that stands: what its professional settled, hour by hour."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.clashes import Settled
from services.booking.domain.appointments import Appointment
from services.booking.domain.spans import Span
from services.booking.store.calendars import EXTERNAL
from services.booking.tables import busy_block, clash_settled


async def settle(db: AsyncConnection, one: Appointment) -> None:
    """Both stand: whatever lies over the appointment now asks no more; what comes later asks again."""
    over = busy_block.c.during.op("&&")(Range(one.starts_at, one.ends_at))
    mine = (busy_block.c.expert_id == one.expert_id) & (busy_block.c.source == EXTERNAL) & over
    blocks = (
        await db.execute(select(busy_block.c.id).where(mine).order_by(busy_block.c.id).with_for_update())
    ).scalars()
    rows = [{"appointment_id": one.id, "block_id": block_id} for block_id in blocks]
    if rows:
        await db.execute(insert(clash_settled).values(rows).on_conflict_do_nothing())


async def unsettle(db: AsyncConnection, one: Appointment) -> None:
    """It asks again."""
    await db.execute(delete(clash_settled).where(clash_settled.c.appointment_id == one.id))


async def settled(db: AsyncConnection, expert_id: UUID, span: Span) -> list[Settled]:
    """What was settled of the other calendars' time in a stretch of an agenda."""
    theirs = (busy_block.c.expert_id == expert_id) & (busy_block.c.source == EXTERNAL)
    theirs &= busy_block.c.during.op("&&")(Range(span.start, span.end))
    of_it = clash_settled.c.block_id == busy_block.c.id
    rows = await db.execute(select(clash_settled).join(busy_block, of_it).where(theirs))
    return [Settled(row.block_id, row.appointment_id) for row in rows]
