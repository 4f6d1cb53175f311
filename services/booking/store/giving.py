"""Openings that are asked for and given: what stands in the way, what was given, and what came of each asking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.booking.domain.spans import Span
from services.booking.store.ids import new_id
from services.booking.tables import (
    appointment,
    busy_block,
    claim,
    expert,
    opening_ask,
    opening_given,
    opening_occurrence,
    opening_round,
    opening_rule_type,
    weekly_link,
)

ROUNDS_SHOWN = 20


async def openings(db: AsyncConnection, expert_id: UUID, span: Span) -> list[Span]:
    """Every opening that touches `span`, of whatever type."""
    return await _spans(db, opening_occurrence, expert_id, span)


async def taken(db: AsyncConnection, expert_id: UUID, span: Span) -> list[Span]:
    """Appointments, holds and absences that touch `span`."""
    claims = await _spans(db, claim, expert_id, span, claim.c.active)
    return claims + await _spans(db, busy_block, expert_id, span)


async def open_for(db: AsyncConnection, expert_id: UUID, span: Span, type_ids: Sequence[UUID]) -> bool:
    """Whether an opening of one of these types touches `span` already."""
    of_type = exists().where(
        opening_rule_type.c.rule_id == opening_occurrence.c.rule_id, opening_rule_type.c.type_id.in_(type_ids)
    )
    return bool(await _spans(db, opening_occurrence, expert_id, span, of_type))


async def _spans(
    db: AsyncConnection, table: Any, expert_id: UUID, span: Span, *more: ColumnElement[bool]
) -> list[Span]:
    touching = table.c.during.op("&&")(Range(span.start, span.end))
    rows = await db.execute(select(table.c.during).where(table.c.expert_id == expert_id, touching, *more))
    return [Span(row.during.lower, row.during.upper) for row in rows]


async def note_gift(db: AsyncConnection, rule_id: UUID, expert_id: UUID, ask_id: UUID | None, now: datetime) -> None:
    """Remember that this opening came of two taps, and of which asking."""
    row = {"rule_id": rule_id, "expert_id": expert_id, "ask_id": ask_id, "given_at": now}
    await db.execute(insert(opening_given).values(row))


async def gifts_of(db: AsyncConnection, ask_id: UUID) -> list[Any]:
    """Rows (id, during, type_ids, taken) of what an asking brought, the earliest first."""
    booked = _booked(opening_occurrence)
    types = func.array_agg(opening_rule_type.c.type_id)
    rows = await db.execute(
        select(opening_occurrence.c.id, opening_occurrence.c.during, types.label("type_ids"), booked.label("taken"))
        .join(opening_given, opening_given.c.rule_id == opening_occurrence.c.rule_id)
        .join(opening_rule_type, opening_rule_type.c.rule_id == opening_occurrence.c.rule_id)
        .where(opening_given.c.ask_id == ask_id)
        .group_by(opening_occurrence.c.id)
        .order_by(opening_occurrence.c.during)
    )
    return list(rows.all())


def _booked(occurrence: Any) -> ColumnElement[bool]:
    inside = and_(
        appointment.c.expert_id == occurrence.c.expert_id,
        appointment.c.starts_at >= func.lower(occurrence.c.during),
        appointment.c.starts_at < func.upper(occurrence.c.during),
        appointment.c.status.not_like("cancelled%"),
    )
    return exists().where(inside).correlate(occurrence)


async def weekly(db: AsyncConnection, expert_id: UUID) -> bool:
    return (
        await db.execute(select(weekly_link.c.next_at).where(weekly_link.c.expert_id == expert_id))
    ).first() is not None


async def want_weekly(db: AsyncConnection, expert_id: UUID, next_at: datetime | None) -> None:
    """A link each week from `next_at`; None: no link any more."""
    if next_at is None:
        await db.execute(delete(weekly_link).where(weekly_link.c.expert_id == expert_id))
        return
    wanted = upsert(weekly_link).values(expert_id=expert_id, next_at=next_at)
    await db.execute(wanted.on_conflict_do_nothing())


async def due_weekly(db: AsyncConnection, now: datetime, *, limit: int = 100) -> list[Any]:
    """Rows (expert_id, time_zone) of experts whose weekly link is due; nobody else takes them meanwhile."""
    rows = await db.execute(
        select(weekly_link.c.expert_id, expert.c.time_zone)
        .join(expert, expert.c.id == weekly_link.c.expert_id)
        .where(weekly_link.c.next_at <= now, expert.c.active)
        .order_by(weekly_link.c.next_at)
        .limit(limit)
        .with_for_update(of=weekly_link, skip_locked=True)
    )
    return list(rows.all())


async def put_off_weekly(db: AsyncConnection, expert_id: UUID, next_at: datetime) -> None:
    await db.execute(update(weekly_link).where(weekly_link.c.expert_id == expert_id).values(next_at=next_at))


async def add_round(db: AsyncConnection, label: str, asked_by: UUID, now: datetime) -> UUID:
    round_id = new_id()
    row = {"id": round_id, "label": label, "asked_by": asked_by, "asked_at": now}
    await db.execute(insert(opening_round).values(row))
    return round_id


async def add_asks(
    db: AsyncConnection, experts: Sequence[UUID], *, round_id: UUID | None, now: datetime, lasts: timedelta
) -> list[dict[str, Any]]:
    """One asking for each; their rows."""
    rows = [
        {"id": new_id(), "round_id": round_id, "expert_id": one, "asked_at": now, "expires_at": now + lasts}
        for one in experts
    ]
    if rows:
        await db.execute(insert(opening_ask), rows)
    return rows


async def active(db: AsyncConnection, experts: Sequence[UUID]) -> dict[UUID, str]:
    """Those of these experts who may be offered, with their zones."""
    asked = select(expert.c.id, expert.c.time_zone).where(expert.c.id.in_(experts), expert.c.active)
    return {row.id: row.time_zone for row in await db.execute(asked.order_by(expert.c.id))}


async def ask(db: AsyncConnection, ask_id: UUID, *, to_change: bool = False) -> Any:
    """The row of one asking, or None."""
    asked = select(opening_ask).where(opening_ask.c.id == ask_id)
    return (await db.execute(asked.with_for_update() if to_change else asked)).first()


async def answered(db: AsyncConnection, ask_id: UUID, now: datetime) -> None:
    await db.execute(update(opening_ask).where(opening_ask.c.id == ask_id).values(answered_at=now))


_ROUNDS = text(
    """
    SELECT r.id, r.label, r.asked_at, count(DISTINCT a.id) AS asked,
        count(DISTINCT a.id) FILTER (WHERE a.answered_at IS NOT NULL) AS answered,
        count(DISTINCT o.id) AS given,
        count(DISTINCT o.id) FILTER (WHERE EXISTS (
            SELECT 1 FROM appointment p WHERE p.expert_id = o.expert_id AND p.starts_at >= lower(o.during)
            AND p.starts_at < upper(o.during) AND p.status NOT LIKE 'cancelled%')) AS taken
    FROM (SELECT * FROM opening_round ORDER BY asked_at DESC LIMIT :limit) r
    LEFT JOIN opening_ask a ON a.round_id = r.id
    LEFT JOIN opening_given g ON g.ask_id = a.id
    LEFT JOIN opening_occurrence o ON o.rule_id = g.rule_id
    GROUP BY r.id, r.label, r.asked_at ORDER BY r.asked_at DESC
    """
)


async def rounds(db: AsyncConnection) -> list[Any]:
    """The latest askings of the coordination with what came of them."""
    return list((await db.execute(_ROUNDS, {"limit": ROUNDS_SHOWN})).all())
