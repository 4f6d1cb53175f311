"""The vault: sealed on the way in, opened only to send a message or under a reveal permit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.words import Channel, MessageMoment
from kit.vault import Vault
from services.reminders.domain.contacts import KEPT, ON_THE_LINE, Reach, Wishes
from services.reminders.tables import account, appointment, contact

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:case_id, 0))")
KEY_VERSION = 1
_UNSEALED = (
    contact.c.channels,
    contact.c.moments,
    contact.c.from_hour,
    contact.c.to_hour,
    contact.c.given_at,
    contact.c.recalled_at,
)


async def lock(db: AsyncConnection, case_id: UUID) -> None:
    """One at a time per case: a contact and a booking that come together must see one another."""
    await db.execute(LOCK, {"case_id": str(case_id)})


async def put(db: AsyncConnection, vault: Vault, case_id: UUID, reach: Reach, *, now: datetime) -> None:
    """Keep how a case may be reached, under a data key of its own."""
    last = select(func.max(appointment.c.forget_at)).where(appointment.c.case_id == case_id).scalar_subquery()
    row = {
        **sealed(vault, "contact", case_id, reach),
        "case_id": case_id,
        "number_hash": vault.blind(f"number:{reach.phone}") if reach.phone else None,
        "moments": [moment.value for moment in reach.wishes.moments],
        "from_hour": reach.wishes.from_hour,
        "to_hour": reach.wishes.to_hour,
        "given_at": now,
        "recalled_at": None,
        "forget_at": func.greatest(literal(now + KEPT), last),
    }
    same_row = [contact.c.case_id]
    await db.execute(insert(contact).values(row).on_conflict_do_update(index_elements=same_row, set_=row))


async def find(db: AsyncConnection, vault: Vault, case_id: UUID) -> Reach | None:
    """How a case may be reached, opened."""
    row = (await db.execute(select(contact).where(contact.c.case_id == case_id))).first()
    return _opened(vault, "contact", case_id, row) if row else None


async def wishes(db: AsyncConnection, case_id: UUID) -> Wishes | None:
    """What a case chose; opens nothing."""
    row = await kept(db, case_id)
    return wishes_in(row) if row else None


async def kept(db: AsyncConnection, case_id: UUID) -> Any:
    """The row without what is sealed in it."""
    return (await db.execute(select(*_UNSEALED).where(contact.c.case_id == case_id))).first()


async def has_number(db: AsyncConnection, case_id: UUID) -> bool:
    """Whether a number is kept, whatever it is used for."""
    asked = select(contact.c.phone.is_not(None)).where(contact.c.case_id == case_id)
    return bool((await db.execute(asked)).scalar())


async def given_again(db: AsyncConnection, case_id: UUID, now: datetime) -> None:
    """The same once more: nothing changes but that they have just said it."""
    await db.execute(update(contact).where(contact.c.case_id == case_id).values(given_at=now))


async def on_the_line(db: AsyncConnection, case_id: UUID, now: datetime) -> bool:
    """They have just said how to reach them, so « now » wakes nobody."""
    row = await kept(db, case_id)
    return row is not None and now - row.given_at <= ON_THE_LINE


async def same_number(db: AsyncConnection, case_id: UUID) -> list[UUID]:
    """Other cases that gave the same number; nothing is opened."""
    mine = select(contact.c.number_hash).where(contact.c.case_id == case_id).scalar_subquery()
    others = select(contact.c.case_id).where(contact.c.number_hash == mine, contact.c.case_id != case_id)
    return list((await db.execute(others.order_by(contact.c.given_at.desc()).limit(5))).scalars())


async def remember_recall(db: AsyncConnection, case_id: UUID, now: datetime) -> None:
    """The recall came before the booking: what it takes back will be born recalled."""
    await db.execute(update(contact).where(contact.c.case_id == case_id).values(recalled_at=now))


async def keep_until(db: AsyncConnection, case_id: UUID) -> None:
    """Forget the contact when the last appointment of the case is to be forgotten."""
    last = select(func.max(appointment.c.forget_at)).where(appointment.c.case_id == case_id).scalar_subquery()
    mine = contact.c.case_id == case_id
    until = func.coalesce(last, contact.c.given_at + KEPT)
    await db.execute(update(contact).where(mine).values(forget_at=until))


async def keep_all_until(db: AsyncConnection, case_ids: Sequence[UUID]) -> None:
    """`keep_until` for many."""
    last = select(func.max(appointment.c.forget_at)).where(appointment.c.case_id == contact.c.case_id).scalar_subquery()
    until = func.coalesce(last, contact.c.given_at + KEPT)
    await db.execute(update(contact).where(contact.c.case_id.in_(case_ids)).values(forget_at=until))


async def kept_of(db: AsyncConnection, case_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """`kept` of many."""
    found = await db.execute(select(contact.c.case_id, *_UNSEALED).where(contact.c.case_id.in_(case_ids)))
    return {row.case_id: row for row in found}


async def erase(db: AsyncConnection, case_id: UUID) -> bool:
    """Destroy a case's data key with all that it sealed; False when there was nothing."""
    done = await db.execute(delete(contact).where(contact.c.case_id == case_id).returning(contact.c.case_id))
    return done.first() is not None


