"""What people typed, sealed under the data key of its case before it reaches a column."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.vault import Vault
from services.referral.domain.cases import CaseErased
from services.referral.tables import care_case


async def data_key(db: AsyncConnection, vault: Vault, case_id: UUID) -> bytes:
    """The case's wrapped data key, made the first time that something is typed; an erased case never has one again."""
    mine = care_case.c.id == case_id
    query = select(care_case.c.data_key, care_case.c.erased_at).where(mine).with_for_update()
    key, erased_at = (await db.execute(query)).one()
    if erased_at is not None:
        raise CaseErased()
    if key is None:
        key = vault.new_data_key()
        await db.execute(update(care_case).where(mine).values(data_key=key))
    return bytes(key)


async def seal(db: AsyncConnection, vault: Vault, case_id: UUID, typed: dict[str, Any], *, place: str) -> bytes | None:
    """`typed` for the column named by `place` (`contact.typed:<id>`); None when there is nothing."""
    if not typed:
        return None
    key = await data_key(db, vault, case_id)
    return vault.seal(key, msgspec.json.encode(typed).decode(), aad=place)


def opened(vault: Vault, key: bytes | None, sealed: bytes | None, *, place: str) -> dict[str, Any]:
    """What was typed; empty when nothing was, or when the case was erased."""
    if key is None or sealed is None:
        return {}
    typed: dict[str, Any] = msgspec.json.decode(vault.open(key, sealed, aad=place))
    return typed
