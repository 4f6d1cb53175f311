"""Openings and absences of one agenda, as the grid shows and changes them; edits have the agenda alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, and_, bindparam, cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from services.booking.domain import openings as rules
from services.booking.domain import refusals, zones
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


_TYPES_OF = select(func.array_agg(rule_type.c.type_id)).where(rule_type.c.rule_id == rule_table.c.id).scalar_subquery()
_RULES = select(rule_table, _TYPES_OF.label("type_ids"))


def _rule(row: Any) -> OpeningRule:
    return OpeningRule(
        id=row.id,
        expert_id=row.expert_id,
        first_day=row.first_day,
        starts=row.starts,
        ends=row.ends,
        time_zone=row.time_zone,
        type_ids=frozenset(row.type_ids or ()),
        rrule=row.rrule,
        online=row.online,
    )


async def rule(db: AsyncConnection, rule_id: UUID) -> OpeningRule:
    """The rule behind an occurrence."""
    return _rule((await db.execute(_RULES.where(rule_table.c.id == rule_id))).one())


async def rule_of(db: AsyncConnection, expert_id: UUID, rule_id: UUID) -> OpeningRule:
    """A rule of this agenda; `unknown-opening` otherwise."""
    mine = and_(rule_table.c.id == rule_id, rule_table.c.expert_id == expert_id)
    row = (await db.execute(_RULES.where(mine))).first()
    if row is None:
        raise refusals.UnknownOpening
    return _rule(row)


async def rules_of(db: AsyncConnection, expert_id: UUID) -> list[OpeningRule]:
    """Every rule of an agenda."""
    asked = _RULES.where(rule_table.c.expert_id == expert_id).order_by(rule_table.c.id)
    return [_rule(row) for row in (await db.execute(asked)).all()]


_COMING = text(
    """
    SELECT o.rule_id, o.next_id, o.next_day, o.during, l.last_day, coalesce(c.cancelled, '{}') AS cancelled
    FROM (SELECT DISTINCT ON (rule_id) rule_id, id AS next_id, day AS next_day, during FROM opening_occurrence
        WHERE expert_id = :expert AND day >= :since AND upper(during) > :now ORDER BY rule_id, day) o
    JOIN (SELECT rule_id, max(day) AS last_day FROM opening_occurrence
        WHERE expert_id = :expert AND day >= :since GROUP BY rule_id) l USING (rule_id)
    LEFT JOIN (SELECT v.rule_id, array_agg(v.day ORDER BY v.day) AS cancelled
        FROM opening_override v JOIN opening_rule r ON r.id = v.rule_id
        WHERE r.expert_id = :expert AND v.cancelled AND v.day >= :since GROUP BY v.rule_id) c USING (rule_id)
    ORDER BY o.next_day, lower(o.during), o.rule_id
    """
).bindparams(
    bindparam("expert", type_=Uuid), bindparam("since", type_=Date), bindparam("now", type_=DateTime(timezone=True))
)


async def coming(db: AsyncConnection, expert_id: UUID, since: date, now: datetime) -> list[tuple[OpeningRule, Any]]:
    """The rules that have openings from `since` on that are not over, the next first, with (next_id, next_day, during,
    last_day, cancelled)."""
    rows = (await db.execute(_COMING, {"expert": expert_id, "since": since, "now": now})).all()
    known = {one.id: one for one in await rules_of(db, expert_id)}
    return [(known[row.rule_id], row) for row in rows]


async def add(db: AsyncConnection, new: OpeningRule) -> None:
    """Keep a new rule; its occurrences are written by `write_out`."""
    await db.execute(insert(rule_table).values(_columns(new) | {"id": new.id, "expert_id": new.expert_id}))
    await _offer(db, new)


async def change(db: AsyncConnection, changed: OpeningRule) -> None:
    """Other times, days or types for a rule."""
    await db.execute(update(rule_table).where(rule_table.c.id == changed.id).values(_columns(changed)))
    others = and_(rule_type.c.rule_id == changed.id, rule_type.c.type_id.not_in(changed.type_ids))
    await db.execute(delete(rule_type).where(others))
    await _offer(db, changed)


async def _offer(db: AsyncConnection, one: OpeningRule) -> None:
    pairs = [{"rule_id": one.id, "type_id": type_id} for type_id in one.type_ids]
    await db.execute(insert(rule_type).on_conflict_do_nothing(), pairs)


async def override(db: AsyncConnection, rule_id: UUID, told: Override) -> None:
    """One day of a rule told differently."""
    row = {"cancelled": told.cancelled, "starts": told.starts, "ends": told.ends}
    new = insert(opening_override).values(rule_id=rule_id, day=told.day, **row)
    await db.execute(new.on_conflict_do_update(index_elements=["rule_id", "day"], set_=row))


_WRITE = text(
    """
    INSERT INTO opening_occurrence AS o (rule_id, expert_id, day, during)
    SELECT :rule, :expert, day, tstzrange(opens, closes)
    FROM unnest(CAST(:days AS date[]), CAST(:opens AS timestamptz[]), CAST(:closes AS timestamptz[]))
        AS written(day, opens, closes)
    ON CONFLICT (rule_id, day) DO UPDATE SET during = excluded.during
    RETURNING o.id, o.day
    """
).bindparams(bindparam("rule", type_=Uuid), bindparam("expert", type_=Uuid))


async def write_out(db: AsyncConnection, one: OpeningRule, *, since: date, until: date) -> list[int]:
    """Write the occurrences of these days as the rule says, keeping the ids of those that stay; their ids."""
    told = await overrides(db, one.id)
    found = list(rules.occurrences(one, first=since, last=until, overrides=told))
    days = [o.day for o in found]
    here = and_(
        opening_occurrence.c.rule_id == one.id,
        opening_occurrence.c.day >= since,
        opening_occurrence.c.day <= until,
    )
    gone = opening_occurrence.c.day.not_in(select(func.unnest(cast(days, ARRAY(Date)))))
    await db.execute(delete(opening_occurrence).where(here, gone))
    if not found:
        return []
    opens, closes = [o.span.start for o in found], [o.span.end for o in found]
    rows = await db.execute(
        _WRITE, {"rule": one.id, "expert": one.expert_id, "days": days, "opens": opens, "closes": closes}
    )
    return [row.id for row in sorted(rows.all(), key=lambda row: row.day)]


async def write_coming(db: AsyncConnection, one: OpeningRule, now: datetime) -> list[int]:
    """Write out what is still to come; the past stays as it was."""
    today = zones.local_day(now, one.time_zone)
    return await write_out(db, one, since=today, until=today + agenda.AHEAD)


async def overrides(db: AsyncConnection, rule_id: UUID, since: date | None = None) -> list[Override]:
    """The days of a rule that are told differently."""
    asked = select(opening_override).where(opening_override.c.rule_id == rule_id).order_by(opening_override.c.day)
    if since is not None:
        asked = asked.where(opening_override.c.day >= since)
    return [Override(row.day, row.cancelled, row.starts, row.ends) for row in (await db.execute(asked)).all()]


async def carry(db: AsyncConnection, rule_id: UUID, to_id: UUID, *, since: date, by: int = 0) -> None:
    """Days told differently from `since` on go with the rule that goes on, moved by as many days as it was."""
    kept = await overrides(db, rule_id, since)
    gone = and_(opening_override.c.rule_id == rule_id, opening_override.c.day >= since)
    await db.execute(delete(opening_override).where(gone))
    for one in kept:
        await override(db, to_id, replace(one, day=one.day + timedelta(days=by)))


async def cancelled_on(db: AsyncConnection, expert_id: UUID, day: date) -> bool:
    """Whether an opening of this day was taken away."""
    mine = and_(rule_table.c.id == opening_override.c.rule_id, rule_table.c.expert_id == expert_id)
    asked = select(opening_override.c.day).join(rule_table, mine)
    gone = and_(opening_override.c.day == day, opening_override.c.cancelled)
    return (await db.execute(asked.where(gone).limit(1))).first() is not None


async def forget_override(db: AsyncConnection, rule_id: UUID, day: date) -> None:
    """This day is as its rule says again."""
    mine = and_(opening_override.c.rule_id == rule_id, opening_override.c.day == day)
    await db.execute(delete(opening_override).where(mine))


async def end(db: AsyncConnection, one: OpeningRule, last_day: date) -> None:
    """The rule ends with `last_day`; one that had not begun by then is gone."""
    if one.first_day > last_day:
        await db.execute(delete(rule_table).where(rule_table.c.id == one.id))
        return
    await change(db, one.until(last_day))
    later = and_(opening_occurrence.c.rule_id == one.id, opening_occurrence.c.day > last_day)
    await db.execute(delete(opening_occurrence).where(later))


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
        "online": one.online,
    }
