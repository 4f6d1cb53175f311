"""Having an hour again that was just given away: the same claims in the same agendas, or none of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger

from contracts.caller import Caller
from services.booking.domain import refusals
from services.booking.domain.appointments import Appointment
from services.booking.domain.types import ConsultationType
from services.booking.domain.undoing import Gesture, NothingToUndo, hour
from services.booking.store import appointments, guests, placing
from services.booking.tables import appointment as table
from services.booking.tables import appointment_event, claim

_CLAIM = text(
    """
    INSERT INTO claim (expert_id, during, kind, appointment_id)
    SELECT expert_id, during, 'appointment', appointment_id FROM claim WHERE id = ANY(:ids)
    ORDER BY expert_id ON CONFLICT DO NOTHING RETURNING expert_id
    """
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


async def last(db: AsyncConnection, one: Appointment) -> Gesture | None:
    """What was last done to it; the row is locked."""
    mine = select(appointment_event).where(appointment_event.c.appointment_id == one.id)
    row = (await db.execute(mine.order_by(appointment_event.c.seq.desc()).limit(1))).first()
    return None if row is None else Gesture(row.kind, row.at, row.actor, row.before or {})


async def have_again(
    db: AsyncConnection, one: Appointment, gesture: Gesture, kind: ConsultationType, *, caller: Caller, now: datetime
) -> Appointment:
    """The hour before `gesture`, in the agendas of all who were there; under `placing.agendas_alone`."""
    if await db.scalar(select(exists().where(table.c.replaces_id == one.id))):
        raise NothingToUndo  # another appointment has taken its place
    there = [one.expert_id, *await guests.guests_of(db, one.id)]
    mine = (claim.c.appointment_id == one.id) & ~claim.c.active & claim.c.expert_id.in_(there)
    ids = (await db.execute(select(func.max(claim.c.id)).where(mine).group_by(claim.c.expert_id))).scalars().all()
    await appointments.let_go(db, one.id)
    had = (await db.execute(_CLAIM, {"ids": list(ids)})).scalars().all()
    if len(had) != len(there):
        raise refusals.SlotTaken
    was = gesture.before
    starts_at = hour(gesture, one)
    values: dict[str, Any] = {"version": one.version + 1, "sequence": one.sequence + 1, "told_unseen": False}
    if gesture.kind == "cancelled":
        values |= {"status": was["status"], "cancel_reason": None}
    else:
        ends_at = datetime.fromisoformat(was["ends_at"])
        values |= {"starts_at": starts_at, "ends_at": ends_at, "type_id": kind.id, "visit": kind.visit.value}
        values |= {"modality": was["modality"], "seen_at": None, "late_minutes": None}
    if one.case_id is not None and await appointments.overlaps(db, one, starts_at, values.get("ends_at", one.ends_at)):
        raise refusals.CaseOverlap
    await db.execute(update(table).where(table.c.id == one.id).values(values))
    for expert_id in there:
        await placing.refresh_around(db, expert_id, [one.starts_at, starts_at], one.expert_zone, now)
    told = {"starts_at": one.starts_at.isoformat(), "status": one.status.value}
    await appointments.note(db, one.id, what="undone", caller=caller, now=now, before=told, after=dict(was))
    return await appointments.find(db, one.id)
