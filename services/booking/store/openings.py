"""Openings and absences of one agenda, as the grid shows and changes them; edits have the agenda alone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.booking.domain import openings as rules
from services.booking.domain import refusals
from services.booking.domain.openings import OpeningRule, Override
from services.booking.domain.spans import Span
from services.booking.store import agenda
from services.booking.tables import busy_block, expert_agenda, opening_occurrence, opening_override
from services.booking.tables import opening_rule as rule_table
from services.booking.tables import opening_rule_type as rule_type


def _during(table: Any, span: Span) -> Any:
    return table.c.during.op("&&")(Range(span.start, span.end))


async def occurrences(db: AsyncConnection, expert_id: UUID, span: Span) -> list[Any]:
    """Rows (id, rule_id, day, during, rrule, type_ids) of the openings that touch `span`."""
    types = func.array_agg(rule_type.c.type_id).label("type_ids")
    found = await db.execute(
        select(opening_occurrence, rule_table.c.rrule, types)
        .join(rule_table, rule_table.c.id == opening_occurrence.c.rule_id)
        .join(rule_type, rule_type.c.rule_id == rule_table.c.id)
        .where(opening_occurrence.c.expert_id == expert_id, _during(opening_occurrence, span))
        .group_by(opening_occurrence.c.id, rule_table.c.rrule)
        .order_by(opening_occurrence.c.day, opening_occurrence.c.id)
    )
    return list(found.all())


async def occurrence(db: AsyncConnection, expert_id: UUID, occurrence_id: int) -> Any:
    """The row of one occurrence in this agenda; `unknown-opening` otherwise."""
    mine = and_(opening_occurrence.c.id == occurrence_id, opening_occurrence.c.expert_id == expert_id)
    row = (await db.execute(select(opening_occurrence).where(mine))).first()
    if row is None:
        raise refusals.UnknownOpening
    return row


async def rule(db: AsyncConnection, rule_id: UUID) -> OpeningRule:
    """The rule behind an occurrence."""
    row = (await db.execute(select(rule_table).where(rule_table.c.id == rule_id))).one()
    types = await db.execute(select(rule_type.c.type_id).where(rule_type.c.rule_id == rule_id))
    return OpeningRule(
        id=row.id,
        expert_id=row.expert_id,
        first_day=row.first_day,
        starts=row.starts,
        ends=row.ends,
        time_zone=row.time_zone,
        type_ids=frozenset(types.scalars()),
        rrule=row.rrule,
    )


async def rules_of(db: AsyncConnection, expert_id: UUID) -> list[OpeningRule]:
    """Every rule of an agenda."""
    asked = select(rule_table.c.id).where(rule_table.c.expert_id == expert_id).order_by(rule_table.c.id)
    return [await rule(db, one) for one in (await db.execute(asked)).scalars().all()]


async def add(db: AsyncConnection, new: OpeningRule) -> None:
    """Keep a new rule; its occurrences are written by `write_out`."""
    await db.execute(insert(rule_table).values(_columns(new) | {"id": new.id, "expert_id": new.expert_id}))
    await db.execute(insert(rule_type), [{"rule_id": new.id, "type_id": one} for one in new.type_ids])


async def change(db: AsyncConnection, changed: OpeningRule) -> None:
    """Other times or days for a rule."""
    await db.execute(update(rule_table).where(rule_table.c.id == changed.id).values(_columns(changed)))


async def override(db: AsyncConnection, rule_id: UUID, told: Override) -> None:
    """One day of a rule told differently."""
    row = {"cancelled": told.cancelled, "starts": told.starts, "ends": told.ends}
    new = insert(opening_override).values(rule_id=rule_id, day=told.day, **row)
    await db.execute(new.on_conflict_do_update(index_elements=["rule_id", "day"], set_=row))


async def write_out(db: AsyncConnection, one: OpeningRule, *, since: date, until: date) -> list[int]:
    """Write the occurrences of these days as the rule says, keeping the ids of those that stay; their ids."""
    told = await db.execute(select(opening_override).where(opening_override.c.rule_id == one.id))
    overrides = [Override(row.day, row.cancelled, row.starts, row.ends) for row in told.all()]
    found = list(rules.occurrences(one, first=since, last=until, overrides=overrides))
    here = and_(
        opening_occurrence.c.rule_id == one.id,
        opening_occurrence.c.day >= since,
        opening_occurrence.c.day <= until,
    )
    await db.execute(delete(opening_occurrence).where(here, opening_occurrence.c.day.not_in([o.day for o in found])))
    if not found:
        return []
    rows = [
        {
            "rule_id": one.id,
            "expert_id": one.expert_id,
            "day": occurred.day,
            "during": Range(occurred.span.start, occurred.span.end),
        }
        for occurred in found
    ]
    new = insert(opening_occurrence).values(rows)
    kept = new.on_conflict_do_update(index_elements=["rule_id", "day"], set_={"during": new.excluded.during}).returning(
        opening_occurrence.c.id, opening_occurrence.c.day
    )
    return [row.id for row in sorted((await db.execute(kept)).all(), key=lambda row: row.day)]


async def absences(db: AsyncConnection, expert_id: UUID, span: Span) -> list[Any]:
    """Rows of the busy blocks that touch `span`."""
    asked = select(busy_block).where(busy_block.c.expert_id == expert_id, _during(busy_block, span))
    return list((await db.execute(asked.order_by(busy_block.c.id))).all())


async def edited(db: AsyncConnection, expert_id: UUID, days: Iterable[date], now: datetime) -> None:
    """Derive the touched days again and count the edit; under the agenda's lock."""
    shown = now.date() + agenda.DAYS_SHOWN
    touched = [day for day in days if day <= shown]
    if touched:
        one = timedelta(days=1)
        last = min(max(touched) + one, shown)
        await agenda.refresh(db, expert_id, first=min(touched) - one, last=last, now=now)
    mine = expert_agenda.c.expert_id == expert_id
    await db.execute(update(expert_agenda).where(mine).values(version=expert_agenda.c.version + 1))


def _columns(one: OpeningRule) -> dict[str, Any]:
    return {
        "first_day": one.first_day,
        "starts": one.starts,
        "ends": one.ends,
        "time_zone": one.time_zone,
        "rrule": one.rrule,
    }
