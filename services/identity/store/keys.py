"""API keys: opaque, shown once, kept as hashes."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Grant
from services.identity.domain.secrets import hashed, new_key
from services.identity.store.sessions import announce_end
from services.identity.tables import account, api_key


async def make_api_key(
    db: AsyncConnection,
    *,
    label: str,
    grants: tuple[Grant, ...],
    now: datetime,
    account_id: UUID | None = None,
) -> tuple[UUID, str]:
    """The id and the secret of a new key; with `account_id` it acts as that account, in the given roles."""
    key_id, secret = uuid4(), new_key()
    row = {
        "id": key_id,
        "secret_hash": hashed(secret),
        "label": label,
        "account_id": account_id,
        "grants": msgspec.to_builtins(grants),
        "made_at": now,
    }
    await db.execute(insert(api_key).values(row))
    return key_id, secret


class Key(msgspec.Struct, frozen=True):
    """A live key, as the exchange needs it."""

    id: UUID
    subject: UUID
    label: str
    grants: tuple[Grant, ...]


async def live(db: AsyncConnection, secret: str) -> Key | None:
    """The key behind `secret`, unless it or its account is closed."""
    found = (
        await db.execute(
            select(api_key)
            .outerjoin(account, account.c.id == api_key.c.account_id)
            .where(
                api_key.c.secret_hash == hashed(secret),
                api_key.c.revoked_at.is_(None),
                account.c.closed_at.is_(None),
            )
        )
    ).one_or_none()
    if found is None:
        return None
    grants = msgspec.convert(found.grants, tuple[Grant, ...])
    return Key(found.id, found.account_id or found.id, found.label, grants)


async def revoke(db: AsyncConnection, now: datetime, *, key_id: UUID) -> bool:
    """End one key at once; False when there is no such live key."""
    return await _revoke(db, now, api_key.c.id == key_id) > 0


async def revoke_of_account(db: AsyncConnection, now: datetime, account_id: UUID) -> int:
    """End every key that acts as an account."""
    return await _revoke(db, now, api_key.c.account_id == account_id)


async def _revoke(db: AsyncConnection, now: datetime, which: object) -> int:
    ending = update(api_key).where(which, api_key.c.revoked_at.is_(None))  # type: ignore[arg-type]
    revoked = (await db.execute(ending.values(revoked_at=now).returning(api_key.c.id, api_key.c.secret_hash))).all()
    await announce_end(db, revoked)
    return len(revoked)
