"""Sessions in PostgreSQL: found by the hash of their secret, ended where everyone feels it at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Row, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Grant
from contracts.identity import Factor
from contracts.words import LinkPurpose, Role
from kit import outbox
from services.identity.domain.secrets import hashed, new_secret
from services.identity.domain.sessions import Session
from services.identity.tables import account, factor, session

KEPT_AFTER_END = timedelta(days=1)


class Found(msgspec.Struct, frozen=True):
    """A session that has not been ended, with what its holder may see of it."""

    rules: Session
    display_name: str
    purpose: LinkPurpose | None = None


async def announce_end(db: AsyncConnection, ended: Sequence[Row[tuple[UUID, bytes]]], what: str = "ended") -> None:
    """After the commit, `session:ended` on Redis with the id and the credential's hash of each.

    Gateways then forget the credential and close its sockets; should Redis be away, within their short memory.
    """
    await outbox.nudge(db, *(f"session:{what} {one.id} {one.secret_hash.hex()}" for one in ended))


_ASKED = (
    select(func.array_agg(aggregate_order_by(factor.c.factor, factor.c.place)))
    .where(factor.c.account_id == session.c.account_id, factor.c.confirmed)
    .scalar_subquery()
)
_LIVE = (
    select(session, account.c.grants, account.c.display_name, _ASKED.label("asked"))
    .outerjoin(account, account.c.id == session.c.account_id)
    .where(session.c.ended_at.is_(None), account.c.closed_at.is_(None))
)


async def find(db: AsyncConnection, secret: str) -> Found | None:
    """The session behind `secret`, whatever its state; None when it was ended or never was."""
    row = (await db.execute(_LIVE.where(session.c.secret_hash == hashed(secret)))).one_or_none()
    return None if row is None else _found(row)


def _found(row: Any) -> Found:
    staff = row.account_id is not None
    purpose = None if staff else LinkPurpose(row.purpose)
    grants = msgspec.convert(row.grants, tuple[Grant, ...]) if staff else (Grant(Role.PERSON, purpose),)
    rules = Session(
        id=row.id,
        subject=row.account_id or row.target_id,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        asked=tuple(Factor(one) for one in row.asked or ()),
        passed=tuple(Factor(one) for one in row.passed),
        grants=grants,
        locked_at=row.locked_at,
        closes_at=row.closes_at,
        busy_at=row.busy_at,
        staff=staff,
    )
    return Found(rules, row.display_name or "", purpose)


async def open_for_account(
    db: AsyncConnection, account_id: UUID, *, passed: tuple[Factor, ...], opened_at: datetime, now: datetime
) -> str:
    """A new session of an account; its secret, shown this once."""
    row = {"account_id": account_id, "passed": msgspec.to_builtins(passed), "opened_at": opened_at, "seen_at": now}
    return await _open(db, row)


async def open_for_person(
    db: AsyncConnection, target_id: UUID, purpose: LinkPurpose, *, closes_at: datetime, now: datetime
) -> str:
    """A new session of a person, which reaches one case, offer or form; its secret, shown this once."""
    row = {"target_id": target_id, "purpose": purpose, "opened_at": now, "seen_at": now, "closes_at": closes_at}
    return await _open(db, row)


async def _open(db: AsyncConnection, row: dict[str, Any]) -> str:
    secret = new_secret()
    await db.execute(insert(session).values(id=uuid4(), secret_hash=hashed(secret), **row))
    return secret


async def seen(db: AsyncConnection, session_id: UUID, at: datetime, *, busy_at: datetime | None = None) -> None:
    """Put off the idle limit, and remember that work goes on; neither goes backwards when two exchanges cross."""
    later = {"seen_at": func.greatest(session.c.seen_at, at), "busy_at": func.greatest(session.c.busy_at, busy_at)}
    await db.execute(update(session).where(session.c.id == session_id).values(later))


async def lock_account(db: AsyncConnection, account_id: UUID, now: datetime) -> None:
    """Lock every session of an account whose rights changed: reopening gives each a new id, nothing is lost.

    `session:changed` makes gateways ask for tokens again; sockets stay, since someone may be in a call.
    """
    mine = (session.c.account_id == account_id, session.c.ended_at.is_(None))
    locking = update(session).where(*mine).values(locked_at=now).returning(session.c.id, session.c.secret_hash)
    await announce_end(db, (await db.execute(locking)).all(), "changed")


async def end(db: AsyncConnection, now: datetime, *, secret: str) -> bool:
    """End the session behind `secret`; False when there is none."""
    return bool(await _end(db, now, session.c.secret_hash == hashed(secret)))


async def end_of_account(db: AsyncConnection, now: datetime, account_id: UUID, *, but: UUID | None = None) -> int:
    """End every session of an account, but the one given."""
    which = session.c.account_id == account_id
    return await _end(db, now, which if but is None else and_(which, session.c.id != but))


async def end_of_target(db: AsyncConnection, now: datetime, target_id: UUID, *, but: UUID | None = None) -> int:
    """End every session that reaches a case, but the one given."""
    which = session.c.target_id == target_id
    return await _end(db, now, which if but is None else and_(which, session.c.id != but))


async def _end(db: AsyncConnection, now: datetime, which: Any) -> int:
    ending = update(session).where(which, session.c.ended_at.is_(None)).values(ended_at=now)
    ended = (await db.execute(ending.returning(session.c.id, session.c.secret_hash))).all()
    await announce_end(db, ended)
    return len(ended)


async def forget(db: AsyncConnection, now: datetime) -> int:
    """Delete sessions that ended, or that nobody has used for longer than any limit, more than a day ago."""
    old = (session.c.ended_at < now - KEPT_AFTER_END) | (session.c.seen_at < now - timedelta(days=30))
    return (await db.execute(delete(session).where(old))).rowcount
