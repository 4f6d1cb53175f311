"""Consultation types, and what each takes in one expert's agenda; a change rewrites the agenda days that it touches."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.words import BookableBy, Modality, Privacy, VisitKind
from kit.errors import Changed
from services.booking.domain import refusals
from services.booking.domain.types import ConsultationType, Own, Shape
from services.booking.tables import consultation_type as kinds
from services.booking.tables import expert
from services.booking.tables import expert_consultation_type as own

_RETYPE = text("SELECT agenda_retype(:type, :now)")
MINUTES = ("duration", "step", "buffer_before", "buffer_after", "minimum_notice")
_PLAIN = (
    *("id", "public_name", "private_name", "minimum_notice", "horizon_days", "cancel_limit", "move_limit", "colour"),
    *("active", "instructions_before", "instructions_after", "version"),
)


def _type(row: Any) -> ConsultationType:
    return ConsultationType(
        **{name: getattr(row, name) for name in _PLAIN},
        visit=VisitKind(row.visit),
        modality=Modality(row.modality),
        shape=Shape(row.duration, row.step, row.buffer_before, row.buffer_after),
        bookable_by=BookableBy(row.bookable_by),
        privacy=Privacy(row.privacy),
    )


def _row(kind: ConsultationType) -> dict[str, Any]:
    shape = kind.shape
    return {
        **{name: getattr(kind, name) for name in _PLAIN if name != "version"},
        **{"visit": kind.visit.value, "modality": kind.modality.value},
        **{"duration": shape.duration, "step": shape.step},
        **{"buffer_before": shape.buffer_before, "buffer_after": shape.buffer_after},
        **{"bookable_by": kind.bookable_by.value, "privacy": kind.privacy.value},
    }


async def every(db: AsyncConnection) -> dict[UUID, ConsultationType]:
    """All types by id, in the order of their ids; also those that are no longer offered."""
    return {row.id: _type(row) for row in (await db.execute(select(kinds).order_by(kinds.c.id))).all()}


async def of_expert(db: AsyncConnection, expert_id: UUID) -> dict[UUID, ConsultationType]:
    """The types with the minutes that this expert gives them."""
    told = [func.coalesce(own.c[name], kinds.c[name]).label(name) for name in MINUTES]
    rest = [column for column in kinds.c if column.name not in MINUTES]
    joined = kinds.outerjoin(own, and_(own.c.type_id == kinds.c.id, own.c.expert_id == expert_id))
    rows = await db.execute(select(*rest, *told).select_from(joined).order_by(kinds.c.id))
    return {row.id: _type(row) for row in rows.all()}


async def owns(db: AsyncConnection, expert_id: UUID) -> dict[UUID, Own]:
    """What this expert says otherwise, by type."""
    rows = (await db.execute(select(own).where(own.c.expert_id == expert_id))).all()
    return {row.type_id: Own(**{name: getattr(row, name) for name in MINUTES}) for row in rows}


async def longest_notice(db: AsyncConnection) -> timedelta:
    """The longest notice that any type asks for in any agenda: how far a search must look for overtaken starts."""
    notices = select(kinds.c.minimum_notice).where(kinds.c.active).union_all(select(own.c.minimum_notice)).subquery()
    longest = (await db.execute(select(func.max(notices.c.minimum_notice)))).scalar()
    return timedelta(minutes=longest or 0)


async def line_only(db: AsyncConnection) -> frozenset[UUID]:
    """The types that only the line and the professional may book."""
    asked = select(kinds.c.id).where(kinds.c.bookable_by == BookableBy.LINE.value)
    return frozenset((await db.execute(asked)).scalars())


async def add(db: AsyncConnection, kind: ConsultationType) -> None:
    """A new type; no opening names it yet."""
    await db.execute(insert(kinds).values(_row(kind)))


async def change(db: AsyncConnection, kind: ConsultationType, seen_version: int | None, now: datetime) -> None:
    """Other minutes, limits or words; agendas follow in this transaction. `changed` when someone was faster."""
    mine = kinds.c.id == kind.id
    present = (await db.execute(select(kinds).where(mine).with_for_update())).first()
    if present is None:
        raise refusals.UnknownType
    if seen_version is not None and seen_version != present.version:
        raise Changed(version=present.version)
    await db.execute(update(kinds).where(mine).values(**_row(kind), version=present.version + 1))
    derived = (*MINUTES, "horizon_days", "active")
    if any(getattr(present, name) != _row(kind)[name] for name in derived):
        await db.execute(_RETYPE, {"type": kind.id, "now": now})


async def say(db: AsyncConnection, expert_id: UUID, type_id: UUID, said: Own) -> None:
    """What one expert says otherwise of a type; under the agenda's lock, which the caller then derives anew."""
    mine = and_(own.c.expert_id == expert_id, own.c.type_id == type_id)
    row = {name: getattr(said, name) for name in MINUTES}
    if said == Own():
        await db.execute(delete(own).where(mine))
        return
    new = upsert(own).values(expert_id=expert_id, type_id=type_id, **row)
    await db.execute(new.on_conflict_do_update(index_elements=["expert_id", "type_id"], set_=row))


async def daily_limit(db: AsyncConnection, expert_id: UUID) -> int | None:
    """How many appointments this expert takes in one local day, None for any."""
    limit: int | None = (await db.execute(select(expert.c.daily_limit).where(expert.c.id == expert_id))).scalar()
    return limit


async def set_daily_limit(db: AsyncConnection, expert_id: UUID, limit: int | None) -> None:
    """Under the agenda's lock, which the caller then derives anew."""
    await db.execute(update(expert).where(expert.c.id == expert_id).values(daily_limit=limit))
