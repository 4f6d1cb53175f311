"""The way of a message out: asked for, claimed under a lease, marked before the provider is called, recorded.

A worker owns what it claimed for one lease. Each claim raises the row's fence; whoever comes back with an older one is
refused. A row found in `sending` with its lease run out may have left: it is tried once more and says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.words import Channel
from services.reminders.domain.tries import LEASE
from services.reminders.store.plan import DROPPED, PLANNED, SENDING
from services.reminders.tables import appointment, message

SENT, FAILED = "sent", "failed"
ASKED = timedelta(seconds=15)
"""A due row is asked for again when nobody has taken it this long after the last asking."""
BATCH = 8
"""As many messages are on their way at once in one worker; all of them fit into one task's time."""

# Leases are read on the database's clock: workers' own clocks may differ.
CLOCK = func.clock_timestamp()
LEASE_FREE = or_(message.c.leased_until.is_(None), message.c.leased_until < CLOCK)


@dataclass(frozen=True)
class Claim:
    """A row that this worker owns until its lease runs out."""

    id: UUID
    fence: int


@dataclass(frozen=True)
class Claimed:
    """A claimed row with what is known of its appointment now."""

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


async def ask(db: AsyncConnection, now: datetime, *, limit: int = 400) -> int:
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


async def look(db: AsyncConnection, claim: Claim) -> Claimed | None:
    """The claimed row, locked, with its appointment as it is now; None when it is not ours any more."""
    columns = [getattr(message.c, name) for name in Claimed.__dataclass_fields__ if not name.startswith("known_")]
    joined = message.outerjoin(appointment, appointment.c.id == message.c.appointment_id)
    found = (
        select(
            *columns,
            message.c.status,
            appointment.c.version.label("known_version"),
            appointment.c.state.label("known_state"),
            appointment.c.privacy.label("known_privacy"),
        )
        .select_from(joined)
        .where(_ours(claim), message.c.leased_until > CLOCK, message.c.status.in_((PLANNED, SENDING)))
        .with_for_update(of=message)
    )
    row = (await db.execute(found)).first()
    if row is None:
        return None
    known = dict(row._mapping)
    left_before = known.pop("status") == SENDING  # a worker died between its provider's yes and its record
    known["possible_repeat"] += left_before
    return Claimed(**{**known, "channel": Channel(row.channel)})


async def overtaken(db: AsyncConnection, row: Claimed, now: datetime) -> bool:
    """Whether a later message with the same words is due too: after an outage only the latest one leaves."""
    same = and_(
        message.c.appointment_id == row.appointment_id,
        message.c.version == row.version,
        message.c.channel == row.channel.value,
        message.c.case_id == row.case_id,
    )
    later = and_(message.c.first_due_at > row.first_due_at, message.c.due_at <= now)
    alive = message.c.status.in_((PLANNED, SENDING, SENT))
    return bool(await db.scalar(select(exists().where(same, later, alive))))


async def mark_sending(db: AsyncConnection, row: Claimed) -> None:
    """Written and committed before the provider is called: a kill from here on may repeat this one message."""
    await db.execute(
        update(message)
        .where(message.c.id == row.id)
        .values(
            status=SENDING,
            tries=message.c.tries + 1,
            possible_repeat=row.possible_repeat,
            leased_until=CLOCK + LEASE,
        )
    )


async def mark_sent(db: AsyncConnection, claim: Claim, now: datetime) -> bool:
    """The provider took it; False when this worker is too late to say so."""
    ours = update(message).where(_ours(claim), message.c.status == SENDING)
    return _count(await db.execute(ours.values(status=SENT, sent_at=now, leased_until=None))) == 1


async def put_off(db: AsyncConnection, claim: Claim, due_at: datetime, *, repeat: int = 0) -> bool:
    """Due again later; `repeat` when it may have left all the same."""
    changed = update(message).where(_ours(claim), message.c.status.in_((PLANNED, SENDING)))
    later = {"status": PLANNED, "due_at": due_at, "leased_until": None, "asked_until": None}
    repeats = message.c.possible_repeat + repeat
    return _count(await db.execute(changed.values(**later, possible_repeat=repeats))) == 1


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


def _ours(claim: Claim | Claimed) -> Any:
    return and_(message.c.id == claim.id, message.c.fence == claim.fence)


def _count(result: CursorResult[Any]) -> int:
    return result.rowcount
