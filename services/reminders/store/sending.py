"""The way of a message out: asked for, claimed under a lease, marked before the provider is called, recorded.

A worker owns what it claimed for one lease. Each claim raises the row's fence; whoever comes back with an older one is
refused. A row found in `sending` with its lease run out may have left: it is tried once more and says so. All of it
in batches: one statement each, whatever the number of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CursorResult, and_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Integer, Text, Uuid

from contracts.words import Channel
from services.reminders.domain.texts import BY_THE_DAY
from services.reminders.domain.tries import LEASE
from services.reminders.store.plan import DROPPED, PLANNED, SENDING
from services.reminders.tables import message

SENT, FAILED = "sent", "failed"
ASKED = timedelta(seconds=15)
"""A due row is asked for again when nobody has taken it this long after the last asking."""
BATCH = 100
"""Claimed, looked at and recorded together; all of them fit into one task's time."""

# Leases are read on the database's clock: workers' own clocks may differ.
CLOCK = func.clock_timestamp()
LEASE_FREE = or_(message.c.leased_until.is_(None), message.c.leased_until < CLOCK)


@dataclass(frozen=True)
class Claim:
    """A row that this worker owns until its lease runs out."""

    id: UUID
    fence: int


class Claimed(msgspec.Struct, frozen=True):
    """A claimed row with what is known of its appointment now, and what is sealed of whom it is for.

    In the order of the columns of `_LOOK`; a struct, since ten thousand at once are made of it.
    """

    id: UUID
    fence: int
    kind: str
    channel: Channel
    recipient_id: UUID
    case_id: UUID | None
    appointment_id: UUID | None
    thing_id: UUID | None
    version: int
    starts_at: datetime | None
    time_zone: str
    due_at: datetime
    first_due_at: datetime
    expires_at: datetime | None
    tries: int
    possible_repeat: int
    known_version: int | None
    known_state: str | None
    known_privacy: str | None
    overtaken: bool  # a later message with the same words is due too
    hours: tuple[datetime, ...]  # all appointments of that day, where one message speaks of the day
    entry_ends_at: datetime | None  # of an entry for a calendar
    sealed: Any  # the vault's row, or None

    @property
    def claim(self) -> Claim:
        return Claim(self.id, self.fence)


@dataclass(frozen=True)
class Later:
    """A row that is due again at another date; `repeat` is 1 when it may have left all the same."""

    row: Claimed
    due_at: datetime
    repeat: int = 0


