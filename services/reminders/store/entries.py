"""Entries of professionals' own calendars: kept true to their appointments, whatever order things are heard in."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.words import Channel
from services.reminders.domain import plan as rules
from services.reminders.domain.contacts import KEPT, Wishes
from services.reminders.domain.plan import Appointment, Planned, State
from services.reminders.domain.texts import Notice
from services.reminders.store import plan
from services.reminders.tables import account, entry, message

_TO_TELL = text(
    """
    SELECT a.id, a.expert_id, a.starts_at, a.ends_at, a.expert_zone, t.from_hour, t.to_hour, e.sequence, e.stands
    FROM account t JOIN appointment a ON a.expert_id = t.account_id AND a.state = 'booked' AND a.starts_at > :now
    LEFT JOIN entry e ON e.appointment_id = a.id
    WHERE t.entries AND 'mail' = ANY(t.channels) AND a.ends_at IS NOT NULL
      AND (e.appointment_id IS NULL OR NOT e.stands OR (e.starts_at, e.ends_at) <> (a.starts_at, a.ends_at))
    ORDER BY a.starts_at LIMIT :most FOR UPDATE OF a SKIP LOCKED
    """
)
_TO_TAKE_BACK = text(
    """
    SELECT e.appointment_id AS id, e.account_id AS expert_id, e.starts_at, e.ends_at, e.time_zone AS expert_zone,
        t.from_hour, t.to_hour, e.sequence, e.stands
    FROM entry e JOIN account t ON t.account_id = e.account_id
    LEFT JOIN appointment a ON a.id = e.appointment_id
    WHERE e.stands AND e.starts_at > :now AND (a.id IS NULL OR a.state = 'cancelled' OR a.expert_id <> e.account_id)
    LIMIT :most FOR UPDATE OF e SKIP LOCKED
    """
)


async def tell(db: AsyncConnection, now: datetime, *, most: int = 200) -> int:
    """Plan what the calendars do not say yet; how many entries changed."""
    gone = (await db.execute(_TO_TAKE_BACK, {"now": now, "most": most})).all()
    for row in gone:
        if await _unsaid(db, row.id) and row.sequence == 0:  # they never heard of it
            await _keep(db, row, sequence=0, stands=False)
            continue
        await _plan(db, row, Notice.ENTRY_GONE, now)
    come = (await db.execute(_TO_TELL, {"now": now, "most": most})).all()
    for row in come:
        await _unsaid(db, row.id)
        await _plan(db, row, Notice.ENTRY, now)
    return len(gone) + len(come)


async def chosen(db: AsyncConnection, account_id: UUID) -> bool:
    """Whether this account wants its appointments in its own calendar."""
    mine = select(account.c.entries).where(account.c.account_id == account_id)
    return bool((await db.execute(mine)).scalar())


async def choose(db: AsyncConnection, account_id: UUID, wanted: bool) -> None:
    """From now on, or no more; what a calendar already holds stays in it."""
    await db.execute(update(account).where(account.c.account_id == account_id).values(entries=wanted))


async def forget(db: AsyncConnection, now: datetime) -> None:
    """Nothing is kept of entries whose hour is a month gone."""
    await db.execute(delete(entry).where(entry.c.starts_at < now - KEPT))


async def _unsaid(db: AsyncConnection, appointment_id: UUID) -> bool:
    """Drop what has not left of an entry; whether there was any."""
    mine = (message.c.thing_id == appointment_id) & (message.c.status == plan.PLANNED)
    dropped = update(message).where(mine, message.c.leased_until.is_(None)).values(status=plan.DROPPED)
    return (await db.execute(dropped.returning(message.c.id))).first() is not None


async def _keep(db: AsyncConnection, row: Any, *, sequence: int, stands: bool) -> None:
    told = {
        "account_id": row.expert_id,
        "sequence": sequence,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "time_zone": row.expert_zone,
        "stands": stands,
    }
    new = insert(entry).values(appointment_id=row.id, **told)
    await db.execute(new.on_conflict_do_update(index_elements=["appointment_id"], set_=told))


async def _plan(db: AsyncConnection, row: Any, notice: Notice, now: datetime) -> None:
    sequence = 0 if row.sequence is None else row.sequence + 1
    await _keep(db, row, sequence=sequence, stands=notice is Notice.ENTRY)
    about = Appointment(
        id=row.id,
        version=sequence,
        case_id=row.id,
        referral_id=row.id,
        expert_id=row.expert_id,
        state=State.BOOKED,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        expert_zone=row.expert_zone,
    )
    wishes = Wishes((Channel.MAIL,), (), row.from_hour, row.to_hour)
    rows = rules.for_account(notice, row.expert_id, wishes.channels, now=now, about=about, wishes=wishes)
    # of a thing, and not of the appointment: it must leave also when nothing of the appointment is kept any more
    letters: list[Planned] = [replace(one, appointment_id=None, thing_id=row.id) for one in rows]
    await plan.put(db, letters, again=())
