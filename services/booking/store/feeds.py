"""The calendar that an expert's own program reads: its secret is known by its hash only, and may be renewed."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.errors import NotFound
from services.booking.tables import calendar_feed

BEHIND = timedelta(days=31)
LOOKED = timedelta(minutes=5)
"""A reader that asks more often is noted this often."""


class UnknownFeed(NotFound):
    """No calendar is read at this address, or no longer."""


def fingerprint(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def of_expert(db: AsyncConnection, expert_id: UUID) -> Any:
    """The row, or None when no address was given out."""
    return (await db.execute(select(calendar_feed).where(calendar_feed.c.expert_id == expert_id))).first()


async def renew(db: AsyncConnection, expert_id: UUID, now: datetime) -> str:
    """A new secret, 256 bits; the former one opens nothing from here on."""
    secret = secrets.token_urlsafe(32)
    row = {"secret_hash": fingerprint(secret), "made_at": now, "read_at": None}
    new = insert(calendar_feed).values(expert_id=expert_id, **row)
    await db.execute(new.on_conflict_do_update(index_elements=["expert_id"], set_=row))
    return secret


async def revoke(db: AsyncConnection, expert_id: UUID) -> None:
    await db.execute(delete(calendar_feed).where(calendar_feed.c.expert_id == expert_id))


_ENTRIES = text(
    """
    SELECT a.ical_uid, a.sequence, a.starts_at, a.ends_at, a.version,
        coalesce((SELECT max(e.at) FROM appointment_event e WHERE e.appointment_id = a.id), a.created_at) AS changed_at
    FROM appointment a
    WHERE a.expert_id = :expert AND a.starts_at > :since AND a.status NOT LIKE 'cancelled%'
    ORDER BY a.starts_at, a.id LIMIT 2000
    """
)


async def read(db: AsyncConnection, secret: str, now: datetime) -> list[Any]:
    """The appointments behind a secret, from a month ago on; `unknown-feed` for any other text."""
    mine = calendar_feed.c.secret_hash == fingerprint(secret)
    row = (await db.execute(select(calendar_feed).where(mine))).first()
    if row is None:
        raise UnknownFeed
    if row.read_at is None or now - row.read_at > LOOKED:
        await db.execute(update(calendar_feed).where(mine).values(read_at=now))
    return list((await db.execute(_ENTRIES, {"expert": row.expert_id, "since": now - BEHIND})).all())
