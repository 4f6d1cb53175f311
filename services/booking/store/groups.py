"""Groups: an appointment of no case, and who has a seat in it or waits for one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Boolean, DateTime, Uuid

from contracts.groups import Seated
from contracts.together import Group
from contracts.words import Modality
from services.booking.domain import together as rules
from services.booking.domain.together import GroupSaid, Seat
from services.booking.store.ids import new_id
from services.booking.tables import appointment, group_place, group_session

_TO_COME = text(
    """
    SELECT a.id, g.title, g.kind, a.expert_id, a.starts_at, a.ends_at, a.modality, g.seats,
        (SELECT count(*) FROM group_place p WHERE p.appointment_id = a.id AND p.status = 'seat') AS taken,
        (SELECT count(*) FROM group_place p WHERE p.appointment_id = a.id AND p.status = 'waiting') AS waiting,
        (SELECT p.status FROM group_place p WHERE p.appointment_id = a.id AND p.case_id = :case
            AND p.status <> 'left') AS mine, a.expert_zone AS time_zone, g.listed, a.version, g.fee_cents,
        CASE WHEN :every OR a.expert_id = ANY(:experts) OR EXISTS (SELECT FROM group_place p
            WHERE p.appointment_id = a.id AND p.case_id = :case AND p.status = 'seat') THEN g.access
            ELSE '' END AS access
    FROM group_session g JOIN appointment a ON a.id = g.appointment_id
    WHERE a.status IN ('booked', 'arrived', 'started') AND a.ends_at > :now AND (
        :every OR (g.listed AND g.kind = 'talk') OR a.expert_id = ANY(:experts) OR EXISTS (SELECT FROM group_place p
            WHERE p.appointment_id = a.id AND p.case_id = :case AND p.status <> 'left'))
    ORDER BY a.starts_at LIMIT 100
    """
).bindparams(
    bindparam("case", type_=Uuid),
    bindparam("now", type_=DateTime(True)),
    bindparam("experts", type_=ARRAY(Uuid)),
    bindparam("every", type_=Boolean),
)


@dataclass(frozen=True)
class Taken:
    """What a press for a seat came to; `fresh`: it was not so before."""

    seat: Seat
    before: int
    fresh: bool


async def to_come(
    db: AsyncConnection, *, case_id: UUID | None, experts: Sequence[UUID], now: datetime, every: bool = False
) -> list[Group]:
    """Those that are listed, one's own, and those in which one has a place; `every` for the team."""
    asked = {"case": case_id, "experts": list(experts), "now": now, "every": every}
    rows = (await db.execute(_TO_COME, asked)).all()
    return [Group(**{**row._mapping, "modality": Modality(row.modality)}) for row in rows]


async def add(db: AsyncConnection, appointment_id: UUID, said: GroupSaid) -> None:
    await db.execute(insert(group_session).values(appointment_id=appointment_id, **asdict(said)))


async def kind_of(db: AsyncConnection, group_id: UUID) -> str | None:
    """`talk` or `supervision`; None for an appointment of two."""
    asked = select(group_session.c.kind).where(group_session.c.appointment_id == group_id)
    kind: str | None = (await db.execute(asked)).scalar()
    return kind


async def places(db: AsyncConnection, group_id: UUID) -> list[Seated]:
    """Who comes and who waits, in the order in which they came; by nickname at most."""
    theirs = (group_place.c.appointment_id == group_id) & (group_place.c.status != "left")
    asked = select(group_place.c.nickname, group_place.c.status, group_place.c.since).where(theirs)
    rows = await db.execute(asked.order_by(group_place.c.status, group_place.c.since, group_place.c.id))
    return [Seated(row.nickname, row.status, row.since) for row in rows]


async def seats(db: AsyncConnection, group_id: UUID) -> list[Seat]:
    """Everyone who has a seat."""
    theirs = (group_place.c.appointment_id == group_id) & (group_place.c.status == "seat")
    rows = await db.execute(select(group_place.c.id, group_place.c.case_id).where(theirs).order_by(group_place.c.id))
    return [Seat(row.id, row.case_id, "seat") for row in rows]


