"""Calendars kept elsewhere: their sealed addresses, how the last look went, and the busy time that came of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import Conflict, NotFound
from kit.vault import Vault
from services.booking.domain import zones
from services.booking.domain.spans import Span
from services.booking.store import agenda
from services.booking.store.ids import new_id
from services.booking.tables import appointment, busy_block, calendar_feed, expert, external_calendar

EXTERNAL = "external"
MOST = 10
"""Calendars of one expert."""
EVERY = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
LEASE = timedelta(minutes=2)
ONE_DAY = timedelta(days=1)


class UnknownCalendar(NotFound):
    """No such calendar of this expert."""


class TooManyCalendars(Conflict):
    """An expert joins at most ten."""


@dataclass(frozen=True)
class Due:
    """A calendar to look at now, with what the last look kept of it."""

    id: UUID
    expert_id: UUID
    kind: str
    zone: str
    url: str
    username: str
    password: str
    etag: str | None
    last_modified: str | None
    content_hash: bytes | None
    expanded_for: date | None
    leased_until: datetime


@dataclass(frozen=True)
class Looked:
    """What a look came to: busy time anew, or nothing new (`spans` None), or why not (`error`)."""

    spans: list[Span] | None = None
    left_out: int = 0
    error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_hash: bytes | None = None
    expanded_for: date | None = None


async def of_expert(db: AsyncConnection, expert_id: UUID) -> list[Any]:
    mine = select(external_calendar).where(external_calendar.c.expert_id == expert_id)
    return list((await db.execute(mine.order_by(external_calendar.c.created_at))).all())


async def one(db: AsyncConnection, expert_id: UUID, calendar_id: UUID) -> Any:
    mine = (external_calendar.c.id == calendar_id) & (external_calendar.c.expert_id == expert_id)
    row = (await db.execute(select(external_calendar).where(mine))).first()
    if row is None:
        raise UnknownCalendar
    return row


async def add(
    db: AsyncConnection,
    vault: Vault,
    expert_id: UUID,
    *,
    kind: str,
    name: str,
    host: str,
    url: str,
    username: str,
    password: str,
    now: datetime,
) -> Any:
    """Join a calendar, to be looked at at once; under the agenda's lock, so that the limit holds."""
    if len(await of_expert(db, expert_id)) >= MOST:
        raise TooManyCalendars
    calendar_id, key = new_id(), vault.new_data_key()

    def seal(column: str, text: str) -> bytes | None:
        return vault.seal(key, text, aad=_aad(column, calendar_id)) if text else None

    zone = select(expert.c.time_zone).where(expert.c.id == expert_id).scalar_subquery()
    row = {
        "id": calendar_id,
        "expert_id": expert_id,
        "kind": kind,
        "name": name,
        "host": host,
        "wrapped_key": key,
        "address": seal("address", url),
        "username": seal("username", username),
        "password": seal("password", password),
        "time_zone": zone,
        "next_at": now,
        "created_at": now,
    }
    return (await db.execute(insert(external_calendar).values(row).returning(external_calendar))).one()


async def remove(db: AsyncConnection, expert_id: UUID, calendar_id: UUID) -> None:
    """Forget it with the busy time that came of it (the blocks go with their row)."""
    await one(db, expert_id, calendar_id)
    await db.execute(delete(external_calendar).where(external_calendar.c.id == calendar_id))


async def look_now(db: AsyncConnection, expert_id: UUID, calendar_id: UUID, now: datetime) -> Any:
    """Asked again at once, and read again even when its server says that nothing has changed."""
    await one(db, expert_id, calendar_id)
    again = {"next_at": now, "etag": None, "last_modified": None, "content_hash": None}
    mine = update(external_calendar).where(external_calendar.c.id == calendar_id).values(again)
    return (await db.execute(mine.returning(external_calendar))).one()


