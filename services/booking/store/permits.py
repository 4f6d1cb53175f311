"""What of a permit goes down to the booking functions."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.permits import BookPermit
from services.booking.domain import refusals
from services.booking.tables import appointment


def reach(permit: BookPermit) -> tuple[Any, ...]:
    """Visit, modalities, experts allowed and not allowed: the four arguments that `slot_check` takes."""
    modalities = [modality.value for modality in permit.modalities]
    return (permit.visit.value, modalities, list(permit.experts), list(permit.not_experts))


@dataclass(frozen=True)
class Kept:
    """What an appointment keeps of the permit that it was booked under."""

    experts: tuple[UUID, ...]
    not_experts: tuple[UUID, ...]
    level: int


async def kept_by(db: AsyncConnection, appointment_id: UUID) -> Kept:
    """Whom a move or an offer of this appointment may reach."""
    columns = (appointment.c.permit_experts, appointment.c.permit_not_experts, appointment.c.level)
    row = (await db.execute(select(*columns).where(appointment.c.id == appointment_id))).first()
    if row is None:
        raise refusals.UnknownAppointment
    return Kept(tuple(row.permit_experts), tuple(row.permit_not_experts), row.level or 0)