_ROWS = "unnest(CAST(:ids AS uuid[]), CAST(:fences AS int[])) AS mine(id, fence)"
_LOOK = text(
    f"""
    SELECT m.id, m.fence, m.kind, m.channel, m.recipient_id, m.case_id, m.appointment_id, m.thing_id, m.version,
        m.starts_at, m.time_zone, m.due_at, m.first_due_at, m.expires_at, m.tries,
        m.possible_repeat + (m.status = 'sending')::int AS possible_repeat,
        a.version AS known_version, a.state AS known_state, a.privacy AS known_privacy,
        m.case_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM message o WHERE o.appointment_id = m.appointment_id AND o.version = m.version
            AND o.channel = m.channel AND o.case_id = m.case_id AND o.first_due_at > m.first_due_at
            AND o.due_at <= :now AND o.status IN ('planned', 'sending', 'sent')) AS overtaken,
        CASE WHEN m.kind <> ALL(:of_a_day) THEN '{{}}'
            WHEN m.case_id IS NOT NULL THEN ARRAY(
                SELECT o.starts_at FROM appointment o WHERE o.case_id = m.case_id AND o.state = 'booked'
                AND o.privacy <> 'silent' AND (o.starts_at AT TIME ZONE m.time_zone)::date
                    = (m.starts_at AT TIME ZONE m.time_zone)::date ORDER BY 1)
            ELSE ARRAY(
                SELECT o.starts_at FROM appointment o WHERE o.expert_id = m.recipient_id AND o.state = 'booked'
                AND (o.starts_at AT TIME ZONE m.time_zone)::date
                    = (m.starts_at AT TIME ZONE m.time_zone)::date ORDER BY 1)
        END AS hours,
        y.ends_at AS entry_ends_at,
        coalesce(c.wrapped_key, t.wrapped_key) AS wrapped_key, coalesce(c.phone, t.phone) AS phone,
        coalesce(c.mail, t.mail) AS mail, coalesce(c.channels, t.channels) AS channels, c.moments,
        coalesce(c.from_hour, t.from_hour) AS from_hour, coalesce(c.to_hour, t.to_hour) AS to_hour
    FROM {_ROWS} JOIN message m ON m.id = mine.id AND m.fence = mine.fence
    LEFT JOIN appointment a ON a.id = m.appointment_id
    LEFT JOIN entry y ON y.appointment_id = m.thing_id
    LEFT JOIN contact c ON c.case_id = m.case_id
    LEFT JOIN account t ON m.case_id IS NULL AND t.account_id = m.recipient_id
    WHERE m.leased_until > clock_timestamp() AND m.status IN ('planned', 'sending')
    ORDER BY m.starts_at, m.id
    FOR UPDATE OF m
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("fences", type_=ARRAY(Integer)),
    bindparam("of_a_day", type_=ARRAY(Text)),
    bindparam("now", type_=DateTime(True)),
)
_SENDING = text(
    f"""
    UPDATE message m SET status = 'sending', tries = m.tries + 1, leased_until = clock_timestamp() + :lease,
        possible_repeat = m.possible_repeat + (m.status = 'sending')::int
    FROM {_ROWS} WHERE m.id = mine.id AND m.fence = mine.fence
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("fences", type_=ARRAY(Integer)))
_SENT = text(
    f"""
    UPDATE message m SET status = 'sent', sent_at = :now, leased_until = NULL
    FROM {_ROWS} WHERE m.id = mine.id AND m.fence = mine.fence AND m.status = 'sending' RETURNING m.id
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("fences", type_=ARRAY(Integer)),
    bindparam("now", type_=DateTime(True)),
)
_RELEASED = text(
    f"""
    UPDATE message m SET status = 'planned', tries = m.tries - 1, leased_until = NULL, asked_until = NULL
    FROM {_ROWS} WHERE m.id = mine.id AND m.fence = mine.fence AND m.status = 'sending'
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("fences", type_=ARRAY(Integer)))
_PUT_OFF = text(
    """
    UPDATE message m SET status = 'planned', due_at = mine.due_at, leased_until = NULL, asked_until = NULL,
        possible_repeat = m.possible_repeat + mine.repeat
    FROM unnest(CAST(:ids AS uuid[]), CAST(:fences AS int[]), CAST(:dates AS timestamptz[]), CAST(:repeats AS int[]))
        AS mine(id, fence, due_at, repeat)
    WHERE m.id = mine.id AND m.fence = mine.fence AND m.status IN ('planned', 'sending') RETURNING m.id
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("fences", type_=ARRAY(Integer)),
    bindparam("dates", type_=ARRAY(DateTime(True))),
    bindparam("repeats", type_=ARRAY(Integer)),
)
_SAME_DAY = text(
    f"""
    UPDATE message o SET status = 'dropped'
    FROM {_ROWS} JOIN message m ON m.id = mine.id
    WHERE o.recipient_id = m.recipient_id AND o.kind = m.kind AND o.channel = m.channel AND o.id <> m.id
      AND o.status = 'planned' AND o.leased_until IS NULL AND o.tries = 0
      AND (o.starts_at AT TIME ZONE m.time_zone)::date = (m.starts_at AT TIME ZONE m.time_zone)::date
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("fences", type_=ARRAY(Integer)))


async def ask(db: AsyncConnection, now: datetime, *, limit: int = 1000) -> int:
    """Mark what is due as asked for and return how many rows that is; nobody else asks for the same in a while."""
    unasked = or_(message.c.asked_until.is_(None), message.c.asked_until < CLOCK)
    due = _taken(and_(_due(now), unasked), limit)
    asked = await db.execute(update(message).where(message.c.id.in_(due)).values(asked_until=CLOCK + ASKED))
    return _count(asked)


