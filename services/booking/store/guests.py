"""The other professionals of an appointment: their agendas are claimed with the first one's, all or none."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.booking import BesideHour
from contracts.words import AppointmentStatus, Modality
from services.booking.domain import refusals
from services.booking.tables import appointment, appointment_guest
from services.booking.tables import claim as claim_table

_CLAIMS = """
    INSERT INTO claim (expert_id, during, kind, appointment_id)
    SELECT g.expert_id, tstzrange(:starts, :ends), 'appointment', g.appointment_id
    FROM appointment_guest g JOIN expert x ON x.id = g.expert_id AND x.active
    WHERE g.appointment_id = :id{one}
      AND NOT EXISTS (SELECT FROM busy_block b
          WHERE b.expert_id = g.expert_id AND b.during && tstzrange(:starts, :ends))
    ORDER BY g.expert_id
    ON CONFLICT DO NOTHING RETURNING expert_id
    """
_TIMES = [bindparam(name, type_=DateTime(True)) for name in ("starts", "ends")]
_CLAIM = text(_CLAIMS.format(one="")).bindparams(*_TIMES, bindparam("id", type_=Uuid))
_CLAIM_ONE = text(_CLAIMS.format(one=" AND x.id = :expert")).bindparams(
    *_TIMES, bindparam("id", type_=Uuid), bindparam("expert", type_=Uuid)
)


async def guests_of(db: AsyncConnection, appointment_id: UUID) -> list[UUID]:
    """In the order in which agendas are locked."""
    mine = appointment_guest.c.appointment_id == appointment_id
    found = await db.execute(select(appointment_guest.c.expert_id).where(mine).order_by(appointment_guest.c.expert_id))
    return list(found.scalars())


async def of_guest(db: AsyncConnection, expert_id: UUID, since: datetime, until: datetime) -> list[BesideHour]:
    """The hours of others at which this agenda stands beside, in order; cancelled ones left out."""
    a, mine = appointment.c, appointment_guest.c.expert_id == expert_id
    asked = select(a.id, a.expert_id, appointment_guest.c.part, a.starts_at, a.ends_at, a.modality, a.status)
    asked = asked.join(appointment_guest, appointment_guest.c.appointment_id == a.id)
    touched = (a.starts_at < until) & (a.ends_at > since) & a.status.not_like("cancelled%")
    rows = (await db.execute(asked.where(mine, touched).order_by(a.starts_at))).all()
    return [
        BesideHour(
            id=row.id,
            expert_id=row.expert_id,
            part=row.part,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            modality=Modality(row.modality),
            status=AppointmentStatus(row.status),
        )
        for row in rows
    ]


async def leave(db: AsyncConnection, appointment_id: UUID, expert_id: UUID) -> bool:
    """They are not beside any more, and their time is free; False when they were not."""
    mine = (appointment_guest.c.appointment_id == appointment_id) & (appointment_guest.c.expert_id == expert_id)
    gone = (await db.execute(delete(appointment_guest).where(mine).returning(appointment_guest.c.part))).first()
    theirs = (claim_table.c.appointment_id == appointment_id) & (claim_table.c.expert_id == expert_id)
    await db.execute(update(claim_table).where(theirs, claim_table.c.active).values(active=False))
    return gone is not None


async def add(db: AsyncConnection, appointment_id: UUID, expert_id: UUID, part: str) -> None:
    """Name another professional; their agenda is claimed by `claim`."""
    await db.execute(insert(appointment_guest).values(appointment_id=appointment_id, expert_id=expert_id, part=part))


async def claim(db: AsyncConnection, appointment_id: UUID, starts_at: datetime, ends_at: datetime) -> None:
    """Take this time in everyone's agenda but the first one's; `slot-taken` when one of them is not free."""
    guests = await guests_of(db, appointment_id)
    if not guests:
        return
    taken = (await db.execute(_CLAIM, {"id": appointment_id, "starts": starts_at, "ends": ends_at})).scalars().all()
    if sorted(taken) != guests:
        raise refusals.SlotTaken


async def claim_one(
    db: AsyncConnection, appointment_id: UUID, expert_id: UUID, starts_at: datetime, ends_at: datetime
) -> None:
    """Take this time in the agenda of one more; `slot-taken` when they are not free."""
    asked = {"id": appointment_id, "starts": starts_at, "ends": ends_at, "expert": expert_id}
    if (await db.execute(_CLAIM_ONE, asked)).first() is None:
        raise refusals.SlotTaken
