"""What is known of appointments: the highest version heard, and what is over for good."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AppointmentBooked, AppointmentMoved
from contracts.words import Privacy
from services.reminders.domain.plan import Appointment, State, forget_at
from services.reminders.tables import appointment, ended


async def keep(db: AsyncConnection, fresh: Appointment, *, now: datetime) -> bool:
    """Keep `fresh` when it is newer than what is known; False when it came too late."""
    row = _row(fresh, now)
    newer = insert(appointment).values(row)
    newer = newer.on_conflict_do_update(index_elements=["id"], set_=row, where=appointment.c.version < fresh.version)
    return (await db.execute(newer.returning(appointment.c.id))).first() is not None


async def find(db: AsyncConnection, appointment_id: UUID) -> Appointment | None:
    """What is known of one appointment."""
    row = (await db.execute(select(appointment).where(appointment.c.id == appointment_id))).first()
    return _value(row) if row else None


async def booked_of_case(db: AsyncConnection, case_id: UUID) -> list[Appointment]:
    """The appointments of a case that still stand."""
    mine = (appointment.c.case_id == case_id) & (appointment.c.state == State.BOOKED)
    rows = await db.execute(select(appointment).where(mine).order_by(appointment.c.starts_at))
    return [_value(row) for row in rows]


async def is_over(db: AsyncConnection, *ids: UUID) -> bool:
    """Whether any of these was ended for good."""
    return bool(await db.scalar(select(exists().where(ended.c.id.in_(ids)))))


async def end(db: AsyncConnection, what: str, thing_id: UUID) -> None:
    """A case, a referral, an appointment or an account is over: nothing that comes later brings it back."""
    await db.execute(insert(ended).values(id=thing_id, what=what).on_conflict_do_nothing())


async def forget_case(db: AsyncConnection, case_id: UUID) -> None:
    """Nothing of a case's appointments is kept."""
    await db.execute(delete(appointment).where(appointment.c.case_id == case_id))


async def ids_of(db: AsyncConnection, thing_id: UUID) -> list[UUID]:
    """The appointments of a case or of a referral."""
    mine = or_(appointment.c.case_id == thing_id, appointment.c.referral_id == thing_id)
    return list((await db.execute(select(appointment.c.id).where(mine))).scalars())


def _row(value: Appointment, now: datetime) -> dict[str, Any]:
    plain = {"state": value.state.value, "privacy": value.privacy.value}
    return {**asdict(value), **plain, "forget_at": forget_at(value, now)}


def _value(row: Row[Any]) -> Appointment:
    known = dict(row._mapping)
    known.pop("forget_at")
    return Appointment(**{**known, "state": State(row.state), "privacy": Privacy(row.privacy)})


def told(event: AppointmentBooked | AppointmentMoved) -> Appointment:
    """What booking says of an appointment that stands, as it is kept here."""
    return Appointment(
        id=event.appointment_id,
        version=event.version,
        case_id=event.case_id,
        referral_id=event.referral_id,
        expert_id=event.expert_id,
        state=State.BOOKED,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        person_zone=event.person_zone,
        expert_zone=event.expert_zone,
        privacy=event.privacy,
    )