async def claim(db: AsyncConnection, now: datetime, *, limit: int = BATCH) -> list[Claim]:
    """Take up to `limit` due rows that nobody owns."""
    mine = (
        update(message)
        .where(message.c.id.in_(_taken(_due(now), limit)))
        .values(fence=message.c.fence + 1, leased_until=CLOCK + LEASE)
        .returning(message.c.id, message.c.fence)
    )
    return [Claim(row.id, row.fence) for row in await db.execute(mine)]


async def look(db: AsyncConnection, claims: Sequence[Claim], now: datetime) -> list[Claimed]:
    """The claimed rows that are still ours, locked, with their appointments as they are now."""
    if not claims:
        return []
    rows = await db.execute(_LOOK, {**_named(claims), "now": now, "of_a_day": sorted(BY_THE_DAY)})
    return [_claimed(row) for row in rows]


async def mark_sending(db: AsyncConnection, rows: Sequence[Claimed]) -> None:
    """Written and committed before the provider is called: a kill from here on may repeat what is on its way."""
    if rows:
        await db.execute(_SENDING, {**_named(rows), "lease": LEASE})


async def mark_sent(db: AsyncConnection, claims: Sequence[Claim | Claimed], now: datetime) -> int:
    """The provider took them; how many of them were still ours to say so."""
    return len((await db.execute(_SENT, {**_named(claims), "now": now})).all()) if claims else 0


async def spoken_for(db: AsyncConnection, rows: Sequence[Claimed]) -> None:
    """Drop what waits of the same day for the same person: one message tells all its hours."""
    if rows:
        await db.execute(_SAME_DAY, _named(rows))


async def release(db: AsyncConnection, rows: Sequence[Claimed]) -> None:
    """Nobody was asked: as before it was marked, for whoever comes next."""
    if rows:
        await db.execute(_RELEASED, _named(rows))


async def put_off(db: AsyncConnection, later: Sequence[Later]) -> set[UUID]:
    """Due again later; the ids of those that were still ours to put off."""
    if not later:
        return set()
    told = {"dates": [one.due_at for one in later], "repeats": [one.repeat for one in later]}
    return {row.id for row in await db.execute(_PUT_OFF, {**_named([one.row for one in later]), **told})}


async def give_up(db: AsyncConnection, claim: Claim, *, failed: bool) -> bool:
    """`failed`: no provider would take it; else it has lost its reason and is dropped."""
    status = FAILED if failed else DROPPED
    changed = update(message).where(_ours(claim), message.c.status.in_((PLANNED, SENDING)))
    return _count(await db.execute(changed.values(status=status, leased_until=None))) == 1


async def measure(db: AsyncConnection, *, limit: int = 1000) -> list[tuple[float, int]]:
    """Lateness in seconds and possible repeats of messages sent since the last measuring, each told once."""
    fresh = _taken(and_(message.c.status == SENT, ~message.c.measured), limit)
    lateness = func.extract("epoch", message.c.sent_at - message.c.first_due_at)
    told = (
        update(message)
        .where(message.c.id.in_(fresh))
        .values(measured=True)
        .returning(lateness, message.c.possible_repeat)
    )
    return [(max(float(late), 0.0), int(repeats)) for late, repeats in await db.execute(told)]


def _due(now: datetime) -> Any:
    planned = and_(message.c.status == PLANNED, message.c.due_at <= now)
    return and_(or_(planned, message.c.status == SENDING), LEASE_FREE)


def _taken(wanted: Any, limit: int) -> Any:
    """Up to `limit` rows that nobody else is taking; a CTE, since a plain subquery may run more than once."""
    free = select(message.c.id).where(wanted).order_by(message.c.due_at).limit(limit)
    return select(free.with_for_update(skip_locked=True).cte("taken").c.id)


def _claimed(row: Any) -> Claimed:
    sealed = row if row.wrapped_key else None
    told: tuple[Any, ...] = (*row[:3], Channel(row[3]), *row[4:20], tuple(row[20]), row[21], sealed)
    return Claimed(*told)


def _ours(claim: Claim) -> Any:
    return and_(message.c.id == claim.id, message.c.fence == claim.fence)


def _named(rows: Sequence[Claim | Claimed]) -> dict[str, Any]:
    return {"ids": [row.id for row in rows], "fences": [row.fence for row in rows]}


def _count(result: CursorResult[Any]) -> int:
    return result.rowcount
