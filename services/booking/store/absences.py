"""What an expert says of the time when they are away: once, by a rule, or as leave in their profile."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.booking.domain import refusals, zones
from services.booking.domain.absences import AHEAD, AbsenceRule
from services.booking.domain.spans import Span, union
from services.booking.store import agenda
from services.booking.tables import absence_rule, busy_block, expert_agenda

ABSENCE, LEAVE = "absence", "leave"


async def find(db: AsyncConnection, expert_id: UUID, absence_id: int) -> Any:
    """The row of one absence that its expert said; `unknown-absence` for any other block."""
    mine = and_(busy_block.c.id == absence_id, busy_block.c.expert_id == expert_id, busy_block.c.source == ABSENCE)
    row = (await db.execute(select(busy_block).where(mine))).first()
    if row is None:
        raise refusals.UnknownAbsence
    return row


async def add(db: AsyncConnection, expert_id: UUID, span: Span) -> int:
    """Keep an absence; its id."""
    row = {"expert_id": expert_id, "during": Range(span.start, span.end), "source": ABSENCE}
    new: int = (await db.execute(insert(busy_block).values(row).returning(busy_block.c.id))).scalar_one()
    return new


async def change(db: AsyncConnection, absence_id: int, span: Span) -> None:
    """Other hours; what was one day of a rule is one by itself from now on."""
    new = {"during": Range(span.start, span.end), "rule_id": None, "day": None}
    await db.execute(update(busy_block).where(busy_block.c.id == absence_id).values(new))


async def remove(db: AsyncConnection, absence_id: int) -> None:
    await db.execute(delete(busy_block).where(busy_block.c.id == absence_id))


async def rule(db: AsyncConnection, rule_id: UUID) -> AbsenceRule:
    """The rule behind one of its days."""
    return _rule((await db.execute(select(absence_rule).where(absence_rule.c.id == rule_id))).one())


async def add_rule(db: AsyncConnection, new: AbsenceRule, now: datetime) -> list[int]:
    """Keep a rule and write it out; the ids of its days, the first first."""
    until = now.date() + AHEAD
    row = {
        "id": new.id,
        "expert_id": new.expert_id,
        "first_day": new.first_day,
        "starts": new.starts,
        "days_on": new.days_on,
        "ends": new.ends,
        "time_zone": new.time_zone,
        "rrule": new.rrule,
        "not_days": sorted(new.not_days),
        "written_until": until,
    }
    await db.execute(insert(absence_rule).values(row))
    return await _write(db, new, first=new.first_day, last=until)


async def change_rule(db: AsyncConnection, changed: AbsenceRule, *, since: date) -> None:
    """Its end or its exceptions; the days from `since` on are those that it still says."""
    new = {"rrule": changed.rrule, "not_days": sorted(changed.not_days)}
    row = (
        update(absence_rule).where(absence_rule.c.id == changed.id).values(new).returning(absence_rule.c.written_until)
    )
    until: date = (await db.execute(row)).scalar_one()
    days = [day for day, _ in changed.spans(first=since, last=until)]
    mine = and_(busy_block.c.rule_id == changed.id, busy_block.c.day >= since, busy_block.c.day.not_in(days))
    await db.execute(delete(busy_block).where(mine))


async def extend(db: AsyncConnection, now: datetime) -> int:
    """Write rules out once they no longer reach a year ahead; how many."""
    near = now.date() + timedelta(days=365)
    claimed = (
        select(absence_rule)
        .where(absence_rule.c.written_until < near)
        .order_by(absence_rule.c.written_until)
        .limit(100)
        .with_for_update(skip_locked=True)
    )
    behind = (await db.execute(claimed)).all()
    until = now.date() + AHEAD
    for row in behind:  # a year ahead of what is shown: no agenda day changes, no agenda is locked
        await _write(db, _rule(row), first=row.written_until + timedelta(days=1), last=until)
    if behind:
        ids = [row.id for row in behind]
        await db.execute(update(absence_rule).where(absence_rule.c.id.in_(ids)).values(written_until=until))
    return len(behind)


async def _write(db: AsyncConnection, one: AbsenceRule, *, first: date, last: date) -> list[int]:
    rows = [
        {
            "expert_id": one.expert_id,
            "during": Range(span.start, span.end),
            "source": ABSENCE,
            "rule_id": one.id,
            "day": day,
        }
        for day, span in one.spans(first=first, last=last)
    ]
    if not rows:
        return []
    return sorted((await db.execute(insert(busy_block).values(rows).returning(busy_block.c.id))).scalars())


def _rule(row: Any) -> AbsenceRule:
    return AbsenceRule(
        id=row.id,
        expert_id=row.expert_id,
        first_day=row.first_day,
        starts=row.starts,
        days_on=row.days_on,
        ends=row.ends,
        time_zone=row.time_zone,
        rrule=row.rrule,
        not_days=frozenset(row.not_days),
    )


async def replace_leave(
    db: AsyncConnection, expert_id: UUID, leave: Iterable[tuple[date, date]], zone: str, now: datetime
) -> list[Span]:
    """Leave is what the profile says, whole days of the expert's zone; what is new of it. Under the agenda's lock."""
    one = timedelta(days=1)
    told = union(
        Span(zones.instant(first, _MIDNIGHT, zone), zones.instant(last + one, _MIDNIGHT, zone))
        for first, last in leave
        if last >= first and last >= now.date() - one
    )
    mine = and_(
        busy_block.c.expert_id == expert_id, busy_block.c.source == LEAVE, func.upper(busy_block.c.during) > now
    )
    rows = (await db.execute(select(busy_block.c.id, busy_block.c.during).where(mine))).all()
    known = {Span(row.during.lower, row.during.upper): row.id for row in rows}
    gone = [known[span] for span in known.keys() - set(told)]
    new = [span for span in told if span not in known and span.end > now]
    if gone:
        await db.execute(delete(busy_block).where(busy_block.c.id.in_(gone)))
    if new:
        values = [{"expert_id": expert_id, "during": Range(span.start, span.end), "source": LEAVE} for span in new]
        await db.execute(insert(busy_block).values(values))
    if gone or new:
        await _again(db, expert_id, now)
    return new


async def _again(db: AsyncConnection, expert_id: UUID, now: datetime) -> None:
    """Derive all that is shown of the agenda, and count the edit."""
    today = now.date()
    await agenda.refresh(db, expert_id, first=today - timedelta(days=1), last=today + agenda.DAYS_SHOWN, now=now)
    mine = expert_agenda.c.expert_id == expert_id
    await db.execute(update(expert_agenda).where(mine).values(version=expert_agenda.c.version + 1))


_MIDNIGHT = datetime.min.time()
