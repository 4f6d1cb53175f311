"""The on-call list: turns, standing posts, the ladder now, and the silent tests of its telephones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.on_call import Colleague, SilentTest
from services.referral.domain import on_call
from services.referral.domain.on_call import Turn, UnknownTurn
from services.referral.domain.urgent import STUCK_AFTER, Duty
from services.referral.tables import colleague, duty, duty_state, duty_test, duty_turn

SHOWN_TESTS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class ClaimedTest:
    """One channel of one telephone, to be tried now by this process."""

    id: int
    channel: str
    number: str


async def turns(db: AsyncConnection, *, now: datetime) -> list[Turn]:
    """The turns that are not over, the soonest first."""
    query = select(duty_turn).where(duty_turn.c.ends_at > now).order_by(duty_turn.c.starts_at, duty_turn.c.rank)
    return [_turn(row) for row in await db.execute(query.limit(500))]


async def standing(db: AsyncConnection) -> list[Duty]:
    """The posts that are always there, in order."""
    rows = await db.execute(select(duty).order_by(duty.c.position))
    return [Duty(row.position, row.name, row.number, row.push) for row in rows]


async def ladder(db: AsyncConnection, *, now: datetime) -> list[Duty]:
    """Who is rung now, in order: two short reads of two short tables."""
    on = select(duty_turn).where(duty_turn.c.starts_at <= now, duty_turn.c.ends_at > now)
    return on_call.ladder([_turn(row) for row in await db.execute(on)], await standing(db), now=now)


async def add_turn(db: AsyncConnection, turn: Turn, *, set_by: UUID) -> None:
    """Put someone on call."""
    row = {name: getattr(turn, name) for name in Turn.__slots__} | {"set_by": set_by}
    await db.execute(insert(duty_turn).values(row))


async def end_turn(db: AsyncConnection, turn_id: UUID, *, now: datetime) -> None:
    """Take a turn away: one to come disappears, one under way ends now."""
    mine = duty_turn.c.id == turn_id
    row = (await db.execute(select(duty_turn).where(mine, duty_turn.c.ends_at > now).with_for_update())).first()
    if row is None:
        raise UnknownTurn()
    if row.starts_at >= now:
        await db.execute(delete(duty_turn).where(mine))
    else:
        await db.execute(update(duty_turn).where(mine).values(ends_at=now))


async def set_standing(db: AsyncConnection, posts: Sequence[Duty]) -> None:
    """The standing posts, all at once."""
    await db.execute(delete(duty))
    if posts:
        columns = ("position", "name", "number", "push")
        await db.execute(insert(duty), [{name: getattr(one, name) for name in columns} for one in posts])


async def colleagues(db: AsyncConnection, *, roles: Sequence[str]) -> list[Colleague]:
    """Open accounts that may be put on call."""
    query = select(colleague.c.id, colleague.c.display_name).where(colleague.c.open, colleague.c.roles.overlap(roles))
    rows = await db.execute(query.order_by(colleague.c.display_name).limit(300))
    return [Colleague(row.id, row.display_name) for row in rows]


async def name_of(db: AsyncConnection, account_id: UUID) -> str | None:
    """How an account is called."""
    name: str | None = (await db.execute(select(colleague.c.display_name).where(colleague.c.id == account_id))).scalar()
    return name or None


async def hands_changed(db: AsyncConnection, *, now: datetime) -> bool:
    """Whether duty changed hands since it was last seen; true once for all processes."""
    seen = on_call.fingerprint(await turns(db, now=now), now=now)
    new = insert(duty_state).values(id=1, ladder=seen, changed_at=now)
    changed = new.on_conflict_do_update(
        index_elements=["id"], set_={"ladder": seen, "changed_at": now}, where=duty_state.c.ladder != seen
    )
    found = await db.execute(changed.returning(duty_state.c.ladder))
    return bool(found.scalar())  # empty: only the standing posts, whom nobody relieves


async def write_tests(db: AsyncConnection, posts: Sequence[Duty], *, why: str, now: datetime) -> None:
    """What is to be tried stands written first."""
    rows = [
        {
            "at": now,
            "why": why,
            "who": post.name,
            "number": post.reached_by(channel),
            "channel": channel,
            "outcome": "pending",
        }
        for post in posts
        for channel in post.channels
    ]
    if rows:
        await db.execute(insert(duty_test), rows)


async def claim_tests(db: AsyncConnection, *, now: datetime) -> list[ClaimedTest]:
    """Take up the tests that wait, and those that a dead process left."""
    column = duty_test.c
    free = column.taken_up_at.is_(None) | (column.taken_up_at < now - STUCK_AFTER)
    waiting = select(column.id).where(column.outcome == "pending", free).with_for_update(skip_locked=True)
    taken = update(duty_test).where(column.id.in_(waiting.scalar_subquery())).values(taken_up_at=now)
    rows = (await db.execute(taken.returning(column.id, column.channel, column.number))).all()
    return [ClaimedTest(row.id, row.channel, row.number) for row in rows]


async def tested(db: AsyncConnection, test_id: int, outcome: str, *, now: datetime) -> None:
    """What the provider said."""
    mine = (duty_test.c.id == test_id) & (duty_test.c.outcome == "pending")
    await db.execute(update(duty_test).where(mine).values(outcome=outcome, ended_at=now))


async def tests(db: AsyncConnection, *, now: datetime) -> list[SilentTest]:
    """The last test of each channel of each telephone."""
    column = duty_test.c
    query = select(duty_test).where(column.at > now - SHOWN_TESTS).ext(distinct_on(column.who, column.channel))
    rows = await db.execute(query.order_by(column.who, column.channel, column.at.desc()))
    found = [SilentTest(row.at, row.why, row.who, row.channel, row.outcome) for row in rows]
    return sorted(found, key=lambda one: (-one.at.timestamp(), one.who, one.channel))


def _turn(row: Any) -> Turn:
    return Turn(**{name: getattr(row, name) for name in Turn.__slots__})
