"""Groups: an appointment of no case, and who has a seat in it or waits for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Uuid

from contracts.together import Group
from contracts.words import Modality
from services.booking.domain import together as rules
from services.booking.store.ids import new_id
from services.booking.tables import appointment, group_place, group_session

_TO_COME = text(
    """
    SELECT a.id, g.title, g.kind, a.expert_id, a.starts_at, a.ends_at, a.modality, g.seats,
        (SELECT count(*) FROM group_place p WHERE p.appointment_id = a.id AND p.status = 'seat') AS taken,
        (SELECT count(*) FROM group_place p WHERE p.appointment_id = a.id AND p.status = 'waiting') AS waiting,
        (SELECT p.status FROM group_place p WHERE p.appointment_id = a.id AND p.case_id = :case
            AND p.status <> 'left') AS mine
    FROM group_session g JOIN appointment a ON a.id = g.appointment_id
    WHERE a.status IN ('booked', 'arrived', 'started') AND a.ends_at > :now AND (
        g.listed OR a.expert_id = ANY(:experts) OR EXISTS (SELECT FROM group_place p
            WHERE p.appointment_id = a.id AND p.case_id = :case AND p.status <> 'left'))
    ORDER BY a.starts_at LIMIT 100
    """
).bindparams(
    bindparam("case", type_=Uuid), bindparam("now", type_=DateTime(True)), bindparam("experts", type_=ARRAY(Uuid))
)


async def to_come(db: AsyncConnection, *, case_id: UUID | None, experts: Sequence[UUID], now: datetime) -> list[Group]:
    """Those that are listed, one's own, and those in which one has a place."""
    rows = (await db.execute(_TO_COME, {"case": case_id, "experts": list(experts), "now": now})).all()
    return [Group(**{**row._mapping, "modality": Modality(row.modality)}) for row in rows]


async def add(db: AsyncConnection, appointment_id: UUID, *, kind: str, title: str, seats: int, listed: bool) -> None:
    row = {"appointment_id": appointment_id, "kind": kind, "title": title, "seats": seats, "listed": listed}
    await db.execute(insert(group_session).values(row))


async def take(db: AsyncConnection, group_id: UUID, case_id: UUID, nickname: str, now: datetime) -> tuple[str, int]:
    """A seat while there is one, else a place in the list; one for each case, whoever presses how often."""
    session = await _locked(db, group_id, now)
    mine = (group_place.c.appointment_id == group_id) & (group_place.c.case_id == case_id)
    known = (await db.execute(select(group_place).where(mine, group_place.c.status != "left"))).first()
    if known is not None:
        return known.status, await _before(db, group_id, known)
    taken = await _count(db, group_id, "seat")
    row = {
        "id": new_id(),
        "appointment_id": group_id,
        "case_id": case_id,
        "nickname": nickname,
        "status": "seat" if taken < session.seats else "waiting",
        "since": now,
    }
    await db.execute(insert(group_place).values(row))
    return str(row["status"]), 0 if row["status"] == "seat" else await _count(db, group_id, "waiting") - 1


async def leave(db: AsyncConnection, group_id: UUID, case_id: UUID, now: datetime) -> UUID | None:
    """Give the place back; the case that has waited longest has the seat, if one came free."""
    await _locked(db, group_id, now)
    mine = (group_place.c.appointment_id == group_id) & (group_place.c.case_id == case_id)
    gone = update(group_place).where(mine, group_place.c.status != "left").values(status="left")
    former = select(group_place.c.status).where(mine, group_place.c.status != "left")
    had = (await db.execute(former)).scalar()
    await db.execute(gone)
    if had != "seat":
        return None
    waiting = (group_place.c.appointment_id == group_id) & (group_place.c.status == "waiting")
    first = select(group_place.c.id).where(waiting).order_by(group_place.c.since, group_place.c.id).limit(1)
    next_id = (await db.execute(first)).scalar()
    if next_id is None:
        return None
    seated = update(group_place).where(group_place.c.id == next_id).values(status="seat")
    found: UUID | None = (await db.execute(seated.returning(group_place.c.case_id))).scalar()
    return found


async def forget_case(db: AsyncConnection, case_id: UUID, now: datetime) -> None:
    """Nothing of a case's places is kept; whoever waited for a seat of theirs has it."""
    mine = group_place.c.case_id == case_id
    to_come = select(group_place.c.appointment_id).join(appointment, appointment.c.id == group_place.c.appointment_id)
    live = appointment.c.status.in_(("booked", "arrived", "started")) & (appointment.c.ends_at > now)
    for group_id in (await db.execute(to_come.where(mine, group_place.c.status == "seat", live))).scalars().all():
        await leave(db, group_id, case_id, now)
    await db.execute(delete(group_place).where(mine))


async def _locked(db: AsyncConnection, group_id: UUID, now: datetime) -> Any:
    query = select(group_session).join(appointment, appointment.c.id == group_session.c.appointment_id)
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
