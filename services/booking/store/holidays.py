"""Public holidays in the agendas: written ahead for the expert's region, each open or closed as they choose."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.booking.domain import holidays as rules
from services.booking.domain.experts import Expert
from services.booking.domain.spans import Span
from services.booking.store import agenda, experts
from services.booking.tables import busy_block, holiday_choice, holiday_plan

HOLIDAY = "holiday"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Choice:
    """Closed unless said otherwise, or open unless said otherwise; and what was said of single days."""

    closed: bool = True
    opened: dict[date, bool] | None = None

    def away(self, day: date) -> bool:
        return rules.closed(day, by_default=self.closed, opened=self.opened or {})


async def chosen(db: AsyncConnection, expert_id: UUID) -> Choice:
    """What the expert said; closed when nothing was."""
    mine = select(holiday_plan.c.closed).where(holiday_plan.c.expert_id == expert_id)
    by_default = (await db.execute(mine)).scalar()
    days = await db.execute(select(holiday_choice).where(holiday_choice.c.expert_id == expert_id))
    return Choice(True if by_default is None else by_default, {row.day: row.open for row in days.all()})


async def choose(db: AsyncConnection, expert: Expert, choice: Choice, now: datetime) -> list[Span]:
    """Keep another choice for the days from today on; the days that it closes now. Under the agenda's lock."""
    today = now.date() - ONE_DAY
    coming = (holiday_choice.c.expert_id == expert.id) & (holiday_choice.c.day >= today)
    await db.execute(delete(holiday_choice).where(coming))
    rows = [
        {"expert_id": expert.id, "day": day, "open": is_open}
        for day, is_open in (choice.opened or {}).items()
        if day >= today
    ]
    if rows:
        await db.execute(insert(holiday_choice), rows)
    return await write(db, expert, choice, now)


async def write(db: AsyncConnection, expert: Expert, choice: Choice, now: datetime) -> list[Span]:
    """The expert's holidays thirteen months ahead; the days that were not closed before. Under the agenda's lock."""
    until = now.date() + rules.AHEAD
    first = now.date() - ONE_DAY
    found = rules.between(expert.holiday_region, first=first, last=until)
    wanted = {rules.whole_day(one.day, expert.time_zone): one.day for one in found if choice.away(one.day)}
    mine = (busy_block.c.expert_id == expert.id) & (busy_block.c.source == HOLIDAY)
    coming = mine & (func.lower(busy_block.c.during) >= datetime.combine(first, datetime.min.time(), now.tzinfo))
    known = {_span(row): row for row in (await db.execute(select(busy_block).where(coming))).all()}
    gone = [known[span] for span in known.keys() - wanted.keys()]
    new = sorted(wanted.keys() - known.keys())
    if gone:
        await db.execute(delete(busy_block).where(busy_block.c.id.in_([row.id for row in gone])))
    if new:
        rows = [
            {"expert_id": expert.id, "during": Range(span.start, span.end), "source": HOLIDAY, "day": wanted[span]}
            for span in new
        ]
        await db.execute(insert(busy_block).values(rows))
    plan = {
        "closed": choice.closed,
        "region": expert.holiday_region,
        "time_zone": expert.time_zone,
        "written_until": until,
    }
    row = insert(holiday_plan).values(expert_id=expert.id, **plan)
    await db.execute(row.on_conflict_do_update(index_elements=["expert_id"], set_=plan))
    shown = now.date() + agenda.DAYS_SHOWN
    for day in sorted({wanted[span] for span in new} | {row.day for row in gone}):
        if day <= shown:
            await agenda.refresh(db, expert.id, first=day - ONE_DAY, last=min(day + ONE_DAY, shown), now=now)
    return new


_BEHIND = text(
    """
    SELECT e.id FROM expert e LEFT JOIN holiday_plan p ON p.expert_id = e.id
    WHERE e.active AND (p.expert_id IS NULL OR p.written_until < CAST(:near AS date)
        OR p.region <> e.holiday_region OR p.time_zone <> e.time_zone)
    LIMIT :most
    """
)
_MINE = text("SELECT pg_try_advisory_xact_lock(uuid_hash_extended(:expert, 0))")


async def fill(db: AsyncConnection, now: datetime, *, most: int = 10) -> list[UUID]:
    """Write the holidays of agendas that have none yet, moved to another region, or reach less than a year ahead.

    What stands in an agenda on such a day was agreed by its professional: nothing is told of it.
    """
    near = now.date() + timedelta(days=370)
    ids = list((await db.execute(_BEHIND, {"near": near, "most": most})).scalars())
    filled = []
    for expert_id in ids:
        if not (await db.execute(_MINE, {"expert": expert_id})).scalar():
            continue
        expert = await experts.find(db, expert_id)
        last = now.date() + rules.AHEAD
        await asyncio.to_thread(rules.between, expert.holiday_region, first=now.date() - ONE_DAY, last=last)
        await write(db, expert, await chosen(db, expert_id), now)
        filled.append(expert_id)
    return filled


def _span(row: Any) -> Span:
    return Span(row.during.lower, row.during.upper)
