"""Holds after they are made: renewed, given back, swept."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.booking import Hold
from services.booking.domain import holds, refusals, zones
from services.booking.store import agenda
from services.booking.store.booking import Wanted
from services.booking.tables import claim, consultation_type, expert, expert_consultation_type

_EXPIRED = text(
    """
    SELECT expert_id FROM (
        SELECT DISTINCT expert_id FROM claim WHERE active AND kind = 'hold' AND expires_at <= :now
        ORDER BY expert_id LIMIT 200
    ) ended WHERE pg_try_advisory_xact_lock(uuid_hash_extended(expert_id, 0))
    """
)
"""Whose agenda is busy is skipped until the next beat. No row is locked before the agenda: a confirmation goes the
other way round, and the two would wait for each other."""
_END = text("SELECT holds_end(:expert, :now)")


async def _mine(db: AsyncConnection, hold_id: int, holder_id: UUID, now: datetime) -> Any:
    asked = (
        select(claim, expert_consultation_type.c.duration.label("own"), consultation_type.c.duration)
        .join(consultation_type, consultation_type.c.id == claim.c.type_id)
        .outerjoin(
            expert_consultation_type,
            (expert_consultation_type.c.expert_id == claim.c.expert_id)
            & (expert_consultation_type.c.type_id == claim.c.type_id),
        )
        .where(
            claim.c.id == hold_id,
            claim.c.holder_id == holder_id,
            claim.c.active,
            claim.c.kind == "hold",
            claim.c.expires_at > now,
        )
        .with_for_update(of=claim)
    )
    row = (await db.execute(asked)).first()
    if row is None:
        raise refusals.HoldExpired
    return row


async def renew(db: AsyncConnection, hold_id: int, holder_id: UUID, now: datetime) -> Hold:
    """Five more minutes, thirty in all; `hold-expired` when it is over or someone else's."""
    row = await _mine(db, hold_id, holder_id, now)
    until = holds.expires_at(row.held_since, now)
    await db.execute(update(claim).where(claim.c.id == hold_id).values(expires_at=until))
    return Hold(
        id=hold_id,
        expert_id=row.expert_id,
        type_id=row.type_id,
        starts_at=row.starts_at,
        ends_at=row.starts_at + timedelta(minutes=row.own or row.duration),
        expires_at=until,
        renewable_until=holds.renewable_until(row.held_since),
    )


async def of_holder(db: AsyncConnection, holder_id: UUID, *, but: Wanted) -> list[tuple[int, UUID]]:
    """The holds of one holder and their experts, without the one of the hour that is wanted now."""
    mine = (claim.c.holder_id == holder_id) & claim.c.active & (claim.c.kind == "hold")
    other = (claim.c.starts_at != but.starts_at) | (claim.c.expert_id != but.expert_id)
    rows = await db.execute(select(claim.c.id, claim.c.expert_id).where(mine, other))
    return [(row.id, row.expert_id) for row in rows.all()]


async def give_back(db: AsyncConnection, hold_id: int, holder_id: UUID, now: datetime) -> UUID | None:
    """Free the slot again; the expert whose agenda changed, None when there was nothing to free."""
    mine = (claim.c.id == hold_id) & (claim.c.holder_id == holder_id) & claim.c.active & (claim.c.kind == "hold")
    expert_id = (await db.execute(select(claim.c.expert_id).where(mine))).scalar()
    if expert_id is None:
        return None
    await agenda.lock(db, expert_id)
    gone = (await db.execute(delete(claim).where(mine).returning(claim.c.starts_at))).first()
    if gone is None:
        return None
    zone = (await db.execute(select(expert.c.time_zone).where(expert.c.id == expert_id))).scalar_one()
    day = zones.local_day(gone.starts_at, zone)
    await agenda.refresh(db, expert_id, first=day - timedelta(days=1), last=day + timedelta(days=1), now=now)
    return expert_id


async def sweep(db: AsyncConnection, now: datetime) -> list[UUID]:
    """End every hold that is over; the experts whose agendas changed."""
    experts = list((await db.execute(_EXPIRED, {"now": now})).scalars())
    for expert_id in experts:
        await db.execute(_END, {"expert": expert_id, "now": now})
    return experts