async def put_account(db: AsyncConnection, vault: Vault, account_id: UUID, reach: Reach) -> None:
    """Keep how an account is told; an empty reach leaves no key."""
    nothing: dict[str, Any] = {"wrapped_key": None, "phone": None, "mail": None, "channels": []}
    row = {"account_id": account_id, **(nothing if reach.empty else sealed(vault, "account", account_id, reach))}
    row |= {"from_hour": reach.wishes.from_hour, "to_hour": reach.wishes.to_hour, "entries": reach.wishes.entries}
    await db.execute(insert(account).values(row).on_conflict_do_update(index_elements=["account_id"], set_=row))


async def find_account(db: AsyncConnection, vault: Vault, account_id: UUID) -> Reach | None:
    """How an account is told, opened."""
    row = (await db.execute(select(account).where(account.c.account_id == account_id))).first()
    return _opened(vault, "account", account_id, row) if row and row.wrapped_key else None


async def account_channels(db: AsyncConnection, account_id: UUID) -> tuple[Channel, ...]:
    """The channels an account chose; opens nothing."""
    found = await db.scalar(select(account.c.channels).where(account.c.account_id == account_id))
    return tuple(Channel(channel) for channel in found or ())


async def account_wishes(db: AsyncConnection, account_id: UUID) -> Wishes:
    """The channels and hours an account chose; opens nothing."""
    return (await wishes_of_accounts(db, [account_id])).get(account_id, Wishes())


async def wishes_of_accounts(db: AsyncConnection, account_ids: Sequence[UUID]) -> dict[UUID, Wishes]:
    """The same of many, without those who chose nothing."""
    columns = (account.c.account_id, account.c.channels, account.c.from_hour, account.c.to_hour, account.c.entries)
    found = await db.execute(select(*columns).where(account.c.account_id.in_(account_ids)))
    return {
        row.account_id: Wishes(tuple(map(Channel, row.channels)), (), row.from_hour, row.to_hour, row.entries)
        for row in found
    }


async def on_duty(db: AsyncConnection) -> dict[UUID, tuple[Channel, ...]]:
    """The duty managers who chose to be told, and how."""
    chosen = select(account.c.account_id, account.c.channels).where(account.c.duty)
    rows = await db.execute(chosen.where(func.cardinality(account.c.channels) > 0))
    return {row.account_id: tuple(Channel(channel) for channel in row.channels) for row in rows}


async def set_duty(db: AsyncConnection, account_id: UUID, version: int, duty: bool) -> None:
    """What the account may be told as one of the desk; the highest version stays."""
    new = {"account_id": account_id, "version": version, "duty": duty}
    row = insert(account).values(new)
    await db.execute(
        row.on_conflict_do_update(index_elements=["account_id"], set_=new, where=account.c.version < version)
    )


async def erase_account(db: AsyncConnection, account_id: UUID) -> None:
    """Destroy an account's data key with all that it sealed."""
    await db.execute(delete(account).where(account.c.account_id == account_id))


def _aad(table: str, column: str, subject: UUID) -> str:
    return f"{table}.{column}:{subject}:{KEY_VERSION}"


def sealed(vault: Vault, table: str, subject: UUID, reach: Reach) -> dict[str, Any]:
    """The columns of a vault's row, under a new data key of its own."""
    key = vault.new_data_key()

    def seal(column: str, value: str | None) -> bytes | None:
        return vault.seal(key, value, aad=_aad(table, column, subject)) if value else None

    return {
        "wrapped_key": key,
        "phone": seal("phone", reach.phone),
        "mail": seal("mail", reach.mail),
        "channels": [channel.value for channel in reach.wishes.channels],
    }


def _opened(vault: Vault, table: str, subject: UUID, row: Row[Any]) -> Reach:
    def opened(column: str, value: bytes | None) -> str | None:
        return vault.open(row.wrapped_key, value, aad=_aad(table, column, subject)) if value else None

    return Reach(
        phone=opened("phone", row.phone),
        mail=opened("mail", row.mail),
        wishes=wishes_in(row) if table == "contact" else Wishes(tuple(map(Channel, row.channels))),
    )


def opened_for(vault: Vault, subject: UUID, row: Any, channel: Channel, *, person: bool) -> Reach:
    """How one message reaches its reader: only what its channel needs is opened."""
    table, column = "contact" if person else "account", "phone" if channel is Channel.SMS else "mail"
    value = getattr(row, column)
    address = vault.open(row.wrapped_key, value, aad=_aad(table, column, subject)) if value else None
    hours = {"from_hour": row.from_hour, "to_hour": row.to_hour}
    chosen = wishes_in(row) if person else Wishes(tuple(map(Channel, row.channels)), (), **hours)
    return Reach(wishes=chosen, **{column: address})


def wishes_in(row: Row[Any]) -> Wishes:
    """What a case's row says that it chose."""
    return Wishes(
        channels=tuple(map(Channel, row.channels)),
        moments=tuple(map(MessageMoment, row.moments)),
        from_hour=row.from_hour,
        to_hour=row.to_hour,
    )
