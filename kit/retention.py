"""What the house itself forgets: answers kept for repeated presses after 48 h, what was heard after 8 days."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.ticks import Tick

FORGET_SECONDS = 600
OLD_ANSWERS = text("DELETE FROM idempotency WHERE at < now() - interval '48 hours'")
OLD_HEARD = text("DELETE FROM inbox WHERE at < now() - interval '8 days'")


async def forget(db: AsyncConnection) -> None:
    """Delete what is past its time; any number of processes may do it."""
    await db.execute(OLD_ANSWERS)
    await db.execute(OLD_HEARD)


FORGETTING = Tick("forget", FORGET_SECONDS, forget)
