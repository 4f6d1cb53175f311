"""The names of accounts, as identity tells them."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AccountClosed, AccountOpened
from services.referral.tables import colleague


async def opened(db: AsyncConnection, event: AccountOpened) -> None:
    """Keep an account's name and roles; an older version changes nothing."""
    row = {
        "id": event.account_id,
        "version": event.version,
        "display_name": event.display_name,
        "roles": [role.value for role in event.roles],
        "open": True,
    }
    newer = colleague.c.version < event.version
    await db.execute(insert(colleague).values(row).on_conflict_do_update(index_elements=["id"], set_=row, where=newer))


async def closed(db: AsyncConnection, event: AccountClosed) -> None:
    """The account is closed; its name stays beside what it did."""
    row = {"id": event.account_id, "version": event.version, "display_name": "", "roles": [], "open": False}
    kept = {"open": False, "version": event.version}
    newer = colleague.c.version < event.version
    await db.execute(insert(colleague).values(row).on_conflict_do_update(index_elements=["id"], set_=kept, where=newer))
