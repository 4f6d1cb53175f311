"""Consultation types, and what each takes in one expert's agenda."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.words import Modality, VisitKind
from services.booking.domain.types import ConsultationType, Shape
from services.booking.tables import consultation_type as kinds
from services.booking.tables import expert_consultation_type as own


def _type(row: Any) -> ConsultationType:
    return ConsultationType(
        id=row.id,
        public_name=row.public_name,
        visit=VisitKind(row.visit),
        modality=Modality(row.modality),
        shape=Shape(row.duration, row.step, row.buffer_before, row.buffer_after),
        minimum_notice=row.minimum_notice,
        horizon_days=row.horizon_days,
        cancel_limit=row.cancel_limit,
        move_limit=row.move_limit,
        colour=row.colour,
    )


async def every(db: AsyncConnection) -> dict[UUID, ConsultationType]:
    """All types by id, in the order of their ids."""
    return {row.id: _type(row) for row in (await db.execute(select(kinds).order_by(kinds.c.id))).all()}


async def of_expert(db: AsyncConnection, expert_id: UUID) -> dict[UUID, ConsultationType]:
    """The types with the minutes that this expert gives them."""
    minutes = ("duration", "step", "buffer_before", "buffer_after")
    told = [func.coalesce(own.c[name], kinds.c[name]).label(name) for name in minutes]
    rest = [column for column in kinds.c if column.name not in minutes]
    joined = kinds.outerjoin(own, and_(own.c.type_id == kinds.c.id, own.c.expert_id == expert_id))
    rows = await db.execute(select(*rest, *told).select_from(joined).order_by(kinds.c.id))
    return {row.id: _type(row) for row in rows.all()}
