"""Accounts and their factors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Grant
from contracts.identity import Account, Factor
from kit.vault import Vault
from services.identity.domain.refusals import AccountUnknown, IdentifierTaken
from services.identity.tables import account, factor

_FACTORS = (
    select(func.array_agg(aggregate_order_by(factor.c.factor, factor.c.place)))
    .where(factor.c.account_id == account.c.id, factor.c.confirmed)
    .scalar_subquery()
)
_ALL = select(account, _FACTORS.label("factors"))
PLACES = {Factor.PASSWORD: 1, Factor.TOTP: 2}


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        identifier=row.identifier,
        display_name=row.display_name,
        grants=msgspec.convert(row.grants, tuple[Grant, ...]),
        factors=tuple(Factor(one) for one in row.factors or ()),
        active=row.closed_at is None,
        version=row.version,
    )


async def one(db: AsyncConnection, account_id: UUID) -> Account:
    """An account by its id; `account-unknown` when there is none."""
    row = (await db.execute(_ALL.where(account.c.id == account_id))).one_or_none()
    if row is None:
        raise AccountUnknown()
    return _account(row)


async def find(db: AsyncConnection, account_id: UUID) -> Account | None:
    """An account by its id, or None."""
    row = (await db.execute(_ALL.where(account.c.id == account_id))).one_or_none()
    return None if row is None else _account(row)


async def rename(db: AsyncConnection, account_id: UUID, *, identifier: str) -> Account:
    """Another identifier for an account that nobody has opened yet; `identifier-taken` if another has it."""
    taken = await named(db, identifier)
    if taken is not None and taken.id != account_id:
        raise IdentifierTaken()
    await db.execute(update(account).where(account.c.id == account_id).values(identifier=identifier))
    return await one(db, account_id)


async def named(db: AsyncConnection, identifier: str) -> Account | None:
    """The open account with this identifier."""
    mine = and_(account.c.identifier == identifier, account.c.closed_at.is_(None))
    row = (await db.execute(_ALL.where(mine))).one_or_none()
    return None if row is None else _account(row)


async def everyone(db: AsyncConnection) -> list[Account]:
    """All accounts, by name."""
    return [_account(row) for row in await db.execute(_ALL.order_by(account.c.display_name))]


async def add(
    db: AsyncConnection,
    *,
    identifier: str,
    display_name: str,
    grants: tuple[Grant, ...],
    now: datetime,
    account_id: UUID | None = None,
) -> Account:
    """A new account without any factor; `identifier-taken` if another has its identifier."""
    row = {
        "id": account_id or uuid4(),
        "identifier": identifier,
        "display_name": display_name,
        "grants": msgspec.to_builtins(grants),
        "opened_at": now,
    }
    made = insert(account).values(row).on_conflict_do_nothing().returning(account.c.id)
    if (await db.execute(made)).first() is None:
        raise IdentifierTaken()
    return await one(db, row["id"])


async def change_grants(db: AsyncConnection, account_id: UUID, grants: tuple[Grant, ...]) -> Account:
    """Other roles for an account, under the next version."""
    changed = update(account).where(account.c.id == account_id)
    await db.execute(changed.values(grants=msgspec.to_builtins(grants), version=account.c.version + 1))
    return await one(db, account_id)


async def close(db: AsyncConnection, account_id: UUID, now: datetime) -> Account | None:
    """Close an account for good; None when it already was."""
    open_one = and_(account.c.id == account_id, account.c.closed_at.is_(None))
    closing = update(account).where(open_one).values(closed_at=now, version=account.c.version + 1)
    if (await db.execute(closing.returning(account.c.id))).first() is None:
        return None
    await db.execute(delete(factor).where(factor.c.account_id == account_id))
    return await one(db, account_id)


async def keep_password(db: AsyncConnection, account_id: UUID, password_hash: str) -> None:
    """Set or replace an account's password."""
    await _keep(db, account_id, Factor.PASSWORD, kept=password_hash.encode(), data_key=None, confirmed=True)


async def keep_totp(db: AsyncConnection, vault: Vault, account_id: UUID, secret: bytes, *, confirmed: bool) -> None:
    """Set or replace an account's TOTP secret, sealed; it is asked at login once confirmed."""
    data_key = vault.new_data_key()
    sealed = vault.seal(data_key, secret.hex(), aad=f"factor.kept:{account_id}")
    await _keep(db, account_id, Factor.TOTP, kept=sealed, data_key=data_key, confirmed=confirmed)


async def _keep(db: AsyncConnection, account_id: UUID, kind: Factor, **values: Any) -> None:
    place = PLACES[kind]
    keeping = insert(factor).values(account_id=account_id, factor=kind, place=place, last_step=0, **values)
    await db.execute(
        keeping.on_conflict_do_update(index_elements=["account_id", "factor"], set_={"last_step": 0, **values})
    )


async def password_hash(db: AsyncConnection, account_id: UUID) -> str | None:
    """The PHC string of an account's password."""
    mine = and_(factor.c.account_id == account_id, factor.c.factor == Factor.PASSWORD)
    found: bytes | None = (await db.execute(select(factor.c.kept).where(mine))).scalar()
    return None if found is None else found.decode()


async def totp_secret(db: AsyncConnection, vault: Vault, account_id: UUID) -> bytes | None:
    """The TOTP secret of an account, confirmed or not."""
    mine = and_(factor.c.account_id == account_id, factor.c.factor == Factor.TOTP)
    found = (await db.execute(select(factor.c.kept, factor.c.data_key).where(mine))).one_or_none()
    if found is None:
        return None
    return bytes.fromhex(vault.open(found.data_key, found.kept, aad=f"factor.kept:{account_id}"))


async def use_step(db: AsyncConnection, account_id: UUID, step: int) -> bool:
    """Use a time step, which confirms the factor; False when this step or a later one was used before."""
    unused = and_(factor.c.account_id == account_id, factor.c.factor == Factor.TOTP, factor.c.last_step < step)
    using = update(factor).where(unused).values(last_step=step, confirmed=True).returning(factor.c.factor)
    return (await db.execute(using)).first() is not None


async def add_many(db: AsyncConnection, accounts: Sequence[dict[str, Any]], factors: Sequence[dict[str, Any]]) -> None:
    """Many accounts at once, for the seed; those that are there stay as they are."""
    await db.execute(insert(account).on_conflict_do_nothing(), accounts)
    await db.execute(insert(factor).on_conflict_do_nothing(), factors)