async def take(db: AsyncConnection, group_id: UUID, case_id: UUID, nickname: str, now: datetime) -> Taken:
    """A seat while there is one, else a place in the list; one for each case, whoever presses how often."""
    session = await _locked(db, group_id, now)
    mine = (group_place.c.appointment_id == group_id) & (group_place.c.case_id == case_id)
    known = (await db.execute(select(group_place).where(mine, group_place.c.status != "left"))).first()
    if known is not None:
        return Taken(Seat(known.id, case_id, known.status), await _before(db, group_id, known), fresh=False)
    if session.starts_at <= now:
        raise rules.UnknownGroup
    taken = await _count(db, group_id, "seat")
    seat = Seat(new_id(), case_id, "seat" if taken < session.seats else "waiting")
    row = {
        "id": seat.place_id,
        "appointment_id": group_id,
        "case_id": case_id,
        "nickname": nickname,
        "status": seat.status,
        "since": now,
    }
    await db.execute(insert(group_place).values(row))
    before = 0 if seat.status == "seat" else await _count(db, group_id, "waiting") - 1
    return Taken(seat, before, fresh=True)


async def leave(db: AsyncConnection, group_id: UUID, case_id: UUID, now: datetime) -> tuple[Seat | None, Seat | None]:
    """The place given back, and the one who has waited longest and has the seat now, if one came free."""
    session = await _locked(db, group_id, now)
    mine = (group_place.c.appointment_id == group_id) & (group_place.c.case_id == case_id)
    former = (await db.execute(select(group_place).where(mine, group_place.c.status != "left"))).first()
    if former is None:
        return None, None
    await db.execute(update(group_place).where(group_place.c.id == former.id).values(status="left"))
    gone = Seat(former.id, case_id, former.status)
    if former.status != "seat" or session.starts_at <= now:
        return gone, None
    waiting = (group_place.c.appointment_id == group_id) & (group_place.c.status == "waiting")
    first = select(group_place.c.id).where(waiting).order_by(group_place.c.since, group_place.c.id).limit(1)
    seated = update(group_place).where(group_place.c.id == first.scalar_subquery()).values(status="seat")
    row = (await db.execute(seated.returning(group_place.c.id, group_place.c.case_id))).first()
    return gone, None if row is None else Seat(row.id, row.case_id, "seat")


async def forget_case(db: AsyncConnection, case_id: UUID, now: datetime) -> list[tuple[UUID, Seat]]:
    """Nothing of a case's places is kept; whoever waited for a seat of theirs has it: (group, seat) each."""
    found: list[tuple[UUID, Seat]] = []
    mine = group_place.c.case_id == case_id
    to_come = select(group_place.c.appointment_id).join(appointment, appointment.c.id == group_place.c.appointment_id)
    live = appointment.c.status.in_(("booked", "arrived", "started")) & (appointment.c.ends_at > now)
    for group_id in (await db.execute(to_come.where(mine, group_place.c.status == "seat", live))).scalars().all():
        _, seated = await leave(db, group_id, case_id, now)
        found += [(group_id, seated)] if seated is not None else []
    await db.execute(delete(group_place).where(mine))
    return found


async def _locked(db: AsyncConnection, group_id: UUID, now: datetime) -> Any:
    of_it = appointment.c.id == group_session.c.appointment_id
    query = select(*group_session.c, appointment.c.starts_at).join(appointment, of_it)
    still = appointment.c.status.in_(("booked", "arrived", "started")) & (appointment.c.ends_at > now)
    query = query.where(group_session.c.appointment_id == group_id, still)
    row = (await db.execute(query.with_for_update(of=group_session))).first()
    if row is None:
        raise rules.UnknownGroup
    return row


async def _count(db: AsyncConnection, group_id: UUID, status: str) -> int:
    mine = (group_place.c.appointment_id == group_id) & (group_place.c.status == status)
    return int((await db.execute(select(func.count()).where(mine))).scalar_one())


async def _before(db: AsyncConnection, group_id: UUID, place: Any) -> int:
    if place.status != "waiting":
        return 0
    earlier = (group_place.c.appointment_id == group_id) & (group_place.c.status == "waiting")
    earlier &= (group_place.c.since < place.since) | (
        (group_place.c.since == place.since) & (group_place.c.id < place.id)
    )
    return int((await db.execute(select(func.count()).where(earlier))).scalar_one())
