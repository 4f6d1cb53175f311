"""Urgent actions, every ring of them, and the rota; this file alone stands between a gesture and a ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.referral import UrgentDetails
from kit.vault import Vault
from services.referral.domain import urgent
from services.referral.domain.urgent import Action, Attempt, Duty, Ring
from services.referral.tables import duty, urgent_action, urgent_attempt


@dataclass(frozen=True, slots=True)
class Claimed:
    """A ring taken up by this process, to be made now."""

    attempt_id: int
    urgent_action_id: UUID
    channel: str
    number: str
    secret: str


async def duties(db: AsyncConnection) -> list[Duty]:
    """Who is on call, in the order in which they are rung."""
    rows = await db.execute(select(duty).order_by(duty.c.position))
    return [Duty(row.position, row.name, row.number) for row in rows]


async def set_duties(db: AsyncConnection, posts: Sequence[Duty]) -> None:
    """The whole rota at once."""
    await db.execute(delete(duty))
    if posts:
        await db.execute(
            insert(duty), [{"position": one.position, "name": one.name, "number": one.number} for one in posts]
        )


async def add(db: AsyncConnection, vault: Vault, action: Action, details: UrgentDetails, *, triggered_by: UUID) -> None:
    """Write the urgent action; what saves a life is sealed under a key of its own."""
    key = vault.new_data_key()
    row = {
        "id": action.id,
        "contact_id": action.contact_id,
        "triggered_by": triggered_by,
        "triggered_at": action.triggered_at,
        "status": action.status,
        "version": action.version,
        "data_key": key,
        "details": _sealed(vault, key, action.id, details),
    }
    await db.execute(insert(urgent_action).values(row))


async def load(db: AsyncConnection, action_id: UUID, *, to_change: bool = False) -> Action:
    """One urgent action, or `unknown-urgent-action`."""
    query = select(urgent_action).where(urgent_action.c.id == action_id)
    row = (await db.execute(query.with_for_update() if to_change else query)).first()
    if row is None:
        raise urgent.UnknownUrgentAction()
    return _action(row)


async def open_actions(db: AsyncConnection, *, claim: bool = False) -> list[Action]:
    """The urgent actions that nobody has yet; `claim` leaves out those that another process looks after now."""
    query = select(urgent_action).where(urgent_action.c.status == "triggered").order_by(urgent_action.c.triggered_at)
    if claim:
        query = query.with_for_update(skip_locked=True)
    return [_action(row) for row in await db.execute(query)]


async def attempts(db: AsyncConnection, action_id: UUID) -> list[Attempt]:
    """Every ring of an urgent action, in order."""
    mine = urgent_attempt.c.urgent_action_id == action_id
    rows = await db.execute(select(urgent_attempt).where(mine).order_by(urgent_attempt.c.id))
    return [Attempt(row.round, row.position, row.channel, row.outcome, row.at, row.who) for row in rows]


async def write_rings(
    db: AsyncConnection, action_id: UUID, rings: Sequence[Ring], posts: Sequence[Duty], *, now: datetime
) -> None:
    """Every ring stands written before it is made; those of earlier rounds that nobody answered say so."""
    if not rings:
        return
    post = {one.position: one for one in posts}
    rows = [
        {
            "urgent_action_id": action_id,
            "round": ring.round,
            "position": ring.position,
            "who": post[ring.position].name,
            "number": post[ring.position].number,
            "channel": ring.channel,
            "outcome": "pending",
            "at": now,
        }
        for ring in rings
    ]
    mine = (urgent_attempt.c.urgent_action_id == action_id) & (urgent_attempt.c.outcome == "taken")
    earlier = mine & (urgent_attempt.c.round < min(ring.round for ring in rings))
    await db.execute(update(urgent_attempt).where(earlier).values(outcome="unanswered"))
    await db.execute(insert(urgent_attempt).on_conflict_do_nothing(), rows)


async def claim(db: AsyncConnection, *, now: datetime) -> list[Claimed]:
    """Take up the rings that wait, and those that a dead process left; each gets a fresh secret."""
    column = urgent_attempt.c
    stuck = column.taken_up_at < now - urgent.STUCK_AFTER
    query = (
        select(column.id, column.urgent_action_id, column.channel, column.number)
        .join(urgent_action, urgent_action.c.id == column.urgent_action_id)
        .where(column.outcome == "pending", column.taken_up_at.is_(None) | stuck)
        .where(urgent_action.c.status == "triggered")
        .order_by(column.id)
        .with_for_update(of=urgent_attempt, skip_locked=True)
    )
    claimed = []
    for row in (await db.execute(query)).all():
        secret, hashed = urgent.new_secret()
        await db.execute(update(urgent_attempt).where(column.id == row.id).values(taken_up_at=now, secret_hash=hashed))
        claimed.append(Claimed(row.id, row.urgent_action_id, row.channel, row.number, secret))
    return claimed


async def ended(db: AsyncConnection, attempt_id: int, *, taken: bool, now: datetime) -> None:
    """What the provider said of a ring."""
    mine = (urgent_attempt.c.id == attempt_id) & (urgent_attempt.c.outcome == "pending")
    outcome = "taken" if taken else "refused"
    await db.execute(update(urgent_attempt).where(mine).values(outcome=outcome, ended_at=now))


async def acknowledge(db: AsyncConnection, secret_hash: bytes, *, now: datetime) -> UUID:
    """One press on the button: the first takes the urgent action, the others change nothing."""
    found = select(urgent_attempt.c.id, urgent_attempt.c.urgent_action_id, urgent_attempt.c.who)
    row = (await db.execute(found.where(urgent_attempt.c.secret_hash == secret_hash))).first()
    if row is None:
        raise urgent.UnknownAlert()
    action = await load(db, row.urgent_action_id, to_change=True)
    if action.status == "triggered":
        await _set(db, action.id, status="acknowledged", acknowledged_at=now, acknowledged_by=row.who)
        answered = update(urgent_attempt).where(urgent_attempt.c.id == row.id)
        await db.execute(answered.values(outcome="acknowledged", ended_at=now))
        waiting = (urgent_attempt.c.urgent_action_id == action.id) & (urgent_attempt.c.outcome == "pending")
        await db.execute(update(urgent_attempt).where(waiting).values(outcome="unanswered", ended_at=now))
    return action.id


async def call_back(db: AsyncConnection, action_id: UUID, *, now: datetime) -> list[tuple[str, str]]:
    """The alert is called off; the channels and numbers that a provider had taken, to be told so."""
    await _set(db, action_id, status="called_back")
    mine = urgent_attempt.c.urgent_action_id == action_id
    waiting = mine & (urgent_attempt.c.outcome == "pending")
    await db.execute(update(urgent_attempt).where(waiting).values(outcome="unanswered", ended_at=now))
    told = select(urgent_attempt.c.number).where(mine, urgent_attempt.c.taken_up_at.is_not(None)).distinct()
    return [("sms", number) for number in (await db.execute(told)).scalars()]


async def details(db: AsyncConnection, vault: Vault, action_id: UUID) -> UrgentDetails:
    """What saves a life, opened."""
    column = urgent_action.c
    row = (await db.execute(select(column.data_key, column.details).where(column.id == action_id))).first()
    if row is None:
        raise urgent.UnknownUrgentAction()
    if row.details is None:
        return UrgentDetails()
    opened = vault.open(row.data_key, row.details, aad=f"urgent_action.details:{action_id}")
    return msgspec.json.decode(opened, type=UrgentDetails)


async def set_details(db: AsyncConnection, vault: Vault, action_id: UUID, told: UrgentDetails) -> None:
    """Seal what is now known."""
    mine = urgent_action.c.id == action_id
    key = (await db.execute(select(urgent_action.c.data_key).where(mine))).scalar_one()
    await _set(db, action_id, details=_sealed(vault, key, action_id, told))


async def _set(db: AsyncConnection, action_id: UUID, **values: Any) -> None:
    changed = update(urgent_action).where(urgent_action.c.id == action_id)
    await db.execute(changed.values(**values, version=urgent_action.c.version + 1))


def _sealed(vault: Vault, key: bytes, action_id: UUID, told: UrgentDetails) -> bytes:
    return vault.seal(key, msgspec.json.encode(told).decode(), aad=f"urgent_action.details:{action_id}")


def _action(row: Any) -> Action:
    return Action(
        id=row.id,
        status=row.status,
        triggered_at=row.triggered_at,
        version=row.version,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        contact_id=row.contact_id,
    )