async def claim(db: AsyncConnection, vault: Vault, now: datetime, *, most: int) -> list[Due]:
    """Take some that are due and that nobody looks at; a lease that runs out gives them back."""
    c = external_calendar.c
    free = or_(c.leased_until.is_(None), c.leased_until < now)
    working = c.expert_id.in_(select(expert.c.id).where(expert.c.active))
    due = select(c.id).where(c.next_at <= now, free, working).order_by(c.next_at).limit(most)
    taken = due.with_for_update(skip_locked=True).cte("taken")
    mine = (
        update(external_calendar).where(c.id.in_(select(taken.c.id))).values(leased_until=now + LEASE, last_try_at=now)
    )
    rows = (await db.execute(mine.returning(external_calendar))).all()
    theirs = select(expert.c.id, expert.c.time_zone).where(expert.c.id.in_([row.expert_id for row in rows]))
    zones_of = {row.id: row.time_zone for row in (await db.execute(theirs)).all()} if rows else {}

    def opened(row: Any, column: str) -> str:
        sealed = getattr(row, column)
        return vault.open(row.wrapped_key, sealed, aad=_aad(column, row.id)) if sealed else ""

    return [
        Due(
            id=row.id,
            expert_id=row.expert_id,
            kind=row.kind,
            zone=zones_of[row.expert_id],
            url=opened(row, "address"),
            username=opened(row, "username"),
            password=opened(row, "password"),
            etag=row.etag,
            last_modified=row.last_modified,
            content_hash=row.content_hash,
            expanded_for=row.expanded_for,
            leased_until=row.leased_until,
        )
        for row in rows
    ]


async def forget(db: AsyncConnection, expert_id: UUID) -> None:
    """An account is closed: what led to its calendars is destroyed, and what led out of ours opens nothing."""
    await db.execute(delete(external_calendar).where(external_calendar.c.expert_id == expert_id))
    await db.execute(delete(calendar_feed).where(calendar_feed.c.expert_id == expert_id))


async def uids(db: AsyncConnection, expert_id: UUID, now: datetime) -> list[str]:
    """The UIDs of this expert's appointments: what we gave out and comes back is no other engagement."""
    mine = (appointment.c.expert_id == expert_id) & (appointment.c.starts_at > now - 30 * ONE_DAY)
    return list((await db.execute(select(appointment.c.ical_uid).where(mine))).scalars())


async def swap(db: AsyncConnection, due: Due, looked: Looked, now: datetime) -> list[Span] | None:
    """Busy time anew and how the look went, in one transaction: what is new; None when another look has taken over."""
    await agenda.lock(db, due.expert_id)
    c = external_calendar.c
    mine = (c.id == due.id) & (c.leased_until == due.leased_until)
    row = (await db.execute(select(c.failures).where(mine).with_for_update())).first()
    if row is None:
        return None
    if looked.error is not None:
        failures = row.failures + 1
        pause = min(EVERY * 2 ** min(failures - 1, 8), LONGEST_PAUSE)
        told = {"last_error": looked.error, "failures": failures, "next_at": now + pause, "leased_until": None}
        await db.execute(update(external_calendar).where(mine).values(told))
        return []
    told = {"last_error": None, "failures": 0, "next_at": now + EVERY, "leased_until": None, "last_ok_at": now}
    new: list[Span] = []
    if looked.spans is not None:
        new = await _write(db, due, looked.spans, now)
        told |= {"events": len(looked.spans), "left_out": looked.left_out, "expanded_for": looked.expanded_for}
        told |= {"etag": looked.etag, "last_modified": looked.last_modified, "content_hash": looked.content_hash}
    await db.execute(update(external_calendar).where(mine).values(told))
    return new


async def _write(db: AsyncConnection, due: Due, spans: list[Span], now: datetime) -> list[Span]:
    mine = (busy_block.c.calendar_id == due.id) & (func.upper(busy_block.c.during) > now)
    rows = (await db.execute(select(busy_block.c.id, busy_block.c.during).where(mine))).all()
    known = {Span(row.during.lower, row.during.upper): row.id for row in rows}
    wanted = set(spans)
    gone = known.keys() - wanted
    new = sorted(span for span in wanted - known.keys() if span.end > now)
    if gone:
        await db.execute(delete(busy_block).where(busy_block.c.id.in_([known[span] for span in gone])))
    if new:
        values = [
            {
                "expert_id": due.expert_id,
                "during": Range(span.start, span.end),
                "source": EXTERNAL,
                "calendar_id": due.id,
            }
            for span in new
        ]
        await db.execute(insert(busy_block), values)
    touched = [*gone, *new]
    if touched:
        first = zones.local_day(min(span.start for span in touched), due.zone) - ONE_DAY
        last = zones.local_day(max(span.end for span in touched), due.zone) + ONE_DAY
        today = now.date()
        first, last = max(first, today - ONE_DAY), min(last, today + agenda.DAYS_SHOWN)
        if first <= last:
            await agenda.refresh(db, due.expert_id, first=first, last=last, now=now)
    return new


def _aad(column: str, calendar_id: UUID) -> str:
    return f"external_calendar.{column}:{calendar_id}:1"
