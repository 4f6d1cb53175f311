"""Every look leaves a trace: one row in the transaction that reads or writes a case."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from kit.auth import role_name
from kit.log import request_id
from kit.tables import audit


async def note(
    db: AsyncConnection, caller: Caller, action: str, thing: str, thing_id: UUID, *, why: str | None = None
) -> None:
    """Write who did `action` (read, write, …) on which `thing`; never what was in it."""
    await db.execute(
        insert(audit).values(
            subject=caller.subject,
            role=role_name(caller),
            action=action,
            thing=thing,
            thing_id=thing_id,
            why=why,
            request_id=request_id.get(),
        )
    )
