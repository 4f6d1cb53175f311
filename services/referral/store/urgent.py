"""Urgent actions and every ring of them; this file and `on_call` alone stand between a gesture and a ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.urgent import UrgentDetails
from kit.vault import Vault
from services.referral.domain import urgent
from services.referral.domain.urgent import Action, Attempt, Duty, Ring
from services.referral.domain.urgent_ends import CLOSE_WITHIN, TELL_AGAIN
from services.referral.tables import contact, urgent_action, urgent_attempt


@dataclass(frozen=True, slots=True)
class Claimed:
    """A ring taken up by this process, to be made now."""

    attempt_id: int
    urgent_action_id: UUID
    channel: str
    number: str
    secret: str


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
        "department": action.department,
        "raised_from": action.raised_from,
        "data_key": key,
        "details": _sealed(vault, key, action.id, details),
    }
    await db.execute(insert(urgent_action).values(row))


async def department_of(db: AsyncConnection, contact_id: UUID) -> str | None:
    """The département of the person, as the call's sheet says it."""
    said = select(contact.c.codes["department"].astext).where(contact.c.id == contact_id)
    found: str | None = (await db.execute(said)).scalar()
    return found


async def load(db: AsyncConnection, action_id: UUID, *, to_change: bool = False) -> Action:
    """One urgent action, or `unknown-urgent-action`."""
    query = select(urgent_action).where(urgent_action.c.id == action_id)
    row = (await db.execute(query.with_for_update() if to_change else query)).first()
    if row is None:
        raise urgent.UnknownUrgentAction()
    return _action(row)


async def open_actions(db: AsyncConnection, *, claim: bool = False) -> list[Action]:
    """The urgent actions that nobody has yet; `claim` leaves out those that another process looks after now."""
    nobody = urgent_action.c.acknowledged_at.is_(None) & urgent_action.c.status.in_(urgent.RINGING)
    query = select(urgent_action).where(nobody).order_by(urgent_action.c.triggered_at)
    if claim:
        query = query.with_for_update(skip_locked=True)
    return [_action(row) for row in await db.execute(query)]


async def unclosed(db: AsyncConnection) -> list[Action]:
    """Those that two people have not closed, the oldest first."""
    going = urgent_action.c.status.not_in(("closed", "called_back"))
    query = select(urgent_action).where(going).order_by(urgent_action.c.triggered_at).limit(100)
    return [_action(row) for row in await db.execute(query)]


async def left_open(db: AsyncConnection, *, now: datetime) -> list[tuple[UUID, int]]:
    """Those that two people have not closed in a day, of which nobody was told for half a day; noted as told."""
    going = urgent_action.c.status.not_in(("closed", "called_back"))
    late = urgent_action.c.triggered_at < now - CLOSE_WITHIN
    silent = urgent_action.c.late_told_at.is_(None) | (urgent_action.c.late_told_at < now - TELL_AGAIN)
    found = select(urgent_action.c.id).where(going, late, silent).limit(20).with_for_update(skip_locked=True)
    noted = update(urgent_action).where(urgent_action.c.id.in_(found))
    noted = noted.values(late_told_at=now, version=urgent_action.c.version + 1)
    rows = await db.execute(noted.returning(urgent_action.c.id, urgent_action.c.version))
    return [(row.id, row.version) for row in rows]


async def attempts_of(db: AsyncConnection, action_ids: Sequence[UUID]) -> dict[UUID, list[Attempt]]:
    """Every ring of each urgent action, in order."""
    mine = urgent_attempt.c.urgent_action_id.in_(action_ids)
    found: dict[UUID, list[Attempt]] = {}
    for row in await db.execute(select(urgent_attempt).where(mine).order_by(urgent_attempt.c.id)):
        made = Attempt(row.round, row.position, row.channel, row.outcome, row.at, row.who)
        found.setdefault(row.urgent_action_id, []).append(made)
    return found


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
            "number": post[ring.position].reached_by(ring.channel),
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


async def claim(db: AsyncConnection, vault: Vault, *, now: datetime, left: datetime | None = None) -> list[Claimed]:
    """Take up the rings that wait, and those that a dead process left: all that were taken up before `left`.

    As long as no provider took any ring of an alert, those that were refused are tried again: a provider that is away
    for a minute must not cost two. A ring made again has the link that it had: whoever was woken may press that one.
    """
    column = urgent_attempt.c
    stuck = column.taken_up_at < (left or now - urgent.STUCK_AFTER)
    other = urgent_attempt.alias()
    reached = exists().where(other.c.urgent_action_id == column.urgent_action_id, other.c.outcome != "refused")
    refused = (column.outcome == "refused") & stuck & ~reached
    query = (
        select(column.id, column.urgent_action_id, column.channel, column.number)
        .join(urgent_action, urgent_action.c.id == column.urgent_action_id)
        .where(((column.outcome == "pending") & (column.taken_up_at.is_(None) | stuck)) | refused)
        .where(urgent_action.c.acknowledged_at.is_(None), urgent_action.c.status.in_(urgent.RINGING))
        .order_by(column.id)
        .with_for_update(of=urgent_attempt, skip_locked=True)
    )
    claimed = []
    for row in (await db.execute(query)).all():
        secret = vault.secret(f"urgent_attempt:{row.urgent_action_id}:{row.id}")
        hashed = urgent.secret_hash(secret)
        await db.execute(update(urgent_attempt).where(column.id == row.id).values(taken_up_at=now, secret_hash=hashed))
        claimed.append(Claimed(row.id, row.urgent_action_id, row.channel, row.number, secret))
    return claimed


async def ended(db: AsyncConnection, attempt_id: int, *, taken: bool, now: datetime) -> None:
    """What the provider said of a ring."""
    mine = (urgent_attempt.c.id == attempt_id) & urgent_attempt.c.outcome.in_(("pending", "refused"))
    outcome = "taken" if taken else "refused"
    await db.execute(update(urgent_attempt).where(mine).values(outcome=outcome, ended_at=now))


async def acknowledge(db: AsyncConnection, secret_hash: bytes, *, now: datetime) -> UUID:
    """One press on the button: the first takes the urgent action, the others change nothing."""
    found = select(urgent_attempt.c.id, urgent_attempt.c.urgent_action_id, urgent_attempt.c.who)
    row = (await db.execute(found.where(urgent_attempt.c.secret_hash == secret_hash))).first()
    if row is None:
        raise urgent.UnknownAlert()
    action = await load(db, row.urgent_action_id, to_change=True)
    if action.rings:
        await taken(db, action, who=row.who, account_id=None, now=now)
        answered = update(urgent_attempt).where(urgent_attempt.c.id == row.id)
        await db.execute(answered.values(outcome="acknowledged", ended_at=now))
    return action.id


async def taken(db: AsyncConnection, action: Action, *, who: str, account_id: UUID | None, now: datetime) -> None:
    """Someone has it: nothing more is rung. Handed over before that, it stays so."""
    status = "acknowledged" if action.status == "triggered" else action.status
    await change(
        db, action.id, status=status, acknowledged_at=now, acknowledged_by=who, acknowledged_account=account_id
    )
    waiting = (urgent_attempt.c.urgent_action_id == action.id) & (urgent_attempt.c.outcome == "pending")
    await db.execute(update(urgent_attempt).where(waiting).values(outcome="unanswered", ended_at=now))


async def call_back(db: AsyncConnection, action_id: UUID, *, now: datetime) -> list[tuple[str, str]]:
    """The alert is called off; the channels and numbers that a provider had taken, to be told so."""
    await change(db, action_id, status="called_back")
    mine = urgent_attempt.c.urgent_action_id == action_id
    waiting = mine & (urgent_attempt.c.outcome == "pending")
    await db.execute(update(urgent_attempt).where(waiting).values(outcome="unanswered", ended_at=now))
    rung = mine & urgent_attempt.c.taken_up_at.is_not(None) & (urgent_attempt.c.channel != "push")
    told = select(urgent_attempt.c.number).where(rung).distinct()
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
    await change(db, action_id, details=_sealed(vault, key, action_id, told))


async def change(db: AsyncConnection, action_id: UUID, **values: Any) -> None:
    """Set these columns, and count the change."""
    changed = update(urgent_action).where(urgent_action.c.id == action_id)
    await db.execute(changed.values(**values, version=urgent_action.c.version + 1))


def _sealed(vault: Vault, key: bytes, action_id: UUID, told: UrgentDetails) -> bytes:
    return vault.seal(key, msgspec.json.encode(told).decode(), aad=f"urgent_action.details:{action_id}")


def _action(row: Any) -> Action:
    return Action(**{name: getattr(row, name) for name in Action.__slots__})
